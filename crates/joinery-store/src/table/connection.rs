//! Connection profiles, without their secrets.

use rusqlite::OptionalExtension;
use serde_json::{Map, Value};

use crate::{Store, error::Error};

/// The table's history. `fields`, `secrets` and `health` are JSON: they are only ever read and written whole.
pub(crate) const MIGRATIONS: &[super::Migration] = &[
    (
        1,
        "CREATE TABLE connection (
            name TEXT PRIMARY KEY,
            connector TEXT NOT NULL,
            auth TEXT NOT NULL,
            fields TEXT NOT NULL,
            secrets TEXT NOT NULL
        ) STRICT, WITHOUT ROWID",
    ),
    (
        2,
        "ALTER TABLE connection ADD COLUMN environment TEXT;
         ALTER TABLE connection ADD COLUMN read_only TEXT;
         ALTER TABLE connection ADD COLUMN health TEXT NOT NULL DEFAULT 'null'",
    ),
    (
        11,
        "ALTER TABLE connection ADD COLUMN request_secrets TEXT NOT NULL DEFAULT '[]'",
    ),
];

const SELECT: &str =
    "SELECT name, connector, auth, fields, secrets, request_secrets, environment, read_only, health FROM connection";

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
    /// Names of the secrets that requests are filled in with, kept beside those of its form.
    pub request_secrets: Vec<String>,
    /// What the org is for, where the profile says.
    pub environment: Option<String>,
    /// Whether it may only be read, where the profile says.
    pub read_only: Option<String>,
    /// How it did when it was last used; null where it never was.
    pub health: Value,
}

/// Adds or replaces a profile.
///
/// # Errors
/// [`Error::Statement`].
pub fn put(store: &Store, row: &Row) -> Result<(), Error> {
    store.with("saving a connection", |connection| {
        connection
            .prepare_cached(
                "INSERT OR REPLACE INTO connection
                 (name, connector, auth, fields, secrets, request_secrets, environment, read_only, health)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            )?
            .execute((
                &row.name,
                &row.connector,
                &row.auth,
                super::json_text(&row.fields)?,
                super::json_text(&row.secrets)?,
                super::json_text(&row.request_secrets)?,
                &row.environment,
                &row.read_only,
                super::json_text(&row.health)?,
            ))?;
        Ok(())
    })
}

/// Keeps how a profile did; whether that is news. A profile that is not there is none.
///
/// # Errors
/// [`Error::Statement`].
pub fn set_health(store: &Store, name: &str, health: &Value) -> Result<bool, Error> {
    store.with("keeping a connection's health", |connection| {
        let changed = connection
            .prepare_cached("UPDATE connection SET health = ?2 WHERE name = ?1 AND health <> ?2")?
            .execute((name, super::json_text(health)?))?;
        Ok(changed > 0)
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
        request_secrets: super::json(row, "request_secrets")?,
        environment: row.get("environment")?,
        read_only: row.get("read_only")?,
        health: super::json(row, "health")?,
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
            request_secrets: vec!["authorization".into()],
            environment: Some("preview".into()),
            read_only: None,
            health: Value::Null,
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

    #[test]
    fn health_is_news_once_and_only_for_a_profile_that_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        put(&store, &row("prod", "https://acme.example")).unwrap();
        let failing = serde_json::json!({ "state": "failing" });
        assert!(set_health(&store, "prod", &failing).unwrap());
        assert!(!set_health(&store, "prod", &failing).unwrap());
        assert!(!set_health(&store, "gone", &failing).unwrap());
        assert_eq!(get(&store, "prod").unwrap().unwrap().health, failing);
    }

    #[test]
    fn a_profile_of_the_first_release_is_still_there_after_the_upgrade() {
        let folder = tempfile::tempdir().unwrap();
        let old = rusqlite::Connection::open(folder.path().join("joinery.db")).unwrap();
        old.execute_batch(&format!(
            "{}; {}; INSERT INTO connection VALUES ('prod', 'okta', 'token', '{{}}', '[]');
             PRAGMA application_id = {}; PRAGMA user_version = 1",
            MIGRATIONS[0].1,
            crate::table::send::MIGRATIONS[0].1,
            0x4A4F_494E
        ))
        .unwrap();
        drop(old);
        let store = Store::open(folder.path()).unwrap();
        let row = get(&store, "prod").unwrap().unwrap();
        assert_eq!((row.environment, row.read_only, row.health), (None, None, Value::Null));
        assert_eq!(row.request_secrets, [] as [String; 0]);
    }
}
