//! Connection profiles: which org, how to sign in. Secrets go to the keychain and never come back to a front.

use std::collections::BTreeMap;

use joinery_connector::{form::Form, http::RateLimit};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{error::Error, studio::Studio};

/// A connection as fronts list it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ConnectionView {
    /// Its name; `sandbox` for the sandbox org.
    pub name: String,
    /// The connector's id.
    pub connector: String,
    /// Whether it is the sandbox org.
    pub sandbox: bool,
    /// The auth choice's label.
    pub auth: String,
    /// The base URL, where it is known.
    pub base_url: Option<String>,
}

/// What to fill in for a new connection of a connector.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ConnectionForm {
    /// The connector's title.
    pub title: String,
    /// The connector's own fields.
    pub fields: Form,
    /// Its ways to sign in.
    pub auth: Vec<AuthForm>,
}

/// One way to sign in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct AuthForm {
    /// Its id in the connector.
    pub id: String,
    /// Its name on screen.
    pub label: String,
    /// The auth kind.
    pub kind: String,
    /// What the kind asks for; `None` where this Joinery does not know the kind.
    pub form: Option<Form>,
}

/// A connection to save or test. Empty secrets keep the ones saved before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ConnectionDraft {
    /// Its name.
    pub name: String,
    /// The connector's folder in the workspace.
    pub connector: String,
    /// The auth choice's id.
    pub auth: String,
    /// Every field, secret or not, by name.
    pub values: BTreeMap<String, String>,
}

/// What a test of a connection found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ConnectionTest {
    /// Whether it works.
    pub ok: bool,
    /// What was found: `Signed in as ada.lovelace@acme.example`.
    pub message: String,
    /// What to do, where it does not work.
    pub hint: Option<String>,
    /// The status of the answer.
    pub status: Option<u16>,
    /// Milliseconds the answer took.
    pub time_ms: Option<f64>,
    /// What the rate-limit headers said.
    pub rate_limit: Option<RateLimit>,
}

/// The connections of a connector, the sandbox first.
///
/// # Errors
/// [`crate::Code::Usage`], [`crate::Code::Unavailable`].
pub fn list(studio: &Studio, connector: &str) -> Result<Vec<ConnectionView>, Error> {
    let _ = (studio, connector);
    todo!()
}

/// What to fill in.
///
/// # Errors
/// [`crate::Code::Usage`].
pub fn form(studio: &Studio, connector: &str) -> Result<ConnectionForm, Error> {
    let _ = (studio, connector);
    todo!()
}

/// Saves a profile; its secrets go to the keychain.
///
/// # Errors
/// [`crate::Code::Input`] naming the field that is missing or wrong, [`crate::Code::Unavailable`].
pub fn save(studio: &Studio, draft: &ConnectionDraft) -> Result<ConnectionView, Error> {
    let _ = (studio, draft);
    todo!()
}

/// Tries a connection without saving it.
///
/// # Errors
/// As [`save`]; a refusal by the org is a result, not an error.
pub async fn test(studio: &Studio, draft: &ConnectionDraft) -> Result<ConnectionTest, Error> {
    let _ = (studio, draft);
    todo!()
}

/// Removes a profile and its secrets.
///
/// # Errors
/// [`crate::Code::Usage`] when there is none, [`crate::Code::Unavailable`].
pub fn remove(studio: &Studio, name: &str) -> Result<(), Error> {
    let _ = (studio, name);
    todo!()
}

/// Chooses the connection that the open workspace uses from now on.
///
/// # Errors
/// [`crate::Code::Usage`], [`crate::Code::Unavailable`].
pub fn choose(studio: &Studio, name: &str) -> Result<(), Error> {
    let _ = (studio, name);
    todo!()
}
