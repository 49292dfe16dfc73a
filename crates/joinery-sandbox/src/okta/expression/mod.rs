//! Okta's expression language, as group rules and claims use it: what an expression is, and what it comes to for a user.

use std::borrow::Cow;

use serde_json::{Number, Value};

use super::user::User;
use crate::state::Org;

mod functions;
mod reader;

use functions::Function;

/// An expression.
#[derive(Debug, Clone, PartialEq)]
pub struct Expression(Node);

#[derive(Debug, Clone, PartialEq)]
enum Node {
    /// Written out.
    Literal(Value),
    /// `{1, 2}`.
    List(Vec<Node>),
    /// `user.NAME`, `app.NAME` and what else [`Scope`] knows.
    Name(String, String),
    /// Two values and what is done with them.
    Both(Box<Node>, Operator, Box<Node>),
    /// `!`.
    Not(Box<Node>),
    /// `condition ? value : value`.
    Choice(Box<Node>, Box<Node>, Box<Node>),
    /// A function and what it is given.
    Call(&'static Function, Vec<Node>),
}

/// What is done with two values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Or,
    And,
    Equal,
    Unequal,
    Greater,
    AtLeast,
    Less,
    AtMost,
    Plus,
    Minus,
    /// `?:`, the first value where there is one.
    Otherwise,
}

/// What an expression is about.
#[derive(Clone, Copy)]
pub struct Scope<'a> {
    /// The org.
    pub org: &'a Org,
    /// The user, where there is one.
    pub user: Option<&'a User>,
    /// What `app.clientId` is.
    pub client: Option<&'a str>,
}

impl Expression {
    /// Reads an expression about a user.
    ///
    /// # Errors
    /// What is wrong and where.
    pub fn of_user(text: &str) -> Result<Self, String> {
        reader::read(text, &["user"]).map(Self)
    }

    /// Reads an expression about a token: a user, where one signed in, and a client.
    ///
    /// # Errors
    /// What is wrong and where.
    pub fn of_token(text: &str) -> Result<Self, String> {
        reader::read(text, &["user", "appuser", "app", "org"]).map(Self)
    }

    /// What it comes to.
    pub fn value(&self, scope: Scope<'_>) -> Value {
        self.0.value(scope).into_owned()
    }

    /// Whether it comes to true for a user.
    pub fn holds(&self, org: &Org, user: &User) -> bool {
        let scope = Scope {
            org,
            user: Some(user),
            client: None,
        };
        self.0.value(scope).as_ref() == &Value::Bool(true)
    }

    /// The attributes of the user it asks for.
    pub fn attributes(&self) -> Vec<&str> {
        let mut found = Vec::new();
        self.0.collect_attributes(&mut found);
        found
    }
}

impl Node {
    /// The parts it is made of.
    fn parts(&self) -> Vec<&Self> {
        match self {
            Self::Literal(_) | Self::Name(..) => Vec::new(),
            Self::List(parts) | Self::Call(_, parts) => parts.iter().collect(),
            Self::Not(part) => vec![part],
            Self::Both(left, _, right) => vec![left, right],
            Self::Choice(condition, yes, no) => vec![condition, yes, no],
        }
    }

    fn collect_attributes<'a>(&'a self, found: &mut Vec<&'a str>) {
        if let Self::Name(root, name) = self {
            found.extend((root == "user").then_some(name.as_str()));
        }
        for part in self.parts() {
            part.collect_attributes(found);
        }
    }

    fn value<'a>(&'a self, scope: Scope<'a>) -> Cow<'a, Value> {
        match self {
            Self::Literal(value) => Cow::Borrowed(value),
            Self::List(parts) => Cow::Owned(parts.iter().map(|part| part.value(scope).into_owned()).collect()),
            Self::Name(root, name) => scope.named(root, name),
            Self::Not(part) => Cow::Owned((part.value(scope).as_ref() != &Value::Bool(true)).into()),
            Self::Choice(condition, yes, no) => {
                let chosen = if condition.is_true(scope) { yes } else { no };
                chosen.value(scope)
            }
            Self::Both(left, Operator::And, right) => Cow::Owned((left.is_true(scope) && right.is_true(scope)).into()),
            Self::Both(left, Operator::Or, right) => Cow::Owned((left.is_true(scope) || right.is_true(scope)).into()),
            Self::Both(left, Operator::Otherwise, right) => {
                let first = left.value(scope);
                if first.is_null() || first.as_str() == Some("") {
                    right.value(scope)
                } else {
                    first
                }
            }
            Self::Both(left, operator, right) => Cow::Owned(operator.apply(&left.value(scope), &right.value(scope))),
            Self::Call(function, parts) => {
                let given: Vec<Value> = parts.iter().map(|part| part.value(scope).into_owned()).collect();
                Cow::Owned((function.run)(scope, &given))
            }
        }
    }

    fn is_true(&self, scope: Scope<'_>) -> bool {
        self.value(scope).as_ref() == &Value::Bool(true)
    }
}

