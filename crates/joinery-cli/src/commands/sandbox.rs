//! `joinery sandbox`: an Okta org of one's own on this machine, until stopped.

use std::io::IsTerminal;

use clap::{Args, ValueEnum};
use joinery_app::{
    Code, Error,
    sandbox::{self, Options, SandboxRecord, Seed},
};
use serde_json::json;

use crate::{Outcome, home, output};

/// What `joinery sandbox` takes.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The port; 0 takes a free one
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// The API token it accepts; a random one where not given
    #[arg(long)]
    token: Option<String>,
    /// What it holds: demo, empty, or users=NUMBER
    #[arg(long, default_value = "demo", value_parser = seed)]
    seed: Seed,
    /// Whether rate limits are enforced
    #[arg(long, default_value = "on")]
    rate_limit: Switch,
    /// Print one JSON line when ready, as is done without a terminal
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Switch {
    On,
    Off,
}

fn seed(text: &str) -> Result<Seed, String> {
    match text.split_once('=') {
        None if text == "demo" => Ok(Seed::Demo),
        None if text == "empty" => Ok(Seed::Empty),
        Some(("users", number)) => number
            .parse()
            .map(Seed::Users)
            .map_err(|_| format!("`{number}` is not a number of users")),
        _ => Err("write demo, empty or users=NUMBER".to_owned()),
    }
}

/// Runs the org until Ctrl C or a signal to end.
pub fn run(arguments: Arguments) -> Result<Outcome, Error> {
    home::wait_for(async {
        let studio = home::studio()?;
        let options = Options {
            port: arguments.port,
            token: arguments.token,
            seed: arguments.seed,
            rate_limit: arguments.rate_limit == Switch::On,
        };
        // Before the org is announced: who reads the line may end us at once.
        let stop = stop_signal()?;
        let view = sandbox::start_with(&studio, options).await?;
        announce(&sandbox::record(&studio)?, view.users, arguments.json)?;
        stop.await;
        Ok(Outcome::Done)
    })
}

fn announce(running: &SandboxRecord, users: usize, json: bool) -> Result<(), Error> {
    let SandboxRecord { url, token, pid } = running;
    if json || !std::io::stdout().is_terminal() {
        return output::bytes(format!("{}\n", json!({ "url": url, "token": token, "pid": pid })).as_bytes());
    }
    let (good, dim) = (output::GOOD, output::DIM);
    output::line(&format!(
        "{good}The sandbox org runs{good:#} with {} at {url}",
        output::count(users, "user")
    ))?;
    output::line(&format!("API token {token}\n"))?;
    output::line("From another terminal:")?;
    output::line(
        "  joinery run okta get_user --input '{\"user\":\"ada.lovelace@acme.example\"}' --connection sandbox",
    )?;
    output::line(&format!(
        "  curl -H 'Authorization: SSWS {token}' {url}/api/v1/users/me\n"
    ))?;
    output::line(&format!(
        "{dim}Ctrl C stops it; what was changed in it is then gone.{dim:#}"
    ))
}

/// Waits for Ctrl C, or on Unix for SIGTERM as well. Listens from now on.
fn stop_signal() -> Result<impl Future<Output = ()>, Error> {
    let failed = |error| Error::new(Code::Unavailable, format!("cannot listen for signals: {error}"));
    #[cfg(unix)]
    let (mut interrupt, mut terminate) = {
        use tokio::signal::unix::{SignalKind, signal};
        (
            signal(SignalKind::interrupt()).map_err(failed)?,
            signal(SignalKind::terminate()).map_err(failed)?,
        )
    };
    #[cfg(windows)]
    let mut interrupt = tokio::signal::windows::ctrl_c().map_err(failed)?;
    Ok(async move {
        #[cfg(unix)]
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        #[cfg(windows)]
        interrupt.recv().await;
    })
}
