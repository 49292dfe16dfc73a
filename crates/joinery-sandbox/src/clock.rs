//! The clock of an org: the only place that asks the system for the time.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::temporal::DateTimePrinter;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use tokio::sync::watch;

/// A moment, in milliseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Time(pub i64);

impl Time {
    /// The same moment without its milliseconds, as Okta stores most of them.
    #[must_use]
    pub fn whole_seconds(self) -> Self {
        Self(self.0 - self.0.rem_euclid(1000))
    }

    /// The time of the system.
    pub fn of_system() -> Self {
        Self(system_time())
    }

    /// Seconds since 1970.
    pub fn seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// Reads `2026-01-31T12:00:00.000Z`, any offset, or a plain date.
    pub fn parse(text: &str) -> Option<Self> {
        if let Ok(moment) = text.parse::<Timestamp>() {
            return Some(Self(moment.as_millisecond()));
        }
        let day: jiff::civil::Date = text.parse().ok()?;
        if text.len() > "2026-01-31".len() {
            return None;
        }
        let start = jiff::tz::TimeZone::UTC.to_timestamp(day.into()).ok()?;
        Some(Self(start.as_millisecond()))
    }

    fn timestamp(self) -> Timestamp {
        Timestamp::from_millisecond(self.0).unwrap_or_default()
    }

    /// The value of a `Date` header.
    pub fn http_date(self) -> String {
        self.timestamp().strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
    }
}

impl fmt::Display for Time {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        const PRINTER: DateTimePrinter = DateTimePrinter::new().precision(Some(3));
        let mut text = String::with_capacity(24);
        PRINTER
            .print_timestamp(&self.timestamp(), &mut text)
            .map_err(|_| fmt::Error)?;
        out.write_str(&text)
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| D::Error::custom(format!("`{text}` is not a moment")))
    }
}

/// Tells the time of an org. Follows the system until somebody sets, advances or freezes it.
#[derive(Clone)]
pub struct Clock(Arc<Hands>);

/// How far the clock is from the system's, and where it stands still.
struct Hands {
    ahead: AtomicI64,
    frozen: AtomicI64,
    moved: watch::Sender<()>,
}

/// Not a moment: the clock runs.
const RUNNING: i64 = i64::MIN;

impl Clock {
    /// The time of the system.
    pub fn system() -> Self {
        Self(Arc::new(Hands {
            ahead: AtomicI64::new(0),
            frozen: AtomicI64::new(RUNNING),
            moved: watch::Sender::new(()),
        }))
    }

    /// The time now.
    pub fn now(&self) -> Time {
        match self.0.frozen.load(Ordering::Acquire) {
            RUNNING => Time(system_time() + self.0.ahead.load(Ordering::Acquire)),
            moment => Time(moment),
        }
    }

    /// Whether it stands still.
    pub fn is_frozen(&self) -> bool {
        self.0.frozen.load(Ordering::Acquire) != RUNNING
    }

    /// Milliseconds it is ahead of the system's clock.
    pub fn ahead(&self) -> i64 {
        self.now().0 - system_time()
    }

    /// Stands still, at a moment or where it is.
    pub fn freeze(&self, at: Option<Time>) {
        self.0
            .frozen
            .store(at.unwrap_or_else(|| self.now()).0, Ordering::Release);
        self.0.moved.send_replace(());
    }

    /// Shows another time, and goes on from there where it runs.
    pub fn set(&self, to: Time) {
        if self.is_frozen() {
            return self.freeze(Some(to));
        }
        self.0.ahead.store(to.0 - system_time(), Ordering::Release);
        self.0.moved.send_replace(());
    }

    /// Moves on by so many milliseconds; back where they are negative.
    pub fn advance(&self, milliseconds: i64) {
        self.set(Time(self.now().0.saturating_add(milliseconds)));
    }

    /// Runs on from where it stands.
    pub fn run(&self) {
        let now = self.now();
        self.0.frozen.store(RUNNING, Ordering::Release);
        self.set(now);
    }

    /// Follows the system again.
    pub fn follow_system(&self) {
        self.0.frozen.store(RUNNING, Ordering::Release);
        self.0.ahead.store(0, Ordering::Release);
        self.0.moved.send_replace(());
    }

    /// Waits until so much time has gone by on this clock: for ever where it stands still and nobody moves it.
    pub async fn sleep(&self, duration: Duration) {
        let mut moved = self.0.moved.subscribe();
        let length = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        let mut due = self.now().0.saturating_add(length);
        loop {
            let now = self.now().0;
            // Set back, it must not make anybody wait longer than asked.
            due = due.min(now.saturating_add(length));
            let Ok(left @ 1..) = u64::try_from(due - now) else {
                return;
            };
            tokio::select! {
                () = tokio::time::sleep(Duration::from_millis(left)), if !self.is_frozen() => {}
                _ = moved.changed() => {}
            }
        }
    }
}

fn system_time() -> i64 {
    Timestamp::now().as_millisecond()
}

impl fmt::Debug for Clock {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "Clock({}{})",
            self.now(),
            if self.is_frozen() { ", frozen" } else { "" }
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frozen_clock_moves_only_when_told_and_runs_on_from_there() {
        let clock = Clock::system();
        clock.freeze(Some(Time(5_000)));
        assert_eq!(clock.now(), Time(5_000));
        clock.advance(1_500);
        assert_eq!(clock.now(), Time(6_500));
        clock.run();
        assert!((6_500..60_000).contains(&clock.now().0) && !clock.is_frozen());
        clock.follow_system();
        assert_eq!(clock.ahead(), 0);
    }

    #[tokio::test]
    async fn sleepers_follow_the_clock() {
        let clock = Clock::system();
        clock.freeze(None);
        let mut asleep = std::pin::pin!(clock.sleep(Duration::from_hours(1)));
        tokio::select! {
            biased;
            () = &mut asleep => panic!("the clock stands still"),
            () = tokio::task::yield_now() => {}
        }
        clock.advance(3_600_000);
        asleep.await;
    }
}
