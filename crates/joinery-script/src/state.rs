//! The state of one run: what it may use, what it has used, and why it must stop. It travels in the engine's tag; what
//! is counted on every step lies in the script's thread.

use std::{
    cell::RefCell,
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use rhai::{AST, Dynamic, EvalAltResult, Module, NativeCallContext, Position, Shared};

use crate::{
    engine::Inner,
    files::Files,
    functions::{MAX_BYTES, too_large},
    host::{CallPlace, ConsoleLevel, ConsoleLine, Host},
    limits::{Cancel, Limits},
    meter::counts,
    run::Continuation,
    spot::Spot,
};

/// Steps a script may still take after it was told to stop. A stop is first raised as an error with file and line,
/// which a script could catch; after these steps it is ended where it stands.
const GRACE_STEPS: u64 = 5_000;
/// Steps between two looks at the clock.
const STEPS_PER_LOOK: u64 = 256;

/// Everything one run shares with the functions it calls.
pub struct RunState {
    /// The script that was started.
    pub file: String,
    /// The files of the connector whose script runs.
    pub files: Arc<dyn Files>,
    /// The engine's shared parts, to compile what is asked for on the way.
    pub inner: Arc<Inner>,
    /// `connection` as scripts see it.
    pub connection: Dynamic,
    /// The answers to `config_fields`.
    pub config: Dynamic,
    /// Files being asked for right now, outermost first.
    pub asking: Mutex<Vec<String>>,
    /// When and with what the action goes on, once it said so.
    pub continuation: Mutex<Option<Continuation>>,
    /// The way out.
    pub host: Arc<dyn Host>,
    /// The caller's switch.
    pub cancel: Cancel,
    /// What it may use.
    pub limits: Limits,
    /// When it began.
    pub started: Instant,
    /// Modules imported so far, by path.
    pub modules: Mutex<HashMap<String, Shared<Module>>>,
    /// Paths being imported right now, outermost first.
    pub importing: Mutex<Vec<String>>,
    /// Scripts compiled for this run, by path: errors look functions up here.
    pub scripts: Mutex<BTreeMap<String, AST>>,
    /// Bytes written to the console.
    pub output: Mutex<usize>,
    /// Why the run must stop, once it must.
    pub stop: Mutex<Option<Stop>>,
    /// Steps taken.
    pub steps: Mutex<u64>,
    /// Where the script was last seen.
    pub spot: Spot,
}

/// Why a run is stopped from outside the script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// The caller's switch.
    Cancelled,
    /// Out of time.
    Time,
    /// Out of steps.
    Operations,
    /// Too many nested calls.
    Depth,
    /// Too large a value.
    Memory,
    /// Too much console output.
    Output,
    /// It goes on later: `continue_in`.
    Continued,
    /// A step of the flow ends it here.
    Halted,
}

/// The tag of an engine call.
#[derive(Clone)]
pub struct Tag(pub Arc<RunState>);

/// The error value that carries a [`Stop`] up to the run.
#[derive(Clone, Copy, Debug)]
pub struct StopMark(pub Stop);

/// What the script's thread counts.
struct Meter {
    state: Arc<RunState>,
    end: Option<u64>,
}

thread_local! {
    static METER: RefCell<Option<Meter>> = const { RefCell::new(None) };
}

impl RunState {
    /// Starts counting on this thread.
    pub fn enter(self: &Arc<Self>) {
        counts(|counts| {
            counts.steps.set(0);
            counts.next_look.set(0);
            counts.held.set(0);
            counts.limit.set(self.max_held());
            counts.max_level.set(self.max_level());
        });
        METER.set(Some(Meter {
            state: self.clone(),
            end: None,
        }));
    }

    /// Stops counting and keeps the count.
    pub fn leave(&self) {
        counts(|counts| {
            counts.max_level.set(isize::MAX);
            counts.alarm.set(isize::MAX);
            if METER.take().is_some() {
                *lock(&self.steps) = counts.steps.get();
            }
        });
    }

    fn max_level(&self) -> isize {
        isize::try_from(self.limits.call_levels).unwrap_or(isize::MAX)
    }

    fn max_held(&self) -> isize {
        isize::try_from(self.limits.memory).unwrap_or(isize::MAX)
    }

    /// What is left of the time.
    pub fn time_left(&self) -> Duration {
        (self.limits.time + self.host.waited()).saturating_sub(self.started.elapsed())
    }

    /// Orders the run to stop and gives the error that does it.
    pub fn stop(&self, reason: Stop) -> Box<EvalAltResult> {
        lock(&self.stop).get_or_insert(reason);
        let steps = counts(|counts| {
            counts.max_level.set(-1);
            counts.steps.get()
        });
        METER.with_borrow_mut(|meter| {
            if let Some(meter) = meter {
                meter.end.get_or_insert(steps + GRACE_STEPS);
            }
        });
        Box::new(EvalAltResult::ErrorRuntime(
            Dynamic::from(StopMark(reason)),
            Position::NONE,
        ))
    }

    /// The error that stops the run if it is cancelled or out of time.
    pub fn must_go_on(&self) -> Result<(), Box<EvalAltResult>> {
        // Copied first: `stop` takes the lock again.
        let ordered = *lock(&self.stop);
        if let Some(reason) = ordered {
            return Err(self.stop(reason));
        }
        if self.cancel.is_cancelled() {
            return Err(self.stop(Stop::Cancelled));
        }
        if self.time_left().is_zero() {
            return Err(self.stop(Stop::Time));
        }
        Ok(())
    }

