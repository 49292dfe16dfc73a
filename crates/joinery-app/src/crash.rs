//! What is told of a mistake of ours: where it is and the way to it, on stderr and in a file of the store. Nothing that
//! the program held is in it, secrets least of all: what a panic says is shown only where it was written beforehand.

use std::{
    any::Any,
    backtrace::Backtrace,
    fs,
    io::{self, Write as _},
    panic::{self, PanicHookInfo},
    path::{Path, PathBuf},
};

use crate::studio::now_ms;

/// Words of the standard library before whatever was in hand.
const BEFOREHAND: &[&str] = &[
    "called `Result::unwrap()` on an `Err` value",
    "index out of bounds",
    "assertion `left == right` failed",
    "assertion `left != right` failed",
    "attempt to",
    "already borrowed",
    "already mutably borrowed",
    "byte index",
    "start byte index",
    "end byte index",
    "range start index",
    "range end index",
    "slice index starts at",
];

/// Reports that are kept.
const KEPT: usize = 20;

/// Reports every panic of this process from now on: to stderr, and to a file in `crashes` of `home` where one is given.
pub fn report(home: Option<PathBuf>) {
    panic::set_hook(Box::new(move |info| tell(info, home.as_deref())));
}

/// A hook that panics itself ends the process without a word: nothing here may fail.
fn tell(info: &PanicHookInfo<'_>, home: Option<&Path>) {
    let place = info.location().map(ToString::to_string).unwrap_or_default();
    let said = said(info.payload());
    let head = format!(
        "Joinery {} made a mistake of its own at {place}: {said}\n",
        env!("CARGO_PKG_VERSION")
    );
    let text = format!("{head}\n{}", Backtrace::force_capture());
    let kept = home.and_then(|home| keep(&home.join("crashes"), &text).ok());
    let mut told = io::stderr().lock();
    let _ = told.write_all(head.as_bytes());
    let _ = match kept {
        Some(path) => writeln!(
            told,
            "  help: {} says more, and nothing of what you work on; send it with a bug report.",
            path.display()
        ),
        None => told.write_all(&text.as_bytes()[head.len()..]),
    };
}

/// What a panic says, as far as it was written beforehand: whatever was put in as it happened may be anything.
fn said(payload: &(dyn Any + Send)) -> &str {
    if let Some(written) = payload.downcast_ref::<&'static str>() {
        return written;
    }
    let text = payload.downcast_ref::<String>().map_or("", String::as_str);
    let known = BEFOREHAND.iter().copied().find(|known| text.starts_with(known));
    known.unwrap_or("what it says may hold secrets and is left out")
}

/// Writes a report and forgets the oldest.
fn keep(folder: &Path, text: &str) -> io::Result<PathBuf> {
    fs::create_dir_all(folder)?;
    let mut reports: Vec<PathBuf> = fs::read_dir(folder)?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    // Named by their time, they sort by it.
    reports.sort();
    for old in reports.iter().rev().skip(KEPT - 1) {
        fs::remove_file(old)?;
    }
    let path = folder.join(format!("{}-{}.txt", now_ms(), std::process::id()));
    fs::write(&path, text)?;
    Ok(path)
}
