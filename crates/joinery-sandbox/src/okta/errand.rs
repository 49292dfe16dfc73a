//! What has to be done before a call can be answered and takes a while: asking another service, or comparing a slow hash.
//! A handler leaves an errand in its reply; the server runs it while nothing of the org is held, and the errand answers
//! the call by what came of it.

use std::fmt;

use axum::body::Bytes;
use axum::http::{Method, StatusCode};
use url::Url;

use super::call::{Answer, Call};
use super::errors::Problem;
use crate::webhook;

/// What the other service said, or why it said nothing.
pub type Told = Result<(StatusCode, Bytes), String>;

type Finish = Box<dyn FnOnce(&Call<'_>, Told) -> Answer + Send>;
/// What answers the call once the work is done; it knows what came of it.
type Done = Box<dyn FnOnce(&Call<'_>) -> Answer + Send>;

/// Something to do before a call can be answered.
pub struct Errand(Task);

enum Task {
    Ask(Question),
    Work(Box<dyn FnOnce() -> Done + Send>),
}

struct Question {
    method: Method,
    url: Url,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    finish: Finish,
}

/// Shows no header and no body: they may hold secrets.
impl fmt::Debug for Errand {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let method = match &self.0 {
            Task::Ask(question) => Some(&question.method),
            Task::Work(_) => None,
        };
        out.debug_struct("Errand")
            .field("method", &method)
            .finish_non_exhaustive()
    }
}

impl Errand {
    /// A question to another service; `finish` answers the call that led to it.
    pub fn ask(
        method: Method,
        url: Url,
        headers: Vec<(String, String)>,
        body: Vec<u8>,
        finish: impl FnOnce(&Call<'_>, Told) -> Answer + Send + 'static,
    ) -> Self {
        Self(Task::Ask(Question {
            method,
            url,
            headers,
            body,
            finish: Box::new(finish),
        }))
    }

    /// Work that keeps a processor busy for a while; `finish` answers the call by what came of it.
    pub fn work<T: Send + 'static>(
        work: impl FnOnce() -> T + Send + 'static,
        finish: impl FnOnce(&Call<'_>, T) -> Answer + Send + 'static,
    ) -> Self {
        Self(Task::Work(Box::new(move || {
            let came = work();
            Box::new(move |call| finish(call, came))
        })))
    }

    /// Runs it, and answers the call.
    ///
    /// # Errors
    /// What `finish` makes of it.
    pub async fn run(self, call: &Call<'_>) -> Answer {
        match self.0 {
            Task::Ask(question) => {
                let Question {
                    method,
                    url,
                    headers,
                    body,
                    finish,
                } = question;
                let told = webhook::ask(&call.state.clock, method, &url, &headers, &body).await;
                finish(call, told)
            }
            Task::Work(work) => {
                let turn = call.state.slow_work.acquire().await;
                let done = tokio::task::spawn_blocking(work).await;
                drop(turn);
                match done {
                    Ok(done) => done(call),
                    Err(_) => Err(Problem::new(500, "E0000009", "Internal Server Error")),
                }
            }
        }
    }
}
