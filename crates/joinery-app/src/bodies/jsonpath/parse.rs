//! Reads a query as RFC 9535 writes them, and says where one is wrong.

use super::syntax::{Logical, Operand, Operator, Query, Segment, Selector};

/// Why a text is no query, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub(in crate::bodies) struct PathError {
    /// The column in characters, from 1.
    pub(in crate::bodies) column: u32,
    /// What is wrong.
    pub(in crate::bodies) message: String,
}

/// Filters in filters go no deeper than this.
const DEEPEST: u32 = 64;

/// The largest whole number that every reader of JSON keeps.
const LARGEST: i64 = (1 << 53) - 1;

/// Reads a query.
pub(in crate::bodies) fn parse(text: &str) -> Result<Query, PathError> {
    let mut parser = Parser { text, at: 0, depth: 0 };
    let query = parser.whole();
    query.map_err(|message| PathError {
        column: text[..parser.at].chars().count() as u32 + 1,
        message,
    })
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    depth: u32,
}

type Read<T> = Result<T, String>;

fn fail<T>(message: &str) -> Read<T> {
    Err(message.to_owned())
}

/// What a function call gives.
enum Call {
    Value(Operand),
    Logical(Logical),
}

impl Parser<'_> {
    fn whole(&mut self) -> Read<Query> {
        if !self.takes("$") {
            return fail("a path begins with `$`");
        }
        let segments = self.segments()?;
        if self.at < self.text.len() {
            return fail("expected `.`, `[` or the end");
        }
        Ok(Query {
            absolute: true,
            segments,
        })
    }

    fn segments(&mut self) -> Read<Vec<Segment>> {
        let mut segments = Vec::new();
        loop {
            let before = self.at;
            self.space();
            if self.takes("..") {
                segments.push(Segment {
                    descendant: true,
                    selectors: self.after_dots()?,
                });
            } else if self.takes(".") {
                segments.push(Segment {
                    descendant: false,
                    selectors: vec![self.shorthand()?],
                });
            } else if self.peek() == Some('[') {
                segments.push(Segment {
                    descendant: false,
                    selectors: self.bracketed()?,
                });
            } else {
                self.at = before;
                return Ok(segments);
            }
        }
    }

    fn after_dots(&mut self) -> Read<Vec<Selector>> {
        if self.peek() == Some('[') {
            self.bracketed()
        } else {
            Ok(vec![self.shorthand()?])
        }
    }

    fn shorthand(&mut self) -> Read<Selector> {
        if self.takes("*") {
            return Ok(Selector::Wildcard);
        }
        let name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || !letter.is_ascii();
        match self.peek() {
            Some(first) if name(first) && !first.is_ascii_digit() => Ok(Selector::Name(self.while_it(name))),
            _ => fail("expected a name or `*`; other names are written `['name']`"),
        }
    }

    fn bracketed(&mut self) -> Read<Vec<Selector>> {
        self.at += 1;
        let mut selectors = Vec::new();
        loop {
            self.space();
            selectors.push(self.selector()?);
            self.space();
            if self.takes("]") {
                return Ok(selectors);
            }
            if !self.takes(",") {
                return fail("expected `,` or `]`");
            }
        }
    }

    fn selector(&mut self) -> Read<Selector> {
        match self.peek() {
            Some('\'' | '"') => Ok(Selector::Name(self.string()?)),
            Some('*') => {
                self.at += 1;
                Ok(Selector::Wildcard)
            }
            Some('?') => {
                self.at += 1;
                self.space();
                Ok(Selector::Filter(self.logical()?))
            }
            Some('-' | ':' | '0'..='9') => self.index_or_slice(),
            _ => fail("expected a name in quotes, a number, `*`, `:` or `?`"),
        }
    }

    fn index_or_slice(&mut self) -> Read<Selector> {
        let start = self.integer_if_any()?;
        let before = self.at;
        self.space();
        if !self.takes(":") {
            self.at = before;
            return start.map(Selector::Index).ok_or_else(|| "expected a number".to_owned());
        }
        self.space();
        let end = self.integer_if_any()?;
        self.space();
        let mut step = None;
        if self.takes(":") {
            self.space();
            step = self.integer_if_any()?;
        }
        Ok(Selector::Slice {
            start,
            end,
            step: step.unwrap_or(1),
        })
    }

    fn integer_if_any(&mut self) -> Read<Option<i64>> {
        let begin = self.at;
        let negative = self.takes("-");
        let digits = self.while_it(|letter| letter.is_ascii_digit());
        if digits.is_empty() {
            return if negative { fail("expected a digit") } else { Ok(None) };
        }
        let written = &self.text[begin..self.at];
        if (digits.starts_with('0') && digits.len() > 1) || written == "-0" {
            self.at = begin;
            return fail("a whole number begins with no zero");
        }
        match written.parse::<i64>() {
            Ok(number) if number.abs() <= LARGEST => Ok(Some(number)),
            _ => {
                self.at = begin;
                fail("this number is too large")
            }
        }
    }

    fn logical(&mut self) -> Read<Logical> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return fail("filters are nested too deeply");
        }
        let mut any = vec![self.all_of()?];
        while self.takes_after_space("||") {
            self.space();
            any.push(self.all_of()?);
        }
        self.depth -= 1;
        Ok(if any.len() == 1 {
            any.swap_remove(0)
        } else {
            Logical::Or(any)
        })
    }

    fn all_of(&mut self) -> Read<Logical> {
        let mut all = vec![self.basic()?];
        while self.takes_after_space("&&") {
            self.space();
            all.push(self.basic()?);
        }
        Ok(if all.len() == 1 {
            all.swap_remove(0)
        } else {
            Logical::And(all)
        })
    }

    fn basic(&mut self) -> Read<Logical> {
        if self.peek() == Some('!') && !self.text[self.at..].starts_with("!=") {
            self.at += 1;
            self.space();
            let inner = if self.peek() == Some('(') {
                self.parenthesised()?
            } else {
                self.test()?
            };
            return Ok(Logical::Not(Box::new(inner)));
        }
        if self.peek() == Some('(') {
            return self.parenthesised();
        }
        let begin = self.at;
        let left = self.left_side()?;
        let after = self.at;
        self.space();
        if let Some(operator) = self.operator() {
            let Side::Operand(left) = left.comparable() else {
                self.at = begin;
                return fail("only a single value can be compared");
            };
            self.space();
            let right = self.operand()?;
            return Ok(Logical::Compare(left, operator, right));
        }
        self.at = after;
        match left {
            Side::Query(query) => Ok(Logical::Exists(query)),
            Side::Logical(logical) => Ok(logical),
            Side::Operand(_) => {
                self.at = begin;
                fail("a value by itself is no condition; compare it with `==`")
            }
        }
    }

    fn parenthesised(&mut self) -> Read<Logical> {
        self.at += 1;
        self.space();
        let inner = self.logical()?;
        self.space();
        if self.takes(")") {
            Ok(inner)
        } else {
            fail("expected `)`")
        }
    }

    fn test(&mut self) -> Read<Logical> {
        let begin = self.at;
        match self.left_side()? {
            Side::Query(query) => Ok(Logical::Exists(query)),
            Side::Logical(logical) => Ok(logical),
            Side::Operand(_) => {
                self.at = begin;
                fail("a value by itself is no condition")
            }
        }
    }

    fn left_side(&mut self) -> Read<Side> {
        match self.peek() {
            Some('@' | '$') => Ok(Side::Query(self.query()?)),
            _ if self.at_function() => Ok(match self.function()? {
                Call::Value(value) => Side::Operand(value),
                Call::Logical(logical) => Side::Logical(logical),
            }),
            _ => Ok(Side::Operand(self.literal()?)),
        }
    }

    /// A value that can be compared or given to a function.
    fn operand(&mut self) -> Read<Operand> {
        let begin = self.at;
        if let Side::Operand(operand) = self.left_side()?.comparable() {
            return Ok(operand);
        }
        self.at = begin;
        fail("expected a single value")
    }

    fn query(&mut self) -> Read<Query> {
        let absolute = self.peek() == Some('$');
        self.at += 1;
        Ok(Query {
            absolute,
            segments: self.segments()?,
        })
    }

    fn nodes(&mut self) -> Read<Query> {
        match self.peek() {
            Some('@' | '$') => self.query(),
            _ => fail("expected a path that begins with `@` or `$`"),
        }
    }

    fn at_function(&self) -> bool {
        let rest = &self.text[self.at..];
        let name = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
        let end = rest.find(|letter| !name(letter)).unwrap_or(rest.len());
        rest.starts_with(|first: char| first.is_ascii_lowercase()) && rest[end..].starts_with('(')
    }

    fn function(&mut self) -> Read<Call> {
        let begin = self.at;
        let name = self.while_it(|letter| letter != '(');
        self.at += 1;
        self.space();
        let call = match name.as_str() {
            "length" => Call::Value(Operand::Length(Box::new(self.operand()?))),
            "count" => Call::Value(Operand::Count(self.nodes()?)),
            "value" => Call::Value(Operand::Value(self.nodes()?)),
            "match" | "search" => {
                let text = self.operand()?;
                self.space();
                if !self.takes(",") {
                    return fail("expected `,` and an expression to fit");
                }
                self.space();
                let pattern = self.operand()?;
                Call::Logical(Logical::Fits {
                    whole: name == "match",
                    text,
                    pattern,
                })
            }
            _ => {
                self.at = begin;
                return Err(format!(
                    "no function `{name}`; there are length, count, value, match and search"
                ));
            }
        };
        self.space();
        if self.takes(")") {
            Ok(call)
        } else {
            fail("expected `)`")
        }
    }

    fn literal(&mut self) -> Read<Operand> {
        for (word, value) in [
            ("true", Operand::Bool(true)),
            ("false", Operand::Bool(false)),
            ("null", Operand::Null),
        ] {
            if self.takes(word) {
                return Ok(value);
            }
        }
        match self.peek() {
            Some('\'' | '"') => Ok(Operand::Text(self.string()?)),
            Some('-' | '0'..='9') => self.number(),
            _ => fail("expected a value, or a path that begins with `@` or `$`"),
        }
    }

    fn number(&mut self) -> Read<Operand> {
        let begin = self.at;
        self.takes("-");
        let digit = |letter: char| letter.is_ascii_digit();
        let whole = self.while_it(digit);
        if whole.is_empty() || (whole.starts_with('0') && whole.len() > 1) {
            self.at = begin;
            return fail("this is no number");
        }
        if self.takes(".") && self.while_it(digit).is_empty() {
            return fail("expected a digit");
        }
        if self.takes("e") || self.takes("E") {
            if !self.takes("+") {
                self.takes("-");
            }
            if self.while_it(digit).is_empty() {
                return fail("expected a digit");
            }
        }
        let number = self.text[begin..self.at].parse();
        number.map(Operand::Number).map_err(|_| "this is no number".to_owned())
    }

    fn operator(&mut self) -> Option<Operator> {
        [
            ("==", Operator::Equal),
            ("!=", Operator::NotEqual),
            ("<=", Operator::LessOrEqual),
            (">=", Operator::GreaterOrEqual),
            ("<", Operator::Less),
            (">", Operator::Greater),
        ]
        .into_iter()
        .find_map(|(text, operator)| self.takes(text).then_some(operator))
    }

    fn string(&mut self) -> Read<String> {
        let quote = self.peek().unwrap_or('"');
        self.at += 1;
        let mut text = String::new();
        while let Some(letter) = self.peek() {
            match letter {
                letter if letter == quote => {
                    self.at += 1;
                    return Ok(text);
                }
                '\\' => {
                    self.at += 1;
                    text.push(self.escaped(quote)?);
                }
                '\0'..='\u{1F}' => return fail("a control character must be escaped"),
                letter => {
                    self.at += letter.len_utf8();
                    text.push(letter);
                }
            }
        }
        fail("the text in quotes does not end")
    }

    fn escaped(&mut self, quote: char) -> Read<char> {
        let letter = match self.peek() {
            Some('b') => '\u{8}',
            Some('f') => '\u{C}',
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some(same @ ('/' | '\\')) => same,
            Some(same) if same == quote => same,
            Some('u') => {
                self.at += 1;
                return self.unicode();
            }
            _ => return fail("no such escape"),
        };
        self.at += 1;
        Ok(letter)
    }

    fn unicode(&mut self) -> Read<char> {
        let first = self.hex4()?;
        let code = match first {
            0xD800..=0xDBFF if self.takes("\\u") => match self.hex4()? {
                second @ 0xDC00..=0xDFFF => 0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00),
                _ => return fail("expected the second half of a pair"),
            },
            code => code,
        };
        char::from_u32(code).ok_or_else(|| "half of a pair is no character".to_owned())
    }

    fn hex4(&mut self) -> Read<u32> {
        let digits = self
            .text
            .get(self.at..self.at + 4)
            .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let code = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        self.at += if code.is_some() { 4 } else { 0 };
        code.ok_or_else(|| "expected four hexadecimal digits after `\\u`".to_owned())
    }

    fn takes_after_space(&mut self, token: &str) -> bool {
        let before = self.at;
        self.space();
        if self.takes(token) {
            return true;
        }
        self.at = before;
        false
    }

    fn takes(&mut self, token: &str) -> bool {
        let found = self.text[self.at..].starts_with(token);
        if found {
            self.at += token.len();
        }
        found
    }

    fn while_it(&mut self, fits: impl Fn(char) -> bool) -> String {
        let rest = &self.text[self.at..];
        let end = rest.find(|letter| !fits(letter)).unwrap_or(rest.len());
        self.at += end;
        rest[..end].to_owned()
    }

    fn space(&mut self) {
        self.while_it(|letter| matches!(letter, ' ' | '\t' | '\n' | '\r'));
    }

    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }
}

/// What stands on one side of a comparison, or alone.
enum Side {
    Query(Query),
    Operand(Operand),
    Logical(Logical),
}

impl Side {
    /// A query for one node is a value.
    fn comparable(self) -> Self {
        match self {
            Self::Query(query) if query.is_singular() => Self::Operand(Operand::Singular(query)),
            other => other,
        }
    }
}
