//! *Save as test*: a run just shown, as a case with its cassette.

use std::path::Path;

use joinery_connector::{
    Connector,
    cassette::{self, Cassette},
    test_file::{NewCase, TestFile, file_name},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

use super::{case, recording};
use crate::{
    connectors,
    error::{Code, Error},
    files::FileRef,
    runs::{self, Kept},
    studio::Studio,
    versions,
};

/// Which run to keep, under what name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SaveTest {
    /// The run's number in the history.
    #[ts(type = "number")]
    pub number: i64,
    /// What the case shows.
    pub name: String,
}

/// Where the case is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SavedTest {
    /// The file of the case.
    pub file: FileRef,
    /// Its line, from 1.
    pub line: u32,
}

/// Adds a case to `tests/ACTION.toml`, with the run's input, its exchanges as a cassette, and its output as the accepted
/// one (or its error as the expected one). The case is replayed before anything is written.
///
/// # Errors
/// [`Code::Usage`] for a run that is no longer kept or a name that is taken, [`Code::Failed`] where the run cannot be
/// replayed.
pub async fn save(studio: &Studio, wanted: &SaveTest) -> Result<SavedTest, Error> {
    let run = runs::kept(studio, wanted.number).ok_or_else(|| {
        Error::new(Code::Usage, format!("run {} is no longer kept", wanted.number))
            .with_hint("Run the action again, then save it as a test.")
    })?;
    let name = wanted.name.trim();
    if name.is_empty() {
        return Err(Error::new(Code::Usage, "a case needs a name").with_hint("Say what it shows."));
    }
    let connector = connectors::in_workspace(studio, &run.connector)?;
    if !connector.files.contains_key(&run.file) {
        let message = format!(
            "`{}` is no action of this connector: every connector has it",
            run.action
        );
        return Err(Error::new(Code::Usage, message).with_hint("Test an action of the connector's own."));
    }
    let file = format!("tests/{}.toml", run.action);
    let before = connector.text(&file).map(|text| text.to_string()).unwrap_or_default();
    let performed = &run.performed;
    let mut made = NewCase {
        name: name.to_owned(),
        input: performed.input.clone(),
        config: performed.config.clone(),
        cursor: run.cursor.clone(),
        cassette: None,
        error: performed.outcome.result.as_ref().err().map(|error| error.code.clone()),
        expect: Vec::new(),
    };
    let take = recording::Take::of(&run.connection, performed);
    let cassette = recording::cassette(&connector, &take, texts(&made))?;
    let shown = cassette.render();
    for part in [&mut made.input, &mut made.config] {
        cassette::shown_input(&performed.given, &shown, part);
    }
    let output = replayed(studio, &connector, &run, &made, &cassette).await?;
    let cassette = (!cassette.exchanges.is_empty()).then_some(cassette);
    made.cassette = cassette.as_ref().map(|_| free_name(&connector, &run.action, name));
    let after = TestFile::with_case(&before, &file, &made).map_err(Error::from)?;
    write(&connector.root, &run.action, &made, cassette.as_ref(), output.as_ref())?;
    versions::write(studio, &connector.root.join(&file), &after)?;
    let (cases, _) = TestFile::parse(&after, &file)?;
    Ok(SavedTest {
        line: cases.cases.last().map_or(1, |case| case.line),
        file: FileRef {
            connector: run.connector.clone(),
            path: file,
        },
    })
}

fn texts(made: &NewCase) -> Vec<String> {
    let case = joinery_connector::test_file::Case {
        name: made.name.clone(),
        input: made.input.clone(),
        config: made.config.clone(),
        cursor: made.cursor.clone(),
        ..Default::default()
    };
    case.texts()
}

/// What the run gives when it is replayed: the same, with what is masked in it; nothing where it is to fail.
async fn replayed(
    studio: &Studio,
    connector: &std::sync::Arc<Connector>,
    run: &Kept,
    made: &NewCase,
    cassette: &Cassette,
) -> Result<Option<Value>, Error> {
    let mut performance = recording::replay(studio, connector, &run.file, cassette);
    performance.input = made.input.clone();
    performance.config = made.config.clone();
    performance.cursor = made.cursor.clone();
    let client = performance.client.clone();
    let again = runs::perform(studio, performance).await?;
    let misses = client
        .as_ref()
        .and_then(joinery_http::Client::recording)
        .map(joinery_http::Recording::misses)
        .unwrap_or_default();
    let cannot = |why: String| {
        Error::new(Code::Failed, format!("this run cannot be replayed: {why}")).with_hint(
            "What is masked may decide what the script does: `keep` in [tests] of connector.toml leaves a member alone.",
        )
    };
    if let Some(miss) = misses.first() {
        return Err(cannot(miss.message()));
    }
    match (again.outcome.result, &run.performed.outcome.result) {
        (Ok(output), Ok(_)) => Ok(Some(output)),
        (Err(error), Err(before)) if error.code == before.code => Ok(None),
        (Err(error), _) => Err(cannot(error.message)),
        (Ok(_), Err(before)) => Err(cannot(format!("it does not fail with {} again", before.code))),
    }
}

/// The case's name as that of a cassette that does not exist yet.
fn free_name(connector: &Connector, action: &str, name: &str) -> String {
    let name = file_name(name);
    let taken = |name: &String| connector.files.contains_key(&Cassette::path(action, name));
    let numbered = (2..).map(|number| format!("{}_{number}", name.chars().take(60).collect::<String>()));
    std::iter::once(name.clone())
        .chain(numbered)
        .find(|name| !taken(name))
        .expect("numbers do not end")
}

fn write(
    root: &Path,
    action: &str,
    made: &NewCase,
    cassette: Option<&Cassette>,
    output: Option<&Value>,
) -> Result<(), Error> {
    if let (Some(cassette), Some(name)) = (cassette, &made.cassette) {
        let path = root.join(Cassette::path(action, name));
        joinery_connector::file::write(&path, cassette.render().as_bytes())?;
    }
    match output {
        Some(output) => case::accept(root, &case::snapshot_path(action, &made.name), output),
        None => Ok(()),
    }
}
