//! Export: what would go out, the checks it must pass, and writing it.

use std::{path::Path, sync::Arc, time::Instant};

mod requests;

pub use joinery_connector::export::Write;
pub use joinery_connector::package::{PackageList, Report, TestSummary};
use joinery_connector::{
    Connector, FileKind, Problem, Severity,
    export::{FORMATS, Format},
    package,
};
pub use requests::{RequestExport, RequestsExported, requests};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use ts_rs::TS;

use crate::{
    connectors,
    error::{Code, Error},
    host::milliseconds,
    studio::{Studio, version},
    tests::{self, TestOptions},
};

/// Kinds as the contents list names them.
const CONTENTS: &[(FileKind, &str)] = &[
    (FileKind::Manifest, "connector.toml"),
    (FileKind::Connection, "connection.rhai"),
    (FileKind::Action, "actions"),
    (FileKind::Trigger, "triggers"),
    (FileKind::Method, "methods"),
    (FileKind::Schema, "schemas"),
    (FileKind::PickList, "pick lists"),
    (FileKind::Request, "requests"),
    (FileKind::RequestFolder, "request folders"),
    (FileKind::Test, "tests"),
    (FileKind::Cassette, "recorded cassettes"),
    (FileKind::Story, "demo.toml"),
    (FileKind::Recording, "recordings of the demo"),
    (FileKind::Document, "documents"),
    (FileKind::Other, "other files"),
];

/// What the export dialog shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ExportPreview {
    /// The connector's id.
    pub id: String,
    /// Its version.
    pub version: String,
    /// The file name suggested.
    pub file_name: String,
    /// The folder suggested.
    pub folder: String,
    /// What goes in, by kind.
    pub contents: Vec<ExportGroup>,
    /// Files in all.
    pub files: u32,
    /// Bytes in all, before compression.
    pub size: u64,
    /// SHA-256 of the package as it would be written, lower-case hex.
    pub sha256: String,
    /// The checks.
    pub checks: Vec<ExportCheck>,
    /// Milliseconds the checks took.
    pub time_ms: f64,
}

/// Files of one kind in an export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ExportGroup {
    /// The kind.
    pub kind: FileKind,
    /// Its name on screen.
    pub label: String,
    /// How many files.
    pub files: u32,
    /// Bytes.
    pub size: u64,
}

/// One check of an export.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ExportCheck {
    /// Its name: `Scripts`, `Secret scan`.
    pub name: String,
    /// How it went.
    pub state: CheckState,
    /// What was found, in one line.
    pub detail: String,
    /// Where.
    pub problems: Vec<Problem>,
}

/// How a check went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
#[ts(export)]
pub enum CheckState {
    /// Nothing found.
    Passed,
    /// Something to look at; export goes on.
    Warning,
    /// Export refuses.
    Failed,
}

/// A written package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Exported {
    /// Where it is.
    pub path: String,
    /// Bytes.
    pub size: u64,
    /// SHA-256, lower-case hex.
    pub sha256: String,
}

/// What an export of a connector of the open workspace would hold, and its checks.
///
/// # Errors
/// [`Code::Usage`], [`Code::Invalid`].
pub async fn preview(studio: &Studio, connector: &str) -> Result<ExportPreview, Error> {
    let connector = connectors::in_workspace(studio, connector)?;
    let started = Instant::now();
    let (checks, tested) = checks(studio, &connector).await;
    let time_ms = milliseconds(started.elapsed());
    let bytes = package::pack(&connector, version(), tested)?;
    let contents = contents(&connector)?;
    let manifest = &connector.manifest;
    Ok(ExportPreview {
        id: manifest.id.clone(),
        version: manifest.version.clone(),
        file_name: (FORMATS[0].file_name)(&manifest.id, &manifest.version),
        folder: studio.workspace_folder()?.display().to_string(),
        files: contents.iter().map(|group| group.files).sum(),
        size: contents.iter().map(|group| group.size).sum(),
        contents,
        sha256: hex::encode(Sha256::digest(&bytes)),
        checks,
        time_ms,
    })
}

fn contents(connector: &Connector) -> Result<Vec<ExportGroup>, Error> {
    let mut groups = Vec::new();
    for (kind, label) in CONTENTS {
        let mut group = ExportGroup {
            kind: *kind,
            label: (*label).to_owned(),
            files: 0,
            size: 0,
        };
        for file in connector.of_kind(*kind) {
            group.files += 1;
            group.size += connector.text(&file.path)?.len() as u64;
        }
        if group.files > 0 {
            groups.push(group);
        }
    }
    Ok(groups)
}

/// Every check of an export, in the order shown, and how the tests went.
pub async fn checks(studio: &Studio, connector: &Arc<Connector>) -> (Vec<ExportCheck>, Option<TestSummary>) {
    let is_script = |path: &str| Path::new(path).extension().is_some_and(|end| end == "rhai");
    let (of_scripts, of_files): (Vec<Problem>, Vec<Problem>) = connectors::check(studio, connector)
        .into_iter()
        .partition(|problem| is_script(&problem.file));
    let scripts = connector.files.keys().filter(|path| is_script(path)).count();
    let files = connector.files.len();
    let others = counted(files - scripts, "other file");
    let (tests, summary) = run_tests(studio, connector).await;
    let checks = vec![
        check("Scripts", counted(scripts, "script"), of_scripts),
        check("Files", others, of_files),
        tests,
        check("Secret scan", counted(files, "file"), package::scan_secrets(connector)),
        documents(connector),
    ];
    (checks, summary)
}

