//! What scripts reach the world through: HTTP by the connection's client, secrets put in on the way out, every call
//! and console line recorded.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use joinery_connector::{Connector, HttpRequest, HttpResponse, Secret, http::HttpBody};
use joinery_http::{Body, Client, Exchange, SentRequest, Taped, redact};
use joinery_script::{
    CallPlace, Cancel, ConsoleLevel, ConsoleLine, Host, HostResponse, HttpFailure, ScriptRequest, crypto,
    host::{Pace, SecretFailure, SecretOperation, secret_mark, send_together},
};
use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::{
    chance::{Chance, Drawn},
    connections::{self, Resolved},
    error::{http_code, http_hint},
    run_files::RunFiles,
    runs::{CallReport, debug::Debugger},
    studio::{lock, now_ms},
    waiting::Waiting,
    writes::{Permits, Writes},
};

/// The largest body a script is handed; above it the script would hold hundreds of megabytes of values.
const LARGEST_BODY: u64 = 64 << 20;

/// A request's own timeout, where the script sets none.
const TIMEOUT: Duration = Duration::from_secs(30);

/// A run's way out.
pub(crate) struct RunHost {
    client: Client,
    connector: Arc<Connector>,
    connection: Resolved,
    runtime: Handle,
    token: CancellationToken,
    started: Instant,
    record: Mutex<Record>,
    files: RunFiles,
    writes: Arc<Writes>,
    /// Writes that were allowed for this run.
    permits: Permits,
    /// For a person who is asked.
    asking: Waiting,
    /// For servers that ask for patience.
    limited: Waiting,
    chance: Arc<Chance>,
    /// Whether HTTP may be called at all.
    http: bool,
    debugger: Option<Debugger>,
    step_key: Option<String>,
    /// Whether requests that would change something are kept in place of being sent.
    dry: bool,
}

/// What a run did.
#[derive(Default)]
pub(crate) struct Record {
    pub(crate) calls: Vec<RecordedCall>,
    pub(crate) console: Vec<ConsoleLine>,
    /// What the last call to the connection's own service said of it.
    pub(crate) health: Option<Result<(), String>>,
    /// What it drew of clock and chance.
    pub(crate) drawn: Drawn,
    /// What a dry run would have sent.
    pub(crate) withheld: Vec<SentRequest>,
}

/// One call and its response's body.
#[derive(Clone)]
pub(crate) struct RecordedCall {
    pub(crate) report: CallReport,
    pub(crate) body: Option<Body>,
    /// The whole answer, without its body.
    pub(crate) response: Option<HttpResponse>,
    /// What a cassette would keep of it: nothing where signing in made the call, or no answer came.
    pub(crate) tape: Vec<Taped>,
    /// Whether it went out and no answer came.
    pub(crate) lost: bool,
}

impl RecordedCall {
    /// A request that no script made, as a recording keeps it.
    pub(crate) fn sent(exchange: &Exchange) -> Self {
        let report = CallReport {
            method: exchange.request.method.clone(),
            url: exchange.request.url.clone(),
            status: Some(exchange.response.status),
            error: None,
            sign_in: false,
            start_ms: 0.0,
            time_ms: exchange.response.timing.total_ms,
            timing: None,
            rate_limit: None,
            place: CallPlace {
                file: String::new(),
                line: 0,
            },
            request: None,
            headers: Vec::new(),
            body: None,
        };
        Self {
            report,
            body: None,
            response: Some(exchange.response.clone()),
            tape: exchange.tape.clone(),
            lost: false,
        }
    }
}

impl RunHost {
    /// A host on the current tokio runtime. Cancelling `token` drops the request under way.
    pub(crate) fn new(
        writes: Arc<Writes>,
        client: Client,
        connector: Arc<Connector>,
        connection: Resolved,
        token: CancellationToken,
    ) -> Self {
        Self {
            files: RunFiles::new(
                &connector.root,
                connection.http.body_folder.parent().unwrap_or(Path::new("")),
                &run_id(),
            ),
            writes,
            permits: Permits::default(),
            asking: Waiting::default(),
            limited: Waiting::default(),
            http: true,
            debugger: None,
            step_key: None,
            dry: false,
            client,
            connector,
            connection,
            runtime: Handle::current(),
            token,
            started: Instant::now(),
            record: Mutex::default(),
            chance: Arc::default(),
        }
    }

    /// The same with time and chance from elsewhere.
    pub(crate) fn with_chance(self, chance: Arc<Chance>) -> Self {
        Self { chance, ..self }
    }

