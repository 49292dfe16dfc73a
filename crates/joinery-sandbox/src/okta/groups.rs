//! Groups: list, create, get, replace, delete.

use axum::http::Method;
use serde_json::{Map, Value};

use super::Route;
use super::call::{Answer, Call, Reply};
use super::errors::Problem;
use super::event::{EventKind, Party, kinds};
use super::filter::{Expression, Grammar, Literal, Operator, Test};
use super::group::{Group, Stats};
use super::ids::{Id, Kind};
use super::paging::{self, Limits};
use crate::clock::Time;
use crate::state::Org;

/// What this file answers.
pub const ROUTES: &[Route] = &[
    Route(Method::GET, "groups", list),
    Route(Method::POST, "groups", create),
    Route(Method::GET, "groups/{}", get),
    Route(Method::PUT, "groups/{}", replace),
    Route(Method::DELETE, "groups/{}", delete),
];

const LIMITS: Limits = Limits {
    default: 10_000,
    most: 10_000,
};
const QUICK_LIMITS: Limits = Limits {
    default: 300,
    most: 10_000,
};

const FILTER: Grammar = Grammar {
    operators: &[Operator::Eq, Operator::Gt, Operator::Ge, Operator::Lt, Operator::Le],
    not: false,
};
const SEARCH: Grammar = Grammar {
    operators: &[
        Operator::Eq,
        Operator::Co,
        Operator::Sw,
        Operator::Pr,
        Operator::Gt,
        Operator::Ge,
        Operator::Lt,
        Operator::Le,
    ],
    not: false,
};
const FILTERED: &[&str] = &["id", "type", "lastUpdated", "lastMembershipUpdated"];
const SEARCHED: &[&str] = &[
    "id",
    "type",
    "created",
    "lastUpdated",
    "lastMembershipUpdated",
    "source.id",
    "profile.name",
    "profile.description",
];

/// The group a path names.
///
/// # Errors
/// E0000007.
pub fn find<'a>(org: &'a Org, name: &str) -> Result<&'a Group, Problem> {
    Id::parse(name)
        .and_then(|id| org.groups.get(&id))
        .ok_or_else(|| Problem::not_found(name, "UserGroup"))
}

/// The group a path names, where people may change it.
///
/// # Errors
/// E0000007, or E0000006 for one that Okta keeps.
pub fn find_own<'a>(org: &'a Org, name: &str) -> Result<&'a Group, Problem> {
    let group = find(org, name)?;
    if group.is_kept() {
        let summary = "You do not have permission to perform the requested action";
        return Err(Problem::new(403, "E0000006", summary));
    }
    Ok(group)
}

fn get(call: &Call<'_>) -> Answer {
    shown(&call.state.read(), call, call.part(0))
}

fn shown(org: &Org, call: &Call<'_>, id: &str) -> Answer {
    Ok(Reply::json(&find(org, id)?.shown(call.state.url())))
}

fn create(call: &Call<'_>) -> Answer {
    let body = call.object()?;
    let mut org = call.state.write();
    let (name, description, custom) = profile(&org, &body, None)?;
    let id = org.ids.next(Kind::Group);
    let mut group = Group::new(id, name, description, call.now);
    group.custom = custom;
    org.groups.insert(id, group);
    record(&mut org, call, kinds::GROUP_CREATE, id);
    shown(&org, call, id.as_str())
}

fn replace(call: &Call<'_>) -> Answer {
    let body = call.object()?;
    let mut org = call.state.write();
    let id = find_own(&org, call.part(0))?.id;
    let (name, description, custom) = profile(&org, &body, Some(id))?;
    if let Some(group) = org.groups.get_mut(&id) {
        group.name = name;
        group.description = description;
        group.custom = custom;
        group.last_updated = call.now.whole_seconds();
    }
    record(&mut org, call, kinds::GROUP_UPDATE, id);
    shown(&org, call, id.as_str())
}

fn delete(call: &Call<'_>) -> Answer {
    let mut org = call.state.write();
    let id = find_own(&org, call.part(0))?.id;
    record(&mut org, call, kinds::GROUP_DELETE, id);
    org.remove_group(id);
    Ok(Reply::no_content())
}

