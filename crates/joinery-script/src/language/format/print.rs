//! The script line by line: which tokens begin one, how far in, and where comments go.

use super::{INDENT, is_list, past_template, space};
use crate::language::{
    code::{Bracket, Code},
    scan::{Kind, Span, Token},
};

/// Blanks before a comment that follows code on its line.
const BEFORE_COMMENT: &str = "    ";

/// What comes before a token.
#[derive(Clone, Copy, PartialEq)]
enum Gap {
    Nothing,
    Blank,
    /// A new line; `empty` with an empty one above it, `inner` one step further in than its surroundings.
    Line {
        empty: bool,
        inner: bool,
    },
}

/// A bracket that is open.
struct Frame {
    /// How far in the line began that it stands on.
    base: usize,
    /// Whether what it holds begins on a line of its own.
    broken: bool,
}

struct Printer<'a> {
    code: &'a Code<'a>,
    out: String,
    frames: Vec<Frame>,
    /// How far in the present line begins.
    line: usize,
    /// How far in the words stand whose block is still to come, with the brackets open around them.
    heads: Vec<(usize, usize)>,
    /// The next comment.
    comment: usize,
    /// The comment before a comma that was left out, and whether it begins its line.
    carried: Option<(Token, bool)>,
}

/// The script, laid out.
pub fn print(code: &Code) -> String {
    let mut printer = Printer {
        code,
        out: String::with_capacity(code.text.len() + 64),
        frames: Vec::new(),
        line: 0,
        heads: Vec::new(),
        comment: 0,
        carried: None,
    };
    let mut last = None;
    let mut index = 0;
    while index < code.tokens.len() {
        printer.token(last, index);
        let next = past_template(code, index);
        last = Some(next - 1);
        index = next;
    }
    printer.comments(last, None);
    let end = printer.out.trim_end().len();
    printer.out.truncate(end);
    if !printer.out.is_empty() {
        printer.out.push('\n');
    }
    printer.out
}

