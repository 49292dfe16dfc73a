//! The cases as the window lists, shows and runs them.

use joinery_connector::{
    FileKind,
    cassette::Cassette,
    test_file::{Case, TestFile},
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{CaseName, CassetteView, Mode, TestOptions, TestReport, cassette, named};
use crate::{connections, connectors, error::Error, event::Event, studio::Studio};

/// A case in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct CaseView {
    /// The action or trigger.
    pub action: String,
    /// Its name.
    pub name: String,
    /// Its file.
    pub file: String,
    /// Its first line, from 1.
    pub line: u32,
    /// Its last line.
    pub last_line: u32,
    /// Whether it names a cassette.
    pub cassette: bool,
    /// Whether that cassette is there.
    pub recorded: bool,
    /// Whether its whole output must be the accepted one.
    pub snapshot: bool,
    /// Why it is not run.
    pub skip: Option<String>,
}

/// A case with all that is told about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct CaseDetail {
    /// The case as its file has it.
    pub source: String,
    /// What it is replayed with, where it names a cassette.
    pub cassette: Option<CassetteView>,
}

/// Cases to run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct RunTests {
    /// An id the caller chose; [`cancel`](crate::runs::cancel) takes it.
    pub id: String,
    /// The connector's folder.
    pub connector: String,
    /// Where answers come from.
    pub mode: Mode,
    /// Whom live cases talk to.
    pub connection: Option<String>,
    /// Which cases; all where none is named.
    pub cases: Vec<CaseName>,
    /// Whether outputs that differ from their snapshot become it.
    pub accept: bool,
}

/// Every case of a connector, by action and then in the order of its file.
///
/// # Errors
/// [`Code::Invalid`] for a file of cases that cannot be read.
pub fn list(studio: &Studio, connector: &str) -> Result<Vec<CaseView>, Error> {
    let connector = connectors::in_workspace(studio, connector)?;
    let mut views = Vec::new();
    for file in connector.of_kind(FileKind::Test) {
        let text = connector.text(&file.path)?;
        let (cases, _) = TestFile::parse(&text, &file.path)?;
        let begins = |case: &Case| first_line(&text, case);
        for (at, case) in cases.cases.iter().enumerate() {
            let next = cases.cases.get(at + 1).map_or(text.lines().count() + 1, begins);
            views.push(CaseView {
                action: file.name.clone(),
                name: case.name.clone(),
                file: file.path.clone(),
                line: u32::try_from(begins(case)).unwrap_or(u32::MAX),
                last_line: u32::try_from(next - 1).unwrap_or(u32::MAX),
                cassette: case.cassette.is_some(),
                recorded: cassette_path(&file.name, case).is_some_and(|path| connector.files.contains_key(&path)),
                snapshot: case.snapshot,
                skip: case.skip.clone(),
            });
        }
    }
    Ok(views)
}

/// One case, with its cassette.
///
/// # Errors
/// [`Code::Usage`] where there is none of that name; as [`list`].
pub fn detail(studio: &Studio, connector: &str, case: &CaseName) -> Result<CaseDetail, Error> {
    let listed = list(studio, connector)?;
    let connector = connectors::in_workspace(studio, connector)?;
    let task = named(&connector, case)?;
    let view = listed
        .iter()
        .find(|view| view.action == case.action && view.name == case.name)
        .ok_or_else(|| Error::unknown("case", &case.name, []))?;
    let text = connector.text(&view.file)?;
    let first = (view.line as usize).saturating_sub(1);
    let lines: Vec<&str> = text.lines().skip(first).take(view.last_line as usize - first).collect();
    Ok(CaseDetail {
        source: lines.join("\n").trim_end().to_owned(),
        cassette: match cassette_path(&task.script, &task.case) {
            Some(path) => Some(cassette::view(&connector, path)?),
            None => None,
        },
    })
}

/// Runs cases and tells of each as it ends, with [`Event::CaseTested`].
///
/// # Errors
/// As [`super::run`]; [`Code::Cancelled`] where it was stopped.
pub async fn run_shown(studio: &Studio, run: RunTests) -> Result<TestReport, Error> {
    let connector = connectors::in_workspace(studio, &run.connector)?;
    let (stop, _ended) = studio.running.begin(&run.id);
    let org = match (run.mode, &run.connection) {
        (Mode::Replay, _) | (_, None) => None,
        (_, Some(name)) => Some(connections::resolve(studio, &connector, Ok(name))?),
    };
    let options = TestOptions {
        mode: run.mode,
        accept: run.accept,
        coverage: true,
        only: run.cases,
        stop: stop.request,
        ..TestOptions::default()
    };
    super::run(studio, &connector, &options, org.as_ref(), |case, count| {
        studio.tell(Event::CaseTested {
            id: run.id.clone(),
            case: Box::new(case.clone()),
            of: u32::try_from(count).unwrap_or(u32::MAX),
        });
    })
    .await
}

/// The line of a case's `[[case]]`; what is known of it is where its name stands.
fn first_line(text: &str, case: &Case) -> usize {
    let lines: Vec<&str> = text.lines().take(case.line as usize).collect();
    let header = lines.iter().rposition(|line| line.trim_start().starts_with("[[case]]"));
    header.map_or(case.line as usize, |at| at + 1)
}

fn cassette_path(script: &str, case: &Case) -> Option<String> {
    case.cassette.as_ref().map(|name| Cassette::path(script, name))
}
