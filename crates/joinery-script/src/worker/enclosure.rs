//! In the worker: what the system takes from it before it sees a script. The limits of a run, which name a line, come
//! first; these are the net below them. Each is best effort: what a system lacks is named, and the rest holds.

#[cfg(target_os = "linux")]
mod calls;
#[cfg(target_os = "linux")]
mod linux;
#[cfg(unix)]
mod unix;

use super::protocol::Hello;

/// Limits this process, before there are other threads in it. Gives what could not be done.
#[cfg(target_os = "linux")]
pub fn limit(hello: &Hello) -> Vec<String> {
    let mut open = unix::limit(hello);
    open.extend(linux::restrict());
    open
}

/// Limits this process, before there are other threads in it. Gives what could not be done.
#[cfg(all(unix, not(target_os = "linux")))]
pub fn limit(hello: &Hello) -> Vec<String> {
    unix::limit(hello)
}

/// Limits this process: on Windows the host does it, with a job object.
#[cfg(windows)]
pub fn limit(_: &Hello) -> Vec<String> {
    Vec::new()
}

/// Takes what only the start needed, from every thread. Gives what could not be done.
#[cfg(target_os = "linux")]
pub fn close() -> Vec<String> {
    let mut open = unix::no_processes();
    open.extend(calls::filter());
    open
}

/// Takes what only the start needed. Gives what could not be done.
#[cfg(all(unix, not(target_os = "linux")))]
pub fn close() -> Vec<String> {
    unix::no_processes()
}

/// Takes what only the start needed: nothing more on Windows.
#[cfg(windows)]
pub fn close() -> Vec<String> {
    Vec::new()
}
