//! Conditions on the items of a list: `#{ status: "ACTIVE", "profile.age >=": 18 }`. A key is a path and, after a space,
//! an operator; without one the value must be equal, or among the values of a list.

// The code that `export_module` makes for `pure` functions unwraps.
#![allow(clippy::unwrap_used)]

use std::cmp::Ordering;

use regex::Regex;
use rhai::{Array, Dynamic, EvalAltResult, ImmutableString, Map, Module, export_module, exported_module};

use super::{
    collections::{Path, key, order},
    patterns::compiled,
};
use crate::{
    error::{complain, located},
    syntax::nearest,
};

/// The operators, as they are written after a path.
pub const OPERATORS: &[&str] = &[
    "==",
    "!=",
    "<",
    "<=",
    ">",
    ">=",
    "in",
    "not in",
    "contains",
    "starts_with",
    "ends_with",
    "matches",
    "exists",
];

/// The module of this group.
pub fn module() -> Module {
    exported_module!(functions)
}

/// One condition, its value read once.
struct Condition {
    path: Path,
    test: Test,
}

enum Test {
    Equal(Wanted),
    NotEqual(Wanted),
    Compare(fn(Ordering) -> bool, Dynamic),
    Among(Vec<Wanted>, bool),
    Contains(Dynamic),
    Starts(String),
    Ends(String),
    Matches(std::sync::Arc<Regex>),
    Exists(bool),
}

/// A value that others are compared with. Text, which most values are, is compared as it stands.
enum Wanted {
    Text(ImmutableString),
    /// Any other value, by its [`key`].
    Key(String),
}

impl Wanted {
    fn read(value: &Dynamic) -> Result<Self, Box<EvalAltResult>> {
        match value.as_immutable_string_ref() {
            Ok(text) => Ok(Self::Text(text.clone())),
            Err(_) => key(value).map(Self::Key),
        }
    }

    fn is(&self, value: &Dynamic) -> Result<bool, Box<EvalAltResult>> {
        match (self, value.as_immutable_string_ref()) {
            (Self::Text(wanted), Ok(text)) => Ok(*wanted == *text),
            (Self::Text(_), Err(_)) | (Self::Key(_), Ok(_)) => Ok(false),
            (Self::Key(wanted), Err(_)) => Ok(key(value)? == *wanted),
        }
    }

