//! The hex view: rows of 16 bytes with their offset, and what of them is ASCII.

use std::fmt::Write;

use super::{line_text::LineText, types::BodyLine};
use crate::highlight::TokenClass;

/// Bytes in a row.
pub(super) const ROW: usize = 16;

/// How many rows so many bytes make.
pub(super) fn count(size: usize) -> usize {
    size.div_ceil(ROW)
}

/// `count` rows from row `from`.
pub(super) fn window(bytes: &[u8], from: usize, count: usize) -> Vec<LineText> {
    let until = from.saturating_add(count).min(self::count(bytes.len()));
    (from..until).map(|number| row(bytes, number)).collect()
}

fn row(bytes: &[u8], number: usize) -> LineText {
    let start = number * ROW;
    let bytes = &bytes[start..bytes.len().min(start + ROW)];
    let mut text = format!("{start:08x}  ");
    let offset = text.len() as u32 - 2;
    for at in 0..ROW {
        match bytes.get(at) {
            Some(byte) => write!(text, "{byte:02x} ").expect("writing to a string works"),
            None => text.push_str("   "),
        }
    }
    text.push(' ');
    let ascii = text.len() as u32;
    text.extend(bytes.iter().map(|byte| {
        if (b' '..=b'~').contains(byte) {
            char::from(*byte)
        } else {
            '.'
        }
    }));
    let end = text.len() as u32;
    LineText::of(BodyLine {
        text,
        spans: vec![
            0,
            offset,
            TokenClass::Comment as u32,
            ascii,
            end,
            TokenClass::String as u32,
        ],
        ..BodyLine::default()
    })
}

/// Where `start` to `end` of a body stand in a row, in the hexadecimal part.
pub(super) fn find(number: usize, start: u32, end: u32) -> Option<(u32, u32)> {
    let first = (number * ROW) as u32;
    let (from, to) = (start.max(first), end.min(first + ROW as u32));
    (from < to).then(|| (10 + (from - first) * 3, 9 + (to - first) * 3))
}
