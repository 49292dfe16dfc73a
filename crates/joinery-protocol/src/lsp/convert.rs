//! From the language's own words to the protocol's.

use joinery_script::language::{Lines, Place, Span, complete::ItemKind, lines::Unit, outline::EntryKind};
use lsp_types::{CompletionItemKind, Position, Range, SymbolKind};

/// A text with its lines, to turn places into positions.
pub struct Ruler<'a> {
    /// The text.
    pub text: &'a str,
    lines: Lines,
    unit: Unit,
}

impl<'a> Ruler<'a> {
    /// Measures a text.
    pub fn of(text: &'a str, unit: Unit) -> Self {
        Self {
            text,
            lines: Lines::of(text),
            unit,
        }
    }

    /// The position of a byte.
    pub fn position(&self, byte: usize) -> Position {
        let place = self.lines.place(self.text, byte, self.unit);
        Position::new(place.line as u32, place.column as u32)
    }

    /// The range of a span.
    pub fn range(&self, span: Span) -> Range {
        Range::new(self.position(span.start), self.position(span.end))
    }

    /// The byte at a position.
    pub fn byte(&self, position: Position) -> usize {
        let place = Place {
            line: position.line as usize,
            column: position.character as usize,
        };
        self.lines.byte(self.text, place, self.unit)
    }

    /// The byte at a line and column as checks count them: from 1, in Unicode scalar values.
    pub fn byte_of_problem(&self, line: u32, column: u32) -> usize {
        let place = Place {
            line: line.saturating_sub(1) as usize,
            column: column.saturating_sub(1) as usize,
        };
        self.lines.byte(self.text, place, Unit::Scalar)
    }

    /// The end of the line a byte is on.
    pub fn end_of_line(&self, byte: usize) -> usize {
        let end = self.lines.start_of(self.lines.line_of(byte) + 1, self.text);
        self.text[..end].trim_end_matches(['\n', '\r']).len().max(byte)
    }
}

/// The protocol's kind of a completion.
pub fn completion_kind(kind: ItemKind) -> CompletionItemKind {
    match kind {
        ItemKind::Function => CompletionItemKind::FUNCTION,
        ItemKind::Method => CompletionItemKind::METHOD,
        ItemKind::Variable => CompletionItemKind::VARIABLE,
        ItemKind::Field => CompletionItemKind::FIELD,
        ItemKind::Module => CompletionItemKind::MODULE,
        ItemKind::Keyword => CompletionItemKind::KEYWORD,
        ItemKind::Snippet => CompletionItemKind::SNIPPET,
        ItemKind::Value => CompletionItemKind::ENUM_MEMBER,
        ItemKind::File => CompletionItemKind::FILE,
    }
}

/// The protocol's kind of an entry of the outline.
pub fn symbol_kind(kind: EntryKind) -> SymbolKind {
    match kind {
        EntryKind::Function => SymbolKind::FUNCTION,
        EntryKind::Constant => SymbolKind::CONSTANT,
        EntryKind::Module => SymbolKind::MODULE,
        EntryKind::Field => SymbolKind::FIELD,
    }
}
