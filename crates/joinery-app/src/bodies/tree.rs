//! The tree view: one pass over the bytes notes where each line's key and value are; text is made for the lines that
//! are asked for. No value is ever built.

use super::{
    raw::{cut, utf16_length},
    types::{BodyError, BodyLine},
};
use crate::highlight::{Span, TokenClass, flat};

/// The lines of a valid JSON text.
pub(super) struct Tree {
    pub(super) lines: Vec<Line>,
}

/// Where a line's parts are, as places of 32 bits: a large body has millions of lines.
pub(super) struct Line {
    /// The key with its quotes, empty where there is none.
    key: (u32, u32),
    /// The value: a scalar, an empty container, or the bracket that opens or closes one.
    value: (u32, u32),
    /// For an opening bracket the line that closes it.
    fold_end: u32,
    /// For an opening bracket the number of its items.
    items: u32,
    depth: u32,
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    lines: Vec<Line>,
    /// The open containers' lines.
    open: Vec<u32>,
}

/// Reads a JSON text (RFC 8259), however deep.
pub(super) fn read(bytes: &[u8]) -> Result<Tree, BodyError> {
    let mut reader = Reader {
        bytes,
        at: 0,
        lines: Vec::new(),
        open: Vec::new(),
    };
    match reader.document() {
        Ok(()) => Ok(Tree { lines: reader.lines }),
        Err(message) => Err(place(bytes, reader.at, message)),
    }
}

fn place(bytes: &[u8], at: usize, message: &str) -> BodyError {
    let before = &bytes[..at.min(bytes.len())];
    let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let line = before.split(|byte| *byte == b'\n').count() as u32;
    let column = String::from_utf8_lossy(&before[start..]).chars().count() as u32 + 1;
    BodyError {
        line,
        column,
        message: message.to_owned(),
    }
}

type Step = Result<(), &'static str>;

impl Reader<'_> {
    fn document(&mut self) -> Step {
        self.item(false)?;
        while let Some(container) = self.open.last().copied() {
            self.space();
            let object = self.bytes[self.lines[container as usize].value.0 as usize] == b'{';
            let first = self.lines[container as usize].items == 0;
            match self.peek() {
                Some(b'}') if object => self.close(container),
                Some(b']') if !object => self.close(container),
                Some(b',') if !first => {
                    self.at += 1;
                    self.member(container, object)?;
                }
                _ if first => self.member(container, object)?,
                _ if object => return Err("expected `,` or `}`"),
                _ => return Err("expected `,` or `]`"),
            }
        }
        self.space();
        if self.at < self.bytes.len() {
            Err("expected nothing after the value")
        } else {
            Ok(())
        }
    }

    fn member(&mut self, container: u32, object: bool) -> Step {
        self.lines[container as usize].items += 1;
        self.item(object)
    }

    /// A value with its key, or the opening of a container.
    fn item(&mut self, keyed: bool) -> Step {
        self.space();
        let key = if keyed { self.key()? } else { (0, 0) };
        self.space();
        let start = self.at as u32;
        let depth = self.open.len() as u32;
        match self.peek() {
            Some(bracket @ (b'{' | b'[')) => {
                self.at += 1;
                self.space();
                if self.peek() == Some(bracket + 2) {
                    self.at += 1;
                } else {
                    self.open.push(self.lines.len() as u32);
                    let value = (start, start + 1);
                    self.lines.push(Line {
                        key,
                        value,
                        fold_end: 0,
                        items: 0,
                        depth,
                    });
                    return Ok(());
                }
            }
            Some(b'"') => self.string()?,
            Some(b'-' | b'0'..=b'9') => self.number()?,
            _ => self.word()?,
        }
        self.lines.push(Line {
            key,
            value: (start, self.at as u32),
            fold_end: 0,
            items: 0,
            depth,
        });
        Ok(())
    }

    fn close(&mut self, container: u32) {
        self.open.pop();
        let line = self.lines.len() as u32;
        self.lines[container as usize].fold_end = line;
        let start = self.at as u32;
        let depth = self.open.len() as u32;
        self.lines.push(Line {
            key: (0, 0),
            value: (start, start + 1),
            fold_end: 0,
            items: 0,
            depth,
        });
        self.at += 1;
    }

    fn key(&mut self) -> Result<(u32, u32), &'static str> {
        if self.peek() != Some(b'"') {
            return Err("expected a key in double quotes");
        }
        let start = self.at as u32;
        self.string()?;
        let end = self.at as u32;
        self.space();
        if self.peek() != Some(b':') {
            return Err("expected `:` after the key");
        }
        self.at += 1;
        Ok((start, end))
    }

    fn string(&mut self) -> Step {
        self.at += 1;
        loop {
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => self.escape()?,
                Some(0..=0x1F) => return Err("a control character in a string must be escaped"),
                Some(_) => self.at += 1,
                None => return Err("the string does not end"),
            }
        }
        self.at += 1;
        Ok(())
    }

    fn escape(&mut self) -> Step {
        match self.bytes.get(self.at + 1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.at += 2,
            Some(b'u') => {
                let digits = self.bytes.get(self.at + 2..self.at + 6);
                if !digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)) {
                    return Err("expected four hexadecimal digits after `\\u`");
                }
                self.at += 6;
            }
            _ => return Err("no such escape in a string"),
        }
        Ok(())
    }

    fn number(&mut self) -> Step {
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        if self.peek() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(())
    }

    fn digits(&mut self) -> Step {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        if self.at == start {
            Err("expected a digit")
        } else {
            Ok(())
        }
    }

    fn word(&mut self) -> Step {
        let rest = &self.bytes[self.at..];
        let word = ["true", "false", "null"]
            .into_iter()
            .find(|word| rest.starts_with(word.as_bytes()));
        self.at += word
            .ok_or(if rest.is_empty() {
                "the text ends too early"
            } else {
                "expected a value"
            })?
            .len();
        Ok(())
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }
}

