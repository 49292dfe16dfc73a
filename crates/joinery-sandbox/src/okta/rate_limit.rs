//! Rate limits: one bucket per method and path, the most exact path first; a window of 60 seconds from its first hit.

use std::sync::{Mutex, PoisonError};

use axum::http::Method;

use crate::clock::Time;

const WINDOW_SECONDS: i64 = 60;

/// The buckets of a development org: method (`*` any), path (`{}` one part), calls in a minute.
const RULES: &[(&str, &str, u32)] = &[
    ("*", "/api/v1", 1200),
    ("*", "/api/v1/users", 600),
    ("GET", "/api/v1/users/{}", 2000),
    ("*", "/api/v1/groups", 500),
    ("*", "/api/v1/groups/{}", 1000),
    ("*", "/api/v1/groups/{}/users", 500),
    ("*", "/api/v1/logs", 120),
    ("*", "/oauth2/v1", 1200),
    ("*", "/oauth2/v1/token", 600),
    // Okta does not limit these; a count nobody reaches comes to the same.
    ("*", "/oauth2/v1/keys", 1_000_000),
    ("*", "/.well-known", 1_000_000),
];

/// What a bucket says about a call.
#[derive(Debug, Clone, Copy)]
pub struct Standing {
    /// Calls in a minute.
    pub limit: u32,
    /// Calls left in this minute.
    pub remaining: u32,
    /// When the minute ends, in seconds since 1970.
    pub reset: i64,
    /// Whether the call is one too many.
    pub exceeded: bool,
}

#[derive(Debug, Default, Clone, Copy)]
struct Window {
    ends: i64,
    used: u32,
}

/// Every bucket of an org.
#[derive(Debug)]
pub struct Buckets {
    windows: Vec<Mutex<Window>>,
    enforced: bool,
}

impl Buckets {
    /// Fresh buckets.
    pub fn new(enforced: bool) -> Self {
        Self {
            windows: RULES.iter().map(|_| Mutex::default()).collect(),
            enforced,
        }
    }

    /// Counts a call.
    pub fn count(&self, method: &Method, path: &str, now: Time) -> Standing {
        let rule = best_rule(method.as_str(), path);
        let limit = RULES[rule].2;
        let mut window = self.windows[rule].lock().unwrap_or_else(PoisonError::into_inner);
        let now = now.seconds();
        if now >= window.ends {
            *window = Window {
                ends: now + WINDOW_SECONDS,
                used: 0,
            };
        }
        window.used = window.used.saturating_add(1);
        let exceeded = self.enforced && window.used > limit;
        // Not enforced, a client must never read that it has none left: it would wait for nothing.
        let least = u32::from(!self.enforced);
        Standing {
            limit,
            remaining: limit.saturating_sub(window.used).max(least),
            reset: window.ends,
            exceeded,
        }
    }
}

/// The rule that fits most of the path; among equals the one that names the method.
fn best_rule(method: &str, path: &str) -> usize {
    let mut best = (0, 0);
    for (index, (rule_method, pattern, _)) in RULES.iter().enumerate() {
        if *rule_method != "*" && *rule_method != method {
            continue;
        }
        let Some(parts) = fitting_parts(pattern, path) else {
            continue;
        };
        let weight = parts * 2 + usize::from(*rule_method != "*");
        if weight > best.1 {
            best = (index, weight);
        }
    }
    best.0
}

/// How many parts the pattern has, where the path starts with them.
fn fitting_parts(pattern: &str, path: &str) -> Option<usize> {
    let mut given = path.split('/');
    let mut parts = 0;
    for part in pattern.split('/') {
        let found = given.next()?;
        if part != "{}" && part != found {
            return None;
        }
        parts += 1;
    }
    Some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_prefix_of_the_method_counts_the_call() {
        let limit = |method: &str, path: &str| RULES[best_rule(method, path)].2;
        assert_eq!(limit("GET", "/api/v1/users"), 600);
        assert_eq!(limit("GET", "/api/v1/users/00u1"), 2000);
        assert_eq!(limit("POST", "/api/v1/users/00u1/lifecycle/activate"), 600);
        assert_eq!(limit("PUT", "/api/v1/groups/00g1/users/00u1"), 500);
        assert_eq!(limit("GET", "/api/v1/unknown"), 1200);
    }

    #[test]
    fn a_window_starts_with_its_first_hit_and_ends_60_seconds_later() {
        let buckets = Buckets::new(true);
        let count = |milliseconds| buckets.count(&Method::GET, "/api/v1/logs", Time(milliseconds));
        assert_eq!(count(5_000).reset, 65);
        for _ in 0..119 {
            assert!(!count(30_000).exceeded);
        }
        let over = count(64_999);
        assert!(over.exceeded && over.remaining == 0 && over.reset == 65);
        assert_eq!(count(65_000).remaining, 119);
    }
}
