//! Event hooks: list, create, get, replace, verify, activate, deactivate, delete. Deliveries are in `crate::deliveries`.

use axum::http::{Method, StatusCode};
use serde_json::Value;

use super::Route;
use super::call::{Answer, Call, Reply};
use super::errand::{Errand, Told};
use super::errors::Problem;
use super::event::{EventKind, Party, kinds};
use super::event_hook::EventHook;
use super::ids::{Id, Kind};
use crate::random;
use crate::state::Org;

/// What this file answers.
pub const ROUTES: &[Route] = &[
    Route(Method::GET, "eventHooks", list),
    Route(Method::POST, "eventHooks", create),
    Route(Method::GET, "eventHooks/{}", get),
    Route(Method::PUT, "eventHooks/{}", replace),
    Route(Method::DELETE, "eventHooks/{}", delete),
    Route(Method::POST, "eventHooks/{}/lifecycle/verify", verify),
    Route(Method::POST, "eventHooks/{}/lifecycle/activate", activate),
    Route(Method::POST, "eventHooks/{}/lifecycle/deactivate", deactivate),
];

/// How many hooks an org may have.
const MOST: usize = 25;

fn find<'a>(org: &'a Org, name: &str) -> Result<&'a EventHook, Problem> {
    Id::parse(name)
        .and_then(|id| org.event_hooks.get(&id))
        .ok_or_else(|| Problem::not_found(name, "Webhook"))
}

fn get(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    Ok(Reply::json(&find(&org, call.part(0))?.shown(call.state.url())))
}

#[expect(clippy::unnecessary_wraps, reason = "every route answers with a result")]
fn list(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    let hooks = org.event_hooks.values();
    let list: Vec<Value> = hooks.map(|hook| hook.shown(call.state.url())).collect();
    Ok(Reply::json(&list))
}

fn create(call: &Call<'_>) -> Answer {
    let body = call.object()?;
    let mut org = call.state.write();
    let mut hook = EventHook::read(&body, None, org.owner, call.now)?;
    if org.event_hooks.len() >= MOST {
        let cause = format!("The maximum number of event hooks ({MOST}) has been reached");
        return Err(Problem::validation("eventHook", vec![cause]));
    }
    hook.id = org.ids.next(Kind::EventHook);
    Ok(keep(&mut org, call, hook, kinds::HOOK_CREATE))
}

fn replace(call: &Call<'_>) -> Answer {
    let body = call.object()?;
    let mut org = call.state.write();
    let hook = EventHook::read(&body, Some(find(&org, call.part(0))?), org.owner, call.now)?;
    Ok(keep(&mut org, call, hook, kinds::HOOK_UPDATE))
}

fn activate(call: &Call<'_>) -> Answer {
    set_active(call, true, kinds::HOOK_ACTIVATE)
}

fn deactivate(call: &Call<'_>) -> Answer {
    set_active(call, false, kinds::HOOK_DEACTIVATE)
}

fn set_active(call: &Call<'_>, active: bool, kind: EventKind) -> Answer {
    let mut org = call.state.write();
    let mut hook = find(&org, call.part(0))?.clone();
    hook.active = active;
    hook.since = org.log.len();
    hook.last_updated = call.now.whole_seconds();
    Ok(keep(&mut org, call, hook, kind))
}

fn keep(org: &mut Org, call: &Call<'_>, hook: EventHook, kind: EventKind) -> Reply {
    let (shown, party) = (hook.shown(call.state.url()), Party::from(&hook));
    org.event_hooks.insert(hook.id, hook);
    org.record(call, kind, vec![party]);
    Reply::json(&shown)
}

fn delete(call: &Call<'_>) -> Answer {
    let mut org = call.state.write();
    let hook = find(&org, call.part(0))?;
    if hook.active {
        let cause = "The event hook must be deactivated before deletion";
        return Err(Problem::validation("eventHook", vec![cause.into()]));
    }
    let (id, party) = (hook.id, Party::from(hook));
    org.event_hooks.remove(&id);
    org.record(call, kinds::HOOK_DELETE, vec![party]);
    Ok(Reply::no_content())
}

/// Sends the one-time challenge to a hook's address.
fn verify(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    let hook = find(&org, call.part(0))?;
    if !hook.active {
        let cause = "An inactive event hook cannot be verified";
        return Err(Problem::validation("eventHook", vec![cause.into()]));
    }
    let (id, secret) = (hook.id, random::text(32));
    let mut headers = hook.sent_headers();
    headers.push(("x-okta-verification-challenge".into(), secret.clone()));
    let challenge = Errand::ask(Method::GET, hook.url.clone(), headers, Vec::new(), move |call, told| {
        challenged(call, id, is_answered(told, &secret))
    });
    Ok(Reply::after(challenge))
}

/// Whether an address is proven to want the events.
fn is_answered(told: Told, secret: &str) -> Result<(), String> {
    match told? {
        (StatusCode::OK, body) => {
            let answer: Value = serde_json::from_slice(&body).unwrap_or_default();
            if answer["verification"] == secret {
                return Ok(());
            }
            Err("the answer does not hold the challenge as \"verification\"".into())
        }
        (status, _) => Err(format!("the address answered {status}")),
    }
}

/// Keeps what the challenge showed and answers the call.
fn challenged(call: &Call<'_>, id: Id, outcome: Result<(), String>) -> Answer {
    let mut org = call.state.write();
    let end = org.log.len();
    let Some(hook) = org.event_hooks.get_mut(&id) else {
        return Err(Problem::not_found(id.as_str(), "Webhook"));
    };
    if outcome.is_ok() {
        hook.verified = true;
        hook.since = end;
        hook.last_updated = call.now.whole_seconds();
    }
    let (shown, party) = (hook.shown(call.state.url()), Party::from(&*hook));
    org.record_outcome(call, kinds::HOOK_VERIFY, vec![party], outcome.clone().err());
    match outcome {
        Ok(()) => Ok(Reply::json(&shown)),
        Err(cause) => {
            let cause = format!("The event hook could not be verified: {cause}");
            Err(Problem::validation("eventHook", vec![cause]))
        }
    }
}
