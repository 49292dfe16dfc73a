//! Digest authentication (RFC 7616): the server asks with a nonce, the answer proves the password without sending it.
//! The first request goes out unsigned; from then on each is signed with the nonce that was given last.

mod challenge;
mod response;

use std::sync::{Mutex, PoisonError};

use joinery_connector::{
    HttpRequest,
    form::{Control, Form},
};
use serde_json::{Map, Value};
use url::Url;

use super::{Auth, AuthKind, Context, Recovery, Setting, Signing, field, hex, missing};
use crate::{error::Error, send::Exchange};
use challenge::{Challenge, Protection};
use response::Proof;

const ID: &str = "digest";

/// Signs with a user name and a password that never goes over the wire. Settings: `qop`.
pub struct Digest;

/// What the server asked with last, and how often that was answered.
#[derive(Default)]
struct Memory(Mutex<Option<(Challenge, u32)>>);

impl AuthKind for Digest {
    fn id(&self) -> &'static str {
        ID
    }

    fn label(&self) -> &'static str {
        "Digest"
    }

    fn settings(&self) -> &'static [Setting] {
        &[Setting {
            name: "qop",
            meaning: "What is protected where the server offers both: `auth` the request's line, `auth-int` its body too.",
            default: Some("auth"),
        }]
    }

    fn form(&self, _: &Map<String, Value>) -> Form {
        Form {
            fields: vec![
                field("username", "User name", None, Control::Text),
                field("password", "Password", None, Control::Secret),
            ],
        }
    }

    fn apply(&self, auth: &Auth, _: &mut HttpRequest) -> Result<(), Error> {
        // Without the server's nonce there is nothing to sign with; what can be said is whether we could.
        credentials(auth).map(|_| ())
    }

    fn sign<'a>(&'a self, context: &'a Context<'a>, request: &'a mut HttpRequest, body: &'a [u8]) -> Signing<'a> {
        Box::pin(async move {
            let (username, password) = credentials(context.auth())?;
            if request.header("authorization").is_some() {
                return Ok(());
            }
            let Some((challenge, count)) = context.session().memory::<Memory>().next() else {
                return Ok(());
            };
            let mut chance = [0; 16];
            context.surroundings()?.random(&mut chance);
            let proof = Proof {
                challenge: &challenge,
                protection: challenge.protection(prefers_body(context.auth())?),
                username,
                password,
                method: &request.method,
                uri: &target(&request.url)?,
                body,
                client_nonce: &hex(&chance),
                count,
            };
            request.set_header("Authorization", proof.header());
            Ok(())
        })
    }

    fn recover<'a>(&'a self, context: &'a Context<'a>, exchange: &'a Exchange, tries: u32) -> Signing<'a, Recovery> {
        Box::pin(async move {
            if exchange.response.status != 401 {
                return Ok(Recovery::Keep);
            }
            let asked = exchange
                .response
                .headers
                .iter()
                .filter(|header| header.name.eq_ignore_ascii_case("www-authenticate"))
                .map(|header| header.value.as_str());
            let Some(challenge) = challenge::best(asked) else {
                return Ok(Recovery::Keep);
            };
            // After an answer to a fresh nonce, only a stale one is worth another: otherwise the password is wrong.
            if tries > 0 && !challenge.stale {
                return Ok(Recovery::Keep);
            }
            context.session().memory::<Memory>().learn(challenge);
            Ok(Recovery::SignAnew)
        })
    }
}

impl Memory {
    /// The challenge to answer, and for the how-manieth time.
    fn next(&self) -> Option<(Challenge, u32)> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (challenge, count) = kept.as_mut()?;
        *count += 1;
        Some((challenge.clone(), *count))
    }

    fn learn(&self, challenge: Challenge) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((challenge, 0));
    }
}

fn credentials(auth: &Auth) -> Result<(&str, &str), Error> {
    let username = auth.setting(ID, "username")?.ok_or_else(|| missing(ID, "username"))?;
    Ok((username, auth.secret(ID, "password")?.reveal()))
}

fn prefers_body(auth: &Auth) -> Result<Protection, Error> {
    match auth.setting(ID, "qop")? {
        None | Some("auth") => Ok(Protection::Line),
        Some("auth-int") => Ok(Protection::Body),
        Some(other) => Err(Error::Auth {
            kind: ID,
            reason: format!("`qop` is auth or auth-int, not `{other}`"),
        }),
    }
}

/// What the request's line asks for.
fn target(url: &str) -> Result<String, Error> {
    let url = Url::parse(url).map_err(|error| Error::InvalidUrl {
        url: url.to_owned(),
        reason: error.to_string(),
    })?;
    Ok(match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    })
}
