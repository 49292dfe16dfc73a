//! What the sandbox panel shows, as the control API tells it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A sandbox org at a glance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SandboxOverview {
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
    /// Its clock.
    pub clock: SandboxClock,
    /// How far lists and the log lag behind, such as `2s`.
    pub lag: String,
    /// Whether rate limits are enforced.
    #[serde(default)]
    pub rate_limits: bool,
    /// The file it is kept in.
    pub data: Option<String>,
    /// What keeps changes from being written to that file.
    #[serde(default)]
    pub data_failure: Option<String>,
}

/// What the org's clock shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SandboxClock {
    /// The time, in UTC.
    pub time: String,
    /// Whether it stands still.
    pub frozen: bool,
    /// By how many milliseconds it is ahead of the system's.
    pub ahead: i64,
}

/// What to do with the clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export)]
pub enum ClockChange {
    /// Let it stand still where it is.
    Freeze,
    /// Show another time.
    Set {
        /// Such as `2026-03-02T09:00:00Z`.
        to: String,
    },
    /// Move it on.
    Advance {
        /// Such as `1h30m`.
        by: String,
    },
    /// Let it run from where it stands.
    Run,
    /// Let it follow the system's again.
    Follow,
}

/// A call that the org was asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SandboxCall {
    /// Counts the calls, from 1.
    pub number: u64,
    /// When it came, by the clock of the org.
    pub time: String,
    /// The method.
    pub method: String,
    /// The path with its query.
    pub path: String,
    /// The status of the answer; 0 where the connection was dropped.
    pub status: u16,
    /// How long it took.
    pub milliseconds: f64,
    /// Who made it.
    pub caller: String,
    /// The number of the fault that was applied.
    pub fault: Option<u64>,
}

/// A fault in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SandboxFault {
    /// Its number.
    pub id: u64,
    /// The rule as written.
    pub rule: String,
    /// How many calls it was about.
    pub fitting: u64,
    /// To how many of them it applied.
    pub applied: u64,
}

/// The rate limits of the org.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SandboxLimits {
    /// Whether calls above a limit are refused.
    pub enforced: bool,
    /// How many calls may be under way at a time; 0 for any number.
    pub concurrent: u32,
    /// Calls in a minute, by method and path: `GET /api/v1/users/{id}`, or a path alone for every method.
    pub limits: BTreeMap<String, u32>,
}

/// A snapshot of the org.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SandboxSnapshot {
    /// Its name.
    pub name: String,
    /// When it was taken, by the clock of the org.
    pub taken: String,
    /// How many users it holds.
    pub users: usize,
}

/// What can be searched for in the org.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Searched {
    /// Its users.
    Users,
    /// Its groups.
    Groups,
}

/// A user or group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SandboxEntry {
    /// Its id.
    pub id: String,
    /// The person's or the group's name.
    pub name: String,
    /// The login, or the description.
    pub detail: String,
    /// The status of a user, the type of a group.
    pub status: String,
}

/// A piece of the System Log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SandboxLog {
    /// Events, oldest first.
    pub events: Vec<SandboxEvent>,
    /// What to ask for to get the events after these.
    pub next: u64,
}

/// An event of the System Log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SandboxEvent {
    /// Its id.
    pub uuid: String,
    /// When, by the clock of the org.
    pub published: String,
    /// Such as `user.lifecycle.create`.
    pub event_type: String,
    /// What happened, in words.
    pub message: String,
    /// Who did it.
    pub actor: Option<String>,
    /// To whom or what.
    pub target: Option<String>,
    /// `SUCCESS`, `FAILURE` and such.
    pub outcome: Option<String>,
}
