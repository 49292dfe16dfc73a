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
        r#"^pm\.(?:environment|collectionVariables|globals|variables)\.set\(["']([^"']+)["'],\s*(.+?)\);?(\s*// secret)?$"#,
    )
});
/// A member of the answer, by a variable that holds it.
static MEMBER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"^(pm\.response\.json\(\)|[A-Za-z_]\w*)((?:\??\.[A-Za-z_]\w*|(?:\?\.)?\[(?:\d+|"[^"\\]*"|'[^'\\]*')\])*)$"#,
    )
});
static EXPECT: LazyLock<Regex> = LazyLock::new(|| pattern(r"^pm\.expect\((.+)\)\.to\.([a-zA-Z.]+)\((.*)\);?$"));
static SCHEMA: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^pm\.response\.to\.have\.jsonSchema\((\{.*\})(?:, \{ unknownFormats: .*\})?\);?$"));
static VALUE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"^(?:if \((?:!pm\.\w+\.has\("[^"]+"\)(?: && )?)+\) )?pm\.variables\.set\(("(?:[^"\\]|\\.)*"), ("(?:[^"\\]|\\.)*")\);?$"#,
    )
});
static UNSET: LazyLock<Regex> = LazyLock::new(|| pattern(r#"^pm\.variables\.unset\("[^"]*"\);?$"#));
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

/// The variables that lines give a value, where they do nothing else.
pub(super) fn values_of(lines: &[String]) -> Option<Vec<(String, String)>> {
    let lines = lines.iter().filter(|line| !UNSET.is_match(line));
    let value = |line: &String| {
        let found = VALUE.captures(line)?;
        let text = |at: usize| serde_json::from_str::<String>(&found[at]).ok();
        Some((text(1)?, text(2)?))
    };
    lines.map(value).collect()
}

impl Reader {
    /// Variables that scripts give a value.
    pub(super) fn values_set(&mut self, set: Vec<(String, String)>, place: &str) -> Vec<(String, String)> {
        let each = set.into_iter();
        each.map(|(name, value)| (variable_name(&name), self.text(&value, place)))
            .collect()
    }

    /// What the scripts of a request become.
    pub(super) fn scripts(&mut self, events: &Value, request: &mut SavedRequest, place: &str) {
        for event in list(events) {
            let lines = lines(event);
            let listen = text_of(&event["listen"]);
            let mut answers = vec!["pm.response.json()".to_owned()];
            let branches = lines
                .iter()
                .any(|line| BRANCHES.is_match(line) && !take(line, &mut answers.clone(), &mut SavedRequest::default()));
            if let Some(set) = values_of(&lines).filter(|_| listen == "prerequest") {
                let set = self.values_set(set, place);
                request.variables.extend(set);
                continue;
            }
            for line in &lines {
                if listen != "test" || branches || !take(line, &mut answers, request) {
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
    if let Some(assertion) = assertion(line, answers) {
        request.assertions.push(assertion);
        true
    } else if let Some(found) = ANSWER.captures(line) {
        answers.push(found[1].to_owned());
        true
    } else if let Some(found) = SET.captures(line) {
        let Some(subject) = subject(&found[2], answers) else {
            return false;
        };
        request.captures.push(Capture {
            name: variable_name(&found[1]),
            subject,
            secret: found.get(3).is_some() || is_secret(&found[1], &found[2]),
        });
        true
    } else {
        AROUND.is_match(line)
    }
}

/// The assertion that a line of a test is.
fn assertion(line: &str, answers: &[String]) -> Option<Assertion> {
    let of = |subject: &str, demand| Assertion {
        subject: subject.to_owned(),
        demand,
    };
    if let Some(found) = STATUS.captures(line) {
        let status = found[1].parse::<u16>().unwrap_or_default();
        return Some(of("status", Demand::Equals(status.into())));
    }
    if let Some(found) = SCHEMA.captures(line) {
        return Some(of("$", Demand::Schema(serde_json::from_str(&found[1]).ok()?)));
    }
    let found = EXPECT.captures(line)?;
    let (what, check, value) = (&found[1], &found[2], &found[3]);
    let json = || serde_json::from_str::<Value>(value).ok();
    let inner = |start: &str| subject(what.strip_prefix(start)?.strip_suffix(')')?, answers);
    if let Some(subject) = inner("_.size(") {
        return Some(of(&subject, Demand::Length(json()?.as_u64()?)));
    }
    if let Some(subject) = inner("Number.isInteger(").filter(|_| value == "true") {
        return Some(of(&subject, Demand::Type("integer".to_owned())));
    }
    let subject = subject(what, answers)?;
    let demand = match (check, value) {
        ("eql" | "equal", "undefined") => Demand::Absent(true),
        ("not.eql" | "not.equal", "undefined") => Demand::Absent(false),
        ("be.oneOf", "[null, undefined]") => Demand::Equals(Value::Null),
        ("be.at.most" | "be.below", _) if subject == "time_ms" => Demand::Equals(json()?),
        ("be.at.most", _) => Demand::AtMost(json()?.as_f64()?),
        ("be.at.least", _) => Demand::AtLeast(json()?.as_f64()?),
        ("eql" | "equal", _) => Demand::Equals(json()?),
        ("not.eql" | "not.equal", _) => Demand::NotEquals(json()?),
        ("deep.include" | "include", _) => Demand::Contains(json()?),
        ("not.deep.include" | "not.include", _) => Demand::NotContains(json()?),
        ("be.a" | "be.an", _) => Demand::new("type", json()?).ok()?,
        ("be.oneOf", _) => Demand::new("one_of", json()?).ok()?,
        ("match", _) => {
            let inside = value.strip_prefix("new RegExp(")?.strip_suffix(')')?;
            let (pattern, flags) = inside.rsplit_once(", ")?;
            let pattern: String = serde_json::from_str(pattern).ok()?;
            let flag = if flags.contains('i') { "(?i)" } else { "" };
            Demand::new("matches", format!("{flag}{pattern}").into()).ok()?
        }
        _ => return None,
    };
    Some(of(&subject, demand))
}

/// What an expression finds, as an assertion's subject.
fn subject(expression: &str, answers: &[String]) -> Option<String> {
    let inside = |start: &str| {
        let inside = expression.strip_prefix(start)?.strip_suffix(')')?;
        let name = inside.trim_matches(['"', '\'']);
        (!name.is_empty() && !name.contains(['"', '\'', '('])).then(|| name.to_owned())
    };
    match expression {
        "pm.response.code" => return Some("status".to_owned()),
        "pm.response.responseTime" => return Some("time_ms".to_owned()),
        "pm.response.responseSize" => return Some("size".to_owned()),
        "pm.response.text()" => return Some("body".to_owned()),
        _ => {}
    }
    if let Some(name) = inside("pm.response.headers.get(") {
        return Some(format!("header:{name}"));
    }
    if let Some(name) = inside("pm.cookies.get(") {
        return Some(format!("cookie:{name}"));
    }
    let found = MEMBER.captures(expression)?;
    let known = answers.iter().any(|answer| *answer == found[1]);
    let members = found[2].replace("?.[", "[").replace("?.", ".").replace('"', "'");
    known.then(|| format!("${members}"))
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