    fn is_among(list: &[Self], value: &Dynamic) -> Result<bool, Box<EvalAltResult>> {
        for wanted in list {
            if wanted.is(value)? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

impl Condition {
    fn read(text: &str, value: &Dynamic) -> Result<Self, Box<EvalAltResult>> {
        let (path, operator) = text
            .trim()
            .split_once(' ')
            .map_or((text.trim(), ""), |(path, rest)| (path, rest.trim()));
        let words = || {
            value
                .clone()
                .into_string()
                .map_err(|_| complain(format!("where: `{text}` takes text")))
        };
        let all = || -> Result<Vec<Wanted>, Box<EvalAltResult>> {
            let list = value
                .as_array_ref()
                .map_err(|_| complain(format!("where: `{text}` takes a list of values")))?;
            list.iter().map(Wanted::read).collect()
        };
        let test = match operator {
            "" if value.is_array() => Test::Among(all()?, true),
            "" | "==" => Test::Equal(Wanted::read(value)?),
            "!=" => Test::NotEqual(Wanted::read(value)?),
            "<" => Test::Compare(Ordering::is_lt, value.clone()),
            "<=" => Test::Compare(Ordering::is_le, value.clone()),
            ">" => Test::Compare(Ordering::is_gt, value.clone()),
            ">=" => Test::Compare(Ordering::is_ge, value.clone()),
            "in" => Test::Among(all()?, true),
            "not in" => Test::Among(all()?, false),
            "contains" => Test::Contains(value.clone()),
            "starts_with" => Test::Starts(words()?),
            "ends_with" => Test::Ends(words()?),
            "matches" => Test::Matches(compiled(&words()?)?),
            "exists" => Test::Exists(
                value
                    .as_bool()
                    .map_err(|_| complain(format!("where: `{text}` takes true or false")))?,
            ),
            other => {
                let near = nearest(other, OPERATORS.iter().copied());
                let hint = near.map_or_else(
                    || format!("use one of {}", OPERATORS.join(", ")),
                    |near| format!("did you mean `{near}`?"),
                );
                return Err(complain(format!("where: `{other}` is not an operator; {hint}")));
            }
        };
        Ok(Self {
            path: Path::new(path),
            test,
        })
    }

    fn holds(&self, item: &Dynamic) -> Result<bool, Box<EvalAltResult>> {
        self.path
            .look(item, |value| self.test.holds(value.unwrap_or(&Dynamic::UNIT)))
    }
}

impl Test {
    fn holds(&self, value: &Dynamic) -> Result<bool, Box<EvalAltResult>> {
        let text = |test: &dyn Fn(&str) -> bool| value.as_immutable_string_ref().is_ok_and(|text| test(&text));
        Ok(match self {
            Self::Equal(wanted) => wanted.is(value)?,
            Self::NotEqual(wanted) => !wanted.is(value)?,
            // Nothing is neither before nor after anything, and text is not compared with numbers.
            Self::Compare(test, wanted) => comparable(value, wanted) && test(order(value, wanted)),
            Self::Among(wanted, yes) => Wanted::is_among(wanted, value)? == *yes,
            Self::Contains(wanted) => match value.as_array_ref() {
                Ok(list) => {
                    let wanted = key(wanted)?;
                    let keys: Vec<String> = list.iter().map(key).collect::<Result<_, _>>()?;
                    keys.contains(&wanted)
                }
                Err(_) => text(&|text| {
                    wanted
                        .as_immutable_string_ref()
                        .is_ok_and(|wanted| text.contains(wanted.as_str()))
                }),
            },
            Self::Starts(wanted) => text(&|text| text.starts_with(wanted.as_str())),
            Self::Ends(wanted) => text(&|text| text.ends_with(wanted.as_str())),
            Self::Matches(pattern) => text(&|text| pattern.is_match(text)),
            Self::Exists(yes) => value.is_unit() != *yes,
        })
    }
}

fn comparable(left: &Dynamic, right: &Dynamic) -> bool {
    let number = |value: &Dynamic| value.is_int() || value.is_float();
    (number(left) && number(right)) || (left.is_string() && right.is_string()) || (left.is_bool() && right.is_bool())
}

fn kept(list: &Array, conditions: &Map, most: usize) -> Result<Array, Box<EvalAltResult>> {
    let conditions = conditions
        .iter()
        .map(|(text, value)| Condition::read(text, value))
        .collect::<Result<Vec<_>, _>>()?;
    let mut kept = Array::new();
    for item in list {
        let mut all = true;
        for condition in &conditions {
            all = all && condition.holds(item)?;
        }
        if all {
            kept.push(item.clone());
            if kept.len() == most {
                break;
            }
        }
    }
    Ok(kept)
}

#[export_module]
mod functions {
    use rhai::plugin::*;

    /// The items that fit every condition. A key is a path, and after a space one of `== != < <= > >= in not in contains
    /// starts_with ends_with matches exists`; without it the value must be equal, or be in the list given.
    /// ```rhai
    /// let users = [#{ s: "A", n: 1 }, #{ s: "B", n: 2 }, #{ s: "C", n: 3 }];
    /// pluck(where(users, #{ s: ["B", "C"], "n <": 3 }), "s") == ["B"]
    /// ```
    #[rhai_fn(name = "where", return_raw, pure)]
    pub fn where_all(
        context: NativeCallContext,
        list: &mut Array,
        conditions: Map,
    ) -> Result<Array, Box<EvalAltResult>> {
        located(&context, kept(list, &conditions, usize::MAX))
    }

    /// The first item that fits every condition of `where`, or `()`.
    /// ```rhai
    /// find_where([#{ id: 1 }, #{ id: 2 }], #{ "id >": 1 }).id == 2
    /// ```
    #[rhai_fn(return_raw, pure)]
    pub fn find_where(
        context: NativeCallContext,
        list: &mut Array,
        conditions: Map,
    ) -> Result<Dynamic, Box<EvalAltResult>> {
        let found = located(&context, kept(list, &conditions, 1))?;
        Ok(found.into_iter().next().unwrap_or(Dynamic::UNIT))
    }
}
