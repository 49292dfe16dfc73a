//! Asking before a write to a live org: a request waits here until someone allows it, says no, or stops it. What was
//! allowed holds for this session of the program and is never kept.

use std::{
    collections::{HashMap, HashSet},
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use serde::{Deserialize, Serialize};
use tokio::sync::{broadcast, oneshot};
use tokio_util::sync::CancellationToken;
use ts_rs::TS;

use crate::{
    connections::{Refusal, Verdict, Write},
    event::Event,
    studio::lock,
};

/// What someone said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct WriteAnswer {
    /// Whether it may be sent.
    pub send: bool,
    /// Whether that holds for every write to this org in this session.
    pub remember: bool,
}

/// Who is asked, and what they allowed.
pub struct Writes {
    events: broadcast::Sender<Event>,
    /// Whether a front listens and can answer.
    someone: AtomicBool,
    /// Whether every write is allowed.
    all: AtomicBool,
    session: Permits,
    waiting: Mutex<HashMap<String, oneshot::Sender<WriteAnswer>>>,
    /// One question at a time: parallel calls of a run would ask the same thing.
    asking: tokio::sync::Mutex<()>,
    asked: AtomicU64,
}

/// Orgs that may be written to, by connection and host.
#[derive(Default)]
pub(crate) struct Permits(Mutex<HashSet<(String, String)>>);

impl Permits {
    fn hold(&self, write: &Write) -> bool {
        lock(&self.0).contains(&(write.connection.clone(), write.org.clone()))
    }

    fn add(&self, write: &Write) {
        lock(&self.0).insert((write.connection.clone(), write.org.clone()));
    }
}

impl Writes {
    pub(crate) fn new(events: broadcast::Sender<Event>) -> Self {
        Self {
            events,
            someone: AtomicBool::default(),
            all: AtomicBool::default(),
            session: Permits::default(),
            waiting: Mutex::default(),
            asking: tokio::sync::Mutex::default(),
            asked: AtomicU64::default(),
        }
    }

    /// A front listens to [`Event::WriteAsked`] from now on and will [answer](Self::answer).
    pub fn ask_me(&self) {
        self.someone.store(true, Ordering::Release);
    }

    /// Nobody is asked from now on: every write goes out, except on a read-only connection.
    pub fn allow_all(&self) {
        self.all.store(true, Ordering::Release);
    }

    /// Answers a question; fine when it is no longer waited for.
    pub fn answer(&self, id: &str, answer: WriteAnswer) {
        if let Some(waiting) = lock(&self.waiting).remove(id) {
            // Whoever asked may have been stopped meanwhile.
            let _ = waiting.send(answer);
        }
    }

    /// Waits until a request may go out. `permits` are those of the run it belongs to: one answer holds for it whole.
    pub(crate) async fn allow(
        &self,
        verdict: Verdict,
        permits: &Permits,
        stop: &CancellationToken,
    ) -> Result<(), Refusal> {
        let write = match verdict {
            Verdict::Free => return Ok(()),
            Verdict::Refused(refusal) => return Err(refusal),
            Verdict::Ask(write) => write,
        };
        let allowed = || self.all.load(Ordering::Acquire) || self.session.hold(&write) || permits.hold(&write);
        if allowed() {
            return Ok(());
        }
        if !self.someone.load(Ordering::Acquire) {
            return Err(Refusal::Nobody(write));
        }
        let _turn = tokio::select! {
            turn = self.asking.lock() => turn,
            () = stop.cancelled() => return Err(Refusal::Cancelled),
        };
        if allowed() {
            return Ok(());
        }
        let question = Question::ask(self, &write);
        let answer = tokio::select! {
            answer = question.answer() => answer,
            () = stop.cancelled() => return Err(Refusal::Cancelled),
        };
        match answer {
            Some(WriteAnswer { send: true, remember }) => {
                if remember { &self.session } else { permits }.add(&write);
                Ok(())
            }
            _ => Err(Refusal::Declined(write)),
        }
    }
}

/// A question on screen, until it is dropped.
struct Question<'a> {
    writes: &'a Writes,
    id: String,
    answer: Mutex<Option<oneshot::Receiver<WriteAnswer>>>,
}

impl<'a> Question<'a> {
    fn ask(writes: &'a Writes, write: &Write) -> Self {
        let id = format!("write-{}", writes.asked.fetch_add(1, Ordering::Relaxed));
        let (sender, answer) = oneshot::channel();
        lock(&writes.waiting).insert(id.clone(), sender);
        // Nobody listening any more is a question that is never answered; stopping the run ends it.
        let _ = writes.events.send(Event::WriteAsked {
            id: id.clone(),
            write: write.clone(),
        });
        Self {
            writes,
            id,
            answer: Mutex::new(Some(answer)),
        }
    }

