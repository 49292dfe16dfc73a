//! What happens without being asked for: fronts subscribe to these.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::connections::Write;

/// Something a front may want to show.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export)]
pub enum Event {
    /// Files of the open workspace changed on disk, by whoever.
    FilesChanged {
        /// Paths relative to the workspace.
        paths: Vec<String>,
    },
    /// The sandbox org started or stopped.
    SandboxChanged,
    /// A connection did better or worse than before, or was saved or removed.
    ConnectionsChanged,
    /// A request waits until someone allows it: it writes to a live org.
    WriteAsked {
        /// The question's id; the answer names it.
        id: String,
        /// What is about to be written.
        write: Write,
    },
    /// A question is answered, or no longer waited for.
    WriteSettled {
        /// Its id.
        id: String,
    },
    /// Work on a large body goes on: a search, a filter, a table, a comparison.
    BodyProgress {
        /// The work's id.
        id: String,
        /// How far it is, from 0 to 1.
        share: f64,
    },
    /// A sign-in waits for a person on this page.
    SignInPage {
        /// The sign-in's id.
        id: String,
        /// The page's address.
        url: String,
    },
}
