//! Who has a custom admin role, and for which resource set: bindings and their members. A binding is there as long as
//! it has a member; each member is a record below the resource set and goes with it.

use axum::http::Method;
use serde_json::{Map, Value, json};

use super::Route;
use super::call::{Answer, Call, Reply};
use super::custom_roles::CustomRoles;
use super::errors::Problem;
use super::event::{EventKind, Party};
use super::ids::{Id, Kind};
use super::labelled::with_link;
use super::record::Record;
use super::resource::{self, Resource as _};
use super::resource_sets::ResourceSets;
use super::shape::{fault, names};
use crate::state::Org;

/// What this file answers.
pub const ROUTES: &[Route] = &[
    Route(Method::GET, "iam/resource-sets/{}/bindings", list),
    Route(Method::POST, "iam/resource-sets/{}/bindings", create),
    Route(Method::GET, "iam/resource-sets/{}/bindings/{}", get),
    Route(Method::DELETE, "iam/resource-sets/{}/bindings/{}", delete),
    Route(Method::GET, "iam/resource-sets/{}/bindings/{}/members", list_members),
    Route(Method::PATCH, "iam/resource-sets/{}/bindings/{}/members", add_members),
    Route(Method::GET, "iam/resource-sets/{}/bindings/{}/members/{}", get_member),
    Route(
        Method::DELETE,
        "iam/resource-sets/{}/bindings/{}/members/{}",
        remove_member,
    ),
];

/// How many bindings or members a page has.
const PAGE: usize = 100;
const ADDED: EventKind = EventKind(
    "iam.resourceset.bindings.add",
    "Create admin role assignment",
    "iam.resourceset.bindings.add",
);
const REMOVED: EventKind = EventKind(
    "iam.resourceset.bindings.delete",
    "Delete admin role assignment",
    "iam.resourceset.bindings.delete",
);

/// The assignments of custom roles to a user, group or client, by age.
pub fn assigned(org: &Org, who: Id) -> impl Iterator<Item = &Record> {
    let all = org
        .records
        .below("iam/resource-sets/")
        .filter(|record| is_member(record));
    let mut assigned: Vec<&Record> = all.filter(|it| it.text("assignee") == who.as_str()).collect();
    assigned.sort_unstable_by_key(|record| record.id);
    assigned.into_iter()
}

/// The role of an assignment and the resource set it is about.
pub fn ends<'o>(org: &'o Org, member: &Record) -> Option<(&'o Record, &'o Record)> {
    let mut parts = member.place.split('/').skip(2);
    let set = org.record_at("iam/resource-sets", parts.next()?)?;
    let role = org.record_at("iam/roles", parts.nth(1)?)?;
    Some((role, set))
}

/// Gives somebody a role for a resource set; gives the id of the assignment.
///
/// # Errors
/// E0000007 for an unknown role or set, E0000090 where the role is assigned already.
pub fn assign(org: &mut Org, call: &Call<'_>, role: &str, set: &str, who: Id) -> Result<Id, Problem> {
    let set = resource::named::<ResourceSets>(org, "iam/resource-sets", set)?.clone();
    let role = resource::named::<CustomRoles>(org, "iam/roles", role)?.clone();
    let place = place(&set, &role);
    if assigned(org, who).any(|member| member.place == place) {
        let summary = "The role specified is already assigned to the user.";
        let cause = format!("{} is assigned already.", role.text("label"));
        return Err(Problem::new(409, "E0000090", summary).because(cause));
    }
    let id = bind(org, call, &place, who);
    record(org, call, ADDED, &set, &role, Some(who));
    Ok(id)
}

/// Takes an assignment away.
pub fn unassign(org: &mut Org, call: &Call<'_>, member: Id) {
    let Some(gone) = org.records.get(&member).cloned() else {
        return;
    };
    let ends = ends(org, &gone).map(|(role, set)| (role.clone(), set.clone()));
    org.drop_record(member);
    if let Some((role, set)) = ends {
        record(org, call, REMOVED, &set, &role, Id::parse(gone.text("assignee")));
    }
}

impl Org {
    /// Takes every admin role from somebody who is gone.
    pub fn forget_admin(&mut self, who: Id) {
        self.oauth.roles.remove(&who);
        let members: Vec<Id> = assigned(self, who).map(|member| member.id).collect();
        for member in members {
            self.drop_record(member);
        }
    }

