//! What the authorization server remembers: clients, who is an admin, and every code, token, nonce and used `jti`.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use super::client::Client;
use super::device::Waiting;
use super::jose;
use super::roles::Role;
use crate::clock::Time;
use crate::okta::ids::Id;
use crate::random;
use crate::table::Table;

/// How long an access token is good for, in seconds.
pub const ACCESS_SECONDS: i64 = 3600;
/// How long a code is good for.
const CODE_SECONDS: i64 = 60;
/// How long a code waits for its user's consent.
const CONSENT_SECONDS: i64 = 600;
/// How long a refresh token is good for.
const REFRESH_SECONDS: i64 = 90 * 24 * 3600;
/// After this long a new nonce is given out ...
const NONCE_RENEWED: i64 = 24 * 3600;
/// ... and after this long an old one is good no more.
const NONCE_SECONDS: i64 = 3 * 24 * 3600;
/// Above this many remembered entries the outdated ones are dropped.
const MANY: usize = 10_000;

/// The memory of an org's authorization server.
#[derive(Default)]
pub struct Memory {
    /// The clients.
    pub clients: Table<Id, Client>,
    /// The admin roles of users and clients.
    pub roles: Table<Id, Vec<Role>>,
    /// The access tokens, by their digests: whoever reads a data file finds none to use.
    pub access: Table<String, Access>,
    /// The refresh tokens, by their digests.
    pub refresh: Table<String, Refresh>,
    codes: HashMap<String, Code>,
    /// The devices that wait for their users, by their codes.
    pub devices: HashMap<String, Waiting>,
    // Behind locks of their own, so that a call that only reads the org need not hold it to write.
    used: Mutex<HashMap<String, i64>>,
    nonces: Mutex<Vec<(String, i64)>>,
}

/// Shows no token.
impl fmt::Debug for Memory {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Memory")
            .field("clients", &self.clients)
            .finish_non_exhaustive()
    }
}

/// A copy holds what is kept in a data file: codes, nonces and used `jti` are a matter of minutes.
impl Clone for Memory {
    fn clone(&self) -> Self {
        Self {
            clients: self.clients.clone(),
            roles: self.roles.clone(),
            access: self.access.clone(),
            refresh: self.refresh.clone(),
            ..Self::default()
        }
    }
}

/// What was granted: to which client, for whom, bound to which key.
#[derive(Clone, Serialize, Deserialize)]
pub struct Granted {
    /// The client.
    pub client: Id,
    /// The user, where one signed in.
    pub user: Option<Id>,
    /// The authorization server, where it is not the org's own one.
    #[serde(default)]
    pub server: Option<Id>,
    /// The scopes.
    pub scopes: Vec<String>,
    /// The thumbprint of the key the tokens are bound to.
    pub thumbprint: Option<String>,
    /// What ties together everything that comes from one sign-in.
    pub family: String,
    /// When the user signed in.
    pub signed_in: i64,
    /// The nonce for the id token.
    pub nonce: Option<String>,
}

impl Granted {
    /// Whether a scope is among those granted.
    pub fn has(&self, scope: &str) -> bool {
        self.scopes.iter().any(|known| known == scope)
    }
}

/// An authorization code, good once.
pub struct Code {
    /// What it gives.
    pub granted: Granted,
    /// Where it was sent.
    pub redirect_uri: String,
    /// What the verifier has to hash to.
    pub challenge: Option<String>,
    /// Whether its user has to agree to something first.
    is_held: bool,
    expires: i64,
}

/// An access token.
#[derive(Clone, Serialize, Deserialize)]
pub struct Access {
    /// What it gives.
    pub granted: Granted,
    /// Its id.
    pub jti: String,
    /// When it was made.
    pub issued: i64,
    /// When it ends.
    pub expires: i64,
    /// Whether it was revoked.
    pub revoked: bool,
}

/// A refresh token.
#[derive(Clone, Serialize, Deserialize)]
pub struct Refresh {
    /// Its id, which opens nothing.
    pub id: Id,
    /// When it was made.
    pub created: i64,
    /// What it gives.
    pub granted: Granted,
    /// When it ends.
    pub expires: i64,
    /// Whether another one has taken its place.
    pub spent: bool,
}

impl Memory {
    /// The client that goes by a name: its id, or the one its app was given.
    pub fn client_named(&self, name: &str) -> Option<&Client> {
        Id::parse(name)
            .and_then(|id| self.clients.get(&id))
            .or_else(|| self.clients.values().find(|client| client.goes_by == name))
    }

    /// The name a client goes by.
    pub fn client_name(&self, id: Id) -> String {
        self.clients
            .get(&id)
            .map_or_else(|| id.to_string(), |client| client.goes_by.clone())
    }

    /// Makes a code.
    pub fn new_code(&mut self, granted: Granted, redirect_uri: String, challenge: Option<String>, now: Time) -> String {
        let text = random::text(43);
        let code = Code {
            granted,
            redirect_uri,
            challenge,
            is_held: false,
            expires: 0,
        };
        self.codes.retain(|_, code| code.expires > now.seconds());
        self.keep_code(text.clone(), code, now);
        text
    }

    /// Keeps a code, good from now on.
    pub fn keep_code(&mut self, text: String, code: Code, now: Time) {
        let expires = now.seconds() + CODE_SECONDS;
        self.codes.insert(
            text,
            Code {
                is_held: false,
                expires,
                ..code
            },
        );
    }