impl Org {
    /// Takes a group out, and from whatever names it.
    pub fn remove_group(&mut self, id: Id) {
        let apps = self.apps.values().filter(|app| app.groups.contains_key(&id));
        for app in apps.map(|app| app.id).collect::<Vec<Id>>() {
            self.apps.get_mut(&app).and_then(|app| app.groups.remove(&id));
        }
        let rules = self.rules.values().filter(|rule| rule.groups.contains(&id));
        for rule in rules.map(|rule| rule.id).collect::<Vec<Id>>() {
            if let Some(rule) = self.rules.get_mut(&rule) {
                rule.groups.retain(|group| *group != id);
            }
        }
        self.forget_admin(id);
        if let Some(group) = self.groups.remove(&id) {
            for member in group.members {
                if let Some(user) = self.users.get_mut(member) {
                    user.groups.remove(&id);
                }
            }
        }
    }
}

fn record(org: &mut Org, call: &Call<'_>, kind: EventKind, id: Id) {
    let targets = org.groups.get(&id).map(Party::from).into_iter().collect();
    org.record(call, kind, targets);
}

/// Name, description, and what the org added.
type Profile = (String, Option<String>, Map<String, Value>);

fn profile(org: &Org, body: &Map<String, Value>, own: Option<Id>) -> Result<Profile, Problem> {
    let none = Map::new();
    let profile = match body.get("profile") {
        None | Some(Value::Null) => &none,
        Some(profile) => profile.as_object().ok_or_else(Problem::malformed)?,
    };
    let mut custom = profile.clone();
    custom.retain(|name, value| !matches!(name.as_str(), "name" | "description") && !value.is_null());
    let unknown: Vec<String> = custom
        .keys()
        .filter(|name| !org.group_schema.has(name))
        .map(|name| format!("Property name '{name}' is not defined in profile"))
        .collect();
    if !unknown.is_empty() {
        return Err(Problem::validation("profile", unknown));
    }
    let text = |name: &str| match profile.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(Problem::validation(
            name,
            vec![format!("{name}: The value must be a string")],
        )),
    };
    let fault = |cause: &str| Problem::validation("name", vec![format!("name: {cause}")]);
    let name = text("name")?.filter(|name| !name.trim().is_empty());
    let name = name.ok_or_else(|| fault("The field cannot be left blank"))?;
    if name.chars().count() > 255 {
        return Err(fault("The field is too long"));
    }
    if org
        .groups
        .values()
        .any(|group| group.name == name && Some(group.id) != own)
    {
        return Err(fault(
            "An object with this field already exists in the current organization",
        ));
    }
    let faults = org.group_schema.faults(&custom);
    if !faults.is_empty() {
        return Err(Problem::validation("profile", faults));
    }
    Ok((name, text("description")?, custom))
}

