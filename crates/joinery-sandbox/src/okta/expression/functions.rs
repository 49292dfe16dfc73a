//! The functions of expressions: on texts, lists and groups.

use std::fmt;

use serde_json::Value;

use super::{Scope, number};
use crate::okta::group::Group;

/// A function: its name, how many values it takes, and what it does.
pub struct Function {
    /// Its name, which counts in any case.
    pub name: &'static str,
    /// How many values it takes at least.
    pub least: usize,
    /// How many it takes at most.
    pub most: usize,
    /// What it does.
    pub run: fn(Scope<'_>, &[Value]) -> Value,
}

impl fmt::Debug for Function {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Function({})", self.name)
    }
}

impl PartialEq for Function {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

const ANY: usize = usize::MAX;

const fn function(name: &'static str, least: usize, most: usize, run: fn(Scope<'_>, &[Value]) -> Value) -> Function {
    Function { name, least, most, run }
}

/// Every function.
pub static FUNCTIONS: &[Function] = &[
    function("String.append", 2, 2, |_, given| {
        format!("{}{}", text(&given[0]), text(&given[1])).into()
    }),
    function("String.join", 1, ANY, |_, given| {
        let parts: Vec<String> = given[1..].iter().map(text).collect();
        parts.join(&text(&given[0])).into()
    }),
    function("String.len", 1, 1, |_, given| text(&given[0]).chars().count().into()),
    function("String.removeSpaces", 1, 1, |_, given| {
        text(&given[0]).replace(' ', "").into()
    }),
    function("String.replace", 3, 3, |_, given| {
        text(&given[0]).replace(&text(&given[1]), &text(&given[2])).into()
    }),
    function("String.replaceFirst", 3, 3, |_, given| {
        text(&given[0]).replacen(&text(&given[1]), &text(&given[2]), 1).into()
    }),
    function("String.startsWith", 2, 2, |_, given| {
        (given[0].is_string() && text(&given[0]).starts_with(&text(&given[1]))).into()
    }),
    function("String.stringContains", 2, 2, |_, given| {
        (given[0].is_string() && text(&given[0]).contains(&text(&given[1]))).into()
    }),
    function("String.stringSwitch", 2, ANY, |_, given| {
        let input = text(&given[0]);
        let mut pairs = given[2..].chunks_exact(2);
        let found = pairs.find(|pair| input.contains(&text(&pair[0])));
        found.map_or_else(|| given[1].clone(), |pair| pair[1].clone())
    }),
    function("String.substring", 3, 3, |_, given| substring(given)),
    function("substring", 3, 3, |_, given| substring(given)),
    function("String.substringAfter", 2, 2, |_, given| substring_after(given)),
    function("substringAfter", 2, 2, |_, given| substring_after(given)),
    function("String.substringBefore", 2, 2, |_, given| substring_before(given)),
    function("substringBefore", 2, 2, |_, given| substring_before(given)),
    function("String.toUpperCase", 1, 1, |_, given| {
        text(&given[0]).to_uppercase().into()
    }),
    function("toUpperCase", 1, 1, |_, given| text(&given[0]).to_uppercase().into()),
    function("String.toLowerCase", 1, 1, |_, given| {
        text(&given[0]).to_lowercase().into()
    }),
    function("toLowerCase", 1, 1, |_, given| text(&given[0]).to_lowercase().into()),
    function("Arrays.add", 2, 2, |_, given| {
        list(&given[0]).iter().chain([&given[1]]).cloned().collect()
    }),
    function("Arrays.remove", 2, 2, |_, given| {
        list(&given[0])
            .iter()
            .filter(|item| **item != given[1])
            .cloned()
            .collect()
    }),
    function("Arrays.clear", 1, 1, |_, _| Value::Array(Vec::new())),
    function("Arrays.get", 2, 2, |_, given| {
        let place = given[1].as_u64().and_then(|place| usize::try_from(place).ok());
        place
            .and_then(|place| list(&given[0]).get(place))
            .cloned()
            .unwrap_or_default()
    }),
    function("Arrays.flatten", 1, ANY, |_, given| {
        let mut flat = Vec::new();
        for part in given {
            flatten(part, &mut flat);
        }
        Value::Array(flat)
    }),
    function("Arrays.contains", 2, 2, |_, given| {
        list(&given[0]).contains(&given[1]).into()
    }),
    function("Arrays.size", 1, 1, |_, given| list(&given[0]).len().into()),
    function("Arrays.isEmpty", 1, 1, |_, given| list(&given[0]).is_empty().into()),
    function("Arrays.toCsvString", 1, 1, |_, given| {
        let parts: Vec<String> = list(&given[0]).iter().map(text).collect();
        parts.join(",").into()
    }),
    function("Convert.toInt", 1, 1, |_, given| {
        as_number(&given[0]).map_or(Value::Null, |it| number(it.round()))
    }),
    function("Convert.toNum", 1, 1, |_, given| {
        as_number(&given[0]).map_or(Value::Null, number)
    }),
    function("hasDirectoryUser", 0, 0, |_, _| false.into()),
    function("hasWorkdayUser", 0, 0, |_, _| false.into()),
    function("isMemberOfGroup", 1, 1, |scope, given| {
        has_group(scope, given, |group, wanted| group.id.as_str() == wanted)
    }),
    function("isMemberOfAnyGroup", 1, ANY, |scope, given| {
        has_group(scope, given, |group, wanted| group.id.as_str() == wanted)
    }),
    function("isMemberOfGroupName", 1, 1, |scope, given| {
        has_group(scope, given, |group, wanted| group.name == wanted)
    }),
    function("isMemberOfGroupNameStartsWith", 1, 1, |scope, given| {
        has_group(scope, given, |group, wanted| group.name.starts_with(wanted))
    }),
    function("isMemberOfGroupNameContains", 1, 1, |scope, given| {
        has_group(scope, given, |group, wanted| group.name.contains(wanted))
    }),
    function("Groups.startsWith", 3, 3, |scope, given| {
        names_of_groups(scope, given, |name, part| name.starts_with(part))
    }),
    function("Groups.endsWith", 3, 3, |scope, given| {
        names_of_groups(scope, given, |name, part| name.ends_with(part))
    }),
    function("Groups.contains", 3, 3, |scope, given| {
        names_of_groups(scope, given, |name, part| name.contains(part))
    }),
    function("user.getInternalProperty", 1, 1, |scope, given| {
        let Some(user) = scope.user else { return Value::Null };
        match given[0].as_str() {
            Some("id") => user.id.to_string().into(),
            Some("status") => serde_json::to_value(user.status).unwrap_or_default(),
            Some("created") => user.created.to_string().into(),
            Some("lastUpdated") => user.last_updated.to_string().into(),
            _ => Value::Null,
        }
    }),
];

