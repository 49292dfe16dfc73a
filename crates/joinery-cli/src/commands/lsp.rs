//! `joinery lsp`: the language server on stdin and stdout, for other editors.

use std::{
    io::{self, BufReader},
    path::PathBuf,
    sync::Arc,
};

use clap::Args;
use joinery_app::{Code, Error};
use joinery_protocol::lsp::Server;

use crate::{Outcome, framing, home};

/// What `joinery lsp` takes.
#[derive(Debug, Args)]
pub struct Arguments {
    /// A connector's folder whose files are known before any is opened
    connector: Option<PathBuf>,
    /// Accepted because editors pass it; stdin and stdout are used in any case
    #[arg(long, hide = true)]
    stdio: bool,
}

/// Answers until the editor says `exit` or goes away.
pub fn run(arguments: &Arguments) -> Result<Outcome, Error> {
    let folder = match &arguments.connector {
        Some(folder) if folder.join("connector.toml").is_file() => Some(std::path::absolute(folder).map_err(lost)?),
        Some(folder) => {
            return Err(Error::new(
                Code::Unavailable,
                format!("{} is not the folder of a connector", folder.display()),
            )
            .with_hint("Name the folder that holds its connector.toml."));
        }
        None => None,
    };
    let mut server = Server::new(Arc::new(home::studio()?), folder);
    let mut stdin = BufReader::new(io::stdin().lock());
    let mut stdout = io::stdout().lock();
    while let Some(message) = framing::read(&mut stdin).map_err(lost)? {
        for answer in server.handle(&message) {
            framing::write(&mut stdout, &answer).map_err(lost)?;
        }
        if let Some(code) = server.exit_code() {
            return Ok(if code == 0 { Outcome::Done } else { Outcome::Failed });
        }
    }
    // The protocol asks for 1 where the editor went away without saying so.
    Ok(Outcome::Failed)
}

fn lost(error: io::Error) -> Error {
    Error::new(
        Code::Unavailable,
        format!("the conversation with the editor broke off: {error}"),
    )
}
