//! History of the tester: one row per send, the body in a file.

use std::{io::ErrorKind, path::Path};

use rusqlite::{OptionalExtension, Transaction, params};

use crate::{Store, error::Error};

/// The table's history.
pub(crate) const MIGRATIONS: &[super::Migration] = &[
    (
        1,
        "CREATE TABLE send (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            workspace TEXT NOT NULL,
            request_path TEXT,
            sent_ms INTEGER NOT NULL,
            method TEXT NOT NULL,
            url TEXT NOT NULL,
            status INTEGER,
            time_ms REAL NOT NULL,
            detail TEXT NOT NULL,
            body TEXT
        ) STRICT;
        CREATE INDEX send_by_workspace ON send (workspace, id);
        CREATE INDEX send_by_body ON send (body) WHERE body IS NOT NULL",
    ),
    // Those a person wants to keep. A table of its own: most sends are never pinned.
    (4, "CREATE TABLE pinned_send (id INTEGER PRIMARY KEY) STRICT"),
    // Sends from before are nobody's, and shown for every connector that has such a file.
    (10, "ALTER TABLE send ADD COLUMN connector TEXT NOT NULL DEFAULT ''"),
];

const SELECT: &str =
    "SELECT id, workspace, connector, request_path, sent_ms, method, url, status, time_ms, detail, body FROM send";

/// One send. The request's and response's metadata are JSON text with secrets masked.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Its number, given when it is added.
    pub id: i64,
    /// The workspace's folder.
    pub workspace: String,
    /// The connector's folder in the workspace.
    pub connector: String,
    /// The request file, where it is a saved one.
    pub request_path: Option<String>,
    /// When, in milliseconds since 1970.
    pub sent_ms: i64,
    /// The method.
    pub method: String,
    /// The URL as sent, secrets masked.
    pub url: String,
    /// The status; `None` where there was no response.
    pub status: Option<u16>,
    /// Milliseconds in all.
    pub time_ms: f64,
    /// Everything else about request and response, JSON.
    pub detail: String,
    /// The body's file name in the body folder.
    pub body: Option<String>,
}

/// Adds a send, keeping at most `keep` per workspace besides those that are pinned; bodies of dropped rows are deleted. Returns its number.
///
/// # Errors
/// [`Error::Statement`], [`Error::File`].
pub fn add(store: &Store, row: &Row, keep: usize) -> Result<i64, Error> {
    let (id, dropped) = store.write("keeping a send", |transaction| {
        transaction
            .prepare_cached(
                "INSERT INTO send
                 (workspace, connector, request_path, sent_ms, method, url, status, time_ms, detail, body)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            )?
            .execute((
                &row.workspace,
                &row.connector,
                &row.request_path,
                row.sent_ms,
                &row.method,
                &row.url,
                row.status,
                row.time_ms,
                &row.detail,
                &row.body,
            ))?;
        let id = transaction.last_insert_rowid();
        Ok((id, drop_old(transaction, &row.workspace, keep)?))
    })?;
    // After the commit: a row without its body can be shown, a body deleted for a row that stays cannot be had back.
    for body in dropped {
        delete_body(store, &body)?;
    }
    Ok(id)
}

/// The last sends of a workspace, latest first; of one request where its connector and path are given.
///
/// # Errors
/// [`Error::Statement`].
pub fn list(store: &Store, workspace: &str, request: Option<(&str, &str)>, limit: usize) -> Result<Vec<Row>, Error> {
    let (connector, path) = request.unzip();
    store.with("listing sends", |connection| {
        connection
            .prepare_cached(&format!(
                "{SELECT} WHERE workspace = ?1 AND (?2 IS NULL OR (request_path = ?2 AND connector IN (?3, '')))
                 ORDER BY id DESC LIMIT ?4"
            ))?
            .query_map((workspace, path, connector, super::limit(limit)), read)?
            .collect()
    })
}

