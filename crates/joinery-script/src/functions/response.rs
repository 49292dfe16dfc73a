//! A response as a script sees it.

// The code that `export_module` makes for `pure` getters unwraps.
#![allow(clippy::unwrap_used)]

use std::{
    borrow::Cow,
    sync::{Arc, OnceLock},
};

use joinery_connector::{HttpResponse, charset};
use rhai::{Blob, Dynamic, EvalAltResult, Map, Module, Position, export_module, exported_module};

use crate::{host::HostResponse, order};

/// A response and its body. Cheap to clone; the body is parsed once.
#[derive(Clone)]
pub struct Response(Arc<Received>);

struct Received {
    answer: HostResponse,
    method: String,
    accepted: Vec<u16>,
    parsed: OnceLock<Result<Dynamic, String>>,
}

impl Response {
    /// Takes an answer of the host.
    pub fn new(answer: HostResponse, method: String, accepted: Vec<u16>) -> Self {
        Self(Arc::new(Received {
            answer,
            method,
            accepted,
            parsed: OnceLock::new(),
        }))
    }

    /// The status line, headers and timing.
    pub fn head(&self) -> &HttpResponse {
        &self.0.answer.response
    }

    /// The body as it came.
    pub fn raw(&self) -> &[u8] {
        &self.0.answer.body
    }

    /// The URL of a link relation in the `Link` headers.
    pub fn link(&self, relation: &str) -> Option<String> {
        links(self.head())
            .into_iter()
            .find(|(rel, _)| rel == relation)
            .map(|(_, url)| url)
    }

    /// The response, unless its status is an error that was not accepted.
    pub fn or_throw(self) -> Result<Self, Box<EvalAltResult>> {
        let head = self.head();
        if head.ok() || self.0.accepted.contains(&head.status) {
            return Ok(self);
        }
        let body = self.parsed().unwrap_or_else(|_| self.text().into());
        let message = self.complaint(&body);
        Err(self.failure(&format!("http_{}", head.status), message, body, None))
    }

    /// What a script can catch of an answer it cannot use.
    fn failure(&self, code: &str, message: String, body: Dynamic, hint: Option<&str>) -> Box<EvalAltResult> {
        let head = self.head();
        let mut map = Map::new();
        map.insert("kind".into(), "http".into());
        map.insert("status".into(), i64::from(head.status).into());
        map.insert("code".into(), code.into());
        map.insert("message".into(), message.into());
        map.insert("body".into(), body);
        map.insert("url".into(), head.url.as_str().into());
        if let Some(hint) = hint {
            map.insert("hint".into(), hint.into());
        }
        EvalAltResult::ErrorRuntime(map.into(), Position::NONE).into()
    }

    /// The parsed body, unless the status is an error.
    pub fn body_or_throw(self) -> Result<Dynamic, Box<EvalAltResult>> {
        self.or_throw()?.body()
    }

    /// The parsed body: JSON as values, other text as text, other bytes as bytes, nothing as `()`.
    pub fn body(&self) -> Result<Dynamic, Box<EvalAltResult>> {
        const HINT: &str = "Ask for `.send().text` to read the answer as it came.";
        self.parsed()
            .map_err(|message| self.failure("not_json", message, self.text().into(), Some(HINT)))
    }

    fn parsed(&self) -> Result<Dynamic, String> {
        self.0.parsed.get_or_init(|| self.parse()).clone()
    }

    fn parse(&self) -> Result<Dynamic, String> {
        let bytes = &*self.utf8();
        if bytes.is_empty() {
            return Ok(Dynamic::UNIT);
        }
        let content_type = self.content_type().to_ascii_lowercase();
        if content_type.contains("json") {
            return order::parse(bytes).map_err(|error| {
                format!(
                    "the answer of {} {} says it is JSON, but is not: {error}",
                    self.0.method,
                    self.head().url
                )
            });
        }
        if content_type.is_empty()
            && matches!(bytes.iter().find(|byte| !byte.is_ascii_whitespace()), Some(b'{' | b'['))
            && let Ok(value) = order::parse(bytes)
        {
            return Ok(value);
        }
        Ok(match std::str::from_utf8(bytes) {
            Ok(text) => text.into(),
            Err(_) => Dynamic::from_blob(self.0.answer.body.clone()),
        })
    }

    fn content_type(&self) -> &str {
        self.head().header("content-type").unwrap_or_default()
    }

    /// The body in UTF-8, where its sender says in which charset it is.
    fn utf8(&self) -> Cow<'_, [u8]> {
        charset::utf8(&self.0.answer.body, self.content_type())
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.utf8()).into_owned()
    }

    /// What the server said of the error: Okta's summary and causes, OAuth's description, the usual keys, or the
    /// reason phrase.
    fn complaint(&self, body: &Dynamic) -> String {
        let head = self.head();
        let plain = format!("{} {} from {} {}", head.status, head.reason, self.0.method, head.url);
        let Ok(map) = body.as_map_ref() else { return plain };
        let text = |key: &str| {
            map.get(key)
                .and_then(|value| value.as_immutable_string_ref().ok().map(|text| text.to_string()))
        };
        if let Some(summary) = text("errorSummary") {
            let causes: Vec<String> = map
                .get("errorCauses")
                .and_then(|causes| {
                    let causes = causes.as_array_ref().ok()?;
                    Some(
                        causes
                            .iter()
                            .filter_map(|cause| {
                                let cause = cause.as_map_ref().ok()?;
                                Some(cause.get("errorSummary")?.as_immutable_string_ref().ok()?.to_string())
                            })
                            .collect(),
                    )
                })
                .unwrap_or_default();
            return if causes.is_empty() {
                summary
            } else {
                format!("{summary} ({})", causes.join("; "))
            };
        }
        text("error_description")
            .or_else(|| text("message"))
            .or_else(|| text("detail"))
            .or_else(|| text("error"))
            .unwrap_or(plain)
    }
}

