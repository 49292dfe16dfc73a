//! One open body: its bytes, and the index of its lines once that is made.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{
    raw,
    tree::{self, Tree},
    types::{BodyError, BodyKind, BodyLine, BodySummary, BodyView},
};

/// Bodies up to this are read before the first answer; of larger ones as much is shown until the rest is read.
const HEAD: usize = 1 << 20;

type Bytes = Box<dyn AsRef<[u8]> + Send + Sync>;

/// A body and what is known of it.
pub(super) struct OpenBody {
    id: String,
    bytes: Bytes,
    content_type: String,
    index: Mutex<Index>,
}

struct Index {
    kind: BodyKind,
    starts: Vec<u32>,
    /// How many bytes `starts` covers.
    covered: usize,
    tree: Option<Tree>,
    lossy: bool,
    complete: bool,
    error: Option<BodyError>,
}

impl OpenBody {
    pub(super) fn new(id: String, bytes: Bytes, content_type: &str) -> Arc<Self> {
        let all = visible((*bytes).as_ref());
        let head = &all[..all.len().min(HEAD)];
        let mut index = Index::of(head, content_type, all.len() <= HEAD);
        if all.len() > HEAD {
            index.complete = false;
        }
        let small = index.complete;
        let content_type = content_type.to_owned();
        let body = Arc::new(Self {
            id,
            bytes,
            content_type,
            index: Mutex::new(index),
        });
        if !small {
            let reader = Arc::clone(&body);
            let started = std::thread::Builder::new()
                .name("body".to_owned())
                .spawn(move || reader.read_all());
            if started.is_err() {
                body.read_all();
            }
        }
        body
    }

    fn read_all(&self) {
        let index = Index::of(self.visible(), &self.content_type, true);
        *self.index() = index;
    }

    pub(super) fn summary(&self) -> BodySummary {
        let index = self.index();
        BodySummary {
            id: self.id.clone(),
            size: (*self.bytes).as_ref().len() as u64,
            kind: index.kind,
            content_type: self.content_type.clone(),
            raw_lines: index.raw_lines() as u32,
            tree_lines: index.tree.as_ref().map_or(0, |tree| tree.lines.len() as u32),
            lossy: index.lossy,
            complete: index.complete,
            error: index.error.clone(),
        }
    }

    pub(super) fn lines(&self, view: BodyView, from: usize, count: usize) -> Vec<BodyLine> {
        let index = self.index();
        let bytes = self.visible();
        let total = match view {
            BodyView::Raw => index.raw_lines(),
            BodyView::Tree => index.tree.as_ref().map_or(0, |tree| tree.lines.len()),
        };
        let window = from.min(total)..from.saturating_add(count).min(total);
        match (view, &index.tree) {
            (BodyView::Tree, Some(tree)) => window.map(|line| tree.line(bytes, line)).collect(),
            _ => window.map(|line| index.raw_line(bytes, line)).collect(),
        }
    }

    pub(super) fn path(&self, line: usize) -> Option<String> {
        self.index().tree.as_ref()?.path(self.visible(), line)
    }

    pub(super) fn text(&self, max_bytes: usize) -> String {
        let bytes = (*self.bytes).as_ref();
        let mut end = bytes.len().min(max_bytes);
        // Back to where a character starts; a byte that continues one has 10 in its two top bits.
        while end > 0 && end < bytes.len() && bytes[end] & 0xC0 == 0x80 {
            end -= 1;
        }
        String::from_utf8_lossy(&bytes[..end]).into_owned()
    }

    fn visible(&self) -> &[u8] {
        visible((*self.bytes).as_ref())
    }

    fn index(&self) -> MutexGuard<'_, Index> {
        self.index.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Places are kept in 32 bits: of a body above 4 GB the first 4 GB can be looked at.
fn visible(bytes: &[u8]) -> &[u8] {
    &bytes[..bytes.len().min(u32::MAX as usize - 1)]
}

impl Index {
    /// What can be said of `bytes`; `whole` says whether that is all there is.
    fn of(bytes: &[u8], content_type: &str, whole: bool) -> Self {
        let valid = match std::str::from_utf8(bytes) {
            Ok(_) => true,
            // A character cut in two at the end of the first part is no fault of the body.
            Err(error) => !whole && error.error_len().is_none(),
        };
        let kind = kind(bytes, content_type, valid);
        let mut index = Self {
            kind,
            starts: Vec::new(),
            covered: bytes.len(),
            tree: None,
            lossy: !valid && kind != BodyKind::Binary,
            complete: true,
            error: None,
        };
        if matches!(kind, BodyKind::Json | BodyKind::Text) {
            index.starts = raw::row_starts(bytes);
        }
        if kind == BodyKind::Json && whole {
            match tree::read(bytes) {
                Ok(tree) => index.tree = Some(tree),
                Err(error) => (index.kind, index.error) = (BodyKind::Text, Some(error)),
            }
        }
        index
    }

    fn raw_lines(&self) -> usize {
        if self.kind == BodyKind::Binary {
            self.covered.div_ceil(16)
        } else {
            self.starts.len()
        }
    }

    fn raw_line(&self, bytes: &[u8], line: usize) -> BodyLine {
        if self.kind == BodyKind::Binary {
            return raw::hex_row(bytes, line);
        }
        let end = self.starts.get(line + 1).map_or(self.covered, |start| *start as usize);
        raw::line(bytes, self.starts[line] as usize, end, self.kind == BodyKind::Json)
    }
}

fn kind(bytes: &[u8], content_type: &str, valid: bool) -> BodyKind {
    let named = |word: &str| content_type.to_ascii_lowercase().contains(word);
    let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
    if bytes.is_empty() {
        BodyKind::Empty
    } else if bytes[..bytes.len().min(8192)].contains(&0)
        || (!valid && !named("text") && !named("json") && !named("xml"))
    {
        BodyKind::Binary
    } else if valid && (named("json") || (matches!(first, Some(b'{' | b'[')) && !named("html") && !named("xml"))) {
        BodyKind::Json
    } else {
        BodyKind::Text
    }
}
