//! What happens without being asked for: fronts subscribe to these.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    connections::Write,
    requests::{Load, RequestRow},
    tests::CaseReport,
    triggers::Heard,
};

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
    /// Something was committed, staged or checked out in the git repository that the open workspace is in.
    RepositoryChanged,
    /// Someone asks from outside to open something; `workspaces::take_asked` says what.
    OpenAsked,
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
    /// A request follows a list: so many pages, entries and bytes so far.
    SendProgress {
        /// The send's id.
        id: String,
        /// Pages so far.
        pages: u32,
        /// Entries so far.
        #[ts(type = "number")]
        entries: u64,
        /// Bytes so far.
        #[ts(type = "number")]
        size: u64,
    },
    /// An answer comes in: its status is known, and so many bytes of its body are there.
    SendReceives {
        /// The send's id.
        id: String,
        /// The status.
        status: u16,
        /// Bytes so far, decoded.
        #[ts(type = "number")]
        size: u64,
    },
    /// A request waits until its server takes calls again, or goes on.
    SendWaits {
        /// The send's id.
        id: String,
        /// When it goes on, in seconds since 1970; `None` once it does.
        #[ts(type = "number | null")]
        until: Option<i64>,
    },
    /// A load run goes on.
    LoadProgress {
        /// Its id.
        id: String,
        /// Its figures so far.
        load: Load,
    },
    /// A request of a run of requests was sent.
    RowSent {
        /// The run's id.
        id: String,
        /// How it went.
        row: RequestRow,
        /// How many rows there are in all.
        of: u32,
    },
    /// A case of a connector was run.
    CaseTested {
        /// The run's id.
        id: String,
        /// How it went.
        case: Box<CaseReport>,
        /// How many cases there are in all.
        of: u32,
    },
    /// Something came of a trigger's listener.
    TriggerHeard {
        /// The listener's id.
        id: String,
        /// What.
        heard: Heard,
    },
    /// An import goes on.
    ImportProgress {
        /// The import's id.
        id: String,
        /// Files that are done.
        done: u32,
        /// How many there are.
        of: u32,
    },
    /// A sign-in waits for a person on this page.
    SignInPage {
        /// The sign-in's id.
        id: String,
        /// The page's address.
        url: String,
    },
}
