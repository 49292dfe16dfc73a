//! What a run may use, and how it is told to stop.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use serde::{Deserialize, Serialize};

/// What one run may use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Time from start to end, waiting for HTTP included, waiting for a person not.
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
#[derive(Debug, Clone, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// Stops the run as soon as it looks.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Release);
    }

    /// Whether it was stopped.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}
