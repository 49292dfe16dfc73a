//! The pretty view of XML and HTML: one pass notes where lines begin, how deep they are and what they open. Tags that do
//! not match are shown as they stand.

use super::{line_text::LineText, types::BodyLine};
use crate::highlight::TokenClass;

/// A line longer than this goes on in the next one.
const LONGEST: usize = 1_000;

/// Elements of HTML that have no end.
const VOID: &[&[u8]] = &[
    b"area", b"base", b"br", b"col", b"embed", b"hr", b"img", b"input", b"link", b"meta", b"source", b"track", b"wbr",
];

/// Elements of HTML whose content is no markup.
const PLAIN: &[&[u8]] = &[b"script", b"style", b"textarea", b"title"];

/// The lines of a text with tags.
#[derive(Debug, Default)]
pub(super) struct Markup {
    lines: Vec<Line>,
}

#[derive(Debug)]
struct Line {
    start: u32,
    end: u32,
    depth: u32,
    /// The line of the end tag, where that is another.
    fold_end: u32,
}

/// An element that has not ended.
struct Open {
    name: (usize, usize),
    line: usize,
}

struct Reader<'a> {
    bytes: &'a [u8],
    html: bool,
    lines: Vec<Line>,
    open: Vec<Open>,
}

impl Markup {
    /// Reads a text.
    pub(super) fn read(bytes: &[u8], html: bool) -> Self {
        let mut reader = Reader {
            bytes,
            html,
            lines: Vec::new(),
            open: Vec::new(),
        };
        reader.all();
        reader.lines.shrink_to_fit();
        Self { lines: reader.lines }
    }

    /// How many lines there are.
    pub(super) fn count(&self) -> usize {
        self.lines.len()
    }

    /// `count` lines from line `from`.
    pub(super) fn window(&self, bytes: &[u8], from: usize, count: usize) -> Vec<LineText> {
        self.lines
            .iter()
            .skip(from)
            .take(count)
            .map(|line| {
                let mut text = LineText::default();
                text.push(bytes, (line.start, line.end), TokenClass::None);
                text.line = BodyLine {
                    depth: line.depth,
                    fold_end: (line.fold_end > 0).then_some(line.fold_end),
                    spans: spans(&text.line.text),
                    ..text.line
                };
                text
            })
            .collect()
    }

    /// The line that holds a place.
    pub(super) fn line_at(&self, place: u32) -> usize {
        self.lines.partition_point(|line| line.start <= place).saturating_sub(1)
    }
}

