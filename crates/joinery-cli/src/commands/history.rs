//! `joinery history`: what the window sent and was answered. The same store, so that what is pinned or forgotten here is
//! so in the window.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use joinery_app::{
    Code, Error, Header, Studio,
    history::{self, Chosen, KeptAnswer, KeptSend},
};
use serde_json::{Value, json};

use crate::{Outcome, home, output, texts};

/// What `joinery history` takes.
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// List sends, the latest first
    List {
        #[command(flatten)]
        which: Which,
        /// Only those that are pinned
        #[arg(long)]
        pinned: bool,
        /// At most so many
        #[arg(long, value_name = "N", default_value_t = 50)]
        limit: usize,
        /// Print them as JSON
        #[arg(long)]
        json: bool,
    },
    /// Show a send: the request as it went out, and its answer
    Show {
        /// Its number
        number: i64,
        /// Print the body alone, as it came
        #[arg(long, conflicts_with = "json")]
        body: bool,
        /// Print it as JSON
        #[arg(long)]
        json: bool,
    },
    /// Keep sends however many follow
    Pin {
        /// Their numbers
        #[arg(required = true)]
        numbers: Vec<i64>,
    },
    /// Let pinned sends go
    Unpin {
        /// Their numbers
        #[arg(required = true)]
        numbers: Vec<i64>,
    },
    /// Forget sends, pinned or not
    Delete {
        /// Their numbers
        #[arg(required = true)]
        numbers: Vec<i64>,
    },
    /// Forget every send that is not pinned, or those that are chosen
    Clear {
        #[command(flatten)]
        which: Which,
        /// Only those from before a moment, such as 2027-01-31T12:00:00Z
        #[arg(long, value_name = "TIME")]
        before: Option<jiff::Timestamp>,
        /// The pinned ones too
        #[arg(long)]
        all: bool,
    },
}

/// Which sends are meant.
#[derive(Debug, Args)]
struct Which {
    /// Only those of a connector, by its folder's name
    #[arg(long, value_name = "NAME")]
    connector: Option<String>,
    /// Only those of requests with this in their file's path
    #[arg(long, value_name = "TEXT")]
    request: Option<String>,
    /// Only those to a URL with this in it
    #[arg(long, value_name = "TEXT")]
    url: Option<String>,
    /// Only those answered so: a status such as 404, or a class such as 4xx
    #[arg(long, value_name = "STATUS", value_parser = status)]
    status: Option<(u16, u16)>,
    /// Only those of the workspace in a folder
    #[arg(long, value_name = "FOLDER")]
    workspace: Option<PathBuf>,
}

impl Which {
    fn chosen(self) -> Result<Chosen, Error> {
        let workspace = self.workspace.as_deref().map(workspace).transpose()?;
        Ok(Chosen {
            workspace,
            connector: self.connector,
            request: self.request,
            url: self.url,
            status: self.status,
            ..Chosen::default()
        })
    }
}

impl Arguments {
    /// Whether JSON is wanted.
    pub fn wants_json(&self) -> bool {
        matches!(self.what, What::List { json: true, .. } | What::Show { json: true, .. })
    }
}

/// Does what was asked.
pub fn run(arguments: Arguments) -> Result<Outcome, Error> {
    let studio = home::studio()?;
    match arguments.what {
        What::List {
            which,
            pinned,
            limit,
            json,
        } => {
            let chosen = Chosen {
                pinned: pinned.then_some(true),
                ..which.chosen()?
            };
            list(&history::search(&studio, &chosen, limit)?, json)?;
        }
        What::Show { number, body, json } => show(&history::answer(&studio, number)?, body, json)?,
        What::Pin { numbers } => {
            set_pinned(&studio, &numbers, true)?;
            output::note(&format!("Pinned {}.", output::count(numbers.len(), "send")));
        }
        What::Unpin { numbers } => {
            set_pinned(&studio, &numbers, false)?;
            output::note(&format!("Let {} go.", output::count(numbers.len(), "send")));
        }
        What::Delete { numbers } => {
            for number in &numbers {
                history::remove(&studio, *number)?;
            }
            output::note(&format!("Forgot {}.", output::count(numbers.len(), "send")));
        }
        What::Clear { which, before, all } => {
            let chosen = Chosen {
                pinned: (!all).then_some(false),
                before_ms: before.map(jiff::Timestamp::as_millisecond),
                ..which.chosen()?
            };
            let count = history::forget(&studio, &chosen)?;
            output::note(&format!("Forgot {}.", output::count(count, "send")));
        }
    }
    Ok(Outcome::Done)
}

