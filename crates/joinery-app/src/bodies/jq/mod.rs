//! jq filters. A filter may run for ever, need more memory than there is, or call itself too deep; so it runs in a
//! process of its own, which is ended when it is given up.

mod process;
mod run;

pub use process::serve_if_asked;
pub(super) use process::{JqError, check, filter};

#[cfg(test)]
mod tests;
