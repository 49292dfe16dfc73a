//! `tests/NAME.toml`: the cases of an action or trigger. What they say and how a result is held against them; running
//! them is done elsewhere.

mod add;
mod entry;
mod matcher;
mod path;
mod read;

use std::collections::BTreeMap;

use serde_json::{Map, Value};

pub(crate) use add::to_toml;
pub use add::{NewCase, file_name};
pub use entry::{CaseDelivery, CaseEntry};
pub use matcher::{Approx, JsonWord, Matcher, Schema, same};
pub(crate) use path::mistake as path_mistake;
pub use path::{hide, pointer, select};

use crate::{
    connector::{Connector, FileKind},
    problem::{Problem, Severity},
};

/// The cases of one action or trigger.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TestFile {
    /// In the order written.
    pub cases: Vec<Case>,
}

/// One case.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Case {
    /// Its name, which no other case of the file has.
    pub name: String,
    /// The input.
    pub input: Value,
    /// The answers to the config fields; null where it has none.
    pub config: Value,
    /// What the poll before returned, for a trigger; null the first time.
    pub cursor: Value,
    /// How it comes into its trigger, where that is not a poll.
    pub entry: Option<CaseEntry>,
    /// Invented secrets of its connection, by name; for a case without a cassette.
    pub secrets: BTreeMap<String, String>,
    /// What the clock says, in milliseconds since 1970; for a case without a cassette.
    pub now_ms: Option<i64>,
    /// The recorded exchanges it is replayed with.
    pub cassette: Option<String>,
    /// Why its cassette was written by hand: then no org is asked.
    pub by_hand: Option<String>,
    /// What the output must be, by `JSONPath`.
    pub expect: Vec<Expectation>,
    /// How it must fail; empty where it must not.
    pub expect_error: Vec<Expectation>,
    /// Whether the whole output must be what was accepted.
    pub snapshot: bool,
    /// Why it is not run.
    pub skip: Option<String>,
    /// The line it begins on, from 1.
    pub line: u32,
}

/// What must hold at one place of a result.
#[derive(Debug, Clone, PartialEq)]
pub struct Expectation {
    /// A `JSONPath` (RFC 9535); for an error the name of its part.
    pub path: String,
    /// Everything that must hold there.
    pub matchers: Vec<Matcher>,
    /// The line it stands on, from 1.
    pub line: u32,
}

/// Something that does not hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Mismatch {
    /// Where: a `JSONPath`, or the part of an error.
    pub path: String,
    /// What was expected, in words.
    pub expected: String,
    /// What was found; `None` for nothing.
    pub found: Option<Value>,
    /// Values to compare line by line, where that helps: before and after.
    pub compare: Option<(Value, Value)>,
    /// The line of the expectation.
    pub line: u32,
}

impl TestFile {
    /// Reads the text of a file of cases. Unknown keys come back as warnings with their place.
    ///
    /// # Errors
    /// The first mistake that makes the file unusable, with line and column.
    pub fn parse(text: &str, file: &str) -> Result<(Self, Vec<Problem>), Problem> {
        read::test_file(text, file)
    }

    /// What in the file does not fit its connector: no such action, no such cassette, no such schema.
    pub fn misfits(&self, connector: &Connector, path: &str) -> Vec<Problem> {
        let (_, script) = FileKind::of(path);
        let problem = |line: u32, severity, code: &str, message: String, hint: &str| Problem {
            file: path.to_owned(),
            line,
            column: 0,
            end_column: None,
            severity,
            code: code.to_owned(),
            message,
            hint: Some(hint.to_owned()),
        };
        let mut problems = Vec::new();
        let is_script = |kind| matches!(kind, FileKind::Action | FileKind::Trigger);
        if !connector
            .files
            .values()
            .any(|file| is_script(file.kind) && file.name == script)
        {
            problems.push(problem(
                0,
                Severity::Error,
                "no_script",
                format!("there is no action or trigger `{script}` that these cases could be of"),
                "name the file after one",
            ));
        }
        let is_trigger = connector
            .files
            .values()
            .any(|file| file.kind == FileKind::Trigger && file.name == script);
        for case in &self.cases {
            if case.entry.is_some() && !is_trigger {
                problems.push(problem(
                    case.line,
                    Severity::Error,
                    "no_trigger",
                    format!("`{script}` is no trigger: nothing is delivered to it"),
                    "leave out `delivery`, `subscribe`, `refresh` and `unsubscribe`",
                ));
            }
            if let Some(cassette) = &case.cassette
                && !connector
                    .files
                    .contains_key(&crate::cassette::Cassette::path(script, cassette))
            {
                problems.push(problem(
                    case.line,
                    Severity::Warning,
                    "no_cassette",
                    format!("the cassette `{cassette}` is not recorded yet"),
                    "record it with `joinery test --record`",
                ));
            }
            for expectation in &case.expect {
                for schema in expectation.matchers.iter().filter_map(Matcher::schema_name) {
                    if !connector.files.contains_key(&format!("schemas/{schema}.json")) {
                        problems.push(problem(
                            expectation.line,
                            Severity::Error,
                            "no_schema",
                            format!("there is no schemas/{schema}.json"),
                            "name a file of schemas/, or write the schema itself",
                        ));
                    }
                }
            }
        }
        problems
    }

