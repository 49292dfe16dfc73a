//! On the host: the workers. A run takes one that waits ready, and gives it back when it ended as runs should.

use std::{
    io,
    path::PathBuf,
    sync::{Arc, Condvar, Mutex, OnceLock, PoisonError},
    thread,
    time::{Duration, Instant},
};

use joinery_connector::{Connector, Problem};
use serde_json::{Map, Value};

use super::{
    answer::Desk,
    death,
    process::{Process, StartError},
    protocol::{Done, Start, Task},
};
use crate::{
    Coverage,
    check::{self, Finding},
    debug::{Patient, Places, Session},
    error::{ScriptError, file_too_large},
    explain::stopped_without_place,
    files::Files,
    host::Host,
    language,
    limits::{Cancel, Limits},
    run::{Description, Outcome, Run, Scripts},
    state::{Stop, lock},
};

/// Workers at once. A script that signs a request runs while another waits for it, so that nobody may wait for good.
const MOST: usize = 32;
/// Workers that wait ready.
const READY: usize = 4;
/// Time that describing and checking may take: somebody waits for a form, or types.
const SHORT: Duration = Duration::from_secs(10);

/// How often one that waits for a place looks at its switch.
const LOOK: Duration = Duration::from_millis(20);

/// What is started as a worker.
#[derive(Debug, Clone, Default)]
pub enum Program {
    /// This program: its `main` begins with [`serve_if_asked`](super::serve_if_asked).
    #[default]
    This,
    /// Another one that begins so.
    At(PathBuf),
}

/// Where scripts run. Cheap to clone; every clone has the same workers.
#[derive(Clone)]
pub struct Workers(Arc<Pool>);

struct Pool {
    program: Program,
    ready: Mutex<Ready>,
    arrived: Condvar,
    busy: Mutex<usize>,
    left: Condvar,
    gaps: OnceLock<Vec<String>>,
}

/// Workers that wait for a task.
#[derive(Default)]
struct Ready {
    list: Vec<Process>,
    /// Those that will wait in a moment.
    starting: usize,
}

/// A worker's place among [`MOST`].
struct Place<'a>(&'a Pool);

impl Workers {
    /// No workers yet; the first is started when it is needed, or by [`Workers::warm_up`].
    pub fn new(program: Program) -> Self {
        Self(Arc::new(Pool {
            program,
            ready: Mutex::default(),
            arrived: Condvar::new(),
            gaps: OnceLock::new(),
            busy: Mutex::default(),
            left: Condvar::new(),
        }))
    }

    /// Starts a worker for the run to come, on a thread of its own.
    pub fn warm_up(&self) {
        self.0.clone().refill();
    }

    /// What this system does not take from a worker, as the first one found; empty before there was one.
    pub fn gaps(&self) -> &[String] {
        self.0.gaps.get().map_or(&[], Vec::as_slice)
    }

    /// Runs. Blocks; never panics, whatever the script does.
    pub fn run(&self, run: &Run, host: &Arc<dyn Host>, cancel: &Cancel) -> Outcome {
        let task = Task::Run {
            function: run.function.without_secrets(),
            connection: run.connection.clone(),
            secrets: run.secrets.clone(),
            config: run.config.clone(),
            coverage: run.coverage,
        };
        let limits = &run.limits;
        let job = Job {
            host: Some(host),
            ..Job::of(&*run.connector, &run.file, limits, cancel)
        };
        match self.0.perform(task, job) {
            Ok(Done::Run(outcome)) => {
                let coverage = outcome.coverage.filter(|_| run.coverage);
                Outcome {
                    coverage: coverage.map(|coverage| coverage.within(&*run.connector)),
                    ..outcome
                }
            }
            Ok(_) => Outcome::failed(mixed_up(&run.file)),
            Err(error) => Outcome::failed(error),
        }
    }

