//! The raw view: lines as they came, those that are too long to be drawn in rows.

use super::{line_text::LineText, types::BodyFormat};
use crate::{
    bodies::json::scan::string_end,
    highlight::{Span, TokenClass, flat},
};

/// A value longer than this many characters is cut.
const LONGEST: usize = 10_000;
/// A row gets no longer than this many bytes: minified JSON is one line of megabytes, and all of it can be read.
const LONGEST_ROW: usize = 1_000;
/// From this many bytes on a row ends where a member of JSON ends.
const LONG_ROW: usize = 240;
/// Of so many rows the first is noted; those between are found again when they are asked for.
const STEP: usize = 64;

/// Where rows start.
#[derive(Debug, Default)]
pub(super) struct Rows {
    count: usize,
    marks: Vec<u32>,
    /// How many bytes they cover.
    covered: usize,
}

impl Rows {
    /// Finds the rows: at line breaks, and within lines that are too long to be drawn.
    pub(super) fn of(bytes: &[u8]) -> Self {
        let mut rows = Self {
            covered: bytes.len(),
            ..Self::default()
        };
        let mut at = 0;
        loop {
            if rows.count.is_multiple_of(STEP) {
                rows.marks.push(at as u32);
            }
            rows.count += 1;
            at = row_end(bytes, at);
            // What ends with a line break has no empty line after it.
            if at >= bytes.len() {
                break;
            }
        }
        rows.marks.shrink_to_fit();
        rows
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// `count` rows from row `from`, coloured where their format is known.
    pub(super) fn window(&self, bytes: &[u8], format: BodyFormat, from: usize, count: usize) -> Vec<LineText> {
        let until = from.saturating_add(count).min(self.count);
        let Some(mark) = self.marks.get(from / STEP) else {
            return Vec::new();
        };
        let bytes = &bytes[..self.covered];
        let (mut at, mut number) = (*mark as usize, from - from % STEP);
        let mut lines = Vec::new();
        while number < until {
            let end = row_end(bytes, at);
            if number >= from {
                lines.push(line(bytes, at, end, format));
            }
            (at, number) = (end, number + 1);
        }
        lines
    }

    /// The row that holds a place.
    pub(super) fn row_at(&self, bytes: &[u8], place: u32) -> usize {
        let block = self.marks.partition_point(|mark| *mark <= place).saturating_sub(1);
        let bytes = &bytes[..self.covered];
        let mut at = self.marks.get(block).map_or(0, |mark| *mark as usize);
        let mut number = block * STEP;
        loop {
            at = row_end(bytes, at);
            if at > place as usize || at >= bytes.len() {
                return number;
            }
            number += 1;
        }
    }
}

/// Where the row that begins at `start` ends, its line break included.
fn row_end(bytes: &[u8], start: usize) -> usize {
    let rest = &bytes[start..];
    let near = &rest[..rest.len().min(LONGEST_ROW)];
    let line = memchr::memchr(b'\n', near).map_or(near.len(), |at| at + 1);
    if line <= LONG_ROW {
        return start + line;
    }
    let member = |at: &usize| near[*at] == b',' && matches!(rest.get(at + 1), Some(b'"' | b'{' | b'['));
    if let Some(at) = (LONG_ROW - 1..line).find(member) {
        return start + at + 1;
    }
    if near[line - 1] == b'\n' {
        return start + line;
    }
    let mut end = line;
    // A line break that comes next belongs to the row.
    if rest.get(end) == Some(&b'\n') {
        return start + end + 1;
    }
    // A byte that continues a character has 10 in its two top bits; no character has more than three of them.
    while rest.get(end).is_some_and(|byte| byte & 0xC0 == 0x80) && end < line + 3 {
        end += 1;
    }
    start + end
}

fn line(bytes: &[u8], start: usize, end: usize, format: BodyFormat) -> LineText {
    let shown = bytes[start..end].strip_suffix(b"\n").unwrap_or(&bytes[start..end]);
    let shown = shown.strip_suffix(b"\r").unwrap_or(shown);
    let mut text = LineText::default();
    text.push(bytes, (start as u32, (start + shown.len()) as u32), TokenClass::None);
    text.line.spans = match format {
        BodyFormat::Json => flat(&json_spans(&text.line.text)),
        BodyFormat::Xml | BodyFormat::Html => super::markup::spans(&text.line.text),
        _ => Vec::new(),
    };
    text
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

/// The colours of a line of JSON. No string of valid JSON crosses a line.
fn json_spans(text: &str) -> Vec<Span> {
    let bytes = text.as_bytes();
    let (mut spans, mut at, mut unit) = (Vec::new(), 0, 0);
    while at < bytes.len() {
        let (class, end) = token(bytes, at);
        let end_unit = unit + super::line_text::utf16_length(&text[at..end]);
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
