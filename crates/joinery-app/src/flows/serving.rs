//! Serving the flows of the open workspace from this process, as `joinery serve` does: on, off, and what happened.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;
use ts_rs::TS;

use super::{
    Happened, Serve, Tell,
    shown::{name_of, open_here},
};
use crate::{
    error::{Code, Error},
    studio::{Studio, lock, now_ms},
    triggers,
};

/// Lines kept of what happened.
const KEPT: usize = 200;

/// Flows that are served, or were last.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Serving {
    /// Whether they are served now.
    pub on: bool,
    /// Since when, in milliseconds since 1970.
    #[ts(type = "number")]
    pub since_ms: i64,
    /// Seconds between two polls of a trigger.
    pub every: u32,
    /// Whether they run on the sandbox org wherever that can stand in.
    pub sandbox: bool,
    /// Why they are served no more, where nobody stopped them.
    pub failure: Option<Error>,
    /// What happened, the latest first.
    pub lines: Vec<ServingLine>,
}

/// Something that happened while flows were served.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ServingLine {
    /// When, in milliseconds since 1970.
    #[ts(type = "number")]
    pub at_ms: i64,
    /// The flow's name.
    pub flow: String,
    /// What happened.
    pub text: String,
    /// Whether it needs looking after.
    pub bad: bool,
}

/// Where a studio keeps what it serves.
#[derive(Default)]
pub(crate) struct ServingSlot(Mutex<Option<Held>>);

struct Held {
    stop: CancellationToken,
    shown: Arc<Mutex<Serving>>,
}

impl ServingSlot {
    /// Whether flows are served now.
    pub(crate) fn is_on(&self) -> bool {
        lock(&self.0).as_ref().is_some_and(|held| lock(&held.shown).on)
    }

    /// Stops serving; steps under way are finished.
    fn stop(&self) {
        if let Some(held) = lock(&self.0).as_ref() {
            held.stop.cancel();
        }
    }

    /// Stops, and forgets what was served: another workspace is opened.
    pub(crate) fn leave(&self) {
        self.stop();
        *lock(&self.0) = None;
    }
}

/// What is served, or was last; nothing where nothing was.
pub fn serving(studio: &Studio) -> Option<Serving> {
    let slot = lock(&studio.serving.0);
    slot.as_ref().map(|held| lock(&held.shown).clone())
}

/// Serves the flows of the open workspace until [`stop`], or until another workspace is opened.
///
/// # Errors
/// [`Code::Usage`] where there are none, or they are served already.
pub fn begin(studio: &Arc<Studio>, every: u32, sandbox: bool) -> Result<Serving, Error> {
    let flows = Arc::new(open_here(studio, sandbox)?);
    let (stop, every) = (CancellationToken::new(), every.max(1));
    let begun = Serving {
        on: true,
        since_ms: now_ms(),
        every,
        sandbox,
        failure: None,
        lines: Vec::new(),
    };
    let shown = Arc::new(Mutex::new(begun.clone()));
    {
        let mut slot = lock(&studio.serving.0);
        if slot.as_ref().is_some_and(|held| lock(&held.shown).on) {
            return Err(Error::new(Code::Usage, "the flows are served already").with_hint("Stop serving first."));
        }
        *slot = Some(Held {
            stop: stop.clone(),
            shown: Arc::clone(&shown),
        });
    }
    let serve = Serve {
        flows: Vec::new(),
        every: Duration::from_secs(u64::from(every)),
        port: 0,
        public_url: None,
        keep_subscriptions: false,
    };
    let told = Arc::clone(&shown);
    let tell: Arc<Tell> = Arc::new(move |happened: Happened| {
        if let Some(line) = line(&happened) {
            let mut shown = lock(&told);
            shown.lines.insert(0, line);
            shown.lines.truncate(KEPT);
        }
        Ok(())
    });
    let studio = Arc::clone(studio);
    tokio::spawn(async move {
        let outcome = super::serve(studio, flows, serve, tell, stop).await;
        let mut shown = lock(&shown);
        shown.on = false;
        shown.failure = outcome.err();
    });
    Ok(begun)
}

/// Stops serving; steps under way are finished, and runs go on the next time.
pub fn stop(studio: &Studio) {
    studio.serving.stop();
}

/// What happened, in a line; nothing for what is seen elsewhere.
fn line(happened: &Happened) -> Option<ServingLine> {
    let of = |flow: &str, text: String, bad: bool| ServingLine {
        at_ms: now_ms(),
        flow: name_of(flow).to_owned(),
        text,
        bad,
    };
    Some(match happened {
        Happened::Came { new: 0, .. } => return None,
        Happened::Came { flow, new: 1 } => of(flow, "1 new event".to_owned(), false),
        Happened::Came { flow, new } => of(flow, format!("{new} new events"), false),
        Happened::Ended(finished) => {
            let bad = matches!(finished.status, super::Status::Failed | super::Status::InDoubt);
            let why = finished.error.as_ref().map(|error| format!(": {}", error.message));
            let status = finished.status.word().replace('_', " ");
            let text = format!("run {} is {status}{}", finished.id, why.unwrap_or_default());
            of(&finished.flow, text, bad)
        }
        Happened::Trigger(flow, happened) => match happened {
            triggers::Happened::Listening { url, .. } => of(flow, format!("takes webhooks at {url}"), false),
            triggers::Happened::Stopped(_, ended) => of(flow, why(ended), true),
            triggers::Happened::Subscribed(_, performed, _) => match &performed.outcome.result {
                Ok(_) => of(flow, "subscribed".to_owned(), false),
                Err(error) => of(flow, format!("cannot subscribe: {}", error.message), true),
            },
            triggers::Happened::Polled(..) | triggers::Happened::Delivered(..) => return None,
        },
    })
}

fn why(ended: &triggers::Ended) -> String {
    match ended {
        triggers::Ended::Failed(performed) => match &performed.outcome.result {
            Err(error) => format!("the poll failed: {}", error.message),
            Ok(_) => "the poll failed".to_owned(),
        },
        _ => "the poll ended before it had caught up; the rest comes with the next".to_owned(),
    }
}
