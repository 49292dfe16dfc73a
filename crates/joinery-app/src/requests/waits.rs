//! Telling fronts what a send waits for: a rate limit that has to end, which nobody should take for a slow answer, and a
//! body that is long in coming.

use std::{
    sync::Mutex,
    time::{Duration, Instant},
};

use joinery_http::Waits;
use tokio::sync::broadcast::Sender;

use crate::{
    event::Event,
    studio::{lock, now_ms},
};

/// How often is told how much of a body there is.
const TOLD_EVERY: Duration = Duration::from_millis(100);

/// Tells of the waits of one send.
#[derive(Debug)]
pub(super) struct TellWaits {
    /// The send's id.
    id: String,
    events: Sender<Event>,
    /// When a body was told of last, or the send began.
    told: Mutex<Instant>,
}

impl TellWaits {
    pub(super) fn new(id: String, events: Sender<Event>) -> Self {
        Self {
            id,
            events,
            told: Mutex::new(Instant::now()),
        }
    }

    fn tell(&self, until: Option<i64>) {
        let id = self.id.clone();
        // Nobody listening is fine.
        let _ = self.events.send(Event::SendWaits { id, until });
    }
}

impl Waits for TellWaits {
    fn begin(&self, wait: Duration) -> bool {
        let seconds = i64::try_from(wait.as_millis().div_ceil(1000)).unwrap_or(i64::MAX);
        self.tell(Some((now_ms() / 1000).saturating_add(seconds)));
        true
    }

    fn end(&self) {
        self.tell(None);
    }

    fn receives(&self, status: u16, size: u64) {
        let mut told = lock(&self.told);
        if told.elapsed() >= TOLD_EVERY {
            *told = Instant::now();
            let id = self.id.clone();
            let _ = self.events.send(Event::SendReceives { id, status, size });
        }
    }
}
