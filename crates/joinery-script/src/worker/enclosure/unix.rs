//! What every Unix can limit: memory, processor time, files, processes.

use rustix::process::{Resource, Rlimit, setrlimit};

use crate::worker::protocol::{Hello, memory_in_all};

/// Open files: the three pipes, the page, and some for the runtime.
const FILES: u64 = 16;
/// Bytes of last words on standard error, behind the page.
const WORDS: u64 = 64 << 10;

/// Sets the limits. Gives those that could not be set.
pub fn limit(hello: &Hello) -> Vec<String> {
    let limits = [
        ("memory", Resource::Data, memory_in_all(hello.memory)),
        ("processor time", Resource::Cpu, hello.cpu),
        ("open files", Resource::Nofile, FILES),
        ("file size", Resource::Fsize, WORDS),
        ("core dumps", Resource::Core, 0),
    ];
    limits
        .into_iter()
        .filter_map(|(name, resource, most)| set(name, resource, most))
        .collect()
}

/// No process and no thread more, once all are there.
pub fn no_processes() -> Vec<String> {
    set("processes", Resource::Nproc, 0).into_iter().collect()
}

fn set(name: &str, resource: Resource, most: u64) -> Option<String> {
    let limit = Rlimit {
        current: Some(most),
        maximum: Some(most),
    };
    setrlimit(resource, limit)
        .err()
        .map(|error| format!("limit of {name}: {error}"))
}
