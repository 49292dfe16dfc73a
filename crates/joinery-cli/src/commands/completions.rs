//! `joinery completions`: what a shell needs to complete our command line.

use clap::Args;
use clap_complete::Shell;
use joinery_app::Error;

use crate::{Outcome, command_line, output};

/// What `joinery completions` takes.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The shell
    shell: Shell,
}

/// Prints the completions.
pub fn run(arguments: &Arguments) -> Result<Outcome, Error> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut command_line(), "joinery", &mut script);
    output::bytes(&script)?;
    Ok(Outcome::Done)
}
