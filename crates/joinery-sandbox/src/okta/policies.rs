//! Policies: list, create, get, replace, delete, switch, clone, and the apps they are for. Their rules are in
//! `super::policy_rules`.

use axum::http::Method;
use serde_json::{Map, Value, json};

use super::Route;
use super::apps;
use super::call::{Answer, Call, Reply};
use super::errors::Problem;
use super::event::EventKind;
use super::ids::{Id, Kind};
use super::policy;
use super::policy_rules::PolicyRules;
use super::priority::{self, Order};
use super::record::Record;
use super::resource::{self, Events, Page, Place, Resource, link};
use super::shape::{fault, need_text, one_of, text};
use crate::clock::Time;
use crate::state::Org;

/// What this file answers.
pub const ROUTES: &[Route] = &[
    Route(Method::GET, "policies", list),
    Route(Method::POST, "policies", resource::create::<Policies>),
    Route(Method::GET, "policies/{}", get),
    Route(Method::PUT, "policies/{}", resource::replace::<Policies>),
    Route(Method::DELETE, "policies/{}", resource::delete::<Policies>),
    Route(
        Method::POST,
        "policies/{}/lifecycle/activate",
        resource::activate::<Policies>,
    ),
    Route(
        Method::POST,
        "policies/{}/lifecycle/deactivate",
        resource::deactivate::<Policies>,
    ),
    Route(Method::POST, "policies/{}/clone", clone),
    Route(Method::GET, "policies/{}/app", list_apps),
    Route(Method::GET, "policies/{}/mappings", list_mappings),
    Route(Method::POST, "policies/{}/mappings", map),
    Route(Method::GET, "policies/{}/mappings/{}", get_mapping),
    Route(Method::DELETE, "policies/{}/mappings/{}", unmap),
    Route(Method::PUT, "apps/{}/policies/{}", assign),
];

/// Policies.
pub struct Policies;

const MAPPING: Kind = Kind::Record(b"map");
const MAPPING_CREATE: EventKind = EventKind(
    "policy.mapping.create",
    "Create policy mapping",
    "policy.mapping.create",
);

