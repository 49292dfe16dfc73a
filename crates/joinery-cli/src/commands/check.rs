//! `joinery check`: everything wrong or doubtful in a connector, or in the flows and connectors of a workspace, without
//! running anything.

use std::path::{Path, PathBuf};

use clap::Args;
use joinery_app::{Code, Connector, Error, Problem, Severity, connectors, flows};
use serde_json::{Value, json};

use crate::{
    Outcome,
    excerpt::{self, Finding},
    home, output,
};

/// What `joinery check` takes.
#[derive(Debug, Args)]
pub struct Arguments {
    /// A connector's folder or package, or a workspace with flows
    connector: PathBuf,
    /// Print the findings as JSON
    #[arg(long)]
    pub json: bool,
    /// Make the fixes that cannot change what a working script does
    #[arg(long)]
    fix: bool,
}

/// Prints every finding; an error among them fails the check.
pub fn run(arguments: &Arguments) -> Result<Outcome, Error> {
    let path = &arguments.connector;
    if flows::has_flows(path) {
        return workspace(arguments, path);
    }
    if arguments.fix {
        fix(path)?;
    }
    let (problems, files) = match connectors::open(path) {
        Ok(connector) => {
            let problems = connectors::check(&home::studio()?, &connector);
            show(arguments, path, &problems, Some(&connector))?;
            (problems, connector.files.len())
        }
        // A connector.toml that cannot be used is a finding like any other.
        Err(Error {
            code: Code::Invalid,
            message,
            hint,
            file: Some(file),
            line,
            column,
        }) => {
            let (line, column) = (line.unwrap_or(0), column.unwrap_or(0));
            let (severity, code) = (Severity::Error, "invalid".to_owned());
            let problems = vec![Problem {
                file,
                line,
                column,
                end_column: None,
                severity,
                code,
                message,
                hint,
            }];
            show(arguments, path, &problems, None)?;
            (problems, 1)
        }
        Err(error) => return Err(error),
    };
    Ok(sum_up(arguments, &problems, files))
}

/// The flows of a workspace, and every connector in it.
fn workspace(arguments: &Arguments, path: &Path) -> Result<Outcome, Error> {
    let studio = home::studio()?;
    let flows = flows::open(path)?;
    let (mut problems, mut files) = (flows.check(&studio), flows.files());
    for connector in flows.connectors() {
        if arguments.fix && connector.root.is_dir() {
            fix(&connector.root)?;
        }
        let below = connector.root.strip_prefix(path).unwrap_or(&connector.root);
        let found = connectors::check(&studio, connector).into_iter();
        problems.extend(found.map(|problem| Problem {
            file: below.join(&problem.file).display().to_string(),
            ..problem
        }));
        files += connector.files.len();
    }
    show(arguments, path, &problems, None)?;
    Ok(sum_up(arguments, &problems, files))
}

fn sum_up(arguments: &Arguments, problems: &[Problem], files: usize) -> Outcome {
    let is_error = |problem: &&Problem| problem.severity == Severity::Error;
    let errors = problems.iter().filter(is_error).count();
    if !arguments.json {
        output::note(&summary(errors, problems.len() - errors, files));
    }
    if errors == 0 { Outcome::Done } else { Outcome::Failed }
}

/// Makes the safe fixes. A connector that cannot be opened is left to the check, which says why.
fn fix(path: &Path) -> Result<(), Error> {
    let Ok(connector) = connectors::open(path) else {
        return Ok(());
    };
    let mut made = 0;
    for (file, text, count) in connectors::fixes(&home::studio()?, &connector)? {
        connectors::write(&connector, &file, &text)?;
        made += count;
    }
    output::note(&format!("fixed {}", output::count(made, "problem")));
    Ok(())
}

fn show(arguments: &Arguments, path: &Path, problems: &[Problem], connector: Option<&Connector>) -> Result<(), Error> {
    if arguments.json {
        return output::json(&problems.iter().map(shape).collect::<Vec<Value>>());
    }
    for problem in problems {
        let text = match connector {
            Some(connector) => connector.text(&problem.file).ok().map(|text| text.to_string()),
            None => std::fs::read_to_string(path.join(&problem.file)).ok(),
        };
        let finding = Finding {
            file: &path.join(&problem.file).display().to_string(),
            line: problem.line,
            column: problem.column,
            end_column: problem.end_column,
            is_error: problem.severity == Severity::Error,
            code: &problem.code,
            message: &problem.message,
            hint: problem.hint.as_deref(),
        };
        output::line(excerpt::render(&finding, text.as_deref()).trim_end())?;
    }
    Ok(())
}

/// A finding as `docs/schemas/check.json` says.
fn shape(problem: &Problem) -> Value {
    json!({
        "file": problem.file,
        "line": problem.line,
        "column": problem.column,
        "severity": problem.severity,
        "code": problem.code,
        "message": problem.message,
        "hint": problem.hint,
    })
}

fn summary(errors: usize, warnings: usize, files: usize) -> String {
    let files = output::count(files, "file");
    match (errors, warnings) {
        (0, 0) => format!("{}no problems{:#} in {files}", output::GOOD, output::GOOD),
        _ => format!(
            "{}, {} in {files}",
            output::count(errors, "error"),
            output::count(warnings, "warning")
        ),
    }
}
