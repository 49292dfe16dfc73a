//! Local snapshots: texts of a workspace's files, as they were saved.

use rusqlite::OptionalExtension;

use crate::{Store, error::Error};

/// The table's history.
pub(crate) const MIGRATIONS: &[super::Migration] = &[(
    10,
    "CREATE TABLE snapshot (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        workspace TEXT NOT NULL,
        path TEXT NOT NULL,
        taken_ms INTEGER NOT NULL,
        why TEXT NOT NULL,
        text TEXT NOT NULL
    ) STRICT;
    CREATE INDEX snapshot_by_file ON snapshot (workspace, path, id)",
)];

/// Why a snapshot was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// The file was saved with this text.
    Saved,
    /// This stood in it before a save, written by another program.
    Found,
    /// This stood in it before it was restored to another version.
    Replaced,
    /// It was restored to this.
    Restored,
    /// This stood in it when it was deleted.
    Deleted,
}

/// Every reason with its word in the table.
const WORDS: &[(Why, &str)] = &[
    (Why::Saved, "saved"),
    (Why::Found, "found"),
    (Why::Replaced, "replaced"),
    (Why::Restored, "restored"),
    (Why::Deleted, "deleted"),
];

/// A snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its number, given when it is added.
    pub id: i64,
    /// The workspace's folder.
    pub workspace: String,
    /// The file's path in it.
    pub path: String,
    /// When, in milliseconds since 1970.
    pub taken_ms: i64,
    /// Why.
    pub why: Why,
    /// All that stood in the file.
    pub text: String,
}

/// A snapshot without its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its number.
    pub id: i64,
    /// The file's path in the workspace.
    pub path: String,
    /// When, in milliseconds since 1970.
    pub taken_ms: i64,
    /// Why.
    pub why: Why,
    /// The bytes of its text.
    pub size: u32,
}

/// Adds a snapshot, keeping at most `keep` of its file. One that holds what the newest holds is left out; a save within
/// `together` milliseconds of the one before takes its place.
///
/// # Errors
/// [`Error::Statement`].
pub fn add(store: &Store, row: &Row, keep: usize, together: i64) -> Result<(), Error> {
    store.write("keeping a snapshot", |transaction| {
        let newest: Option<(i64, i64, String, bool)> = transaction
            .prepare_cached(
                "SELECT id, taken_ms, why, text = ?3 FROM snapshot WHERE workspace = ?1 AND path = ?2
                 ORDER BY id DESC LIMIT 1",
            )?
            .query_row((&row.workspace, &row.path, &row.text), |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
            })
            .optional()?;
        let word = word_of(row.why);
        if let Some((id, taken_ms, why, same)) = newest {
            if same {
                return Ok(());
            }
            let soon = (0..together).contains(&(row.taken_ms - taken_ms));
            if row.why == Why::Saved && why == word && soon {
                transaction
                    .prepare_cached("DELETE FROM snapshot WHERE id = ?1")?
                    .execute([id])?;
            }
        }
        transaction
            .prepare_cached("INSERT INTO snapshot (workspace, path, taken_ms, why, text) VALUES (?1, ?2, ?3, ?4, ?5)")?
            .execute((&row.workspace, &row.path, row.taken_ms, word, &row.text))?;
        transaction
            .prepare_cached(
                "DELETE FROM snapshot WHERE id IN (
                    SELECT id FROM snapshot WHERE workspace = ?1 AND path = ?2 ORDER BY id DESC LIMIT -1 OFFSET ?3)",
            )?
            .execute((&row.workspace, &row.path, super::limit(keep)))?;
        Ok(())
    })
}

/// The snapshots of a workspace, or of one of its files, the newest first.
///
/// # Errors
/// [`Error::Statement`].
pub fn list(store: &Store, workspace: &str, path: Option<&str>, limit: usize) -> Result<Vec<Listed>, Error> {
    store.with("listing snapshots", |connection| {
        connection
            .prepare_cached(
                "SELECT id, path, taken_ms, why, octet_length(text) AS size FROM snapshot
                 WHERE workspace = ?1 AND (?2 IS NULL OR path = ?2) ORDER BY id DESC LIMIT ?3",
            )?
            .query_map((workspace, path, super::limit(limit)), |row| {
                Ok(Listed {
                    id: row.get("id")?,
                    path: row.get("path")?,
                    taken_ms: row.get("taken_ms")?,
                    why: why_of(&row.get::<_, String>("why")?),
                    size: row.get("size")?,
                })
            })?
            .collect()
    })
}

/// One snapshot of a workspace.
///
/// # Errors
/// [`Error::Statement`].
pub fn get(store: &Store, workspace: &str, id: i64) -> Result<Option<Row>, Error> {
    store.with("reading a snapshot", |connection| {
        connection
            .prepare_cached(
                "SELECT id, workspace, path, taken_ms, why, text FROM snapshot WHERE workspace = ?1 AND id = ?2",
            )?
            .query_row((workspace, id), |row| {
                Ok(Row {
                    id: row.get("id")?,
                    workspace: row.get("workspace")?,
                    path: row.get("path")?,
                    taken_ms: row.get("taken_ms")?,
                    why: why_of(&row.get::<_, String>("why")?),
                    text: row.get("text")?,
                })
            })
            .optional()
    })
}

