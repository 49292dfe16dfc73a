//! Admin roles of users, groups and clients: assign, list, take away, and what each standard one opens. What such a
//! role is limited to is in `role_targets`; the records of custom roles are in `okta::role_bindings`.

use axum::http::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::role_targets;
use crate::clock::Time;
use crate::intern::{self, Word};
use crate::okta::Route;
use crate::okta::call::{Answer, Call, Reply};
use crate::okta::errors::Problem;
use crate::okta::event::{EventKind, kinds};
use crate::okta::ids::{Id, Kind};
use crate::okta::record::Record;
use crate::okta::shape::need_text;
use crate::okta::{groups, role_bindings, totp, users};
use crate::state::Org;

/// What this file answers below `/api/v1`.
pub const USER_ROUTES: &[Route] = &[
    Route(Method::GET, "users/{}/roles", list),
    Route(Method::POST, "users/{}/roles", assign),
    Route(Method::GET, "users/{}/roles/{}", get),
    Route(Method::DELETE, "users/{}/roles/{}", remove),
];
/// What it answers below `/api/v1/groups`.
pub const GROUP_ROUTES: &[Route] = &[
    Route(Method::GET, "groups/{}/roles", list),
    Route(Method::POST, "groups/{}/roles", assign),
    Route(Method::GET, "groups/{}/roles/{}", get),
    Route(Method::DELETE, "groups/{}/roles/{}", remove),
];
/// What it answers below the root.
pub const CLIENT_ROUTES: &[Route] = &[
    Route(Method::GET, "oauth2/v1/clients/{}/roles", list),
    Route(Method::POST, "oauth2/v1/clients/{}/roles", assign),
    Route(Method::GET, "oauth2/v1/clients/{}/roles/{}", get),
    Route(Method::DELETE, "oauth2/v1/clients/{}/roles/{}", remove),
];

/// The standard roles and their labels.
const KINDS: &[(&str, &str)] = &[
    ("SUPER_ADMIN", "Super Administrator"),
    ("ORG_ADMIN", "Organizational Administrator"),
    ("APP_ADMIN", "Application Administrator"),
    ("USER_ADMIN", "Group Administrator"),
    ("HELP_DESK_ADMIN", "Help Desk Administrator"),
    ("GROUP_MEMBERSHIP_ADMIN", "Group Membership Administrator"),
    ("READ_ONLY_ADMIN", "Read-only Administrator"),
    ("REPORT_ADMIN", "Report Administrator"),
    ("API_ACCESS_MANAGEMENT_ADMIN", "API Access Management Administrator"),
    ("MOBILE_ADMIN", "Mobile Administrator"),
];

/// The kind of every role of an org's own.
const CUSTOM: &str = "CUSTOM";

/// Whether Okta has a standard role of this name.
pub fn is_role(name: &str) -> bool {
    KINDS.iter().any(|(kind, _)| *kind == name)
}

/// An assigned role.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Role {
    /// The id of the assignment. Of a user's and a group's it is the kind in base 32, as recorded.
    pub id: String,
    /// Its kind.
    #[serde(deserialize_with = "intern::word")]
    pub kind: Word,
    created: Time,
    /// The groups it is limited to; all where there are none.
    pub groups: Vec<Id>,
    /// The apps it is limited to, by their name in the catalogue or one by one; all where there are none.
    pub apps: Vec<(String, Option<Id>)>,
}

/// Whether a role opens an endpoint.
pub fn allows(kind: &str, method: &Method, path: &str) -> bool {
    let reads = *method == Method::GET;
    let parts: Vec<&str> = path.split('/').collect();
    let first = parts[0];
    let people = matches!(first, "users" | "groups");
    let about_roles = parts.get(2) == Some(&"roles") || path.contains("/clients/") && path.ends_with("roles");
    match kind {
        "SUPER_ADMIN" => true,
        "ORG_ADMIN" => reads || !about_roles && first != "iam",
        "READ_ONLY_ADMIN" => reads,
        "REPORT_ADMIN" => reads && matches!(first, "logs" | "apps" | "users" | "groups"),
        "USER_ADMIN" => people && (reads || !about_roles),
        "HELP_DESK_ADMIN" => {
            let help = matches!(parts.get(2), Some(&("credentials" | "factors" | "sessions")))
                || matches!(
                    parts.get(3),
                    Some(&("unlock" | "reset_password" | "reset_factors" | "expire_password"))
                );
            people && reads || first == "users" && help
        }
        "GROUP_MEMBERSHIP_ADMIN" => people && reads || first == "groups" && parts.get(2) == Some(&"users"),
        "APP_ADMIN" => {
            matches!(first, "apps") || people && reads || path.starts_with("oauth2/v1/clients") && !about_roles
        }
        "API_ACCESS_MANAGEMENT_ADMIN" => {
            first == "authorizationServers" || path.starts_with("oauth2/v1/clients") && !about_roles
        }
        _ => false,
    }
}

