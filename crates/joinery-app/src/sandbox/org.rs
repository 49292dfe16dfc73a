//! What the sandbox org that runs holds, asked through the Okta API as any client would: people and groups.
//! Lag, faults and rate limits apply, so the panel shows what a client sees.

use serde_json::Value;

use super::{
    ask::{Call, okta},
    views::{SandboxEntry, Searched},
};
use crate::{error::Error, studio::Studio};

/// How many users or groups a search shows.
const FOUND: &str = "50";

/// Users or groups whose name begins with a text; the first ones where it is empty.
///
/// # Errors
/// As [`super::control`] says.
pub async fn search(studio: &Studio, searched: Searched, text: &str) -> Result<Vec<SandboxEntry>, Error> {
    let what = match searched {
        Searched::Users => "users",
        Searched::Groups => "groups",
    };
    let query = [("limit", FOUND), ("q", text.trim())];
    let query = if text.trim().is_empty() {
        &query[..1]
    } else {
        &query[..]
    };
    let (_, items) = okta(studio, Call::new("GET", &["api", "v1", what]).with_query(query)).await?;
    let entry = match searched {
        Searched::Users => user,
        Searched::Groups => group,
    };
    Ok(items.iter().map(entry).collect())
}

pub(super) fn text(item: &Value, place: &str) -> String {
    item.pointer(place)
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}

fn user(item: &Value) -> SandboxEntry {
    let name = format!(
        "{} {}",
        text(item, "/profile/firstName"),
        text(item, "/profile/lastName")
    );
    SandboxEntry {
        id: text(item, "/id"),
        name: name.trim().to_owned(),
        detail: text(item, "/profile/login"),
        status: text(item, "/status"),
    }
}

fn group(item: &Value) -> SandboxEntry {
    SandboxEntry {
        id: text(item, "/id"),
        name: text(item, "/profile/name"),
        detail: text(item, "/profile/description"),
        status: text(item, "/type"),
    }
}
