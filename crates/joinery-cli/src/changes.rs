//! Waiting for a change of a connector's folder.

use std::{path::Path, time::Duration};

use joinery_app::{Code, Error};
use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc;

use crate::{output, stop};

/// How long changes are gathered: an editor writes a file in several steps.
const GATHER: Duration = Duration::from_millis(30);

/// The changes of a folder from now on.
pub struct Changes {
    name: String,
    seen: mpsc::UnboundedReceiver<()>,
    _watcher: RecommendedWatcher,
}

impl Changes {
    /// Waits for the next change; `false` where the person wants no more of it.
    pub async fn next(&mut self) -> bool {
        output::note(&format!("{}watching {}{:#}", output::DIM, self.name, output::DIM));
        tokio::select! {
            changed = self.seen.recv() => if changed.is_none() { return false },
            () = stop::asked() => return false,
        }
        tokio::time::sleep(GATHER).await;
        while self.seen.try_recv().is_ok() {}
        true
    }
}

/// Watches a connector's folder.
///
/// # Errors
/// [`Code::Usage`] for a package, which does not change; [`Code::Unavailable`].
pub fn of(folder: &Path) -> Result<Changes, Error> {
    if folder.is_file() {
        let refused = Error::new(Code::Usage, "--watch needs a connector's folder");
        return Err(refused.with_hint("A package does not change."));
    }
    let (sender, seen) = mpsc::unbounded_channel();
    let root = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let watched = root.clone();
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
    watcher.watch(&watched, RecursiveMode::Recursive).map_err(cannot)?;
    Ok(Changes {
        name: folder.display().to_string(),
        seen,
        _watcher: watcher,
    })
}

/// Whether it is one of git's own files, or the temporary file of a save.
fn is_hidden(root: &Path, path: &Path) -> bool {
    let relative = path.strip_prefix(root).unwrap_or(path);
    relative
        .components()
        .any(|part| part.as_os_str().to_string_lossy().starts_with('.'))
}
