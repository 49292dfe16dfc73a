//! On the host: who looks after workers while a run waits for them. One thread for all; it sleeps while nothing runs.

use std::{
    sync::{Arc, Condvar, LazyLock, Mutex},
    thread,
    time::{Duration, Instant},
};

use super::process::Handle;
use crate::{limits::Cancel, state::lock};

/// How often it looks.
const LOOK: Duration = Duration::from_millis(4);
/// How long a worker may take to heed the switch: with two looks, and the time the system takes to clear it away, less than
/// the 50 ms that stopping may take.
const HEED: Duration = Duration::from_millis(20);

/// Why a worker was ended by its host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It did not heed the switch.
    Cancelled,
    /// It went on past its time.
    Late,
    /// It said what no worker says.
    Babbling,
    /// It wrote more to the console than it may.
    Flooding,
}

/// A worker being watched. It no longer is when this is dropped.
pub struct Watched(u64);

struct Job {
    id: u64,
    worker: Arc<Handle>,
    cancel: Cancel,
    /// When it is late; that moves while a person is waited for.
    due: Box<dyn Fn() -> Instant + Send>,
    cancelled: Option<Instant>,
}

#[derive(Default)]
struct Jobs {
    list: Vec<Job>,
    next: u64,
}

static JOBS: LazyLock<Mutex<Jobs>> = LazyLock::new(|| {
    // Without the thread nothing would end a worker that hangs; without threads the program itself is at an end.
    thread::Builder::new()
        .name("script watch".into())
        .spawn(watch)
        .expect("the system gives a thread");
    Mutex::default()
});
static BEGUN: Condvar = Condvar::new();

/// Watches `worker` until the result is dropped: it is ended when it does not heed `cancel`, or works past `due`.
pub fn over(worker: &Arc<Handle>, cancel: &Cancel, due: impl Fn() -> Instant + Send + 'static) -> Watched {
    let mut jobs = lock(&JOBS);
    jobs.next += 1;
    let id = jobs.next;
    jobs.list.push(Job {
        id,
        worker: worker.clone(),
        cancel: cancel.clone(),
        due: Box::new(due),
        cancelled: None,
    });
    if jobs.list.len() == 1 {
        BEGUN.notify_one();
    }
    Watched(id)
}

impl Drop for Watched {
    fn drop(&mut self) {
        lock(&JOBS).list.retain(|job| job.id != self.0);
    }
}

fn watch() {
    let mut jobs = lock(&JOBS);
    loop {
        if jobs.list.is_empty() {
            jobs = BEGUN.wait(jobs).unwrap_or_else(std::sync::PoisonError::into_inner);
            continue;
        }
        let now = Instant::now();
        for job in &mut jobs.list {
            job.look(now);
        }
        drop(jobs);
        thread::sleep(LOOK);
        jobs = lock(&JOBS);
    }
}

impl Job {
    fn look(&mut self, now: Instant) {
        if self.cancelled.is_none() && self.cancel.is_cancelled() {
            self.cancelled = Some(now);
            self.worker.page.set_stop(true);
        }
        if self.cancelled.is_some_and(|at| now >= at + HEED) {
            self.worker.end(Verdict::Cancelled);
        } else if now >= (self.due)() {
            self.worker.end(Verdict::Late);
        }
    }
}
