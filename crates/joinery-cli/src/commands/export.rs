//! `joinery export`: a connector as one file, after its checks.

use std::path::PathBuf;

use clap::Args;
use joinery_app::{Error, export};

use crate::{Outcome, home, output, target};

/// What `joinery export` takes.
#[derive(Debug, Args)]
pub struct Arguments {
    /// A connector's folder or package
    connector: PathBuf,
    /// What to write
    #[arg(long, default_value = "package")]
    format: String,
    /// The file to write; its own name in this folder where not given
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Print what was written as JSON
    #[arg(long)]
    pub json: bool,
}

/// Writes the file and prints its path.
pub fn run(arguments: &Arguments) -> Result<Outcome, Error> {
    let format = export::format(&arguments.format)?;
    let connector = target::open(&arguments.connector)?;
    let suggested = (format.file_name)(&connector.manifest.id, &connector.manifest.version);
    let path = arguments.output.clone().unwrap_or_else(|| suggested.into());
    let studio = home::studio()?;
    let exported = home::wait_for(export::write(&studio, &connector, format, &path))
        .map_err(|error| target::seen_from_here(&arguments.connector, error))?;
    if arguments.json {
        output::json(&exported)?;
    } else {
        output::line(&exported.path)?;
        output::note(&format!("{}, SHA-256 {}", output::size(exported.size), exported.sha256));
    }
    Ok(Outcome::Done)
}
