//! From a document's address to its place in a connector and back.

use std::path::Path;

use joinery_app::flows;
use url::Url;

use super::documents::DocumentPlace;

/// Folders above a file that are searched for `connector.toml`.
const MAX_LEVELS: usize = 6;

/// Where flows lie among the files that a check of them sees, and the methods they share.
const FLOWS: &str = "flows/";
const METHODS: &str = "methods/";

/// Where the document of that address lies.
pub fn of_uri(uri: &str) -> DocumentPlace {
    let parsed = Url::parse(uri).ok();
    let path = parsed.as_ref().and_then(|url| url.to_file_path().ok());
    let found = path
        .as_deref()
        .and_then(|path| in_flows(path).or_else(|| in_connector(path)));
    found.unwrap_or_else(|| DocumentPlace {
        root: None,
        path: uri.rsplit('/').next().unwrap_or(uri).to_owned(),
    })
}

fn in_connector(path: &Path) -> Option<DocumentPlace> {
    let root = path
        .ancestors()
        .skip(1)
        .take(MAX_LEVELS)
        .find(|folder| folder.join("connector.toml").is_file())?;
    Some(DocumentPlace {
        root: Some(root.to_owned()),
        path: inside(path, root)?,
    })
}

/// A flow, or one of the methods that flows share, lies in `flows` of a workspace, which is no connector.
fn in_flows(path: &Path) -> Option<DocumentPlace> {
    let root = path.ancestors().skip(1).take(2).find(|folder| is_flows(folder))?;
    let inside = inside(path, root)?;
    Some(DocumentPlace {
        root: Some(root.to_owned()),
        path: if inside.starts_with(METHODS) {
            inside
        } else {
            format!("{FLOWS}{inside}")
        },
    })
}

/// Whether a folder holds the flows of a workspace.
pub fn is_flows(folder: &Path) -> bool {
    let workspace = folder.parent().filter(|_| folder.ends_with("flows"));
    workspace.is_some_and(flows::has_flows)
}

fn inside(path: &Path, root: &Path) -> Option<String> {
    let inside = path.strip_prefix(root).ok()?;
    let parts: Option<Vec<&str>> = inside.iter().map(|part| part.to_str()).collect();
    Some(parts?.join("/"))
}

/// The address of a file of a connector, or of the flows of a workspace.
pub fn to_uri(root: &Path, path: &str) -> Option<String> {
    let own = path.strip_prefix(FLOWS).filter(|_| is_flows(root));
    Url::from_file_path(root.join(own.unwrap_or(path)))
        .ok()
        .map(String::from)
}