/// Relation and URL of every link in the `Link` headers (RFC 8288).
fn links(head: &HttpResponse) -> Vec<(String, String)> {
    let mut links = Vec::new();
    for header in head
        .headers
        .iter()
        .filter(|header| header.name.eq_ignore_ascii_case("link"))
    {
        let mut rest = header.value.as_str();
        // Commas and semicolons may stand inside the URL, so the angle brackets lead.
        while let Some((url, after)) = rest.split_once('<').and_then(|(_, after)| after.split_once('>')) {
            let (parameters, next) = after.find('<').map_or((after, ""), |start| after.split_at(start));
            for parameter in parameters.split([';', ',']) {
                let Some((name, value)) = parameter.split_once('=') else {
                    continue;
                };
                if name.trim().eq_ignore_ascii_case("rel") {
                    let value = value.trim().trim_matches('"');
                    links.extend(
                        value
                            .split_whitespace()
                            .map(|relation| (relation.to_ascii_lowercase(), url.to_owned())),
                    );
                }
            }
            rest = next;
        }
    }
    links
}

/// The module of this group.
pub fn module() -> Module {
    exported_module!(functions)
}

#[export_module]
mod functions {
    use rhai::plugin::*;

    /// The status code of a response.
    /// ```rhai
    /// http.request("GET", "/echo").send().status == 200
    /// ```
    #[rhai_fn(get = "status", pure)]
    pub fn status(response: &mut Response) -> i64 {
        i64::from(response.head().status)
    }

    /// Whether the status of a response is 2xx.
    /// ```rhai
    /// http.request("GET", "/echo").send().ok
    /// ```
    #[rhai_fn(get = "ok", pure)]
    pub fn ok(response: &mut Response) -> bool {
        response.head().ok()
    }

    /// The headers of a response as a map, names in lower case. A name that repeats is joined with commas.
    /// ```rhai
    /// http.request("GET", "/echo").send().headers["content-type"] == "application/json"
    /// ```
    #[rhai_fn(get = "headers", pure)]
    pub fn headers(response: &mut Response) -> Map {
        let mut map = Map::new();
        for header in &response.head().headers {
            let name = header.name.to_ascii_lowercase();
            let value = match map.get(name.as_str()) {
                Some(before) => format!("{before}, {}", header.value),
                None => header.value.clone(),
            };
            map.insert(name.into(), value.into());
        }
        map
    }

    /// The body of a response: JSON as values, other text as text, other bytes as a blob, nothing as `()`.
    /// ```rhai
    /// http.request("GET", "/echo").send().body.method == "GET"
    /// ```
    #[rhai_fn(get = "body", pure, return_raw)]
    pub fn body(response: &mut Response) -> Result<Dynamic, Box<EvalAltResult>> {
        response.body()
    }

    /// The body of a response as text.
    /// ```rhai
    /// http.request("GET", "/text").send().text == "hello"
    /// ```
    #[rhai_fn(get = "text", pure)]
    pub fn text(response: &mut Response) -> String {
        response.text()
    }

    /// The body of a response as bytes.
    /// ```rhai
    /// http.request("GET", "/text").send().bytes.len() == 5
    /// ```
    #[rhai_fn(get = "bytes", pure)]
    pub fn bytes(response: &mut Response) -> Blob {
        response.0.answer.body.clone()
    }

    /// The links of a response by relation, from its `Link` headers; a missing one is `()`.
    /// ```rhai
    /// http.request("GET", "/pages").send().links.next.contains("page=2")
    /// ```
    #[rhai_fn(get = "links", pure)]
    pub fn link_map(response: &mut Response) -> Map {
        links(response.head())
            .into_iter()
            .map(|(relation, url)| (relation.into(), url.into()))
            .collect()
    }

    /// The rate limit a response tells of: `#{ limit, remaining, reset }`, or `()`.
    /// ```rhai
    /// http.request("GET", "/echo").send().rate_limit.remaining == 599
    /// ```
    #[rhai_fn(get = "rate_limit", pure)]
    pub fn rate_limit(response: &mut Response) -> Dynamic {
        let Some(limit) = response.head().rate_limit else {
            return Dynamic::UNIT;
        };
        let mut map = Map::new();
        map.insert("limit".into(), i64::from(limit.limit).into());
        map.insert("remaining".into(), i64::from(limit.remaining).into());
        map.insert("reset".into(), i64::try_from(limit.reset).unwrap_or(i64::MAX).into());
        map.into()
    }

    /// The file that took the body, where `stream_to` asked for one; otherwise `()`.
    /// ```rhai
    /// http.request("GET", "/text").stream_to("hello.txt").send().file.ends_with("hello.txt")
    /// ```
    #[rhai_fn(get = "file", pure)]
    pub fn file(response: &mut Response) -> Dynamic {
        response.0.answer.file.as_deref().map_or(Dynamic::UNIT, Into::into)
    }

    /// Bytes of the body of a response, also of one that went to a file.
    /// ```rhai
    /// http.request("GET", "/text").send().size == 5
    /// ```
    #[rhai_fn(get = "size", pure)]
    pub fn size(response: &mut Response) -> i64 {
        i64::try_from(response.head().size).unwrap_or(i64::MAX)
    }

    /// Milliseconds the exchange took.
    /// ```rhai
    /// http.request("GET", "/echo").send().time_ms >= 0.0
    /// ```
    #[rhai_fn(get = "time_ms", pure)]
    pub fn time_ms(response: &mut Response) -> f64 {
        response.head().timing.total_ms
    }
}
