//! What an answer, or none, means for a connection: the cause and the exact next step. Asks nothing, so that every case
//! can be tried with a table.

use joinery_http::error::SignInCause;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{super::health::sentence, answer::Answer, domain, scopes};
use crate::error::http_hint;

/// Why a connection does not work, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Cause {
    /// There is no such host, or no such org there.
    WrongDomain,
    /// The domain is that of the admin console.
    AdminDomain,
    /// An address was given where a domain is wanted.
    DomainHasScheme,
    /// There is a path behind the domain.
    DomainHasPath,
    /// Whoever answers is no Okta org.
    NotOkta,
    /// Nothing listens there.
    Refused,
    /// No answer came in time.
    Timeout,
    /// Someone in between opens the connection.
    TlsIntercepted,
    /// No secure connection came about for another reason.
    Tls,
    /// The token or the password is wrong, expired or revoked.
    CredentialsRefused,
    /// A person has to sign in first.
    SignInNeeded,
    /// A scope is missing.
    ScopeMissing,
    /// A role is missing.
    RoleMissing,
    /// Tokens must be bound with `DPoP`.
    DpopRequired,
    /// This computer's clock is wrong.
    ClockWrong,
    /// The rate limit is reached.
    RateLimited,
    /// The service itself fails.
    ServiceFails,
    /// Something else; the message says what.
    Other,
}

/// A change that a front can offer beside the hint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export)]
pub enum Fix {
    /// Puts a value into a field.
    SetField {
        /// What the button says.
        label: String,
        /// The field.
        field: String,
        /// Its new value.
        value: String,
    },
    /// Copies a text to use elsewhere.
    Copy {
        /// What the button says.
        label: String,
        /// The text.
        text: String,
    },
}

/// What is known when a diagnosis is made.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen<'a> {
    /// The host that was asked.
    pub host: &'a str,
    /// The method and path.
    pub call: (&'a str, &'a str),
    /// Whether the connector is for Okta.
    pub okta: bool,
    /// Whether the request was signed.
    pub signed: bool,
    /// How the connection signs in.
    pub auth: &'a str,
    /// This computer's clock when the answer came, in seconds since 1970.
    pub now: i64,
}

/// A cause and its next step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Diagnosis {
    pub cause: Cause,
    pub message: String,
    pub hint: Option<String>,
    pub fix: Option<Fix>,
    pub said: Option<String>,
}

/// From here on a clock is wrong enough to spoil a signature: Okta gives proofs five minutes, other services one.
const SKEW: i64 = 60;

impl Diagnosis {
    fn new(cause: Cause, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            cause,
            message: message.into(),
            hint: Some(hint.into()).filter(|hint| !hint.is_empty()),
            fix: None,
            said: None,
        }
    }
}

/// Why no answer came.
pub(super) fn no_answer(seen: Seen, error: &joinery_http::Error) -> Diagnosis {
    use joinery_http::Error as Http;
    let host = seen.host;
    // The console need not exist, or answer: what was meant is plain from its name.
    if let Some(found) = admin_console(seen) {
        return found;
    }
    match error {
        Http::UnknownHost { .. } => Diagnosis::new(
            Cause::WrongDomain,
            format!("Cannot reach {host} (no such host)."),
            "Check the domain.",
        ),
        Http::Refused { port, .. } => Diagnosis::new(
            Cause::Refused,
            format!("{host} refused the connection on port {port}."),
            "Nothing listens there. Check the domain and the port.",
        ),
        Http::Timeout { waited, .. } => Diagnosis::new(
            Cause::Timeout,
            format!("{host} did not answer within {} s.", waited.as_secs_f64().round()),
            "Check the network, and whether a firewall or proxy stands in between. Then test again.",
        ),
        Http::UnknownIssuer { issuer, .. } => Diagnosis::new(
            Cause::TlsIntercepted,
            format!("The certificate of {host} was issued by {issuer}, whom this system does not trust."),
            "A proxy that inspects TLS does this. Name its certificate authority (a PEM file) in the connection, then test again.",
        ),
        Http::Tls { .. } => Diagnosis::new(
            Cause::Tls,
            sentence(&error.to_string()),
            "Check the domain, and that this computer's clock is right.",
        ),
        Http::SignIn(failure) => Diagnosis::new(
            match failure.cause {
                SignInCause::NobodySignedIn => Cause::SignInNeeded,
                SignInCause::Client | SignInCause::User => Cause::CredentialsRefused,
                SignInCause::Scope => Cause::ScopeMissing,
                SignInCause::Proof => Cause::DpopRequired,
                SignInCause::Clock => Cause::ClockWrong,
                SignInCause::Answer => Cause::Other,
            },
            sentence(&failure.message),
            failure.hint.clone(),
        ),
        Http::Auth { .. } => Diagnosis::new(
            Cause::Other,
            sentence(&error.to_string()),
            "Fill it in, then test again.",
        ),
        other => Diagnosis::new(
            Cause::Other,
            sentence(&other.to_string()),
            http_hint(other).unwrap_or_default(),
        ),
    }
}

