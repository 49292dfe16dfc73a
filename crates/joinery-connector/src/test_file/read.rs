//! The text of a file of cases to a [`TestFile`].

use std::{collections::BTreeMap, ops::Range};

use regex::Regex;
use serde_json::{Value, json};

use super::{Approx, Case, CaseEntry, Expectation, JsonWord, Matcher, Schema, TestFile, entry, path};
use crate::{
    file::place,
    problem::Problem,
    toml_table::{Entry, Source, Table, nearest, plain_text},
};

/// The names of the matchers.
const MATCHERS: [&str; 9] = [
    "equals", "contains", "matches", "length", "type", "schema", "absent", "approx", "ignore",
];

/// The parts of an error that a case can look at.
const ERROR_PARTS: [&str; 5] = ["code", "message", "hint", "file", "details"];

/// How far off a number may be where the case does not say: a millionth of it.
const WITHIN: f64 = 1e-6;

/// The cases in `text`, and a warning for every unknown key.
pub(super) fn test_file(text: &str, file: &str) -> Result<(TestFile, Vec<Problem>), Problem> {
    let source = Source { text, file };
    let document = source.document()?;
    let mut problems = Vec::new();
    let mut top = Table::top(&source, &document);
    let mut cases: Vec<Case> = Vec::new();
    for table in top.tables("case")? {
        let case = read_case(table, &cases, &mut problems)?;
        cases.push(case);
    }
    top.unknown(&mut problems);
    problems.sort_by_key(|problem| (problem.line, problem.column));
    Ok((TestFile { cases }, problems))
}

fn read_case(mut table: Table, before: &[Case], problems: &mut Vec<Problem>) -> Result<Case, Problem> {
    let name = table.required_text("name", "name = \"what it shows\"")?;
    if name.trim().is_empty() {
        return Err(table.error("name", "name", "a case needs a name", None));
    }
    if before.iter().any(|case| case.name == name) {
        return Err(table.error("name", "duplicate", format!("there are two cases named `{name}`"), None));
    }
    let input = values(&mut table, "input")?.unwrap_or_else(|| json!({}));
    let config = values(&mut table, "config")?.unwrap_or_default();
    let cassette = table.text("cassette")?;
    if let Some(name) = cassette.as_deref().filter(|name| !is_file_name(name)) {
        return Err(table.error(
            "cassette",
            "cassette",
            format!("`{name}` cannot be the name of a cassette"),
            Some("use letters, digits, `_` and `-`, at most 64 of them".to_owned()),
        ));
    }
    let by_hand = table.text("by_hand")?;
    if by_hand.is_some() && cassette.is_none() {
        let hint = Some("name it with `cassette`, or leave out `by_hand`".to_owned());
        return Err(table.error(
            "by_hand",
            "cassette",
            "there is no cassette that was written by hand",
            hint,
        ));
    }
    let entry = entry::read(&mut table, problems)?;
    let secrets = match values(&mut table, "secrets")? {
        Some(Value::Object(secrets)) => secrets
            .iter()
            .map(|(name, secret)| (name.clone(), plain_text(secret)))
            .collect(),
        _ => BTreeMap::new(),
    };
    let now_ms = read_now(&mut table)?;
    let alone = if matches!(entry, Some(CaseEntry::Delivery(_))) {
        Some("what is delivered calls nobody")
    } else if now_ms.is_some() {
        Some("a cassette holds the time")
    } else {
        (!secrets.is_empty()).then_some("a cassette needs no secrets")
    };
    if let Some(reason) = alone.filter(|_| cassette.is_some()) {
        let hint = Some("leave out `cassette`".to_owned());
        return Err(table.error("cassette", "both", reason, hint));
    }
    let expect = match table.table("expect")? {
        Some(expect) => read_expect(&expect)?,
        None => Vec::new(),
    };
    let expect_error = match table.table("expect_error")? {
        Some(expect) => read_expect_error(&expect)?,
        None => Vec::new(),
    };
    let snapshot = table.boolean("expect_snapshot")?.unwrap_or(false);
    if !expect_error.is_empty() && (!expect.is_empty() || snapshot) {
        return Err(table.error(
            "expect_error",
            "both",
            "a case that must fail has no output to look at",
            Some("leave out `expect_error`, or `expect` and `expect_snapshot`".to_owned()),
        ));
    }
    let case = Case {
        input,
        config,
        cursor: table.any("cursor").unwrap_or_default(),
        entry,
        secrets,
        now_ms,
        cassette,
        by_hand,
        expect,
        expect_error,
        snapshot,
        skip: table.text("skip")?,
        line: line_of(&table, table.span_of("name")),
        name,
    };
    table.unknown(problems);
    Ok(case)
}

/// What the clock says.
fn read_now(table: &mut Table) -> Result<Option<i64>, Problem> {
    let text = match table.any("now") {
        None => return Ok(None),
        Some(Value::String(text)) => text,
        Some(other) => other.to_string(),
    };
    if let Ok(time) = text.parse::<jiff::Timestamp>() {
        Ok(Some(time.as_millisecond()))
    } else {
        let hint = Some("write it as \"2026-03-01T12:30:00Z\"".to_owned());
        Err(table.error("now", "wrong_type", format!("`{text}` is not a moment"), hint))
    }
}

/// A table of values of fields.
fn values(table: &mut Table, key: &'static str) -> Result<Option<Value>, Problem> {
    match table.any(key) {
        Some(Value::Object(members)) => Ok(Some(Value::Object(members))),
        None => Ok(None),
        Some(_) => Err(table.error(key, "wrong_type", format!("`{key}` must be a table"), None)),
    }
}

