//! Which users are linked to which identity providers, and by which id there: list, get, link, unlink. Nobody signs in
//! through a provider, so none of them left a token.

use axum::http::Method;
use serde_json::{Map, Value, json};

use super::Route;
use super::call::{Answer, Call, Reply};
use super::errors::Problem;
use super::event::Party;
use super::idps::IdentityProviders;
use super::ids::{Id, Kind};
use super::paging::{self, Limits};
use super::record::Record;
use super::resource::{self, Resource, link};
use super::shape::{fault, need_text};
use super::users;
use crate::state::Org;

/// What this file answers.
pub const ROUTES: &[Route] = &[
    Route(Method::GET, "idps/{}/users", list),
    Route(Method::GET, "idps/{}/users/{}", get),
    Route(Method::POST, "idps/{}/users/{}", add),
    Route(Method::DELETE, "idps/{}/users/{}", remove),
    Route(Method::GET, "idps/{}/users/{}/credentials/tokens", list_tokens),
    Route(Method::GET, "users/{}/idps", list_providers),
];

const KIND: Kind = Kind::Record(b"iul");
const LIMITS: Limits = Limits { default: 20, most: 200 };
/// What a profile there may hold, as far as Okta names it.
const PROFILE: [&str; 8] = [
    "profileUrl",
    "firstName",
    "lastName",
    "honorificSuffix",
    "displayName",
    "honorificPrefix",
    "middleName",
    "email",
];

fn place(idp: &Record) -> String {
    format!("{}/users", idp.path())
}

/// The user that a link is of; nothing once that user is gone.
fn user_of(org: &Org, link: &Record) -> Option<Id> {
    Id::parse(link.text("user")).filter(|id| org.users.get(*id).is_some())
}

fn shown(idp: &Record, given: &Record, url: &str) -> Value {
    let user = given.text("user");
    let at = format!("{url}/api/v1/{}", idp.path());
    let profile: Map<String, Value> = PROFILE.iter().map(|name| ((*name).to_owned(), Value::Null)).collect();
    json!({
        "id": user, "externalId": given.get("externalId"), "created": given.created,
        "lastUpdated": given.last_updated, "profile": profile,
        "_links": {
            "idp": {"href": at}, "self": link(&format!("{at}/users/{user}"), &["GET", "DELETE"]),
            "user": {"href": format!("{url}/api/v1/users/{user}")},
        },
    })
}

/// The provider and the link of a call.
fn find<'o>(org: &'o Org, call: &Call<'_>) -> Result<(&'o Record, &'o Record), Problem> {
    let idp = resource::find::<IdentityProviders>(org, call)?;
    let user = users::find(org, call.part(1))?;
    let found = org
        .records_at(&place(idp))
        .find(|link| link.text("user") == user.as_str());
    let found = found.ok_or_else(|| Problem::not_found(call.part(1), "IdpUser"))?;
    Ok((idp, found))
}

fn list(call: &Call<'_>) -> Answer {
    let limit = LIMITS.of(call)?;
    let org = call.state.read();
    let idp = resource::find::<IdentityProviders>(&org, call)?;
    let wanted = call.query.filled("q").map(str::to_lowercase);
    let place = place(idp);
    let links = org.records_at(&place).filter(|link| {
        let user = user_of(&org, link);
        let after = call.query.filled("after");
        user.is_some()
            && after.is_none_or(|after| link.id.as_str() > after)
            && wanted
                .as_ref()
                .is_none_or(|part| link.text("externalId").to_lowercase().contains(part))
    });
    let mut links: Vec<&Record> = links.take(limit + 1).collect();
    let more = links.len() > limit;
    links.truncate(limit);
    let next = links.last().filter(|_| more).map(|last| last.id.to_string());
    let list: Vec<Value> = links.iter().map(|link| shown(idp, link, call.state.url())).collect();
    Ok(paging::link(Reply::json(&list), call, limit, next.as_deref()))
}

fn get(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    let (idp, link) = find(&org, call)?;
    Ok(Reply::json(&shown(idp, link, call.state.url())))
}

fn add(call: &Call<'_>) -> Answer {
    let external = need_text(&call.object()?, "externalId", 512)?;
    let mut org = call.state.write();
    let idp = resource::find::<IdentityProviders>(&org, call)?.clone();
    let user = users::find(&org, call.part(1))?;
    for other in org
        .records_at(&place(&idp))
        .filter(|link| user_of(&org, link).is_some())
    {
        if other.text("user") == user.as_str() {
            return Err(fault("userId", "The user is linked to this identity provider already"));
        }
        if other.text("externalId") == external {
            return Err(fault("externalId", "Another user is linked by this id"));
        }
    }
    let fields = Map::from_iter([
        ("user".to_owned(), json!(user)),
        ("externalId".to_owned(), external.into()),
    ]);
    let made = Record::new(org.ids.next(KIND), place(&idp), call.now, fields);
    let reply = Reply::json(&shown(&idp, &made, call.state.url()));
    org.add_record(made);
    let parties = org.users.get(user).map(Party::from).into_iter();
    let parties = parties.chain([idp.party(IdentityProviders::PARTY)]).collect();
    org.record(call, IdentityProviders::EVENTS.update, parties);
    Ok(reply)
}

fn remove(call: &Call<'_>) -> Answer {
    let mut org = call.state.write();
    let id = find(&org, call)?.1.id;
    org.drop_record(id);
    Ok(Reply::no_content())
}

fn list_tokens(call: &Call<'_>) -> Answer {
    find(&call.state.read(), call)?;
    Ok(Reply::json::<[(); 0]>(&[]))
}

fn list_providers(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    let user = users::find(&org, call.part(0))?;
    let is_linked = |idp: &&Record| {
        let place = place(idp);
        org.records_at(&place).any(|link| link.text("user") == user.as_str())
    };
    let list: Vec<Value> = org
        .records_at("idps")
        .filter(is_linked)
        .map(|idp| resource::shown::<IdentityProviders>(idp, call.state.url()))
        .collect();
    Ok(Reply::json(&list))
}
