//! The keys an app signs with: list, make, get, share with another app, and certificates that somebody else signs.

use axum::http::Method;
use serde_json::Value;

use super::Route;
use super::app::fault;
use super::apps::find;
use super::call::{Answer, Call, Reply};
use super::errors::Problem;
use super::event::{EventKind, Party, kinds};
use super::ids::Id;
use super::signing_key::{self, CertificateRequest, Key};
use crate::state::Org;

/// What this file answers.
pub const ROUTES: &[Route] = &[
    Route(Method::GET, "apps/{}/credentials/keys", list),
    Route(Method::POST, "apps/{}/credentials/keys/generate", generate),
    Route(Method::GET, "apps/{}/credentials/keys/{}", get),
    Route(Method::POST, "apps/{}/credentials/keys/{}/clone", share),
    Route(Method::GET, "apps/{}/credentials/csrs", list_requests),
    Route(Method::POST, "apps/{}/credentials/csrs", request),
    Route(Method::GET, "apps/{}/credentials/csrs/{}", get_request),
    Route(Method::DELETE, "apps/{}/credentials/csrs/{}", revoke_request),
    Route(Method::POST, "apps/{}/credentials/csrs/{}/lifecycle/publish", publish),
];

/// Makes what is missing of an app's keys, without holding the org meanwhile.
///
/// # Errors
/// E0000007.
pub fn complete(call: &Call<'_>) -> Result<(), Problem> {
    let missing: Vec<Key> = {
        let org = call.state.read();
        let keys = find(&org, call.part(0))?.keys.iter();
        keys.filter(|key| !key.is_complete()).cloned().collect()
    };
    for mut made in missing {
        made.complete();
        let mut org = call.state.write();
        // Apps that share the key get the same one.
        let keys = org.apps.values_mut().flat_map(|app| &mut app.keys);
        for key in keys.filter(|key| key.kid == made.kid && !key.is_complete()) {
            key.clone_from(&made);
        }
    }
    Ok(())
}

fn list(call: &Call<'_>) -> Answer {
    complete(call)?;
    let org = call.state.read();
    let keys: Vec<Value> = find(&org, call.part(0))?.keys.iter().map(Key::shown).collect();
    Ok(Reply::json(&keys))
}

fn get(call: &Call<'_>) -> Answer {
    complete(call)?;
    let org = call.state.read();
    Ok(Reply::json(&find_key(&org, call)?.shown()))
}

fn find_key<'a>(org: &'a Org, call: &Call<'_>) -> Result<&'a Key, Problem> {
    let found = find(org, call.part(0))?.keys.iter().find(|key| key.kid == call.part(1));
    found.ok_or_else(|| Problem::not_found(call.part(1), "JsonWebKey"))
}

fn generate(call: &Call<'_>) -> Answer {
    let years = signing_key::years(call)?;
    find(&call.state.read(), call.part(0))?;
    let key = Key::generate(years, call.now);
    add(call, call.part(0), key, kinds::KEY_GENERATE)
}

/// Gives the key of an app to another one.
fn share(call: &Call<'_>) -> Answer {
    complete(call)?;
    let target = call.query.filled("targetAid").unwrap_or_default();
    let key = {
        let org = call.state.read();
        let key = find_key(&org, call)?.clone();
        if find(&org, target)?.keys.iter().any(|own| own.kid == key.kid) {
            return Err(fault("kid", "The app has this key already"));
        }
        key
    };
    add(call, target, key, kinds::KEY_CLONE)
}

fn add(call: &Call<'_>, app: &str, key: Key, kind: EventKind) -> Answer {
    let mut org = call.state.write();
    let app = find(&org, app)?;
    let (id, party) = (app.id, Party::from(app));
    let shown = key.shown();
    if let Some(app) = org.apps.get_mut(&id) {
        app.keys.push(key);
    }
    org.record(call, kind, vec![party]);
    Ok(Reply::json(&shown).with_status(201))
}

fn list_requests(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    let app = find(&org, call.part(0))?;
    let requests = app.requests.iter();
    let shown: Vec<Value> = requests
        .map(|request| request.shown(&path(app.id), call.state.url()))
        .collect();
    Ok(Reply::json(&shown))
}

fn find_request<'a>(org: &'a Org, call: &Call<'_>) -> Result<(Id, &'a CertificateRequest), Problem> {
    let app = find(org, call.part(0))?;
    let found = app.requests.iter().find(|request| request.id == call.part(1));
    let found = found.ok_or_else(|| Problem::not_found(call.part(1), "CSR"))?;
    Ok((app.id, found))
}

fn get_request(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    let (app, request) = find_request(&org, call)?;
    Ok(Reply::json(&request.shown(&path(app), call.state.url())))
}

fn request(call: &Call<'_>) -> Answer {
    let body = call.object()?;
    let app = find(&call.state.read(), call.part(0))?.id;
    let request = CertificateRequest::read(&body, call.now)?;
    let reply = Reply::json(&request.shown(&path(app), call.state.url())).with_status(201);
    if let Some(app) = call.state.write().apps.get_mut(&app) {
        app.requests.push(request);
    }
    Ok(reply)
}

fn revoke_request(call: &Call<'_>) -> Answer {
    let mut org = call.state.write();
    let (app, request) = find_request(&org, call)?;
    let id = request.id.clone();
    if let Some(app) = org.apps.get_mut(&app) {
        app.requests.retain(|request| request.id != id);
    }
    Ok(Reply::no_content())
}

fn publish(call: &Call<'_>) -> Answer {
    let (app, key, id) = {
        let org = call.state.read();
        let (app, request) = find_request(&org, call)?;
        (app, request.publish(call.body, call.now)?, request.id.clone())
    };
    if let Some(app) = call.state.write().apps.get_mut(&app) {
        app.requests.retain(|request| request.id != id);
    }
    add(call, call.part(0), key, kinds::KEY_GENERATE)
}

fn path(app: Id) -> String {
    format!("apps/{app}")
}
