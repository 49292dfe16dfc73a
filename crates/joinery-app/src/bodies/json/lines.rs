//! Text for the lines that are asked for: the tree view, where plain keys lose their quotes and arrays say how many
//! items they have, and the pretty view, which is JSON again.

use super::{
    index::Index,
    scan::{piece, space},
    walk::{Item, Kind, Walk},
};
use crate::{
    bodies::{line_text::LineText, types::BodyLine},
    highlight::TokenClass,
};

/// How the lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::bodies) enum Look {
    /// For reading.
    Tree,
    /// JSON.
    Pretty,
}

/// An opening bracket whose end was not reached yet.
struct Opened {
    /// Its place among the items; `None` above the window.
    at: Option<usize>,
    items: u32,
}

/// A line before it is text.
struct Laid {
    item: Item,
    fold_end: Option<u32>,
    items: u32,
}

impl Index {
    /// `count` lines from line `from`, and where in the body each piece of them stands.
    pub(in crate::bodies) fn window(&self, bytes: &[u8], look: Look, from: u32, count: u32) -> Vec<LineText> {
        let until = from.saturating_add(count).min(self.count);
        if from >= until {
            return Vec::new();
        }
        self.laid(bytes, from, until)
            .iter()
            .map(|laid| match look {
                Look::Tree => tree_line(bytes, laid),
                Look::Pretty => pretty_line(bytes, laid),
            })
            .collect()
    }

    fn laid(&self, bytes: &[u8], from: u32, until: u32) -> Vec<Laid> {
        let Some(mark) = self.mark(from) else { return Vec::new() };
        let mut window: Vec<Laid> = Vec::with_capacity((until - from) as usize);
        let mut opened: Vec<Opened> = Vec::new();
        // Whatever opens in the window and is not among the long ones closes within so many lines.
        let last = until.saturating_add(super::index::STEP).min(self.count);
        for (number, item) in (mark.line..last).zip(Walk::from(bytes, mark)) {
            if number >= until && opened.iter().all(|each| each.at.is_none()) {
                break;
            }
            match item.kind {
                Kind::Close => {
                    if let Some(Opened { at: Some(at), items }) = opened.pop() {
                        (window[at].fold_end, window[at].items) = (Some(number), items);
                    }
                }
                Kind::Open | Kind::Leaf => {
                    if let Some(outer) = opened.last_mut() {
                        outer.items += 1;
                    }
                }
            }
            let shown = (from..until).contains(&number);
            let long = (item.kind == Kind::Open).then(|| self.opened(number)).flatten();
            if item.kind == Kind::Open {
                opened.push(Opened {
                    at: (shown && long.is_none()).then_some(window.len()),
                    items: 0,
                });
            }
            if shown {
                window.push(Laid {
                    item,
                    fold_end: long.map(|long| long.end),
                    items: long.map_or(0, |long| long.items),
                });
            }
        }
        window
    }
}

fn tree_line(bytes: &[u8], laid: &Laid) -> LineText {
    let mut text = LineText::default();
    let Item { key, value, .. } = laid.item;
    if key != (0, 0) {
        let shown = if plain_key(piece(bytes, key)) {
            (key.0 + 1, key.1 - 1)
        } else {
            key
        };
        text.push(bytes, shown, TokenClass::Property);
        text.word(": ", TokenClass::Operator);
    }
    push_value(&mut text, bytes, laid);
    if laid.fold_end.is_some() && bytes[value.0 as usize] == b'[' {
        let noun = if laid.items == 1 { "item" } else { "items" };
        text.word(&format!("  {} {noun}", laid.items), TokenClass::Comment);
    }
    finish(text, laid)
}

fn pretty_line(bytes: &[u8], laid: &Laid) -> LineText {
    let mut text = LineText::default();
    let Item { key, value, kind, .. } = laid.item;
    if key != (0, 0) {
        text.push(bytes, key, TokenClass::Property);
        text.word(": ", TokenClass::Operator);
    }
    push_value(&mut text, bytes, laid);
    let after = space(bytes, value.1 as usize);
    if kind != Kind::Open && bytes.get(after) == Some(&b',') {
        text.push(bytes, (after as u32, after as u32 + 1), TokenClass::Operator);
    }
    finish(text, laid)
}

fn push_value(text: &mut LineText, bytes: &[u8], laid: &Laid) {
    let value = laid.item.value;
    match (piece(bytes, value).first(), laid.item.kind) {
        // An empty container may hold white space.
        (Some(b'{'), Kind::Leaf) => text.word("{}", TokenClass::Operator),
        (Some(b'['), Kind::Leaf) => text.word("[]", TokenClass::Operator),
        (Some(first), _) => text.push(bytes, value, class(*first)),
        (None, _) => {}
    }
}

fn finish(mut text: LineText, laid: &Laid) -> LineText {
    text.line = BodyLine {
        depth: laid.item.depth,
        fold_end: laid.fold_end,
        ..text.line
    };
    text
}

fn plain_key(key: &[u8]) -> bool {
    let inner = &key[1..key.len() - 1];
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | b'-');
    !inner.is_empty() && inner.iter().all(plain)
}

/// What a value is, by its first byte.
pub(in crate::bodies) fn class(first: u8) -> TokenClass {
    match first {
        b'"' => TokenClass::String,
        b'{' | b'}' | b'[' | b']' => TokenClass::Operator,
        b't' | b'f' | b'n' => TokenClass::Constant,
        _ => TokenClass::Number,
    }
}
