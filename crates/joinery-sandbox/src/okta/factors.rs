//! The factors of a user: catalogue, list, enroll, activate, resend, delete. No message leaves the sandbox, so one
//! passcode is right for every factor: 123456.

use axum::http::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::Route;
use super::call::{Answer, Call, Reply};
use super::errors::Problem;
use super::event::kinds;
use super::ids::{Id, Kind};
use super::user::User;
use super::users::{find, record};
use crate::clock::Time;
use crate::intern::{self, Word};
use crate::state::Org;

/// What this file answers.
pub const ROUTES: &[Route] = &[
    Route(Method::GET, "users/{}/factors", list),
    Route(Method::POST, "users/{}/factors", enroll),
    Route(Method::GET, "users/{}/factors/catalog", catalog),
    Route(Method::GET, "users/{}/factors/{}", get),
    Route(Method::DELETE, "users/{}/factors/{}", delete),
    Route(Method::POST, "users/{}/factors/{}/lifecycle/activate", activate),
    Route(Method::POST, "users/{}/factors/{}/resend", resend),
];

const PASSCODE: &str = "123456";

/// A kind of factor: type, provider, the start of its ids, and what its profile has to name.
struct FactorKind(&'static str, &'static str, &'static [u8; 3], Option<&'static str>);

const KINDS: &[FactorKind] = &[
    FactorKind("question", "OKTA", b"ufs", Some("question")),
    FactorKind("token:software:totp", "OKTA", b"ost", None),
    FactorKind("token:software:totp", "GOOGLE", b"uft", None),
    FactorKind("sms", "OKTA", b"mbl", Some("phoneNumber")),
    FactorKind("call", "OKTA", b"clf", Some("phoneNumber")),
    FactorKind("email", "OKTA", b"emf", Some("email")),
];

/// A factor that a user has, or is about to have.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Factor {
    id: Id,
    #[serde(deserialize_with = "intern::word")]
    kind: Word,
    #[serde(deserialize_with = "intern::word")]
    provider: Word,
    active: bool,
    created: Time,
    last_updated: Time,
    profile: Map<String, Value>,
}

impl Factor {
    fn shown(&self, user: Id, url: &str) -> Value {
        let user = format!("{url}/api/v1/users/{user}");
        let path = format!("{user}/factors/{}", self.id);
        let link = |href: String, allow: Value| json!({"href": href, "hints": {"allow": allow}});
        let mut links = Map::new();
        if !self.active {
            if matches!(self.kind, "sms" | "call" | "email") {
                let mut resend = link(format!("{path}/resend"), json!(["POST"]));
                resend["name"] = self.kind.into();
                links.insert("resend".into(), json!([resend]));
            }
            let activate = link(format!("{path}/lifecycle/activate"), json!(["POST"]));
            links.insert("activate".into(), activate);
        }
        let allow = if self.active {
            json!(["GET", "DELETE"])
        } else {
            json!(["GET"])
        };
        links.insert("self".into(), link(path, allow));
        links.insert("user".into(), link(user, json!(["GET"])));
        json!({
            "id": self.id,
            "factorType": self.kind,
            "provider": self.provider,
            "vendorName": self.provider,
            "status": self.status(),
            "created": self.created,
            "lastUpdated": self.last_updated,
            "profile": self.profile,
            "_links": links,
        })
    }

    fn status(&self) -> &'static str {
        if self.active { "ACTIVE" } else { "PENDING_ACTIVATION" }
    }
}

/// The user of a call.
fn subject<'a>(org: &'a Org, call: &Call<'_>) -> Result<&'a User, Problem> {
    org.users
        .get(find(org, call.part(0))?)
        .ok_or_else(|| Problem::not_found(call.part(0), "User"))
}

/// The factor of a call.
fn factor<'a>(user: &'a User, call: &Call<'_>) -> Result<&'a Factor, Problem> {
    let found = user.factors.iter().find(|factor| factor.id.as_str() == call.part(1));
    found.ok_or_else(|| Problem::not_found(call.part(1), "UserFactor"))
}

fn list(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    let user = subject(&org, call)?;
    let factors = user.factors.iter();
    let list: Vec<Value> = factors.map(|factor| factor.shown(user.id, call.state.url())).collect();
    Ok(Reply::json(&list))
}

