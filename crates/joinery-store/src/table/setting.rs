//! Settings and remembered state: JSON values by key.

use rusqlite::OptionalExtension;
use serde_json::Value;

use crate::{Store, error::Error};

/// The table's history.
pub(crate) const MIGRATIONS: &[super::Migration] = &[(
    1,
    "CREATE TABLE setting (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID",
)];

/// The value under `key`.
///
/// # Errors
/// [`Error::Statement`].
pub fn get(store: &Store, key: &str) -> Result<Option<Value>, Error> {
    store.with("reading a setting", |connection| {
        connection
            .prepare_cached("SELECT value FROM setting WHERE key = ?1")?
            .query_row([key], |row| super::json(row, "value"))
            .optional()
    })
}

/// Keeps `value` under `key`.
///
/// # Errors
/// [`Error::Statement`].
pub fn put(store: &Store, key: &str, value: &Value) -> Result<(), Error> {
    store.with("keeping a setting", |connection| {
        connection
            .prepare_cached(
                "INSERT INTO setting (key, value) VALUES (?1, ?2)
                 ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            )?
            .execute((key, super::json_text(value)?))?;
        Ok(())
    })
}

/// Forgets every value whose key begins with `prefix`.
///
/// # Errors
/// [`Error::Statement`].
pub fn forget(store: &Store, prefix: &str) -> Result<usize, Error> {
    store.with("forgetting settings", |connection| {
        connection
            .prepare_cached("DELETE FROM setting WHERE substr(key, 1, length(?1)) = ?1")?
            .execute([prefix])
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_are_forgotten_by_the_beginning_of_their_key() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        for key in ["drafts:/a", "drafts:/b_%", "drafts", "layout:/a"] {
            put(&store, key, &json!(1)).unwrap();
        }
        assert_eq!(forget(&store, "drafts:").unwrap(), 2);
        assert_eq!(get(&store, "drafts:/a").unwrap(), None);
        assert_eq!(get(&store, "drafts").unwrap(), Some(json!(1)));
        assert_eq!(get(&store, "layout:/a").unwrap(), Some(json!(1)));
    }

    #[test]
    fn the_last_value_of_a_key_is_kept_across_openings() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        put(&store, "layout", &json!({ "left": 240 })).unwrap();
        put(&store, "layout", &json!({ "left": 300, "note": "é" })).unwrap();
        drop(store);
        let store = Store::open(folder.path()).unwrap();
        assert_eq!(
            get(&store, "layout").unwrap(),
            Some(json!({ "left": 300, "note": "é" }))
        );
        assert_eq!(get(&store, "other").unwrap(), None);
    }
}