impl Resource for Policies {
    const CLASS: &'static str = "Policy";
    const KIND: Kind = Kind::Record(b"00p");
    const KEYS: &'static [&'static str] = &[
        "id",
        "status",
        "name",
        "description",
        "priority",
        "system",
        "conditions",
        "created",
        "lastUpdated",
        "settings",
        "_links",
        "type",
    ];
    const EVENTS: Events = Events {
        create: EventKind("policy.lifecycle.create", "Create policy", "policy.lifecycle.create"),
        update: EventKind("policy.lifecycle.update", "Update policy", "policy.lifecycle.update"),
        delete: EventKind("policy.lifecycle.delete", "Delete policy", "policy.lifecycle.delete"),
        activate: EventKind(
            "policy.lifecycle.activate",
            "Activate policy",
            "policy.lifecycle.activate",
        ),
        deactivate: EventKind(
            "policy.lifecycle.deactivate",
            "Deactivate policy",
            "policy.lifecycle.deactivate",
        ),
    };
    const PARTY: &'static str = "PolicyEntity";
    const LIFECYCLE_SHOWS: bool = false;
    const PAGE: Page = Page::Asked(200);

    fn place(_org: &Org, _call: &Call<'_>) -> Result<Place, Problem> {
        Ok(Place::top("policies"))
    }

    fn read(
        org: &Org,
        place: &str,
        body: &Map<String, Value>,
        old: Option<&Record>,
    ) -> Result<Map<String, Value>, Problem> {
        let kind = one_of(body, "type", policy::TYPES, old.map(|old| old.text("type")))?;
        if old.is_some_and(|old| old.text("type") != kind) {
            return Err(fault("type", "The type of a policy cannot be changed"));
        }
        if old.is_none() && kind == "IDP_DISCOVERY" {
            return Err(fault(
                "type",
                "An org has one policy of this type, and it is there already",
            ));
        }
        let name = need_text(body, "name", 255)?;
        let taken = org.records_at(place).any(|other| {
            other.text("type") == kind && other.text("name") == name && old.is_none_or(|old| old.id != other.id)
        });
        if taken {
            return Err(fault("name", "Policy name already in use"));
        }
        let mut fields = Map::new();
        fields.insert("name".into(), name.into());
        if let Some(description) = text(body, "description")? {
            fields.insert("description".into(), description.into());
        }
        fields.insert("priority".into(), priority::wanted(body.get("priority"), old));
        let conditions = policy::conditions(&kind, body.get("conditions"), org.everyone);
        fields.insert("conditions".into(), conditions);
        if let Some(settings) = policy::settings(&kind, body.get("settings")) {
            fields.insert("settings".into(), settings);
        }
        fields.insert("type".into(), kind.into());
        Ok(fields)
    }

    fn kind(fields: &Map<String, Value>) -> Kind {
        policy::kind(fields["type"].as_str().unwrap_or_default())
    }

    fn links(record: &Record, at: &str, _url: &str) -> Value {
        let mut links = Map::new();
        let act = |name: &str| link(&format!("{at}/lifecycle/{name}"), &["POST"]);
        let own: &[&str] = if record.system {
            &["GET", "PUT"]
        } else {
            &["GET", "PUT", "DELETE"]
        };
        let kind = record.text("type");
        // The default policy is for every app that has no other.
        let everywhere = kind == "ACCESS_POLICY" && record.system;
        if matches!(kind, "ACCESS_POLICY" | "PROFILE_ENROLLMENT" | "MFA_ENROLL") && !everywhere {
            links.insert("mappings".into(), link(&format!("{at}/mappings"), &["GET", "POST"]));
        }
        if !record.active {
            links.insert("activate".into(), act("activate"));
        }
        links.insert("self".into(), link(at, own));
        links.insert("rules".into(), link(&format!("{at}/rules"), &["GET", "POST"]));
        if record.active && !record.system {
            links.insert("deactivate".into(), act("deactivate"));
        }
        Value::Object(links)
    }

    fn check_list(call: &Call<'_>) -> Result<(), Problem> {
        match call.query.filled("type") {
            Some(kind) if policy::TYPES.contains(&kind) => Ok(()),
            Some(kind) => Err(fault("type", &format!("'{kind}' is not a type of policy"))),
            None if call.query.filled("resourceId").is_some() => Ok(()),
            None => Err(fault("type", "The type of the policies has to be given")),
        }
    }

    fn is_wanted(call: &Call<'_>, record: &Record) -> bool {
        let status = if record.active { "ACTIVE" } else { "INACTIVE" };
        let query = &call.query;
        let starts = |start: &str| record.text("name").to_lowercase().starts_with(&start.to_lowercase());
        query.filled("type").is_none_or(|kind| record.text("type") == kind)
            && query.filled("status").is_none_or(|wanted| wanted == status)
            && query.filled("q").is_none_or(starts)
    }

    fn sort(list: &mut Vec<&Record>) {
        priority::sort(list);
    }

    fn keep_in_step(org: &mut Org, id: Id, call: &Call<'_>, new: bool) {
        let Some(kind) = org.records.get(&id).map(|record| record.text("type").to_owned()) else {
            return;
        };
        settle(org, &kind, Some(id));
        if new && let Some((name, actions)) = policy::catch_all(&kind) {
            let rule = org.ids.next(policy::rule_kind(&kind));
            org.add_record(last_rule(rule, id, &kind, name, actions, call.now));
        }
    }

    fn after_delete(org: &mut Org, gone: &Record) {
        settle(org, gone.text("type"), None);
    }
}

fn settle(org: &mut Org, kind: &str, moved: Option<Id>) {
    priority::settle(org, "policies", policy::order(kind), moved, |other| {
        other.text("type") == kind
    });
}

/// The rule at the end of a policy, which nobody can delete.
fn last_rule(id: Id, policy: Id, kind: &str, name: &str, actions: Value, now: Time) -> Record {
    let priority = if policy::rule_order(kind) == Order::Kept { 99 } else { 1 };
    let fields = json!({
        "name": name, "priority": priority, "conditions": policy::rule_conditions(kind, None), "actions": actions,
        "type": policy::rule_type(kind),
    });
    let fields = fields.as_object().cloned().unwrap_or_default();
    Record::new(id, format!("policies/{policy}/rules"), now, fields).founded()
}

fn with_rules(org: &Org, call: &Call<'_>, record: &Record) -> Value {
    let mut shown = resource::shown::<Policies>(record, call.state.url());
    if call.query.get("expand") == Some("rules") {
        let mut rules: Vec<&Record> = org.records_at(&format!("{}/rules", record.path())).collect();
        priority::sort(&mut rules);
        let rules: Vec<Value> = rules
            .iter()
            .map(|rule| resource::shown::<PolicyRules>(rule, call.state.url()))
            .collect();
        shown["_embedded"] = json!({"rules": rules});
    }
    shown
}

