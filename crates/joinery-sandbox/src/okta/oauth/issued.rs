//! What was issued for users: the refresh tokens that clients hold, the scopes that users consented to, and the clients
//! that have either. The consents are records below the user.

use axum::http::Method;
use serde_json::{Map, Value, json};

use super::client::Client;
use super::memory::Refresh;
use crate::clock::Time;
use crate::okta::Route;
use crate::okta::call::{Answer, Call, Reply};
use crate::okta::errors::Problem;
use crate::okta::event::{EventKind, Party};
use crate::okta::ids::{Id, Kind};
use crate::okta::paging::{self, Limits};
use crate::okta::record::Record;
use crate::okta::servers::{Servers, issuer};
use crate::okta::{apps, resource, users};
use crate::state::Org;

/// What this file answers.
pub const ROUTES: &[Route] = &[
    Route(Method::GET, "users/{}/clients", list_clients),
    Route(Method::GET, "users/{}/clients/{}/tokens", list_tokens),
    Route(Method::DELETE, "users/{}/clients/{}/tokens", revoke_tokens),
    Route(Method::GET, "users/{}/clients/{}/tokens/{}", get_token),
    Route(Method::DELETE, "users/{}/clients/{}/tokens/{}", revoke_token),
    Route(Method::GET, "users/{}/clients/{}/grants", list_grants),
    Route(Method::DELETE, "users/{}/clients/{}/grants", revoke_grants),
    Route(Method::GET, "users/{}/grants", list_grants),
    Route(Method::DELETE, "users/{}/grants", revoke_grants),
    Route(Method::GET, "users/{}/grants/{}", get_grant),
    Route(Method::DELETE, "users/{}/grants/{}", revoke_grant),
    Route(Method::GET, "authorizationServers/{}/clients", list_clients),
    Route(Method::GET, "authorizationServers/{}/clients/{}/tokens", list_tokens),
    Route(
        Method::DELETE,
        "authorizationServers/{}/clients/{}/tokens",
        revoke_tokens,
    ),
    Route(Method::GET, "authorizationServers/{}/clients/{}/tokens/{}", get_token),
    Route(
        Method::DELETE,
        "authorizationServers/{}/clients/{}/tokens/{}",
        revoke_token,
    ),
    Route(Method::GET, "apps/{}/tokens", list_tokens),
    Route(Method::DELETE, "apps/{}/tokens", revoke_tokens),
    Route(Method::GET, "apps/{}/tokens/{}", get_token),
    Route(Method::DELETE, "apps/{}/tokens/{}", revoke_token),
];

const LIMITS: Limits = Limits { default: 20, most: 200 };
const REVOKED: EventKind = EventKind(
    "app.oauth2.token.revoke",
    "OIDC token revocation request",
    "app.oauth2.token.revoke_success",
);
const CONSENTED: EventKind = EventKind(
    "app.oauth2.consent.grant",
    "User granted consent to app",
    "app.oauth2.consent.grant_success",
);
const CONSENTED_AT_SERVER: EventKind = EventKind(
    "app.oauth2.as.consent.grant",
    "User granted consent to app",
    "app.oauth2.as.consent.grant_success",
);
const WITHDRAWN: EventKind = EventKind(
    "app.oauth2.as.consent.revoke",
    "Consent revoked",
    "app.oauth2.as.consent.revoke_success",
);

/// Whose tokens or grants a path is about.
#[derive(Default)]
struct Subject {
    user: Option<Id>,
    client: Option<Id>,
    server: Option<Id>,
}

impl Subject {
    /// # Errors
    /// E0000007 for a user, a client or an app that is not there.
    fn of(org: &Org, call: &Call<'_>) -> Result<Self, Problem> {
        let mut subject = Self::default();
        if call.path.starts_with("/api/v1/apps/") {
            subject.client = Some(apps::find(org, call.part(0))?.id);
            return Ok(subject);
        }
        if call.path.starts_with("/api/v1/authorizationServers/") {
            subject.server = Some(resource::named::<Servers>(org, "authorizationServers", call.part(0))?.id);
        } else {
            subject.user = Some(users::find(org, call.part(0))?);
        }
        if call.path.contains("/clients/") {
            let found = org.oauth.client_named(call.part(1)).map(|client| client.id);
            subject.client = Some(found.ok_or_else(|| Problem::not_found(call.part(1), "PublicClientApp"))?);
        }
        Ok(subject)
    }

