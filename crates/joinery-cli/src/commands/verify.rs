//! `joinery verify`: whether a package is whole, well made and signed as it should be.

use std::path::PathBuf;

use clap::Args;
use joinery_app::{
    Error,
    export::{self, Report},
};
use serde_json::{Value, json};

use crate::{Outcome, output};

/// What `joinery verify` takes.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The package
    pub package: PathBuf,
    /// The minisign public key it must be signed with
    #[arg(long, value_name = "PUB")]
    pub key: Option<String>,
    /// Print the report as JSON
    #[arg(long)]
    pub json: bool,
}

/// Prints the verdict; a package that is refused fails.
pub fn run(arguments: &Arguments) -> Result<Outcome, Error> {
    let report = export::verify(&arguments.package, arguments.key.as_deref())?;
    let package = arguments.package.display();
    if arguments.json {
        output::json(&shape(&report))?;
    } else if let (true, Some(list)) = (report.ok, &report.list) {
        let signed = report
            .signer
            .as_ref()
            .map_or_else(|| "not signed".to_owned(), |key| format!("signed by {key}"));
        let files = output::count(list.files.len(), "file");
        output::line(&format!(
            "{}ok{:#} {} {}: {files}, {signed}",
            output::GOOD,
            output::GOOD,
            list.id,
            list.version
        ))?;
    } else {
        output::line(&format!("{}refused{:#} {package}", output::BAD, output::BAD))?;
        for problem in &report.problems {
            output::line(&format!("  {problem}"))?;
        }
    }
    Ok(if report.ok { Outcome::Done } else { Outcome::Failed })
}

/// A report as `docs/schemas/verify.json` says.
pub fn shape(report: &Report) -> Value {
    let list = report.list.as_ref();
    json!({
        "ok": report.ok,
        "id": list.map(|list| &list.id),
        "version": list.map(|list| &list.version),
        "files": list.map_or(&[][..], |list| &list.files),
        "hosts": list.map_or(&[][..], |list| &list.hosts),
        "scopes": list.map_or(&[][..], |list| &list.scopes),
        "signer": report.signer,
        "problems": report.problems,
    })
}
