//! The factors of a user: catalogue, questions, list, enroll, activate, verify, resend, delete. No message leaves the
//! sandbox: the passcode of every message is 123456, and a push is approved when it is asked about a second time.

use axum::http::Method;
use serde_json::{Map, Value, json};

use super::Route;
use super::call::{Answer, Call, Reply};
use super::errors::Problem;
use super::event::{EventKind, kinds};
use super::factor::{Factor, FactorKind, KINDS, QUESTIONS};
use super::ids::{Id, Kind};
use super::totp;
use super::user::User;
use super::users::{find, record};
use crate::clock::Time;
use crate::random;
use crate::state::Org;

/// What this file answers.
pub const ROUTES: &[Route] = &[
    Route(Method::GET, "users/{}/factors", list),
    Route(Method::POST, "users/{}/factors", enroll),
    Route(Method::GET, "users/{}/factors/catalog", catalog),
    Route(Method::GET, "users/{}/factors/questions", questions),
    Route(Method::GET, "users/{}/factors/{}", get),
    Route(Method::DELETE, "users/{}/factors/{}", delete),
    Route(Method::POST, "users/{}/factors/{}/lifecycle/activate", activate),
    Route(Method::POST, "users/{}/factors/{}/lifecycle/activate/poll", activate),
    Route(Method::POST, "users/{}/factors/{}/resend", resend),
    Route(Method::POST, "users/{}/factors/{}/verify", verify),
    Route(Method::GET, "users/{}/factors/{}/transactions/{}", transaction),
    Route(Method::DELETE, "users/{}/factors/{}/transactions/{}", cancel),
];

const PASSCODE: &str = "123456";
/// How long a challenge waits, in milliseconds.
const PATIENCE: i64 = 5 * 60 * 1000;

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

/// Changes a factor and tells the log.
fn change(org: &mut Org, call: &Call<'_>, user: Id, id: Id, kind: Option<EventKind>, change: impl FnOnce(&mut Factor)) {
    let factors = org.users.get_mut(user).map(|user| &mut user.factors);
    if let Some(factor) = factors.into_iter().flatten().find(|factor| factor.id == id) {
        change(factor);
        factor.last_updated = call.now.whole_seconds();
    }
    if let Some(kind) = kind {
        record(org, call, kind, user);
    }
}

fn list(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    let user = subject(&org, call)?;
    let factors = user.factors.iter();
    let list: Vec<Value> = factors.map(|factor| factor.shown(user.id, call.state.url())).collect();
    Ok(Reply::json(&list))
}

fn get(call: &Call<'_>) -> Answer {
    shown(&call.state.read(), call)
}

fn shown(org: &Org, call: &Call<'_>) -> Answer {
    let user = subject(org, call)?;
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
            "enrollment": "OPTIONAL",
            "_links": {"enroll": {"href": href, "hints": {"allow": ["POST"]}}},
        })
    });
    Ok(Reply::json(&list.collect::<Vec<_>>()))
}

fn questions(call: &Call<'_>) -> Answer {
    subject(&call.state.read(), call)?;
    let list = QUESTIONS
        .iter()
        .map(|(question, text)| json!({"question": question, "questionText": text}));
    Ok(Reply::json(&list.collect::<Vec<_>>()))
}

fn refused(cause: &str) -> Problem {
    Problem::validation("factorEnrollRequest", vec![cause.to_owned()])
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
    let kind = wanted.ok_or_else(|| refused("Invalid factor."))?;
    let mut profile = body
        .get("profile")
        .and_then(Value::as_object)
        .cloned()
        .unwrap_or_default();
    check_profile(kind, &mut profile)?;
    let old = user
        .factors
        .iter()
        .find(|own| own.kind == kind.0 && own.provider == kind.1);
    if let Some(old) = old {
        let renews = !old.active || call.query.flag("updatePhone", false) && profile != old.profile;
        if !renews {
            return Err(refused("A factor of this type is already set up."));
        }
        let gone = old.id;
        if let Some(user) = org.users.get_mut(user_id) {
            user.factors.retain(|factor| factor.id != gone);
        }
    }
    if kind.0 == "token:software:totp" && kind.1 == "OKTA" || kind.0 == "push" {
        let login = subject(&org, call)?.login().to_owned();
        profile.insert("credentialId".into(), login.into());
    }
    let mut factor = Factor::new(org.ids.next(Kind::Factor(kind.2)), kind, profile, call.now);
    factor.active = factor.kind == "question" || factor.is_told() && call.query.flag("activate", false);
    let (active, shown) = (factor.active, factor.shown(user_id, call.state.url()));
    if let Some(user) = org.users.get_mut(user_id) {
        user.factors.push(factor);
    }
    if active {
        record(&mut org, call, kinds::FACTOR_ACTIVATE, user_id);
    }
    Ok(Reply::json(&shown))
}

