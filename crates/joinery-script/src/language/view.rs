//! A script as the editor asks about it: its tokens and names, the connector around it, and what its last run showed.

use joinery_connector::{Connector, FileKind, Manifest};
use serde_json::Value;

use super::{
    code::Code,
    docs::Docs,
    flow::Beside,
    scan::{Kind, Span},
    scopes::{Scopes, Symbol},
};
use crate::{
    files::{self, Files},
    resolver::file_of,
    run::Scripts,
};

/// What the last run of a script showed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Seen {
    /// Its input; null where there was none.
    pub input: Value,
    /// The bodies its calls were answered with.
    pub calls: Vec<SeenCall>,
}

/// The body that a call was answered with.
#[derive(Debug, Clone, PartialEq)]
pub struct SeenCall {
    /// The script that made the call.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// The body.
    pub body: Value,
}

/// The connector around a script.
#[derive(Clone, Copy)]
pub struct Around<'a> {
    /// Its files.
    pub files: &'a dyn Files,
    /// What it says of itself.
    pub manifest: &'a Manifest,
}

impl<'a> From<&'a Connector> for Around<'a> {
    fn from(connector: &'a Connector) -> Self {
        Self {
            files: connector,
            manifest: &connector.manifest,
        }
    }
}

/// A script and what is known around it.
pub struct View<'a> {
    /// The engine, which knows the functions.
    pub scripts: &'a Scripts,
    /// The connector it belongs to; a file may stand alone.
    pub connector: Option<Around<'a>>,
    /// Its path in the connector.
    pub path: &'a str,
    /// What its last run showed.
    pub seen: Option<&'a Seen>,
    /// The connectors beside it, where it is a flow's.
    pub beside: Option<&'a Beside>,
    /// Its tokens.
    pub code: Code<'a>,
    /// Its names.
    pub scopes: Scopes,
}

impl<'a> View<'a> {
    /// Reads a script.
    pub fn of(
        scripts: &'a Scripts,
        connector: Option<&'a Connector>,
        path: &'a str,
        text: &'a str,
        seen: Option<&'a Seen>,
    ) -> Self {
        Self::within(scripts, connector.map(Around::from), path, text, seen)
    }

    /// Reads a script of a connector of which only this is known.
    pub fn within(
        scripts: &'a Scripts,
        connector: Option<Around<'a>>,
        path: &'a str,
        text: &'a str,
        seen: Option<&'a Seen>,
    ) -> Self {
        let code = Code::of(text);
        let scopes = Scopes::of(&code);
        Self {
            scripts,
            connector,
            path,
            seen,
            beside: None,
            code,
            scopes,
        }
    }

    /// The same script among the connectors of its workspace.
    #[must_use]
    pub fn among(mut self, beside: &'a Beside) -> Self {
        self.beside = Some(beside);
        self
    }

    /// The script's text.
    pub fn text(&self) -> &'a str {
        self.code.text
    }

    /// What the functions say of themselves.
    pub(super) fn docs(&self) -> Docs<'a> {
        Docs(&self.scripts.inner.signatures)
    }

    /// What kind of script it is.
    pub fn kind(&self) -> FileKind {
        FileKind::of(self.path).0
    }

    /// The file an import of this symbol means, and its text.
    pub fn imported(&self, symbol: &Symbol) -> Option<(String, std::sync::Arc<str>)> {
        let (path, _) = symbol.value?;
        let file = file_of(&self.text_token(path)?).ok()?;
        let text = self.file(&file)?;
        Some((file, text))
    }

    /// What stands between the quotes of a text token.
    pub fn text_token(&self, token: usize) -> Option<String> {
        if self.code.kind(token) != Some(Kind::Text) {
            return None;
        }
        let inner = inside(&self.code, token);
        Some(inner.of(self.text()).to_owned())
    }

    /// The text of another file of the connector.
    pub fn file(&self, path: &str) -> Option<std::sync::Arc<str>> {
        self.connector?.files.text(path)
    }

    /// Names of the connector's files below a folder, without it and the extension.
    pub fn names(&self, folder: &str, extension: &str) -> Vec<String> {
        self.connector
            .map(|connector| files::names(connector.files, folder, extension))
            .unwrap_or_default()
    }

    /// The line, from 1, that a token is on.
    pub fn line_of(&self, token: usize) -> u32 {
        let start = self.code.span(token).start;
        self.text()[..start].matches('\n').count() as u32 + 1
    }
}

/// What stands between the quotes of a text, closed or not.
pub fn inside(code: &Code, token: usize) -> Span {
    let span = code.span(token);
    let text = span.of(code.text);
    let quote = text.chars().next().unwrap_or('"');
    if quote == '#' {
        let marks = text.len() - text.trim_start_matches('#').len();
        let start = span.start + (marks + 1).min(text.len());
        return Span::new(start, (span.end - (marks + 1).min(text.len())).max(start));
    }
    let closed = text.len() > 1 && text.ends_with(quote);
    Span::new(span.start + 1, span.end - usize::from(closed))
}