    /// Runs as [`Workers::run`] does, and lets `session` stop it and look at it on the way.
    pub fn debug(&self, run: &Run, host: &Arc<dyn Host>, cancel: &Cancel, session: &Session) -> Outcome {
        let task = Task::Debug {
            function: run.function.clone(),
            connection: run.connection.clone(),
            secrets: run.secrets.clone(),
            config: run.config.clone(),
        };
        let host: Arc<dyn Host> = Arc::new(Patient {
            host: host.clone(),
            session: session.clone(),
        });
        let job = Job {
            host: Some(&host),
            session: Some(session),
            ..Job::of(&*run.connector, &run.file, &run.limits, cancel)
        };
        match self.0.perform(task, job) {
            Ok(Done::Run(outcome)) => outcome,
            Ok(_) => Outcome::failed(mixed_up(&run.file)),
            Err(error) => Outcome::failed(error),
        }
    }

    /// Where a debug run of a script can be stopped.
    ///
    /// # Errors
    /// Why the script cannot be read.
    pub fn places(&self, connector: &Connector, file: &str) -> Result<Places, ScriptError> {
        let (limits, cancel) = (short(), Cancel::default());
        match self
            .0
            .perform(Task::Places, Job::of(connector, file, &limits, &cancel))?
        {
            Done::Places(places) => places,
            _ => Err(mixed_up(file)),
        }
    }

    /// The lines of a script that coverage counts, whether or not they run.
    ///
    /// # Errors
    /// Why the script cannot be read.
    pub fn lines(&self, connector: &Connector, file: &str) -> Result<Vec<u32>, ScriptError> {
        let (limits, cancel) = (short(), Cancel::default());
        match self
            .0
            .perform(Task::Lines, Job::of(connector, file, &limits, &cancel))?
        {
            Done::Lines(lines) => {
                let mut told = Coverage::default();
                told.add_unrun(file, lines?);
                let told = told.within(connector).files.remove(file);
                Ok(told.unwrap_or_default().into_keys().collect())
            }
            _ => Err(mixed_up(file)),
        }
    }

    /// Title, fields and sample of an action or trigger. `fields` are those of the profile without secrets, `answers`
    /// those to its `config_fields`.
    ///
    /// # Errors
    /// Why its functions could not be called.
    pub fn describe(
        &self,
        connector: &Connector,
        file: &str,
        fields: &Map<String, Value>,
        answers: &Value,
        host: &Arc<dyn Host>,
        cancel: &Cancel,
    ) -> Result<Description, ScriptError> {
        let task = Task::Describe {
            connection: fields.clone(),
            config: answers.clone(),
        };
        let limits = short();
        let job = Job {
            host: Some(host),
            ..Job::of(connector, file, &limits, cancel)
        };
        match self.0.perform(task, job)? {
            Done::Describe(description) => description,
            _ => Err(mixed_up(file)),
        }
    }

    /// Whether a script of a connector has a function of that name. One that does not compile is asked, so that its
    /// mistake is told where it matters.
    pub fn has(&self, connector: &Connector, file: &str, function: &str) -> bool {
        if !connector.files.contains_key(file) {
            return false;
        }
        let task = Task::Has {
            function: function.to_owned(),
        };
        let (limits, cancel) = (short(), Cancel::default());
        let job = Job::of(connector, file, &limits, &cancel);
        !matches!(self.0.perform(task, job), Ok(Done::Has(false)))
    }

    /// Everything wrong or doubtful in a connector: its own problems, every script, request, schema and TOML file.
    pub fn check(&self, connector: &Connector) -> Vec<Problem> {
        check::connector(connector, |path, text| self.check_script(connector, path, text))
    }

    /// Everything wrong or doubtful in one file; `text` is what the editor holds.
    pub fn check_file(&self, connector: &Connector, path: &str, text: &str) -> Vec<Problem> {
        check::problems_of(self.findings(connector, path, text)).collect()
    }

    /// The same with what can be done about it.
    pub fn findings(&self, connector: &Connector, path: &str, text: &str) -> Vec<Finding> {
        check::file(connector, path, text, |path, text| {
            self.check_script(connector, path, text)
        })
    }

