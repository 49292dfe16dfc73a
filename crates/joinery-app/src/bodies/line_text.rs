//! A line being put together: its text, its colours, and where in the body each piece of it stands.

use super::{raw::cut, types::BodyLine};
use crate::highlight::TokenClass;

/// A line with where its pieces come from.
#[derive(Debug, Default)]
pub(super) struct LineText {
    /// The line so far.
    pub(super) line: BodyLine,
    units: u32,
    pieces: Vec<Piece>,
}

#[derive(Debug)]
struct Piece {
    start: u32,
    end: u32,
    unit: u32,
}

impl LineText {
    /// A line that stands for no piece of the body.
    pub(super) fn of(line: BodyLine) -> Self {
        Self {
            line,
            ..Self::default()
        }
    }

    /// Adds a piece of the body.
    pub(super) fn push(&mut self, bytes: &[u8], (start, end): (u32, u32), class: TokenClass) {
        let (text, was_cut) = cut(&bytes[start as usize..end as usize]);
        self.pieces.push(Piece {
            start,
            end: if was_cut { start + text.len() as u32 } else { end },
            unit: self.units,
        });
        self.line.cut |= was_cut;
        self.word(&text, class);
    }

    /// Adds text that is not in the body.
    pub(super) fn word(&mut self, text: &str, class: TokenClass) {
        let start = self.units;
        self.units += utf16_length(text);
        self.line.text.push_str(text);
        if class != TokenClass::None {
            // White space at the ends has no colour.
            let before = (text.len() - text.trim_start().len()) as u32;
            let after = (text.len() - text.trim_end().len()) as u32;
            self.line
                .spans
                .extend([start + before, self.units - after, class as u32]);
        }
    }

    /// Where `start` to `end` of the body stand in the line, in UTF-16 units.
    pub(super) fn find(&self, bytes: &[u8], start: u32, end: u32) -> Option<(u32, u32)> {
        let mut found: Option<(u32, u32)> = None;
        for piece in &self.pieces {
            let (from, to) = (start.max(piece.start), end.min(piece.end));
            if from < to {
                let unit = |at: u32| {
                    let text = String::from_utf8_lossy(&bytes[piece.start as usize..at as usize]);
                    piece.unit + utf16_length(&text)
                };
                let begin = found.map_or_else(|| unit(from), |(begin, _)| begin);
                found = Some((begin, unit(to)));
            }
        }
        found
    }

    /// What of the body the line shows, from the first piece to the last.
    pub(super) fn shows(&self) -> Option<(u32, u32)> {
        Some((self.pieces.first()?.start, self.pieces.last()?.end))
    }
}

/// How long text is in UTF-16 units.
pub(super) fn utf16_length(text: &str) -> u32 {
    if text.is_ascii() {
        return text.len() as u32;
    }
    text.chars().map(|letter| letter.len_utf16() as u32).sum()
}