    /// The same, leading nowhere but to the console and the clock.
    pub(crate) fn without_http(self) -> Self {
        Self { http: false, ..self }
    }

    /// The same as a step of a flow, of which `key` is known outside.
    pub(crate) fn for_step(self, key: Option<String>, dry: bool) -> Self {
        Self {
            step_key: key,
            dry,
            ..self
        }
    }

    /// The same for a debug run: its console is heard as it is written, its answers go to a tape or come from one.
    pub(crate) fn debugged_by(self, debugger: Debugger) -> Self {
        debugger.trace.begin(self.started);
        Self {
            debugger: Some(debugger),
            ..self
        }
    }

    /// Whether it has sent anything that may have changed something.
    pub(crate) fn wrote(&self) -> bool {
        wrote(&lock(&self.record).calls)
    }

    /// What the run did, taken out.
    pub(crate) fn take(&self) -> Record {
        let mut record = std::mem::take(&mut *lock(&self.record));
        record.drawn = self.chance.take();
        record
    }

    /// The request to send: the URL made absolute and allowed, query added, secrets put in.
    pub(crate) fn prepare(&self, request: &ScriptRequest) -> Result<HttpRequest, HttpFailure> {
        let secrets = &self.connection.secrets;
        let mut url = self.absolute(&request.url)?;
        if !request.query.is_empty() {
            let pairs = request.query.iter().map(|(name, value)| (name, put_in(value, secrets)));
            url.query_pairs_mut().extend_pairs(pairs);
        }
        self.allow(&url)?;
        let mut ready = HttpRequest::new(&request.method, url);
        ready.headers.clone_from(&request.headers);
        for header in &mut ready.headers {
            header.value = put_in(&header.value, secrets);
        }
        ready.body = match &request.body {
            HttpBody::Text { content_type, text } => HttpBody::Text {
                content_type: content_type.clone(),
                text: if content_type.contains("json") {
                    put_in_json(text, secrets)
                } else {
                    put_in(text, secrets)
                },
            },
            HttpBody::Form { fields } => HttpBody::Form {
                fields: fields
                    .iter()
                    .map(|(name, value)| (name.clone(), put_in(value, secrets)))
                    .collect(),
            },
            other => other.clone(),
        };
        if !request.multipart.is_empty() {
            ready.body = self.files.multipart(&request.multipart, |text| put_in(text, secrets))?;
        }
        if let Some(file) = &request.run_file {
            ready.body = self.files.body(file)?;
        }
        let asked = request.timeout_ms.unwrap_or(TIMEOUT.as_millis() as u64);
        ready.timeout_ms = self.connection.timeout_ms().map_or(asked, |most| asked.min(most));
        ready.follow_redirects = request.follow_redirects;
        ready.retry = request.retry;
        Ok(ready)
    }

    /// RFC 3986 §5.2: a path with a leading slash starts at the base URL's host, one without goes on from its path.
    fn absolute(&self, url: &str) -> Result<Url, HttpFailure> {
        let invalid = |reason: String| HttpFailure {
            code: "invalid_url".into(),
            message: format!("`{url}` is not a URL or path that can be called: {reason}"),
            hint: Some("Write a path such as /api/v1/users, or an absolute URL of an allowed host.".into()),
        };
        if url.starts_with("http://") || url.starts_with("https://") {
            return Url::parse(url).map_err(|error| invalid(error.to_string()));
        }
        let base = format!("{}/", self.connection.http.base_url.trim_end_matches('/'));
        Url::parse(&base)
            .and_then(|base| base.join(url))
            .map_err(|error| invalid(error.to_string()))
    }

    /// A script may call the base URL's host, the hosts that sign in, and those its manifest names.
    fn allow(&self, url: &Url) -> Result<(), HttpFailure> {
        let base = Url::parse(&self.connection.http.base_url).ok();
        if base.is_some_and(|base| base.origin() == url.origin()) || self.is_for_signing_in(url) {
            return Ok(());
        }
        self.connector
            .host_allowed(url.as_str(), &self.connection.variables)
            .map_err(|host| HttpFailure {
                code: "host_not_allowed".into(),
                message: format!("this connector may not call {host}"),
                hint: Some(format!("Add \"{host}\" to `hosts` in connector.toml to allow it.")),
            })
    }

