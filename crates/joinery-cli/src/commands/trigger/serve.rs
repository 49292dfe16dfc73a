//! `joinery serve`: triggers polled and webhooks taken until stopped; events as lines of JSON.

use std::{path::PathBuf, sync::Arc, time::Duration};

use clap::Args;
use joinery_app::{
    Code, Error, Studio, connectors, flows,
    triggers::{self, Ended, Happened, Serve, Task, Trigger},
};
use serde_json::{Value, json};

use super::{poll, print, show, start};
use crate::{Outcome, ask, commands::flow, durations, home, output, stop, target::Target};

/// What `joinery serve` takes.
#[derive(Debug, Args)]
pub struct Arguments {
    /// A connector's folder or package, or a workspace to run the flows of
    connector: PathBuf,
    /// The triggers or flows; all of them where none is named
    #[arg(value_name = "TRIGGER")]
    triggers: Vec<String>,
    /// Their input: JSON, @FILE, or - for what comes in
    #[arg(long, value_name = "JSON|@FILE|-")]
    input: Option<String>,
    /// Time between two polls
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = durations::parse)]
    every: Duration,
    /// The port that takes webhooks; a free one where none is given
    #[arg(long, value_name = "PORT", default_value = "0")]
    port: u16,
    /// How the service reaches that port, such as the URL of a tunnel
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// Leave subscriptions at the service when this ends
    #[arg(long)]
    keep_subscriptions: bool,
    /// Let the triggers write to a live org without asking
    #[arg(long)]
    allow_writes: bool,
    #[command(flatten)]
    target: Target,
}

/// Runs until Ctrl C.
pub fn run(arguments: &Arguments) -> Result<Outcome, Error> {
    home::serve(async {
        let studio = Arc::new(home::studio()?);
        ask::offer(&studio, arguments.allow_writes);
        if flows::has_flows(&arguments.connector) {
            return run_flows(studio, arguments).await;
        }
        let (connector, connection, input) = start(
            &studio,
            &arguments.connector,
            &arguments.target,
            arguments.input.as_deref(),
        )
        .await?;
        let names = if arguments.triggers.is_empty() {
            connectors::triggers(&connector)
        } else {
            arguments.triggers.clone()
        };
        if names.is_empty() {
            return Err(
                Error::new(Code::Usage, format!("{} has no triggers", connector.manifest.title))
                    .with_hint("Add a file in triggers/ with `poll` or `notification`."),
            );
        }
        let triggers = names
            .iter()
            .map(|name| Trigger::new(Arc::clone(&connector), name, input.clone(), connection.clone()))
            .collect::<Result<Vec<_>, _>>()?;
        let serve = Serve {
            triggers,
            every: Some(arguments.every),
            port: arguments.port,
            public_url: arguments.url.clone(),
            keep_subscriptions: arguments.keep_subscriptions,
        };
        let path = arguments.connector.clone();
        let tell = Arc::new(move |happened: Happened| tell(&path, &happened));
        triggers::serve(studio, serve, tell, stop::token()).await?;
        Ok(Outcome::Done)
    })
}

/// Runs the flows of a workspace, each started by its trigger.
async fn run_flows(studio: Arc<Studio>, arguments: &Arguments) -> Result<Outcome, Error> {
    if arguments.input.is_some() {
        return Err(
            Error::new(Code::Usage, "a flow says itself what its trigger's input is")
                .with_hint("Write it in `trigger()` of the flow, and leave --input out."),
        );
    }
    let mut flows = flows::open(&arguments.connector)?;
    flows.use_connections(arguments.target.connection.as_slice())?;
    let serve = flows::Serve {
        flows: arguments.triggers.clone(),
        every: arguments.every,
        port: arguments.port,
        public_url: arguments.url.clone(),
        keep_subscriptions: arguments.keep_subscriptions,
    };
    let path = arguments.connector.clone();
    let tell = Arc::new(move |happened: flows::Happened| match &happened {
        // The events are the flow's: they are told when it has handled them.
        flows::Happened::Trigger(_, Happened::Polled(..) | Happened::Delivered(..)) => Ok(()),
        flows::Happened::Trigger(_, happened) => tell(&path, happened),
        happened => flow::happened(&path, happened),
    });
    flows::serve(studio, Arc::new(flows), serve, tell, stop::token()).await?;
    Ok(Outcome::Done)
}

fn tell(path: &std::path::Path, happened: &Happened) -> Result<(), Error> {
    let dim = output::DIM;
    match happened {
        Happened::Listening { trigger, url } => {
            output::note(&format!("{dim}{} takes webhooks at {url}{dim:#}", named(trigger)));
        }
        Happened::Polled(trigger, page) => {
            show(path, trigger, &page.performed);
            print(lines(trigger, &page.events))?;
        }
        Happened::Delivered(trigger, handed) => {
            show(path, trigger, &handed.performed);
            print(lines(trigger, &handed.events))?;
            let left_out = match handed.duplicates {
                0 => String::new(),
                repeats => format!(", {} left out", output::count(repeats, "repeat")),
            };
            let events = output::count(handed.events.len(), "event");
            output::note(&format!(
                "{dim}{}: delivery {}, {events}{left_out}{dim:#}",
                named(trigger),
                handed.delivery
            ));
        }
        Happened::Stopped(trigger, Ended::Failed(performed)) => show(path, trigger, performed),
        Happened::Stopped(trigger, ended) => output::warning(&poll::ended(ended, trigger)),
        Happened::Subscribed(trigger, performed, task) => {
            show(path, trigger, performed);
            if performed.outcome.result.is_ok() {
                let done = match task {
                    Task::Subscribe => "subscribed",
                    Task::Unsubscribe => "unsubscribed",
                };
                output::note(&format!("{dim}{}: {done}{dim:#}", named(trigger)));
            }
        }
    }
    Ok(())
}

/// What is listening: the trigger, or the flow that it starts, which a reader knows it by.
fn named(trigger: &Trigger) -> String {
    match trigger.flow() {
        Some(flow) => format!("{flow} ({}.{})", trigger.connector.manifest.id, trigger.name()),
        None => trigger.name().to_owned(),
    }
}

/// Each event with the trigger that found it.
fn lines<'a>(trigger: &'a Trigger, events: &'a [Value]) -> impl Iterator<Item = Value> + 'a {
    events
        .iter()
        .map(|event| json!({ "trigger": trigger.name(), "event": event }))
}
