//! Values of a query: places in the text, or what the query itself says. How they compare (RFC 9535, 2.3.5.2.2).

use std::{borrow::Cow, cmp::Ordering};

use super::syntax::Operator;
use crate::bodies::json::scan::{children, piece, unescape, value_end};

/// A value at hand.
#[derive(Debug, Clone)]
pub(super) enum Value<'a> {
    /// There is none.
    Nothing,
    Null,
    Bool(bool),
    Number(f64),
    Text(Cow<'a, str>),
    /// An object or array, from where it begins to its end.
    Container(&'a [u8]),
}

impl<'a> Value<'a> {
    /// The value at a place.
    pub(super) fn at(bytes: &'a [u8], at: u32) -> Self {
        let at = at as usize;
        Self::of(&bytes[at..value_end(bytes, at)])
    }

    fn of(piece: &'a [u8]) -> Self {
        match piece.first() {
            None => Self::Nothing,
            Some(b'"') => Self::Text(unescape(piece)),
            Some(b'{' | b'[') => Self::Container(piece),
            Some(b't') => Self::Bool(true),
            Some(b'f') => Self::Bool(false),
            Some(b'n') => Self::Null,
            Some(_) => {
                let text = std::str::from_utf8(piece).unwrap_or_default();
                text.parse().map_or(Self::Nothing, Self::Number)
            }
        }
    }

    /// How long it is: characters of a text, members of a container.
    pub(super) fn length(&self) -> Self {
        match self {
            Self::Text(text) => Self::Number(text.chars().count() as f64),
            Self::Container(piece) => Self::Number(children(piece, 0).count() as f64),
            _ => Self::Nothing,
        }
    }
}

/// Whether two values compare so.
pub(super) fn holds(left: &Value, operator: Operator, right: &Value) -> bool {
    let less = |left, right| order(left, right) == Some(Ordering::Less);
    match operator {
        Operator::Equal => equal(left, right),
        Operator::NotEqual => !equal(left, right),
        Operator::Less => less(left, right),
        Operator::Greater => less(right, left),
        Operator::LessOrEqual => less(left, right) || equal(left, right),
        Operator::GreaterOrEqual => less(right, left) || equal(left, right),
    }
}

fn order(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => left.partial_cmp(right),
        (Value::Text(left), Value::Text(right)) => Some(left.cmp(right)),
        _ => None,
    }
}

fn equal(left: &Value, right: &Value) -> bool {
    equal_to(left, right, 0)
}

/// Below this, containers are the same only if they are written the same.
const DEEPEST: u32 = 256;

fn equal_to(left: &Value, right: &Value, depth: u32) -> bool {
    match (left, right) {
        (Value::Nothing, Value::Nothing) | (Value::Null, Value::Null) => true,
        (Value::Bool(left), Value::Bool(right)) => left == right,
        (Value::Text(left), Value::Text(right)) => left == right,
        #[expect(
            clippy::float_cmp,
            reason = "the standard asks for equal numbers, not for close ones"
        )]
        (Value::Number(left), Value::Number(right)) => left == right,
        (Value::Container(left), Value::Container(right)) => same_container(left, right, depth + 1),
        _ => false,
    }
}

fn same_container(left: &[u8], right: &[u8], depth: u32) -> bool {
    if left == right {
        return true;
    }
    if depth > DEEPEST || left.first() != right.first() || children(left, 0).count() != children(right, 0).count() {
        return false;
    }
    let value = |bytes, child| Value::of(piece(bytes, child));
    if left.first() == Some(&b'[') {
        return children(left, 0)
            .zip(children(right, 0))
            .all(|(one, other)| equal_to(&value(left, one.value), &value(right, other.value), depth));
    }
    children(left, 0).all(|one| {
        let name = unescape(piece(left, one.key));
        children(right, 0)
            .find(|other| unescape(piece(right, other.key)) == name)
            .is_some_and(|other| equal_to(&value(left, one.value), &value(right, other.value), depth))
    })
}
