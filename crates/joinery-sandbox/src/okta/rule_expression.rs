//! The part of Okta's expression language that group rules use: comparisons of attributes, functions on texts and
//! groups, joined by AND, OR and !.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::rule_reader;
use super::user::User;
use crate::state::Org;

/// A condition on a user.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Condition {
    /// Every one holds.
    All(Vec<Condition>),
    /// One holds.
    Any(Vec<Condition>),
    /// It does not hold.
    Not(Box<Condition>),
    /// Two values compared.
    Compare(Operand, Comparison, Operand),
    /// A function that says yes or no.
    Call(Function, Vec<Operand>),
    /// A value that is true or false itself.
    Value(Operand),
}

/// How two values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Comparison {
    /// `==`
    Equal,
    /// `!=`
    Unequal,
    /// `>`
    Greater,
    /// `>=`
    AtLeast,
    /// `<`
    Less,
    /// `<=`
    AtMost,
}

/// A value of an expression.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Operand {
    /// Written out.
    Literal(Value),
    /// `user.NAME`.
    Attribute(String),
}

/// A function that says yes or no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Function {
    /// `String.startsWith(text, start)`
    StartsWith,
    /// `String.stringContains(text, part)`
    Contains,
    /// `Arrays.contains(list, item)`
    ArrayContains,
    /// `isMemberOfAnyGroup("id", ...)` and `isMemberOfGroup("id")`
    MemberOfGroup,
    /// `isMemberOfGroupName("name")`
    MemberOfGroupName,
    /// `isMemberOfGroupNameStartsWith("start")`
    MemberOfGroupNameStart,
}

/// Every function and how many values it takes, least and most.
pub const FUNCTIONS: &[(&str, Function, usize, usize)] = &[
    ("String.startsWith", Function::StartsWith, 2, 2),
    ("String.stringContains", Function::Contains, 2, 2),
    ("Arrays.contains", Function::ArrayContains, 2, 2),
    ("isMemberOfAnyGroup", Function::MemberOfGroup, 1, usize::MAX),
    ("isMemberOfGroup", Function::MemberOfGroup, 1, 1),
    ("isMemberOfGroupName", Function::MemberOfGroupName, 1, 1),
    ("isMemberOfGroupNameStartsWith", Function::MemberOfGroupNameStart, 1, 1),
];

impl Condition {
    /// Reads a condition.
    ///
    /// # Errors
    /// What is wrong and where.
    pub fn parse(text: &str) -> Result<Self, String> {
        rule_reader::read(text)
    }

    /// Whether it holds for a user.
    pub fn holds(&self, org: &Org, user: &User) -> bool {
        match self {
            Self::All(list) => list.iter().all(|part| part.holds(org, user)),
            Self::Any(list) => list.iter().any(|part| part.holds(org, user)),
            Self::Not(part) => !part.holds(org, user),
            Self::Compare(left, comparison, right) => comparison.holds(left.of(user), right.of(user)),
            Self::Call(function, operands) => function.holds(org, user, operands),
            Self::Value(operand) => operand.of(user) == &Value::Bool(true),
        }
    }

    /// The attributes it asks for.
    pub fn attributes(&self) -> Vec<&str> {
        match self {
            Self::All(list) | Self::Any(list) => list.iter().flat_map(Self::attributes).collect(),
            Self::Not(part) => part.attributes(),
            Self::Compare(left, _, right) => [left, right].into_iter().filter_map(Operand::name).collect(),
            Self::Call(_, operands) => operands.iter().filter_map(Operand::name).collect(),
            Self::Value(operand) => operand.name().into_iter().collect(),
        }
    }
}

impl Operand {
    fn of<'a>(&'a self, user: &'a User) -> &'a Value {
        match self {
            Self::Literal(value) => value,
            Self::Attribute(name) => user.profile.get(name).unwrap_or(&Value::Null),
        }
    }

    fn name(&self) -> Option<&str> {
        match self {
            Self::Literal(_) => None,
            Self::Attribute(name) => Some(name),
        }
    }
}

impl Comparison {
    fn holds(self, left: &Value, right: &Value) -> bool {
        match self {
            Self::Equal => left == right,
            Self::Unequal => left != right,
            ordered => {
                let (Some(left), Some(right)) = (left.as_f64(), right.as_f64()) else {
                    return false;
                };
                match ordered {
                    Self::Greater => left > right,
                    Self::AtLeast => left >= right,
                    Self::Less => left < right,
                    _ => left <= right,
                }
            }
        }
    }
}

impl Function {
    fn holds(self, org: &Org, user: &User, operands: &[Operand]) -> bool {
        let mut values = operands.iter().map(|operand| operand.of(user));
        let mut in_group = |fits: &dyn Fn(&str, &str, &str) -> bool| {
            values.by_ref().filter_map(Value::as_str).any(|wanted| {
                let mut groups = user.groups.iter().filter_map(|id| org.groups.get(id));
                groups.any(|group| fits(group.id.as_str(), &group.name, wanted))
            })
        };
        match self {
            Self::MemberOfGroup => in_group(&|id, _, wanted| id == wanted),
            Self::MemberOfGroupName => in_group(&|_, name, wanted| name == wanted),
            Self::MemberOfGroupNameStart => in_group(&|_, name, wanted| name.starts_with(wanted)),
            Self::StartsWith | Self::Contains | Self::ArrayContains => {
                let (Some(value), Some(part)) = (values.next(), values.next()) else {
                    return false;
                };
                match (self, value, part) {
                    (Self::ArrayContains, Value::Array(list), part) => list.contains(part),
                    (Self::StartsWith, Value::String(text), Value::String(start)) => text.starts_with(start.as_str()),
                    (Self::Contains, Value::String(text), Value::String(part)) => text.contains(part.as_str()),
                    _ => false,
                }
            }
        }
    }
}
