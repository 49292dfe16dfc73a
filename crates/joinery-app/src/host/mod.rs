//! What scripts reach the world through: HTTP by the connection's client, secrets put in on the way out, every call
//! and console line recorded.

mod permit;
mod prepare;
mod record;

use std::{
    path::Path,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use joinery_connector::{Connector, HttpRequest};
use joinery_http::{Body, Client, Exchange, redact};
use joinery_script::{
    CallPlace, Cancel, ConsoleLevel, ConsoleLine, Host, HostResponse, HttpFailure, ScriptRequest, crypto,
    host::{Pace, SecretFailure, SecretOperation, send_together},
};
pub(crate) use prepare::put_in;
pub(crate) use record::{Record, RecordedCall, wrote};
use record::{answered, signing_in};
use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;

use crate::{
    chance::Chance,
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
