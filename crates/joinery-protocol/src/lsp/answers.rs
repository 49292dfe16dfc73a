//! The answer to each request about a document.

use std::{path::Path, sync::Arc};

use joinery_connector::Connector;
use joinery_script::{
    Scripts,
    language::{Seen, Span, View, complete, folding, hover, outline, references, semantic, signature},
};
use lsp_types::{
    DocumentFormattingParams, DocumentSymbolParams, FoldingRangeParams, ReferenceParams, RenameParams,
    SemanticTokensParams, TextDocumentPositionParams, WorkspaceSymbolParams,
};
use serde_json::{Value, json};

use super::{
    Server, actions,
    convert::{Ruler, completion_kind, symbol_kind},
    documents::DocumentPlace,
    parsed, places,
};
use crate::rpc::Failure;

/// Answers a request.
///
/// # Errors
/// Why there is no answer.
pub fn answer(server: &mut Server, method: &str, params: Value) -> Result<Value, Failure> {
    match method {
        "textDocument/completion" => at_position(server, params, completion),
        "completionItem/resolve" => Ok(resolve(server, params)),
        "textDocument/hover" => at_position(server, params, |asked, byte| {
            hover::hover(&asked.view, byte).map_or(Value::Null, |(text, span)| {
                json!({ "contents": { "kind": "markdown", "value": text }, "range": asked.ruler.range(span) })
            })
        }),
        "textDocument/signatureHelp" => at_position(server, params, |asked, byte| {
            signature::signature(&asked.view, byte).map_or(Value::Null, signature_help)
        }),
        "textDocument/definition" => at_position(server, params, |asked, byte| {
            let found = references::definition(&asked.view, byte);
            found.and_then(|found| asked.location(&found)).unwrap_or_default()
        }),
        "textDocument/references" => {
            let params: ReferenceParams = parsed(params)?;
            let declared = params.context.include_declaration;
            let position = serde_json::to_value(params.text_document_position).unwrap_or_default();
            at_position(server, position, |asked, byte| {
                let found = references::references(&asked.view, byte, declared);
                found.iter().filter_map(|location| asked.location(location)).collect()
            })
        }
        "textDocument/documentHighlight" => at_position(server, params, |asked, byte| {
            let found = outline::highlights(&asked.view, byte).into_iter();
            found
                .map(|(span, writes)| json!({ "range": asked.ruler.range(span), "kind": if writes { 3 } else { 2 } }))
                .collect()
        }),
        "textDocument/prepareRename" => {
            let found = at_position(server, params, |asked, byte| {
                references::renamed_word(&asked.view, byte).map_or_else(
                    |error| json!({ "error": error.to_string() }),
                    |span| json!({ "range": asked.ruler.range(span), "placeholder": span.of(asked.ruler.text) }),
                )
            })?;
            refused(found)
        }
        "textDocument/rename" => {
            let params: RenameParams = parsed(params)?;
            let name = params.new_name;
            let position = serde_json::to_value(params.text_document_position).unwrap_or_default();
            let found = at_position(server, position, |asked, byte| {
                references::rename(&asked.view, byte, &name).map_or_else(
                    |error| json!({ "error": error.to_string() }),
                    |places| json!({ "changes": asked.edits(&places, &name) }),
                )
            })?;
            refused(found)
        }
        "textDocument/documentSymbol" => {
            let params: DocumentSymbolParams = parsed(params)?;
            about(server, params.text_document.uri.as_str(), |asked| {
                symbols(&asked.ruler, &outline::outline(&asked.view))
            })
        }
        "workspace/symbol" => {
            let params: WorkspaceSymbolParams = parsed(params)?;
            Ok(workspace_symbols(server, &params.query))
        }
        "textDocument/foldingRange" => {
            let params: FoldingRangeParams = parsed(params)?;
            about(server, params.text_document.uri.as_str(), |asked| {
                let folds = folding::folds(&asked.view.code).into_iter();
                folds
                    .map(|fold| {
                        let kind = if fold.comment {
                            json!("comment")
                        } else {
                            json!("region")
                        };
                        json!({ "startLine": fold.first, "endLine": fold.last, "kind": kind })
                    })
                    .collect()
            })
        }
        "textDocument/formatting" => {
            let params: DocumentFormattingParams = parsed(params)?;
            formatting(server, params.text_document.uri.as_str())
        }
        "textDocument/semanticTokens/full" => {
            let params: SemanticTokensParams = parsed(params)?;
            about(
                server,
                params.text_document.uri.as_str(),
                |asked| json!({ "data": semantic_data(&asked.ruler, &semantic::tokens(&asked.view)) }),
            )
        }
        "textDocument/codeAction" => actions::actions(server, params),
        _ => Err(Failure::new(
            Failure::UNKNOWN_METHOD,
            format!("there is no method `{method}` here"),
        )),
    }
}

