//! Connection profiles: which org, how to sign in. Secrets go to the keychain and never come back to a front.

mod hooks;
mod keys;
mod network;
mod resolve;
mod safe;
mod sign_in;
mod test;

use std::collections::BTreeMap;

use joinery_connector::{
    Connector, Secret,
    form::{Control, Form, FormField},
    http::RateLimit,
    manifest::AuthChoice,
};
use joinery_http::auth;
use joinery_store::table::{self, connection::Row};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use ts_rs::TS;

pub use keys::{KeyPlace, PublicKey, generate_key, public_key};
pub use network::{is_file, is_network};
pub use resolve::{Given, Resolved, none, resolve};
pub(crate) use resolve::{sandbox_auth, shown_auth};
pub(crate) use safe::{ConnectionSafe, Safe};
pub use sign_in::{
    SignIn, TokenState, moment, sign_in, sign_in_resolved, sign_out, takes_a_person, token, token_at_hand,
    token_resolved,
};
pub use test::{test, test_resolved};

use crate::{
    connectors,
    error::{Code, Error},
    studio::{Studio, lock},
};

/// The name of the sandbox org's connection.
pub const SANDBOX: &str = "sandbox";

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
/// [`Code::Usage`], [`Code::Unavailable`].
pub fn list(studio: &Studio, connector: &str) -> Result<Vec<ConnectionView>, Error> {
    let connector = connectors::in_workspace(studio, connector)?;
    let mut views = Vec::new();
    if fits_sandbox(&connector) {
        views.push(ConnectionView {
            name: SANDBOX.to_owned(),
            connector: connector.manifest.id.clone(),
            sandbox: true,
            auth: "API token".to_owned(),
            base_url: crate::sandbox::address(studio).map(|(url, _)| url),
            warning: None,
        });
    }
    for row in table::connection::list(studio.store()?)? {
        if row.connector == connector.manifest.id {
            views.push(view(studio, &connector, &row));
        }
    }
    Ok(views)
}

/// Every saved connection, whichever connector it is for.
///
/// # Errors
/// [`Code::Unavailable`].
pub fn all(studio: &Studio) -> Result<Vec<Row>, Error> {
    Ok(table::connection::list(studio.store()?)?)
}

/// Whether the sandbox org can stand in for the connector's own service: it signs in as Okta does.
pub fn fits_sandbox(connector: &Connector) -> bool {
    connector.manifest.auth.iter().any(|choice| {
        choice
            .settings
            .get("prefix")
            .and_then(Value::as_str)
            .is_some_and(|prefix| prefix.trim() == "SSWS")
    })
}

