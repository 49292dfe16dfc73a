//! Passwords and recovery questions that a user changes, and the link for one who forgot.

use axum::http::Method;
use serde_json::{Map, Value, json};

use super::Route;
use super::call::{Answer, Call, Reply};
use super::errors::Problem;
use super::event::{EventKind, kinds};
use super::ids::Id;
use super::sent_credentials::{after_comparing, check_answer, check_history, check_password};
use super::user::{Password, Recovery, Status, User};
use super::user_resources::clear_sessions;
use super::users::{find, record};
use crate::random;
use crate::state::Org;

/// What this file answers.
pub const ROUTES: &[Route] = &[
    Route(Method::POST, "users/{}/credentials/change_password", change_password),
    Route(
        Method::POST,
        "users/{}/credentials/change_recovery_question",
        change_question,
    ),
    Route(Method::POST, "users/{}/credentials/forgot_password", forgot_password),
    Route(
        Method::POST,
        "users/{}/credentials/forgot_password_recovery_question",
        answer_question,
    ),
];

const CAN_CHANGE: &[Status] = &[
    Status::Staged,
    Status::Active,
    Status::PasswordExpired,
    Status::Recovery,
];

fn subject<'a>(org: &'a Org, call: &Call<'_>) -> Result<(Id, &'a User), Problem> {
    let id = find(org, call.part(0))?;
    org.users
        .get(id)
        .map(|user| (id, user))
        .ok_or_else(|| Problem::not_found(call.part(0), "User"))
}

/// The user as they are now.
fn look(call: &Call<'_>) -> Result<User, Problem> {
    let org = call.state.read();
    subject(&org, call).map(|(_, user)| user.clone())
}

fn is_shown(user: &User, given: Option<&str>) -> bool {
    let own = user.credentials.password.as_ref();
    own.zip(given).is_some_and(|(own, given)| own.matches(user.id, given))
}

/// Whether another call set a password since, so that the one shown is out of date.
fn has_changed(user: &User, seen: &User) -> bool {
    user.credentials.password != seen.credentials.password
}

/// `{"password": {"value": "..."}}` or plain text in its place.
fn password<'a>(body: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    let sent = body.get(name)?;
    sent.get("value").unwrap_or(sent).as_str()
}

fn change_password(call: &Call<'_>) -> Answer {
    let body = call.object()?;
    let given = |name: &str| password(&body, name).map(str::to_owned);
    let (old, new) = (given("oldPassword"), given("newPassword"));
    let strict = call.query.flag("strict", false);
    let compare = move |user: &User| {
        let is_right = is_shown(user, old.as_deref());
        let history = match &new {
            Some(new) if is_right && strict => check_history(user, new),
            _ => Ok(()),
        };
        (is_right, history)
    };
    after_comparing(call, look(call)?, compare, |call, seen, (is_right, history)| {
        let body = call.object()?;
        let mut org = call.state.write();
        let (id, user) = subject(&org, call)?;
        if !CAN_CHANGE.contains(&user.status) {
            let summary = "Change password not allowed on specified user.";
            return Err(Problem::new(403, "E0000035", summary));
        }
        if !is_right || has_changed(user, seen) {
            return Err(refused("oldPassword: The credentials provided were incorrect."));
        }
        let new = password(&body, "newPassword").ok_or_else(Problem::malformed)?;
        check_password(new, user.login())?;
        history?;
        set_password(&mut org, call, id, new);
        if body.get("revokeSessions") == Some(&Value::Bool(true)) {
            clear_sessions(&mut org, call, id, true);
        }
        credentials(&org, id)
    })
}

fn set_password(org: &mut Org, call: &Call<'_>, id: Id, new: &str) {
    if let Some(user) = org.users.get_mut(id) {
        user.set_password(Password::new(id, new), call.now);
        if matches!(user.status, Status::PasswordExpired | Status::Recovery) {
            user.move_to(Status::Active, call.now);
        }
    }
    record(org, call, kinds::USER_PASSWORD, id);
}

fn change_question(call: &Call<'_>) -> Answer {
    let given = password(&call.object()?, "password").map(str::to_owned);
    let compare = move |user: &User| is_shown(user, given.as_deref());
    after_comparing(call, look(call)?, compare, |call, seen, is_right| {
        let body = call.object()?;
        let mut org = call.state.write();
        let (id, user) = subject(&org, call)?;
        if !matches!(user.status, Status::Staged | Status::Active | Status::Recovery) {
            let summary = "Change recovery question not allowed on specified user.";
            return Err(Problem::new(403, "E0000036", summary));
        }
        if !is_right || has_changed(user, seen) {
            return Err(refused("password: The credentials provided were incorrect."));
        }
        let (question, answer) = question(&body)?;
        check_answer(answer)?;
        let recovery = Recovery::new(id, question, answer);
        change(&mut org, call, id, kinds::USER_UPDATE, |user| {
            user.credentials.recovery = Some(recovery);
        });
        credentials(&org, id)
    })
}

fn forgot_password(call: &Call<'_>) -> Answer {
    let mut org = call.state.write();
    let (id, user) = subject(&org, call)?;
    if user.status != Status::Active {
        return Err(Problem::new(
            403,
            "E0000034",
            "Forgot password not allowed on specified user.",
        ));
    }
    record(&mut org, call, kinds::USER_RESET, id);
    if call.query.flag("sendEmail", true) {
        return Ok(Reply::empty_object());
    }
    let url = format!("{}/signin/reset-password/dfp{}", call.state.url(), random::text(17));
    Ok(Reply::json(&json!({"resetPasswordUrl": url})))
}

/// Sets a new password for who knows the answer to the recovery question.
fn answer_question(call: &Call<'_>) -> Answer {
    let body = call.object()?;
    let mut org = call.state.write();
    let (id, user) = subject(&org, call)?;
    if user.status != Status::Active {
        return Err(Problem::new(
            403,
            "E0000034",
            "Forgot password not allowed on specified user.",
        ));
    }
    let answer = body
        .get("recovery_question")
        .and_then(|sent| sent.get("answer"))
        .and_then(Value::as_str);
    let right = answer.is_some_and(|answer| {
        user.credentials
            .recovery
            .as_ref()
            .is_some_and(|recovery| recovery.matches(id, answer))
    });
    if !right {
        return Err(Problem::new(
            403,
            "E0000087",
            "The recovery question answer did not match our records.",
        ));
    }
    let new = password(&body, "password").ok_or_else(Problem::malformed)?;
    check_password(new, user.login())?;
    set_password(&mut org, call, id, new);
    credentials(&org, id)
}

fn change(org: &mut Org, call: &Call<'_>, id: Id, kind: EventKind, change: impl FnOnce(&mut User)) {
    if let Some(user) = org.users.get_mut(id) {
        change(user);
        user.touch(call.now);
    }
    record(org, call, kind, id);
}

fn question(body: &Map<String, Value>) -> Result<(&str, &str), Problem> {
    let sent = body.get("recovery_question").ok_or_else(Problem::malformed)?;
    let text = |name: &str| sent.get(name).and_then(Value::as_str);
    text("question").zip(text("answer")).ok_or_else(Problem::malformed)
}

fn refused(cause: &str) -> Problem {
    Problem::new(403, "E0000014", "Update of credentials failed").because(cause)
}

fn credentials(org: &Org, id: Id) -> Answer {
    let user = org
        .users
        .get(id)
        .ok_or_else(|| Problem::not_found(id.as_str(), "User"))?;
    Ok(Reply::json(&user.shown_credentials(false)))
}
