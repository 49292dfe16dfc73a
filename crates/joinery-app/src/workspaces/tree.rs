//! The tree of one connector's files, as the sidebar shows it.

use std::path::Path;

use joinery_connector::{Connector, ConnectorFile, FileKind, RequestEntry, RequestTree};

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
    (FileKind::Story, "Demo"),
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

/// The flows of a workspace.
pub(super) fn flows(workspace: &Path) -> Option<ConnectorTree> {
    if !crate::flows::has_flows(workspace) {
        return None;
    }
    let groups = [
        (FileKind::Flow, "Flows", "flows"),
        (FileKind::Method, "Methods", "flows/methods"),
    ];
    let groups = groups.into_iter().filter_map(|(kind, label, folder)| {
        let entries = scripts(workspace, folder);
        let label = label.to_owned();
        (!entries.is_empty()).then_some(TreeGroup { kind, label, entries })
    });
    Some(ConnectorTree {
        folder: ".".to_owned(),
        id: "flows".to_owned(),
        title: "Flows".to_owned(),
        version: String::new(),
        groups: groups.collect(),
        error: None,
    })
}

/// The scripts right in a folder, by name.
fn scripts(workspace: &Path, folder: &str) -> Vec<TreeEntry> {
    let files = workspace.join(folder).read_dir().into_iter().flatten().flatten();
    let mut names: Vec<String> = files
        .filter(|file| file.path().is_file())
        .filter_map(|file| Some(file.file_name().to_str()?.strip_suffix(".rhai")?.to_owned()))
        .collect();
    names.sort();
    let entries = names
        .iter()
        .map(|name| leaf(name, &format!("{folder}/{name}.rhai"), None));
    entries.collect()
}

/// The files of one kind; `None` where there are none.
fn group(connector: &Connector, kind: FileKind, label: &str) -> Option<TreeGroup> {
    let mut entries = Vec::new();
    if kind == FileKind::Request {
        entries = requests(connector, &connector.request_tree());
    }
    for file in connector.of_kind(kind) {
        if kind != FileKind::Request {
            let shown = match kind {
                FileKind::Document | FileKind::Manifest | FileKind::Connection | FileKind::Story => &file.path,
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

/// The requests in their folders, those that hold none yet among them, in the order that folders say.
fn requests(connector: &Connector, folder: &RequestTree) -> Vec<TreeEntry> {
    let entries = folder.entries.iter();
    let shown = entries.map(|entry| {
        let path = entry.path();
        let name = path.rsplit('/').next().unwrap_or(path);
        match entry {
            RequestEntry::Folder(inner) => TreeEntry {
                children: Some(requests(connector, inner)),
                ..leaf(inner.says.name.as_deref().unwrap_or(name), path, None)
            },
            // A request that does not parse keeps its file's name: opening it shows what is wrong.
            RequestEntry::Request(_) => match connector.request(path) {
                Ok(request) if !request.name.is_empty() => leaf(&request.name, path, Some(request.method)),
                Ok(request) => leaf(name.trim_end_matches(".toml"), path, Some(request.method)),
                Err(_) => leaf(name.trim_end_matches(".toml"), path, None),
            },
        }
    });
    shown.collect()
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
