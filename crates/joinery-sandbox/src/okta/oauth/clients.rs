//! Registration of clients, and the scopes of the API that an admin grants them.

use axum::http::Method;
use serde_json::{Map, Value, json};

use super::client::{Client, Grant};
use super::refusal::Refusal;
use super::scopes;
use crate::okta::Route;
use crate::okta::app::App;
use crate::okta::call::{Answer, Call, Reply};
use crate::okta::errors::Problem;
use crate::okta::event::{EventKind, Party, kinds};
use crate::okta::ids::{Id, Kind};
use crate::random;
use crate::state::Org;

/// What this file answers below the root.
pub const ROUTES: &[Route] = &[
    Route(Method::GET, "oauth2/v1/clients", list),
    Route(Method::POST, "oauth2/v1/clients", create),
    Route(Method::GET, "oauth2/v1/clients/{}", get),
    Route(Method::PUT, "oauth2/v1/clients/{}", replace),
    Route(Method::DELETE, "oauth2/v1/clients/{}", delete),
    Route(Method::POST, "oauth2/v1/clients/{}/lifecycle/newSecret", new_secret),
];
/// What it answers below `/api/v1`.
pub const GRANT_ROUTES: &[Route] = &[
    Route(Method::GET, "apps/{}/grants", list_grants),
    Route(Method::POST, "apps/{}/grants", grant),
    Route(Method::GET, "apps/{}/grants/{}", get_grant),
    Route(Method::DELETE, "apps/{}/grants/{}", revoke_grant),
];

/// The client a path names.
fn find(org: &Org, name: &str, class: &str) -> Result<Id, Problem> {
    org.oauth
        .client_named(name)
        .map(|client| client.id)
        .ok_or_else(|| Problem::not_found(name, class))
}

fn client<'o>(org: &'o Org, call: &Call<'_>, class: &str) -> Result<&'o Client, Problem> {
    let id = find(org, call.part(0), class)?;
    Ok(&org.oauth.clients[&id])
}

fn list(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    let wanted = call.query.filled("q").unwrap_or_default().to_lowercase();
    let clients = org.oauth.clients.values();
    let found = clients.filter(|client| client.name.to_lowercase().starts_with(&wanted));
    Ok(Reply::json(
        &found.map(|client| client.shown(false)).collect::<Vec<_>>(),
    ))
}

/// A registered client is an app too, and has its id.
fn create(call: &Call<'_>) -> Answer {
    let body = call.object()?;
    let mut org = call.state.write();
    // Read once before an id is taken: a refused client must leave no gap.
    let read = Client::read(org.owner, call.now, &body);
    let client = match read.and_then(Client::complete) {
        Ok(client) => client,
        Err(fault) => return Ok(unfit(fault)),
    };
    let id = org.ids.next(Kind::App);
    let app = App::read(id, &org, &as_app(&client, body), None, call.now)?;
    org.apps.insert(id, app);
    org.follow_app(id);
    let shown = org.oauth.clients.get(&id).map(|client| client.shown(true));
    Ok(Reply::json(&shown).with_status(201))
}

/// The settings of a registration, completed, where an app has them.
fn as_app(client: &Client, mut body: Map<String, Value>) -> Map<String, Value> {
    if let Value::Object(complete) = client.shown(true) {
        body.extend(complete);
    }
    let mut credentials = Map::new();
    for name in ["token_endpoint_auth_method", "client_secret"] {
        if let Some(value) = body.remove(name) {
            credentials.insert(name.into(), value);
        }
    }
    credentials.insert("pkce_required".into(), client.pkce.into());
    for own in [
        "client_id",
        "client_id_issued_at",
        "client_secret_expires_at",
        "client_name",
    ] {
        body.remove(own);
    }
    let mut app = Map::new();
    app.insert("name".into(), "oidc_client".into());
    app.insert("label".into(), client.name.as_str().into());
    app.insert("signOnMode".into(), "OPENID_CONNECT".into());
    app.insert("credentials".into(), json!({"oauthClient": credentials}));
    app.insert("settings".into(), json!({"oauthClient": body}));
    app
}

fn unfit(fault: String) -> Reply {
    Refusal::new(400, "invalid_client_metadata", fault).reply()
}

fn get(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    Ok(Reply::json(&client(&org, call, "PublicClientApp")?.shown(false)))
}

fn replace(call: &Call<'_>) -> Answer {
    let body = call.object()?;
    let mut org = call.state.write();
    let id = find(&org, call.part(0), "PublicClientApp")?;
    let read = org.oauth.clients[&id].with_settings(&body);
    let client = match read.and_then(Client::complete) {
        Ok(client) => client,
        Err(fault) => return Ok(unfit(fault)),
    };
    let app = App::read(id, &org, &as_app(&client, body), org.apps.get(&id), call.now)?;
    org.apps.insert(id, app);
    org.follow_app(id);
    let shown = org.oauth.clients.get(&id).map(|client| client.shown(false));
    Ok(Reply::json(&shown))
}

