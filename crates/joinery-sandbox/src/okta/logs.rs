//! The System Log: bounded queries and polling.

use axum::http::Method;
use axum::http::header::LINK;
use serde_json::Value;
use url::form_urlencoded;

use super::Route;
use super::call::{Answer, Call, Reply};
use super::errors::Problem;
use super::event::Event;
use super::filter::{Expression, Grammar, Operator, Test};
use crate::clock::Time;

/// What this file answers.
pub const ROUTES: &[Route] = &[Route(Method::GET, "logs", list)];

const GRAMMAR: Grammar = Grammar {
    operators: &[
        Operator::Eq,
        Operator::Ne,
        Operator::Co,
        Operator::Sw,
        Operator::Ew,
        Operator::Pr,
        Operator::Gt,
        Operator::Ge,
        Operator::Lt,
        Operator::Le,
    ],
    not: true,
};

/// The first part of every attribute of an event that a filter may name.
const FILTERED: &[&str] = &[
    "actor",
    "authenticationContext",
    "client",
    "debugContext",
    "device",
    "displayMessage",
    "eventType",
    "legacyEventType",
    "outcome",
    "request",
    "securityContext",
    "severity",
    "target",
    "transaction",
    "uuid",
    "version",
];

const DAY: i64 = 24 * 60 * 60 * 1000;

/// What a query asks for.
struct Wanted<'a> {
    since: Time,
    until: Option<Time>,
    /// Where to go on in the log: ascending from this event, descending from the one before it.
    from: Option<usize>,
    descending: bool,
    limit: usize,
    filter: Option<Expression>,
    words: Vec<&'a str>,
}

fn list(call: &Call<'_>) -> Answer {
    let wanted = Wanted::read(call)?;
    let org = call.state.read();
    let total = org.log.seen_at(call.state.listed_moment(call.now));
    let places: Box<dyn Iterator<Item = usize>> = if wanted.descending {
        Box::new((0..wanted.from.unwrap_or(total).min(total)).rev())
    } else {
        Box::new(wanted.from.unwrap_or(0)..total)
    };
    let mut found = Vec::new();
    let mut stopped_at = None;
    for place in places {
        let Some(shown) = wanted.shown(&org.log[place]) else {
            continue;
        };
        if found.len() == wanted.limit {
            stopped_at = Some(if wanted.descending { place + 1 } else { place });
            break;
        }
        found.push(shown);
    }
    let polling = wanted.until.is_none() && !wanted.descending;
    let next = stopped_at.or_else(|| polling.then(|| total.max(wanted.from.unwrap_or(0))));
    let reply = Reply::json(&found).with_header(LINK, &format!("<{}>; rel=\"self\"", address(call, None)));
    Ok(match next {
        Some(place) => {
            let cursor = format!("{}_{place}", wanted.since.0);
            reply.with_header(LINK, &format!("<{}>; rel=\"next\"", address(call, Some(&cursor))))
        }
        None => reply,
    })
}

/// The query as the caller sent it; of the next page with the cursor in place of `since`.
fn address(call: &Call<'_>, cursor: Option<&str>) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    let left_out = |name: &str| cursor.is_some() && matches!(name, "after" | "since");
    query.extend_pairs(call.query.iter().filter(|(name, _)| !left_out(name)));
    if let Some(cursor) = cursor {
        query.append_pair("after", cursor);
    }
    let query = query.finish();
    let mark = if query.is_empty() { "" } else { "?" };
    format!("{}{}{mark}{query}", call.state.url(), call.path)
}

impl<'a> Wanted<'a> {
    fn read(call: &'a Call<'_>) -> Result<Self, Problem> {
        let query = &call.query;
        let (since, until) = (moment(call, "since")?, moment(call, "until")?);
        if since.is_some_and(|since| since.0 < call.now.0 - 180 * DAY) {
            return Err(scim("'since': The date must not be more than 180 days ago"));
        }
        let cursor = query.filled("after").map(read_cursor).transpose()?;
        if cursor.is_some() && since.is_some() {
            return Err(Problem::validation(
                "since",
                vec!["'since' and 'after' are mutually exclusive".into()],
            ));
        }
        let descending = match query.filled("sortOrder").map(str::to_ascii_uppercase).as_deref() {
            None | Some("ASCENDING") => false,
            Some("DESCENDING") => true,
            Some(_) => {
                let cause = "'sortOrder': Must be one of ASCENDING, DESCENDING";
                return Err(Problem::validation("sortOrder", vec![cause.into()]));
            }
        };
        let words: Vec<&str> = query.get("q").unwrap_or_default().split_whitespace().collect();
        if words.len() > 10 || words.iter().any(|word| word.chars().count() > 40) {
            let cause = "'q': Must not have more than 10 keywords of 40 characters";
            return Err(Problem::validation("q", vec![cause.into()]));
        }
        Ok(Self {
            since: since
                .or(cursor.map(|found| found.0))
                .unwrap_or(Time(until.unwrap_or(call.now).0 - 7 * DAY)),
            until,
            from: cursor.map(|found| found.1),
            descending,
            limit: limit(call)?,
            filter: query.filled("filter").map(read_filter).transpose()?,
            words,
        })
    }

