//! `joinery new`: a connector from a template.

use std::path::PathBuf;

use clap::Args;
use joinery_app::{Error, connectors};

use crate::{Outcome, output};

/// What `joinery new` takes.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The folder to make
    dir: PathBuf,
    /// What to start from: okta, rest or empty
    #[arg(long, default_value = "empty")]
    template: String,
}

/// Makes the connector and prints its folder.
pub fn run(arguments: &Arguments) -> Result<Outcome, Error> {
    connectors::make(&arguments.template, &arguments.dir)?;
    let folder = arguments.dir.display();
    output::line(&folder.to_string())?;
    output::note(&format!(
        "Made from the template {}. Next: joinery check {folder}",
        arguments.template
    ));
    Ok(Outcome::Done)
}
