//! A script's only way out: HTTP, log, clock, randomness, secrets. Everything here can cross a pipe, so that a run
//! can live in another process.

use std::time::Duration;

use joinery_connector::{Header, HttpResponse, http::HttpBody};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::limits::Cancel;

/// What a script may ask of the program that runs it. Calls block the script's thread.
pub trait Host: Send + Sync {
    /// Sends a request and waits. A non-2xx status is a response; the script decides what to make of it.
    ///
    /// # Errors
    /// [`HttpFailure`] when there is no response, or the host is not allowed.
    fn send(&self, request: ScriptRequest, cancel: &Cancel) -> Result<HostResponse, HttpFailure>;
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
    /// `operation` keyed with the connection's secret of that name: the text itself never reaches a script.
    fn sign(&self, secret: &str, operation: SecretOperation, message: &[u8]) -> Option<Vec<u8>>;
}

/// What a script can have done with a secret it cannot see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecretOperation {
    /// HMAC with SHA-256, the secret being the key.
    HmacSha256,
    /// HMAC with SHA-1.
    HmacSha1,
    /// HMAC with SHA-512.
    HmacSha512,
    /// SHA-256 of the secret's own bytes; the message is not used.
    Sha256,
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
    /// Whether the connection's retry rule applies.
    pub retry: bool,
    /// Which line of which file asks.
    pub place: CallPlace,
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
    /// The decoded body.
    #[serde(with = "serde_bytes")]
    pub body: Vec<u8>,
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
