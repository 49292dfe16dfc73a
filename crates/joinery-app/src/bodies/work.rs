//! Work on a large body that tells how far it is and can be given up: finding, filtering, reading a table.

use std::cell::Cell;

/// The work was given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("stopped before the end")]
pub struct Stopped;

/// Hears how far work is, from 0 to 1, and says whether it goes on.
pub struct Watch<'a> {
    hear: &'a dyn Fn(f64) -> bool,
    told: Cell<u64>,
    steps: Cell<u32>,
}

/// Bytes between two looks at whether to go on.
const PAUSE: u64 = 1 << 20;

impl<'a> Watch<'a> {
    /// `hear` returns false to give the work up.
    pub fn new(hear: &'a dyn Fn(f64) -> bool) -> Self {
        Self {
            hear,
            told: Cell::new(0),
            steps: Cell::new(0),
        }
    }

    /// The work is at `done` of `total`.
    ///
    /// # Errors
    /// [`Stopped`] when it is to be given up.
    pub fn at(&self, done: usize, total: usize) -> Result<(), Stopped> {
        let steps = self.steps.get().wrapping_add(1);
        self.steps.set(steps);
        // Much work may be done in one place, too.
        if (done as u64) < self.told.get() + PAUSE && !steps.is_multiple_of(4096) {
            return Ok(());
        }
        self.always_at(done, total)
    }

    /// The same, where so much was done since that every step may be told.
    ///
    /// # Errors
    /// [`Stopped`] when it is to be given up.
    pub fn always_at(&self, done: usize, total: usize) -> Result<(), Stopped> {
        self.told.set(done as u64);
        let share = if total == 0 { 1.0 } else { done as f64 / total as f64 };
        if (self.hear)(share.min(1.0)) {
            Ok(())
        } else {
            Err(Stopped)
        }
    }
}
