//! The tables. One file each with its migrations, rows and queries, one line in the list.

pub mod connection;
pub mod cookie_jar;
pub mod delivery;
pub mod flow;
pub mod run;
pub mod send;
pub mod setting;
pub mod snapshot;
pub mod trigger;
pub mod waiting;
pub mod workspace;

/// A step of a table's history: the schema version it belongs to, and its SQL. Steps are never changed once released;
/// a change is a new step with the next version.
type Migration = (u32, &'static str);

/// Every table's steps.
const MIGRATIONS: &[&[Migration]] = &[
    connection::MIGRATIONS,
    cookie_jar::MIGRATIONS,
    delivery::MIGRATIONS,
    flow::MIGRATIONS,
    run::MIGRATIONS,
    send::MIGRATIONS,
    setting::MIGRATIONS,
    snapshot::MIGRATIONS,
    trigger::MIGRATIONS,
    waiting::MIGRATIONS,
    workspace::MIGRATIONS,
];

/// The newest schema version among them.
pub(crate) fn schema_version() -> u32 {
    steps().map(|(version, _)| *version).max().unwrap_or(0)
}

/// The SQL of every step newer than `found`, oldest first.
pub(crate) fn steps_after(found: u32) -> Vec<&'static str> {
    let mut steps: Vec<_> = steps().filter(|(version, _)| *version > found).collect();
    steps.sort_by_key(|(version, _)| *version);
    steps.into_iter().map(|(_, sql)| *sql).collect()
}

fn steps() -> impl Iterator<Item = &'static Migration> {
    MIGRATIONS.iter().copied().flatten()
}

/// A row count as `SQLite` takes it.
fn limit(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// JSON text of a column.
fn json<T: serde::de::DeserializeOwned>(row: &rusqlite::Row, column: &str) -> rusqlite::Result<T> {
    let index = row.as_ref().column_index(column)?;
    let text: String = row.get(index)?;
    serde_json::from_str(&text)
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(index, rusqlite::types::Type::Text, Box::new(error)))
}

/// A value as JSON text for a column.
fn json_text<T: serde::Serialize>(value: &T) -> rusqlite::Result<String> {
    serde_json::to_string(value).map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
}
