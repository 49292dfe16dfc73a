//! Reads a JSON text (RFC 8259), however deep, and notes its lines.

use super::index::Index;
use crate::bodies::types::BodyError;

/// A line as it is noted.
pub(super) struct Note {
    /// Where it begins.
    pub(super) at: u32,
    /// How deep it is.
    pub(super) depth: u32,
    /// Which child of its container it is.
    pub(super) ordinal: u32,
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    index: Index,
    open: Vec<Container>,
}

/// An open container.
struct Container {
    line: u32,
    at: u32,
    items: u32,
    object: bool,
}

/// Reads a whole text.
pub(in crate::bodies) fn read(bytes: &[u8]) -> Result<Index, BodyError> {
    let mut reader = Reader::new(bytes);
    match reader.document() {
        Ok(()) => Ok(reader.finish()),
        Err(message) => Err(place(bytes, reader.at, message)),
    }
}

/// Reads the first part of a text. The lines it gives are those that the whole text has too, if that is JSON.
pub(in crate::bodies) fn read_head(head: &[u8]) -> Index {
    let mut reader = Reader::new(head);
    let broken = reader.document().is_err();
    // What stands at the end may go on beyond it.
    if broken {
        reader.index.count = reader.index.count.saturating_sub(1);
    }
    reader.finish()
}

fn place(bytes: &[u8], at: usize, message: &str) -> BodyError {
    let before = &bytes[..at.min(bytes.len())];
    let start = memchr::memrchr(b'\n', before).map_or(0, |at| at + 1);
    let line = memchr::memchr_iter(b'\n', before).count() as u32 + 1;
    let column = String::from_utf8_lossy(&before[start..]).chars().count() as u32 + 1;
    BodyError {
        line,
        column,
        message: message.to_owned(),
    }
}

type Step = Result<(), &'static str>;

impl<'a> Reader<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            at: 0,
            index: Index::default(),
            open: Vec::new(),
        }
    }

    fn finish(mut self) -> Index {
        self.index.finish();
        self.index
    }

    fn document(&mut self) -> Step {
        self.item(false, 0)?;
        while let Some(container) = self.open.last_mut() {
            let object = container.object;
            let first = container.items == 0;
            self.space();
            match self.peek() {
                Some(b'}') if object => self.close(),
                Some(b']') if !object => self.close(),
                Some(b',') if !first => {
                    self.at += 1;
                    self.member(object)?;
                }
                _ if first => self.member(object)?,
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

    fn member(&mut self, object: bool) -> Step {
        let mut ordinal = 0;
        if let Some(container) = self.open.last_mut() {
            ordinal = container.items;
            container.items += 1;
        }
        self.item(object, ordinal)
    }

    /// A value with its key, or the opening of a container.
    fn item(&mut self, keyed: bool, ordinal: u32) -> Step {
        self.space();
        let at = self.at as u32;
        if keyed {
            self.key()?;
            self.space();
        }
        let depth = self.open.len() as u32;
        let note = Note { at, depth, ordinal };
        match self.peek() {
            Some(bracket @ (b'{' | b'[')) => {
                let start = self.at as u32;
                self.at += 1;
                self.space();
                if self.peek() == Some(bracket + 2) {
                    self.at += 1;
                } else {
                    self.note_records(bracket, depth, ordinal);
                    self.open.push(Container {
                        line: self.index.count,
                        at: if keyed { at } else { start },
                        items: 0,
                        object: bracket == b'{',
                    });
                }
            }
            Some(b'"') => self.string()?,
            Some(b'-' | b'0'..=b'9') => self.number()?,
            _ => self.word()?,
        }
        self.index.note(note);
        Ok(())
    }

    /// Remembers the first array near the top whose first element is an object.
    fn note_records(&mut self, bracket: u8, depth: u32, ordinal: u32) {
        if self.index.records.is_none()
            && bracket == b'{'
            && ordinal == 0
            && (depth == 1 || (depth == 2 && self.open[0].object))
            && let Some(array) = self.open.last()
            && !array.object
        {
            self.index.records = Some(array.at);
        }
    }

    fn close(&mut self) {
        let Some(container) = self.open.pop() else { return };
        let ordinal = self.open.last().map_or(0, |outer| outer.items.saturating_sub(1));
        self.index
            .closes(container.line, container.at, container.items, ordinal);
        self.index.note(Note {
            at: self.at as u32,
            depth: self.open.len() as u32,
            ordinal,
        });
        self.at += 1;
    }

    fn key(&mut self) -> Step {
        if self.peek() != Some(b'"') {
            return Err("expected a key in double quotes");
        }
        self.string()?;
        self.space();
        if self.peek() != Some(b':') {
            return Err("expected `:` after the key");
        }
        self.at += 1;
        Ok(())
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
