//! Assertions, captures and variables as the scripts that Postman and newman run. The importer reads each line of them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::super::{
    RequestSet,
    set::{SetEntry, SetFolder, SetRequest},
};
use super::{request::path_variable, text::text};
use crate::request::{Assertion, Demand};

/// An event with its script.
pub(super) fn event(listen: &str, lines: Vec<String>) -> Value {
    json!({ "listen": listen, "script": { "type": "text/javascript", "exec": lines } })
}

/// What scripts of the collection set.
pub(super) struct Scripts {
    /// Names that requests capture.
    captured: BTreeSet<String>,
    /// Names that folders and requests give a value.
    set: BTreeSet<String>,
}

impl Scripts {
    pub(super) fn of(set: &RequestSet) -> Self {
        let requests = set.top.requests();
        let captures = requests.iter().flat_map(|request| &request.request.captures);
        let own = requests.iter().flat_map(|request| request.request.variables.keys());
        Self {
            captured: captures.map(|capture| capture.name.clone()).collect(),
            set: own.chain(of_folders(&set.top)).cloned().collect(),
        }
    }

    /// Before each request, what another one set counts no more.
    pub(super) fn resets(&self) -> Vec<String> {
        let names = self.set.iter();
        names
            .map(|name| format!("pm.variables.unset({});", Value::from(name.as_str())))
            .collect()
    }

    /// A folder's variables: rows of data, an environment and captures win over them.
    pub(super) fn of_folder(
        &self,
        set: &mut RequestSet,
        values: &BTreeMap<String, String>,
        place: &str,
    ) -> Vec<String> {
        let values = values.iter();
        values
            .map(|(name, value)| self.line(name, &text(set, value, place), &["iterationData", "environment"]))
            .collect()
    }

    /// A request's own variables, but for those that are path variables.
    pub(super) fn of_request(&self, set: &mut RequestSet, request: &SetRequest) -> Vec<String> {
        let own = &request.request;
        let segments: Vec<&str> = own
            .url
            .split('/')
            .filter_map(|segment| path_variable(segment, own))
            .collect();
        let elsewhere = crate::request::SavedRequest {
            url: own
                .url
                .split('/')
                .filter(|segment| path_variable(segment, own).is_none())
                .collect::<Vec<_>>()
                .join("/"),
            ..own.clone()
        };
        let needed = elsewhere.mentions();
        let values = own.variables.iter();
        let values = values.filter(|(name, _)| {
            !segments.contains(&name.as_str()) || needed.iter().any(|mention| mention.name == **name)
        });
        values
            .map(|(name, value)| self.line(name, &text(set, value, &request.place), &["iterationData"]))
            .collect()
    }

    fn line(&self, name: &str, value: &str, winners: &[&str]) -> String {
        let mut winners = winners.to_vec();
        if self.captured.contains(name) {
            winners.push("collectionVariables");
        }
        let name = Value::from(name);
        let unless: Vec<String> = winners.iter().map(|scope| format!("!pm.{scope}.has({name})")).collect();
        format!(
            "if ({}) pm.variables.set({name}, {});",
            unless.join(" && "),
            Value::from(value)
        )
    }
}

/// The names that folders below one give a value.
fn of_folders(folder: &SetFolder) -> Vec<&String> {
    let inner = folder.entries.iter().filter_map(|entry| match entry {
        SetEntry::Folder(inner) => Some(inner),
        SetEntry::Request(_) => None,
    });
    inner
        .flat_map(|inner| inner.says.variables.keys().chain(of_folders(inner)))
        .collect()
}

/// The script after the answer: a test for each assertion, and what is captured.
pub(super) fn test(set: &mut RequestSet, request: &SetRequest) -> Vec<String> {
    let mut lines = Vec::new();
    for assertion in &request.request.assertions {
        let (key, value) = assertion.demand.key_and_value();
        let name = format!("{} {} {}", assertion.subject, key.replace('_', " "), shown(&value));
        match check(set, assertion) {
            Ok(line) => lines.extend([
                format!("pm.test({}, function () {{", Value::from(name)),
                format!("    {line}"),
                "});".to_owned(),
            ]),
            Err(why) => set.leave(&request.place, format!("the assertion {name}"), why),
        }
    }
    for capture in &request.request.captures {
        match subject(&capture.subject) {
            Some(found) => {
                let secret = if capture.secret { " // secret" } else { "" };
                let name = Value::from(capture.name.as_str());
                lines.push(format!("pm.collectionVariables.set({name}, {found});{secret}"));
            }
            None => set.leave(
                &request.place,
                format!("the capture {}", capture.name),
                "its subject cannot be written in a script of one line",
            ),
        }
    }
    lines
}

fn shown(value: &Value) -> String {
    let text = value.to_string();
    if text.chars().count() > 60 {
        text.chars().take(59).chain(['…']).collect()
    } else {
        text
    }
}