    /// Takes a role that is gone from everybody.
    pub fn forget_role(&mut self, role: Id) {
        let end = format!("/bindings/{role}/members");
        self.records
            .remove_below("iam/resource-sets/", |record| record.place.ends_with(&end));
    }
}

fn is_member(record: &Record) -> bool {
    record.place.ends_with("/members")
}

fn place(set: &Record, role: &Record) -> String {
    format!("{}/bindings/{}/members", set.path(), role.id)
}

fn bind(org: &mut Org, call: &Call<'_>, place: &str, who: Id) -> Id {
    let id = org.ids.next(Kind::Record(b"irb"));
    let fields = Map::from_iter([("assignee".to_owned(), json!(who))]);
    org.add_record(Record::new(id, place, call.now, fields));
    id
}

fn record(org: &mut Org, call: &Call<'_>, kind: EventKind, set: &Record, role: &Record, who: Option<Id>) {
    let mut targets = vec![role.party(CustomRoles::PARTY), set.party(ResourceSets::PARTY)];
    targets.extend(who.and_then(|who| party(org, who)));
    org.record(call, kind, targets);
}

/// A user, group or client as the log names it.
pub fn party(org: &Org, who: Id) -> Option<Party> {
    let user = org.users.get(who).map(Party::from);
    user.or_else(|| org.groups.get(&who).map(Party::from))
        .or_else(|| org.oauth.clients.get(&who).map(Party::from))
}

/// Set and role of a path; the role has to be bound where `bound` says so.
fn ends_of(org: &Org, call: &Call<'_>, bound: bool) -> Result<(Record, Record), Problem> {
    let set = resource::find::<ResourceSets>(org, call)?;
    let role = resource::named::<CustomRoles>(org, "iam/roles", call.part(1))?;
    if bound && org.records_at(&place(set, role)).next().is_none() {
        return Err(Problem::not_found(call.part(1), "ResourceSetBinding"));
    }
    Ok((set.clone(), role.clone()))
}

/// Whom the addresses of members mean.
fn people(org: &Org, members: &Value) -> Result<Vec<Id>, Problem> {
    let found = names(members).map(|name| {
        let id = name.rsplit(['/', ':']).next().and_then(Id::parse);
        id.filter(|id| name.len() > 20 && party(org, *id).is_some())
            .ok_or_else(|| {
                fault(
                    "members",
                    &format!("'{name}' is not a user, group or client of this org"),
                )
            })
    });
    let found: Vec<Id> = found.collect::<Result<_, _>>()?;
    if found.is_empty() {
        return Err(fault("members", "The field cannot be left blank"));
    }
    Ok(found)
}

/// Binds those who are not bound yet.
fn bind_all(org: &mut Org, call: &Call<'_>, set: &Record, role: &Record, members: &Value) -> Result<(), Problem> {
    let place = place(set, role);
    for who in people(org, members)? {
        if !assigned(org, who).any(|member| member.place == place) {
            bind(org, call, &place, who);
            record(org, call, ADDED, set, role, Some(who));
        }
    }
    Ok(())
}

fn at(call: &Call<'_>, set: &Record) -> String {
    format!("{}/api/v1/{}", call.state.url(), set.path())
}

/// What follows the cursor of a list, cut to a page, with the link to the next one.
fn page<'a>(
    call: &Call<'_>,
    mut all: Vec<&'a Record>,
    own: &str,
) -> Result<(Vec<&'a Record>, Map<String, Value>), Problem> {
    if let Some(cursor) = call.query.filled("after") {
        let after = Id::parse(cursor).ok_or_else(Problem::cursor)?;
        all.retain(|record| record.id > after);
    }
    let mut links = Map::from_iter([("self".to_owned(), json!({"href": own}))]);
    if all.len() > PAGE {
        all.truncate(PAGE);
        let last = all.last().map(|record| record.id.to_string()).unwrap_or_default();
        links.insert("next".into(), json!({"href": format!("{own}?after={last}")}));
    }
    Ok((all, links))
}

fn list(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    let set = resource::find::<ResourceSets>(&org, call)?;
    let at = at(call, set);
    let own = format!("{at}/bindings");
    let bound = |role: &&Record| org.records_at(&place(set, role)).next().is_some();
    let roles = org.records_at("iam/roles").filter(bound).collect();
    let (roles, mut links) = page(call, roles, &own)?;
    links.insert("resource-set".into(), json!({"href": at}));
    let shown = |role: &&Record| {
        let role_at = format!("{}/api/v1/{}", call.state.url(), role.path());
        let members = format!("{own}/{}/members", role.id);
        json!({"id": role.id, "_links": {"self": {"href": role_at}, "members": {"href": members}}})
    };
    let roles: Vec<Value> = roles.iter().map(shown).collect();
    Ok(with_link(Reply::json(&json!({"roles": roles, "_links": links}))))
}

