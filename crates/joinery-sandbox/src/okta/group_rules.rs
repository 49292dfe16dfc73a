//! Group rules: list, create, get, replace, activate, deactivate, delete.

use axum::http::Method;
use serde_json::{Map, Value};

use super::Route;
use super::call::{Answer, Call, Reply};
use super::errors::Problem;
use super::event::{EventKind, Party, kinds};
use super::expression::Expression;
use super::group_rule::GroupRule;
use super::groups;
use super::ids::{Id, Kind};
use super::paging::{self, Limits};
use crate::clock::Time;
use crate::state::Org;

/// What this file answers.
pub const ROUTES: &[Route] = &[
    Route(Method::GET, "groups/rules", list),
    Route(Method::POST, "groups/rules", create),
    Route(Method::GET, "groups/rules/{}", get),
    Route(Method::PUT, "groups/rules/{}", replace),
    Route(Method::DELETE, "groups/rules/{}", delete),
    Route(Method::POST, "groups/rules/{}/lifecycle/activate", activate),
    Route(Method::POST, "groups/rules/{}/lifecycle/deactivate", deactivate),
];

const LIMITS: Limits = Limits { default: 50, most: 200 };

fn find<'a>(org: &'a Org, name: &str) -> Result<&'a GroupRule, Problem> {
    Id::parse(name)
        .and_then(|id| org.rules.get(&id))
        .ok_or_else(|| Problem::not_found(name, "GroupRule"))
}

fn get(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    Ok(Reply::json(&find(&org, call.part(0))?.shown()))
}

fn list(call: &Call<'_>) -> Answer {
    let limit = LIMITS.of(call)?;
    let after = match call.query.filled("after") {
        Some(cursor) => Some(Id::parse(cursor).ok_or_else(Problem::cursor)?),
        None => None,
    };
    let words = call.query.filled("search").map(str::to_lowercase);
    let org = call.state.read();
    let mut found: Vec<&GroupRule> = org
        .rules
        .values()
        .filter(|rule| after.is_none_or(|after| rule.id > after))
        .filter(|rule| {
            words
                .as_ref()
                .is_none_or(|words| rule.name.to_lowercase().contains(words))
        })
        .take(limit + 1)
        .collect();
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more).map(|rule| rule.id.to_string());
    let list: Vec<Value> = found.iter().map(|rule| rule.shown()).collect();
    Ok(paging::link(Reply::json(&list), call, limit, next.as_deref()))
}

fn create(call: &Call<'_>) -> Answer {
    let body = call.object()?;
    let mut org = call.state.write();
    let mut rule = read(&org, &body, None, call.now.whole_seconds())?;
    rule.id = org.ids.next(Kind::GroupRule);
    let shown = rule.shown();
    org.rules.insert(rule.id, rule);
    Ok(Reply::json(&shown))
}

/// Only an inactive rule can be changed.
fn replace(call: &Call<'_>) -> Answer {
    let body = call.object()?;
    let mut org = call.state.write();
    let old = find(&org, call.part(0))?;
    if old.active {
        let cause = "status: The rule has to be deactivated before it can be changed";
        return Err(Problem::validation("status", vec![cause.into()]));
    }
    let rule = GroupRule {
        created: old.created,
        ..read(&org, &body, Some(old.id), call.now.whole_seconds())?
    };
    let shown = rule.shown();
    org.rules.insert(rule.id, rule);
    Ok(Reply::json(&shown))
}

fn activate(call: &Call<'_>) -> Answer {
    set_active(call, true)
}

fn deactivate(call: &Call<'_>) -> Answer {
    set_active(call, false)
}

fn set_active(call: &Call<'_>, active: bool) -> Answer {
    let mut org = call.state.write();
    let found = find(&org, call.part(0))?;
    let id = found.id;
    if active && found.status() == "INVALID" {
        let cause = "The rule puts nobody anywhere: none of its groups is left";
        return Err(Problem::validation("groupRule", vec![cause.into()]));
    }
    if let Some(rule) = org.rules.get_mut(&id) {
        rule.active = active;
    }
    let kind = if active {
        kinds::RULE_TRIGGER
    } else {
        kinds::RULE_DEACTIVATED
    };
    record(&mut org, call, kind, id);
    Ok(Reply::no_content())
}