    /// Whether it is of the host that the way to sign in asks for tokens.
    fn is_for_signing_in(&self, url: &Url) -> bool {
        let settings = &self.connection.http.auth.settings;
        ["token_url", "authorization_url"].iter().any(|name| {
            let setting = settings.get(*name).and_then(|setting| setting.as_str());
            let parsed = setting.and_then(|setting| Url::parse(setting).ok());
            parsed.is_some_and(|endpoint| endpoint.origin() == url.origin())
        })
    }

    fn exchange(&self, ready: HttpRequest, asked: &ScriptRequest) -> Result<Exchange, joinery_http::Error> {
        let url = ready.url.clone();
        let mut connection = self.connection.http.clone();
        if let Some(rule) = &asked.retry_rule {
            connection.retry = Some(rule.clone());
        }
        connection.waits = Some(Arc::new(self.limited.clone()));
        // What no script can take is not written to disk first; a body that goes to a file may have any size.
        connection.largest_body = asked.stream_to.is_none().then_some(LARGEST_BODY);
        let outcome = self
            .runtime
            .block_on(joinery_http::send(&self.client, &connection, ready, &self.token));
        // By now the token they brought is known as secret, and masked.
        self.connection.said.take().into_iter().for_each(|line| self.log(line));
        if let Some(found) = connections::of_call(&outcome, &url, &connection.base_url) {
            lock(&self.record).health = Some(found);
        }
        outcome
    }

    /// Waits until the request may go out; the clock of the run stands still meanwhile.
    fn permit(&self, ready: &HttpRequest) -> Result<(), HttpFailure> {
        if self.dry && !reads(&ready.method) {
            return Err(self.withhold(ready));
        }
        // A recording cannot be written to.
        if self.client.recording().is_some() {
            return Ok(());
        }
        let verdict = self.connection.judge(ready);
        self.asking.begin();
        let answer = self
            .runtime
            .block_on(self.writes.allow(verdict, &self.permits, &self.token));
        self.asking.end();
        answer.map_err(|refusal| HttpFailure {
            code: refusal.code().into(),
            message: refusal.message(),
            hint: refusal.hint().map(str::to_owned),
        })
    }

    /// Keeps a request that is not sent, to be shown.
    fn withhold(&self, ready: &HttpRequest) -> HttpFailure {
        let secrets = self.connection.http.secrets();
        let url = redact::mask(ready.url.as_str(), &secrets);
        let body = match &ready.body {
            HttpBody::Text { text, .. } => Some(redact::mask(text, &secrets)),
            HttpBody::Form { fields } => {
                let pairs = fields.iter().map(|(name, value)| format!("{name}={value}"));
                Some(redact::mask(&pairs.collect::<Vec<_>>().join("&"), &secrets))
            }
            _ => None,
        };
        let message = format!("dry run: {} {url} was not sent", ready.method);
        lock(&self.record).withheld.push(SentRequest {
            method: ready.method.clone(),
            url,
            headers: Vec::new(),
            body,
        });
        HttpFailure {
            code: "dry_run".into(),
            message,
            hint: None,
        }
    }

    /// Says how long the server of a call had it wait.
    fn tell_of_waits(&self, exchange: &Exchange, place: &CallPlace) {
        if self.client.recording().is_some() {
            return;
        }
        for (before, after) in exchange.response.hops.iter().zip(exchange.response.hops.iter().skip(1)) {
            if before.status == 429 {
                let seconds = (after.delay_ms / 1000.0).ceil();
                self.log(ConsoleLine {
                    level: ConsoleLevel::Info,
                    text: format!(
                        "{} {}: waited {seconds} s for the rate limit",
                        before.method, before.url
                    ),
                    file: place.file.clone(),
                    line: place.line,
                });
            }
        }
    }

    /// Keeps a body as a file of the run. A replay gives a path that is the same everywhere, and keeps nothing.
    fn keep(&self, body: &Body, name: &str) -> Result<String, HttpFailure> {
        if self.client.recording().is_some() {
            return self.files.keep_unwritten(body, name);
        }
        self.files.keep(body, name)
    }

