//! From a document's address to its place in a connector and back.

use std::path::Path;

use url::Url;

use super::documents::DocumentPlace;

/// Folders above a file that are searched for `connector.toml`.
const MAX_LEVELS: usize = 6;

/// Where the document of that address lies.
pub fn of_uri(uri: &str) -> DocumentPlace {
    let parsed = Url::parse(uri).ok();
    let path = parsed.as_ref().and_then(|url| url.to_file_path().ok());
    let found = path.as_deref().and_then(|path| {
        let root = path
            .ancestors()
            .skip(1)
            .take(MAX_LEVELS)
            .find(|folder| folder.join("connector.toml").is_file())?;
        let inside = path.strip_prefix(root).ok()?;
        let parts: Option<Vec<&str>> = inside.iter().map(|part| part.to_str()).collect();
        Some(DocumentPlace {
            root: Some(root.to_owned()),
            path: parts?.join("/"),
        })
    });
    found.unwrap_or_else(|| DocumentPlace {
        root: None,
        path: uri.rsplit('/').next().unwrap_or(uri).to_owned(),
    })
}

/// The address of a file of a connector.
pub fn to_uri(root: &Path, path: &str) -> Option<String> {
    Url::from_file_path(root.join(path)).ok().map(String::from)
}
