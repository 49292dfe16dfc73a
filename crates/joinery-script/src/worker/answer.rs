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
    host::{ConsoleLine, Host},
    limits::{Cancel, Limits},
};

/// Random bytes that can be asked for at once.
const RANDOM: u32 = 1 << 20;

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
            Ask::Random(_) | Ask::Text { .. } | Ask::Paths => return Err(Verdict::Babbling),
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
