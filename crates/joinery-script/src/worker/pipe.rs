//! On the host: what a worker says, until it ends or its host has ended it. Its end of the pipe stays open until the system
//! has cleared away all that it held, which takes long where that was much; whoever stops a script does not wait for it.

use std::{
    io::{self, Read},
    process::ChildStdout,
    sync::Arc,
};

use super::process::Handle;

/// The host's end of a worker's output.
pub struct Pipe {
    output: ChildStdout,
    worker: Arc<Handle>,
}

impl Pipe {
    /// What `worker` writes to `output`.
    pub fn new(output: ChildStdout, worker: Arc<Handle>) -> Self {
        Self { output, worker }
    }
}

impl Read for Pipe {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while !platform::has_come(&self.output)? {
            if self.worker.verdict().is_some() {
                return Err(io::ErrorKind::BrokenPipe.into());
            }
        }
        self.output.read(into)
    }
}

#[cfg(unix)]
mod platform {
    use std::{io, process::ChildStdout};

    use rustix::{
        event::{PollFd, PollFlags, Timespec, poll},
        io::Errno,
    };

    /// How long it waits between two looks at whether the worker was ended.
    const LOOK: Timespec = Timespec {
        tv_sec: 0,
        tv_nsec: 4_000_000,
    };

    /// Whether reading will not wait; waits a moment itself.
    pub fn has_come(output: &ChildStdout) -> io::Result<bool> {
        let mut polled = [PollFd::new(output, PollFlags::IN)];
        match poll(&mut polled, Some(&LOOK)) {
            Ok(ready) => Ok(ready > 0),
            Err(Errno::INTR) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}

#[cfg(windows)]
mod platform {
    use std::{io, process::ChildStdout};

    /// The system closes the pipes of a process first of all.
    #[allow(clippy::unnecessary_wraps, reason = "waiting can fail elsewhere")]
    pub fn has_come(_: &ChildStdout) -> io::Result<bool> {
        Ok(true)
    }
}
