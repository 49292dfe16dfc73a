//! Watching the open workspace: edits by other programs, a git checkout, and what git does in its repository.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::mpsc,
    time::Duration,
};

use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::broadcast;

use crate::{event::Event, versions};

/// How long changes are gathered before they are told: a checkout touches many files at once.
const GATHER: Duration = Duration::from_millis(60);
/// What git writes last when it has committed, staged or checked out something.
const OF_GIT: &[&str] = &["HEAD", "index", "MERGE_HEAD"];

/// A watch that ends when it is dropped.
pub(super) struct Watch {
    _watcher: RecommendedWatcher,
}

impl Watch {
    /// Watches `folder` and tells [`Event::FilesChanged`] with paths relative to it, and [`Event::RepositoryChanged`].
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
        // A repository may come to be while the workspace is open.
        let git = versions::git_folder(folder).unwrap_or_else(|| folder.join(".git"));
        if !git.starts_with(folder) {
            // The workspace is a part of its repository. Unwatched, commits elsewhere show with the next look.
            let _ = watcher.watch(&git, RecursiveMode::NonRecursive);
        }
        let root = folder.to_owned();
        // Ends when the watcher, and with it the sender, is dropped.
        std::thread::spawn(move || gather(&receiver, &root, &git, &events));
        Ok(Self { _watcher: watcher })
    }
}

fn gather(receiver: &mpsc::Receiver<notify::Event>, root: &Path, git: &Path, events: &broadcast::Sender<Event>) {
    while let Ok(first) = receiver.recv() {
        let mut paths: BTreeSet<String> = BTreeSet::new();
        let mut repository = false;
        let mut note = |event: notify::Event| {
            repository |= event.paths.iter().any(|path| is_of_git(git, path));
            paths.extend(event.paths.iter().filter_map(|path| shown(root, path)));
        };
        note(first);
        while let Ok(next) = receiver.recv_timeout(GATHER) {
            note(next);
        }
        if !paths.is_empty() {
            let _ = events.send(Event::FilesChanged {
                paths: paths.into_iter().collect(),
            });
        }
        if repository {
            let _ = events.send(Event::RepositoryChanged);
        }
    }
}

/// Whether git says with this file that something has become of the repository.
fn is_of_git(git: &Path, path: &Path) -> bool {
    let named = |name: &std::ffi::OsStr| OF_GIT.iter().any(|known| name == *known);
    path.parent() == Some(git) && path.file_name().is_some_and(named)
}

/// The path relative to the workspace; `None` for git's own files and the temporary files of a save.
fn shown(root: &Path, path: &Path) -> Option<String> {
    let relative: PathBuf = path.strip_prefix(root).ok()?.to_owned();
    let hidden = relative
        .components()
        .any(|part| part.as_os_str().to_string_lossy().starts_with('.'));
    (!hidden && !relative.as_os_str().is_empty()).then(|| relative.to_string_lossy().replace('\\', "/"))
}
