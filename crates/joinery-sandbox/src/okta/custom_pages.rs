//! The pages of a brand: sign-in and error pages as Okta has them, as an admin customised them and as a preview, and
//! where signing out leads. Kept and shown; the sandbox's own sign-in page stays as it is.

use axum::http::{Method, header::LOCATION};
use serde_json::{Map, Value, json};

use super::Route;
use super::brands::Brands;
use super::call::{Answer, Call, Reply};
use super::errors::Problem;
use super::event::EventKind;
use super::ids::Kind;
use super::record::Record;
use super::resource::{self, link};
use super::shape::{complete, fault, need_text, one_of};
use crate::state::Org;

/// What this file answers.
pub const ROUTES: &[Route] = &[
    Route(Method::GET, "brands/{}/pages/sign-in/widget-versions", list_versions),
    Route(Method::GET, "brands/{}/pages/sign-out/customized", get_sign_out),
    Route(Method::PUT, "brands/{}/pages/sign-out/customized", set_sign_out),
    Route(Method::GET, "brands/{}/pages/{}", get_root),
    Route(Method::GET, "brands/{}/pages/{}/{}", get),
    Route(Method::PUT, "brands/{}/pages/{}/{}", replace),
    Route(Method::DELETE, "brands/{}/pages/{}/{}", delete),
];

const PAGE: Kind = Kind::Record(b"pag");
const UPDATE: EventKind = EventKind(
    "system.custom_page.update",
    "Update custom page",
    "system.custom_page.update",
);
/// The most that the content of a page may have.
const LONGEST: usize = 1024 * 1024;

/// What Okta shows where nobody customised anything.
fn usual(page: &str) -> Option<Value> {
    let policy = json!({"mode": "report_only", "reportUri": "", "srcList": []});
    match page {
        "error" => Some(json!({
            "pageContent": "<!DOCTYPE html>\n<html>\n<head><title>{{pageTitle}}</title></head>\n\
                            <body><h2>{{errorSummary}}</h2><p>{{errorDescription}}</p></body>\n</html>",
            "contentSecurityPolicySetting": policy,
        })),
        "sign-in" => Some(json!({
            "pageContent": "<!DOCTYPE html>\n<html>\n<head><title>{{pageTitle}}</title>{{{SignInWidgetResources}}}</head>\n\
                            <body><div id=\"okta-login-container\"></div></body>\n</html>",
            "contentSecurityPolicySetting": policy,
            "widgetCustomizations": {
                "signInLabel": "", "usernameLabel": "", "passwordLabel": "", "forgotPasswordLabel": "",
                "unlockAccountLabel": "", "helpLabel": "", "helpUrl": "", "widgetGeneration": "G3",
            },
            "widgetVersion": "*",
        })),
        _ => None,
    }
}

fn place(org: &Org, call: &Call<'_>) -> Result<String, Problem> {
    Ok(format!("{}/pages", resource::find::<Brands>(org, call)?.path()))
}

/// The page a path names: its usual content and the name of the version.
fn page<'a>(call: &'a Call<'_>) -> Result<(Value, &'a str), Problem> {
    let usual = usual(call.part(1)).ok_or_else(|| Problem::not_found(call.part(1), "Page"))?;
    let version = call.part(2);
    if matches!(version, "" | "default" | "customized" | "preview") {
        return Ok((usual, version));
    }
    Err(Problem::not_found(version, "Page"))
}

fn name(page: &str, version: &str) -> String {
    format!("{page}/{version}")
}

fn kept<'o>(org: &'o Org, place: &str, name: &str) -> Option<&'o Record> {
    org.records_at(place).find(|record| record.text("name") == name)
}

fn content(record: &Record) -> Value {
    let mut fields = record.fields.clone();
    fields.remove("name");
    Value::Object(fields)
}

fn address(call: &Call<'_>, version: &str) -> String {
    let (url, brand, page) = (call.state.url(), call.part(0), call.part(1));
    format!("{url}/api/v1/brands/{brand}/pages/{page}/{version}")
}

