//! Actions that go on later: what they wait with, until they do.

use rusqlite::OptionalExtension;
use serde_json::Value;

use crate::{Store, error::Error};

/// The table's history.
pub(crate) const MIGRATIONS: &[super::Migration] = &[
    (
        3,
        "CREATE TABLE waiting (
            id TEXT PRIMARY KEY,
            connector TEXT NOT NULL,
            file TEXT NOT NULL,
            connection TEXT,
            input TEXT NOT NULL,
            config TEXT NOT NULL,
            state TEXT NOT NULL,
            rounds INTEGER NOT NULL,
            due_ms INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID",
    ),
    // Who goes on with it, and when that was last said.
    (
        8,
        "ALTER TABLE waiting ADD COLUMN owner TEXT;
         ALTER TABLE waiting ADD COLUMN seen_ms INTEGER NOT NULL DEFAULT 0",
    ),
];

/// An owner that has not been heard of for so long is gone, in milliseconds.
const GONE_MS: i64 = 30_000;

/// One action that waits.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Its id.
    pub id: String,
    /// The connector's id.
    pub connector: String,
    /// The action's file.
    pub file: String,
    /// The saved connection it runs on; `None` where it was given in full.
    pub connection: Option<String>,
    /// The input it began with.
    pub input: Value,
    /// The answers to its config fields.
    pub config: Value,
    /// What `resume` gets.
    pub state: Value,
    /// How often it has waited, this time included.
    pub rounds: u32,
    /// When it goes on, in milliseconds since 1970.
    pub due_ms: i64,
}

/// Whoever goes on with an action that waits, and the time now.
#[derive(Debug, Clone, Copy)]
pub struct Owner<'a> {
    /// What no other has.
    pub id: &'a str,
    /// Milliseconds since 1970.
    pub now_ms: i64,
}

/// Keeps an action that waits, in place of what was kept under its id. Its owner stays.
///
/// # Errors
/// [`Error::Statement`].
pub fn put(store: &Store, row: &Row) -> Result<(), Error> {
    store.with("keeping an action that waits", |connection| {
        connection
            .prepare_cached(
                "INSERT INTO waiting (id, connector, file, connection, input, config, state, rounds, due_ms)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
                 ON CONFLICT (id) DO UPDATE SET
                 state = excluded.state, rounds = excluded.rounds, due_ms = excluded.due_ms",
            )?
            .execute((
                &row.id,
                &row.connector,
                &row.file,
                &row.connection,
                super::json_text(&row.input)?,
                super::json_text(&row.config)?,
                super::json_text(&row.state)?,
                row.rounds,
                row.due_ms,
            ))?;
        Ok(())
    })
}

/// Makes `owner` the one that goes on with the action, or says again that it does. False where another does, or where there
/// is no such action.
///
/// # Errors
/// [`Error::Statement`].
pub fn own(store: &Store, id: &str, owner: Owner) -> Result<bool, Error> {
    store.with("taking an action that waits", |connection| {
        let changed = connection
            .prepare_cached(
                "UPDATE waiting SET owner = ?2, seen_ms = ?3
                 WHERE id = ?1 AND (owner IS NULL OR owner = ?2 OR seen_ms < ?4)",
            )?
            .execute((id, owner.id, owner.now_ms, owner.now_ms - GONE_MS))?;
        Ok(changed > 0)
    })
}

/// Lets others go on with the action, where `owner` did.
///
/// # Errors
/// [`Error::Statement`].
pub fn disown(store: &Store, id: &str, owner: &str) -> Result<(), Error> {
    store.with("giving an action that waits back", |connection| {
        connection
            .prepare_cached("UPDATE waiting SET owner = NULL WHERE id = ?1 AND owner = ?2")?
            .execute((id, owner))?;
        Ok(())
    })
}

/// The action that waits under `id`.
///
/// # Errors
/// [`Error::Statement`].
pub fn get(store: &Store, id: &str) -> Result<Option<Row>, Error> {
    store.with("reading an action that waits", |connection| {
        connection
            .prepare_cached("SELECT * FROM waiting WHERE id = ?1")?
            .query_row([id], read)
            .optional()
    })
}

/// Every action of a connector that waits, the one that goes on first leading.
///
/// # Errors
/// [`Error::Statement`].
pub fn list(store: &Store, connector: &str) -> Result<Vec<Row>, Error> {
    store.with("reading the actions that wait", |connection| {
        connection
            .prepare_cached("SELECT * FROM waiting WHERE connector = ?1 ORDER BY due_ms, id")?
            .query_map([connector], read)?
            .collect()
    })
}

/// Forgets the action that waited under `id`.
///
/// # Errors
/// [`Error::Statement`].
pub fn remove(store: &Store, id: &str) -> Result<(), Error> {
    store.with("forgetting an action that waited", |connection| {
        connection
            .prepare_cached("DELETE FROM waiting WHERE id = ?1")?
            .execute([id])?;
        Ok(())
    })
}

fn read(row: &rusqlite::Row) -> rusqlite::Result<Row> {
    Ok(Row {
        id: row.get("id")?,
        connector: row.get("connector")?,
        file: row.get("file")?,
        connection: row.get("connection")?,
        input: super::json(row, "input")?,
        config: super::json(row, "config")?,
        state: super::json(row, "state")?,
        rounds: row.get("rounds")?,
        due_ms: row.get("due_ms")?,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_waits_is_kept_across_openings_and_forgotten_when_done() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let row = Row {
            id: "a1".into(),
            connector: "acme".into(),
            file: "actions/export.rhai".into(),
            connection: Some("prod".into()),
            input: json!({ "a": 1 }),
            config: Value::Null,
            state: json!({ "job": 7 }),
            rounds: 1,
            due_ms: 20,
        };
        put(&store, &row).unwrap();
        put(
            &store,
            &Row {
                rounds: 2,
                ..row.clone()
            },
        )
        .unwrap();
        put(
            &store,
            &Row {
                id: "b2".into(),
                due_ms: 10,
                ..row.clone()
            },
        )
        .unwrap();
        drop(store);
        let store = Store::open(folder.path()).unwrap();
        assert_eq!(get(&store, "a1").unwrap(), Some(Row { rounds: 2, ..row }));
        let ids: Vec<String> = list(&store, "acme").unwrap().into_iter().map(|row| row.id).collect();
        assert_eq!(ids, ["b2", "a1"]);
        remove(&store, "a1").unwrap();
        assert_eq!(get(&store, "a1").unwrap(), None);
        assert!(list(&store, "other").unwrap().is_empty());
    }
    #[test]
    fn one_owner_at_a_time_goes_on_until_it_lets_go_or_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let row = Row {
            id: "a1".into(),
            connector: "acme".into(),
            file: "actions/export.rhai".into(),
            connection: None,
            input: Value::Null,
            config: Value::Null,
            state: Value::Null,
            rounds: 1,
            due_ms: 20,
        };
        put(&store, &row).unwrap();
        let own = |id, now_ms| own(&store, "a1", Owner { id, now_ms }).unwrap();
        assert!(own("first", 1_000));
        assert!(!own("second", 1_001));
        assert!(own("first", 20_000));
        put(&store, &row).unwrap();
        assert!(!own("second", 40_000));
        assert!(own("second", 20_000 + GONE_MS + 1));
        disown(&store, "a1", "first").unwrap();
        assert!(!own("first", 60_000));
        disown(&store, "a1", "second").unwrap();
        assert!(own("first", 60_000));
    }
}
