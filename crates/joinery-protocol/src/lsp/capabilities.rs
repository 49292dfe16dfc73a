//! What the client can do, and what this server offers.

use joinery_script::language::{lines::Unit, semantic};
use lsp_types::{InitializeParams, PositionEncodingKind};
use serde_json::{Value, json};

use crate::rpc;

/// What matters about the client.
#[derive(Debug, Clone, Default)]
pub struct Client {
    /// What columns count.
    pub unit: Unit,
    /// Whether it asks for the docs of a completion when it shows them.
    pub resolves_docs: bool,
    /// Whether it can fill in the places of a snippet.
    pub snippets: bool,
    watches: bool,
}

impl Client {
    /// What `initialize` says of the client.
    pub fn of(params: &InitializeParams) -> Self {
        let capabilities = &params.capabilities;
        let encodings = capabilities
            .general
            .as_ref()
            .and_then(|general| general.position_encodings.as_ref());
        // The first that both know; UTF-16 where the client names none.
        let unit = encodings
            .into_iter()
            .flatten()
            .find_map(|encoding| UNITS.iter().find(|(_, name)| encoding.as_str() == *name))
            .map_or(Unit::Utf16, |(unit, _)| *unit);
        let item = capabilities
            .text_document
            .as_ref()
            .and_then(|document| document.completion.as_ref()?.completion_item.as_ref());
        let resolves = item.and_then(|item| item.resolve_support.as_ref());
        let watched = capabilities
            .workspace
            .as_ref()
            .and_then(|workspace| workspace.did_change_watched_files.as_ref());
        Self {
            unit,
            resolves_docs: resolves
                .is_some_and(|support| support.properties.iter().any(|name| name == "documentation")),
            snippets: item.and_then(|item| item.snippet_support).unwrap_or(false),
            watches: watched
                .and_then(|watched| watched.dynamic_registration)
                .unwrap_or(false),
        }
    }

    /// The request to be told of changes on disk, where the client can watch.
    pub fn watch_request(&self) -> Option<Value> {
        let watcher = json!({ "globPattern": "**/*.{rhai,json,toml}" });
        let registration = json!({
            "id": "files",
            "method": "workspace/didChangeWatchedFiles",
            "registerOptions": { "watchers": [watcher] },
        });
        self.watches.then(|| {
            rpc::request(
                "watch-files",
                "client/registerCapability",
                json!({ "registrations": [registration] }),
            )
        })
    }
}

const UNITS: &[(Unit, &str)] = &[(Unit::Utf16, "utf-16"), (Unit::Byte, "utf-8"), (Unit::Scalar, "utf-32")];

/// The answer to `initialize`.
pub fn answer(client: &Client) -> Value {
    let encoding = match client.unit {
        Unit::Utf16 => PositionEncodingKind::UTF16,
        Unit::Byte => PositionEncodingKind::UTF8,
        Unit::Scalar => PositionEncodingKind::UTF32,
    };
    json!({
        "serverInfo": { "name": "joinery", "version": joinery_app::version() },
        "capabilities": {
            "positionEncoding": encoding,
            "textDocumentSync": { "openClose": true, "change": 2, "save": { "includeText": false } },
            "completionProvider": { "triggerCharacters": [".", ":", "\"", "{"], "resolveProvider": true },
            "hoverProvider": true,
            "signatureHelpProvider": { "triggerCharacters": ["(", ","], "retriggerCharacters": [")"] },
            "definitionProvider": true,
            "referencesProvider": true,
            "documentHighlightProvider": true,
            "documentSymbolProvider": true,
            "workspaceSymbolProvider": true,
            "codeActionProvider": { "codeActionKinds": ["quickfix"] },
            "documentFormattingProvider": true,
            "renameProvider": { "prepareProvider": true },
            "foldingRangeProvider": true,
            "semanticTokensProvider": {
                "legend": { "tokenTypes": semantic::LEGEND, "tokenModifiers": ["declaration"] },
                "full": true,
            },
        },
    })
}