/// A name that works as a file's name everywhere.
pub(super) fn is_file_name(name: &str) -> bool {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-');
    (1..=64).contains(&name.len()) && name.chars().all(plain) && !name.starts_with('-')
}

fn read_expect(table: &Table) -> Result<Vec<Expectation>, Problem> {
    let read = |entry: Entry| {
        if let Some(reason) = path::mistake(entry.key) {
            return Err(table.source.error(
                entry.key_span,
                "json_path",
                format!("`{}` is not a JSONPath: {reason}", entry.key),
                Some("write it as \"$.profile.firstName\" or \"$.users[0].id\"".to_owned()),
            ));
        }
        expectation(table, entry)
    };
    table.entries().into_iter().map(read).collect()
}

fn read_expect_error(table: &Table) -> Result<Vec<Expectation>, Problem> {
    let read = |entry: Entry| {
        if !ERROR_PARTS.contains(&entry.key) {
            return Err(table.source.error(
                entry.key_span,
                "unknown_value",
                format!("an error has no `{}`", entry.key),
                Some(did_you_mean(entry.key, &ERROR_PARTS)),
            ));
        }
        expectation(table, entry)
    };
    table.entries().into_iter().map(read).collect()
}

fn expectation(table: &Table, entry: Entry) -> Result<Expectation, Problem> {
    let line = line_of(table, entry.key_span.clone().or(entry.span.clone()));
    let path = entry.key.to_owned();
    Ok(Expectation {
        path,
        matchers: matchers(table, entry)?,
        line,
    })
}

/// A table of matchers, or a value that must be equal.
fn matchers(table: &Table, entry: Entry) -> Result<Vec<Matcher>, Problem> {
    let Value::Object(members) = &entry.value else {
        return Ok(vec![Matcher::Equals(entry.value)]);
    };
    let is_matcher = |name: &&String| MATCHERS.contains(&name.as_str());
    let mistaken = members.keys().find(|name| !is_matcher(name));
    match mistaken {
        None if !members.is_empty() => members
            .iter()
            .map(|(name, value)| matcher(table, &entry, name, value))
            .collect(),
        // A table without any of their names is a value; one with some, or nearly one, is a mistake.
        Some(name) if members.keys().any(|name| is_matcher(&name)) || nearest(name, MATCHERS).is_some() => {
            Err(table.source.error(
                entry.span.clone(),
                "matcher",
                format!("`{name}` is not a matcher"),
                Some(format!(
                    "{} To expect this very table, write {{ equals = {{ ... }} }}.",
                    did_you_mean(name, &MATCHERS)
                )),
            ))
        }
        _ => Ok(vec![Matcher::Equals(entry.value)]),
    }
}

fn matcher(table: &Table, entry: &Entry, name: &str, value: &Value) -> Result<Matcher, Problem> {
    let wrong = |message: String, hint: Option<String>| {
        table.source.error(
            entry.span.clone(),
            "matcher",
            format!("`{name}` of `{}`: {message}", entry.key),
            hint,
        )
    };
    let needs = |what: &str| wrong(format!("it takes {what}, not {value}"), None);
    Ok(match name {
        "equals" => Matcher::Equals(value.clone()),
        "contains" => Matcher::Contains(value.clone()),
        "matches" => {
            let pattern = value.as_str().ok_or_else(|| needs("a regular expression"))?;
            if let Err(error) = Regex::new(pattern) {
                let reason = error.to_string();
                let reason = reason.lines().last().unwrap_or_default().trim_start_matches("error: ");
                return Err(wrong(format!("this pattern does not work: {reason}"), None));
            }
            Matcher::Matches(pattern.to_owned())
        }
        "length" => Matcher::Length(value.as_u64().ok_or_else(|| needs("a whole number"))?),
        "type" => {
            let word = value.as_str().ok_or_else(|| needs("the name of a type"))?;
            let names = JsonWord::ALL.map(|(name, _)| name);
            let found = JsonWord::ALL.iter().find(|(name, _)| *name == word);
            let (_, found) =
                found.ok_or_else(|| wrong(format!("`{word}` is not a type"), Some(did_you_mean(word, &names))))?;
            Matcher::Type(*found)
        }
        "schema" => match value {
            Value::String(name) => Matcher::Schema(Schema::Named(name.clone())),
            Value::Object(_) => Matcher::Schema(Schema::Inline(value.clone())),
            _ => return Err(needs("the name of a schema, or a schema")),
        },
        "absent" => Matcher::Absent(value.as_bool().ok_or_else(|| needs("true or false"))?),
        "approx" => Matcher::Approx(approx(value).ok_or_else(|| needs("a number, or { value = 3.0, within = 0.5 }"))?),
        _ if value.as_bool().ok_or_else(|| needs("true"))? => Matcher::Ignore,
        // Whoever writes `ignore = false` means nothing else than leaving it out would.
        _ => {
            let hint = "leave the line out".to_owned();
            return Err(wrong("it takes true only".to_owned(), Some(hint)));
        }
    })
}

fn approx(value: &Value) -> Option<Approx> {
    if let Some(value) = value.as_f64() {
        let within = (value * WITHIN).abs();
        return Some(Approx { value, within });
    }
    let members = value.as_object()?;
    if members.keys().any(|name| name != "value" && name != "within") {
        return None;
    }
    let value = members.get("value")?.as_f64()?;
    let within = match members.get("within") {
        Some(within) => within.as_f64()?,
        None => (value * WITHIN).abs(),
    };
    Some(Approx { value, within })
}

fn did_you_mean(name: &str, known: &[&str]) -> String {
    match nearest(name, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("there is {}.", known.join(", ")),
    }
}

fn line_of(table: &Table, span: Option<Range<usize>>) -> u32 {
    span.map_or(0, |span| place(table.source.text, span.start).0)
}
