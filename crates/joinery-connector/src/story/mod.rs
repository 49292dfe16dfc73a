//! `demo.toml`: a connector shown to an audience, step by step. What a story says is here; showing it is done elsewhere.

mod read;
mod render;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{
    connector::{Connector, FileKind},
    problem::{Problem, Severity},
    test_file::{file_name, select},
    toml_table::nearest,
};

/// Where a connector keeps its story.
pub const FILE: &str = "demo.toml";

/// Where the recordings of a story lie.
pub const FOLDER: &str = "demo";

/// A story.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Story {
    /// What it shows.
    pub title: String,
    /// Its steps, in order.
    pub steps: Vec<Step>,
}

/// One step of a story.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// What stands over it; empty for the name of its kind.
    pub title: String,
    /// What the audience reads beside it.
    pub say: String,
    /// What is shown.
    pub subject: Subject,
    /// The parts of the answer to look at, as `JSONPath`; none for all of it.
    pub show: Vec<String>,
    /// Where its subject is named: line and column, from 1; 0 for a step that is not read from a file.
    pub place: (u32, u32),
}

/// What a step shows.
#[derive(Debug, Clone, PartialEq)]
pub enum Subject {
    /// Nothing but its words.
    Words,
    /// A saved request and its answer.
    Request {
        /// Its name: `users/get_user`.
        name: String,
        /// Values that win over every other.
        variables: BTreeMap<String, String>,
    },
    /// The script of an action.
    Action {
        /// Its name.
        name: String,
    },
    /// A run of an action.
    Run {
        /// Its name.
        name: String,
        /// The input.
        input: Value,
        /// The answers to its config fields; null where it has none.
        config: Value,
    },
}

impl Story {
    /// Reads the text of a story. Unknown keys come back as warnings with their place.
    ///
    /// # Errors
    /// The first mistake that makes the file unusable, with line and column.
    pub fn parse(text: &str, file: &str) -> Result<(Self, Vec<Problem>), Problem> {
        read::story(text, file)
    }

    /// The text to keep, laid over `before`: comments, order and unknown keys of steps that stay are kept.
    pub fn render(&self, before: Option<&str>) -> String {
        render::story(self, before)
    }

    /// Where the recording of a step lies: `demo/get_user.json`. Nothing for a step that calls nobody.
    pub fn recording(&self, step: usize) -> Option<String> {
        let stem = self.steps.get(step)?.stem()?;
        let before = self.steps[..step].iter().filter_map(Step::stem);
        let name = match before.filter(|other| *other == stem).count() {
            0 => stem,
            // A double line keeps it apart from an action whose own name ends in a number.
            number => format!("{stem}__{}", number + 1),
        };
        Some(format!("{FOLDER}/{name}.json"))
    }

    /// The first request or action it names that the connector does not have.
    pub fn unknown(&self, connector: &Connector) -> Option<Problem> {
        self.steps.iter().find_map(|step| step.unknown(connector))
    }

    /// What in the story does not fit its connector: no such request, no such action, nothing recorded yet.
    pub fn misfits(&self, connector: &Connector) -> Vec<Problem> {
        let misfits = |(number, step): (usize, &Step)| {
            let unknown = step.unknown(connector);
            let silent = || {
                let path = self
                    .recording(number)
                    .filter(|path| !connector.files.contains_key(path))?;
                Some(step.problem(
                    Severity::Warning,
                    "not_recorded",
                    format!("this step is not recorded yet: there is no {path}"),
                    "record the story with `joinery demo --record`".to_owned(),
                ))
            };
            unknown.or_else(silent)
        };
        self.steps.iter().enumerate().filter_map(misfits).collect()
    }
}

impl Step {
    /// What of an answer is shown: all of it, the one part that is named, or those that are, each by its last name.
    pub fn shown(&self, answer: &Value) -> Value {
        let part = |path: &String| select(path, answer).unwrap_or_default();
        match self.show.as_slice() {
            [] => answer.clone(),
            [path] => part(path),
            paths => paths
                .iter()
                .map(|path| (last_name(path).to_owned(), part(path)))
                .collect(),
        }
    }

    /// The name of its recording, before others of the same name are told apart.
    fn stem(&self) -> Option<String> {
        match &self.subject {
            Subject::Words | Subject::Action { .. } => None,
            Subject::Request { name, .. } | Subject::Run { name, .. } => Some(file_name(name)),
        }
    }

    /// That what it names does not exist.
    fn unknown(&self, connector: &Connector) -> Option<Problem> {
        let (word, kind, name) = match &self.subject {
            Subject::Words => return None,
            Subject::Request { name, .. } => ("request", FileKind::Request, name),
            Subject::Action { name } | Subject::Run { name, .. } => ("action", FileKind::Action, name),
        };
        let known: Vec<&str> = connector.of_kind(kind).map(|file| file.name.as_str()).collect();
        if known.contains(&name.as_str()) {
            return None;
        }
        let hint = match nearest(name, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None if known.is_empty() => format!("the connector has no {word} yet"),
            None => format!("name one of the connector's {word}s"),
        };
        let message = format!("there is no {word} `{name}`");
        Some(self.problem(Severity::Error, &format!("no_{word}"), message, hint))
    }

    fn problem(&self, severity: Severity, code: &str, message: String, hint: String) -> Problem {
        Problem {
            file: FILE.to_owned(),
            line: self.place.0,
            column: self.place.1,
            end_column: None,
            severity,
            code: code.to_owned(),
            message,
            hint: Some(hint),
        }
    }
}

/// The last name of a path: `id` of `$.users[0].id`; the path itself where it ends in none.
fn last_name(path: &str) -> &str {
    let quoted = |letter: char| matches!(letter, '\'' | '"' | ']');
    let name = path.trim_end_matches(quoted).rsplit(['.', '\'', '"', '[']).next();
    name.filter(|name| !name.is_empty() && *name != "$").unwrap_or(path)
}

#[cfg(test)]
mod tests;
