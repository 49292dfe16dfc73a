//! A request built step by step.

// The code that `export_module` makes for `pure` getters unwraps.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use joinery_connector::{Header, http::HttpBody};
use rhai::{Dynamic, Engine, EvalAltResult, Map, Module, NativeCallContext, export_module, exported_module};

use super::response::Response;
use crate::{
    error::{complain, located},
    explain::type_words,
    host::{CallPlace, HostResponse, HttpFailure, ScriptRequest, secret_mark},
    json::{self, SecretsAs},
    meter,
    secret::SecretValue,
    state::{RunState, Stop, place_of, run_of},
};

/// Bytes a body holds, about.
fn size_of_body(body: &HttpBody) -> usize {
    match body {
        // Only people's requests have the last two; a script's parts are counted with its request.
        HttpBody::None | HttpBody::Multipart { .. } | HttpBody::File { .. } => 0,
        HttpBody::Text { text, .. } => text.capacity(),
        HttpBody::Form { fields } => fields
            .iter()
            .map(|(name, value)| name.capacity() + value.capacity())
            .sum(),
        HttpBody::Bytes { bytes, .. } => bytes.capacity(),
    }
}

/// What a script has asked for so far.
#[derive(Clone)]
pub struct Request {
    request: ScriptRequest,
    accepted: Vec<u16>,
}

impl Request {
    /// A request of `method` to `path`.
    pub fn new(method: &str, path: &str) -> Self {
        Self {
            request: ScriptRequest {
                method: method.to_ascii_uppercase(),
                url: path.to_owned(),
                query: Vec::new(),
                headers: Vec::new(),
                body: HttpBody::None,
                timeout_ms: None,
                follow_redirects: true,
                retry: true,
                retry_rule: None,
                multipart: Vec::new(),
                run_file: None,
                stream_to: None,
                place: CallPlace::default(),
            },
            accepted: Vec::new(),
        }
    }

    /// One that is already there, for `apply` to sign.
    pub(crate) fn given(request: ScriptRequest) -> Self {
        Self {
            request,
            accepted: Vec::new(),
        }
    }

    /// What was asked for, as JSON.
    pub(crate) fn to_json(&self) -> Option<serde_json::Value> {
        serde_json::to_value(&self.request).ok()
    }

    /// The same for a method that a script wrote.
    pub fn checked(method: &str, path: &str) -> Result<Self, Box<EvalAltResult>> {
        if method.is_empty()
            || !method
                .chars()
                .all(|character| character.is_ascii_alphabetic() || character == '-')
        {
            return Err(complain(format!(
                "`{method}` is not an HTTP method; write \"GET\", \"POST\" ..."
            )));
        }
        Ok(Self::new(method, path))
    }

    /// Sets one query parameter.
    pub fn with_parameter(&self, name: &str, value: &str) -> Self {
        let mut next = self.clone();
        next.request.query.retain(|(known, _)| known != name);
        next.request.query.push((name.to_owned(), value.to_owned()));
        next
    }

    /// The path or URL it goes to.
    pub fn target(&self) -> &str {
        &self.request.url
    }

    /// The value of a query parameter.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        let found = self.request.query.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Adds query parameters out of a map.
    pub fn with_query(mut self, query: &Dynamic) -> Result<Self, Box<EvalAltResult>> {
        self.request.query.extend(pairs(query, "the query")?);
        Ok(self)
    }

    /// Sets a JSON body; `()` sets none.
    pub fn with_json(mut self, body: &Dynamic) -> Result<Self, Box<EvalAltResult>> {
        self.only_body();
        self.request.body = if body.is_unit() {
            HttpBody::None
        } else {
            let value = json::to_value(body, SecretsAs::Mark).map_err(|error| complain(error.to_string()))?;
            HttpBody::Text {
                content_type: "application/json".into(),
                text: value.to_string(),
            }
        };
        Ok(self)
    }

    /// Goes to `url` as it stands: a next link holds its query already.
    pub fn moved_to(&self, url: &str) -> Self {
        let mut next = self.clone();
        url.clone_into(&mut next.request.url);
        next.request.query.clear();
        next
    }

