//! Opening the store: one `SQLite` file in WAL mode, migrated when it is opened.

use std::{
    fs::DirBuilder,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use rusqlite::{Connection, ErrorCode, OpenFlags, Transaction, TransactionBehavior, ffi};

use crate::{error::Error, table};

/// How long a statement waits for another process before it gives up.
const PATIENCE: Duration = Duration::from_secs(5);

/// Marks the file as ours in `SQLite`'s header: `JOIN` in ASCII.
const APPLICATION_ID: i32 = 0x4A4F_494E;

/// An open store. Calls block; `SQLite` serialises writers, in this process and others.
pub struct Store {
    pub(crate) connection: Mutex<Connection>,
    folder: PathBuf,
}

impl Store {
    /// Opens or makes `folder/joinery.db` and migrates it.
    ///
    /// # Errors
    /// [`Error::Open`], [`Error::TooNew`], [`Error::Locked`], [`Error::File`] when the folder cannot be made.
    pub fn open(folder: &Path) -> Result<Self, Error> {
        make_private_folder(folder)?;
        let path = folder.join("joinery.db");
        let connection = open_file(&path)?;
        Ok(Self {
            connection: Mutex::new(connection),
            folder: folder.to_owned(),
        })
    }

    /// Opens or makes a store in a file of its own and migrates it. Its folder must exist.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn open_at(path: &Path) -> Result<Self, Error> {
        Ok(Self {
            connection: Mutex::new(open_file(path)?),
            folder: path.parent().unwrap_or(Path::new("")).to_owned(),
        })
    }

    /// The folder it lives in.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where bodies of the history are kept.
    pub fn body_folder(&self) -> PathBuf {
        self.folder.join("bodies")
    }

    /// Runs `work` on the connection; `doing` completes the sentence "the store failed while ...".
    pub(crate) fn with<T>(
        &self,
        doing: &'static str,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, Error> {
        // A panic in another thread leaves no half-done work behind: its transaction was rolled back when it dropped.
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        work(&connection).map_err(|source| self.statement_error(doing, source))
    }

    /// Like [`Store::with`], as one transaction that takes the write lock at its start.
    pub(crate) fn write<T>(
        &self,
        doing: &'static str,
        work: impl FnOnce(&Transaction) -> rusqlite::Result<T>,
    ) -> Result<T, Error> {
        self.with(doing, |connection| {
            let transaction = Transaction::new_unchecked(connection, TransactionBehavior::Immediate)?;
            let done = work(&transaction)?;
            transaction.commit()?;
            Ok(done)
        })
    }

    fn statement_error(&self, doing: &'static str, source: rusqlite::Error) -> Error {
        if is_busy(&source) {
            Error::Locked {
                path: self.folder.join("joinery.db"),
            }
        } else {
            Error::Statement { doing, source }
        }
    }
}

/// Makes a folder only its owner can read: history and secrets live in it.
fn make_private_folder(folder: &Path) -> Result<(), Error> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(|source| Error::File {
        path: folder.to_owned(),
        source,
    })
}

fn open_file(path: &Path) -> Result<Connection, Error> {
    let fail = |source| open_error(path, source);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags).map_err(fail)?;
    connection.busy_timeout(PATIENCE).map_err(fail)?;
    let found = schema_version(&connection).map_err(fail)?;
    let known = table::schema_version();
    if found > known {
        return Err(Error::TooNew {
            path: path.to_owned(),
            found,
            known,
        });
    }
    if found == 0 {
        refuse_foreign(&connection).map_err(fail)?;
    }
    switch_to_wal(&connection).map_err(fail)?;
    connection.pragma_update(None, "synchronous", "NORMAL").map_err(fail)?;
    if found < known {
        migrate(&mut connection, known).map_err(fail)?;
    }
    Ok(connection)
}

fn schema_version(connection: &Connection) -> rusqlite::Result<u32> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

/// A database with tables but without our mark belongs to another program; migrating would write into it.
fn refuse_foreign(connection: &Connection) -> rusqlite::Result<()> {
    // One transaction, so that another process making the store at this moment is seen wholly or not at all.
    let (tables, mark): (i64, i32) = connection.query_row(
        "SELECT (SELECT count(*) FROM sqlite_schema), (SELECT application_id FROM pragma_application_id)",
        [],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    if tables > 0 && mark != APPLICATION_ID {
        return Err(rusqlite::Error::SqliteFailure(
            ffi::Error::new(ffi::SQLITE_NOTADB),
            None,
        ));
    }
    Ok(())
}

/// `SQLite` does not wait its busy timeout while the journal mode changes, so two programs that make the store at the
/// same moment would refuse each other.
fn switch_to_wal(connection: &Connection) -> rusqlite::Result<()> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match connection.pragma_update(None, "journal_mode", "WAL") {
            Err(error) if is_busy(&error) && Instant::now() < deadline => {
                std::thread::sleep(Duration::from_millis(2));
            }
            done => return done,
        }
    }
}

fn migrate(connection: &mut Connection, known: u32) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another process may have migrated while this one waited for the lock.
    let found = schema_version(&transaction)?;
    for sql in table::steps_after(found) {
        transaction.execute_batch(sql)?;
    }
    if found < known {
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.pragma_update(None, "user_version", known)?;
    }
    transaction.commit()
}

fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)
    )
}

fn open_error(path: &Path, source: rusqlite::Error) -> Error {
    let path = path.to_owned();
    match source.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Error::Locked { path },
        Some(ErrorCode::NotADatabase) => {
            let text = "the file is not a Joinery store; move it elsewhere and a new store is made";
            let code = ffi::Error::new(ffi::SQLITE_NOTADB);
            Error::Open {
                path,
                source: rusqlite::Error::SqliteFailure(code, Some(text.to_owned())),
            }
        }
        _ => Error::Open { path, source },
    }
}

#[cfg(test)]
#[path = "open_tests.rs"]
mod tests;
