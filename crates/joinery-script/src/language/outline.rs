//! What a file consists of: functions with the fields they declare, constants, imports.

use super::{
    scan::Span,
    scopes::{SymbolKind, Use},
    view::View,
};
use crate::language::code::Bracket;

/// What an entry of the outline is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// A function.
    Function,
    /// A constant or variable of the file.
    Constant,
    /// An imported file.
    Module,
    /// A field that a function declares.
    Field,
}

/// One entry of the outline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// A word or two beside it.
    pub detail: String,
    /// What it is.
    pub kind: EntryKind,
    /// All of it.
    pub whole: Span,
    /// Its name's place.
    pub name_at: Span,
    /// What is inside.
    pub children: Vec<Entry>,
}

/// The outline of a script.
pub fn outline(view: &View) -> Vec<Entry> {
    let symbols = view.scopes.symbols.iter();
    let mut entries: Vec<Entry> = symbols
        .filter(|symbol| symbol.function.is_none())
        .filter_map(|symbol| {
            let (kind, detail) = match symbol.kind {
                SymbolKind::Function => (EntryKind::Function, format!("({})", symbol.parameters.join(", "))),
                SymbolKind::Import => (EntryKind::Module, String::new()),
                SymbolKind::Constant | SymbolKind::Variable => (EntryKind::Constant, String::new()),
                _ => return None,
            };
            let children = match symbol.kind {
                SymbolKind::Function => fields(view, symbol.value),
                _ => Vec::new(),
            };
            Some(Entry {
                name: symbol.name.clone(),
                detail,
                kind,
                whole: symbol.whole,
                name_at: symbol.span,
                children,
            })
        })
        .collect();
    entries.sort_by_key(|entry| entry.whole);
    entries
}

fn fields(view: &View, body: Option<(usize, usize)>) -> Vec<Entry> {
    let Some((from, to)) = body else { return Vec::new() };
    let code = &view.code;
    let calls = (from..to.min(code.tokens.len()))
        .filter(|&open| code.bracket[open] == Some(Bracket::Call) && code.before(open) == "field");
    calls
        .filter_map(|open| {
            Some(Entry {
                name: view.text_token(open + 1)?,
                detail: String::new(),
                kind: EntryKind::Field,
                whole: Span::new(code.span(open - 1).start, code.span(code.close_of(open)).end),
                name_at: code.span(open + 1),
                children: Vec::new(),
            })
        })
        .collect()
}

/// Every use of the word at a place within this file, its declaration first.
pub fn highlights(view: &View, byte: usize) -> Vec<(Span, bool)> {
    super::references::in_file(view, byte)
}

/// Whether a use changes what it names.
pub(super) fn writes(used: &Use) -> bool {
    used.writes
}