/// What is wrong with an answer; nothing where it is fine.
pub(super) fn judge(seen: Seen, answer: &Answer) -> Option<Diagnosis> {
    let found = clock(seen, answer)
        .or_else(|| no_org(seen, answer))
        .or_else(|| dpop(seen, answer))
        .or_else(|| by_status(seen, answer))?;
    Some(Diagnosis {
        said: answer.said(),
        ..found
    })
}

/// What is wrong with the first answer of all, which is not signed: only whether an org is there at all.
pub(super) fn reach(seen: Seen, answer: &Answer) -> Option<Diagnosis> {
    let found = no_org(seen, answer).or_else(|| match answer.status {
        429 | 500.. => by_status(seen, answer),
        200..300 => other_service(seen, answer),
        _ => None,
    })?;
    Some(Diagnosis {
        said: answer.said(),
        ..found
    })
}

/// Whoever answers is no Okta org: a web page, or a refusal that is none of Okta's.
fn no_org(seen: Seen, answer: &Answer) -> Option<Diagnosis> {
    let host = seen.host;
    if !seen.okta || answer.okta_code().is_some() {
        return None;
    }
    if let Some(found) = admin_console(seen) {
        return Some(found);
    }
    let from_okta = answer.header("x-okta-request-id").is_some();
    if answer.status == 404 && (answer.is_page() || !from_okta) && answer.json().is_none() {
        return Some(Diagnosis::new(
            Cause::WrongDomain,
            format!("There is no Okta org at {host}."),
            "Check the spelling: it is the domain people sign in at, such as acme.okta.com.",
        ));
    }
    (answer.is_page() && answer.status < 500).then(|| {
        Diagnosis::new(
            Cause::NotOkta,
            format!("{host} answered with a web page, not as an Okta org."),
            "Use the domain people sign in at, such as acme.okta.com. A network that asks to sign in first answers so too.",
        )
    })
}

fn admin_console(seen: Seen) -> Option<Diagnosis> {
    let host = seen.host;
    let org = domain::org_of_admin_console(host).filter(|_| seen.okta)?;
    Some(Diagnosis::new(
        Cause::AdminDomain,
        format!("{host} is the admin console, not the org."),
        format!("Use {org}."),
    ))
}

/// A service that answers what an org is asked first, and not as one.
fn other_service(seen: Seen, answer: &Answer) -> Option<Diagnosis> {
    let from_okta = answer.header("x-okta-request-id").is_some();
    let tells = answer
        .json()
        .is_some_and(|told| told.get("id").or(told.get("pipeline")).is_some());
    (seen.okta && !from_okta && !tells).then(|| {
        Diagnosis::new(
            Cause::NotOkta,
            format!("{} answers, but not as an Okta org does.", seen.host),
            "Use the domain people sign in at, such as acme.okta.com.",
        )
    })
}

/// A refusal that a wrong clock explains.
fn clock(seen: Seen, answer: &Answer) -> Option<Diagnosis> {
    let refused = matches!(answer.status, 400 | 401)
        && matches!(
            answer.oauth_error()?.as_str(),
            "invalid_client" | "invalid_dpop_proof" | "invalid_grant" | "invalid_token"
        );
    let skew = seen.now - server_time(answer)?;
    (refused && skew.abs() >= SKEW).then(|| {
        let (much, which) = (span(skew.abs()), if skew < 0 { "slow" } else { "fast" });
        let what = if answer.oauth_error().as_deref() == Some("invalid_dpop_proof") {
            "the proof"
        } else {
            "the signature"
        };
        Diagnosis::new(
            Cause::ClockWrong,
            format!(
                "{} rejected {what}: this computer's clock is {much} {which}.",
                whom(seen)
            ),
            "Set the clock, then test again.",
        )
    })
}

fn dpop(seen: Seen, answer: &Answer) -> Option<Diagnosis> {
    let error = answer.oauth_error()?;
    let description = answer.oauth_description().unwrap_or_default();
    let wanted = description.contains("DPoP") && (error == "invalid_token" || description.contains("missing"));
    if !wanted && error != "invalid_dpop_proof" {
        return None;
    }
    Some(if wanted {
        Diagnosis::new(
            Cause::DpopRequired,
            "This app takes only tokens that are bound with DPoP.",
            "Turn on DPoP in the connection, or turn it off in the app's settings in Okta. Then test again.",
        )
    } else {
        Diagnosis::new(
            Cause::CredentialsRefused,
            format!("{} rejected the DPoP proof.", whom(seen)),
            "Sign in again. If it stays so, check that the domain is the one the app belongs to.",
        )
    })
}

fn by_status(seen: Seen, answer: &Answer) -> Option<Diagnosis> {
    let (method, path) = seen.call;
    Some(match answer.status {
        401 => refused_credentials(seen),
        403 => forbidden(seen, answer),
        404 if seen.okta && path == "/api/v1/org" => return None,
        400 if answer.oauth_error().is_some() => token_refused(seen, answer),
        429 => rate_limited(seen, answer),
        status @ 500.. => Diagnosis::new(
            Cause::ServiceFails,
            format!("{} answered {status} {}.", seen.host, answer.reason),
            "The service has a problem of its own. Wait a little, then test again.",
        ),
        status @ 400.. => Diagnosis::new(
            Cause::Other,
            format!(
                "{} answered {method} {path} with {status} {}.",
                seen.host, answer.reason
            ),
            "Check the connection's fields.",
        ),
        _ => return None,
    })
}