impl Reader<'_> {
    fn all(&mut self) {
        let mut at = 0;
        while at < self.bytes.len() {
            at = if self.bytes[at] == b'<' {
                self.tag(at)
            } else {
                self.text(at)
            };
        }
    }

    fn text(&mut self, at: usize) -> usize {
        let end = self.until(at, b'<');
        self.emit(at, end);
        end
    }

    fn tag(&mut self, at: usize) -> usize {
        let rest = &self.bytes[at..];
        for (begin, finish) in [("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>"), ("<!", ">")] {
            if rest.starts_with(begin.as_bytes()) {
                let found = memchr::memmem::find(rest, finish.as_bytes());
                let end = found.map_or(self.bytes.len(), |found| at + found + finish.len());
                self.emit(at, end);
                return end;
            }
        }
        let end = self.tag_end(at);
        if rest.get(1) == Some(&b'/') {
            self.close(at, end);
            return end;
        }
        let name = self.name(at + 1);
        if name.0 == name.1 {
            self.emit(at, end);
            return end;
        }
        self.element(at, end, name)
    }

    fn element(&mut self, at: usize, end: usize, name: (usize, usize)) -> usize {
        let named = |list: &[&[u8]]| {
            let name = &self.bytes[name.0..name.1];
            self.html && list.iter().any(|each| each.eq_ignore_ascii_case(name))
        };
        if self.bytes[at..end].ends_with(b"/>") || named(VOID) {
            self.emit(at, end);
            return end;
        }
        // What holds only text on one line, or nothing, stands on one line.
        let plain = named(PLAIN);
        let mut inner = self.until(end, b'<');
        while plain && inner < self.bytes.len() && !self.ends_here(inner, name) {
            inner = self.until(inner + 1, b'<');
        }
        let whole = self.tag_end(inner);
        if self.ends_here(inner, name)
            && whole - at <= LONGEST
            && memchr::memchr(b'\n', &self.bytes[at..whole]).is_none()
        {
            self.emit(at, whole);
            return whole;
        }
        let line = self.lines.len();
        self.emit(at, end);
        self.open.push(Open { name, line });
        if plain {
            self.emit(end, inner);
            return inner;
        }
        end
    }

    fn close(&mut self, at: usize, end: usize) {
        let name = self.name(at + 2);
        let found = self.open.iter().rposition(|open| self.same(open.name, name));
        if let Some(found) = found {
            let opened = self.open[found].line;
            self.open.truncate(found);
            self.lines[opened].fold_end = self.lines.len() as u32;
        }
        self.emit(at, end);
    }

    fn ends_here(&self, at: usize, name: (usize, usize)) -> bool {
        self.bytes[at..].starts_with(b"</") && self.same(name, self.name(at + 2))
    }

    fn same(&self, one: (usize, usize), other: (usize, usize)) -> bool {
        let (one, other) = (&self.bytes[one.0..one.1], &self.bytes[other.0..other.1]);
        one == other || (self.html && one.eq_ignore_ascii_case(other))
    }

    fn name(&self, at: usize) -> (usize, usize) {
        let rest = self.bytes.get(at..).unwrap_or_default();
        let ends = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'>' | b'/' | b'<');
        (
            at.min(self.bytes.len()),
            at + rest.iter().position(ends).unwrap_or(rest.len()),
        )
    }

    /// After the `>` of the tag at `at`, which may be in quotes before.
    fn tag_end(&self, at: usize) -> usize {
        let mut quote = None;
        for (number, byte) in self.bytes[at..].iter().enumerate().skip(1) {
            match (quote, byte) {
                (None, b'>') => return at + number + 1,
                (None, b'"' | b'\'') => quote = Some(*byte),
                // A tag that never ends ends before the next.
                (None, b'<') => return at + number,
                (Some(open), _) if open == *byte => quote = None,
                _ => {}
            }
        }
        self.bytes.len()
    }

    fn until(&self, at: usize, byte: u8) -> usize {
        memchr::memchr(byte, &self.bytes[at..]).map_or(self.bytes.len(), |found| at + found)
    }

    /// Notes a piece as lines: one for each of its own, without the white space around them.
    fn emit(&mut self, start: usize, end: usize) {
        let mut at = start;
        let mut depth = self.open.len() as u32;
        while at < end {
            let stop = memchr::memchr(b'\n', &self.bytes[at..end]).map_or(end, |found| at + found);
            let (mut from, to) = self.trimmed(at, stop);
            while from < to {
                let mut part = to.min(from + LONGEST);
                while part < to && self.bytes[part] & 0xC0 == 0x80 {
                    part += 1;
                }
                self.lines.push(Line {
                    start: from as u32,
                    end: part as u32,
                    depth,
                    fold_end: 0,
                });
                // The rest of a tag or comment stands a step further in.
                if self.bytes[start] == b'<' {
                    depth = self.open.len() as u32 + 1;
                }
                from = part;
            }
            at = stop + 1;
        }
    }

    fn trimmed(&self, start: usize, end: usize) -> (usize, usize) {
        let piece = &self.bytes[start..end];
        let before = piece.len() - piece.trim_ascii_start().len();
        let length = piece.trim_ascii().len();
        (start + before, start + before + length)
    }
}

/// The colours of a line, flat.
pub(super) fn spans(text: &str) -> Vec<u32> {
    let units: Vec<u16> = text.encode_utf16().collect();
    let is = |at: usize, letter: char| units.get(at).is_some_and(|unit| u32::from(*unit) == letter as u32);
    let mut spans = Vec::new();
    let mut push = |start: usize, end: usize, class: TokenClass| {
        if start < end {
            spans.extend([start as u32, end as u32, class as u32]);
        }
    };
    let mut at = 0;
    while at < units.len() {
        if !is(at, '<') {
            at += 1;
            continue;
        }
        if is(at + 1, '!') || is(at + 1, '?') {
            let end = (at..units.len())
                .find(|at| is(*at, '>'))
                .map_or(units.len(), |at| at + 1);
            push(at, end, TokenClass::Comment);
            at = end;
            continue;
        }
        let slash = usize::from(is(at + 1, '/'));
        let name = at + 1 + slash;
        let ends = |at: &usize| is(*at, ' ') || is(*at, '>') || is(*at, '/') || is(*at, '\t');
        let after = (name..units.len()).find(ends).unwrap_or(units.len());
        push(at, name, TokenClass::Operator);
        push(name, after, TokenClass::Keyword);
        at = after;
        while at < units.len() && !is(at, '>') {
            let quote = ['"', '\''].into_iter().find(|quote| is(at, *quote));
            let begin = at;
            if let Some(quote) = quote {
                let close = (at + 1..units.len()).find(|at| is(*at, quote));
                at = close.map_or(units.len(), |at| at + 1);
                push(begin, at, TokenClass::String);
            } else if is(at, ' ') || is(at, '=') || is(at, '/') || is(at, '\t') {
                at += 1;
            } else {
                let over = |at: &usize| is(*at, '=') || is(*at, ' ') || is(*at, '>') || is(*at, '/');
                at = (at..units.len()).find(over).unwrap_or(units.len());
                push(begin, at, TokenClass::Property);
            }
        }
        push(at, (at + 1).min(units.len()), TokenClass::Operator);
        at += 1;
    }
    spans
}