    /// The text of a file of cases with one more at its end; everything else stays as it is written.
    ///
    /// # Errors
    /// Where the text is not one of cases, or has a case of that name.
    pub fn with_case(text: &str, file: &str, case: &NewCase) -> Result<String, Problem> {
        add::with_case(text, file, case)
    }
}

impl Case {
    /// Whether it is run apart from any org: what is delivered calls nobody, and its clock and secrets are its own.
    pub fn is_closed(&self) -> bool {
        self.now_ms.is_some() || !self.secrets.is_empty() || matches!(self.entry, Some(CaseEntry::Delivery(_)))
    }

    /// The texts that the case holds: what stands in the repository anyway.
    pub fn texts(&self) -> Vec<String> {
        let mut texts = Vec::new();
        add_texts(&self.input, &mut texts);
        add_texts(&self.config, &mut texts);
        add_texts(&self.cursor, &mut texts);
        match &self.entry {
            Some(CaseEntry::Subscribe { url }) => texts.push(url.clone()),
            Some(CaseEntry::Refresh { subscription } | CaseEntry::Unsubscribe { subscription }) => {
                add_texts(subscription, &mut texts);
            }
            Some(CaseEntry::Delivery(_)) | None => {}
        }
        for expectation in self.expect.iter().chain(&self.expect_error) {
            for matcher in &expectation.matchers {
                matcher.values().for_each(|value| add_texts(value, &mut texts));
            }
        }
        texts
    }

    /// Every expectation that `output` does not meet. `schema` finds a schema of the connector by its name.
    pub fn mismatches(&self, output: &Value, schema: &dyn Fn(&str) -> Result<Value, String>) -> Vec<Mismatch> {
        let found = self.expect.iter().flat_map(|expectation| {
            let selected = select(&expectation.path, output);
            expectation.check(selected.as_ref(), schema)
        });
        found.collect()
    }

    /// Every expectation that an error does not meet, by the names of its parts.
    pub fn error_mismatches(&self, error: &Map<String, Value>) -> Vec<Mismatch> {
        let none = |name: &str| Err(format!("there is no schema `{name}` for an error"));
        let found = self
            .expect_error
            .iter()
            .flat_map(|expectation| expectation.check(error.get(&expectation.path), &none));
        found.collect()
    }

    /// Paths that the case does not look at.
    pub fn ignored(&self) -> impl Iterator<Item = &str> {
        self.expect
            .iter()
            .filter(|expectation| expectation.matchers.contains(&Matcher::Ignore))
            .map(|expectation| expectation.path.as_str())
    }
}

impl Expectation {
    fn check(&self, found: Option<&Value>, schema: &dyn Fn(&str) -> Result<Value, String>) -> Vec<Mismatch> {
        if self.matchers.contains(&Matcher::Ignore) {
            return Vec::new();
        }
        let failed = self.matchers.iter().filter_map(|matcher| {
            let expected = matcher.failure(found, schema)?;
            Some(Mismatch {
                path: self.path.clone(),
                expected,
                found: found.cloned(),
                compare: matcher.compare(found),
                line: self.line,
            })
        });
        failed.collect()
    }
}

fn add_texts(value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::String(text) => texts.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| add_texts(item, texts)),
        Value::Object(members) => members.values().for_each(|member| add_texts(member, texts)),
        _ => {}
    }
}

/// Lines that differ between two values, with a few around them: `-` expected, `+` found.
pub fn value_difference(expected: &Value, found: &Value) -> Vec<String> {
    let lines = |value: &Value| format!("{value:#}").lines().map(str::to_owned).collect::<Vec<_>>();
    crate::cassette::difference(&lines(expected), &lines(found))
}

#[cfg(test)]
mod tests;