    /// Sends it from the place of `context`.
    pub fn send(self, context: &NativeCallContext) -> Result<Response, Box<EvalAltResult>> {
        let run = run_of(context)?;
        located(context, self.send_from(&run, place_of(context)))
    }

    /// Sends it for `run`, from `place`.
    pub fn send_from(mut self, run: &Arc<RunState>, place: CallPlace) -> Result<Response, Box<EvalAltResult>> {
        run.spot.note(&place.file, place.line);
        run.must_go_on()?;
        let (expected, sent) = self.leave(run, place);
        let change = |answer: &Answer| received(answer) - expected.size.cast_signed();
        let answer = meter::uncounted(|| run.host.send(sent, &run.cancel), change);
        run.must_go_on()?;
        expected.take(run, answer)
    }

    /// What goes out, and what its answer is to be judged by.
    pub fn leave(&mut self, run: &RunState, place: CallPlace) -> (Expected, ScriptRequest) {
        let left = run.time_left().as_millis().max(1) as u64;
        let request = &mut self.request;
        request.timeout_ms = Some(request.timeout_ms.map_or(left, |asked| asked.min(left)));
        request.place = place;
        let expected = Expected {
            method: request.method.clone(),
            url: request.url.clone(),
            accepted: self.accepted.clone(),
            ours: request.timeout_ms == Some(left),
            size: size_of_body(&request.body),
        };
        (expected, request.clone())
    }

    /// Forgets what else was to be the body.
    pub fn only_body(&mut self) {
        self.request.body = HttpBody::None;
        self.request.multipart.clear();
        self.request.run_file = None;
    }

    /// The request, to be changed.
    pub fn edit(&mut self) -> &mut ScriptRequest {
        &mut self.request
    }

    fn set_header(&mut self, name: &str, value: &Dynamic) -> Result<(), Box<EvalAltResult>> {
        let value = text_of(value, &format!("header {name}"))?;
        self.request
            .headers
            .retain(|header| !header.name.eq_ignore_ascii_case(name));
        self.request.headers.push(Header::new(name, value));
        Ok(())
    }
}

/// What the host says to a request.
pub type Answer = Result<HostResponse, HttpFailure>;

/// Bytes of an answer that the script's thread will hold.
pub fn received(answer: &Answer) -> isize {
    answer.as_ref().map_or(0, |answer| answer.body.capacity()).cast_signed()
}

/// A request on its way: what its answer is judged by.
pub struct Expected {
    method: String,
    url: String,
    accepted: Vec<u16>,
    /// Whether its time ends with the run's.
    ours: bool,
    /// Bytes sent, about.
    pub size: usize,
}

impl Expected {
    /// The response, or what a script can catch.
    pub fn take(self, run: &RunState, answer: Answer) -> Result<Response, Box<EvalAltResult>> {
        let Self {
            method,
            url,
            accepted,
            ours,
            ..
        } = self;
        match answer {
            Ok(answer) => Ok(Response::new(answer, method, accepted)),
            Err(failure) => {
                // The clock of the host may be a moment ahead of ours.
                if ours && failure.code == "timeout" {
                    return Err(run.stop(Stop::Time));
                }
                if failure.code == "cancelled" {
                    return Err(run.stop(Stop::Cancelled));
                }
                let mut map: Map = [
                    ("kind", "http"),
                    ("code", &*failure.code),
                    ("message", &*failure.message),
                    ("url", &*url),
                ]
                .into_iter()
                .map(|(key, text)| (key.into(), text.into()))
                .collect();
                map.insert("status".into(), 0_i64.into());
                map.insert("body".into(), Dynamic::UNIT);
                if let Some(hint) = failure.hint {
                    map.insert("hint".into(), hint.into());
                }
                Err(EvalAltResult::ErrorRuntime(map.into(), rhai::Position::NONE).into())
            }
        }
    }
}

/// A value as the text of a parameter, header or form field; a secret as its mark.
pub fn text_of(value: &Dynamic, what: &str) -> Result<String, Box<EvalAltResult>> {
    if let Some(secret) = value.read_lock::<SecretValue>() {
        return Ok(secret_mark(&secret.name));
    }
    if let Ok(text) = value.as_immutable_string_ref() {
        return Ok(text.to_string());
    }
    if value.is_int() || value.is_float() || value.is_bool() || value.is_char() {
        return Ok(value.to_string());
    }
    Err(complain(format!(
        "{what} must be text or a number, not {}",
        type_words(&value_kind(value))
    )))
}

