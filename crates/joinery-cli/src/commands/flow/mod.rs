//! `joinery flow`: run flows by hand, see what they did, and answer what they wait for.

mod report;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::{Args, Subcommand};
use joinery_app::{
    Code, Error, Studio,
    flows::{self, Answer, Finished, Flows, Status},
};
use serde_json::Value;

pub use report::happened;

use crate::{Outcome, ask, home, output, stop, texts};

/// What `joinery flow` takes.
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Handle one event
    Run(Run),
    /// List the flows of a workspace
    List(List),
    /// List the latest runs of a workspace
    Runs(Runs),
    /// Show a run and its steps
    Show(Show),
    /// Go on with a run from where it stands: the step that failed, or the answer that came
    Resume(Resume),
    /// Take the step that a run is in doubt about as done, and go on
    Skip(Skip),
    /// Approve what a run waits for
    Approve(Approve),
    /// Refuse what a run waits for
    Deny(Approve),
}

#[derive(Debug, Args)]
struct Run {
    /// The flow: WORKSPACE/flows/NAME.rhai
    flow: PathBuf,
    /// The event: JSON, @FILE, or - for what comes in; without it the sample of the flow's trigger
    #[arg(long, value_name = "JSON|@FILE|-")]
    event: Option<String>,
    /// Write nothing: show what would be sent
    #[arg(long = "dry-run")]
    dry: bool,
    #[command(flatten)]
    common: Common,
}

/// What every command takes that runs steps.
#[derive(Debug, Args)]
struct Common {
    /// The connection of a connector, or `sandbox` for the sandbox org
    #[arg(long, value_name = "CONNECTOR=NAME")]
    connection: Vec<String>,
    /// Let steps write to a live org without asking
    #[arg(long)]
    allow_writes: bool,
    /// Print the run as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct List {
    /// The workspace's folder
    #[arg(default_value = ".")]
    workspace: PathBuf,
    /// Print them as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct Runs {
    /// The workspace's folder
    #[arg(default_value = ".")]
    workspace: PathBuf,
    /// Only runs of this flow
    #[arg(long, value_name = "NAME")]
    flow: Option<String>,
    /// How many at most
    #[arg(long, value_name = "N", default_value = "50")]
    limit: usize,
    /// Print them as JSON, steps included
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct Show {
    /// The run's id
    run: String,
    /// Print it as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct Resume {
    /// The run's id
    run: String,
    /// Forget every step and begin anew
    #[arg(long)]
    from_start: bool,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
struct Skip {
    /// The run's id
    run: String,
    /// What the step gave: JSON, @FILE, or - for what comes in
    #[arg(long, value_name = "JSON|@FILE|-")]
    output: Option<String>,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
struct Approve {
    /// The approval's id, as `joinery flow show` tells it
    approval: String,
    /// Who says so
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
    /// What else there is to say
    #[arg(long, value_name = "TEXT")]
    comment: Option<String>,
}

impl Arguments {
    /// Whether results and failures are wanted as JSON.
    pub fn wants_json(&self) -> bool {
        match &self.command {
            Command::Run(run) => run.common.json,
            Command::List(list) => list.json,
            Command::Runs(runs) => runs.json,
            Command::Show(show) => show.json,
            Command::Resume(resume) => resume.common.json,
            Command::Skip(skip) => skip.common.json,
            Command::Approve(_) | Command::Deny(_) => false,
        }
    }
}

/// Does what was asked.
pub fn run(arguments: &Arguments) -> Result<Outcome, Error> {
    home::wait_for(async {
        let studio = Arc::new(home::studio()?);
        match &arguments.command {
            Command::Run(run) => begin(&studio, run).await,
            Command::List(list) => {
                let flows = flows::open(&list.workspace)?.list(&studio).await?;
                report::flows(&flows, list.json)
            }
            Command::Runs(runs) => {
                let found = flows::open(&runs.workspace)?.runs(&studio, runs.flow.as_deref(), runs.limit)?;
                report::runs(&studio, &found, runs.json)
            }
            Command::Show(show) => report::trace(&flows::trace(&studio, &show.run)?, show.json),
            Command::Resume(resume) => {
                flows::resume(&studio, &resume.run, resume.from_start)?;
                go_on(&studio, &resume.run, &resume.common).await
            }
            Command::Skip(skip) => {
                let given = skip.output.as_deref().map(texts::read_json).transpose()?;
                flows::settle_doubt(&studio, &skip.run, given.unwrap_or_default())?;
                go_on(&studio, &skip.run, &skip.common).await
            }
            Command::Approve(approve) => answer(&studio, approve, true),
            Command::Deny(deny) => answer(&studio, deny, false),
        }
    })
}

async fn begin(studio: &Arc<Studio>, run: &Run) -> Result<Outcome, Error> {
    ask::offer(studio, run.common.allow_writes);
    let (mut flows, name) = flows::open_file(&run.flow)?;
    flows.use_connections(&run.common.connection)?;
    let event = match &run.event {
        Some(given) => texts::read_json(given)?,
        None => flows.sample_event(studio, &name).await?,
    };
    let (flows, stop) = (Arc::new(flows), stop::token());
    let finished = if run.dry {
        flows::dry_run(studio, &flows, &name, event, stop).await?
    } else {
        flows::start(studio, &flows, &name, event, stop).await?
    };
    let outcome = done(&flows.folder, &finished, run.common.json)?;
    if run.dry && !run.common.json {
        output::note("Nothing was written, and the run is not kept.");
    }
    Ok(outcome)
}

/// Works on a run from where it stands.
async fn go_on(studio: &Arc<Studio>, id: &str, common: &Common) -> Result<Outcome, Error> {
    ask::offer(studio, common.allow_writes);
    let mut flows: Flows = flows::open(Path::new(&flows::trace(studio, id)?.run.workspace))?;
    flows.use_connections(&common.connection)?;
    let flows = Arc::new(flows);
    let finished = flows::work_on(studio, &flows, id, stop::token()).await?;
    done(&flows.folder, &finished, common.json)
}

fn answer(studio: &Studio, given: &Approve, approved: bool) -> Result<Outcome, Error> {
    let answer = Answer {
        approved,
        by: given.by.clone(),
        comment: given.comment.clone(),
        timed_out: false,
    };
    if !flows::answer(studio, &given.approval, &answer)? {
        return Err(
            Error::new(Code::Usage, format!("nothing waits for `{}`", given.approval))
                .with_hint("It may have been answered, or have timed out: see `joinery flow runs`."),
        );
    }
    output::note("Answered. The run goes on in `joinery serve`, or with `joinery flow resume`.");
    Ok(Outcome::Done)
}

fn done(workspace: &Path, finished: &Finished, json: bool) -> Result<Outcome, Error> {
    report::finished(workspace, finished, json)?;
    Ok(match finished.status {
        Status::Failed | Status::InDoubt => Outcome::Failed,
        _ => Outcome::Done,
    })
}

/// A value that is worth a line.
fn short(value: &Value) -> String {
    const MOST: usize = 100;
    let text = output::printable(&value.to_string());
    if text.chars().count() <= MOST {
        return text;
    }
    format!("{}...", text.chars().take(MOST).collect::<String>())
}
