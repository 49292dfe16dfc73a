//! The authenticators a user has: the same that `super::factors` tells of, as newer orgs tell it, with email and
//! password.

use axum::http::Method;
use serde_json::{Value, json};

use super::Route;
use super::call::{Answer, Call, Reply};
use super::errors::Problem;
use super::event::kinds;
use super::factor::{Factor, KINDS};
use super::ids::{Id, Kind};
use super::record::Record;
use super::resource::link;
use super::shape::fault;
use super::user::User;
use super::users::{find, record};
use crate::clock::Time;
use crate::state::Org;

/// What this file answers.
pub const ROUTES: &[Route] = &[
    Route(Method::GET, "users/{}/authenticator-enrollments", list),
    Route(Method::POST, "users/{}/authenticator-enrollments/phone", enroll_phone),
    Route(Method::GET, "users/{}/authenticator-enrollments/{}", get),
    Route(Method::DELETE, "users/{}/authenticator-enrollments/{}", delete),
];

/// An authenticator of a user.
struct Enrollment<'a> {
    id: Id,
    key: &'static str,
    active: bool,
    created: Time,
    last_updated: Time,
    profile: Option<Value>,
    authenticator: &'a Record,
}

impl Enrollment<'_> {
    fn shown(&self, user: Id, url: &str) -> Value {
        let user = format!("{url}/api/v1/users/{user}");
        let mut shown = json!({
            "type": self.authenticator.get("type"), "id": self.id, "key": self.key,
            "status": if self.active { "ACTIVE" } else { "PENDING_ACTIVATION" },
            "name": self.authenticator.get("name"), "created": self.created, "lastUpdated": self.last_updated,
        });
        if let Some(profile) = &self.profile {
            shown["profile"] = profile.clone();
        }
        shown["nickname"] = Value::Null;
        let at = format!("{user}/authenticator-enrollments/{}", self.id);
        shown["_links"] = json!({
            "self": link(&at, &["GET", "DELETE"]), "user": link(&user, &["GET"]),
            "authenticator": link(&format!("{url}/api/v1/{}", self.authenticator.path()), &["GET"]),
        });
        shown
    }
}

fn subject<'a>(org: &'a Org, call: &Call<'_>) -> Result<&'a User, Problem> {
    org.users
        .get(find(org, call.part(0))?)
        .ok_or_else(|| Problem::not_found(call.part(0), "User"))
}

fn authenticator<'a>(org: &'a Org, key: &str) -> Option<&'a Record> {
    org.records_at("authenticators").find(|known| known.text("key") == key)
}

/// What a factor is called as an authenticator.
fn key(factor: &Factor) -> &'static str {
    match (factor.kind, factor.provider) {
        ("sms" | "call", _) => "phone_number",
        ("email", _) => "okta_email",
        ("question", _) => "security_question",
        ("token:software:totp", "GOOGLE") => "google_otp",
        _ => "okta_verify",
    }
}

fn enrollments<'a>(org: &'a Org, user: &'a User, disclose: bool) -> Vec<Enrollment<'a>> {
    let mut found = Vec::new();
    let own = [
        (b"eae", "okta_email", Some(json!({"email": user.profile.text("email")}))),
        (b"laf", "okta_password", None),
    ];
    for (prefix, key, profile) in own {
        let has = key != "okta_password" || user.credentials.password.is_some();
        if let Some(authenticator) = authenticator(org, key).filter(|_| has) {
            found.push(Enrollment {
                id: user.id.of_kind(Kind::Record(prefix)),
                key,
                active: true,
                created: user.created,
                last_updated: user.last_updated,
                profile,
                authenticator,
            });
        }
    }
    for factor in &user.factors {
        let key = key(factor);
        let Some(authenticator) = authenticator(org, key).filter(|_| key != "okta_email") else {
            continue;
        };
        let number = factor.profile.get("phoneNumber").and_then(Value::as_str);
        let number = number.map(|number| if disclose { number.to_owned() } else { masked(number) });
        found.push(Enrollment {
            id: factor.id,
            key,
            active: factor.active,
            created: factor.created,
            last_updated: factor.last_updated,
            profile: number.map(|number| json!({"phoneNumber": number})),
            authenticator,
        });
    }
    found
}

/// A number of which only the end can be read.
fn masked(number: &str) -> String {
    let digits: Vec<char> = number.chars().filter(char::is_ascii_digit).collect();
    let end: String = digits[digits.len().saturating_sub(4)..].iter().collect();
    let country: String = digits.iter().take(digits.len().saturating_sub(10)).collect();
    format!("+{country} XXX-XXX-{end}")
}

fn list(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    let user = subject(&org, call)?;
    let disclose = call.query.get("discloseIdentifiers").is_some();
    let all = enrollments(&org, user, disclose);
    let list: Vec<Value> = all.iter().map(|it| it.shown(user.id, call.state.url())).collect();
    Ok(Reply::json(&list))
}

fn get(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    let user = subject(&org, call)?;
    let all = enrollments(&org, user, call.query.get("discloseIdentifiers").is_some());
    let found = all.iter().find(|it| it.id.as_str() == call.part(1));
    let found = found.ok_or_else(|| unknown(call))?;
    Ok(Reply::json(&found.shown(user.id, call.state.url())))
}

fn unknown(call: &Call<'_>) -> Problem {
    Problem::not_found(call.part(1), "AuthenticatorEnrollment")
}

/// Gives a user a phone that an admin vouches for: it is in use at once.
fn enroll_phone(call: &Call<'_>) -> Answer {
    let body = call.object()?;
    let mut org = call.state.write();
    let user = subject(&org, call)?.id;
    let number = body.get("profile").and_then(|profile| profile["phoneNumber"].as_str());
    let number = number.filter(|number| number.starts_with('+') && number.len() > 7);
    let number =
        number.ok_or_else(|| fault("profile.phoneNumber", "The field has to be a number like +14155550100"))?;
    let phone = authenticator(&org, "phone_number").map(|known| known.id);
    if phone.is_none_or(|id| body.get("authenticatorId").and_then(Value::as_str) != Some(id.as_str())) {
        return Err(fault(
            "authenticatorId",
            "The field has to be the id of the phone authenticator",
        ));
    }
    let kind = KINDS
        .iter()
        .find(|kind| kind.0 == "sms")
        .expect("the sandbox has a factor for messages");
    let id = org.ids.next(Kind::Factor(kind.2));
    let profile = serde_json::Map::from_iter([("phoneNumber".to_owned(), number.into())]);
    let mut factor = Factor::new(id, kind, profile, call.now);
    factor.active = true;
    if let Some(user) = org.users.get_mut(user) {
        user.factors.push(factor);
    }
    record(&mut org, call, kinds::FACTOR_ACTIVATE, user);
    let user = subject(&org, call)?;
    let all = enrollments(&org, user, false);
    let made = all.iter().find(|it| it.id == id).ok_or_else(|| unknown(call))?;
    Ok(Reply::json(&made.shown(user.id, call.state.url())))
}

fn delete(call: &Call<'_>) -> Answer {
    let mut org = call.state.write();
    let user = subject(&org, call)?;
    let id = user.factors.iter().find(|factor| factor.id.as_str() == call.part(1));
    let (user, id) = (user.id, id.map(|factor| factor.id).ok_or_else(|| unknown(call))?);
    if let Some(user) = org.users.get_mut(user) {
        user.factors.retain(|factor| factor.id != id);
    }
    record(&mut org, call, kinds::FACTOR_DEACTIVATE, user);
    Ok(Reply::no_content())
}
