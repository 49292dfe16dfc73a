//! How long a request may take. A wait that the server asked for is no part of that: the clock stands still meanwhile.

use std::{
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use crate::{
    error::{Error, Phase},
    retry,
};

/// Hears of what takes its time: waits that servers ask for, such as one for the end of a rate limit's window, and bodies.
pub trait Waits: fmt::Debug + Send + Sync {
    /// A wait begins; `false` where there was enough waiting, and the answer is then taken as it is.
    fn begin(&self, wait: Duration) -> bool;
    /// It is over.
    fn end(&self);
    /// The body of an answer with this status comes in: so many bytes of it so far, decoded. Told now and then.
    fn receives(&self, _status: u16, _size: u64) {}
}

/// The time of one request.
pub(crate) struct Patience<'a> {
    begun: Instant,
    /// When it ends; `None` beyond what a clock can say.
    deadline: Mutex<Option<Instant>>,
    waits: Option<&'a dyn Waits>,
    /// Whether the clock stands still while a server has it wait.
    stands_still: bool,
}

impl<'a> Patience<'a> {
    /// The clock of a request that begins now.
    pub fn new(timeout: Duration, waits: Option<&'a dyn Waits>) -> Self {
        let begun = Instant::now();
        Self {
            begun,
            deadline: Mutex::new(begun.checked_add(timeout)),
            waits,
            stands_still: true,
        }
    }

    /// The clock of a request within another one, whose time goes on meanwhile.
    pub fn within_another(timeout: Duration) -> Self {
        Self {
            stands_still: false,
            ..Self::new(timeout, None)
        }
    }

    /// Does `work` within the time; `None` where it takes longer.
    pub async fn hold<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            done = work => Some(done),
            () = self.run_out() => None,
        }
    }

    /// Whether a wait may begin; one that may has to be followed by [`Self::wait`].
    pub fn allows(&self, wait: retry::Wait) -> bool {
        if !wait.told || !self.stands_still {
            let then = Instant::now().checked_add(wait.time);
            return then.is_some_and(|then| self.deadline().is_none_or(|deadline| then < deadline));
        }
        wait.time <= retry::LONGEST_TOLD && self.waits.is_none_or(|waits| waits.begin(wait.time))
    }

    /// Waits.
    pub async fn wait(&self, wait: retry::Wait) {
        if wait.told && self.stands_still {
            let mut deadline = self.deadline();
            *deadline = deadline.and_then(|deadline| deadline.checked_add(wait.time));
        }
        tokio::time::sleep(wait.time).await;
        if let Some(waits) = self.waits.filter(|_| wait.told) {
            waits.end();
        }
    }

    /// Why there is no answer in time.
    pub fn spent(&self, host: String, phase: Phase) -> Error {
        Error::Timeout {
            host,
            waited: self.begun.elapsed(),
            phase,
        }
    }

    /// Tells of a body that comes in.
    pub fn receives(&self, status: u16, size: u64) {
        if let Some(waits) = self.waits {
            waits.receives(status, size);
        }
    }

    /// Returns when the time is over, however often that moves meanwhile.
    async fn run_out(&self) {
        loop {
            let deadline = *self.deadline();
            match deadline {
                None => std::future::pending::<()>().await,
                Some(deadline) if deadline <= Instant::now() => return,
                Some(deadline) => tokio::time::sleep_until(deadline.into()).await,
            }
        }
    }

    fn deadline(&self) -> MutexGuard<'_, Option<Instant>> {
        self.deadline.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