impl Tree {
    /// A line as text with its colours. Keys that are plain words lose their quotes.
    pub(super) fn line(&self, bytes: &[u8], number: usize) -> BodyLine {
        let line = &self.lines[number];
        let mut shown = Shown::default();
        if line.key != (0, 0) {
            let key = piece(bytes, line.key);
            shown.push(plain_key(key).unwrap_or(key), TokenClass::Property);
            shown.push(b":", TokenClass::Operator);
            shown.push(b" ", TokenClass::None);
        }
        let value = piece(bytes, line.value);
        match value[0] {
            // An empty container may hold white space.
            b'{' if value.len() > 1 => shown.push(b"{}", TokenClass::Operator),
            b'[' if value.len() > 1 => shown.push(b"[]", TokenClass::Operator),
            first => shown.push(value, class(first)),
        }
        if line.fold_end > 0 && value[0] == b'[' {
            let noun = if line.items == 1 { "item" } else { "items" };
            shown.push(format!("  {} {noun}", line.items).as_bytes(), TokenClass::Comment);
        }
        BodyLine {
            text: shown.text,
            depth: line.depth,
            fold_end: (line.fold_end > 0).then_some(line.fold_end),
            spans: flat(&shown.spans),
            cut: shown.cut,
        }
    }

    /// The `JSONPath` of the value on a line; a closing bracket has its container's.
    pub(super) fn path(&self, bytes: &[u8], number: usize) -> Option<String> {
        let mut steps = Vec::new();
        let mut at = self.start_of(number)?;
        while self.lines[at].depth > 0 {
            let depth = self.lines[at].depth;
            let before = |line: &Line| line.depth == depth && !is_close(bytes, line);
            let parent = self.lines[..at].iter().rposition(|line| line.depth < depth)?;
            let key = self.lines[at].key;
            steps.push(if key == (0, 0) {
                format!(
                    "[{}]",
                    self.lines[parent..at].iter().filter(|line| before(line)).count()
                )
            } else {
                path_step(piece(bytes, key))
            });
            at = parent;
        }
        steps.push("$".to_owned());
        steps.reverse();
        Some(steps.concat())
    }

    fn start_of(&self, number: usize) -> Option<usize> {
        self.lines.get(number)?;
        let opener = self.lines[..number]
            .iter()
            .rposition(|line| line.fold_end as usize == number && number > 0);
        Some(opener.unwrap_or(number))
    }
}

fn is_close(bytes: &[u8], line: &Line) -> bool {
    matches!(bytes[line.value.0 as usize], b'}' | b']')
}

fn piece(bytes: &[u8], (start, end): (u32, u32)) -> &[u8] {
    &bytes[start as usize..end as usize]
}

fn plain_key(key: &[u8]) -> Option<&[u8]> {
    let inner = &key[1..key.len() - 1];
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | b'-');
    (!inner.is_empty() && inner.iter().all(plain)).then_some(inner)
}

fn path_step(key: &[u8]) -> String {
    match plain_key(key) {
        Some(plain) if !plain.contains(&b'-') && !plain[0].is_ascii_digit() => {
            format!(".{}", String::from_utf8_lossy(plain))
        }
        _ => format!("[{}]", String::from_utf8_lossy(key)),
    }
}

fn class(first: u8) -> TokenClass {
    match first {
        b'"' => TokenClass::String,
        b'{' | b'}' | b'[' | b']' => TokenClass::Operator,
        b't' | b'f' | b'n' => TokenClass::Constant,
        _ => TokenClass::Number,
    }
}

/// A line being put together.
#[derive(Default)]
struct Shown {
    text: String,
    units: u32,
    spans: Vec<Span>,
    cut: bool,
}

impl Shown {
    fn push(&mut self, bytes: &[u8], class: TokenClass) {
        let (text, was_cut) = cut(bytes);
        let end = self.units + utf16_length(&text);
        if class != TokenClass::None {
            self.spans.push(Span {
                start: self.units,
                end,
                class,
            });
        }
        self.text.push_str(&text);
        self.units = end;
        self.cut |= was_cut;
    }
}
