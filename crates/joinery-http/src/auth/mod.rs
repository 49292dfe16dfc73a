//! Ways to sign a request. One file per kind, one line in [`KINDS`].

use std::{collections::BTreeMap, future::ready};

use joinery_connector::{
    HttpRequest, Secret,
    form::{Control, Form, FormField},
};
use serde_json::{Map, Value};

use crate::{error::Error, send::Exchange};

mod api_key;
pub mod aws_sigv4;
pub(crate) mod basic;
mod bearer;
mod context;
mod custom;
mod digest;
pub mod jwt;
mod jwt_bearer;
pub mod keys;
mod none;
mod oauth;
mod oauth2_authorization_code;
mod oauth2_client_credentials;
mod oauth2_password;
mod session;
pub mod tokens;

pub use context::{Answer, Context, Signing};
pub use custom::{HookToken, Hooks};
pub use oauth::{
    ClientAuth, Grant, Held, Token,
    authorize::{Authorization, SignedIn},
    revoke::Revocation,
};
pub use session::{Session, Surroundings};

/// An auth kind with its settings and secrets: what a connection signs with.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Auth {
    /// The kind's id; empty means `none`.
    pub kind: String,
    /// Its settings that are not secret, from `connector.toml` and the profile.
    pub settings: Map<String, Value>,
    /// Its secrets by field name.
    pub secrets: BTreeMap<String, Secret>,
}

/// A setting of a kind: a key of its `[[auth]]` table in `connector.toml`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting {
    /// The key.
    pub name: &'static str,
    /// What it means, as a sentence.
    pub meaning: &'static str,
    /// What holds where it is not set; `None` where nothing does.
    pub default: Option<&'static str>,
}

/// What an answer to a signed request leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recovery {
    /// It is the answer.
    Keep,
    /// What the kind knows has changed: sign anew and send once more.
    SignAnew,
}

/// One way to sign in. A kind that needs nobody's help to sign has [`apply`](AuthKind::apply) and that is all; one that
/// asks a server also has [`sign`](AuthKind::sign) and [`recover`](AuthKind::recover).
pub trait AuthKind: Send + Sync {
    /// The word in `connector.toml`.
    fn id(&self) -> &'static str;
    /// The name on screen.
    fn label(&self) -> &'static str;
    /// Its settings, in the order the reference lists them.
    fn settings(&self) -> &'static [Setting] {
        &[]
    }
    /// What a connection profile must hold for it, where `connector.toml` sets `settings`.
    fn form(&self, settings: &Map<String, Value>) -> Form;
    /// Signs `request` with what the connection holds, at once and without asking anybody. What the request's author
    /// wrote by hand stays as it is. A kind that has to ask first puts `{{access_token}}` or the like where its answer
    /// goes: that is what a request copied as a command shows.
    ///
    /// # Errors
    /// [`Error::Auth`] naming the setting that is missing.
    fn apply(&self, auth: &Auth, request: &mut HttpRequest) -> Result<(), Error>;
    /// Signs `request`, which will carry `body`. May ask servers through the context.
    ///
    /// # Errors
    /// As [`apply`](AuthKind::apply), and why a server that was asked did not help.
    fn sign<'a>(&'a self, context: &'a Context<'a>, request: &'a mut HttpRequest, _body: &'a [u8]) -> Signing<'a> {
        match self.grant() {
            Some(grant) => Box::pin(oauth::sign(grant, context, request)),
            None => Box::pin(ready(self.apply(context.auth(), request))),
        }
    }
    /// Looks at the answer to a request that this kind signed. `tries` counts how often it was signed anew before.
    ///
    /// # Errors
    /// Why the way back in is closed.
    fn recover<'a>(&'a self, context: &'a Context<'a>, exchange: &'a Exchange, tries: u32) -> Signing<'a, Recovery> {
        match self.grant() {
            Some(grant) => Box::pin(oauth::recover(grant, context, exchange, tries)),
            None => Box::pin(ready(Ok(Recovery::Keep))),
        }
    }
    /// How it gets its tokens, where it is a kind of OAuth 2.0; [`sign`](AuthKind::sign) and
    /// [`recover`](AuthKind::recover) are then done.
    fn grant(&self) -> Option<&dyn Grant> {
        None
    }
}

/// Every auth kind, in the order the screen offers them.
pub const KINDS: &[&dyn AuthKind] = &[
    &none::NoAuth,
    &bearer::Bearer,
    &basic::Basic,
    &api_key::ApiKey,
    &oauth2_authorization_code::AuthorizationCode,
    &oauth2_client_credentials::ClientCredentials,
    &oauth2_password::Password,
    &jwt_bearer::JwtBearer,
    &digest::Digest,
    &aws_sigv4::AwsSigV4,
    &custom::Custom,
];

