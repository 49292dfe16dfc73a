//! Connection profiles: which org, how to sign in. Secrets go to the keychain and never come back to a front.

mod environment;
mod guard;
mod health;
mod hooks;
mod keys;
mod network;
mod request_secrets;
mod resolve;
mod safe;
mod save;
mod sign_in;
mod signature;
mod stand_in;
mod test;

use std::collections::BTreeMap;

use joinery_connector::{Connector, form::Form, manifest::AuthChoice};
use joinery_http::auth;
use joinery_store::table::{self, connection::Row};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use ts_rs::TS;

pub use environment::Environment;
pub use guard::{Guard, ReadOnly, Write};
pub(crate) use guard::{Refusal, Verdict};
pub use health::{Health, HealthState};
pub(crate) use health::{note, note_call, of_call};
pub use keys::{KeyPlace, PublicKey, generate_key, public_key};
pub use network::{is_file, is_network};
pub(crate) use request_secrets::free_name;
pub use request_secrets::{forget_request_secret, keep_request_secret};
pub use resolve::{Given, Resolved, needs_nothing, none, resolve};
pub(crate) use resolve::{replayed, sandbox_auth};
pub(crate) use safe::{ConnectionSafe, Safe};
pub(crate) use save::{FilledIn, fill_in, kind_of};
pub use save::{remove, save, save_for};
pub use sign_in::{
    SignIn, SignedOut, TokenState, moment, sign_in, sign_in_resolved, sign_out, sign_out_resolved, takes_a_person,
    token, token_at_hand, token_resolved,
};
pub(crate) use signature::{CREDENTIALS, signature};
pub(crate) use test::LastTest;
pub use test::{Cause, ConnectionTest, Fix, StepState, TestStep, test, test_resolved};

use crate::{connectors, error::Error, sandbox, studio::Studio};

/// The name of the sandbox org's connection.
pub const SANDBOX: &str = "sandbox";
/// The name of a connection that the command line describes.
pub const GIVEN: &str = "given";

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
    /// The auth choice's id.
    pub auth_id: String,
    /// The base URL, where it is known.
    pub base_url: Option<String>,
    /// What its org is for: as the profile says, or else as its address does.
    pub environment: Environment,
    /// What the profile itself says of that.
    pub given_environment: Option<Environment>,
    /// Whether its org is live, so that writes are guarded.
    pub live: bool,
    /// Whether it may only read.
    pub read_only: ReadOnly,
    /// How it did when it was last used.
    pub health: Health,
    /// Its fields that are not secret.
    pub values: BTreeMap<String, String>,
    /// The names of the secrets kept for it.
    pub secrets: Vec<String>,
    /// The names of the secrets that its requests are filled in with.
    pub request_secrets: Vec<String>,
    /// What everyone who uses it should see: that certificates are not checked.
    pub warning: Option<String>,
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
    /// Network settings that every connection has, none of which must be filled in.
    pub advanced: Form,
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
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
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
    /// What the org is for; without it the address says.
    pub environment: Option<Environment>,
    /// Whether it may only read; without it writes to a live org ask.
    pub read_only: Option<ReadOnly>,
}

/// The connections of a connector, the sandbox first.
///
/// # Errors
/// [`Code::Usage`], [`Code::Unavailable`].
pub fn list(studio: &Studio, connector: &str) -> Result<Vec<ConnectionView>, Error> {
    let connector = connectors::in_workspace(studio, connector)?;
    let mut views = Vec::new();
    if fits_sandbox(&connector) {
        views.push(sandbox_view(studio, &connector));
    }
    for row in table::connection::list(studio.store()?)? {
        if row.connector == connector.manifest.id {
            views.push(view(studio, &connector, &row));
        }
    }
    Ok(views)
}

/// The names of the saved connections of a connector, by its id.
///
/// # Errors
/// [`Code::Unavailable`].
pub(crate) fn of_connector(studio: &Studio, id: &str) -> Result<Vec<String>, Error> {
    let rows = table::connection::list(studio.store()?)?;
    let of_this = rows.into_iter().filter(|row| row.connector == id);
    Ok(of_this.map(|row| row.name).collect())
}

/// The connection of that name; the sandbox org is started where it is meant and none runs.
///
/// # Errors
/// As [`resolve`].
pub async fn resolve_starting(studio: &Studio, connector: &Connector, name: &str) -> Result<Resolved, Error> {
    if name == SANDBOX && fits_sandbox(connector) && sandbox::address(studio).is_none() {
        sandbox::start_whole(studio).await?;
    }
    resolve(studio, connector, Ok(name))
}

/// A saved connection, told without its connector.
#[derive(Debug, Clone, PartialEq)]
pub struct Saved {
    /// Its name.
    pub name: String,
    /// The connector's id.
    pub connector: String,
    /// The auth choice's id.
    pub auth: String,
    /// Its fields that are not secret.
    pub fields: Map<String, Value>,
    /// The names of the secrets kept for it.
    pub secrets: Vec<String>,
    /// The names of the secrets that its requests are filled in with.
    pub request_secrets: Vec<String>,
    /// What the profile says its org is for.
    pub environment: Option<String>,
    /// Whether it may only read, where the profile says.
    pub read_only: Option<String>,
    /// How it did when it was last used.
    pub health: Health,
}

