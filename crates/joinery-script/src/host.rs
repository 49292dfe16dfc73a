//! A script's only way out: HTTP, log, clock, randomness, secrets. Everything here can cross a pipe, so that a run
//! can live in another process.

use std::{
    sync::{Mutex, OnceLock, PoisonError},
    thread,
    time::{Duration, Instant},
};

use joinery_connector::{Header, HttpResponse, http::HttpBody, manifest::RetryRule};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

use crate::limits::Cancel;

/// What a script may ask of the program that runs it. Calls block the script's thread.
pub trait Host: Send + Sync {
    /// Sends a request and waits. A non-2xx status is a response; the script decides what to make of it.
    ///
    /// # Errors
    /// [`HttpFailure`] when there is no response, or the host is not allowed.
    fn send(&self, request: ScriptRequest, cancel: &Cancel) -> Result<HostResponse, HttpFailure>;
    /// Sends requests at `pace` and gives their answers in the same order. None lasts longer than what is left of
    /// `budget`.
    fn send_all(
        &self,
        requests: Vec<ScriptRequest>,
        pace: Pace,
        budget: Duration,
        cancel: &Cancel,
    ) -> Vec<Result<HostResponse, HttpFailure>> {
        send_together(self, requests, pace, budget, cancel)
    }
    /// Takes a line of the console.
    fn log(&self, line: ConsoleLine);
    /// Milliseconds since 1970.
    fn now_ms(&self) -> i64;
    /// Fills `bytes` with randomness.
    fn random(&self, bytes: &mut [u8]);
    /// Waits; returns early when cancelled.
    fn sleep(&self, duration: Duration, cancel: &Cancel);
    /// How long the run has waited for a person until now: that is not held against its time.
    fn waited(&self) -> Duration {
        Duration::ZERO
    }
    /// `operation` keyed with the connection's secret of that name: the text itself never reaches a script. What it
    /// does is told by [`crate::crypto::perform`].
    ///
    /// # Errors
    /// [`SecretFailure`] when there is no such secret, or it does not fit.
    fn sign(&self, secret: &str, operation: SecretOperation, message: &[u8]) -> Result<Vec<u8>, SecretFailure>;
    /// Does a step of a flow and waits for it; the time counts as [`Host::waited`].
    fn step(&self, _step: Step, _cancel: &Cancel) -> StepOutcome {
        StepOutcome::NotInAFlow
    }
    /// What tells this run from others where it is a step of a flow: the same whenever the step is run again.
    fn step_key(&self) -> Option<String> {
        None
    }
}

/// A step of a flow, as its script asks for it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// What is to be done.
    pub call: StepCall,
    /// Which line of which file asks.
    pub place: CallPlace,
}

/// What a step does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum StepCall {
    /// Runs an action.
    Run {
        /// `connector.action`
        action: String,
        /// Its input.
        input: Value,
        /// On which connection, where the script says so.
        connection: Option<String>,
        /// How often it is run again at most, where the script says so.
        retries: Option<u32>,
    },
    /// Waits for a person's answer.
    Approval {
        /// The action that asks them, as `connector.action`.
        ask: Option<String>,
        /// Its input.
        input: Value,
        /// On which connection it runs, where the script says so.
        connection: Option<String>,
        /// Seconds after which no answer counts as a refusal.
        timeout_s: Option<f64>,
    },
    /// Answers what another run waits for.
    Answer {
        /// The id of the approval.
        approval: String,
        /// `approved`, `by`, `comment`.
        answer: Value,
    },
}

/// What became of a step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum StepOutcome {
    /// Its output.
    Done(Value),
    /// It failed; the script may catch that.
    Failed(StepFailure),
    /// The run ends here and may go on later; its host knows why.
    Halted,
    /// No flow is being run.
    NotInAFlow,
}

/// Why a step failed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StepFailure {
    /// The action, as `connector.action`.
    pub action: String,
    /// The error's code.
    pub code: String,
    /// What happened.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
    /// The error's details, such as `status` and `body`.
    pub details: Value,
}

