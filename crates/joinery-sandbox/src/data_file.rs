//! The data file: an org in `SQLite`, so that it is still there after this process, however that ends.
//!
//! Every change is in the file before the call that made it is answered, as one transaction in the write-ahead log.
//! What a killed process wrote last is either there or not, never half. The file is locked as long as it is open.

use std::fs::OpenOptions;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, ErrorCode, OptionalExtension, Transaction};

use crate::okta::oauth::jose::SigningKey;
use crate::rows::{self, Row};
use crate::state::Org;

/// Marks the file as ours: `JSBX`.
const APPLICATION: i32 = 0x4A53_4258;
/// The version of its layout.
const VERSION: i32 = 1;
/// The kind of the rows with the keys that sign tokens.
const SIGNING_KEY: &str = "signing key";

/// Why a data file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Another process has it open.
    #[error("{} is in use by another sandbox org", path.display())]
    InUse {
        /// The file.
        path: PathBuf,
    },
    /// It is some other file.
    #[error("{} is not a data file of the sandbox org", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// A later version wrote it.
    #[error("{} was written by a later version (layout {found}, this one knows {VERSION})", path.display())]
    Later {
        /// The file.
        path: PathBuf,
        /// The version of its layout.
        found: i32,
    },
    /// A row of it makes no sense.
    #[error("{} is damaged: {source}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: rows::Error,
    },
    /// The system or `SQLite` refused.
    #[error("cannot open {}: {reason}", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// What was said.
        reason: String,
    },
}

/// An open data file.
pub struct DataFile {
    path: PathBuf,
    writer: Mutex<Writer>,
    /// Whether the last change could not be written.
    behind: AtomicBool,
}

struct Writer {
    connection: Connection,
    /// Changes that could not be written; they go out with the next.
    waiting: Vec<Row>,
    /// What the system said about them.
    failure: Option<String>,
}

impl DataFile {
    /// Opens a file, or makes it; gives the org it holds, if it holds one.
    ///
    /// # Errors
    /// [`Error`].
    pub fn open(path: &Path) -> Result<(Self, Option<Org>), Error> {
        make(path)?;
        let said = |error: rusqlite::Error| described(path, &error);
        let connection = Connection::open(path).map_err(said)?;
        connection
            .pragma_update(None, "locking_mode", "EXCLUSIVE")
            .map_err(said)?;
        let (application, version, tables) = marks(&connection).map_err(said)?;
        if tables > 0 && application != APPLICATION {
            return Err(Error::Foreign { path: path.to_owned() });
        }
        if version > VERSION {
            return Err(Error::Later {
                path: path.to_owned(),
                found: version,
            });
        }
        connection.pragma_update(None, "journal_mode", "WAL").map_err(said)?;
        // What is in the log of SQLite outlives this process. After a power failure the last changes may be missing;
        // the file is whole all the same.
        connection.pragma_update(None, "synchronous", "NORMAL").map_err(said)?;
        let org = if version == VERSION {
            Some(read(&connection, path)?)
        } else {
            None
        };
        let writer = Writer {
            connection,
            waiting: Vec::new(),
            failure: None,
        };
        let file = Self {
            path: path.to_owned(),
            writer: Mutex::new(writer),
            behind: AtomicBool::new(false),
        };
        Ok((file, org))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What keeps changes from being written, if something does.
    pub fn failure(&self) -> Option<String> {
        if !self.behind.load(Ordering::Acquire) {
            return None;
        }
        self.writer().failure.clone()
    }

    /// Writes what changed in the org.
    pub fn keep(&self, org: &mut Org) {
        let rows = org.changed_rows();
        if rows.is_empty() && !self.behind.load(Ordering::Acquire) {
            return;
        }
        let mut writer = self.writer();
        writer.waiting.extend(rows);
        let outcome = writer.write(false);
        self.note(&mut writer, outcome);
    }

    /// Writes the whole org in place of the one that is in the file.
    pub fn rewrite(&self, org: &mut Org) {
        let mut writer = self.writer();
        writer.waiting = org.rows();
        let outcome = writer.write(true);
        self.note(&mut writer, outcome);
        // What is noted as changed is in the file now.
        drop(org.changed_rows());
    }

    /// A key that signs tokens: the one in the file, or a new one, kept. That of the org itself has no name.
    pub fn signing_key(&self, name: &str) -> SigningKey {
        if let Some(key) = self.kept_key(name) {
            return key;
        }
        // Made while nobody has to wait for the file: it takes a moment.
        let key = SigningKey::generate();
        let mut writer = self.writer();
        writer.waiting.push(Row {
            kind: SIGNING_KEY.into(),
            id: name.to_owned(),
            body: Some(key.to_text()),
        });
        let outcome = writer.write(false);
        self.note(&mut writer, outcome);
        key
    }

    fn kept_key(&self, name: &str) -> Option<SigningKey> {
        let query = "SELECT body FROM row WHERE kind = ?1 AND id = ?2";
        let writer = self.writer();
        let kept = writer
            .connection
            .query_row(query, [SIGNING_KEY, name], |row| row.get::<_, String>(0));
        SigningKey::from_text(&kept.optional().ok()??)
    }

    fn note(&self, writer: &mut Writer, outcome: Result<(), rusqlite::Error>) {
        writer.failure = outcome.err().map(|error| error.to_string());
        self.behind.store(writer.failure.is_some(), Ordering::Release);
    }

    fn writer(&self) -> MutexGuard<'_, Writer> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Writer {
    /// Writes what waits, in one transaction.
    fn write(&mut self, afresh: bool) -> Result<(), rusqlite::Error> {
        let transaction = self.connection.transaction()?;
        prepare(&transaction, afresh)?;
        {
            let mut put =
                transaction.prepare_cached("INSERT OR REPLACE INTO row (kind, id, body) VALUES (?1, ?2, ?3)")?;
            let mut remove = transaction.prepare_cached("DELETE FROM row WHERE kind = ?1 AND id = ?2")?;
            for Row { kind, id, body } in &self.waiting {
                match body {
                    Some(body) => put.execute((kind, id, body))?,
                    None => remove.execute((kind, id))?,
                };
            }
        }
        transaction.commit()?;
        self.waiting.clear();
        Ok(())
    }
}

/// Makes the table and the marks where the whole org is written; so a file without an org has no marks either.
fn prepare(transaction: &Transaction<'_>, afresh: bool) -> Result<(), rusqlite::Error> {
    if !afresh {
        return Ok(());
    }
    transaction.execute_batch(
        "CREATE TABLE IF NOT EXISTS row (kind TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL,
                                         PRIMARY KEY (kind, id)) WITHOUT ROWID",
    )?;
    transaction.execute("DELETE FROM row WHERE kind <> ?1", [SIGNING_KEY])?;
    transaction.pragma_update(None, "application_id", APPLICATION)?;
    transaction.pragma_update(None, "user_version", VERSION)
}

