//! What a flow's script reaches the world through: steps, the console, and a clock and chance that are the same whenever
//! the run goes on, so that its steps are too.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use joinery_script::{
    Cancel, ConsoleLine, Host, HostResponse, HttpFailure, ScriptRequest, Step as AskedStep, StepOutcome,
    host::{SecretFailure, SecretOperation},
};
use sha2::{Digest, Sha256};
use tokio::runtime::Handle;

use super::steps::Steps;
use crate::studio::lock;

/// The way out of one stretch of a run.
pub struct FlowHost {
    steps: Arc<Steps>,
    runtime: Handle,
    console: Mutex<Vec<ConsoleLine>>,
    waiting: Mutex<Waiting>,
    /// Bytes of randomness that were drawn.
    drawn: Mutex<u64>,
}

/// How long steps have taken, and since when one is under way.
#[derive(Default)]
struct Waiting {
    done: Duration,
    since: Option<Instant>,
}

impl FlowHost {
    /// A host on the current tokio runtime.
    pub fn new(steps: Arc<Steps>) -> Self {
        Self {
            steps,
            runtime: Handle::current(),
            console: Mutex::default(),
            waiting: Mutex::default(),
            drawn: Mutex::default(),
        }
    }

    /// What was written to the console, taken out.
    pub fn take_console(&self) -> Vec<ConsoleLine> {
        std::mem::take(&mut lock(&self.console))
    }
}

impl Host for FlowHost {
    fn send(&self, _: ScriptRequest, _: &Cancel) -> Result<HostResponse, HttpFailure> {
        Err(no_http())
    }

    fn log(&self, line: ConsoleLine) {
        lock(&self.console).push(line);
    }

    /// When the event came: a step whose input tells the time is the same step later.
    fn now_ms(&self) -> i64 {
        self.steps.run.created_ms
    }

    fn random(&self, bytes: &mut [u8]) {
        let mut drawn = lock(&self.drawn);
        for chunk in bytes.chunks_mut(32) {
            let block = Sha256::digest(format!("{}/{}", self.steps.run.id, *drawn));
            *drawn += 1;
            chunk.copy_from_slice(&block[..chunk.len()]);
        }
    }

    fn sleep(&self, duration: Duration, _: &Cancel) {
        self.runtime.block_on(async {
            tokio::select! {
                () = tokio::time::sleep(duration) => {}
                () = self.steps.stop.cancelled() => {}
            }
        });
    }

    fn waited(&self) -> Duration {
        let waiting = lock(&self.waiting);
        waiting.done + waiting.since.map_or(Duration::ZERO, |since| since.elapsed())
    }

    fn sign(&self, secret: &str, _: SecretOperation, _: &[u8]) -> Result<Vec<u8>, SecretFailure> {
        Err(SecretFailure::Missing {
            name: secret.to_owned(),
        })
    }

    fn step(&self, step: AskedStep, _: &Cancel) -> StepOutcome {
        let began = Instant::now();
        lock(&self.waiting).since = Some(began);
        let outcome = self.runtime.block_on(self.steps.step(step));
        let mut waiting = lock(&self.waiting);
        waiting.since = None;
        waiting.done += began.elapsed();
        outcome
    }
}

fn no_http() -> HttpFailure {
    HttpFailure {
        code: "no_http_here".into(),
        message: "a flow may not call HTTP itself".into(),
        hint: Some(
            "Call the service in an action of a connector, and run that: run(\"okta.get_user\", #{ ... }).".into(),
        ),
    }
}

/// What `trigger()` of a flow is asked through: nothing.
pub struct Mute;

impl Host for Mute {
    fn send(&self, _: ScriptRequest, _: &Cancel) -> Result<HostResponse, HttpFailure> {
        Err(no_http())
    }

    fn log(&self, _: ConsoleLine) {}

    fn now_ms(&self) -> i64 {
        crate::studio::now_ms()
    }

    fn random(&self, bytes: &mut [u8]) {
        getrandom::fill(bytes).expect("the system has randomness");
    }

    fn sleep(&self, _: Duration, _: &Cancel) {}

    fn sign(&self, secret: &str, _: SecretOperation, _: &[u8]) -> Result<Vec<u8>, SecretFailure> {
        Err(SecretFailure::Missing {
            name: secret.to_owned(),
        })
    }
}
