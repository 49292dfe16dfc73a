//! Layout of scripts: four spaces, one blank line at most, trailing commas in lists that span lines. Where lines break is
//! the author's choice, within reason; comments stay where they are. What a script means never changes: the tokens
//! before and after are compared, and a script that does not compile is left as it is.

use rhai::{Engine, Token};

use super::{
    code::{Bracket, Code},
    scan::Kind,
};
use crate::{error::ScriptError, run::Scripts};

mod print;
mod space;
mod wrap;

/// One step of indentation.
const INDENT: usize = 4;
/// Lists on longer lines are spread over several.
pub const WIDTH: usize = 120;

/// A script that compiles, in its layout.
///
/// # Errors
/// It has a form that cannot be laid out.
pub(crate) fn format(scripts: &Scripts, path: &str, text: &str) -> Result<String, ScriptError> {
    let formatted = lay_out(text);
    if same_meaning(&scripts.inner.engine, text, &formatted) {
        return Ok(formatted);
    }
    Err(ScriptError::new(
        "format",
        "this script has a form that cannot be laid out without changing it",
        path,
    )
    .with_hint("It is left as it is. Lay it out by hand."))
}

/// The layout, whatever the script means.
fn lay_out(text: &str) -> String {
    let mut text = text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n");
    // Each pass spreads one more list of each line that is too long; there are fewer lists than bytes.
    for _ in 0..=text.len() {
        let code = Code::of(&text);
        let printed = print::print(&code);
        match wrap::spread(&printed) {
            Some(spread) => text = spread,
            None => return printed,
        }
    }
    text
}

/// Whether two scripts are the same to the parser, a comma before a closing bracket aside.
fn same_meaning(engine: &Engine, left: &str, right: &str) -> bool {
    meaning(engine, left) == meaning(engine, right)
}

/// What the engine's own lexer sees.
fn meaning(engine: &Engine, text: &str) -> Vec<Token> {
    let (tokens, control) = engine.lex([&text]);
    let mut seen: Vec<Token> = Vec::new();
    // Braces open inside each `${` that is open.
    let mut filled: Vec<usize> = Vec::new();
    for (token, _) in tokens {
        match token {
            Token::EOF => break,
            Token::InterpolatedString(_) => filled.push(0),
            Token::LeftBrace | Token::MapStart => {
                if let Some(open) = filled.last_mut() {
                    *open += 1;
                }
            }
            _ => {}
        }
        if token == Token::RightBrace
            && let Some(open) = filled.last_mut()
        {
            *open -= 1;
            if *open == 0 {
                filled.pop();
                control.borrow_mut().is_within_text = true;
            }
        }
        let closes = matches!(token, Token::RightParen | Token::RightBracket | Token::RightBrace);
        if closes && seen.last() == Some(&Token::Comma) {
            seen.pop();
        }
        match token {
            // `()` and `( )` are two tokens to the lexer and one thing to the parser.
            Token::Unit => seen.extend([Token::LeftParen, Token::RightParen]),
            // Doc comments go by their own rules.
            Token::Comment(_) => {}
            other => seen.push(other),
        }
    }
    seen
}

/// The token after this one, or after the whole text where a template begins here.
fn past_template(code: &Code, index: usize) -> usize {
    if code.kind(index) != Some(Kind::TemplateOpen) {
        return index + 1;
    }
    let mut at = index;
    while matches!(code.kind(at), Some(Kind::TemplateOpen | Kind::TemplateMiddle)) {
        at = code.close_of(at);
    }
    (at + 1).min(code.tokens.len())
}

/// Whether the items of this bracket are divided by commas and may have one after the last.
fn is_list(code: &Code, open: usize) -> bool {
    matches!(
        code.bracket[open],
        Some(Bracket::Map | Bracket::List | Bracket::Cases | Bracket::Call | Bracket::Parameters)
    )
}
