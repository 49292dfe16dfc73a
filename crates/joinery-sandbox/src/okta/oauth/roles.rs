//! Admin roles of users, groups and clients: assign, list, take away, and what each of them opens. What a role is
//! limited to is in `role_targets`.

use axum::http::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::clock::Time;
use crate::intern::{self, Word};
use crate::okta::Route;
use crate::okta::call::{Answer, Call, Reply};
use crate::okta::errors::Problem;
use crate::okta::event::{EventKind, Party, kinds};
use crate::okta::ids::{Id, Kind};
use crate::okta::{groups, totp, users};
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
    // What a user holds by a group is listed as well.
    for group in org.users.get(who).into_iter().flat_map(|user| &user.groups) {
        let by_group = org.oauth.roles.get(group).map_or(&[][..], Vec::as_slice);
        list.extend(by_group.iter().map(|role| shown(role, call, who, Some(*group))));
    }
    Ok(Reply::json(&list))
}

fn assign(call: &Call<'_>) -> Answer {
    let body = call.object()?;
    let wanted = body.get("type").and_then(Value::as_str).unwrap_or_default();
    let Some((kind, label)) = KINDS.iter().find(|(kind, _)| *kind == wanted) else {
        let cause = format!("type: '{wanted}' is not a role of this org. The sandbox knows the standard roles.");
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
    // As documented: 201 for a user or a group, 200 for a client.
    Ok(reply.with_status(if call.path.starts_with("/oauth2/") { 200 } else { 201 }))
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

fn get(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    let (who, role) = find(&org, call)?;
    Ok(Reply::json(&shown(role, call, who, None)))
}

fn remove(call: &Call<'_>) -> Answer {
    let mut org = call.state.write();
    let (who, role) = find(&org, call)?;
    let gone = role.id.clone();
    if let Some(held) = org.oauth.roles.get_mut(&who) {
        held.retain(|role| role.id != gone);
    }
    record(&mut org, call, who, false);
    Ok(Reply::no_content())
}

fn record(org: &mut Org, call: &Call<'_>, who: Id, granted: bool) {
    let (party, kinds): (Option<Party>, [EventKind; 2]) = if let Some(user) = org.users.get(who) {
        let kinds = [kinds::USER_PRIVILEGE_GRANT, kinds::USER_PRIVILEGE_REVOKE];
        (Some(user.into()), kinds)
    } else if let Some(group) = org.groups.get(&who) {
        let kinds = [kinds::GROUP_PRIVILEGE_GRANT, kinds::GROUP_PRIVILEGE_REVOKE];
        (Some(group.into()), kinds)
    } else {
        let kinds = [kinds::CLIENT_PRIVILEGE_GRANT, kinds::CLIENT_PRIVILEGE_REVOKE];
        (org.oauth.clients.get(&who).map(Party::from), kinds)
    };
    org.record(call, kinds[usize::from(!granted)], party.into_iter().collect());
}

/// A role as Okta shows it; `by` is the group by which a user holds it.
fn shown(role: &Role, call: &Call<'_>, who: Id, by: Option<Id>) -> Value {
    let label = KINDS
        .iter()
        .find(|(kind, _)| *kind == role.kind)
        .map_or("", |(_, label)| label);
    let (assignment, place) = if call.path.starts_with("/oauth2/") {
        ("CLIENT", "oauth2/v1/clients")
    } else if call.path.starts_with("/api/v1/groups/") {
        ("GROUP", "api/v1/groups")
    } else if by.is_some() {
        ("GROUP", "api/v1/users")
    } else {
        ("USER", "api/v1/users")
    };
    json!({
        "id": role.id, "label": label, "type": role.kind, "status": "ACTIVE",
        "created": role.created, "lastUpdated": role.created, "assignmentType": assignment,
        "_links": {"assignee": {"href": format!("{}/{place}/{who}", call.state.url())}},
    })
}
