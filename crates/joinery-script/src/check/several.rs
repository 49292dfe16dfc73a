//! Mistakes that keep a script from compiling. The engine tells the first and stops; here the function it lies in is left
//! out and the rest is read again, so that a mistake in one function hides none in another.

use super::end_of_word;
use crate::{
    engine::Inner,
    error::ScriptError,
    language::{Lines, Place, Span, lines::Unit, scan::Kind, scan::scan},
};

/// The most mistakes that are told at once.
const MOST: usize = 5;
/// Bytes that are read again in all: of a long script fewer mistakes are told, and as fast.
const READ_AGAIN: usize = 200_000;

/// The mistakes of a script after the `first`, which is one of them, each with the column after it.
pub fn mistakes(inner: &Inner, path: &str, text: &str, first: ScriptError) -> Vec<(ScriptError, Option<u32>)> {
    let lines = Lines::of(text);
    let functions = functions(text);
    let mut left = text.to_owned();
    let mut room = READ_AGAIN;
    let mut found = vec![first];
    while found.len() < MOST {
        let Some(at) = found.last().and_then(|error| place(&lines, text, error)) else {
            break;
        };
        let Some(function) = culprit(&left, &functions, at) else {
            break;
        };
        blank(&mut left, function);
        let Some(rest) = room.checked_sub(text.len()) else {
            break;
        };
        room = rest;
        match inner.compile(path, &left) {
            Ok(_) => break,
            // What is told once more has another cause than the function left out.
            Err(error)
                if found
                    .iter()
                    .any(|known| (known.line, known.column) == (error.line, error.column)) =>
            {
                break;
            }
            Err(error) => found.push(error),
        }
    }
    found.sort_by_key(|error| (error.line, error.column));
    let with_end = found.into_iter().map(|error| {
        let end = end_of_word(text, error.line, error.column);
        (error, end)
    });
    with_end.collect()
}

fn place(lines: &Lines, text: &str, error: &ScriptError) -> Option<usize> {
    let place = Place {
        line: error.line.checked_sub(1)? as usize,
        column: error.column.saturating_sub(1) as usize,
    };
    Some(lines.byte(text, place, Unit::Scalar))
}

/// Where functions stand: each from its `fn` at the start of a line to what begins at the start of a line after it.
fn functions(text: &str) -> Vec<Span> {
    let tokens = scan(text).into_iter().filter(|token| {
        let starts_line = token.span.start == 0 || text.as_bytes()[token.span.start - 1] == b'\n';
        token.kind == Kind::Word && starts_line
    });
    let beginnings: Vec<(usize, bool)> = tokens
        .filter_map(|token| match token.span.of(text) {
            "fn" => Some((token.span.start, true)),
            "import" | "export" | "const" | "let" => Some((token.span.start, false)),
            _ => None,
        })
        .collect();
    let ends = beginnings.iter().skip(1).map(|(start, _)| *start).chain([text.len()]);
    let spans = beginnings.iter().zip(ends).filter(|((_, is_function), _)| *is_function);
    spans.map(|((start, _), end)| Span::new(*start, end)).collect()
}

/// The function that a mistake at `at` is to be blamed on: the first up to there whose brackets do not fit, or else the
/// one around it.
fn culprit(text: &str, functions: &[Span], at: usize) -> Option<Span> {
    let mut before = functions.iter().filter(|function| function.start <= at);
    let unbalanced = before.clone().find(|function| !is_balanced(function.of(text)));
    let around = before.next_back().filter(|function| at <= function.end);
    unbalanced.or(around).copied()
}

fn is_balanced(text: &str) -> bool {
    let mut open = 0_i32;
    for token in scan(text) {
        match (token.kind, token.span.of(text)) {
            (Kind::Symbol, "{" | "#{" | "(" | "[" | "?[") | (Kind::TemplateOpen, _) => open += 1,
            (Kind::Symbol, "}" | ")" | "]") | (Kind::TemplateClose, _) => open -= 1,
            _ => {}
        }
    }
    open == 0
}

/// Writes blanks over a piece; lines stay where they are.
fn blank(text: &mut String, piece: Span) {
    let blanks: String = piece
        .of(text)
        .chars()
        .map(|letter| if letter == '\n' { '\n' } else { ' ' })
        .collect();
    let length = blanks.len();
    text.replace_range(piece.start..piece.end, &blanks);
    // A letter of several bytes leaves room: spans after the piece stay true.
    text.insert_str(piece.start + length, &" ".repeat(piece.end - piece.start - length));
}
