//! What has to be asked of another service before a call can be answered. A handler leaves an errand in its reply; the
//! server runs it while nothing of the org is held, and the errand answers the call by what it was told.

use std::fmt;

use axum::body::Bytes;
use axum::http::{Method, StatusCode};
use url::Url;

use super::call::{Answer, Call};
use crate::webhook;

/// What the other service said, or why it said nothing.
pub type Told = Result<(StatusCode, Bytes), String>;

type Finish = Box<dyn FnOnce(&Call<'_>, Told) -> Answer + Send>;

/// A call to another service, and what to make of its answer.
pub struct Errand {
    method: Method,
    url: Url,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    finish: Finish,
}

/// Shows no header and no body: they may hold secrets.
impl fmt::Debug for Errand {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Errand")
            .field("method", &self.method)
            .finish_non_exhaustive()
    }
}

impl Errand {
    /// An errand without a body; `finish` answers the call that led to it.
    pub fn new(
        method: Method,
        url: Url,
        headers: Vec<(String, String)>,
        finish: impl FnOnce(&Call<'_>, Told) -> Answer + Send + 'static,
    ) -> Self {
        Self {
            method,
            url,
            headers,
            body: Vec::new(),
            finish: Box::new(finish),
        }
    }

    /// The same with a body.
    #[must_use]
    pub fn with_body(self, body: Vec<u8>) -> Self {
        Self { body, ..self }
    }

    /// Asks, and answers the call.
    ///
    /// # Errors
    /// What `finish` makes of it.
    pub async fn run(self, call: &Call<'_>) -> Answer {
        let told = webhook::ask(&call.state.clock, self.method, &self.url, &self.headers, &self.body).await;
        (self.finish)(call, told)
    }
}
