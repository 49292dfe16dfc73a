//! Dates taken apart and measured: time zones, differences, beginnings, Unix time.

use jiff::{SignedDuration, Timestamp, Unit, ZonedDateTime, tz::TimeZone};
use rhai::{EvalAltResult, Map, Module, export_module, exported_module};

use super::dates::{read, written, zone_of};
use crate::{error::complain, explain::type_words};

/// The module of this group.
pub fn module() -> Module {
    exported_module!(functions)
}

fn out_of_reach(error: jiff::Error) -> Box<EvalAltResult> {
    complain(format!("this date is out of reach: {error}"))
}

fn not_a_unit(unit: &str, known: &str) -> Box<EvalAltResult> {
    complain(format!("`{unit}` is not a unit; use {known}"))
}

fn start(date: &str, unit: &str, zone: TimeZone) -> Result<String, Box<EvalAltResult>> {
    let time = read(date)?.to_zoned_datetime(zone.clone());
    let day = time.date();
    let day = match unit.strip_suffix('s').unwrap_or(unit) {
        "year" => day.first_of_year(),
        "month" => day.first_of_month(),
        "week" => {
            let since_monday = i64::from(day.weekday().to_monday_zero_offset());
            day.checked_sub(SignedDuration::from_hours(24 * since_monday))
                .map_err(out_of_reach)?
        }
        "day" => day,
        small @ ("hour" | "minute" | "second") => {
            let seconds = match small {
                "hour" => 3_600,
                "minute" => 60,
                _ => 1,
            };
            // Counted in local time: some zones are off by half an hour.
            let local = time.timestamp().as_second() + i64::from(time.offset().seconds());
            let begun = time.timestamp().as_second() - local.rem_euclid(seconds);
            return Timestamp::from_second(begun).map(written).map_err(out_of_reach);
        }
        _ => return Err(not_a_unit(unit, "year, month, week, day, hour, minute or second")),
    };
    let begun = day.to_zoned_datetime(zone).map_err(out_of_reach)?;
    Ok(written(begun.timestamp()))
}

fn between(from: &str, to: &str, unit: &str) -> Result<i64, Box<EvalAltResult>> {
    let (from, to) = (read(from)?, read(to)?);
    let milliseconds = match unit.strip_suffix('s').unwrap_or(unit) {
        "millisecond" => 1,
        "second" => 1_000,
        "minute" => 60_000,
        "hour" => 3_600_000,
        "day" => 86_400_000,
        "week" => 7 * 86_400_000,
        calendar @ ("month" | "year") => {
            let zoned = |time: Timestamp| -> ZonedDateTime { time.to_zoned_datetime(TimeZone::UTC) };
            let largest = if calendar == "year" { Unit::Year } else { Unit::Month };
            let span = zoned(from).until((largest, &zoned(to))).map_err(out_of_reach)?;
            return Ok(i64::from(if calendar == "year" {
                i32::from(span.get_years())
            } else {
                span.get_months()
            }));
        }
        _ => {
            return Err(not_a_unit(
                unit,
                "milliseconds, seconds, minutes, hours, days, weeks, months or years",
            ));
        }
    };
    Ok((to.as_millisecond() - from.as_millisecond()) / milliseconds)
}

fn parts(date: &str, zone: TimeZone) -> Result<Map, Box<EvalAltResult>> {
    let time = read(date)?.to_zoned_datetime(zone);
    let week = time.date().iso_week_date();
    let parts = [
        ("year", i64::from(time.year())),
        ("month", i64::from(time.month())),
        ("day", i64::from(time.day())),
        ("hour", i64::from(time.hour())),
        ("minute", i64::from(time.minute())),
        ("second", i64::from(time.second())),
        ("millisecond", i64::from(time.millisecond())),
        ("weekday", i64::from(time.weekday().to_monday_one_offset())),
        ("day_of_year", i64::from(time.day_of_year())),
        ("week", i64::from(week.week())),
    ];
    Ok(parts
        .into_iter()
        .map(|(name, number)| (name.into(), number.into()))
        .collect())
}

#[export_module]
mod functions {
    use rhai::plugin::*;

    /// Whether a text is a date that the functions here read.
    /// ```rhai
    /// is_date("2026-03-01") && !is_date("yesterday")
    /// ```
    pub fn is_date(text: &str) -> bool {
        read(text).is_ok()
    }

