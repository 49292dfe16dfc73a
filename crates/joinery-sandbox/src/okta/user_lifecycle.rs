//! The life of a user: which operation leads from which status to which, and the error of each that does not.

use axum::http::Method;
use serde_json::json;

use super::Route;
use super::call::{Answer, Call, Reply};
use super::errors::Problem;
use super::event::kinds;
use super::ids::Id;
use super::user::{Password, Status};
use super::user_resources::clear_sessions;
use super::users::{self, find, record, shown};
use crate::random;
use crate::state::Org;

/// What this file answers.
pub const ROUTES: &[Route] = &[
    Route(Method::POST, "users/{}/lifecycle/activate", activate),
    Route(Method::POST, "users/{}/lifecycle/reactivate", reactivate),
    Route(Method::POST, "users/{}/lifecycle/deactivate", deactivate),
    Route(Method::POST, "users/{}/lifecycle/suspend", suspend),
    Route(Method::POST, "users/{}/lifecycle/unsuspend", unsuspend),
    Route(Method::POST, "users/{}/lifecycle/unlock", unlock),
    Route(Method::POST, "users/{}/lifecycle/expire_password", expire_password),
    Route(
        Method::POST,
        "users/{}/lifecycle/expire_password_with_temp_password",
        expire_with_temporary,
    ),
    Route(Method::POST, "users/{}/lifecycle/reset_password", reset_password),
    Route(Method::POST, "users/{}/lifecycle/reset_factors", reset_factors),
];

/// The statuses in which a password can be expired.
const CAN_EXPIRE: &[Status] = &[Status::Active, Status::PasswordExpired];
/// The statuses in which a password can be reset.
const CAN_RESET: &[Status] = &[
    Status::Active,
    Status::Provisioned,
    Status::Recovery,
    Status::PasswordExpired,
    Status::LockedOut,
];

/// The user of a lifecycle call and its status.
fn subject(org: &Org, call: &Call<'_>) -> Result<(Id, Status), Problem> {
    let id = find(org, call.part(0))?;
    let user = org
        .users
        .get(id)
        .ok_or_else(|| Problem::not_found(call.part(0), "User"))?;
    Ok((id, user.status))
}

fn move_to(org: &mut Org, call: &Call<'_>, id: Id, status: Status) {
    if let Some(user) = org.users.get_mut(id) {
        user.move_to(status, call.now);
    }
}

fn activate(call: &Call<'_>) -> Answer {
    let mut org = call.state.write();
    let (id, status) = subject(&org, call)?;
    match status {
        Status::Staged | Status::Deprovisioned => {}
        Status::Active => {
            let summary = "Activation failed because the user is already active";
            return Err(Problem::new(403, "E0000016", summary));
        }
        _ => return Err(Problem::status_forbids()),
    }
    let ready = org
        .users
        .get(id)
        .is_some_and(|user| user.credentials.password.is_some() || user.credentials.provider.kind != "OKTA");
    move_to(
        &mut org,
        call,
        id,
        if ready { Status::Active } else { Status::Provisioned },
    );
    record(&mut org, call, kinds::USER_ACTIVATE, id);
    Ok(activation(call, true))
}

fn reactivate(call: &Call<'_>) -> Answer {
    let mut org = call.state.write();
    let (id, status) = subject(&org, call)?;
    if !matches!(status, Status::Provisioned | Status::Recovery) {
        return Err(Problem::status_forbids());
    }
    record(&mut org, call, kinds::USER_REACTIVATE, id);
    Ok(activation(call, false))
}

/// The link is for the caller to pass on only where no mail is sent.
fn activation(call: &Call<'_>, mail_by_default: bool) -> Reply {
    if call.query.flag("sendEmail", mail_by_default) {
        return Reply::empty_object();
    }
    let token = random::text(20);
    let url = format!("{}/tokens/{token}/verify", call.state.url());
    Reply::json(&json!({"activationUrl": url, "activationToken": token}))
}