    /// The refresh tokens in use, by age.
    fn tokens<'o>(&self, org: &'o Org, now: Time) -> Vec<&'o Refresh> {
        let is_own = |token: &&Refresh| {
            self.client.is_none_or(|client| client == token.granted.client)
                && (self.user.is_none() || self.user == token.granted.user)
                && (self.server.is_none() || self.server == token.granted.server)
        };
        let in_use = org
            .oauth
            .refresh
            .values()
            .filter(|token| !token.spent && token.expires > now.seconds());
        let mut found: Vec<&Refresh> = in_use.filter(is_own).collect();
        found.sort_by_key(|token| token.id);
        found
    }

    /// What the user consented to, by age.
    fn grants<'o>(&self, org: &'o Org) -> Vec<&'o Record> {
        let place = self.user.map(place_of_grants).unwrap_or_default();
        let is_own = |grant: &&Record| {
            self.client
                .is_none_or(|client| grant.text("clientId") == client.as_str())
        };
        org.records_at(&place).filter(is_own).collect()
    }
}

fn place_of_grants(user: Id) -> String {
    format!("users/{user}/grants")
}

/// Whether a user consented to a scope of the org, or of one of its own servers.
pub fn has_consent(org: &Org, user: Id, client: Id, scope: &str, server: Option<&Record>) -> bool {
    let server = server.map_or("", |server| server.id.as_str());
    org.records_at(&place_of_grants(user)).any(|grant| {
        grant.text("clientId") == client.as_str() && grant.text("scopeId") == scope && grant.text("server") == server
    })
}

/// Notes what a user consents to, on the page of one of the org's own servers, or by signing in to a client that asks
/// for consent.
pub fn consent(org: &mut Org, call: &Call<'_>, user: Id, client: &Client, scopes: &[String], server: Option<&Record>) {
    let place = place_of_grants(user);
    for scope in scopes.iter().filter(|scope| *scope != "openid") {
        if has_consent(org, user, client.id, scope, server) {
            continue;
        }
        let id = org.ids.next(Kind::ScopeGrant);
        let server = server.map(|server| server.id);
        let fields = [
            ("clientId", json!(client.id)),
            ("scopeId", json!(scope)),
            ("server", json!(server)),
        ];
        let fields = fields.map(|(name, value)| (name.to_owned(), value));
        org.add_record(Record::new(id, place.clone(), call.now, Map::from_iter(fields)));
        if let Some(actor) = org.users.get(user).map(Party::from) {
            let kind = if server.is_some() {
                CONSENTED_AT_SERVER
            } else {
                CONSENTED
            };
            org.record_as(call, actor, kind, vec![Party::from(client)]);
        }
    }
}

impl Org {
    /// Forgets what a user who is gone consented to, or what others consented to for a client that is gone.
    pub fn forget_consents(&mut self, who: Id) {
        self.records.remove_below(&format!("users/{who}/"), |_| true);
        self.records.remove_below("users/", |record| {
            record.place.ends_with("/grants") && record.text("clientId") == who.as_str()
        });
    }
}

fn client_link(org: &Org, id: Id, url: &str) -> (Value, Value) {
    let title = org.oauth.clients.get(&id).map_or("", |client| &client.name);
    let link = |at: &str| json!({"href": format!("{url}/{at}/{id}"), "title": title});
    (link("api/v1/apps"), link("oauth2/v1/clients"))
}

fn user_link(org: &Org, id: Id, url: &str) -> Value {
    let title = org.users.get(id).map(crate::okta::user::User::full_name);
    json!({"href": format!("{url}/api/v1/users/{id}"), "title": title})
}

