//! stub

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// stub
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct BodySummary {
    /// The id to ask for lines by.
    pub id: String,
}
