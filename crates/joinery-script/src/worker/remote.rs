//! In the worker: the host and the connector's files, at the other end of the pipe. Every call is a message, and all but a
//! line for the console wait for the answer.

use std::{
    collections::HashMap,
    fs::File,
    process,
    sync::{Arc, Mutex, OnceLock, mpsc::Receiver},
    time::{Duration, Instant},
};

use super::{
    frame,
    protocol::{Answer, Ask, Order, Report, Text},
};
use crate::{
    debug::{self, Command, Notice},
    files::Files,
    host::{
        ConsoleLine, Host, HostResponse, HttpFailure, Pace, ScriptRequest, SecretFailure, SecretOperation, Step,
        StepFailure, StepOutcome,
    },
    limits::Cancel,
    meter,
    spot::Spot,
    state::lock,
};

/// The way to the host.
pub struct Link {
    output: File,
    orders: Mutex<Receiver<Order>>,
    commands: Mutex<Receiver<Command>>,
    /// Texts the host has sent, by what they go by there.
    texts: Mutex<HashMap<u64, Arc<str>>>,
}

impl Link {
    /// A link that writes to `output`; what comes in is received from `orders`, and from `commands` in debug runs.
    pub fn new(output: File, orders: Receiver<Order>, commands: Receiver<Command>) -> Self {
        Self {
            output,
            orders: Mutex::new(orders),
            commands: Mutex::new(commands),
            texts: Mutex::default(),
        }
    }

    /// Tells the host something.
    ///
    /// # Errors
    /// [`frame::Error::TooLarge`]. Without a host there is nothing left to do: the process ends.
    pub fn tell(&self, report: &Report) -> Result<(), frame::Error> {
        match frame::write(&self.output, report) {
            Err(frame::Error::Closed(_)) => process::exit(0),
            sent => sent,
        }
    }

    /// The host's next word; the process ends where there is none.
    pub fn next(&self) -> Order {
        let order = lock(&self.orders).recv();
        order.unwrap_or_else(|_| process::exit(0))
    }

    /// The host's next word about a debug run, if it comes within `time`.
    pub fn command(&self, time: Duration) -> Option<Command> {
        let commands = lock(&self.commands);
        if time.is_zero() {
            commands.try_recv().ok()
        } else {
            commands.recv_timeout(time).ok()
        }
    }

    /// Tells the host of a debug run.
    pub fn notice(&self, notice: Notice) {
        // What is told of values is short.
        drop(self.tell(&Report::Debug(notice)));
    }

    fn ask(&self, ask: Ask) -> Result<Answer, frame::Error> {
        self.tell(&Report::Ask(ask))?;
        match self.next() {
            Order::Answer(answer) => Ok(answer),
            // The host gives one task at a time.
            Order::Hello(_) | Order::Start(_) | Order::Debug(_) => process::exit(1),
        }
    }

    /// A text that the host handed out; kept for the next time it is named.
    fn take_in(&self, given: Text) -> Option<Arc<str>> {
        let mut texts = lock(&self.texts);
        if let Some(text) = given.text {
            texts.insert(given.id, text.into());
        }
        texts.get(&given.id).cloned()
    }
}

/// The host of one task.
pub struct RemoteHost {
    link: Arc<Link>,
    waited: Mutex<Duration>,
    /// Since when a debug run has stood still.
    paused: Mutex<Option<Instant>>,
}

impl RemoteHost {
    /// The host at the other end of `link`.
    pub fn new(link: Arc<Link>) -> Self {
        Self {
            link,
            waited: Mutex::default(),
            paused: Mutex::default(),
        }
    }

    /// Takes what the host says of the wait; while a debug run stands still the worker's own clock is ahead of that.
    fn take_waited(&self, waited: Duration) {
        if lock(&self.paused).is_none() {
            *lock(&self.waited) = waited;
        }
    }

