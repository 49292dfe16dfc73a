//! Finding mistakes without running: syntax, unknown names and functions, wrong argument counts, fields no schema has.

mod asked;
mod fields;
mod finding;
pub(crate) mod flow;
mod hidden;
mod hooks;
mod lints;
mod literal;
mod output;
mod several;
mod walk;

use joinery_connector::{
    Connector, FileKind, Manifest, Problem, Severity,
    request::{RequestFolder, SavedRequest},
    story::Story,
    test_file::TestFile,
};

pub use finding::{Edit, Finding, QuickFix, fixed};

use crate::{
    error::{self, ScriptError},
    files::Files,
    limits::Limits,
    run::Scripts,
};

/// One script to be checked.
#[derive(Clone, Copy)]
pub struct Script<'a> {
    /// The files around it.
    pub files: &'a dyn Files,
    /// Its path.
    pub path: &'a str,
    /// What the editor holds.
    pub text: &'a str,
    /// What the connector says of itself.
    pub manifest: &'a Manifest,
}

/// Everything wrong or doubtful in a connector: its own problems, every script, request, schema and TOML file. Scripts
/// are given to `script`, with path and text.
pub fn connector(connector: &Connector, script: impl Fn(&str, &str) -> Vec<Finding>) -> Vec<Problem> {
    let mut problems = connector.problems.clone();
    for (path, found) in &connector.files {
        if !is_checked(path) {
            continue;
        }
        let text = match found.text.clone().map_or_else(|| connector.text(path), Ok) {
            Ok(text) => text,
            Err(joinery_connector::Error::Invalid { problem }) => {
                problems.push(*problem);
                continue;
            }
            Err(unreadable) => {
                problems.push(of_error(ScriptError::new("unreadable", unreadable.to_string(), path)));
                continue;
            }
        };
        problems.extend(problems_of(file(connector, path, &text, &script)));
    }
    // What the connector was read with may name a file's problem that its own check finds again.
    let mut seen = std::collections::HashSet::new();
    problems.retain(|problem| seen.insert(problem.clone()));
    problems.sort_by(|left, right| (&left.file, left.line, left.column).cmp(&(&right.file, right.line, right.column)));
    problems
}

/// Everything wrong or doubtful in one file of a connector, with what can be done about it; a script is given to `script`.
pub fn file(
    connector: &Connector,
    path: &str,
    text: &str,
    script: impl Fn(&str, &str) -> Vec<Finding>,
) -> Vec<Finding> {
    let plain = |problems: Vec<Problem>| problems.into_iter().map(Finding::from).collect();
    if !is_checked(path) {
        return Vec::new();
    }
    if has_extension(path, "json") {
        return plain(check_json(path, text).into_iter().collect());
    }
    if has_extension(path, "toml") {
        return plain(check_toml(connector, path, text));
    }
    let limit = Limits::default().file;
    if text.len() > limit {
        return plain(vec![of_error(error::file_too_large(path, text.len(), limit))]);
    }
    script(path, text)
}

/// The problems without what can be done about them.
pub fn problems_of(findings: Vec<Finding>) -> impl Iterator<Item = Problem> {
    findings.into_iter().map(|finding| finding.problem)
}

/// Everything wrong or doubtful in one script.
pub fn script(scripts: &Scripts, script: &Script) -> Vec<Finding> {
    match scripts.inner.compile(script.path, script.text) {
        Ok(ast) => {
            let mut found = walk::check(&scripts.inner, script, &ast);
            found.extend(hidden::check(scripts, script, &ast));
            found.extend(lints::check(scripts, script));
            found
        }
        Err(error) => {
            let found = several::mistakes(&scripts.inner, script.path, script.text, error);
            let problem = |(error, end_column)| Problem {
                end_column,
                ..of_error(error)
            };
            found.into_iter().map(problem).map(Finding::from).collect()
        }
    }
}

fn check_json(path: &str, text: &str) -> Option<Problem> {
    let error = serde_json::from_str::<serde_json::Value>(text).err()?;
    let message = error.to_string();
    let message = message.split(" at line ").next().unwrap_or_default();
    Some(Problem {
        line: error.line() as u32,
        column: error.column().max(1) as u32,
        ..of_error(ScriptError::new("json", format!("this is not JSON: {message}"), path))
    })
}

/// A saved request, what a folder shares, a file of cases, or the story of a demo.
fn check_toml(connector: &Connector, path: &str, text: &str) -> Vec<Problem> {
    let warnings = match FileKind::of(path).0 {
        FileKind::Request => SavedRequest::parse(text, path).map(|(_, warnings)| warnings),
        FileKind::RequestFolder => RequestFolder::parse(text, path).map(|(_, warnings)| warnings),
        FileKind::Story => Story::parse(text, path).map(|(story, mut problems)| {
            problems.extend(story.misfits(connector));
            problems
        }),
        _ => TestFile::parse(text, path).map(|(cases, mut problems)| {
            problems.extend(cases.misfits(connector, path));
            problems
        }),
    };
    warnings.unwrap_or_else(|problem| vec![problem])
}

/// Whether the check has anything to say about a file.
fn is_checked(path: &str) -> bool {
    has_extension(path, "rhai")
        || matches!(
            FileKind::of(path).0,
            FileKind::Schema | FileKind::Request | FileKind::RequestFolder | FileKind::Test | FileKind::Story
        )
}

/// The problem that stands for an error.
pub fn of_error(error: ScriptError) -> Problem {
    Problem {
        file: error.file,
        line: error.line,
        column: error.column,
        end_column: None,
        severity: Severity::Error,
        code: error.code,
        message: error.message,
        hint: error.hint,
    }
}

/// The column after the word or quoted text at a place; after the character itself where there is neither.
fn end_of_word(text: &str, line: u32, column: u32) -> Option<u32> {
    let line = text.lines().nth(line.checked_sub(1)? as usize)?;
    let rest = || line.chars().skip(column.saturating_sub(1) as usize);
    column.checked_sub(1)?;
    let length = match rest().next() {
        Some(quote @ ('"' | '`')) => rest().skip(1).position(|character| character == quote).map(|at| at + 2),
        _ => None,
    };
    let word = || {
        rest()
            .take_while(|character| character.is_alphanumeric() || *character == '_')
            .count()
    };
    Some(column + length.unwrap_or_else(word).max(1) as u32)
}

pub(crate) fn has_extension(path: &str, extension: &str) -> bool {
    std::path::Path::new(path)
        .extension()
        .is_some_and(|found| found == extension)
}
