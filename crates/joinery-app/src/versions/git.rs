//! The installed `git`, run in a folder. Reads take no lock and write nothing; nothing here knows what it is asked for.

use std::{
    io::{self, Read, Write},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use crate::error::{Code, Error};

/// How long a read may take. A repository on a network drive is slow, one that hangs is not waited for.
const READ_WITHIN: Duration = Duration::from_secs(20);
/// How long a commit may take: its hooks may build and test.
const COMMIT_WITHIN: Duration = Duration::from_secs(600);
/// The most that git is listened to.
const LARGEST: u64 = 32 << 20;
/// How long is waited between two looks at whether it has ended.
const LOOK: Duration = Duration::from_millis(2);
/// How long is waited for the rest of the output once git itself has ended: what a hook left running may hold the pipe.
const REST_WITHIN: Duration = Duration::from_secs(1);

/// Variables that would lead git to another repository than that of the folder, as they are set while a hook runs.
const LEADING_ASTRAY: &[&str] = &[
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_NAMESPACE",
    "GIT_PREFIX",
    "GIT_CEILING_DIRECTORIES",
    "GIT_LITERAL_PATHSPECS",
    "GIT_GLOB_PATHSPECS",
    "GIT_NOGLOB_PATHSPECS",
    "GIT_ICASE_PATHSPECS",
];

/// The program, and what it is to find in its environment beyond what it inherits.
#[derive(Debug, Clone)]
pub(super) struct Git {
    pub(super) program: PathBuf,
    pub(super) variables: Vec<(String, String)>,
}

/// What it answered.
pub(super) struct Answer {
    pub(super) status: ExitStatus,
    pub(super) out: Vec<u8>,
    pub(super) err: String,
}

impl Git {
    /// The one that the system finds.
    pub(super) fn installed() -> Self {
        Self {
            program: "git".into(),
            variables: Vec::new(),
        }
    }

    /// Asks something that changes nothing. An answer that is a failure is an `Err` that says what git said.
    pub(super) fn read(&self, folder: &Path, arguments: &[&str]) -> Result<Vec<u8>, Error> {
        let answer = self.ask(folder, arguments)?;
        if answer.status.success() {
            Ok(answer.out)
        } else {
            Err(answer.failure(arguments))
        }
    }

    /// As [`Git::read`], where a failure is an answer too.
    pub(super) fn ask(&self, folder: &Path, arguments: &[&str]) -> Result<Answer, Error> {
        let mut command = self.command(folder);
        // No lock is taken to keep what was learnt on the way, and no program of the repository's settings watches files.
        command
            .env("GIT_OPTIONAL_LOCKS", "0")
            .args(["-c", "core.fsmonitor=false", "--no-pager"])
            .args(arguments);
        run(command, &[], READ_WITHIN)
    }

    /// Does something with files of the folder, whose names it reads from its input, each ended by a zero byte.
    pub(super) fn act(&self, folder: &Path, arguments: &[&str], files: &[&str]) -> Result<Answer, Error> {
        let mut command = self.command(folder);
        command.args(arguments);
        let names: String = files.iter().flat_map(|name| [*name, "\0"]).collect();
        run(command, names.as_bytes(), COMMIT_WITHIN)
    }

    fn command(&self, folder: &Path) -> Command {
        let mut command = Command::new(&self.program);
        command.current_dir(folder).arg("--literal-pathspecs");
        for name in LEADING_ASTRAY {
            command.env_remove(name);
        }
        // Nobody sits at a terminal: what would ask there fails instead.
        command
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_EDITOR", "true")
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        #[cfg(windows)]
        std::os::windows::process::CommandExt::creation_flags(&mut command, CREATE_NO_WINDOW);
        command
    }
}

impl Answer {
    /// The failure in git's own words.
    pub(super) fn failure(&self, arguments: &[&str]) -> Error {
        let asked = arguments.iter().find(|each| !each.starts_with('-')).unwrap_or(&"");
        let said = self.err.lines().map(str::trim).find(|line| !line.is_empty());
        let said = said.map_or("it did not say why", |line| line.trim_start_matches("fatal: "));
        Error::new(Code::Failed, format!("git {asked} failed: {said}"))
            .with_hint("Run it in a terminal in this folder to see all that git says.")
    }
}

/// A console program would open a window of its own.
#[cfg(windows)]
const CREATE_NO_WINDOW: u32 = 0x0800_0000;

fn run(mut command: Command, input: &[u8], within: Duration) -> Result<Answer, Error> {
    let mut child = command.spawn().map_err(cannot_start)?;
    let out = listen(child.stdout.take());
    let err = listen(child.stderr.take());
    if let Some(mut stdin) = child.stdin.take() {
        // One that ends before it has read everything says why.
        let _ = stdin.write_all(input);
    }
    let Some(status) = wait(&mut child, within).map_err(cannot_start)? else {
        end(&mut child);
        return Err(Error::new(
            Code::Unavailable,
            format!("git did not answer within {} seconds", within.as_secs()),
        )
        .with_hint("Look in a terminal whether it asks something there, such as for a passphrase."));
    };
    Ok(Answer {
        status,
        out: heard(out),
        err: String::from_utf8_lossy(&heard(err)).into_owned(),
    })
}

fn cannot_start(error: io::Error) -> Error {
    if error.kind() == io::ErrorKind::NotFound {
        return Error::new(
            Code::Unavailable,
            "git is not installed, or not where programs are looked for",
        )
        .with_hint("Install git and open this view again. Until then what you save is kept as local snapshots.");
    }
    Error::new(Code::Unavailable, format!("git cannot be run: {error}"))
}

fn listen(pipe: Option<impl Read + Send + 'static>) -> JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut heard = Vec::new();
        if let Some(pipe) = pipe {
            // What came before a pipe broke is all there is.
            let _ = pipe.take(LARGEST).read_to_end(&mut heard);
        }
        heard
    })
}

fn heard(listener: JoinHandle<Vec<u8>>) -> Vec<u8> {
    let end = Instant::now() + REST_WITHIN;
    while !listener.is_finished() && Instant::now() < end {
        thread::sleep(LOOK);
    }
    if listener.is_finished() {
        listener.join().unwrap_or_default()
    } else {
        Vec::new()
    }
}

/// How it ended; `None` where it has not within that time.
fn wait(child: &mut Child, within: Duration) -> io::Result<Option<ExitStatus>> {
    let end = Instant::now() + within;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if Instant::now() > end {
            return Ok(None);
        }
        thread::sleep(LOOK);
    }
}

/// Ends it with what it has started.
fn end(child: &mut Child) {
    #[cfg(unix)]
    if let Some(group) = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw) {
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
    let _ = child.kill();
    let _ = child.wait();
}