/// Checks what the factor is to be tied to.
fn check_profile(kind: &FactorKind, profile: &mut Map<String, Value>) -> Result<(), Problem> {
    let text = |name: &str| profile.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    if let Some(needed) = kind.3
        && text(needed).is_empty()
    {
        return Err(refused(&format!("{needed}: The field cannot be left blank")));
    }
    match kind.3 {
        Some("phoneNumber") => {
            let number = text("phoneNumber");
            let digits = number.chars().filter(char::is_ascii_digit).count();
            let is_number = number.chars().all(|c| c.is_ascii_digit() || "+-() .".contains(c));
            if !is_number || !(7..=15).contains(&digits) {
                return Err(refused("Invalid Phone Number."));
            }
        }
        Some("email") if !text("email").contains('@') => {
            return Err(refused("email: The field must be an email address"));
        }
        Some("question") => {
            let asked = text("question");
            let Some((_, question)) = QUESTIONS.iter().find(|(known, _)| *known == asked) else {
                return Err(refused("Invalid question type. Please specify valid question type."));
            };
            if text("answer").chars().count() < 4 {
                return Err(refused(
                    "The security question answer must be at least 4 characters in length",
                ));
            }
            if question.to_lowercase().contains(&text("answer").to_lowercase()) {
                return Err(refused(
                    "The security question answer must not be a part of the question",
                ));
            }
            profile.insert("questionText".into(), (*question).into());
        }
        _ => {}
    }
    Ok(())
}

fn wrong_code() -> Problem {
    let refusal = Problem::new(403, "E0000068", "Invalid Passcode/Answer");
    refusal.because("Your passcode doesn't match our records. Please try again.")
}

/// Whether a passcode is right; gives the step of time of a code that a device made.
fn check_code(factor: &Factor, code: Option<&str>, now: Time) -> Result<Option<i64>, Problem> {
    let code = code.ok_or_else(wrong_code)?;
    let Some(secret) = &factor.secret else {
        return if code == PASSCODE { Ok(None) } else { Err(wrong_code()) };
    };
    let step = totp::step_of(secret, code, now).ok_or_else(wrong_code)?;
    if factor.used_step.is_some_and(|used| used >= step) {
        let summary = "Each code can only be used once. Please wait for a new code and try again.";
        return Err(Problem::new(403, "E0000082", summary));
    }
    Ok(Some(step))
}

/// What a call brings; a poll brings nothing.
fn body(call: &Call<'_>) -> Result<Map<String, Value>, Problem> {
    if call.body.is_empty() {
        Ok(Map::new())
    } else {
        call.object()
    }
}

fn activate(call: &Call<'_>) -> Answer {
    let body = body(call)?;
    let mut org = call.state.write();
    let user = subject(&org, call)?;
    let (user_id, found) = (user.id, factor(user, call)?);
    let id = found.id;
    if found.kind == "push" && !found.active && found.waiting.is_none() {
        let waiting = json!({
            "expiresAt": Time(call.now.0 + PATIENCE), "factorResult": "WAITING",
            "_links": found.shown(user_id, call.state.url())["_links"],
        });
        change(&mut org, call, user_id, id, None, |factor| {
            factor.waiting = Some(random::text(20));
        });
        return Ok(Reply::json(&waiting));
    }
    let step = if found.kind == "push" {
        None
    } else {
        check_code(found, body.get("passCode").and_then(Value::as_str), call.now)?
    };
    change(&mut org, call, user_id, id, Some(kinds::FACTOR_ACTIVATE), |factor| {
        factor.active = true;
        factor.waiting = None;
        factor.used_step = step;
    });
    shown(&org, call)
}