/// The clients that hold a refresh token of a user, or its consent.
fn list_clients(call: &Call<'_>) -> Answer {
    let (org, url) = (call.state.read(), call.state.url());
    let subject = Subject::of(&org, call)?;
    let by_token = subject
        .tokens(&org, call.now)
        .into_iter()
        .map(|token| token.granted.client);
    let by_grant = subject
        .grants(&org)
        .into_iter()
        .filter_map(|grant| Id::parse(grant.text("clientId")));
    let found: std::collections::BTreeSet<Id> = by_token.chain(by_grant).collect();
    let at = match (subject.server, subject.user) {
        (Some(server), _) => format!("{url}/api/v1/authorizationServers/{server}/clients"),
        (None, user) => format!(
            "{url}/api/v1/users/{}/clients",
            user.map_or_else(String::new, |id| id.to_string())
        ),
    };
    let shown = |client: &Client| {
        let given = client.shown(false);
        json!({
            "client_id": client.id, "client_name": client.name, "client_uri": given["client_uri"],
            "logo_uri": given["logo_uri"],
            "_links": {
                "grants": {"href": format!("{at}/{}/grants", client.id)},
                "tokens": {"href": format!("{at}/{}/tokens", client.id)},
            },
        })
    };
    let clients = found.iter().filter_map(|id| org.oauth.clients.get(id));
    Ok(Reply::json(&clients.map(shown).collect::<Vec<_>>()))
}

/// A page of a list that is in the order of its ids.
fn page(call: &Call<'_>, list: Vec<(Id, Value)>) -> Answer {
    let limit = LIMITS.of(call)?;
    let after = call
        .query
        .filled("after")
        .map(|cursor| Id::parse(cursor).ok_or_else(Problem::cursor));
    let after = after.transpose()?;
    let mut rest = list.into_iter().filter(|(id, _)| after.is_none_or(|after| *id > after));
    let (ids, shown): (Vec<Id>, Vec<Value>) = rest.by_ref().take(limit).unzip();
    let next = ids.last().filter(|_| rest.next().is_some()).map(Id::as_str);
    Ok(paging::link(Reply::json(&shown), call, limit, next))
}

fn shown_token(org: &Org, token: &Refresh, call: &Call<'_>) -> Value {
    let (granted, url) = (&token.granted, call.state.url());
    let (client_id, id) = (granted.client, token.id);
    let own = match (granted.user, granted.server) {
        (Some(user), _) if call.path.starts_with("/api/v1/users/") => {
            format!("{url}/api/v1/users/{user}/clients/{client_id}/tokens/{id}")
        }
        (_, Some(server)) if call.path.starts_with("/api/v1/authorizationServers/") => {
            format!("{url}/api/v1/authorizationServers/{server}/clients/{client_id}/tokens/{id}")
        }
        _ => format!("{url}/api/v1/apps/{client_id}/tokens/{id}"),
    };
    let server = granted.server.and_then(|server| org.records.get(&server));
    let from = server.map_or_else(|| url.to_owned(), |server| issuer(server, url));
    let (app, client) = client_link(org, granted.client, url);
    let created = Time(token.created * 1000);
    let mut shown = json!({
        "id": token.id, "status": "ACTIVE", "created": created, "lastUpdated": created,
        "expiresAt": Time(token.expires * 1000), "issuer": from, "clientId": granted.client, "userId": granted.user,
        "scopes": granted.scopes,
        "_links": {
            "app": app, "self": {"href": own}, "revoke": {"href": own, "hints": {"allow": ["DELETE"]}},
            "client": client, "user": granted.user.map(|user| user_link(org, user, url)),
        },
    });
    if let Some(server) = server {
        let at = format!("{url}/api/v1/{}", server.path());
        shown["_links"]["authorizationServer"] = json!({"href": at, "title": server.text("name")});
    }
    if call.query.get("expand") == Some("scope") {
        let scopes = granted.scopes.iter().map(|scope| json!({"id": scope, "name": scope}));
        shown["_embedded"] = json!({"scopes": scopes.collect::<Vec<_>>()});
    }
    shown
}

fn list_tokens(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    let tokens = Subject::of(&org, call)?.tokens(&org, call.now);
    page(
        call,
        tokens
            .into_iter()
            .map(|token| (token.id, shown_token(&org, token, call)))
            .collect(),
    )
}

/// The token a path names last.
fn token<'o>(org: &'o Org, call: &Call<'_>) -> Result<&'o Refresh, Problem> {
    let subject = Subject::of(org, call)?;
    let name = call.parts.last().map_or("", |name| name);
    let tokens = subject.tokens(org, call.now);
    let found = tokens.into_iter().find(|token| token.id.as_str() == name);
    found.ok_or_else(|| {
        let client = subject.client.map_or_else(String::new, |id| id.to_string());
        Problem::not_found(&format!("{client}.{name}"), "OAuth2RefreshTokenTx")
    })
}

