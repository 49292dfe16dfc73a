//! Dates are text: RFC 3339 in UTC with milliseconds, as most APIs send them. They compare and sort as text.

use std::sync::LazyLock;

use jiff::{
    SignedDuration, Span, Timestamp, ZonedDateTime,
    civil::{Date, DateTime},
    fmt::{rfc2822, strtime},
    tz::{Offset, TimeZone, TimeZoneDatabase},
};
use rhai::{EvalAltResult, Module, NativeCallContext, export_module, exported_module};

use crate::{error::complain, state::run_of, syntax::nearest};

/// The module of this group.
pub fn module() -> Module {
    exported_module!(functions)
}

/// `2026-03-01T12:30:00.000Z`
pub fn written(time: Timestamp) -> String {
    format!("{time:.3}")
}

fn present(context: &NativeCallContext) -> Result<Timestamp, Box<EvalAltResult>> {
    let milliseconds = run_of(context)?.host.now_ms();
    Timestamp::from_millisecond(milliseconds).map_err(|error| complain(error.to_string()))
}

/// The moment a text stands for.
///
/// # Errors
/// It stands for none.
pub fn read(text: &str) -> Result<Timestamp, Box<EvalAltResult>> {
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

fn ago(context: &NativeCallContext, count: i64, seconds: i64) -> Result<String, Box<EvalAltResult>> {
    let back = count
        .checked_mul(-seconds)
        .ok_or_else(|| complain("this date is out of reach"))?;
    present(context)?
        .checked_add(SignedDuration::from_secs(back))
        .map(written)
        .map_err(|error| complain(format!("this date is out of reach: {error}")))
}

/// The time zone of that name. The names are our own copy, so that a run gives the same on every machine.
///
/// # Errors
/// There is none of that name.
pub fn zone_of(name: &str) -> Result<TimeZone, Box<EvalAltResult>> {
    static ZONES: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);
    if let Some(zone) = offset(name) {
        return Ok(zone);
    }
    ZONES.get(name).map_err(|_| {
        let known: Vec<String> = ZONES.available().map(|zone| zone.to_string()).collect();
        let near = nearest(name, known.iter().map(String::as_str)).map(|near| format!("; did you mean `{near}`?"));
        let hint = near.unwrap_or_else(|| ", such as Europe/Berlin or +02:00".to_owned());
        complain(format!("`{name}` is not a time zone{hint}"))
    })
}

/// `+02:00`
fn offset(name: &str) -> Option<TimeZone> {
    let (sign, rest) = match name.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let (hours, minutes) = rest.split_once(':').unwrap_or((rest, "0"));
    let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
    let seconds = sign * (hours.checked_mul(60)?.checked_add(minutes)?).checked_mul(60)?;
    Offset::from_seconds(seconds).ok().map(TimeZone::fixed)
}

fn parsed(text: &str, format: &str, zone: TimeZone) -> Result<String, Box<EvalAltResult>> {
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
    time.to_zoned_datetime(zone)
        .map(|time| written(time.timestamp()))
        .map_err(wrong)
}

fn formatted(date: &str, format: &str, zone: TimeZone) -> Result<String, Box<EvalAltResult>> {
    let time = read(date)?.to_zoned_datetime(zone);
    strtime::format(format, &time).map_err(|error| complain(format!("`{format}` is not a date format: {error}")))
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
        ago(&context, minutes, 60)
    }

    /// The moment so many hours ago.
    /// ```rhai
    /// hours_ago(1) == "2026-03-01T11:30:00.000Z"
    /// ```
    #[rhai_fn(return_raw)]
    pub fn hours_ago(context: NativeCallContext, hours: i64) -> Result<String, Box<EvalAltResult>> {
        ago(&context, hours, 3_600)
    }

    /// The moment so many days of 24 hours ago.
    /// ```rhai
    /// days_ago(7) == "2026-02-22T12:30:00.000Z"
    /// ```
    #[rhai_fn(return_raw)]
    pub fn days_ago(context: NativeCallContext, days: i64) -> Result<String, Box<EvalAltResult>> {
        ago(&context, days, 86_400)
    }

    /// A date in the form the other functions take. Reads RFC 3339, plain dates, RFC 2822, or the given format
    /// (`%d.%m.%Y %H:%M`); a third argument names the time zone of a text that names none, which is UTC otherwise.
    /// ```rhai
    /// parse_date("01.03.2026", "%d.%m.%Y") == "2026-03-01T00:00:00.000Z"
    /// ```
    #[rhai_fn(return_raw)]
    pub fn parse_date(text: &str) -> Result<String, Box<EvalAltResult>> {
        read(text).map(written)
    }
    #[rhai_fn(name = "parse_date", return_raw)]
    pub fn parse_date_as(text: &str, format: &str) -> Result<String, Box<EvalAltResult>> {
        parsed(text, format, TimeZone::UTC)
    }
    #[rhai_fn(name = "parse_date", return_raw)]
    pub fn parse_date_in(text: &str, format: &str, zone: &str) -> Result<String, Box<EvalAltResult>> {
        parsed(text, format, zone_of(zone)?)
    }

    /// A date as text in a format of `%Y %m %d %H %M %S %A %B ...`, in UTC or the time zone given.
    /// ```rhai
    /// format_date("2026-03-01T12:30:00Z", "%d.%m.%Y %H:%M", "Europe/Berlin") == "01.03.2026 13:30"
    /// ```
    #[rhai_fn(return_raw)]
    pub fn format_date(date: &str, format: &str) -> Result<String, Box<EvalAltResult>> {
        formatted(date, format, TimeZone::UTC)
    }
    #[rhai_fn(name = "format_date", return_raw)]
    pub fn format_date_in(date: &str, format: &str, zone: &str) -> Result<String, Box<EvalAltResult>> {
        formatted(date, format, zone_of(zone)?)
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

    /// A date moved back by an amount of a unit that `add` knows.
    /// ```rhai
    /// subtract("2026-03-01T12:00:00Z", 90, "minutes") == "2026-03-01T10:30:00.000Z"
    /// ```
    #[rhai_fn(return_raw)]
    pub fn subtract(date: &str, amount: i64, unit: &str) -> Result<String, Box<EvalAltResult>> {
        let amount = amount
            .checked_neg()
            .ok_or_else(|| complain("this date is out of reach"))?;
        moved(read(date)?, amount, unit).map(written)
    }
}