fn view(studio: &Studio, connector: &Connector, row: &Row) -> ConnectionView {
    let auth = connector.manifest.auth.iter().find(|choice| choice.id == row.auth);
    ConnectionView {
        name: row.name.clone(),
        connector: row.connector.clone(),
        sandbox: false,
        auth: auth.map_or_else(|| row.auth.clone(), |choice| choice.label.clone()),
        base_url: resolve::base_url(studio, connector, &row.fields).ok(),
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

/// Saves a profile; its secrets go to the keychain.
///
/// # Errors
/// [`Code::Input`] naming the field that is missing or wrong, [`Code::Unavailable`].
pub fn save(studio: &Studio, draft: &ConnectionDraft) -> Result<ConnectionView, Error> {
    let connector = connectors::in_workspace(studio, &draft.connector)?;
    let row = save_for(studio, &connector, draft)?;
    Ok(view(studio, &connector, &row))
}

/// As [`save`], for a connector that is not in the open workspace.
///
/// # Errors
/// As [`save`].
pub fn save_for(studio: &Studio, connector: &Connector, draft: &ConnectionDraft) -> Result<Row, Error> {
    check_name(&draft.name)?;
    let filled = fill_in(studio, connector, draft)?;
    network::check(&filled)?;
    let secrets = studio.secrets()?;
    let before = table::connection::get(studio.store()?, &draft.name)?;
    let unused = before.iter().flat_map(|row| &row.secrets);
    for field in unused.filter(|field| !filled.secrets.contains_key(*field)) {
        secrets.remove(&draft.name, field)?;
    }
    for (field, secret) in &filled.secrets {
        secrets.set(&draft.name, field, secret)?;
    }
    let row = Row {
        name: draft.name.clone(),
        connector: connector.manifest.id.clone(),
        auth: draft.auth.clone(),
        fields: filled.fields,
        secrets: filled.secrets.into_keys().collect(),
    };
    let before = table::connection::get(studio.store()?, &row.name)?;
    if before.is_some_and(|before| before != row) {
        // What a sign-in brought was for the connection as it was.
        studio.safe().forget(&row.name)?;
        studio.end_session(&row.name);
    }
    table::connection::put(studio.store()?, &row)?;
    lock(&studio.made_keys).remove(&draft.name);
    Ok(row)
}

/// A draft's values, checked and sorted into what may be shown and what may not.
pub(crate) struct FilledIn {
    pub(crate) fields: Map<String, Value>,
    pub(crate) secrets: BTreeMap<String, Secret>,
}

/// Checks a draft against the connector's fields and the auth kind's. An empty secret is the one saved before.
pub(crate) fn fill_in(studio: &Studio, connector: &Connector, draft: &ConnectionDraft) -> Result<FilledIn, Error> {
    let mut filled = FilledIn {
        fields: Map::new(),
        secrets: BTreeMap::new(),
    };
    for field in fields_of(connector, &draft.auth)? {
        let given = draft.values.get(&field.name).map_or("", |value| value.trim());
        let value = if given.is_empty() {
            field.default.as_deref().unwrap_or_default()
        } else {
            given
        };
        if field.control == Control::Secret {
            let secret = match value {
                "" => saved_secret(studio, &draft.name, &field.name)?,
                value => Some(Secret::new(value)),
            };
            match secret {
                Some(secret) => drop(filled.secrets.insert(field.name.clone(), secret)),
                None if field.required => return Err(missing(&field)),
                None => {}
            }
        } else if network::is_default(&field, value) {
            // Not kept: where the default moves, the profile moves with it.
        } else if value.is_empty() {
            if field.required {
                return Err(missing(&field));
            }
        } else {
            check_pattern(&field, value)?;
            filled
                .fields
                .insert(field.name.clone(), Value::String(value.to_owned()));
        }
    }
    network::leave_out_unused(&mut filled, &draft.values);
    Ok(filled)
}

/// The secret saved for a connection of that name, or made for one that is about to be; a name never saved asks no
/// keychain.
fn saved_secret(studio: &Studio, name: &str, field: &str) -> Result<Option<Secret>, Error> {
    if field == keys::FIELD
        && let Some(pem) = lock(&studio.made_keys).get(name)
    {
        return Ok(Some(pem.clone()));
    }
    match table::connection::get(studio.store()?, name)? {
        Some(row) if row.secrets.iter().any(|secret| secret == field) => Ok(studio.secrets()?.get(name, field)?),
        _ => Ok(None),
    }
}

/// Everything a profile of that auth choice holds: the connector's fields, the kind's, the network settings.
pub(crate) fn fields_of(connector: &Connector, auth: &str) -> Result<Vec<FormField>, Error> {
    let choices = &connector.manifest.auth;
    let mut fields = connector.manifest.fields.clone();
    let network = joinery_http::network::form().fields;
    if choices.is_empty() {
        fields.extend(network);
        return Ok(fields);
    }
    let choice = choices
        .iter()
        .find(|choice| choice.id == auth)
        .ok_or_else(|| Error::unknown("way to sign in", auth, choices.iter().map(|choice| choice.id.as_str())))?;
    fields.extend(kind_of(choice)?.form(&choice.settings).fields);
    fields.extend(network);
    Ok(fields)
}

/// The auth kind of a choice.
pub(crate) fn kind_of(choice: &AuthChoice) -> Result<&'static dyn auth::AuthKind, Error> {
    auth::kind(&choice.kind).ok_or_else(|| {
        Error::new(
            Code::Usage,
            format!("this Joinery cannot sign in with `{}`", choice.kind),
        )
        .with_hint(format!(
            "It can with {}.",
            auth::KINDS.iter().map(|kind| kind.id()).collect::<Vec<_>>().join(", ")
        ))
    })
}

fn missing(field: &FormField) -> Error {
    let hint = field
        .hint
        .as_deref()
        .map_or_else(|| "Fill it in.".to_owned(), |hint| format!("For example: {hint}"));
    Error {
        file: None,
        ..Error::new(Code::Input, format!("{} is missing", field.label)).with_hint(hint)
    }
}

fn check_pattern(field: &FormField, value: &str) -> Result<(), Error> {
    let Some(pattern) = &field.pattern else { return Ok(()) };
    let schema = serde_json::json!({ "type": "string", "pattern": pattern });
    match joinery_connector::schema::check(&schema, &Value::String(value.to_owned())) {
        Ok(violations) if violations.is_empty() => Ok(()),
        Ok(_) => Err(
            Error::new(Code::Input, format!("{}: `{value}` does not look right", field.label)).with_hint(
                field.hint.as_deref().map_or_else(
                    || format!("It must match {pattern}"),
                    |hint| format!("Write it as {hint}"),
                ),
            ),
        ),
        Err(reason) => Err(Error::new(
            Code::Invalid,
            format!("the pattern of `{}` cannot be used: {reason}", field.name),
        )),
    }
}

fn check_name(name: &str) -> Result<(), Error> {
    if name == SANDBOX {
        return Err(
            Error::new(Code::Input, "`sandbox` is the sandbox org's own connection").with_hint("Choose another name.")
        );
    }
    let valid = !name.is_empty()
        && name.len() <= 64
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'));
    if valid {
        Ok(())
    } else {
        Err(Error::new(Code::Input, format!("`{name}` cannot name a connection"))
            .with_hint("Use letters, digits, `-`, `_` and `.`, at most 64 of them."))
    }
}

/// Removes a profile and its secrets.
///
/// # Errors
/// [`Code::Usage`] when there is none, [`Code::Unavailable`].
pub fn remove(studio: &Studio, name: &str) -> Result<(), Error> {
    let store = studio.store()?;
    let Some(row) = table::connection::get(store, name)? else {
        let rows = table::connection::list(store)?;
        return Err(Error::unknown(
            "connection",
            name,
            rows.iter().map(|row| row.name.as_str()),
        ));
    };
    for field in &row.secrets {
        studio.secrets()?.remove(name, field)?;
    }
    studio.safe().forget(name)?;
    studio.end_session(name);
    table::connection::remove(store, name)?;
    Ok(())
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

/// The connection the open workspace uses.
pub(crate) fn chosen(studio: &Studio) -> Result<Option<String>, Error> {
    let value = table::setting::get(studio.store()?, &chosen_key(studio)?)?;
    Ok(value.and_then(|value| value.as_str().map(str::to_owned)))
}

fn chosen_key(studio: &Studio) -> Result<String, Error> {
    Ok(format!("connection:{}", studio.workspace_folder()?.display()))
}
