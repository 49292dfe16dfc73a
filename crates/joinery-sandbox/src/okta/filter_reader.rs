//! Reads the grammar of `filter` and `search`: first into tokens, then into an expression.

use super::filter::{Expression, Grammar, Literal, Operator, Test};

const OPERATORS: &[(&str, Operator)] = &[
    ("eq", Operator::Eq),
    ("ne", Operator::Ne),
    ("co", Operator::Co),
    ("sw", Operator::Sw),
    ("ew", Operator::Ew),
    ("pr", Operator::Pr),
    ("gt", Operator::Gt),
    ("ge", Operator::Ge),
    ("lt", Operator::Lt),
    ("le", Operator::Le),
];

/// Reads an expression.
///
/// # Errors
/// What is wrong and where, as Okta says it.
pub fn read(text: &str, grammar: Grammar) -> Result<Expression, String> {
    let tokens = tokens(text)?;
    let mut reader = Reader {
        text,
        tokens: &tokens,
        next: 0,
        depth: 0,
        grammar,
    };
    let expression = reader.any()?;
    match reader.peek() {
        None => Ok(expression),
        Some(token) => Err(format!(
            "Unexpected '{}' at position {}",
            token.shown(text),
            token.start
        )),
    }
}

#[derive(Debug, Clone, PartialEq)]
enum Kind {
    Open,
    Close,
    Word,
    Text(String),
}

#[derive(Debug, Clone)]
struct Token {
    kind: Kind,
    start: usize,
    end: usize,
}

impl Token {
    fn shown<'a>(&self, text: &'a str) -> &'a str {
        &text[self.start..self.end]
    }
}

fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut found = Vec::new();
    let mut characters = text.char_indices().peekable();
    while let Some((start, character)) = characters.next() {
        let mut end = start + character.len_utf8();
        let kind = match character {
            _ if character.is_whitespace() => continue,
            '(' => Kind::Open,
            ')' => Kind::Close,
            '"' => {
                let mut value = String::new();
                loop {
                    let (at, next) = characters
                        .next()
                        .ok_or(format!("Unclosed string at position {start}"))?;
                    end = at + next.len_utf8();
                    match next {
                        '"' => break,
                        '\\' => value.extend(characters.next().map(|(_, escaped)| escaped)),
                        other => value.push(other),
                    }
                }
                Kind::Text(value)
            }
            _ => {
                while let Some((at, next)) =
                    characters.next_if(|(_, next)| !next.is_whitespace() && !matches!(next, '(' | ')' | '"'))
                {
                    end = at + next.len_utf8();
                }
                Kind::Word
            }
        };
        found.push(Token { kind, start, end });
    }
    Ok(found)
}

struct Reader<'a> {
    text: &'a str,
    tokens: &'a [Token],
    next: usize,
    depth: usize,
    grammar: Grammar,
}

/// Deeper nesting than any person writes would only eat the stack.
const DEEPEST: usize = 64;

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<&'a Token> {
        self.tokens.get(self.next)
    }

    fn take(&mut self) -> Result<&'a Token, String> {
        let token = self.peek().ok_or_else(|| "Unexpected end of expression".to_owned())?;
        self.next += 1;
        Ok(token)
    }

    fn takes_word(&mut self, word: &str) -> bool {
        let found = self
            .peek()
            .is_some_and(|token| token.kind == Kind::Word && token.shown(self.text).eq_ignore_ascii_case(word));
        self.next += usize::from(found);
        found
    }

    fn any(&mut self) -> Result<Expression, String> {
        let mut list = vec![self.all()?];
        while self.takes_word("or") {
            list.push(self.all()?);
        }
        Ok(if list.len() == 1 {
            list.remove(0)
        } else {
            Expression::Any(list)
        })
    }

    fn all(&mut self) -> Result<Expression, String> {
        let mut list = vec![self.one()?];
        while self.takes_word("and") {
            list.push(self.one()?);
        }
        Ok(if list.len() == 1 {
            list.remove(0)
        } else {
            Expression::All(list)
        })
    }

    fn one(&mut self) -> Result<Expression, String> {
        if self.grammar.not && self.takes_word("not") {
            return Ok(Expression::Not(Box::new(self.group()?)));
        }
        if self.peek().is_some_and(|token| token.kind == Kind::Open) {
            return self.group();
        }
        self.test().map(Expression::One)
    }

    fn group(&mut self) -> Result<Expression, String> {
        let open = self.take()?;
        self.depth += 1;
        if open.kind != Kind::Open || self.depth > DEEPEST {
            return Err(format!(
                "Unexpected '{}' at position {}",
                open.shown(self.text),
                open.start
            ));
        }
        let inner = self.any()?;
        self.depth -= 1;
        match self.peek() {
            Some(Token { kind: Kind::Close, .. }) => {
                self.next += 1;
                Ok(inner)
            }
            _ => Err(format!("Unclosed parenthesis at position {}", open.start)),
        }
    }

    fn test(&mut self) -> Result<Test, String> {
        let attribute = self.take()?;
        if attribute.kind != Kind::Word {
            return Err(format!(
                "Unexpected '{}' at position {}",
                attribute.shown(self.text),
                attribute.start
            ));
        }
        let word = self.take()?;
        let operator = self.operator(word)?;
        let literal = if operator == Operator::Pr {
            Literal::Nothing
        } else {
            self.literal()?
        };
        let attribute = attribute.shown(self.text).to_owned();
        Ok(Test {
            attribute,
            operator,
            literal,
            position: word.start,
        })
    }

    fn operator(&self, word: &Token) -> Result<Operator, String> {
        let name = word.shown(self.text);
        let allowed = || {
            OPERATORS
                .iter()
                .filter(|(_, operator)| self.grammar.operators.contains(operator))
        };
        allowed()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, operator)| *operator)
            .ok_or_else(|| {
                let expected: Vec<&str> = allowed().map(|(known, _)| *known).collect();
                let expected = expected.join(",");
                format!(
                    "Unrecognized attribute operator '{name}' at position {}. Expected: {expected}",
                    word.start
                )
            })
    }

    fn literal(&mut self) -> Result<Literal, String> {
        let token = self.take()?;
        let shown = token.shown(self.text);
        match &token.kind {
            Kind::Text(text) => Ok(Literal::Text(text.clone())),
            Kind::Word if shown.eq_ignore_ascii_case("true") => Ok(Literal::Bool(true)),
            Kind::Word if shown.eq_ignore_ascii_case("false") => Ok(Literal::Bool(false)),
            Kind::Word => shown
                .parse::<f64>()
                .ok()
                .filter(|number| number.is_finite())
                .map(Literal::Number)
                .ok_or_else(|| format!("Invalid value '{shown}' at position {}", token.start)),
            Kind::Open | Kind::Close => Err(format!("Unexpected '{shown}' at position {}", token.start)),
        }
    }
}
