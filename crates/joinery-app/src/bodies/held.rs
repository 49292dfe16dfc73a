//! The bodies open in a front, by their ids.

use std::{
    collections::BTreeMap,
    io,
    path::Path,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use super::{
    compared::{BodyDiff, Compared},
    diff::DiffLines,
    find::{self, FindError, FindText, Found},
    open::OpenBody,
    place::{self, BodyPlace},
    table::{Table, TableOrder, TableRows, TableSummary},
    types::{BodyKind, BodyLines, BodySummary, BodyView},
    work::{Stopped, Watch},
};

/// The most bodies open at once. Every call of a run opens one; the oldest goes when a front forgets to close.
const MOST: usize = 2000;
/// The most differences kept: those that may be on screen.
const MOST_DIFFS: usize = 16;

/// The bodies open in a front.
#[derive(Default)]
pub struct Bodies {
    open: Mutex<BTreeMap<u64, Arc<OpenBody>>>,
    diffs: Mutex<BTreeMap<u64, Arc<Compared>>>,
    next: AtomicU64,
}

/// Where something found stands in a view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct HitPlace {
    /// The line, from 0.
    pub line: u32,
    /// Its first UTF-16 unit in the line.
    pub start: u32,
    /// The unit after its last.
    pub end: u32,
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

    /// The `JSONPath` of the value on a line of tree or pretty view.
    pub fn path(&self, id: &str, line: usize) -> Option<String> {
        self.place(id, line).map(|place| place.json_path)
    }

    /// Where the value on a line of tree or pretty view is.
    pub fn place(&self, id: &str, line: usize) -> Option<BodyPlace> {
        place::of(&*self.get(id)?, line)
    }

    /// The value on a line of tree or pretty view as it stands in the body; `None` above `max_bytes`.
    pub fn value(&self, id: &str, line: usize, max_bytes: usize) -> Option<String> {
        let body = self.get(id)?;
        let value = body.value(line)?;
        (value.len() <= max_bytes).then(|| String::from_utf8_lossy(value).into_owned())
    }

    /// The lines of the tree that open a container at `depth`, each with the line that closes it.
    pub fn folds(&self, id: &str, depth: u32) -> Vec<[u32; 2]> {
        let Some(body) = self.get(id) else { return Vec::new() };
        let known = body.known();
        known
            .tree
            .as_ref()
            .map_or_else(Vec::new, |tree| tree.opened_at(body.visible(), depth))
    }

    /// The body's text up to `max_bytes`, cut at a character: for copying.
    pub fn text(&self, id: &str, max_bytes: usize) -> Option<String> {
        self.get(id).map(|body| body.text(max_bytes))
    }

    /// All of a body, for a preview or to be saved; `None` above `max_bytes`.
    pub fn bytes(&self, id: &str, max_bytes: usize) -> Option<Vec<u8>> {
        let body = self.get(id)?;
        (body.whole().len() <= max_bytes).then(|| body.whole().to_vec())
    }

    /// Writes a body to a file.
    ///
    /// # Errors
    /// What the system says of the file.
    pub fn save(&self, id: &str, path: &Path) -> io::Result<()> {
        let body = self
            .get(id)
            .ok_or_else(|| io::Error::other("it is not open any more"))?;
        std::fs::write(path, body.whole())
    }

    /// Finds a text everywhere in a body; the lines then tell what was found in them, until it is forgotten. Returns
    /// how often it is there, and how many of these places can be gone to.
    ///
    /// # Errors
    /// [`FindError`].
    pub fn find(&self, id: &str, text: &FindText, watch: &Watch) -> Result<(u64, u64), FindError> {
        let Some(body) = self.get(id) else { return Ok((0, 0)) };
        let found = find::find(body.visible(), body.summary().kind == BodyKind::Json, text, watch)?;
        let counts = (found.count, found.kept() as u64);
        *body.found() = (found.count > 0).then(|| Arc::new(found));
        Ok(counts)
    }

    /// Forgets what was found.
    pub fn forget_found(&self, id: &str) {
        if let Some(body) = self.get(id) {
            *body.found() = None;
        }
    }

    /// Where in a view the found place of that number is, from 0.
    pub fn hit(&self, id: &str, view: BodyView, number: usize) -> Option<HitPlace> {
        let body = self.get(id)?;
        let found: Arc<Found> = body.found().clone()?;
        let (start, end) = found.place(number)?;
        let (line, start, end) = body.place_of(view, start, end)?;
        Some(HitPlace {
            line: line as u32,
            start,
            end,
        })
    }

    /// Reads a body's records as a table, or gives the one that was read.
    ///
    /// # Errors
    /// [`Stopped`].
    pub fn table(&self, id: &str, watch: &Watch) -> Result<Option<TableSummary>, Stopped> {
        let Some(body) = self.get(id) else { return Ok(None) };
        if let Some(table) = body.table().as_ref() {
            return Ok(Some(table.summary()));
        }
        let known = body.known();
        let records = known.tree.as_ref().and_then(|tree| tree.records);
        let table = Table::read(body.visible(), known.format, records, watch)?;
        let summary = table.summary();
        *body.table() = Some(Arc::new(table));
        Ok(Some(summary))
    }

    /// Puts the rows of a body's table in order.
    ///
    /// # Errors
    /// [`Stopped`].
    pub fn sort(&self, id: &str, order: Option<TableOrder>, watch: &Watch) -> Result<(), Stopped> {
        let Some(body) = self.get(id) else { return Ok(()) };
        let Some(table) = body.table().clone() else {
            return Ok(());
        };
        let sorted = table.sorted(body.visible(), order, watch)?;
        *body.table() = Some(Arc::new(sorted));
        Ok(())
    }

    /// `count` rows of a body's table from row `from`.
    pub fn rows(&self, id: &str, from: usize, count: usize) -> TableRows {
        let empty = TableRows {
            from: from as u32,
            rows: Vec::new(),
        };
        let Some(body) = self.get(id) else { return empty };
        let table = body.table().clone();
        table.map_or(empty, |table| table.window(body.visible(), from, count))
    }

    /// Compares two bodies that have been read whole, without what is at the ignored paths.
    ///
    /// # Errors
    /// [`Stopped`].
    pub fn compare(
        &self,
        old: &str,
        new: &str,
        ignored: &[String],
        watch: &Watch,
    ) -> Result<Option<BodyDiff>, Stopped> {
        let (Some(old), Some(new)) = (self.get(old), self.get(new)) else {
            return Ok(None);
        };
        let compared = Compared::of(old, new, ignored, watch)?;
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let summary = compared.summary(format!("{DIFF_PREFIX}{number}"));
        let mut diffs = self.diffs.lock().unwrap_or_else(PoisonError::into_inner);
        diffs.insert(number, Arc::new(compared));
        if diffs.len() > MOST_DIFFS {
            diffs.pop_first();
        }
        Ok(Some(summary))
    }

    /// `count` lines of a comparison from line `from`.
    pub fn compared(&self, id: &str, from: usize, count: usize) -> DiffLines {
        let number = id.strip_prefix(DIFF_PREFIX).and_then(|number| number.parse().ok());
        let diffs = self.diffs.lock().unwrap_or_else(PoisonError::into_inner);
        let compared = number.and_then(|number: u64| diffs.get(&number).cloned());
        drop(diffs);
        DiffLines {
            from: from as u32,
            lines: compared.map_or_else(Vec::new, |compared| compared.window(from, count)),
        }
    }

    /// Forgets a body.
    pub fn close(&self, id: &str) {
        if let Some(number) = number_of(id) {
            self.bodies().remove(&number);
        }
    }

    /// The body of that id, where it is open.
    pub(super) fn get(&self, id: &str) -> Option<Arc<OpenBody>> {
        self.bodies().get(&number_of(id)?).cloned()
    }

    fn bodies(&self) -> MutexGuard<'_, BTreeMap<u64, Arc<OpenBody>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What ids begin with.
const PREFIX: &str = "body-";
const DIFF_PREFIX: &str = "diff-";

fn number_of(id: &str) -> Option<u64> {
    id.strip_prefix(PREFIX)?.parse().ok()
}
