//! The org itself: who it is, whom to call, what it shows and allows, and its kinds of factors.

#![allow(clippy::unnecessary_wraps, reason = "every route answers with a result")]

use axum::http::{Method, header::LOCATION};
use serde_json::{Map, Value, json};

use super::Route;
use super::call::{Answer, Call, Reply};
use super::errors::Problem;
use super::files::{self, Allowed};
use super::ids::Id;
use super::record::Record;
use super::resource::link;
use super::settings::{self, ORG_UPDATE, one};
use super::shape::{fault, names, need_text};
use crate::clock::Time;
use crate::state::Org;

/// What this file answers.
pub const ROUTES: &[Route] = &[
    Route(Method::GET, "org", get),
    Route(Method::POST, "org", update),
    Route(Method::PUT, "org", replace),
    Route(Method::POST, "org/logo", upload_logo),
    Route(Method::GET, "org/contacts", list_contacts),
    Route(Method::GET, "org/contacts/{}", get_contact),
    Route(Method::PUT, "org/contacts/{}", set_contact),
    Route(Method::GET, "org/preferences", get_preferences),
    Route(Method::POST, "org/preferences/showEndUserFooter", show_footer),
    Route(Method::POST, "org/preferences/hideEndUserFooter", hide_footer),
    Route(Method::GET, "org/privacy/oktaCommunication", get_communication),
    Route(Method::POST, "org/privacy/oktaCommunication/optIn", opt_in),
    Route(Method::POST, "org/privacy/oktaCommunication/optOut", opt_out),
    Route(Method::GET, "org/privacy/oktaSupport", get_support),
    Route(Method::POST, "org/privacy/oktaSupport/grant", grant_support),
    Route(Method::POST, "org/privacy/oktaSupport/extend", extend_support),
    Route(Method::POST, "org/privacy/oktaSupport/revoke", revoke_support),
    Route(Method::GET, "org/orgSettings/thirdPartyAdminSetting", get_third_party),
    Route(Method::POST, "org/orgSettings/thirdPartyAdminSetting", set_third_party),
    Route(Method::GET, "org/settings/clientPrivilegesSetting", get_privileges),
    Route(Method::PUT, "org/settings/clientPrivilegesSetting", set_privileges),
    Route(Method::GET, "org/settings/autoAssignAdminAppSetting", get_auto_assign),
    Route(Method::POST, "org/settings/autoAssignAdminAppSetting", set_auto_assign),
    Route(Method::GET, "org/factors", list_factors),
    Route(Method::GET, "org/factors/{}", get_factor),
    Route(Method::POST, "org/factors/{}/lifecycle/activate", activate_factor),
    Route(Method::POST, "org/factors/{}/lifecycle/deactivate", deactivate_factor),
];

/// What it answers below the root, to everybody.
pub const OPEN_ROUTES: &[Route] = &[Route(Method::GET, ".well-known/okta-organization", about)];

const LOGO: Allowed = Allowed {
    formats: &["PNG", "JPG", "GIF"],
    below: 1024 * 1024,
};

/// What an org says of itself, in order.
const FIELDS: [&str; 11] = [
    "website",
    "phoneNumber",
    "endUserSupportHelpURL",
    "supportPhoneNumber",
    "address1",
    "address2",
    "city",
    "state",
    "country",
    "postalCode",
    "companyName",
];

/// The kinds of factors: id, provider and type.
const FACTORS: &[(&str, &str, &str)] = &[
    ("duo", "DUO", "web"),
    ("fido_u2f", "FIDO", "u2f"),
    ("fido_webauthn", "FIDO", "webauthn"),
    ("google_otp", "GOOGLE", "token:software:totp"),
    ("okta_call", "OKTA", "call"),
    ("okta_email", "OKTA", "email"),
    ("okta_otp", "OKTA", "token:software:totp"),
    ("okta_password", "OKTA", "password"),
    ("okta_push", "OKTA", "push"),
    ("okta_question", "OKTA", "question"),
    ("okta_sms", "OKTA", "sms"),
    ("okta_verify", "OKTA", "push"),
    ("rsa_token", "RSA", "token"),
    ("symantec_vip", "SYMANTEC", "token"),
    ("yubikey_token", "YUBICO", "token:hardware"),
];

