//! Saved requests and their folders in the order in which they are shown and sent.

use std::collections::BTreeMap;

use super::{Connector, FileKind};
use crate::request::RequestFolder;

/// The folder that holds every request.
const TOP: &str = "requests";

/// A folder of requests with all in it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RequestTree {
    /// Its path: `requests`, `requests/users`.
    pub path: String,
    /// What its `folder.toml` says; nothing where there is none, or one that cannot be read.
    pub says: RequestFolder,
    /// What lies in it, in order.
    pub entries: Vec<RequestEntry>,
}

/// An entry of a folder of requests.
#[derive(Debug, Clone, PartialEq)]
pub enum RequestEntry {
    /// A folder.
    Folder(Box<RequestTree>),
    /// A request, by its path.
    Request(String),
}

impl Connector {
    /// The saved requests as a tree. First come the names that a folder's `order` lists, then all others by name.
    pub fn request_tree(&self) -> RequestTree {
        let mut folders: BTreeMap<String, Vec<String>> = BTreeMap::from([(TOP.to_owned(), Vec::new())]);
        for kind in [FileKind::RequestFolder, FileKind::Request] {
            for file in self.of_kind(kind) {
                let folder = above(&file.path);
                let mut outer = folder;
                while !folders.contains_key(outer) {
                    folders.insert(outer.to_owned(), Vec::new());
                    outer = above(outer);
                }
                if kind == FileKind::Request {
                    folders.entry(folder.to_owned()).or_default().push(file.path.clone());
                }
            }
        }
        self.tree(TOP, &folders)
    }

    fn tree(&self, path: &str, folders: &BTreeMap<String, Vec<String>>) -> RequestTree {
        let says = self.folder_says(path);
        let inner = folders.keys().filter(|folder| *folder != TOP && above(folder) == path);
        let inner = inner.map(|folder| RequestEntry::Folder(Box::new(self.tree(folder, folders))));
        let requests = folders.get(path).into_iter().flatten();
        let requests = requests.map(|request| RequestEntry::Request(request.clone()));
        let mut entries: Vec<RequestEntry> = inner.chain(requests).collect();
        let order = says.order.as_deref().unwrap_or_default();
        entries.sort_by_cached_key(|entry| {
            let name = entry.name().to_owned();
            let listed = order.iter().position(|listed| entry.is_called(listed));
            (listed.unwrap_or(usize::MAX), name)
        });
        RequestTree {
            path: path.to_owned(),
            says,
            entries,
        }
    }

    fn folder_says(&self, folder: &str) -> RequestFolder {
        let path = format!("{folder}/folder.toml");
        let text = self.files.get(&path).and_then(|_| self.text(&path).ok());
        let read = text.and_then(|text| RequestFolder::parse(&text, &path).ok());
        read.map(|(says, _)| says).unwrap_or_default()
    }
}

impl RequestTree {
    /// The paths of every request in it and below it, in order.
    pub fn requests(&self) -> Vec<String> {
        let mut paths = Vec::new();
        for entry in &self.entries {
            match entry {
                RequestEntry::Folder(folder) => paths.extend(folder.requests()),
                RequestEntry::Request(path) => paths.push(path.clone()),
            }
        }
        paths
    }

    /// The folder at `path`, which may be this one.
    pub fn folder(&self, path: &str) -> Option<&Self> {
        if self.path == path {
            return Some(self);
        }
        self.entries.iter().find_map(|entry| match entry {
            RequestEntry::Folder(folder) => folder.folder(path),
            RequestEntry::Request(_) => None,
        })
    }
}

impl RequestEntry {
    /// Its path.
    pub fn path(&self) -> &str {
        match self {
            Self::Folder(folder) => &folder.path,
            Self::Request(path) => path,
        }
    }

    /// The name that orders it: that of its file without the ending.
    fn name(&self) -> &str {
        let path = self.path();
        let name = path.rsplit('/').next().unwrap_or(path);
        match self {
            Self::Folder(_) => name,
            Self::Request(_) => name.strip_suffix(".toml").unwrap_or(name),
        }
    }

    /// Whether `listed` in an `order` means it: `users/` is a folder, `users` either.
    fn is_called(&self, listed: &str) -> bool {
        match listed.strip_suffix('/') {
            Some(folder) => matches!(self, Self::Folder(_)) && self.name() == folder,
            None => self.name() == listed,
        }
    }
}

/// `requests/users` of `requests/users/get_user.toml`.
fn above(path: &str) -> &str {
    path.rsplit_once('/').map_or(TOP, |(folder, _)| folder)
}
