//! What can be done to an org from outside, for demos and tests: the methods behind the routes of `control_routes`.

use std::path::Path;
use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::Duration;

use serde::Serialize;
use serde_json::Value;

use crate::clock::Time;
use crate::duration;
use crate::faults::Fault;
use crate::options::Error;
use crate::rate_limit_rules::RateLimits;
use crate::seed;
use crate::server::Sandbox;
use crate::snapshot::{self, Snapshot};
use crate::state::{Org, State};

/// How many snapshots are kept by name.
const MOST_SNAPSHOTS: usize = 20;

/// How many events of the log one call gives.
const LOG_PIECE: usize = 100;

/// An org at a glance.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Overview {
    /// Its base URL.
    pub url: String,
    /// How many users it holds.
    pub users: usize,
    /// How many groups.
    pub groups: usize,
    /// How many apps.
    pub apps: usize,
    /// How many events its log holds.
    pub events: usize,
    /// How many calls it has answered.
    pub calls: u64,
    /// Its clock.
    pub clock: ClockState,
    /// How far lists and the log lag behind, such as `2s`.
    pub lag: String,
    /// How many faults are in force.
    pub faults: usize,
    /// Whether rate limits are enforced.
    pub rate_limits: bool,
    /// The names of its snapshots.
    pub snapshots: Vec<String>,
    /// The file it is kept in.
    pub data: Option<String>,
    /// What keeps changes from being written to that file.
    pub data_failure: Option<String>,
}

/// What a clock shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ClockState {
    /// The time.
    pub time: Time,
    /// Whether it stands still.
    pub frozen: bool,
    /// By how many milliseconds it is ahead of the system's.
    pub ahead: i64,
}

/// A snapshot as lists show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SnapshotEntry {
    /// Its name.
    pub name: String,
    /// When it was taken, by the clock of the org.
    pub taken: Time,
    /// How many users it holds.
    pub users: usize,
}

impl State {
    /// The org at a glance.
    pub fn overview(&self) -> Overview {
        let org = self.read();
        Overview {
            url: self.url().to_owned(),
            users: org.users.len(),
            groups: org.groups.len(),
            apps: org.apps.len(),
            events: org.log.len(),
            calls: self.activity.count(),
            clock: self.clock_state(),
            lag: duration::shown(self.lag()),
            faults: self.faults.list().len(),
            rate_limits: self.buckets.limits().enforced,
            snapshots: self.named_snapshots().keys().cloned().collect(),
            data: self.data().map(|data| data.path().display().to_string()),
            data_failure: self.data().and_then(crate::data_file::DataFile::failure),
        }
    }

    /// What the clock shows.
    pub fn clock_state(&self) -> ClockState {
        ClockState {
            time: self.clock.now(),
            frozen: self.clock.is_frozen(),
            ahead: self.clock.ahead(),
        }
    }

    /// Events of the log as lists show them, oldest first: those after so many, or the newest ones; and how many there
    /// are with them.
    pub fn log_after(&self, after: Option<usize>) -> (Vec<Value>, usize) {
        let seen_until = self.listed_moment(self.clock.now());
        let org = self.read();
        let total = org.log.seen_at(seen_until);
        let from = after.unwrap_or_else(|| total.saturating_sub(LOG_PIECE)).min(total);
        let next = total.min(from + LOG_PIECE);
        ((from..next).map(|place| org.log[place].shown()).collect(), next)
    }

    /// Makes everything as it was at the start: the org, the clock, lag, faults, rate limits, the list of calls.
    /// Snapshots stay.
    ///
    /// # Errors
    /// That the seed file cannot be used any more.
    pub fn reset(&self) -> Result<(), Error> {
        let org = seed::org(&self.start().seed, Time::of_system())?;
        self.replace(org);
        self.arrange();
        self.activity.clear();
        self.neighbours.reset();
        Ok(())
    }

