//! Asking at a terminal before a write to a live org. Where there is none, nobody is asked and nothing is written.

use std::{
    io::{self, BufRead, IsTerminal, Write as _},
    sync::Arc,
};

use joinery_app::{
    Event, Studio,
    connections::Write,
    writes::{WriteAnswer, Writes},
};
use tokio::sync::broadcast::{Receiver, error::RecvError};

/// Lets writes out as the command line says: all with `--allow-writes`, else one question an org at a terminal.
pub fn offer(studio: &Studio, allow_writes: bool) {
    let writes = studio.writes();
    if allow_writes {
        writes.allow_all();
    } else if io::stdin().is_terminal() && io::stderr().is_terminal() {
        writes.ask_me();
        tokio::spawn(answer(studio.events(), writes));
    }
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
