//! How much of the rate limits one API token or app may use. Kept and shown; the sandbox's own limits count for all
//! callers together.

use axum::http::Method;
use serde_json::{Map, Value, json};

use super::Route;
use super::call::Call;
use super::errors::Problem;
use super::event::EventKind;
use super::ids::{Id, Kind};
use super::paging::Limits;
use super::record::Record;
use super::resource::{self, Events, Page, Place, Resource};
use super::settings::{self, ORG_UPDATE};
use super::shape::{fault, need_text, one_of};
use crate::state::Org;

/// What this file answers.
pub const ROUTES: &[Route] = &[
    Route(Method::GET, "principal-rate-limits", resource::list::<PrincipalLimits>),
    Route(
        Method::POST,
        "principal-rate-limits",
        resource::create::<PrincipalLimits>,
    ),
    Route(
        Method::GET,
        "principal-rate-limits/{}",
        resource::get::<PrincipalLimits>,
    ),
    Route(
        Method::PUT,
        "principal-rate-limits/{}",
        resource::replace::<PrincipalLimits>,
    ),
];

/// The limits of tokens and apps.
struct PrincipalLimits;

const UPDATE: EventKind = ORG_UPDATE;

impl Resource for PrincipalLimits {
    const CLASS: &'static str = "PrincipalRateLimitEntity";
    const KIND: Kind = Kind::Record(b"prl");
    const KEYS: &'static [&'static str] = &["id", "*"];
    const EVENTS: Events = Events {
        create: UPDATE,
        update: UPDATE,
        delete: UPDATE,
        activate: UPDATE,
        deactivate: UPDATE,
    };
    const CREATED: u16 = 201;
    const PAGE: Page = Page::Limited(Limits { default: 20, most: 50 });
    const FILTERED: &'static [&'static str] = &["principalId", "principalType"];

    fn place(_org: &Org, _call: &Call<'_>) -> Result<Place, Problem> {
        Ok(Place::top("principal-rate-limits"))
    }

    fn read(
        org: &Org,
        place: &str,
        body: &Map<String, Value>,
        old: Option<&Record>,
    ) -> Result<Map<String, Value>, Problem> {
        let kind = one_of(body, "principalType", &["SSWS_TOKEN", "OAUTH_CLIENT"], None)?;
        let principal = need_text(body, "principalId", 20)?;
        let id = Id::parse(&principal);
        let is_there = match kind.as_str() {
            "SSWS_TOKEN" => id == Some(org.token_id),
            _ => id.is_some_and(|id| org.oauth.clients.get(&id).is_some()),
        };
        if !is_there {
            return Err(Problem::not_found(&principal, "Principal"));
        }
        let taken = |other: &Record| other.text("principalId") == principal && old.is_none_or(|old| old.id != other.id);
        if org.records_at(place).any(taken) {
            return Err(fault("principalId", "The principal has a limit already"));
        }
        let mut fields = json!({
            "orgId": settings::of(org, "org").id, "principalId": principal, "principalType": kind,
        });
        for field in ["defaultPercentage", "defaultConcurrencyPercentage"] {
            let given = body.get(field).map_or(Some(50), Value::as_u64);
            let given = given.filter(|percentage| *percentage <= 100);
            let given = given.ok_or_else(|| fault(field, "The field has to be between 0 and 100"))?;
            fields[field] = given.into();
        }
        Ok(fields.as_object().cloned().unwrap_or_default())
    }

    fn keep_in_step(org: &mut Org, id: Id, call: &Call<'_>, new: bool) {
        let owner = json!(org.owner);
        if let Some(record) = org.records.get_mut(&id) {
            let created = record.created;
            let mut note = |name: &str, value: Value| record.fields.insert(name.into(), value);
            note("createdDate", json!(created));
            note("createdBy", owner.clone());
            note(
                "lastUpdate",
                json!(if new { created } else { call.now.whole_seconds() }),
            );
            note("lastUpdatedBy", owner);
        }
    }
}