fn value_kind(value: &Dynamic) -> String {
    value.type_name().to_owned()
}

/// The pairs of a map; a list gives its name several times, `()` leaves it out.
fn pairs(map: &Dynamic, what: &str) -> Result<Vec<(String, String)>, Box<EvalAltResult>> {
    if map.is_unit() {
        return Ok(Vec::new());
    }
    let Ok(members) = map.as_map_ref() else {
        return Err(complain(format!(
            "{what} must be a map, not {}",
            type_words(&value_kind(map))
        )));
    };
    let mut pairs = Vec::new();
    for (name, value) in members.iter() {
        if value.is_unit() {
            continue;
        }
        if let Ok(items) = value.as_array_ref() {
            for item in items.iter() {
                pairs.push((name.to_string(), text_of(item, &format!("{what}: `{name}`"))?));
            }
            continue;
        }
        pairs.push((name.to_string(), text_of(value, &format!("{what}: `{name}`"))?));
    }
    Ok(pairs)
}

/// Names of the types that errors show.
pub fn register_types(engine: &mut Engine) {
    engine
        .register_type_with_name::<Request>("request")
        .register_type_with_name::<Response>("response")
        .register_type_with_name::<SecretValue>("secret")
        .register_fn("to_string", |secret: &mut SecretValue| secret.to_string())
        .register_fn("to_debug", |secret: &mut SecretValue| secret.to_string());
}

/// The module of this group.
pub fn module() -> Module {
    exported_module!(functions)
}

#[export_module]
mod functions {
    use rhai::plugin::*;

    /// Adds query parameters to the request. A list gives its name several times, `()` leaves it out.
    /// ```rhai
    /// http.request("GET", "/echo").query(#{ limit: 2, after: () }).send().body.query == #{ limit: "2" }
    /// ```
    #[rhai_fn(return_raw)]
    pub fn query(request: Request, parameters: Map) -> Result<Request, Box<EvalAltResult>> {
        request.with_query(&parameters.into())
    }

    /// Sets a header of the request. A secret of the connection can be the value.
    /// ```rhai
    /// http.request("GET", "/echo").header("X-Trace", "7").send().body.headers["x-trace"] == "7"
    /// ```
    #[rhai_fn(return_raw)]
    pub fn header(mut request: Request, name: &str, value: Dynamic) -> Result<Request, Box<EvalAltResult>> {
        request.set_header(name, &value)?;
        Ok(request)
    }

    /// Sets several headers of the request.
    /// ```rhai
    /// http.request("GET", "/echo").headers(#{ "X-Trace": 7 }).send().body.headers["x-trace"] == "7"
    /// ```
    #[rhai_fn(return_raw)]
    pub fn headers(mut request: Request, headers: Map) -> Result<Request, Box<EvalAltResult>> {
        for (name, value) in &headers {
            request.set_header(name, value)?;
        }
        Ok(request)
    }

    /// Sets the body of the request as JSON.
    /// ```rhai
    /// http.request("POST", "/echo").json(#{ name: "Ada" }).send().body.json.name == "Ada"
    /// ```
    #[rhai_fn(return_raw)]
    pub fn json(request: Request, value: Dynamic) -> Result<Request, Box<EvalAltResult>> {
        request.with_json(&value)
    }

    /// Sets the body of the request as a form.
    /// ```rhai
    /// http.request("POST", "/echo").form(#{ grant_type: "password" }).send().body.form.grant_type == "password"
    /// ```
    #[rhai_fn(return_raw)]
    pub fn form(mut request: Request, fields: Map) -> Result<Request, Box<EvalAltResult>> {
        let fields = pairs(&fields.into(), "the form")?;
        request.only_body();
        request.request.body = HttpBody::Form { fields };
        Ok(request)
    }

