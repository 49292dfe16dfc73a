//! OAuth 2.0 of the org: clients, tokens, proof of possession, and what an access token opens.

#![allow(
    clippy::unnecessary_wraps,
    reason = "a route answers with a reply or a problem; refusals of OAuth are replies of their own form"
)]

pub mod access;
mod admins;
mod authorize;
mod claims;
pub mod client;
mod clients;
mod consent;
mod credentials;
mod device;
mod dpop;
mod form;
mod inspect;
mod issued;
pub mod jose;
pub mod key_ring;
pub mod memory;
mod metadata;
mod own_claims;
mod page;
mod password_check;
mod refusal;
mod role_targets;
mod roles;
mod scopes;
mod servers;
mod token;
mod token_hook;

use access::Passage;
use client::Client;

use super::Route;
use super::call::{Answer, Call};
use super::event::Party;
use super::ids::Id;
use crate::state::Org;

pub use admins::ROUTES as ADMIN_LIST_ROUTES;
pub use clients::GRANT_ROUTES;
pub use issued::ROUTES as ISSUED_ROUTES;
pub use role_targets::ROUTES as ROLE_TARGET_ROUTES;
pub use roles::is_role;
pub use roles::{GROUP_ROUTES as GROUP_ROLE_ROUTES, USER_ROUTES as ROLE_ROUTES};

/// What lies below the root, for everybody.
const OPEN_ROUTES: &[&[Route]] = &[
    metadata::ROUTES,
    authorize::ROUTES,
    token::ROUTES,
    device::ROUTES,
    inspect::ROUTES,
    super::org_settings::OPEN_ROUTES,
    super::files::OPEN_ROUTES,
    super::well_known_uris::OPEN_ROUTES,
];

/// What lies below the root, for admins.
const ADMIN_ROUTES: &[&[Route]] = &[clients::ROUTES, roles::CLIENT_ROUTES, role_targets::CLIENT_ROUTES];

/// Answers a call outside `/api/v1`; `None` where it is not for the authorization server.
pub fn answer(call: &mut Call<'_>) -> Option<Answer> {
    let path = call.path.strip_prefix('/')?;
    if path.starts_with("oauth2/") && !path.starts_with("oauth2/v1/") {
        return Some(super::find_route(&[servers::ROUTES], call, path).and_then(|handler| handler(call)));
    }
    let is_open = [".well-known/", "fs/"].iter().any(|start| path.starts_with(start));
    if !path.starts_with("oauth2/v1/") && !is_open && path != "activate" {
        return None;
    }
    if !path.starts_with("oauth2/v1/clients") {
        return Some(super::find_route(OPEN_ROUTES, call, path).and_then(|handler| handler(call)));
    }
    Some(access::authorise(call, path).and_then(|passage| match passage {
        Passage::Open => super::find_route(ADMIN_ROUTES, call, path).and_then(|handler| handler(call)),
        Passage::Answered(reply) => Ok(reply),
    }))
}

impl Org {
    /// Keeps the client that an app is in step with it: made, changed and removed with the app.
    pub fn follow_app(&mut self, id: Id) {
        let Some(app) = self.apps.get_mut(&id) else {
            self.forget_admin(id);
            self.forget_consents(id);
            self.oauth.remove_client(id);
            return;
        };
        let Some(mut settings) = app.client_settings() else {
            return;
        };
        if let Some(secret) = app.chosen_secret.take() {
            settings.insert("client_secret".into(), secret.into());
        }
        let read = match self.oauth.clients.get(&id) {
            Some(client) => client.with_settings(&settings),
            None => Client::read(id, app.created, &settings),
        };
        // An app whose settings make no client was refused when it was read.
        if let Ok(mut client) = read {
            client.active = app.active;
            self.oauth.clients.insert(id, client);
        }
    }
}

impl From<&Client> for Party {
    fn from(client: &Client) -> Self {
        Self {
            id: client.id,
            kind: "PublicClientApp",
            alternate_id: client.id.to_string(),
            display_name: client.name.clone(),
        }
    }
}
