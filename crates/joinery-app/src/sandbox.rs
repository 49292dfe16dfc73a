//! The sandbox org inside the studio.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{error::Error, studio::Studio};

/// A running sandbox org, as fronts show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SandboxView {
    /// Its base URL.
    pub url: String,
    /// How many users it holds.
    pub users: usize,
}

/// The sandbox org, where one runs in this process.
pub fn status(studio: &Studio) -> Option<SandboxView> {
    let _ = studio;
    todo!()
}

/// Starts the sandbox org unless it runs.
///
/// # Errors
/// [`crate::Code::Unavailable`] when no port can be had.
pub async fn start(studio: &Studio) -> Result<SandboxView, Error> {
    let _ = studio;
    todo!()
}
