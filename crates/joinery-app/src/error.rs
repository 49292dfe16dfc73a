//! The one shape of failure that fronts see.

use joinery_connector::Problem;
use joinery_http::error::SignInCause;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What kind of failure, where a front branches on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Code {
    /// The caller named something that does not exist: an action, a connection, a bad flag. CLI exit code 2.
    Usage,
    /// A file is missing or cannot be read or written, the store is locked. CLI exit code 3.
    Unavailable,
    /// A file changed on disk since it was read.
    Conflict,
    /// A file's contents are wrong; `file`, `line` and `column` say where. CLI exit code 1.
    Invalid,
    /// Input or variables are missing or wrong. CLI exit code 1.
    Input,
    /// Signing in failed. CLI exit code 1.
    SignIn,
    /// A person has to sign in first. CLI exit code 1.
    SignInNeeded,
    /// No response came back. CLI exit code 1.
    Network,
    /// The run or check failed, or export refused. CLI exit code 1.
    Failed,
    /// The caller cancelled it.
    Cancelled,
    /// A mistake of ours, caught.
    Internal,
}

/// What happened, where, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Error {
    /// What kind of failure.
    pub code: Code,
    /// What happened.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
    /// The file concerned.
    pub file: Option<String>,
    /// Its line, from 1.
    pub line: Option<u32>,
    /// Its column, from 1.
    pub column: Option<u32>,
}

impl Error {
    /// A failure without a place.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            hint: None,
            file: None,
            line: None,
            column: None,
        }
    }

    /// The same with what to do about it.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// "no such ..." with the nearest known names as the hint.
    pub(crate) fn unknown<'a>(what: &str, name: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        let known: Vec<&str> = known.into_iter().collect();
        let error = Self::new(Code::Usage, format!("no {what} `{name}`"));
        let mut near: Vec<(f64, &str)> = known
            .iter()
            .map(|other| (strsim::jaro_winkler(name, other), *other))
            .collect();
        near.sort_by(|a, b| b.0.total_cmp(&a.0));
        let near: Vec<String> = near
            .iter()
            .filter(|(score, _)| *score > 0.75)
            .take(3)
            .map(|(_, other)| format!("`{other}`"))
            .collect();
        if !near.is_empty() {
            error.with_hint(format!("Did you mean {}?", near.join(" or ")))
        } else if known.is_empty() {
            error.with_hint(format!("There is no {what} yet."))
        } else {
            let names: Vec<String> = known.iter().take(8).map(|other| format!("`{other}`")).collect();
            error.with_hint(format!("There is {}.", names.join(", ")))
        }
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(file) = &self.file {
            write!(f, "{file}:")?;
            if let Some(line) = self.line {
                write!(f, "{line}:{}:", self.column.unwrap_or(1))?;
            }
            f.write_str(" ")?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        Self {
            code: Code::Invalid,
            message: problem.message,
            hint: problem.hint,
            file: Some(problem.file),
            line: (problem.line > 0).then_some(problem.line),
            column: (problem.column > 0).then_some(problem.column),
        }
    }
}

impl From<joinery_connector::Error> for Error {
    fn from(error: joinery_connector::Error) -> Self {
        use joinery_connector::Error as Connector;
        let message = error.to_string();
        match error {
            Connector::NotAConnector { .. } => Self::new(Code::Unavailable, message)
                .with_hint("Choose a folder with a connector.toml, or make one with `joinery new`."),
            Connector::Read { source, .. } if source.kind() == std::io::ErrorKind::NotFound => {
                Self::new(Code::Unavailable, message).with_hint("Check the path.")
            }
            Connector::Read { .. } => {
                Self::new(Code::Unavailable, message).with_hint("Check the permissions of the file.")
            }
            Connector::Write { .. } => Self::new(Code::Unavailable, message)
                .with_hint("What was there before is untouched. Check permissions and free space, then save again."),
            Connector::Invalid { problem } => (*problem).into(),
            Connector::NoSuchFile { .. } => Self::new(Code::Usage, message),
        }
    }
}

impl From<joinery_store::Error> for Error {
    fn from(error: joinery_store::Error) -> Self {
        use joinery_store::Error as Store;
        let hint = match &error {
            Store::Open { .. } => "Move the file away to start with an empty store.",
            Store::TooNew { .. } => "Update Joinery, or point JOINERY_HOME at another folder.",
            Store::Locked { .. } => "Close the other program that uses it, then try again.",
            Store::Secret { .. } => "Unlock the keychain, or save the connection's secret again.",
            _ => "Check permissions and free space.",
        };
        Self::new(Code::Unavailable, error.to_string()).with_hint(hint)
    }
}

