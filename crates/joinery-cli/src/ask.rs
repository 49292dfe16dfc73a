//! Asking at a terminal: before a write to a live org, and what a request wants to know. Where there is none, nobody is
//! asked: nothing is written, and what is not answered is missing.

use std::{
    collections::BTreeMap,
    io::{self, BufRead, IsTerminal, Write as _},
    sync::Arc,
};

use joinery_app::{
    Code, Error, Event, Studio,
    connections::Write,
    writes::{WriteAnswer, Writes},
};
use tokio::sync::broadcast::{Receiver, error::RecvError};

use crate::output;

/// Lets writes out as the command line says: all with `--allow-writes`, else one question an org at a terminal.
pub fn offer(studio: &Studio, allow_writes: bool) {
    let writes = studio.writes();
    if allow_writes {
        writes.allow_all();
    } else if at_terminal() {
        writes.ask_me();
        tokio::spawn(answer(studio.events(), writes));
    }
}

/// Asks what of `prompts`, labels with their defaults, has no answer yet. What is secret is not shown as it is typed.
///
/// # Errors
/// [`Code::Unavailable`] where the terminal gives no answer.
pub fn prompts(
    prompts: impl IntoIterator<Item = (String, Option<String>)>,
    answers: &mut BTreeMap<String, String>,
) -> Result<(), Error> {
    if !at_terminal() {
        return Ok(());
    }
    for (label, default) in prompts {
        if answers.contains_key(&label) {
            continue;
        }
        let given = question(&label, default.as_deref());
        let given =
            given.map_err(|error| Error::new(Code::Unavailable, format!("nobody answered {label}: {error}")))?;
        // Nothing said leaves the default, which the request knows.
        if !given.is_empty() || default.is_none() {
            answers.insert(label, given);
        }
    }
    Ok(())
}

fn question(label: &str, default: Option<&str>) -> io::Result<String> {
    let label = output::printable(label);
    if joinery_app::variables::is_secret_label(&label) {
        return rpassword::prompt_password(format!("{label}: "));
    }
    let mut terminal = io::stderr().lock();
    match default {
        Some(default) => write!(terminal, "{label} [{}]: ", output::printable(default))?,
        None => write!(terminal, "{label}: ")?,
    }
    terminal.flush()?;
    let mut line = String::new();
    if io::stdin().lock().read_line(&mut line)? == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

fn at_terminal() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

async fn answer(mut events: Receiver<Event>, writes: Arc<Writes>) {
    loop {
        match events.recv().await {
            Ok(Event::WriteAsked { id, write }) => {
                let send = tokio::task::spawn_blocking(move || ask(&write)).await.unwrap_or(false);
                // Once is enough: the command ends with the run.
                writes.answer(&id, WriteAnswer { send, remember: send });
            }
            Ok(_) | Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => return,
        }
    }
}

fn ask(write: &Write) -> bool {
    let mut terminal = io::stderr().lock();
    // A terminal that takes no question gets no yes.
    let asked = write!(
        terminal,
        "{} {}\nSend {}? [y/N] ",
        write.question(),
        write.path,
        write.method
    )
    .and_then(|()| terminal.flush());
    let mut line = String::new();
    asked.is_ok()
        && io::stdin().lock().read_line(&mut line).is_ok()
        && matches!(line.trim().to_ascii_lowercase().as_str(), "y" | "yes")
}
