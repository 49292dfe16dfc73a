//! `joinery dap`: the debug adapter on stdin and stdout, for editors.

use std::{
    io::{self, BufReader},
    path::PathBuf,
    sync::Arc,
};

use clap::Args;
use joinery_app::{Code, Error};
use joinery_protocol::dap::Server;
use tokio::runtime::Handle;

use crate::{Outcome, framing, home};

/// What `joinery dap` takes.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The connector's folder or package, where a launch names none
    connector: Option<PathBuf>,
    /// Accepted because editors pass it; stdin and stdout are used in any case
    #[arg(long, hide = true)]
    stdio: bool,
}

/// Answers until the editor disconnects or goes away.
pub fn run(arguments: &Arguments) -> Result<Outcome, Error> {
    let studio = Arc::new(home::studio()?);
    let connector = arguments.connector.clone();
    home::serve(async {
        studio.scripts().warm_up();
        let out = |message: &serde_json::Value| {
            // A client that has gone is noticed when it says no more.
            let _ = framing::write(&mut io::stdout().lock(), &message.to_string());
        };
        let server = Server::new(studio, Handle::current(), connector, out);
        // Reading waits, and so do answers of the script's process.
        let work = tokio::task::spawn_blocking(move || listen(&server));
        work.await
            .map_err(|error| Error::new(Code::Internal, format!("the debug adapter failed: {error}")))?
    })
}

fn listen(server: &Server) -> Result<Outcome, Error> {
    let mut stdin = BufReader::new(io::stdin().lock());
    while !server.is_over() {
        match framing::read(&mut stdin) {
            Ok(Some(message)) => server.handle(&message),
            Ok(None) => break,
            Err(error) => {
                server.end();
                return Err(Error::new(
                    Code::Unavailable,
                    format!("the conversation with the editor broke off: {error}"),
                ));
            }
        }
    }
    server.end();
    Ok(Outcome::Done)
}
