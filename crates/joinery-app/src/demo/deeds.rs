//! What was done in this session, in order: *Record my demo* makes a story of it.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{DemoKind, play::has_action, record::Taken};
use crate::{
    connectors,
    error::Error,
    requests::{Answered, Prepared, failures},
    runs::Kept,
    studio::{Studio, lock, now_ms},
};

/// The most that is remembered; a story of more has no audience.
const KEPT: usize = 60;

/// A send or a run of this session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Deed {
    /// Its number.
    pub id: u32,
    /// When it was done, in milliseconds since 1970.
    #[ts(type = "number")]
    pub at_ms: i64,
    /// Whether it is a call or a run.
    pub kind: DemoKind,
    /// What was done: `GET /api/v1/users/...`, `get_user`.
    pub title: String,
    /// The file of the request or action.
    pub path: Option<String>,
    /// How it went: `200`, `succeeded`.
    pub outcome: String,
    /// Whether it went well.
    pub ok: bool,
    /// Why it cannot be a step of a story, where it cannot.
    pub why_not: Option<String>,
}

/// What was done, and what a recording of it is made of.
pub(super) struct Done {
    id: u32,
    at_ms: i64,
    connector: String,
    pub(super) what: What,
}

/// Which of the two.
pub(super) enum What {
    /// A request of the tester.
    Sent {
        path: Option<String>,
        title: String,
        status: u16,
        ok: bool,
        taken: Box<Taken>,
    },
    /// A run of an action.
    Ran(Arc<Kept>),
}

/// Everything that was done, the latest last.
#[derive(Default)]
pub(crate) struct Deeds(Mutex<(u32, VecDeque<Arc<Done>>)>);

impl Deeds {
    /// Notes a request that was answered.
    pub(crate) fn sent(&self, prepared: &Prepared, connector: &str, answered: &Answered) {
        let sent = &answered.exchange.request;
        let path = url::Url::parse(&sent.url).map_or_else(|_| sent.url.clone(), |url| url.path().to_owned());
        let mut connection = prepared.connection().clone();
        connection.http.also_secret = prepared.variables().secrets();
        let what = What::Sent {
            path: prepared.path().map(str::to_owned),
            title: format!("{} {path}", sent.method),
            status: answered.exchange.response.status,
            ok: failures(answered).is_empty(),
            taken: Box::new(Taken::answered(&connection, answered)),
        };
        self.note(connector, what);
    }

    /// Notes a run.
    pub(crate) fn ran(&self, run: &Arc<Kept>) {
        self.note(&run.connector, What::Ran(Arc::clone(run)));
    }

    /// What was done under that number, where it is still remembered.
    pub(super) fn get(&self, id: u32) -> Option<Arc<Done>> {
        lock(&self.0).1.iter().find(|done| done.id == id).cloned()
    }

    fn note(&self, connector: &str, what: What) {
        let (last, done) = &mut *lock(&self.0);
        *last += 1;
        done.push_back(Arc::new(Done {
            id: *last,
            at_ms: now_ms(),
            connector: connector.to_owned(),
            what,
        }));
        if done.len() > KEPT {
            done.pop_front();
        }
    }
}

/// What was done with a connector of the workspace in this session, in order.
///
/// # Errors
/// [`Code::Usage`](crate::Code::Usage) for a connector that does not exist.
pub fn list(studio: &Studio, folder: &str) -> Result<Vec<Deed>, Error> {
    let connector = connectors::in_workspace(studio, folder)?;
    let done: Vec<Arc<Done>> = lock(&studio.deeds.0).1.iter().cloned().collect();
    let of_it = done.iter().filter(|done| done.connector == folder);
    Ok(of_it
        .map(|done| deed(done, |name| has_action(&connector, name)))
        .collect())
}

fn deed(done: &Done, is_own: impl Fn(&str) -> bool) -> Deed {
    let no = |reason: &str| Some(reason.to_owned());
    let (kind, title, path, outcome, ok, why_not) = match &done.what {
        What::Sent {
            path,
            title,
            status,
            ok,
            taken,
        } => {
            let why_not = match path {
                None => no("Save the request, then send it again."),
                Some(_) if taken.is_empty() => no("It joined several pages, which cannot be recorded."),
                Some(_) => None,
            };
            (
                DemoKind::Call,
                title.clone(),
                path.clone(),
                status.to_string(),
                *ok,
                why_not,
            )
        }
        What::Ran(run) => {
            let result = &run.performed.outcome.result;
            let outcome = match result {
                Ok(_) => "succeeded".to_owned(),
                Err(error) => format!("failed with {}", error.code),
            };
            let why_not = if is_own(&run.action) {
                None
            } else {
                no("Every connector has this action; a story shows the connector's own.")
            };
            (
                DemoKind::Run,
                run.action.clone(),
                Some(run.file.clone()),
                outcome,
                result.is_ok(),
                why_not,
            )
        }
    };
    Deed {
        id: done.id,
        at_ms: done.at_ms,
        kind,
        title,
        path,
        outcome,
        ok,
        why_not,
    }
}
