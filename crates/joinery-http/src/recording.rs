//! Answers out of a cassette instead of a server's.

use std::sync::{Mutex, MutexGuard, PoisonError};

use joinery_connector::cassette::{Given, Miss, Playback, RecordedExchange, RecordedRequest, RecordedResponse};
use url::Url;

use crate::error::Error;

/// A cassette being replayed.
#[derive(Debug)]
pub struct Recording {
    playback: Mutex<Playback>,
}

impl Recording {
    pub(crate) fn new(exchanges: Vec<RecordedExchange>) -> Self {
        Self {
            playback: Mutex::new(Playback::new(exchanges)),
        }
    }

    /// Masks in every request from now on what was masked of this input when it was recorded.
    pub fn give(&self, given: &[Given]) {
        self.lock().give(given);
    }

    /// Requests that it had no answer to.
    pub fn misses(&self) -> Vec<Miss> {
        self.lock().misses().to_vec()
    }

    /// Recorded requests that nobody made.
    pub fn unused(&self) -> Vec<RecordedRequest> {
        self.lock().unused().cloned().collect()
    }

    /// The answer to a request.
    ///
    /// # Errors
    /// [`Error::NotRecorded`] where there is none, [`Error::Broken`] for one that is no HTTP.
    pub(crate) fn answer(&self, method: &str, url: &Url, body: &[u8]) -> Result<reqwest::Response, Error> {
        let mut playback = self.lock();
        let recorded = playback
            .answer(method, url.as_str(), body)
            .map_err(|miss| Error::NotRecorded {
                message: miss.message(),
            })?;
        response(recorded).map_err(|error| Error::Broken {
            host: url.host_str().unwrap_or_default().to_owned(),
            phase: "replaying a cassette".to_owned(),
            reason: error.to_string(),
        })
    }

    fn lock(&self) -> MutexGuard<'_, Playback> {
        self.playback.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn response(recorded: &RecordedResponse) -> http::Result<reqwest::Response> {
    let mut builder = http::Response::builder().status(recorded.status);
    for (name, value) in recorded.header_pairs() {
        builder = builder.header(name, value);
    }
    Ok(builder.body(recorded.body.bytes())?.into())
}
