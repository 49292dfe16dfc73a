//! Finding mistakes without running: syntax, unknown names and functions, wrong argument counts, fields no schema has.

use joinery_connector::{Connector, Problem};

use crate::run::Scripts;

/// Everything wrong or doubtful in a connector: its own problems, every script, request, schema and TOML file.
pub fn check(scripts: &Scripts, connector: &Connector) -> Vec<Problem> {
    let _ = (scripts, connector);
    todo!()
}

/// Everything wrong or doubtful in one script; `text` is what the editor holds.
pub fn check_file(scripts: &Scripts, connector: &Connector, path: &str, text: &str) -> Vec<Problem> {
    let _ = (scripts, connector, path, text);
    todo!()
}
