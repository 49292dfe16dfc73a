//! Ways to sign a request. One file per kind, one line in [`KINDS`].

use std::collections::BTreeMap;

use joinery_connector::{HttpRequest, Secret, form::Form};
use serde_json::{Map, Value};

use crate::error::Error;

/// An auth kind with its settings and secrets: what a connection signs with.
#[derive(Debug, Clone, Default)]
pub struct Auth {
    /// The kind's id; empty means `none`.
    pub kind: String,
    /// Its settings that are not secret, from `connector.toml` and the profile.
    pub settings: Map<String, Value>,
    /// Its secrets by field name.
    pub secrets: BTreeMap<String, Secret>,
}

/// One way to sign in.
pub trait AuthKind: Send + Sync {
    /// The word in `connector.toml`.
    fn id(&self) -> &'static str;
    /// The name on screen.
    fn label(&self) -> &'static str;
    /// What a connection profile must hold for it.
    fn form(&self) -> Form;
    /// Signs `request`.
    ///
    /// # Errors
    /// [`Error::Auth`] naming the setting that is missing.
    fn apply(&self, auth: &Auth, request: &mut HttpRequest) -> Result<(), Error>;
}

/// Every auth kind, in the order the screen offers them.
pub const KINDS: &[&dyn AuthKind] = &[];

/// The kind of that id.
pub fn kind(id: &str) -> Option<&'static dyn AuthKind> {
    KINDS.iter().copied().find(|kind| kind.id() == id)
}
