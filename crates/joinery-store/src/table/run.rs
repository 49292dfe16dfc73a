//! History of runs: input and output of each, so that the next output can be compared and the last input reused.

use rusqlite::OptionalExtension;

use crate::{Store, error::Error};

/// The table's history.
pub(crate) const MIGRATIONS: &[super::Migration] = &[(
    1,
    "CREATE TABLE run (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        workspace TEXT NOT NULL,
        connector TEXT NOT NULL,
        action TEXT NOT NULL,
        ran_ms INTEGER NOT NULL,
        ok INTEGER NOT NULL,
        time_ms REAL NOT NULL,
        input TEXT NOT NULL,
        output TEXT,
        detail TEXT NOT NULL
    ) STRICT;
    CREATE INDEX run_by_action ON run (workspace, connector, action, id)",
)];

const SELECT: &str = "SELECT id, workspace, connector, action, ran_ms, ok, time_ms, input, output, detail FROM run";

/// One run. `input`, `output` and `detail` are JSON text with secrets masked.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Its number, given when it is added.
    pub id: i64,
    /// The workspace's folder.
    pub workspace: String,
    /// The connector's id.
    pub connector: String,
    /// The action's or trigger's name.
    pub action: String,
    /// When, in milliseconds since 1970.
    pub ran_ms: i64,
    /// Whether it gave a value.
    pub ok: bool,
    /// Milliseconds in all.
    pub time_ms: f64,
    /// The input.
    pub input: String,
    /// The output; `None` when it failed or is above 4 MB.
    pub output: Option<String>,
    /// Error, calls and console.
    pub detail: String,
}

/// Adds a run, keeping at most `keep` per action. Returns its number.
///
/// # Errors
/// [`Error::Statement`].
pub fn add(store: &Store, row: &Row, keep: usize) -> Result<i64, Error> {
    store.write("keeping a run", |transaction| {
        transaction
            .prepare_cached(
                "INSERT INTO run (workspace, connector, action, ran_ms, ok, time_ms, input, output, detail)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            )?
            .execute((
                &row.workspace,
                &row.connector,
                &row.action,
                row.ran_ms,
                row.ok,
                row.time_ms,
                &row.input,
                &row.output,
                &row.detail,
            ))?;
        let id = transaction.last_insert_rowid();
        transaction
            .prepare_cached(
                "DELETE FROM run WHERE id IN (
                    SELECT id FROM run WHERE workspace = ?1 AND connector = ?2 AND action = ?3
                    ORDER BY id DESC LIMIT -1 OFFSET ?4)",
            )?
            .execute((&row.workspace, &row.connector, &row.action, super::limit(keep)))?;
        Ok(id)
    })
}

/// The last runs of an action, latest first.
///
/// # Errors
/// [`Error::Statement`].
pub fn list(store: &Store, workspace: &str, connector: &str, action: &str, limit: usize) -> Result<Vec<Row>, Error> {
    store.with("listing runs", |connection| {
        connection
            .prepare_cached(&format!(
                "{SELECT} WHERE workspace = ?1 AND connector = ?2 AND action = ?3 ORDER BY id DESC LIMIT ?4"
            ))?
            .query_map((workspace, connector, action, super::limit(limit)), read)?
            .collect()
    })
}

/// One run.
///
/// # Errors
/// [`Error::Statement`].
pub fn get(store: &Store, id: i64) -> Result<Option<Row>, Error> {
    store.with("reading a run", |connection| {
        connection
            .prepare_cached(&format!("{SELECT} WHERE id = ?1"))?
            .query_row([id], read)
            .optional()
    })
}

/// Forgets runs, whatever their workspace: those before `before_ms`, or, without a moment, all of them. How many.
///
/// # Errors
/// [`Error::Statement`].
pub fn forget(store: &Store, before_ms: Option<i64>) -> Result<usize, Error> {
    store.with("forgetting runs", |connection| {
        connection
            .prepare_cached("DELETE FROM run WHERE ?1 IS NULL OR ran_ms < ?1")?
            .execute([before_ms])
    })
}

fn read(row: &rusqlite::Row) -> rusqlite::Result<Row> {
    Ok(Row {
        id: row.get("id")?,
        workspace: row.get("workspace")?,
        connector: row.get("connector")?,
        action: row.get("action")?,
        ran_ms: row.get("ran_ms")?,
        ok: row.get("ok")?,
        time_ms: row.get("time_ms")?,
        input: row.get("input")?,
        output: row.get("output")?,
        detail: row.get("detail")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(action: &str, ran_ms: i64) -> Row {
        Row {
            id: 0,
            workspace: "/w".into(),
            connector: "okta".into(),
            action: action.into(),
            ran_ms,
            ok: ran_ms % 2 == 0,
            time_ms: 38.5,
            input: "{}".into(),
            output: (ran_ms % 2 == 0).then(|| "[1]".into()),
            detail: "{}".into(),
        }
    }

    #[test]
    fn each_action_keeps_its_own_last_runs() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let other = add(&store, &row("list_users", 0), 2).unwrap();
        let ids: Vec<_> = (1..=4)
            .map(|at| add(&store, &row("get_user", at), 2).unwrap())
            .collect();
        let runs = list(&store, "/w", "okta", "get_user", 10).unwrap();
        assert_eq!(
            runs,
            [
                Row {
                    id: ids[3],
                    ..row("get_user", 4)
                },
                Row {
                    id: ids[2],
                    ..row("get_user", 3)
                }
            ]
        );
        assert_eq!(get(&store, other).unwrap().unwrap().action, "list_users");
        assert_eq!(get(&store, ids[0]).unwrap(), None);
    }

    #[test]
    fn the_number_of_a_dropped_run_is_never_given_again() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let first = add(&store, &row("get_user", 1), 0).unwrap();
        assert_eq!(list(&store, "/w", "okta", "get_user", 10).unwrap(), []);
        assert!(add(&store, &row("get_user", 2), 5).unwrap() > first);
    }

    #[test]
    fn runs_before_a_moment_are_forgotten_or_all_of_them() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        for ran_ms in [1, 5, 9] {
            add(&store, &row("get_user", ran_ms), 9).unwrap();
        }
        assert_eq!(forget(&store, Some(5)).unwrap(), 1);
        assert_eq!(forget(&store, None).unwrap(), 2);
        assert_eq!(list(&store, "/w", "okta", "get_user", 9).unwrap(), []);
    }
}
