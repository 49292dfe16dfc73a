//! What a file is, from where it lies.

use std::sync::Arc;

use super::{ConnectorFile, FileKind};

impl ConnectorFile {
    /// The file at `path`, its kind and name taken from the path.
    pub(crate) fn new(path: String, text: Option<Arc<str>>) -> Self {
        let (kind, name) = FileKind::of(&path);
        Self {
            kind,
            name: name.to_owned(),
            path,
            text,
            bytes: None,
        }
    }

    /// The file at `path` with these bytes; as text where they are text.
    pub(super) fn in_memory(path: String, bytes: Vec<u8>) -> Self {
        match String::from_utf8(bytes) {
            Ok(text) => Self::new(path, Some(text.into())),
            Err(error) => Self {
                bytes: Some(error.into_bytes().into()),
                ..Self::new(path, None)
            },
        }
    }
}

impl FileKind {
    /// The kind of the file at `path` (relative to the connector, with `/`), and its name.
    pub fn of(path: &str) -> (Self, &str) {
        match path {
            "connector.toml" => return (Self::Manifest, path),
            "connection.rhai" => return (Self::Connection, "connection"),
            "demo.toml" => return (Self::Story, path),
            "README.md" | "CHANGELOG.md" | "icon.svg" => return (Self::Document, path),
            _ => {}
        }
        let direct = |folder: &str, extension: &str| {
            path.strip_prefix(folder)
                .and_then(|rest| rest.strip_prefix('/'))
                .and_then(|rest| rest.strip_suffix(extension))
                .filter(|name| !name.is_empty() && !name.contains('/'))
        };
        for (folder, extension, kind) in [
            ("actions", ".rhai", Self::Action),
            ("triggers", ".rhai", Self::Trigger),
            ("methods", ".rhai", Self::Method),
            ("schemas", ".json", Self::Schema),
            ("schemas", ".rhai", Self::Schema),
            ("pick_lists", ".rhai", Self::PickList),
            ("tests", ".toml", Self::Test),
            ("flows", ".rhai", Self::Flow),
            ("demo", ".json", Self::Recording),
        ] {
            if let Some(name) = direct(folder, extension) {
                return (kind, name);
            }
        }
        if let Some(rest) = path.strip_prefix("tests/cassettes/") {
            return (Self::Cassette, rest.strip_suffix(".json").unwrap_or(rest));
        }
        if let Some(rest) = path.strip_prefix("requests/") {
            if let Some(folder) = rest
                .strip_suffix("folder.toml")
                .filter(|folder| folder.is_empty() || folder.ends_with('/'))
            {
                return (Self::RequestFolder, folder.trim_end_matches('/'));
            }
            if let Some(name) = rest.strip_suffix(".toml") {
                return (Self::Request, name);
            }
        }
        (Self::Other, path)
    }
}
