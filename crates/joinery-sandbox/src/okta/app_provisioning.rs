//! How users get from the org into an app by themselves: the connection to the app, and what it is used for.

use axum::http::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::Route;
use super::app::{App, fault};
use super::apps::find;
use super::call::{Answer, Call, Reply};
use super::errors::Problem;
use crate::state::Org;

/// What this file answers.
pub const ROUTES: &[Route] = &[
    Route(Method::GET, "apps/{}/features", features),
    Route(Method::GET, "apps/{}/features/{}", feature),
    Route(Method::PUT, "apps/{}/features/{}", set_feature),
    Route(Method::GET, "apps/{}/connections/default", connection),
    Route(Method::POST, "apps/{}/connections/default", connect),
    Route(Method::POST, "apps/{}/connections/default/lifecycle/activate", activate),
    Route(
        Method::POST,
        "apps/{}/connections/default/lifecycle/deactivate",
        deactivate,
    ),
];

/// The apps of the catalogue that take a token for their connection.
const CONNECTABLE: &[&str] = &["okta_org2org", "zscalerbyz"];
const FEATURES: &[&str] = &["USER_PROVISIONING", "INBOUND_PROVISIONING"];

/// The connection of an app and what is set for it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Provisioning {
    enabled: bool,
    /// By the name of the feature.
    features: Map<String, Value>,
}

fn is_connectable(app: &App) -> bool {
    CONNECTABLE.contains(&app.name.as_str())
}

fn connection(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    Ok(Reply::json(&shown(find(&org, call.part(0))?, call.state.url())))
}

fn shown(app: &App, url: &str) -> Value {
    if !is_connectable(app) {
        return json!({"status": "UNKNOWN", "profile": {"authScheme": "UNKNOWN"}});
    }
    let path = format!("{url}/api/v1/apps/{}/connections/default", app.id);
    let enabled = app.provisioning.enabled;
    let change = if enabled { "deactivate" } else { "activate" };
    json!({
        "authScheme": "TOKEN", "profile": {"authScheme": "TOKEN"},
        "status": if enabled { "ENABLED" } else { "DISABLED" },
        "_links": {
            change: {"href": format!("{path}/lifecycle/{change}"), "hints": {"allow": ["POST"]}},
            "self": {"href": path, "hints": {"allow": ["POST", "GET"]}},
        },
    })
}

/// Takes a token for the other side. Without a profile of the right kind nothing changes, as recorded.
fn connect(call: &Call<'_>) -> Answer {
    let body = if call.body.is_empty() {
        Value::Null
    } else {
        Value::Object(call.object()?)
    };
    let mut org = call.state.write();
    let app = find(&org, call.part(0))?;
    let id = app.id;
    if is_connectable(app) {
        if body["profile"]["authScheme"] != "TOKEN" {
            return Err(fault("profile.authScheme", "The app takes the scheme TOKEN"));
        }
        if body["profile"]["token"].as_str().unwrap_or_default().is_empty() {
            return Err(fault("profile.token", "The field cannot be left blank"));
        }
        if let Some(app) = org.apps.get_mut(&id) {
            app.provisioning.enabled |= call.query.flag("activate", false);
        }
    }
    Ok(Reply::json(&shown(find(&org, id.as_str())?, call.state.url())))
}

fn activate(call: &Call<'_>) -> Answer {
    set_enabled(call, true)
}

fn deactivate(call: &Call<'_>) -> Answer {
    set_enabled(call, false)
}

fn set_enabled(call: &Call<'_>, enabled: bool) -> Answer {
    let mut org = call.state.write();
    let app = find(&org, call.part(0))?;
    let (id, connectable) = (app.id, is_connectable(app));
    if let Some(app) = org.apps.get_mut(&id).filter(|_| connectable) {
        app.provisioning.enabled = enabled;
    }
    Ok(Reply::no_content())
}

/// The app of a path, where users get into it by themselves.
fn provisioned<'o>(org: &'o Org, call: &Call<'_>) -> Result<&'o App, Problem> {
    let app = find(org, call.part(0))?;
    if app.provisioning.enabled {
        return Ok(app);
    }
    Err(Problem::validation(
        "feature",
        vec!["Provisioning is not supported.".into()],
    ))
}

fn shown_feature(app: &App, name: &str, url: &str) -> Value {
    let off = || json!({"status": "DISABLED"});
    let usual = if name == "USER_PROVISIONING" {
        json!({
            "create": {"lifecycleCreate": off()},
            "update": {
                "lifecycleDeactivate": off(), "profile": off(),
                "password": {"status": "DISABLED", "seed": "RANDOM", "change": "KEEP_EXISTING"},
            },
        })
    } else {
        json!({
            "importSettings": {"username": {"usernameFormat": "EMAIL"}, "schedule": {"status": "DISABLED"}},
            "importRules": {"userCreateAndMatch": {"exactMatchCriteria": "EMAIL", "allowPartialMatch": false}},
        })
    };
    let set = app.provisioning.features.get(name);
    let path = format!("{url}/api/v1/apps/{}/features/{name}", app.id);
    json!({
        "name": name, "status": if set.is_some() { "ENABLED" } else { "DISABLED" },
        "description": if name == "USER_PROVISIONING" { "Users go from the org to the app" } else { "Users come from the app" },
        "capabilities": set.unwrap_or(&usual),
        "_links": {"self": {"href": path, "hints": {"allow": ["GET", "PUT"]}}},
    })
}

fn features(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    let app = provisioned(&org, call)?;
    let list = FEATURES.iter().map(|name| shown_feature(app, name, call.state.url()));
    Ok(Reply::json(&list.collect::<Vec<_>>()))
}

/// Okta looks at the name of the feature before it looks for the app.
fn check_name(call: &Call<'_>) -> Result<(), Problem> {
    if FEATURES.contains(&call.part(1)) {
        return Ok(());
    }
    Err(Problem::not_found(call.part(1), "PublicAppFeatureSetName"))
}

fn feature(call: &Call<'_>) -> Answer {
    check_name(call)?;
    let org = call.state.read();
    let app = provisioned(&org, call)?;
    Ok(Reply::json(&shown_feature(app, call.part(1), call.state.url())))
}

fn set_feature(call: &Call<'_>) -> Answer {
    let body = call.object()?;
    check_name(call)?;
    let mut org = call.state.write();
    let app = provisioned(&org, call)?;
    let (id, name) = (app.id, call.part(1));
    let mut capabilities = shown_feature(app, name, "")["capabilities"].clone();
    // A feature is set by parts: what is not named stays.
    super::app_shape::merge(&mut capabilities, &Value::Object(body));
    if let Some(app) = org.apps.get_mut(&id) {
        app.provisioning.features.insert(name.to_owned(), capabilities);
    }
    let app = find(&org, id.as_str())?;
    Ok(Reply::json(&shown_feature(app, name, call.state.url())))
}
