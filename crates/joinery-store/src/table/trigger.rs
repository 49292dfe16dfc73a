//! How far each trigger has come: its cursor, the events it has handed on, and what it subscribed to. A trigger's key
//! says which trigger, of which connector, on which connection, with which input.

use rusqlite::OptionalExtension;
use serde_json::Value;

use crate::{Store, error::Error};

/// The table's history.
pub(crate) const MIGRATIONS: &[super::Migration] = &[(
    3,
    "CREATE TABLE trigger_state (
        key TEXT PRIMARY KEY,
        cursor TEXT NOT NULL DEFAULT 'null',
        subscription TEXT NOT NULL DEFAULT 'null'
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE trigger_event (
        key TEXT NOT NULL,
        event TEXT NOT NULL,
        handed_ms INTEGER NOT NULL,
        PRIMARY KEY (key, event)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX trigger_event_by_time ON trigger_event (handed_ms)",
)];

/// How long the dedupe keys of events are kept, in milliseconds: 30 days.
const REMEMBERED_MS: i64 = 30 * 24 * 60 * 60 * 1000;

/// How far one trigger has come.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Row {
    /// What its last poll returned; null where it never polled.
    pub cursor: Value,
    /// What `subscribe` returned; null where it is not subscribed.
    pub subscription: Value,
}

/// How far the trigger has come; the start, where it is new.
///
/// # Errors
/// [`Error::Statement`].
pub fn get(store: &Store, key: &str) -> Result<Row, Error> {
    store.with("reading how far a trigger has come", |connection| {
        let found = connection
            .prepare_cached("SELECT cursor, subscription FROM trigger_state WHERE key = ?1")?
            .query_row([key], |row| {
                Ok(Row {
                    cursor: super::json(row, "cursor")?,
                    subscription: super::json(row, "subscription")?,
                })
            })
            .optional()?;
        Ok(found.unwrap_or_default())
    })
}

/// Which of `events`, told by their dedupe keys, were handed on before.
///
/// # Errors
/// [`Error::Statement`].
pub fn handed(store: &Store, key: &str, events: &[String]) -> Result<Vec<bool>, Error> {
    store.with("looking for events that were handed on", |connection| {
        let mut statement = connection.prepare_cached("SELECT 1 FROM trigger_event WHERE key = ?1 AND event = ?2")?;
        events.iter().map(|event| statement.exists([key, event])).collect()
    })
}

/// Keeps that `events` were handed on and, where there is one, the cursor behind them: both or neither.
///
/// # Errors
/// [`Error::Statement`].
pub fn advance(store: &Store, key: &str, cursor: Option<&Value>, events: &[String], now_ms: i64) -> Result<(), Error> {
    store.write("keeping how far a trigger has come", |transaction| {
        if let Some(cursor) = cursor {
            transaction
                .prepare_cached(
                    "INSERT INTO trigger_state (key, cursor) VALUES (?1, ?2)
                     ON CONFLICT (key) DO UPDATE SET cursor = excluded.cursor",
                )?
                .execute((key, super::json_text(cursor)?))?;
        }
        let mut insert = transaction.prepare_cached(
            "INSERT INTO trigger_event (key, event, handed_ms) VALUES (?1, ?2, ?3)
             ON CONFLICT (key, event) DO UPDATE SET handed_ms = excluded.handed_ms",
        )?;
        for event in events {
            insert.execute((key, event, now_ms))?;
        }
        transaction
            .prepare_cached("DELETE FROM trigger_event WHERE handed_ms < ?1")?
            .execute([now_ms - REMEMBERED_MS])?;
        Ok(())
    })
}

/// Keeps what the trigger is subscribed to; null takes it away.
///
/// # Errors
/// [`Error::Statement`].
pub fn set_subscription(store: &Store, key: &str, subscription: &Value) -> Result<(), Error> {
    store.with("keeping a subscription", |connection| {
        connection
            .prepare_cached(
                "INSERT INTO trigger_state (key, subscription) VALUES (?1, ?2)
                 ON CONFLICT (key) DO UPDATE SET subscription = excluded.subscription",
            )?
            .execute((key, super::json_text(subscription)?))?;
        Ok(())
    })
}

/// How many events are known to have been handed on.
///
/// # Errors
/// [`Error::Statement`].
pub fn count(store: &Store, key: &str) -> Result<u32, Error> {
    store.with("counting events that were handed on", |connection| {
        connection
            .prepare_cached("SELECT COUNT(*) FROM trigger_event WHERE key = ?1")?
            .query_row([key], |row| row.get(0))
    })
}

/// Forgets which events were handed on; the cursor stays.
///
/// # Errors
/// [`Error::Statement`].
pub fn forget_events(store: &Store, key: &str) -> Result<(), Error> {
    store.write("forgetting events that were handed on", |transaction| {
        transaction.execute("DELETE FROM trigger_event WHERE key = ?1", [key])?;
        Ok(())
    })
}

/// Forgets cursor and events: the trigger begins anew. Its subscription stays, for it stands at the service.
///
/// # Errors
/// [`Error::Statement`].
pub fn rewind(store: &Store, key: &str) -> Result<(), Error> {
    store.write("rewinding a trigger", |transaction| {
        transaction.execute("UPDATE trigger_state SET cursor = 'null' WHERE key = ?1", [key])?;
        transaction.execute("DELETE FROM trigger_event WHERE key = ?1", [key])?;
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_trigger_goes_on_where_it_was_and_knows_what_it_handed_on() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        assert_eq!(get(&store, "logs").unwrap(), Row::default());
        let events = ["a".to_owned(), "b".to_owned()];
        advance(&store, "logs", Some(&json!("page 2")), &events, 1).unwrap();
        set_subscription(&store, "logs", &json!({ "id": "who1" })).unwrap();
        drop(store);

        let store = Store::open(folder.path()).unwrap();
        let row = get(&store, "logs").unwrap();
        assert_eq!(
            (row.cursor, row.subscription),
            (json!("page 2"), json!({ "id": "who1" }))
        );
        let asked = ["b".to_owned(), "c".to_owned()];
        assert_eq!(handed(&store, "logs", &asked).unwrap(), [true, false]);
        assert_eq!(handed(&store, "other", &asked).unwrap(), [false, false]);
        assert_eq!(
            (count(&store, "logs").unwrap(), count(&store, "other").unwrap()),
            (2, 0)
        );
        forget_events(&store, "logs").unwrap();
        assert_eq!(count(&store, "logs").unwrap(), 0);
        assert_eq!(get(&store, "logs").unwrap().cursor, json!("page 2"));

        rewind(&store, "logs").unwrap();
        assert_eq!(handed(&store, "logs", &asked).unwrap(), [false, false]);
        let row = get(&store, "logs").unwrap();
        assert_eq!((row.cursor, row.subscription), (Value::Null, json!({ "id": "who1" })));
    }

    #[test]
    fn events_are_forgotten_after_thirty_days() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        advance(&store, "logs", None, &["old".to_owned()], 0).unwrap();
        advance(&store, "logs", None, &["new".to_owned()], REMEMBERED_MS + 1).unwrap();
        let asked = ["old".to_owned(), "new".to_owned()];
        assert_eq!(handed(&store, "logs", &asked).unwrap(), [false, true]);
    }
}