impl From<joinery_http::Error> for Error {
    fn from(error: joinery_http::Error) -> Self {
        use joinery_http::Error as Http;
        let code = match &error {
            Http::Cancelled => Code::Cancelled,
            Http::SignIn(failure) if failure.cause == SignInCause::NobodySignedIn => Code::SignInNeeded,
            Http::SignIn(_) | Http::Hook { .. } => Code::SignIn,
            Http::InvalidUrl { .. } | Http::InvalidRequest { .. } | Http::Auth { .. } | Http::Network { .. } => {
                Code::Input
            }
            _ => Code::Network,
        };
        let converted = Self::new(code, error.to_string());
        match http_hint(&error) {
            Some(hint) => converted.with_hint(hint),
            None => converted,
        }
    }
}

/// What to do about a request that got no response.
pub(crate) fn http_hint(error: &joinery_http::Error) -> Option<&str> {
    use joinery_http::{Error as Http, Phase};
    Some(match error {
        Http::UnknownHost { .. } => "Check the domain, or use the sandbox org.",
        Http::Refused { .. } => "Check the address and port: nothing listens there.",
        Http::Tls { .. } => "Check the address, and the certificate of the server.",
        Http::UnknownIssuer { .. } => {
            "Where a proxy inspects TLS, or the server's authority is your own, set `ca_file` to a PEM file of that authority."
        }
        Http::CertificateRequired { .. } => "Set `client_certificate` and `client_key` in the connection.",
        Http::CertificateRefused { .. } => "Check `client_certificate`: the server wants one of an authority it knows.",
        Http::Network { .. } => "Edit the connection's network settings.",
        Http::ProxyScript { .. } => {
            "Check `proxy` in the connection, or the computer's network settings; `none` goes without a proxy."
        }
        Http::ProxyUnreachable { .. } => "Check `proxy` in the connection; `none` goes without one.",
        Http::ProxySignIn { .. } => "Set `proxy`, `proxy_username` and `proxy_password` in the connection.",
        Http::ProxyRefused { .. } => {
            "Ask who runs the proxy to let this host through, or name it in `proxy_bypass` of the connection."
        }
        Http::ConnectTimeout { .. } => "Check address and network, or give `connect_timeout` more seconds.",
        Http::Timeout {
            phase: Phase::Name | Phase::Connection,
            ..
        } => "Check the address and the network; a firewall or a proxy may stand in between.",
        Http::Timeout {
            phase: Phase::Handshake,
            ..
        } => "Check the port: it may not be one that speaks TLS. A proxy may stand in between.",
        Http::Timeout { .. } => "Try again, or give the request more time.",
        Http::Broken { .. } => "Try again. If it happens each time, look at the server or at a proxy in between.",
        Http::Auth { .. } => "Edit the connection.",
        Http::SignIn(failure) => &failure.hint,
        Http::Hook { hint, .. } => hint.as_deref()?,
        Http::TooManyRedirects { .. } => "Look at the hops: the server sends the request in circles.",
        Http::TooLarge { .. } => "Ask for fewer records a page.",
        Http::Inflated { .. } => "Ask who runs the server what it sends, or send `Accept-Encoding: identity`.",
        Http::InvalidUrl { .. } => "Write it as https://host/path, or use {{base_url}}.",
        _ => return None,
    })
}

/// The stable word a script or a front sees for a request that got no response.
pub(crate) fn http_code(error: &joinery_http::Error) -> &'static str {
    use joinery_http::Error as Http;
    match error {
        Http::InvalidUrl { .. } => "invalid_url",
        Http::InvalidRequest { .. } => "invalid_request",
        Http::UnknownHost { .. } => "unknown_host",
        Http::Refused { .. } => "refused",
        Http::Tls { .. } => "tls",
        Http::UnknownIssuer { .. } => "unknown_issuer",
        Http::CertificateRequired { .. } => "certificate_required",
        Http::CertificateRefused { .. } => "certificate_refused",
        Http::Network { .. } => "network_setting",
        Http::ProxyScript { .. } => "proxy_script",
        Http::ProxyUnreachable { .. } => "proxy_unreachable",
        Http::ProxySignIn { .. } => "proxy_sign_in",
        Http::ProxyRefused { .. } => "proxy_refused",
        Http::Timeout { .. } | Http::ConnectTimeout { .. } => "timeout",
        Http::Cancelled => "cancelled",
        Http::TooManyRedirects { .. } => "too_many_redirects",
        Http::Auth { .. } => "auth",
        Http::SignIn(failure) => match failure.cause {
            SignInCause::NobodySignedIn => "sign_in_needed",
            SignInCause::Client => "sign_in_client",
            SignInCause::Scope => "sign_in_scope",
            SignInCause::Proof => "sign_in_proof",
            SignInCause::Clock => "sign_in_clock",
            SignInCause::User => "sign_in_user",
            SignInCause::Answer => "sign_in_answer",
        },
        Http::Hook { .. } => "sign_in_script",
        Http::TooLarge { .. } | Http::Inflated { .. } => "too_large",
        Http::Store { .. } => "disk",
        Http::Broken { .. } => "broken",
        Http::NotRecorded { .. } => "not_recorded",
    }
}
