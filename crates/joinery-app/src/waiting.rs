//! How long a run was kept waiting by a person or by a server: its own time stands still meanwhile.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use joinery_http::Waits;

use crate::studio::lock;

/// The longest that a run waits for servers in all. Ten windows of Okta's rate limits.
const LONGEST: Duration = Duration::from_secs(600);

/// Time spent waiting, by any of the threads of a run. Clones count together.
#[derive(Debug, Clone, Default)]
pub(crate) struct Waiting(Arc<Mutex<Count>>);

#[derive(Debug, Default)]
struct Count {
    done: Duration,
    /// Since when each wait that goes on now does.
    since: Vec<Instant>,
}

impl Waiting {
    /// A wait begins.
    pub fn begin(&self) {
        lock(&self.0).since.push(Instant::now());
    }

    /// A wait is over. Waits at the same time count once.
    pub fn end(&self) {
        let mut count = lock(&self.0);
        // Which of them ends does not matter: all are counted from the first one's beginning.
        if count.since.len() > 1 {
            count.since.pop();
        } else if let Some(since) = count.since.pop() {
            count.done += since.elapsed();
        }
    }

    /// All of it until now.
    pub fn total(&self) -> Duration {
        let count = lock(&self.0);
        count.done + count.since.first().map_or(Duration::ZERO, Instant::elapsed)
    }
}

impl Waits for Waiting {
    fn begin(&self, wait: Duration) -> bool {
        let allowed = self.total() + wait <= LONGEST;
        if allowed {
            Self::begin(self);
        }
        allowed
    }

    fn end(&self) {
        Self::end(self);
    }
}
