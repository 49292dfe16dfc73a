//! The input fields of a new action: one for every variable that the caller must give.

use serde_json::Value;

use super::{Taken, names, order, script::SAME_IN_SCRIPTS};
use crate::{
    request::{Pair, RequestBody, SavedRequest, inside_string},
    schema::{Field, FieldType, infer},
    toml_table::plain_text,
    variables::placeholders,
};

/// A field of the action, and the variable it stands for.
pub(super) struct Input {
    /// The variable's name in the request.
    pub variable: String,
    /// The field's name: the variable's, as an identifier.
    pub name: String,
    /// The field.
    pub field: Field,
    /// The value that the request was tried with.
    pub sample: Option<Value>,
}

/// The fields, in the order in which the requests mention their variables, but for what one of them has captured by then.
pub(super) fn of(requests: &[SavedRequest], taken: &Taken) -> Vec<Input> {
    let mut inputs: Vec<Input> = Vec::new();
    let mut captured: Vec<&str> = Vec::new();
    for request in requests {
        more(request, &captured, taken, &mut inputs);
        captured.extend(order::captures(request).map(|(name, _)| name));
    }
    inputs
}

/// The fields of one request that are not there yet.
fn more(request: &SavedRequest, captured: &[&str], taken: &Taken, inputs: &mut Vec<Input>) {
    for mention in request.placeholders() {
        let known = captured.contains(&mention.name.as_str())
            || inputs.iter().any(|input| input.variable == mention.name)
            || is_given(&mention.name, taken);
        if known || SAME_IN_SCRIPTS.contains(&mention.name.as_str()) {
            continue;
        }
        let wanted = identifier(&mention.name);
        let name = names::free(&wanted, |name| inputs.iter().any(|input| input.name == name));
        let sample = request.variables.get(&mention.name).filter(|text| !text.is_empty());
        let typed = sample.map(|text| typed(text, must_be_text(request, &mention.name)));
        let mut field = Field {
            name: name.clone(),
            label: Some(names::label(&mention.name)),
            hint: hint(request, &mention.name),
            required: true,
            ..Field::default()
        };
        if let Some(value) = &typed {
            (field.kind, field.format) = kind_of(value);
            // What a path takes is a key: one tried as an email address may be an id the next time.
            if mention.place == "url" {
                field.format = None;
            }
        }
        if is_secret(&mention.name) {
            field.format = Some("password".to_owned());
        }
        inputs.push(Input {
            variable: mention.name,
            name,
            field,
            sample: typed,
        });
    }
}

/// Whether the connection gives the value.
pub(super) fn is_given(variable: &str, taken: &Taken) -> bool {
    variable == "base_url" || taken.connection_fields.iter().any(|field| field == variable)
}

/// The variable's name, or the function's of a call, as an identifier.
pub(super) fn identifier(name: &str) -> String {
    let name = name.split('(').next().unwrap_or_default();
    let mut identifier: String = name
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '_' })
        .collect();
    if !identifier.starts_with(|first: char| first.is_ascii_alphabetic()) {
        identifier.insert_str(0, "value_");
    }
    identifier
}

fn is_secret(name: &str) -> bool {
    names::words(name)
        .last()
        .is_some_and(|last| ["password", "secret", "token", "passcode"].contains(&last.as_str()))
}

/// Between the quotes of a JSON string and in headers a value is text, whatever it looks like.
fn must_be_text(request: &SavedRequest, name: &str) -> bool {
    let mentions = |text: &str| placeholders(text).iter().any(|placeholder| placeholder.name == name);
    let in_body = match &request.body {
        RequestBody::Json { text } => placeholders(text)
            .iter()
            .any(|placeholder| placeholder.name == name && inside_string(&text[..placeholder.start])),
        RequestBody::Raw { text, .. } => mentions(text),
        RequestBody::Multipart { parts } => parts.iter().any(|part| mentions(&part.value)),
        _ => false,
    };
    in_body
        || request
            .headers
            .iter()
            .any(|header| header.enabled && mentions(&header.value))
}

/// The value that a text stands for in a URL or in bare JSON.
fn typed(text: &str, as_text: bool) -> Value {
    if as_text {
        return text.into();
    }
    match serde_json::from_str::<Value>(text) {
        // `007`, `1e5` and twenty digits are not numbers to the person who wrote them.
        Ok(Value::Number(number)) if number.to_string() == text && text.len() <= 15 => Value::Number(number),
        Ok(value @ (Value::Bool(_) | Value::Array(_) | Value::Object(_))) => value,
        _ => text.into(),
    }
}

fn kind_of(sample: &Value) -> (FieldType, Option<String>) {
    let kind = match sample {
        Value::Bool(_) => FieldType::Boolean,
        Value::Number(number) if number.is_f64() => FieldType::Number,
        Value::Number(_) => FieldType::Integer,
        Value::Array(_) => FieldType::Array,
        Value::Object(_) => FieldType::Object,
        Value::String(_) | Value::Null => {
            let format = infer([sample]).get("format").map(plain_text);
            // A single sample is enough for formats that nothing else looks like.
            let sure = format.filter(|format| ["date-time", "date", "email"].contains(&format.as_str()));
            return (FieldType::String, sure);
        }
    };
    (kind, None)
}

/// What the person wrote beside the row that is just this variable.
fn hint(request: &SavedRequest, name: &str) -> Option<String> {
    let rows: &[Pair] = match &request.body {
        RequestBody::Form { fields } => fields,
        _ => &[],
    };
    request
        .query
        .iter()
        .chain(&request.headers)
        .chain(rows)
        .filter(|pair| pair.enabled && !pair.description.is_empty())
        .find(|pair| {
            placeholders(&pair.value)
                .first()
                .is_some_and(|placeholder| placeholder.name == name)
        })
        .map(|pair| pair.description.clone())
}