/// The connector's cases, replayed.
async fn run_tests(studio: &Studio, connector: &Arc<Connector>) -> (ExportCheck, Option<TestSummary>) {
    let report = match tests::run(studio, connector, &TestOptions::default(), None, |_, _| ()).await {
        Ok(report) => report,
        Err(error) => {
            let problems = vec![problem(
                error.file.as_deref().unwrap_or("tests"),
                error.line,
                error.message,
                error.hint,
            )];
            return (check("Tests", "the cases cannot be read".to_owned(), problems), None);
        }
    };
    let failed = report.cases.iter().filter(|case| !case.ok).map(|case| {
        let message = case.message.as_deref().unwrap_or_default();
        let message = format!("{}: {message}", case.name);
        problem(
            &case.file,
            Some(case.line),
            message,
            Some("`joinery test` shows more.".to_owned()),
        )
    });
    let summary = TestSummary {
        passed: report.passed,
        failed: report.failed,
        skipped: report.skipped,
    };
    let skipped = match report.skipped {
        0 => String::new(),
        skipped => format!(", {skipped} not run"),
    };
    let cases = format!("{}{skipped}", counted(report.cases.len(), "case"));
    (check("Tests", cases, failed.collect()), Some(summary))
}

fn problem(file: &str, line: Option<u32>, message: String, hint: Option<String>) -> Problem {
    Problem {
        file: file.to_owned(),
        line: line.unwrap_or(0),
        column: 0,
        end_column: None,
        severity: Severity::Error,
        code: "test".to_owned(),
        message,
        hint,
    }
}

fn check(name: &str, looked_at: String, problems: Vec<Problem>) -> ExportCheck {
    let errors = problems
        .iter()
        .filter(|problem| problem.severity == Severity::Error)
        .count();
    let warnings = problems.len() - errors;
    let (state, found) = match (errors, warnings) {
        (0, 0) => (CheckState::Passed, "nothing found".to_owned()),
        (0, _) => (CheckState::Warning, counted(warnings, "warning")),
        (_, 0) => (CheckState::Failed, counted(errors, "error")),
        _ => (
            CheckState::Failed,
            format!("{}, {}", counted(errors, "error"), counted(warnings, "warning")),
        ),
    };
    ExportCheck {
        name: name.to_owned(),
        state,
        detail: format!("{looked_at}, {found}"),
        problems,
    }
}

/// Whether the README names every action and trigger.
fn documents(connector: &Connector) -> ExportCheck {
    let readme = connector.text("README.md").unwrap_or_default();
    let missing: Vec<&str> = connector
        .files
        .values()
        .filter(|file| matches!(file.kind, FileKind::Action | FileKind::Trigger))
        .map(|file| file.name.as_str())
        .filter(|name| !readme.contains(name))
        .collect();
    let (state, detail) = match missing.as_slice() {
        [] => (CheckState::Passed, "README names every action and trigger".to_owned()),
        names => (
            CheckState::Warning,
            format!("README does not mention {}", names.join(", ")),
        ),
    };
    ExportCheck {
        name: "Docs".to_owned(),
        state,
        detail,
        problems: Vec::new(),
    }
}

fn counted(count: usize, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}

/// The export format of that id.
///
/// # Errors
/// [`Code::Usage`] naming those that exist.
pub fn format(id: &str) -> Result<&'static Format, Error> {
    let known = || FORMATS.iter().map(|format| format.id);
    FORMATS
        .iter()
        .find(|format| format.id == id)
        .ok_or_else(|| Error::unknown("export format", id, known()))
}

/// Writes the package to `path`, after the checks. For formats that hold requests only see [`requests`].
///
/// # Errors
/// [`Code::Failed`] with the list of what is wrong; [`Code::Unavailable`].
pub async fn write(
    studio: &Studio,
    connector: &Arc<Connector>,
    format: &Format,
    path: &Path,
) -> Result<Exported, Error> {
    let (checks, tested) = checks(studio, connector).await;
    let failed: Vec<ExportCheck> = checks
        .into_iter()
        .filter(|check| check.state == CheckState::Failed)
        .collect();
    if let Some(first) = failed
        .iter()
        .flat_map(|check| &check.problems)
        .find(|problem| problem.severity == Severity::Error)
    {
        let said: Vec<String> = failed
            .iter()
            .map(|check| format!("{}: {}", check.name, check.detail))
            .collect();
        let place = Error::from(first.clone());
        return Err(Error {
            code: Code::Failed,
            message: format!("export refused. {}. First: {}", said.join("; "), place.message),
            hint: place
                .hint
                .or_else(|| Some("`joinery check` lists them all.".to_owned())),
            ..place
        });
    }
    let Write::Package(pack) = &format.write else {
        return Err(Error::new(Code::Usage, format!("{} is no package", format.label)));
    };
    written(path, &pack(connector, version(), tested)?)
}

/// Writes requests for another tool to `path`.
///
/// # Errors
/// [`Code::Unavailable`].
pub fn save(made: &RequestsExported, path: &Path) -> Result<Exported, Error> {
    written(path, made.text.as_bytes())
}

fn written(path: &Path, bytes: &[u8]) -> Result<Exported, Error> {
    joinery_connector::file::write(path, bytes)?;
    Ok(Exported {
        path: path.display().to_string(),
        size: bytes.len() as u64,
        sha256: hex::encode(Sha256::digest(bytes)),
    })
}

/// Checks a package; `key` is the minisign public key it must be signed with.
///
/// # Errors
/// [`Code::Unavailable`] when it cannot be read at all.
pub fn verify(path: &Path, key: Option<&str>) -> Result<Report, Error> {
    Ok(package::verify(path, key)?)
}
