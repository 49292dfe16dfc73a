//! `joinery deliveries`: what came in for a webhook trigger, and what its script makes of one now.

use std::path::PathBuf;

use clap::Args;
use joinery_app::{
    Error,
    triggers::{self, Trigger},
};
use serde_json::{Value, json};

use super::{print, show, start};
use crate::{Outcome, home, output, target::Target};

/// What `joinery deliveries` takes.
#[derive(Debug, Args)]
pub struct Arguments {
    /// A connector's folder or package
    connector: PathBuf,
    /// The trigger
    trigger: String,
    /// The input it was served with: JSON, @FILE, or - for what comes in
    #[arg(long, value_name = "JSON|@FILE|-")]
    input: Option<String>,
    /// Hand this delivery to the script again, and print its events
    #[arg(long, value_name = "NUMBER")]
    replay: Option<i64>,
    /// Print the list as JSON, bodies included
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    target: Target,
}

/// Lists the deliveries, or replays one.
pub fn run(arguments: &Arguments) -> Result<Outcome, Error> {
    home::wait_for(async {
        let studio = home::studio()?;
        let (connector, connection, input) = start(
            &studio,
            &arguments.connector,
            &arguments.target,
            arguments.input.as_deref(),
        )
        .await?;
        let trigger = Trigger::new(connector, &arguments.trigger, input, connection)?;
        let store = studio.store()?;
        if let Some(id) = arguments.replay {
            let (reply, handed) = triggers::replay(&studio, store, &trigger, id).await?;
            show(&arguments.connector, &trigger, &handed.performed);
            print(handed.events)?;
            output::note(&format!("{DIM}answers {}{DIM:#}", reply.status, DIM = output::DIM));
            let failed = handed.performed.outcome.result.is_err();
            return Ok(if failed { Outcome::Failed } else { Outcome::Done });
        }
        let deliveries = triggers::deliveries(store, &trigger)?;
        if arguments.json {
            output::json(&deliveries.iter().map(shape).collect::<Vec<_>>())?;
            return Ok(Outcome::Done);
        }
        for delivery in &deliveries {
            let error = delivery
                .error
                .as_deref()
                .map(|error| format!("  {}", output::printable(error)));
            output::line(&format!(
                "{:>5}  {}  {:<6} {}  {}{}",
                delivery.id,
                output::moment(delivery.received_ms),
                delivery.method,
                delivery.status,
                output::count(delivery.events as usize, "event"),
                error.unwrap_or_default()
            ))?;
        }
        if deliveries.is_empty() {
            output::note("Nothing was delivered yet. `joinery serve` takes deliveries.");
        }
        Ok(Outcome::Done)
    })
}

/// A delivery as `docs/schemas/deliveries.json` says.
fn shape(delivery: &triggers::Delivery) -> Value {
    json!({
        "id": delivery.id,
        "received_ms": delivery.received_ms,
        "method": delivery.method,
        "query": delivery.query,
        "headers": delivery.headers.iter().map(|header| [&header.name, &header.value]).collect::<Vec<_>>(),
        "body": String::from_utf8_lossy(&delivery.body),
        "status": delivery.status,
        "events": delivery.events,
        "error": delivery.error,
    })
}
