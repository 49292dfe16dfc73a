//! Telling fronts that a send waits for a rate limit to end, so that nobody takes it for a slow answer.

use std::time::Duration;

use joinery_http::Waits;
use tokio::sync::broadcast::Sender;

use crate::{event::Event, studio::now_ms};

/// Tells of the waits of one send.
#[derive(Debug)]
pub(super) struct TellWaits {
    /// The send's id.
    pub(super) id: String,
    pub(super) events: Sender<Event>,
}

impl TellWaits {
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
}