fn get_root(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    let place = place(&org, call)?;
    let (usual, _) = page(call)?;
    let own = address(call, "");
    let mut links = json!({"self": link(own.trim_end_matches('/'), &["GET"])});
    let mut embedded = Map::new();
    for version in ["default", "customized", "preview"] {
        let allow: &[&str] = if version == "default" {
            &["GET"]
        } else {
            &["GET", "PUT", "DELETE"]
        };
        links[version] = link(&address(call, version), allow);
        let kept = kept(&org, &place, &name(call.part(1), version)).map(content);
        let shown = kept.or_else(|| (version == "default").then(|| usual.clone()));
        if let Some(shown) = shown.filter(|_| expands(call, version)) {
            embedded.insert(version.into(), shown);
        }
    }
    let mut root = Map::new();
    if !embedded.is_empty() {
        root.insert("_embedded".into(), Value::Object(embedded));
    }
    root.insert("_links".into(), links);
    Ok(Reply::json(&root))
}

fn expands(call: &Call<'_>, version: &str) -> bool {
    let wanted = call.query.iter().filter(|(name, _)| *name == "expand");
    wanted
        .into_iter()
        .any(|(_, list)| list.split(',').any(|name| name == version))
}

fn get(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    let place = place(&org, call)?;
    let (usual, version) = page(call)?;
    if version == "default" {
        return Ok(Reply::json(&usual));
    }
    let record = kept(&org, &place, &name(call.part(1), version));
    let record = record.ok_or_else(|| Problem::not_found(version, "Page"))?;
    Ok(Reply::json(&content(record)).with_header(LOCATION, &address(call, version)))
}

fn replace(call: &Call<'_>) -> Answer {
    let body = call.object()?;
    let mut org = call.state.write();
    let (usual, version) = page(call)?;
    if version == "default" {
        let summary = "The endpoint does not support the provided HTTP method";
        return Err(Problem::new(405, "E0000022", summary));
    }
    need_text(&body, "pageContent", LONGEST)?;
    let shown = complete(&usual, Some(&Value::Object(body)));
    one_of(
        shown["contentSecurityPolicySetting"].as_object().unwrap_or(&Map::new()),
        "mode",
        &["enforced", "report_only"],
        Some("report_only"),
    )?;
    keep(&mut org, call, &name(call.part(1), version), &shown)?;
    Ok(Reply::json(&shown).with_header(LOCATION, &address(call, version)))
}

fn keep(org: &mut Org, call: &Call<'_>, name: &str, shown: &Value) -> Result<(), Problem> {
    let place = place(org, call)?;
    let mut fields = shown.as_object().cloned().unwrap_or_default();
    fields.insert("name".into(), name.into());
    let id = kept(org, &place, name).map(|record| record.id);
    let id = id.unwrap_or_else(|| org.ids.next(PAGE));
    let record = Record::new(id, place, call.now, fields);
    let party = record.party("CustomPage");
    org.add_record(record);
    org.record(call, UPDATE, vec![party]);
    Ok(())
}

fn delete(call: &Call<'_>) -> Answer {
    let mut org = call.state.write();
    let place = place(&org, call)?;
    let (_, version) = page(call)?;
    let record = kept(&org, &place, &name(call.part(1), version)).cloned();
    let record = record.ok_or_else(|| Problem::not_found(version, "Page"))?;
    org.drop_record(record.id);
    org.record(call, UPDATE, vec![record.party("CustomPage")]);
    Ok(Reply::no_content())
}

fn list_versions(call: &Call<'_>) -> Answer {
    place(&call.state.read(), call)?;
    Ok(Reply::json(&["*", "^7", "7.34", "7.33", "7.32", "^6", "^5"]))
}

fn get_sign_out(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    let place = place(&org, call)?;
    let shown = kept(&org, &place, "sign-out").map(content);
    Ok(Reply::json(&shown.unwrap_or_else(|| json!({"type": "OKTA_DEFAULT"}))))
}

fn set_sign_out(call: &Call<'_>) -> Answer {
    let body = call.object()?;
    let kind = one_of(&body, "type", &["OKTA_DEFAULT", "EXTERNALLY_HOSTED"], None)?;
    let mut shown = json!({"type": kind});
    if kind == "EXTERNALLY_HOSTED" {
        let address = need_text(&body, "url", 2000)?;
        url::Url::parse(&address).map_err(|_| fault("url", "The field has to be a URL"))?;
        shown["url"] = address.into();
    }
    keep(&mut call.state.write(), call, "sign-out", &shown)?;
    Ok(Reply::json(&shown))
}
