//! What hangs below a user: groups, sessions, devices, blocks. Clients, tokens and grants are in
//! `oauth::issued`.

use axum::http::Method;

use super::Route;
use super::call::{Answer, Call, Reply};
use super::errors::Problem;
use super::event::kinds;
use super::ids::Id;
use super::oauth::access::Caller;
use super::paging;
use super::shape::forbidden;
use super::users::{find, record};
use crate::state::Org;

/// What this file answers.
pub const ROUTES: &[Route] = &[
    Route(Method::GET, "users/{}/groups", groups),
    Route(Method::DELETE, "users/{}/sessions", end_sessions),
    Route(Method::POST, "users/{}/lifecycle/delete_sessions", end_own_sessions),
    Route(Method::GET, "users/{}/devices", nothing),
    Route(Method::GET, "users/{}/blocks", blocks),
];

fn groups(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    let user = find(&org, call.part(0))?;
    let ids = org.users.get(user).into_iter().flat_map(|user| &user.groups);
    let list: Vec<_> = ids
        .filter_map(|id| org.groups.get(id))
        .map(|group| group.shown(call.state.url()))
        .collect();
    Ok(paging::link(Reply::json(&list), call, 200, None))
}

fn end_sessions(call: &Call<'_>) -> Answer {
    let mut org = call.state.write();
    let user = find(&org, call.part(0))?;
    clear_sessions(&mut org, call, user, call.query.flag("oauthTokens", false));
    Ok(Reply::no_content())
}

/// Callers can end their own sessions by this address, and nobody else's.
fn end_own_sessions(call: &Call<'_>) -> Answer {
    let mut org = call.state.write();
    let user = find(&org, call.part(0))?;
    let own = match call.caller {
        Caller::Owner => Some(org.owner),
        Caller::User(id) => Some(id),
        Caller::Client(_) => None,
    };
    if own != Some(user) {
        return Err(forbidden());
    }
    clear_sessions(&mut org, call, user, false);
    Ok(Reply::no_content())
}

/// Ends the sessions of a user, and the tokens that came from them where `tokens`.
pub fn clear_sessions(org: &mut Org, call: &Call<'_>, user: Id, tokens: bool) {
    if tokens {
        org.oauth.revoke_user(user);
    }
    record(org, call, kinds::SESSION_CLEAR, user);
}

/// The sandbox gives users no devices.
fn nothing(call: &Call<'_>) -> Answer {
    find(&call.state.read(), call.part(0))?;
    Ok(Reply::json::<[(); 0]>(&[]))
}

/// The feature behind it is off in a development org, as recorded.
fn blocks(call: &Call<'_>) -> Answer {
    find(&call.state.read(), call.part(0))?;
    let summary = "You do not have permission to access the feature you are requesting";
    Err(Problem::new(401, "E0000015", summary))
}
