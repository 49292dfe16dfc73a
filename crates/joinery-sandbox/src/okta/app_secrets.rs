//! What a client proves who it is with: its secrets, and its public keys.

use axum::http::Method;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::Route;
use super::apps::find;
use super::call::{Answer, Call, Reply};
use super::errors::Problem;
use super::event::{EventKind, Party, kinds};
use super::ids::{Id, Kind};
use super::oauth::client::{Client, ClientSecret};
use super::oauth::jose;
use crate::state::Org;

/// What this file answers.
pub const ROUTES: &[Route] = &[
    Route(Method::GET, "apps/{}/credentials/secrets", list),
    Route(Method::POST, "apps/{}/credentials/secrets", create),
    Route(Method::GET, "apps/{}/credentials/secrets/{}", get),
    Route(Method::DELETE, "apps/{}/credentials/secrets/{}", delete),
    Route(
        Method::POST,
        "apps/{}/credentials/secrets/{}/lifecycle/activate",
        activate,
    ),
    Route(
        Method::POST,
        "apps/{}/credentials/secrets/{}/lifecycle/deactivate",
        deactivate,
    ),
    Route(Method::GET, "apps/{}/credentials/jwks", list_keys),
    Route(Method::POST, "apps/{}/credentials/jwks", add_key),
    Route(Method::GET, "apps/{}/credentials/jwks/{}", get_key),
    Route(Method::DELETE, "apps/{}/credentials/jwks/{}", delete_key),
    Route(
        Method::POST,
        "apps/{}/credentials/jwks/{}/lifecycle/activate",
        activate_key,
    ),
    Route(
        Method::POST,
        "apps/{}/credentials/jwks/{}/lifecycle/deactivate",
        deactivate_key,
    ),
];

/// How many secrets a client may have.
const MOST: usize = 2;
/// The fewest bytes of the modulus of an RSA key.
const SHORTEST: usize = 2048 / 8;

fn refused(object: &str, cause: &str) -> Problem {
    Problem::validation(object, vec![cause.to_owned()])
}

/// The client that the app of a path is.
fn client<'o>(org: &'o Org, call: &Call<'_>) -> Result<&'o Client, Problem> {
    let app = find(org, call.part(0))?;
    let found = org.oauth.clients.get(&app.id);
    found.ok_or_else(|| refused("app", "The app is not an OpenID Connect client."))
}

fn secret<'c>(client: &'c Client, call: &Call<'_>) -> Result<&'c ClientSecret, Problem> {
    let found = client.secrets.iter().find(|secret| secret.id.as_str() == call.part(1));
    found.ok_or_else(|| Problem::not_found(call.part(1), "OAuth2ClientSecret"))
}

fn shown(secret: &ClientSecret, client: &Client, call: &Call<'_>) -> Value {
    let id = client.id;
    let path = format!(
        "{}/api/v1/apps/{id}/credentials/secrets/{}",
        call.state.url(),
        secret.id
    );
    json!({
        "id": secret.id, "created": secret.created, "lastUpdated": secret.last_updated,
        "status": status(secret.active), "client_secret": secret.value,
        "secret_hash": jose::encode(&Sha256::digest(&secret.value)[..16]),
        "_links": links(&path, secret.active),
    })
}

fn status(active: bool) -> &'static str {
    if active { "ACTIVE" } else { "INACTIVE" }
}

/// What can be done with a secret or a key.
fn links(path: &str, active: bool) -> Value {
    let act = |name: &str| json!({"href": format!("{path}/lifecycle/{name}"), "hints": {"allow": ["POST"]}});
    if active {
        json!({"deactivate": act("deactivate")})
    } else {
        json!({"activate": act("activate"), "delete": {"href": path, "hints": {"allow": ["DELETE"]}}})
    }
}

fn list(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    let client = client(&org, call)?;
    let secrets = client.secrets.iter();
    let list: Vec<Value> = secrets.map(|secret| shown(secret, client, call)).collect();
    Ok(Reply::json(&list))
}

fn get(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    let client = client(&org, call)?;
    Ok(Reply::json(&shown(secret(client, call)?, client, call)))
}

