//! Goes through valid JSON line by line, as the tree and pretty views show it, from any line's beginning.

use super::{
    index::Mark,
    scan::{Place, scalar_end, space, string_end},
};

/// A line: a scalar, an empty container, or a bracket that opens or closes one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::bodies) struct Item {
    /// Where it begins: its key where it has one.
    pub start: u32,
    /// The key with its quotes, empty where there is none.
    pub key: Place,
    /// The value or bracket.
    pub value: Place,
    /// What it does to the depth.
    pub kind: Kind,
    /// How deep it is.
    pub depth: u32,
}

/// What a line does to the depth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::bodies) enum Kind {
    /// It opens a container that has members.
    Open,
    /// It closes one.
    Close,
    /// Neither.
    Leaf,
}

/// Where a line begins, and how deep.
pub(in crate::bodies) struct Walk<'a> {
    bytes: &'a [u8],
    at: usize,
    depth: u32,
}

impl<'a> Walk<'a> {
    /// From a mark.
    pub(super) fn from(bytes: &'a [u8], mark: &Mark) -> Self {
        Self::new(bytes, mark.at, mark.depth)
    }

    /// From the line that begins at `at`.
    pub(in crate::bodies) fn new(bytes: &'a [u8], at: u32, depth: u32) -> Self {
        let closes = matches!(bytes.get(at as usize), Some(b'}' | b']'));
        Self {
            bytes,
            at: at as usize,
            depth: depth + u32::from(closes),
        }
    }
}

impl Iterator for Walk<'_> {
    type Item = Item;

    fn next(&mut self) -> Option<Item> {
        let bytes = self.bytes;
        let mut at = space(bytes, self.at);
        if bytes.get(at) == Some(&b',') {
            at = space(bytes, at + 1);
        }
        let start = at as u32;
        let mut key = (0, 0);
        let mut first = *bytes.get(at)?;
        if matches!(first, b'}' | b']') {
            self.at = at + 1;
            self.depth = self.depth.saturating_sub(1);
            return Some(Item {
                start,
                key,
                value: (start, start + 1),
                kind: Kind::Close,
                depth: self.depth,
            });
        }
        if first == b'"' {
            let end = string_end(bytes, at);
            let after = space(bytes, end);
            if bytes.get(after) == Some(&b':') {
                key = (start, end as u32);
                at = space(bytes, after + 1);
                first = *bytes.get(at)?;
            }
        }
        let depth = self.depth;
        let (end, kind) = match first {
            b'"' => (string_end(bytes, at), Kind::Leaf),
            b'{' | b'[' => {
                let inside = space(bytes, at + 1);
                if bytes.get(inside) == Some(&(first + 2)) {
                    (inside + 1, Kind::Leaf)
                } else {
                    self.depth += 1;
                    (at + 1, Kind::Open)
                }
            }
            _ => (scalar_end(bytes, at), Kind::Leaf),
        };
        self.at = end;
        Some(Item {
            start,
            key,
            value: (at as u32, end as u32),
            kind,
            depth,
        })
    }
}
