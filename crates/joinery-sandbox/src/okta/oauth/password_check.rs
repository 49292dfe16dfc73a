//! Whether a login and a password belong together: by what the org keeps, or by the hook that a user's password was left
//! with. Nothing of the org is held meanwhile: both the hook and a hash from elsewhere may take a while.

use serde_json::{Value, json};

use super::claims;
use crate::okta::call::{Answer, Call};
use crate::okta::errand::Errand;
use crate::okta::errors::Problem;
use crate::okta::ids::Id;
use crate::okta::imported_password::ImportedPassword;
use crate::okta::inline_hook;
use crate::okta::record::Record;
use crate::okta::user::Password;

const KIND: &str = "com.okta.user.credential.password.import";

/// What became of a password.
pub enum Shown {
    /// It is not that of a user who may sign in.
    Wrong,
    /// It is this user's.
    Right(Id),
    /// Something has to say that takes a while.
    Later(Id, Judge),
}

/// Who says whether a password is right, where the org cannot tell at once.
pub enum Judge {
    /// The hook that the user's password was left with.
    Hook(Box<Record>),
    /// The hash it was imported as.
    Hash(Box<ImportedPassword>),
}

/// Checks a password. Nobody knows that of a user who came with the org: any will do.
pub fn check(call: &Call<'_>, login: &str, password: &str) -> Shown {
    let (id, own, hook) = {
        let org = call.state.read();
        let named = org.users.with_login(login);
        let id = named.or_else(|| org.users.with_short_login(login));
        let Some(user) = id.and_then(|id| org.users.get(id)) else {
            return Shown::Wrong;
        };
        if !claims::may_sign_in(&org, user.id) {
            return Shown::Wrong;
        }
        let hook = inline_hook::in_use(&org, KIND).cloned();
        (user.id, user.credentials.password.clone(), hook)
    };
    match (own, hook) {
        (Some(Password::Elsewhere), _) => Shown::Right(id),
        (Some(Password::Hook), Some(hook)) => Shown::Later(id, Judge::Hook(Box::new(hook))),
        (Some(Password::Imported(hash)), _) => Shown::Later(id, Judge::Hash(hash)),
        (Some(own), _) if own.matches(id, password) => Shown::Right(id),
        _ => Shown::Wrong,
    }
}

/// Asks the judge; where it says yes, the org knows the password from then on. `finish` answers the call then, and learns
/// whether the password was refused.
///
/// # Errors
/// That the hook has no address to call.
pub fn ask(
    call: &Call<'_>,
    user: Id,
    judge: Judge,
    (login, password): (&str, &str),
    finish: fn(&Call<'_>, bool) -> Answer,
) -> Result<Errand, Problem> {
    let hook = match judge {
        Judge::Hook(hook) => hook,
        Judge::Hash(hash) => return Ok(by_hash(user, hash, password.to_owned(), finish)),
    };
    let data = json!({
        "context": {
            "request": inline_hook::request(call), "credential": {"username": login, "password": password},
        },
        "action": {"credential": "UNVERIFIED"},
    });
    let source = format!("/api/v1/inlineHooks/{}", hook.id);
    let question = inline_hook::envelope(call, KIND, &source, data);
    let password = password.to_owned();
    inline_hook::ask(&hook, &question, move |call, answer| {
        if !says_yes(&answer.unwrap_or_default()) {
            return finish(call, true);
        }
        if let Some(user) = call.state.write().users.get_mut(user) {
            user.adopt_password(&password);
        }
        finish(call, false)
    })
}

fn by_hash(user: Id, hash: Box<ImportedPassword>, password: String, finish: fn(&Call<'_>, bool) -> Answer) -> Errand {
    let work = move || {
        let is_right = hash.matches(&password);
        (hash, password, is_right)
    };
    Errand::work(work, move |call, (hash, password, is_right)| {
        let mut org = call.state.write();
        // Another call may have set a password meanwhile: that one is asked then.
        let held = org.users.get(user).and_then(|user| user.credentials.password.as_ref());
        if is_right
            && held == Some(&Password::Imported(hash))
            && let Some(user) = org.users.get_mut(user)
        {
            user.adopt_password(&password);
        }
        drop(org);
        finish(call, !is_right)
    })
}

fn says_yes(answer: &Value) -> bool {
    let mut commands = answer["commands"].as_array().into_iter().flatten();
    commands.any(|command| command["type"] == "com.okta.action.update" && command["value"]["credential"] == "VERIFIED")
}
