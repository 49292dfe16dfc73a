//! The rules of policies.

use axum::http::Method;
use serde_json::{Map, Value, json};

use super::Route;
use super::call::Call;
use super::errors::Problem;
use super::event::EventKind;
use super::ids::{Id, Kind};
use super::policies::Policies;
use super::policy;
use super::priority;
use super::record::Record;
use super::resource::{self, Events, Place, Resource, link, usual_links};
use super::shape::{fault, forbidden, need_text};
use crate::state::Org;

/// What this file answers.
pub const ROUTES: &[Route] = &[
    Route(Method::GET, "policies/{}/rules", resource::list::<PolicyRules>),
    Route(Method::POST, "policies/{}/rules", resource::create::<PolicyRules>),
    Route(Method::GET, "policies/{}/rules/{}", resource::get::<PolicyRules>),
    Route(Method::PUT, "policies/{}/rules/{}", resource::replace::<PolicyRules>),
    Route(Method::DELETE, "policies/{}/rules/{}", resource::delete::<PolicyRules>),
    Route(
        Method::POST,
        "policies/{}/rules/{}/lifecycle/activate",
        resource::activate::<PolicyRules>,
    ),
    Route(
        Method::POST,
        "policies/{}/rules/{}/lifecycle/deactivate",
        resource::deactivate::<PolicyRules>,
    ),
];

/// The rules of a policy.
pub struct PolicyRules;

/// The events of rules, whatever their policy is for.
pub const EVENTS: Events = Events {
    create: EventKind("policy.rule.add", "Add policy rule", "policy.rule.add"),
    update: EventKind("policy.rule.update", "Update policy rule", "policy.rule.update"),
    delete: EventKind("policy.rule.delete", "Delete policy rule", "policy.rule.delete"),
    activate: EventKind("policy.rule.activate", "Activate policy rule", "policy.rule.activate"),
    deactivate: EventKind(
        "policy.rule.deactivate",
        "Deactivate policy rule",
        "policy.rule.deactivate",
    ),
};

/// What a rule is shown with, whatever its policy is for.
pub const KEYS: &[&str] = &[
    "id",
    "status",
    "name",
    "priority",
    "created",
    "lastUpdated",
    "system",
    "conditions",
    "actions",
    "_links",
    "type",
];

impl Resource for PolicyRules {
    const CLASS: &'static str = "PolicyRule";
    const KIND: Kind = Kind::Record(b"0pr");
    const KEYS: &'static [&'static str] = KEYS;
    const EVENTS: Events = EVENTS;
    const LIFECYCLE_SHOWS: bool = false;

    fn place(org: &Org, call: &Call<'_>) -> Result<Place, Problem> {
        let policy = resource::named::<Policies>(org, "policies", call.part(0))?;
        Ok(Place::below(policy, "rules", 1))
    }

    fn read(
        org: &Org,
        place: &str,
        body: &Map<String, Value>,
        old: Option<&Record>,
    ) -> Result<Map<String, Value>, Problem> {
        let policy = policy_type(org, place);
        if policy == "PROFILE_ENROLLMENT" && old.is_none() {
            return Err(fault(
                "type",
                "A policy of the type PROFILE_ENROLLMENT has one rule, and it is there already",
            ));
        }
        let kind = policy::rule_type(&policy);
        if body.get("type").is_some_and(|given| !given.is_null() && given != kind) {
            return Err(fault("type", &format!("A rule of this policy has the type {kind}")));
        }
        let name = need_text(body, "name", 255)?;
        need_own_name(org, place, &name, old)?;
        let mut fields = Map::new();
        let kept = old.filter(|old| old.system);
        fields.insert(
            "name".into(),
            kept.map_or(name, |old| old.text("name").to_owned()).into(),
        );
        fields.insert("priority".into(), priority::wanted(body.get("priority"), old));
        fields.insert(
            "conditions".into(),
            policy::rule_conditions(&policy, body.get("conditions")),
        );
        let mut actions = policy::rule_actions(&policy, body.get("actions"));
        name_providers(org, &mut actions);
        fields.insert("actions".into(), actions);
        fields.insert("type".into(), kind.into());
        Ok(fields)
    }

    fn kind(fields: &Map<String, Value>) -> Kind {
        match fields["type"].as_str().unwrap_or_default() {
            "SIGN_ON" => Self::KIND,
            kind => policy::rule_kind(kind),
        }
    }

    fn links(record: &Record, at: &str, _url: &str) -> Value {
        if record.system {
            return json!({"self": link(at, &["GET", "PUT"])});
        }
        usual_links(record, at)
    }

    fn sort(list: &mut Vec<&Record>) {
        priority::sort(list);
    }

    fn keep_in_step(org: &mut Org, id: Id, _call: &Call<'_>, _new: bool) {
        if let Some(place) = org.records.get(&id).map(|rule| rule.place.clone()) {
            settle(org, &place, Some(id));
        }
    }

    fn after_delete(org: &mut Org, gone: &Record) {
        settle(org, &gone.place, None);
    }

    /// Okta's own rules can be changed, but for those that say who enrolls and who may sign people in.
    fn may_replace(_org: &Org, record: &Record) -> Result<(), Problem> {
        if record.system && matches!(record.text("type"), "MFA_ENROLL" | "IDP_DISCOVERY") {
            return Err(forbidden());
        }
        Ok(())
    }
}

/// Whether no other rule of the policy has the name.
///
/// # Errors
/// E0000001.
pub fn need_own_name(org: &Org, place: &str, name: &str, old: Option<&Record>) -> Result<(), Problem> {
    let other = |rule: &&Record| rule.text("name") == name && old.is_none_or(|old| old.id != rule.id);
    if org.records_at(place).any(|rule| other(&rule)) {
        return Err(fault("name", "Policy rule name already in use"));
    }
    Ok(())
}

/// The type of the policy whose rules are at a place.
fn policy_type(org: &Org, place: &str) -> String {
    let policy = place.split('/').nth(1).and_then(Id::parse);
    let policy = policy.and_then(|id| org.records.get(&id));
    policy.map_or("", |policy| policy.text("type")).to_owned()
}

fn settle(org: &mut Org, place: &str, moved: Option<Id>) {
    let order = policy::rule_order(&policy_type(org, place));
    priority::settle(org, place, order, moved, |_| true);
}

/// Okta names the providers that a routing rule gives by id.
fn name_providers(org: &Org, actions: &mut Value) {
    for provider in actions["idp"]["providers"].as_array_mut().into_iter().flatten() {
        let known = provider["id"].as_str().and_then(|id| org.record_at("idps", id));
        let Some(known) = known else { continue };
        *provider = json!({"id": known.id, "name": known.text("name"), "type": known.text("type")});
    }
}
