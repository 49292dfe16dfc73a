//! What a connection remembers of its tokens, in the process and beyond it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use joinery_connector::Secret;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::sync::MutexGuard;
use url::Url;

use super::super::{
    Auth, Context,
    keys::{self, PrivateKey},
};
use crate::error::Error;

/// A token is renewed this long before its end, or a tenth of its life where that is less.
const AHEAD_MS: i64 = 60_000;

/// An access token and what the server said of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Token {
    /// The token.
    pub access: Secret,
    /// Whether it is bound to a key of ours, and goes with proofs of possession.
    pub is_bound: bool,
    /// When it was got, in milliseconds since 1970.
    pub obtained_ms: i64,
    /// When it ends, where the server said so.
    pub expires_ms: Option<i64>,
    /// What it opens.
    pub scopes: Vec<String>,
}

impl Token {
    /// Whether it is worth sending at `now_ms`.
    pub(crate) fn is_good_at(&self, now_ms: i64) -> bool {
        self.expires_ms.is_none_or(|end| {
            let ahead = AHEAD_MS.min((end - self.obtained_ms) / 10);
            now_ms < end - ahead
        })
    }
}

/// What a session remembers for the OAuth kinds.
#[derive(Default)]
pub(crate) struct Memory {
    state: tokio::sync::Mutex<State>,
    /// The nonce that the next proof must carry, by where: the token URL, or an origin of the API. A server keeps the two
    /// apart even where both are of one origin.
    nonces: Mutex<HashMap<String, String>>,
    /// Whether proofs name paths decoded, by origin of the API, where a refusal has shown it.
    spellings: Mutex<HashMap<String, bool>>,
}

/// Tokens and keys. Whoever holds it is the one that asks the server.
#[derive(Default)]
pub(crate) struct State {
    is_loaded: bool,
    pub(crate) token: Option<Arc<Token>>,
    pub(crate) refresh: Option<Secret>,
    pub(crate) proof_key: Option<Arc<PrivateKey>>,
    /// Whether the token endpoint wants proofs.
    pub(crate) proves: bool,
    /// The origin of a token endpoint that compares decoded paths, as Okta does.
    pub(crate) decodes_at: Option<String>,
    /// Counts the tokens got, so that a refused one can be told from its successor.
    pub(crate) generation: u64,
    /// Whether there ever was a token, which tells a sign-in that ended from one that never was.
    pub(crate) had_token: bool,
    fingerprint: String,
}

impl Memory {
    /// The state, read from the keychain the first time.
    pub(crate) async fn state(
        &self,
        kind: &'static str,
        context: &Context<'_>,
    ) -> Result<MutexGuard<'_, State>, Error> {
        let mut state = self.state.lock().await;
        if !state.is_loaded {
            state.load(kind, context)?;
        }
        Ok(state)
    }

    /// Remembers the nonce that is wanted at `place`. Whether it is new.
    pub(crate) fn note_nonce(&self, place: &str, nonce: &str) -> bool {
        let mut nonces = self.nonces.lock().unwrap_or_else(PoisonError::into_inner);
        let before = nonces.insert(place.to_owned(), nonce.to_owned());
        before.as_deref() != Some(nonce)
    }

    /// The nonce that is wanted at `place`.
    pub(crate) fn nonce(&self, place: &str) -> Option<String> {
        let nonces = self.nonces.lock().unwrap_or_else(PoisonError::into_inner);
        nonces.get(place).cloned()
    }

    /// Names paths of `origin` decoded, or not, from now on; whether that was open until now.
    pub(crate) fn spell(&self, origin: &str, decoded: bool) -> bool {
        let mut spellings = self.spellings.lock().unwrap_or_else(PoisonError::into_inner);
        let is_open = !spellings.contains_key(origin);
        spellings.entry(origin.to_owned()).or_insert(decoded);
        is_open
    }

    /// Whether paths of `origin` are named decoded, where a refusal has shown it.
    pub(crate) fn spelling(&self, origin: &str) -> Option<bool> {
        let spellings = self.spellings.lock().unwrap_or_else(PoisonError::into_inner);
        spellings.get(origin).copied()
    }
}

impl State {
    fn load(&mut self, kind: &'static str, context: &Context<'_>) -> Result<(), Error> {
        let surroundings = context.surroundings()?;
        self.fingerprint = fingerprint(context.auth());
        if let Some(kept) = self.kept(context, kind, "token")? {
            let token = read(&kept);
            self.proves = token.is_bound;
            self.decodes_at = kept["decodes_at"].as_str().map(str::to_owned);
            context.session().hide(&token.access);
            self.had_token = true;
            self.generation = 1;
            self.token = Some(Arc::new(token));
        }
        self.is_loaded = true;
        self.reload_refresh(context)?;
        if self.proves {
            let pem = surroundings
                .load("proof_key")
                .map_err(|reason| unsafe_place(kind, reason))?;
            self.proof_key = pem.and_then(|pem| keys::read(&pem).ok()).map(|read| Arc::new(read.key));
            // A token whose key is gone opens nothing.
            if self.proof_key.is_none() {
                self.token = None;
            }
        }
        Ok(())
    }

