//! `joinery deliveries`: what came in for a webhook trigger, and what its script makes of one now.

use std::{fmt::Write as _, path::PathBuf, sync::Arc};

use clap::Args;
use joinery_app::{
    Code, Connector, Error, Studio, connections, connectors, flows,
    triggers::{self, Kept, Trigger},
};
use serde_json::{Value, json};

use super::{print, show};
use crate::{
    Outcome, home, output,
    target::{self, Target},
    texts,
};

/// What `joinery deliveries` takes.
#[derive(Debug, Args)]
pub struct Arguments {
    /// A connector's folder or package
    connector: PathBuf,
    /// The trigger
    trigger: String,
    /// Only those taken with this input; to a replay, this input: JSON, @FILE, or - for what comes in
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
        let connector = target::open(&arguments.connector)?;
        let file = connectors::trigger(&connector, &arguments.trigger)?;
        let name = connector.files[&file].name.clone();
        if let Some(id) = arguments.replay {
            return replay(arguments, &studio, connector, &name, id).await;
        }
        let input = arguments.input.as_deref().map(texts::read_json).transpose()?;
        let mut shown = triggers::kept(studio.store()?, &connector, &name)?;
        let there_are = shown.len();
        shown.retain(|kept| is_on(&arguments.target, kept));
        shown.retain(|kept| input.as_ref().is_none_or(|input| *input == kept.whose.input));
        if arguments.json {
            output::json(&shown.iter().map(shape).collect::<Vec<_>>())?;
            return Ok(Outcome::Done);
        }
        for kept in &shown {
            output::line(&line(kept))?;
        }
        if shown.is_empty() {
            output::note(if there_are == 0 {
                "Nothing was delivered yet. `joinery serve` takes deliveries."
            } else {
                "Nothing was delivered on this connection with this input. Leave both out to see what was on others."
            });
        }
        Ok(Outcome::Done)
    })
}

/// Whether a delivery came on the connection that was named; on any where none was.
fn is_on(target: &Target, kept: &Kept) -> bool {
    match &target.connection {
        Some(name) => kept.whose.connection == *name,
        None => target.is_empty() || kept.whose.connection == connections::GIVEN,
    }
}

/// Hands a delivery to the script again, on the connection and with the input that it came with where none are named.
async fn replay(
    arguments: &Arguments,
    studio: &Studio,
    connector: Arc<Connector>,
    name: &str,
    id: i64,
) -> Result<Outcome, Error> {
    let store = studio.store()?;
    let kept = triggers::kept_of(store, &connector, name, id)?;
    let input = match &arguments.input {
        Some(given) => texts::read_json(given)?,
        None => kept.whose.input,
    };
    let its_own = Target {
        connection: Some(kept.whose.connection.clone()).filter(|name| !name.is_empty()),
        ..Target::default()
    };
    let connection = if arguments.target.is_named() {
        arguments.target.resolve(studio, &connector).await?
    } else if kept.whose.connection == connections::GIVEN {
        let message = format!("delivery {id} came on a connection that the command line described");
        return Err(Error::new(Code::Usage, message).with_hint(target::SAY_WHICH_ORG));
    } else {
        its_own.resolve(studio, &connector).await?
    };
    target::warn(&connection);
    let trigger = Trigger::new(connector, name, input, connection)?;
    let (reply, handed) = triggers::replay(studio, store, &trigger, id).await?;
    show(&arguments.connector, &trigger, &handed.performed);
    print(handed.events)?;
    output::note(&format!("{DIM}answers {}{DIM:#}", reply.status, DIM = output::DIM));
    let failed = handed.performed.outcome.result.is_err();
    Ok(if failed { Outcome::Failed } else { Outcome::Done })
}

/// A delivery in a line.
fn line(kept: &Kept) -> String {
    let Kept { delivery, whose } = kept;
    let mut line = format!(
        "{:>5}  {}  {:<6} {}  {}",
        delivery.id,
        output::moment(delivery.received_ms),
        delivery.method,
        delivery.status,
        output::count(delivery.events as usize, "event"),
    );
    let flow = whose.flow.as_deref().map(flows::name_of);
    for part in [Some(whose.connection.as_str()), flow, delivery.error.as_deref()] {
        if let Some(part) = part.filter(|part| !part.is_empty()) {
            let _ = write!(line, "  {}", output::printable(part));
        }
    }
    line
}

/// A delivery as `docs/schemas/deliveries.json` says.
fn shape(kept: &Kept) -> Value {
    let Kept { delivery, whose } = kept;
    json!({
        "connection": Some(&whose.connection).filter(|name| !name.is_empty()),
        "flow": whose.flow.as_deref().map(flows::name_of),
        "input": whose.input,
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