/// The roles somebody holds: their own, and those of the groups a user is in.
pub fn held(org: &Org, who: Id) -> impl Iterator<Item = &Role> {
    let groups = org.users.get(who).into_iter().flat_map(|user| &user.groups);
    std::iter::once(&who)
        .chain(groups)
        .copied()
        .collect::<Vec<Id>>()
        .into_iter()
        .filter_map(|id| org.oauth.roles.get(&id))
        .flatten()
}

/// Who a path is about: a user, a group, or the client of an `oauth2` path.
///
/// # Errors
/// E0000007.
pub fn assignee(org: &Org, call: &Call<'_>) -> Result<Id, Problem> {
    if call.path.starts_with("/oauth2/") {
        let found = org.oauth.client_named(call.part(0)).map(|client| client.id);
        return found.ok_or_else(|| Problem::not_found(call.part(0), "PublicClientApp"));
    }
    if call.path.starts_with("/api/v1/groups/") {
        return groups::find(org, call.part(0)).map(|group| group.id);
    }
    users::find(org, call.part(0))
}

/// The role a path names, of whom it names.
///
/// # Errors
/// E0000007.
pub fn find<'o>(org: &'o Org, call: &Call<'_>) -> Result<(Id, &'o Role), Problem> {
    let who = assignee(org, call)?;
    let held = org.oauth.roles.get(&who).map_or(&[][..], Vec::as_slice);
    let role = held.iter().find(|role| role.id == call.part(1));
    Ok((who, role.ok_or_else(|| Problem::not_found(call.part(1), "Role"))?))
}

fn list(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    let who = assignee(&org, call)?;
    let own = org.oauth.roles.get(&who).map_or(&[][..], Vec::as_slice);
    let mut list: Vec<Value> = own.iter().map(|role| shown(role, call, who, None)).collect();
    if let Some(expand) = call.query.filled("expand") {
        for (role, shown) in own.iter().zip(&mut list) {
            role_targets::embed(&org, role, expand, call.state.url(), shown);
        }
    }
    list.extend(role_bindings::assigned(&org, who).filter_map(|role| shown_custom(&org, role, call, who, None)));
    // What a user holds by a group is listed as well.
    for group in org.users.get(who).into_iter().flat_map(|user| &user.groups) {
        let by_group = org.oauth.roles.get(group).map_or(&[][..], Vec::as_slice);
        list.extend(by_group.iter().map(|role| shown(role, call, who, Some(*group))));
        let custom = role_bindings::assigned(&org, *group);
        list.extend(custom.filter_map(|role| shown_custom(&org, role, call, who, Some(*group))));
    }
    Ok(Reply::json(&list))
}

fn assign(call: &Call<'_>) -> Answer {
    let body = call.object()?;
    let wanted = body.get("type").and_then(Value::as_str).unwrap_or_default();
    if wanted == CUSTOM {
        return assign_custom(call, &body);
    }
    let Some((kind, label)) = KINDS.iter().find(|(kind, _)| *kind == wanted) else {
        let cause = format!("type: '{wanted}' is not a role of Okta");
        return Err(Problem::validation("type", vec![cause]));
    };
    let mut org = call.state.write();
    let who = assignee(&org, call)?;
    check_assignee(&org, who)?;
    if org
        .oauth
        .roles
        .get(&who)
        .is_some_and(|held| held.iter().any(|role| role.kind == *kind))
    {
        let summary = "The role specified is already assigned to the user.";
        return Err(Problem::new(409, "E0000090", summary).because(format!("{label} is assigned already.")));
    }
    let role = Role {
        id: if call.path.starts_with("/oauth2/") {
            org.ids.next(Kind::Role).to_string()
        } else {
            totp::encode(kind.as_bytes())
        },
        kind,
        created: call.now.whole_seconds(),
        groups: Vec::new(),
        apps: Vec::new(),
    };
    let reply = Reply::json(&shown(&role, call, who, None));
    org.oauth.roles.entry(who).or_default().push(role);
    record(&mut org, call, who, true);
    Ok(reply.with_status(created(call)))
}

/// As documented: 201 for a user or a group, 200 for a client.
fn created(call: &Call<'_>) -> u16 {
    if call.path.starts_with("/oauth2/") { 200 } else { 201 }
}

/// A custom role goes to somebody together with the resource set it is for.
fn assign_custom(call: &Call<'_>, body: &Map<String, Value>) -> Answer {
    let (role, set) = (need_text(body, "role", 255)?, need_text(body, "resource-set", 255)?);
    let mut org = call.state.write();
    let who = assignee(&org, call)?;
    check_assignee(&org, who)?;
    let id = role_bindings::assign(&mut org, call, &role, &set, who)?;
    record(&mut org, call, who, true);
    let made = org.records.get(&id);
    let shown = made.and_then(|role| shown_custom(&org, role, call, who, None));
    Ok(Reply::json(&shown).with_status(created(call)))
}