fn refused_credentials(seen: Seen) -> Diagnosis {
    let hint = match (seen.okta, seen.auth) {
        (true, "api_key") => {
            "It may be expired, revoked, or another org's. Make a new one in Okta under Security, API, Tokens, then test again."
        }
        (true, "bearer") => "An access token lasts an hour. Get a new one, then test again.",
        _ => "They may be wrong, expired or revoked. Enter them anew, then test again.",
    };
    let what = match seen.auth {
        "api_key" | "bearer" => "this token",
        _ => "these credentials",
    };
    let message = if seen.signed {
        format!("{} refused {what}.", whom(seen))
    } else {
        format!("{} wants credentials, and this connection has none.", whom(seen))
    };
    Diagnosis::new(Cause::CredentialsRefused, message, hint)
}

fn forbidden(seen: Seen, answer: &Answer) -> Diagnosis {
    let (method, path) = seen.call;
    let token = matches!(seen.auth, "api_key" | "basic");
    let scope_missing = answer.oauth_error().as_deref() == Some("insufficient_scope");
    if scope_missing {
        let told = answer.challenge("scope").filter(|scope| !scope.is_empty());
        if let Some(scope) = told.or_else(|| scopes::needed(method, path)) {
            return missing_scope(seen, &scope);
        }
        return Diagnosis::new(
            Cause::ScopeMissing,
            format!("This token lacks the scope that {method} {path} needs."),
            "Grant it, then test again.",
        );
    }
    match answer.okta_code().as_deref() {
        Some("E0000005") => refused_credentials(seen),
        Some(_) if token => Diagnosis::new(
            Cause::RoleMissing,
            format!("The admin who made this token may not call {method} {path}."),
            "Give that admin a role that may, or make a token as another admin. Then test again.",
        ),
        Some(_) => Diagnosis::new(
            Cause::RoleMissing,
            format!("This app has no admin role that allows {method} {path}."),
            "Assign it one in Okta, on the app's Admin roles tab, then test again.",
        ),
        None => Diagnosis::new(
            Cause::RoleMissing,
            format!(
                "{} does not allow these credentials to call {method} {path}.",
                seen.host
            ),
            "Grant the permission, then test again.",
        ),
    }
}

fn missing_scope(seen: Seen, scope: &str) -> Diagnosis {
    let place = if seen.okta {
        "Grant it in Okta, then test again."
    } else {
        "Grant it, then test again."
    };
    Diagnosis {
        fix: Some(Fix::Copy {
            label: "Copy scope".to_owned(),
            text: scope.to_owned(),
        }),
        ..Diagnosis::new(Cause::ScopeMissing, format!("This app lacks the scope {scope}."), place)
    }
}

/// A token endpoint's refusal (RFC 6749 §5.2).
fn token_refused(seen: Seen, answer: &Answer) -> Diagnosis {
    let description = answer.oauth_description().unwrap_or_default();
    match answer.oauth_error().as_deref() {
        Some("invalid_scope") => Diagnosis::new(
            Cause::ScopeMissing,
            "A scope that the connection asks for is not granted to this app.",
            format!("Grant it in Okta on the app's API scopes tab, or take it out of the connection. {description}")
                .trim(),
        ),
        _ => Diagnosis::new(
            Cause::CredentialsRefused,
            format!("{} gave no token.", whom(seen)),
            description,
        ),
    }
}

fn rate_limited(seen: Seen, answer: &Answer) -> Diagnosis {
    let reset = answer
        .header("x-rate-limit-reset")
        .and_then(|text| text.trim().parse::<i64>().ok());
    let after = answer
        .header("retry-after")
        .and_then(|text| text.trim().parse::<i64>().ok());
    // The server's own clock counts: ours may be wrong.
    let left = reset
        .map(|reset| reset - server_time(answer).unwrap_or(seen.now))
        .or(after);
    let hint = match left.filter(|left| (1..=3600).contains(left)) {
        Some(left) => format!("Test again in {}.", span(left)),
        None => "Wait a minute, then test again.".to_owned(),
    };
    Diagnosis::new(
        Cause::RateLimited,
        format!("Rate limit reached for {}.", seen.call.1),
        hint,
    )
}

fn whom(seen: Seen<'_>) -> &str {
    if seen.okta { "Okta" } else { seen.host }
}

/// The server's clock, in seconds since 1970.
fn server_time(answer: &Answer) -> Option<i64> {
    let date = answer.header("date")?;
    Some(jiff::fmt::rfc2822::parse(date).ok()?.timestamp().as_second())
}

/// Seconds as people say them.
fn span(seconds: i64) -> String {
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7200 => format!("{} min", (seconds + 30) / 60),
        7200..172_800 => format!("{} hours", (seconds + 1800) / 3600),
        _ => format!("{} days", seconds / 86_400),
    }
}

#[cfg(test)]
#[path = "diagnose_tests.rs"]
mod tests;
