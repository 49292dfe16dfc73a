//! The grammar of `filter` and `search`: comparisons joined by `and` and `or`, grouped by parentheses. Which
//! attributes and operators a list allows is the list's own business: it walks the comparisons and checks them.

use serde_json::Value;

use crate::clock::Time;

/// How two values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// Equal.
    Eq,
    /// Not equal.
    Ne,
    /// Contains.
    Co,
    /// Starts with.
    Sw,
    /// Ends with.
    Ew,
    /// Greater.
    Gt,
    /// Greater or equal.
    Ge,
    /// Less.
    Lt,
    /// Less or equal.
    Le,
    /// Present.
    Pr,
}

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

/// What a comparison compares with.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    /// `"text"`.
    Text(String),
    /// `12.5`.
    Number(f64),
    /// `true` or `false`.
    Bool(bool),
    /// Nothing: `pr` stands alone.
    Nothing,
}

/// One comparison.
#[derive(Debug, Clone, PartialEq)]
pub struct Test {
    /// The attribute, as written.
    pub attribute: String,
    /// The operator.
    pub operator: Operator,
    /// What to compare with.
    pub literal: Literal,
    /// Where the operator stands, counted from 0.
    pub position: usize,
}

/// A whole expression.
#[derive(Debug, Clone, PartialEq)]
pub enum Expression {
    /// Every one holds.
    All(Vec<Expression>),
    /// One holds.
    Any(Vec<Expression>),
    /// It does not hold.
    Not(Box<Expression>),
    /// A comparison.
    One(Test),
}

/// What a parameter's grammar allows.
#[derive(Debug, Clone, Copy)]
pub struct Grammar {
    /// Its operators.
    pub operators: &'static [Operator],
    /// Whether `not` may stand before a parenthesis.
    pub not: bool,
}

impl Expression {
    /// Reads an expression.
    ///
    /// # Errors
    /// What is wrong and where, as Okta says it.
    pub fn parse(text: &str, grammar: Grammar) -> Result<Self, String> {
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

    /// Whether it holds, asking `holds` about each comparison.
    pub fn matches(&self, holds: &impl Fn(&Test) -> bool) -> bool {
        match self {
            Self::All(list) => list.iter().all(|part| part.matches(holds)),
            Self::Any(list) => list.iter().any(|part| part.matches(holds)),
            Self::Not(part) => !part.matches(holds),
            Self::One(test) => holds(test),
        }
    }

    /// Checks each comparison.
    ///
    /// # Errors
    /// The first one `check` gives.
    pub fn check<E>(&self, check: &impl Fn(&Test) -> Result<(), E>) -> Result<(), E> {
        match self {
            Self::All(list) | Self::Any(list) => list.iter().try_for_each(|part| part.check(check)),
            Self::Not(part) => part.check(check),
            Self::One(test) => check(test),
        }
    }
}

impl Test {
    /// The literal as text, where it is text.
    pub fn text(&self) -> Option<&str> {
        match &self.literal {
            Literal::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Compares a text; `pr` holds for any that is not empty.
    pub fn text_holds(&self, value: &str, any_case: bool) -> bool {
        if self.operator == Operator::Pr {
            return !value.is_empty();
        }
        let Some(wanted) = self.text() else { return false };
        if !any_case {
            return holds(self.operator, value, wanted);
        }
        if value.is_ascii() && wanted.is_ascii() {
            match self.operator {
                Operator::Eq => return value.eq_ignore_ascii_case(wanted),
                Operator::Sw => {
                    return value.len() >= wanted.len()
                        && value.as_bytes()[..wanted.len()].eq_ignore_ascii_case(wanted.as_bytes());
                }
                _ => {}
            }
        }
        holds(self.operator, &value.to_lowercase(), &wanted.to_lowercase())
    }

    /// Compares a moment; nothing holds for one that is not set.
    pub fn time_holds(&self, value: Option<Time>) -> bool {
        let Some(value) = value else {
            return self.operator == Operator::Ne;
        };
        if self.operator == Operator::Pr {
            return true;
        }
        self.text()
            .and_then(Time::parse)
            .is_some_and(|wanted| order_holds(self.operator, &value, &wanted))
    }

    /// Compares any JSON value; of a list, one element has to hold.
    pub fn value_holds(&self, value: Option<&Value>, any_case: bool) -> bool {
        match (value, &self.literal) {
            (None | Some(Value::Null), _) => self.operator == Operator::Ne,
            (Some(Value::String(text)), _) => self.text_holds(text, any_case),
            (Some(Value::Array(list)), _) => list.iter().any(|item| self.value_holds(Some(item), any_case)),
            (Some(_), _) if self.operator == Operator::Pr => true,
            (Some(Value::Number(number)), Literal::Number(wanted)) => number
                .as_f64()
                .is_some_and(|number| order_holds(self.operator, &number, wanted)),
            (Some(Value::Bool(flag)), Literal::Bool(wanted)) => order_holds(self.operator, flag, wanted),
            _ => false,
        }
    }
}

fn holds(operator: Operator, value: &str, wanted: &str) -> bool {
    match operator {
        Operator::Co => value.contains(wanted),
        Operator::Sw => value.starts_with(wanted),
        Operator::Ew => value.ends_with(wanted),
        other => order_holds(other, &value, &wanted),
    }
}

fn order_holds<T: PartialOrd>(operator: Operator, value: &T, wanted: &T) -> bool {
    match operator {
        Operator::Eq => value == wanted,
        Operator::Ne => value != wanted,
        Operator::Gt => value > wanted,
        Operator::Ge => value >= wanted,
        Operator::Lt => value < wanted,
        Operator::Le => value <= wanted,
        Operator::Pr => true,
        Operator::Co | Operator::Sw | Operator::Ew => false,
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

#[cfg(test)]
mod tests {
    use super::*;

    const GRAMMAR: Grammar = Grammar {
        operators: &[Operator::Eq, Operator::Sw, Operator::Pr],
        not: false,
    };

    #[test]
    fn and_binds_closer_than_or_and_parentheses_closer_still() {
        let value = |text: &str| {
            let truth = |test: &Test| test.attribute == "yes";
            Expression::parse(text, GRAMMAR).map(|expression| expression.matches(&truth))
        };
        assert_eq!(value("yes pr or no pr and no pr"), Ok(true));
        assert_eq!(value("(yes pr OR no pr) AND no pr"), Ok(false));
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        let error = |text: &str| Expression::parse(text, GRAMMAR).expect_err("it is wrong");
        let unknown = "Unrecognized attribute operator 'eqq' at position 10. Expected: eq,sw,pr";
        assert_eq!(error("eventType eqq \"x\""), unknown);
        assert_eq!(error("a eq \"x"), "Unclosed string at position 5");
        assert_eq!(error("(a pr"), "Unclosed parenthesis at position 0");
        assert_eq!(error("a eq"), "Unexpected end of expression");
        assert_eq!(error("a pr b pr"), "Unexpected 'b' at position 5");
        assert_eq!(
            error("not (a pr)"),
            "Unrecognized attribute operator '(' at position 4. Expected: eq,sw,pr"
        );
    }
}
