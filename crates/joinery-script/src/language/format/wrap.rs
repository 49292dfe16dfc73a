//! Lines that are too long: which list to spread over several.

use super::WIDTH;
use crate::language::{
    code::{Bracket, Code},
    lines::Lines,
    scan::Kind,
};

/// The script with one more list spread; `None` where every line fits or nothing on it can be spread.
pub fn spread(text: &str) -> Option<String> {
    let code = Code::of(text);
    let lines = Lines::of(text);
    for number in 0..lines.count() {
        let (start, end) = (lines.start_of(number, text), lines.start_of(number + 1, text));
        let line = text[start..end].trim_end();
        if line.chars().count() <= WIDTH {
            continue;
        }
        let end = start + line.len();
        // A comment behind the code does not count.
        let comment = code
            .comments
            .iter()
            .find(|comment| (start..end).contains(&comment.span.start));
        let end = comment.map_or(end, |comment| start + text[start..comment.span.start].trim_end().len());
        if text[start..end].chars().count() <= WIDTH {
            continue;
        }
        if let Some(open) = widest(&code, start, end) {
            return Some(broken(&code, open));
        }
    }
    None
}

/// The outermost list on the line; where that ends with a list of its own, that one.
fn widest(code: &Code, start: usize, end: usize) -> Option<usize> {
    let on_line = |index: usize| {
        let span = code.span(index);
        span.start >= start && span.end <= end
    };
    let first = code.tokens.partition_point(|token| token.span.start < start);
    let candidates = (first..code.tokens.len()).take_while(|&index| on_line(index));
    let mut chosen = candidates
        .filter(|&open| can_spread(code, open) && on_line(code.close_of(open)))
        .find(|&open| !in_template(code, open))?;
    loop {
        let close = code.close_of(chosen);
        let last = close - 1;
        let inner = code.partner[last].filter(|&open| {
            open > chosen
                && open < last
                && matches!(code.bracket[open], Some(Bracket::Map | Bracket::List | Bracket::Block))
                && (matches!(code.before(open), "," | "(" | "[" | ":") || code.bracket[open] == Some(Bracket::Block))
                && can_spread(code, open)
                && code.bracket[chosen] == Some(Bracket::Call)
        });
        match inner {
            Some(open) => chosen = open,
            None => return Some(chosen),
        }
    }
}

fn can_spread(code: &Code, open: usize) -> bool {
    let Some(close) = code.partner[open].filter(|close| *close > open + 1) else {
        return false;
    };
    match code.bracket[open] {
        Some(Bracket::Block | Bracket::Map | Bracket::Cases) => true,
        Some(Bracket::List | Bracket::Call | Bracket::Parameters) => close > open + 2,
        _ => false,
    }
}

fn in_template(code: &Code, index: usize) -> bool {
    let mut at = code.within[index];
    while let Some(open) = at {
        if matches!(code.kind(open), Some(Kind::TemplateOpen | Kind::TemplateMiddle)) {
            return true;
        }
        at = code.within[open];
    }
    false
}

fn broken(code: &Code, open: usize) -> String {
    let close = code.close_of(open);
    let list = code.bracket[open] != Some(Bracket::Block);
    let mut places = vec![code.span(open).end];
    if list {
        let commas = (open + 1..close).filter(|&index| code.word(index) == "," && code.within[index] == Some(open));
        places.extend(commas.map(|index| code.span(index).end));
    }
    places.push(code.span(close).start);
    let mut text = String::with_capacity(code.text.len() + places.len());
    let mut from = 0;
    for place in places {
        text.push_str(&code.text[from..place]);
        text.push('\n');
        from = place;
    }
    text.push_str(&code.text[from..]);
    text
}