fn get(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    let user = subject(&org, call)?;
    Ok(Reply::json(&factor(user, call)?.shown(user.id, call.state.url())))
}

/// What a user could have, and what of it the user has.
fn catalog(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    let user = subject(&org, call)?;
    let href = format!("{}/api/v1/users/{}/factors", call.state.url(), user.id);
    let list = KINDS.iter().map(|FactorKind(kind, provider, ..)| {
        let own = user
            .factors
            .iter()
            .find(|own| own.kind == *kind && own.provider == *provider);
        json!({
            "factorType": kind,
            "provider": provider,
            "vendorName": provider,
            "status": own.map_or("NOT_SETUP", Factor::status),
            "_links": {"enroll": {"href": href, "hints": {"allow": ["POST"]}}},
        })
    });
    Ok(Reply::json(&list.collect::<Vec<_>>()))
}

fn enroll(call: &Call<'_>) -> Answer {
    let body = call.object()?;
    let mut org = call.state.write();
    let user = subject(&org, call)?;
    let user_id = user.id;
    let text = |name: &str| body.get(name).and_then(Value::as_str);
    let wanted = KINDS
        .iter()
        .find(|kind| Some(kind.0) == text("factorType") && text("provider").is_none_or(|provider| provider == kind.1));
    let Some(FactorKind(kind, provider, prefix, needed)) = wanted else {
        return Err(Problem::validation(
            "factorEnrollRequest",
            vec!["Invalid factor.".into()],
        ));
    };
    if user
        .factors
        .iter()
        .any(|own| own.kind == *kind && own.provider == *provider)
    {
        let cause = "A factor of this type is already set up.";
        return Err(Problem::validation("factorEnrollRequest", vec![cause.into()]));
    }
    let mut profile = body
        .get("profile")
        .and_then(Value::as_object)
        .cloned()
        .unwrap_or_default();
    if let Some(needed) = needed
        && !profile.get(*needed).is_some_and(Value::is_string)
    {
        let cause = format!("{needed}: The field cannot be left blank");
        return Err(Problem::validation("factorEnrollRequest", vec![cause]));
    }
    // An answer is kept by Okta and never shown.
    profile.remove("answer");
    let now = call.now.whole_seconds();
    let factor = Factor {
        id: org.ids.next(Kind::Factor(prefix)),
        kind,
        provider,
        active: *kind == "question" || call.query.flag("activate", false),
        created: now,
        last_updated: now,
        profile,
    };
    let (active, shown) = (factor.active, factor.shown(user_id, call.state.url()));
    if let Some(user) = org.users.get_mut(user_id) {
        user.factors.push(factor);
    }
    if active {
        record(&mut org, call, kinds::FACTOR_ACTIVATE, user_id);
    }
    Ok(Reply::json(&shown))
}

fn activate(call: &Call<'_>) -> Answer {
    let body = call.object()?;
    let mut org = call.state.write();
    let user = subject(&org, call)?;
    let (user_id, id) = (user.id, factor(user, call)?.id);
    if body.get("passCode").and_then(Value::as_str) != Some(PASSCODE) {
        let refusal = Problem::new(403, "E0000068", "Invalid Passcode/Answer");
        return Err(refusal.because("Your passcode doesn't match our records. Please try again."));
    }
    let factors = org.users.get_mut(user_id).map(|user| &mut user.factors);
    for factor in factors.into_iter().flatten().filter(|factor| factor.id == id) {
        factor.active = true;
        factor.last_updated = call.now.whole_seconds();
    }
    record(&mut org, call, kinds::FACTOR_ACTIVATE, user_id);
    let user = subject(&org, call)?;
    Ok(Reply::json(&factor(user, call)?.shown(user_id, call.state.url())))
}

fn resend(call: &Call<'_>) -> Answer {
    get(call)
}

fn delete(call: &Call<'_>) -> Answer {
    let mut org = call.state.write();
    let user = subject(&org, call)?;
    let (user_id, id) = (user.id, factor(user, call)?.id);
    if let Some(user) = org.users.get_mut(user_id) {
        user.factors.retain(|factor| factor.id != id);
    }
    record(&mut org, call, kinds::FACTOR_DEACTIVATE, user_id);
    Ok(Reply::no_content())
}
