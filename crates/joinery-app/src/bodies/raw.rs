//! The raw view: lines as they came, rows of hexadecimal for bytes.

use std::fmt::Write;

use super::types::BodyLine;
use crate::highlight::{Span, TokenClass, flat};

/// A value longer than this many characters is cut.
const LONGEST: usize = 10_000;
/// A row gets no longer than this many bytes: minified JSON is one line of megabytes, and all of it can be read.
const LONGEST_ROW: usize = 1_000;
/// From this many bytes on a row ends where a member of JSON ends.
const LONG_ROW: usize = 240;

/// Where each row starts: at line breaks, and within lines that are too long to be drawn.
pub(super) fn row_starts(bytes: &[u8]) -> Vec<u32> {
    let mut starts = vec![0];
    let mut start = 0;
    for (at, byte) in bytes.iter().enumerate() {
        let length = at + 1 - start;
        let ends = *byte == b'\n'
            || (length >= LONG_ROW && *byte == b',' && matches!(bytes.get(at + 1), Some(b'"' | b'{' | b'[')))
            // A byte that continues a character has 10 in its two top bits.
            || (length >= LONGEST_ROW && bytes.get(at + 1).is_some_and(|next| next & 0xC0 != 0x80 && *next != b'\n'));
        if ends {
            start = at + 1;
            starts.push(start as u32);
        }
    }
    // What ends with a line break has no empty line after it.
    if starts.len() > 1 && starts.last().is_some_and(|last| *last as usize == bytes.len()) {
        starts.pop();
    }
    starts
}

/// The row from `start` to `end`, coloured if it is JSON.
pub(super) fn line(bytes: &[u8], start: usize, end: usize, json: bool) -> BodyLine {
    let bytes = bytes[start..end].strip_suffix(b"\n").unwrap_or(&bytes[start..end]);
    let bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
    let (text, cut) = cut(bytes);
    let spans = if json { flat(&json_spans(&text)) } else { Vec::new() };
    BodyLine {
        text,
        spans,
        cut,
        ..BodyLine::default()
    }
}

/// Text of at most [`LONGEST`] characters. Only so many bytes are looked at.
pub(super) fn cut(bytes: &[u8]) -> (String, bool) {
    let head = &bytes[..bytes.len().min(LONGEST * 4)];
    let text = String::from_utf8_lossy(head);
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => (text[..at].to_owned(), true),
        None => (text.into_owned(), head.len() < bytes.len()),
    }
}

/// A row of 16 bytes: offset, hexadecimal, and what of it is ASCII.
pub(super) fn hex_row(bytes: &[u8], row: usize) -> BodyLine {
    let start = row * 16;
    let bytes = &bytes[start..bytes.len().min(start + 16)];
    let mut text = format!("{start:08x}  ");
    for at in 0..16 {
        match bytes.get(at) {
            Some(byte) => write!(text, "{byte:02x} ").expect("writing to a string works"),
            None => text.push_str("   "),
        }
    }
    text.push(' ');
    text.extend(bytes.iter().map(|byte| {
        if (b' '..=b'~').contains(byte) {
            char::from(*byte)
        } else {
            '.'
        }
    }));
    BodyLine {
        text,
        ..BodyLine::default()
    }
}

/// The colours of a line of JSON. No string of valid JSON crosses a line.
fn json_spans(text: &str) -> Vec<Span> {
    let bytes = text.as_bytes();
    let (mut spans, mut at, mut unit) = (Vec::new(), 0, 0);
    while at < bytes.len() {
        let (class, end) = token(bytes, at);
        let end_unit = unit + utf16_length(&text[at..end]);
        if class != TokenClass::None {
            spans.push(Span {
                start: unit,
                end: end_unit,
                class,
            });
        }
        (at, unit) = (end, end_unit);
    }
    spans
}

fn token(bytes: &[u8], at: usize) -> (TokenClass, usize) {
    let run = |fits: fn(&u8) -> bool| at + bytes[at..].iter().take_while(|byte| fits(byte)).count();
    match bytes[at] {
        b'"' => {
            let end = string_end(bytes, at);
            let next = bytes[end..].iter().find(|byte| !byte.is_ascii_whitespace());
            (
                if next == Some(&b':') {
                    TokenClass::Property
                } else {
                    TokenClass::String
                },
                end,
            )
        }
        b'-' | b'0'..=b'9' => (
            TokenClass::Number,
            run(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E')),
        ),
        b'a'..=b'z' => (TokenClass::Constant, run(u8::is_ascii_lowercase)),
        b'{' | b'}' | b'[' | b']' | b':' | b',' => (TokenClass::Operator, at + 1),
        _ => {
            let plain = |byte: &u8| !byte.is_ascii_graphic();
            (TokenClass::None, run(plain).max(at + 1))
        }
    }
}

fn string_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    bytes.len()
}

pub(super) fn utf16_length(text: &str) -> u32 {
    text.chars().map(|letter| letter.len_utf16() as u32).sum()
}