    /// Lets a code wait for its user's consent.
    pub fn hold_code(&mut self, text: &str, now: Time) {
        if let Some(code) = self.codes.get_mut(text) {
            code.is_held = true;
            code.expires = now.seconds() + CONSENT_SECONDS;
        }
    }

    /// Takes a code of a client out that waits for consent.
    pub fn take_held(&mut self, text: &str, client: Id, now: Time) -> Option<Code> {
        let waits = |code: &Code| code.is_held && code.granted.client == client && code.expires > now.seconds();
        self.codes.get(text).filter(|code| waits(code))?;
        self.codes.remove(text)
    }

    /// Takes a code out: it is good once, whatever becomes of the request.
    pub fn take_code(&mut self, text: &str, now: Time) -> Option<Code> {
        let code = self.codes.remove(text)?;
        (!code.is_held && code.expires > now.seconds()).then_some(code)
    }

    /// Lets a device wait for its user.
    pub fn wait(&mut self, code: String, waiting: Waiting, now: Time) {
        // An outdated one is kept for a while, to say of it that it expired.
        let long_ago = now.seconds() - ACCESS_SECONDS;
        self.devices.retain(|_, old| old.expires > long_ago);
        self.devices.insert(code, waiting);
    }

    /// The device that waits for a code to be entered.
    pub fn waiting_for(&mut self, user_code: &str, now: Time) -> Option<&mut Waiting> {
        self.devices.values_mut().find(|waiting| {
            waiting.user_code == user_code && waiting.granted.user.is_none() && waiting.expires > now.seconds()
        })
    }

    /// Keeps an access token.
    pub fn keep_access(&mut self, text: String, token: Access) {
        if self.access.len() >= MANY {
            // An outdated one is kept for a while, to say of it that it expired.
            let long_ago = token.issued - ACCESS_SECONDS;
            self.access.retain(|_, old| old.expires > long_ago);
        }
        self.access.insert(jose::digest(&text), token);
    }

    /// An access token.
    pub fn access(&self, text: &str) -> Option<&Access> {
        self.access.get(&jose::digest(text))
    }

    /// Makes a refresh token.
    pub fn new_refresh(&mut self, id: Id, granted: Granted, now: Time) -> String {
        let text = random::text(43);
        let token = Refresh {
            id,
            created: now.seconds(),
            granted,
            expires: now.seconds() + REFRESH_SECONDS,
            spent: false,
        };
        self.refresh.retain(|_, old| old.expires > now.seconds());
        self.refresh.insert(jose::digest(&text), token);
        text
    }

    /// A refresh token.
    pub fn refresh(&self, text: &str) -> Option<&Refresh> {
        self.refresh.get(&jose::digest(text))
    }

    /// Marks a refresh token as replaced.
    pub fn spend(&mut self, text: &str) {
        if let Some(token) = self.refresh.get_mut(&jose::digest(text)) {
            token.spent = true;
        }
    }

    /// Ends everything that comes from one sign-in.
    pub fn revoke_family(&mut self, family: &str) {
        self.refresh.retain(|_, token| token.granted.family != family);
        let of_family = self.access.iter().filter(|(_, token)| token.granted.family == family);
        let keys: Vec<String> = of_family.map(|(key, _)| key.clone()).collect();
        for key in keys {
            if let Some(token) = self.access.get_mut(&key) {
                token.revoked = true;
            }
        }
    }

    /// Ends every token that stands for a user.
    pub fn revoke_user(&mut self, user: Id) {
        self.refresh.retain(|_, token| token.granted.user != Some(user));
        for token in self.access.values_mut() {
            token.revoked |= token.granted.user == Some(user);
        }
    }

    /// Ends one access token.
    pub fn revoke_access(&mut self, text: &str) {
        if let Some(token) = self.access.get_mut(&jose::digest(text)) {
            token.revoked = true;
        }
    }

    /// Forgets a client and every token it was given.
    pub fn remove_client(&mut self, id: Id) {
        self.clients.remove(&id);
        self.codes.retain(|_, code| code.granted.client != id);
        self.devices.retain(|_, device| device.granted.client != id);
        self.access.retain(|_, token| token.granted.client != id);
        self.refresh.retain(|_, token| token.granted.client != id);
    }

    /// Whether this is the first use of a `jti`; it is remembered until `until`.
    pub fn is_first_use(&self, jti: &str, until: i64, now: Time) -> bool {
        let mut used = lock(&self.used);
        if used.len() >= MANY {
            used.retain(|_, until| *until >= now.seconds());
        }
        used.insert(jti.to_owned(), until)
            .is_none_or(|remembered| remembered < now.seconds())
    }

    /// The nonce to use in a proof.
    pub fn nonce(&self, now: Time) -> String {
        let mut nonces = lock(&self.nonces);
        nonces.retain(|(_, made)| now.seconds() - made < NONCE_SECONDS);
        match nonces.last() {
            Some((nonce, made)) if now.seconds() - made < NONCE_RENEWED => nonce.clone(),
            _ => {
                let nonce = random::text(32);
                nonces.push((nonce.clone(), now.seconds()));
                nonce
            }
        }
    }

    /// Whether a nonce is one that was given out.
    pub fn knows_nonce(&self, nonce: &str, now: Time) -> bool {
        let nonces = lock(&self.nonces);
        nonces
            .iter()
            .any(|(known, made)| known == nonce && now.seconds() - made < NONCE_SECONDS)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
