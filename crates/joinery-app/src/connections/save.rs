//! Saving profiles: what was filled in is checked, and its secrets are put away.

use std::collections::BTreeMap;

use joinery_connector::{
    Connector, Secret,
    form::{Control, FormField},
    manifest::AuthChoice,
};
use joinery_http::auth;
use joinery_store::table::{self, connection::Row};
use serde_json::{Map, Value};

use super::{ConnectionDraft, ConnectionView, SANDBOX, health, keys, network, request_secrets, test, view};
use crate::{
    connectors,
    error::{Code, Error},
    event::Event,
    requests::jars,
    studio::{Studio, lock},
};

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
    let mut new_secret = false;
    for (field, secret) in &filled.secrets {
        if before.is_none() || secrets.get(&draft.name, field)?.as_ref() != Some(secret) {
            new_secret = true;
            secrets.set(&draft.name, field, secret)?;
        }
    }
    let request_secrets = before.as_ref().map_or_else(Vec::new, |row| row.request_secrets.clone());
    let row = Row {
        name: draft.name.clone(),
        connector: connector.manifest.id.clone(),
        auth: draft.auth.clone(),
        fields: filled.fields,
        secrets: filled.secrets.into_keys().collect(),
        request_secrets,
        environment: draft.environment.map(|each| each.word().to_owned()),
        read_only: draft.read_only.map(|each| each.word().to_owned()),
        health: test::health_of(studio, draft).to_store(),
    };
    let same =
        |before: &Row| (&before.connector, &before.auth, &before.fields) == (&row.connector, &row.auth, &row.fields);
    if new_secret || !before.as_ref().is_none_or(same) {
        // What a sign-in brought was for the connection as it was.
        studio.safe().forget(&row.name)?;
        studio.end_session(&row.name);
    }
    health::forget(studio, &draft.name);
    table::connection::put(studio.store()?, &row)?;
    studio.tell(Event::ConnectionsChanged);
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
    let is_own = |field: &FormField| connector.manifest.fields.iter().any(|own| own.name == field.name);
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
        } else if field.default.as_deref() == Some(value) && !is_own(&field) {
            // Not kept: where the default moves, the profile moves with it.
        } else if value.is_empty() {
            if field.required {
                return Err(missing(&field));
            }
        } else {
            // A default may be made of other fields, whose values are not put in before it is used.
            if field.default.as_deref() != Some(value) {
                check_pattern(&field, value)?;
            }
            check_option(&field, value)?;
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
fn fields_of(connector: &Connector, auth: &str) -> Result<Vec<FormField>, Error> {
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
    let flag = if field.control == Control::Secret {
        format!("--secret {}=-", field.name)
    } else {
        format!("--set {}=...", field.name)
    };
    let hint = field.hint.as_deref().map_or_else(
        || format!("Fill it in; on a command line: {flag}"),
        |hint| format!("For example: {hint}"),
    );
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

fn check_option(field: &FormField, value: &str) -> Result<(), Error> {
    match &field.control {
        Control::Select { options } if !options.iter().any(|option| option == value) => Err(Error::new(
            Code::Input,
            format!("{}: there is no `{value}`", field.label),
        )
        .with_hint(format!("Use one of {}.", options.join(", ")))),
        _ => Ok(()),
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
    request_secrets::forget_all(studio, &row)?;
    studio.safe().forget(name)?;
    jars::forget(studio, name)?;
    studio.end_session(name);
    table::connection::remove(store, name)?;
    health::forget(studio, name);
    studio.tell(Event::ConnectionsChanged);
    Ok(())
}
