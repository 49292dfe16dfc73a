//! What can be folded: brackets over several lines, and comments of several lines.

use super::{
    code::{Bracket, Code},
    lines::Lines,
    scan::Kind,
};

/// Lines that can be folded into their first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fold {
    /// The first line, from 0.
    pub first: usize,
    /// The last line that is hidden.
    pub last: usize,
    /// Whether it is a comment.
    pub comment: bool,
}

/// Every fold of a script; where several begin on one line, the longest.
pub fn folds(code: &Code) -> Vec<Fold> {
    let lines = Lines::of(code.text);
    let line = |byte: usize| lines.line_of(byte);
    let mut folds = Vec::new();
    for open in 0..code.tokens.len() {
        let bracket = code.bracket[open].filter(|bracket| *bracket != Bracket::Template);
        let Some(close) = bracket.and(code.partner[open]).filter(|close| *close > open) else {
            continue;
        };
        let (first, last) = (line(code.span(open).start), line(code.span(close).start));
        if last > first + 1 {
            let last = last - 1;
            folds.push(Fold {
                first,
                last,
                comment: false,
            });
        }
    }
    let mut run: Option<(usize, usize)> = None;
    for comment in &code.comments {
        let (first, last) = (line(comment.span.start), line(comment.span.end.saturating_sub(1)));
        let start = lines.start_of(first, code.text);
        let own_line = code.text[start..comment.span.start].trim().is_empty();
        match &mut run {
            Some((_, end)) if own_line && first == *end + 1 && comment.kind == Kind::LineComment => *end = last,
            _ => {
                folds.extend(comment_fold(run));
                run = own_line.then_some((first, last));
            }
        }
    }
    folds.extend(comment_fold(run));
    folds.sort_by_key(|fold| (fold.first, std::cmp::Reverse(fold.last)));
    folds.dedup_by_key(|fold| fold.first);
    folds
}

fn comment_fold(run: Option<(usize, usize)>) -> Option<Fold> {
    run.filter(|(first, last)| last > first).map(|(first, last)| Fold {
        first,
        last,
        comment: true,
    })
}
