//! On the host: what a front holds of a debug run, from before its start to its end.

use std::{
    sync::{Arc, Mutex, mpsc},
    time::{Duration, Instant},
};

use super::{Breakpoints, Command, Notice, Question, Reply, Step, Stopped, bounds};
use crate::{
    host::{ConsoleLine, Host, HostResponse, HttpFailure, Pace, ScriptRequest, SecretFailure, SecretOperation},
    limits::Cancel,
    state::lock,
};

/// Time that a worker may take to answer a question, besides that of HTTP calls an expression makes.
const ANSWER: Duration = Duration::from_secs(5);
/// Time it may take where the expression may call HTTP.
const ANSWER_FROM_AFAR: Duration = Duration::from_secs(60);

/// What happens in a debug run.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// The script stands still.
    Stopped(Stopped),
    /// It goes on.
    Continued,
}

/// A debug run, as a front holds it. Cheap to clone; every clone is the same.
#[derive(Clone)]
pub struct Session(Arc<Shared>);

struct Shared {
    state: Mutex<State>,
    /// Apart from the state: whoever watches the worker asks, also while something is being said to it.
    clock: Mutex<Clock>,
    cancel: Cancel,
    tell: Box<dyn Fn(Event) + Send + Sync>,
    /// Held while a question is under way: its answer is the next one that comes.
    asking: Mutex<()>,
}

struct State {
    breakpoints: Breakpoints,
    stop_on_entry: bool,
    /// Whether it is to be paused once it has begun.
    pause: bool,
    wire: Option<Wire>,
    answer: Option<mpsc::Sender<Reply>>,
    /// Questions that were asked and not answered yet, in time or late.
    owed: u32,
}

/// How long the script has stood still, and since when it does now.
#[derive(Default)]
struct Clock {
    paused: Option<Instant>,
    waited: Duration,
}

/// What sends a command to the worker; false when that is gone.
type Wire = Arc<dyn Fn(Command) -> bool + Send + Sync>;

/// Why a question has no answer.
const RUNS: &str = "the script is running; pause it first";
/// Why one has none before a run and after it.
const NOTHING_RUNS: &str = "no script is being run";

