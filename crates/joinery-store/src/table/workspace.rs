//! Workspaces opened before, latest first.

use crate::{Store, error::Error};

/// The table's history.
pub(crate) const MIGRATIONS: &[super::Migration] = &[(
    1,
    "CREATE TABLE workspace (path TEXT PRIMARY KEY, opened_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID",
)];

/// One workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its folder.
    pub path: String,
    /// When it was last opened, in milliseconds since 1970.
    pub opened_ms: i64,
}

/// Notes that `path` was opened.
///
/// # Errors
/// [`Error::Statement`].
pub fn opened(store: &Store, path: &str, now_ms: i64) -> Result<(), Error> {
    store.with("noting an opened workspace", |connection| {
        connection
            .prepare_cached(
                "INSERT INTO workspace (path, opened_ms) VALUES (?1, ?2)
                 ON CONFLICT (path) DO UPDATE SET opened_ms = excluded.opened_ms",
            )?
            .execute((path, now_ms))?;
        Ok(())
    })
}

/// The last `limit` workspaces, latest first.
///
/// # Errors
/// [`Error::Statement`].
pub fn recent(store: &Store, limit: usize) -> Result<Vec<Row>, Error> {
    store.with("listing workspaces", |connection| {
        connection
            .prepare_cached("SELECT path, opened_ms FROM workspace ORDER BY opened_ms DESC, path LIMIT ?1")?
            .query_map([super::limit(limit)], |row| {
                Ok(Row {
                    path: row.get(0)?,
                    opened_ms: row.get(1)?,
                })
            })?
            .collect()
    })
}

/// Takes a workspace off the list.
///
/// # Errors
/// [`Error::Statement`].
pub fn forget(store: &Store, path: &str) -> Result<(), Error> {
    store.with("forgetting a workspace", |connection| {
        connection.execute("DELETE FROM workspace WHERE path = ?1", [path])?;
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_workspace_opened_last_comes_first_and_only_once() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        opened(&store, "/a", 1).unwrap();
        opened(&store, "/b", 2).unwrap();
        opened(&store, "/a", 3).unwrap();
        opened(&store, "/c", 0).unwrap();
        forget(&store, "/c").unwrap();
        let paths: Vec<_> = recent(&store, 10).unwrap().into_iter().map(|row| row.path).collect();
        assert_eq!(paths, ["/a", "/b"]);
        assert_eq!(
            recent(&store, 1).unwrap(),
            [Row {
                path: "/a".into(),
                opened_ms: 3
            }]
        );
    }
}
