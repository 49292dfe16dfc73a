//! Functions called by themselves: one that somebody tries, and those that fields name in `convert`.

use joinery_connector::{FileKind, schema::Field};
use rhai::Dynamic;
use serde_json::{Map, Value};

use crate::{error::ScriptError, json, run::Started, syntax::nearest};

/// What is filled in where nobody gave it.
const FILLED_IN: &[&str] = &["connection", "config"];

/// Calls `function` with what was `given`: a list of arguments in their order, or an object by the names of parameters.
pub fn call(started: &Started, function: &str, given: &Value) -> Result<Value, ScriptError> {
    let overloads: Vec<Vec<String>> = started
        .ast
        .iter_functions()
        .filter(|found| found.name == function)
        .map(|found| found.params.iter().map(ToString::to_string).collect())
        .collect();
    if overloads.is_empty() {
        return Err(unknown(started, function));
    }
    let fitting = overloads
        .iter()
        .filter_map(|parameters| arguments(started, parameters, given));
    let Some(arguments) = fitting.max_by_key(Vec::len) else {
        return Err(unfit(started, function, &overloads));
    };
    let value = started.call(function, &arguments)?;
    let value = started.to_json(&value)?;
    Ok(if is_signing(started.file, function) {
        masked(value)
    } else {
        value
    })
}

/// The arguments for a function of these parameters; none where what was given does not fit.
fn arguments(started: &Started, parameters: &[String], given: &Value) -> Option<Vec<Dynamic>> {
    let filled = |name: &str| match name {
        "connection" => Some(started.state.connection.clone()),
        "config" => Some(started.state.config.clone()),
        _ => None,
    };
    match given {
        Value::Array(list) => {
            let mut list = list.iter();
            // A list may say all, or only what is not filled in.
            let says_all = list.len() == parameters.len();
            let arguments = parameters.iter().map(|name| match filled(name) {
                Some(value) if !says_all => Some(value),
                _ => list.next().map(json::to_dynamic),
            });
            let arguments = arguments.collect::<Option<Vec<_>>>()?;
            list.next().is_none().then_some(arguments)
        }
        Value::Object(map) => {
            if map.keys().any(|name| !parameters.contains(name)) {
                return None;
            }
            let arguments = parameters
                .iter()
                .map(|name| map.get(name).map(json::to_dynamic).or_else(|| filled(name)));
            arguments.collect()
        }
        _ => None,
    }
}

fn unknown(started: &Started, function: &str) -> ScriptError {
    let mut known: Vec<&str> = started.ast.iter_functions().map(|found| found.name).collect();
    known.sort_unstable();
    known.dedup();
    let hint = match nearest(function, known.iter().copied()) {
        Some(near) => format!("Did you mean `{near}`?"),
        None => format!("It has {}.", known.join(", ")),
    };
    let message = format!("{} has no function `{function}`", started.file);
    ScriptError::new("no_function", message, started.file).with_hint(hint)
}

fn unfit(started: &Started, function: &str, overloads: &[Vec<String>]) -> ScriptError {
    let wanted = |parameters: &Vec<String>| -> String {
        let wanted = parameters.iter().filter(|name| !FILLED_IN.contains(&name.as_str()));
        let example: Map<String, Value> = wanted.map(|name| (name.clone(), Value::Null)).collect();
        Value::Object(example).to_string()
    };
    let wanted: Vec<String> = overloads.iter().map(wanted).collect();
    let message = format!("`{function}` was not given the arguments that it takes");
    ScriptError::new("arguments", message, started.file).with_hint(format!(
        "Give an input such as {}, or a list in that order.",
        wanted.join(" or ")
    ))
}

/// Whether what it returns is what signs requests.
fn is_signing(file: &str, function: &str) -> bool {
    FileKind::of(file).0 == FileKind::Connection && matches!(function, "acquire" | "refresh")
}

/// Text in it is a token or part of one.
fn masked(value: Value) -> Value {
    match value {
        Value::String(_) => "***".into(),
        Value::Array(items) => items.into_iter().map(masked).collect(),
        Value::Object(map) => map.into_iter().map(|(name, value)| (name, masked(value))).collect(),
        other => other,
    }
}

/// `value`, an object of `fields`, with what the functions made that the fields name in `convert`.
pub fn convert(started: &Started, fields: &[Field], mut value: Value) -> Result<Value, ScriptError> {
    if let Value::Object(members) = &mut value {
        for field in fields {
            if let Some(member) = members.get_mut(&field.name) {
                *member = one(started, field, member.take())?;
            }
        }
    }
    Ok(value)
}

fn one(started: &Started, field: &Field, value: Value) -> Result<Value, ScriptError> {
    // Parts first, then the whole, which so has its parts as they are wanted.
    let value = match (value, &field.of) {
        (Value::Array(items), Some(of)) => {
            let items = items.into_iter().map(|item| one(started, of, item));
            items.collect::<Result<Value, _>>()?
        }
        (value, _) => convert(started, &field.properties, value)?,
    };
    match field.convert.as_deref().and_then(crate::convert::method) {
        Some((file, function)) if !value.is_null() => {
            let ast = started.inner.script(&started.state, &file)?;
            let made = started.call_in(&ast, &file, function, &[json::to_dynamic(&value)])?;
            started.to_json(&made)
        }
        _ => Ok(value),
    }
}
