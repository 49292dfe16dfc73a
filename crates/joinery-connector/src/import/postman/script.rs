//! Scripts: lines that say what an assertion or a capture says are carried, nothing else.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

use super::{
    Reader, list, text_of,
    variables::{is_secret, variable_name},
};
use crate::request::{Assertion, Capture, Demand, SavedRequest};

static STATUS: LazyLock<Regex> = LazyLock::new(|| pattern(r"^pm\.response\.to\.have\.status\((\d{3})\);?$"));
static SET: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"^pm\.(?:environment|collectionVariables|globals|variables)\.set\(["']([^"']+)["'],\s*(pm\.response\.json\(\)|[A-Za-z_]\w*)((?:\.[A-Za-z_]\w*|\[\d+\])*)\);?$"#,
    )
});
static ANSWER: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^(?:const|let|var)\s+([A-Za-z_]\w*)\s*=\s*pm\.response\.json\(\);?$"));
/// What stands around checks and says nothing itself.
static AROUND: LazyLock<Regex> =
    LazyLock::new(|| pattern(r#"^(?:pm\.test\(["'`].*["'`],\s*(?:function\s*\(\)|\(\)\s*=>)\s*\{|\}\);?|//.*)$"#));
/// Whether a line runs may depend on these.
static BRANCHES: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(?:if|else|for|while|switch|try|catch|return)\b|/\*"));

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the patterns of this file are right")
}

/// The lines of an event's script that are not blank.
pub(super) fn lines(event: &Value) -> Vec<String> {
    let text = match &event["script"]["exec"] {
        Value::Array(lines) => lines.iter().map(text_of).collect::<Vec<_>>().join("\n"),
        text => text_of(text),
    };
    text.lines()
        .map(|line| line.trim().to_owned())
        .filter(|line| !line.is_empty())
        .collect()
}

impl Reader {
    /// What the scripts of a request become.
    pub(super) fn scripts(&mut self, events: &Value, request: &mut SavedRequest, place: &str) {
        for event in list(events) {
            let lines = lines(event);
            let listen = text_of(&event["listen"]);
            let carried = listen == "test" && !lines.iter().any(|line| BRANCHES.is_match(line));
            let mut answers = vec!["pm.response.json()".to_owned()];
            for line in &lines {
                if !carried || !take(line, &mut answers, request) {
                    self.leave(
                        place,
                        format!("the script {listen}: {}", shortened(line)),
                        "write it as an assertion, a capture or an action",
                    );
                }
            }
        }
    }
}

/// Whether a line is carried.
fn take(line: &str, answers: &mut Vec<String>, request: &mut SavedRequest) -> bool {
    if let Some(found) = STATUS.captures(line) {
        request.assertions.push(Assertion {
            subject: "status".to_owned(),
            demand: Demand::Equals(found[1].parse::<u16>().unwrap_or_default().into()),
        });
        true
    } else if let Some(found) = ANSWER.captures(line) {
        answers.push(found[1].to_owned());
        true
    } else if let Some(found) = SET
        .captures(line)
        .filter(|found| answers.contains(&found[2].to_owned()))
    {
        request.captures.push(Capture {
            name: variable_name(&found[1]),
            subject: format!("${}", &found[3]),
            secret: is_secret(&found[1], &found[2]),
        });
        true
    } else {
        AROUND.is_match(line)
    }
}

/// A line of code as it fits a list; a secret in quotes is not shown.
fn shortened(line: &str) -> String {
    let start = line.split(['"', '\'', '`']).next().unwrap_or_default();
    let shown: String = start.chars().take(60).collect();
    if shown.len() < line.len() {
        format!("{shown}…")
    } else {
        shown
    }
}