/// A value as text; nothing is an empty one.
pub fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn flatten(value: &Value, flat: &mut Vec<Value>) {
    match value {
        Value::Array(parts) => {
            for part in parts {
                flatten(part, flat);
            }
        }
        other => flat.push(other.clone()),
    }
}

fn as_number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.trim().parse().ok())
}

fn substring(given: &[Value]) -> Value {
    let place = |value: &Value| value.as_u64().and_then(|place| usize::try_from(place).ok());
    let (Some(start), Some(end)) = (place(&given[1]), place(&given[2])) else {
        return Value::Null;
    };
    let cut: String = text(&given[0]).chars().take(end).skip(start).collect();
    cut.into()
}

/// All of a text where it does not hold the other.
fn substring_after(given: &[Value]) -> Value {
    let (text, part) = (text(&given[0]), text(&given[1]));
    text.split_once(&part).map_or(text.as_str(), |(_, after)| after).into()
}

fn substring_before(given: &[Value]) -> Value {
    let (text, part) = (text(&given[0]), text(&given[1]));
    text.split_once(&part)
        .map_or(text.as_str(), |(before, _)| before)
        .into()
}

fn groups(scope: Scope<'_>) -> impl Iterator<Item = &Group> {
    let ids = scope.user.into_iter().flat_map(|user| &user.groups);
    ids.filter_map(move |id| scope.org.groups.get(id))
}

fn has_group(scope: Scope<'_>, given: &[Value], fits: fn(&Group, &str) -> bool) -> Value {
    let mut wanted = given.iter().filter_map(Value::as_str);
    wanted
        .any(|wanted| groups(scope).any(|group| fits(group, wanted)))
        .into()
}

/// The names of a user's groups: `Groups.startsWith("OKTA", "text", limit)`.
fn names_of_groups(scope: Scope<'_>, given: &[Value], fits: fn(&str, &str) -> bool) -> Value {
    let (part, most) = (text(&given[1]), as_number(&given[2]).unwrap_or_default());
    let names = groups(scope)
        .map(|group| group.name.as_str())
        .filter(|name| fits(name, &part));
    names.take(most.max(0.0) as usize).map(Value::from).collect()
}
