//! What a piece of text is, and how that crosses to the window.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use syntect::parsing::Scope;
use ts_rs::TS;

/// What a piece of text is. Every class but `none` is a colour of the design: `--syn-<class>`.
/// In flat spans a class is its place in this list, from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum TokenClass {
    /// Text like any other.
    None,
    /// `let`, `fn`; a heading.
    Keyword,
    /// A function's name, defined or called.
    Function,
    /// A string.
    String,
    /// The brackets of an interpolation, and escapes.
    Interp,
    /// A number.
    Number,
    /// `true`, `null`, a constant's name.
    Constant,
    /// A key, a field after a dot.
    Property,
    /// A comment.
    Comment,
    /// An operator or bracket.
    Operator,
    /// A variable's name.
    Variable,
    /// A parameter where it is declared.
    Param,
}

/// A coloured piece of a line, in UTF-16 units, as the editor counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Span {
    /// Its first unit.
    pub start: u32,
    /// The unit after its last.
    pub end: u32,
    /// What it is; never `None`.
    pub class: TokenClass,
}

/// A line's spans as they cross to the window: start, end, class, start, end, class ...; a tenth of the size of a list
/// of objects.
pub fn flat(spans: &[Span]) -> Vec<u32> {
    spans
        .iter()
        .flat_map(|span| [span.start, span.end, span.class as u32])
        .collect()
}

/// Adds a span, joining it to the one before where they touch and agree.
pub(crate) fn push_span(spans: &mut Vec<Span>, start: u32, end: u32, class: TokenClass) {
    if start == end || class == TokenClass::None {
        return;
    }
    match spans.last_mut() {
        Some(last) if last.end == start && last.class == class => last.end = end,
        _ => spans.push(Span { start, end, class }),
    }
}

/// Scopes of our grammars and what they are; the first that fits wins.
static CLASSES: LazyLock<Vec<(Scope, TokenClass)>> = LazyLock::new(|| {
    [
        ("comment", TokenClass::Comment),
        ("constant.character.escape", TokenClass::Interp),
        ("punctuation.section.interpolation", TokenClass::Interp),
        ("meta.embedded", TokenClass::None),
        ("string", TokenClass::String),
        ("constant.numeric", TokenClass::Number),
        ("constant", TokenClass::Constant),
        ("keyword.operator", TokenClass::Operator),
        ("keyword", TokenClass::Keyword),
        ("entity.name.function", TokenClass::Function),
        ("variable.other.member", TokenClass::Property),
        ("variable.parameter", TokenClass::Param),
        ("variable", TokenClass::Variable),
    ]
    .into_iter()
    .map(|(scope, class)| (Scope::new(scope).expect("a plain scope name"), class))
    .collect()
});

/// The class of the innermost scope that has one.
pub(super) fn class_of(scopes: &[Scope]) -> TokenClass {
    let class = |scope: &Scope| {
        CLASSES
            .iter()
            .find(|(prefix, _)| prefix.is_prefix_of(*scope))
            .map(|(_, class)| *class)
    };
    scopes.iter().rev().find_map(class).unwrap_or(TokenClass::None)
}