fn create(call: &Call<'_>) -> Answer {
    let body = if call.body.is_empty() {
        Map::new()
    } else {
        call.object()?
    };
    let mut org = call.state.write();
    let found = client(&org, call)?;
    if found.secrets.len() >= MOST {
        return Err(refused("OAuth2ClientSecret", "A client can have two secrets at most."));
    }
    if !found.method.starts_with("client_secret") {
        return Err(refused(
            "OAuth2ClientSecret",
            "The client does not use a client secret.",
        ));
    }
    let id = found.id;
    let chosen = body.get("client_secret").and_then(Value::as_str).map(str::to_owned);
    let mut made = ClientSecret::new(org.ids.next(Kind::ClientSecret), chosen, call.now);
    made.active = body.get("status").and_then(Value::as_str) != Some("INACTIVE");
    if let Some(client) = org.oauth.clients.get_mut(&id) {
        client.secrets.push(made.clone());
    }
    record(&mut org, call, kinds::SECRET_CREATE, id);
    Ok(Reply::json(&shown(&made, client(&org, call)?, call)).with_status(201))
}

fn delete(call: &Call<'_>) -> Answer {
    let mut org = call.state.write();
    let found = client(&org, call)?;
    let (id, old) = (found.id, secret(found, call)?);
    if old.active {
        return Err(refused("OAuth2ClientSecret", "An active secret cannot be deleted."));
    }
    let gone = old.id;
    if let Some(client) = org.oauth.clients.get_mut(&id) {
        client.secrets.retain(|secret| secret.id != gone);
    }
    record(&mut org, call, kinds::SECRET_DELETE, id);
    Ok(Reply::no_content())
}

fn activate(call: &Call<'_>) -> Answer {
    set_active(call, true)
}

fn deactivate(call: &Call<'_>) -> Answer {
    set_active(call, false)
}

fn set_active(call: &Call<'_>, active: bool) -> Answer {
    let mut org = call.state.write();
    let found = client(&org, call)?;
    let (id, wanted) = (found.id, secret(found, call)?.id);
    let others = found.secrets.iter().filter(|secret| secret.id != wanted);
    if !active && !others.into_iter().any(|secret| secret.active) {
        return Err(refused(
            "OAuth2ClientSecret",
            "The only active secret cannot be deactivated.",
        ));
    }
    let secrets = org.oauth.clients.get_mut(&id).map(|client| &mut client.secrets);
    for secret in secrets.into_iter().flatten().filter(|secret| secret.id == wanted) {
        secret.active = active;
        secret.last_updated = call.now.whole_seconds();
    }
    record(&mut org, call, activity(active), id);
    get_again(&org, call)
}

fn activity(active: bool) -> EventKind {
    if active {
        kinds::SECRET_ACTIVATE
    } else {
        kinds::SECRET_DEACTIVATE
    }
}

fn record(org: &mut Org, call: &Call<'_>, kind: EventKind, app: Id) {
    let targets = org.apps.get(&app).map(Party::from).into_iter().collect();
    org.record(call, kind, targets);
}

fn get_again(org: &Org, call: &Call<'_>) -> Answer {
    let client = client(org, call)?;
    Ok(Reply::json(&shown(secret(client, call)?, client, call)))
}

/// The keys of an app as its settings hold them, each with an id.
fn keys_of(org: &Org, call: &Call<'_>) -> Result<(Id, Vec<Value>), Problem> {
    let app = find(org, call.part(0))?;
    client(org, call)?;
    let keys = app.parts["settings"]["oauthClient"]["jwks"]["keys"].as_array();
    let mut keys = keys.cloned().unwrap_or_default();
    for key in &mut keys {
        if key["id"].is_null() {
            // A key that came with the settings has no id so far: its own thumbprint gives one that stays.
            let letters = jose::thumbprint(key).unwrap_or_default();
            let letters: String = letters.chars().filter(char::is_ascii_alphanumeric).take(17).collect();
            key["id"] = format!("pks{letters:0<17}").into();
            key["created"] = json!(app.created);
            key["lastUpdated"] = json!(app.created);
        }
        if key["status"].is_null() {
            key["status"] = "ACTIVE".into();
        }
    }
    Ok((app.id, keys))
}