/// Which sends are meant. What is not said leaves none out.
#[derive(Debug, Clone, Default)]
pub struct Chosen {
    /// Those of this workspace.
    pub workspace: Option<String>,
    /// Those of the connector in this folder.
    pub connector: Option<String>,
    /// Those of a request whose file's path has this in it.
    pub request: Option<String>,
    /// Those to a URL with this in it, whatever its case.
    pub url: Option<String>,
    /// Those answered with a status from the first to the second.
    pub status: Option<(u16, u16)>,
    /// Those that are pinned (`true`), or are not.
    pub pinned: Option<bool>,
    /// Those from before this moment, in milliseconds since 1970.
    pub before_ms: Option<i64>,
}

/// The rows that [`Chosen`] means; its values are the first eight parameters.
const CHOSEN: &str = "(?1 IS NULL OR workspace = ?1) AND (?2 IS NULL OR connector = ?2)
    AND (?3 IS NULL OR instr(request_path, ?3) > 0) AND (?4 IS NULL OR instr(lower(url), lower(?4)) > 0)
    AND (?5 IS NULL OR status BETWEEN ?5 AND ?6)
    AND (?7 IS NULL OR ?7 = (id IN (SELECT id FROM pinned_send))) AND (?8 IS NULL OR sent_ms < ?8)";

/// The last sends that are chosen, latest first, each with whether it is pinned.
///
/// # Errors
/// [`Error::Statement`].
pub fn search(store: &Store, chosen: &Chosen, limit: usize) -> Result<Vec<(Row, bool)>, Error> {
    store.with("looking for sends", |connection| {
        connection
            .prepare_cached(&format!(
                "SELECT *, id IN (SELECT id FROM pinned_send) AS pinned FROM send WHERE {CHOSEN}
                 ORDER BY id DESC LIMIT ?9"
            ))?
            .query_map(
                params![
                    chosen.workspace,
                    chosen.connector,
                    chosen.request,
                    chosen.url,
                    chosen.status.map(|(from, _)| from),
                    chosen.status.map(|(_, to)| to),
                    chosen.pinned,
                    chosen.before_ms,
                    super::limit(limit)
                ],
                |row| Ok((read(row)?, row.get("pinned")?)),
            )?
            .collect()
    })
}

/// Forgets the sends that are chosen, with their bodies. How many.
///
/// # Errors
/// [`Error::Statement`], [`Error::File`].
pub fn forget_chosen(store: &Store, chosen: &Chosen) -> Result<usize, Error> {
    let (count, bodies) = store.write("forgetting sends", |transaction| {
        let dropped: Vec<Option<String>> = transaction
            .prepare_cached(&format!("DELETE FROM send WHERE {CHOSEN} RETURNING body"))?
            .query_map(
                params![
                    chosen.workspace,
                    chosen.connector,
                    chosen.request,
                    chosen.url,
                    chosen.status.map(|(from, _)| from),
                    chosen.status.map(|(_, to)| to),
                    chosen.pinned,
                    chosen.before_ms
                ],
                |row| row.get(0),
            )?
            .collect::<rusqlite::Result<_>>()?;
        dropped_with(transaction, dropped)
    })?;
    for body in bodies {
        delete_body(store, &body)?;
    }
    Ok(count)
}

