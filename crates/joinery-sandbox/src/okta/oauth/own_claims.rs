//! The claims that admins added to an authorization server.

use serde_json::{Value, json};

use super::memory::Granted;
use crate::okta::record::Record;
use crate::okta::shape::names;
use crate::state::Org;

/// Claims that admins added. Of the expression language those forms work: texts, numbers, `true`, `false`,
/// `app.clientId` and an attribute of the user, `user.email`.
pub fn add(org: &Org, server: &Record, granted: &Granted, kind: &str, claims: &mut Value) {
    let user = granted.user.and_then(|user| org.users.get(user));
    for claim in org.records_at(&format!("{}/claims", server.path())) {
        let mut needed = names(&claim.get("conditions")["scopes"]).peekable();
        let asked = needed.peek().is_none() || needed.any(|scope| granted.has(scope));
        if !claim.active || claim.system || claim.text("claimType") != kind || !asked {
            continue;
        }
        let text = claim.text("value");
        let value = match (text, text.strip_prefix("user."), user) {
            ("app.clientId", ..) => json!(granted.client),
            (_, Some(attribute), Some(user)) => json!(user.profile.text(attribute)),
            _ => serde_json::from_str(text).unwrap_or_default(),
        };
        if !value.is_null() && value != "" {
            claims[claim.text("name")] = value;
        }
    }
}
