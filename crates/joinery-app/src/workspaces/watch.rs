//! Watching the open workspace: edits by other programs, a git checkout.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::mpsc,
    time::Duration,
};

use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::broadcast;

use crate::event::Event;

/// How long changes are gathered before they are told: a checkout touches many files at once.
const GATHER: Duration = Duration::from_millis(60);

/// A watch that ends when it is dropped.
pub(super) struct Watch {
    _watcher: RecommendedWatcher,
}

impl Watch {
    /// Watches `folder` and tells [`Event::FilesChanged`] with paths relative to it.
    pub(super) fn start(folder: &Path, events: broadcast::Sender<Event>) -> notify::Result<Self> {
        let (sender, receiver) = mpsc::channel::<notify::Event>();
        let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            if let Ok(event) = event
                && !event.kind.is_access()
            {
                let _ = sender.send(event);
            }
        })?;
        watcher.watch(folder, RecursiveMode::Recursive)?;
        let root = folder.to_owned();
        // Ends when the watcher, and with it the sender, is dropped.
        std::thread::spawn(move || gather(&receiver, &root, &events));
        Ok(Self { _watcher: watcher })
    }
}

fn gather(receiver: &mpsc::Receiver<notify::Event>, root: &Path, events: &broadcast::Sender<Event>) {
    while let Ok(first) = receiver.recv() {
        let mut paths: BTreeSet<String> = BTreeSet::new();
        let mut note = |event: notify::Event| paths.extend(event.paths.iter().filter_map(|path| shown(root, path)));
        note(first);
        while let Ok(next) = receiver.recv_timeout(GATHER) {
            note(next);
        }
        if !paths.is_empty() {
            let _ = events.send(Event::FilesChanged {
                paths: paths.into_iter().collect(),
            });
        }
    }
}

/// The path relative to the workspace; `None` for git's own files and the temporary files of a save.
fn shown(root: &Path, path: &Path) -> Option<String> {
    let relative: PathBuf = path.strip_prefix(root).ok()?.to_owned();
    let hidden = relative
        .components()
        .any(|part| part.as_os_str().to_string_lossy().starts_with('.'));
    (!hidden && !relative.as_os_str().is_empty()).then(|| relative.to_string_lossy().replace('\\', "/"))
}