/// How fast requests that are sent together go out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pace {
    /// How many are under way at once.
    pub limit: u32,
    /// How many are begun in a minute, where that is limited.
    pub per_minute: Option<u32>,
}

impl Pace {
    /// How long after the first the request at `index` is begun at the earliest.
    fn start_of(self, index: usize) -> Duration {
        self.per_minute.map_or(Duration::ZERO, |rate| {
            Duration::from_secs_f64(index as f64 * 60.0 / f64::from(rate.max(1)))
        })
    }
}

/// Sends requests through `host`, begun in the order of the list, on as many threads as may be under way at once. See
/// [`Host::send_all`].
///
/// # Panics
/// Where sending panics.
pub fn send_together<H: Host + ?Sized>(
    host: &H,
    requests: Vec<ScriptRequest>,
    pace: Pace,
    budget: Duration,
    cancel: &Cancel,
) -> Vec<Result<HostResponse, HttpFailure>> {
    let (began, waited) = (Instant::now(), host.waited());
    let left = || (budget + host.waited().saturating_sub(waited)).saturating_sub(began.elapsed());
    let answers: Vec<OnceLock<_>> = requests.iter().map(|_| OnceLock::new()).collect();
    let waiting = Mutex::new(requests.into_iter().enumerate());
    let next = || waiting.lock().unwrap_or_else(PoisonError::into_inner).next();
    let work = || {
        while let Some((index, mut request)) = next() {
            let early = pace.start_of(index).min(budget).saturating_sub(began.elapsed());
            if !early.is_zero() {
                host.sleep(early, cancel);
            }
            let left = left().as_millis().max(1) as u64;
            request.timeout_ms = Some(request.timeout_ms.map_or(left, |asked| asked.min(left)));
            // Each index is handed out once.
            let _ = answers[index].set(host.send(request, cancel));
        }
    };
    thread::scope(|scope| {
        for _ in 0..(pace.limit as usize).clamp(1, answers.len().max(1)) {
            scope.spawn(work);
        }
    });
    answers
        .into_iter()
        .map(|answer| {
            answer
                .into_inner()
                .expect("every request was sent by one of the threads")
        })
        .collect()
}

/// What a script can have done with a secret it cannot see: the secret is the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecretOperation {
    /// The hash of the secret's own bytes; the message is not used.
    Digest(Hash),
    /// HMAC.
    Hmac(Hash),
    /// A signature with the private key that the secret is, PEM or JWK, as JWTs carry it.
    Sign(Signature),
    /// PBKDF2 of the secret, salted with the message.
    Pbkdf2 {
        /// SHA-1, SHA-256 or SHA-512.
        hash: Hash,
        /// How often.
        iterations: u32,
        /// Bytes wanted.
        length: u32,
    },
    /// AES in Galois counter mode. Encrypted text ends with its tag.
    AesGcm {
        /// Whether the message is to be decrypted.
        decrypt: bool,
        /// How the secret is written.
        encoding: KeyEncoding,
        /// Never the same twice for one key.
        nonce: [u8; 12],
        /// Bytes at the start of the message that are only authenticated.
        additional: u32,
    },
    /// AES in cipher block chaining mode, padded as PKCS #7 says.
    AesCbc {
        /// Whether the message is to be decrypted.
        decrypt: bool,
        /// How the secret is written.
        encoding: KeyEncoding,
        /// The first block's.
        iv: [u8; 16],
    },
    /// The signature of AWS, version 4; the message is the text it signs, which names day, region and service.
    AwsV4,
}

/// A hash function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hash {
    /// MD5.
    Md5,
    /// SHA-1.
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
    /// SHA-512/256.
    Sha512_256,
}

/// A signature with a private key, by its name in JWTs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Signature {
    /// RSA, PKCS#1 v1.5, SHA-256.
    Rs256,
    /// RSA, PKCS#1 v1.5, SHA-384.
    Rs384,
    /// RSA, PKCS#1 v1.5, SHA-512.
    Rs512,
    /// P-256, SHA-256.
    Es256,
    /// P-384, SHA-384.
    Es384,
    /// P-521, SHA-512.
    Es512,
}

