//! What a token endpoint's refusal means, and what to do about it, in words.

use serde_json::{Map, Value};
use url::Url;

use super::{
    super::Answer,
    settings::{Dpop, Settings},
};
use crate::error::{Error, SignInCause, SignInFailure};

/// A clock that is off by less is not what an assertion is refused for.
const TOLERATED_SECONDS: i64 = 30;

/// Words by which servers name the time as the reason.
const ABOUT_TIME: &[&str] = &[
    "expired",
    "expiration",
    "future",
    "past",
    "current time",
    "'iat'",
    "'exp'",
    "'nbf'",
];

/// Words of a server shown at most.
const LONGEST: usize = 300;

/// A refusal as the standard shapes it.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) error: String,
    description: String,
    status: u16,
}

impl Refusal {
    /// Reads a refusal; the error of one that is not in the standard's shape is empty.
    pub(super) fn read(answer: &Answer) -> Self {
        let body: Map<String, Value> = serde_json::from_slice(&answer.body).unwrap_or_default();
        let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
        // Okta's API shapes an error its own way, at a token URL that is none too.
        let description = [text("error_description"), text("errorSummary"), text("message")];
        let description = description
            .into_iter()
            .find(|text| !text.is_empty())
            .unwrap_or_default();
        Self {
            error: text("error").to_owned(),
            description: description.chars().take(LONGEST).collect(),
            status: answer.status,
        }
    }

    /// The refusal as an error that says what to do. `ahead`: seconds that this computer's clock is ahead.
    pub(super) fn explain(&self, settings: Settings<'_>, url: &str, grant: &str, ahead: Option<i64>) -> Error {
        let server = server(url);
        if let Some(ahead) = ahead.filter(|ahead| ahead.abs() >= TOLERATED_SECONDS)
            && ABOUT_TIME.iter().any(|word| self.description.contains(word))
        {
            let what = if self.error == "invalid_dpop_proof" {
                "proof"
            } else {
                "assertion"
            };
            return failure(
                SignInCause::Clock,
                format!(
                    "{server} rejected the {what}: this computer's clock is {}",
                    off_by(ahead)
                ),
                "Set the clock, then test again.",
            );
        }
        let said = self.said();
        let client = settings.text("client_id").ok().flatten().unwrap_or_default();
        let (cause, message, hint) = match self.error.as_str() {
            "invalid_client" => {
                let (message, hint) = self.about_client(&server, client);
                (SignInCause::Client, message, hint)
            }
            "unauthorized_client" | "unsupported_grant_type" => (
                SignInCause::Client,
                format!("{server} does not let this client ask for a token this way{said}"),
                "Allow this grant for the app, or choose another way to sign in.".to_owned(),
            ),
            "invalid_scope" => {
                let scopes = settings.scopes().unwrap_or_default().join(" ");
                let hint = if scopes.is_empty() {
                    "Name the scopes to ask for in the connection.".to_owned()
                } else if scopes.contains("okta.") {
                    format!("Grant {scopes} in the app's Okta API Scopes, or ask for fewer scopes in the connection.")
                } else {
                    format!("Check {scopes} with the server, or ask for fewer scopes in the connection.")
                };
                (
                    SignInCause::Scope,
                    format!("{server} did not grant the scopes{said}"),
                    hint,
                )
            }
            "invalid_dpop_proof" | "use_dpop_nonce" => {
                let (message, hint) = self.about_proof(&server, settings.dpop().ok());
                (SignInCause::Proof, message, hint)
            }
            "invalid_grant" => about_grant(grant, &server, &said),
            "access_denied" => (
                SignInCause::User,
                format!("{server} denied access{said}"),
                "Sign in as somebody who may, or ask for fewer scopes.".to_owned(),
            ),
            "" => return self.senseless(url),
            other => (
                SignInCause::Answer,
                format!("{server} refused with {other}{said}"),
                "Check how this way to sign in is set up.".to_owned(),
            ),
        };
        failure(cause, message, hint)
    }

    fn about_client(&self, server: &str, client: &str) -> (String, String) {
        let description = &self.description;
        let said = self.said();
        if description.contains("kid") {
            (
                format!("{server} does not know the key that this connection signs with{said}"),
                "Add its public key to the app, or set the key ID to the one that the app shows for it.".to_owned(),
            )
        } else if description.contains("signature") {
            (
                format!("{server} finds no public key of the app that fits this private key{said}"),
                "Add the public key of this connection to the app, or give the private key that belongs to it."
                    .to_owned(),
            )
        } else if description.contains("audience") {
            (
                format!("{server} is not whom the assertion was addressed to{said}"),
                "Use the org's own domain, neither the admin console's nor another server's.".to_owned(),
            )
        } else if description.contains("private_key_jwt") {
            (
                format!("{server} takes no client secret here{said}"),
                "Set client_auth = \"private_key_jwt\" for this way to sign in, with a key that the app knows."
                    .to_owned(),
            )
        } else {
            (
                format!("{server} does not accept the client {client}{said}"),
                "Check the client ID, its secret or key, and that the app is active.".to_owned(),
            )
        }
    }

