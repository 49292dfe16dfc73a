//! The tree of one connector's files, as the sidebar shows it.

use std::path::Path;

use joinery_connector::{Connector, ConnectorFile, FileKind, request::RequestFolder};

use super::{ConnectorTree, TreeEntry, TreeGroup};

/// Kinds in the order of the tree, with their names on screen.
const GROUPS: &[(FileKind, &str)] = &[
    (FileKind::Manifest, "Manifest"),
    (FileKind::Connection, "Connection"),
    (FileKind::Action, "Actions"),
    (FileKind::Trigger, "Triggers"),
    (FileKind::Method, "Methods"),
    (FileKind::Schema, "Schemas"),
    (FileKind::PickList, "Pick lists"),
    (FileKind::Request, "Requests"),
    (FileKind::Test, "Tests"),
    (FileKind::Document, "Documents"),
];

/// Reads the connector `name` of a workspace. One that cannot be read is listed with its error.
pub(super) fn read(workspace: &Path, name: &str) -> ConnectorTree {
    match Connector::read(&workspace.join(name)) {
        Ok(connector) => ConnectorTree {
            folder: name.to_owned(),
            id: connector.manifest.id.clone(),
            title: connector.manifest.title.clone(),
            version: connector.manifest.version.clone(),
            groups: GROUPS
                .iter()
                .filter_map(|(kind, label)| group(&connector, *kind, label))
                .collect(),
            error: None,
        },
        Err(error) => ConnectorTree {
            folder: name.to_owned(),
            id: name.to_owned(),
            title: name.to_owned(),
            version: String::new(),
            // What is on disk can still be opened and mended.
            groups: vec![TreeGroup {
                kind: FileKind::Manifest,
                label: "Manifest".to_owned(),
                entries: vec![leaf("connector.toml", "connector.toml", None)],
            }],
            error: Some(error.into()),
        },
    }
}

/// The files of one kind; `None` where there are none.
fn group(connector: &Connector, kind: FileKind, label: &str) -> Option<TreeGroup> {
    let mut entries = Vec::new();
    if kind == FileKind::Request {
        insert_requests(&mut entries, connector);
    }
    for file in connector.of_kind(kind) {
        if kind != FileKind::Request {
            let shown = match kind {
                FileKind::Document | FileKind::Manifest | FileKind::Connection => &file.path,
                _ => &file.name,
            };
            entries.push(TreeEntry {
                deprecated: matches!(kind, FileKind::Action | FileKind::Trigger) && is_deprecated(connector, file),
                ..leaf(shown, &file.path, None)
            });
        }
    }
    (!entries.is_empty()).then(|| TreeGroup {
        kind,
        label: label.to_owned(),
        entries,
    })
}

/// Whether a script says of itself that it is deprecated. Told by its text: one that does not compile is listed too.
fn is_deprecated(connector: &Connector, file: &ConnectorFile) -> bool {
    connector
        .text(&file.path)
        .is_ok_and(|text| text.lines().any(|line| line.starts_with("fn deprecated(")))
}

/// Puts every request into its folders, those that hold none yet among them.
fn insert_requests(entries: &mut Vec<TreeEntry>, connector: &Connector) {
    let mut files: Vec<&ConnectorFile> = connector
        .of_kind(FileKind::Request)
        .chain(connector.of_kind(FileKind::RequestFolder))
        .collect();
    files.sort_by_key(|file| &file.path);
    for file in files {
        let Some((folder, _)) = file.path.rsplit_once('/') else {
            continue;
        };
        let into = folder_of(&mut *entries, connector, folder);
        if file.kind == FileKind::Request {
            // A request that does not parse keeps its file's name: opening it shows what is wrong.
            let stem = file.name.rsplit('/').next().unwrap_or(&file.name);
            let (label, method) = match connector.request(&file.path) {
                Ok(request) if !request.name.is_empty() => (request.name, Some(request.method)),
                Ok(request) => (stem.to_owned(), Some(request.method)),
                Err(_) => (stem.to_owned(), None),
            };
            into.push(leaf(&label, &file.path, method));
        }
    }
}

/// The entries of a folder of requests, which is made as needed.
fn folder_of<'a>(mut entries: &'a mut Vec<TreeEntry>, connector: &Connector, folder: &str) -> &'a mut Vec<TreeEntry> {
    let mut path = String::from("requests");
    for name in folder.split('/').skip(1) {
        path = format!("{path}/{name}");
        let at = entries.iter().position(|entry| entry.path == path).unwrap_or_else(|| {
            entries.push(TreeEntry {
                label: folder_name(connector, &path).unwrap_or_else(|| name.to_owned()),
                path: path.clone(),
                method: None,
                children: Some(Vec::new()),
                deprecated: false,
            });
            entries.len() - 1
        });
        entries = entries[at].children.get_or_insert_default();
    }
    entries
}

/// The name that a folder gives itself.
fn folder_name(connector: &Connector, folder: &str) -> Option<String> {
    let path = format!("{folder}/folder.toml");
    connector.files.get(&path)?;
    RequestFolder::parse(&connector.text(&path).ok()?, &path).ok()?.0.name
}

fn leaf(label: &str, path: &str, method: Option<String>) -> TreeEntry {
    TreeEntry {
        label: label.to_owned(),
        path: path.to_owned(),
        method,
        children: None,
        deprecated: false,
    }
}