fn deactivate(call: &Call<'_>) -> Answer {
    let mut org = call.state.write();
    let (id, status) = subject(&org, call)?;
    if id == org.owner {
        return Err(Problem::new(
            403,
            "E0000006",
            "You do not have permission to perform the requested action",
        ));
    }
    // Undocumented for a deactivated user: nothing changes and nothing is wrong.
    if status != Status::Deprovisioned {
        users::deactivate(&mut org, call, id);
    }
    Ok(Reply::empty_object())
}

fn suspend(call: &Call<'_>) -> Answer {
    let mut org = call.state.write();
    let (id, status) = subject(&org, call)?;
    if status != Status::Active {
        return Err(Problem::validation(
            "suspend",
            vec!["Cannot suspend a user that is not active".into()],
        ));
    }
    move_to(&mut org, call, id, Status::Suspended);
    record(&mut org, call, kinds::USER_SUSPEND, id);
    Ok(Reply::empty_object())
}

fn unsuspend(call: &Call<'_>) -> Answer {
    let mut org = call.state.write();
    let (id, status) = subject(&org, call)?;
    if status != Status::Suspended {
        return Err(Problem::validation(
            "unsuspend",
            vec!["Cannot unsuspend a user that is not suspended".into()],
        ));
    }
    move_to(&mut org, call, id, Status::Active);
    record(&mut org, call, kinds::USER_UNSUSPEND, id);
    Ok(Reply::empty_object())
}

fn unlock(call: &Call<'_>) -> Answer {
    let mut org = call.state.write();
    let (id, status) = subject(&org, call)?;
    if status != Status::LockedOut {
        let refusal = Problem::new(403, "E0000032", "Unlock is not allowed for this user.");
        return Err(refusal.because("The user is not locked out."));
    }
    move_to(&mut org, call, id, Status::Active);
    if let Some(user) = org.users.get_mut(id) {
        user.failed_sign_ins = 0;
    }
    record(&mut org, call, kinds::USER_UNLOCK, id);
    Ok(Reply::empty_object())
}

fn expire_password(call: &Call<'_>) -> Answer {
    let mut org = call.state.write();
    let id = expire(&mut org, call)?;
    shown(&org, call, id)
}

fn expire_with_temporary(call: &Call<'_>) -> Answer {
    let mut org = call.state.write();
    let id = expire(&mut org, call)?;
    let password: String = random::text(24)
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .take(12)
        .collect();
    if let Some(user) = org.users.get_mut(id) {
        user.set_password(Password::new(id, &password), call.now);
    }
    if call.query.flag("revokeSessions", false) {
        clear_sessions(&mut org, call, id, true);
    }
    Ok(Reply::json(&json!({"tempPassword": password})))
}

fn expire(org: &mut Org, call: &Call<'_>) -> Result<Id, Problem> {
    let (id, status) = subject(org, call)?;
    let has_password = org
        .users
        .get(id)
        .is_some_and(|user| user.credentials.password.is_some());
    if !CAN_EXPIRE.contains(&status) || !has_password {
        return Err(Problem::status_forbids());
    }
    move_to(org, call, id, Status::PasswordExpired);
    record(org, call, kinds::USER_EXPIRE, id);
    Ok(id)
}

fn reset_password(call: &Call<'_>) -> Answer {
    let mut org = call.state.write();
    let (id, status) = subject(&org, call)?;
    if !CAN_RESET.contains(&status) {
        return Err(Problem::status_forbids());
    }
    move_to(&mut org, call, id, Status::Recovery);
    record(&mut org, call, kinds::USER_RESET, id);
    if call.query.flag("revokeSessions", false) {
        clear_sessions(&mut org, call, id, true);
    }
    if call.query.flag("sendEmail", true) {
        return Ok(Reply::empty_object());
    }
    let url = format!("{}/reset_password/drp{}", call.state.url(), random::text(17));
    Ok(Reply::json(&json!({"resetPasswordUrl": url})))
}

fn reset_factors(call: &Call<'_>) -> Answer {
    let mut org = call.state.write();
    let (id, _) = subject(&org, call)?;
    if let Some(user) = org.users.get_mut(id) {
        user.factors.clear();
    }
    record(&mut org, call, kinds::FACTORS_RESET, id);
    Ok(Reply::empty_object())
}
