//! Group push: which groups an app is told of, and the group there that follows. The members are pushed when a mapping
//! is made or activated.

use axum::http::Method;
use serde_json::{Map, Value, json};

use super::Route;
use super::apps;
use super::call::{Answer, Call, Reply};
use super::errors::Problem;
use super::event::{EventKind, Party};
use super::group::Group;
use super::groups;
use super::ids::{Id, Kind};
use super::paging::{self, Limits};
use super::record::Record;
use super::shape::{fault, need_text, one_of, text};
use crate::state::Org;

/// What this file answers.
pub const ROUTES: &[Route] = &[
    Route(Method::GET, "apps/{}/group-push/mappings", list),
    Route(Method::POST, "apps/{}/group-push/mappings", create),
    Route(Method::GET, "apps/{}/group-push/mappings/{}", get),
    Route(Method::PATCH, "apps/{}/group-push/mappings/{}", update),
    Route(Method::DELETE, "apps/{}/group-push/mappings/{}", delete),
];

const MAPPING: Kind = Kind::Record(b"gPm");
const LIMITS: Limits = Limits {
    default: 1000,
    most: 1000,
};
const CREATED: EventKind = EventKind(
    "application.provision.group_push.mapping.created",
    "Create new group push mapping",
    "app.user_management.app_group_push.mapping.created",
);
const ACTIVATED: EventKind = EventKind(
    "application.provision.group_push.activate_mapping",
    "Activate group push mapping",
    "app.user_management.app_group_push.activate_mapping",
);
const DEACTIVATED: EventKind = EventKind(
    "application.provision.group_push.deactivate_mapping",
    "Deactivate group push mapping",
    "app.user_management.app_group_push.deactivate_mapping",
);
const REMOVED: EventKind = EventKind(
    "application.provision.group_push.removed",
    "Remove group from app",
    "app.user_management.app_group_push.removed",
);

fn place(app: Id) -> String {
    format!("apps/{app}/group-push/mappings")
}

fn find<'o>(org: &'o Org, call: &Call<'_>) -> Result<&'o Record, Problem> {
    let app = apps::find(org, call.part(0))?.id;
    org.record_at(&place(app), call.part(1))
        .ok_or_else(|| Problem::not_found(call.part(1), "GroupPushMapping"))
}

fn shown(mapping: &Record, app: Id, url: &str) -> Value {
    let group = |name: &str| json!({"href": format!("{url}/api/v1/groups/{}", mapping.text(name))});
    let mut shown = json!({
        "id": mapping.id, "sourceGroupId": mapping.get("sourceGroupId"),
        "targetGroupId": mapping.get("targetGroupId"), "status": if mapping.active { "ACTIVE" } else { "INACTIVE" },
        "errorSummary": "", "created": mapping.created, "lastUpdated": mapping.last_updated,
        "lastPush": mapping.get("lastPush"),
        "_links": {
            "app": {"href": format!("{url}/api/v1/apps/{app}")}, "sourceGroup": group("sourceGroupId"),
            "targetGroup": group("targetGroupId"),
        },
    });
    if !mapping.get("appConfig").is_null() {
        shown["appConfig"] = mapping.get("appConfig").clone();
    }
    shown
}

fn list(call: &Call<'_>) -> Answer {
    let limit = LIMITS.of(call)?;
    let org = call.state.read();
    let app = apps::find(&org, call.part(0))?.id;
    let is_wanted = |mapping: &&Record| {
        let status = if mapping.active { "ACTIVE" } else { "INACTIVE" };
        call.query.filled("status").is_none_or(|wanted| wanted == status)
            && call
                .query
                .filled("sourceGroupId")
                .is_none_or(|wanted| mapping.text("sourceGroupId") == wanted)
    };
    let after = call
        .query
        .filled("after")
        .map(|after| Id::parse(after).ok_or_else(Problem::cursor));
    let after = after.transpose()?;
    let place = place(app);
    let found = org.records_at(&place).filter(is_wanted);
    let found: Vec<&Record> = found.filter(|it| after.is_none_or(|after| it.id > after)).collect();
    let page = &found[..found.len().min(limit)];
    let next = page.last().filter(|_| found.len() > limit).map(|it| it.id);
    let shown: Vec<Value> = page.iter().map(|it| shown(it, app, call.state.url())).collect();
    Ok(paging::link(
        Reply::json(&shown),
        call,
        limit,
        next.as_ref().map(Id::as_str),
    ))
}

fn get(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    let app = apps::find(&org, call.part(0))?.id;
    Ok(Reply::json(&shown(find(&org, call)?, app, call.state.url())))
}