    async fn answer(&self) -> Option<WriteAnswer> {
        let answer = lock(&self.answer).take()?;
        answer.await.ok()
    }
}

impl Drop for Question<'_> {
    fn drop(&mut self) {
        lock(&self.writes.waiting).remove(&self.id);
        let _ = self.writes.events.send(Event::WriteSettled { id: self.id.clone() });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connections::Guard;

    struct Desk {
        writes: Writes,
        events: broadcast::Receiver<Event>,
        run: Permits,
        stop: CancellationToken,
    }

    impl Desk {
        fn new() -> Self {
            let (sender, events) = broadcast::channel(16);
            let writes = Writes::new(sender);
            writes.ask_me();
            Self {
                writes,
                events,
                run: Permits::default(),
                stop: CancellationToken::new(),
            }
        }

        async fn delete(&self, run: &Permits) -> Result<(), Refusal> {
            let guard = Guard::new("acme", "https://acme.okta.com", None, None);
            let verdict = guard.judge("DELETE", "https://acme.okta.com/api/v1/users/7");
            self.writes.allow(verdict, run, &self.stop).await
        }

        /// The next question's id.
        async fn question(events: &mut broadcast::Receiver<Event>) -> String {
            loop {
                if let Event::WriteAsked { id, write } = events.recv().await.unwrap() {
                    assert_eq!(write.org, "acme.okta.com");
                    return id;
                }
            }
        }
    }

    async fn answered(
        desk: &Desk,
        events: &mut broadcast::Receiver<Event>,
        answer: WriteAnswer,
    ) -> Result<(), Refusal> {
        let (result, ()) = tokio::join!(desk.delete(&desk.run), async {
            desk.writes.answer(&Desk::question(events).await, answer);
        });
        result
    }

    #[tokio::test]
    async fn an_answer_for_the_session_is_asked_for_once() {
        let desk = Desk::new();
        let mut events = desk.events.resubscribe();
        let yes = WriteAnswer {
            send: true,
            remember: true,
        };
        assert_eq!(answered(&desk, &mut events, yes).await, Ok(()));
        assert_eq!(desk.delete(&Permits::default()).await, Ok(()));
    }

    #[tokio::test]
    async fn an_answer_for_one_run_does_not_hold_for_the_next() {
        let desk = Desk::new();
        let mut events = desk.events.resubscribe();
        let yes = WriteAnswer {
            send: true,
            remember: false,
        };
        assert_eq!(answered(&desk, &mut events, yes).await, Ok(()));
        assert_eq!(desk.delete(&desk.run).await, Ok(()));
        let other = Permits::default();
        let (result, ()) = tokio::join!(desk.delete(&other), async {
            let no = WriteAnswer {
                send: false,
                remember: false,
            };
            desk.writes.answer(&Desk::question(&mut events).await, no);
        });
        assert!(matches!(result, Err(Refusal::Declined(_))), "{result:?}");
    }

    #[tokio::test]
    async fn parallel_writes_of_a_run_ask_one_question() {
        let desk = Desk::new();
        let mut events = desk.events.resubscribe();
        let (first, second, ()) = tokio::join!(desk.delete(&desk.run), desk.delete(&desk.run), async {
            let yes = WriteAnswer {
                send: true,
                remember: false,
            };
            desk.writes.answer(&Desk::question(&mut events).await, yes);
        });
        assert_eq!((first, second), (Ok(()), Ok(())));
    }

    #[tokio::test]
    async fn a_stopped_run_takes_its_question_off_the_screen() {
        let desk = Desk::new();
        let mut events = desk.events.resubscribe();
        let (result, id) = tokio::join!(desk.delete(&desk.run), async {
            let id = Desk::question(&mut events).await;
            desk.stop.cancel();
            id
        });
        assert_eq!(result, Err(Refusal::Cancelled));
        assert_eq!(events.recv().await.unwrap(), Event::WriteSettled { id });
    }

    #[tokio::test]
    async fn where_nobody_can_be_asked_nothing_is_written() {
        let (sender, _) = broadcast::channel(16);
        let writes = Writes::new(sender);
        let guard = Guard::new("acme", "https://acme.okta.com", None, None);
        let ask = || guard.judge("POST", "https://acme.okta.com/x");
        let (run, stop) = (Permits::default(), CancellationToken::new());
        let refused = writes.allow(ask(), &run, &stop).await;
        assert!(matches!(refused, Err(Refusal::Nobody(_))), "{refused:?}");
        writes.allow_all();
        assert_eq!(writes.allow(ask(), &run, &stop).await, Ok(()));
    }
}