/// Not every group can be an admin.
fn check_assignee(org: &Org, who: Id) -> Result<(), Problem> {
    let Some(group) = org.groups.get(&who) else {
        return Ok(());
    };
    if group.built_in {
        let summary = format!("Roles cannot be granted to built-in groups: {}", group.name);
        return Err(Problem::new(400, "E0000211", summary));
    }
    if org.rules.values().any(|rule| rule.active && rule.groups.contains(&who)) {
        let summary = "Roles cannot be granted to groups with group membership rules.";
        return Err(Problem::new(400, "E0000192", summary));
    }
    Ok(())
}

/// The assignment of a custom role that a path names, where it names one.
fn custom<'o>(org: &'o Org, call: &Call<'_>) -> Result<Option<(Id, &'o Record)>, Problem> {
    let who = assignee(org, call)?;
    let found = role_bindings::assigned(org, who).find(|role| role.id.as_str() == call.part(1));
    Ok(found.map(|role| (who, role)))
}

fn get(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    if let Some((who, role)) = custom(&org, call)? {
        return Ok(Reply::json(&shown_custom(&org, role, call, who, None)));
    }
    let (who, role) = find(&org, call)?;
    Ok(Reply::json(&shown(role, call, who, None)))
}

fn remove(call: &Call<'_>) -> Answer {
    let mut org = call.state.write();
    if let Some((who, role)) = custom(&org, call)? {
        let id = role.id;
        role_bindings::unassign(&mut org, call, id);
        record(&mut org, call, who, false);
        return Ok(Reply::no_content());
    }
    let (who, role) = find(&org, call)?;
    let gone = role.id.clone();
    if let Some(held) = org.oauth.roles.get_mut(&who) {
        held.retain(|role| role.id != gone);
    }
    record(&mut org, call, who, false);
    Ok(Reply::no_content())
}

fn record(org: &mut Org, call: &Call<'_>, who: Id, granted: bool) {
    let kinds: [EventKind; 2] = if org.users.get(who).is_some() {
        [kinds::USER_PRIVILEGE_GRANT, kinds::USER_PRIVILEGE_REVOKE]
    } else if org.groups.contains_key(&who) {
        [kinds::GROUP_PRIVILEGE_GRANT, kinds::GROUP_PRIVILEGE_REVOKE]
    } else {
        [kinds::CLIENT_PRIVILEGE_GRANT, kinds::CLIENT_PRIVILEGE_REVOKE]
    };
    let party = role_bindings::party(org, who);
    org.record(call, kinds[usize::from(!granted)], party.into_iter().collect());
}

/// A role as Okta shows it; `by` is the group by which a user holds it.
fn shown(role: &Role, call: &Call<'_>, who: Id, by: Option<Id>) -> Value {
    let label = KINDS
        .iter()
        .find(|(kind, _)| *kind == role.kind)
        .map_or("", |(_, label)| label);
    let (assignment, assignee) = assignment(call, who, by);
    json!({
        "id": role.id, "label": label, "type": role.kind, "status": "ACTIVE",
        "created": role.created, "lastUpdated": role.created, "assignmentType": assignment,
        "_links": {"assignee": {"href": assignee}},
    })
}

/// How somebody came to a role, and where to find who it is.
fn assignment(call: &Call<'_>, who: Id, by: Option<Id>) -> (&'static str, String) {
    let (assignment, place) = if call.path.starts_with("/oauth2/") {
        ("CLIENT", "oauth2/v1/clients")
    } else if call.path.starts_with("/api/v1/groups/") {
        ("GROUP", "api/v1/groups")
    } else if by.is_some() {
        ("GROUP", "api/v1/users")
    } else {
        ("USER", "api/v1/users")
    };
    (assignment, format!("{}/{place}/{who}", call.state.url()))
}

/// The assignment of a custom role as Okta shows it.
fn shown_custom(org: &Org, member: &Record, call: &Call<'_>, who: Id, by: Option<Id>) -> Option<Value> {
    let (role, set) = role_bindings::ends(org, member)?;
    let (assignment, assignee) = assignment(call, who, by);
    let at = |path: String| json!({"href": format!("{}/api/v1/{path}", call.state.url())});
    Some(json!({
        "id": member.id, "label": role.text("label"), "type": CUSTOM, "status": "ACTIVE",
        "created": member.created, "lastUpdated": member.last_updated, "assignmentType": assignment,
        "resource-set": set.id, "role": role.id,
        "_links": {
            "role": at(role.path()), "resource-set": at(set.path()),
            "permissions": at(format!("{}/permissions", role.path())), "member": at(member.path()),
            "assignee": {"href": assignee},
        },
    }))
}
