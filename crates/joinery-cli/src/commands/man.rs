//! `joinery man`: the manual page, of the whole or of one command.

use clap::Args;
use joinery_app::{Code, Error};

use crate::{Outcome, command_line, output};

/// What `joinery man` takes.
#[derive(Debug, Args)]
pub struct Arguments {
    /// A command; the whole where not given
    command: Option<String>,
}

/// Prints the page for `man -l -`.
pub fn run(arguments: &Arguments) -> Result<Outcome, Error> {
    let mut whole = command_line();
    whole.build();
    let page = match &arguments.command {
        None => whole,
        Some(name) => whole.find_subcommand(name).cloned().ok_or_else(|| {
            Error::new(Code::Usage, format!("no command `{name}`")).with_hint("joinery --help lists them.")
        })?,
    };
    let mut text = Vec::new();
    clap_mangen::Man::new(page)
        .render(&mut text)
        .map_err(|error| Error::new(Code::Internal, format!("cannot write the page: {error}")))?;
    output::bytes(&text)?;
    Ok(Outcome::Done)
}
