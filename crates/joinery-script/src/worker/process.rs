//! On the host: one worker process, from its start to its end.

use std::{
    collections::HashSet,
    io::{self, BufReader},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio},
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use super::{
    Page,
    answer::Desk,
    frame,
    pipe::Pipe,
    protocol::{ARGUMENT, Done, Hello, Order, Report, Start, VERSION},
    watch::{self, Verdict},
};
use crate::{limits::Cancel, state::lock};

/// Time that a worker may take to be ready.
const START: Duration = Duration::from_secs(20);
/// Processor time of a worker that is started for ordinary runs.
const CPU: Duration = Duration::from_secs(600);
/// How much later than the script's own clock the host's is: the script is to say where it was.
pub const LATE: Duration = Duration::from_millis(300);
/// Time that a worker whose pipe broke may take to end by itself.
const ENDING: Duration = Duration::from_millis(100);
/// Tasks, and texts, after which a worker is replaced: whatever it may have kept is gone then.
const WORN: usize = 1_000;

/// A worker that waits for a task or does one.
pub struct Process {
    handle: Arc<Handle>,
    input: Arc<Mutex<ChildStdin>>,
    output: BufReader<Pipe>,
    /// Texts it has been sent.
    known: HashSet<u64>,
    memory: usize,
    cpu: Duration,
    spent: Duration,
    tasks: usize,
}

/// What whoever watches a worker needs of it.
pub struct Handle {
    /// What both see.
    pub page: Page,
    child: Mutex<Child>,
    verdict: Mutex<Option<Verdict>>,
    #[cfg(windows)]
    _job: super::job::Job,
}

/// How a worker ended.
#[derive(Debug)]
pub struct Death {
    /// Why the host ended it, where it did.
    pub verdict: Option<Verdict>,
    /// What the system says.
    pub status: Option<ExitStatus>,
    /// What it wrote last.
    pub words: String,
    /// Where the script was last seen: number of the file, and line.
    pub place: (usize, u32),
}

/// Why there is no worker.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The system gives no process.
    #[error(transparent)]
    System(#[from] io::Error),
    /// It is no worker of ours.
    #[error("it did not say that it is ready{0}")]
    NotReady(String),
}

impl Process {
    /// Starts `program` as a worker for scripts that may hold `memory` bytes and run for `time`. What the system does not
    /// take from it comes along.
    ///
    /// # Errors
    /// [`StartError`]
    pub fn start(program: &Path, memory: usize, time: Duration) -> Result<(Self, Vec<String>), StartError> {
        let cpu = CPU.max(time.saturating_mul(2));
        let hello = Hello {
            version: VERSION.to_owned(),
            memory: memory as u64,
            cpu: cpu.as_secs(),
        };
        let (handle, input, output) = Handle::start(program, hello)?;
        let handle = Arc::new(handle);
        let mut process = Self {
            output: BufReader::new(Pipe::new(output, handle.clone())),
            handle,
            input: Arc::new(Mutex::new(input)),
            known: HashSet::new(),
            memory,
            cpu,
            spent: Duration::ZERO,
            tasks: 0,
        };
        let due = Instant::now() + START;
        let watched = watch::over(&process.handle, &Cancel::default(), move || due);
        let report = process.hear();
        drop(watched);
        match report {
            Ok(Report::Ready { version, open }) if version == VERSION => Ok((process, open)),
            _ => Err(StartError::NotReady(process.bury().said())),
        }
    }

    /// Whether it can take a run within these limits.
    pub fn fits(&self, memory: usize, time: Duration) -> bool {
        self.memory == memory && self.spent.saturating_add(time) <= self.cpu
    }

    /// Whether it is still there, and not worn.
    pub fn is_fit(&self) -> bool {
        let lives = matches!(lock(&self.handle.child).try_wait(), Ok(None));
        lives && self.tasks < WORN && self.known.len() < WORN && self.spent < self.cpu / 2
    }

