//! Runs connector scripts. The only crate that names rhai.

// The engine's own error is boxed everywhere, and ours is made once a run, where its size does not matter.
#![allow(clippy::result_large_err, clippy::unnecessary_box_returns)]

mod again;
mod alone;
mod ask;
mod check;
pub mod convert;
pub mod coverage;
pub mod crypto;
pub mod debug;
mod describe;
mod engine;
mod entries;
mod error;
mod explain;
mod files;
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
mod spot;
mod state;
mod syntax;
mod token;
mod tokens;
mod worker;

pub use check::{Edit, Finding, QuickFix, fixed, flow::ACTIONS as FLOW_ACTIONS, of_error};
pub use coverage::Coverage;
pub use describe::title;
pub use host::{
    CallPlace, ConsoleLevel, ConsoleLine, Host, HostResponse, HttpFailure, PartContent, ScriptPart, ScriptRequest,
    Step, StepCall, StepFailure, StepOutcome,
};
pub use limits::{Cancel, Limits};
pub use run::{ActionRetry, Continuation, Description, Frame, Function, Outcome, Run, ScriptError, Scripts};
pub use token::{token_secret, token_secrets};
pub use worker::{Program, Workers, serve_if_asked};
