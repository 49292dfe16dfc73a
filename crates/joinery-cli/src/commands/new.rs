//! `joinery new`: a connector, or a workspace with flows, from a template.

use std::path::PathBuf;

use clap::Args;
use joinery_app::{Error, connectors, flows};

use crate::{Outcome, output};

/// What `joinery new` takes.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The folder to make
    dir: PathBuf,
    #[arg(long, default_value = "empty", help = templates())]
    template: String,
}

fn templates() -> String {
    let ids: Vec<String> = connectors::templates().into_iter().map(|each| each.id).collect();
    format!("What to start from: {}", ids.join(", "))
}

/// Makes the connector and prints its folder.
pub fn run(arguments: &Arguments) -> Result<Outcome, Error> {
    connectors::make(&arguments.template, &arguments.dir)?;
    let folder = arguments.dir.display();
    output::line(&folder.to_string())?;
    let next = if flows::has_flows(&arguments.dir) {
        format!("joinery flow list {folder}")
    } else {
        format!("joinery check {folder}")
    };
    output::note(&format!("Made from the template {}. Next: {next}", arguments.template));
    Ok(Outcome::Done)
}
