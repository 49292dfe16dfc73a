//! The process a filter runs in, and what is said over its pipes: in go the filter's length, the filter and the body;
//! out come values as lines, and at the end of standard error why there are no more.

use std::{
    env,
    io::{self, BufRead, BufReader, BufWriter, Read, Write},
    process::{self, Command, Stdio},
    sync::mpsc::{self, RecvTimeoutError},
    thread,
    time::Duration,
};

use joinery_script::Program;

use super::run::{self, Failure};
use crate::bodies::work::Stopped;

/// What such a process is started with.
const ARGUMENT: &str = "--joinery-jq-filter";
/// How much stack a filter has: jq calls itself where others loop.
const STACK: usize = 512 << 20;
/// How much memory the process may ask for.
#[cfg(unix)]
const MEMORY: u64 = 8 << 30;
/// How often it is asked whether to go on.
const PAUSE: Duration = Duration::from_millis(25);
/// The most that comes out of a filter.
const LARGEST: usize = 2 << 30;

/// Why a filter gave nothing.
#[derive(Debug, thiserror::Error)]
pub(in crate::bodies) enum JqError {
    /// It is no filter, or failed on a value.
    #[error("{message}")]
    Filter {
        /// Where in it, in characters from 1.
        column: Option<u32>,
        /// What is wrong.
        message: String,
    },
    /// Its process ended before it was done.
    #[error("the filter needs more memory or calls itself deeper than it may")]
    Ended,
    /// The process could not be started or spoken to.
    #[error("the filter cannot be run")]
    Process(#[from] io::Error),
    /// It was given up.
    #[error(transparent)]
    Stopped(#[from] Stopped),
}

impl From<Failure> for JqError {
    fn from(Failure { column, message }: Failure) -> Self {
        Self::Filter { column, message }
    }
}

/// Makes this process one that runs a filter, if that is what it was started as, and ends it when that is done.
pub fn serve_if_asked() {
    if env::args_os().nth(1).is_none_or(|argument| argument != ARGUMENT) {
        return;
    }
    #[cfg(unix)]
    {
        let limit = rustix::process::Rlimit {
            current: Some(MEMORY),
            maximum: Some(MEMORY),
        };
        // Without a limit the filter still runs.
        let _ = rustix::process::setrlimit(rustix::process::Resource::As, limit);
    }
    let work = thread::Builder::new().stack_size(STACK).spawn(serve);
    let failure = match work.map(thread::JoinHandle::join) {
        Ok(Ok(Ok(()))) => process::exit(0),
        Ok(Ok(Err(failure))) => failure,
        // Such as `halt`, which would end a program of its own.
        Ok(Err(_)) => Failure {
            column: None,
            message: "the filter broke off".into(),
        },
        Err(_) => process::exit(2),
    };
    eprintln!("{}", serde_json::to_string(&failure).unwrap_or_default());
    process::exit(1);
}

fn serve() -> Result<(), Failure> {
    let broken = |error: io::Error| Failure {
        column: None,
        message: error.to_string(),
    };
    let mut input = io::stdin().lock();
    let mut length = [0; 4];
    input.read_exact(&mut length).map_err(broken)?;
    let mut filter = vec![0; u32::from_le_bytes(length) as usize];
    input.read_exact(&mut filter).map_err(broken)?;
    let mut body = Vec::new();
    input.read_to_end(&mut body).map_err(broken)?;
    let filter = String::from_utf8_lossy(&filter).into_owned();
    let mut output = BufWriter::new(io::stdout().lock());
    let done = run::run(&filter, &body, |value| {
        output.write_all(value).and_then(|()| output.write_all(b"\n")).is_ok()
    });
    output.flush().map_err(broken)?;
    done
}

/// Whether a filter can be read.
pub(in crate::bodies) fn check(filter: &str) -> Result<(), JqError> {
    run::compile(filter).map(drop).map_err(JqError::from)
}

/// Runs a filter on a body in a process of its own; every value it gives, as JSON on a line. `goes_on` is asked now and
/// then whether it is still wanted.
pub(in crate::bodies) fn filter(
    program: &Program,
    body: &[u8],
    filter: &str,
    goes_on: &dyn Fn() -> bool,
) -> Result<Vec<Vec<u8>>, JqError> {
    let path = match program {
        Program::This => env::current_exe()?,
        Program::At(path) => path.clone(),
    };
    let mut child = Command::new(path)
        .arg(ARGUMENT)
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let (Some(mut input), Some(output), Some(mut errors)) =
        (child.stdin.take(), child.stdout.take(), child.stderr.take())
    else {
        return Err(JqError::Ended);
    };
    let (sender, values) = mpsc::channel();
    let outcome = thread::scope(|scope| {
        scope.spawn(move || {
            let length = u32::try_from(filter.len()).unwrap_or(u32::MAX).to_le_bytes();
            // One that does not read has said why.
            let _ = input
                .write_all(&length)
                .and_then(|()| input.write_all(filter.as_bytes()))
                .and_then(|()| input.write_all(body));
        });
        scope.spawn(move || drop(sender.send(lines(output))));
        let said = scope.spawn(move || {
            let mut text = String::new();
            errors.read_to_string(&mut text).map(|_| text).unwrap_or_default()
        });
        let read = loop {
            match values.recv_timeout(PAUSE) {
                Ok(read) => break Some(read),
                Err(RecvTimeoutError::Disconnected) => break None,
                Err(RecvTimeoutError::Timeout) if goes_on() => {}
                Err(RecvTimeoutError::Timeout) => {
                    // It ends the pipes, and so the threads.
                    let _ = child.kill();
                    return Err(JqError::Stopped(Stopped));
                }
            }
        };
        let said = said.join().unwrap_or_default();
        Ok((read, said))
    });
    let status = child.wait()?;
    let (read, said) = outcome?;
    let failure = said
        .lines()
        .last()
        .and_then(|line| serde_json::from_str::<Failure>(line).ok());
    match (read, failure) {
        (_, Some(failure)) => Err(failure.into()),
        (Some(values), None) if status.success() => Ok(values?),
        _ => Err(JqError::Ended),
    }
}

fn lines(output: impl Read) -> io::Result<Vec<Vec<u8>>> {
    let mut reader = BufReader::new(output);
    let (mut values, mut size) = (Vec::new(), 0);
    loop {
        let mut line = Vec::new();
        size += reader.read_until(b'\n', &mut line)?;
        if line.pop().is_none() {
            return Ok(values);
        }
        if size > LARGEST {
            return Err(io::Error::other("the filter gives more than 2 GB"));
        }
        values.push(line);
    }
}
