//! The CAPTCHA of an org, at most one, and where it is shown. The sandbox never asks for it.

use axum::http::Method;
use serde_json::{Map, Value, json};

use super::Route;
use super::call::{Answer, Call, Reply};
use super::errors::Problem;
use super::event::EventKind;
use super::ids::Kind;
use super::record::Record;
use super::resource::{self, Events, Place, Resource, link};
use super::settings::{self, one};
use super::shape::{fault, names, need_text, one_of, text};
use crate::state::Org;

/// What this file answers.
pub const ROUTES: &[Route] = &[
    Route(Method::GET, "captchas", resource::list::<Captchas>),
    Route(Method::POST, "captchas", resource::create::<Captchas>),
    Route(Method::GET, "captchas/{}", resource::get::<Captchas>),
    Route(Method::POST, "captchas/{}", resource::replace::<Captchas>),
    Route(Method::PUT, "captchas/{}", resource::replace::<Captchas>),
    Route(Method::DELETE, "captchas/{}", resource::delete::<Captchas>),
    Route(Method::GET, "org/captcha", get_settings),
    Route(Method::PUT, "org/captcha", set_settings),
    Route(Method::DELETE, "org/captcha", clear_settings),
];

/// CAPTCHAs.
pub struct Captchas;

const UPDATE: EventKind = EventKind("system.captcha.update", "Update CAPTCHA", "system.captcha.update");
const SHOWN: EventKind = EventKind(
    "system.org.captcha.activate",
    "Activate org-wide CAPTCHA",
    "system.org.captcha.activate",
);
const HIDDEN: EventKind = EventKind(
    "system.org.captcha.deactivate",
    "Deactivate org-wide CAPTCHA",
    "system.org.captcha.deactivate",
);

impl Resource for Captchas {
    const CLASS: &'static str = "CAPTCHAInstance";
    const KIND: Kind = Kind::Record(b"cap");
    const KEYS: &'static [&'static str] = &["id", "name", "siteKey", "type", "_links"];
    const EVENTS: Events = Events {
        create: EventKind("system.captcha.create", "Create CAPTCHA", "system.captcha.create"),
        update: UPDATE,
        delete: EventKind("system.captcha.delete", "Delete CAPTCHA", "system.captcha.delete"),
        activate: UPDATE,
        deactivate: UPDATE,
    };
    const CREATED: u16 = 201;

    fn place(_org: &Org, _call: &Call<'_>) -> Result<Place, Problem> {
        Ok(Place::top("captchas"))
    }

    /// A change may leave out what stays as it is.
    fn read(
        org: &Org,
        place: &str,
        body: &Map<String, Value>,
        old: Option<&Record>,
    ) -> Result<Map<String, Value>, Problem> {
        if old.is_none() && org.records_at(place).next().is_some() {
            let summary = "CAPTCHA count limit reached. At most one CAPTCHA instance is allowed per Org. Please remove \
                           existing CAPTCHA to create a new one.";
            return Err(Problem::new(403, "E0000166", summary));
        }
        let mut fields = old.map(|old| old.fields.clone()).unwrap_or_default();
        for field in ["name", "siteKey", "secretKey"] {
            if old.is_none() || text(body, field)?.is_some() {
                fields.insert(field.into(), need_text(body, field, 255)?.into());
            }
        }
        let usual = old.map(|old| old.text("type"));
        let kind = one_of(body, "type", &["HCAPTCHA", "RECAPTCHA_V2"], usual)?;
        fields.insert("type".into(), kind.into());
        Ok(fields)
    }

    fn links(_record: &Record, at: &str, _url: &str) -> Value {
        json!({"self": link(at, &["GET", "POST", "PUT", "DELETE"])})
    }

    fn may_delete(org: &Org, record: &Record) -> Result<(), Problem> {
        if settings::of(org, "org").text("captchaId") == record.id.as_str() {
            let summary = "CAPTCHA cannot be removed. This CAPTCHA is associated with org-wide CAPTCHA settings, \
                           please unassociate it before removing it.";
            return Err(Problem::new(403, "E0000168", summary));
        }
        Ok(())
    }
}

fn shown_settings(org: &Org, url: &str) -> Reply {
    let own = settings::of(org, "org");
    let own_link = match own.get("captchaId").as_str() {
        Some(id) => link(
            &format!("{url}/api/v1/captchas/{id}"),
            &["GET", "POST", "PUT", "DELETE"],
        ),
        None => link(&format!("{url}/api/v1/captchas"), &["GET", "POST", "PUT", "DELETE"]),
    };
    Reply::json(&json!({
        "captchaId": own.get("captchaId"), "enabledPages": own.get("enabledPages"), "_links": {"self": own_link},
    }))
}

#[expect(clippy::unnecessary_wraps, reason = "every route answers with a result")]
fn get_settings(call: &Call<'_>) -> Answer {
    Ok(shown_settings(&call.state.read(), call.state.url()))
}

fn set_settings(call: &Call<'_>) -> Answer {
    let body = call.object()?;
    let captcha = text(&body, "captchaId")?;
    let pages = body.get("enabledPages").filter(|pages| !pages.is_null()).cloned();
    let pages = pages.unwrap_or_else(|| json!([]));
    let known = ["SIGN_IN", "SSPR", "SSR"];
    if let Some(unknown) = names(&pages).find(|page| !known.contains(page)) {
        return Err(fault("enabledPages", &format!("'{unknown}' has no CAPTCHA")));
    }
    let mut org = call.state.write();
    match &captcha {
        Some(id) if org.record_at("captchas", id).is_none() => {
            let cause = "Invalid CAPTCHA ID. The value of captchaId must be a valid CAPTCHA ID.";
            return Err(fault("captchaId", cause));
        }
        None if names(&pages).next().is_some() => {
            let cause = "Invalid CAPTCHA ID. The value of captchaId cannot be blank when enabledPages is not empty. \
                         Please resubmit with an existing CAPTCHA ID or disable CAPTCHA support on all supported pages.";
            return Err(fault("captchaId", cause));
        }
        _ => {}
    }
    let kind = if captcha.is_some() { SHOWN } else { HIDDEN };
    let mut changes = one("captchaId", captcha);
    changes.extend(one("enabledPages", pages));
    settings::change(&mut org, call, "org", kind, changes);
    Ok(shown_settings(&org, call.state.url()))
}

#[expect(clippy::unnecessary_wraps, reason = "every route answers with a result")]
fn clear_settings(call: &Call<'_>) -> Answer {
    let mut changes = one("captchaId", Value::Null);
    changes.extend(one("enabledPages", json!([])));
    settings::change(&mut call.state.write(), call, "org", HIDDEN, changes);
    Ok(Reply::no_content())
}
