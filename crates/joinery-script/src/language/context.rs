//! What a caret stands in: a text, a member of something, a call.

use super::{
    code::{Bracket, Code},
    scan::{Kind, Span},
    view::{View, inside},
};

/// What is being written at a caret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Context {
    /// Prose: nothing is offered.
    Comment,
    /// Between the quotes of this text token.
    Text(usize),
    /// After the dot at this token.
    Member(usize),
    /// After the `::` at this token.
    Module(usize),
    /// The key of the map that this token opens.
    Key(usize),
    /// A new name, which nobody else can know.
    Declaration,
    /// Anything else.
    Expression,
}

/// What is being written at `byte`, and the part of a word before it.
pub fn context(view: &View, byte: usize) -> (Context, Span) {
    let code = &view.code;
    if code.in_comment(byte) {
        return (Context::Comment, Span::new(byte, byte));
    }
    if let Some(token) = text_at(code, byte) {
        let within = inside(code, token);
        return (
            Context::Text(token),
            Span::new(within.start.min(byte), within.end.max(byte)),
        );
    }
    let word = word_before(code, byte);
    // The token before the word that is being written.
    let Some(before) = code
        .tokens
        .partition_point(|token| token.span.end <= word.start)
        .checked_sub(1)
    else {
        return (Context::Expression, word);
    };
    let context = match (code.kind(before), code.word(before)) {
        (Some(Kind::Symbol), "." | "?.") => Context::Member(before),
        (Some(Kind::Symbol), "::") => Context::Module(before),
        (Some(Kind::Word), "let" | "const" | "fn" | "as" | "for") => Context::Declaration,
        (Some(Kind::Symbol), "|") if code.closure[before].is_some() => Context::Declaration,
        (Some(Kind::Symbol), "#{") => Context::Key(before),
        (Some(Kind::Symbol), ",") => match code.within[before] {
            Some(open) if code.bracket[open] == Some(Bracket::Map) => Context::Key(open),
            Some(open) if code.bracket[open] == Some(Bracket::Parameters) => Context::Declaration,
            _ => Context::Expression,
        },
        (Some(Kind::Symbol), "(") if code.bracket[before] == Some(Bracket::Parameters) => Context::Declaration,
        _ => Context::Expression,
    };
    (context, word)
}

/// The text whose inside holds a place.
fn text_at(code: &Code, byte: usize) -> Option<usize> {
    let at = code.tokens.partition_point(|token| token.span.end < byte);
    (at..code.tokens.len())
        .take_while(|&index| code.tokens[index].span.start < byte)
        .find(|&index| {
            let within = inside(code, index);
            code.kind(index) == Some(Kind::Text) && within.start <= byte && byte <= within.end
        })
        .or_else(|| {
            // Between the parts of a text that fills something in.
            (at..code.tokens.len())
                .take_while(|&index| code.tokens[index].span.start < byte)
                .find(|&index| {
                    let template = matches!(
                        code.kind(index),
                        Some(Kind::TemplateOpen | Kind::TemplateMiddle | Kind::TemplateClose)
                    );
                    template && code.tokens[index].span.end > byte
                })
        })
}

fn word_before(code: &Code, byte: usize) -> Span {
    let start = code.text[..byte]
        .rfind(|letter: char| !super::scan::is_word(letter))
        .map_or(0, |at| at + code.text[at..].chars().next().map_or(1, char::len_utf8));
    let end = code.text[byte..]
        .find(|letter: char| !super::scan::is_word(letter))
        .map_or(code.text.len(), |length| byte + length);
    Span::new(start, end.max(start))
}

/// The call whose arguments hold a place: its bracket, and how many commas stand before.
pub fn call_at(code: &Code, byte: usize) -> Option<(usize, usize)> {
    let mut index = code
        .tokens
        .partition_point(|token| token.span.end <= byte)
        .checked_sub(1)?;
    // A caret right after a bracket is in it; one right after its end is not.
    let mut open = if code.bracket[index].is_some() {
        Some(index)
    } else {
        code.within[index]
    };
    while let Some(found) = open {
        match code.bracket[found] {
            Some(Bracket::Call) => {
                let commas = (found + 1..=index)
                    .filter(|&at| code.within[at] == Some(found) && code.word(at) == ",")
                    .count();
                return Some((found, commas));
            }
            Some(Bracket::Block | Bracket::Cases | Bracket::Parameters) => return None,
            _ => {
                index = found;
                open = code.within[found];
            }
        }
    }
    None
}

/// What the call with this bracket calls: `field`, `http.get`, `paging::all`, `.map`.
pub fn called(code: &Code, open: usize) -> Option<String> {
    let mut name = open.checked_sub(1)?;
    if code.word(name) == "!" {
        name = name.checked_sub(1)?;
    }
    if code.kind(name) != Some(Kind::Word) {
        return None;
    }
    let word = code.word(name);
    let before = name.checked_sub(2);
    Some(match (code.before(name), before) {
        ("." | "?.", Some(before))
            if crate::tokens::NAMESPACES.contains(&code.word(before))
                && !matches!(code.before(before), "." | "?." | "::") =>
        {
            format!("{}.{word}", code.word(before))
        }
        ("." | "?.", _) => format!(".{word}"),
        ("::", Some(before)) => format!("{}::{word}", code.word(before)),
        _ => word.to_owned(),
    })
}
