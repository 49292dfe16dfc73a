//! *Save as secret*: credentials that stand written out in a request, and their way into the keychain.

use joinery_connector::{
    import::{self, Literal, RequestPart},
    request::SavedRequest,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{RequestInContext, known_variables};
use crate::{
    connections, connectors,
    error::{Code, Error},
    studio::Studio,
};

/// A credential that stands written out in a request: everybody who has the file could read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct LiteralSecret {
    /// The part of the request it stands in.
    pub part: RequestPart,
    /// The variable that would stand for it.
    pub name: String,
}

/// A secret to be moved out of a request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct KeepSecret {
    /// The request, and the connection that is to keep the secret. What a folder shares comes as a request of its own.
    pub shown: RequestInContext,
    /// Which one, by its place in what [`literal_secrets`] gives.
    pub at: u32,
    /// The name it gets; one that is free where none is said.
    pub name: Option<String>,
}

/// A secret that was moved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct KeptSecret {
    /// The request, a variable in place of the secret.
    pub request: SavedRequest,
    /// The variable.
    pub name: String,
}

/// The credentials that stand written out in a request, in order: what an import would take out of it.
pub fn literal_secrets(request: &SavedRequest) -> Vec<LiteralSecret> {
    let shown = |Literal { part, name, .. }: Literal| LiteralSecret { part, name };
    import::literals(request).into_iter().map(shown).collect()
}

/// The name that a secret would get.
///
/// # Errors
/// As [`keep_secret`].
pub fn secret_name(studio: &Studio, wanted: &KeepSecret) -> Result<String, Error> {
    let literal = literal(&wanted.shown.request, wanted.at)?;
    free_name(studio, &wanted.shown, &literal)
}

/// Moves a secret from a request to its connection. The request is not saved.
///
/// # Errors
/// [`Code::Usage`] where no saved connection is chosen or the request has no such secret, [`Code::Input`] and
/// [`Code::Conflict`] for a name that cannot be used, [`Code::Unavailable`].
pub fn keep_secret(studio: &Studio, wanted: &KeepSecret) -> Result<KeptSecret, Error> {
    let shown = &wanted.shown;
    let literal = literal(&shown.request, wanted.at)?;
    let name = match &wanted.name {
        Some(name) => name.trim().to_owned(),
        None => free_name(studio, shown, &literal)?,
    };
    let connector = connectors::in_workspace(studio, &shown.connector)?;
    connections::keep_request_secret(studio, &connector, chosen(shown)?, &name, &literal.value)?;
    Ok(KeptSecret {
        request: import::with_variable(&shown.request, &literal.value, &name),
        name,
    })
}

fn literal(request: &SavedRequest, at: u32) -> Result<Literal, Error> {
    let found = import::literals(request).into_iter().nth(at as usize);
    found.ok_or_else(|| Error::new(Code::Usage, "the request has no such secret any more"))
}

pub(super) fn chosen(shown: &RequestInContext) -> Result<&str, Error> {
    shown.connection.as_deref().ok_or_else(|| {
        Error::new(Code::Usage, "no connection is chosen that could keep the secret")
            .with_hint("Choose a saved connection, or make one.")
    })
}

/// A name that neither the connection nor a variable the request can see has for something else.
fn free_name(studio: &Studio, shown: &RequestInContext, literal: &Literal) -> Result<String, Error> {
    let connector = connectors::in_workspace(studio, &shown.connector)?;
    // A connection that cannot be used yet has no variables to look out for.
    let known = known_variables(studio, shown).unwrap_or_default();
    let is_own = |name: &str| {
        shown
            .request
            .variables
            .get(name)
            .is_some_and(|value| value.trim() == literal.value.reveal())
    };
    let taken = |name: &str| known.iter().any(|variable| variable.name == name) && !is_own(name);
    connections::free_name(
        studio,
        &connector,
        chosen(shown)?,
        &literal.name,
        &literal.value,
        &taken,
    )
}
