//! A tested request becomes an action: the script's text and the schema of its answer.

mod field;
mod input;
mod names;
mod order;
mod rhai;
mod script;

pub use field::field_code;
pub(crate) use names::words;
pub use rhai::property;
use serde_json::Value;

use crate::{request::SavedRequest, schema};

/// The two files that *Make action* writes.
#[derive(Debug, Clone, PartialEq)]
pub struct NewAction {
    /// The action's name: `get_user`.
    pub name: String,
    /// `actions/get_user.rhai`
    pub path: String,
    /// The script.
    pub script: String,
    /// `schemas/user.json`, where the answer was JSON.
    pub schema: Option<NewSchema>,
    /// Values for the input form, taken from the request's variables.
    pub input: Value,
    /// What a case of the action expects, by `JSONPath`: what the last request asserts of its body.
    pub expect: Vec<(String, Value)>,
    /// What of the requests has no place in an action, such as `the check of time_ms in Get a user`.
    pub left: Vec<String>,
}

/// A request that an action sends, and its answer (JSON, if it was).
#[derive(Debug, Clone, Copy)]
pub struct Step<'a> {
    /// The request.
    pub request: &'a SavedRequest,
    /// The answer.
    pub response: Option<&'a Value>,
}

/// A schema inferred from a response.
#[derive(Debug, Clone, PartialEq)]
pub struct NewSchema {
    /// The name that `schema("...")` takes. The schema may be one the connector has already.
    pub name: String,
    /// `schemas/user.json`
    pub path: String,
    /// The JSON Schema.
    pub schema: Value,
}

/// Writes the action for `request`, whose answer was `response` (JSON, if it was). `taken` are the names of actions
/// and schemas that exist: a new action never overwrites one, a schema of the same shape is reused.
///
/// Every variable of the request becomes an input field, except `base_url`, which the connection knows, and the
/// connection's own fields, which the script reads from `connection`. Headers that a connection or `http` sets by
/// itself are left out. An answer that is a list is returned as it is, and its schema says `array`.
pub fn from_request(request: &SavedRequest, response: Option<&Value>, taken: &Taken) -> NewAction {
    from_requests(&[Step { request, response }], taken)
}

/// Writes the action that sends several requests in order, named after the last one, whose answer it returns. What a
/// request captures, those after it read; what the last one asserts of its body, a case can expect.
pub fn from_requests(steps: &[Step], taken: &Taken) -> NewAction {
    let requests: Vec<SavedRequest> = steps.iter().map(|step| script::for_script(step.request)).collect();
    let empty = SavedRequest::default();
    let request = requests.last().unwrap_or(&empty);
    let name = names::action(request, taken);
    let response = steps.last().and_then(|step| step.response);
    let schema = response.and_then(|response| schema_of(request, response, taken));
    let inputs = input::of(&requests, taken);
    let input = inputs
        .iter()
        .filter_map(|field| Some((field.name.clone(), field.sample.clone()?)))
        .collect();
    NewAction {
        path: format!("actions/{name}.rhai"),
        script: script::write(
            &requests,
            &name,
            &inputs,
            taken,
            schema.as_ref().map(|schema| schema.name.as_str()),
        ),
        name,
        schema,
        input: Value::Object(input),
        expect: order::expected(request),
        left: order::left(&requests),
    }
}

/// What a connector already has.
#[derive(Debug, Clone, Default)]
pub struct Taken {
    /// Names of actions.
    pub actions: Vec<String>,
    /// Names of schemas with their contents.
    pub schemas: Vec<(String, Value)>,
    /// Names of the connection's fields: a script reads them as `connection.name`.
    pub connection_fields: Vec<String>,
}

/// The schema of the answer: a known one that it fits, or a new one.
fn schema_of(request: &SavedRequest, response: &Value, taken: &Taken) -> Option<NewSchema> {
    let worth = match response {
        Value::Object(map) => !map.is_empty(),
        Value::Array(items) => items.iter().any(Value::is_object),
        _ => false,
    };
    if !worth {
        return None;
    }
    let inferred = schema::infer([response]);
    let name = names::schema(request, response);
    let named = |name: String, schema: Value| NewSchema {
        path: format!("schemas/{name}.json"),
        name,
        schema,
    };
    let fits = |(known, schema): &&(String, Value)| {
        shape(schema) == shape(&inferred)
            || *known == name
                && covers(schema, &inferred)
                && schema::check(schema, response).is_ok_and(|all| all.is_empty())
    };
    if let Some((known, schema)) = taken.schemas.iter().find(fits) {
        return Some(named(known.clone(), schema.clone()));
    }
    let free = names::free(&name, |name| taken.schemas.iter().any(|(known, _)| known == name));
    Some(named(free, inferred))
}

/// A schema reduced to its properties and types: what two answers of the same kind have in common.
fn shape(schema: &Value) -> Value {
    let mut shape = serde_json::Map::new();
    if let Some(Value::String(word)) = schema.get("type") {
        shape.insert("type".into(), word.as_str().into());
    }
    if let Some(Value::Object(properties)) = schema.get("properties") {
        let properties = properties
            .iter()
            .map(|(name, property)| (name.clone(), self::shape(property)))
            .collect();
        shape.insert("properties".into(), Value::Object(properties));
    }
    if let Some(items) = schema.get("items") {
        shape.insert("items".into(), self::shape(items));
    }
    Value::Object(shape)
}

/// Whether `known` names every property that was seen, at the top or in the items of a list.
fn covers(known: &Value, seen: &Value) -> bool {
    let inner = |schema: &Value| schema.get("items").unwrap_or(schema).get("properties").cloned();
    match (inner(known), inner(seen)) {
        (Some(Value::Object(known)), Some(Value::Object(seen))) => seen.keys().all(|name| known.contains_key(name)),
        (_, None) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests;
