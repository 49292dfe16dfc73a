//! The calls of late: what was asked, by whom, and what was answered. No bodies, no headers, no secrets.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use tokio::sync::watch;

use crate::clock::Time;

/// How many calls are kept.
const KEPT: usize = 1000;

/// One call.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Served {
    /// Counts the calls, from 1.
    pub number: u64,
    /// When it came, by the clock of the org.
    pub time: String,
    /// The method.
    pub method: String,
    /// The path with its query; of the authorization server without, since codes travel there.
    pub path: String,
    /// The status of the answer; 0 where the connection was dropped.
    pub status: u16,
    /// How long it took, in milliseconds.
    pub milliseconds: f64,
    /// Who made it.
    pub caller: String,
    /// The number of the fault that was applied.
    pub fault: Option<u64>,
    /// Its `X-Okta-Request-Id`.
    pub request_id: String,
}

/// A call before it has a number.
pub struct Finished<'a> {
    /// When it came.
    pub time: Time,
    /// The method.
    pub method: &'a str,
    /// The path.
    pub path: &'a str,
    /// What stands behind the question mark.
    pub query: Option<&'a str>,
    /// The status.
    pub status: u16,
    /// How long it took.
    pub milliseconds: f64,
    /// Who made it.
    pub caller: String,
    /// The fault applied.
    pub fault: Option<u64>,
    /// Its id.
    pub request_id: &'a str,
}

/// The last calls to an org. Copies show the same.
#[derive(Debug, Clone)]
pub struct Activity(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    calls: Mutex<Calls>,
    number: watch::Sender<u64>,
}

#[derive(Debug, Default)]
struct Calls {
    made: u64,
    kept: VecDeque<Served>,
}

impl Default for Activity {
    fn default() -> Self {
        Self(Arc::new(Shared {
            calls: Mutex::default(),
            number: watch::Sender::new(0),
        }))
    }
}

impl Activity {
    /// Notes a call.
    pub(crate) fn note(&self, call: Finished<'_>) {
        let path = match call.query.filter(|_| call.path.starts_with("/api/v1/")) {
            Some(query) => format!("{}?{query}", call.path),
            None => call.path.to_owned(),
        };
        let mut calls = self.calls();
        calls.made += 1;
        let number = calls.made;
        if calls.kept.len() == KEPT {
            calls.kept.pop_front();
        }
        calls.kept.push_back(Served {
            number,
            time: call.time.to_string(),
            method: call.method.to_owned(),
            path,
            status: call.status,
            milliseconds: (call.milliseconds * 100.0).round() / 100.0,
            caller: call.caller,
            fault: call.fault,
            request_id: call.request_id.to_owned(),
        });
        drop(calls);
        self.0.number.send_replace(number);
    }

    /// The calls after a number that are still kept, oldest first.
    pub fn after(&self, number: u64) -> Vec<Served> {
        let calls = self.calls();
        let first = calls.kept.front().map_or(0, |call| call.number);
        let known = usize::try_from((number + 1).saturating_sub(first)).unwrap_or(usize::MAX);
        calls.kept.iter().skip(known).cloned().collect()
    }

    /// Waits until there are calls after a number, and gives them.
    pub async fn next_after(&self, number: u64) -> Vec<Served> {
        let mut newest = self.0.number.subscribe();
        // The sender lives as long as this does.
        let _ = newest.wait_for(|newest| *newest > number).await;
        self.after(number)
    }

    /// How many calls there were.
    pub fn count(&self) -> u64 {
        self.calls().made
    }

    /// Forgets the calls; their numbers go on.
    pub(crate) fn clear(&self) {
        self.calls().kept.clear();
    }

    fn calls(&self) -> MutexGuard<'_, Calls> {
        self.0.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(activity: &Activity, path: &str, query: Option<&str>) {
        activity.note(Finished {
            time: Time(0),
            method: "GET",
            path,
            query,
            status: 200,
            milliseconds: 1.0,
            caller: "API token".into(),
            fault: None,
            request_id: "",
        });
    }

    #[test]
    fn the_last_calls_are_kept_and_the_authorization_server_s_without_their_query() {
        let activity = Activity::default();
        note(&activity, "/oauth2/v1/authorize", Some("code=secret"));
        for _ in 0..KEPT {
            note(&activity, "/api/v1/users", Some("limit=1"));
        }
        note(&activity, "/oauth2/v1/authorize", Some("code=secret"));
        let all = activity.after(0);
        assert_eq!((all.len(), all[0].number), (KEPT, 3));
        assert_eq!(all[0].path, "/api/v1/users?limit=1");
        let last = activity.after(KEPT as u64 + 1);
        assert_eq!((last.len(), last[0].path.as_str()), (1, "/oauth2/v1/authorize"));
        assert!(activity.after(5000).is_empty());
    }
}
