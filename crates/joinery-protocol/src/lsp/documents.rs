//! Open documents with their versions, and the connectors they belong to as the editor sees them: what is open lies over
//! what is on disk.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use joinery_app::flows;
use joinery_connector::Connector;
use joinery_script::language::{Beside, Lines, Place, lines::Unit};
use lsp_types::TextDocumentContentChangeEvent;

use super::places;
use crate::rpc::Failure;

/// A document that the client has open.
pub struct Document {
    /// Its version in the client.
    pub version: i32,
    /// Its text.
    pub text: Arc<str>,
    /// Where it lies.
    pub place: DocumentPlace,
}

/// Where a document lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentPlace {
    /// The folder of its connector, or that of the workspace's flows; a document may stand alone.
    pub root: Option<PathBuf>,
    /// Its path in the connector; of one that stands alone its name.
    pub path: String,
}

/// What the client has open.
pub struct Documents {
    /// What columns count.
    pub unit: Unit,
    open: BTreeMap<String, Document>,
    connectors: BTreeMap<PathBuf, Arc<Connector>>,
    /// The connectors that flows can run actions of, by the folder of the flows.
    beside: BTreeMap<PathBuf, Arc<Beside>>,
    folder: Option<PathBuf>,
}

impl Documents {
    /// Nothing is open yet. `folder` is a connector whose files are known all the same.
    pub fn new(folder: Option<PathBuf>) -> Self {
        Self {
            unit: Unit::default(),
            open: BTreeMap::new(),
            connectors: BTreeMap::new(),
            beside: BTreeMap::new(),
            folder,
        }
    }

    /// The open documents.
    pub fn uris(&self) -> Vec<String> {
        self.open.keys().cloned().collect()
    }

    /// An open document.
    pub fn get(&self, uri: &str) -> Option<&Document> {
        self.open.get(uri)
    }

    /// Takes a document that was opened.
    pub fn open(&mut self, uri: &str, version: i32, text: String) {
        let place = places::of_uri(uri);
        let document = Document {
            version,
            text: text.into(),
            place,
        };
        // The connector is read again: its files may have changed while nothing of it was open.
        if let Some(root) = &document.place.root {
            self.connectors.remove(root);
            self.beside.remove(root);
        }
        self.open.insert(uri.to_owned(), document);
    }

    /// Takes changes in the order they were made.
    ///
    /// # Errors
    /// The document is not open.
    pub fn change(
        &mut self,
        uri: &str,
        version: i32,
        changes: &[TextDocumentContentChangeEvent],
    ) -> Result<(), Failure> {
        let unit = self.unit;
        let document = self
            .open
            .get_mut(uri)
            .ok_or_else(|| Failure::new(Failure::INVALID_PARAMS, format!("{uri} is not open")))?;
        let mut text = document.text.to_string();
        for change in changes {
            let Some(range) = change.range else {
                text.clone_from(&change.text);
                continue;
            };
            let lines = Lines::of(&text);
            let byte = |position: lsp_types::Position| {
                let place = Place {
                    line: position.line as usize,
                    column: position.character as usize,
                };
                lines.byte(&text, place, unit)
            };
            let (start, end) = (byte(range.start), byte(range.end));
            text.replace_range(start..end.max(start), &change.text);
        }
        document.text = text.into();
        document.version = version;
        let (place, text) = (document.place.clone(), Arc::clone(&document.text));
        if let Some(connector) = place.root.and_then(|root| self.connectors.get_mut(&root)) {
            *connector = Arc::new(connector.with_text(&place.path, &text));
        }
        Ok(())
    }

    /// Forgets a document that was closed; what is on disk counts again.
    pub fn close(&mut self, uri: &str) {
        if let Some(root) = self.open.remove(uri).and_then(|document| document.place.root) {
            self.connectors.remove(&root);
        }
    }

    /// Forgets what was read from disk.
    pub fn read_again(&mut self) {
        self.connectors.clear();
        self.beside.clear();
    }

    /// The connectors beside the flows of a folder; `None` for the folder of a connector.
    pub fn beside(&mut self, root: &Path) -> Option<Arc<Beside>> {
        self.connector(root)?;
        self.beside.get(root).map(Arc::clone)
    }

    fn read(&mut self, root: &Path) -> Option<Connector> {
        if !places::is_flows(root) {
            return Connector::read(root).ok();
        }
        let flows = flows::open(root.parent()?).ok()?;
        self.beside.insert(root.to_owned(), Arc::new(flows.beside()));
        Some(flows.scripts().clone())
    }

    /// The connector in a folder, open documents laid over it; `None` where it cannot be read.
    pub fn connector(&mut self, root: &Path) -> Option<Arc<Connector>> {
        if let Some(known) = self.connectors.get(root) {
            return Some(Arc::clone(known));
        }
        let mut connector = self.read(root)?;
        for document in self.open.values() {
            if document.place.root.as_deref() == Some(root) {
                connector = connector.with_text(&document.place.path, &document.text);
            }
        }
        let connector = Arc::new(connector);
        self.connectors.insert(root.to_owned(), Arc::clone(&connector));
        Some(connector)
    }

    /// The folders of every connector that is open or was named at the start.
    pub fn roots(&self) -> Vec<PathBuf> {
        let open = self.open.values().filter_map(|document| document.place.root.clone());
        let mut roots: Vec<PathBuf> = open.chain(self.folder.clone()).collect();
        roots.sort();
        roots.dedup();
        roots
    }
}
