//! Debug runs: a run like any other that can be stopped and looked at, and done again from what servers answered before.

mod trace;

use std::sync::{Arc, Mutex};

use joinery_connector::Secret;
use joinery_http::redact;
use joinery_script::{
    ConsoleLine, HostResponse, HttpFailure, ScriptError, ScriptRequest,
    debug::{Breakpoints, Event, Places, Question, Reason, Reply, Session, Step, Variable},
};

pub use trace::{DebugTrace, Pause};

use super::{Performance, Performed};
use crate::studio::{Studio, lock};
use trace::Trace;

/// A debug run, from before its start to its end. Cheap to clone; every clone is the same.
#[derive(Clone)]
pub struct Debugger {
    session: Session,
    secrets: Arc<dyn Fn() -> Vec<Secret> + Send + Sync>,
    pub(crate) tape: Arc<Tape>,
    pub(crate) trace: Arc<Trace>,
    pub(crate) hear: Arc<dyn Fn(&ConsoleLine) + Send + Sync>,
}

/// What the world answered a run, in order: HTTP, time, randomness.
#[derive(Default)]
pub struct Tape {
    /// Whether it answers instead of the world.
    plays: bool,
    answers: Mutex<Answers>,
}

#[derive(Default)]
struct Answers {
    calls: Vec<Call>,
    times: Vec<i64>,
    randomness: Vec<Vec<u8>>,
    /// How many of the times and of the random bytes have been played.
    played: (usize, usize),
}

struct Call {
    request: ScriptRequest,
    answer: Result<HostResponse, HttpFailure>,
    played: bool,
}

/// Makes `performance` a debug run. `tell` is called when it stops and goes on, `hear` with each line of the console; from
/// the run's own threads, and neither may wait. With a tape nothing is sent: what it recorded is the answer.
pub fn attach(
    performance: &mut Performance,
    breakpoints: Breakpoints,
    stop_on_entry: bool,
    tape: Option<&Tape>,
    tell: impl Fn(Event) + Send + Sync + 'static,
    hear: impl Fn(&ConsoleLine) + Send + Sync + 'static,
) -> Debugger {
    let connection = performance.connection.clone();
    let secrets: Arc<dyn Fn() -> Vec<Secret> + Send + Sync> = Arc::new(move || connection.http.secrets());
    let masked = secrets.clone();
    let trace = Arc::<Trace>::default();
    let noted = trace.clone();
    let tell = move |event| {
        match &event {
            Event::Stopped(_) => noted.stopped(),
            Event::Continued => noted.went_on(),
        }
        tell(mask_event(event, &masked()));
    };
    let cancel = performance.stop.script.clone();
    let debugger = Debugger {
        session: Session::new(breakpoints, stop_on_entry, cancel, tell),
        secrets,
        tape: Arc::new(tape.map(Tape::rewound).unwrap_or_default()),
        trace,
        hear: Arc::new(hear),
    };
    performance.debugger = Some(debugger.clone());
    debugger
}

/// Where a debug run of a script can be stopped. Blocks.
///
/// # Errors
/// Why the script cannot be read.
pub fn places(studio: &Studio, connector: &crate::Connector, file: &str) -> Result<Places, Box<ScriptError>> {
    studio.scripts().places(connector, file).map_err(Box::new)
}

impl Debugger {
    pub(crate) fn session(&self) -> &Session {
        &self.session
    }

    /// Breakpoints instead of those before.
    pub fn set_breakpoints(&self, breakpoints: Breakpoints) {
        self.session.set_breakpoints(breakpoints);
    }

    /// Stops at the next statement.
    pub fn pause(&self) {
        self.session.pause();
    }

    /// Goes on. False when the script does not stand still.
    pub fn go(&self, step: Step) -> bool {
        self.session.go(step)
    }

    /// Milliseconds it has stood still until now.
    pub fn paused_ms(&self) -> f64 {
        crate::host::milliseconds(self.session.paused())
    }

