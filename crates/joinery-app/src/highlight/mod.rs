//! Colours for text: the editor, exports and the command line all ask here. Bodies colour themselves.

mod class;
mod document;
mod grammar;

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

pub use class::{Span, TokenClass, flat};

use document::Document;
use grammar::Grammar;

/// The documents open in editors. A document that is not open has no lines, and editing it does nothing: an answer
/// that comes after its tab was closed is not an error.
#[derive(Default)]
pub struct Highlighter {
    documents: Mutex<HashMap<String, Document>>,
}

impl Highlighter {
    /// No documents.
    pub fn new() -> Self {
        Self::default()
    }

    /// Opens a document, or replaces the one of that id. `language` is a file's extension (`rhai`, `json`, `toml`,
    /// `md`); any other is left uncoloured.
    pub fn open(&self, id: &str, language: &str, text: &str) {
        let document = Document::new(Grammar::of(language), text);
        self.documents().insert(id.to_owned(), document);
    }

    /// Replaces `removed_lines` lines from `from_line` (from 0) by `inserted`. Beyond the end it clamps.
    pub fn edit(&self, id: &str, from_line: usize, removed_lines: usize, inserted: Vec<String>) {
        if let Some(document) = self.documents().get_mut(id) {
            document.edit(from_line, removed_lines, inserted);
        }
    }

    /// The spans of `count` lines from line `from` (from 0); fewer where the document ends.
    pub fn lines(&self, id: &str, from: usize, count: usize) -> Vec<Vec<Span>> {
        self.documents()
            .get_mut(id)
            .map(|document| document.spans(from, count))
            .unwrap_or_default()
    }

    /// Forgets a document.
    pub fn close(&self, id: &str) {
        self.documents().remove(id);
    }

    fn documents(&self) -> MutexGuard<'_, HashMap<String, Document>> {
        self.documents.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The spans of every line of `text`, for output that is not edited.
pub fn lines_of(language: &str, text: &str) -> Vec<Vec<Span>> {
    Document::new(Grammar::of(language), text).spans(0, usize::MAX)
}

#[cfg(test)]
mod tests;
