//! Whether two tokens on one line have a blank between them.

use crate::language::{
    code::{Bracket, Code},
    scan::Kind,
};

/// Whether a blank stands between a token and the one before it.
pub fn between(code: &Code, before: usize, index: usize) -> bool {
    let (last, next) = (code.word(before), code.word(index));
    let symbol = |at: usize| code.kind(at) == Some(Kind::Symbol);
    if symbol(index) {
        match next {
            "," | ";" | ":" | ")" | "]" | "." | "?." | "::" | "?[" | ".." | "..=" => return false,
            "}" => return !(symbol(before) && matches!(last, "{" | "#{")),
            "(" | "[" if !matches!(code.bracket[index], Some(Bracket::Group | Bracket::List)) => return false,
            "!" if is_bang(code, index) => return false,
            "|" if closes_bars(code, index) => return false,
            _ => {}
        }
    }
    if symbol(before) {
        match last {
            "(" | "[" | "?[" | "." | "?." | "::" | ".." | "..=" => return false,
            // `-5.abs()` is 5 and `- 5.abs()` is -5: the lexer takes the sign into the number only where they touch.
            "-" | "+" if is_unary(code, before) && code.kind(index) == Some(Kind::Number) => {
                return code.span(before).end < code.span(index).start;
            }
            // `--` is a word of its own to the lexer.
            "!" | "-" | "+" if is_unary(code, before) => return last == next && last != "!",
            "|" if code.closure[before].is_some() => return false,
            _ => {}
        }
    }
    true
}

/// Whether `-`, `+` or `!` belongs to what follows.
pub fn is_unary(code: &Code, index: usize) -> bool {
    matches!(code.word(index), "-" | "+" | "!") && (index == 0 || is_bang(code, index) || !code.ends_value(index - 1))
}

/// Whether this is the `!` of `name!(...)`.
fn is_bang(code: &Code, index: usize) -> bool {
    code.word(index) == "!" && index > 0 && code.is_name(index - 1) && code.word(index + 1) == "("
}

fn closes_bars(code: &Code, index: usize) -> bool {
    (0..index)
        .rev()
        .take_while(|&before| !matches!(code.word(before), ";" | "{" | "}"))
        .any(|before| code.closure[before] == Some(index))
}
