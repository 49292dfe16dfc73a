//! What the studio is asked to open from outside: a path on its command line, a double click on a package.

use std::{
    collections::VecDeque,
    path::{Path, PathBuf},
    sync::Mutex,
};

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{Event, Studio, studio::lock};

/// A path that someone asked to open, by what it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export)]
pub enum AskedPath {
    /// A connector or a folder of connectors, and perhaps a file of it.
    Workspace {
        /// The folder.
        path: String,
        /// The file, relative to the connector that the folder is.
        file: Option<String>,
    },
    /// A connector package.
    Package {
        /// The file.
        path: String,
    },
    /// Any other file: something to import, if anything.
    File {
        /// The file.
        path: String,
    },
}

/// Paths that wait until the window asks for them.
#[derive(Debug, Default)]
pub(crate) struct Asked(Mutex<VecDeque<PathBuf>>);

/// Asks the window to open `path` (absolute), once it is ready for it.
pub fn ask(studio: &Studio, path: &Path) {
    lock(&studio.asked.0).push_back(path.to_owned());
    studio.tell(Event::OpenAsked);
}

/// The path asked for first, taken off the list.
pub fn take_asked(studio: &Studio) -> Option<AskedPath> {
    let path = lock(&studio.asked.0).pop_front()?;
    Some(what_is(&path))
}

fn what_is(path: &Path) -> AskedPath {
    let text = |path: &Path| path.display().to_string();
    if path.is_dir() {
        return AskedPath::Workspace {
            path: text(path),
            file: None,
        };
    }
    if path.extension().is_some_and(|ending| ending == "joinery") {
        return AskedPath::Package { path: text(path) };
    }
    let connector = path.ancestors().find(|above| above.join("connector.toml").is_file());
    match connector {
        Some(folder) => AskedPath::Workspace {
            path: text(folder),
            file: path.strip_prefix(folder).ok().map(|file| text(file).replace('\\', "/")),
        },
        None => AskedPath::File { path: text(path) },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_a_workspace_a_package_or_a_file_to_import() {
        let folder = tempfile::tempdir().expect("a folder");
        let okta = folder.path().join("okta");
        std::fs::create_dir_all(okta.join("actions")).expect("folders");
        for (name, text) in [
            ("okta/connector.toml", ""),
            ("okta/actions/get_user.rhai", ""),
            ("calls.har", "{}"),
            ("okta-1.0.0.joinery", ""),
        ] {
            std::fs::write(folder.path().join(name), text).expect("a file");
        }
        let what = |name: &str| what_is(&folder.path().join(name));
        let path = |name: &str| folder.path().join(name).display().to_string();

        let workspace = |file: Option<&str>| AskedPath::Workspace {
            path: path("okta"),
            file: file.map(str::to_owned),
        };
        assert_eq!(what("okta"), workspace(None));
        assert_eq!(
            what("okta/actions/get_user.rhai"),
            workspace(Some("actions/get_user.rhai"))
        );
        assert_eq!(
            what("calls.har"),
            AskedPath::File {
                path: path("calls.har")
            }
        );
        assert_eq!(
            what("okta-1.0.0.joinery"),
            AskedPath::Package {
                path: path("okta-1.0.0.joinery")
            }
        );
    }
}