/// Forgets one send with its body, pinned or not; `false` where there is none.
///
/// # Errors
/// As [`forget_chosen`].
pub fn remove(store: &Store, id: i64) -> Result<bool, Error> {
    let (count, bodies) = store.write("forgetting a send", |transaction| {
        let dropped: Vec<Option<String>> = transaction
            .prepare_cached("DELETE FROM send WHERE id = ?1 RETURNING body")?
            .query_map([id], |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        dropped_with(transaction, dropped)
    })?;
    for body in bodies {
        delete_body(store, &body)?;
    }
    Ok(count > 0)
}

/// After rows were deleted: how many, and the bodies that go with them.
fn dropped_with(transaction: &Transaction, dropped: Vec<Option<String>>) -> rusqlite::Result<(usize, Vec<String>)> {
    transaction.execute("DELETE FROM pinned_send WHERE id NOT IN (SELECT id FROM send)", [])?;
    Ok((dropped.len(), unnamed(transaction, dropped)?))
}

/// One send.
///
/// # Errors
/// [`Error::Statement`].
pub fn get(store: &Store, id: i64) -> Result<Option<Row>, Error> {
    store.with("reading a send", |connection| {
        connection
            .prepare_cached(&format!("{SELECT} WHERE id = ?1"))?
            .query_row([id], read)
            .optional()
    })
}

/// Pins a send, so that it is kept however many follow, or lets it go.
///
/// # Errors
/// [`Error::Statement`].
pub fn pin(store: &Store, id: i64, pinned: bool) -> Result<(), Error> {
    let statement = if pinned {
        "INSERT OR IGNORE INTO pinned_send SELECT id FROM send WHERE id = ?1"
    } else {
        "DELETE FROM pinned_send WHERE id = ?1"
    };
    store.with("pinning a send", |connection| {
        connection.prepare_cached(statement)?.execute([id])?;
        Ok(())
    })
}

/// The numbers of the sends that are pinned.
///
/// # Errors
/// [`Error::Statement`].
pub fn pinned(store: &Store) -> Result<Vec<i64>, Error> {
    store.with("listing pinned sends", |connection| {
        connection
            .prepare_cached("SELECT id FROM pinned_send")?
            .query_map([], |row| row.get(0))?
            .collect()
    })
}

/// Forgets sends, whatever their workspace, with their bodies: those before `before_ms` that are not pinned, or, without
/// a moment, all of them. How many.
///
/// # Errors
/// [`Error::Statement`], [`Error::File`].
pub fn forget(store: &Store, before_ms: Option<i64>) -> Result<usize, Error> {
    let (count, bodies) = store.write("forgetting sends", |transaction| {
        let dropped: Vec<Option<String>> = transaction
            .prepare_cached(
                "DELETE FROM send WHERE ?1 IS NULL
                     OR (sent_ms < ?1 AND id NOT IN (SELECT id FROM pinned_send)) RETURNING body",
            )?
            .query_map([before_ms], |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        dropped_with(transaction, dropped)
    })?;
    for body in bodies {
        delete_body(store, &body)?;
    }
    Ok(count)
}

/// Deletes what is above `keep` rows; gives the bodies that no row names any more.
fn drop_old(transaction: &Transaction, workspace: &str, keep: usize) -> rusqlite::Result<Vec<String>> {
    let dropped: Vec<Option<String>> = transaction
        .prepare_cached(
            "DELETE FROM send WHERE id IN (
                SELECT id FROM send WHERE workspace = ?1 AND id NOT IN (SELECT id FROM pinned_send)
                ORDER BY id DESC LIMIT -1 OFFSET ?2) RETURNING body",
        )?
        .query_map((workspace, super::limit(keep)), |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    unnamed(transaction, dropped)
}

/// Those of the bodies of dropped rows that no other row names.
fn unnamed(transaction: &Transaction, dropped: Vec<Option<String>>) -> rusqlite::Result<Vec<String>> {
    let mut named = transaction.prepare_cached("SELECT EXISTS (SELECT 1 FROM send WHERE body = ?1)")?;
    let mut unnamed = Vec::new();
    for body in dropped.into_iter().flatten() {
        if !named.query_row([&body], |row| row.get::<_, bool>(0))? {
            unnamed.push(body);
        }
    }
    Ok(unnamed)
}

fn delete_body(store: &Store, name: &str) -> Result<(), Error> {
    // Only ever a file of the body folder, whatever the row says.
    let Some(name) = Path::new(name).file_name() else {
        return Ok(());
    };
    let path = store.body_folder().join(name);
    match std::fs::remove_file(&path) {
        Err(source) if source.kind() != ErrorKind::NotFound => Err(Error::File { path, source }),
        _ => Ok(()),
    }
}

fn read(row: &rusqlite::Row) -> rusqlite::Result<Row> {
    Ok(Row {
        id: row.get("id")?,
        workspace: row.get("workspace")?,
        connector: row.get("connector")?,
        request_path: row.get("request_path")?,
        sent_ms: row.get("sent_ms")?,
        method: row.get("method")?,
        url: row.get("url")?,
        status: row.get("status")?,
        time_ms: row.get("time_ms")?,
        detail: row.get("detail")?,
        body: row.get("body")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(workspace: &str, path: Option<&str>, body: Option<&str>) -> Row {
        Row {
            id: 0,
            workspace: workspace.into(),
            connector: "okta".into(),
            request_path: path.map(Into::into),
            sent_ms: 1_764_000_000_000,
            method: "GET".into(),
            url: "https://acme.example/api/v1/users/me".into(),
            status: Some(200),
            time_ms: 11.25,
            detail: "{}".into(),
            body: body.map(Into::into),
        }
    }

    #[test]
    fn sends_above_the_limit_go_with_their_bodies() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        std::fs::create_dir(store.body_folder()).unwrap();
        for name in ["1", "2", "shared"] {
            std::fs::write(store.body_folder().join(name), "{}").unwrap();
        }
        let outside = folder.path().join("outside");
        std::fs::write(&outside, "").unwrap();
        for body in [
            Some("1"),
            Some("../outside"),
            Some("missing"),
            Some("shared"),
            None,
            Some("shared"),
            Some("2"),
        ] {
            add(&store, &row("/w", None, body), 3).unwrap();
        }
        let left: Vec<_> = list(&store, "/w", None, 10)
            .unwrap()
            .into_iter()
            .map(|row| row.body)
            .collect();
        assert_eq!(left, [Some("2".into()), Some("shared".into()), None]);
        let mut files: Vec<_> = std::fs::read_dir(store.body_folder())
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        files.sort();
        assert_eq!(files, ["2", "shared"]);
        assert!(outside.exists());
    }

    #[test]
    fn old_sends_are_forgotten_but_for_pinned_ones_and_all_of_them_when_that_is_wanted() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        std::fs::create_dir(store.body_folder()).unwrap();
        for name in ["1", "2"] {
            std::fs::write(store.body_folder().join(name), "{}").unwrap();
        }
        let old = |body| Row {
            sent_ms: 1000,
            ..row("/w", None, Some(body))
        };
        let pinned_one = add(&store, &old("1"), 9).unwrap();
        pin(&store, pinned_one, true).unwrap();
        add(&store, &old("2"), 9).unwrap();
        let new = add(&store, &row("/other", None, None), 9).unwrap();
        assert_eq!(forget(&store, Some(2000)).unwrap(), 1);
        assert!(!store.body_folder().join("2").exists());
        assert!(get(&store, pinned_one).unwrap().is_some() && get(&store, new).unwrap().is_some());
        assert_eq!(forget(&store, None).unwrap(), 2);
        assert!(!store.body_folder().join("1").exists());
        assert_eq!(pinned(&store).unwrap(), [] as [i64; 0]);
    }

    #[test]
    fn sends_are_listed_by_workspace_and_request() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let id = add(&store, &row("/w", Some("requests/a.toml"), None), 9).unwrap();
        add(&store, &row("/w", None, None), 9).unwrap();
        add(&store, &row("/other", Some("requests/a.toml"), None), 9).unwrap();
        let of = |connector: &str| Row {
            connector: connector.into(),
            ..row("/w", Some("requests/b.toml"), None)
        };
        for connector in ["box", "okta", ""] {
            add(&store, &of(connector), 9).unwrap();
        }
        let expected = Row {
            id,
            ..row("/w", Some("requests/a.toml"), None)
        };
        assert_eq!(
            list(&store, "/w", Some(("okta", "requests/a.toml")), 10).unwrap(),
            std::slice::from_ref(&expected)
        );
        let connectors = list(&store, "/w", Some(("box", "requests/b.toml")), 10).unwrap();
        let connectors: Vec<_> = connectors.iter().map(|row| row.connector.as_str()).collect();
        assert_eq!(connectors, ["", "box"]);
        assert_eq!(list(&store, "/w", None, 10).unwrap().len(), 5);
        assert_eq!(get(&store, id).unwrap(), Some(expected));
        assert_eq!(get(&store, 999).unwrap(), None);
    }

    #[test]
    fn sends_are_chosen_by_what_they_were_and_forgotten_with_their_bodies() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        std::fs::create_dir(store.body_folder()).unwrap();
        std::fs::write(store.body_folder().join("1"), "{}").unwrap();
        let missing = Row {
            connector: "box".into(),
            url: "https://acme.example/Folders".into(),
            status: Some(404),
            sent_ms: 1000,
            ..row("/w", Some("requests/folders/get.toml"), Some("1"))
        };
        let one = add(&store, &missing, 9).unwrap();
        let two = add(&store, &row("/w", None, None), 9).unwrap();
        let three = add(&store, &row("/other", None, None), 9).unwrap();
        pin(&store, three, true).unwrap();
        let chosen = |chosen: &Chosen| -> Vec<(i64, bool)> {
            let found = search(&store, chosen, 9).unwrap();
            found.into_iter().map(|(row, pinned)| (row.id, pinned)).collect()
        };
        let every = Chosen::default();
        assert_eq!(chosen(&every), [(three, true), (two, false), (one, false)]);
        let of = |change: fn(&mut Chosen)| {
            let mut chosen = Chosen::default();
            change(&mut chosen);
            chosen
        };
        for picks_one in [
            of(|chosen| chosen.connector = Some("box".into())),
            of(|chosen| chosen.request = Some("folders/".into())),
            of(|chosen| chosen.url = Some("/folders".into())),
            of(|chosen| chosen.status = Some((400, 499))),
            of(|chosen| chosen.before_ms = Some(1001)),
        ] {
            assert_eq!(chosen(&picks_one), [(one, false)], "{picks_one:?}");
        }
        assert_eq!(
            chosen(&of(|chosen| chosen.workspace = Some("/other".into()))),
            [(three, true)]
        );
        assert_eq!(chosen(&of(|chosen| chosen.pinned = Some(true))), [(three, true)]);
        assert_eq!(search(&store, &every, 1).unwrap().len(), 1);

        let unpinned = of(|chosen| chosen.pinned = Some(false));
        assert_eq!(forget_chosen(&store, &unpinned).unwrap(), 2);
        assert!(!store.body_folder().join("1").exists());
        assert!(remove(&store, three).unwrap());
        assert!(!remove(&store, three).unwrap());
        assert_eq!((chosen(&every), pinned(&store).unwrap()), (vec![], vec![]));
    }

    #[test]
    fn a_pinned_send_stays_with_its_body_however_many_follow() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        std::fs::create_dir(store.body_folder()).unwrap();
        std::fs::write(store.body_folder().join("1"), "{}").unwrap();
        let first = add(&store, &row("/w", None, Some("1")), 2).unwrap();
        pin(&store, first, true).unwrap();
        pin(&store, first, true).unwrap();
        pin(&store, 999, true).unwrap();
        for _ in 0..5 {
            add(&store, &row("/w", None, None), 2).unwrap();
        }
        assert_eq!(pinned(&store).unwrap(), [first]);
        assert_eq!(list(&store, "/w", None, 10).unwrap().len(), 3);
        assert!(store.body_folder().join("1").exists());
        pin(&store, first, false).unwrap();
        add(&store, &row("/w", None, None), 2).unwrap();
        assert_eq!(get(&store, first).unwrap(), None);
        assert!(!store.body_folder().join("1").exists());
    }
}