fn list(call: &Call<'_>) -> Answer {
    let query = &call.query;
    let org = call.state.read();
    let moment = call.state.listed_moment(call.now);
    let stats = query
        .get("expand")
        .is_some_and(|expand| expand.split(',').any(|part| part.trim() == "stats"));
    let write = |groups: &[&Group]| {
        let list: Vec<_> = groups
            .iter()
            .map(|group| {
                group
                    .shown(call.state.url())
                    .with_stats(stats.then(|| Stats::of(&org, group.id)))
            })
            .collect();
        Reply::json(&list)
    };
    if let Some(start) = query.filled("q") {
        let limit = QUICK_LIMITS.of(call)?;
        let start = start.trim().to_lowercase();
        let found: Vec<_> = org
            .groups
            .at(moment, ..)
            .filter(|group| group.name.to_lowercase().starts_with(&start) && call.sight.has_group(&org, group))
            .collect();
        return Ok(write(&found[..found.len().min(limit)]));
    }
    let limit = LIMITS.of(call)?;
    let expression = match (query.filled("search"), query.filled("filter")) {
        (Some(search), _) => Some(read(&org, search, SEARCH, SEARCHED)?),
        (None, Some(filter)) => Some(read(&org, filter, FILTER, FILTERED)?),
        (None, None) => None,
    };
    let fits = |group: &&Group| {
        let is_found = expression
            .as_ref()
            .is_none_or(|expression| expression.matches(&|test| holds(group, test)));
        is_found && call.sight.has_group(&org, group)
    };
    let mut found: Vec<&Group> = org.groups.at(moment, ..).filter(fits).collect();
    if query.filled("search").is_some()
        && let Some(attribute) = query.filled("sortBy")
    {
        sort(&mut found, attribute, query.get("sortOrder"))?;
    }
    let start = match query.filled("after") {
        None => 0,
        Some(cursor) => {
            let last = Id::parse(cursor).and_then(|id| found.iter().position(|group| group.id == id));
            last.ok_or_else(Problem::cursor)? + 1
        }
    };
    let rest = &found[start..];
    let shown = &rest[..rest.len().min(limit)];
    let next = shown
        .last()
        .filter(|_| rest.len() > limit)
        .map(|group| group.id.to_string());
    Ok(paging::link(write(shown), call, limit, next.as_deref()))
}

fn read(org: &Org, text: &str, grammar: Grammar, attributes: &[&str]) -> Result<Expression, Problem> {
    let expression = Expression::parse(text, grammar).map_err(Problem::search)?;
    expression.check(&|test| {
        let Test {
            attribute,
            operator,
            literal,
            position,
        } = test;
        let is_time = matches!(attribute.as_str(), "created" | "lastUpdated" | "lastMembershipUpdated");
        let is_custom = attributes == SEARCHED
            && attribute
                .strip_prefix("profile.")
                .is_some_and(|name| org.group_schema.has(name));
        if !attributes.contains(&attribute.as_str()) && !is_custom {
            return Err(Problem::search(format!(
                "The attribute '{attribute}' cannot be used here"
            )));
        }
        if *operator == Operator::Co && (is_custom || !attribute.starts_with("profile.")) {
            return Err(Problem::search(format!(
                "'co' cannot be used with '{attribute}', at position {position}"
            )));
        }
        if is_time && *literal != Literal::Nothing && test.text().and_then(Time::parse).is_none() {
            return Err(Problem::search(format!("'{attribute}' has to be compared with a date")));
        }
        Ok(())
    })?;
    Ok(expression)
}

fn holds(group: &Group, test: &Test) -> bool {
    match test.attribute.as_str() {
        "id" => test.text_holds(group.id.as_str(), false),
        "type" => test.text_holds(group.kind(), true),
        "created" => test.time_holds(Some(group.created)),
        "lastUpdated" => test.time_holds(Some(group.last_updated)),
        "lastMembershipUpdated" => test.time_holds(Some(group.last_membership_updated)),
        "profile.name" => test.text_holds(&group.name, true),
        "profile.description" => test.text_holds(group.description.as_deref().unwrap_or_default(), true),
        other => other
            .strip_prefix("profile.")
            .is_some_and(|name| test.value_holds(group.custom.get(name), true)),
    }
}

fn sort(groups: &mut [&Group], attribute: &str, order: Option<&str>) -> Result<(), Problem> {
    match attribute {
        "id" => groups.sort_by_key(|group| group.id),
        "created" => groups.sort_by_key(|group| group.created),
        "lastUpdated" => groups.sort_by_key(|group| group.last_updated),
        "lastMembershipUpdated" => groups.sort_by_key(|group| group.last_membership_updated),
        "type" => groups.sort_by_key(|group| group.kind()),
        "profile.name" => groups.sort_by_key(|group| group.name.to_lowercase()),
        "profile.description" => groups.sort_by_key(|group| group.description.as_deref().map(str::to_lowercase)),
        other => return Err(Problem::search(format!("The attribute '{other}' cannot be sorted by"))),
    }
    if order.is_some_and(|order| order.to_ascii_lowercase().starts_with("desc")) {
        groups.reverse();
    }
    Ok(())
}
