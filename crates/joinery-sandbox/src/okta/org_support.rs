//! Whom an org lets in from outside: an Aerial account that manages it, and Okta Support with its cases. The sandbox has
//! no cases: they come from Okta.

#![allow(clippy::unnecessary_wraps, reason = "every route answers with a result")]

use axum::http::Method;
use serde_json::{Value, json};

use super::Route;
use super::call::{Answer, Call, Reply};
use super::errors::Problem;
use super::resource::link;
use super::settings::{self, ORG_UPDATE, one};
use super::shape::need_text;

/// What this file answers.
pub const ROUTES: &[Route] = &[
    Route(Method::GET, "org/privacy/aerial", get),
    Route(Method::POST, "org/privacy/aerial/grant", grant),
    Route(Method::POST, "org/privacy/aerial/revoke", revoke),
    Route(Method::GET, "org/privacy/oktaSupport/cases", list_cases),
    Route(Method::PATCH, "org/privacy/oktaSupport/cases/{}", update_case),
];

const NAME: &str = "aerial";

fn consent(call: &Call<'_>) -> Option<Value> {
    let kept = settings::or_usual(&call.state.read(), NAME, &json!({"consent": null}));
    Some(kept["consent"].clone()).filter(Value::is_object)
}

fn address(call: &Call<'_>, end: &str) -> String {
    format!("{}/api/v1/org/privacy/aerial{end}", call.state.url())
}

fn no_grant() -> Problem {
    Problem::not_found("grant", "String")
}

fn get(call: &Call<'_>) -> Answer {
    let mut shown = consent(call).ok_or_else(no_grant)?;
    shown["_links"] = json!({
        "self": link(&address(call, ""), &["GET"]), "revoke": link(&address(call, "/revoke"), &["POST"]),
    });
    Ok(Reply::json(&shown))
}

fn refused(cause: &str) -> Problem {
    Problem::validation("account", vec![cause.into()])
}

fn grant(call: &Call<'_>) -> Answer {
    let account = need_text(&call.object()?, "accountId", 255)?;
    if !account.starts_with("0200bs") {
        return Err(refused("Invalid aerial account ID."));
    }
    if consent(call).is_some() {
        return Err(refused("The org already has a consent grant added to Aerial."));
    }
    let mut org = call.state.write();
    let consent = json!({"accountId": account, "grantedDate": call.now.whole_seconds(), "grantedBy": org.owner});
    settings::keep(&mut org, call, NAME, ORG_UPDATE, one("consent", consent));
    drop(org);
    get(call)
}

fn revoke(call: &Call<'_>) -> Answer {
    let account = need_text(&call.object()?, "accountId", 255)?;
    let held = consent(call).ok_or_else(no_grant)?;
    if held["accountId"] != account.as_str() {
        return Err(refused("Invalid aerial account ID."));
    }
    settings::keep(
        &mut call.state.write(),
        call,
        NAME,
        ORG_UPDATE,
        one("consent", Value::Null),
    );
    let links = json!({"grant": link(&address(call, "/grant"), &["POST"])});
    Ok(Reply::json(&json!({"_links": links})))
}

fn list_cases(_: &Call<'_>) -> Answer {
    Ok(Reply::json(&json!({"supportCases": []})))
}

fn update_case(call: &Call<'_>) -> Answer {
    Err(Problem::not_found(call.part(0), "SupportCase"))
}