impl Printer<'_> {
    fn token(&mut self, last: Option<usize>, index: usize) {
        let code = self.code;
        let word = code.word(index);
        let closes = self.closes(index);
        let after_comment = self.comments(last, Some(index));
        let after_comment = after_comment.or_else(|| self.carried.take());
        let mut gap = last.map_or(Gap::Nothing, |last| self.gap(last, index));
        if let Some((comment, alone)) = after_comment {
            gap = self.after_comment(comment, alone, gap, last, index);
        }
        // A comma that a list on one line does not need.
        if word == "," && self.is_last_comma(index) && self.frames.last().is_some_and(|frame| !frame.broken) {
            self.carried = after_comment;
            return;
        }
        self.write_gap(gap, closes);
        if closes {
            self.frames.pop();
        }
        let next = past_template(code, index);
        self.out
            .push_str(Span::new(code.span(index).start, code.span(next - 1).end).of(code.text));
        if code.kind(index) != Some(Kind::TemplateOpen) {
            self.open(index);
        }
        if self.wants_comma(next) && word != "," {
            self.out.push(',');
        }
    }

    fn closes(&self, index: usize) -> bool {
        self.code.kind(index) == Some(Kind::Symbol)
            && matches!(self.code.word(index), ")" | "]" | "}")
            && !self.frames.is_empty()
    }

    fn open(&mut self, index: usize) {
        let word = self.code.word(index);
        if self.code.kind(index) == Some(Kind::Word)
            && matches!(
                word,
                "if" | "while" | "for" | "fn" | "switch" | "loop" | "do" | "else" | "try" | "catch"
            )
        {
            self.heads.push((self.frames.len(), self.line));
        }
        let Some(bracket) = self.code.bracket[index] else {
            return;
        };
        let mut base = self.line;
        if matches!(bracket, Bracket::Block | Bracket::Cases) {
            while let Some((_, line)) = self.heads.pop_if(|(depth, _)| *depth >= self.frames.len()) {
                base = line;
            }
        }
        let broken = self.is_broken(index, bracket);
        self.frames.push(Frame { base, broken });
    }

    /// Whether what a bracket holds begins on a line of its own.
    fn is_broken(&self, open: usize, bracket: Bracket) -> bool {
        let code = self.code;
        let close = code.close_of(open);
        let held = Span::new(code.span(open).end, code.span(close).start);
        let mut comments = code.comments[self.comment..]
            .iter()
            .skip_while(|comment| comment.span.start < held.start)
            .take_while(|comment| comment.span.end <= held.end)
            .peekable();
        if close == open + 1 && comments.peek().is_none() {
            return false;
        }
        if matches!(bracket, Bracket::Block | Bracket::Cases) {
            return comments.any(|comment| comment.kind == Kind::LineComment) || self.has_line_end(open, close);
        }
        let first = code.span(open + 1).start;
        let leading = comments.peek().filter(|comment| comment.span.end <= first);
        match leading {
            Some(comment) => comment.kind == Kind::LineComment || breaks(code.text, held.start, comment.span.start) > 0,
            None => breaks(code.text, held.start, first) > 0,
        }
    }

    /// Whether a line ends between two tokens, other than inside a text.
    fn has_line_end(&self, open: usize, close: usize) -> bool {
        let code = self.code;
        let mut index = open;
        while index < close {
            let next = past_template(code, index);
            if breaks(code.text, code.span(next - 1).end, code.span(next).start) > 0 {
                return true;
            }
            index = next;
        }
        false
    }

    fn write_gap(&mut self, gap: Gap, closes: bool) {
        match gap {
            Gap::Nothing => {}
            Gap::Blank => self.out.push(' '),
            Gap::Line { empty, inner } => {
                let indent = self.indent(inner, closes);
                self.new_line(empty, indent);
            }
        }
    }

    fn new_line(&mut self, empty: bool, indent: usize) {
        if !self.out.is_empty() {
            self.out.push_str(if empty { "\n\n" } else { "\n" });
        }
        self.line = indent;
        self.out.extend(std::iter::repeat_n(' ', indent));
    }

    fn indent(&self, inner: bool, closes: bool) -> usize {
        match self.frames.last() {
            Some(frame) if closes => frame.base,
            Some(frame) if inner && frame.broken => frame.base + 2 * INDENT,
            Some(frame) => frame.base + INDENT,
            None if inner => INDENT,
            None => 0,
        }
    }

    fn gap(&self, last: usize, index: usize) -> Gap {
        let code = self.code;
        let ends = breaks(code.text, code.span(last).end, code.span(index).start);
        let line = |inner| Gap::Line { empty: ends > 1, inner };
        let flush = Gap::Line {
            empty: false,
            inner: false,
        };
        let broken = self.frames.last().is_none_or(|frame| frame.broken);
        let blank = if space::between(code, last, index) {
            Gap::Blank
        } else {
            Gap::Nothing
        };
        if code.bracket[last].is_some() || self.closes(index) {
            return if broken { flush } else { blank };
        }
        let (before, word) = (code.word(last), code.word(index));
        let within = code.within[index].and_then(|open| code.bracket[open]);
        let statements = matches!(within, None | Some(Bracket::Block));
        if self.begins_item(last, index) {
            // In a block each statement has a line; in a list the author says which items share one.
            let own_line = match within {
                None => true,
                Some(Bracket::Block | Bracket::Cases) => broken,
                _ => ends > 0,
            };
            return if own_line { line(false) } else { blank };
        }
        let glued = blank == Gap::Nothing && !matches!(word, "." | "?.");
        let block = word == "{" && code.kind(index) == Some(Kind::Symbol);
        let joins =
            block || matches!(word, "else" | "catch") || before == "fn" || (before == "}" && statements && glued);
        let keeps = ends > 0 && !glued && !joins;
        if keeps && !(before == "}" && matches!(word, "while" | "until")) {
            return Gap::Line {
                empty: false,
                inner: true,
            };
        }
        blank
    }

    /// Whether a statement, an item or a case begins with this token.
    fn begins_item(&self, last: usize, index: usize) -> bool {
        let code = self.code;
        let before = code.word(last);
        if code.kind(last) != Some(Kind::Symbol) {
            return false;
        }
        match before {
            ";" | "," => true,
            "}" => {
                let open = code.partner[last];
                let block = open.and_then(|open| code.bracket[open]);
                if !matches!(block, Some(Bracket::Block | Bracket::Cases)) {
                    return false;
                }
                let within = code.within[index].and_then(|open| code.bracket[open]);
                if !matches!(within, None | Some(Bracket::Block | Bracket::Cases)) {
                    return false;
                }
                let word = code.word(index);
                let of_do = open.is_some_and(|open| code.before(open) == "do");
                match code.kind(index) {
                    Some(Kind::Word) if of_do => false,
                    Some(Kind::Word) => !matches!(word, "else" | "catch" | "in"),
                    Some(Kind::Symbol) => {
                        matches!(word, "#{" | "{")
                            || (matches!(word, "(" | "[" | "-" | "!" | "+" | "|" | "||")
                                && breaks(code.text, code.span(last).end, code.span(index).start) > 0)
                    }
                    _ => true,
                }
            }
            _ => false,
        }
    }

    /// Prints the comments between two tokens and returns the last of them, and whether it begins its line.
    fn comments(&mut self, last: Option<usize>, next: Option<usize>) -> Option<(Token, bool)> {
        let code = self.code;
        let until = next.map_or(code.text.len(), |next| code.span(next).start);
        let mut end = last.map_or(0, |last| code.span(last).end);
        let mut after_open = last.is_none_or(|last| code.bracket[last].is_some());
        let mut printed = None;
        while let Some(&comment) = code
            .comments
            .get(self.comment)
            .filter(|comment| comment.span.start < until)
        {
            self.comment += 1;
            // One inside a text that is printed whole.
            if comment.span.start < end {
                continue;
            }
            let ends = breaks(code.text, end, comment.span.start);
            let after_line = self
                .carried
                .take()
                .is_some_and(|(carried, _)| carried.kind == Kind::LineComment);
            if ends == 0 && !after_line && !self.out.is_empty() {
                match comment.kind {
                    Kind::LineComment => self.out.push_str(BEFORE_COMMENT),
                    _ if self.out.ends_with(['(', '[', ' ']) => {}
                    _ => self.out.push(' '),
                }
            } else {
                let inner = last.zip(next).is_some_and(|(last, next)| self.continues(last, next));
                let indent = self.indent(inner, false);
                self.new_line(ends > 1 && !after_open, indent);
            }
            let text = comment.span.of(code.text);
            self.out.push_str(text.trim_end());
            (end, after_open) = (comment.span.end, false);
            printed = Some((comment, ends > 0 || (last.is_none() && printed.is_none())));
        }
        printed
    }

    /// What comes between a comment and the token after it.
    fn after_comment(&self, comment: Token, alone: bool, gap: Gap, last: Option<usize>, index: usize) -> Gap {
        let ends = breaks(self.code.text, comment.span.end, self.code.span(index).start);
        if comment.kind == Kind::LineComment || ends > 0 {
            return Gap::Line {
                empty: ends > 1 && !self.closes(index),
                inner: last.is_some_and(|last| self.continues(last, index)),
            };
        }
        match gap {
            Gap::Line { .. } if !alone => gap,
            _ if matches!(self.code.word(index), "," | ";" | ")" | "]") => Gap::Nothing,
            _ => Gap::Blank,
        }
    }

    /// Whether a token on a line of its own goes on with what the one before it is part of.
    fn continues(&self, last: usize, index: usize) -> bool {
        self.code.bracket[last].is_none()
            && !self.begins_item(last, index)
            && !self.closes(index)
            && !matches!(self.code.word(index), "else" | "catch" | "{")
    }

    /// Whether a comma is the last in a list whose bracket closes right after it.
    fn is_last_comma(&self, comma: usize) -> bool {
        let close = comma + 1;
        self.code.partner.get(close).copied().flatten().is_some_and(|open| {
            open < close && is_list(self.code, open) && self.code.bracket[open] != Some(Bracket::Parameters)
        })
    }

    /// Whether a comma is missing before the token to come.
    fn wants_comma(&self, close: usize) -> bool {
        let code = self.code;
        let Some(open) = code.partner.get(close).copied().flatten().filter(|open| *open < close) else {
            return false;
        };
        if code.kind(close) != Some(Kind::Symbol) || open + 1 == close || !is_list(code, open) {
            return false;
        }
        let broken = self.frames.last().is_some_and(|frame| frame.broken);
        let after_block = code.bracket[open] == Some(Bracket::Cases) && code.before(close) == "}";
        broken && !after_block && code.bracket[open] != Some(Bracket::Parameters)
    }
}

/// Line ends between two places.
fn breaks(text: &str, from: usize, to: usize) -> usize {
    text.get(from..to).map_or(0, |between| {
        // Only what stands between counts: comments in it have been taken out by the caller.
        between
            .bytes()
            .take_while(u8::is_ascii_whitespace)
            .filter(|byte| *byte == b'\n')
            .count()
    })
}
