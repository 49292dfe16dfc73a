//! On the host: what a worker asks for during one task, within bounds that hold whatever it says.

use std::{
    collections::HashSet,
    hash::{BuildHasher, RandomState},
    sync::{Arc, LazyLock},
    time::{Duration, Instant},
};

use serde_bytes::ByteBuf;

use super::{
    process::LATE,
    protocol::{Answer, Ask, Text},
    watch::Verdict,
};
use crate::{
    debug::Session,
    files::Files,
    functions::MOST_AT_ONCE,
    host::{ConsoleLine, Host, Pace},
    limits::{Cancel, Limits},
};

/// Random bytes that can be asked for at once.
const RANDOM: u32 = 1 << 20;

/// How many requests sent together may be under way at a time.
const AT_ONCE: u32 = 64;

/// Tells texts apart; of this process only, so that no text can be made to pass for another.
static HASHER: LazyLock<RandomState> = LazyLock::new(RandomState::new);

/// What answers one task.
pub struct Desk<'a> {
    /// The script's way out; none for a task that runs no script.
    pub host: Option<&'a Arc<dyn Host>>,
    /// The connector's files.
    pub files: &'a dyn Files,
    /// The script's own text, handed out with the task.
    pub text: Option<Arc<str>>,
    /// The caller's switch.
    pub cancel: &'a Cancel,
    /// What the task may use.
    pub limits: &'a Limits,
    /// When it began.
    pub began: Instant,
    /// Files handed out, in the order by whose numbers the worker names them.
    pub handed: Vec<String>,
    /// Bytes written to the console.
    pub output: usize,
    /// Whose debug run it is.
    pub session: Option<&'a Session>,
}

impl Desk<'_> {
    /// The answer; it may be long in coming.
    ///
    /// # Errors
    /// Why the worker must be ended: no script can ask so.
    pub fn answer(&mut self, ask: Ask, known: &mut HashSet<u64>) -> Result<Answer, Verdict> {
        match (ask, self.host) {
            (Ask::Text { path }, _) => {
                let text = self.files.text(&path);
                Ok(Answer::Text(text.map(|text| self.hand_out(&path, &text, known))))
            }
            (Ask::Paths, _) => Ok(Answer::Paths(self.files.paths())),
            (ask, Some(host)) => self.answer_of(host, ask),
            (_, None) => Err(Verdict::Babbling),
        }
    }

    fn answer_of(&self, host: &Arc<dyn Host>, ask: Ask) -> Result<Answer, Verdict> {
        Ok(match ask {
            Ask::Send(mut request) => {
                let left = (self.time_left().as_millis() as u64).max(1);
                request.timeout_ms = Some(request.timeout_ms.map_or(left, |asked| asked.min(left)));
                let result = host.send(request, self.cancel);
                Answer::Sent {
                    result,
                    waited: host.waited(),
                }
            }
            Ask::SendAll { requests, pace, budget } if requests.len() <= MOST_AT_ONCE => {
                let budget = budget.min(self.time_left());
                let pace = Pace {
                    limit: pace.limit.min(AT_ONCE),
                    ..pace
                };
                let results = host.send_all(requests, pace, budget, self.cancel);
                Answer::SentAll {
                    results,
                    waited: host.waited(),
                }
            }
            Ask::Now => Answer::Now(host.now_ms()),
            Ask::Random(length) if length <= RANDOM => {
                let mut bytes = vec![0; length as usize];
                host.random(&mut bytes);
                Answer::Random(bytes)
            }
            Ask::Sleep(duration) => {
                host.sleep(duration.min(self.time_left()), self.cancel);
                Answer::Slept
            }
            Ask::Sign {
                secret,
                operation,
                message,
            } => {
                let signed = host.sign(&secret, operation, &message);
                Answer::Signed(signed.map(ByteBuf::from))
            }
            Ask::Step(step) => {
                let outcome = host.step(step, self.cancel);
                Answer::Stepped {
                    outcome,
                    waited: host.waited(),
                }
            }
            Ask::StepKey => Answer::StepKey(host.step_key()),
            Ask::SendAll { .. } | Ask::Random(_) | Ask::Text { .. } | Ask::Paths => return Err(Verdict::Babbling),
        })
    }

    /// A text on its way to a worker that has the texts of `known`.
    pub fn hand_out(&mut self, path: &str, text: &str, known: &mut HashSet<u64>) -> Text {
        self.handed.push(path.to_owned());
        let id = HASHER.hash_one(text);
        Text {
            id,
            text: known.insert(id).then(|| text.to_owned()),
        }
    }

    /// Takes a console line.
    ///
    /// # Errors
    /// [`Verdict::Flooding`], which a script is stopped for before it comes to this.
    pub fn log(&mut self, line: ConsoleLine) -> Result<(), Verdict> {
        let host = self.host.ok_or(Verdict::Babbling)?;
        self.output += line.text.len() + 1;
        if self.output > self.limits.output {
            return Err(Verdict::Flooding);
        }
        host.log(line);
        Ok(())
    }

    fn time_left(&self) -> Duration {
        let waited = self.host.map_or(Duration::ZERO, |host| host.waited());
        // The script's own clock, which began a moment later, is to run out first: it knows the line.
        (self.limits.time + LATE + waited).saturating_sub(self.began.elapsed())
    }
}