impl Session {
    /// A run to come. `tell` is called on the run's thread and must not wait for the session.
    pub fn new(
        breakpoints: Breakpoints,
        stop_on_entry: bool,
        cancel: Cancel,
        tell: impl Fn(Event) + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(Shared {
            state: Mutex::new(State {
                breakpoints,
                stop_on_entry,
                pause: false,
                wire: None,
                answer: None,
                owed: 0,
            }),
            clock: Mutex::default(),
            cancel,
            tell: Box::new(tell),
            asking: Mutex::default(),
        }))
    }

    /// Breakpoints instead of those before.
    pub fn set_breakpoints(&self, breakpoints: Breakpoints) {
        lock(&self.0.state).breakpoints = breakpoints.clone();
        self.send(Command::Breakpoints(breakpoints));
    }

    /// Stops at the next statement.
    pub fn pause(&self) {
        {
            let mut state = lock(&self.0.state);
            state.pause = state.wire.is_none();
        }
        self.send(Command::Pause);
    }

    /// Goes on. False when the script does not stand still.
    pub fn go(&self, step: Step) -> bool {
        let Some(waited) = lock(&self.0.clock).stop() else {
            return false;
        };
        // Told first: the next stop may come at once.
        (self.0.tell)(Event::Continued);
        self.send(Command::Go { step, waited });
        true
    }

    /// Ends the run, wherever it is.
    pub fn terminate(&self) {
        self.0.cancel.cancel();
    }

    /// Whether the script stands still.
    pub fn is_paused(&self) -> bool {
        lock(&self.0.clock).paused.is_some()
    }

    /// How long it has stood still until now.
    pub fn paused(&self) -> Duration {
        let clock = lock(&self.0.clock);
        clock.waited + clock.paused.map_or(Duration::ZERO, |since| since.elapsed())
    }

    /// Asks while the script stands still. Waits for the answer.
    pub fn ask(&self, question: Question) -> Reply {
        let _asking = lock(&self.0.asking);
        let far = matches!(&question, Question::Evaluate { may_call_out, .. } if *may_call_out);
        let (sender, answer) = mpsc::channel();
        if !self.is_paused() {
            let runs = lock(&self.0.state).wire.is_some();
            return Reply::Refused(if runs { RUNS } else { NOTHING_RUNS }.into());
        }
        {
            let mut state = lock(&self.0.state);
            state.answer = Some(sender);
            state.owed += 1;
        }
        if !self.send(Command::Ask(question)) {
            return Reply::Refused("the run has ended".into());
        }
        let reply = answer.recv_timeout(if far { ANSWER_FROM_AFAR } else { ANSWER });
        lock(&self.0.state).answer = None;
        reply.unwrap_or_else(|error| {
            if error == mpsc::RecvTimeoutError::Timeout {
                // It would be waited for at every question to come.
                self.terminate();
            }
            Reply::Refused("there was no answer; the run has been ended".into())
        })
    }

    /// Says something to the worker; false when that is gone. Nothing is locked meanwhile: a worker may not listen.
    fn send(&self, command: Command) -> bool {
        let wire = lock(&self.0.state).wire.clone();
        wire.is_some_and(|wire| wire(command))
    }

    /// Commands go to `wire` from now on; the first says what to begin with.
    pub(crate) fn connect(&self, wire: impl Fn(Command) -> bool + Send + Sync + 'static) {
        // Nothing else may be said before, so the state stays locked.
        let mut state = lock(&self.0.state);
        wire(Command::Begin {
            breakpoints: state.breakpoints.clone(),
            stop_on_entry: state.stop_on_entry,
            pause: state.pause,
        });
        state.wire = Some(Arc::new(wire));
    }

    /// Commands go nowhere from now on.
    pub(crate) fn disconnect(&self) {
        let mut state = lock(&self.0.state);
        state.wire = None;
        state.answer = None;
        lock(&self.0.clock).stop();
    }

    /// Takes what the worker says. False where no worker of ours says so.
    pub(crate) fn take(&self, notice: Notice) -> bool {
        let Some(notice) = bounds::accept(notice) else {
            return false;
        };
        match notice {
            Notice::Stopped(stopped) => {
                if lock(&self.0.clock).paused.replace(Instant::now()).is_some() {
                    return false;
                }
                (self.0.tell)(Event::Stopped(stopped));
                true
            }
            Notice::Reply(reply) => {
                let mut state = lock(&self.0.state);
                let Some(owed) = state.owed.checked_sub(1) else {
                    return false;
                };
                state.owed = owed;
                // One that comes too late is nobody's.
                if let Some(answer) = state.answer.take() {
                    let _ = answer.send(reply);
                }
                true
            }
        }
    }
}

impl Clock {
    /// The script goes on, if it stood still: how long it has stood still in all.
    fn stop(&mut self) -> Option<Duration> {
        self.waited += self.paused.take()?.elapsed();
        Some(self.waited)
    }
}

/// A host that does not hold the time a script stands still against it.
pub(crate) struct Patient {
    /// The way out.
    pub host: Arc<dyn Host>,
    /// Knows how long.
    pub session: Session,
}

impl Host for Patient {
    fn send(&self, request: ScriptRequest, cancel: &Cancel) -> Result<HostResponse, HttpFailure> {
        self.host.send(request, cancel)
    }

    fn send_all(
        &self,
        requests: Vec<ScriptRequest>,
        pace: Pace,
        budget: Duration,
        cancel: &Cancel,
    ) -> Vec<Result<HostResponse, HttpFailure>> {
        self.host.send_all(requests, pace, budget, cancel)
    }

    fn log(&self, line: ConsoleLine) {
        self.host.log(line);
    }

    fn now_ms(&self) -> i64 {
        self.host.now_ms()
    }

    fn random(&self, bytes: &mut [u8]) {
        self.host.random(bytes);
    }

    fn sleep(&self, duration: Duration, cancel: &Cancel) {
        self.host.sleep(duration, cancel);
    }

    fn waited(&self) -> Duration {
        self.host.waited() + self.session.paused()
    }

    fn sign(&self, secret: &str, operation: SecretOperation, message: &[u8]) -> Result<Vec<u8>, SecretFailure> {
        self.host.sign(secret, operation, message)
    }
}