fn resend(call: &Call<'_>) -> Answer {
    let mut org = call.state.write();
    let user = subject(&org, call)?;
    let (user_id, found) = (user.id, factor(user, call)?);
    if !found.is_told() {
        return Err(refused("No message tells the code of this factor."));
    }
    let id = found.id;
    change(&mut org, call, user_id, id, Some(kinds::FACTOR_UPDATE), |_| ());
    shown(&org, call)
}

fn verify(call: &Call<'_>) -> Answer {
    let body = body(call)?;
    let text = |name: &str| body.get(name).and_then(Value::as_str);
    let mut org = call.state.write();
    let user = subject(&org, call)?;
    let (user_id, found) = (user.id, factor(user, call)?);
    if !found.active {
        let summary = "The entity is not in the expected state for the requested transition.";
        return Err(Problem::new(403, "E0000107", summary));
    }
    let path = format!("{}/api/v1/users/{user_id}/factors/{}", call.state.url(), found.id);
    let (id, kind) = (found.id, found.kind);
    if kind == "push" {
        let transaction = random::text(20);
        let reply = Reply::json(&waiting(&path, &transaction, call.now)).with_status(201);
        change(&mut org, call, user_id, id, None, |factor| {
            factor.waiting = Some(transaction);
        });
        return Ok(reply);
    }
    if kind == "question" {
        if !text("answer").is_some_and(|answer| found.is_answered_by(answer)) {
            return Err(wrong_code());
        }
    } else if text("passCode").is_none() && found.is_told() {
        let challenge = json!({
            "factorResult": "CHALLENGE", "factorMessage": null,
            "_links": {
                "verify": {"href": format!("{path}/verify"), "hints": {"allow": ["POST"]}},
                "factor": {"href": path, "hints": {"allow": ["GET", "DELETE"]}},
            },
        });
        return Ok(Reply::json(&challenge));
    } else {
        let step = check_code(found, text("passCode"), call.now)?;
        change(&mut org, call, user_id, id, None, |factor| factor.used_step = step);
    }
    Ok(Reply::json(&json!({"factorResult": "SUCCESS"})))
}

fn waiting(path: &str, transaction: &str, now: Time) -> Value {
    let poll = format!("{path}/transactions/{transaction}");
    json!({
        "factorResult": "WAITING", "expiresAt": Time(now.0 + PATIENCE),
        "_links": {
            "cancel": {"href": poll, "hints": {"allow": ["DELETE"]}},
            "poll": {"href": poll, "hints": {"allow": ["GET"]}},
        },
    })
}

/// Asked about the first time a push still waits; then it is approved.
fn transaction(call: &Call<'_>) -> Answer {
    let mut org = call.state.write();
    let user = subject(&org, call)?;
    let (user_id, found) = (user.id, factor(user, call)?);
    let id = found.id;
    let asked = format!("{} asked", call.part(2));
    let path = format!("{}/api/v1/users/{user_id}/factors/{id}", call.state.url());
    match found.waiting.as_deref() {
        Some(own) if own == call.part(2) => {
            change(&mut org, call, user_id, id, None, |factor| factor.waiting = Some(asked));
            Ok(Reply::json(&waiting(&path, call.part(2), call.now)))
        }
        Some(own) if own == asked => Ok(Reply::json(&json!({"factorResult": "SUCCESS"}))),
        _ => Err(Problem::not_found(call.part(2), "FactorTransaction")),
    }
}

fn cancel(call: &Call<'_>) -> Answer {
    let mut org = call.state.write();
    let user = subject(&org, call)?;
    let (user_id, id) = (user.id, factor(user, call)?.id);
    change(&mut org, call, user_id, id, None, |factor| factor.waiting = None);
    Ok(Reply::no_content())
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
