//! `joinery import`: requests from curl commands and from the files of other tools.

use std::{io::Read, path::PathBuf};

use clap::Args;
use joinery_app::{Code, Error, environments, import};

use crate::{Outcome, output, target};

/// What `joinery import` takes.
#[derive(Debug, Args)]
#[command(override_usage = "joinery import [OPTIONS] --into CONNECTOR [FORMAT] FILE")]
pub struct Arguments {
    /// The format, where the file does not tell, and the file, or a collection's folder or zip; - for what comes in
    #[arg(required = true, num_args = 1..=2, value_names = ["FORMAT", "FILE"])]
    what: Vec<String>,
    /// The connector whose requests they become
    #[arg(long, value_name = "CONNECTOR")]
    into: PathBuf,
    /// Write over files that are there already
    #[arg(long)]
    replace: bool,
    /// Print what was made and what was left out as JSON
    #[arg(long)]
    pub json: bool,
}

/// Writes the files and prints their paths; what cannot be carried is told on stderr.
pub fn run(arguments: &Arguments) -> Result<Outcome, Error> {
    let (format, file) = match arguments.what.as_slice() {
        [format, file] => (Some(format.as_str()), file),
        [file, ..] => (None, file),
        [] => return Err(Error::new(Code::Usage, "no file is given")),
    };
    let connector = target::open(&arguments.into)?;
    if !connector.root.is_dir() {
        return Err(Error::new(Code::Usage, "a package cannot be written to").with_hint("Give a connector's folder."));
    }
    let workspace = environments::place_of(&connector.root);
    let into = (connector.root.as_path(), workspace.as_path());
    let report = if file == "-" {
        let mut text = String::new();
        std::io::stdin()
            .read_to_string(&mut text)
            .map_err(|error| Error::new(Code::Input, format!("what comes in is not text: {error}")))?;
        import::into(into, format, &text, file, arguments.replace)?
    } else {
        import::path_into(into, format, &PathBuf::from(file), arguments.replace)?
    };
    if arguments.json {
        output::json(&report)?;
        return Ok(Outcome::Done);
    }
    for path in &report.made {
        output::line(path)?;
    }
    for path in &report.kept {
        output::note(&format!(
            "{path} is there already; it stands as it was (--replace writes over it)"
        ));
    }
    for left in &report.not_carried {
        output::note(&format!("left out of {}: {} ({})", left.place, left.what, left.why));
    }
    if let Some(base_url) = &report.base_url {
        output::note(&format!("{{{{base_url}}}} stood for {base_url}"));
    }
    Ok(Outcome::Done)
}
