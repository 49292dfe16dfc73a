//! `joinery poll`: the new events of a trigger, one line of JSON each.

use std::{path::PathBuf, time::Duration};

use clap::Args;
use joinery_app::{
    Error, Studio,
    triggers::{self, Ended, Page, Store, Trigger},
};

use super::{print, show, start};
use crate::{Outcome, ask, durations, home, output, stop, target::Target};

/// What `joinery poll` takes.
#[derive(Debug, Args)]
pub struct Arguments {
    /// A connector's folder or package
    connector: PathBuf,
    /// The trigger
    trigger: String,
    /// Its input: JSON, @FILE, or - for what comes in
    #[arg(long, value_name = "JSON|@FILE|-")]
    input: Option<String>,
    /// Poll once and end; the default
    #[arg(long, conflicts_with = "every")]
    once: bool,
    /// Poll again and again, waiting this long in between, until Ctrl C
    #[arg(long, value_name = "TIME", value_parser = durations::parse)]
    every: Option<Duration>,
    /// Keep cursor and events already printed in this file, not in the store
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// Forget cursor and events already printed first
    #[arg(long)]
    from_start: bool,
    /// Pages of one poll at most; the next poll goes on from there
    #[arg(long, value_name = "N", default_value = "50", value_parser = clap::value_parser!(u32).range(1..))]
    pages: u32,
    /// Let the trigger write to a live org without asking
    #[arg(long)]
    allow_writes: bool,
    /// Stop each page after this long
    #[arg(long, value_name = "TIME", value_parser = durations::parse)]
    timeout: Option<Duration>,
    #[command(flatten)]
    target: Target,
}

/// Polls; a script that fails is a failed poll. What was printed before stays done.
pub fn run(arguments: &Arguments) -> Result<Outcome, Error> {
    home::wait_for(async {
        let studio = home::studio()?;
        ask::offer(&studio, arguments.allow_writes);
        let (connector, connection, input) = start(
            &studio,
            &arguments.connector,
            &arguments.target,
            arguments.input.as_deref(),
        )
        .await?;
        let mut trigger = Trigger::new(connector, &arguments.trigger, input, connection)?;
        if let Some(time) = arguments.timeout {
            trigger.limits.time = time;
        }
        let own = arguments.state.as_deref().map(triggers::state_file).transpose()?;
        let store = match &own {
            Some(store) => store,
            None => studio.store()?,
        };
        if arguments.from_start {
            triggers::rewind(store, &trigger)?;
        }
        loop {
            let outcome = tokio::select! {
                outcome = once(arguments, &studio, store, &trigger) => outcome?,
                () = stop::asked() => return Ok(Outcome::Done),
            };
            let Some(wait) = arguments.every else {
                return Ok(outcome);
            };
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                () = stop::asked() => return Ok(Outcome::Done),
            }
        }
    })
}

async fn once(arguments: &Arguments, studio: &Studio, store: &Store, trigger: &Trigger) -> Result<Outcome, Error> {
    let pages = arguments.pages as usize;
    let path = &arguments.connector;
    let polled = triggers::poll(studio, store, trigger, pages, |page: &Page| {
        show(path, trigger, &page.performed);
        print(page.events.iter().cloned())
    })
    .await?;
    if polled.pages > 0 {
        let left_out = match polled.duplicates {
            0 => String::new(),
            repeats => format!(", {} left out", output::count(repeats, "repeat")),
        };
        let (events, pages) = (
            output::count(polled.events, "event"),
            output::count(polled.pages, "page"),
        );
        output::note(&format!("{DIM}{events}{left_out}, {pages}{DIM:#}", DIM = output::DIM));
    }
    match &polled.ended {
        Ended::CaughtUp => Ok(Outcome::Done),
        Ended::Failed(performed) => {
            show(path, trigger, performed);
            Ok(Outcome::Failed)
        }
        other => {
            output::warning(&ended(other, trigger));
            Ok(Outcome::Done)
        }
    }
}

/// Why a poll stopped before it had caught up.
pub fn ended(ended: &Ended, trigger: &Trigger) -> String {
    match ended {
        Ended::PageLimit => "there is more: the next poll goes on from here, or raise --pages".to_owned(),
        Ended::SameCursor => format!(
            "{} says there is more, and gave the cursor it was asked with: set `more` to false once a page is empty",
            trigger.file
        ),
        Ended::CaughtUp | Ended::Failed(_) => String::new(),
    }
}
