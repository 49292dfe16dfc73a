//! Flows: an event is a run, a run is made of steps. What is kept of a step is what lets a run go on after a crash.

use rusqlite::{OptionalExtension, Row as SqlRow};
use serde_json::Value;

use crate::{Store, error::Error};

/// The table's history.
pub(crate) const MIGRATIONS: &[super::Migration] = &[(
    7,
    "CREATE TABLE flow_run (
        id TEXT PRIMARY KEY,
        workspace TEXT NOT NULL,
        flow TEXT NOT NULL,
        event_key TEXT NOT NULL,
        event TEXT NOT NULL,
        connections TEXT NOT NULL,
        status TEXT NOT NULL,
        error TEXT NOT NULL DEFAULT 'null',
        console TEXT NOT NULL DEFAULT '[]',
        owner TEXT,
        created_ms INTEGER NOT NULL,
        updated_ms INTEGER NOT NULL,
        due_ms INTEGER,
        UNIQUE (workspace, flow, event_key)
    ) STRICT;
    CREATE INDEX flow_run_by_status ON flow_run (workspace, status, created_ms);
    CREATE TABLE flow_step (
        run TEXT NOT NULL,
        number INTEGER NOT NULL,
        call TEXT NOT NULL,
        key TEXT NOT NULL,
        state TEXT NOT NULL,
        output TEXT NOT NULL DEFAULT 'null',
        tries INTEGER NOT NULL DEFAULT 0,
        file TEXT NOT NULL,
        line INTEGER NOT NULL,
        begun_ms INTEGER NOT NULL,
        time_ms REAL,
        PRIMARY KEY (run, number)
    ) STRICT;
    CREATE UNIQUE INDEX flow_step_by_key ON flow_step (key)",
)];

/// How long runs that are done are kept, in milliseconds: 30 days, as long as the dedupe keys of events.
const KEPT_MS: i64 = 30 * 24 * 60 * 60 * 1000;

/// How a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Nobody works on it yet, or any more: it is next.
    Pending,
    /// A process works on it.
    Running,
    /// It waits for a person's answer.
    Asking,
    /// Its handler has ended: the event is acknowledged.
    Done,
    /// Its handler failed.
    Failed,
    /// A step was under way when the process ended, and may or may not have been done.
    InDoubt,
}

impl Status {
    const ALL: [(Self, &'static str); 6] = [
        (Self::Pending, "pending"),
        (Self::Running, "running"),
        (Self::Asking, "asking"),
        (Self::Done, "done"),
        (Self::Failed, "failed"),
        (Self::InDoubt, "in_doubt"),
    ];

    /// Its word.
    pub fn word(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(status, _)| *status == self)
            .map_or("", |(_, word)| word)
    }
}

/// How a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It was begun, and has not ended that anyone knows of.
    Begun,
    /// It waits for a person's answer.
    Asked,
    /// It has ended; `output` is what it gave.
    Done,
    /// It failed; `output` is the failure.
    Failed,
}

impl State {
    const ALL: [(Self, &'static str); 4] = [
        (Self::Begun, "begun"),
        (Self::Asked, "asked"),
        (Self::Done, "done"),
        (Self::Failed, "failed"),
    ];

    /// Its word.
    pub fn word(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(state, _)| *state == self)
            .map_or("", |(_, word)| word)
    }
}

/// One event that a flow handles.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// Its id.
    pub id: String,
    /// The workspace's folder.
    pub workspace: String,
    /// The flow's file: `flows/onboarding.rhai`.
    pub flow: String,
    /// What tells the event from others of this flow.
    pub event_key: String,
    /// The event.
    pub event: Value,
    /// The connections it was begun with, by connector.
    pub connections: Value,
    /// How it stands.
    pub status: Status,
    /// What its handler failed with, or why it is in doubt; null otherwise.
    pub error: Value,
    /// The console of its last stretch.
    pub console: Value,
    /// The process that works on it.
    pub owner: Option<String>,
    /// When the event came, in milliseconds since 1970.
    pub created_ms: i64,
    /// When it last changed.
    pub updated_ms: i64,
    /// When what it waits for counts as refused.
    pub due_ms: Option<i64>,
}

