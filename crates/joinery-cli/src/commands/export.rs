//! `joinery export`: a connector as one file, after its checks, or its requests as a file of another tool.

use std::path::{Path, PathBuf};

use clap::Args;
use joinery_app::{
    Error,
    export::{self, Exported, RequestExport, RequestsExported},
};
use serde_json::json;

use crate::{Outcome, home, output, target, texts};

/// What `joinery export` takes.
#[derive(Debug, Args)]
pub struct Arguments {
    /// A connector's folder or package
    connector: PathBuf,
    /// What to write: package, or for the requests postman, openapi, har, curl or rhai
    #[arg(long, default_value = "package")]
    format: String,
    /// One request only, by its path below `requests`
    #[arg(long, value_name = "REQUEST")]
    request: Option<String>,
    /// An environment whose values are used; for postman the environment itself is written
    #[arg(long, visible_alias = "environment", value_name = "NAME")]
    env: Option<String>,
    /// A value for {{KEY}}, before every other
    #[arg(long, value_name = "KEY=VALUE", value_parser = texts::pair)]
    var: Vec<(String, String)>,
    /// The file to write, - to print it; its own name in this folder where not given, a single request is printed
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Print what was written, and what it cannot say, as JSON
    #[arg(long)]
    pub json: bool,
}

/// Writes the file and prints its path.
pub fn run(arguments: &Arguments) -> Result<Outcome, Error> {
    let format = export::format(&arguments.format)?;
    let connector = target::open(&arguments.connector)?;
    let studio = home::studio()?;
    let seen = |error| target::seen_from_here(&arguments.connector, error);
    if matches!(format.write, export::Write::Package(_)) {
        let suggested = (format.file_name)(&connector.manifest.id, &connector.manifest.version);
        let path = arguments.output.clone().unwrap_or_else(|| suggested.into());
        let exported = home::wait_for(export::write(&studio, &connector, format, &path)).map_err(seen)?;
        return told(&exported, None, arguments.json);
    }
    let what = RequestExport {
        request: arguments.request.clone(),
        environment: arguments.env.clone(),
        variables: arguments.var.iter().cloned().collect(),
    };
    let made = export::requests(&studio, &connector, format, &what).map_err(seen)?;
    let path = match &arguments.output {
        Some(path) => (path != Path::new("-")).then(|| path.clone()),
        None => (arguments.request.is_none() || arguments.json).then(|| made.file_name.clone().into()),
    };
    if let Some(path) = path {
        return told(&export::save(&made, &path)?, Some(&made), arguments.json);
    }
    output::bytes(made.text.as_bytes())?;
    left_out(&made);
    Ok(Outcome::Done)
}

fn told(exported: &Exported, made: Option<&RequestsExported>, as_json: bool) -> Result<Outcome, Error> {
    if as_json {
        output::json(&json!({
            "path": exported.path,
            "size": exported.size,
            "sha256": exported.sha256,
            "not_carried": made.map(|made| made.not_carried.as_slice()).unwrap_or_default(),
        }))?;
    } else {
        output::line(&exported.path)?;
        output::note(&format!("{}, SHA-256 {}", output::size(exported.size), exported.sha256));
        made.into_iter().for_each(left_out);
    }
    Ok(Outcome::Done)
}

fn left_out(made: &RequestsExported) {
    for left in &made.not_carried {
        output::note(&format!("left out of {}: {} ({})", left.place, left.what, left.why));
    }
}
