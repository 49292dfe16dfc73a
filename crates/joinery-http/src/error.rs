//! Why a request got no response.

use std::{path::PathBuf, time::Duration};

use crate::send::Exchange;

/// Why a request got no response. A 404 or a 500 is a response, not an error.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The URL cannot be used.
    #[error("`{url}` is not an absolute http or https URL: {reason}")]
    InvalidUrl {
        /// As given.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The method or a header cannot be sent.
    #[error("{part} cannot be sent: {reason}")]
    InvalidRequest {
        /// Which part: `header X-Name`, `method`.
        part: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The host name does not resolve.
    #[error("cannot find host `{host}`")]
    UnknownHost {
        /// The host.
        host: String,
    },
    /// Nobody listens there.
    #[error("{host} refused the connection on port {port}")]
    Refused {
        /// The host.
        host: String,
        /// The port.
        port: u16,
    },
    /// The TLS handshake failed.
    #[error("no secure connection to {host}: {reason}")]
    Tls {
        /// The host.
        host: String,
        /// What the handshake said.
        reason: String,
    },
    /// The server's certificate comes from nobody who is trusted here.
    #[error(
        "no secure connection to {host}: the server's certificate was issued by {issuer}, whom this system does not trust (unknown issuer)"
    )]
    UnknownIssuer {
        /// The host.
        host: String,
        /// Who issued it, as the certificate says.
        issuer: String,
    },
    /// The server wants to know who we are and there is nothing to show.
    #[error("{host} asks for a client certificate, and this connection has none")]
    CertificateRequired {
        /// The host.
        host: String,
    },
    /// The server does not accept the client certificate.
    #[error("{host} refuses the client certificate: {reason}")]
    CertificateRefused {
        /// The host.
        host: String,
        /// What the server said.
        reason: String,
    },
    /// A network setting of the connection cannot be used.
    #[error("`{setting}`: {reason}")]
    Network {
        /// Its name in the profile.
        setting: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// The script that names the proxies cannot be read or run.
    #[error("cannot use the proxy script {script}: {reason}")]
    ProxyScript {
        /// Where it is.
        script: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The proxy does not answer.
    #[error("cannot reach the proxy {proxy}: {reason}")]
    ProxyUnreachable {
        /// Its scheme, host and port.
        proxy: String,
        /// What happened instead.
        reason: String,
    },
    /// The proxy wants a user name and a password, or others than it was given.
    #[error("the proxy {proxy} {} (407)", if *.given { "does not accept the user name and password" } else { "asks for a user name and password" })]
    ProxySignIn {
        /// Its scheme, host and port.
        proxy: String,
        /// Whether it was given some.
        given: bool,
    },
    /// The proxy will not connect to the host.
    #[error("the proxy {proxy} gives no way to {host}: {reason}")]
    ProxyRefused {
        /// Its scheme, host and port.
        proxy: String,
        /// The host.
        host: String,
        /// What it said.
        reason: String,
    },
    /// No connection came about in the time the connection's settings give.
    #[error("no connection to {host} within {} s", (limit.as_secs_f64() * 10.0).round() / 10.0)]
    ConnectTimeout {
        /// The host.
        host: String,
        /// The most it may take.
        limit: Duration,
    },
    /// Time ran out.
    #[error("{} after {} s", phase.missing(host), (waited.as_secs_f64() * 10.0).round() / 10.0)]
    Timeout {
        /// The host.
        host: String,
        /// How long it was waited for.
        waited: Duration,
        /// What had not come about.
        phase: Phase,
    },
    /// The caller gave up.
    #[error("cancelled")]
    Cancelled,
    /// The server closed or garbled the connection in the middle.
    #[error("the connection to {host} broke while {phase}: {reason}")]
    Broken {
        /// The host.
        host: String,
        /// What was going on: `waiting for the answer`, `reading the body`.
        phase: String,
        /// What the connection said.
        reason: String,
    },
    /// The body is larger than is kept, which stops small answers that unpack to huge ones.
    #[error("the answer of {host} is larger than {limit} bytes, the most that is kept")]
    TooLarge {
        /// The host.
        host: String,
        /// The most bytes that are kept, decoded.
        limit: u64,
    },
    /// The body unpacks to so many times its size that it can only be meant to fill a disk.
    #[error(
        "the answer of {host} unpacks {wire_size} bytes to more than {ratio} times as many: reading it was stopped"
    )]
    Inflated {
        /// The host.
        host: String,
        /// Bytes that had come over the wire.
        wire_size: u64,
        /// How many times as long it may be at most.
        ratio: u64,
    },
    /// Redirects went round in circles.
    #[error("more than {limit} redirects, the last one to {url}")]
    TooManyRedirects {
        /// The most that are followed.
        limit: usize,
        /// The last URL.
        url: String,
    },
    /// The auth kind's settings are incomplete or wrong.
    #[error("{kind}: {reason}")]
    Auth {
        /// The auth kind.
        kind: &'static str,
        /// What is missing or wrong.
        reason: String,
    },
    /// A function of the connector that signs in failed.
    #[error("{message}")]
    Hook {
        /// File, line and what happened there.
        message: String,
        /// What to do.
        hint: Option<String>,
    },
    /// The server that signs in refused, or a person has to sign in first.
    #[error("{}", .0.message)]
    SignIn(Box<SignInFailure>),
    /// A cassette is replayed, and this request is not in it.
    #[error("{message}")]
    NotRecorded {
        /// What was asked, and what was recorded instead.
        message: String,
    },
    /// A body could not be kept on disk.
    #[error("cannot keep the response in {path}: {source}")]
    Store {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

/// What a request was waiting for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// The host's address.
    Name,
    /// A connection, to the host or to the proxy.
    Connection,
    /// The end of the TLS handshake.
    Handshake,
    /// The head of the answer.
    Answer,
    /// The rest of its body.
    Body {
        /// The bytes that had come, decoded.
        size: u64,
    },
}

impl Phase {
    fn missing(self, host: &str) -> String {
        match self {
            Self::Name => format!("no address for {host}"),
            Self::Connection => format!("no connection to {host}"),
            Self::Handshake => format!("connected to {host}, but no end of the TLS handshake"),
            Self::Answer => format!("no answer from {host}"),
            Self::Body { size } => format!("{size} bytes from {host}, but no end of the answer"),
        }
    }
}

/// Why signing in failed, in words that a person can act on.
#[derive(Debug)]
pub struct SignInFailure {
    /// What it comes down to.
    pub cause: SignInCause,
    /// What happened.
    pub message: String,
    /// What to do.
    pub hint: String,
    /// What was asked on the way, masked, the refusal last.
    pub sign_in: Vec<Exchange>,
}

/// What a failed sign-in comes down to, where a caller may act on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignInCause {
    /// Nobody signed in yet, or what they were given has run out: a person must sign in.
    NobodySignedIn,
    /// The server does not know the client, its secret or its key.
    Client,
    /// A scope is not granted, unknown, or missing.
    Scope,
    /// The server wants proof of possession, or did not like the proof.
    Proof,
    /// This computer's clock is wrong.
    Clock,
    /// The person or the server said no to the user.
    User,
    /// The answer makes no sense: another kind of server, or one in trouble.
    Answer,
}

impl Error {
    /// The same, with what signing in asked before it failed.
    pub(crate) fn after(self, sign_in: Vec<Exchange>) -> Self {
        match self {
            Self::SignIn(failure) => Self::SignIn(Box::new(SignInFailure { sign_in, ..*failure })),
            other => other,
        }
    }
}
