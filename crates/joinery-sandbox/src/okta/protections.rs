//! Settings of an org that concern its safety, each an object at an address of its own: against attacks on passwords,
//! against bots, and how long sessions in Okta's own apps live. Kept and shown.

#![allow(clippy::unnecessary_wraps, reason = "every route answers with a result")]

use axum::http::Method;
use serde_json::{Map, Value, json};

use super::Route;
use super::call::{Answer, Call, Reply};
use super::errors::Problem;
use super::event::EventKind;
use super::resource::link;
use super::settings;
use super::shape::{complete, fault, names, one_of};

/// What this file answers.
pub const ROUTES: &[Route] = &[
    Route(
        Method::GET,
        "attack-protection/api/v1/authenticator-settings",
        get_second,
    ),
    Route(
        Method::PUT,
        "attack-protection/api/v1/authenticator-settings",
        set_second,
    ),
    Route(
        Method::GET,
        "attack-protection/api/v1/user-lockout-settings",
        get_lockout,
    ),
    Route(
        Method::PUT,
        "attack-protection/api/v1/user-lockout-settings",
        set_lockout,
    ),
    Route(Method::GET, "bot-protection/configuration", get_bots),
    Route(Method::POST, "bot-protection/configuration", set_bots),
    Route(Method::GET, "first-party-app-settings/{}", get_sessions),
    Route(Method::PUT, "first-party-app-settings/{}", set_sessions),
];

const ATTACKS_UPDATE: EventKind = EventKind(
    "security.attack_protection.settings.update",
    "Update attack protection settings",
    "security.attack_protection.settings.update",
);
const BOTS_UPDATE: EventKind = EventKind(
    "security.bot_protection.settings.update",
    "Update bot protection settings",
    "security.bot_protection.settings.update",
);
const SECOND: (&str, &str) = ("second-factor", "verifyKnowledgeSecondWhen2faRequired");
const LOCKOUT: (&str, &str) = ("lockout", "preventBruteForceLockoutFromUnknownDevices");

fn get_flag(call: &Call<'_>, (name, field): (&str, &str)) -> Answer {
    let usual = json!({field: false});
    Ok(Reply::json(&settings::or_usual(&call.state.read(), name, &usual)))
}

fn set_flag(call: &Call<'_>, (name, field): (&str, &str)) -> Answer {
    let value = call.object()?.get(field).and_then(Value::as_bool);
    let value = value.ok_or_else(|| fault(field, "The field cannot be left blank"))?;
    settings::keep(
        &mut call.state.write(),
        call,
        name,
        ATTACKS_UPDATE,
        settings::one(field, value),
    );
    get_flag(call, (name, field))
}

fn get_second(call: &Call<'_>) -> Answer {
    get_flag(call, SECOND)
}

fn set_second(call: &Call<'_>) -> Answer {
    set_flag(call, SECOND)
}

fn get_lockout(call: &Call<'_>) -> Answer {
    get_flag(call, LOCKOUT)
}

fn set_lockout(call: &Call<'_>) -> Answer {
    set_flag(call, LOCKOUT)
}

fn get_bots(call: &Call<'_>) -> Answer {
    let usual = json!({
        "mode": "DISABLED", "level": "HIGH", "enforcementType": "OKTA_CHALLENGE", "supportedFlows": ["SIGN_IN"],
    });
    let mut shown = settings::or_usual(&call.state.read(), "bots", &usual);
    let at = format!("{}/api/v1/bot-protection/configuration", call.state.url());
    shown["_links"] = json!({"self": link(&at, &["GET", "POST"])});
    Ok(Reply::json(&shown))
}

fn set_bots(call: &Call<'_>) -> Answer {
    let body = call.object()?;
    let mut fields = Map::new();
    for (field, known) in [
        ("mode", &["DISABLED", "LOG_ONLY", "ENFORCED"][..]),
        ("level", &["ANY", "LOW", "MEDIUM", "HIGH"]),
    ] {
        fields.insert(field.into(), one_of(&body, field, known, None)?.into());
    }
    if let Some(flows) = body.get("supportedFlows") {
        if let Some(unknown) = names(flows).find(|flow| !["SIGN_IN", "SSPR", "SSR"].contains(flow)) {
            return Err(fault("supportedFlows", &format!("'{unknown}' is not a flow")));
        }
        fields.insert("supportedFlows".into(), flows.clone());
    }
    settings::keep(&mut call.state.write(), call, "bots", BOTS_UPDATE, fields);
    get_bots(call)
}

/// Only the Admin Console has such settings.
fn app<'a>(call: &'a Call<'_>) -> Result<&'a str, Problem> {
    match call.part(0) {
        name @ "admin-console" => Ok(name),
        other => Err(Problem::not_found(other, "AppInstance")),
    }
}

fn get_sessions(call: &Call<'_>) -> Answer {
    let usual = json!({"sessionIdleTimeoutMinutes": 15, "sessionMaxLifetimeMinutes": 720});
    Ok(Reply::json(&settings::or_usual(&call.state.read(), app(call)?, &usual)))
}

fn set_sessions(call: &Call<'_>) -> Answer {
    let name = app(call)?;
    let usual = json!({"sessionIdleTimeoutMinutes": 15, "sessionMaxLifetimeMinutes": 720});
    let whole = complete(&usual, Some(&Value::Object(call.object()?)));
    let mut fields = Map::new();
    for (field, most) in [("sessionIdleTimeoutMinutes", 120), ("sessionMaxLifetimeMinutes", 1440)] {
        let minutes = whole[field].as_u64().filter(|minutes| (5..=most).contains(minutes));
        let minutes = minutes.ok_or_else(|| fault(field, &format!("The field has to be between 5 and {most}")))?;
        fields.insert(field.into(), minutes.into());
    }
    settings::keep(&mut call.state.write(), call, name, settings::ORG_UPDATE, fields);
    get_sessions(call)
}
