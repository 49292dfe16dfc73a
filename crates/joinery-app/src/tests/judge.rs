//! Holding what a case gave against what it expects.

use joinery_connector::{
    Connector,
    cassette::{Miss, RecordedRequest},
    test_file::{Case, Mismatch, value_difference},
};
use joinery_script::ScriptError;
use serde_json::{Map, Value, json};

use super::CaseFailure;

/// The longest value that is shown in a message.
const LONGEST: usize = 200;

/// What the result of a run has wrong.
pub(super) fn result(connector: &Connector, case: &Case, result: &Result<Value, ScriptError>) -> Vec<CaseFailure> {
    match (result, case.expect_error.is_empty()) {
        (Ok(output), true) => {
            let schema = |name: &str| connector.schema(name).map_err(|error| error.to_string());
            let found = case.mismatches(output, &schema);
            found.into_iter().map(|mismatch| mismatched("", mismatch)).collect()
        }
        (Err(error), false) => {
            let found = case.error_mismatches(&parts(error));
            found
                .into_iter()
                .map(|mismatch| mismatched("error.", mismatch))
                .collect()
        }
        (Ok(output), false) => vec![plain(format!("expected an error, found the output {}", short(output)))],
        (Err(error), true) => vec![plain(format!(
            "failed with {}: {}{}",
            error.code,
            error.message,
            place(error)
        ))],
    }
}

/// Requests that the cassette did not answer.
pub(super) fn misses(misses: &[Miss]) -> Vec<CaseFailure> {
    misses
        .iter()
        .map(|miss| CaseFailure {
            difference: miss.difference(),
            ..plain(miss.message())
        })
        .collect()
}

/// Recorded requests that nobody made.
pub(super) fn unused(unused: &[RecordedRequest]) -> Option<CaseFailure> {
    let first = unused.first()?;
    let others = match unused.len() - 1 {
        0 => String::new(),
        others => format!(" and {others} more"),
    };
    Some(plain(format!(
        "a recorded call was not made: {} {}{others}",
        first.method, first.url
    )))
}

/// The output against the accepted one.
pub(super) fn snapshot(accepted: &Value, found: &Value) -> Option<CaseFailure> {
    (!joinery_connector::test_file::same(accepted, found)).then(|| CaseFailure {
        path: "snapshot".to_owned(),
        difference: value_difference(accepted, found),
        ..plain("the output is not the accepted one".to_owned())
    })
}

pub(super) fn plain(message: String) -> CaseFailure {
    CaseFailure {
        path: String::new(),
        message,
        difference: Vec::new(),
        line: 0,
    }
}

fn mismatched(prefix: &str, mismatch: Mismatch) -> CaseFailure {
    let difference = mismatch
        .compare
        .as_ref()
        .map_or_else(Vec::new, |(expected, found)| value_difference(expected, found));
    let expected = if difference.is_empty() {
        mismatch.expected
    } else {
        "another value".to_owned()
    };
    let found = mismatch
        .found
        .as_ref()
        .map_or_else(|| "nothing there".to_owned(), short);
    CaseFailure {
        path: format!("{prefix}{}", mismatch.path),
        message: format!("expected {expected}, found {found}"),
        difference,
        line: mismatch.line,
    }
}

pub(super) fn parts(error: &ScriptError) -> Map<String, Value> {
    let parts = json!({
        "code": error.code,
        "message": error.message,
        "hint": error.hint,
        "file": error.file,
        "details": error.details,
    });
    match parts {
        Value::Object(parts) => parts,
        _ => Map::new(),
    }
}

fn place(error: &ScriptError) -> String {
    match error.line {
        0 => String::new(),
        line => format!(" ({}:{line})", error.file),
    }
}

fn short(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