/// The names under which kinds keep what must outlive the process, through [`Surroundings::keep`].
pub const KEPT: &[&[&str]] = &[oauth::KEPT, custom::KEPT];

/// The kind of that id. An empty id is `none`.
pub fn kind(id: &str) -> Option<&'static dyn AuthKind> {
    let id = if id.is_empty() { "none" } else { id };
    KINDS.iter().copied().find(|kind| kind.id() == id)
}

/// The kind that `auth` names.
pub(crate) fn kind_of(auth: &Auth) -> Result<&'static dyn AuthKind, Error> {
    kind(&auth.kind).ok_or_else(|| {
        let known: Vec<_> = KINDS.iter().map(|kind| kind.id()).collect();
        Error::Auth {
            kind: "auth",
            reason: format!("there is no kind `{}`; use one of {}", auth.kind, known.join(", ")),
        }
    })
}

impl Auth {
    /// The setting `name`, which must be text. An absent or empty one is `None`.
    fn setting(&self, kind: &'static str, name: &str) -> Result<Option<&str>, Error> {
        match self.settings.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) if text.is_empty() => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(Error::Auth {
                kind,
                reason: format!("the setting `{name}` must be text"),
            }),
        }
    }

    /// The secret `name`, which must not be empty.
    fn secret(&self, kind: &'static str, name: &str) -> Result<&Secret, Error> {
        self.secrets
            .get(name)
            .filter(|secret| !secret.is_empty())
            .ok_or_else(|| missing(kind, name))
    }
}

fn missing(kind: &'static str, name: &str) -> Error {
    Error::Auth {
        kind,
        reason: format!("`{name}` is missing; fill it in in the connection"),
    }
}

/// A field of a profile's form that must be filled in.
fn field(name: &str, label: &str, hint: Option<&str>, control: Control) -> FormField {
    FormField {
        name: name.into(),
        label: label.into(),
        hint: hint.map(Into::into),
        control,
        required: true,
        pattern: None,
        default: None,
    }
}

/// The same where it may be left empty.
fn optional(field: FormField) -> FormField {
    FormField {
        required: false,
        ..field
    }
}

/// Bytes in hexadecimal digits.
fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Applies `kind` with settings and secrets to a GET of `https://acme.test/x?a=1`.
    pub(super) fn applied(
        kind: &str,
        settings: Value,
        secrets: &[(&str, &str)],
        headers: &[(&str, &str)],
    ) -> Result<HttpRequest, String> {
        let Value::Object(settings) = settings else {
            panic!("settings are an object")
        };
        let auth = Auth {
            kind: kind.into(),
            settings,
            secrets: secrets
                .iter()
                .map(|(name, value)| ((*name).into(), Secret::new(*value)))
                .collect(),
        };
        let mut request = HttpRequest::new("GET", "https://acme.test/x?a=1");
        for (name, value) in headers {
            request.set_header(name, *value);
        }
        kind_of(&auth)
            .and_then(|kind| kind.apply(&auth, &mut request))
            .map(|()| request)
            .map_err(|error| error.to_string())
    }

    #[test]
    fn ids_are_unique_and_an_unknown_one_is_answered_with_the_known() {
        let ids: Vec<_> = KINDS.iter().map(|kind| kind.id()).collect();
        let mut unique = ids.clone();
        unique.sort_unstable();
        unique.dedup();
        assert_eq!(unique.len(), ids.len());
        let error = applied("oauth9", serde_json::json!({}), &[], &[]).unwrap_err();
        assert_eq!(
            error,
            format!("auth: there is no kind `oauth9`; use one of {}", ids.join(", "))
        );
    }

    #[test]
    fn every_kind_names_the_field_that_is_missing() {
        for (kind, name) in [
            ("bearer", "token"),
            ("basic", "username"),
            ("api_key", "token"),
            ("digest", "username"),
            ("aws_sigv4", "access_key_id"),
        ] {
            let error = applied(kind, serde_json::json!({}), &[], &[]).unwrap_err();
            assert_eq!(
                error,
                format!("{kind}: `{name}` is missing; fill it in in the connection")
            );
            assert!(
                self::kind(kind)
                    .unwrap()
                    .form(&Map::new())
                    .fields
                    .iter()
                    .any(|field| field.name == name)
            );
        }
    }

    #[test]
    fn no_auth_changes_nothing() {
        let plain = HttpRequest::new("GET", "https://acme.test/x?a=1");
        assert_eq!(applied("", serde_json::json!({}), &[], &[]), Ok(plain.clone()));
        assert_eq!(applied("none", serde_json::json!({}), &[], &[]), Ok(plain));
    }
}