    /// A date written with the clock of a time zone, which is a name such as `Europe/Berlin` or an offset.
    /// ```rhai
    /// in_zone("2026-07-01T12:00:00Z", "America/New_York") == "2026-07-01T08:00:00-04:00"
    /// ```
    #[rhai_fn(return_raw)]
    pub fn in_zone(date: &str, zone: &str) -> Result<String, Box<EvalAltResult>> {
        let time = read(date)?.to_zoned_datetime(zone_of(zone)?);
        jiff::fmt::strtime::format("%Y-%m-%dT%H:%M:%S%:z", &time).map_err(out_of_reach)
    }

    /// The whole units between two dates: `milliseconds` to `years`; negative where the second is earlier.
    /// ```rhai
    /// difference("2026-03-01", "2026-03-02T18:00:00Z", "days") == 1
    /// ```
    #[rhai_fn(return_raw)]
    pub fn difference(from: &str, to: &str, unit: &str) -> Result<i64, Box<EvalAltResult>> {
        between(from, to, unit)
    }

    /// The beginning of a date's `year`, `month`, `week` (Monday), `day`, `hour` or `minute`, in UTC or a time zone.
    /// ```rhai
    /// start_of("2026-03-01T12:30:00Z", "month") == "2026-03-01T00:00:00.000Z"
    ///     && start_of("2026-03-01T12:30:00Z", "day", "Asia/Tokyo") == "2026-02-28T15:00:00.000Z"
    /// ```
    #[rhai_fn(return_raw)]
    pub fn start_of(date: &str, unit: &str) -> Result<String, Box<EvalAltResult>> {
        start(date, unit, TimeZone::UTC)
    }
    #[rhai_fn(name = "start_of", return_raw)]
    pub fn start_of_in(date: &str, unit: &str, zone: &str) -> Result<String, Box<EvalAltResult>> {
        start(date, unit, zone_of(zone)?)
    }

    /// The numbers of a date: `year month day hour minute second millisecond weekday` (1 is Monday) `day_of_year week`.
    /// ```rhai
    /// date_parts("2026-03-01T12:30:00Z").weekday == 7
    /// ```
    #[rhai_fn(return_raw)]
    pub fn date_parts(date: &str) -> Result<Map, Box<EvalAltResult>> {
        parts(date, TimeZone::UTC)
    }
    #[rhai_fn(name = "date_parts", return_raw)]
    pub fn date_parts_in(date: &str, zone: &str) -> Result<Map, Box<EvalAltResult>> {
        parts(date, zone_of(zone)?)
    }

    /// A date as whole seconds since 1970.
    /// ```rhai
    /// to_unix("2026-03-01T12:30:00Z") == 1772368200
    /// ```
    #[rhai_fn(return_raw)]
    pub fn to_unix(date: &str) -> Result<i64, Box<EvalAltResult>> {
        Ok(read(date)?.as_second())
    }

    /// A date as milliseconds since 1970.
    /// ```rhai
    /// to_unix_ms("2026-03-01T12:30:00.5Z") == 1772368200500
    /// ```
    #[rhai_fn(return_raw)]
    pub fn to_unix_ms(date: &str) -> Result<i64, Box<EvalAltResult>> {
        Ok(read(date)?.as_millisecond())
    }

    /// The date of a number of seconds since 1970.
    /// ```rhai
    /// from_unix(1772368200) == "2026-03-01T12:30:00.000Z"
    /// ```
    #[rhai_fn(return_raw)]
    pub fn from_unix(seconds: Dynamic) -> Result<String, Box<EvalAltResult>> {
        let milliseconds = match (seconds.as_int(), seconds.as_float()) {
            (Ok(whole), _) => whole.checked_mul(1_000),
            (_, Ok(number)) => Some((number * 1_000.0).round() as i64),
            _ => {
                return Err(complain(format!(
                    "from_unix takes a number, not {}",
                    type_words(seconds.type_name())
                )));
            }
        };
        from_unix_ms(milliseconds.unwrap_or(i64::MAX))
    }

    /// The date of a number of milliseconds since 1970.
    /// ```rhai
    /// from_unix_ms(1772368200500) == "2026-03-01T12:30:00.500Z"
    /// ```
    #[rhai_fn(return_raw)]
    pub fn from_unix_ms(milliseconds: i64) -> Result<String, Box<EvalAltResult>> {
        Timestamp::from_millisecond(milliseconds)
            .map(written)
            .map_err(out_of_reach)
    }
}
