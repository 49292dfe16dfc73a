//! Rate limits: one bucket per method and path, the most exact path first; a window of 60 seconds from its first hit.
//! Beside them a limit of calls at the same time.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use axum::http::Method;

use super::event::EventKind;
use crate::clock::Time;
use crate::rate_limit_rules::{Limit, RateLimits};

/// How long a window is.
pub const WINDOW_SECONDS: i64 = 60;
/// From this part of a limit on, in percent, the org warns in its log.
const WARNING: u32 = 90;

/// Nine tenths of a limit are used.
pub const LIMIT_NEAR: EventKind = EventKind(
    "system.org.rate_limit.warning",
    "Rate limit warning",
    "core.framework.ratelimit.warning",
);
/// A call was refused.
pub const LIMIT_EXCEEDED: EventKind = EventKind(
    "system.org.rate_limit.violation",
    "Rate limit violation",
    "core.framework.ratelimit.violation",
);

/// What a bucket says about a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Calls in a minute.
    pub limit: u32,
    /// Calls left in this minute.
    pub remaining: u32,
    /// When the minute ends, in seconds since 1970.
    pub reset: i64,
    /// Whether the call is one too many.
    pub exceeded: bool,
    /// What the log is to tell of it: once a minute each.
    pub news: Option<News>,
}

/// What the log tells of a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum News {
    /// It is nearly used up.
    Near,
    /// It is used up.
    Exceeded,
}

#[derive(Debug, Default, Clone, Copy)]
struct Window {
    ends: i64,
    used: u32,
}

#[derive(Debug)]
struct Bucket {
    limit: Limit,
    window: Mutex<Window>,
}

/// Every bucket of an org.
#[derive(Debug)]
pub struct Buckets {
    list: RwLock<Vec<Bucket>>,
    enforced: AtomicBool,
    /// How many calls may be under way; 0 for any number.
    concurrent: AtomicU32,
    under_way: Arc<AtomicUsize>,
}

impl Default for Buckets {
    fn default() -> Self {
        Self::new(&RateLimits::default())
    }
}

/// A call that is under way, until this is dropped.
pub struct UnderWay(Arc<AtomicUsize>);

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Buckets {
    /// Fresh buckets.
    pub fn new(limits: &RateLimits) -> Self {
        let buckets = Self {
            list: RwLock::default(),
            enforced: AtomicBool::new(true),
            concurrent: AtomicU32::new(0),
            under_way: Arc::default(),
        };
        buckets.set(limits);
        buckets
    }

    /// Puts other limits in place, with every window fresh.
    pub fn set(&self, limits: &RateLimits) {
        let fresh = limits.limits.iter().map(|limit| Bucket {
            limit: limit.clone(),
            window: Mutex::default(),
        });
        *self.list.write().unwrap_or_else(PoisonError::into_inner) = fresh.collect();
        self.enforced.store(limits.enforced, Ordering::Release);
        self.concurrent.store(limits.concurrent, Ordering::Release);
    }

    /// The limits in force.
    pub fn limits(&self) -> RateLimits {
        let buckets = self.list.read().unwrap_or_else(PoisonError::into_inner);
        RateLimits {
            enforced: self.enforced.load(Ordering::Acquire),
            concurrent: self.concurrent.load(Ordering::Acquire),
            limits: buckets.iter().map(|bucket| bucket.limit.clone()).collect(),
        }
    }

    /// Notes that a call is under way; `None` where as many as may be are already.
    pub fn enter(&self) -> Option<UnderWay> {
        let most = self.concurrent.load(Ordering::Acquire) as usize;
        let before = self.under_way.fetch_add(1, Ordering::AcqRel);
        let entered = UnderWay(self.under_way.clone());
        (most == 0 || before < most).then_some(entered)
    }

    /// Counts a call.
    pub fn count(&self, method: &Method, path: &str, now: Time) -> Standing {
        let buckets = self.list.read().unwrap_or_else(PoisonError::into_inner);
        let bucket = &buckets[best_bucket(&buckets, method.as_str(), path)];
        let limit = bucket.limit.calls;
        let mut window = bucket.window.lock().unwrap_or_else(PoisonError::into_inner);
        let now = now.seconds();
        // A window that ends more than a minute ahead began before the clock was set back.
        if now >= window.ends || window.ends - now > WINDOW_SECONDS {
            *window = Window {
                ends: now + WINDOW_SECONDS,
                used: 0,
            };
        }
        window.used = window.used.saturating_add(1);
        let enforced = self.enforced.load(Ordering::Acquire);
        let exceeded = enforced && window.used > limit;
        let near = u64::from(limit) * u64::from(WARNING) / 100 + 1;
        let news = match u64::from(window.used) {
            used if used == u64::from(limit) + 1 => Some(News::Exceeded),
            used if used == near => Some(News::Near),
            _ => None,
        };
        // Not enforced, a client must never read that it has none left: it would wait for nothing.
        let least = u32::from(!enforced);
        Standing {
            limit,
            remaining: limit.saturating_sub(window.used).max(least),
            reset: window.ends,
            exceeded,
            news: news.filter(|_| enforced),
        }
    }
}

/// The bucket that fits most of the path; among equals the one that names the method.
fn best_bucket(buckets: &[Bucket], method: &str, path: &str) -> usize {
    let mut best = (0, 0);
    for (index, bucket) in buckets.iter().enumerate() {
        if let Some(weight) = bucket.limit.weight(method, path)
            && weight > best.1
        {
            best = (index, weight);
        }
    }
    best.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_prefix_of_the_method_counts_the_call() {
        let buckets = Buckets::default();
        let limit = |method: &'static str, path: &str| {
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            buckets.count(&method, path, Time(0)).limit
        };
        assert_eq!(limit("GET", "/api/v1/users"), 600);
        assert_eq!(limit("GET", "/api/v1/users/00u1"), 2000);
        assert_eq!(limit("POST", "/api/v1/users/00u1/lifecycle/activate"), 600);
        assert_eq!(limit("PUT", "/api/v1/groups/00g1/users/00u1"), 500);
        assert_eq!(limit("GET", "/api/v1/unknown"), 1200);
        assert_eq!(limit("GET", "/nowhere"), 1200);
    }

    #[test]
    fn a_window_starts_with_its_first_hit_and_ends_60_seconds_later() {
        let buckets = Buckets::default();
        let count = |milliseconds| buckets.count(&Method::GET, "/api/v1/logs", Time(milliseconds));
        assert_eq!(count(5_000).reset, 65);
        for number in 2..=120 {
            let standing = count(30_000);
            assert!(!standing.exceeded);
            assert_eq!(standing.news.is_some(), number == 109, "{number}");
        }
        let over = count(64_999);
        assert!(over.exceeded && over.remaining == 0 && over.reset == 65);
        assert_eq!(over.news, Some(News::Exceeded));
        assert_eq!(count(64_999).news, None);
        assert_eq!(count(65_000).remaining, 119);
    }

    #[test]
    fn only_so_many_calls_are_under_way_at_a_time() {
        let buckets = Buckets::new(&RateLimits {
            concurrent: 1,
            ..RateLimits::default()
        });
        let first = buckets.enter();
        assert!(first.is_some() && buckets.enter().is_none());
        drop(first);
        assert!(buckets.enter().is_some());
    }
}