fn delete(call: &Call<'_>) -> Answer {
    let mut org = call.state.write();
    let id = find(&org, call.part(0), "PublicClientApp")?;
    org.apps.remove(&id);
    org.follow_app(id);
    Ok(Reply::no_content())
}

fn new_secret(call: &Call<'_>) -> Answer {
    let mut org = call.state.write();
    let id = find(&org, call.part(0), "PublicClientApp")?;
    let Some(client) = org.oauth.clients.get_mut(&id) else {
        return Err(Problem::not_found(call.part(0), "PublicClientApp"));
    };
    let Some(newest) = client.secrets.last_mut() else {
        let fault = "'token_endpoint_auth_method': The client does not use a client secret";
        return Ok(unfit(fault.into()));
    };
    newest.value = random::text(64);
    newest.last_updated = call.now.whole_seconds();
    Ok(Reply::json(&client.shown(true)))
}

fn list_grants(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    let client = client(&org, call, "AppInstance")?;
    let shown: Vec<Value> = client
        .grants
        .iter()
        .map(|grant| shown(grant, client, &org, call))
        .collect();
    Ok(Reply::json(&shown))
}

fn grant(call: &Call<'_>) -> Answer {
    let body = call.object()?;
    let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
    let (scope, issuer) = (text("scopeId"), text("issuer"));
    let mut org = call.state.write();
    let id = find(&org, call.part(0), "AppInstance")?;
    if !scopes::is_known(scope) {
        let cause = format!("scopeId: '{scope}' is not a scope of the org authorization server");
        return Err(Problem::validation("scopeId", vec![cause]));
    }
    if !call
        .origins()
        .iter()
        .any(|origin| origin == issuer.trim_end_matches('/'))
    {
        let cause = format!("issuer: it has to be the org, {}", call.state.url());
        return Err(Problem::validation("issuer", vec![cause]));
    }
    if org.oauth.clients[&id].is_granted(scope) {
        let cause = format!("scopeId: '{scope}' is granted already");
        return Err(Problem::validation("scopeId", vec![cause]));
    }
    let grant = Grant {
        id: org.ids.next(Kind::ScopeGrant),
        scope: scope.to_owned(),
        created: call.now.whole_seconds(),
    };
    let reply = Reply::json(&shown(&grant, &org.oauth.clients[&id], &org, call)).with_status(201);
    if let Some(client) = org.oauth.clients.get_mut(&id) {
        client.grants.push(grant);
    }
    record(&mut org, call, kinds::SCOPE_GRANT, id);
    Ok(reply)
}

fn get_grant(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    let client = client(&org, call, "AppInstance")?;
    let found = client.grants.iter().find(|grant| grant.id.as_str() == call.part(1));
    let grant = found.ok_or_else(|| Problem::not_found(call.part(1), "OAuth2ScopeConsentGrant"))?;
    Ok(Reply::json(&shown(grant, client, &org, call)))
}

fn revoke_grant(call: &Call<'_>) -> Answer {
    let mut org = call.state.write();
    let id = find(&org, call.part(0), "AppInstance")?;
    let grants = org.oauth.clients.get_mut(&id).map(|client| &mut client.grants);
    let before = grants.as_ref().map_or(0, |grants| grants.len());
    if let Some(grants) = grants {
        grants.retain(|grant| grant.id.as_str() != call.part(1));
        if grants.len() < before {
            record(&mut org, call, kinds::SCOPE_REVOKE, id);
            return Ok(Reply::no_content());
        }
    }
    Err(Problem::not_found(call.part(1), "OAuth2ScopeConsentGrant"))
}

fn record(org: &mut Org, call: &Call<'_>, kind: EventKind, client: Id) {
    let targets = org.oauth.clients.get(&client).map(Party::from).into_iter().collect();
    org.record(call, kind, targets);
}

fn shown(grant: &Grant, client: &Client, org: &Org, call: &Call<'_>) -> Value {
    let (url, id) = (call.state.url(), client.id);
    json!({
        "id": grant.id, "status": "ACTIVE", "created": grant.created,
        "createdBy": {"id": org.owner, "type": "User"}, "lastUpdated": grant.created,
        "issuer": url, "clientId": id, "scopeId": grant.scope, "source": "ADMIN",
        "_embedded": {"scope": {"id": grant.scope}},
        "_links": {
            "app": {"href": format!("{url}/api/v1/apps/{id}"), "title": client.name},
            "self": {
                "href": format!("{url}/api/v1/apps/{id}/grants/{}", grant.id),
                "hints": {"allow": ["GET", "DELETE"]},
            },
            "client": {"href": format!("{url}/oauth2/v1/clients/{id}"), "title": client.name},
        },
    })
}