/// The statement that checks an assertion.
fn check(set: &RequestSet, assertion: &Assertion) -> Result<String, &'static str> {
    let name = assertion.subject.trim();
    let found = subject(name).ok_or("its subject cannot be written in a script of one line")?;
    let expect = |rest: String| format!("pm.expect({found}).to.{rest};");
    Ok(match &assertion.demand {
        Demand::Equals(Value::Number(status)) if name == "status" => format!("pm.response.to.have.status({status});"),
        Demand::Equals(most) if name == "time_ms" => expect(format!("be.at.most({most})")),
        Demand::Equals(Value::Null) => expect("be.oneOf([null, undefined])".to_owned()),
        Demand::Equals(value) => expect(format!("eql({value})")),
        Demand::NotEquals(value) => expect(format!("not.eql({value})")),
        Demand::Contains(value) => expect(format!("deep.include({value})")),
        Demand::NotContains(value) => expect(format!("not.deep.include({value})")),
        Demand::Matches(pattern) => {
            let (pattern, flags) = pattern
                .strip_prefix("(?i)")
                .map_or((pattern.as_str(), "u"), |rest| (rest, "iu"));
            if pattern.contains("(?") && !pattern.contains("(?:") {
                return Err("JavaScript has no such regular expression");
            }
            expect(format!("match(new RegExp({}, \"{flags}\"))", Value::from(pattern)))
        }
        Demand::OneOf(values) if values.iter().any(|value| value.is_object() || value.is_array()) => {
            return Err("one of several lists or objects cannot be asked for");
        }
        Demand::OneOf(values) => expect(format!("be.oneOf({})", Value::from(values.clone()))),
        Demand::Length(length) => format!("pm.expect(_.size({found})).to.eql({length});"),
        Demand::Type(word) => match word.as_str() {
            "integer" => format!("pm.expect(Number.isInteger({found})).to.eql(true);"),
            word => expect(format!("be.a(\"{word}\")")),
        },
        Demand::Absent(true) => expect("eql(undefined)".to_owned()),
        Demand::Absent(false) => expect("not.eql(undefined)".to_owned()),
        Demand::AtMost(most) => expect(format!("be.at.most({})", number(*most))),
        Demand::AtLeast(least) => expect(format!("be.at.least({})", number(*least))),
        Demand::Schema(_) if name != "$" && name != "body" => {
            return Err("Postman checks a whole body by a schema only");
        }
        Demand::Schema(schema) => {
            let schema = match schema {
                Value::String(name) => set.connector.schema(name).map_err(|_| "there is no such schema")?,
                schema => schema.clone(),
            };
            format!(
                "pm.response.to.have.jsonSchema({}, {{ unknownFormats: \"ignore\" }});",
                plain(schema)
            )
        }
    })
}

/// A schema for a checker that knows older versions only.
fn plain(mut schema: Value) -> Value {
    if let Some(members) = schema.as_object_mut() {
        members.remove("$schema");
        members.remove("$id");
    }
    schema
}

fn number(value: f64) -> Value {
    Demand::AtMost(value).key_and_value().1
}

/// The expression that finds a subject; none where it takes more than one.
fn subject(subject: &str) -> Option<String> {
    let named = |prefix: &str| subject.strip_prefix(prefix).map(|name| Value::from(name.trim()));
    Some(match subject.trim() {
        "status" => "pm.response.code".to_owned(),
        "time_ms" => "pm.response.responseTime".to_owned(),
        "size" => "pm.response.responseSize".to_owned(),
        "body" => "pm.response.text()".to_owned(),
        "url" => return None,
        path => match (named("header:"), named("cookie:")) {
            (Some(name), _) => format!("pm.response.headers.get({name})"),
            (_, Some(name)) => format!("pm.cookies.get({name})"),
            _ => format!("pm.response.json(){}", members(path)?),
        },
    })
}

/// `$.profile['first name'][0]` as `?.profile?.["first name"]?.[0]`; none for a path that may find several.
fn members(path: &str) -> Option<String> {
    let mut rest = path.strip_prefix('$')?;
    let mut written = String::new();
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix('.') {
            let end = after.find(['.', '[']).unwrap_or(after.len());
            let name = &after[..end];
            let plain = !name.is_empty()
                && !name.starts_with(|first: char| first.is_ascii_digit())
                && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
            if !plain {
                return None;
            }
            written.extend(["?.", name]);
            rest = &after[end..];
        } else {
            let (inside, after) = rest.strip_prefix('[')?.split_once(']')?;
            let quoted = ['\'', '"']
                .iter()
                .find_map(|quote| inside.strip_prefix(*quote)?.strip_suffix(*quote));
            match quoted {
                Some(name) if !name.contains(['\\', '\'', '"']) => {
                    written.extend(["?.[", &Value::from(name).to_string(), "]"]);
                }
                None if !inside.is_empty() && inside.bytes().all(|byte| byte.is_ascii_digit()) => {
                    written.extend(["?.[", inside, "]"]);
                }
                _ => return None,
            }
            rest = after;
        }
    }
    Some(written)
}
