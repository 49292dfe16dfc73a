//! `joinery sandbox`: an Okta org of one's own on this machine, until stopped.

use std::{
    io::IsTerminal,
    path::{Path, PathBuf},
    time::Duration,
};

use clap::Args;
use joinery_app::{
    Code, Error,
    sandbox::{self, Activity, FaultRule, Neighbour, Options, RateLimits, SandboxRecord, Seed, Served, Time, duration},
};
use serde_json::json;

use crate::{Outcome, home, output, stop};

/// What `joinery sandbox` takes.
#[derive(Debug, Args)]
#[command(
    after_long_help = "docs/sandbox.md describes seed files, the language of faults, and the control API by \
    which clock, lag, faults, rate limits and snapshots can be changed while the org runs."
)]
pub struct Arguments {
    /// The port; 0 takes a free one
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// The API token it accepts; a random one where not given
    #[arg(long)]
    token: Option<String>,
    /// What it holds: demo, empty, users=NUMBER, or a file (.toml, .csv or a snapshot)
    #[arg(long, default_value = "demo", value_name = "SEED", value_parser = seed)]
    seed: Seed,
    /// A file that keeps the org; what it holds already takes the place of the seed
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,
    /// Rate limits: on, off, concurrent=NUMBER, [METHOD ]PATH=NUMBER, or a file of them; may be repeated
    #[arg(long, value_name = "LIMIT")]
    rate_limit: Vec<String>,
    /// How far lists and the log lag behind, such as 2s
    #[arg(long, default_value = "0s", value_name = "TIME", value_parser = duration::parse)]
    lag: Duration,
    /// A fault, such as "GET /api/v1/users* 503 first=2"; may be repeated
    #[arg(long, value_name = "RULE")]
    fault: Vec<FaultRule>,
    /// Freeze the clock at a moment, such as 2026-03-02T09:00:00Z
    #[arg(long, value_name = "MOMENT", value_parser = moment)]
    freeze: Option<Time>,
    /// Services to stand in for beside Okta: box, chargebee, slack
    #[arg(long, value_name = "SERVICE", value_delimiter = ',')]
    with: Vec<Neighbour>,
    /// Print a line per call to stderr
    #[arg(long, short)]
    verbose: bool,
    /// Print one JSON line when ready, as is done without a terminal
    #[arg(long)]
    pub json: bool,
}

fn seed(text: &str) -> Result<Seed, String> {
    match text.split_once('=') {
        None if text == "demo" => Ok(Seed::Demo),
        None if text == "empty" => Ok(Seed::Empty),
        Some(("users", number)) => number
            .parse()
            .map(Seed::Users)
            .map_err(|_| format!("`{number}` is not a number of users")),
        _ if text.contains(['.', '/', '\\']) => Ok(Seed::File(text.into())),
        _ => Err("write demo, empty, users=NUMBER or the name of a file".to_owned()),
    }
}

fn moment(text: &str) -> Result<Time, String> {
    Time::parse(text).ok_or_else(|| format!("`{text}` is not a moment such as 2026-03-02T09:00:00Z"))
}

/// Rate limits as the arguments set them, one after the other.
fn rate_limits(arguments: &[String]) -> Result<RateLimits, Error> {
    let mut limits = RateLimits::default();
    for text in arguments {
        let is_file = !text.contains('=') && !matches!(text.as_str(), "on" | "off");
        if !is_file {
            limits
                .set(text)
                .map_err(|reason| Error::new(Code::Usage, format!("--rate-limit {text}: {reason}")))?;
            continue;
        }
        let read = std::fs::read_to_string(text).map_err(|error| {
            Error::new(Code::Usage, format!("--rate-limit {text}: {error}"))
                .with_hint("Write on, off, concurrent=NUMBER, [METHOD ]PATH=NUMBER, or the name of a file.")
        })?;
        limits.read_file(&read).map_err(|reason| {
            let error = Error::new(Code::Invalid, reason);
            Error {
                file: Some(text.clone()),
                ..error
            }
        })?;
    }
    Ok(limits)
}

/// Runs the org until Ctrl C or a signal to end.
pub fn run(arguments: Arguments) -> Result<Outcome, Error> {
    let options = Options {
        port: arguments.port,
        token: arguments.token,
        seed: arguments.seed,
        rate_limits: rate_limits(&arguments.rate_limit)?,
        lag: arguments.lag,
        faults: arguments.fault,
        frozen_at: arguments.freeze,
        data: arguments.data,
        with: arguments.with,
    };
    let kept = options.data.clone();
    home::serve(async {
        let studio = home::studio()?;
        // Before the org is announced: who reads the line may end us at once.
        let stop = stop::signal()?;
        let view = sandbox::start_with(&studio, options).await?;
        announce(&sandbox::record(&studio)?, view.users, arguments.json, kept.as_deref())?;
        let calls = sandbox::activity(&studio)?;
        tokio::select! {
            () = stop => {}
            () = show(calls), if arguments.verbose => {}
        }
        Ok(Outcome::Done)
    })
}

/// Prints a line per call, for ever.
async fn show(calls: Activity) {
    let mut last = 0;
    loop {
        for call in calls.next_after(last).await {
            if call.number > last + 1 {
                output::note(&format!("... {} calls not shown", call.number - last - 1));
            }
            last = call.number;
            output::note(&line(&call));
        }
    }
}

fn line(call: &Served) -> String {
    let colour = match call.status {
        200..400 => output::GOOD,
        _ => output::BAD,
    };
    let status = if call.status == 0 {
        "cut".to_owned()
    } else {
        call.status.to_string()
    };
    let fault = call
        .fault
        .map_or_else(String::new, |number| format!("  fault {number}"));
    let dim = output::DIM;
    format!(
        "{dim}{}{dim:#} {colour}{status}{colour:#} {:6} {}  {dim}{} ms  {}{dim:#}{fault}",
        call.time, call.method, call.path, call.milliseconds, call.caller
    )
}

fn announce(running: &SandboxRecord, users: usize, json: bool, kept: Option<&Path>) -> Result<(), Error> {
    let SandboxRecord { url, token, pid, with } = running;
    if json || !std::io::stdout().is_terminal() {
        let line = json!({ "url": url, "token": token, "pid": pid, "with": with });
        return output::bytes(format!("{line}\n").as_bytes());
    }
    let (good, dim) = (output::GOOD, output::DIM);
    output::line(&format!(
        "{good}The sandbox org runs{good:#} with {} at {url}",
        output::count(users, "user")
    ))?;
    for service in with {
        output::line(&format!("It stands in for {service} at {url}/{service}"))?;
    }
    output::line(&format!("API token {token}\n"))?;
    output::line("From another terminal:")?;
    output::line(
        "  joinery run okta get_user --input '{\"user\":\"ada.lovelace@acme.example\"}' --connection sandbox",
    )?;
    output::line(&format!(
        "  curl -H 'Authorization: SSWS {token}' {url}/api/v1/users/me\n"
    ))?;
    let after = match kept {
        Some(path) => format!("what was changed in it is kept in {}", path.display()),
        None => "what was changed in it is then gone".to_owned(),
    };
    output::line(&format!("{dim}Ctrl C stops it; {after}.{dim:#}"))
}
