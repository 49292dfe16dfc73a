//! What template functions ask of the outside: the clock, chance, files, answers, and the responses of other requests.

use std::{
    collections::{BTreeMap, HashMap},
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use joinery_connector::{HttpResponse, variables::World};
use joinery_http::{Body, Exchange};

use crate::{
    assertions, fixtures,
    studio::{Studio, lock, now_ms},
};

/// The last response of every saved request, by its path in the connector.
#[derive(Default)]
pub struct LastResponses(Mutex<HashMap<String, (HttpResponse, Body)>>);

impl LastResponses {
    pub(crate) fn note(&self, path: &str, exchange: &Exchange) {
        lock(&self.0).insert(path.to_owned(), (exchange.response.clone(), exchange.body.clone()));
    }

    /// A value of the last response of `request`, its path below `requests` with or without `.toml`.
    fn value(&self, request: &str, subject: &str) -> Result<String, String> {
        let name = request.trim_start_matches("requests/").trim_end_matches(".toml");
        let responses = lock(&self.0);
        let (response, body) = responses
            .get(&format!("requests/{name}.toml"))
            .ok_or_else(|| format!("{name} was not sent yet; send it first"))?;
        match assertions::value(subject, response, body)? {
            Some(serde_json::Value::String(text)) => Ok(text),
            Some(value) => Ok(value.to_string()),
            None => Err(format!("the last response of {name} has nothing at {subject}")),
        }
    }
}

/// The outside as one request sees it.
pub(super) struct Outside {
    root: PathBuf,
    answers: BTreeMap<String, String>,
    responses: Arc<LastResponses>,
}

impl Outside {
    pub(super) fn new(studio: &Studio, root: &Path, answers: BTreeMap<String, String>) -> Self {
        Self {
            root: root.to_owned(),
            answers,
            responses: Arc::clone(&studio.last_responses),
        }
    }
}

impl World for Outside {
    fn now_ms(&self) -> i64 {
        now_ms()
    }

    fn random(&self, bytes: &mut [u8]) {
        getrandom::fill(bytes).expect("the system gives random bytes");
    }

    fn file(&self, path: &str) -> Result<Vec<u8>, String> {
        fixtures::read(&self.root, path).map_err(|error| error.message)
    }

    fn prompt(&self, label: &str) -> Result<String, String> {
        let answer = self.answers.get(label).cloned();
        answer.ok_or_else(|| format!("nobody answered {label}"))
    }

    fn response(&self, request: &str, subject: &str) -> Result<String, String> {
        self.responses.value(request, subject)
    }
}
