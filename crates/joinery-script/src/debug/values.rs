//! What variables hold, in short and part by part. Nothing here believes that a value is small, shallow, or free of
//! itself.

use std::fmt::Write as _;

use joinery_connector::secret::MASK;
use rhai::{Array, Blob, Dynamic, FnPtr, Map, Scope};

use super::Variable;
use crate::{functions::Response, secret::SecretValue};

/// Characters of a value in short.
const SHORT: usize = 200;
/// Characters of a text that was asked for by itself.
const LONG: usize = 10_000;
/// Levels of a value in short.
const LEVELS: usize = 3;
/// Values kept of one variable of a caller.
const KEPT_OF_ONE: usize = 300;
/// Values kept of all variables of a caller.
const KEPT: usize = 3_000;
/// Levels of a value that is kept.
const KEPT_LEVELS: usize = 32;
/// Variables shown and kept of one function.
const VARIABLES: usize = 500;

/// One variable of a function that has called another: a copy, cut where it is large.
#[derive(Clone)]
pub struct Kept {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: Dynamic,
    /// Whether nothing was cut.
    pub is_whole: bool,
}

/// A step from a value to a part of it.
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    /// By name.
    Key(String),
    /// By number.
    Index(usize),
}

/// The variables of `scope`, latest first, each name once.
pub fn variables<'a>(scope: &'a Scope) -> impl Iterator<Item = (&'a str, &'a Dynamic)> {
    let mut seen = std::collections::HashSet::new();
    scope
        .iter_raw()
        .map(|(name, _, value)| (name, value))
        .filter(move |(name, _)| seen.insert(name.to_owned()))
        .take(VARIABLES)
}

/// A copy of the variables of `scope`.
pub fn keep(scope: &Scope) -> Vec<Kept> {
    let mut left = KEPT;
    variables(scope)
        .map(|(name, value)| {
            let mut budget = left.min(KEPT_OF_ONE);
            let before = budget;
            let mut is_whole = true;
            let value = copy(value, &mut budget, KEPT_LEVELS, &mut is_whole);
            left -= before - budget;
            Kept {
                name: name.to_owned(),
                value,
                is_whole,
            }
        })
        .collect()
}

fn copy(value: &Dynamic, budget: &mut usize, levels: usize, is_whole: &mut bool) -> Dynamic {
    if *budget == 0 || levels == 0 {
        *is_whole = false;
        return Dynamic::UNIT;
    }
    *budget -= 1;
    if let Some(items) = value.read_lock::<Array>() {
        let mut kept = Array::new();
        for item in items.iter() {
            if *budget == 0 {
                *is_whole = false;
                break;
            }
            kept.push(copy(item, budget, levels - 1, is_whole));
        }
        return kept.into();
    }
    if let Some(members) = value.read_lock::<Map>() {
        let mut kept = Map::new();
        for (key, member) in members.iter() {
            if *budget == 0 {
                *is_whole = false;
                break;
            }
            kept.insert(key.clone(), copy(member, budget, levels - 1, is_whole));
        }
        return kept.into();
    }
    if let Some(bytes) = value.read_lock::<Blob>()
        && bytes.len() > LONG
    {
        *is_whole = false;
        return Dynamic::from(bytes[..LONG].to_vec());
    }
    // Texts are shared, not copied.
    value.flatten_clone()
}

/// The part of `value` that `path` leads to; `work` is called with it.
pub fn at<T>(value: &Dynamic, path: &[Part], work: impl FnOnce(&Dynamic) -> T) -> Option<T> {
    let Some((part, rest)) = path.split_first() else {
        return Some(work(value));
    };
    if let Some(response) = value.read_lock::<Response>() {
        let parts = of_response(&response);
        let Part::Key(key) = part else { return None };
        let (_, inner) = parts.into_iter().find(|(name, _)| name == key)?;
        return at(&inner, rest, work);
    }
    match part {
        Part::Key(key) => at(value.read_lock::<Map>()?.get(key.as_str())?, rest, work),
        Part::Index(index) => at(value.read_lock::<Array>()?.get(*index)?, rest, work),
    }
}

/// Parts of `value` from `from` on, handed to `work` one by one.
pub fn parts(value: &Dynamic, from: usize, count: usize, mut work: impl FnMut(Part, &Dynamic)) {
    if let Some(items) = value.read_lock::<Array>() {
        for (index, item) in items.iter().enumerate().skip(from).take(count) {
            work(Part::Index(index), item);
        }
    } else if let Some(members) = value.read_lock::<Map>() {
        for (key, member) in members.iter().skip(from).take(count) {
            work(Part::Key(key.to_string()), member);
        }
    } else if let Some(response) = value.read_lock::<Response>() {
        for (name, part) in of_response(&response).into_iter().skip(from).take(count) {
            work(Part::Key(name), &part);
        }
    }
}

fn of_response(response: &Response) -> Vec<(String, Dynamic)> {
    let head = response.head();
    let headers: Map = head
        .headers
        .iter()
        .map(|header| (header.name.to_lowercase().into(), header.value.as_str().into()))
        .collect();
    let body = response.body().unwrap_or_else(|_| response.text().into());
    vec![
        ("status".into(), i64::from(head.status).into()),
        ("headers".into(), headers.into()),
        ("body".into(), body),
        ("url".into(), head.url.as_str().into()),
    ]
}

