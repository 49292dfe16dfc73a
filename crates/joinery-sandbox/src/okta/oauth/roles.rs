//! Admin roles of users and clients: assign, list, take away, and what each of them opens.

use axum::http::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::clock::Time;
use crate::intern::{self, Word};
use crate::okta::Route;
use crate::okta::call::{Answer, Call, Reply};
use crate::okta::errors::Problem;
use crate::okta::ids::{Id, Kind};
use crate::okta::users;
use crate::state::Org;

/// What this file answers below `/api/v1`.
pub const USER_ROUTES: &[Route] = &[
    Route(Method::GET, "users/{}/roles", list),
    Route(Method::POST, "users/{}/roles", assign),
    Route(Method::GET, "users/{}/roles/{}", get),
    Route(Method::DELETE, "users/{}/roles/{}", remove),
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

/// An assigned role.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Role {
    /// The id of the assignment.
    pub id: Id,
    /// Its kind.
    #[serde(deserialize_with = "intern::word")]
    pub kind: Word,
    created: Time,
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

/// Who a path is about: a user, or the client of an `oauth2` path.
fn assignee(org: &Org, call: &Call<'_>) -> Result<Id, Problem> {
    if !call.path.starts_with("/oauth2/") {
        return users::find(org, call.part(0));
    }
    Id::parse(call.part(0))
        .filter(|id| org.oauth.clients.contains_key(id))
        .ok_or_else(|| Problem::not_found(call.part(0), "PublicClientApp"))
}

fn list(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    let who = assignee(&org, call)?;
    let held = org.oauth.roles.get(&who).map_or(&[][..], Vec::as_slice);
    let shown: Vec<Value> = held.iter().map(|role| shown(role, call, who)).collect();
    Ok(Reply::json(&shown))
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
        id: org.ids.next(Kind::Role),
        kind,
        created: call.now.whole_seconds(),
    };
    let reply = Reply::json(&shown(&role, call, who));
    org.oauth.roles.entry(who).or_default().push(role);
    // As documented: 201 for a user, 200 for a client.
    Ok(reply.with_status(if call.path.starts_with("/oauth2/") { 200 } else { 201 }))
}

fn get(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    let who = assignee(&org, call)?;
    let held = org.oauth.roles.get(&who).map_or(&[][..], Vec::as_slice);
    let role = held.iter().find(|role| role.id.as_str() == call.part(1));
    let role = role.ok_or_else(|| Problem::not_found(call.part(1), "Role"))?;
    Ok(Reply::json(&shown(role, call, who)))
}

fn remove(call: &Call<'_>) -> Answer {
    let mut org = call.state.write();
    let who = assignee(&org, call)?;
    let held = org.oauth.roles.entry(who).or_default();
    let before = held.len();
    held.retain(|role| role.id.as_str() != call.part(1));
    if held.len() == before {
        return Err(Problem::not_found(call.part(1), "Role"));
    }
    Ok(Reply::no_content())
}

fn shown(role: &Role, call: &Call<'_>, who: Id) -> Value {
    let label = KINDS
        .iter()
        .find(|(kind, _)| *kind == role.kind)
        .map_or("", |(_, label)| label);
    let (assignment, place) = if call.path.starts_with("/oauth2/") {
        ("CLIENT", "oauth2/v1/clients")
    } else {
        ("USER", "api/v1/users")
    };
    json!({
        "id": role.id, "label": label, "type": role.kind, "status": "ACTIVE",
        "created": role.created, "lastUpdated": role.created, "assignmentType": assignment,
        "_links": {"assignee": {"href": format!("{}/{place}/{who}", call.state.url())}},
    })
}