/// All of them are there before one is changed.
fn set_pinned(studio: &Studio, numbers: &[i64], pinned: bool) -> Result<(), Error> {
    for number in numbers {
        history::answer(studio, *number)?;
    }
    for number in numbers {
        history::pin(studio, *number, pinned)?;
    }
    Ok(())
}

fn list(found: &[KeptSend], as_json: bool) -> Result<(), Error> {
    if as_json {
        return output::json(&found.iter().map(shape).collect::<Vec<_>>());
    }
    if found.is_empty() {
        output::note("No such send is kept. The window keeps what it sends; joinery send keeps nothing.");
    }
    for KeptSend { send, connector, .. } in found {
        let status = send.status.map_or_else(|| "-".to_owned(), |status| status.to_string());
        let line = format!(
            "{:>6}  {}  {status:>3}  {:>7.0} ms  {connector}  {} {}{}",
            send.number,
            output::moment(send.sent_ms),
            send.time_ms,
            send.method,
            send.url,
            if send.pinned { "  pinned" } else { "" }
        );
        output::line(&output::printable(&line))?;
    }
    Ok(())
}

fn show(answer: &KeptAnswer, body_alone: bool, as_json: bool) -> Result<(), Error> {
    if body_alone {
        return answer.body.as_deref().map_or(Ok(()), output::file);
    }
    if as_json {
        return output::json(&whole(answer)?);
    }
    let (request, response) = (&answer.request, &answer.response);
    output::line(&output::printable(&format!("{} {}", request.method, request.url)))?;
    headers(&request.headers)?;
    if let Some(body) = request.body.as_deref().filter(|body| !body.is_empty()) {
        output::line(&format!("\n{}", output::printable(body)))?;
    }
    let reason = if response.reason.is_empty() { "" } else { " " };
    output::line(&output::printable(&format!(
        "\n{} {}{reason}{}",
        response.version, response.status, response.reason
    )))?;
    headers(&response.headers)?;
    let Some(body) = body(answer)? else {
        return Ok(());
    };
    if let Ok(text) = std::str::from_utf8(&body) {
        return output::line(&format!("\n{}", output::printable(text)));
    }
    output::note(&format!(
        "The body is not text: joinery history show {} --body > FILE",
        answer.kept.send.number
    ));
    Ok(())
}

fn headers(headers: &[Header]) -> Result<(), Error> {
    for header in headers {
        output::line(&output::printable(&format!("{}: {}", header.name, header.value)))?;
    }
    Ok(())
}

fn shape(kept: &KeptSend) -> Value {
    let send = &kept.send;
    json!({
        "number": send.number, "sent": moment(send.sent_ms), "method": send.method, "url": send.url,
        "status": send.status, "time_ms": send.time_ms, "pinned": send.pinned, "workspace": kept.workspace,
        "connector": kept.connector, "request": kept.request,
    })
}

fn whole(answer: &KeptAnswer) -> Result<Value, Error> {
    let mut shape = shape(&answer.kept);
    let (request, response) = (&answer.request, &answer.response);
    shape["sent_request"] = json!({
        "method": request.method, "url": request.url, "headers": request.headers, "body": request.body,
    });
    shape["response"] = json!({
        "status": response.status, "reason": response.reason, "version": response.version,
        "headers": response.headers, "size": response.size,
        "body": body(answer)?.map(|body| history::body_of(&body)),
    });
    Ok(shape)
}

fn body(answer: &KeptAnswer) -> Result<Option<Vec<u8>>, Error> {
    let Some(file) = &answer.body else { return Ok(None) };
    std::fs::read(file).map(Some).map_err(|error| {
        Error::new(
            Code::Unavailable,
            format!("cannot read the body {}: {error}", file.display()),
        )
    })
}

fn moment(ms: i64) -> String {
    jiff::Timestamp::from_millisecond(ms).map_or_else(|_| ms.to_string(), |at| at.to_string())
}

/// The folder as the window names it.
fn workspace(folder: &Path) -> Result<String, Error> {
    match folder.canonicalize() {
        Ok(whole) => Ok(whole.display().to_string()),
        // One that is gone may still have a history.
        Err(_) => texts::whole_path(folder),
    }
}

fn status(text: &str) -> Result<(u16, u16), String> {
    let class = text.strip_suffix("xx").and_then(|class| class.parse::<u16>().ok());
    match (class, text.parse::<u16>()) {
        (Some(class @ 1..=5), _) => Ok((class * 100, class * 100 + 99)),
        (_, Ok(status @ 100..=599)) => Ok((status, status)),
        _ => Err("give a status such as 404, or a class such as 4xx".to_owned()),
    }
}