    /// Asks while the script stands still. Blocks; secrets are masked in the answer.
    pub fn ask(&self, question: Question) -> Reply {
        let secrets = (self.secrets)();
        let masked = |variable: Variable| Variable {
            value: redact::mask(&variable.value, &secrets),
            ..variable
        };
        match self.session.ask(question) {
            Reply::Variables(variables) => Reply::Variables(variables.into_iter().map(masked).collect()),
            Reply::Value(variable) => Reply::Value(masked(variable)),
            Reply::Refused(why) => Reply::Refused(redact::mask(&why, &secrets)),
        }
    }

    /// Keeps what came of the run, for [`Debugger::trace`].
    pub fn end(&self, studio: &Studio, action: &str, performed: &Performed) {
        self.trace.end(studio, action, performed);
    }

    /// What the run has done until now.
    pub fn trace(&self, studio: &Studio) -> DebugTrace {
        self.trace.told(studio)
    }

    /// What servers have answered until now, for [`attach`].
    pub fn tape(&self) -> Arc<Tape> {
        self.tape.clone()
    }
}

fn mask_event(event: Event, secrets: &[Secret]) -> Event {
    let Event::Stopped(mut stopped) = event else {
        return event;
    };
    let mask = |text: String| redact::mask(&text, secrets);
    stopped.reason = match stopped.reason {
        Reason::Error { code, message, hint } => Reason::Error {
            code,
            message: mask(message),
            hint: hint.map(mask),
        },
        Reason::Http { status, method, url } => Reason::Http {
            status,
            method,
            url: mask(url),
        },
        other => other,
    };
    Event::Stopped(stopped)
}

impl Tape {
    /// The same answers, to be played.
    fn rewound(&self) -> Self {
        let mut answers = lock(&self.answers);
        let calls = answers.calls.iter().map(|call| Call {
            request: call.request.clone(),
            answer: call.answer.clone(),
            played: false,
        });
        let rewound = Answers {
            calls: calls.collect(),
            times: answers.times.clone(),
            randomness: answers.randomness.clone(),
            played: (0, 0),
        };
        answers.played = (0, 0);
        drop(answers);
        Self {
            plays: true,
            answers: Mutex::new(rewound),
        }
    }

    /// The answer to a request: the first of the same method, URL, query and body that has not been played. `None` while
    /// the tape records.
    pub(crate) fn answer(&self, request: &ScriptRequest) -> Option<Result<HostResponse, HttpFailure>> {
        let is_same = |call: &Call| {
            let recorded = &call.request;
            !call.played
                && recorded.method == request.method
                && recorded.url == request.url
                && recorded.query == request.query
                && recorded.body == request.body
        };
        if !self.plays {
            return None;
        }
        let mut answers = lock(&self.answers);
        let Some(call) = answers.calls.iter_mut().find(|call| is_same(call)) else {
            return Some(Err(HttpFailure {
                code: "not_recorded".into(),
                message: format!("the run before did not call {} {} so", request.method, request.url),
                hint: Some("Start the run anew to call the service.".into()),
            }));
        };
        call.played = true;
        Some(call.answer.clone())
    }

    /// Keeps an answer of a server.
    pub(crate) fn keep(&self, request: ScriptRequest, answer: &Result<HostResponse, HttpFailure>) {
        lock(&self.answers).calls.push(Call {
            request,
            answer: answer.clone(),
            played: false,
        });
    }

    /// The time: `now` is kept, or given way to what was kept.
    pub(crate) fn now(&self, now: i64) -> i64 {
        let mut answers = lock(&self.answers);
        if !self.plays {
            answers.times.push(now);
            return now;
        }
        let index = answers.played.0;
        answers.played.0 += 1;
        // Past what was recorded time goes on from its end.
        answers
            .times
            .get(index)
            .or(answers.times.last())
            .copied()
            .unwrap_or(now)
    }

    /// Randomness: `bytes` are kept, or filled with what was kept.
    pub(crate) fn random(&self, bytes: &mut [u8]) {
        let mut answers = lock(&self.answers);
        if !self.plays {
            answers.randomness.push(bytes.to_vec());
            return;
        }
        let index = answers.played.1;
        answers.played.1 += 1;
        if let Some(kept) = answers.randomness.get(index).filter(|kept| kept.len() == bytes.len()) {
            bytes.copy_from_slice(kept);
        }
    }
}
