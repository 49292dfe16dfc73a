//! Who is in a group.

use axum::http::Method;

use super::Route;
use super::call::{Answer, Call, Reply};
use super::errors::Problem;
use super::event::{Party, kinds};
use super::groups::{find, find_own};
use super::ids::Id;
use super::paging::{self, Limits};
use super::user::ShownUser;
use super::users;
use crate::state::Org;

/// What this file answers.
pub const ROUTES: &[Route] = &[
    Route(Method::GET, "groups/{}/users", list),
    Route(Method::PUT, "groups/{}/users/{}", add),
    Route(Method::DELETE, "groups/{}/users/{}", remove),
];

const LIMITS: Limits = Limits {
    default: 1000,
    most: 1000,
};

fn list(call: &Call<'_>) -> Answer {
    use std::ops::Bound::{Excluded, Unbounded};
    let limit = LIMITS.of(call)?;
    let after = match call.query.filled("after") {
        Some(cursor) => Some(Id::parse(cursor).ok_or_else(Problem::cursor)?),
        None => None,
    };
    let org = call.state.read();
    let group = find(&org, call.part(0))?;
    let mut ids: Vec<Id> = group
        .members
        .range((after.map_or(Unbounded, Excluded), Unbounded))
        .take(limit + 1)
        .copied()
        .collect();
    let more = ids.len() > limit;
    ids.truncate(limit);
    let url = call.state.url();
    let members = ids.iter().filter_map(|id| org.users.get(*id));
    let members: Vec<ShownUser<'_>> = members
        .map(|user| user.shown(org.schema(user.type_id), url, true))
        .collect();
    let next = ids.last().filter(|_| more).map(Id::as_str);
    Ok(paging::link(Reply::json(&members), call, limit, next))
}

fn add(call: &Call<'_>) -> Answer {
    set(call, true)
}

fn remove(call: &Call<'_>) -> Answer {
    set(call, false)
}

/// Joining twice and leaving twice are fine; only a change is an event.
fn set(call: &Call<'_>, member: bool) -> Answer {
    let mut org = call.state.write();
    let group = find_own(&org, call.part(0))?.id;
    let user = users::find(&org, call.part(1))?;
    if org.set_member(group, user, member, call.now) {
        exclude_from_rule(&mut org, call, group, user);
        let parties = [
            org.users.get(user).map(Party::from),
            org.groups.get(&group).map(Party::from),
        ];
        let kind = if member {
            kinds::MEMBER_ADD
        } else {
            kinds::MEMBER_REMOVE
        };
        org.record(call, kind, parties.into_iter().flatten().collect());
    }
    Ok(Reply::no_content())
}

/// A person whom somebody takes out of a group by hand is not to be put back by the rule: it leaves the person alone
/// from now on.
fn exclude_from_rule(org: &mut Org, call: &Call<'_>, group: Id, user: Id) {
    let Some(rule) = org.groups.get_mut(&group).and_then(|group| group.ruled.remove(&user)) else {
        return;
    };
    if let Some(rule) = org.rules.get_mut(&rule) {
        rule.excluded.get_or_insert_default().push(user);
        let targets = org.users.get(user).map(Party::from).into_iter().collect();
        org.record(call, kinds::RULE_EXCLUSION, targets);
    }
}
