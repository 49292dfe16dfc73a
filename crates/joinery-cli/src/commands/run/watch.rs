//! Running again on every change of a file, and showing what that changed in the output.

use std::{fmt::Write as _, path::Path, time::Duration};

use joinery_app::{
    Code, Error,
    bodies::{DiffMark, diff},
};
use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use serde_json::Value;
use tokio::sync::mpsc;

use super::{Session, not_a_folder, report};
use crate::{Outcome, output};

/// How long changes are gathered: an editor writes a file in several steps.
const GATHER: Duration = Duration::from_millis(30);
/// Lines shown around a change.
const AROUND: usize = 3;

/// Runs now and after every change, until Ctrl C.
pub async fn run(session: &mut Session<'_>) -> Result<Outcome, Error> {
    let folder = session.arguments.connector.clone();
    if folder.is_file() {
        return Err(not_a_folder());
    }
    let (sender, mut changes) = mpsc::unbounded_channel();
    let _watcher = watch(&folder, sender)?;
    // A wrong command line ends the command; what goes wrong later is mended by the next save.
    let mut before = once(session, None).await?;
    loop {
        output::note(&format!(
            "{}watching {}{:#}",
            output::DIM,
            folder.display(),
            output::DIM
        ));
        tokio::select! {
            changed = changes.recv() => if changed.is_none() { return Ok(Outcome::Done) },
            _ = tokio::signal::ctrl_c() => return Ok(Outcome::Done),
        }
        tokio::time::sleep(GATHER).await;
        while changes.try_recv().is_ok() {}
        match once(session, before.as_ref()).await {
            Ok(Some(value)) => before = Some(value),
            Ok(None) => {}
            Err(error) => output::error(&error, session.arguments.json),
        }
    }
}

/// One run; gives its output, where there was one.
async fn once(session: &mut Session<'_>, before: Option<&Value>) -> Result<Option<Value>, Error> {
    let (connector, performed) = match session.perform().await {
        Err(error) if error.code == Code::Invalid => {
            output::error(&error, session.arguments.json);
            return Ok(None);
        }
        other => other?,
    };
    if session.arguments.json {
        // One line a run, so that a program can read them one by one.
        output::bytes(format!("{}\n", report::shape(&performed)).as_bytes())?;
        return Ok(None);
    }
    report::beside(session.arguments, &connector, &performed);
    let Ok(value) = performed.outcome.result else {
        return Ok(None);
    };
    match before {
        None => output::json(&value)?,
        Some(before) if *before == value => output::note("the output is the same"),
        Some(before) => output::line(difference(before, &value).trim_end())?,
    }
    output::note(&format!("{}{:.1} ms{:#}", output::DIM, performed.time_ms, output::DIM));
    Ok(Some(value))
}

/// The lines that differ, with some around them.
fn difference(before: &Value, after: &Value) -> String {
    let lines = diff(before, after).lines;
    let near = |at: usize| {
        let around = at.saturating_sub(AROUND)..lines.len().min(at + AROUND + 1);
        lines[around].iter().any(|line| line.mark != DiffMark::Same)
    };
    let mut shown = String::new();
    let mut left_out = false;
    for (at, line) in lines.iter().enumerate() {
        if !near(at) {
            left_out = true;
            continue;
        }
        if std::mem::take(&mut left_out) && !shown.is_empty() {
            shown.push_str("  ...\n");
        }
        let (mark, style) = match line.mark {
            DiffMark::Same => (" ", output::DIM),
            DiffMark::Removed => ("-", output::BAD),
            DiffMark::Added => ("+", output::GOOD),
            DiffMark::Changed => ("~", output::DOUBT),
        };
        let indent = "  ".repeat(line.depth as usize);
        let text = output::printable(&line.text);
        let _ = writeln!(shown, "{style}{mark} {indent}{text}{style:#}");
    }
    shown
}

fn watch(folder: &Path, sender: mpsc::UnboundedSender<()>) -> Result<RecommendedWatcher, Error> {
    let root = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let tell = move |event: notify::Result<notify::Event>| {
        let Ok(event) = event else { return };
        let counts = !event.kind.is_access() && event.paths.iter().any(|path| !is_hidden(&root, path));
        if counts {
            let _ = sender.send(());
        }
    };
    let cannot = |error: notify::Error| {
        Error::new(Code::Unavailable, format!("cannot watch {}: {error}", folder.display()))
            .with_hint("Check that it is a folder; on Linux, raise fs.inotify.max_user_watches.")
    };
    let mut watcher = notify::recommended_watcher(tell).map_err(cannot)?;
    let watched = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    watcher.watch(&watched, RecursiveMode::Recursive).map_err(cannot)?;
    Ok(watcher)
}

/// Whether it is one of git's own files, or the temporary file of a save.
fn is_hidden(root: &Path, path: &Path) -> bool {
    let relative = path.strip_prefix(root).unwrap_or(path);
    relative
        .components()
        .any(|part| part.as_os_str().to_string_lossy().starts_with('.'))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_difference_shows_changed_lines_with_some_around_them() {
        let before = json!({ "list": (0..30).collect::<Vec<_>>(), "name": "ada", "age": 36 });
        let mut after = before.clone();
        after["name"] = json!("grace");
        let shown = anstream::adapter::strip_str(&difference(&before, &after)).to_string();
        assert!(
            shown.contains("~ ") && shown.contains("grace") && shown.contains("age"),
            "{shown}"
        );
        assert!(!shown.contains("12"), "{shown}");
    }
}