    /// Sets the body of the request as it stands: text or bytes, with its media type.
    /// ```rhai
    /// http.request("POST", "/echo").body("a,b", "text/csv").send().body.text == "a,b"
    /// ```
    #[rhai_fn(return_raw)]
    pub fn body(mut request: Request, body: Dynamic, content_type: &str) -> Result<Request, Box<EvalAltResult>> {
        let content_type = content_type.to_owned();
        request.only_body();
        request.request.body = match body.into_blob() {
            Ok(bytes) => HttpBody::Bytes { content_type, bytes },
            Err(_) => {
                return Err(complain(
                    "the body must be text or bytes; .json(value) sends maps and lists",
                ));
            }
        };
        Ok(request)
    }
    #[rhai_fn(name = "body")]
    pub fn body_of_text(mut request: Request, body: &str, content_type: &str) -> Request {
        request.only_body();
        request.request.body = HttpBody::Text {
            content_type: content_type.to_owned(),
            text: body.to_owned(),
        };
        request
    }
    #[rhai_fn(name = "body")]
    pub fn body_of_plain_text(mut request: Request, body: &str) -> Request {
        request.only_body();
        request.request.body = HttpBody::Text {
            content_type: "text/plain; charset=utf-8".into(),
            text: body.to_owned(),
        };
        request
    }

    /// The method of the request.
    /// ```rhai
    /// http.request("GET", "/echo").method == "GET"
    /// ```
    #[rhai_fn(get = "method", pure)]
    pub fn method(request: &mut Request) -> String {
        request.request.method.clone()
    }

    /// The URL of the request, as it was given.
    /// ```rhai
    /// http.request("GET", "/echo").url == "/echo"
    /// ```
    #[rhai_fn(get = "url", pure)]
    pub fn url(request: &mut Request) -> String {
        request.request.url.clone()
    }

    /// The text that the request carries; empty where there is none, or where it is a form or bytes.
    /// ```rhai
    /// http.request("POST", "/echo").body("a,b", "text/csv").body_text == "a,b"
    /// ```
    #[rhai_fn(get = "body_text", pure)]
    pub fn body_text(request: &mut Request) -> String {
        match &request.request.body {
            HttpBody::Text { text, .. } => text.clone(),
            _ => String::new(),
        }
    }

    /// Says which statuses besides 2xx are not errors.
    /// ```rhai
    /// http.request("GET", "/status/404").accept([404]).send().ok == false
    /// ```
    #[rhai_fn(return_raw)]
    pub fn accept(mut request: Request, statuses: rhai::Array) -> Result<Request, Box<EvalAltResult>> {
        for status in statuses {
            let number = status.as_int().ok().and_then(|status| u16::try_from(status).ok());
            request
                .accepted
                .push(number.ok_or_else(|| complain("accept takes a list of statuses such as [404]"))?);
        }
        Ok(request)
    }

    /// Gives the request up after `seconds`.
    /// ```rhai
    /// http.request("GET", "/echo").timeout(5).send().ok
    /// ```
    #[rhai_fn(return_raw)]
    pub fn timeout(mut request: Request, seconds: Dynamic) -> Result<Request, Box<EvalAltResult>> {
        let seconds = seconds
            .as_float()
            .or_else(|_| seconds.as_int().map(|whole| whole as f64));
        match seconds {
            Ok(seconds) if seconds > 0.0 => {
                request.request.timeout_ms = Some((seconds * 1000.0).ceil() as u64);
                Ok(request)
            }
            _ => Err(complain("timeout takes a number of seconds above 0")),
        }
    }

    /// Sends the request once, whatever the connector's retry rule says.
    /// ```rhai
    /// http.request("GET", "/echo").no_retry().send().ok
    /// ```
    pub fn no_retry(mut request: Request) -> Request {
        request.request.retry = false;
        request
    }

    /// Follows no redirect: the answer that would lead elsewhere is the response, where its status is accepted.
    /// ```rhai
    /// http.request("GET", "/echo").no_redirect().accept([302]).send().ok
    /// ```
    pub fn no_redirect(mut request: Request) -> Request {
        request.request.follow_redirects = false;
        request
    }

    /// Sends the request and returns the response. A status that is neither 2xx nor accepted is thrown.
    /// ```rhai
    /// http.request("GET", "/echo").send().status == 200
    /// ```
    #[rhai_fn(return_raw)]
    pub fn send(context: NativeCallContext, request: Request) -> Result<Response, Box<EvalAltResult>> {
        request.send(&context)?.or_throw()
    }
}
