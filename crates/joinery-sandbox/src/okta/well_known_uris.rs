//! What a brand publishes below `/.well-known` about the apps of its domain, and the public addresses themselves, which
//! show what the default brand would: the sandbox has no domain of its own.

use axum::http::Method;
use serde_json::{Map, Value, json};

use super::Route;
use super::brands::Brands;
use super::call::{Answer, Call, Reply};
use super::errors::Problem;
use super::event::EventKind;
use super::ids::Kind;
use super::record::Record;
use super::resource::{self, link};
use crate::state::Org;

/// What this file answers below `/api/v1`.
pub const ROUTES: &[Route] = &[
    Route(Method::GET, "brands/{}/well-known-uris", list),
    Route(Method::GET, "brands/{}/well-known-uris/{}", get_root),
    Route(Method::GET, "brands/{}/well-known-uris/{}/customized", get),
    Route(Method::PUT, "brands/{}/well-known-uris/{}/customized", replace),
];
/// What it answers below the root.
pub const OPEN_ROUTES: &[Route] = &[
    Route(Method::GET, ".well-known/apple-app-site-association", apple),
    Route(Method::GET, ".well-known/assetlinks.json", published),
    Route(Method::GET, ".well-known/webauthn", published),
];

const PATHS: [&str; 3] = ["apple-app-site-association", "assetlinks.json", "webauthn"];
const URI: Kind = Kind::Record(b"wku");
const UPDATE: EventKind = EventKind(
    "system.well_known_uri.update",
    "Update well-known URI",
    "system.well_known_uri.update",
);
const LONGEST: usize = 100 * 1024;

fn usual(path: &str) -> Value {
    if path == "assetlinks.json" {
        json!([])
    } else {
        json!({})
    }
}

fn path<'a>(call: &'a Call<'_>) -> Result<&'a str, Problem> {
    if PATHS.contains(&call.part(1)) {
        return Ok(call.part(1));
    }
    let cause = format!(
        "The specified path is not supported. Valid values: [{}].",
        PATHS.join(", ")
    );
    Err(Problem::validation("request", vec![cause]))
}

fn place(brand: &Record) -> String {
    format!("{}/well-known-uris", brand.path())
}

fn representation(org: &Org, brand: &Record, path: &str) -> Value {
    let kept = org.records_at(&place(brand)).find(|record| record.text("name") == path);
    kept.map_or_else(|| usual(path), |record| record.get("representation").clone())
}

fn at(call: &Call<'_>, brand: &Record, path: &str) -> String {
    format!("{}/api/v1/{}/{path}", call.state.url(), place(brand))
}

fn shown(org: &Org, call: &Call<'_>, brand: &Record, path: &str) -> Value {
    let own = format!("{}/customized", at(call, brand, path));
    json!({
        "representation": representation(org, brand, path), "_links": {"self": link(&own, &["GET", "PUT"])},
    })
}

fn list(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    let brand = resource::find::<Brands>(&org, call)?;
    let own = at(call, brand, "");
    let mut links = Map::from_iter([("self".to_owned(), link(own.trim_end_matches('/'), &["GET"]))]);
    let mut embedded = Map::new();
    for path in PATHS {
        links.insert(path.into(), link(&at(call, brand, path), &["GET", "PUT"]));
        embedded.insert(path.into(), json!({"customized": shown(&org, call, brand, path)}));
    }
    let mut all = json!({"_links": links});
    if call.query.get("expand").is_some() {
        all["_embedded"] = Value::Object(embedded);
    }
    Ok(Reply::json(&all))
}

fn get_root(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    let brand = resource::find::<Brands>(&org, call)?;
    let own = at(call, brand, path(call)?);
    let customized = link(&format!("{own}/customized"), &["GET", "PUT"]);
    Ok(Reply::json(&json!({
        "representation": representation(&org, brand, path(call)?),
        "_links": {"self": link(&own, &["GET"]), "customized": customized},
    })))
}

fn get(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    let brand = resource::find::<Brands>(&org, call)?;
    Ok(Reply::json(&shown(&org, call, brand, path(call)?)))
}

fn replace(call: &Call<'_>) -> Answer {
    let body = call.object()?;
    let mut org = call.state.write();
    let brand = resource::find::<Brands>(&org, call)?.clone();
    let path = path(call)?;
    if brand.system {
        let cause = "Cannot update the content for the default brand.";
        return Err(Problem::new(400, "E0000257", "Api validation failed: request").because(cause));
    }
    let given = body.get("representation").unwrap_or(&Value::Null);
    check(path, given)?;
    let known = org
        .records_at(&place(&brand))
        .find(|record| record.text("name") == path);
    let known = known.map(|record| record.id);
    let id = known.unwrap_or_else(|| org.ids.next(URI));
    let fields = json!({"name": path, "representation": given});
    let fields = fields.as_object().cloned().unwrap_or_default();
    org.add_record(Record::new(id, place(&brand), call.now, fields));
    org.record(call, UPDATE, vec![brand.party(<Brands as resource::Resource>::PARTY)]);
    Ok(Reply::json(&shown(&org, call, &brand, path)))
}

fn check(path: &str, given: &Value) -> Result<(), Problem> {
    let refused = |cause: &str| Err(Problem::validation("representation", vec![cause.into()]));
    if given.to_string().len() >= LONGEST {
        return Err(Problem::validation(
            "request",
            vec!["Content must be less than 100KB.".into()],
        ));
    }
    if path == "assetlinks.json" {
        let objects = given.as_array().is_some_and(|list| list.iter().all(Value::is_object));
        return if objects {
            Ok(())
        } else {
            refused("Content must be a JSON array of objects.")
        };
    }
    let Some(object) = given.as_object() else {
        return refused("Content must be a JSON object.");
    };
    if path == "webauthn" {
        if object.keys().any(|key| key != "origins") {
            return refused("Content must only contain `origins`.");
        }
        let texts = |list: &Value| list.as_array().is_some_and(|list| list.iter().all(Value::is_string));
        if !object.get("origins").is_some_and(texts) {
            return refused("The `origins` must be an array of strings.");
        }
    } else if object.contains_key("authsrv") {
        return refused("Content must not include any `authsrv` customization.");
    }
    Ok(())
}

#[expect(clippy::unnecessary_wraps, reason = "every route answers with a result")]
fn apple(_: &Call<'_>) -> Answer {
    let apps = [
        "B7F62B65BN.com.okta.mobile",
        "B7F62B65BN.com.okta.mobile.auth-service-extension",
    ];
    Ok(Reply::json(&json!({"authsrv": {"apps": apps}})))
}

/// The other two.
#[expect(clippy::unnecessary_wraps, reason = "every route answers with a result")]
fn published(call: &Call<'_>) -> Answer {
    Ok(Reply::json(&usual(call.path.rsplit('/').next().unwrap_or_default())))
}