fn create(call: &Call<'_>) -> Answer {
    let body = call.object()?;
    let status = one_of(&body, "status", &["ACTIVE", "INACTIVE"], Some("ACTIVE"))?;
    let mut org = call.state.write();
    let app = apps::find(&org, call.part(0))?.id;
    let source = groups::find(&org, &need_text(&body, "sourceGroupId", 20)?)?.id;
    if org
        .records_at(&place(app))
        .any(|other| other.text("sourceGroupId") == source.as_str())
    {
        return Err(fault("sourceGroupId", "The group is pushed to the app already"));
    }
    let target = match (text(&body, "targetGroupId")?, text(&body, "targetGroupName")?) {
        (Some(id), None) => groups::find(&org, &id)?.id,
        (None, Some(name)) if !name.trim().is_empty() => {
            let id = org.ids.next(Kind::Group);
            let group = Group::new(id, name, None, call.now);
            org.groups.insert(
                id,
                Group {
                    app: Some(app),
                    ..group
                },
            );
            id
        }
        _ => {
            return Err(fault(
                "targetGroupId",
                "Either targetGroupId or targetGroupName has to be given",
            ));
        }
    };
    let mut fields = Map::new();
    fields.insert("sourceGroupId".into(), json!(source));
    fields.insert("targetGroupId".into(), json!(target));
    fields.insert("appConfig".into(), body.get("appConfig").cloned().unwrap_or_default());
    let id = org.ids.next(MAPPING);
    org.add_record(Record {
        active: status == "ACTIVE",
        ..Record::new(id, place(app), call.now, fields)
    });
    note(&mut org, call, app, CREATED);
    push(&mut org, call, id);
    Ok(Reply::json(&shown(
        &org.records.get(&id).expect("just added").clone(),
        app,
        call.state.url(),
    ))
    .with_status(201))
}

/// Gives the group in the app the members of the source, where the mapping is in use.
fn push(org: &mut Org, call: &Call<'_>, mapping: Id) {
    let Some(record) = org.records.get_mut(&mapping).filter(|mapping| mapping.active) else {
        return;
    };
    record.fields.insert("lastPush".into(), json!(call.now.whole_seconds()));
    let ends = ["sourceGroupId", "targetGroupId"].map(|name| Id::parse(record.text(name)));
    let [Some(source), Some(target)] = ends else {
        return;
    };
    let members = |org: &Org, id: Id| {
        org.groups
            .get(&id)
            .map(|group| group.members.clone())
            .unwrap_or_default()
    };
    let (wanted, own) = (members(org, source), members(org, target));
    for user in wanted.difference(&own) {
        org.set_member(target, *user, true, call.now);
    }
    for user in own.difference(&wanted) {
        org.set_member(target, *user, false, call.now);
    }
}

fn update(call: &Call<'_>) -> Answer {
    let active = one_of(&call.object()?, "status", &["ACTIVE", "INACTIVE"], None)? == "ACTIVE";
    let mut org = call.state.write();
    let app = apps::find(&org, call.part(0))?.id;
    let mut mapping = find(&org, call)?.clone();
    let (id, changes) = (mapping.id, mapping.active != active);
    if changes {
        mapping.active = active;
        mapping.last_updated = call.now.whole_seconds();
        org.add_record(mapping);
        note(&mut org, call, app, if active { ACTIVATED } else { DEACTIVATED });
        push(&mut org, call, id);
    }
    Ok(Reply::json(&shown(find(&org, call)?, app, call.state.url())))
}

/// Only a mapping that is out of use may go; its group goes with it where the caller says so.
fn delete(call: &Call<'_>) -> Answer {
    let mut org = call.state.write();
    let app = apps::find(&org, call.part(0))?.id;
    let mapping = find(&org, call)?.clone();
    if mapping.active {
        return Err(fault("status", "The mapping has to be inactive before it is deleted"));
    }
    let Some(both) = call.query.get("deleteTargetGroup") else {
        let summary = "The request is missing a required parameter.";
        return Err(Problem::new(400, "E0000028", summary));
    };
    org.drop_record(mapping.id);
    if both == "true"
        && let Some(target) = Id::parse(mapping.text("targetGroupId"))
    {
        org.remove_group(target);
    }
    note(&mut org, call, app, REMOVED);
    Ok(Reply::no_content())
}

fn note(org: &mut Org, call: &Call<'_>, app: Id, kind: EventKind) {
    let party = org.apps.get(&app).map(Party::from);
    org.record(call, kind, party.into_iter().collect());
}