fn get(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    let record = resource::find::<Policies>(&org, call)?;
    Ok(Reply::json(&with_rules(&org, call, record)))
}

/// A list of policies for apps says so of each.
fn with_resource_type(mut reply: Reply) -> Reply {
    let list = reply
        .body
        .as_deref()
        .map(serde_json::from_slice::<Vec<Map<String, Value>>>);
    let Some(Ok(mut list)) = list else {
        return reply;
    };
    for policy in &mut list {
        let kind = policy.shift_remove("type").unwrap_or_default();
        policy.insert("_embedded".into(), json!({"resourceType": "APP"}));
        policy.insert("type".into(), kind);
    }
    reply.body = Reply::json(&list).body;
    reply
}

/// Of a resource, the policies it is mapped to; else all of a type.
fn list(call: &Call<'_>) -> Answer {
    let Some(app) = call.query.filled("resourceId") else {
        return resource::list::<Policies>(call).map(|reply| match call.query.filled("type") {
            Some("ACCESS_POLICY") => with_resource_type(reply),
            _ => reply,
        });
    };
    Policies::check_list(call)?;
    let org = call.state.read();
    let mapped = org.records_at("policies").filter(|record| {
        Policies::is_wanted(call, record) && org.records_at(&mappings(record)).any(|it| it.text("resourceId") == app)
    });
    let list: Vec<Value> = mapped
        .map(|record| resource::shown::<Policies>(record, call.state.url()))
        .collect();
    Ok(Reply::json(&list))
}

fn clone(call: &Call<'_>) -> Answer {
    let mut org = call.state.write();
    let old = resource::find::<Policies>(&org, call)?.clone();
    if old.text("type") != "ACCESS_POLICY" {
        return Err(fault("type", "Only policies of the type ACCESS_POLICY can be cloned"));
    }
    let mut fields = old.fields.clone();
    fields.insert("name".into(), format!("[cloned] {}", old.text("name")).into());
    let id = org.ids.next(policy::kind(old.text("type")));
    let copy = Record::new(id, "policies", call.now, fields);
    let reply = Reply::json(&resource::shown::<Policies>(&copy, call.state.url()));
    let party = copy.party(Policies::PARTY);
    org.add_record(copy);
    let rules: Vec<Record> = org.records_at(&format!("{}/rules", old.path())).cloned().collect();
    for rule in rules {
        let rule = Record {
            id: org.ids.next(policy::rule_kind(old.text("type"))),
            place: format!("policies/{id}/rules"),
            created: call.now.whole_seconds(),
            last_updated: call.now.whole_seconds(),
            ..rule
        };
        org.add_record(rule);
    }
    org.record(call, Policies::EVENTS.create, vec![party]);
    Ok(reply)
}

fn mappings(policy: &Record) -> String {
    format!("{}/mappings", policy.path())
}

fn shown_mapping(mapping: &Record, url: &str) -> Value {
    let all = ["GET", "PUT", "DELETE"];
    let app = format!("{url}/api/v1/apps/{}", mapping.text("resourceId"));
    let at = format!("{url}/api/v1/{}", mapping.path());
    let policy = at.rsplitn(3, '/').last().unwrap_or_default();
    json!({
        "id": mapping.id,
        "_links": {"application": link(&app, &all), "self": link(&at, &all), "policy": link(policy, &all)},
    })
}

fn list_mappings(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    let policy = resource::find::<Policies>(&org, call)?;
    let list: Vec<Value> = org
        .records_at(&mappings(policy))
        .map(|mapping| shown_mapping(mapping, call.state.url()))
        .collect();
    Ok(Reply::json(&list))
}

fn list_apps(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    let policy = resource::find::<Policies>(&org, call)?;
    let list: Vec<Value> = org
        .records_at(&mappings(policy))
        .filter_map(|mapping| org.apps.get(&Id::parse(mapping.text("resourceId"))?))
        .map(|app| app.shown(call.state.url()))
        .collect();
    Ok(Reply::json(&list))
}

fn find_mapping<'a>(org: &'a Org, call: &Call<'_>) -> Result<&'a Record, Problem> {
    let policy = resource::find::<Policies>(org, call)?;
    org.record_at(&mappings(policy), call.part(1))
        .ok_or_else(|| Problem::not_found(call.part(1), "PolicyMapping"))
}

fn get_mapping(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    Ok(Reply::json(&shown_mapping(find_mapping(&org, call)?, call.state.url())))
}