fn record(org: &mut Org, call: &Call<'_>, kind: EventKind, id: Id) {
    let party = org.rules.get(&id).map(|rule| Party {
        id,
        kind: "GroupRule",
        alternate_id: "unknown".into(),
        display_name: rule.name.clone(),
    });
    org.record(call, kind, party.into_iter().collect());
}

/// Members stay, unless the caller asks to remove them.
fn delete(call: &Call<'_>) -> Answer {
    let mut org = call.state.write();
    let id = find(&org, call.part(0))?.id;
    org.rules.remove(&id);
    let mut ruled = Vec::new();
    for group in org.groups.values() {
        let put_in = group.ruled.iter().filter(|(_, by)| **by == id);
        ruled.extend(put_in.map(|(user, _)| (group.id, *user)));
    }
    for (group, user) in &ruled {
        org.groups.get_mut(group).and_then(|group| group.ruled.remove(user));
    }
    for (group, user) in ruled.into_iter().filter(|_| call.query.flag("removeUsers", false)) {
        org.set_member(group, user, false, call.now);
        let parties = [
            org.users.get(user).map(Party::from),
            org.groups.get(&group).map(Party::from),
        ];
        org.record(call, kinds::MEMBER_REMOVE, parties.into_iter().flatten().collect());
    }
    Ok(Reply::empty_object().with_status(202))
}

/// Reads a rule. A new one takes its id last: a refused call must leave no gap.
fn read(org: &Org, body: &Map<String, Value>, own: Option<Id>, now: Time) -> Result<GroupRule, Problem> {
    let body = Value::Object(body.clone());
    let fault = |field: &str, cause: &str| Err(Problem::validation(field, vec![format!("{field}: {cause}")]));
    let name = body["name"].as_str().unwrap_or_default();
    if name.trim().is_empty() || name.chars().count() > 50 {
        return fault("name", "The field must have 1 to 50 characters");
    }
    if org.rules.values().any(|rule| rule.name == name && Some(rule.id) != own) {
        return fault(
            "name",
            "An object with this field already exists in the current organization",
        );
    }
    if body["type"].as_str().is_some_and(|kind| kind != "group_rule") {
        return fault("type", "The only type of rule is group_rule");
    }
    let expression = body["conditions"]["expression"]["value"].as_str().unwrap_or_default();
    let condition = match Expression::of_user(expression) {
        Ok(condition) => condition,
        Err(cause) => return fault("conditions.expression.value", &cause),
    };
    for attribute in condition.attributes() {
        if org.types.values().all(|kind| kind.schema.get(attribute).is_none()) {
            let cause = format!("Invalid property {attribute} in expression {expression}");
            return fault("conditions.expression.value", &cause);
        }
    }
    let ids = |list: &Value| -> Result<Vec<Id>, Problem> {
        let texts = list.as_array().into_iter().flatten();
        let read = |text: &Value| {
            let text = text.as_str().ok_or_else(Problem::malformed)?;
            Id::parse(text).ok_or_else(|| Problem::not_found(text, "UserGroup"))
        };
        texts.map(read).collect()
    };
    let groups = ids(&body["actions"]["assignUserToGroups"]["groupIds"])?;
    if groups.is_empty() {
        return fault("actions.assignUserToGroups.groupIds", "The field cannot be left blank");
    }
    for group in &groups {
        groups::find_own(org, group.as_str())?;
    }
    let people = &body["conditions"]["people"];
    let excluded = ids(&people["users"]["exclude"])?;
    Ok(GroupRule {
        id: own.unwrap_or(org.owner),
        active: false,
        name: name.to_owned(),
        created: now,
        last_updated: now,
        expression: expression.to_owned(),
        condition: Some(condition),
        groups,
        excluded: people.is_object().then_some(excluded),
    })
}
