//! Views over bodies and outputs. A body never crosses to the window as one string: fronts ask for windows of lines.

mod diff;
mod open;
mod raw;
mod tree;
mod types;

use std::{
    collections::BTreeMap,
    io,
    path::Path,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

pub use diff::{Diff, DiffLine, DiffLines, DiffMark, diff, window};
pub use types::{BodyError, BodyKind, BodyLine, BodyLines, BodySummary, BodyView};

use open::OpenBody;

/// The most bodies open at once. Every call of a run opens one; the oldest goes when a front forgets to close.
const MOST: usize = 2000;

/// The bodies open in a front.
#[derive(Default)]
pub struct Bodies {
    open: Mutex<BTreeMap<u64, Arc<OpenBody>>>,
    next: AtomicU64,
}

impl Bodies {
    /// None open.
    pub fn new() -> Self {
        Self::default()
    }

    /// Opens a body. Above 1 MB it returns once the first lines can be shown, `complete` false, and a thread reads the
    /// rest: ask [`Bodies::summary`] again.
    pub fn open(&self, bytes: impl AsRef<[u8]> + Send + Sync + 'static, content_type: &str) -> BodySummary {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let body = OpenBody::new(format!("{PREFIX}{number}"), Box::new(bytes), content_type);
        let summary = body.summary();
        let mut bodies = self.bodies();
        bodies.insert(number, body);
        if bodies.len() > MOST {
            bodies.pop_first();
        }
        summary
    }

    /// Opens the body in a file. The file may go afterwards.
    ///
    /// # Errors
    /// What the system says of the file.
    pub fn open_file(&self, path: &Path, content_type: &str) -> io::Result<BodySummary> {
        Ok(self.open(std::fs::read(path)?, content_type))
    }

    /// Opens a response's body.
    ///
    /// # Errors
    /// What the system says of the file a large one is kept in.
    pub fn open_response(&self, body: &joinery_http::Body, content_type: &str) -> io::Result<BodySummary> {
        Ok(self.open(body.read()?, content_type))
    }

    /// What is known of a body by now; `None` when it is not open.
    pub fn summary(&self, id: &str) -> Option<BodySummary> {
        self.get(id).map(|body| body.summary())
    }

    /// `count` lines from line `from` (from 0); fewer at the end, none when it is not open.
    pub fn lines(&self, id: &str, view: BodyView, from: usize, count: usize) -> BodyLines {
        let lines = self
            .get(id)
            .map(|body| body.lines(view, from, count))
            .unwrap_or_default();
        BodyLines {
            from: from as u32,
            lines,
        }
    }

    /// The `JSONPath` of the value on a tree line: `$.profile.login`, `$[3]['odd key']`.
    pub fn path(&self, id: &str, line: usize) -> Option<String> {
        self.get(id)?.path(line)
    }

    /// The body's text up to `max_bytes`, cut at a character: for copying.
    pub fn text(&self, id: &str, max_bytes: usize) -> Option<String> {
        self.get(id).map(|body| body.text(max_bytes))
    }

    /// Forgets a body.
    pub fn close(&self, id: &str) {
        if let Some(number) = number_of(id) {
            self.bodies().remove(&number);
        }
    }

    fn get(&self, id: &str) -> Option<Arc<OpenBody>> {
        self.bodies().get(&number_of(id)?).cloned()
    }

    fn bodies(&self) -> MutexGuard<'_, BTreeMap<u64, Arc<OpenBody>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What ids begin with.
const PREFIX: &str = "body-";

fn number_of(id: &str) -> Option<u64> {
    id.strip_prefix(PREFIX)?.parse().ok()
}

/// The tree lines of a value.
pub fn tree_lines_of(value: &serde_json::Value) -> Vec<BodyLine> {
    let text = value.to_string();
    let tree = read_own(&text);
    (0..tree.lines.len())
        .map(|line| tree.line(text.as_bytes(), line))
        .collect()
}

fn read_own(text: &str) -> tree::Tree {
    tree::read(text.as_bytes()).expect("what serde_json writes is JSON")
}

#[cfg(test)]
mod tests;
