//! What goes wrong on purpose: rules that answer calls with errors, delay them or drop their connections.

use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::http::header::CONTENT_LENGTH;
use axum::response::Response;
use hyper::body::{Frame, SizeHint};
use serde::Serialize;

use crate::fault_rule::{Action, FaultRule};
use crate::okta::errors::Problem;

/// The most rules at a time.
const MOST: usize = 1000;
/// What was written needs a moment to leave before the connection ends.
const LEAVING: Duration = Duration::from_millis(20);

/// The rules in force.
#[derive(Debug, Default)]
pub struct Faults(Mutex<Rules>);

#[derive(Debug, Default)]
struct Rules {
    made: u64,
    rules: Vec<Rule>,
}

#[derive(Debug)]
struct Rule {
    id: u64,
    text: FaultRule,
    fitting: u64,
    applied: u64,
}

/// A rule as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// Its number.
    pub id: u64,
    /// The rule as written.
    pub rule: String,
    /// How many calls it was about.
    pub fitting: u64,
    /// To how many of them it applied.
    pub applied: u64,
}

impl Faults {
    /// Adds a rule; gives its number.
    ///
    /// # Errors
    /// That there are too many.
    pub fn add(&self, rule: FaultRule) -> Result<u64, String> {
        let mut rules = self.rules();
        if rules.rules.len() >= MOST {
            return Err(format!("there are {MOST} faults already: remove some first"));
        }
        rules.made += 1;
        let id = rules.made;
        rules.rules.push(Rule {
            id,
            text: rule,
            fitting: 0,
            applied: 0,
        });
        Ok(id)
    }

    /// Removes a rule; `false` where there is none with this number.
    pub fn remove(&self, id: u64) -> bool {
        let mut rules = self.rules();
        let before = rules.rules.len();
        rules.rules.retain(|rule| rule.id != id);
        rules.rules.len() < before
    }

    /// Puts these rules in the place of all others.
    pub fn replace(&self, new: &[FaultRule]) {
        self.rules().rules.clear();
        for rule in new.iter().take(MOST) {
            // There is room: the list was just emptied.
            let _ = self.add(rule.clone());
        }
    }

    /// Every rule, in the order they are asked.
    pub fn list(&self) -> Vec<Fault> {
        let rules = self.rules();
        let shown = rules.rules.iter().map(|rule| Fault {
            id: rule.id,
            rule: rule.text.to_string(),
            fitting: rule.fitting,
            applied: rule.applied,
        });
        shown.collect()
    }

    /// What is to happen to a call, and by which rule: the first that fits and whose turn it is.
    pub fn of(&self, method: &str, path: &str) -> Option<(u64, Action)> {
        let mut rules = self.rules();
        for rule in &mut rules.rules {
            if !rule.text.fits(method, path) {
                continue;
            }
            rule.fitting += 1;
            if rule.text.when.holds(rule.fitting) {
                rule.applied += 1;
                return Some((rule.id, rule.text.action.clone()));
            }
        }
        None
    }

    fn rules(&self) -> MutexGuard<'_, Rules> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The error Okta sends with a status.
pub fn problem(status: u16, code: Option<String>) -> Problem {
    let (usual, summary) = match status {
        400 => ("E0000001", "Api validation failed: sandbox fault"),
        401 => ("E0000011", "Invalid token provided"),
        403 => ("E0000006", "You do not have permission to perform the requested action"),
        404 => ("E0000007", "Not found: Resource not found: sandbox fault (Fault)"),
        405 => ("E0000022", "The endpoint does not support the provided HTTP method"),
        429 => ("E0000047", "API call exceeded rate limit due to too many requests."),
        501 => ("E0000052", "Endpoint not implemented"),
        503 => ("E0000010", "Service is in read only mode"),
        _ => ("E0000009", "Internal Server Error"),
    };
    match code {
        Some(code) => Problem::new(status, code, summary),
        None => Problem::new(status, usual, summary),
    }
}

/// An answer whose connection ends before a byte of it is sent.
pub fn dropped() -> Response {
    let mut response = Response::new(Body::new(Cut::new(Bytes::new(), None)));
    // A body that is said to come keeps the answer from being whole without it.
    response.headers_mut().insert(CONTENT_LENGTH, 1.into());
    response.extensions_mut().insert(Dropped);
    response
}

/// Marks an answer whose connection ends too early.
#[derive(Debug, Clone, Copy)]
struct Dropped;

/// Whether the connection of this answer ends before it is whole.
pub fn is_dropped(response: &Response) -> bool {
    response.extensions().get::<Dropped>().is_some()
}

/// The same answer, but its connection ends in the middle of the body.
pub async fn cut_short(response: Response) -> Response {
    let (head, body) = response.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default();
    if body.len() < 2 {
        return dropped();
    }
    let half = body.slice(..body.len() / 2);
    let mut response = Response::from_parts(head, Body::new(Cut::new(half, Some(LEAVING))));
    response.headers_mut().insert(CONTENT_LENGTH, body.len().into());
    response.extensions_mut().insert(Dropped);
    response
}

/// A body that fails: at once, or after its only piece has left.
struct Cut {
    piece: Option<Bytes>,
    pause: Option<Pin<Box<tokio::time::Sleep>>>,
}

impl Cut {
    fn new(piece: Bytes, pause: Option<Duration>) -> Self {
        Self {
            piece: Some(piece).filter(|piece| !piece.is_empty()),
            pause: pause.map(|pause| Box::pin(tokio::time::sleep(pause))),
        }
    }
}

impl HttpBody for Cut {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        if let Some(piece) = self.piece.take() {
            return Poll::Ready(Some(Ok(Frame::data(piece))));
        }
        if let Some(pause) = &mut self.pause {
            ready!(pause.as_mut().poll(context));
        }
        Poll::Ready(Some(Err(std::io::Error::other("a fault ends the connection"))))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::default()
    }
}
