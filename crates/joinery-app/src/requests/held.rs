//! Secrets that a person gives to variables in the window: held in memory for the time being, or kept by a connection.

use joinery_connector::{Secret, variables};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{RequestInContext, known_variables, literals::chosen};
use crate::{
    connections, connectors,
    error::{Code, Error},
    studio::{Studio, lock},
};

/// A variable that gets a secret value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SetSecret {
    /// The request that uses it, and the connection in use.
    pub shown: RequestInContext,
    /// The variable.
    pub name: String,
    /// Its value; `None` for the one that is held.
    pub value: Option<String>,
    /// Where it is kept.
    pub place: SecretPlace,
}

/// Where a secret is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum SecretPlace {
    /// In memory, until the studio closes or another workspace is opened.
    Session,
    /// With the secrets of the connection in use.
    Connection,
}

/// Gives a variable a secret value.
///
/// # Errors
/// [`Code::Usage`] where no saved connection is chosen that could keep it, [`Code::Input`] and [`Code::Conflict`] for a
/// name that cannot be used or a value that is missing, [`Code::Unavailable`].
pub fn set_secret(studio: &Studio, wanted: &SetSecret) -> Result<(), Error> {
    let name = wanted.name.as_str();
    let given = wanted.value.as_deref().filter(|value| !value.is_empty());
    let value = match given {
        Some(value) => Secret::new(value),
        None => held(studio, name).ok_or_else(|| Error::new(Code::Input, format!("`{name}` has no value yet")))?,
    };
    match wanted.place {
        SecretPlace::Session => {
            lock(&studio.captured).insert(name.to_owned(), variables::Value::Secret(value));
        }
        SecretPlace::Connection => {
            let connector = connectors::in_workspace(studio, &wanted.shown.connector)?;
            connections::keep_request_secret(studio, &connector, chosen(&wanted.shown)?, name, &value)?;
            // What is held would hide it.
            lock(&studio.captured).remove(name);
        }
    }
    Ok(())
}

/// Holds a secret until the studio closes. Gives its name: the one wanted, or the first like it that means nothing yet.
pub(crate) fn hold_secret(studio: &Studio, shown: &RequestInContext, wanted: &str, value: &Secret) -> String {
    // A connection that cannot be used yet has no variables to look out for.
    let known = known_variables(studio, shown).unwrap_or_default();
    let is_free = |name: &str| {
        held(studio, name).map_or_else(
            || known.iter().all(|variable| variable.name != name),
            |held| held == *value,
        )
    };
    let numbered = (2_u32..).map(|number| format!("{wanted}_{number}"));
    let name = std::iter::once(wanted.to_owned())
        .chain(numbered)
        .find(|name| is_free(name));
    let name = name.unwrap_or_else(|| wanted.to_owned());
    lock(&studio.captured).insert(name.clone(), variables::Value::Secret(value.clone()));
    name
}

/// The secret that is held under a name.
fn held(studio: &Studio, name: &str) -> Option<Secret> {
    match lock(&studio.captured).get(name) {
        Some(variables::Value::Secret(secret)) => Some(secret.clone()),
        _ => None,
    }
}
