//! Checks on a response without code: status, time, headers, values in a JSON body.

use std::cell::OnceCell;

use joinery_connector::{
    HttpResponse, Secret, charset,
    request::{Assertion, Capture, Demand},
    secret::MASK,
    variables,
};
use joinery_http::Body;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json_path::JsonPath;
use ts_rs::TS;

/// A checked assertion.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct AssertionResult {
    /// What was looked at.
    pub subject: String,
    /// Whether it holds.
    pub ok: bool,
    /// What was expected and found.
    pub message: String,
}

/// A captured value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct CaptureResult {
    /// The variable.
    pub name: String,
    /// Where its value was looked for.
    pub subject: String,
    /// Whether there was one.
    pub ok: bool,
    /// The value, masked where it is secret; why there is none.
    pub message: String,
}

/// The largest body that is looked into.
const LARGEST: u64 = 256 << 20;

/// A response's body, parsed when first asked for.
struct Answer<'a> {
    response: &'a HttpResponse,
    body: &'a Body,
    parsed: OnceCell<Result<Value, String>>,
}

impl<'a> Answer<'a> {
    fn new(response: &'a HttpResponse, body: &'a Body) -> Self {
        Self {
            response,
            body,
            parsed: OnceCell::new(),
        }
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        if self.body.size() > LARGEST {
            return Err(format!("the body has more than {} MB", LARGEST >> 20));
        }
        let bytes = self.body.read().map_err(|error| error.to_string())?;
        let content_type = self.response.header("content-type").unwrap_or_default();
        Ok(charset::utf8(&bytes, content_type).into_owned())
    }

    fn json(&self) -> Result<&Value, String> {
        let parsed = self.parsed.get_or_init(|| {
            serde_json::from_slice(&self.bytes()?).map_err(|error| format!("the body is not JSON: {error}"))
        });
        parsed.as_ref().map_err(Clone::clone)
    }

    /// The value of a subject; `None` where the response has none there.
    fn value(&self, subject: &str) -> Result<Option<Value>, String> {
        let text = |text: Option<&str>| text.map(Value::from);
        let named = |prefix: &str| subject.strip_prefix(prefix).map(str::trim);
        Ok(match subject.trim() {
            "status" => Some(self.response.status.into()),
            "time_ms" => Some(self.response.timing.total_ms.into()),
            "size" => Some(self.response.size.into()),
            "url" => text(Some(&self.response.url)),
            "body" => Some(String::from_utf8_lossy(&self.bytes()?).into()),
            subject => {
                if let Some(name) = named("header:") {
                    text(self.response.header(name))
                } else if let Some(name) = named("cookie:") {
                    text(self.cookie(name))
                } else {
                    self.in_body(subject)?
                }
            }
        })
    }

    /// RFC 6265 section 4.1: the value that `Set-Cookie` gives to a name.
    fn cookie(&self, name: &str) -> Option<&str> {
        let set = self
            .response
            .headers
            .iter()
            .filter(|header| header.name.eq_ignore_ascii_case("set-cookie"));
        set.filter_map(|header| header.value.split(';').next()?.split_once('='))
            .find_map(|(found, value)| (found.trim() == name).then_some(value.trim()))
    }

    /// RFC 9535 (`JSONPath`); several matches are a list.
    fn in_body(&self, path: &str) -> Result<Option<Value>, String> {
        let parsed = JsonPath::parse(path).map_err(|error| {
            format!(
                "`{path}` is none of status, time_ms, size, url, body, header:NAME, cookie:NAME or a JSONPath: {error}"
            )
        })?;
        let found = parsed.query(self.json()?).all();
        Ok(match found.as_slice() {
            [] => None,
            [one] => Some((*one).clone()),
            many => Some(many.iter().map(|value| (*value).clone()).collect()),
        })
    }
}

/// A value of a response: `status`, `time_ms`, `size`, `url`, `body`, `header:NAME`, `cookie:NAME` or a `JSONPath`.
///
/// # Errors
/// Why it cannot be looked for.
pub(crate) fn value(subject: &str, response: &HttpResponse, body: &Body) -> Result<Option<Value>, String> {
    Answer::new(response, body).value(subject)
}

/// Checks each assertion. The body is parsed only when one asks for a value in it. `schema` finds a schema by name.
pub fn check(
    assertions: &[Assertion],
    response: &HttpResponse,
    body: &Body,
    schema: &dyn Fn(&str) -> Result<Value, String>,
) -> Vec<AssertionResult> {
    let answer = Answer::new(response, body);
    let each = assertions.iter().map(|assertion| {
        let (ok, message) = match answer.value(&assertion.subject) {
            Err(reason) => (false, reason),
            Ok(found) => judge(assertion, found.as_ref(), schema),
        };
        AssertionResult {
            subject: assertion.subject.clone(),
            ok,
            message,
        }
    });
    each.collect()
}

fn judge(
    assertion: &Assertion,
    found: Option<&Value>,
    schema: &dyn Fn(&str) -> Result<Value, String>,
) -> (bool, String) {
    let demand = match (assertion.subject.trim(), &assertion.demand) {
        // The first connectors say `equals` of a time and mean its limit.
        ("time_ms", Demand::Equals(most)) => match most.as_f64() {
            Some(most) => &Demand::AtMost(most),
            None => return (false, format!("`time_ms` is compared with a number, not with {most}")),
        },
        (_, demand) => demand,
    };
    let (ok, words) = demand.check(found, schema);
    let message = match found {
        _ if ok => format!("is {words}"),
        None => format!("expected {words}, found nothing there"),
        Some(found) => format!("expected {words}, found {}", shortened(found)),
    };
    (ok, message)
}

/// The letters of a value that an error shows.
const SHOWN: usize = 200;

fn shortened(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// Looks for each value to capture.
pub(crate) fn capture(
    captures: &[Capture],
    response: &HttpResponse,
    body: &Body,
) -> Vec<(CaptureResult, Option<variables::Value>)> {
    let answer = Answer::new(response, body);
    let each = captures.iter().map(|capture| {
        let found = answer.value(&capture.subject).and_then(|found| match found {
            Some(Value::String(text)) => Ok(text),
            Some(value) => Ok(value.to_string()),
            None => Err("the response has nothing there".to_owned()),
        });
        let (ok, message) = match &found {
            Ok(_) if capture.secret => (true, MASK.to_owned()),
            Ok(text) => (true, text.clone()),
            Err(reason) => (false, reason.clone()),
        };
        let value = found.ok().map(|text| {
            if capture.secret {
                variables::Value::Secret(Secret::new(text))
            } else {
                variables::Value::Text(text)
            }
        });
        let result = CaptureResult {
            name: capture.name.clone(),
            subject: capture.subject.clone(),
            ok,
            message,
        };
        (result, value)
    });
    each.collect()
}
