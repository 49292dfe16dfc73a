//! The connector's own way to sign in: `acquire`, `refresh` and `apply` of `connection.rhai`, run for the HTTP engine. What
//! they ask servers for is handed to the request that is being signed, so that it shows in that one's trace.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex},
    time::Duration,
};

use joinery_connector::{
    Connector, Header, HttpRequest, HttpResponse, Secret,
    http::{HttpBody, Timing},
};
use joinery_http::{
    Error as HttpError,
    auth::{Answer, Auth, Context, HookToken, Hooks, Signing},
};
use joinery_script::{
    CallPlace, Cancel, ConsoleLine, Function, Host, HostResponse, HttpFailure, Limits, Run, ScriptError, ScriptRequest,
    Workers,
    host::{SecretFailure, SecretOperation},
    token_secrets,
};
use serde_json::Value;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use super::Resolved;
use crate::{
    host::{RunHost, failure_of, put_in},
    studio::lock,
    writes::Writes,
};

/// What the functions that sign wrote to the console, until whoever shows it takes it. Shared by the copies of one
/// resolved connection; unmasked, for the token they bring is known as secret only when they have returned.
#[derive(Clone, Default)]
pub(crate) struct Said(Arc<Mutex<Vec<ConsoleLine>>>);

impl Said {
    /// What was written since this was asked last.
    pub(crate) fn take(&self) -> Vec<ConsoleLine> {
        std::mem::take(&mut *lock(&self.0))
    }
}

impl fmt::Debug for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Said")
    }
}

/// The script that signs.
const FILE: &str = "connection.rhai";

/// The functions of one connector, for one connection.
#[derive(Clone)]
pub(super) struct ScriptHooks {
    scripts: Workers,
    connector: Arc<Connector>,
    connection: Resolved,
    writes: Arc<Writes>,
}

impl ScriptHooks {
    /// The functions of `connector` for `connection`, whose own calls go out unsigned.
    pub(super) fn new(
        scripts: Workers,
        connector: Arc<Connector>,
        mut connection: Resolved,
        writes: Arc<Writes>,
    ) -> Self {
        connection.http.auth = Auth::default();
        connection.http.hooks = None;
        Self {
            scripts,
            connector,
            connection,
            writes,
        }
    }

    /// Runs one function; what it asks for on the way is asked through `context`.
    async fn run(
        &self,
        context: &Context<'_>,
        function: Function,
        token: Option<&HookToken>,
    ) -> Result<Value, HttpError> {
        let mut connection = self.connection.clone();
        let run = Run {
            connector: Arc::clone(&self.connector),
            file: FILE.to_owned(),
            function,
            connection: connection.fields.clone(),
            secrets: connection.secrets.keys().cloned().collect(),
            config: Value::Null,
            limits: Limits::default(),
            coverage: false,
        };
        connection.secrets.extend(secrets_of(token));
        let end = EndOnDrop::default();
        let client = context.client().clone();
        let inner = RunHost::new(
            Arc::clone(&self.writes),
            client,
            Arc::clone(&self.connector),
            connection,
            end.waiting.clone(),
        );
        let (asks, mut asked) = mpsc::unbounded_channel::<Ask>();
        let said = self.connection.said.clone();
        let host: Arc<dyn Host> = Arc::new(HookHost { inner, asks, said });
        let (scripts, stop) = (self.scripts.clone(), end.script.clone());
        let mut work = tokio::task::spawn_blocking(move || scripts.run(&run, &host, &stop));
        loop {
            tokio::select! {
                Some((request, reply)) = asked.recv() => {
                    // A script that was stopped waits no longer.
                    drop(reply.send(context.ask(request).await));
                }
                outcome = &mut work => {
                    return match outcome {
                        Ok(outcome) => outcome.result.map_err(hook_error),
                        Err(_) => Err(hook_error(ScriptError::new("internal", "the script engine failed", FILE))),
                    };
                }
            }
        }
    }

    /// The token with the connection's secrets in place of their marks.
    fn token(&self, value: Value) -> HookToken {
        match filled(value, &self.connection.secrets) {
            Value::Object(members) => HookToken(members),
            // The engine lets nothing else through.
            _ => HookToken(serde_json::Map::new()),
        }
    }
}

impl fmt::Debug for ScriptHooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ScriptHooks")
    }
}

impl Hooks for ScriptHooks {
    fn has(&self, function: &str) -> bool {
        self.scripts.has(&self.connector, FILE, function)
    }

    fn acquire<'a>(&'a self, context: &'a Context<'a>) -> Signing<'a, HookToken> {
        Box::pin(async move { Ok(self.token(self.run(context, Function::Acquire, None).await?)) })
    }

    fn refresh<'a>(&'a self, context: &'a Context<'a>, token: &'a HookToken) -> Signing<'a, HookToken> {
        Box::pin(async move {
            let function = Function::Refresh {
                token: Value::Object(token.0.clone()),
            };
            let mut secrets = self.connection.secrets.clone();
            secrets.extend(secrets_of(Some(token)));
            match filled(self.run(context, function, Some(token)).await?, &secrets) {
                Value::Object(members) => Ok(HookToken(members)),
                _ => Ok(token.clone()),
            }
        })
    }

    fn apply<'a>(
        &'a self,
        context: &'a Context<'a>,
        token: Option<&'a HookToken>,
        request: &'a mut HttpRequest,
        body: &'a [u8],
    ) -> Signing<'a> {
        Box::pin(async move {
            let function = Function::Apply {
                request: Box::new(as_script_sees(request, body)),
                token: token.map_or(Value::Null, |token| Value::Object(token.0.clone())),
            };
            let value = self.run(context, function, token).await?;
            let signed: ScriptRequest = serde_json::from_value(value)
                .map_err(|error| hook_error(ScriptError::new("apply", error.to_string(), FILE)))?;
            let mut secrets = self.connection.secrets.clone();
            secrets.extend(secrets_of(token));
            put_on(request, &signed, &secrets)
        })
    }
}

