//! What a run reads of its connector: texts by path. In a worker they come from the host, one at a time and only those
//! that are asked for.

use std::sync::Arc;

use joinery_connector::Connector;

/// The files of a connector, as far as scripts and their check can ask.
pub trait Files: Send + Sync {
    /// The text of a file, an unsaved one first; `None` where there is no such file or it is no text.
    fn text(&self, path: &str) -> Option<Arc<str>>;
    /// The paths of all files.
    fn paths(&self) -> Vec<String>;
}

impl Files for Connector {
    fn text(&self, path: &str) -> Option<Arc<str>> {
        self.text(path).ok()
    }

    fn paths(&self) -> Vec<String> {
        self.files.keys().cloned().collect()
    }
}

/// The paths that lie in `folder` and end in `extension`, without either.
pub fn names(files: &dyn Files, folder: &str, extension: &str) -> Vec<String> {
    let paths = files.paths();
    let names = paths
        .iter()
        .filter_map(|path| path.strip_prefix(folder)?.strip_suffix(extension));
    names.map(str::to_owned).collect()
}