    fn about_proof(&self, server: &str, dpop: Option<Dpop>) -> (String, String) {
        let said = self.said();
        if dpop == Some(Dpop::Never) {
            return (
                format!("{server} wants proof of possession (DPoP), which is turned off here{said}"),
                "Set DPoP to auto or always in the connection (dpop = \"when_required\" in connector.toml), or turn it \
                 off for the app."
                    .to_owned(),
            );
        }
        (
            format!("{server} does not accept the proof of possession (DPoP){said}"),
            "Sign out of the connection to get a new key, and sign in again; or set DPoP to never in the connection, if \
             the app allows that."
                .to_owned(),
        )
    }

    /// What the server said, as the end of a sentence.
    fn said(&self) -> String {
        match self.description.trim().trim_end_matches('.') {
            "" => String::new(),
            description => format!(": {description}"),
        }
    }

    /// What the server said, or its status where it said nothing, as the end of a sentence.
    pub(super) fn words(&self, status: u16) -> String {
        match (self.said(), self.error.as_str()) {
            (said, _) if !said.is_empty() => said,
            (_, "") => format!(": it answered {status}"),
            (_, error) => format!(": {error}"),
        }
    }

    fn senseless(&self, url: &str) -> Error {
        let said = self.said();
        let (message, hint) = match self.status {
            429 => (
                format!("{} takes no more token requests for now{said}", server(url)),
                "Wait a minute, then try again.".to_owned(),
            ),
            500.. => (
                format!(
                    "{} could not answer the token request: {}{said}",
                    server(url),
                    self.status
                ),
                "Try again later.".to_owned(),
            ),
            status => (
                format!("{url} answered {status}, and no token{said}"),
                "Check the token URL and the domain.".to_owned(),
            ),
        };
        failure(SignInCause::Answer, message, hint)
    }
}

fn about_grant(grant: &str, server: &str, said: &str) -> (SignInCause, String, String) {
    match grant {
        "refresh_token" => (
            SignInCause::NobodySignedIn,
            format!("the sign-in to {server} has ended{said}"),
            "Sign in again.".to_owned(),
        ),
        "password" => (
            SignInCause::User,
            format!("{server} does not accept this user name and password{said}"),
            "Check both, and that the user may sign in this way.".to_owned(),
        ),
        "authorization_code" => (
            SignInCause::User,
            format!("{server} did not give a token for the sign-in{said}"),
            "Sign in again.".to_owned(),
        ),
        _ => (
            SignInCause::Client,
            format!("{server} does not accept the assertion{said}"),
            "Check issuer, subject, audience and key.".to_owned(),
        ),
    }
}

/// An answer that should hold a token and does not.
pub(super) fn senseless(url: &str, answer: &Answer) -> Error {
    Refusal::read(answer).senseless(url)
}

/// A token that should be bound to the connection's key and is not.
pub(super) fn unbound(url: &str) -> Error {
    failure(
        SignInCause::Proof,
        format!(
            "{} gave a token without proof of possession (DPoP), which is set to always here",
            server(url)
        ),
        "Turn on DPoP for the app, or set DPoP to auto or never in the connection.",
    )
}

/// Nobody signed in, or nobody is signed in any more.
pub(super) fn nobody_signed_in(before: bool) -> Error {
    let message = if before {
        "the sign-in has run out, and cannot be renewed without a person"
    } else {
        "nobody has signed in to this connection yet"
    };
    failure(
        SignInCause::NobodySignedIn,
        message.to_owned(),
        "Sign in to the connection; on the command line with joinery connection sign-in.",
    )
}

pub(in super::super) fn failure(cause: SignInCause, message: String, hint: impl Into<String>) -> Error {
    Error::SignIn(Box::new(SignInFailure {
        cause,
        message,
        hint: hint.into(),
        sign_in: Vec::new(),
    }))
}

/// What to call the server: `Okta`, or its host.
pub(in super::super) fn server(url: &str) -> String {
    let Ok(url) = Url::parse(url) else {
        return url.to_owned();
    };
    let host = url.host_str().unwrap_or_default();
    let is_okta = ["okta.com", "oktapreview.com", "okta-emea.com"]
        .iter()
        .any(|domain| host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.')));
    match url.port() {
        _ if is_okta => "Okta".to_owned(),
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

/// `7 min slow`, `2 h fast`.
fn off_by(ahead: i64) -> String {
    let seconds = ahead.unsigned_abs();
    let amount = match seconds {
        0..120 => format!("{seconds} s"),
        120..7200 => format!("{} min", (seconds + 30) / 60),
        7200..172_800 => format!("{} h", (seconds + 1800) / 3600),
        _ => format!("{} days", (seconds + 43_200) / 86_400),
    };
    format!("{amount} {}", if ahead > 0 { "fast" } else { "slow" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_is_off_in_the_unit_a_person_would_use() {
        for (ahead, expected) in [
            (-420, "7 min slow"),
            (45, "45 s fast"),
            (7200, "2 h fast"),
            (-86_400 * 365, "365 days slow"),
        ] {
            assert_eq!(off_by(ahead), expected);
        }
    }

    #[test]
    fn okta_is_called_by_its_name_and_others_by_their_host() {
        for (url, expected) in [
            ("https://acme.okta.com/oauth2/v1/token", "Okta"),
            ("https://acme.oktapreview.com/", "Okta"),
            ("https://notokta.com/", "notokta.com"),
            ("http://127.0.0.1:41730/oauth2/v1/token", "127.0.0.1:41730"),
        ] {
            assert_eq!(server(url), expected);
        }
    }
}