impl<'a> Scope<'a> {
    fn named(self, root: &str, name: &str) -> Cow<'a, Value> {
        static NOTHING: Value = Value::Null;
        let profile = |name: &str| self.user.and_then(|user| user.profile.get(name)).unwrap_or(&NOTHING);
        match (root, name) {
            // Whoever signs in to a client goes by the login there, and has no profile of its own.
            ("appuser", "userName") => Cow::Borrowed(profile("login")),
            ("user" | "appuser", _) => Cow::Borrowed(profile(name)),
            ("app", "clientId" | "id") => Cow::Owned(self.client.into()),
            ("org", "name" | "subDomain" | "subdomain") => Cow::Owned("acme".into()),
            _ => Cow::Borrowed(&NOTHING),
        }
    }
}

impl Operator {
    fn apply(self, left: &Value, right: &Value) -> Value {
        match self {
            Self::Equal => (left == right).into(),
            Self::Unequal => (left != right).into(),
            Self::Plus if left.is_string() || right.is_string() => {
                format!("{}{}", functions::text(left), functions::text(right)).into()
            }
            Self::Plus | Self::Minus => {
                let sign = if self == Self::Plus { 1.0 } else { -1.0 };
                let sum = left
                    .as_f64()
                    .zip(right.as_f64())
                    .map(|(left, right)| left + sign * right);
                sum.map_or(Value::Null, number)
            }
            _ => match (left.as_f64(), right.as_f64()) {
                (Some(left), Some(right)) => self.orders(left, right).into(),
                _ => false.into(),
            },
        }
    }

    fn orders(self, left: f64, right: f64) -> bool {
        match self {
            Self::Greater => left > right,
            Self::AtLeast => left >= right,
            Self::Less => left < right,
            _ => left <= right,
        }
    }
}

/// A number, whole where it can be.
fn number(value: f64) -> Value {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if value.fract() == 0.0 && value.abs() < EXACT {
        return (value as i64).into();
    }
    Number::from_f64(value).map_or(Value::Null, Value::Number)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::clock::Time;
    use crate::okta::ids::{Id, Ids, Kind};

    fn value(text: &str) -> Value {
        let now = Time(0);
        let mut org = Org::new(Ids::default(), now);
        let mut user = User::new(Id::founded(Kind::User, 1), org.user_type, now);
        for (name, value) in [("firstName", "Ada"), ("login", "ada@acme.example"), ("city", "Utrecht")] {
            user.profile.set(org.default_schema(), name, value.into());
        }
        let id = user.id;
        org.add_user(user, &[]);
        let scope = Scope {
            org: &org,
            user: org.users.get(id),
            client: Some("0oa1"),
        };
        Expression::of_token(text).map_or_else(Value::from, |read| read.value(scope))
    }

    #[test]
    fn every_kind_of_expression_comes_to_what_okta_says() {
        for (text, expected) in [
            ("String.substringBefore(user.login, '@')", json!("ada")),
            ("toUpperCase(user.firstName) + \"!\"", json!("ADA!")),
            (
                "(appuser != null) ? appuser.userName : app.clientId",
                json!("ada@acme.example"),
            ),
            ("user.nickName ?: 'none'", json!("none")),
            (
                "String.stringSwitch('First match wins', 'd', 'absent', '1', 'wins', '2')",
                json!("2"),
            ),
            ("String.substring('This is a test', 2, 9)", json!("is is a")),
            ("String.replaceFirst('This is', 'is', 'at')", json!("That is")),
            ("Arrays.flatten(10, {20, {30}}, 40)", json!([10, 20, 30, 40])),
            ("Arrays.toCsvString(Arrays.remove({1, 2}, 1))", json!("2")),
            ("Arrays.size(NULL)", json!(0)),
            ("Convert.toInt('41') + 1 - 0.5", json!(41.5)),
            ("user.city == 'Utrecht' and !(1 > 2)", json!(true)),
            ("isMemberOfGroupNameStartsWith('Every')", json!(true)),
            ("Groups.contains('OKTA', 'very', 10)", json!(["Everyone"])),
            ("user.getInternalProperty('status')", json!("STAGED")),
        ] {
            assert_eq!(value(text), expected, "{text}");
        }
    }
}
