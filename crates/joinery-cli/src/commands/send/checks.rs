//! What must hold of an answer, and what is kept of it, as the command line says.

use std::path::Path;

use clap::Args;
use joinery_app::{Assertion, Capture, Demand, Error, SavedRequest};
use serde_json::Value;

use crate::texts;

/// What is asked of the answer.
#[derive(Debug, Args)]
#[command(next_help_heading = "What must hold")]
pub struct Checks {
    /// What must hold: `status=200`, `status<=299`, `time_ms<=500`, `header:NAME=VALUE`, or a JSON path such as
    /// `$.name~=Ada`; `=`, `!=`, `<=`, `>=`, `~=` (has in it), `!~=` (has not), `=~` (matches), or nothing (is there)
    #[arg(long, value_name = "SUBJECT=VALUE", value_parser = assertion)]
    assert: Vec<Assertion>,
    /// The schema the body must fit: a file, or one of the connector by its name
    #[arg(long, value_name = "SCHEMA")]
    assert_schema: Option<String>,
    /// Keep a value of the answer for the requests that follow: `id=$.id`
    #[arg(long, value_name = "NAME=SUBJECT", value_parser = texts::pair)]
    capture: Vec<(String, String)>,
    /// A status from 400 on fails the command
    #[arg(short, long)]
    fail: bool,
}

impl Checks {
    /// Adds them to what the request asks itself.
    ///
    /// # Errors
    /// As [`texts::read_json`] for a schema's file.
    pub fn overlay(&self, request: &mut SavedRequest) -> Result<(), Error> {
        request.assertions.extend(self.assert.iter().cloned());
        let mut demand = |subject: &str, demand| {
            request.assertions.push(Assertion {
                subject: subject.to_owned(),
                demand,
            });
        };
        if let Some(schema) = &self.assert_schema {
            let schema = if Path::new(schema).is_file() {
                texts::read_json(&format!("@{schema}"))?
            } else {
                Value::String(schema.clone())
            };
            demand("$", Demand::Schema(schema));
        }
        if self.fail {
            demand("status", Demand::AtMost(399.0));
        }
        let captures = self.capture.iter().map(|(name, subject)| Capture {
            name: name.clone(),
            subject: subject.clone(),
            secret: false,
        });
        request.captures.extend(captures);
        Ok(())
    }
}

/// The words between subject and value, longest first, and the demand each makes.
const OPERATORS: &[(&str, &str)] = &[
    ("!~=", "not_contains"),
    ("<=", "at_most"),
    (">=", "at_least"),
    ("!=", "not_equals"),
    ("~=", "contains"),
    ("=~", "matches"),
    ("==", "equals"),
    ("=", "equals"),
];

fn assertion(text: &str) -> Result<Assertion, String> {
    let wanted = "write it as SUBJECT=VALUE, such as status=200, or SUBJECT<=VALUE";
    let (subject, demand) = match operator(text) {
        None => (text, Demand::Absent(false)),
        Some((at, word, key)) => {
            let value = text[at + word.len()..].trim();
            // A word that is not JSON is meant as text: --assert $.status=ACTIVE needs no quotes in quotes.
            let value = match key {
                "matches" => Value::String(value.to_owned()),
                _ => serde_json::from_str(value).unwrap_or_else(|_| Value::String(value.to_owned())),
            };
            (&text[..at], Demand::new(key, value)?)
        }
    };
    let subject = subject.trim();
    if subject.is_empty() {
        return Err(wanted.to_owned());
    }
    Ok(Assertion {
        subject: subject.to_owned(),
        demand,
    })
}

/// The first operator that does not stand in the brackets of a JSON path: its place, its word and its demand.
fn operator(text: &str) -> Option<(usize, &'static str, &'static str)> {
    let mut depth = 0;
    for (at, letter) in text.char_indices() {
        match letter {
            '[' => depth += 1,
            ']' => depth -= 1,
            _ if depth == 0 => {
                let found = OPERATORS.iter().find(|(word, _)| text[at..].starts_with(word));
                if let Some((word, key)) = found {
                    return Some((at, word, key));
                }
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(text: &str, subject: &str, demand: Demand) {
        let subject = subject.to_owned();
        assert_eq!(assertion(text), Ok(Assertion { subject, demand }));
    }

    #[test]
    fn an_assertion_compares_with_json_or_with_text() {
        let equals = |text, subject, value: Value| check(text, subject, Demand::Equals(value));
        equals("status=200", "status", json!(200));
        equals("status == 200", "status", json!(200));
        equals("$.status=ACTIVE", "$.status", json!("ACTIVE"));
        equals("$.id=\"7\"", "$.id", json!("7"));
        equals("header:content-type=a=b", "header:content-type", json!("a=b"));
        equals(
            "$.users[?@.login=='ada'].id=[1,2]",
            "$.users[?@.login=='ada'].id",
            json!([1, 2]),
        );
        assert!(assertion("=200").is_err());
    }

    #[test]
    fn each_operator_makes_its_demand() {
        check("status<=299", "status", Demand::AtMost(299.0));
        check("$.age >= 18", "$.age", Demand::AtLeast(18.0));
        check("$.name~=Ada", "$.name", Demand::Contains(json!("Ada")));
        check("$.tags!~=old", "$.tags", Demand::NotContains(json!("old")));
        check("$[?@.a!=1].b!=2", "$[?@.a!=1].b", Demand::NotEquals(json!(2)));
        check("$.name=~^A.a$", "$.name", Demand::Matches("^A.a$".into()));
        check("$.id", "$.id", Demand::Absent(false));
        assert_eq!(assertion("status<=soon"), Err("`at_most` needs a number".into()));
        assert!(assertion("body=~(").unwrap_err().contains("no regular expression"));
    }
}