    /// A person is waited for from now on.
    pub fn pause(&self) {
        lock(&self.paused).get_or_insert_with(Instant::now);
    }

    /// No more; so long in all, where the host has said so.
    pub fn resume(&self, waited: Option<Duration>) {
        let paused = lock(&self.paused).take();
        let mut known = lock(&self.waited);
        *known = waited.unwrap_or_else(|| *known + paused.map_or(Duration::ZERO, |since| since.elapsed()));
    }

    /// Asks, and lets `take` take what it wants of the answer. None of it counts as the script's memory.
    fn ask<T>(&self, ask: Ask, take: impl FnOnce(Answer) -> Option<T>) -> Result<T, frame::Error> {
        let answer = || self.link.ask(ask).map(take);
        // The host answers what it was asked.
        meter::uncounted(answer, |_| 0).map(|taken| taken.unwrap_or_else(|| process::exit(1)))
    }
}

impl Host for RemoteHost {
    fn send(&self, request: ScriptRequest, _: &Cancel) -> Result<HostResponse, HttpFailure> {
        if !debug::may_call_out() {
            return Err(not_here());
        }
        let (method, url) = (request.method.clone(), request.url.clone());
        let sent = self.ask(Ask::Send(request), |answer| match answer {
            Answer::Sent { result, waited } => Some((result, waited)),
            _ => None,
        });
        match sent {
            Ok((result, waited)) => {
                self.take_waited(waited);
                if let Ok(answer) = &result {
                    debug::note_http(&method, &url, answer.response.status);
                }
                result
            }
            Err(error) => Err(too_large(&error)),
        }
    }

    fn send_all(
        &self,
        requests: Vec<ScriptRequest>,
        pace: Pace,
        budget: Duration,
        _: &Cancel,
    ) -> Vec<Result<HostResponse, HttpFailure>> {
        let count = requests.len();
        if !debug::may_call_out() {
            return vec![Err(not_here()); count];
        }
        let asked: Vec<_> = requests
            .iter()
            .map(|request| (request.method.clone(), request.url.clone()))
            .collect();
        let ask = Ask::SendAll { requests, pace, budget };
        let sent = self.ask(ask, |answer| match answer {
            Answer::SentAll { results, waited } if results.len() == count => Some((results, waited)),
            _ => None,
        });
        match sent {
            Ok((results, waited)) => {
                self.take_waited(waited);
                for ((method, url), result) in asked.iter().zip(&results) {
                    if let Ok(answer) = result {
                        debug::note_http(method, url, answer.response.status);
                    }
                }
                results
            }
            Err(error) => vec![Err(too_large(&error)); count],
        }
    }

    fn log(&self, line: ConsoleLine) {
        // A line longer than a message may be is beyond the limit of output, which is looked at before.
        drop(self.link.tell(&Report::Log(line)));
    }

    fn now_ms(&self) -> i64 {
        let now = self.ask(Ask::Now, |answer| match answer {
            Answer::Now(now) => Some(now),
            _ => None,
        });
        now.unwrap_or_default()
    }

    fn random(&self, bytes: &mut [u8]) {
        // The host refuses none that a script can ask for.
        drop(self.ask(Ask::Random(bytes.len() as u32), |answer| match answer {
            Answer::Random(random) if random.len() == bytes.len() => {
                bytes.copy_from_slice(&random);
                Some(())
            }
            _ => None,
        }));
    }

    fn sleep(&self, duration: Duration, _: &Cancel) {
        if !debug::may_call_out() {
            return;
        }
        drop(self.ask(Ask::Sleep(duration), |answer| {
            matches!(answer, Answer::Slept).then_some(())
        }));
    }

    fn waited(&self) -> Duration {
        let paused = lock(&self.paused).map_or(Duration::ZERO, |since| since.elapsed());
        *lock(&self.waited) + paused
    }