/// A document under a question.
struct Asked<'a> {
    view: View<'a>,
    ruler: Ruler<'a>,
    place: &'a DocumentPlace,
    uri: &'a str,
    connector: Option<&'a Connector>,
    unit: joinery_script::language::lines::Unit,
    client: &'a super::capabilities::Client,
}

impl Asked<'_> {
    /// A place as the protocol words it.
    fn location(&self, location: &references::Location) -> Option<Value> {
        if location.file == self.place.path {
            return Some(json!({ "uri": self.uri, "range": self.ruler.range(location.span) }));
        }
        let (uri, text) = self.other(&location.file)?;
        let ruler = Ruler::of(&text, self.unit);
        Some(json!({ "uri": uri, "range": ruler.range(location.span) }))
    }

    fn other(&self, file: &str) -> Option<(String, Arc<str>)> {
        let root = self.place.root.as_deref()?;
        Some((places::to_uri(root, file)?, self.connector?.text(file).ok()?))
    }

    /// The same text at every place, by document.
    fn edits(&self, places: &[references::Location], text: &str) -> Value {
        let mut changes = serde_json::Map::new();
        for place in places {
            let Some(location) = self.location(place) else { continue };
            let edit = json!({ "range": location["range"], "newText": text });
            let edits = changes
                .entry(location["uri"].as_str().unwrap_or_default())
                .or_insert_with(|| json!([]));
            if let Some(edits) = edits.as_array_mut() {
                edits.push(edit);
            }
        }
        changes.into()
    }
}

/// Asks about a document; null about one that is no script.
fn about(server: &mut Server, uri: &str, ask: impl FnOnce(&Asked) -> Value) -> Result<Value, Failure> {
    let document = server
        .documents
        .get(uri)
        .ok_or_else(|| Failure::new(Failure::INVALID_PARAMS, format!("{uri} is not open")))?;
    let (text, place) = (Arc::clone(&document.text), document.place.clone());
    if !is_script(&place.path) {
        return Ok(Value::Null);
    }
    let connector = place.root.as_deref().and_then(|root| server.documents.connector(root));
    let beside = place.root.as_deref().and_then(|root| server.documents.beside(root));
    let seen = last_seen(server, connector.as_deref(), &place.path);
    let view = View::of(
        Scripts::shared(),
        connector.as_deref(),
        &place.path,
        &text,
        seen.as_ref(),
    );
    let asked = Asked {
        view: match beside.as_deref() {
            Some(beside) => view.among(beside),
            None => view,
        },
        ruler: Ruler::of(&text, server.documents.unit),
        place: &place,
        uri,
        connector: connector.as_deref(),
        unit: server.documents.unit,
        client: &server.client,
    };
    Ok(ask(&asked))
}

fn at_position(server: &mut Server, params: Value, ask: impl FnOnce(&Asked, usize) -> Value) -> Result<Value, Failure> {
    let params: TextDocumentPositionParams = parsed(params)?;
    about(server, params.text_document.uri.as_str(), |asked| {
        ask(asked, asked.ruler.byte(params.position))
    })
}

/// Whether a file is a script.
pub fn is_script(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|extension| extension == "rhai")
}

fn last_seen(server: &Server, connector: Option<&Connector>, path: &str) -> Option<Seen> {
    joinery_app::runs::last_seen(&server.studio, connector?, path)
}

fn refused(found: Value) -> Result<Value, Failure> {
    match found.get("error").and_then(Value::as_str) {
        Some(message) => Err(Failure::new(Failure::REQUEST_FAILED, message)),
        None => Ok(found),
    }
}

fn completion(asked: &Asked, byte: usize) -> Value {
    let (items, replaced) = complete::complete(&asked.view, byte);
    // What stands behind the caret stays: a word is being written in front of it.
    let range = asked.ruler.range(Span::new(replaced.start, byte.max(replaced.start)));
    let mut items: Vec<Value> = items
        .iter()
        .filter(|item| !item.is_snippet || asked.client.snippets)
        .map(|item| completion_item(asked, item, range))
        .collect();
    // What names nothing more than the word that stands there needs no list.
    items.truncate(2_000);
    json!({ "isIncomplete": false, "items": items })
}

fn completion_item(asked: &Asked, item: &complete::Item, range: lsp_types::Range) -> Value {
    let mut value = json!({
        "label": item.label,
        "kind": completion_kind(item.kind),
        "sortText": format!("{}{}", item.rank, item.label),
        "textEdit": { "range": range, "newText": item.insert },
    });
    if !item.detail.is_empty() {
        value["detail"] = item.detail.clone().into();
    }
    if item.is_snippet {
        value["insertTextFormat"] = 2.into();
    }
    if item.insert.starts_with('[') {
        // `value.odd name` is written `value["odd name"]`.
        value["filterText"] = item.label.clone().into();
    }
    if !item.doc.is_empty() {
        if asked.client.resolves_docs {
            value["data"] = json!({ "doc": item.doc });
        } else {
            value["documentation"] = json!({ "kind": "markdown", "value": item.doc });
        }
    }
    value
}