const DAY: i64 = 24 * 3600 * 1000;

fn org_of(org: &Org) -> &Record {
    settings::of(org, "org")
}

fn change(org: &mut Org, call: &Call<'_>, changes: Map<String, Value>) {
    settings::change(org, call, "org", ORG_UPDATE, changes);
}

fn shown(org: &Org, url: &str) -> Value {
    let own = org_of(org);
    let mut shown = Map::new();
    let mut put = |name: &str, value: Value| drop(shown.insert(name.to_owned(), value));
    put("id", json!(own.id));
    put("subdomain", own.get("subdomain").clone());
    put("companyName", own.get("companyName").clone());
    put("status", json!("ACTIVE"));
    put("expiresAt", Value::Null);
    put("created", json!(own.created));
    put("lastUpdated", json!(own.last_updated));
    for name in &FIELDS[..10] {
        put(name, own.get(name).clone());
    }
    let at = |path: &str| json!({"href": format!("{url}/api/v1/org/{path}")});
    put(
        "_links",
        json!({
            "preferences": at("preferences"), "uploadLogo": link(&format!("{url}/api/v1/org/logo"), &["POST"]),
            "oktaCommunication": at("privacy/oktaCommunication"), "logo": null,
            "oktaSupport": at("privacy/oktaSupport"), "contacts": at("contacts"),
        }),
    );
    Value::Object(shown)
}

fn get(call: &Call<'_>) -> Answer {
    Ok(Reply::json(&shown(&call.state.read(), call.state.url())))
}

/// POST changes what is named.
/// The logo of an org shows on its own pages only: nothing of the API names it but the answer.
fn upload_logo(call: &Call<'_>) -> Answer {
    let file = files::sent(call, &LOGO)?;
    let mut org = call.state.write();
    let old = org_of(&org).text("logo").to_owned();
    org.forget_file(&old);
    let path = format!("fs/bco/1/{}", org.keep_file(file));
    change(&mut org, call, one("logo", path.as_str()));
    let address = format!("{}/{path}", call.state.url());
    Ok(Reply::no_content().with_status(201).with_header(LOCATION, &address))
}

fn update(call: &Call<'_>) -> Answer {
    let body = call.object()?;
    if body.contains_key("companyName") {
        need_text(&body, "companyName", 255)?;
    }
    write(call, &body)
}

/// PUT clears what is not named.
fn replace(call: &Call<'_>) -> Answer {
    let mut body = call.object()?;
    need_text(&body, "companyName", 255)?;
    for name in FIELDS {
        body.entry(name).or_insert(Value::Null);
    }
    write(call, &body)
}

fn write(call: &Call<'_>, body: &Map<String, Value>) -> Answer {
    let known = body.iter().filter(|(name, _)| FIELDS.contains(&name.as_str()));
    let changes: Map<String, Value> = known.map(|(name, value)| (name.clone(), value.clone())).collect();
    if changes.values().any(|value| !value.is_string() && !value.is_null()) {
        return Err(Problem::malformed());
    }
    let mut org = call.state.write();
    change(&mut org, call, changes);
    Ok(Reply::json(&shown(&org, call.state.url())))
}

fn about(call: &Call<'_>) -> Answer {
    let id = org_of(&call.state.read()).id;
    Ok(Reply::json(&json!({
        "id": id, "cell": "sandbox", "_links": {"organization": {"href": call.state.url()}}, "pipeline": "idx",
        "settings": {
            "analyticsCollectionEnabled": false, "bugReportingEnabled": true, "omEnabled": false, "pssoEnabled": false,
            "desktopMFAEnabled": false, "itpEnabled": false,
        },
    })))
}

