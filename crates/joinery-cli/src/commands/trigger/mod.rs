//! The commands of triggers: `poll`, `serve` and `deliveries`.

pub mod deliveries;
pub mod poll;
pub mod serve;

use std::{path::Path, sync::Arc};

use joinery_app::{Connector, Error, Studio, connections::Resolved, runs::Performed, triggers::Trigger};
use serde_json::{Value, json};

use crate::{
    commands::run::report,
    output,
    target::{self, Target},
    texts,
};

/// The connector at a path, its connection, and the input that was given.
async fn start(
    studio: &Studio,
    path: &Path,
    target: &Target,
    input: Option<&str>,
) -> Result<(Arc<Connector>, Resolved, Value), Error> {
    let input = input.map_or_else(|| Ok(json!({})), texts::read_json)?;
    let connector = target::open(path)?;
    let connection = target.resolve(studio, &connector).await?;
    target::warn(&connection);
    Ok((connector, connection, input))
}

/// Prints events, one line of JSON each.
fn print(events: impl IntoIterator<Item = Value>) -> Result<(), Error> {
    let lines: Vec<String> = events.into_iter().map(|event| event.to_string()).collect();
    // One write, so that a reader never sees half an event.
    output::bytes(
        lines
            .iter()
            .flat_map(|line| [line.as_str(), "\n"])
            .collect::<String>()
            .as_bytes(),
    )
}

/// Shows what a run of the trigger said, and why it failed where it did.
fn show(path: &Path, trigger: &Trigger, performed: &Performed) {
    report::console(performed);
    if let Err(error) = &performed.outcome.result {
        output::note(report::failure(path, &trigger.connector, error).trim_end());
    }
}