/// One step of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Whose step it is.
    pub run: String,
    /// Which, from 1.
    pub number: u32,
    /// What it does.
    pub call: Value,
    /// What is known outside of it: the idempotency key of an action, the id of an approval.
    pub key: String,
    /// How it stands.
    pub state: State,
    /// Its output or failure.
    pub output: Value,
    /// How often it was run.
    pub tries: u32,
    /// The script's file that asked for it.
    pub file: String,
    /// The line.
    pub line: u32,
    /// When it was begun, in milliseconds since 1970.
    pub begun_ms: i64,
    /// How long it took.
    pub time_ms: Option<f64>,
}

/// Keeps new events as runs that are next; which of them were new. All or none are kept.
///
/// # Errors
/// [`Error::Statement`].
pub fn add(store: &Store, runs: &[Run]) -> Result<Vec<bool>, Error> {
    store.write("keeping events of a flow", |transaction| {
        let mut insert = transaction.prepare_cached(
            "INSERT OR IGNORE INTO flow_run
                 (id, workspace, flow, event_key, event, connections, status, owner, created_ms, updated_ms)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9)",
        )?;
        let mut new = Vec::with_capacity(runs.len());
        for run in runs {
            let added = insert.execute((
                &run.id,
                &run.workspace,
                &run.flow,
                &run.event_key,
                super::json_text(&run.event)?,
                super::json_text(&run.connections)?,
                run.status.word(),
                &run.owner,
                run.created_ms,
            ))?;
            new.push(added == 1);
        }
        Ok(new)
    })
}

/// Takes the oldest event that is next for `owner`, of a flow that nobody works on: a flow handles its events in order.
///
/// # Errors
/// [`Error::Statement`].
pub fn claim_next(store: &Store, workspace: &str, owner: &str, now_ms: i64) -> Result<Option<Run>, Error> {
    // Asked several times a second while nothing happens: only a write takes the lock from others.
    if count(store, workspace, Status::Pending)? == 0 {
        return Ok(None);
    }
    store.write("taking the next event of a flow", |transaction| {
        transaction
            .prepare_cached(
                "UPDATE flow_run SET status = 'running', owner = ?2, updated_ms = ?3
                 WHERE id = (
                     SELECT id FROM flow_run AS next
                     WHERE workspace = ?1 AND status = 'pending' AND NOT EXISTS (
                         SELECT 1 FROM flow_run AS busy
                         WHERE busy.workspace = ?1 AND busy.status = 'running' AND busy.flow = next.flow
                     )
                     ORDER BY created_ms, rowid LIMIT 1
                 ) RETURNING *",
            )?
            .query_row((workspace, owner, now_ms), read_run)
            .optional()
    })
}

/// Takes one run for `owner`, unless a process works on it.
///
/// # Errors
/// [`Error::Statement`].
pub fn claim(store: &Store, id: &str, owner: &str, now_ms: i64) -> Result<Option<Run>, Error> {
    store.write("taking a run of a flow", |transaction| {
        transaction
            .prepare_cached(
                "UPDATE flow_run SET status = 'running', owner = ?2, updated_ms = ?3
                 WHERE id = ?1 AND status <> 'running' RETURNING *",
            )?
            .query_row((id, owner, now_ms), read_run)
            .optional()
    })
}

/// Keeps how a run that was worked on stands now.
///
/// # Errors
/// [`Error::Statement`].
pub fn settle(
    store: &Store,
    id: &str,
    status: Status,
    error: &Value,
    console: &Value,
    due_ms: Option<i64>,
    now_ms: i64,
) -> Result<(), Error> {
    store.write("keeping how a run of a flow stands", |transaction| {
        // An answer may have come while the run was about to wait for it.
        let answered = status == Status::Asking
            && !transaction
                .prepare_cached("SELECT 1 FROM flow_step WHERE run = ?1 AND state = 'asked'")?
                .exists([id])?;
        let status = if answered { Status::Pending } else { status };
        transaction
            .prepare_cached(
                "UPDATE flow_run SET status = ?2, error = ?3, console = ?4, due_ms = ?5, updated_ms = ?6, owner = NULL
                 WHERE id = ?1",
            )?
            .execute((
                id,
                status.word(),
                super::json_text(error)?,
                super::json_text(console)?,
                due_ms,
                now_ms,
            ))?;
        Ok(())
    })
}