    fn sign(&self, secret: &str, operation: SecretOperation, message: &[u8]) -> Result<Vec<u8>, SecretFailure> {
        let ask = Ask::Sign {
            secret: secret.to_owned(),
            operation,
            message: message.to_vec(),
        };
        let signed = self.ask(ask, |answer| match answer {
            Answer::Signed(signed) => Some(signed),
            _ => None,
        });
        match signed {
            Ok(signed) => signed.map(serde_bytes::ByteBuf::into_vec),
            Err(error) => Err(SecretFailure::Unusable {
                reason: format!("the message is too large to be signed: {error}"),
            }),
        }
    }

    fn step(&self, step: Step, _: &Cancel) -> StepOutcome {
        if !debug::may_call_out() {
            return StepOutcome::NotInAFlow;
        }
        let stepped = self.ask(Ask::Step(step), |answer| match answer {
            Answer::Stepped { outcome, waited } => Some((outcome, waited)),
            _ => None,
        });
        match stepped {
            Ok((outcome, waited)) => {
                self.take_waited(waited);
                outcome
            }
            Err(error) => StepOutcome::Failed(step_too_large(&error)),
        }
    }

    fn step_key(&self) -> Option<String> {
        let key = self.ask(Ask::StepKey, |answer| match answer {
            Answer::StepKey(key) => Some(key),
            _ => None,
        });
        // A question without words is never too large.
        key.unwrap_or_default()
    }
}

/// The failure of a step whose input no message holds.
fn step_too_large(error: &frame::Error) -> StepFailure {
    StepFailure {
        action: String::new(),
        code: "too_large".into(),
        message: format!("the step's input cannot be handed on: {error}"),
        hint: Some("Hand on only what the step needs.".into()),
        details: serde_json::Value::Null,
    }
}

/// The failure of a request that no message holds.
fn too_large(error: &frame::Error) -> HttpFailure {
    HttpFailure {
        code: "too_large".into(),
        message: format!("the request cannot be sent: {error}"),
        hint: Some("Send it in several requests.".into()),
    }
}

/// The answer to a call that an expression must not make.
fn not_here() -> HttpFailure {
    HttpFailure {
        code: "no_http_here".into(),
        message: "an expression that is only looked at may not call HTTP".into(),
        hint: Some("Call it in the debug console.".into()),
    }
}

/// The connector's files during one task: each is asked for once.
pub struct RemoteFiles {
    link: Arc<Link>,
    asked: Mutex<HashMap<String, Option<Arc<str>>>>,
    paths: OnceLock<Vec<String>>,
    spot: Spot,
}

impl RemoteFiles {
    /// The files at the other end of `link`; of `file` the host has handed out the text with the task.
    pub fn new(link: Arc<Link>, spot: Spot, file: &str, text: Option<Text>) -> Self {
        let files = Self {
            link,
            asked: Mutex::default(),
            paths: OnceLock::new(),
            spot,
        };
        files.keep(file, text);
        files
    }

    fn keep(&self, path: &str, given: Option<Text>) -> Option<Arc<str>> {
        let text = given.and_then(|given| self.link.take_in(given));
        if text.is_some() {
            self.spot.add(path);
        }
        lock(&self.asked).insert(path.to_owned(), text.clone());
        text
    }
}

impl Files for RemoteFiles {
    fn text(&self, path: &str) -> Option<Arc<str>> {
        if let Some(text) = lock(&self.asked).get(path) {
            return text.clone();
        }
        let ask = Ask::Text { path: path.to_owned() };
        meter::uncounted(
            || match self.link.ask(ask) {
                Ok(Answer::Text(given)) => self.keep(path, given),
                _ => process::exit(1),
            },
            |_| 0,
        )
    }

    fn paths(&self) -> Vec<String> {
        let ask = || match self.link.ask(Ask::Paths) {
            Ok(Answer::Paths(paths)) => paths,
            _ => process::exit(1),
        };
        let paths = meter::uncounted(|| self.paths.get_or_init(ask), |_| 0);
        paths.clone()
    }
}
