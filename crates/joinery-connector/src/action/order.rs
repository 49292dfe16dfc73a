//! Several requests in the order they are sent: what flows from one to the next, and what of them has no place in a script.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::{
    Taken,
    input::{Input, identifier},
    names, rhai,
    script::{Scope, call},
};
use crate::request::{Assertion, Capture, Demand, SavedRequest};

/// Names that a variable of the script may not have: its parameters, and those that a call brings.
const RESERVED: &[&str] = &["connection", "input", "http", "query", "body", "answer"];

/// The body of `execute`: every request but the last into a variable, what it captures into more.
pub(super) fn body(requests: &[SavedRequest], inputs: &[Input], taken: &Taken) -> String {
    let mut code = String::new();
    let mut captured: Vec<(String, String)> = Vec::new();
    let mut locals: Vec<String> = Vec::new();
    for (at, request) in requests.iter().enumerate() {
        let read: Vec<(&str, &str)> = captures(request).collect();
        let last = at + 1 == requests.len();
        let whole = !last && read.iter().any(|(_, subject)| !subject.starts_with('$'));
        let scope = Scope {
            inputs,
            taken,
            captured: &captured,
        };
        let made = call(request, &scope, whole);
        code.push_str(&made.before);
        if last {
            let _ = writeln!(code, "    {}", made.call);
            break;
        }
        if read.is_empty() {
            let _ = writeln!(code, "    {};", made.call);
            continue;
        }
        let wanted = names::schema(request, &Value::Null);
        let answer = local(&wanted, &mut locals);
        let _ = writeln!(code, "    let {answer} = {};", made.call);
        for (name, subject) in read {
            let known = captured.iter().find(|(variable, _)| variable == name);
            let value = value_of(&answer, subject, whole);
            if let Some((_, again)) = known {
                let _ = writeln!(code, "    {again} = {value};");
                continue;
            }
            let variable = local(&identifier(name), &mut locals);
            let _ = writeln!(code, "    let {variable} = {value};");
            captured.push((name.to_owned(), variable));
        }
    }
    code
}

/// What a request captures that a script can read too: the variable and where its value is.
pub(super) fn captures(request: &SavedRequest) -> impl Iterator<Item = (&str, &str)> {
    let each = request.captures.iter().filter(|capture| is_read(capture));
    each.map(|capture| (capture.name.as_str(), capture.subject.trim()))
}

/// What a case can expect of the action's output: what the request asserts of its body, as cases say it.
pub(super) fn expected(request: &SavedRequest) -> Vec<(String, Value)> {
    let each = request.assertions.iter();
    each.filter_map(|assertion| Some((assertion.subject.trim().to_owned(), matcher(assertion)?)))
        .collect()
}

/// What of the requests has no place in the action or its case, each in words.
pub(super) fn left(requests: &[SavedRequest]) -> Vec<String> {
    let mut left = Vec::new();
    for (at, request) in requests.iter().enumerate() {
        let last = at + 1 == requests.len();
        let named = if request.name.is_empty() {
            &request.url
        } else {
            &request.name
        };
        for assertion in &request.assertions {
            // A call that is not answered well ends the action by itself.
            let of_itself = matches!(&assertion.demand, Demand::Equals(Value::Number(status)) if status.as_u64().is_some_and(|status| status < 400))
                && assertion.subject.trim() == "status";
            if !(of_itself || last && matcher(assertion).is_some()) {
                left.push(format!("the check of {} in {named}", assertion.subject));
            }
        }
        for capture in request.captures.iter().filter(|capture| !last && !is_read(capture)) {
            left.push(format!("the capture {} in {named}", capture.name));
        }
    }
    left
}

/// Whether a script can read what is captured: a plain path into a JSON body, a header, the status.
fn is_read(capture: &Capture) -> bool {
    let subject = capture.subject.trim();
    subject == "status" || subject.starts_with("header:") || path_of(subject).is_some()
}

/// `answer.profile.login` for `$.profile.login`.
fn value_of(answer: &str, subject: &str, whole: bool) -> String {
    if subject == "status" {
        return format!("{answer}.status");
    }
    if let Some(name) = subject.strip_prefix("header:") {
        return format!("{answer}.headers[{}]", rhai::string(&name.trim().to_ascii_lowercase()));
    }
    let body = if whole {
        format!("{answer}.body")
    } else {
        answer.to_owned()
    };
    match path_of(subject).unwrap_or_default() {
        "" => body,
        path => format!("dig({body}, {})", rhai::string(path)),
    }
}

/// The path that `dig` takes for a `JSONPath` of names and places only.
fn path_of(subject: &str) -> Option<&str> {
    let path = subject.strip_prefix('$')?;
    let plain = path
        .chars()
        .all(|letter| letter.is_ascii_alphanumeric() || "._[]-".contains(letter));
    let well = plain && !path.contains("..") && !path.contains('-') && !path.ends_with('.');
    well.then(|| path.strip_prefix('.').unwrap_or(path))
}

/// The demand as a case says it; `None` for one that cases do not know, and for what is not of the body.
fn matcher(assertion: &Assertion) -> Option<Value> {
    if !assertion.subject.trim().starts_with('$') {
        return None;
    }
    Some(match &assertion.demand {
        Demand::Equals(value) if value.is_object() => json!({ "equals": value }),
        Demand::Equals(value) => value.clone(),
        Demand::Contains(value) => json!({ "contains": value }),
        Demand::Matches(pattern) => json!({ "matches": pattern }),
        Demand::Length(length) => json!({ "length": length }),
        Demand::Type(kind) => json!({ "type": kind }),
        Demand::Schema(schema) => json!({ "schema": schema }),
        Demand::Absent(absent) => json!({ "absent": absent }),
        _ => return None,
    })
}

/// A name that no variable of the script has yet; it is taken then.
fn local(wanted: &str, locals: &mut Vec<String>) -> String {
    let is_taken = |name: &str| RESERVED.contains(&name) || locals.iter().any(|known| known == name);
    let name = names::free(wanted, is_taken);
    locals.push(name.clone());
    name
}
