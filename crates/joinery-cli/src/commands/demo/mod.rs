//! `joinery demo`: the story of a connector, played on its recordings, recorded, or done live.

mod report;

use std::{path::PathBuf, sync::Arc};

use clap::Args;
use joinery_app::{
    Code, Connector, Error, Studio,
    connections::{self, Resolved},
    demo::{self, Scene, Stage},
};

use crate::{
    Outcome, ask, home, output,
    target::{self, Target},
};

/// What `joinery demo` takes.
#[derive(Debug, Args)]
pub struct Arguments {
    /// A connector's folder or package
    connector: PathBuf,
    /// Play the story on its recordings, offline: what happens where nothing is said
    #[arg(long, conflicts_with_all = ["record", "live"])]
    replay: bool,
    /// Do every step on an org, and keep what it answers as the story's recordings
    #[arg(long, conflicts_with = "live")]
    record: bool,
    /// Do every step on an org
    #[arg(long)]
    live: bool,
    /// Write the story as one HTML page to hand out
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// The environment whose variables its requests use
    #[arg(long, value_name = "NAME")]
    environment: Option<String>,
    /// Print the result as JSON
    #[arg(long)]
    pub json: bool,
    /// Let steps write to a live org without asking
    #[arg(long)]
    allow_writes: bool,
    #[command(flatten)]
    target: Target,
}

/// Plays the story; a step that does not go well is a failed run.
pub fn run(arguments: &Arguments) -> Result<Outcome, Error> {
    home::wait_for(async {
        let studio = home::studio()?;
        ask::offer(&studio, arguments.allow_writes);
        let seen = |error| target::seen_from_here(&arguments.connector, error);
        let scenes = Box::pin(play(arguments, &studio)).await.map_err(seen)?;
        Ok(if scenes.iter().all(|scene| scene.ok) {
            Outcome::Done
        } else {
            Outcome::Failed
        })
    })
}

async fn play(arguments: &Arguments, studio: &Studio) -> Result<Vec<Scene>, Error> {
    let connector = target::open(&arguments.connector)?;
    let story = demo::needed(&connector)?;
    let org = org(arguments, studio, &connector).await?;
    let stage = Stage {
        connector: &connector,
        story: &story,
        org: org.as_ref(),
        environment: arguments.environment.as_deref(),
    };
    let view = demo::view(&connector, "", &story);
    let mut written = Ok(());
    let mut tell = |scene: &Scene| {
        if written.is_ok() && !arguments.json {
            written = report::show(&view, scene);
        }
    };
    let scenes = if arguments.record {
        demo::record(studio, &stage, &mut tell).await?
    } else {
        demo::show_all(studio, &stage, &mut tell).await?
    };
    written?;
    // What was recorded a moment ago is what the page tells of.
    let connector = if arguments.record {
        target::open(&arguments.connector)?
    } else {
        connector
    };
    let view = demo::view(&connector, "", &story);
    if arguments.json {
        output::json(&report::shape(&view, &scenes))?;
    }
    if let Some(path) = &arguments.html {
        let page = demo::handout(&connector, &view, &scenes);
        std::fs::write(path, page).map_err(|error| {
            Error::new(Code::Unavailable, format!("cannot write {}: {error}", path.display()))
                .with_hint("Check that its folder exists.")
        })?;
        output::note(&format!("wrote {}", path.display()));
    }
    Ok(scenes)
}

/// The org that steps are done on; `None` for a replay.
async fn org(arguments: &Arguments, studio: &Studio, connector: &Arc<Connector>) -> Result<Option<Resolved>, Error> {
    if !arguments.live && !arguments.record {
        return Ok(None);
    }
    let target = &arguments.target;
    if !target.is_named() && !connections::needs_nothing(connector) {
        return Err(
            Error::new(Code::Usage, "no org is named that the steps could be done on").with_hint(target::SAY_WHICH_ORG),
        );
    }
    let resolved = target.resolve(studio, connector).await?;
    target::warn(&resolved);
    Ok(Some(resolved))
}
