//! `{{name}}` in requests and manifests: scopes, filling in, and a report of what is missing.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{secret::Secret, toml_table::nearest};

/// Where a value comes from. Later ones win.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Scope {
    /// The workspace's own.
    Workspace,
    /// `connector.toml`.
    Connector,
    /// A `folder.toml` of requests.
    Folder,
    /// The chosen connection's fields and `base_url`.
    Connection,
    /// The request's own table.
    Request,
    /// Given for this one send (`--var`).
    Run,
}

/// A value and whether it may be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Plain text.
    Text(String),
    /// Never shown.
    Secret(Secret),
}

/// Values by scope.
#[derive(Debug, Clone, Default)]
pub struct Variables {
    entries: Vec<(Scope, String, Value)>,
}

/// One `{{name}}` in a text. Byte offsets include the braces.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Placeholder {
    /// The name, trimmed.
    pub name: String,
    /// Byte offset of the first brace.
    pub start: usize,
    /// Byte offset after the last brace.
    pub end: usize,
}

/// A variable without a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Missing {
    /// Its name.
    pub name: String,
    /// Where it stands: `url`, `query.limit`, `headers.Accept`, `body`.
    pub place: String,
    /// A known name that is close, if any.
    pub nearest: Option<String>,
}

impl Variables {
    /// Sets a value in a scope.
    pub fn set(&mut self, scope: Scope, name: impl Into<String>, value: Value) {
        self.entries.push((scope, name.into(), value));
    }

    /// The value that wins, and its scope.
    pub fn get(&self, name: &str) -> Option<(Scope, &Value)> {
        self.entries
            .iter()
            .filter(|(_, entry, _)| entry == name)
            .max_by_key(|(scope, _, _)| *scope)
            .map(|(scope, _, value)| (*scope, value))
    }

    /// Every name that has a value, sorted, each once.
    pub fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.entries.iter().map(|(_, name, _)| name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}

/// Every `{{name}}` in `text`, in order. A name is made of letters, digits, `_`, `-` and `.`; anything else between
/// braces is text.
pub fn placeholders(text: &str) -> Vec<Placeholder> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(open) = text[at..].find("{{").map(|offset| at + offset) {
        match placeholder_at(text, open) {
            Some(placeholder) => {
                at = placeholder.end;
                found.push(placeholder);
            }
            // Not two: in `{{{name}}}` the last two braces open the placeholder.
            None => at = open + 1,
        }
    }
    found
}

fn placeholder_at(text: &str, start: usize) -> Option<Placeholder> {
    let rest = &text[start + 2..];
    let close = rest.find("}}")?;
    let name = rest[..close].trim_matches([' ', '\t']);
    let fits = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '-' | '.');
    (!name.is_empty() && name.chars().all(fits)).then(|| Placeholder {
        name: name.to_owned(),
        start,
        end: start + 2 + close + 2,
    })
}

/// Fills `text` in. Secrets are filled in too: the result is for the wire, not for the screen. A value may hold
/// variables itself, unless it was given for this one send.
///
/// # Errors
/// Every name without a value; `place` says where `text` stands.
pub fn fill(text: &str, variables: &Variables, place: &str) -> Result<String, Vec<Missing>> {
    fill_with(text, variables, place, |_, value| value.to_owned())
}

/// As [`fill`]; `encode` writes each value as its place needs it.
pub(crate) fn fill_with(
    text: &str,
    variables: &Variables,
    place: &str,
    encode: impl Fn(&Placeholder, &str) -> String,
) -> Result<String, Vec<Missing>> {
    let mut filled = String::with_capacity(text.len());
    let mut missing = Vec::new();
    let mut at = 0;
    for placeholder in placeholders(text) {
        filled.push_str(&text[at..placeholder.start]);
        at = placeholder.end;
        match value_of(&placeholder.name, variables, place, &mut Vec::new()) {
            Ok(value) => filled.push_str(&encode(&placeholder, &value)),
            Err(more) => missing.extend(more),
        }
    }
    filled.push_str(&text[at..]);
    if missing.is_empty() { Ok(filled) } else { Err(missing) }
}

