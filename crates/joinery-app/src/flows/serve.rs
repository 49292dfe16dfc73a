//! Running flows until told to stop: their triggers find events, which are kept before they are remembered as handed on;
//! a few workers handle them, the events of one flow in order.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use joinery_store::table::flow;
use serde_json::{Value, json};
use tokio::{sync::Notify, task::JoinSet};
use tokio_util::sync::CancellationToken;

use super::{Finished, Flows, approvals, digest, owner::Owner, run};
use crate::{
    error::{Code, Error},
    settings,
    studio::{Studio, now_ms},
    triggers::{self, Trigger},
};

/// How many flows handle events at once.
const WORKERS: usize = 4;
/// How often it is looked whether another process has made something to do.
const LOOK: Duration = Duration::from_millis(250);
/// How often it is looked after what has gone or is overdue.
const HOUSEKEEPING: Duration = Duration::from_secs(1);

/// What to run, and how.
pub struct Serve {
    /// The names of the flows; all of them where none is named.
    pub flows: Vec<String>,
    /// Time between two polls of one trigger.
    pub every: Duration,
    /// The port of the listener for webhooks; 0 takes a free one.
    pub port: u16,
    /// How services reach the listener, where that is not this machine's address.
    pub public_url: Option<String>,
    /// Whether subscriptions outlive this.
    pub keep_subscriptions: bool,
}

/// What is told while flows run.
pub enum Happened<'a> {
    /// Of the trigger of a flow.
    Trigger(&'a str, triggers::Happened<'a>),
    /// Events came, so many of them new.
    Came {
        /// The flow's file.
        flow: &'a str,
        /// How many.
        new: usize,
    },
    /// A run was worked on.
    Ended(&'a Finished),
}

/// Takes what happened.
pub type Tell = dyn Fn(Happened) -> Result<(), Error> + Send + Sync;

/// Runs flows until `stop`; then steps under way are finished, and runs go on the next time.
///
/// # Errors
/// [`Code::Usage`] where a flow or its trigger is unknown, [`Code::Unavailable`], what `tell` says.
pub async fn serve(
    studio: Arc<Studio>,
    flows: Arc<Flows>,
    serve: Serve,
    tell: Arc<Tell>,
    stop: CancellationToken,
) -> Result<(), Error> {
    let owner = Arc::new(Owner::new(&studio)?);
    let mut connections = BTreeMap::new();
    let mut started_by = Vec::new();
    let names = match &serve.flows[..] {
        [] => flows.names().map(str::to_owned).collect(),
        named => named.to_vec(),
    };
    for name in &names {
        let file = flows.file(name)?;
        started_by.push(trigger(&studio, &flows, &file).await?);
        connections.insert(file.clone(), run::named(&studio, &flows, &file).await?);
    }
    if started_by.is_empty() {
        return Err(Error::new(Code::Usage, "there is no flow to run").with_hint("Add a file flows/NAME.rhai."));
    }
    let came = Arc::new(Notify::new());
    let hand_on: Arc<triggers::Tell> = {
        let (studio, flows, tell, came) = (studio.clone(), flows.clone(), tell.clone(), came.clone());
        Arc::new(move |happened: triggers::Happened| {
            let Some(file) = happened.trigger().owner.clone() else {
                return Ok(());
            };
            let events = match &happened {
                triggers::Happened::Polled(_, page) => keyed(&page.events, &page.keys, &page.cursor_before),
                triggers::Happened::Delivered(_, handed) => {
                    keyed(&handed.events, &handed.keys, &json!(handed.delivery))
                }
                _ => Vec::new(),
            };
            tell(Happened::Trigger(&file, happened))?;
            let of_flow = connections.get(&file).cloned().unwrap_or_default();
            let runs: Vec<flow::Run> = events
                .into_iter()
                .map(|(key, event)| flows.new_run(&file, key, event, &of_flow))
                .collect();
            if !runs.is_empty() {
                let new = flow::add(studio.store()?, &runs)?
                    .into_iter()
                    .filter(|new| *new)
                    .count();
                tell(Happened::Came { flow: &file, new })?;
                came.notify_waiters();
            }
            Ok(())
        })
    };
    let mut work = JoinSet::new();
    let triggers = triggers::Serve {
        triggers: started_by,
        every: Some(serve.every),
        port: serve.port,
        public_url: serve.public_url,
        keep_subscriptions: serve.keep_subscriptions,
    };
    work.spawn(triggers::serve(studio.clone(), triggers, hand_on, stop.clone()));
    for _ in 0..WORKERS {
        work.spawn(handle_events(
            studio.clone(),
            flows.clone(),
            owner.clone(),
            tell.clone(),
            came.clone(),
            stop.clone(),
        ));
    }
    work.spawn(keep_house(studio.clone(), owner.clone(), stop.clone()));
    let mut outcome = Ok(());
    while let Some(ended) = work.join_next().await {
        let ended = ended.unwrap_or_else(|error| Err(Error::new(Code::Internal, format!("a flow failed: {error}"))));
        if outcome.is_ok() && ended.is_err() {
            outcome = ended;
            stop.cancel();
        }
    }
    outcome
}