    /// Writes a console line.
    ///
    /// # Errors
    /// The stop, when the console is full.
    pub fn log(&self, level: ConsoleLevel, text: &str, place: CallPlace) -> Result<(), Box<EvalAltResult>> {
        self.must_go_on()?;
        {
            let mut output = lock(&self.output);
            *output += text.len() + 1;
            if *output > self.limits.output {
                drop(output);
                return Err(self.stop(Stop::Output));
            }
        }
        self.host.log(ConsoleLine {
            level,
            text: text.to_owned(),
            file: place.file,
            line: place.line,
        });
        Ok(())
    }
}

/// The run that `context` belongs to.
///
/// # Errors
/// When the function was called outside a run, which only a test could do.
pub fn run_of(context: &NativeCallContext) -> Result<Arc<RunState>, Box<EvalAltResult>> {
    let run = context
        .tag()
        .and_then(|tag| tag.read_lock::<Tag>().map(|tag| tag.0.clone()))
        .ok_or("this function works only inside a run")?;
    let (file, line) = call_of(context);
    run.spot.note(file, line);
    Ok(run)
}

/// Where the script made the call of `context`.
pub fn place_of(context: &NativeCallContext) -> CallPlace {
    let (file, line) = call_of(context);
    CallPlace {
        file: file.to_owned(),
        line,
    }
}

fn call_of<'a>(context: &'a NativeCallContext) -> (&'a str, u32) {
    // The engine keeps the source of the script that was started; the last library is the file being executed.
    let file = context
        .namespaces()
        .last()
        .and_then(|library| library.id())
        .or_else(|| context.call_source());
    (
        file.unwrap_or_default(),
        context.call_position().line().unwrap_or(0) as u32,
    )
}

/// Called by the engine on every step: the value that ends the script, once it must end.
pub fn on_step() -> Option<Dynamic> {
    let steps = counts(|counts| {
        let steps = counts.steps.get() + 1;
        counts.steps.set(steps);
        (steps >= counts.next_look.get()).then_some(steps)
    });
    steps.and_then(look)
}

#[cold]
fn look(steps: u64) -> Option<Dynamic> {
    METER.with_borrow_mut(|meter| {
        let meter = meter.as_mut()?;
        let state = &meter.state;
        let held = counts(|counts| {
            counts
                .next_look
                .set((steps + STEPS_PER_LOOK).min(state.limits.operations.saturating_add(1).max(steps + 1)));
            counts.held.get()
        });
        if let Some(end) = meter.end {
            // Literals alone can go on growing in the steps of grace.
            let runs_away = held > state.max_held().saturating_mul(2);
            return (steps > end || runs_away).then(|| end_mark(state));
        }
        let reason = if steps > state.limits.operations {
            Stop::Operations
        } else if held > state.max_held() {
            Stop::Memory
        } else if state.cancel.is_cancelled() {
            Stop::Cancelled
        } else if state.time_left().is_zero() {
            Stop::Time
        } else {
            // No value can be too large before so much is held in all.
            let watched = held > MAX_BYTES.cast_signed();
            counts(|counts| {
                counts.max_level.set(if watched { -1 } else { state.max_level() });
                let watch_at = MAX_BYTES.cast_signed().min(state.max_held());
                counts.alarm.set(if watched { state.max_held() } else { watch_at });
            });
            return None;
        };
        lock(&state.stop).get_or_insert(reason);
        meter.end = Some(steps + GRACE_STEPS);
        counts(|counts| {
            counts.max_level.set(-1);
            counts.alarm.set(state.max_held().saturating_mul(2));
        });
        None
    })
}

/// Called by the engine on every variable access: the error that stops the script, once it must stop. Raised here
/// because only errors raised inside a statement keep their file, line and call stack.
pub fn on_variable<'a>(level: usize, value: impl FnOnce() -> Option<&'a Dynamic>) -> Result<(), Box<EvalAltResult>> {
    let level = isize::try_from(level).unwrap_or(isize::MAX);
    if level <= counts(|counts| counts.max_level.get()) {
        return Ok(());
    }
    let stopped = METER.with_borrow(|meter| {
        let meter = meter.as_ref()?;
        let reason = if meter.end.is_some() {
            lock(&meter.state.stop).unwrap_or(Stop::Cancelled)
        } else if level > meter.state.max_level() {
            Stop::Depth
        } else if value().is_some_and(too_large) {
            Stop::Memory
        } else {
            return None;
        };
        Some((meter.state.clone(), reason))
    });
    stopped.map_or(Ok(()), |(state, reason)| Err(state.stop(reason)))
}

/// Does `work` on the side: it may take so many steps, which count for nothing, and reaching a limit ends it alone.
pub fn aside<T>(steps: u64, work: impl FnOnce() -> T) -> T {
    let (before, level) = counts(|counts| (counts.steps.get(), counts.max_level.replace(isize::MAX)));
    let end =
        |end| METER.with_borrow_mut(|meter| meter.as_mut().and_then(|meter| std::mem::replace(&mut meter.end, end)));
    let ended = end(Some(before.saturating_add(steps)));
    counts(|counts| counts.next_look.set(0));
    let result = work();
    end(ended);
    counts(|counts| {
        counts.steps.set(before);
        counts.next_look.set(0);
        counts.max_level.set(level);
    });
    result
}

fn end_mark(state: &RunState) -> Dynamic {
    Dynamic::from(StopMark(lock(&state.stop).unwrap_or(Stop::Cancelled)))
}

/// A lock that a panic elsewhere cannot spoil.
pub fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
