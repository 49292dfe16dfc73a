//! The token inline hook: what it is told of tokens that are about to be signed, and what it may change about them.

use serde_json::{Map, Value, json};

use super::client::Client;
use super::form::Form;
use super::refusal::Refusal;
use super::servers::Draft;
use crate::okta::call::Call;
use crate::okta::event::EventKind;
use crate::okta::inline_hook;
use crate::okta::record::Record;
use crate::okta::servers::issuer;
use crate::state::Org;

/// What the answer of a hook led to.
pub const PROCESSED: EventKind = EventKind(
    "inline_hook.response.processed",
    "Inline hook response processed",
    "inline_hook.response.processed",
);
const KIND: &str = "com.okta.oauth2.tokens.transform";
/// Claims that a hook is not told: they say how long the token lives and what it opens, which is told apart.
const UNTOLD: [&str; 4] = ["iat", "exp", "scp", "at_hash"];
/// Claims of both tokens that no hook may touch.
const RESERVED: &[&str] = &["iss", "jti", "token_type", "ver", "iat", "exp"];
const RESERVED_IN_ACCESS: &[&str] = &[
    "acr", "amr", "as_uri", "cid", "groups", "rpt", "rsi", "uid", "username", "cnf",
];
const RESERVED_IN_IDENTITY: &[&str] = &[
    "active",
    "aid",
    "app_id",
    "app_type",
    "at_hash",
    "aud",
    "auth_time",
    "c_hash",
    "client_id",
    "client_ip",
    "cnf",
    "did",
    "dst",
    "group",
    "groups",
    "hotk",
    "idp",
    "idp_iss",
    "mac_key",
    "may_act",
    "nonce",
    "oid",
    "orig",
    "permissions",
    "purpose",
    "pwd_exp_days",
    "pwd_exp_time",
    "rid",
    "role",
    "scope",
    "scopes",
    "sid",
    "sub",
    "term",
    "user_ip",
];
const LIFETIME: &str = "/token/lifetime/expiration";
/// How short and how long a token may live, in seconds.
const SHORTEST: i64 = 300;
const LONGEST: i64 = 24 * 3600;

/// The hook that the rule for a token names, where it is in use.
pub fn of_rule<'o>(org: &'o Org, rule: &Record) -> Option<&'o Record> {
    let id = rule.get("actions")["token"]["inlineHook"]["id"].as_str()?;
    org.record_at("inlineHooks", id)
        .filter(|hook| hook.active && hook.text("type") == KIND)
}

/// What a hook is told.
pub fn question(
    call: &Call<'_>,
    org: &Org,
    server: &Record,
    rule: &Record,
    client: &Client,
    form: &Form,
    draft: &Draft,
) -> Value {
    let asked: Map<String, Value> = form
        .iter()
        .filter(|(name, _)| matches!(*name, "scope" | "state" | "redirect_uri" | "grant_type"))
        .map(|(name, value)| (name.to_owned(), value.into()))
        .chain([("client_id".to_owned(), client.goes_by.as_str().into())])
        .collect();
    let policy = rule.place.rsplit('/').nth(1).unwrap_or_default();
    let mut context = json!({
        "request": inline_hook::request(call),
        "protocol": {
            "type": "OAUTH2.0", "request": asked, "issuer": {"uri": issuer(server, call.state.url())},
            "client": {
                "id": client.goes_by, "name": client.name,
                "type": if client.method == "none" { "PUBLIC" } else { "CONFIDENTIAL" },
            },
        },
        "policy": {"id": policy, "rule": {"id": rule.id}},
    });
    if let Some(user) = draft.granted.user.and_then(|user| org.users.get(user)) {
        let text = |name: &str| user.profile.get(name).cloned().unwrap_or_default();
        let at = format!("{}/api/v1/users/{}", call.state.url(), user.id);
        context["user"] = json!({
            "id": user.id, "passwordChanged": user.password_changed,
            "profile": {
                "login": user.login(), "firstName": text("firstName"), "lastName": text("lastName"),
                "locale": text("locale"), "timeZone": text("timezone"),
            },
            "_links": {"groups": {"href": format!("{at}/groups")}, "factors": {"href": format!("{at}/factors")}},
        });
    }
    let mut data = json!({"context": context});
    if let Some(identity) = &draft.identity {
        data["identity"] = told(identity);
    }
    data["access"] = told(&draft.access);
    let place = format!("{}/scopes", server.path());
    let scopes = org
        .records_at(&place)
        .filter(|scope| draft.granted.has(scope.text("name")))
        .map(|scope| {
            (
                scope.text("name").to_owned(),
                json!({"id": scope.id, "action": "GRANT"}),
            )
        });
    data["access"]["scopes"] = Value::Object(scopes.collect());
    inline_hook::envelope(call, KIND, call.path, data)
}