/// The trigger that starts a flow.
pub(super) async fn trigger(studio: &Studio, flows: &Flows, file: &str) -> Result<Trigger, Error> {
    let started_by = flows.started_by(studio, file).await?.map_err(|error| Error {
        file: Some(error.file.clone()),
        line: Some(error.line).filter(|line| *line > 0),
        column: None,
        hint: error.hint.clone(),
        ..Error::new(Code::Invalid, error.message)
    })?;
    let connector = flows.connector(&started_by.connector)?;
    let connection = flows
        .connection(
            studio,
            connector,
            started_by.connection.as_deref(),
            &started_by.connections,
        )
        .await?;
    let input = Value::Object(started_by.input);
    let mut trigger = Trigger::new(Arc::clone(connector), &started_by.trigger, input, connection)?;
    trigger.limits = settings::limits(studio);
    Ok(trigger.owned_by(file))
}

/// Events with what tells each from others: its dedupe key, or where it stood on the page that held it.
fn keyed(events: &[Value], keys: &[String], page: &Value) -> Vec<(String, Value)> {
    let keyed = events.iter().enumerate().map(|(index, event)| {
        let key = keys.get(index).cloned();
        let key = key.unwrap_or_else(|| digest(&json!([page, index, event])));
        (key, event.clone())
    });
    keyed.collect()
}

async fn handle_events(
    studio: Arc<Studio>,
    flows: Arc<Flows>,
    owner: Arc<Owner>,
    tell: Arc<Tell>,
    came: Arc<Notify>,
    stop: CancellationToken,
) -> Result<(), Error> {
    let workspace = flows.key();
    while !stop.is_cancelled() {
        let next = flow::claim_next(studio.store()?, &workspace, &owner.name, now_ms())?;
        if let Some(next) = next {
            let finished = run::stretch(&studio, &flows, next, stop.clone()).await?;
            tell(Happened::Ended(&finished))?;
            continue;
        }
        tokio::select! {
            () = came.notified() => {}
            () = tokio::time::sleep(LOOK) => {}
            () = stop.cancelled() => {}
        }
    }
    Ok(())
}

/// Takes over from processes that have gone, and refuses what nobody answered in time.
async fn keep_house(studio: Arc<Studio>, owner: Arc<Owner>, stop: CancellationToken) -> Result<(), Error> {
    flow::forget_old(studio.store()?, now_ms())?;
    loop {
        owner.give_back(&studio)?;
        approvals::refuse_overdue(&studio)?;
        tokio::select! {
            () = tokio::time::sleep(HOUSEKEEPING) => {}
            () = stop.cancelled() => return Ok(()),
        }
    }
}
