//! Assertions and captures.

use serde_json::Value;

use super::{Reader, list, on, text_of};
use crate::request::{Assertion, Capture, Demand, SavedRequest};

impl Reader {
    pub(super) fn checks(&mut self, runtime: &Value, request: &mut SavedRequest, place: &str) {
        for row in list(&runtime["assertions"]) {
            let (expression, operator) = (text_of(&row["expression"]), text_of(&row["operator"]));
            let value = self.text(&text_of(&row["value"]), place);
            let read = subject(&expression).and_then(|subject| assertion(subject, &operator, &value));
            match read.filter(|_| on(row)) {
                Some(assertion) => request.assertions.push(assertion),
                None => self.leave(
                    place,
                    format!("the assertion {expression}: {operator} {value}")
                        .trim_end()
                        .to_owned(),
                    if on(row) {
                        "there is no such assertion"
                    } else {
                        "it is switched off"
                    },
                ),
            }
        }
        // Bruno's own language has rows, OpenCollection actions.
        let rows = list(&runtime["captures"]).iter();
        let rows = rows.map(|row| (text_of(&row["name"]), text_of(&row["value"]), on(row)));
        let actions = list(&runtime["actions"]).iter();
        let actions = actions.map(|action| {
            let (variable, selector) = (&action["variable"], &action["selector"]);
            (text_of(&variable["name"]), text_of(&selector["expression"]), on(action))
        });
        for (name, expression, on) in rows.chain(actions).collect::<Vec<_>>() {
            match subject(&expression).filter(|_| on && !name.is_empty()) {
                Some(subject) => request.captures.push(Capture {
                    secret: crate::import::is_secret_name(&name),
                    name: name.trim_start_matches('@').to_owned(),
                    subject,
                }),
                None => self.leave(
                    place,
                    format!("the variable {name} after the response"),
                    "only a value of the answer can be captured",
                ),
            }
        }
    }
}

/// `res.body.items[0].id` as an assertion's subject.
fn subject(expression: &str) -> Option<String> {
    let expression = expression.trim();
    let quoted = |start: &str| {
        let inside = expression.strip_prefix(start)?.strip_suffix(')')?;
        let name = inside.trim_matches(['"', '\'']);
        (name.len() + 2 == inside.len()).then(|| name.to_owned())
    };
    match expression {
        "res.status" | "res.getStatus()" | "res.statusCode" => return Some("status".to_owned()),
        "res.responseTime" | "res.getResponseTime()" => return Some("time_ms".to_owned()),
        "res.body" | "res.getBody()" => return Some("$".to_owned()),
        "res.url" | "res.getUrl()" => return Some("url".to_owned()),
        _ => {}
    }
    if let Some(name) = quoted("res.getHeader(") {
        return Some(format!("header:{name}"));
    }
    if let Some(rest) = expression.strip_prefix("res.headers") {
        let name = rest.trim_matches(['.', '[', ']', '"', '\'']);
        return (!name.is_empty() && !name.contains(['[', '(', ' '])).then(|| format!("header:{name}"));
    }
    let members = match quoted("res(") {
        Some(path) => format!(".{path}"),
        None => expression
            .strip_prefix("res.body")
            .or_else(|| expression.strip_prefix("res.getBody()"))?
            .to_owned(),
    };
    let plain = members
        .chars()
        .all(|letter| letter.is_alphanumeric() || "._[]'\"-".contains(letter));
    let path = format!("${}", members.replace('"', "'"));
    (plain && !path.contains("..")).then_some(path)
}

fn assertion(subject: String, operator: &str, value: &str) -> Option<Assertion> {
    let of = |subject: &str, demand| {
        Some(Assertion {
            subject: subject.to_owned(),
            demand,
        })
    };
    let number = || value.parse::<f64>().ok();
    if let Some(counted) = subject.strip_suffix(".length").filter(|_| operator == "eq") {
        return of(counted, Demand::Length(value.parse().ok()?));
    }
    // A status is a whole number, and a time is never met to the last part of a millisecond.
    let step = match subject.as_str() {
        "status" => Some(1.0),
        "time_ms" => Some(0.0),
        _ => None,
    };
    let demand = match operator {
        "eq" => Demand::Equals(literal(value)),
        "neq" => Demand::NotEquals(literal(value)),
        "gte" => Demand::AtLeast(number()?),
        "lte" => Demand::AtMost(number()?),
        "gt" => Demand::AtLeast(number()? + step?),
        "lt" => Demand::AtMost(number()? - step?),
        "in" => Demand::OneOf(several(value)),
        "contains" => Demand::Contains(literal(value)),
        "notContains" => Demand::NotContains(literal(value)),
        "length" => Demand::Length(value.parse().ok()?),
        "matches" => Demand::new("matches", pattern(value).into()).ok()?,
        "startsWith" => Demand::new("matches", format!("^{}", regex::escape(unquoted(value))).into()).ok()?,
        "endsWith" => Demand::new("matches", format!("{}$", regex::escape(unquoted(value))).into()).ok()?,
        "isNull" => Demand::Equals(Value::Null),
        "isUndefined" => Demand::Absent(true),
        "isDefined" => Demand::Absent(false),
        "isEmpty" => Demand::Length(0),
        "isTruthy" if value.is_empty() && subject == "$" => Demand::Absent(false),
        "isNumber" => Demand::Type("number".to_owned()),
        "isString" => Demand::Type("string".to_owned()),
        "isBoolean" => Demand::Type("boolean".to_owned()),
        "isArray" => Demand::Type("array".to_owned()),
        _ => return None,
    };
    of(&subject, demand)
}

/// A value as its type: `200`, `true`, `null`, `"200"`, or a text.
fn literal(text: &str) -> Value {
    let text = text.trim();
    match serde_json::from_str::<Value>(text) {
        Ok(value) => value,
        Err(_) => unquoted(text).into(),
    }
}

fn unquoted(text: &str) -> &str {
    let text = text.trim();
    let inside = ['"', '\'']
        .iter()
        .find_map(|quote| text.strip_prefix(*quote)?.strip_suffix(*quote));
    inside.unwrap_or(text)
}

fn several(text: &str) -> Vec<Value> {
    let inside = text.trim().trim_start_matches('[').trim_end_matches(']');
    inside.split(',').map(literal).collect()
}

/// `/^a/i` as a regular expression.
fn pattern(text: &str) -> String {
    let text = unquoted(text);
    match text.strip_prefix('/').and_then(|rest| rest.rsplit_once('/')) {
        Some((pattern, flags)) if flags.contains('i') => format!("(?i){pattern}"),
        Some((pattern, _)) => pattern.to_owned(),
        None => text.to_owned(),
    }
}
