//! The text as tokens with their places, comments and blanks included. Never fails: what cannot be read is a token too.
//! A test holds it against the engine's own lexer, which gives no lengths and no comments.

use serde::{Deserialize, Serialize};

/// A piece of the text, in bytes; the end lies after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Span {
    /// Its first byte.
    pub start: usize,
    /// The byte after its last.
    pub end: usize,
}

impl Span {
    /// A span.
    pub fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// Its text.
    pub fn of<'a>(&self, text: &'a str) -> &'a str {
        text.get(self.start..self.end).unwrap_or_default()
    }

    /// Whether a caret at `at` touches it; one right after it does.
    pub fn touches(&self, at: usize) -> bool {
        (self.start..=self.end).contains(&at)
    }
}

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Blanks and line ends.
    Space,
    /// `// ...`, without its line end.
    LineComment,
    /// `/* ... */`, nested ones within.
    BlockComment,
    /// A name or a word of the language.
    Word,
    /// A number.
    Number,
    /// A whole text: `"..."`, `#"..."#`, or one between backticks that fills nothing in.
    Text,
    /// `` `...${ ``
    TemplateOpen,
    /// `}...${`
    TemplateMiddle,
    /// `` }...` ``
    TemplateClose,
    /// `'a'`
    Character,
    /// An operator or a bracket.
    Symbol,
    /// What no script may hold.
    Unknown,
}

/// One token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: Kind,
    /// Where it is.
    pub span: Span,
}

impl Token {
    /// Whether the parser would see it.
    pub fn matters(&self) -> bool {
        !matches!(self.kind, Kind::Space | Kind::LineComment | Kind::BlockComment)
    }
}

/// Operators of more than one character, longest first.
const OPERATORS: &[&str] = &[
    "<<=", ">>=", "**=", "..=", "...", "===", "!==", "::<", "#{", "::", "..", "?.", "??", "?[", "=>", "==", "!=", "<=",
    ">=", "<<", ">>", "&&", "||", "**", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "++", "--", "->", "<-", ":=",
];

/// Reads the whole text.
pub fn scan(text: &str) -> Vec<Token> {
    let mut scanner = Scanner {
        text,
        at: 0,
        tokens: Vec::with_capacity(text.len() / 4),
        templates: Vec::new(),
    };
    if text.starts_with("#!") {
        let end = scanner.line_end();
        scanner.take(Kind::LineComment, end);
    }
    while scanner.at < text.len() {
        scanner.next();
    }
    scanner.tokens
}

struct Scanner<'a> {
    text: &'a str,
    at: usize,
    tokens: Vec<Token>,
    /// Braces open inside each `${` that is open.
    templates: Vec<usize>,
}

impl Scanner<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn take(&mut self, kind: Kind, length: usize) {
        let span = Span::new(self.at, self.at + length);
        self.tokens.push(Token { kind, span });
        self.at = span.end;
    }

    fn line_end(&self) -> usize {
        self.rest().find(['\n', '\r']).unwrap_or(self.rest().len())
    }

    fn next(&mut self) {
        let rest = self.rest();
        let Some(first) = rest.chars().next() else { return };
        let second = rest[first.len_utf8()..].chars().next();
        match (first, second) {
            (blank, _) if blank.is_whitespace() => {
                let length = rest.find(|letter: char| !letter.is_whitespace()).unwrap_or(rest.len());
                self.take(Kind::Space, length);
            }
            ('/', Some('/')) => {
                let length = self.line_end();
                self.take(Kind::LineComment, length);
            }
            ('/', Some('*')) => {
                let length = block_comment(rest);
                self.take(Kind::BlockComment, length);
            }
            ('"', _) => {
                let length = quoted(rest, '"');
                self.take(Kind::Text, length);
            }
            ('\'', _) => {
                let length = quoted(rest, '\'');
                self.take(Kind::Character, length);
            }
            ('#', Some('"' | '#')) => {
                let length = raw(rest);
                self.take(Kind::Text, length);
            }
            ('`', _) => self.template(1, Kind::TemplateOpen, Kind::Text),
            ('}', _) if self.templates.last() == Some(&0) => {
                self.templates.pop();
                self.template(1, Kind::TemplateMiddle, Kind::TemplateClose);
            }
            (digit, _) if digit.is_ascii_digit() => {
                let length = number(rest);
                self.take(Kind::Number, length);
            }
            (letter, _) if is_word(letter) => {
                let length = rest.find(|letter: char| !is_word(letter)).unwrap_or(rest.len());
                self.take(Kind::Word, length);
            }
            _ => self.symbol(first),
        }
    }

    /// Text between backticks from `skip` on; `filled` where a `${` ends it, `ended` where a backtick does.
    fn template(&mut self, skip: usize, filled: Kind, ended: Kind) {
        let bytes = self.rest().as_bytes();
        let mut at = skip;
        while let Some(&byte) = bytes.get(at) {
            match (byte, bytes.get(at + 1)) {
                (b'\\', Some(b'$')) | (b'`', Some(b'`')) => at += 2,
                (b'`', _) => return self.take(ended, at + 1),
                (b'$', Some(b'{')) => {
                    self.take(filled, at + 2);
                    return self.templates.push(0);
                }
                _ => at += 1,
            }
        }
        let length = bytes.len();
        self.take(ended, length);
    }

    fn symbol(&mut self, first: char) {
        let rest = self.rest();
        let not_in = rest.starts_with("!in") && !rest[3..].starts_with(is_word);
        let operator = OPERATORS.iter().find(|operator| rest.starts_with(**operator));
        let length = match operator {
            _ if not_in => 3,
            Some(operator) => operator.len(),
            None => first.len_utf8(),
        };
        let known = length > 1 || "(){}[]<>=+-*/%&|^!.,;:?".contains(first);
        if let Some(open) = self.templates.last_mut() {
            match &self.text[self.at..self.at + length] {
                "{" | "#{" => *open += 1,
                "}" => *open -= 1,
                _ => {}
            }
        }
        self.take(if known { Kind::Symbol } else { Kind::Unknown }, length);
    }
}

