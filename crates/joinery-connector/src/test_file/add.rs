//! A case made out of a run, as the text that is put at the end of a file of cases.

use std::fmt::Write as _;

use serde_json::Value;
use toml_edit::{Array, InlineTable, Key, Value as Toml};

use super::{TestFile, read};
use crate::problem::{Problem, Severity};

/// A case to be written.
#[derive(Debug, Clone, PartialEq)]
pub struct NewCase {
    /// Its name.
    pub name: String,
    /// The input.
    pub input: Value,
    /// The answers to the config fields; null for none.
    pub config: Value,
    /// A trigger's cursor; null for none.
    pub cursor: Value,
    /// The cassette's name.
    pub cassette: Option<String>,
    /// The error's code, for a run that must fail; otherwise its output is kept as a snapshot.
    pub error: Option<String>,
    /// What the output must be, by `JSONPath`, where it is not kept as a snapshot.
    pub expect: Vec<(String, Value)>,
}

/// A case's name as one of a file: `finds_a_user_by_login`, at most 64 letters.
pub fn file_name(name: &str) -> String {
    let mut made = String::new();
    for letter in name.chars() {
        if letter.is_ascii_alphanumeric() {
            made.push(letter.to_ascii_lowercase());
        } else if !made.ends_with('_') && !made.is_empty() {
            made.push('_');
        }
    }
    made.truncate(64);
    let made = made.trim_end_matches('_');
    if made.is_empty() { "case" } else { made }.to_owned()
}

pub(super) fn with_case(text: &str, file: &str, case: &NewCase) -> Result<String, Problem> {
    let (there, _) = read::test_file(text, file)?;
    if there.cases.iter().any(|other| other.name == case.name) {
        return Err(problem(
            file,
            format!("there is a case named `{}`", case.name),
            "choose another name",
        ));
    }
    let mut after = text.trim_end().to_owned();
    if !after.is_empty() {
        after.push_str("\n\n");
    }
    let _ = writeln!(after, "[[case]]\nname = {}", Toml::from(case.name.as_str()));
    let member = |name: &str, value: &Value| to_toml(value).map(|value| format!("{name} = {value}\n"));
    for (name, values) in [("input", &case.input), ("config", &case.config)] {
        if values.as_object().is_some_and(|values| !values.is_empty()) {
            after.push_str(&member(name, values).unwrap_or_default());
        }
    }
    after.push_str(&member("cursor", &case.cursor).unwrap_or_default());
    if let Some(cassette) = &case.cassette {
        let _ = writeln!(after, "cassette = {}", Toml::from(cassette.as_str()));
    }
    match &case.error {
        Some(code) => {
            let _ = writeln!(after, "expect_error = {{ code = {} }}", Toml::from(code.as_str()));
        }
        None if !case.expect.is_empty() => {
            let expect = case.expect.iter().cloned().collect();
            after.push_str(&member("expect", &Value::Object(expect)).unwrap_or_default());
        }
        None => after.push_str("expect_snapshot = true\n"),
    }
    // A file that keeps its cases in one list takes none after it.
    match read::test_file(&after, file) {
        Ok((TestFile { cases }, _)) if cases.len() == there.cases.len() + 1 => Ok(after),
        _ => Err(problem(
            file,
            "a case cannot be added to this file".to_owned(),
            "write each case below a line [[case]] of its own",
        )),
    }
}

fn problem(file: &str, message: String, hint: &str) -> Problem {
    Problem {
        file: file.to_owned(),
        line: 0,
        column: 0,
        end_column: None,
        severity: Severity::Error,
        code: "case".to_owned(),
        message,
        hint: Some(hint.to_owned()),
    }
}

/// The value as TOML, which has no null: members that are null are left out.
pub(crate) fn to_toml(value: &Value) -> Option<Toml> {
    Some(match value {
        Value::Null => return None,
        Value::Bool(value) => Toml::from(*value),
        Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => Toml::from(whole),
            (None, number) => Toml::from(number?),
        },
        Value::String(text) => Toml::from(text.as_str()),
        Value::Array(items) => Toml::from(items.iter().filter_map(to_toml).collect::<Array>()),
        Value::Object(members) => {
            let mut table = InlineTable::new();
            for (name, member) in members {
                if let Some(member) = to_toml(member) {
                    table.insert_formatted(&Key::new(name), member);
                }
            }
            Toml::from(table)
        }
    })
}
