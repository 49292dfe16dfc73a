//! How a request is signed where it, or its folder, says so.

use std::collections::BTreeMap;

use joinery_connector::{
    Connector, Secret,
    form::Control,
    request::RequestAuth,
    variables::{self, Missing, Variables},
};
use joinery_http::auth::{self, Auth};
use serde_json::{Map, Value};

use crate::{
    connections::Resolved,
    error::{Code, Error},
    studio::Studio,
};

/// `connection`, signing as `wanted` says.
///
/// # Errors
/// [`Code::Input`] for a way that does not exist or lacks a value.
pub(super) fn signing(
    studio: &Studio,
    connector: &Connector,
    mut connection: Resolved,
    wanted: &RequestAuth,
    variables: &Variables,
) -> Result<Resolved, Error> {
    let (name, kind, settings) = match wanted {
        RequestAuth::Inherit => return Ok(connection),
        RequestAuth::None => {
            connection.http.auth = Auth::default();
            return Ok(connection);
        }
        RequestAuth::Connector { id } => {
            let choices = &connector.manifest.auth;
            let Some(choice) = choices.iter().find(|choice| choice.id == *id) else {
                let known = choices.iter().map(|choice| choice.id.as_str()).chain(["none"]);
                return Err(Error {
                    code: Code::Input,
                    ..Error::unknown("way to sign in", id, known)
                });
            };
            let mut settings = filled(&choice.settings, variables)?;
            settings.extend(connection.fields.clone());
            (id, &choice.kind, settings)
        }
        RequestAuth::Own { kind, settings } => (kind, kind, filled(settings, variables)?),
    };
    let Some(known) = auth::kind(kind) else {
        let kinds = auth::KINDS.iter().map(|kind| kind.id());
        return Err(Error {
            code: Code::Input,
            ..Error::unknown("kind of auth", kind, kinds)
        });
    };
    // A way of the request's own knows the secrets it names, one of the connector's those of the connection.
    let mut secrets = match wanted {
        RequestAuth::Own { .. } => BTreeMap::new(),
        _ => connection.secrets.clone(),
    };
    let mut plain = Map::new();
    let form = known.form(&settings);
    for (name, value) in settings {
        let field = form.fields.iter().find(|field| field.name == name);
        match (field.map(|field| &field.control), value) {
            (Some(Control::Secret), Value::String(text)) => {
                secrets.insert(name, Secret::new(text));
            }
            (_, value) => {
                plain.insert(name, value);
            }
        }
    }
    let signing = Auth {
        kind: kind.clone(),
        settings: plain,
        secrets,
    };
    connection.http.session = studio.session(&format!("{} as {name}", connection.name), &signing, false);
    connection.http.auth = signing;
    Ok(connection)
}

/// The settings with their variables filled in.
fn filled(settings: &Map<String, Value>, variables: &Variables) -> Result<Map<String, Value>, Error> {
    let fill = |(name, value): (&String, &Value)| {
        let value = match value {
            Value::String(text) => Value::String(
                variables::fill(text, variables, &format!("auth.{name}")).map_err(|missing| no_value(&missing))?,
            ),
            other => other.clone(),
        };
        Ok((name.clone(), value))
    };
    settings.iter().map(fill).collect()
}

fn no_value(missing: &[Missing]) -> Error {
    let names: Vec<String> = missing
        .iter()
        .map(|missing| format!("{{{{{}}}}} in {}", missing.name, missing.place))
        .collect();
    Error::new(Code::Input, format!("no value for {}", names.join(", ")))
        .with_hint("Save it as a field or secret of the connection, or set it in the request's variables.")
}