impl Signature {
    /// Its name: `RS256`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Rs384 => "RS384",
            Self::Rs512 => "RS512",
            Self::Es256 => "ES256",
            Self::Es384 => "ES384",
            Self::Es512 => "ES512",
        }
    }
}

/// How a key is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyEncoding {
    /// Its bytes as they are.
    Text,
    /// Base64, of either alphabet.
    Base64,
    /// Hex.
    Hex,
}

/// Why a secret could not be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum SecretFailure {
    /// There is none of that name.
    #[error("the connection has no secret `{name}`")]
    Missing {
        /// Its name.
        name: String,
    },
    /// It is no key for this.
    #[error("{reason}")]
    Unusable {
        /// Why, without a word of the secret.
        reason: String,
    },
}

/// A request as a script asks for it. Secrets in headers and body stand as [`secret_mark`] until the host sends it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScriptRequest {
    /// The method.
    pub method: String,
    /// A path on the connection's base URL, or an absolute URL.
    pub url: String,
    /// Query parameters to add, not yet encoded.
    pub query: Vec<(String, String)>,
    /// Headers.
    pub headers: Vec<Header>,
    /// The body.
    pub body: HttpBody,
    /// Milliseconds, where the script set a timeout.
    pub timeout_ms: Option<u64>,
    /// Whether redirects are followed.
    pub follow_redirects: bool,
    /// Whether the connection's retry rule applies.
    pub retry: bool,
    /// The rule that applies in its place, where the script gave one.
    #[serde(default)]
    pub retry_rule: Option<RetryRule>,
    /// The parts of a `multipart/form-data` body; `body` is then none.
    #[serde(default)]
    pub multipart: Vec<ScriptPart>,
    /// The file of the run's folder that is the body; `body` is then none.
    #[serde(default)]
    pub run_file: Option<RunFile>,
    /// The file of the run's folder that takes the body of a good answer.
    #[serde(default)]
    pub stream_to: Option<String>,
    /// Which line of which file asks.
    pub place: CallPlace,
}

/// A file that the run kept, to be sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunFile {
    /// Its name, or where it lies.
    pub name: String,
    /// The media type to send.
    pub content_type: String,
}

/// One part of a `multipart/form-data` body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScriptPart {
    /// The field's name.
    pub name: String,
    /// The file name to send.
    pub filename: Option<String>,
    /// The media type to send.
    pub content_type: Option<String>,
    /// What it carries.
    pub content: PartContent,
}

/// What a part carries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartContent {
    /// Text; a secret in it stands as its mark.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// A file below the workspace's `fixtures` folder, which the host reads.
    Fixture(String),
    /// A file that the run kept, by its name or by where it lies.
    RunFile(String),
}

/// A place in a script.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct CallPlace {
    /// Path relative to the connector.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
}

/// A response with its body, as a script sees it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct HostResponse {
    /// Status, headers, timing.
    pub response: HttpResponse,
    /// The decoded body; empty where it went to a file.
    #[serde(with = "serde_bytes")]
    pub body: Vec<u8>,
    /// The file that took the body, where the script asked for that.
    pub file: Option<String>,
}

/// Why a script's request got no response.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HttpFailure {
    /// `host_not_allowed`, `unknown_host`, `refused`, `tls`, `timeout`, `cancelled`, `broken`, `too_large` ...
    pub code: String,
    /// What happened.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
}

/// How loud a console line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
#[ts(export)]
pub enum ConsoleLevel {
    /// `print`
    Print,
    /// `log.info`
    Info,
    /// `log.warn`
    Warn,
    /// `log.error`
    Error,
}

/// One line of the console.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ConsoleLine {
    /// How loud.
    pub level: ConsoleLevel,
    /// The text.
    pub text: String,
    /// Path relative to the connector.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
}

/// The text that stands for a secret inside a [`ScriptRequest`]; the host puts the secret in when it sends.
pub fn secret_mark(name: &str) -> String {
    format!("\u{1}secret:{name}\u{1}")
}
