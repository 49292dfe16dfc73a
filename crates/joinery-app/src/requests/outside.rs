//! What template functions ask of the outside: the clock, chance, files, answers, and the responses of other requests.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use joinery_connector::{HttpResponse, variables::World};
use joinery_http::{Body, Exchange};
use serde_json::Value;

use crate::{
    assertions, fixtures,
    studio::{Studio, lock, now_ms},
};

/// The URLs whose last good answer is remembered.
const URLS: usize = 32;

/// The largest answer that is remembered by its URL.
const LARGEST: u64 = 1 << 20;

/// The last response of every saved request, by its file, and what the last URLs were answered with.
#[derive(Default)]
pub struct LastResponses {
    by_file: Mutex<HashMap<PathBuf, (HttpResponse, Body)>>,
    by_url: Mutex<VecDeque<(String, Body)>>,
    deleted: Mutex<VecDeque<String>>,
}

impl LastResponses {
    /// Forgets them all: another workspace is open.
    pub(crate) fn forget(&self) {
        lock(&self.by_file).clear();
        lock(&self.by_url).clear();
        lock(&self.deleted).clear();
    }

    /// Notes an exchange; `file` is the request's, where it has one.
    pub(crate) fn note(&self, file: Option<PathBuf>, exchange: &Exchange) {
        let (response, body) = (&exchange.response, &exchange.body);
        let tells = matches!(exchange.request.method.as_str(), "GET" | "PUT");
        if tells && response.ok() && body.size() <= LARGEST {
            let mut known = lock(&self.by_url);
            known.retain(|(url, _)| *url != response.url);
            known.push_back((response.url.clone(), body.clone()));
            if known.len() > URLS {
                known.pop_front();
            }
        }
        if exchange.request.method == "DELETE" && response.ok() {
            let mut deleted = lock(&self.deleted);
            deleted.push_back(response.url.clone());
            if deleted.len() > URLS {
                deleted.pop_front();
            }
        }
        if let Some(file) = file {
            lock(&self.by_file).insert(file, (response.clone(), body.clone()));
        }
    }

    /// What `url` was last answered with, where that was JSON; secrets in the URL are masked.
    pub(crate) fn last(&self, url: &str) -> Option<Value> {
        let known = lock(&self.by_url);
        let (_, body) = known.iter().find(|(known, _)| known == url)?;
        serde_json::from_slice(&body.read().ok()?).ok()
    }

    /// Whether a DELETE of `url` went well before.
    pub(crate) fn was_deleted(&self, url: &str) -> bool {
        lock(&self.deleted).iter().any(|known| known == url)
    }

    /// A value of the last response of `request`, its path below the connector's `requests` with or without `.toml`.
    fn value(&self, root: &Path, request: &str, subject: &str) -> Result<String, String> {
        let name = request.trim_start_matches("requests/").trim_end_matches(".toml");
        let responses = lock(&self.by_file);
        let (response, body) = responses
            .get(&root.join(format!("requests/{name}.toml")))
            .ok_or_else(|| format!("{name} was not sent yet; send it first"))?;
        match assertions::value(subject, response, body)? {
            Some(Value::String(text)) => Ok(text),
            Some(value) => Ok(value.to_string()),
            None => Err(format!("the last response of {name} has nothing at {subject}")),
        }
    }
}

/// The outside as one request sees it.
pub(crate) struct Outside {
    root: PathBuf,
    answers: BTreeMap<String, String>,
    responses: Arc<LastResponses>,
}

impl Outside {
    pub(crate) fn new(studio: &Studio, root: &Path, answers: BTreeMap<String, String>) -> Self {
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
        self.responses.value(&self.root, request, subject)
    }
}