/// Makes a run that stands still the next again; the steps from `from` on are forgotten. False where it is being worked
/// on, or there is none.
///
/// # Errors
/// [`Error::Statement`].
pub fn again(store: &Store, id: &str, from: u32, now_ms: i64) -> Result<bool, Error> {
    store.write("running a flow again", |transaction| {
        let changed = transaction
            .prepare_cached(
                "UPDATE flow_run SET status = 'pending', error = 'null', due_ms = NULL, updated_ms = ?2
                 WHERE id = ?1 AND status <> 'running'",
            )?
            .execute((id, now_ms))?;
        if changed == 1 {
            transaction
                .prepare_cached("DELETE FROM flow_step WHERE run = ?1 AND number >= ?2")?
                .execute((id, from))?;
        }
        Ok(changed == 1)
    })
}

/// Gives back the runs of processes that have ended: they are next again. How many those were.
///
/// # Errors
/// [`Error::Statement`].
pub fn give_back(store: &Store, is_gone: impl Fn(&str) -> bool) -> Result<usize, Error> {
    store.write("giving back runs of flows", |transaction| {
        let mut select = transaction
            .prepare_cached("SELECT DISTINCT owner FROM flow_run WHERE status = 'running' AND owner IS NOT NULL")?;
        let owners: Vec<String> = select.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
        let mut given = 0;
        for owner in owners.iter().filter(|owner| is_gone(owner)) {
            given += transaction
                .prepare_cached(
                    "UPDATE flow_run SET status = 'pending', owner = NULL WHERE status = 'running' AND owner = ?1",
                )?
                .execute([owner])?;
        }
        Ok(given)
    })
}

/// Answers the approval of that key, and makes its run the next. False where nothing waits for it.
///
/// # Errors
/// [`Error::Statement`].
pub fn answer(store: &Store, key: &str, answer: &Value, now_ms: i64) -> Result<bool, Error> {
    store.write("answering an approval", |transaction| {
        let run: Option<String> = transaction
            .prepare_cached(
                "UPDATE flow_step SET state = 'done', output = ?2, time_ms = ?3 - begun_ms
                 WHERE key = ?1 AND state IN ('asked', 'begun') RETURNING run",
            )?
            .query_row((key, super::json_text(answer)?, now_ms), |row| row.get(0))
            .optional()?;
        let Some(run) = run else { return Ok(false) };
        transaction
            .prepare_cached(
                "UPDATE flow_run SET status = 'pending', due_ms = NULL, updated_ms = ?2
                 WHERE id = ?1 AND status = 'asking'",
            )?
            .execute((&run, now_ms))?;
        Ok(true)
    })
}

/// Keeps that a person has been asked. False where they have answered already.
///
/// # Errors
/// [`Error::Statement`].
pub fn ask(store: &Store, key: &str) -> Result<bool, Error> {
    store.with("keeping that a person was asked", |connection| {
        let changed = connection
            .prepare_cached("UPDATE flow_step SET state = 'asked' WHERE key = ?1 AND state = 'begun'")?
            .execute([key])?;
        Ok(changed == 1)
    })
}

/// The keys of approvals that were not answered in time.
///
/// # Errors
/// [`Error::Statement`].
pub fn overdue(store: &Store, now_ms: i64) -> Result<Vec<String>, Error> {
    store.with("looking for approvals that were not answered", |connection| {
        connection
            .prepare_cached(
                "SELECT flow_step.key FROM flow_run JOIN flow_step ON flow_step.run = flow_run.id
                 WHERE flow_run.status = 'asking' AND flow_run.due_ms <= ?1 AND flow_step.state = 'asked'",
            )?
            .query_map([now_ms], |row| row.get(0))?
            .collect()
    })
}

/// The run of that id.
///
/// # Errors
/// [`Error::Statement`].
pub fn get(store: &Store, id: &str) -> Result<Option<Run>, Error> {
    store.with("reading a run of a flow", |connection| {
        connection
            .prepare_cached("SELECT * FROM flow_run WHERE id = ?1")?
            .query_row([id], read_run)
            .optional()
    })
}

/// The latest runs of a workspace, newest first; of one flow, where it is named.
///
/// # Errors
/// [`Error::Statement`].
pub fn list(store: &Store, workspace: &str, flow: Option<&str>, count: usize) -> Result<Vec<Run>, Error> {
    store.with("reading the runs of flows", |connection| {
        connection
            .prepare_cached(
                "SELECT * FROM flow_run WHERE workspace = ?1 AND (?2 IS NULL OR flow = ?2)
                 ORDER BY created_ms DESC, rowid DESC LIMIT ?3",
            )?
            .query_map((workspace, flow, super::limit(count)), read_run)?
            .collect()
    })
}

