//! `joinery schema`: the fields that samples have, as a script writes them or as JSON Schema.

use std::path::{Path, PathBuf};

use clap::Args;
use joinery_app::{
    Error,
    samples::{self, Inferred},
};
use serde_json::{Value, json};

use crate::{Outcome, output, texts};

/// What `joinery schema` takes.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The samples: JSON, lines of JSON, CSV or HAR; - for what comes in
    #[arg(long, value_name = "FILE|-")]
    from: PathBuf,
    /// What stands between the values of CSV, such as ; or tab; without it, what fits the first line
    #[arg(long, value_name = "CHARACTER", allow_hyphen_values = true)]
    separator: Option<String>,
    /// Print JSON Schema in place of fields
    #[arg(long)]
    pub json: bool,
}

/// Prints the fields; of a recording those of every answer.
pub fn run(arguments: &Arguments) -> Result<Outcome, Error> {
    let text = if arguments.from == Path::new("-") {
        texts::standard_input()?
    } else {
        texts::file(&arguments.from)?
    };
    let inferred = samples::infer(&arguments.from, &text, arguments.separator.as_deref())?;
    if arguments.json {
        output::json(&shape(&inferred))?;
        return Ok(Outcome::Done);
    }
    for (index, one) in inferred.iter().enumerate() {
        if let Some(of) = &one.of {
            let gap = if index == 0 { "" } else { "\n" };
            output::line(&format!(
                "{gap}// {} {}: {}",
                of.method,
                output::printable(&of.url),
                of.status
            ))?;
        }
        output::bytes(samples::code(one).as_bytes())?;
    }
    Ok(Outcome::Done)
}

/// One schema, or a list of those of a recording's answers, as `docs/schemas/schema.json` says.
fn shape(inferred: &[Inferred]) -> Value {
    match inferred {
        [Inferred { of: None, schema }] => schema.clone(),
        several => several.iter().map(of_answer).collect(),
    }
}

fn of_answer(inferred: &Inferred) -> Value {
    let Inferred { of, schema } = inferred;
    json!({
        "method": of.as_ref().map(|of| &of.method),
        "url": of.as_ref().map(|of| &of.url),
        "status": of.as_ref().map(|of| of.status),
        "schema": schema,
    })
}
