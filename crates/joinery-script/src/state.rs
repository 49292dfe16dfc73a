//! The state of one run: what it may use, what it has used, and why it must stop. It travels in the engine's tag; the
//! counters that are read on every step lie in the script's thread.

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use joinery_connector::Connector;
use rhai::{AST, Dynamic, EvalAltResult, Module, NativeCallContext, Position, Shared};

use crate::{
    functions::too_large,
    host::{CallPlace, ConsoleLevel, ConsoleLine, Host},
    limits::{Cancel, Limits},
};

/// Steps a script may still take after it was told to stop. A stop is first raised as an error with file and line,
/// which a script could catch; after these steps it is ended where it stands.
const GRACE_STEPS: u64 = 5_000;
/// Steps between two looks at the clock.
const STEPS_PER_LOOK: u64 = 256;

/// Everything one run shares with the functions it calls.
pub struct RunState {
    /// The connector whose script runs.
    pub connector: Arc<Connector>,
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
    /// Steps taken, and the step at which to look at clock and limits next. Apart from the meter, to be cheap to read.
    static STEPS: Cell<u64> = const { Cell::new(0) };
    static NEXT_LOOK: Cell<u64> = const { Cell::new(0) };
    /// The deepest call level at which variables may be read; below zero once the run must stop. Apart from the
    /// meter, to be cheap to read.
    static MAX_LEVEL: Cell<isize> = const { Cell::new(isize::MAX) };
}

impl RunState {
    /// Starts counting on this thread.
    pub fn enter(self: &Arc<Self>) {
        MAX_LEVEL.set(isize::try_from(self.limits.call_levels).unwrap_or(isize::MAX));
        STEPS.set(0);
        NEXT_LOOK.set(0);
        METER.set(Some(Meter {
            state: self.clone(),
            end: None,
        }));
    }

    /// Stops counting and keeps the count.
    pub fn leave(&self) {
        MAX_LEVEL.set(isize::MAX);
        if METER.take().is_some() {
            *lock(&self.steps) = STEPS.get();
        }
    }

    /// What is left of the time.
    pub fn time_left(&self) -> Duration {
        self.limits.time.saturating_sub(self.started.elapsed())
    }

    /// Orders the run to stop and gives the error that does it.
    pub fn stop(&self, reason: Stop) -> Box<EvalAltResult> {
        lock(&self.stop).get_or_insert(reason);
        MAX_LEVEL.set(-1);
        METER.with_borrow_mut(|meter| {
            if let Some(meter) = meter {
                meter.end.get_or_insert(STEPS.get() + GRACE_STEPS);
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
    context
        .tag()
        .and_then(|tag| tag.read_lock::<Tag>().map(|tag| tag.0.clone()))
        .ok_or_else(|| "this function works only inside a run".into())
}

/// Where the script made the call of `context`.
pub fn place_of(context: &NativeCallContext) -> CallPlace {
    // The engine keeps the source of the script that was started; the last library is the file being executed.
    let file = context
        .namespaces()
        .last()
        .and_then(|library| library.id())
        .or_else(|| context.call_source());
    CallPlace {
        file: file.unwrap_or_default().to_owned(),
        line: context.call_position().line().unwrap_or(0) as u32,
    }
}

/// Called by the engine on every step: the value that ends the script, once it must end.
pub fn on_step() -> Option<Dynamic> {
    let steps = STEPS.get() + 1;
    STEPS.set(steps);
    if steps < NEXT_LOOK.get() { None } else { look(steps) }
}

fn look(steps: u64) -> Option<Dynamic> {
    METER.with_borrow_mut(|meter| {
        let meter = meter.as_mut()?;
        NEXT_LOOK.set((steps + STEPS_PER_LOOK).min(meter.state.limits.operations.saturating_add(1).max(steps + 1)));
        if let Some(end) = meter.end {
            return (steps > end).then(|| end_mark(&meter.state));
        }
        let reason = if steps > meter.state.limits.operations {
            Stop::Operations
        } else if meter.state.cancel.is_cancelled() {
            Stop::Cancelled
        } else if meter.state.time_left().is_zero() {
            Stop::Time
        } else {
            return None;
        };
        lock(&meter.state.stop).get_or_insert(reason);
        meter.end = Some(steps + GRACE_STEPS);
        MAX_LEVEL.set(-1);
        None
    })
}

/// Called by the engine on every variable access: the error that stops the script, once it must stop. Raised here
/// because only errors raised inside a statement keep their file, line and call stack.
pub fn on_variable(level: usize, value: Option<&Dynamic>) -> Result<(), Box<EvalAltResult>> {
    let max = MAX_LEVEL.get();
    let large = value.is_some_and(too_large);
    if isize::try_from(level).unwrap_or(isize::MAX) <= max && !large {
        return Ok(());
    }
    match METER.with_borrow(|meter| meter.as_ref().map(|meter| meter.state.clone())) {
        None => Ok(()),
        Some(state) if max < 0 => {
            let reason = lock(&state.stop).unwrap_or(Stop::Cancelled);
            Err(state.stop(reason))
        }
        Some(state) if large => Err(state.stop(Stop::Memory)),
        Some(state) => Err(state.stop(Stop::Depth)),
    }
}

fn end_mark(state: &RunState) -> Dynamic {
    Dynamic::from(StopMark(lock(&state.stop).unwrap_or(Stop::Cancelled)))
}

/// A lock that a panic elsewhere cannot spoil.
pub fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
