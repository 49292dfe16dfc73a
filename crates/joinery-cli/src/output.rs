//! Printing: results to stdout, everything else to stderr, colour only on a terminal.

use std::{
    fs::File,
    io::{self, ErrorKind, Write},
    path::Path,
};

use clap::builder::styling::{AnsiColor, Style};
use joinery_app::{Code, ConsoleLevel, ConsoleLine, Error};
use serde::Serialize;
use serde_json::{Value, json};

use crate::excerpt::{self, Finding};

/// Colour of what needs no attention.
pub const DIM: Style = AnsiColor::BrightBlack.on_default();
/// Colour of what went well.
pub const GOOD: Style = AnsiColor::Green.on_default();
/// Colour of what went wrong.
pub const BAD: Style = AnsiColor::Red.on_default();
/// Colour of what may be wrong.
pub const DOUBT: Style = AnsiColor::Yellow.on_default();

/// Prints a result as it is.
///
/// # Errors
/// [`Code::Unavailable`] when it cannot be written; a reader that went away is no error.
pub fn bytes(bytes: &[u8]) -> Result<(), Error> {
    let mut out = io::stdout().lock();
    heard(out.write_all(bytes).and_then(|()| out.flush()))
}

/// Prints a result as it stands in a file, without taking it into memory.
///
/// # Errors
/// As [`bytes`], and when the file cannot be read.
pub fn file(path: &Path) -> Result<(), Error> {
    let copied = File::open(path).and_then(|mut file| io::copy(&mut file, &mut io::stdout().lock()));
    heard(copied.map(|_| ()))
}

/// Prints a result and a line end, coloured on a terminal.
///
/// # Errors
/// As [`bytes`].
pub fn line(text: &str) -> Result<(), Error> {
    heard(writeln!(anstream::stdout().lock(), "{text}"))
}

/// Prints a result as JSON, readable.
///
/// # Errors
/// As [`bytes`].
pub fn json(value: &impl Serialize) -> Result<(), Error> {
    let text = serde_json::to_string_pretty(value).expect("our shapes have text keys and plain values");
    bytes(format!("{text}\n").as_bytes())
}

/// Writes a HAR log to a file.
///
/// # Errors
/// [`Code::Unavailable`] when it cannot be written.
pub fn har(log: &Value, file: &Path) -> Result<(), Error> {
    std::fs::write(file, format!("{log:#}\n")).map_err(|error| not_written(file, &error))
}

/// That a file cannot be written.
pub fn not_written(file: &Path, error: &io::Error) -> Error {
    Error::new(Code::Unavailable, format!("cannot write {}: {error}", file.display()))
        .with_hint("Check that its folder exists and can be written to.")
}

fn heard(written: io::Result<()>) -> Result<(), Error> {
    match written {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Error::new(
            Code::Unavailable,
            format!("cannot write the result: {error}"),
        )),
        _ => Ok(()),
    }
}

/// A line of a script's console.
pub fn console(line: &ConsoleLine) -> String {
    let (word, style) = match line.level {
        ConsoleLevel::Print => ("print", DIM),
        ConsoleLevel::Info => ("info ", GOOD),
        ConsoleLevel::Warn => ("warn ", DOUBT),
        ConsoleLevel::Error => ("error", BAD),
    };
    format!(
        "{style}{word}{style:#} {} {DIM}{}:{}{DIM:#}",
        printable(&line.text),
        line.file,
        line.line
    )
}

/// Tells people something that is not the result. A closed stderr is no reason to stop.
pub fn note(text: &str) {
    let _ = writeln!(anstream::stderr().lock(), "{text}");
}

/// Tells people something that may be wrong.
pub fn warning(text: &str) {
    note(&format!("{DOUBT}warning:{DOUBT:#} {text}"));
}

/// A moment as people read it, in UTC; `ms` counts from 1970.
pub fn moment(ms: i64) -> String {
    jiff::Timestamp::from_millisecond(ms).map_or_else(|_| ms.to_string(), |at| at.strftime("%F %T").to_string())
}

/// Shows a failure: as JSON in one line, or with the line it is about.
pub fn error(error: &Error, as_json: bool) {
    if as_json {
        let Error {
            code,
            message,
            hint,
            file,
            line,
            column,
        } = error;
        let shape = json!({
            "code": code, "message": message, "hint": hint, "file": file, "line": line, "column": column,
        });
        let _ = writeln!(io::stderr().lock(), "{shape}");
        return;
    }
    let file = error.file.as_deref().unwrap_or_default();
    let text = std::fs::read_to_string(file).ok();
    let finding = Finding {
        file,
        line: error.line.unwrap_or(0),
        column: error.column.unwrap_or(0),
        end_column: None,
        is_error: true,
        code: "",
        message: &error.message,
        hint: error.hint.as_deref(),
    };
    note(excerpt::render(&finding, text.as_deref()).trim_end());
}

/// Text from elsewhere, without what would steer the terminal.
pub fn printable(text: &str) -> String {
    text.chars()
        .map(|letter| {
            if letter.is_control() && !matches!(letter, '\n' | '\t') {
                '\u{fffd}'
            } else {
                letter
            }
        })
        .collect()
}

/// Bytes as people read them.
pub fn size(bytes: u64) -> String {
    let mut amount = bytes as f64;
    for unit in ["B", "kB", "MB"] {
        if amount < 1000.0 {
            return if unit == "B" {
                format!("{bytes} B")
            } else {
                format!("{amount:.1} {unit}")
            };
        }
        amount /= 1000.0;
    }
    format!("{amount:.1} GB")
}

/// `1 file`, `2 files`.
pub fn count(number: usize, word: &str) -> String {
    format!("{number} {word}{}", if number == 1 { "" } else { "s" })
}
