//! `joinery connection sign-in`, `sign-out` and `token`: a person's sign-in by browser, and the token it brought.

use std::{path::PathBuf, time::Duration};

use clap::Args;
use joinery_app::{
    Error,
    connections::{self, TokenState},
};
use tokio_util::sync::CancellationToken;

use crate::{
    Outcome, durations, home, output, stop,
    target::{self, Target},
};

/// What `joinery connection sign-in` takes.
#[derive(Debug, Args)]
pub struct SignIn {
    /// The connection
    name: String,
    /// The connector it is for
    connector: PathBuf,
    /// Print the page's address instead of opening it
    #[arg(long)]
    no_browser: bool,
    /// How long to wait for the browser
    #[arg(long, value_name = "TIME", default_value = "5m", value_parser = durations::parse)]
    timeout: Duration,
    /// Print the token's state as JSON
    #[arg(long)]
    pub json: bool,
}

/// What `joinery connection token` takes.
#[derive(Debug, Args)]
pub struct Token {
    /// The connection
    name: String,
    /// The connector it is for
    connector: PathBuf,
    /// Print it as JSON
    #[arg(long)]
    pub json: bool,
}

/// What `joinery connection sign-out` takes.
#[derive(Debug, Args)]
pub struct SignOut {
    /// The connection
    name: String,
    /// The connector it is for
    connector: PathBuf,
}

/// Signs in; Ctrl C gives it up.
pub fn sign_in(arguments: SignIn) -> Result<Outcome, Error> {
    let connector = target::open(&arguments.connector)?;
    let state = home::wait_for(async {
        let studio = home::studio()?;
        let resolved = saved(&arguments.name).resolve(&studio, &connector).await?;
        let cancel = CancellationToken::new();
        let show = |url: &str| open(url, arguments.no_browser);
        let work = connections::sign_in_resolved(&studio, &resolved, show, arguments.timeout, &cancel);
        let mut work = std::pin::pin!(work);
        tokio::select! {
            state = &mut work => state,
            () = stop::asked() => {
                cancel.cancel();
                work.await
            }
        }
    })?;
    if arguments.json {
        output::json(&state)?;
    } else {
        output::note(&format!("Signed in to {}.", arguments.name));
        show(&state)?;
    }
    Ok(Outcome::Done)
}

/// Revokes the tokens and forgets them.
pub fn sign_out(arguments: SignOut) -> Result<Outcome, Error> {
    let connector = target::open(&arguments.connector)?;
    let signed_out = home::wait_for(async {
        let studio = home::studio()?;
        let resolved = saved(&arguments.name).resolve(&studio, &connector).await?;
        connections::sign_out_resolved(&studio, &resolved).await
    })?;
    output::note(&output::printable(&signed_out.message));
    if let Some(hint) = &signed_out.hint {
        output::note(&format!("  help: {}", output::printable(hint)));
    }
    Ok(Outcome::Done)
}

/// Shows the token without its text.
pub fn token(arguments: Token) -> Result<Outcome, Error> {
    let connector = target::open(&arguments.connector)?;
    let state = home::wait_for(async {
        let studio = home::studio()?;
        let resolved = saved(&arguments.name).resolve(&studio, &connector).await?;
        connections::token_resolved(&studio, &resolved).await
    })?;
    match state {
        _ if arguments.json => output::json(&state)?,
        Some(state) => show(&state)?,
        None => output::note("This way to sign in has no token."),
    }
    Ok(Outcome::Done)
}

fn saved(name: &str) -> Target {
    Target {
        connection: Some(name.to_owned()),
        ..Target::default()
    }
}

/// The address is printed in any case: the browser that opens may be another person's, or none.
fn open(url: &str, only_print: bool) {
    let opened = !only_print && webbrowser::open(url).is_ok();
    output::note(if opened {
        "The sign-in page is open in the browser. If it is not, open it yourself:"
    } else {
        "Open this page in a browser on this computer:"
    });
    output::note(url);
}

fn show(state: &TokenState) -> Result<(), Error> {
    let mut lines = vec![format!("{} token", state.kind)];
    if !state.scopes.is_empty() {
        lines.push(format!("scopes   {}", state.scopes.join(" ")));
    }
    if let Some(expires) = state.expires_at {
        lines.push(format!("expires  {}", connections::moment(expires)));
    }
    lines.push(format!(
        "renewal  {}",
        if state.refreshable {
            "by itself"
        } else {
            "takes a person: joinery connection sign-in"
        }
    ));
    for (name, part) in [("header", &state.header), ("claims", &state.claims)] {
        if let Some(part) = part {
            lines.push(format!("{name}   {:#}", serde_json::Value::Object(part.clone())));
        }
    }
    output::line(&output::printable(&lines.join("\n")))
}