fn told(claims: &Value) -> Value {
    let shown: Map<String, Value> = claims
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(name, _)| !UNTOLD.contains(&name.as_str()))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    json!({"claims": shown, "token": {"lifetime": {"expiration": seconds(claims)}}})
}

fn seconds(claims: &Value) -> i64 {
    let moment = |name: &str| claims[name].as_i64().unwrap_or_default();
    moment("exp") - moment("iat")
}

/// What becomes of tokens by the answer of a hook: changed by all of its commands, or as they were by none.
///
/// # Errors
/// `server_error` where the hook wants no token to be given.
pub fn transform(draft: Draft, answer: &Value) -> Result<(Draft, Option<String>), Refusal> {
    if let Some(error) = answer.get("error").filter(|error| !error.is_null()) {
        let summary = error["errorSummary"].as_str();
        let summary = summary.unwrap_or("The callback service returned an error");
        return Err(Refusal::new(400, "server_error", summary));
    }
    let mut changed = (draft.access.clone(), draft.identity.clone());
    for command in answer["commands"].as_array().into_iter().flatten() {
        if let Err(cause) = run(command, &mut changed) {
            return Ok((draft, Some(cause)));
        }
    }
    let (access, identity) = changed;
    Ok((
        Draft {
            access,
            identity,
            ..draft
        },
        None,
    ))
}

fn run(command: &Value, (access, identity): &mut (Value, Option<Value>)) -> Result<(), String> {
    let (claims, reserved) = match (command["type"].as_str(), identity) {
        (Some("com.okta.access.patch"), _) => (access, RESERVED_IN_ACCESS),
        (Some("com.okta.identity.patch"), Some(identity)) => (identity, RESERVED_IN_IDENTITY),
        (Some("com.okta.identity.patch"), None) => return Err("no ID token was asked for".into()),
        (kind, _) => return Err(format!("'{}' is no command", kind.unwrap_or_default())),
    };
    for change in command["value"].as_array().into_iter().flatten() {
        let path = change["path"].as_str().unwrap_or_default();
        if path == LIFETIME {
            let wanted = change["value"].as_i64();
            let wanted = wanted.filter(|wanted| change["op"] == "replace" && (SHORTEST..=LONGEST).contains(wanted));
            let wanted = wanted.ok_or("a lifetime can be replaced by one from 5 minutes to 24 hours")?;
            claims["exp"] = (claims["iat"].as_i64().unwrap_or_default() + wanted).into();
            continue;
        }
        let within = path
            .strip_prefix("/claims")
            .filter(|rest| rest.starts_with('/'))
            .ok_or_else(|| format!("'{path}' is not the path of a claim"))?;
        let name = within.split('/').nth(1).unwrap_or_default();
        if RESERVED.contains(&name) || reserved.contains(&name) {
            return Err(format!("the claim '{name}' is reserved"));
        }
        patch(claims, within, change)?;
    }
    Ok(())
}

/// One change of JSON Patch (RFC 6902).
fn patch(claims: &mut Value, path: &str, change: &Value) -> Result<(), String> {
    let missing = || format!("there is no claim '{path}'");
    let (parent, last) = path.rsplit_once('/').ok_or_else(missing)?;
    let name = last.replace("~1", "/").replace("~0", "~");
    let parent = claims.pointer_mut(parent).ok_or_else(missing)?;
    let value = change["value"].clone();
    match (change["op"].as_str(), parent) {
        (Some("add"), Value::Object(parent)) => drop(parent.insert(name, value)),
        (Some("add"), Value::Array(list)) if name == "-" => list.push(value),
        (Some("add"), Value::Array(list)) => {
            let place = name.parse().ok().filter(|place| *place <= list.len());
            list.insert(place.ok_or_else(missing)?, value);
        }
        (Some("replace"), Value::Object(parent)) if parent.contains_key(&name) => {
            parent.insert(name, value);
        }
        (Some("replace"), Value::Array(list)) => {
            let place = name.parse().ok().and_then(|place: usize| list.get_mut(place));
            *place.ok_or_else(missing)? = value;
        }
        (Some("remove"), Value::Object(parent)) if parent.contains_key(&name) => {
            parent.shift_remove(&name);
        }
        (Some("remove"), Value::Array(list)) => {
            let place = name.parse().ok().filter(|place| *place < list.len());
            list.remove(place.ok_or_else(missing)?);
        }
        (Some("add" | "replace" | "remove"), _) => return Err(missing()),
        (operation, _) => return Err(format!("'{}' is no operation", operation.unwrap_or_default())),
    }
    Ok(())
}