fn key_at(keys: &[Value], call: &Call<'_>) -> Result<usize, Problem> {
    let place = keys.iter().position(|key| key["id"].as_str() == Some(call.part(1)));
    place.ok_or_else(|| Problem::not_found(call.part(1), "JsonWebKey"))
}

fn shown_key(key: &Value, app: Id, call: &Call<'_>) -> Value {
    let id = key["id"].as_str().unwrap_or_default();
    let path = format!("{}/api/v1/apps/{app}/credentials/jwks/{id}", call.state.url());
    let mut shown = key.clone();
    shown["_links"] = links(&path, key["status"] == "ACTIVE");
    shown
}

fn list_keys(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    let (app, keys) = keys_of(&org, call)?;
    let list: Vec<Value> = keys.iter().map(|key| shown_key(key, app, call)).collect();
    Ok(Reply::json(&list))
}

fn get_key(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    let (app, keys) = keys_of(&org, call)?;
    Ok(Reply::json(&shown_key(&keys[key_at(&keys, call)?], app, call)))
}

fn add_key(call: &Call<'_>) -> Answer {
    let body = Value::Object(call.object()?);
    let mut org = call.state.write();
    let (app, mut keys) = keys_of(&org, call)?;
    check_key(&body, &keys)?;
    let mut key = json!({
        "id": org.ids.next(Kind::ClientKey), "created": call.now.whole_seconds(),
        "lastUpdated": call.now.whole_seconds(), "status": "ACTIVE", "use": "sig",
    });
    if let (Some(key), Some(sent)) = (key.as_object_mut(), body.as_object()) {
        key.extend(sent.clone());
    }
    let shown = shown_key(&key, app, call);
    keys.push(key);
    keep_keys(&mut org, app, keys);
    record(&mut org, call, kinds::SECRET_CREATE, app);
    Ok(Reply::json(&shown).with_status(201))
}

fn check_key(key: &Value, own: &[Value]) -> Result<(), Problem> {
    let length = key["n"].as_str().map_or(0, |number| number.len() * 3 / 4);
    let cause = match key["kty"].as_str() {
        Some("RSA") if length < SHORTEST => "RSA key length in the 'jwks' is less than '2,048' bits for the given key.",
        Some("RSA" | "EC") if jose::thumbprint(key).is_none() => "The key lacks one of its parts.",
        Some("RSA" | "EC") if key.get("d").is_some() => "The key must be a public one, without the member 'd'.",
        Some("RSA" | "EC") if own.iter().any(|own| key["kid"].is_string() && own["kid"] == key["kid"]) => {
            "A key with this 'kid' exists already."
        }
        Some("RSA" | "EC") => return Ok(()),
        _ => "The 'kty' of the key must be RSA or EC.",
    };
    Err(refused("JsonWebKey", cause))
}

fn keep_keys(org: &mut Org, app: Id, keys: Vec<Value>) {
    if let Some(app) = org.apps.get_mut(&app) {
        app.parts["settings"]["oauthClient"]["jwks"] = json!({"keys": keys});
    }
    org.follow_app(app);
}

fn delete_key(call: &Call<'_>) -> Answer {
    let mut org = call.state.write();
    let (app, mut keys) = keys_of(&org, call)?;
    let place = key_at(&keys, call)?;
    if keys[place]["status"] == "ACTIVE" {
        return Err(refused("JsonWebKey", "An active key cannot be deleted."));
    }
    keys.remove(place);
    keep_keys(&mut org, app, keys);
    record(&mut org, call, kinds::SECRET_DELETE, app);
    Ok(Reply::no_content())
}

fn activate_key(call: &Call<'_>) -> Answer {
    set_key_active(call, true)
}

fn deactivate_key(call: &Call<'_>) -> Answer {
    set_key_active(call, false)
}

fn set_key_active(call: &Call<'_>, active: bool) -> Answer {
    let mut org = call.state.write();
    let (app, mut keys) = keys_of(&org, call)?;
    let key = key_at(&keys, call)?;
    keys[key]["status"] = status(active).into();
    keys[key]["lastUpdated"] = json!(call.now.whole_seconds());
    let shown = shown_key(&keys[key], app, call);
    keep_keys(&mut org, app, keys);
    record(&mut org, call, activity(active), app);
    Ok(Reply::json(&shown))
}