    /// Does one task, its questions answered at `desk`.
    ///
    /// # Errors
    /// [`Death`], after which there is nothing left to do with it.
    pub fn perform(&mut self, start: Start, desk: &mut Desk) -> Result<Done, Death> {
        self.tasks += 1;
        self.handle.page.note(0, 0);
        self.handle.page.set_stop(false);
        let began = desk.began;
        let (host, time) = (desk.host.cloned(), start.limits.time);
        let due = move || began + time + LATE + host.as_ref().map_or(Duration::ZERO, |host| host.waited());
        let watched = watch::over(&self.handle, desk.cancel, due);
        let done = self.exchange(start, desk);
        drop(watched);
        let paused = desk.session.map_or(Duration::ZERO, |session| {
            session.disconnect();
            session.paused()
        });
        self.spent += began.elapsed().saturating_sub(paused);
        match done {
            Ok(done) => Ok(done),
            Err(wrong) => {
                if let Wrong::Said(verdict) = wrong {
                    self.handle.end(verdict);
                }
                Err(self.bury())
            }
        }
    }

    fn exchange(&mut self, mut start: Start, desk: &mut Desk) -> Result<Done, Wrong> {
        start.text = desk
            .text
            .take()
            .map(|text| desk.hand_out(&start.file, &text, &mut self.known));
        let is_wanted = start.task.is_done_by();
        self.say(&Order::Start(start))?;
        if let Some(session) = desk.session {
            let input = self.input.clone();
            session.connect(move |command| frame::write(&mut *lock(&input), &Order::Debug(command)).is_ok());
        }
        loop {
            match self.hear()? {
                Report::Ask(ask) => {
                    let answer = desk.answer(ask, &mut self.known).map_err(Wrong::Said)?;
                    // The answer itself may be what stopping gave.
                    self.handle.page.set_stop(desk.cancel.is_cancelled());
                    self.say(&Order::Answer(answer))?;
                }
                Report::Log(line) => desk.log(line).map_err(Wrong::Said)?,
                Report::Debug(notice) => {
                    if !desk.session.is_some_and(|session| session.take(notice)) {
                        return Err(Wrong::Said(Verdict::Babbling));
                    }
                }
                Report::Done(done) if is_wanted(&done) => return Ok(done),
                Report::Done(_) | Report::Ready { .. } => return Err(Wrong::Said(Verdict::Babbling)),
            }
        }
    }

    fn say(&mut self, order: &Order) -> Result<(), frame::Error> {
        frame::write(&mut *lock(&self.input), order)
    }

    fn hear(&mut self) -> Result<Report, frame::Error> {
        frame::decode(&frame::read(&mut self.output)?)
    }

    /// What there is to say of its end; it is ended if it has not.
    fn bury(&self) -> Death {
        let began = Instant::now();
        let verdict = self.handle.verdict();
        let mut child = lock(&self.handle.child);
        // What it died of is known once it has; one that only closed its pipes must be ended. One that this host has ended
        // is not waited for: the system may take long to clear away what it held.
        let mut status = child.try_wait().ok().flatten();
        while status.is_none() && verdict.is_none() && began.elapsed() < ENDING {
            thread::sleep(Duration::from_millis(1));
            status = child.try_wait().ok().flatten();
        }
        if status.is_none() && verdict.is_none() {
            // It may end this moment by itself.
            let _ = child.kill();
            status = child.wait().ok();
        }
        Death {
            verdict,
            status,
            words: self.handle.page.last_words(),
            place: self.handle.page.place(),
        }
    }
}

/// Why a task was not done.
enum Wrong {
    /// The pipe broke.
    Ended,
    /// The worker said what it must not.
    Said(Verdict),
}