    /// Takes up the refresh token as it is kept, which another process may have changed.
    pub(crate) fn reload_refresh(&mut self, context: &Context<'_>) -> Result<(), Error> {
        let Some(kept) = self.kept(context, "oauth2", "refresh_token")? else {
            return Ok(());
        };
        let refresh = Secret::new(text(&kept, "refresh_token"));
        context.session().hide(&refresh);
        self.had_token = true;
        self.refresh = Some(refresh);
        Ok(())
    }

    /// Takes out the tokens, which are good for nothing from now on.
    pub(crate) fn take_tokens(&mut self) -> (Option<Secret>, Option<Secret>) {
        let token = self.token.take().map(|token| token.access.clone());
        (self.refresh.take(), token)
    }

    /// Forgets the refresh token: the server does not take it any more.
    pub(crate) fn forget_refresh(&mut self, context: &Context<'_>) {
        self.refresh = None;
        if let Ok(surroundings) = context.surroundings() {
            // A refresh token that stays behind is refused again, no more.
            let _ = surroundings.keep("refresh_token", None);
        }
    }

    /// Remembers a token, and a refresh token where one came with it.
    pub(crate) fn remember(
        &mut self,
        context: &Context<'_>,
        kind: &'static str,
        token: Token,
        refresh: Option<Secret>,
    ) -> Result<Arc<Token>, Error> {
        let surroundings = context.surroundings()?;
        context.session().hide(&token.access);
        let kept = json!({
            "fingerprint": self.fingerprint,
            "access_token": token.access.reveal(),
            "is_bound": token.is_bound,
            "obtained_ms": token.obtained_ms,
            "expires_ms": token.expires_ms,
            "scopes": token.scopes,
            "decodes_at": self.decodes_at,
        });
        // An access token that cannot be kept is got again by the next process.
        let _ = surroundings.keep("token", Some(&Secret::new(kept.to_string())));
        if let Some(refresh) = refresh {
            context.session().hide(&refresh);
            let kept = json!({ "fingerprint": self.fingerprint, "refresh_token": refresh.reveal() });
            // A rotated refresh token that is lost ends the sign-in, so this one is told.
            surroundings
                .keep("refresh_token", Some(&Secret::new(kept.to_string())))
                .map_err(|reason| unsafe_place(kind, reason))?;
            self.refresh = Some(refresh);
        }
        let token = Arc::new(token);
        self.token = Some(Arc::clone(&token));
        self.had_token = true;
        self.generation += 1;
        Ok(token)
    }

    /// The key that proofs are signed with, made the first time.
    pub(crate) fn proof_key(&mut self, context: &Context<'_>) -> Result<Arc<PrivateKey>, Error> {
        if let Some(key) = &self.proof_key {
            return Ok(Arc::clone(key));
        }
        let surroundings = context.surroundings()?;
        let kept = surroundings.load("proof_key").ok().flatten();
        let key = if let Some(read) = kept.and_then(|pem| keys::read(&pem).ok()) {
            read.key
        } else {
            let key = PrivateKey::generate(keys::Algorithm::Es256, surroundings)?;
            // A key that cannot be kept serves until the process ends, as do the tokens bound to it.
            let _ = surroundings.keep("proof_key", Some(&key.to_pem()?));
            key
        };
        let key = Arc::new(key);
        self.proof_key = Some(Arc::clone(&key));
        Ok(key)
    }

    /// What is kept under `name`, if it came from this very connection as it is now.
    fn kept(&self, context: &Context<'_>, kind: &'static str, name: &str) -> Result<Option<Value>, Error> {
        let kept = context
            .surroundings()?
            .load(name)
            .map_err(|reason| unsafe_place(kind, reason))?;
        let kept = kept.and_then(|kept| serde_json::from_str::<Value>(kept.reveal()).ok());
        Ok(kept.filter(|kept| text(kept, "fingerprint") == self.fingerprint))
    }
}

fn read(kept: &Value) -> Token {
    let scopes = kept["scopes"].as_array().map(Vec::as_slice).unwrap_or_default();
    Token {
        access: Secret::new(text(kept, "access_token")),
        is_bound: kept["is_bound"].as_bool().unwrap_or_default(),
        obtained_ms: kept["obtained_ms"].as_i64().unwrap_or_default(),
        expires_ms: kept["expires_ms"].as_i64(),
        scopes: scopes.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
    }
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}

/// What a connection signs in with, in a few characters: tokens that came from another way to sign in, another client or
/// other scopes are not this connection's.
fn fingerprint(auth: &Auth) -> String {
    let mut hash = Sha256::new();
    let mut add = |text: &str| {
        hash.update(text.len().to_le_bytes());
        hash.update(text);
    };
    add(&auth.kind);
    let mut settings: Vec<_> = auth.settings.iter().collect();
    settings.sort_by_key(|(name, _)| *name);
    for (name, value) in settings {
        add(name);
        add(&value.to_string());
    }
    for (name, secret) in &auth.secrets {
        add(name);
        add(secret.reveal());
    }
    super::super::jwt::base64url(&hash.finalize())
}

/// The origin of a URL of the API.
pub(crate) fn origin(url: &str) -> String {
    Url::parse(url).map_or_else(|_| url.to_owned(), |url| url.origin().ascii_serialization())
}

fn unsafe_place(kind: &'static str, reason: String) -> Error {
    Error::Auth {
        kind,
        reason: format!("the keychain does not work: {reason}"),
    }
}