/// The texts of a token, by the names scripts know them by.
fn secrets_of(token: Option<&HookToken>) -> BTreeMap<String, Secret> {
    let token = token.map_or(Value::Null, |token| Value::Object(token.0.clone()));
    token_secrets(&token)
        .into_iter()
        .map(|(name, text)| (name, Secret::new(text)))
        .collect()
}

/// The value with secrets in place of their marks, wherever they stand.
fn filled(value: Value, secrets: &BTreeMap<String, Secret>) -> Value {
    match value {
        Value::String(text) => Value::String(put_in(&text, secrets)),
        Value::Array(items) => items.into_iter().map(|item| filled(item, secrets)).collect(),
        Value::Object(members) => members
            .into_iter()
            .map(|(name, member)| (name, filled(member, secrets)))
            .collect(),
        plain => plain,
    }
}

fn as_script_sees(request: &HttpRequest, body: &[u8]) -> ScriptRequest {
    ScriptRequest {
        method: request.method.clone(),
        url: request.url.clone(),
        query: Vec::new(),
        headers: request.headers.clone(),
        body: match std::str::from_utf8(body) {
            Ok("") => HttpBody::None,
            Ok(text) => HttpBody::Text {
                content_type: request.header("content-type").unwrap_or_default().to_owned(),
                text: text.to_owned(),
            },
            Err(_) => HttpBody::Bytes {
                content_type: request.header("content-type").unwrap_or_default().to_owned(),
                bytes: body.to_vec(),
            },
        },
        timeout_ms: None,
        follow_redirects: request.follow_redirects,
        retry: request.retry,
        retry_rule: None,
        multipart: Vec::new(),
        run_file: None,
        stream_to: None,
        place: CallPlace::default(),
    }
}

/// Takes over what `apply` made of the request: URL, query and headers. The body is on its way already.
fn put_on(
    request: &mut HttpRequest,
    signed: &ScriptRequest,
    secrets: &BTreeMap<String, Secret>,
) -> Result<(), HttpError> {
    let invalid = |reason: String| HttpError::InvalidUrl {
        url: signed.url.clone(),
        reason,
    };
    let mut url = url::Url::parse(&put_in(&signed.url, secrets)).map_err(|error| invalid(error.to_string()))?;
    let before = url::Url::parse(&request.url).map_err(|error| invalid(error.to_string()))?;
    if before.origin() != url.origin() {
        return Err(invalid("`apply` cannot send a request elsewhere".into()));
    }
    if !signed.query.is_empty() {
        let pairs = signed.query.iter().map(|(name, value)| (name, put_in(value, secrets)));
        url.query_pairs_mut().extend_pairs(pairs);
    }
    request.url = url.into();
    request.headers = signed
        .headers
        .iter()
        .map(|header| Header::new(&header.name, put_in(&header.value, secrets)))
        .collect();
    Ok(())
}

fn hook_error(error: ScriptError) -> HttpError {
    let place = match error.line {
        0 => error.file.clone(),
        line => format!("{}:{line}", error.file),
    };
    HttpError::Hook {
        message: format!("{place}: {}", error.message),
        hint: error.hint,
    }
}

/// Stops the script when nobody waits for it any more.
#[derive(Default)]
struct EndOnDrop {
    script: Cancel,
    waiting: CancellationToken,
}

impl Drop for EndOnDrop {
    fn drop(&mut self) {
        self.script.cancel();
        self.waiting.cancel();
    }
}

/// A request of a script that signs, and where its answer goes.
type Ask = (HttpRequest, oneshot::Sender<Result<Answer, HttpError>>);

/// The way out of a script that signs: as that of any run, except that what it sends goes through the signing itself.
struct HookHost {
    inner: RunHost,
    asks: mpsc::UnboundedSender<Ask>,
    said: Said,
}

impl Host for HookHost {
    fn send(&self, request: ScriptRequest, _: &Cancel) -> Result<HostResponse, HttpFailure> {
        let ready = self.inner.prepare(&request)?;
        let url = ready.url.clone();
        let (reply, answer) = oneshot::channel();
        let gone = || failure_of(&HttpError::Cancelled);
        self.asks.send((ready, reply)).map_err(|_| gone())?;
        let answer = answer.blocking_recv().map_err(|_| gone())?;
        answer
            .map(|answer| host_response(answer, url))
            .map_err(|error| failure_of(&error))
    }

    fn log(&self, line: ConsoleLine) {
        lock(&self.said.0).push(line);
    }

    fn now_ms(&self) -> i64 {
        self.inner.now_ms()
    }

    fn random(&self, bytes: &mut [u8]) {
        self.inner.random(bytes);
    }

    fn sleep(&self, duration: Duration, cancel: &Cancel) {
        self.inner.sleep(duration, cancel);
    }

    fn sign(&self, secret: &str, operation: SecretOperation, message: &[u8]) -> Result<Vec<u8>, SecretFailure> {
        self.inner.sign(secret, operation, message)
    }
}

fn host_response(answer: Answer, url: String) -> HostResponse {
    let size = answer.body.len() as u64;
    HostResponse {
        response: HttpResponse {
            status: answer.status,
            reason: String::new(),
            version: "HTTP/1.1".into(),
            url,
            headers: answer.headers,
            size,
            wire_size: size,
            timing: Timing::default(),
            hops: Vec::new(),
            rate_limit: None,
        },
        body: answer.body,
        file: None,
    }
}