    fn check_script(&self, connector: &Connector, path: &str, text: &str) -> Vec<Finding> {
        let task = Task::Check {
            manifest: connector.manifest.clone(),
        };
        let failed = |error| vec![check::of_error(error).into()];
        match self.ask_about(task, connector, path, text) {
            Ok(Done::Check(found)) => found.into_iter().map(|finding| finding.within(path, text)).collect(),
            Ok(_) => failed(mixed_up(path)),
            Err(error) => failed(error),
        }
    }

    /// A script in its layout.
    ///
    /// # Errors
    /// Why it does not compile, or that it has a form that cannot be laid out.
    pub fn layout(&self, path: &str, text: &str) -> Result<String, ScriptError> {
        let limit = Limits::default().file;
        if text.len() > limit {
            return Err(file_too_large(path, text.len(), limit));
        }
        match self.ask_about(Task::Compile, &NoFiles, path, text)? {
            Done::Compile(compiles) => compiles?,
            _ => return Err(mixed_up(path)),
        }
        language::format::format(Scripts::shared(), path, text)
    }

    /// A task about a text that nothing of is run.
    fn ask_about(&self, task: Task, files: &dyn Files, path: &str, text: &str) -> Result<Done, ScriptError> {
        let (limits, cancel) = (short(), Cancel::default());
        let job = Job {
            text: Some(text.into()),
            ..Job::of(files, path, &limits, &cancel)
        };
        self.0.perform(task, job)
    }
}

/// What stands around a script that is laid out.
struct NoFiles;

impl Files for NoFiles {
    fn text(&self, _: &str) -> Option<Arc<str>> {
        None
    }

    fn paths(&self) -> Vec<String> {
        Vec::new()
    }
}

fn short() -> Limits {
    Limits {
        time: SHORT,
        ..Limits::default()
    }
}

/// The error of a worker that did something else than it was told.
fn mixed_up(file: &str) -> ScriptError {
    ScriptError::new(
        "worker",
        "the script's process gave an answer to another question",
        file,
    )
    .with_hint("Run it again.")
}

/// One task's surroundings.
struct Job<'a> {
    files: &'a dyn Files,
    file: &'a str,
    text: Option<Arc<str>>,
    limits: &'a Limits,
    host: Option<&'a Arc<dyn Host>>,
    cancel: &'a Cancel,
    session: Option<&'a Session>,
}

impl<'a> Job<'a> {
    /// A task for a script as it is saved, without a host.
    fn of(files: &'a dyn Files, file: &'a str, limits: &'a Limits, cancel: &'a Cancel) -> Self {
        Self {
            files,
            file,
            text: files.text(file),
            limits,
            host: None,
            cancel,
            session: None,
        }
    }
}

impl Pool {
    fn perform(self: &Arc<Self>, task: Task, job: Job) -> Result<Done, ScriptError> {
        let _place = self.place(&job)?;
        let mut process = self.take(&job).map_err(|error| {
            ScriptError::new(
                "no_worker",
                format!("the process that runs scripts cannot be started: {error}"),
                job.file,
            )
            .with_hint("Close other programs and run it again.")
        })?;
        let start = Start {
            task,
            file: job.file.to_owned(),
            text: None,
            limits: job.limits.clone(),
        };
        let mut desk = Desk {
            host: job.host,
            files: job.files,
            text: job.text,
            cancel: job.cancel,
            limits: job.limits,
            began: Instant::now(),
            handed: Vec::new(),
            output: 0,
            session: job.session,
        };
        match process.perform(start, &mut desk) {
            Ok(done) => {
                if is_clean(&done) && process.is_fit() {
                    self.give_back(process);
                } else {
                    drop(process);
                    self.clone().refill();
                }
                Ok(done)
            }
            Err(death) => {
                self.clone().refill();
                Err(death::error(&death, job.limits, &desk.handed, job.file))
            }
        }
    }