/// Every saved connection, whichever connector it is for.
///
/// # Errors
/// [`Code::Unavailable`].
pub fn all(studio: &Studio) -> Result<Vec<Saved>, Error> {
    let rows = table::connection::list(studio.store()?)?;
    let saved = rows.into_iter().map(|row| Saved {
        health: Health::of_store(&row.health),
        name: row.name,
        connector: row.connector,
        auth: row.auth,
        fields: row.fields,
        secrets: row.secrets,
        request_secrets: row.request_secrets,
        environment: row.environment,
        read_only: row.read_only,
    });
    Ok(saved.collect())
}

/// Whether the sandbox can stand in for the connector's own service.
pub fn fits_sandbox(connector: &Connector) -> bool {
    signs_as_okta(connector) || stand_in::of(connector).is_some()
}

/// Whether the connector signs in as Okta does.
fn signs_as_okta(connector: &Connector) -> bool {
    connector.manifest.auth.iter().any(|choice| {
        choice
            .settings
            .get("prefix")
            .and_then(Value::as_str)
            .is_some_and(|prefix| prefix.trim() == "SSWS")
    })
}

fn sandbox_view(studio: &Studio, connector: &Connector) -> ConnectionView {
    let base_url = sandbox::address(studio).map(|(url, _)| url);
    let state = if base_url.is_some() {
        HealthState::Ok
    } else {
        HealthState::Unknown
    };
    ConnectionView {
        name: SANDBOX.to_owned(),
        connector: connector.manifest.id.clone(),
        sandbox: true,
        auth: "API token".to_owned(),
        auth_id: String::new(),
        base_url,
        environment: Environment::Sandbox,
        given_environment: None,
        live: false,
        read_only: ReadOnly::False,
        health: Health {
            state,
            ..Health::default()
        },
        values: BTreeMap::new(),
        secrets: Vec::new(),
        request_secrets: Vec::new(),
        warning: None,
    }
}

fn view(studio: &Studio, connector: &Connector, row: &Row) -> ConnectionView {
    let auth = connector.manifest.auth.iter().find(|choice| choice.id == row.auth);
    let base_url = resolve::base_url(studio, connector, &row.fields).ok();
    let given_environment = row.environment.as_deref().and_then(Environment::of_word);
    let read_only = row.read_only.as_deref().and_then(ReadOnly::of_word);
    let address = base_url.as_deref().unwrap_or_default();
    let guard = Guard::new(&row.name, address, given_environment, read_only);
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    ConnectionView {
        name: row.name.clone(),
        connector: row.connector.clone(),
        sandbox: false,
        auth: auth.map_or_else(|| row.auth.clone(), |choice| choice.label.clone()),
        auth_id: row.auth.clone(),
        environment: given_environment.unwrap_or_else(|| Environment::guess(address)),
        base_url,
        given_environment,
        live: guard.live,
        read_only: guard.read_only,
        health: Health::of_store(&row.health),
        values: row
            .fields
            .iter()
            .map(|(name, value)| (name.clone(), text(value)))
            .collect(),
        secrets: row.secrets.clone(),
        request_secrets: row.request_secrets.clone(),
        warning: network::warning(row),
    }
}

/// What to fill in.
///
/// # Errors
/// [`Code::Usage`].
pub fn form(studio: &Studio, connector: &str) -> Result<ConnectionForm, Error> {
    let connector = connectors::in_workspace(studio, connector)?;
    Ok(ConnectionForm {
        title: connector.manifest.title.clone(),
        fields: Form {
            fields: connector.manifest.fields.clone(),
        },
        auth: connector.manifest.auth.iter().map(auth_form).collect(),
        advanced: joinery_http::network::form(),
    })
}

fn auth_form(choice: &AuthChoice) -> AuthForm {
    AuthForm {
        id: choice.id.clone(),
        label: choice.label.clone(),
        kind: choice.kind.clone(),
        form: auth::kind(&choice.kind).map(|kind| kind.form(&choice.settings)),
    }
}

/// Chooses the connection that the open workspace uses from now on.
///
/// # Errors
/// [`Code::Usage`], [`Code::Unavailable`].
pub fn choose(studio: &Studio, name: &str) -> Result<(), Error> {
    let store = studio.store()?;
    if name != SANDBOX && table::connection::get(store, name)?.is_none() {
        let rows = table::connection::list(store)?;
        return Err(Error::unknown(
            "connection",
            name,
            rows.iter().map(|row| row.name.as_str()),
        ));
    }
    Ok(table::setting::put(
        store,
        &chosen_key(studio)?,
        &Value::String(name.to_owned()),
    )?)
}

/// The connection the open workspace uses: the one chosen last, or the only one that `connectors` have.
pub(crate) fn chosen(studio: &Studio, connectors: &[String]) -> Result<Option<String>, Error> {
    let value = table::setting::get(studio.store()?, &chosen_key(studio)?)?;
    if let Some(name) = value.as_ref().and_then(Value::as_str) {
        return Ok(Some(name.to_owned()));
    }
    // A connector that cannot be read has no connections to offer.
    let mut views = connectors.iter().filter_map(|name| list(studio, name).ok()).flatten();
    Ok(match (views.next(), views.next()) {
        // The sandbox org is started when somebody asks for it.
        (Some(only), None) if !only.sandbox => Some(only.name),
        _ => None,
    })
}

fn chosen_key(studio: &Studio) -> Result<String, Error> {
    Ok(format!("connection:{}", studio.workspace_folder()?.display()))
}
