//! Connection profiles, without their secrets.

use rusqlite::OptionalExtension;
use serde_json::{Map, Value};

use crate::{Store, error::Error};

/// The table's history. `fields` and `secrets` are JSON: they are only ever read and written whole.
pub(crate) const MIGRATIONS: &[super::Migration] = &[(
    1,
    "CREATE TABLE connection (
        name TEXT PRIMARY KEY,
        connector TEXT NOT NULL,
        auth TEXT NOT NULL,
        fields TEXT NOT NULL,
        secrets TEXT NOT NULL
    ) STRICT, WITHOUT ROWID",
)];

const SELECT: &str = "SELECT name, connector, auth, fields, secrets FROM connection";

/// A saved profile.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Its name, unique.
    pub name: String,
    /// The connector's id.
    pub connector: String,
    /// The `[[auth]]` choice.
    pub auth: String,
    /// Fields and settings that are not secret.
    pub fields: Map<String, Value>,
    /// Names of the secrets kept for it.
    pub secrets: Vec<String>,
}

/// Adds or replaces a profile.
///
/// # Errors
/// [`Error::Statement`].
pub fn put(store: &Store, row: &Row) -> Result<(), Error> {
    store.with("saving a connection", |connection| {
        connection
            .prepare_cached(
                "INSERT OR REPLACE INTO connection (name, connector, auth, fields, secrets)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute((
                &row.name,
                &row.connector,
                &row.auth,
                super::json_text(&row.fields)?,
                super::json_text(&row.secrets)?,
            ))?;
        Ok(())
    })
}

/// The profile of that name.
///
/// # Errors
/// [`Error::Statement`].
pub fn get(store: &Store, name: &str) -> Result<Option<Row>, Error> {
    store.with("reading a connection", |connection| {
        connection
            .prepare_cached(&format!("{SELECT} WHERE name = ?1"))?
            .query_row([name], read)
            .optional()
    })
}

/// Every profile, by name.
///
/// # Errors
/// [`Error::Statement`].
pub fn list(store: &Store) -> Result<Vec<Row>, Error> {
    store.with("listing connections", |connection| {
        connection
            .prepare_cached(&format!("{SELECT} ORDER BY name"))?
            .query_map([], read)?
            .collect()
    })
}

/// Removes a profile; whether there was one.
///
/// # Errors
/// [`Error::Statement`].
pub fn remove(store: &Store, name: &str) -> Result<bool, Error> {
    store.with("removing a connection", |connection| {
        Ok(connection.execute("DELETE FROM connection WHERE name = ?1", [name])? > 0)
    })
}

fn read(row: &rusqlite::Row) -> rusqlite::Result<Row> {
    Ok(Row {
        name: row.get("name")?,
        connector: row.get("connector")?,
        auth: row.get("auth")?,
        fields: super::json(row, "fields")?,
        secrets: super::json(row, "secrets")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(name: &str, org: &str) -> Row {
        let mut fields = Map::new();
        fields.insert("base_url".into(), org.into());
        Row {
            name: name.into(),
            connector: "okta".into(),
            auth: "token".into(),
            fields,
            secrets: vec!["api_token".into()],
        }
    }

    #[test]
    fn a_profile_comes_back_as_it_was_saved_last() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        put(&store, &row("prod", "https://old.example")).unwrap();
        put(&store, &row("prod", "https://acme.example")).unwrap();
        put(&store, &row("dev", "https://dev.example")).unwrap();
        assert_eq!(get(&store, "prod").unwrap(), Some(row("prod", "https://acme.example")));
        let names: Vec<_> = list(&store).unwrap().into_iter().map(|row| row.name).collect();
        assert_eq!(names, ["dev", "prod"]);
        assert!(remove(&store, "dev").unwrap());
        assert!(!remove(&store, "dev").unwrap());
        assert_eq!(get(&store, "dev").unwrap(), None);
    }
}