/// `value` as a variable without a reference.
pub fn shown(name: &str, value: &Dynamic, at_length: bool) -> Variable {
    let mut text = String::new();
    write(value, if at_length { LONG } else { SHORT }, LEVELS, &mut text);
    let (parts, is_list) = if let Some(items) = value.read_lock::<Array>() {
        (items.len(), true)
    } else if let Some(members) = value.read_lock::<Map>() {
        (members.len(), false)
    } else if value.is::<Response>() {
        (4, false)
    } else {
        (0, false)
    };
    Variable {
        name: name.to_owned(),
        value: text,
        kind: kind(value).to_owned(),
        reference: 0,
        parts: parts as u32,
        is_list,
        expression: None,
    }
}

fn kind(value: &Dynamic) -> &'static str {
    match value.type_name() {
        "()" => "nothing",
        "bool" => "true or false",
        "i64" => "whole number",
        "f64" => "number",
        "char" => "character",
        "string" | "ImmutableString" => "text",
        "array" => "list",
        "map" => "map",
        "blob" => "bytes",
        _ if value.is::<FnPtr>() => "function",
        _ if value.is::<SecretValue>() => "secret",
        _ if value.is::<Response>() => "response",
        _ => "value",
    }
}

fn write(value: &Dynamic, room: usize, levels: usize, text: &mut String) {
    let full = text.len() >= room;
    if let Some(items) = value.read_lock::<Array>() {
        if levels == 0 || full {
            // Writing to a text does not fail.
            let _ = write!(text, "[{} items]", items.len());
            return;
        }
        text.push('[');
        for (index, item) in items.iter().enumerate() {
            if text.len() >= room {
                let _ = write!(text, ", … {} in all", items.len());
                break;
            }
            if index > 0 {
                text.push_str(", ");
            }
            write(item, room, levels - 1, text);
        }
        text.push(']');
    } else if let Some(members) = value.read_lock::<Map>() {
        if members.is_empty() {
            text.push_str("#{}");
            return;
        }
        if levels == 0 || full {
            text.push_str("#{…}");
            return;
        }
        text.push_str("#{ ");
        for (index, (key, member)) in members.iter().enumerate() {
            if text.len() >= room {
                text.push_str(", …");
                break;
            }
            if index > 0 {
                text.push_str(", ");
            }
            text.push_str(&clip(key, SHORT));
            text.push_str(": ");
            write(member, room, levels - 1, text);
        }
        text.push_str(" }");
    } else if let Ok(words) = value.as_immutable_string_ref() {
        let room = room.saturating_sub(text.len()).max(20);
        text.push_str(&serde_json::Value::from(clip(&words, room)).to_string());
    } else if let Some(bytes) = value.read_lock::<Blob>() {
        let _ = write!(text, "{} bytes", bytes.len());
    } else if let Some(function) = value.read_lock::<FnPtr>() {
        match function.fn_name() {
            name if name.starts_with("anon$") => text.push_str("closure"),
            name => text.push_str(name),
        }
    } else if value.is::<SecretValue>() {
        text.push_str(MASK);
    } else if let Some(response) = value.read_lock::<Response>() {
        let head = response.head();
        let _ = write!(text, "{} {}", head.status, clip(&head.reason, SHORT));
    } else if value.is_unit() {
        text.push_str("()");
    } else if value.is_bool() || value.is_int() || value.is_float() || value.is_char() {
        let _ = write!(text, "{value}");
    } else {
        let name = value.type_name();
        text.push_str(&name.rsplit("::").next().unwrap_or(name).to_lowercase());
    }
}

/// `text`, at most so many characters of it.
pub fn clip(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// The expression that leads from `name` to a part of it.
pub fn expression(name: &str, path: &[Part]) -> String {
    let mut text = name.to_owned();
    for part in path {
        // Writing to a text does not fail.
        let _ = match part {
            Part::Key(key) => write!(text, "[{}]", serde_json::Value::from(key.as_str())),
            Part::Index(index) => write!(text, "[{index}]"),
        };
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_and_deep_values_are_shown_in_short() {
        let deep = (0..200_000).fold(Dynamic::UNIT, |inner, _| Dynamic::from_array(vec![inner]));
        assert_eq!(shown("deep", &deep, true).value, "[[[[1 items]]]]");
        let long: Array = (0..100_000_i64).map(Dynamic::from).collect();
        let variable = shown("long", &long.into(), false);
        assert!(
            variable.value.len() < 300 && variable.value.ends_with("… 100000 in all]"),
            "{variable:?}"
        );
        assert_eq!((variable.parts, variable.is_list), (100_000, true));
        // Dropping it would take the stack that it took to build.
        std::mem::forget(deep);
    }

    #[test]
    fn what_is_kept_of_a_caller_is_bounded_and_says_so() {
        let mut scope = Scope::new();
        scope.push_dynamic("long", (0..100_000_i64).map(Dynamic::from).collect::<Array>().into());
        scope.push("name", "Ada");
        let kept = keep(&scope);
        assert_eq!(kept[0].name, "name");
        assert!(kept[0].is_whole && !kept[1].is_whole);
        assert!(kept[1].value.as_array_ref().unwrap().len() <= KEPT_OF_ONE);
    }

    #[test]
    fn a_part_is_named_by_an_expression() {
        let path = [Part::Key("a \"b\"".into()), Part::Index(3)];
        assert_eq!(expression("user", &path), r#"user["a \"b\""][3]"#);
    }
}