fn edited(call: &Call<'_>, set: &Record, role: &Record) -> Reply {
    let at = at(call, set);
    with_link(Reply::json(&json!({"_links": {
        "self": {"href": format!("{at}/bindings/{}", role.id)}, "bindings": {"href": format!("{at}/bindings")},
        "resource-set": {"href": at},
    }})))
}

fn create(call: &Call<'_>) -> Answer {
    let body = call.object()?;
    let mut org = call.state.write();
    let set = resource::find::<ResourceSets>(&org, call)?.clone();
    let role = body.get("role").and_then(Value::as_str).unwrap_or_default();
    if role.is_empty() {
        return Err(fault("role", "The field cannot be left blank"));
    }
    let role = resource::named::<CustomRoles>(&org, "iam/roles", role)?.clone();
    let members = body.get("members").unwrap_or(&Value::Null);
    bind_all(&mut org, call, &set, &role, members)?;
    Ok(edited(call, &set, &role))
}

fn get(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    let (set, role) = ends_of(&org, call, true)?;
    let at = at(call, &set);
    let own = format!("{at}/bindings/{}", role.id);
    Ok(with_link(Reply::json(&json!({"id": role.id, "_links": {
        "self": {"href": own}, "members": {"href": format!("{own}/members")}, "resource-set": {"href": at},
    }}))))
}

fn delete(call: &Call<'_>) -> Answer {
    let mut org = call.state.write();
    let (set, role) = ends_of(&org, call, true)?;
    let members: Vec<Id> = org.records_at(&place(&set, &role)).map(|member| member.id).collect();
    for member in members {
        unassign(&mut org, call, member);
    }
    Ok(Reply::no_content())
}

/// A member: when it was bound, and where to find who it is.
fn shown_member(org: &Org, member: &Record, url: &str) -> Value {
    let who = Id::parse(member.text("assignee"));
    let href = who.map(|who| format!("{url}/{}/{who}", kind_of(org, who)));
    json!({
        "id": member.id, "created": member.created, "lastUpdated": member.last_updated,
        "_links": {"self": {"href": href}},
    })
}

/// Where somebody is found.
fn kind_of(org: &Org, who: Id) -> &'static str {
    if org.users.get(who).is_some() {
        "api/v1/users"
    } else if org.groups.contains_key(&who) {
        "api/v1/groups"
    } else {
        "oauth2/v1/clients"
    }
}

fn list_members(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    let (set, role) = ends_of(&org, call, true)?;
    let binding = format!("{}/bindings/{}", at(call, &set), role.id);
    let own = format!("{binding}/members");
    let (members, mut links) = page(call, org.records_at(&place(&set, &role)).collect(), &own)?;
    links.insert("binding".into(), json!({"href": binding}));
    let members = members
        .iter()
        .map(|member| shown_member(&org, member, call.state.url()));
    let members: Vec<Value> = members.collect();
    Ok(with_link(Reply::json(&json!({"members": members, "_links": links}))))
}

fn add_members(call: &Call<'_>) -> Answer {
    let body = call.object()?;
    let mut org = call.state.write();
    let (set, role) = ends_of(&org, call, true)?;
    let members = body.get("additions").unwrap_or(&Value::Null);
    bind_all(&mut org, call, &set, &role, members)?;
    Ok(edited(call, &set, &role))
}

fn member<'o>(org: &'o Org, call: &Call<'_>) -> Result<&'o Record, Problem> {
    let (set, role) = ends_of(org, call, true)?;
    let found = org.record_at(&place(&set, &role), call.part(2));
    found.ok_or_else(|| Problem::not_found(call.part(2), "ResourceSetBindingMember"))
}

fn get_member(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    let member = member(&org, call)?;
    Ok(Reply::json(&shown_member(&org, member, call.state.url())))
}

fn remove_member(call: &Call<'_>) -> Answer {
    let mut org = call.state.write();
    let member = member(&org, call)?.id;
    unassign(&mut org, call, member);
    Ok(Reply::no_content())
}