    /// Makes a call and records it.
    fn call(&self, request: ScriptRequest) -> Result<HostResponse, HttpFailure> {
        if !self.http {
            return Err(HttpFailure {
                code: "no_http_here".into(),
                message: "`notification` and `dedupe_key` may not call HTTP".into(),
                hint: Some("Return what came in; an action, or `poll`, can ask for more.".into()),
            });
        }
        // The wait for a person comes first: it is no part of the call.
        let ready = self
            .prepare(&request)
            .and_then(|ready| self.permit(&ready).map(|()| ready));
        let start_ms = milliseconds(self.started.elapsed());
        let sent_at = Instant::now();
        let answer = ready.map(|ready| self.exchange(ready, &request));
        let time_ms = milliseconds(sent_at.elapsed());
        let mut calls = Vec::new();
        let mut call = CallReport {
            method: request.method.clone(),
            url: redact::mask(&request.url, &self.connection.http.secrets()),
            status: None,
            error: None,
            sign_in: false,
            start_ms,
            time_ms,
            timing: None,
            rate_limit: None,
            place: request.place.clone(),
            request: None,
            headers: Vec::new(),
            body: None,
        };
        let mut lost = false;
        let failure = match answer {
            Ok(Ok(mut exchange)) => {
                calls.extend(signing_in(std::mem::take(&mut exchange.sign_in), &mut call));
                self.tell_of_waits(&exchange, &request.place);
                // An error's body is for the script to read.
                let streamed = request.stream_to.as_deref().filter(|_| exchange.response.ok());
                let result = match streamed {
                    Some(name) => self.keep(&exchange.body, name).map(|file| (Vec::new(), Some(file))),
                    None => read_body(&exchange.body).map(|body| (body, None)),
                };
                let result = result.map(|(body, file)| HostResponse {
                    response: exchange.response.clone(),
                    body,
                    file,
                });
                calls.push(answered(exchange, call));
                self.note(calls);
                return result;
            }
            Ok(Err(mut error)) => {
                if let joinery_http::Error::SignIn(failure) = &mut error {
                    calls.extend(signing_in(std::mem::take(&mut failure.sign_in), &mut call));
                }
                lost = true;
                failure_of(&error)
            }
            Err(failure) => failure,
        };
        call.error = Some(failure.message.clone());
        calls.push(RecordedCall {
            report: call,
            body: None,
            response: None,
            tape: Vec::new(),
            lost,
        });
        self.note(calls);
        Err(failure)
    }

    fn note(&self, calls: Vec<RecordedCall>) {
        if let Some(debugger) = &self.debugger {
            debugger.trace.calls(&calls);
        }
        lock(&self.record).calls.extend(calls);
    }
}

impl Host for RunHost {
    fn send(&self, request: ScriptRequest, _cancel: &Cancel) -> Result<HostResponse, HttpFailure> {
        let Some(debugger) = &self.debugger else {
            return self.call(request);
        };
        if let Some(answer) = debugger.tape.answer(&request) {
            let url = redact::mask(&request.url, &self.connection.http.secrets());
            debugger.trace.played(&request, url, &answer);
            return answer;
        }
        let answer = self.call(request.clone());
        debugger.tape.keep(request, &answer);
        answer
    }

    fn send_all(
        &self,
        requests: Vec<ScriptRequest>,
        pace: Pace,
        budget: Duration,
        cancel: &Cancel,
    ) -> Vec<Result<HostResponse, HttpFailure>> {
        // Which of two that are alike is answered first must not depend on threads.
        let limit = if self.client.recording().is_some() {
            1
        } else {
            pace.limit
        };
        send_together(self, requests, Pace { limit, ..pace }, budget, cancel)
    }

    fn log(&self, line: ConsoleLine) {
        let masked = redact::mask(&line.text, &self.connection.http.secrets());
        let line = ConsoleLine { text: masked, ..line };
        if let Some(debugger) = &self.debugger {
            debugger.trace.line(&line);
            (debugger.hear)(&line);
        }
        lock(&self.record).console.push(line);
    }

    fn now_ms(&self) -> i64 {
        let now = self.chance.now_ms();
        self.debugger.as_ref().map_or(now, |debugger| debugger.tape.now(now))
    }

    fn random(&self, bytes: &mut [u8]) {
        self.chance.fill(bytes);
        if let Some(debugger) = &self.debugger {
            debugger.tape.random(bytes);
        }
    }

    fn sleep(&self, duration: Duration, _cancel: &Cancel) {
        if self.chance.waited(duration) {
            return;
        }
        self.runtime.block_on(async {
            tokio::select! {
                () = tokio::time::sleep(duration) => {}
                () = self.token.cancelled() => {}
            }
        });
    }

    fn step_key(&self) -> Option<String> {
        self.step_key.clone()
    }

    fn waited(&self) -> Duration {
        self.asking.total() + self.limited.total()
    }