fn get_token(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    Ok(Reply::json(&shown_token(&org, token(&org, call)?, call)))
}

/// Ends refresh tokens and what came from them.
fn end(org: &mut Org, call: &Call<'_>, tokens: &[Refresh]) {
    for token in tokens {
        org.oauth.revoke_family(&token.granted.family);
        let client = org.oauth.clients.get(&token.granted.client).map(Party::from);
        let user = token.granted.user.and_then(|user| org.users.get(user)).map(Party::from);
        org.record(call, REVOKED, client.into_iter().chain(user).collect());
    }
}

fn revoke_tokens(call: &Call<'_>) -> Answer {
    let mut org = call.state.write();
    let tokens: Vec<Refresh> = Subject::of(&org, call)?
        .tokens(&org, call.now)
        .into_iter()
        .cloned()
        .collect();
    end(&mut org, call, &tokens);
    Ok(Reply::no_content())
}

fn revoke_token(call: &Call<'_>) -> Answer {
    let mut org = call.state.write();
    let token = token(&org, call)?.clone();
    end(&mut org, call, &[token]);
    Ok(Reply::no_content())
}

fn shown_grant(org: &Org, user: Id, grant: &Record, call: &Call<'_>) -> Value {
    let url = call.state.url();
    let own = format!("{url}/api/v1/{}", grant.path());
    let links = Id::parse(grant.text("clientId")).map(|client| client_link(org, client, url));
    let (app, client) = links.unwrap_or_default();
    let server = org.record_at("authorizationServers", grant.text("server"));
    let issuer = server.map_or_else(|| url.to_owned(), |server| issuer(server, url));
    let mut shown = json!({
        "id": grant.id, "status": "ACTIVE", "created": grant.created, "createdBy": {"id": user, "type": "User"},
        "lastUpdated": grant.last_updated, "issuer": issuer, "clientId": grant.get("clientId"), "userId": user,
        "scopeId": grant.get("scopeId"), "source": "END_USER",
        "_links": {
            "app": app, "self": {"href": own, "hints": {"allow": ["GET", "DELETE"]}}, "client": client,
            "user": user_link(org, user, url),
        },
    });
    if call.query.get("expand") == Some("scope") {
        shown["_embedded"] = json!({"scope": {"id": grant.get("scopeId")}});
    }
    shown
}

fn list_grants(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    let user = users::find(&org, call.part(0))?;
    let wanted = call.query.filled("scopeId");
    let mut grants = Subject::of(&org, call)?.grants(&org);
    grants.retain(|grant| wanted.is_none_or(|scope| grant.text("scopeId") == scope));
    page(
        call,
        grants
            .into_iter()
            .map(|grant| (grant.id, shown_grant(&org, user, grant, call)))
            .collect(),
    )
}

fn grant<'o>(org: &'o Org, call: &Call<'_>) -> Result<(Id, &'o Record), Problem> {
    let user = users::find(org, call.part(0))?;
    let found = org.record_at(&place_of_grants(user), call.part(1));
    let grant = found.ok_or_else(|| Problem::not_found(call.part(1), "OAuth2ScopeConsentGrant"))?;
    Ok((user, grant))
}

fn get_grant(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    let (user, grant) = grant(&org, call)?;
    Ok(Reply::json(&shown_grant(&org, user, grant, call)))
}

fn withdraw(org: &mut Org, call: &Call<'_>, grant: &Record) {
    org.drop_record(grant.id);
    let client = Id::parse(grant.text("clientId"))
        .and_then(|id| org.oauth.clients.get(&id))
        .map(Party::from);
    org.record(call, WITHDRAWN, client.into_iter().collect());
}

fn revoke_grants(call: &Call<'_>) -> Answer {
    let mut org = call.state.write();
    let grants: Vec<Record> = Subject::of(&org, call)?.grants(&org).into_iter().cloned().collect();
    for grant in &grants {
        withdraw(&mut org, call, grant);
    }
    Ok(Reply::no_content())
}

fn revoke_grant(call: &Call<'_>) -> Answer {
    let mut org = call.state.write();
    let grant = grant(&org, call)?.1.clone();
    withdraw(&mut org, call, &grant);
    Ok(Reply::no_content())
}
