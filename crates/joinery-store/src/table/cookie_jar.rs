//! The cookies of a saved connection, sealed: one row each, read and written whole.

use rusqlite::{Connection, OptionalExtension};

use crate::{Store, error::Error};

/// The table's history. `mark` is another one after every change, so that a process sees when another one wrote.
pub(crate) const MIGRATIONS: &[super::Migration] = &[(
    9,
    "CREATE TABLE cookie_jar (
        connection TEXT PRIMARY KEY,
        mark INTEGER NOT NULL,
        sealed BLOB NOT NULL
    ) STRICT, WITHOUT ROWID",
)];

/// The mark of a connection's jar; none where nothing was kept.
///
/// # Errors
/// [`Error::Statement`].
pub fn mark(store: &Store, connection: &str) -> Result<Option<i64>, Error> {
    store.with("looking for cookies", |database| {
        database
            .prepare_cached("SELECT mark FROM cookie_jar WHERE connection = ?1")?
            .query_row([connection], |row| row.get(0))
            .optional()
    })
}

/// The mark and the sealed jar of a connection.
///
/// # Errors
/// [`Error::Statement`].
pub fn get(store: &Store, connection: &str) -> Result<Option<(i64, Vec<u8>)>, Error> {
    store.with("reading cookies", |database| read(database, connection))
}

/// The connections whose jars are kept.
///
/// # Errors
/// [`Error::Statement`].
pub fn connections(store: &Store) -> Result<Vec<String>, Error> {
    store.with("listing cookies", |database| {
        database
            .prepare_cached("SELECT connection FROM cookie_jar ORDER BY connection")?
            .query_map([], |row| row.get(0))?
            .collect()
    })
}

/// Keeps what `work` makes of a connection's jar as it is by now; no other process writes meanwhile. Gives the mark.
/// `work` is handed the mark and the sealed jar, where there is one.
///
/// # Errors
/// [`Error::Statement`], and what `work` fails with: nothing is changed then.
pub fn change(
    store: &Store,
    connection: &str,
    work: impl FnOnce(Option<(i64, Vec<u8>)>) -> Result<Vec<u8>, Error>,
) -> Result<i64, Error> {
    store.write("keeping cookies", |transaction| {
        let sealed = match work(read(transaction, connection)?) {
            Ok(sealed) => sealed,
            Err(error) => return Ok(Err(error)),
        };
        let mark = transaction
            .prepare_cached(
                "INSERT OR REPLACE INTO cookie_jar (connection, mark, sealed) VALUES (?1, random(), ?2) RETURNING mark",
            )?
            .query_row((connection, sealed), |row| row.get(0))?;
        Ok(Ok(mark))
    })?
}

/// Forgets a connection's jar; fine where there is none.
///
/// # Errors
/// [`Error::Statement`].
pub fn remove(store: &Store, connection: &str) -> Result<(), Error> {
    store.with("forgetting cookies", |database| {
        database
            .prepare_cached("DELETE FROM cookie_jar WHERE connection = ?1")?
            .execute([connection])?;
        Ok(())
    })
}

fn read(database: &Connection, connection: &str) -> rusqlite::Result<Option<(i64, Vec<u8>)>> {
    database
        .prepare_cached("SELECT mark, sealed FROM cookie_jar WHERE connection = ?1")?
        .query_row([connection], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(store: &Store, connection: &str, sealed: &[u8]) -> Result<i64, Error> {
        change(store, connection, |_| Ok(sealed.to_vec()))
    }

    #[test]
    fn a_change_sees_what_was_kept_before_and_one_that_fails_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let first = put(&store, "acme", b"one").unwrap();
        let second = change(&store, "acme", |before| {
            assert_eq!(before, Some((first, b"one".to_vec())));
            Ok(b"two".to_vec())
        });
        let path = folder.path().to_owned();
        let failed = change(&store, "acme", |_| Err(Error::Locked { path }));
        assert!(matches!(failed, Err(Error::Locked { .. })));
        assert_eq!(get(&store, "acme").unwrap(), Some((second.unwrap(), b"two".to_vec())));
    }

    #[test]
    fn a_jar_is_replaced_under_another_mark_and_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        assert_eq!(mark(&store, "acme").unwrap(), None);
        let first = put(&store, "acme", b"one").unwrap();
        let second = put(&store, "acme", b"two").unwrap();
        put(&store, "other", b"three").unwrap();
        assert_ne!(first, second);
        assert_eq!(mark(&store, "acme").unwrap(), Some(second));
        assert_eq!(get(&store, "acme").unwrap(), Some((second, b"two".to_vec())));
        remove(&store, "acme").unwrap();
        remove(&store, "acme").unwrap();
        assert_eq!(get(&store, "acme").unwrap(), None);
        assert!(get(&store, "other").unwrap().is_some());
        assert_eq!(connections(&store).unwrap(), ["other"]);
    }
}
