//! Lengths of time as people write them: `250ms`, `2s`, `1h30m`.

use std::time::Duration;

/// The units, the longest first, with their milliseconds.
const UNITS: &[(&str, u64)] = &[
    ("d", 86_400_000),
    ("h", 3_600_000),
    ("m", 60_000),
    ("s", 1000),
    ("ms", 1),
];

/// Reads a length of time; a plain number is one of seconds.
///
/// # Errors
/// That it is none.
pub fn parse(text: &str) -> Result<Duration, String> {
    let wrong = || format!("`{text}` is not a length of time such as 250ms, 2s or 1h30m");
    if let Ok(seconds) = text.parse::<u64>() {
        return seconds.checked_mul(1000).map(Duration::from_millis).ok_or_else(wrong);
    }
    let mut milliseconds: u64 = 0;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let (number, unit) = rest.split_at(digits);
        let letters = unit.find(|c: char| c.is_ascii_digit()).unwrap_or(unit.len());
        let (unit, after) = unit.split_at(letters);
        let size = UNITS.iter().find(|(name, _)| *name == unit).map(|(_, size)| *size);
        let part = number
            .parse::<u64>()
            .ok()
            .zip(size)
            .and_then(|(number, size)| number.checked_mul(size));
        milliseconds = part.and_then(|part| milliseconds.checked_add(part)).ok_or_else(wrong)?;
        rest = after;
    }
    if text.is_empty() {
        return Err(wrong());
    }
    Ok(Duration::from_millis(milliseconds))
}

/// Writes a length of time so that [`parse`] reads it.
pub fn shown(duration: Duration) -> String {
    let mut left = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    if left == 0 {
        return "0s".into();
    }
    let mut text = String::new();
    for (unit, size) in UNITS {
        if left >= *size {
            text.push_str(&(left / size).to_string());
            text.push_str(unit);
            left %= size;
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_are_read_and_written() {
        for (text, milliseconds) in [
            ("250ms", 250),
            ("2s", 2000),
            ("1h30m", 5_400_000),
            ("1s500ms", 1500),
            ("0s", 0),
        ] {
            assert_eq!(parse(text), Ok(Duration::from_millis(milliseconds)), "{text}");
            assert_eq!(shown(Duration::from_millis(milliseconds)), text);
        }
        assert_eq!(parse("90"), Ok(Duration::from_secs(90)));
        for wrong in ["", "soon", "5 s", "-1s", "1x", "99999999999999999999s"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