fn unmap(call: &Call<'_>) -> Answer {
    let mut org = call.state.write();
    let id = find_mapping(&org, call)?.id;
    org.drop_record(id);
    Ok(Reply::no_content())
}

fn map(call: &Call<'_>) -> Answer {
    let body = call.object()?;
    one_of(&body, "resourceType", &["APP"], None)?;
    let app = need_text(&body, "resourceId", 20)?;
    let mut org = call.state.write();
    let policy = resource::find::<Policies>(&org, call)?.clone();
    let app = apps::find(&org, &app)?.id;
    let mapping = map_app(&mut org, call, &policy, app);
    Ok(Reply::json(&shown_mapping(&mapping, call.state.url())))
}

fn assign(call: &Call<'_>) -> Answer {
    let mut org = call.state.write();
    let app = apps::find(&org, call.part(0))?.id;
    let policy = resource::named::<Policies>(&org, "policies", call.part(1))?.clone();
    map_app(&mut org, call, &policy, app);
    Ok(Reply::no_content())
}

/// Gives an app another policy in the place of the one of the same type that it has.
fn map_app(org: &mut Org, call: &Call<'_>, policy: &Record, app: Id) -> Record {
    let same = |record: &&Record| record.text("type") == policy.text("type");
    let places: Vec<String> = org.records_at("policies").filter(same).map(mappings).collect();
    for place in places {
        org.records
            .remove_at(&place, |it| it.text("resourceId") == app.as_str());
    }
    let fields = json!({"resourceId": app, "resourceType": "APP"});
    let fields = fields.as_object().cloned().unwrap_or_default();
    let mapping = Record::new(org.ids.next(MAPPING), mappings(policy), call.now, fields);
    org.add_record(mapping.clone());
    if let Some(app) = org.apps.get_mut(&app) {
        match policy.text("type") {
            "ACCESS_POLICY" => app.access_policy = Some(policy.id),
            "PROFILE_ENROLLMENT" => app.enrollment_policy = Some(policy.id),
            _ => {}
        }
    }
    org.record(call, MAPPING_CREATE, vec![policy.party(Policies::PARTY)]);
    mapping
}

/// A policy every org has: number, type, name, description, and whether Okta keeps it from being deleted.
type Founded = (u64, &'static str, &'static str, &'static str, bool);

const FOUNDED: &[Founded] = &[
    (1, "OKTA_SIGN_ON", "Default Policy", EVERYBODY, true),
    (2, "PASSWORD", "Default Policy", EVERYBODY, true),
    (3, "MFA_ENROLL", "Default Policy", EVERYBODY, true),
    (
        4,
        "IDP_DISCOVERY",
        "Idp Discovery Policy",
        "The default IdP Discovery Policy",
        true,
    ),
    (5, "ACCESS_POLICY", "Okta Admin Console", "", false),
    (
        DEFAULT_ACCESS,
        "ACCESS_POLICY",
        "Any two factors",
        "Require two factors to access.",
        true,
    ),
    (7, "ACCESS_POLICY", "Password only", "Require only a password.", false),
    (
        8,
        "PROFILE_ENROLLMENT",
        "Default Policy",
        "Default profile enrollment policy",
        true,
    ),
];
const EVERYBODY: &str = "The default policy applies in all situations if no other policy applies.";
const DEFAULT_ACCESS: u64 = 6;

/// The policies of every org, and their rules.
pub fn founded(everyone: Id, now: Time) -> Vec<Record> {
    let mut records = Vec::new();
    for (number, kind, name, description, system) in FOUNDED {
        let mut fields = Map::new();
        fields.insert("name".into(), (*name).into());
        if !description.is_empty() {
            fields.insert("description".into(), (*description).into());
        }
        fields.insert("priority".into(), 1.into());
        fields.insert("conditions".into(), policy::conditions(kind, None, everyone));
        fields.extend(policy::settings(kind, None).map(|settings| ("settings".to_owned(), settings)));
        fields.insert("type".into(), (*kind).into());
        let id = Id::founded(policy::kind(kind), 10 + number);
        let record = Record::new(id, "policies", now, fields);
        records.push(if *system { record.founded() } else { record });
        let own = || ("Default Rule", policy::rule_actions(kind, None));
        let (rule, actions) = policy::catch_all(kind).unwrap_or_else(own);
        let rule_id = Id::founded(policy::rule_kind(kind), 40 + number);
        records.push(last_rule(rule_id, id, kind, rule, actions, now));
    }
    records
}
