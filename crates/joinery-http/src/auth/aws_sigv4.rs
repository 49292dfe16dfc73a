//! AWS Signature Version 4: what is sent is signed with a key derived from the secret one, the day, the region and the
//! service.

mod canonical;

use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use joinery_connector::{
    HttpRequest,
    form::{Control, Form},
};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::{Auth, AuthKind, Context, Recovery, Setting, Signing, field, missing};
use crate::{error::Error, send::Exchange};
use canonical::Canonical;

const ID: &str = "aws_sigv4";
const ALGORITHM: &str = "AWS4-HMAC-SHA256";
const TERMINATOR: &str = "aws4_request";
const UNSIGNED: &str = "UNSIGNED-PAYLOAD";
/// AWS accepts a time that is off by up to five minutes.
const ACCEPTED_SKEW: i64 = 300;

/// Signs as AWS wants it. Settings: `region`, `service`, `unsigned_payload`.
pub struct AwsSigV4;

impl AuthKind for AwsSigV4 {
    fn id(&self) -> &'static str {
        ID
    }

    fn label(&self) -> &'static str {
        "AWS Signature v4"
    }

    fn settings(&self) -> &'static [Setting] {
        &[
            Setting {
                name: "region",
                meaning: "The AWS region, such as `eu-central-1`; asked for in the connection where it is not set.",
                default: None,
            },
            Setting {
                name: "service",
                meaning: "The name AWS signs the service under, such as `execute-api` or `s3`; asked for where it is not set.",
                default: None,
            },
            Setting {
                name: "unsigned_payload",
                meaning: "Whether the body is left out of the signature, which `s3` alone accepts, and over https only.",
                default: Some("false"),
            },
        ]
    }

    fn form(&self, settings: &Map<String, Value>) -> Form {
        let mut fields = vec![
            field("access_key_id", "Access key ID", Some("AKIA..."), Control::Text),
            field("secret_access_key", "Secret access key", None, Control::Secret),
            super::optional(field(
                "session_token",
                "Session token",
                Some("For temporary credentials"),
                Control::Secret,
            )),
        ];
        for (name, label, hint) in [
            ("region", "Region", "eu-central-1"),
            ("service", "Service", "execute-api"),
        ] {
            if !settings.contains_key(name) {
                fields.push(field(name, label, Some(hint), Control::Text));
            }
        }
        Form { fields }
    }

    fn apply(&self, auth: &Auth, _: &mut HttpRequest) -> Result<(), Error> {
        // A signature holds for minutes: there is none to show. What can be said is whether we could sign.
        Scope::of(auth)?;
        auth_secret(auth).map(|_| ())
    }

    fn sign<'a>(&'a self, context: &'a Context<'a>, request: &'a mut HttpRequest, body: &'a [u8]) -> Signing<'a> {
        Box::pin(async move {
            let scope = Scope::of(context.auth())?;
            if request.header("authorization").is_some() {
                return Ok(());
            }
            let here = context.surroundings()?.now_ms();
            let ahead = context.session().clock_ahead().unwrap_or_default();
            let now = Timestamp::from_millisecond(here - ahead * 1000).map_err(|error| Error::Auth {
                kind: ID,
                reason: format!("this computer's clock cannot be used: {error}"),
            })?;
            let secret = auth_secret(context.auth())?;
            sign(&scope, request, body, now, |text| {
                Ok(signature(secret.as_bytes(), text))
            })
        })
    }

    fn recover<'a>(&'a self, context: &'a Context<'a>, exchange: &'a Exchange, tries: u32) -> Signing<'a, Recovery> {
        Box::pin(async move {
            let refused = matches!(exchange.response.status, 400 | 403) && tries == 0;
            let date = exchange.response.headers.iter().find(|header| header.name == "date");
            let Some(date) = date.filter(|_| refused) else {
                return Ok(Recovery::Keep);
            };
            let session = context.session();
            let before = session.clock_ahead().unwrap_or_default();
            session.note_date(&date.value);
            let off = session.clock_ahead().unwrap_or_default() - before;
            Ok(if off.abs() > ACCEPTED_SKEW {
                Recovery::SignAnew
            } else {
                Recovery::Keep
            })
        })
    }
}

fn auth_secret(auth: &Auth) -> Result<&str, Error> {
    Ok(auth.secret(ID, "secret_access_key")?.reveal())
}

/// Who signs, and for what; the secret key stands apart.
#[derive(Debug, Clone, Copy)]
pub struct Scope<'a> {
    /// The public half of the key.
    pub access_key_id: &'a str,
    /// What comes with temporary keys.
    pub session_token: Option<&'a str>,
    /// Such as `eu-central-1`.
    pub region: &'a str,
    /// Such as `s3`.
    pub service: &'a str,
    /// Whether the body is part of what is signed.
    pub signs_body: bool,
}

impl<'a> Scope<'a> {
    fn of(auth: &'a Auth) -> Result<Self, Error> {
        let text = |name: &str| auth.setting(ID, name)?.ok_or_else(|| missing(ID, name));
        Ok(Self {
            access_key_id: text("access_key_id")?,
            session_token: auth
                .secrets
                .get("session_token")
                .map(joinery_connector::Secret::reveal)
                .filter(|token| !token.is_empty()),
            region: text("region")?,
            service: text("service")?,
            signs_body: auth.settings.get("unsigned_payload") != Some(&Value::Bool(true)),
        })
    }
}

/// Adds the headers that prove who asks, at the time `now`. `key` makes the signature of a text: [`signature`], or
/// whoever holds the secret key. The query is spelled anew, as it is signed.
///
/// # Errors
/// The URL is none, or `key` cannot sign.
pub fn sign<E: From<Error>>(
    scope: &Scope,
    request: &mut HttpRequest,
    body: &[u8],
    now: Timestamp,
    key: impl FnOnce(&str) -> Result<Vec<u8>, E>,
) -> Result<(), E> {
    let time = now.strftime("%Y%m%dT%H%M%SZ").to_string();
    let day = &time[..8];
    request.set_header("X-Amz-Date", &time);
    if let Some(token) = scope.session_token {
        request.set_header("X-Amz-Security-Token", token);
    }
    let body_hash = if scope.signs_body {
        sha256(body)
    } else {
        UNSIGNED.to_owned()
    };
    // S3 demands the header; to other services it says nothing new.
    if scope.service == "s3" || !scope.signs_body {
        request.set_header("X-Amz-Content-Sha256", &body_hash);
    }
    let canonical = Canonical::of(request, scope.service == "s3", &body_hash)?;
    let credential = format!("{day}/{}/{}/{TERMINATOR}", scope.region, scope.service);
    let text = format!(
        "{ALGORITHM}\n{time}\n{credential}\n{}",
        sha256(canonical.text.as_bytes())
    );
    request.url = canonical.url;
    let value = format!(
        "{ALGORITHM} Credential={}/{credential}, SignedHeaders={}, Signature={}",
        scope.access_key_id,
        canonical.signed_headers,
        super::hex(&key(&text)?)
    );
    request.set_header("Authorization", value);
    Ok(())
}

/// The signature of a text that [`sign`] made, with a key for the day, region and service that its third line names.
pub fn signature(secret_access_key: &[u8], text: &str) -> Vec<u8> {
    let mut key = [b"AWS4".as_slice(), secret_access_key].concat();
    for part in text.lines().nth(2).unwrap_or_default().split('/') {
        key = hmac(&key, part);
    }
    hmac(&key, text)
}

fn hmac(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn sha256(bytes: &[u8]) -> String {
    super::hex(&Sha256::digest(bytes))
}

#[cfg(test)]
mod tests;
