//! Key pairs for connections: the private half goes into the keychain or a file of its owner, the public half is shown
//! for the server's form.

use std::path::Path;

use joinery_connector::Secret;
use joinery_http::auth::keys::{self, Algorithm, PrivateKey};
use joinery_store::table;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use ts_rs::TS;

use super::ConnectionSafe;
use crate::{
    error::{Code, Error},
    studio::{Studio, lock},
};

/// The field that holds a private key in every kind that signs with one.
pub(super) const FIELD: &str = "private_key";

/// A key pair that was made; its private half is where it was asked to be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PublicKey {
    /// The public half as a JWK, for the server's form.
    pub jwk: Map<String, Value>,
    /// Its key id.
    pub kid: String,
    /// `RS256` or `ES256`.
    pub algorithm: String,
}

/// Where a new private key goes.
#[derive(Debug, Clone, Copy)]
pub enum KeyPlace<'a> {
    /// Into a saved connection's secret, in place of the key it has.
    Connection(&'a str),
    /// Kept back until a connection of that name is saved without a private key of its own: for a form that is being
    /// filled in.
    Draft(&'a str),
    /// Into a new file that only its owner can read.
    File(&'a Path),
}

/// Makes a key pair. `kid` names it; without one it is named by its thumbprint.
///
/// # Errors
/// [`Code::Usage`] for another algorithm or an unknown connection, [`Code::Conflict`] for a file that exists,
/// [`Code::Unavailable`] when the key cannot be kept.
pub fn generate_key(
    studio: &Studio,
    algorithm: &str,
    kid: Option<&str>,
    place: KeyPlace<'_>,
) -> Result<PublicKey, Error> {
    let Some(algorithm @ (Algorithm::Rs256 | Algorithm::Es256)) = Algorithm::named(algorithm) else {
        return Err(Error::unknown("algorithm", algorithm, ["RS256", "ES256"]));
    };
    let safe = ConnectionSafe {
        safe: studio.safe().clone(),
        connection: None,
    };
    let key = PrivateKey::generate(algorithm, &safe)?;
    let kid = kid.map_or_else(|| key.thumbprint(), str::to_owned);
    keep(studio, &key.to_pem()?, &kid, place)?;
    Ok(public(&key, kid))
}

/// The public half of the key that a saved connection signs with.
///
/// # Errors
/// [`Code::Usage`] when the connection or its key does not exist, [`Code::Input`] when the key cannot be read.
pub fn public_key(studio: &Studio, connection: &str) -> Result<PublicKey, Error> {
    let row = row(studio, connection)?;
    let secret = studio.secrets()?.get(connection, FIELD)?.ok_or_else(|| {
        Error::new(Code::Usage, format!("connection `{connection}` has no private key"))
            .with_hint("Make one: joinery connection generate-key --connection NAME.")
    })?;
    let read = keys::read(&secret)?;
    let named = row.fields.get("key_id").and_then(Value::as_str).map(str::to_owned);
    let kid = named.or(read.id).unwrap_or_else(|| read.key.thumbprint());
    Ok(public(&read.key, kid))
}

fn row(studio: &Studio, name: &str) -> Result<table::connection::Row, Error> {
    let store = studio.store()?;
    if let Some(row) = table::connection::get(store, name)? {
        return Ok(row);
    }
    let rows = table::connection::list(store)?;
    let names = rows.iter().map(|row| row.name.as_str());
    Err(Error::unknown("connection", name, names))
}

fn public(key: &PrivateKey, kid: String) -> PublicKey {
    PublicKey {
        jwk: key.public_jwk(Some(&kid)),
        kid,
        algorithm: key.algorithm().name().to_owned(),
    }
}

fn keep(studio: &Studio, pem: &Secret, kid: &str, place: KeyPlace<'_>) -> Result<(), Error> {
    match place {
        KeyPlace::Connection(name) => {
            let mut row = row(studio, name)?;
            studio.secrets()?.set(name, FIELD, pem)?;
            if !row.secrets.iter().any(|secret| secret == FIELD) {
                row.secrets.push(FIELD.to_owned());
            }
            row.fields.insert("key_id".to_owned(), kid.into());
            table::connection::put(studio.store()?, &row)?;
            Ok(())
        }
        KeyPlace::Draft(name) => {
            lock(&studio.made_keys).insert(name.to_owned(), pem.clone());
            Ok(())
        }
        KeyPlace::File(path) => write_private(path, pem),
    }
}

fn write_private(path: &Path, pem: &Secret) -> Result<(), Error> {
    let failed = |source: std::io::Error| {
        Error::from(joinery_connector::Error::Write {
            path: path.to_owned(),
            source,
        })
    };
    if path.exists() {
        return Err(Error::new(Code::Conflict, format!("{} exists already", path.display()))
            .with_hint("A key that is replaced is lost: choose another file."));
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    // A temporary file is readable by its owner only, and stays so under its final name.
    let mut file = tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new("."))).map_err(failed)?;
    std::io::Write::write_all(&mut file, pem.reveal().as_bytes()).map_err(failed)?;
    file.as_file().sync_all().map_err(failed)?;
    file.persist_noclobber(path).map_err(|error| failed(error.error))?;
    Ok(())
}