    /// A place among the workers; waits for one as long as the task may take.
    fn place(&self, job: &Job) -> Result<Place<'_>, ScriptError> {
        let until = Instant::now() + job.limits.time;
        let mut busy = lock(&self.busy);
        while *busy >= MOST {
            if job.cancel.is_cancelled() {
                return Err(stopped_without_place(Stop::Cancelled, job.limits, job.file));
            }
            if Instant::now() >= until {
                let message = format!("{MOST} scripts run already, and none of them ended in time");
                return Err(ScriptError::new("busy", message, job.file)
                    .with_hint("Stop one of them, or run it again when they are done."));
            }
            let waited = self.left.wait_timeout(busy, LOOK);
            busy = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        *busy += 1;
        Ok(Place(self))
    }

    /// A worker that waits ready or will in a moment, or else a new one.
    fn take(&self, job: &Job) -> Result<Process, StartError> {
        let Limits { memory, time, .. } = *job.limits;
        let mut ready = lock(&self.ready);
        loop {
            if let Some(index) = ready.list.iter().rposition(|process| process.fits(memory, time)) {
                let process = ready.list.remove(index);
                // One may have been ended from outside while it waited.
                if process.is_fit() {
                    return Ok(process);
                }
            } else if ready.starting > 0 && is_usual(job.limits) {
                ready = self.arrived.wait(ready).unwrap_or_else(PoisonError::into_inner);
            } else {
                break;
            }
        }
        drop(ready);
        self.start(memory, time)
    }

    fn start(&self, memory: usize, time: Duration) -> Result<Process, StartError> {
        let (process, gaps) = Process::start(&self.program.path()?, memory, time)?;
        self.gaps.get_or_init(|| gaps);
        Ok(process)
    }

    fn give_back(&self, process: Process) {
        let mut ready = lock(&self.ready);
        ready.list.push(process);
        // The one that waited longest goes; it ends on this thread, but not under the lock.
        let left_over = (ready.list.len() > READY).then(|| ready.list.remove(0));
        drop(ready);
        drop(left_over);
        self.arrived.notify_one();
    }

    /// Starts a worker for usual runs, if none waits ready, on a thread of its own.
    fn refill(self: Arc<Self>) {
        let Limits { memory, time, .. } = Limits::default();
        let mut ready = lock(&self.ready);
        if ready.starting > 0 || ready.list.iter().any(|process| process.fits(memory, time)) {
            return;
        }
        ready.starting += 1;
        drop(ready);
        let pool = self.clone();
        let start = move || {
            let started = pool.start(memory, time);
            lock(&pool.ready).starting -= 1;
            if let Ok(process) = started {
                pool.give_back(process);
            }
            // Whoever waits for it in vain starts one, and says why where that fails.
            pool.arrived.notify_all();
        };
        if thread::Builder::new()
            .name("script worker".into())
            .spawn(start)
            .is_err()
        {
            lock(&self.ready).starting -= 1;
            self.arrived.notify_all();
        }
    }
}

/// Whether a worker that is started ahead will do.
fn is_usual(limits: &Limits) -> bool {
    let usual = Limits::default();
    limits.memory == usual.memory && limits.time <= usual.time
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        *lock(&self.0.busy) -= 1;
        self.0.left.notify_one();
    }
}

impl Program {
    /// The program's file. On Linux this program goes by the name that stays true when its file is replaced.
    fn path(&self) -> io::Result<PathBuf> {
        match self {
            Self::At(path) => Ok(path.clone()),
            Self::This if cfg!(target_os = "linux") => Ok("/proc/self/exe".into()),
            Self::This => std::env::current_exe(),
        }
    }
}

/// Whether the script left the worker as it found it: one that was stopped may have filled its memory.
fn is_clean(done: &Done) -> bool {
    let error = match done {
        Done::Run(outcome) => outcome.result.as_ref().err(),
        Done::Describe(description) => description.as_ref().err(),
        Done::Places(places) => places.as_ref().err(),
        Done::Lines(lines) => lines.as_ref().err(),
        Done::Compile(compiles) => compiles.as_ref().err(),
        Done::Has(_) | Done::Check(_) => None,
    };
    error.is_none_or(|error| {
        let stopped = error.code.ends_with("_limit") && error.code != "file_limit";
        !stopped && error.code != "cancelled" && error.code != "internal"
    })
}