fn list_contacts(call: &Call<'_>) -> Answer {
    let contact = |kind: &str, name: &str| {
        let href = format!("{}/api/v1/org/contacts/{kind}", call.state.url());
        json!({"contactType": kind, "_links": {name: {"href": href}}})
    };
    Ok(Reply::json(&[
        contact("BILLING", "billing"),
        contact("TECHNICAL", "technical"),
    ]))
}

/// The kind of contact a path names, in any case.
fn contact(call: &Call<'_>) -> Result<&'static str, Problem> {
    let kinds = ["BILLING", "TECHNICAL"];
    let found = kinds.into_iter().find(|kind| kind.eq_ignore_ascii_case(call.part(0)));
    found.ok_or_else(|| Problem::not_found(call.part(0), "OrgContactType"))
}

fn shown_contact(org: &Org, kind: &str, url: &str) -> Reply {
    let user = org_of(org).text(kind);
    let href = format!("{url}/api/v1/users/{user}");
    Reply::json(&json!({"userId": user, "_links": {"user": {"href": href}}}))
}

fn get_contact(call: &Call<'_>) -> Answer {
    Ok(shown_contact(&call.state.read(), contact(call)?, call.state.url()))
}

fn set_contact(call: &Call<'_>) -> Answer {
    let kind = contact(call)?;
    let user = need_text(&call.object()?, "userId", 20)?;
    let mut org = call.state.write();
    let user = Id::parse(&user).filter(|id| org.users.get(*id).is_some());
    let user = user.ok_or_else(|| fault("userId", "There is no such user"))?;
    change(&mut org, call, one(kind, user.as_str()));
    Ok(shown_contact(&org, kind, call.state.url()))
}

/// A switch that shows itself and the link to turn it the other way.
fn shown_switch(org: &Org, url: &str, field: &str, (on, off): (&str, &str), place: &str) -> Reply {
    let value = org_of(org).get(field) == true;
    let other = if value { off } else { on };
    let href = format!("{url}/api/v1/org/{place}/{other}");
    Reply::json(&json!({field: value, "_links": {other: link(&href, &["POST"])}}))
}

const FOOTER: (&str, &str) = ("showEndUserFooter", "hideEndUserFooter");
const OPT: (&str, &str) = ("optOut", "optIn");

fn get_preferences(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    Ok(shown_switch(
        &org,
        call.state.url(),
        "showEndUserFooter",
        FOOTER,
        "preferences",
    ))
}

fn set_footer(call: &Call<'_>, shown: bool) -> Answer {
    change(&mut call.state.write(), call, one("showEndUserFooter", shown));
    get_preferences(call)
}

fn show_footer(call: &Call<'_>) -> Answer {
    set_footer(call, true)
}

fn hide_footer(call: &Call<'_>) -> Answer {
    set_footer(call, false)
}

fn get_communication(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    Ok(shown_switch(
        &org,
        call.state.url(),
        "optOutEmailUsers",
        OPT,
        "privacy/oktaCommunication",
    ))
}

fn set_opted_out(call: &Call<'_>, out: bool) -> Answer {
    change(&mut call.state.write(), call, one("optOutEmailUsers", out));
    get_communication(call)
}

fn opt_in(call: &Call<'_>) -> Answer {
    set_opted_out(call, false)
}

fn opt_out(call: &Call<'_>) -> Answer {
    set_opted_out(call, true)
}

fn get_support(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    let (own, at) = (
        org_of(&org),
        format!("{}/api/v1/org/privacy/oktaSupport", call.state.url()),
    );
    let act = |name: &str| link(&format!("{at}/{name}"), &["POST"]);
    let links = if own.text("support") == "ENABLED" {
        json!({"extend": act("extend"), "revoke": act("revoke")})
    } else {
        json!({"grant": act("grant")})
    };
    Ok(Reply::json(&json!({
        "support": own.get("support"), "expiration": own.get("expiration"), "_links": links,
    })))
}

fn set_support(call: &Call<'_>, until: Option<Time>) -> Answer {
    let mut changes = one("support", if until.is_some() { "ENABLED" } else { "DISABLED" });
    changes.extend(one("expiration", json!(until.map(Time::whole_seconds))));
    change(&mut call.state.write(), call, changes);
    get_support(call)
}

fn grant_support(call: &Call<'_>) -> Answer {
    set_support(call, Some(Time(call.now.0 + DAY / 3)))
}

fn extend_support(call: &Call<'_>) -> Answer {
    let until = Time::parse(org_of(&call.state.read()).text("expiration"));
    let until = until.ok_or_else(|| fault("support", "Okta Support has no access that could be extended"))?;
    set_support(call, Some(Time(until.0 + DAY)))
}

fn revoke_support(call: &Call<'_>) -> Answer {
    set_support(call, None)
}

/// A setting that is one flag and nothing else.
fn get_flag(call: &Call<'_>, field: &str) -> Answer {
    let value = org_of(&call.state.read()).get(field).clone();
    Ok(Reply::json(&json!({field: value})))
}

fn set_flag(call: &Call<'_>, field: &str) -> Answer {
    let value = call.object()?.get(field).and_then(Value::as_bool);
    let value = value.ok_or_else(|| fault(field, "The field cannot be left blank"))?;
    change(&mut call.state.write(), call, one(field, value));
    get_flag(call, field)
}

fn get_third_party(call: &Call<'_>) -> Answer {
    get_flag(call, "thirdPartyAdmin")
}

fn set_third_party(call: &Call<'_>) -> Answer {
    set_flag(call, "thirdPartyAdmin")
}

fn get_privileges(call: &Call<'_>) -> Answer {
    get_flag(call, "clientPrivilegesSetting")
}

fn set_privileges(call: &Call<'_>) -> Answer {
    set_flag(call, "clientPrivilegesSetting")
}

fn get_auto_assign(call: &Call<'_>) -> Answer {
    get_flag(call, "autoAssignAdminAppSetting")
}

fn set_auto_assign(call: &Call<'_>) -> Answer {
    set_flag(call, "autoAssignAdminAppSetting")
}

fn shown_factor(org: &Org, url: &str, (id, provider, kind): &(&str, &str, &str)) -> Value {
    let active = names(org_of(org).get("factors")).any(|name| name == *id);
    let at = format!("{url}/api/v1/org/factors/{id}");
    let own = link(&at, &["GET"]);
    let act = |name: &str| link(&format!("{at}/lifecycle/{name}"), &["POST"]);
    let links = if active {
        json!({"self": own, "deactivate": act("deactivate")})
    } else {
        json!({"activate": act("activate"), "self": own})
    };
    let status = if active { "ACTIVE" } else { "INACTIVE" };
    json!({"id": id, "provider": provider, "factorType": kind, "status": status, "_links": links})
}

fn list_factors(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    let list: Vec<Value> = FACTORS
        .iter()
        .map(|factor| shown_factor(&org, call.state.url(), factor))
        .collect();
    Ok(Reply::json(&list))
}

fn get_factor(call: &Call<'_>) -> Answer {
    let factor = FACTORS.iter().find(|(id, _, _)| *id == call.part(0));
    let factor = factor.ok_or_else(|| Problem::not_found(call.part(0), "FactorProvider"))?;
    Ok(Reply::json(&shown_factor(&call.state.read(), call.state.url(), factor)))
}

fn switch_factor(call: &Call<'_>, active: bool) -> Answer {
    get_factor(call)?;
    {
        let mut org = call.state.write();
        let mut factors: Vec<String> = names(org_of(&org).get("factors")).map(str::to_owned).collect();
        factors.retain(|name| name != call.part(0));
        if active {
            factors.push(call.part(0).to_owned());
        }
        change(&mut org, call, one("factors", factors));
    }
    get_factor(call)
}

fn activate_factor(call: &Call<'_>) -> Answer {
    switch_factor(call, true)
}

fn deactivate_factor(call: &Call<'_>) -> Answer {
    switch_factor(call, false)
}
