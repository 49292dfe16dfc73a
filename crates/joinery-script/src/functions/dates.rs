//! Dates are text: RFC 3339 in UTC with milliseconds, as most APIs send them. They compare and sort as text.

use jiff::{
    SignedDuration, Span, Timestamp, ZonedDateTime,
    civil::{Date, DateTime},
    fmt::{rfc2822, strtime},
    tz::TimeZone,
};
use rhai::{EvalAltResult, Module, NativeCallContext, export_module, exported_module};

use crate::{error::complain, state::run_of};

/// The module of this group.
pub fn module() -> Module {
    exported_module!(functions)
}

/// `2026-03-01T12:30:00.000Z`
fn written(time: Timestamp) -> String {
    format!("{time:.3}")
}

fn present(context: &NativeCallContext) -> Result<Timestamp, Box<EvalAltResult>> {
    let milliseconds = run_of(context)?.host.now_ms();
    Timestamp::from_millisecond(milliseconds).map_err(|error| complain(error.to_string()))
}

fn read(text: &str) -> Result<Timestamp, Box<EvalAltResult>> {
    let text = text.trim();
    if let Ok(time) = text.parse::<Timestamp>() {
        return Ok(time);
    }
    if let Ok(time) = text
        .parse::<DateTime>()
        .and_then(|time| time.to_zoned_datetime(TimeZone::UTC))
    {
        return Ok(time.timestamp());
    }
    if let Ok(time) = text
        .parse::<Date>()
        .and_then(|date| date.to_zoned_datetime(TimeZone::UTC))
    {
        return Ok(time.timestamp());
    }
    if let Ok(time) = rfc2822::parse(text) {
        return Ok(time.timestamp());
    }
    Err(complain(format!(
        "`{text}` is not a date such as 2026-03-01 or 2026-03-01T12:30:00Z"
    )))
}

fn moved(time: Timestamp, amount: i64, unit: &str) -> Result<Timestamp, Box<EvalAltResult>> {
    let span = Span::new();
    let span = match unit.strip_suffix('s').unwrap_or(unit) {
        "millisecond" => span.try_milliseconds(amount),
        "second" => span.try_seconds(amount),
        "minute" => span.try_minutes(amount),
        "hour" => span.try_hours(amount),
        "day" => span.try_days(amount),
        "week" => span.try_weeks(amount),
        "month" => span.try_months(amount),
        "year" => span.try_years(amount),
        _ => {
            return Err(complain(format!(
                "`{unit}` is not a unit; use milliseconds, seconds, minutes, hours, days, weeks, months or years"
            )));
        }
    };
    span.and_then(|span| time.to_zoned_datetime(TimeZone::UTC).checked_add(span))
        .map(|time: ZonedDateTime| time.timestamp())
        .map_err(|error| complain(format!("this date is out of reach: {error}")))
}

#[export_module]
mod functions {
    use rhai::plugin::*;

    /// The present moment.
    /// ```rhai
    /// now() == "2026-03-01T12:30:00.000Z"
    /// ```
    #[rhai_fn(return_raw)]
    pub fn now(context: NativeCallContext) -> Result<String, Box<EvalAltResult>> {
        Ok(written(present(&context)?))
    }

    /// Today's date in UTC.
    /// ```rhai
    /// today() == "2026-03-01"
    /// ```
    #[rhai_fn(return_raw)]
    pub fn today(context: NativeCallContext) -> Result<String, Box<EvalAltResult>> {
        Ok(present(&context)?.to_zoned_datetime(TimeZone::UTC).date().to_string())
    }

    /// The moment so many minutes ago.
    /// ```rhai
    /// minutes_ago(5) == "2026-03-01T12:25:00.000Z"
    /// ```
    #[rhai_fn(return_raw)]
    pub fn minutes_ago(context: NativeCallContext, minutes: i64) -> Result<String, Box<EvalAltResult>> {
        let back = minutes
            .checked_mul(-60)
            .ok_or_else(|| complain("this date is out of reach"))?;
        present(&context)?
            .checked_add(SignedDuration::from_secs(back))
            .map(written)
            .map_err(|error| complain(format!("this date is out of reach: {error}")))
    }

    /// A date in the form the other functions take. Reads RFC 3339, plain dates, RFC 2822, or the given format
    /// (`%d.%m.%Y %H:%M`).
    /// ```rhai
    /// parse_date("01.03.2026", "%d.%m.%Y") == "2026-03-01T00:00:00.000Z"
    /// ```
    #[rhai_fn(return_raw)]
    pub fn parse_date(text: &str) -> Result<String, Box<EvalAltResult>> {
        read(text).map(written)
    }
    #[rhai_fn(name = "parse_date", return_raw)]
    pub fn parse_date_as(text: &str, format: &str) -> Result<String, Box<EvalAltResult>> {
        let wrong = |error: jiff::Error| complain(format!("`{text}` is not a date of the form `{format}`: {error}"));
        let parts = strtime::parse(format, text).map_err(wrong)?;
        if let Ok(time) = parts.to_timestamp() {
            return Ok(written(time));
        }
        let time = match parts.to_datetime() {
            Ok(time) => time,
            Err(_) => parts
                .to_date()
                .map_err(wrong)?
                .to_datetime(jiff::civil::Time::midnight()),
        };
        time.to_zoned_datetime(TimeZone::UTC)
            .map(|time| written(time.timestamp()))
            .map_err(wrong)
    }

    /// A date as text in a format of `%Y %m %d %H %M %S %A %B ...`, in UTC.
    /// ```rhai
    /// format_date("2026-03-01T12:30:00Z", "%d.%m.%Y") == "01.03.2026"
    /// ```
    #[rhai_fn(return_raw)]
    pub fn format_date(date: &str, format: &str) -> Result<String, Box<EvalAltResult>> {
        let time = read(date)?.to_zoned_datetime(TimeZone::UTC);
        strtime::format(format, &time).map_err(|error| complain(format!("`{format}` is not a date format: {error}")))
    }

    /// A date moved by an amount of `milliseconds`, `seconds`, `minutes`, `hours`, `days`, `weeks`, `months` or
    /// `years` (or one `second`, `minute` ...); a negative amount moves it back.
    /// ```rhai
    /// add("2026-01-31", 1, "month") == "2026-02-28T00:00:00.000Z"
    /// ```
    #[rhai_fn(return_raw)]
    pub fn add(date: &str, amount: i64, unit: &str) -> Result<String, Box<EvalAltResult>> {
        moved(read(date)?, amount, unit).map(written)
    }
}
