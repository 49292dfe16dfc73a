//! Deliveries of webhooks, as they came in: kept so that they can be looked at and handed to the script again.

use joinery_connector::Header;
use rusqlite::OptionalExtension;

use crate::{Store, error::Error};

/// The table's history.
pub(crate) const MIGRATIONS: &[super::Migration] = &[(
    3,
    "CREATE TABLE delivery (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        key TEXT NOT NULL,
        received_ms INTEGER NOT NULL,
        method TEXT NOT NULL,
        query TEXT NOT NULL,
        headers TEXT NOT NULL,
        body BLOB NOT NULL,
        status INTEGER NOT NULL DEFAULT 0,
        events INTEGER NOT NULL DEFAULT 0,
        error TEXT
    ) STRICT;
    CREATE INDEX delivery_by_trigger ON delivery (key, id)",
)];

const SELECT: &str = "SELECT id, key, received_ms, method, query, headers, body, status, events, error FROM delivery";

/// One delivery. Secrets in its headers and body stand as marks.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Its number, given when it is added.
    pub id: i64,
    /// Whose it is: the key of the trigger.
    pub key: String,
    /// When, in milliseconds since 1970.
    pub received_ms: i64,
    /// The method.
    pub method: String,
    /// The query, without its question mark.
    pub query: String,
    /// The headers.
    pub headers: Vec<Header>,
    /// The body.
    pub body: Vec<u8>,
    /// What was answered; 0 while nothing was.
    pub status: u16,
    /// Events it was made of.
    pub events: u32,
    /// Why the script failed on it.
    pub error: Option<String>,
}

/// Adds a delivery, keeping at most `keep` of a trigger. Returns its number.
///
/// # Errors
/// [`Error::Statement`].
pub fn add(store: &Store, row: &Row, keep: usize) -> Result<i64, Error> {
    store.write("keeping a delivery", |transaction| {
        transaction
            .prepare_cached(
                "INSERT INTO delivery (key, received_ms, method, query, headers, body, status, events, error)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            )?
            .execute((
                &row.key,
                row.received_ms,
                &row.method,
                &row.query,
                super::json_text(&row.headers)?,
                &row.body,
                row.status,
                row.events,
                &row.error,
            ))?;
        let id = transaction.last_insert_rowid();
        transaction
            .prepare_cached(
                "DELETE FROM delivery WHERE id IN (
                    SELECT id FROM delivery WHERE key = ?1 ORDER BY id DESC LIMIT -1 OFFSET ?2)",
            )?
            .execute((&row.key, super::limit(keep)))?;
        Ok(id)
    })
}

/// Keeps what became of a delivery.
///
/// # Errors
/// [`Error::Statement`].
pub fn answered(store: &Store, id: i64, status: u16, events: u32, error: Option<&str>) -> Result<(), Error> {
    store.with("keeping the answer to a delivery", |connection| {
        connection
            .prepare_cached("UPDATE delivery SET status = ?2, events = ?3, error = ?4 WHERE id = ?1")?
            .execute((id, status, events, error))?;
        Ok(())
    })
}

/// The deliveries of a trigger, the newest first.
///
/// # Errors
/// [`Error::Statement`].
pub fn list(store: &Store, key: &str, limit: usize) -> Result<Vec<Row>, Error> {
    store.with("listing deliveries", |connection| {
        connection
            .prepare_cached(&format!("{SELECT} WHERE key = ?1 ORDER BY id DESC LIMIT ?2"))?
            .query_map((key, super::limit(limit)), read)?
            .collect()
    })
}

/// The keys of the triggers that deliveries are kept of.
///
/// # Errors
/// [`Error::Statement`].
pub fn keys(store: &Store) -> Result<Vec<String>, Error> {
    store.with("listing who took deliveries", |connection| {
        connection
            .prepare_cached("SELECT DISTINCT key FROM delivery")?
            .query_map([], |row| row.get(0))?
            .collect()
    })
}

/// One delivery.
///
/// # Errors
/// [`Error::Statement`].
pub fn get(store: &Store, id: i64) -> Result<Option<Row>, Error> {
    store.with("reading a delivery", |connection| {
        connection
            .prepare_cached(&format!("{SELECT} WHERE id = ?1"))?
            .query_row([id], read)
            .optional()
    })
}

fn read(row: &rusqlite::Row) -> rusqlite::Result<Row> {
    Ok(Row {
        id: row.get("id")?,
        key: row.get("key")?,
        received_ms: row.get("received_ms")?,
        method: row.get("method")?,
        query: row.get("query")?,
        headers: super::json(row, "headers")?,
        body: row.get("body")?,
        status: row.get("status")?,
        events: row.get("events")?,
        error: row.get("error")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_deliveries_of_a_trigger_are_kept_with_what_became_of_them() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let row = Row {
            id: 0,
            key: "hook".into(),
            received_ms: 7,
            method: "POST".into(),
            query: "a=1".into(),
            headers: vec![Header::new("x-id", "7")],
            body: vec![0xff, 0x00],
            status: 0,
            events: 0,
            error: None,
        };
        let ids: Vec<i64> = (0..3).map(|_| add(&store, &row, 2).unwrap()).collect();
        answered(&store, ids[2], 500, 0, Some("no field `data`")).unwrap();
        let kept = list(&store, "hook", 10).unwrap();
        assert_eq!(kept.iter().map(|row| row.id).collect::<Vec<_>>(), [ids[2], ids[1]]);
        assert_eq!(kept[0].error.as_deref(), Some("no field `data`"));
        assert_eq!(keys(&store).unwrap(), ["hook"]);
        assert_eq!(get(&store, ids[1]).unwrap(), Some(Row { id: ids[1], ..row }));
        assert_eq!(get(&store, ids[0]).unwrap(), None);
    }
}