/// The docs of a completion that is shown now.
fn resolve(_server: &Server, mut item: Value) -> Value {
    if let Some(doc) = item.pointer("/data/doc").cloned() {
        item["documentation"] = json!({ "kind": "markdown", "value": doc });
    }
    item
}

fn signature_help((signature, argument): (signature::Signature, usize)) -> Value {
    let parameters: Vec<Value> = signature
        .parameters
        .iter()
        .map(|name| json!({ "label": name }))
        .collect();
    json!({
        "signatures": [{
            "label": signature.label,
            "documentation": { "kind": "markdown", "value": signature.doc },
            "parameters": parameters,
        }],
        "activeSignature": 0,
        "activeParameter": argument,
    })
}

fn symbols(ruler: &Ruler, entries: &[outline::Entry]) -> Value {
    entries
        .iter()
        .map(|entry| {
            json!({
                "name": entry.name,
                "detail": entry.detail,
                "kind": symbol_kind(entry.kind),
                "range": ruler.range(entry.whole),
                "selectionRange": ruler.range(entry.name_at),
                "children": symbols(ruler, &entry.children),
            })
        })
        .collect()
}

fn workspace_symbols(server: &mut Server, query: &str) -> Value {
    let query = query.to_lowercase();
    let mut found = Vec::new();
    for root in server.documents.roots() {
        let Some(connector) = server.documents.connector(&root) else {
            continue;
        };
        for path in connector.files.keys().filter(|path| is_script(path)) {
            let (Some(uri), Ok(text)) = (places::to_uri(&root, path), connector.text(path)) else {
                continue;
            };
            let view = View::of(Scripts::shared(), Some(&connector), path, &text, None);
            let ruler = Ruler::of(&text, server.documents.unit);
            let entries = outline::outline(&view).into_iter();
            found.extend(
                entries
                    .filter(|entry| entry.name.to_lowercase().contains(&query))
                    .map(|entry| {
                        json!({
                            "name": entry.name,
                            "kind": symbol_kind(entry.kind),
                            "location": { "uri": uri, "range": ruler.range(entry.name_at) },
                            "containerName": path,
                        })
                    }),
            );
        }
    }
    found.into()
}

fn formatting(server: &mut Server, uri: &str) -> Result<Value, Failure> {
    let document = server
        .documents
        .get(uri)
        .ok_or_else(|| Failure::new(Failure::INVALID_PARAMS, format!("{uri} is not open")))?;
    if !is_script(&document.place.path) {
        return Ok(Value::Null);
    }
    let text = Arc::clone(&document.text);
    match server.studio.scripts().layout(&document.place.path, &text) {
        Ok(formatted) if *formatted == *text => Ok(json!([])),
        Ok(formatted) => Ok(json!([changed_part(
            &Ruler::of(&text, server.documents.unit),
            &formatted
        )])),
        Err(error) => Err(Failure::new(
            Failure::REQUEST_FAILED,
            format!("line {}: {}", error.line, error.message),
        )),
    }
}

/// The one edit that leaves alone what stays the same at both ends, so that carets stay where they are.
fn changed_part(ruler: &Ruler, new: &str) -> Value {
    let old = ruler.text;
    let prefix: usize = old
        .chars()
        .zip(new.chars())
        .take_while(|(left, right)| left == right)
        .map(|(letter, _)| letter.len_utf8())
        .sum();
    let suffix: usize = old[prefix..]
        .chars()
        .rev()
        .zip(new[prefix..].chars().rev())
        .take_while(|(left, right)| left == right)
        .map(|(letter, _)| letter.len_utf8())
        .sum();
    let range = ruler.range(Span::new(prefix, old.len() - suffix));
    json!({ "range": range, "newText": new[prefix..new.len() - suffix] })
}

/// Five numbers a token: lines on, columns on, length, class, modifiers. Tokens over several lines are told line by line.
fn semantic_data(ruler: &Ruler, tokens: &[semantic::Classified]) -> Vec<u32> {
    let mut data = Vec::with_capacity(tokens.len() * 5);
    let mut last = lsp_types::Position::new(0, 0);
    for token in tokens {
        let mut start = token.span.start;
        for piece in token.span.of(ruler.text).split_inclusive('\n') {
            let shown = piece.trim_end_matches(['\n', '\r']);
            let (from, to) = (ruler.position(start), ruler.position(start + shown.len()));
            start += piece.len();
            if shown.is_empty() {
                continue;
            }
            let line = from.line - last.line;
            let column = if line == 0 {
                from.character - last.character
            } else {
                from.character
            };
            let length = to.character - from.character;
            data.extend([line, column, length, token.class as u32, u32::from(token.declares)]);
            last = from;
        }
    }
    data
}
