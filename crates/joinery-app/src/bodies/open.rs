//! One open body: its bytes, and what is known of its lines once that is found out.

use std::{
    borrow::Cow,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use joinery_connector::charset;

use super::{
    find::Found,
    hex,
    json::{self, Index, lines::Look, path::Step},
    kind,
    line_text::LineText,
    markup::Markup,
    raw::Rows,
    table::Table,
    types::{BodyError, BodyFormat, BodyKind, BodyLine, BodySummary, BodyView},
};

/// Bodies up to this are read before the first answer; of larger ones as much is shown until the rest is read.
const HEAD: usize = 1 << 20;

type Bytes = Box<dyn AsRef<[u8]> + Send + Sync>;

/// A body and what is known of it.
pub(super) struct OpenBody {
    id: String,
    bytes: Bytes,
    /// What the bytes say, where they are not UTF-8 themselves.
    text: Option<Vec<u8>>,
    content_type: String,
    known: Mutex<Arc<Known>>,
    found: Mutex<Option<Arc<Found>>>,
    table: Mutex<Option<Arc<Table>>>,
}

/// What is known of a body's lines.
pub(super) struct Known {
    kind: BodyKind,
    pub(super) format: BodyFormat,
    rows: Rows,
    pub(super) tree: Option<Index>,
    markup: Option<Markup>,
    /// How many bytes were looked at.
    covered: usize,
    lossy: bool,
    complete: bool,
    error: Option<BodyError>,
}

impl OpenBody {
    pub(super) fn new(id: String, bytes: Bytes, content_type: &str) -> Arc<Self> {
        let all = visible((*bytes).as_ref());
        let text = match charset::utf8(all, content_type) {
            Cow::Borrowed(same) if same.len() == all.len() => None,
            text => Some(text.into_owned()),
        };
        let read = visible(text.as_deref().unwrap_or(all));
        let small = read.len() <= HEAD;
        let mut known = Known::of(&read[..read.len().min(HEAD)], content_type, small);
        if text.is_some() {
            known.covered = all.len();
        }
        let body = Arc::new(Self {
            id,
            bytes,
            text,
            content_type: content_type.to_owned(),
            known: Mutex::new(Arc::new(known)),
            found: Mutex::default(),
            table: Mutex::default(),
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
        let mut known = Known::of(self.visible(), &self.content_type, true);
        known.covered = visible(self.whole()).len();
        *held(&self.known) = Arc::new(known);
    }

    pub(super) fn summary(&self) -> BodySummary {
        let known = self.known();
        BodySummary {
            id: self.id.clone(),
            size: (*self.bytes).as_ref().len() as u64,
            kind: known.kind,
            format: known.format,
            content_type: self.content_type.clone(),
            raw_lines: known.count(BodyView::Raw) as u32,
            tree_lines: known.count(BodyView::Tree) as u32,
            pretty_lines: known.count(BodyView::Pretty) as u32,
            hex_lines: known.count(BodyView::Hex) as u32,
            has_table: known.has_table(),
            lossy: known.lossy,
            complete: known.complete,
            error: known.error.clone(),
        }
    }

    pub(super) fn lines(&self, view: BodyView, from: usize, count: usize) -> Vec<BodyLine> {
        let known = self.known();
        if self.text.is_some() && known.is_hex(view) {
            // Places in the text are none in the bytes.
            let lines = hex::window(visible(self.whole()), from, count);
            return lines.into_iter().map(|text| text.line).collect();
        }
        let bytes = self.visible();
        let found = held(&self.found).clone();
        let lines = known.window(bytes, view, from, count);
        (from..)
            .zip(lines)
            .map(|(number, text)| {
                let hits = found.as_ref().map_or_else(Vec::new, |found| {
                    let hits = found.within(known.shows(&text, view, number, bytes.len()));
                    hits.filter_map(|(start, end)| known.place(&text, view, number, bytes, start, end))
                        .flat_map(|(start, end)| [start, end])
                        .collect()
                });
                BodyLine { hits, ..text.line }
            })
            .collect()
    }

    /// The line of a view, and the units in it, where a piece of the body stands.
    pub(super) fn place_of(&self, view: BodyView, start: u32, end: u32) -> Option<(usize, u32, u32)> {
        let (known, bytes) = (self.known(), self.visible());
        if self.text.is_some() && known.is_hex(view) {
            return None;
        }
        let line = known.line_at(bytes, view, start)?;
        let text = known.window(bytes, view, line, 1).pop()?;
        let (from, to) = known.place(&text, view, line, bytes, start, end).unwrap_or((0, 0));
        Some((line, from, to))
    }

    pub(super) fn steps(&self, line: usize) -> Option<Vec<Step>> {
        let line = u32::try_from(line).ok()?;
        self.known().tree.as_ref()?.steps(self.visible(), line)
    }

    pub(super) fn ancestors(&self, line: usize) -> Option<Vec<u32>> {
        let line = u32::try_from(line).ok()?;
        self.known().tree.as_ref()?.ancestors(self.visible(), line)
    }

    /// The value on a line of tree or pretty view, as it stands in the body.
    pub(super) fn value(&self, line: usize) -> Option<&[u8]> {
        let line = u32::try_from(line).ok()?;
        self.known().tree.as_ref()?.value(self.visible(), line)
    }

    pub(super) fn text(&self, max_bytes: usize) -> String {
        let bytes = self.text.as_deref().unwrap_or_else(|| self.whole());
        let mut end = bytes.len().min(max_bytes);
        // Back to where a character starts; a byte that continues one has 10 in its two top bits.
        while end > 0 && end < bytes.len() && bytes[end] & 0xC0 == 0x80 {
            end -= 1;
        }
        String::from_utf8_lossy(&bytes[..end]).into_owned()
    }

    pub(super) fn known(&self) -> Arc<Known> {
        Arc::clone(&held(&self.known))
    }

    /// The bytes as they came.
    pub(super) fn whole(&self) -> &[u8] {
        (*self.bytes).as_ref()
    }

    /// The text in UTF-8, or the bytes of what is none: what is looked into.
    pub(super) fn visible(&self) -> &[u8] {
        visible(self.text.as_deref().unwrap_or_else(|| self.whole()))
    }

    pub(super) fn found(&self) -> MutexGuard<'_, Option<Arc<Found>>> {
        held(&self.found)
    }

    pub(super) fn table(&self) -> MutexGuard<'_, Option<Arc<Table>>> {
        held(&self.table)
    }
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Places are kept in 32 bits: of a body above 4 GB the first 4 GB can be looked at.
fn visible(bytes: &[u8]) -> &[u8] {
    &bytes[..bytes.len().min(u32::MAX as usize - 1)]
}

impl Known {
    /// What can be said of `bytes`; `whole` says whether that is all there is.
    fn of(bytes: &[u8], content_type: &str, whole: bool) -> Self {
        let valid = match std::str::from_utf8(bytes) {
            Ok(_) => true,
            // A character cut in two at the end of the first part is no fault of the body.
            Err(error) => !whole && error.error_len().is_none(),
        };
        let (kind, format) = kind::of(bytes, content_type, valid);
        let mut known = Self {
            kind,
            format,
            rows: Rows::default(),
            tree: None,
            markup: None,
            covered: bytes.len(),
            lossy: !valid && kind != BodyKind::Binary,
            complete: whole,
            error: None,
        };
        if matches!(kind, BodyKind::Json | BodyKind::Text) {
            known.rows = Rows::of(bytes);
        }
        match format {
            BodyFormat::Json if whole => match json::read::read(bytes) {
                Ok(tree) => known.tree = Some(tree),
                Err(error) => {
                    (known.kind, known.format, known.error) = (BodyKind::Text, BodyFormat::Text, Some(error));
                }
            },
            BodyFormat::Json => known.tree = Some(json::read::read_head(bytes)),
            BodyFormat::Xml | BodyFormat::Html if whole => {
                known.markup = Some(Markup::read(bytes, format == BodyFormat::Html));
            }
            _ => {}
        }
        known
    }

    fn has_table(&self) -> bool {
        self.format == BodyFormat::Csv || self.tree.as_ref().is_some_and(|tree| tree.records.is_some())
    }

    fn count(&self, view: BodyView) -> usize {
        let tree = || self.tree.as_ref().map_or(0, |tree| tree.lines() as usize);
        match view {
            BodyView::Raw if self.kind == BodyKind::Binary => hex::count(self.covered),
            BodyView::Raw => self.rows.count(),
            BodyView::Tree => tree(),
            BodyView::Pretty => self.markup.as_ref().map_or_else(tree, Markup::count),
            BodyView::Hex => hex::count(self.covered),
        }
    }

    fn is_hex(&self, view: BodyView) -> bool {
        view == BodyView::Hex || (view == BodyView::Raw && self.kind == BodyKind::Binary)
    }

    fn window(&self, bytes: &[u8], view: BodyView, from: usize, count: usize) -> Vec<LineText> {
        let look = if view == BodyView::Tree {
            Look::Tree
        } else {
            Look::Pretty
        };
        match (view, &self.tree, &self.markup) {
            _ if self.is_hex(view) => hex::window(&bytes[..self.covered], from, count),
            (BodyView::Tree | BodyView::Pretty, Some(tree), _) => tree.window(
                bytes,
                look,
                u32::try_from(from).unwrap_or(u32::MAX),
                u32::try_from(count).unwrap_or(u32::MAX),
            ),
            (BodyView::Pretty, None, Some(markup)) => markup.window(bytes, from, count),
            (BodyView::Tree | BodyView::Pretty, ..) => Vec::new(),
            _ => self.rows.window(bytes, self.format, from, count),
        }
    }

    fn line_at(&self, bytes: &[u8], view: BodyView, place: u32) -> Option<usize> {
        match (view, &self.tree, &self.markup) {
            _ if self.is_hex(view) => Some(place as usize / hex::ROW),
            (BodyView::Tree | BodyView::Pretty, Some(tree), _) => Some(tree.line_at(bytes, place)? as usize),
            (BodyView::Pretty, None, Some(markup)) => Some(markup.line_at(place)),
            (BodyView::Tree | BodyView::Pretty, ..) => None,
            _ => Some(self.rows.row_at(bytes, place)),
        }
    }

    fn shows(&self, text: &LineText, view: BodyView, number: usize, size: usize) -> (u32, u32) {
        if self.is_hex(view) {
            let start = number * hex::ROW;
            return (start as u32, (start + hex::ROW).min(size) as u32);
        }
        text.shows().unwrap_or((0, 0))
    }

    fn place(
        &self,
        text: &LineText,
        view: BodyView,
        number: usize,
        bytes: &[u8],
        start: u32,
        end: u32,
    ) -> Option<(u32, u32)> {
        if self.is_hex(view) {
            return hex::find(number, start, end);
        }
        text.find(bytes, start, end)
    }
}
