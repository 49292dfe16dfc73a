//! A script's tokens with what stands in which brackets. Brackets that do not fit are passed over, so that one missing
//! brace spoils the function it is missing in and no other.

use super::scan::{Kind, Span, Token, scan};

/// Words of the language.
pub const KEYWORDS: &[&str] = &[
    "as", "break", "catch", "const", "continue", "do", "else", "export", "false", "fn", "for", "global", "if",
    "import", "in", "let", "loop", "return", "switch", "this", "throw", "true", "try", "until", "while",
];

/// Words that are values.
const VALUES: &[&str] = &["false", "global", "this", "true"];

/// What a pair of brackets is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bracket {
    /// `{ ... }` with statements.
    Block,
    /// `{ ... }` of a `switch`.
    Cases,
    /// `#{ ... }`
    Map,
    /// `[ ... ]`, a list.
    List,
    /// `[ ... ]` after a value.
    Index,
    /// `( ... )` with arguments.
    Call,
    /// `( ... )` with the parameters of a function.
    Parameters,
    /// `( ... )` around an expression.
    Group,
    /// `${ ... }` in a text.
    Template,
}

/// The tokens of a script that matter, and its comments.
#[derive(Debug, Clone)]
pub struct Code<'a> {
    /// The script.
    pub text: &'a str,
    /// Tokens without blanks and comments.
    pub tokens: Vec<Token>,
    /// Comments in order.
    pub comments: Vec<Token>,
    /// For each bracket the token it belongs with.
    pub partner: Vec<Option<usize>>,
    /// For each token the bracket it stands in.
    pub within: Vec<Option<usize>>,
    /// For each opening bracket what it is for.
    pub bracket: Vec<Option<Bracket>>,
    /// For the bar that opens the parameters of a closure the one that closes them; itself for `||`.
    pub closure: Vec<Option<usize>>,
}

impl<'a> Code<'a> {
    /// Reads a script.
    pub fn of(text: &'a str) -> Self {
        let mut code = Self {
            text,
            tokens: Vec::new(),
            comments: Vec::new(),
            partner: Vec::new(),
            within: Vec::new(),
            bracket: Vec::new(),
            closure: Vec::new(),
        };
        for token in scan(text) {
            match token.kind {
                Kind::Space => {}
                Kind::LineComment | Kind::BlockComment => code.comments.push(token),
                _ => code.tokens.push(token),
            }
        }
        code.pair();
        code
    }