#[cfg(test)]
mod tests {
    use crate::host::{ConsoleLevel, HostResponse, HttpFailure, ScriptRequest, SecretFailure, SecretOperation};

    use super::*;

    /// A host that nothing reaches.
    struct Out;

    impl Host for Out {
        fn send(&self, request: ScriptRequest, _: &Cancel) -> Result<HostResponse, HttpFailure> {
            Err(HttpFailure {
                code: "timeout".into(),
                message: request.timeout_ms.unwrap_or_default().to_string(),
                hint: None,
            })
        }
        fn log(&self, _: ConsoleLine) {}
        fn now_ms(&self) -> i64 {
            0
        }
        fn random(&self, _: &mut [u8]) {}
        fn sleep(&self, duration: Duration, _: &Cancel) {
            assert!(duration < Duration::from_secs(5), "{duration:?}");
        }
        fn sign(&self, secret: &str, _: SecretOperation, _: &[u8]) -> Result<Vec<u8>, SecretFailure> {
            Err(SecretFailure::Missing { name: secret.into() })
        }
    }

    struct NoFiles;

    impl Files for NoFiles {
        fn text(&self, _: &str) -> Option<Arc<str>> {
            Some("1".into())
        }
        fn paths(&self) -> Vec<String> {
            Vec::new()
        }
    }

    fn at_desk(host: Option<&Arc<dyn Host>>, ask: impl FnOnce(&mut Desk)) {
        let limits = Limits {
            time: Duration::from_secs(1),
            output: 100,
            ..Limits::default()
        };
        ask(&mut Desk {
            host,
            session: None,
            files: &NoFiles,
            text: None,
            cancel: &Cancel::default(),
            limits: &limits,
            began: Instant::now(),
            handed: Vec::new(),
            output: 0,
        });
    }

    #[test]
    fn what_no_script_can_ask_ends_the_worker() {
        let host: Arc<dyn Host> = Arc::new(Out);
        at_desk(Some(&host), |desk| {
            let ask = Ask::Random(u32::MAX);
            assert_eq!(desk.answer(ask, &mut HashSet::new()).unwrap_err(), Verdict::Babbling);
            let line = ConsoleLine {
                level: ConsoleLevel::Print,
                text: "x".repeat(60),
                file: String::new(),
                line: 1,
            };
            assert_eq!(desk.log(line.clone()), Ok(()));
            assert_eq!(desk.log(line), Err(Verdict::Flooding));
        });
        // A check runs no script: it has nothing to send.
        at_desk(None, |desk| {
            assert_eq!(
                desk.answer(Ask::Now, &mut HashSet::new()).unwrap_err(),
                Verdict::Babbling
            );
        });
    }

    #[test]
    fn a_worker_cannot_keep_its_host_waiting() {
        let host: Arc<dyn Host> = Arc::new(Out);
        at_desk(Some(&host), |desk| {
            let sleep = Ask::Sleep(Duration::from_secs(u64::MAX / 2));
            assert!(matches!(desk.answer(sleep, &mut HashSet::new()), Ok(Answer::Slept)));
            let request = ScriptRequest {
                method: "GET".into(),
                url: "/".into(),
                query: Vec::new(),
                headers: Vec::new(),
                body: joinery_connector::http::HttpBody::None,
                timeout_ms: Some(u64::MAX),
                follow_redirects: true,
                retry: true,
                retry_rule: None,
                multipart: Vec::new(),
                run_file: None,
                stream_to: None,
                place: crate::CallPlace::default(),
            };
            let Ok(Answer::Sent { result, .. }) = desk.answer(Ask::Send(request), &mut HashSet::new()) else {
                panic!("it is answered");
            };
            let timeout: u64 = result.unwrap_err().message.parse().unwrap();
            assert!(timeout <= 2_000, "{timeout}");
        });
    }

    #[test]
    fn a_text_is_sent_once() {
        at_desk(None, |desk| {
            let mut known = HashSet::new();
            let first = desk.hand_out("a.rhai", "1", &mut known);
            let again = desk.hand_out("b.rhai", "1", &mut known);
            let other = desk.hand_out("b.rhai", "2", &mut known);
            assert_eq!(
                (first.text.as_deref(), again.text, first.id),
                (Some("1"), None, again.id)
            );
            assert!(other.text.is_some() && other.id != first.id);
            assert_eq!(desk.handed, ["a.rhai", "b.rhai", "b.rhai"]);
        });
    }
}