/// A variable's value with the variables in it filled in. `within` are the names being filled in: a value that needs
/// itself has none.
fn value_of(name: &str, variables: &Variables, place: &str, within: &mut Vec<String>) -> Result<String, Vec<Missing>> {
    let nothing = || {
        vec![Missing {
            name: name.to_owned(),
            place: place.to_owned(),
            nearest: nearest(name, variables.names()).map(str::to_owned),
        }]
    };
    if within.iter().any(|outer| outer == name) {
        return Err(nothing());
    }
    let text = match variables.get(name) {
        None => return Err(nothing()),
        Some((_, Value::Secret(secret))) => return Ok(secret.reveal().to_owned()),
        Some((Scope::Run, Value::Text(text))) => return Ok(text.clone()),
        Some((_, Value::Text(text))) => text,
    };
    within.push(name.to_owned());
    let mut filled = String::with_capacity(text.len());
    let mut missing = Vec::new();
    let mut at = 0;
    for placeholder in placeholders(text) {
        filled.push_str(&text[at..placeholder.start]);
        at = placeholder.end;
        match value_of(&placeholder.name, variables, place, within) {
            Ok(value) => filled.push_str(&value),
            Err(more) => missing.extend(more),
        }
    }
    filled.push_str(&text[at..]);
    within.pop();
    if missing.is_empty() { Ok(filled) } else { Err(missing) }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn variables() -> Variables {
        let mut variables = Variables::default();
        variables.set(Scope::Connection, "base_url", Value::Text("https://{{domain}}".into()));
        variables.set(Scope::Connection, "domain", Value::Text("acme.example".into()));
        variables.set(Scope::Connection, "token", Value::Secret(Secret::new("{{domain}}")));
        variables.set(Scope::Request, "user", Value::Text("ada".into()));
        variables.set(Scope::Run, "raw", Value::Text("{{user}}".into()));
        variables.set(Scope::Folder, "round", Value::Text("{{round}}".into()));
        variables
    }

    #[track_caller]
    fn check(template: &str, expect: Expect) {
        expect.assert_eq(&format!("{:?}", fill(template, &variables(), "url")));
    }

    #[test]
    fn values_are_filled_in_with_the_variables_they_hold() {
        check(
            "{{base_url}}/users/{{ user }}",
            expect![[r#"Ok("https://acme.example/users/ada")"#]],
        );
    }

    #[test]
    fn secrets_and_values_of_this_run_stand_as_they_are() {
        check("{{token}} {{raw}}", expect![[r#"Ok("{{domain}} {{user}}")"#]]);
    }

    #[test]
    fn every_missing_name_is_reported_with_the_nearest_known_one() {
        check(
            "{{usr}}/{{nothing}}/{{round}}",
            expect![[
                r#"Err([Missing { name: "usr", place: "url", nearest: Some("user") }, Missing { name: "nothing", place: "url", nearest: None }, Missing { name: "round", place: "url", nearest: None }])"#
            ]],
        );
    }

    #[test]
    fn braces_that_are_no_placeholder_are_text() {
        check(
            "{\"a\":{\"b\":{}}} {{}} {{a b}} {{",
            expect![[r#"Ok("{\"a\":{\"b\":{}}} {{}} {{a b}} {{")"#]],
        );
        check("{\"a\":{{{user}}}}", expect![[r#"Ok("{\"a\":{ada}}")"#]]);
    }

    #[test]
    fn the_later_scope_wins_and_within_a_scope_the_later_value() {
        let mut variables = variables();
        variables.set(Scope::Run, "user", Value::Text("bob".into()));
        variables.set(Scope::Workspace, "user", Value::Text("eve".into()));
        assert_eq!(fill("{{user}}", &variables, "url").unwrap(), "bob");
    }
}
