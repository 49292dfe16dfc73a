//! The grammar of `filter` and `search`: comparisons joined by `and` and `or`, grouped by parentheses. Which
//! attributes and operators a list allows is the list's own business: it walks the comparisons and checks them.

use serde_json::Value;

use super::filter_reader;
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
        filter_reader::read(text, grammar)
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
                // Lower case would be a copy of every value of a large org.
                Operator::Co if !wanted.is_empty() => {
                    let mut parts = value.as_bytes().windows(wanted.len());
                    return parts.any(|part| part.eq_ignore_ascii_case(wanted.as_bytes()));
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
