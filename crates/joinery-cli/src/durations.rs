//! Lengths of time as people write them: `500ms`, `30s`, `2m`.

use std::time::Duration;

/// Reads a length of time; a number without a unit is seconds.
///
/// # Errors
/// What to write instead.
pub fn parse(text: &str) -> Result<Duration, String> {
    let split = text
        .find(|letter: char| !letter.is_ascii_digit() && letter != '.')
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let number: f64 = number
        .parse()
        .map_err(|_| format!("write it as 500ms, 30s or 2m, not `{text}`"))?;
    let seconds = match unit {
        "ms" => number / 1000.0,
        "" | "s" => number,
        "m" => number * 60.0,
        _ => return Err(format!("`{unit}` is not a unit: write ms, s or m")),
    };
    Duration::try_from_secs_f64(seconds).map_err(|_| format!("`{text}` is too long"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_read_and_others_refused() {
        assert_eq!(parse("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(parse("1.5s"), Ok(Duration::from_millis(1500)));
        assert_eq!(parse("2m"), Ok(Duration::from_secs(120)));
        assert_eq!(parse("7"), Ok(Duration::from_secs(7)));
        assert_eq!(parse("2h"), Err("`h` is not a unit: write ms, s or m".to_owned()));
        assert_eq!(
            parse("soon"),
            Err("write it as 500ms, 30s or 2m, not `soon`".to_owned())
        );
        assert!(parse("99999999999999999999999999m").is_err());
    }
}
