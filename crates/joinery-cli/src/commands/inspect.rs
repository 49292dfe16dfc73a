//! `joinery inspect`: what a package holds, where it calls and what it asks for, before anyone runs it.

use std::path::PathBuf;

use clap::Args;
use joinery_app::{Error, export};

use crate::{Outcome, commands::verify, output};

/// What `joinery inspect` takes.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The package
    package: PathBuf,
    /// The minisign public key it must be signed with
    #[arg(long, value_name = "PUB")]
    key: Option<String>,
    /// Print the report as JSON
    #[arg(long)]
    pub json: bool,
}

/// Prints what is in the package; one that is refused fails.
pub fn run(arguments: &Arguments) -> Result<Outcome, Error> {
    let report = export::verify(&arguments.package, arguments.key.as_deref())?;
    if arguments.json {
        output::json(&verify::shape(&report))?;
    } else {
        if let Some(list) = &report.list {
            let or_none = |words: &[String]| {
                if words.is_empty() {
                    "none".to_owned()
                } else {
                    words.join(", ")
                }
            };
            output::line(&format!("{} {} (made by Joinery {})", list.id, list.version, list.tool))?;
            output::line(&format!("hosts   {}", or_none(&list.hosts)))?;
            output::line(&format!("scopes  {}", or_none(&list.scopes)))?;
            output::line(&format!("signed  {}", report.signer.as_deref().unwrap_or("no")))?;
            for file in &list.files {
                output::line(&format!("{:>9}  {}", output::size(file.size), file.path))?;
            }
        }
        for problem in &report.problems {
            output::note(&format!("{}refused{:#}: {problem}", output::BAD, output::BAD));
        }
    }
    Ok(if report.ok { Outcome::Done } else { Outcome::Failed })
}