    /// The text of a token; empty past the last.
    pub fn word(&self, index: usize) -> &'a str {
        self.tokens.get(index).map_or("", |token| token.span.of(self.text))
    }

    /// The text of the token before; empty before the first.
    pub fn before(&self, index: usize) -> &'a str {
        index.checked_sub(1).map_or("", |before| self.word(before))
    }

    /// What a token is.
    pub fn kind(&self, index: usize) -> Option<Kind> {
        self.tokens.get(index).map(|token| token.kind)
    }

    /// Where a token is; the end of the text past the last.
    pub fn span(&self, index: usize) -> Span {
        self.tokens
            .get(index)
            .map_or(Span::new(self.text.len(), self.text.len()), |token| token.span)
    }

    /// Whether a token is a name rather than a word of the language.
    pub fn is_name(&self, index: usize) -> bool {
        self.kind(index) == Some(Kind::Word) && !KEYWORDS.contains(&self.word(index))
    }

    /// Whether a value ends with this token.
    pub fn ends_value(&self, index: usize) -> bool {
        match self.kind(index) {
            Some(Kind::Word) => !KEYWORDS.contains(&self.word(index)) || VALUES.contains(&self.word(index)),
            Some(Kind::Number | Kind::Text | Kind::Character | Kind::TemplateClose) => true,
            Some(Kind::Symbol) => matches!(self.word(index), ")" | "]" | "}"),
            _ => false,
        }
    }

    /// The token a caret touches, a word rather than a symbol.
    pub fn at(&self, byte: usize) -> Option<usize> {
        let first = self.tokens.partition_point(|token| token.span.end < byte);
        let touching = (first..self.tokens.len()).take_while(|&index| self.tokens[index].span.start <= byte);
        touching.min_by_key(|&index| self.kind(index) != Some(Kind::Word))
    }

    /// The first token that ends at or after a byte.
    pub fn from(&self, byte: usize) -> usize {
        self.tokens.partition_point(|token| token.span.end <= byte)
    }

    /// Whether a byte lies in a comment; one that ends its line holds the line's end too.
    pub fn in_comment(&self, byte: usize) -> bool {
        let last = self.comments.partition_point(|comment| comment.span.start < byte);
        last.checked_sub(1).is_some_and(|last| {
            let comment = &self.comments[last];
            byte < comment.span.end || (comment.kind == Kind::LineComment && byte == comment.span.end)
        })
    }

    /// Where the bracket of this token closes; the end of the tokens where it does not.
    pub fn close_of(&self, open: usize) -> usize {
        self.partner[open].unwrap_or(self.tokens.len())
    }

    /// The comment lines right above a byte, without their slashes.
    pub fn doc_above(&self, byte: usize) -> String {
        let mut lines = Vec::new();
        let mut below = byte;
        let end = self.comments.partition_point(|comment| comment.span.end <= byte);
        for comment in self.comments[..end].iter().rev() {
            let between = self.text.get(comment.span.end..below).unwrap_or("x");
            let is_doc = comment.span.of(self.text).starts_with("///");
            if !is_doc || between.trim() != "" || between.matches('\n').count() > 1 {
                break;
            }
            lines.push(comment.span.of(self.text).trim_start_matches('/').trim());
            below = comment.span.start;
        }
        lines.reverse();
        lines.join("\n")
    }

    fn pair(&mut self) {
        let count = self.tokens.len();
        (self.partner, self.within) = (vec![None; count], vec![None; count]);
        (self.bracket, self.closure) = (vec![None; count], vec![None; count]);
        let mut open: Vec<usize> = Vec::new();
        // The bracket after `fn name` or `for` holds names; the brace after `switch value` holds cases.
        let mut switches: Vec<usize> = Vec::new();
        let mut bars: Option<(usize, usize)> = None;
        for index in 0..count {
            let word = self.word(index);
            let kind = self.tokens[index].kind;
            if kind == Kind::Word && word == "fn" && self.begins_line(index) {
                open.clear();
                switches.clear();
                bars = None;
            }
            let close = matches!(kind, Kind::TemplateMiddle | Kind::TemplateClose)
                || (kind == Kind::Symbol && matches!(word, ")" | "]" | "}"));
            if close && let Some(at) = open.iter().rposition(|&opener| self.fits(opener, index)) {
                open.truncate(at + 1);
                if let Some(opener) = open.pop() {
                    self.partner[opener] = Some(index);
                    self.partner[index] = Some(opener);
                }
            }
            self.within[index] = open.last().copied();
            match (kind, word) {
                (Kind::Word, "switch") if !matches!(self.before(index), "." | "?.") => switches.push(open.len()),
                (Kind::TemplateOpen | Kind::TemplateMiddle, _) => {
                    self.bracket[index] = Some(Bracket::Template);
                    open.push(index);
                }
                (Kind::Symbol, "(" | "[" | "?[" | "{" | "#{") => {
                    self.bracket[index] = Some(self.purpose(index, &mut switches, open.len()));
                    open.push(index);
                }
                (Kind::Symbol, "||") if index == 0 || !self.ends_value(index - 1) => self.closure[index] = Some(index),
                (Kind::Symbol, "|") => match bars.filter(|(_, depth)| *depth == open.len()) {
                    Some((opener, _)) => {
                        self.closure[opener] = Some(index);
                        bars = None;
                    }
                    None if index == 0 || !self.ends_value(index - 1) => bars = Some((index, open.len())),
                    None => {}
                },
                _ => {}
            }
        }
    }

    fn begins_line(&self, index: usize) -> bool {
        let start = self.tokens[index].span.start;
        start == 0 || self.text[..start].ends_with('\n')
    }

    fn fits(&self, open: usize, close: usize) -> bool {
        match (self.tokens[open].kind, self.tokens[close].kind) {
            (Kind::TemplateOpen | Kind::TemplateMiddle, Kind::TemplateMiddle | Kind::TemplateClose) => true,
            (Kind::Symbol, Kind::Symbol) => matches!(
                (self.word(open), self.word(close)),
                ("(", ")") | ("[" | "?[", "]") | ("{" | "#{", "}")
            ),
            _ => false,
        }
    }

    fn purpose(&self, index: usize, switches: &mut Vec<usize>, depth: usize) -> Bracket {
        let value_before = index > 0 && self.ends_value(index - 1);
        match self.word(index) {
            "#{" => Bracket::Map,
            "{" if switches.last() == Some(&depth) => {
                switches.pop();
                Bracket::Cases
            }
            "{" => Bracket::Block,
            "?[" => Bracket::Index,
            "[" if value_before && self.before(index) != "}" => Bracket::Index,
            "[" => Bracket::List,
            _ if index >= 2 && self.word(index - 2) == "fn" => Bracket::Parameters,
            _ if self.before(index) == "!" && index >= 2 && self.is_name(index - 2) => Bracket::Call,
            _ if value_before && self.before(index) != "}" => Bracket::Call,
            _ => Bracket::Group,
        }
    }
}