    /// The event, where it is wanted.
    fn shown(&self, event: &Event) -> Option<Value> {
        if event.published < self.since || self.until.is_some_and(|until| event.published >= until) {
            return None;
        }
        let shown = event.shown();
        let fits = self
            .filter
            .as_ref()
            .is_none_or(|filter| filter.matches(&|test| holds(&shown, test)));
        let words = self.words.iter().all(|word| contains(&shown, &word.to_lowercase()));
        (fits && words).then_some(shown)
    }
}

fn read_cursor(text: &str) -> Result<(Time, usize), Problem> {
    let parts = text
        .split_once('_')
        .and_then(|(since, place)| Some((Time(since.parse().ok()?), place.parse().ok()?)));
    parts.ok_or_else(Problem::cursor)
}

fn limit(call: &Call<'_>) -> Result<usize, Problem> {
    let Some(text) = call.query.filled("limit") else {
        return Ok(100);
    };
    text.parse::<usize>()
        .ok()
        .filter(|limit| *limit <= 1000)
        .ok_or_else(|| {
            Problem::validation(
                "limit",
                vec![format!("'limit': '{text}' must be a number from 0 to 1000")],
            )
        })
}

fn moment(call: &Call<'_>, name: &str) -> Result<Option<Time>, Problem> {
    let Some(text) = call.query.filled(name) else {
        return Ok(None);
    };
    Time::parse(text).map(Some).ok_or_else(|| {
        let cause = format!(
            "'{name}': The date format in your query is not recognized. Please enter dates using ISO8601 string format"
        );
        Problem::validation(name, vec![cause])
    })
}

fn scim(cause: &str) -> Problem {
    Problem::new(400, "E0000053", format!("Invalid SCIM filter. {cause}"))
}

fn read_filter(text: &str) -> Result<Expression, Problem> {
    let refused = |cause: String| Problem::new(400, "E0000053", format!("Invalid filter '{text}': {cause}"));
    let expression = Expression::parse(text, GRAMMAR).map_err(refused)?;
    expression.check(&|test| {
        let name = test.attribute.as_str();
        let first = name.split('.').next().unwrap_or_default();
        if !FILTERED.contains(&first) {
            return Err(Problem::new(400, "E0000053", format!("field is not valid: {name}")));
        }
        if test.operator == Operator::Co
            && matches!(name, "debugContext.debugData.url" | "debugContext.debugData.requestUri")
        {
            return Err(Problem::search(format!("'co' cannot be used with '{name}'")));
        }
        Ok(())
    })?;
    Ok(expression)
}

fn holds(event: &Value, test: &Test) -> bool {
    holds_at(event, &test.attribute, test)
}

/// Follows a path such as `target.id`; of a list, one element has to hold.
fn holds_at(value: &Value, path: &str, test: &Test) -> bool {
    if let Value::Array(list) = value {
        return list.iter().any(|item| holds_at(item, path, test));
    }
    let (first, rest) = path
        .split_once('.')
        .map_or((path, None), |(first, rest)| (first, Some(rest)));
    match (value.get(first), rest) {
        (Some(inner), Some(rest)) => holds_at(inner, rest, test),
        (Some(Value::Array(list)), None) if test.operator == Operator::Pr => !list.is_empty(),
        (Some(inner @ Value::Object(_)), None) => test.operator == Operator::Pr && !inner.is_null(),
        (found, _) => test.value_holds(found, true),
    }
}

/// Whether any text of the event contains the word.
fn contains(value: &Value, word: &str) -> bool {
    match value {
        Value::String(text) => text.to_lowercase().contains(word),
        Value::Array(list) => list.iter().any(|item| contains(item, word)),
        Value::Object(map) => map.values().any(|item| contains(item, word)),
        _ => false,
    }
}
