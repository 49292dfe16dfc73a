//! The claims that admins added to an authorization server.

use regex::Regex;
use serde_json::Value;

use super::memory::Granted;
use crate::okta::expression::{Expression, Scope};
use crate::okta::record::Record;
use crate::okta::shape::names;
use crate::state::Org;

/// The most groups a claim holds.
const MOST_GROUPS: usize = 100;

/// Adds the claims that a token of a kind has by the server's settings: `RESOURCE` is an access token, `IDENTITY` an id
/// token.
pub fn add(org: &Org, server: &Record, granted: &Granted, kind: &str, claims: &mut Value) {
    let client = org.oauth.client_name(granted.client);
    let scope = Scope {
        org,
        user: granted.user.and_then(|user| org.users.get(user)),
        client: Some(&client),
    };
    for claim in org.records_at(&format!("{}/claims", server.path())) {
        let mut needed = names(&claim.get("conditions")["scopes"]).peekable();
        let asked = needed.peek().is_none() || needed.any(|scope| granted.has(scope));
        if !claim.active || claim.system || claim.text("claimType") != kind || !asked {
            continue;
        }
        let value = match claim.text("valueType") {
            "GROUPS" => groups(scope, claim.text("group_filter_type"), claim.text("value")),
            _ => Expression::of_token(claim.text("value")).map_or(Value::Null, |it| it.value(scope)),
        };
        if !value.is_null() && value != "" {
            claims[claim.text("name")] = value;
        }
    }
}

/// The names of the groups of a user that a filter lets through; nothing where it lets none.
fn groups(scope: Scope<'_>, filter: &str, wanted: &str) -> Value {
    let pattern = Regex::new(&format!("^(?:{wanted})$")).ok();
    let fits = |name: &str| match filter {
        "STARTS_WITH" => name.starts_with(wanted),
        "EQUALS" => name == wanted,
        "CONTAINS" => name.contains(wanted),
        _ => pattern.as_ref().is_some_and(|pattern| pattern.is_match(name)),
    };
    let groups = scope.user.into_iter().flat_map(|user| &user.groups);
    let names = groups
        .filter_map(|id| scope.org.groups.get(id))
        .map(|group| group.name.as_str());
    let names: Vec<&str> = names.filter(|name| fits(name)).take(MOST_GROUPS).collect();
    if names.is_empty() { Value::Null } else { names.into() }
}
