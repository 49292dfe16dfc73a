//! Secrets that requests are filled in with: kept for a saved connection beside those of its form, as `{{name}}`.

use std::collections::BTreeMap;

use joinery_connector::{Connector, Secret, form::RESERVED};
use joinery_store::table::{self, connection::Row};

use super::SANDBOX;
use crate::{
    error::{Code, Error},
    event::Event,
    studio::Studio,
};

/// Before a name in the keychain, so that it never meets a field of the form.
const PREFIX: &str = "request/";

/// How long a name may be.
const LONGEST: usize = 64;

/// Keeps a secret for the requests of a saved connection, under a name that means nothing else there. Where it keeps that
/// very secret by that name already, nothing changes.
///
/// # Errors
/// [`Code::Usage`] where the connection keeps no secrets, [`Code::Input`] for a name that cannot be used,
/// [`Code::Conflict`] for one that stands for something else, [`Code::Unavailable`].
pub fn keep_request_secret(
    studio: &Studio,
    connector: &Connector,
    connection: &str,
    name: &str,
    value: &Secret,
) -> Result<(), Error> {
    let mut row = row_of(studio, connector, connection)?;
    check_name(name)?;
    match means(studio, &row, name)? {
        Some(Meaning::Secret(kept)) if kept == *value => return Ok(()),
        Some(_) => {
            return Err(
                Error::new(Code::Conflict, format!("`{name}` means something else in {connection}"))
                    .with_hint("Choose another name for the secret."),
            );
        }
        None => {}
    }
    studio.secrets()?.set(connection, &field(name), value)?;
    if !row.request_secrets.iter().any(|kept| kept == name) {
        row.request_secrets.push(name.to_owned());
        row.request_secrets.sort();
        table::connection::put(studio.store()?, &row)?;
    }
    studio.tell(Event::ConnectionsChanged);
    Ok(())
}

/// Forgets a secret that was kept for requests.
///
/// # Errors
/// [`Code::Usage`] where there is none of that name, [`Code::Unavailable`].
pub fn forget_request_secret(studio: &Studio, connection: &str, name: &str) -> Result<(), Error> {
    let store = studio.store()?;
    let rows = table::connection::list(store)?;
    let Some(mut row) = rows.iter().find(|row| row.name == connection).cloned() else {
        return Err(Error::unknown(
            "connection",
            connection,
            rows.iter().map(|row| row.name.as_str()),
        ));
    };
    let before = row.request_secrets.len();
    row.request_secrets.retain(|kept| kept != name);
    if row.request_secrets.len() == before {
        let known = row.request_secrets.iter().map(String::as_str);
        return Err(Error::unknown("secret of requests", name, known));
    }
    table::connection::put(store, &row)?;
    studio.secrets()?.remove(connection, &field(name))?;
    studio.tell(Event::ConnectionsChanged);
    Ok(())
}

/// A name for a secret: the one proposed, or else the first free one like it.
pub(crate) fn free_name(
    studio: &Studio,
    connector: &Connector,
    connection: &str,
    proposed: &str,
    value: &Secret,
    taken: &dyn Fn(&str) -> bool,
) -> Result<String, Error> {
    let row = row_of(studio, connector, connection)?;
    let begins_with_digit = proposed.starts_with(|letter: char| letter.is_ascii_digit());
    let stem = if begins_with_digit || check_name(proposed).is_err() {
        "secret"
    } else {
        proposed
    };
    for number in 1_u32.. {
        let name = if number == 1 {
            stem.to_owned()
        } else {
            format!("{stem}_{number}")
        };
        match means(studio, &row, &name)? {
            Some(Meaning::Secret(kept)) if kept == *value => return Ok(name),
            None if check_name(&name).is_ok() && !taken(&name) => return Ok(name),
            _ => {}
        }
    }
    Ok(stem.to_owned())
}

/// The secrets kept for the requests of a profile. One that the keychain has lost is left out: a request that needs it
/// says so.
pub(super) fn of(studio: &Studio, row: &Row) -> Result<BTreeMap<String, Secret>, Error> {
    let mut kept = BTreeMap::new();
    for name in &row.request_secrets {
        if let Some(secret) = studio.secrets()?.get(&row.name, &field(name))? {
            kept.insert(name.clone(), secret);
        }
    }
    Ok(kept)
}

/// Forgets all of a profile that is removed.
pub(super) fn forget_all(studio: &Studio, row: &Row) -> Result<(), Error> {
    for name in &row.request_secrets {
        studio.secrets()?.remove(&row.name, &field(name))?;
    }
    Ok(())
}

/// What a name stands for in a connection.
enum Meaning {
    Secret(Secret),
    Other,
}

fn means(studio: &Studio, row: &Row, name: &str) -> Result<Option<Meaning>, Error> {
    if name == "base_url" || RESERVED.contains(&name) || row.fields.contains_key(name) {
        return Ok(Some(Meaning::Other));
    }
    let own = row.secrets.iter().any(|kept| kept == name);
    let of_requests = row.request_secrets.iter().any(|kept| kept == name);
    let place = match (own, of_requests) {
        (true, _) => name.to_owned(),
        (false, true) => field(name),
        (false, false) => return Ok(None),
    };
    Ok(studio.secrets()?.get(&row.name, &place)?.map(Meaning::Secret))
}

/// The saved connection that is to keep a secret.
fn row_of(studio: &Studio, connector: &Connector, connection: &str) -> Result<Row, Error> {
    if connection == SANDBOX {
        return Err(
            Error::new(Code::Usage, "the sandbox org's connection keeps no secrets of its own")
                .with_hint("Choose a saved connection, or make one."),
        );
    }
    let rows = table::connection::list(studio.store()?)?;
    let of_this = |row: &&Row| row.connector == connector.manifest.id;
    match rows.iter().filter(of_this).find(|row| row.name == connection) {
        Some(row) => Ok(row.clone()),
        None => Err(Error::unknown(
            "connection",
            connection,
            rows.iter().filter(of_this).map(|row| row.name.as_str()),
        )),
    }
}

fn field(name: &str) -> String {
    format!("{PREFIX}{name}")
}

/// What may stand between braces, and be a member of `connection` in a script.
fn check_name(name: &str) -> Result<(), Error> {
    let letters = name
        .chars()
        .all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
    let begins_well = name.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '_');
    if letters && begins_well && name.len() <= LONGEST {
        return Ok(());
    }
    let error = Error::new(Code::Input, format!("`{name}` cannot name a secret"));
    Err(error.with_hint("Use letters, digits and `_`, at most 64, and a letter first."))
}
