//! What a server says about its rate limit: Okta's headers, their common spelling without a dash, and the draft's.

use http::HeaderMap;
use jiff::Timestamp;
use joinery_connector::http::RateLimit;

/// The rate limit that `headers` tell of. Of several lines of a header, the first counts.
pub(crate) fn rate_limit(headers: &HeaderMap) -> Option<RateLimit> {
    read(headers, "x-rate-limit", ends_at)
        .or_else(|| read(headers, "x-ratelimit", ends_at))
        .or_else(|| read(headers, "ratelimit", ends_after))
}

/// The server's own clock when it answered, in seconds since 1970.
pub(crate) fn date(headers: &HeaderMap) -> Option<u64> {
    seconds(headers.get(http::header::DATE)?.to_str().ok()?)
}

/// An HTTP date as seconds since 1970.
pub(crate) fn seconds(date: &str) -> Option<u64> {
    let date: Timestamp = jiff::fmt::rfc2822::parse(date).ok()?.timestamp();
    u64::try_from(date.as_second()).ok()
}

/// A header's value as a whole number.
pub(crate) fn number(headers: &HeaderMap, name: &str) -> Option<u64> {
    headers.get(name)?.to_str().ok()?.trim().parse().ok()
}

type Reset = fn(&HeaderMap, u64) -> Option<u64>;

fn read(headers: &HeaderMap, family: &str, reset: Reset) -> Option<RateLimit> {
    let part = |name: &str| number(headers, &format!("{family}-{name}"));
    Some(RateLimit {
        limit: u32::try_from(part("limit")?).ok()?,
        remaining: u32::try_from(part("remaining")?).ok()?,
        reset: reset(headers, part("reset")?)?,
    })
}

#[expect(clippy::unnecessary_wraps, reason = "the signature of `Reset`")]
fn ends_at(_: &HeaderMap, reset: u64) -> Option<u64> {
    Some(reset)
}

/// The draft counts from the answer: without a `Date` the end is not known.
fn ends_after(headers: &HeaderMap, reset: u64) -> Option<u64> {
    date(headers)?.checked_add(reset)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(lines: &[(&'static str, &str)], expected: Option<(u32, u32, u64)>) {
        let headers = lines
            .iter()
            .map(|(name, value)| (http::HeaderName::from_static(name), value.parse().unwrap()))
            .collect();
        let found = rate_limit(&headers).map(|limit| (limit.limit, limit.remaining, limit.reset));
        assert_eq!(found, expected);
    }

    #[test]
    fn okta_tells_when_the_window_ends() {
        let lines = [
            ("x-rate-limit-limit", "600"),
            ("x-rate-limit-remaining", "599"),
            ("x-rate-limit-reset", "1784000000"),
        ];
        check(&lines, Some((600, 599, 1_784_000_000)));
        check(&lines[..2], None);
    }

    #[test]
    fn draft_tells_how_long_the_window_lasts() {
        let lines = [
            ("ratelimit-limit", "10"),
            ("ratelimit-remaining", "0"),
            ("ratelimit-reset", "30"),
            ("date", "Thu, 01 Jan 1970 00:01:00 GMT"),
        ];
        check(&lines, Some((10, 0, 90)));
        check(&lines[..3], None);
    }

    #[test]
    fn nonsense_is_no_limit() {
        check(
            &[
                ("x-rate-limit-limit", "many"),
                ("x-rate-limit-remaining", "-1"),
                ("x-rate-limit-reset", ""),
            ],
            None,
        );
    }
}
