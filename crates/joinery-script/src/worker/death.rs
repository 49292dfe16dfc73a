//! What the end of a worker means to whoever wrote the script: which limit, and where the script was last seen.

use super::{process::Death, watch::Verdict};
use crate::{error::ScriptError, explain::stopped_without_place, limits::Limits, state::Stop};

/// Signals that tell why the system ended a process.
#[cfg(unix)]
mod signals {
    use std::{os::unix::process::ExitStatusExt, process::ExitStatus};

    /// Out of processor time.
    pub fn is_cpu(status: ExitStatus) -> bool {
        status.signal() == Some(libc::SIGXCPU)
    }

    /// Memory was touched that is not there: the end of the stack.
    pub fn is_stack(status: ExitStatus) -> bool {
        matches!(status.signal(), Some(libc::SIGSEGV | libc::SIGBUS))
    }

    /// Ended from outside, which the system does when memory runs out.
    pub fn is_killed(status: ExitStatus) -> bool {
        status.signal() == Some(libc::SIGKILL)
    }
}

/// Codes that tell why the system ended a process.
#[cfg(windows)]
mod signals {
    use std::process::ExitStatus;

    use windows_sys::Win32::Foundation::{ERROR_NOT_ENOUGH_QUOTA, STATUS_STACK_OVERFLOW};

    /// A job's processor time is up.
    pub fn is_cpu(status: ExitStatus) -> bool {
        status.code() == Some(ERROR_NOT_ENOUGH_QUOTA.cast_signed())
    }

    /// The end of the stack.
    pub fn is_stack(status: ExitStatus) -> bool {
        status.code() == Some(STATUS_STACK_OVERFLOW)
    }

    /// Nothing here tells that it was ended from outside.
    pub fn is_killed(_: ExitStatus) -> bool {
        false
    }
}

/// The error of a task whose worker ended so. `handed` names the files by their numbers; `file` is the script.
pub fn error(death: &Death, limits: &Limits, handed: &[String], file: &str) -> ScriptError {
    let (number, line) = death.place;
    let file = handed.get(number).map_or(file, String::as_str);
    let place = if line == 0 {
        file.to_owned()
    } else {
        format!("{file}:{line}")
    };
    let error = |code: &str, message: String, hint: &str| ScriptError {
        line,
        ..ScriptError::new(code, message, file).with_hint(hint)
    };
    let status = |means: fn(std::process::ExitStatus) -> bool| death.status.is_some_and(means);
    match death.verdict {
        Some(Verdict::Cancelled) => return stopped_without_place(Stop::Cancelled, limits, file),
        Some(Verdict::Late) if line == 0 => {
            let seconds = limits.time.as_secs_f64();
            return error(
                "time_limit",
                format!("Stopped after {seconds} s: {file} was still being read."),
                "Long lists of parameters or cases take long to read: use a map, or split the file.",
            );
        }
        Some(Verdict::Late) => {
            let seconds = limits.time.as_secs_f64();
            return error(
                "time_limit",
                format!("Stopped after {seconds} s; the script was last seen at {place}."),
                "Ask for less per run, or raise the time limit.",
            );
        }
        Some(Verdict::Flooding) => return stopped_without_place(Stop::Output, limits, &place),
        Some(Verdict::Babbling) => {
            return error(
                "worker",
                format!(
                    "Stopped: the script's process said what none of ours says; the script was last seen at {place}."
                ),
                "Read the script for what it tries to do, and report it to us.",
            );
        }
        None => {}
    }
    if death.words.contains("memory allocation of") || status(signals::is_killed) {
        return error(
            "memory_limit",
            format!("Stopped: a value grew too large; the script was last seen at {place}."),
            "Handle the data page by page, and keep only the parts you need.",
        );
    }
    if death.words.contains("overflowed its stack") || status(signals::is_stack) {
        return error(
            "stack_limit",
            format!("Stopped: a value is nested too deep to be handled; the script was last seen at {place}."),
            "Build lists rather than values within values within values.",
        );
    }
    if status(signals::is_cpu) {
        return error(
            "time_limit",
            format!("Stopped: the script used up its processor time; it was last seen at {place}."),
            "Ask for less per run.",
        );
    }
    let status = death
        .status
        .map_or_else(|| "for no known reason".to_owned(), |status| format!("({status})"));
    error(
        "worker",
        format!("The script's process ended {status}; the script was last seen at {place}."),
        "Run it again; if that repeats, change the line that was last edited and report the script to us.",
    )
}