/// The snapshots of a file, or of all files in a folder, are those of another name from now on.
///
/// # Errors
/// [`Error::Statement`].
pub fn renamed(store: &Store, workspace: &str, from: &str, to: &str) -> Result<(), Error> {
    store.with("renaming snapshots", |connection| {
        connection
            .prepare_cached(
                "UPDATE snapshot SET path = ?3 || substr(path, length(?2) + 1)
                 WHERE workspace = ?1 AND (path = ?2 OR substr(path, 1, length(?2) + 1) = ?2 || '/')",
            )?
            .execute((workspace, from, to))?;
        Ok(())
    })
}

/// Forgets those from before a time, and the oldest where all texts together are more than `most` bytes.
///
/// # Errors
/// [`Error::Statement`].
pub fn shrink(store: &Store, before_ms: i64, most: i64) -> Result<(), Error> {
    store.write("forgetting snapshots", |transaction| {
        transaction
            .prepare_cached("DELETE FROM snapshot WHERE taken_ms < ?1")?
            .execute([before_ms])?;
        transaction
            .prepare_cached(
                "DELETE FROM snapshot WHERE id IN (
                    SELECT id FROM (SELECT id, SUM(octet_length(text)) OVER (ORDER BY id DESC) AS so_far FROM snapshot)
                    WHERE so_far > ?1)",
            )?
            .execute([most])?;
        Ok(())
    })
}

/// Forgets all of them; how many there were.
///
/// # Errors
/// [`Error::Statement`].
pub fn forget(store: &Store) -> Result<usize, Error> {
    store.with("forgetting snapshots", |connection| {
        connection.execute("DELETE FROM snapshot", [])
    })
}

fn word_of(why: Why) -> &'static str {
    let found = WORDS.iter().find(|(known, _)| *known == why);
    found.map_or("saved", |(_, word)| word)
}

/// What a later version wrote otherwise was some kind of save.
fn why_of(word: &str) -> Why {
    let found = WORDS.iter().find(|(_, known)| *known == word);
    found.map_or(Why::Saved, |(why, _)| *why)
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORKSPACE: &str = "/work";

    fn row(taken_ms: i64, why: Why, text: &str) -> Row {
        Row {
            id: 0,
            workspace: WORKSPACE.into(),
            path: "okta/actions/get_user.rhai".into(),
            taken_ms,
            why,
            text: text.into(),
        }
    }

    fn texts(store: &Store) -> Vec<String> {
        let listed = list(store, WORKSPACE, None, 100).unwrap();
        let text = |each: &Listed| get(store, WORKSPACE, each.id).unwrap().unwrap().text;
        listed.iter().map(text).collect()
    }

    #[test]
    fn saves_close_together_are_one_and_the_same_text_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        for (taken_ms, why, text) in [
            (0, Why::Found, "0"),
            (5, Why::Saved, "1"),
            (9, Why::Saved, "2"),
            (50, Why::Saved, "2"),
            (51, Why::Saved, "3"),
            (52, Why::Restored, "1"),
        ] {
            add(&store, &row(taken_ms, why, text), 50, 10).unwrap();
        }
        assert_eq!(texts(&store), ["1", "3", "2", "0"]);
    }

    #[test]
    fn the_newest_of_a_file_are_kept_and_the_oldest_of_all_go_first() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        for at in 0..6 {
            add(&store, &row(at, Why::Restored, &format!("text {at}")), 4, 0).unwrap();
        }
        assert_eq!(texts(&store), ["text 5", "text 4", "text 3", "text 2"]);
        shrink(&store, 3, 1_000).unwrap();
        assert_eq!(texts(&store), ["text 5", "text 4", "text 3"]);
        shrink(&store, 0, 12).unwrap();
        assert_eq!(texts(&store), ["text 5", "text 4"]);
    }

    #[test]
    fn a_file_with_another_name_keeps_its_snapshots_and_other_workspaces_see_none() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        add(&store, &row(1, Why::Saved, "é"), 4, 0).unwrap();
        renamed(
            &store,
            WORKSPACE,
            "okta/actions/get_user.rhai",
            "okta/actions/find_user.rhai",
        )
        .unwrap();
        renamed(&store, WORKSPACE, "okta/actions/find", "okta/other").unwrap();
        renamed(&store, WORKSPACE, "okta/actions", "okta/methods").unwrap();
        let found = list(&store, WORKSPACE, Some("okta/methods/find_user.rhai"), 9).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].size, found[0].why), (2, Why::Saved));
        assert_eq!(get(&store, "/elsewhere", found[0].id).unwrap(), None);
        assert_eq!(forget(&store).unwrap(), 1);
    }
}