    /// Keeps a copy of the org under a name; another one of that name goes.
    ///
    /// # Errors
    /// That the name is no name, or that there are too many.
    pub fn take_snapshot(&self, name: &str) -> Result<SnapshotEntry, Error> {
        let fits = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | ' ');
        let refused = |reason: String| Err(Error::Refused { reason });
        if name.trim().is_empty() || name.chars().count() > 100 || !name.chars().all(fits) {
            return refused(format!(
                "`{name}` cannot name a snapshot: take letters, digits, spaces, dots, - and _, at most 100"
            ));
        }
        let taken = Arc::new(Snapshot {
            taken: self.clock.now(),
            org: self.read().clone(),
        });
        let mut snapshots = self.named_snapshots();
        if snapshots.len() >= MOST_SNAPSHOTS && !snapshots.contains_key(name) {
            return refused(format!(
                "there are {MOST_SNAPSHOTS} snapshots already: remove one first"
            ));
        }
        let entry = entry(name, &taken);
        snapshots.insert(name.to_owned(), taken);
        Ok(entry)
    }

    /// Every snapshot that is kept by name.
    pub fn snapshot_entries(&self) -> Vec<SnapshotEntry> {
        let snapshots = self.named_snapshots();
        snapshots.iter().map(|(name, snapshot)| entry(name, snapshot)).collect()
    }

    /// A snapshot.
    ///
    /// # Errors
    /// [`Error::NoSnapshot`].
    pub fn snapshot(&self, name: &str) -> Result<Arc<Snapshot>, Error> {
        let found = self.named_snapshots().get(name).cloned();
        found.ok_or_else(|| Error::NoSnapshot { name: name.to_owned() })
    }

    /// Puts the copy of that name in the place of the org.
    ///
    /// # Errors
    /// [`Error::NoSnapshot`].
    pub fn restore(&self, name: &str) -> Result<(), Error> {
        let snapshot = self.snapshot(name)?;
        self.replace(snapshot.org.clone());
        Ok(())
    }

    /// Forgets a snapshot.
    ///
    /// # Errors
    /// [`Error::NoSnapshot`].
    pub fn remove_snapshot(&self, name: &str) -> Result<(), Error> {
        let removed = self.named_snapshots().remove(name);
        removed
            .map(drop)
            .ok_or_else(|| Error::NoSnapshot { name: name.to_owned() })
    }

    fn named_snapshots(&self) -> MutexGuard<'_, std::collections::BTreeMap<String, Arc<Snapshot>>> {
        self.snapshots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A copy of the org as it is now.
    pub fn copy(&self) -> Org {
        self.read().clone()
    }
}

fn entry(name: &str, snapshot: &Snapshot) -> SnapshotEntry {
    SnapshotEntry {
        name: name.to_owned(),
        taken: snapshot.taken,
        users: snapshot.org.users.len(),
    }
}

impl Sandbox {
    /// The org at a glance.
    pub fn overview(&self) -> Overview {
        self.state().overview()
    }

    /// Lets the clock stand still, at a moment or where it is.
    pub fn freeze_clock(&self, at: Option<Time>) {
        self.state().clock.freeze(at);
    }

    /// Shows another time, and goes on from there where the clock runs.
    pub fn set_clock(&self, to: Time) {
        self.state().clock.set(to);
    }

    /// Moves the clock on.
    pub fn advance_clock(&self, by: Duration) {
        self.state()
            .clock
            .advance(i64::try_from(by.as_millis()).unwrap_or(i64::MAX));
    }

    /// Lets the clock run on from where it stands.
    pub fn run_clock(&self) {
        self.state().clock.run();
    }

    /// Lets the clock follow the system's again.
    pub fn follow_system_clock(&self) {
        self.state().clock.follow_system();
    }

    /// Lets lists and the log lag behind from now on.
    pub fn set_lag(&self, lag: Duration) {
        self.state().set_lag(lag);
    }

    /// Adds a fault rule; gives its number.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn add_fault(&self, rule: &str) -> Result<u64, Error> {
        let added = rule.parse().and_then(|rule| self.state().faults.add(rule));
        added.map_err(|reason| Error::Refused { reason })
    }

    /// The fault rules in force.
    pub fn faults(&self) -> Vec<Fault> {
        self.state().faults.list()
    }

    /// Removes a fault rule; `false` where there is none with this number.
    pub fn remove_fault(&self, id: u64) -> bool {
        self.state().faults.remove(id)
    }

    /// The rate limits in force.
    pub fn rate_limits(&self) -> RateLimits {
        self.state().buckets.limits()
    }

    /// Puts other rate limits in place, with every window fresh.
    pub fn set_rate_limits(&self, limits: &RateLimits) {
        self.state().buckets.set(limits);
    }

    /// Makes everything as it was at the start. Snapshots stay.
    ///
    /// # Errors
    /// That the seed file cannot be used any more.
    pub fn reset(&self) -> Result<(), Error> {
        self.state().reset()
    }

    /// Keeps a copy of the org under a name.
    ///
    /// # Errors
    /// That the name is no name, or that there are too many.
    pub fn take_snapshot(&self, name: &str) -> Result<SnapshotEntry, Error> {
        self.state().take_snapshot(name)
    }

    /// Every snapshot that is kept by name.
    pub fn snapshots(&self) -> Vec<SnapshotEntry> {
        self.state().snapshot_entries()
    }

    /// Puts the copy of that name in the place of the org.
    ///
    /// # Errors
    /// [`Error::NoSnapshot`].
    pub fn restore(&self, name: &str) -> Result<(), Error> {
        self.state().restore(name)
    }

    /// Writes the org as it is now to a snapshot file.
    ///
    /// # Errors
    /// [`Error::Write`].
    pub fn save(&self, path: &Path) -> Result<(), Error> {
        snapshot::save(&mut self.state().copy(), path).map_err(|source| Error::Write {
            path: path.to_owned(),
            source,
        })
    }

    /// Puts the org of a snapshot file in the place of this one.
    ///
    /// # Errors
    /// That the file cannot be used.
    pub fn load(&self, path: &Path) -> Result<(), Error> {
        let org = seed::org(&crate::Seed::File(path.to_owned()), Time::of_system())?;
        self.state().replace(org);
        Ok(())
    }
}
