//! Checks on a response without code: status, time, headers, values in a JSON body.

use joinery_connector::{HttpResponse, request::Assertion};
use joinery_http::Body;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json_path::JsonPath;
use ts_rs::TS;

/// A checked assertion.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct AssertionResult {
    /// What was looked at.
    pub subject: String,
    /// Whether it holds.
    pub ok: bool,
    /// What was expected and found.
    pub message: String,
}

/// Checks each assertion. The body is parsed only when one asks for a value in it.
pub fn check(assertions: &[Assertion], response: &HttpResponse, body: &Body) -> Vec<AssertionResult> {
    let mut parsed: Option<Result<Value, String>> = None;
    let mut json = || {
        parsed
            .get_or_insert_with(|| {
                let bytes = body.read().map_err(|error| error.to_string())?;
                serde_json::from_slice(&bytes).map_err(|error| format!("the body is not JSON: {error}"))
            })
            .clone()
    };
    assertions
        .iter()
        .map(|assertion| {
            let (ok, message) = match assertion.subject.as_str() {
                "status" => equals(&Value::from(response.status), &assertion.equals),
                "time_ms" => at_most(response.timing.total_ms, &assertion.equals),
                subject => match subject.strip_prefix("header:") {
                    Some(name) => equals(
                        &response.header(name.trim()).map_or(Value::Null, Value::from),
                        &assertion.equals,
                    ),
                    None => in_body(subject, &assertion.equals, json()),
                },
            };
            AssertionResult {
                subject: assertion.subject.clone(),
                ok,
                message,
            }
        })
        .collect()
}

fn equals(found: &Value, expected: &Value) -> (bool, String) {
    let ok = found == expected;
    (
        ok,
        if ok {
            format!("is {expected}")
        } else {
            format!("expected {expected}, found {found}")
        },
    )
}

fn at_most(found: f64, expected: &Value) -> (bool, String) {
    match expected.as_f64() {
        Some(most) => (found <= most, format!("expected at most {most} ms, took {found:.1} ms")),
        None => (
            false,
            format!("`time_ms` is compared with a number, not with {expected}"),
        ),
    }
}

/// RFC 9535 (`JSONPath`); several matches are compared as a list.
fn in_body(path: &str, expected: &Value, body: Result<Value, String>) -> (bool, String) {
    let parsed = JsonPath::parse(path)
        .map_err(|error| format!("`{path}` is none of status, time_ms, header:NAME or a JSONPath: {error}"));
    match (parsed, body) {
        (Err(reason), _) | (_, Err(reason)) => (false, reason),
        (Ok(path), Ok(body)) => {
            let found = path.query(&body).all();
            match found.as_slice() {
                [] => (
                    *expected == Value::Null,
                    format!("expected {expected}, found nothing there"),
                ),
                [one] => equals(one, expected),
                many => equals(
                    &Value::Array(many.iter().map(|value| (*value).clone()).collect()),
                    expected,
                ),
            }
        }
    }
}