/// How many runs of a workspace stand so.
///
/// # Errors
/// [`Error::Statement`].
pub fn count(store: &Store, workspace: &str, status: Status) -> Result<u32, Error> {
    store.with("counting runs of flows", |connection| {
        connection
            .prepare_cached("SELECT count(*) FROM flow_run WHERE workspace = ?1 AND status = ?2")?
            .query_row((workspace, status.word()), |row| row.get(0))
    })
}

/// The steps of a run, in order.
///
/// # Errors
/// [`Error::Statement`].
pub fn steps(store: &Store, run: &str) -> Result<Vec<Step>, Error> {
    store.with("reading the steps of a run", |connection| {
        connection
            .prepare_cached("SELECT * FROM flow_step WHERE run = ?1 ORDER BY number")?
            .query_map([run], read_step)?
            .collect()
    })
}

/// Keeps a step, in place of what was kept under its number.
///
/// # Errors
/// [`Error::Statement`].
pub fn put_step(store: &Store, step: &Step) -> Result<(), Error> {
    store.with("keeping a step of a flow", |connection| {
        connection
            .prepare_cached(
                "INSERT OR REPLACE INTO flow_step
                     (run, number, call, key, state, output, tries, file, line, begun_ms, time_ms)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
            )?
            .execute((
                &step.run,
                step.number,
                super::json_text(&step.call)?,
                &step.key,
                step.state.word(),
                super::json_text(&step.output)?,
                step.tries,
                &step.file,
                step.line,
                step.begun_ms,
                step.time_ms,
            ))?;
        Ok(())
    })
}

/// Forgets runs that are done and old.
///
/// # Errors
/// [`Error::Statement`].
pub fn forget_old(store: &Store, now_ms: i64) -> Result<(), Error> {
    store.write("forgetting old runs of flows", |transaction| {
        let before = now_ms - KEPT_MS;
        transaction.execute(
            "DELETE FROM flow_step WHERE run IN (SELECT id FROM flow_run WHERE status = 'done' AND updated_ms < ?1)",
            [before],
        )?;
        transaction.execute(
            "DELETE FROM flow_run WHERE status = 'done' AND updated_ms < ?1",
            [before],
        )?;
        Ok(())
    })
}

fn read_run(row: &SqlRow) -> rusqlite::Result<Run> {
    Ok(Run {
        id: row.get("id")?,
        workspace: row.get("workspace")?,
        flow: row.get("flow")?,
        event_key: row.get("event_key")?,
        event: super::json(row, "event")?,
        connections: super::json(row, "connections")?,
        status: word(row, "status", &Status::ALL)?,
        error: super::json(row, "error")?,
        console: super::json(row, "console")?,
        owner: row.get("owner")?,
        created_ms: row.get("created_ms")?,
        updated_ms: row.get("updated_ms")?,
        due_ms: row.get("due_ms")?,
    })
}

fn read_step(row: &SqlRow) -> rusqlite::Result<Step> {
    Ok(Step {
        run: row.get("run")?,
        number: row.get("number")?,
        call: super::json(row, "call")?,
        key: row.get("key")?,
        state: word(row, "state", &State::ALL)?,
        output: super::json(row, "output")?,
        tries: row.get("tries")?,
        file: row.get("file")?,
        line: row.get("line")?,
        begun_ms: row.get("begun_ms")?,
        time_ms: row.get("time_ms")?,
    })
}

/// What the word in a column stands for.
fn word<T: Copy>(row: &SqlRow, column: &str, known: &[(T, &str)]) -> rusqlite::Result<T> {
    let index = row.as_ref().column_index(column)?;
    let found: String = row.get(index)?;
    known
        .iter()
        .find(|(_, word)| *word == found)
        .map(|(meant, _)| *meant)
        .ok_or_else(|| {
            let error = format!("`{found}` is no {column}").into();
            rusqlite::Error::FromSqlConversionFailure(index, rusqlite::types::Type::Text, error)
        })
}

#[cfg(test)]
#[path = "flow_tests.rs"]
mod tests;
