//! What a debug run has done until now, for whoever shows it while it stands still: its calls, its console, and when it
//! stood still.

use std::{
    sync::Mutex,
    time::{Duration, Instant},
};

use joinery_script::{ConsoleLine, HostResponse, HttpFailure, ScriptRequest};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    host::{RecordedCall, milliseconds},
    runs::{CallReport, Performed, RunReport, content_type},
    studio::{Studio, lock},
};

/// What a debug run has done until now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct DebugTrace {
    /// Every HTTP call in order.
    pub calls: Vec<CallReport>,
    /// The console.
    pub console: Vec<ConsoleLine>,
    /// When it stood still, in order.
    pub pauses: Vec<Pause>,
    /// Milliseconds since it began, those it stood still among them.
    pub time_ms: f64,
    /// What came of it, once it is over. It has no number: it is in no history.
    pub report: Option<RunReport>,
}

/// A time in which a script stood still.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Pause {
    /// Milliseconds from the start of the run.
    pub start_ms: f64,
    /// Milliseconds it took, or takes until now.
    pub time_ms: f64,
}

/// Where a debug run is written down as it happens.
#[derive(Default)]
pub(crate) struct Trace(Mutex<Noted>);

#[derive(Default)]
struct Noted {
    began: Option<Instant>,
    ended: Option<Instant>,
    calls: Vec<Call>,
    console: Vec<ConsoleLine>,
    pauses: Vec<(Instant, Option<Instant>)>,
    report: Option<RunReport>,
}

/// A call, and whether its body has been opened for the screen.
struct Call {
    call: RecordedCall,
    opened: bool,
}

impl Trace {
    /// The run's clock begins.
    pub(crate) fn begin(&self, began: Instant) {
        lock(&self.0).began.get_or_insert(began);
    }

    pub(crate) fn calls(&self, calls: &[RecordedCall]) {
        let calls = calls.iter().cloned().map(|call| Call { call, opened: false });
        lock(&self.0).calls.extend(calls);
    }

    /// A call that a recording answered.
    pub(crate) fn played(&self, request: &ScriptRequest, url: String, answer: &Result<HostResponse, HttpFailure>) {
        let mut noted = lock(&self.0);
        let report = CallReport {
            method: request.method.clone(),
            url,
            status: answer.as_ref().ok().map(|answer| answer.response.status),
            error: answer.as_ref().err().map(|failure| failure.message.clone()),
            sign_in: false,
            start_ms: milliseconds(noted.elapsed()),
            time_ms: 0.0,
            timing: None,
            rate_limit: None,
            place: request.place.clone(),
            request: None,
            headers: Vec::new(),
            body: None,
        };
        let call = RecordedCall {
            report,
            body: None,
            response: answer.as_ref().ok().map(|answer| answer.response.clone()),
            tape: Vec::new(),
            lost: false,
        };
        noted.calls.push(Call { call, opened: false });
    }

    pub(crate) fn line(&self, line: &ConsoleLine) {
        lock(&self.0).console.push(line.clone());
    }

    pub(crate) fn stopped(&self) {
        lock(&self.0).pauses.push((Instant::now(), None));
    }

    pub(crate) fn went_on(&self) {
        lock(&self.0).go_on();
    }

    /// The run is over. Its output is opened for the screen, and kept in no history.
    pub(crate) fn end(&self, studio: &Studio, action: &str, performed: &Performed) {
        let calls = self.open(studio);
        let result = &performed.outcome.result;
        let mut noted = lock(&self.0);
        noted.go_on();
        noted.ended = Some(Instant::now());
        noted.report = Some(RunReport {
            number: 0,
            action: action.to_owned(),
            ok: result.is_ok(),
            output: result.as_ref().ok().map(|value| super::super::shown(studio, value)),
            error: result.as_ref().err().cloned(),
            calls,
            console: performed.console.clone(),
            warnings: performed.warnings.clone(),
            input: performed.input.clone(),
            time_ms: performed.time_ms,
            compile_ms: performed.outcome.compile_ms,
            saved: None,
        });
    }

    /// What has been done until now; bodies are opened for the screen.
    pub(crate) fn told(&self, studio: &Studio) -> DebugTrace {
        let calls = self.open(studio);
        let noted = lock(&self.0);
        let since = |at: Instant| at.saturating_duration_since(noted.began.unwrap_or(at));
        let pauses = noted.pauses.iter().map(|(from, until)| Pause {
            start_ms: milliseconds(since(*from)),
            time_ms: milliseconds(until.unwrap_or_else(Instant::now).saturating_duration_since(*from)),
        });
        DebugTrace {
            calls,
            console: noted.console.clone(),
            pauses: pauses.collect(),
            time_ms: milliseconds(noted.elapsed()),
            report: noted.report.clone(),
        }
    }

    fn open(&self, studio: &Studio) -> Vec<CallReport> {
        let mut noted = lock(&self.0);
        let calls = noted.calls.iter_mut().map(|made| {
            let report = &mut made.call.report;
            if !made.opened
                && let Some(body) = &made.call.body
            {
                // A body that cannot be read back leaves the call without one: the call itself is still worth showing.
                report.body = studio.bodies.open_response(body, content_type(&report.headers)).ok();
            }
            made.opened = true;
            report.clone()
        });
        calls.collect()
    }
}

impl Noted {
    fn elapsed(&self) -> Duration {
        let until = self.ended.unwrap_or_else(Instant::now);
        self.began
            .map_or(Duration::ZERO, |began| until.saturating_duration_since(began))
    }

    fn go_on(&mut self) {
        if let Some((_, until @ None)) = self.pauses.last_mut() {
            *until = Some(Instant::now());
        }
    }
}