/// An empty file that its owner alone may read, where there is none: it will hold the secrets of clients.
fn make(path: &Path) -> Result<(), Error> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(Error::Open {
            path: path.to_owned(),
            reason: error.to_string(),
        }),
        _ => Ok(()),
    }
}

fn marks(connection: &Connection) -> Result<(i32, i32, i64), rusqlite::Error> {
    let number = |name: &str| connection.pragma_query_value(None, name, |row| row.get(0));
    let tables = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    Ok((number("application_id")?, number("user_version")?, tables))
}

fn read(connection: &Connection, path: &Path) -> Result<Org, Error> {
    let said = |error: rusqlite::Error| described(path, &error);
    let text = "SELECT kind, id, body FROM row WHERE kind <> ?1 ORDER BY kind, id";
    let mut statement = connection.prepare(text).map_err(said)?;
    let mut failure = None;
    let found = statement.query_map([SIGNING_KEY], |row| {
        Ok(Row {
            kind: row.get(0)?,
            id: row.get(1)?,
            body: row.get(2)?,
        })
    });
    let rows = found.map_err(said)?.map_while(|row| match row {
        Ok(row) => Some(row),
        Err(error) => {
            failure = Some(error);
            None
        }
    });
    let org = Org::from_rows(rows);
    if let Some(error) = failure {
        return Err(said(error));
    }
    org.map_err(|source| Error::Damaged {
        path: path.to_owned(),
        source,
    })
}

fn described(path: &Path, error: &rusqlite::Error) -> Error {
    let path = path.to_owned();
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Error::InUse { path },
        Some(ErrorCode::NotADatabase) => Error::Foreign { path },
        _ => Error::Open {
            path,
            reason: error.to_string(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Time;
    use crate::okta::event_kinds;
    use crate::options::Seed;
    use crate::seed;
    use crate::table::Noting;

    fn set_most_pages(file: &DataFile, most: u32) {
        let writer = file.writer();
        writer.connection.pragma_update(None, "max_page_count", most).unwrap();
    }

    #[test]
    fn what_a_full_disk_kept_out_goes_in_with_the_next_change() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("org.sqlite");
        let (file, kept) = DataFile::open(&path).unwrap();
        assert!(kept.is_none());
        let mut org = seed::org(&Seed::Empty, Time(0)).unwrap();
        file.rewrite(&mut org);
        org.set_noting(Noting {
            changes: true,
            past: false,
        });
        set_most_pages(&file, 1);
        for _ in 0..100 {
            org.record_job(Time(0), event_kinds::USER_CREATE, Vec::new(), None);
        }
        file.keep(&mut org);
        assert_eq!(file.failure().as_deref(), Some("database or disk is full"));
        set_most_pages(&file, 1_000_000);
        org.record_job(Time(0), event_kinds::USER_CREATE, Vec::new(), None);
        file.keep(&mut org);
        assert_eq!(file.failure(), None);
        drop(file);
        let (_, kept) = DataFile::open(&path).unwrap();
        assert_eq!(kept.unwrap().log.len(), 101);
    }

    #[test]
    fn a_damaged_row_and_a_later_layout_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("org.sqlite");
        let (file, _) = DataFile::open(&path).unwrap();
        file.rewrite(&mut seed::org(&Seed::Empty, Time(0)).unwrap());
        let change = |text: &str| file.writer().connection.execute_batch(text).unwrap();
        change("UPDATE row SET body = '{}' WHERE kind = 'group'");
        let fault = |file: DataFile| {
            drop(file);
            DataFile::open(&path).err().unwrap()
        };
        let said = fault(file).to_string();
        assert!(said.contains("org.sqlite is damaged: its row `00g"), "{said}");
        Connection::open(&path)
            .unwrap()
            .execute_batch("PRAGMA user_version = 7")
            .unwrap();
        assert!(matches!(
            DataFile::open(&path).err().unwrap(),
            Error::Later { found: 7, .. }
        ));
    }
}