/// Whether a character belongs to a word.
pub fn is_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

fn block_comment(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    let (mut at, mut depth) = (0, 0_usize);
    while at < bytes.len() {
        match (bytes[at], bytes.get(at + 1)) {
            (b'/', Some(b'*')) => (at, depth) = (at + 2, depth + 1),
            (b'*', Some(b'/')) => (at, depth) = (at + 2, depth - 1),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
    rest.len()
}

/// A text in quotes; one that its line ends first ends there.
fn quoted(rest: &str, quote: char) -> usize {
    let mut letters = rest.char_indices().skip(1).peekable();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '\\' => {
                let escaped = letters.next();
                if matches!(escaped, Some((_, '\r'))) && matches!(letters.peek(), Some((_, '\n'))) {
                    letters.next();
                }
            }
            '\n' | '\r' => return at,
            _ if letter == quote => {
                if letters.peek().is_none_or(|(_, next)| *next != quote) {
                    return at + 1;
                }
                letters.next();
            }
            _ => {}
        }
    }
    rest.len()
}

/// `#"..."#`, with as many `#` as one likes.
fn raw(rest: &str) -> usize {
    let marks = rest.len() - rest.trim_start_matches('#').len();
    if !rest[marks..].starts_with('"') {
        return marks;
    }
    let end = format!("\"{}", "#".repeat(marks));
    rest[marks + 1..]
        .find(&end)
        .map_or(rest.len(), |at| marks + 1 + at + end.len())
}

fn number(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    if let [b'0', b'x' | b'X' | b'o' | b'O' | b'b' | b'B', ..] = bytes {
        let digits = rest[2..].find(|digit: char| !digit.is_ascii_hexdigit() && digit != '_');
        return digits.map_or(rest.len(), |length| length + 2);
    }
    let digits = |mut at: usize| {
        while bytes.get(at).is_some_and(|byte| byte.is_ascii_digit() || *byte == b'_') {
            at += 1;
        }
        at
    };
    let mut at = digits(0);
    if bytes.get(at) == Some(&b'.') {
        let next = bytes.get(at + 1).copied();
        // `1..5` is a range, `1.max(2)` a call, and `1.` before anything else a number.
        let part = next.is_some_and(|byte| byte != b'.' && byte != b'_' && !byte.is_ascii_alphabetic());
        if part {
            at = digits(at + 1);
        }
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
        if sign == 1 || bytes.get(at + 1).is_some_and(u8::is_ascii_digit) {
            at = digits(at + 1 + sign);
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let tokens = scan(text);
        let whole: String = tokens.iter().map(|token| token.span.of(text)).collect();
        assert_eq!(whole, text, "nothing is lost");
        let found: Vec<&str> = tokens
            .iter()
            .filter(|token| token.kind != Kind::Space)
            .map(|token| token.span.of(text))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn templates_hold_tokens_of_their_own() {
        check(
            "`a${ #{ b: `c${d}` } }e`;",
            &["`a${", "#{", "b", ":", "`c${", "d", "}`", "}", "}e`", ";"],
        );
    }

    #[test]
    fn texts_end_at_their_own_quote() {
        check(
            r##""a\"b" "c""d" #"e"f"# 'g'"##,
            &[r#""a\"b""#, r#""c""d""#, r##"#"e"f"#"##, "'g'"],
        );
    }

    #[test]
    fn an_open_text_ends_with_its_line() {
        check("let a = \"b\nlet c", &["let", "a", "=", "\"b", "let", "c"]);
    }

    #[test]
    fn numbers_leave_ranges_and_calls_alone() {
        check(
            "0..5 1.5e-3 1.max(2) 0xff_f",
            &["0", "..", "5", "1.5e-3", "1", ".", "max", "(", "2", ")", "0xff_f"],
        );
    }

    #[test]
    fn tokens_begin_where_the_engines_own_do() {
        let text = r##"
// a comment
fn f(a, b) { /* one /* in */ another */
    let x = #{ "k": 1.5e-3, l: [0xff, 1_000, 'c'], m: "t\"\n" } ?? #"raw " text"#;
    for i in 0..5 { x.m += `plain ``text``` + a?.b?[1] ** 2 << 3; }
    if a !in b && !(a >= b) || a != b { return |y| y.max(2); }
    switch a { 1..=3 => true, _ => x::y(false) }
}
"##;
        let engine = rhai::Engine::new_raw();
        let (tokens, _) = engine.lex([&text]);
        let theirs: Vec<(usize, usize)> = tokens
            .take_while(|(token, _)| *token != rhai::Token::EOF)
            .map(|(_, place)| (place.line().unwrap_or(0), place.position().unwrap_or(0)))
            .collect();
        let place = |at: usize| {
            let line = text[..at].matches('\n').count() + 1;
            (
                line,
                text[..at].chars().rev().take_while(|letter| *letter != '\n').count() + 1,
            )
        };
        let tokens = scan(text);
        let ours: Vec<(usize, usize)> = tokens
            .iter()
            .filter(|token| token.matters())
            .map(|token| place(token.span.start))
            .collect();
        assert_eq!(ours, theirs);
    }

    #[test]
    fn comments_nest() {
        check(
            "a /* b /* c */ d */ e // f\ng",
            &["a", "/* b /* c */ d */", "e", "// f", "g"],
        );
    }
}
