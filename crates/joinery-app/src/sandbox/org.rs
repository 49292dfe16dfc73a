//! What the sandbox org that runs holds, asked through the Okta API as any client would: people and groups.
//! Lag, faults and rate limits apply, so the panel shows what a client sees.

use serde_json::{Value, json};

use super::{
    ask::{Call, okta},
    views::{SandboxEntry, Searched},
};
use crate::{
    error::Error,
    studio::{Studio, now_ms},
};

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
    let (_, items): (_, Vec<Value>) = okta(studio, Call::new("GET", &["api", "v1", what]).with_query(query)).await?;
    let entry = match searched {
        Searched::Users => user,
        Searched::Groups => group,
    };
    Ok(items.iter().map(entry).collect())
}

/// Makes a user, so that a trigger has something to find: nobody who exists, with a login that nobody has.
///
/// # Errors
/// As [`super::control`] says.
pub async fn create_sample_user(studio: &Studio) -> Result<SandboxEntry, Error> {
    let now = now_ms();
    let pick = |names: &[&'static str], at: i64| names[usize::try_from(at).unwrap_or(0) % names.len()];
    let (first, last) = (pick(FIRST_NAMES, now), pick(LAST_NAMES, now / 7));
    let login = format!("{first}.{last}.{now}@acme.example").to_lowercase();
    let body = json!({ "profile": { "firstName": first, "lastName": last, "email": login, "login": login } });
    let (_, made): (_, Value) = okta(studio, Call::new("POST", &["api", "v1", "users"]).with_body(body)).await?;
    Ok(user(&made))
}

const FIRST_NAMES: &[&str] = &[
    "Alma", "Bruno", "Chidi", "Dora", "Emil", "Farah", "Goran", "Hana", "Ines", "Jonas",
];
const LAST_NAMES: &[&str] = &["Abel", "Brandt", "Castro", "Dietz", "Eriksen", "Fischer", "Greco"];

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
