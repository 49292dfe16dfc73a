//! Runs connector scripts. The only crate that names rhai.

pub mod check;
mod error;
pub mod functions;
pub mod host;
pub mod limits;
pub mod reference;
pub mod run;

pub use check::{check, check_file};
pub use host::{CallPlace, ConsoleLevel, ConsoleLine, Host, HostResponse, HttpFailure, ScriptRequest};
pub use limits::{Cancel, Limits};
pub use run::{Function, Outcome, Run, ScriptError, Scripts};
