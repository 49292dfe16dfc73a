//! Scripts run as a front runs them: a connector, a host, a result.

// `UPDATE_EXPECT=1` writes hashes whether needed or not; the support of tests may unwrap as tests do.
#![allow(
    clippy::needless_raw_string_hashes,
    clippy::unwrap_used,
    clippy::single_match_else,
    missing_docs
)]

mod check;
mod coverage;
mod crypto;
mod data;
mod debug;
mod errors;
mod fields;
mod format;
mod format_fuzz;
mod hostile;
mod http;
mod language;
mod reference;
mod run;
mod sign_in;
mod support;
mod worker;
