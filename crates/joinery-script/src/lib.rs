//! Runs connector scripts. The only crate that names rhai.

// The engine's own error is boxed everywhere, and ours is made once a run, where its size does not matter.
#![allow(clippy::result_large_err, clippy::unnecessary_box_returns)]

pub mod check;
mod describe;
mod engine;
mod error;
mod explain;
pub mod functions;
pub mod host;
mod json;
pub mod language;
pub mod limits;
mod meter;
mod order;
pub mod reference;
mod resolver;
pub mod run;
mod secret;
mod state;
mod syntax;
mod token;
mod tokens;

pub use check::{Finding, QuickFix, check, check_file, findings};
pub use host::{CallPlace, ConsoleLevel, ConsoleLine, Host, HostResponse, HttpFailure, ScriptRequest};
pub use limits::{Cancel, Limits};
pub use run::{Description, Frame, Function, Outcome, Run, ScriptError, Scripts};
pub use token::{token_secret, token_secrets};