    fn sign(&self, secret: &str, operation: SecretOperation, message: &[u8]) -> Result<Vec<u8>, SecretFailure> {
        let key = self
            .connection
            .secrets
            .get(secret)
            .ok_or_else(|| SecretFailure::Missing {
                name: secret.to_owned(),
            })?;
        let perform = || crypto::perform(key.reveal().as_bytes(), operation, message);
        self.chance
            .sign(secret, operation, message, perform)
            .map_err(|reason| SecretFailure::Unusable { reason })
    }
}

/// Whether a request of that method changes nothing.
fn reads(method: &str) -> bool {
    matches!(method, "GET" | "HEAD" | "OPTIONS")
}

/// Whether any of `calls` may have changed something.
pub(crate) fn wrote(calls: &[RecordedCall]) -> bool {
    calls
        .iter()
        .any(|call| !call.report.sign_in && !reads(&call.report.method))
}

/// The call that `exchange` answered.
fn answered(exchange: Exchange, call: CallReport) -> RecordedCall {
    let response = exchange.response.clone();
    let report = CallReport {
        url: exchange.request.url.clone(),
        status: Some(exchange.response.status),
        timing: Some(exchange.response.timing),
        rate_limit: exchange.response.rate_limit,
        request: Some(exchange.request),
        headers: exchange.response.headers,
        ..call
    };
    RecordedCall {
        report,
        body: Some(exchange.body),
        response: Some(response),
        tape: exchange.tape,
        lost: false,
    }
}

/// The calls that signing in made before `call`, whose time they took.
fn signing_in(exchanges: Vec<Exchange>, call: &mut CallReport) -> Vec<RecordedCall> {
    let calls = exchanges.into_iter().map(|exchange| {
        let time_ms = exchange.response.timing.total_ms;
        let asked = CallReport {
            method: exchange.request.method.clone(),
            sign_in: true,
            time_ms,
            ..call.clone()
        };
        call.start_ms += time_ms;
        call.time_ms = (call.time_ms - time_ms).max(0.0);
        answered(exchange, asked)
    });
    calls.collect()
}

fn read_body(body: &Body) -> Result<Vec<u8>, HttpFailure> {
    if body.size() > LARGEST_BODY {
        return Err(HttpFailure {
            code: "too_large".into(),
            message: format!(
                "the response has {} MB; a script can take {} MB",
                body.size() >> 20,
                LARGEST_BODY >> 20
            ),
            hint: Some("Ask for fewer records a page.".into()),
        });
    }
    body.read().map(|bytes| bytes.to_vec()).map_err(|error| HttpFailure {
        code: "disk".into(),
        message: format!("the response could not be read back from disk: {error}"),
        hint: Some("Check free space.".into()),
    })
}

/// The failure as a script sees it.
pub(crate) fn failure_of(error: &joinery_http::Error) -> HttpFailure {
    HttpFailure {
        code: http_code(error).into(),
        message: error.to_string(),
        hint: http_hint(error).map(str::to_owned),
    }
}

/// Puts secrets in place of their marks.
pub(crate) fn put_in(text: &str, secrets: &BTreeMap<String, Secret>) -> String {
    replace_marks(text, secrets, |secret| secret.reveal().to_owned())
}

/// As [`put_in`], inside a JSON string.
fn put_in_json(text: &str, secrets: &BTreeMap<String, Secret>) -> String {
    replace_marks(text, secrets, |secret| {
        let quoted = serde_json::Value::from(secret.reveal()).to_string();
        quoted[1..quoted.len() - 1].to_owned()
    })
}

fn replace_marks(text: &str, secrets: &BTreeMap<String, Secret>, shown: impl Fn(&Secret) -> String) -> String {
    let mut text = text.to_owned();
    for (name, secret) in secrets {
        for mark in [secret_mark(name), escaped_mark(name)] {
            if text.contains(&mark) {
                text = text.replace(&mark, &shown(secret));
            }
        }
    }
    text
}

/// The mark as JSON writes it: control characters become `\u0001`.
fn escaped_mark(name: &str) -> String {
    secret_mark(name).replace('\u{1}', "\\u0001")
}

/// A name for the run's own folder: when it began, and chance.
fn run_id() -> String {
    let mut chance = [0; 4];
    getrandom::fill(&mut chance).expect("the system has randomness");
    format!("{}-{}", now_ms(), hex::encode(chance))
}

/// Milliseconds with fractions.
pub(crate) fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}