impl From<frame::Error> for Wrong {
    fn from(error: frame::Error) -> Self {
        match error {
            frame::Error::Closed(_) => Self::Ended,
            frame::Error::TooLarge(_) | frame::Error::Unknown(_) => Self::Said(Verdict::Babbling),
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let ended = {
            let mut child = lock(&self.handle.child);
            // It may have ended already.
            let _ = child.kill();
            matches!(child.try_wait(), Ok(Some(_)))
        };
        let handle = self.handle.clone();
        let wait = move || drop(lock(&handle.child).wait());
        // Nobody waits for the system to clear away what it held.
        if !ended {
            let waiting = thread::Builder::new().name("script worker's end".into()).spawn(wait);
            if waiting.is_err() {
                let _ = lock(&self.handle.child).wait();
            }
        }
    }
}

impl Handle {
    fn start(program: &Path, hello: Hello) -> Result<(Self, ChildStdin, ChildStdout), StartError> {
        let page = Page::new()?;
        let mut command = Command::new(program);
        command
            .arg(ARGUMENT)
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(page.file()?);
        let mut child = platform::spawn(&mut command)?;
        // It waits for its first order meanwhile.
        #[cfg(windows)]
        let job = super::job::Job::of(&child, &hello)?;
        let pipes = child.stdin.take().zip(child.stdout.take());
        let (mut input, output) = pipes.expect("both were asked for");
        platform::widen(&input, &output);
        // A worker that ends at once is found out when it does not answer.
        let _ = frame::write(&mut input, &Order::Hello(hello));
        let handle = Self {
            page,
            child: Mutex::new(child),
            verdict: Mutex::default(),
            #[cfg(windows)]
            _job: job,
        };
        Ok((handle, input, output))
    }

    /// Why its host ended it, where it did.
    pub fn verdict(&self) -> Option<Verdict> {
        *lock(&self.verdict)
    }

    /// Ends it.
    pub fn end(&self, verdict: Verdict) {
        lock(&self.verdict).get_or_insert(verdict);
        // It may have ended already.
        let _ = lock(&self.child).kill();
    }
}

impl Death {
    /// The status and the last words, to be added to a sentence.
    fn said(&self) -> String {
        let status = self.status.map(|status| format!(" ({status})")).unwrap_or_default();
        let words = self.words.trim();
        if words.is_empty() {
            status
        } else {
            format!("{status}: {words}")
        }
    }
}

#[cfg(unix)]
mod platform {
    use std::{
        io,
        os::unix::process::CommandExt,
        process::{Child, ChildStdin, ChildStdout, Command},
    };

    /// Starts it in a group of its own: Ctrl+C in the terminal is for the host, which then stops the run.
    pub fn spawn(command: &mut Command) -> io::Result<Child> {
        command.process_group(0).current_dir("/").spawn()
    }

    /// Makes room for a response's body in the pipes, where that can be had.
    #[cfg(target_os = "linux")]
    pub fn widen(input: &ChildStdin, output: &ChildStdout) {
        const ROOM: usize = 1 << 20;
        let _ = rustix::pipe::fcntl_setpipe_size(input, ROOM);
        let _ = rustix::pipe::fcntl_setpipe_size(output, ROOM);
    }

    /// The system sizes its pipes itself.
    #[cfg(not(target_os = "linux"))]
    pub fn widen(_: &ChildStdin, _: &ChildStdout) {}
}

#[cfg(windows)]
mod platform {
    use std::{
        io,
        os::windows::process::CommandExt,
        process::{Child, ChildStdin, ChildStdout, Command},
    };

    use windows_sys::Win32::System::Threading::{CREATE_NEW_PROCESS_GROUP, CREATE_NO_WINDOW};

    /// Starts it, without a console window beside the studio; Ctrl+C is for the host. The system's own folder is the one
    /// variable without which programs do not start.
    pub fn spawn(command: &mut Command) -> io::Result<Child> {
        if let Some(root) = std::env::var_os("SystemRoot") {
            command.env("SystemRoot", root);
        }
        command
            .creation_flags(CREATE_NO_WINDOW | CREATE_NEW_PROCESS_GROUP)
            .spawn()
    }

    /// The system sizes its pipes itself.
    pub fn widen(_: &ChildStdin, _: &ChildStdout) {}
}
