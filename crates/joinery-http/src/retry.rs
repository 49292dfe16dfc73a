//! How long to wait before a request is repeated. Pure: the clock is the server's own `Date` header.

use std::time::Duration;

use http::HeaderMap;
use joinery_connector::manifest::RetryWait;

use crate::rate_limit::{date, number, seconds};

/// The longest wait that a server may ask for. Okta's windows last a minute; a server that asks for an hour is better
/// answered by a person.
pub(crate) const LONGEST_TOLD: Duration = Duration::from_secs(120);

/// A wait before a request is repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wait {
    /// How long.
    pub time: Duration,
    /// Whether the server asked for it.
    pub told: bool,
}

/// How long to wait after an answer with `headers` when `retries` were made before. Where the header a rule reads is
/// missing, the next best is taken: `Retry-After`, then doubling.
pub(crate) fn wait(rule: RetryWait, headers: &HeaderMap, retries: u32) -> Wait {
    let told = match rule {
        RetryWait::XRateLimitReset => until_reset(headers).or_else(|| retry_after(headers)),
        RetryWait::RetryAfter => retry_after(headers),
        RetryWait::Exponential => None,
    };
    Wait {
        time: told.unwrap_or_else(|| Duration::from_secs(1 << retries.min(16))),
        told: told.is_some(),
    }
}

/// As Okta's SDKs do: reset minus the server's date, plus one second. Where calls are left, as after a 503 or too many at
/// once, the limit is not what keeps the server from answering, and its reset is not waited for.
fn until_reset(headers: &HeaderMap) -> Option<Duration> {
    if number(headers, "x-rate-limit-remaining").is_some_and(|left| left > 0) {
        return None;
    }
    let left = number(headers, "x-rate-limit-reset")?.saturating_sub(date(headers)?);
    Some(Duration::from_secs(left.saturating_add(1)))
}

fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    if let Some(wait) = number(headers, "retry-after") {
        return Some(Duration::from_secs(wait));
    }
    let until = seconds(headers.get("retry-after")?.to_str().ok()?)?;
    Some(Duration::from_secs(until.saturating_sub(date(headers)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DATE: (&str, &str) = ("date", "Tue, 24 Nov 2026 21:00:00 GMT");

    #[track_caller]
    fn check(rule: RetryWait, lines: &[(&'static str, &str)], retries: u32, expected: u64) {
        let headers = lines
            .iter()
            .map(|(name, value)| (http::HeaderName::from_static(name), value.parse().unwrap()))
            .collect();
        assert_eq!(wait(rule, &headers, retries).time.as_secs(), expected, "{lines:?}");
    }

    #[test]
    fn reset_is_counted_from_the_servers_date_plus_a_second() {
        let rule = RetryWait::XRateLimitReset;
        check(rule, &[DATE, ("x-rate-limit-reset", "1795554012")], 0, 13);
        check(rule, &[DATE, ("x-rate-limit-reset", "1795553990")], 0, 1);
        let reset = ("x-rate-limit-reset", "1795554012");
        check(rule, &[DATE, reset, ("x-rate-limit-remaining", "0")], 0, 13);
        check(rule, &[DATE, reset, ("x-rate-limit-remaining", "7")], 0, 1);
    }

    #[test]
    fn retry_after_may_be_seconds_or_a_date() {
        let rule = RetryWait::RetryAfter;
        check(rule, &[("retry-after", "7")], 0, 7);
        check(rule, &[DATE, ("retry-after", "Tue, 24 Nov 2026 21:00:05 GMT")], 0, 5);
    }

    #[test]
    fn waits_double_where_no_header_tells() {
        for (retries, expected) in [(0, 1), (1, 2), (2, 4)] {
            check(RetryWait::Exponential, &[("retry-after", "9")], retries, expected);
            check(RetryWait::RetryAfter, &[], retries, expected);
        }
        check(RetryWait::XRateLimitReset, &[DATE, ("retry-after", "9")], 0, 9);
    }
}
