//! What a run may use, and how it is told to stop.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use serde::{Deserialize, Serialize};

use crate::worker::Page;

/// What one run may use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Time from start to end, waiting for HTTP included, waiting for a person or the end of a rate limit not.
    pub time: Duration,
    /// Rhai operations.
    pub operations: u64,
    /// Nested calls.
    pub call_levels: usize,
    /// Bytes the script's thread may hold. One step that doubles a value may pass it for a moment.
    pub memory: usize,
    /// Bytes of console output.
    pub output: usize,
    /// Bytes of one script file.
    pub file: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            time: Duration::from_secs(60),
            operations: 10_000_000,
            call_levels: 64,
            memory: 512 << 20,
            output: 10 << 20,
            file: 256 << 10,
        }
    }
}

/// A switch that stops a run. Cheap to clone; every clone is the same switch.
#[derive(Debug, Clone)]
pub struct Cancel(Switch);

/// Where the switch is.
#[derive(Debug, Clone)]
enum Switch {
    Here(Arc<AtomicBool>),
    /// The host has it; this process is its worker.
    AtHost(Arc<Page>),
}

impl Cancel {
    /// The switch that a worker's host has.
    pub(crate) fn of_host(page: Arc<Page>) -> Self {
        Self(Switch::AtHost(page))
    }

    /// Stops the run as soon as it looks.
    pub fn cancel(&self) {
        match &self.0 {
            Switch::Here(stopped) => stopped.store(true, Ordering::Release),
            Switch::AtHost(page) => page.set_stop(true),
        }
    }

    /// Whether it was stopped.
    pub fn is_cancelled(&self) -> bool {
        match &self.0 {
            Switch::Here(stopped) => stopped.load(Ordering::Acquire),
            Switch::AtHost(page) => page.is_stopped(),
        }
    }
}

impl Default for Cancel {
    fn default() -> Self {
        Self(Switch::Here(Arc::default()))
    }
}
