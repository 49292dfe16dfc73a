//! How a client says who it is at the token endpoint: a secret, or an assertion signed with its private key (RFC 7523).

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::Map;

use super::{
    super::{
        Context, Surroundings, jwt,
        keys::{self, Algorithm},
    },
    settings::Settings,
};
use crate::error::Error;

/// Seconds an assertion is good for: long enough for a slow network, well below the hour that Okta allows.
const ASSERTION_SECONDS: i64 = 300;

const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// How a client says who it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientAuth {
    /// A secret in the `Authorization` header.
    Basic,
    /// A secret among the form fields.
    Post,
    /// An assertion signed with a private key.
    PrivateKey,
    /// By its id alone.
    None,
}

impl ClientAuth {
    /// As the setting says; without one, as the grant has it; else a secret is sent as basic auth, and who has neither
    /// secret nor key is a public client.
    pub(super) fn of(settings: Settings<'_>, default: Option<Self>) -> Result<Self, Error> {
        let Some(way) = settings.text("client_auth")? else {
            return Ok(match default {
                Some(default) => default,
                None if settings.secret("client_secret").is_some() => Self::Basic,
                None if settings.secret("private_key").is_some() => Self::PrivateKey,
                None => Self::None,
            });
        };
        Ok(match way {
            "client_secret_basic" => Self::Basic,
            "client_secret_post" => Self::Post,
            "private_key_jwt" => Self::PrivateKey,
            "none" => Self::None,
            other => {
                return Err(settings.wrong(format!(
                    "`client_auth` is `{other}`; use client_secret_basic, client_secret_post, private_key_jwt or none"
                )));
            }
        })
    }

    /// Adds to a request to `endpoint` who asks; gives the `Authorization` header where that is the way. A fresh assertion
    /// each time: servers take each once.
    pub(super) fn add(
        self,
        context: &Context<'_>,
        settings: Settings<'_>,
        endpoint: &str,
        fields: &mut Vec<(String, String)>,
    ) -> Result<Option<String>, Error> {
        let mut add = |name: &str, value: &str| fields.push((name.to_owned(), value.to_owned()));
        match self {
            Self::Basic => {
                // RFC 6749 §2.3.1: both are form-encoded before they are joined.
                let encode = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
                let id = encode(settings.required("client_id")?);
                let secret = encode(settings.required_secret("client_secret")?.reveal());
                return Ok(Some(format!(
                    "Basic {}",
                    BASE64_STANDARD.encode(format!("{id}:{secret}"))
                )));
            }
            Self::Post => {
                add("client_id", settings.required("client_id")?);
                add("client_secret", settings.required_secret("client_secret")?.reveal());
            }
            Self::PrivateKey => {
                let id = settings.required("client_id")?;
                let audience = settings.text("assertion_audience")?.unwrap_or(endpoint);
                let assertion = assertion(context, settings, id, id, audience)?;
                add("client_id", id);
                add("client_assertion_type", ASSERTION_TYPE);
                add("client_assertion", &assertion);
            }
            Self::None => {
                if let Some(id) = settings.text("client_id")? {
                    add("client_id", id);
                }
            }
        }
        Ok(None)
    }
}

/// A short-lived assertion from `issuer` about `subject`, signed with the connection's private key.
pub(in super::super) fn assertion(
    context: &Context<'_>,
    settings: Settings<'_>,
    issuer: &str,
    subject: &str,
    audience: &str,
) -> Result<String, Error> {
    let surroundings = context.surroundings()?;
    let read = keys::read(settings.required_secret("private_key")?)?;
    let algorithm = match settings.text("algorithm")? {
        Some(name) => Algorithm::named(name).ok_or_else(|| {
            let known: Vec<_> = keys::ALGORITHMS.iter().map(|algorithm| algorithm.name()).collect();
            settings.wrong(format!("`algorithm` is `{name}`; use one of {}", known.join(", ")))
        })?,
        None => read.algorithm.unwrap_or_else(|| read.key.algorithm()),
    };
    let mut header = Map::new();
    header.insert("typ".into(), "JWT".into());
    let named = settings.text("key_id")?.map(str::to_owned);
    if let Some(id) = named.or(read.id) {
        header.insert("kid".into(), id.into());
    }
    let now = surroundings.now_ms().div_euclid(1000);
    let mut claims = Map::new();
    claims.insert("iss".into(), issuer.into());
    claims.insert("sub".into(), subject.into());
    claims.insert("aud".into(), audience.into());
    claims.insert("iat".into(), now.into());
    claims.insert("exp".into(), (now + ASSERTION_SECONDS).into());
    claims.insert("jti".into(), jwt_id(surroundings).into());
    jwt::sign(header, &claims, &read.key, algorithm)
}

/// An id that no other token has.
pub(super) fn jwt_id(surroundings: &dyn Surroundings) -> String {
    let mut bytes = [0; 16];
    surroundings.random(&mut bytes);
    jwt::base64url(&bytes)
}
