//! What `joinery send` is to send: a request given on the command line, or the saved ones that were named.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use joinery_app::{Code, Connector, Error, Manifest, SavedRequest, requests};

use super::Arguments;
use crate::{target, texts};

/// The connector of requests that belong to none: every way to sign in, nothing else.
const NO_CONNECTOR: &str = include_str!("no_connector.toml");

/// The file that makes a folder a connector.
const MANIFEST: &str = "connector.toml";

/// The top folder of a connector's requests.
const REQUESTS: &str = "requests";

/// The most that is looked at below a folder of no connector: a whole disk is no folder of requests.
const LOOKED_AT: usize = 5_000;

/// A request and the connector it belongs to.
pub(super) struct Source {
    pub(super) connector: Arc<Connector>,
    /// Its path in the connector, where it is one of its files.
    pub(super) path: Option<String>,
    pub(super) request: SavedRequest,
}

impl Source {
    /// The requests that were named, with what the command line says besides. `rows` says that `--data` is none of it.
    ///
    /// # Errors
    /// [`Code::Usage`] for what is no request, [`Code::Invalid`] for a file that cannot be read as one.
    pub(super) fn find(arguments: &Arguments, saved: bool, rows: bool) -> Result<Vec<Self>, Error> {
        let given = arguments.connector.as_deref().map(target::open).transpose()?;
        let mut found = Vec::new();
        if saved {
            let mut roots = Roots {
                given,
                open: BTreeMap::new(),
            };
            for what in &arguments.what {
                for file in files(Path::new(what), &mut roots)? {
                    found.push(Self::file(&file, &mut roots)?);
                }
            }
        } else {
            let connector = given.map_or_else(no_connector, Ok)?;
            found.push(Self {
                connector,
                path: None,
                request: arguments.request()?,
            });
        }
        for source in &mut found {
            source.request = arguments.overlay(std::mem::take(&mut source.request), rows)?;
        }
        Ok(found)
    }

    fn file(file: &Path, roots: &mut Roots) -> Result<Self, Error> {
        let text = texts::file(file)?;
        let (request, _) = SavedRequest::parse(&text, &file.display().to_string())?;
        let (connector, path) = match (&roots.given, root_of(file)) {
            (Some(connector), found) => {
                let own = |(root, path): (PathBuf, String)| is_same(&connector.root, &root).then_some(path);
                (Arc::clone(connector), found.and_then(own))
            }
            (None, Some((root, path))) => (roots.open(root)?, Some(path)),
            (None, None) => (roots.open(PathBuf::new())?, None),
        };
        Ok(Self {
            connector,
            path,
            request,
        })
    }
}

/// The connectors that requests belong to, each opened once.
struct Roots {
    given: Option<Arc<Connector>>,
    open: BTreeMap<PathBuf, Arc<Connector>>,
}

impl Roots {
    /// The connector in a folder; no folder stands for none.
    fn open(&mut self, root: PathBuf) -> Result<Arc<Connector>, Error> {
        if let Some(connector) = self.open.get(&root) {
            return Ok(Arc::clone(connector));
        }
        let connector = if root.as_os_str().is_empty() {
            no_connector()?
        } else {
            target::open(&root)?
        };
        if let Some(other) = self.open.keys().next() {
            return Err(Error::new(
                Code::Usage,
                format!(
                    "the requests belong to several connectors: {} and {}",
                    other.display(),
                    root.display()
                ),
            )
            .with_hint("Send those of one connector at a time."));
        }
        self.open.insert(root, Arc::clone(&connector));
        Ok(connector)
    }
}

/// The requests of a folder and of those in it, in the order that the folders say; a file stands for itself, a connector
/// for all of its requests.
fn files(what: &Path, roots: &mut Roots) -> Result<Vec<PathBuf>, Error> {
    if !what.is_dir() {
        return Ok(vec![what.to_owned()]);
    }
    let Some((root, folder)) = root_of(what) else {
        return loose(what);
    };
    let below = if folder.is_empty() { REQUESTS } else { &folder };
    let connector = roots.open(root)?;
    let found = requests::in_folder(&connector, below);
    if found.is_empty() {
        return Err(
            Error::new(Code::Usage, format!("there is no request in {}", what.display()))
                .with_hint("Name the connector's folder, one below its `requests`, or a request's file."),
        );
    }
    // As the person named it: that is how a mistake in one of them is told.
    let seen = |path: &String| what.join(path.strip_prefix(&folder).unwrap_or(path).trim_start_matches('/'));
    Ok(found.iter().map(seen).collect())
}

/// The requests of a folder that belongs to no connector, and of those in it, by name.
fn loose(what: &Path) -> Result<Vec<PathBuf>, Error> {
    let (mut found, mut left) = (Vec::new(), LOOKED_AT);
    look(what, &mut left, &mut found).map_err(|unfit| match unfit {
        Unfit::Unreadable(folder, error) => {
            Error::new(Code::Unavailable, format!("cannot read {}: {error}", folder.display()))
        }
        Unfit::Connector(folder) => Error::new(
            Code::Usage,
            format!("{} is a folder with connectors in it", what.display()),
        )
        .with_hint(format!("Name one of them, such as {}.", folder.display())),
        Unfit::TooMuch => Error::new(
            Code::Usage,
            format!(
                "{} belongs to no connector, and there is too much in it to look for requests",
                what.display()
            ),
        )
        .with_hint("Name a connector's folder, one below its `requests`, or a request's file."),
    })?;
    Ok(found)
}

/// Why a folder is none of requests.
enum Unfit {
    Unreadable(PathBuf, std::io::Error),
    Connector(PathBuf),
    TooMuch,
}

fn look(folder: &Path, left: &mut usize, found: &mut Vec<PathBuf>) -> Result<(), Unfit> {
    let unreadable = |error| Unfit::Unreadable(folder.to_owned(), error);
    let mut entries = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        *left = left.checked_sub(1).ok_or(Unfit::TooMuch)?;
        let entry = entry.map_err(unreadable)?;
        // What a link leads to may lie anywhere, above this folder too.
        let is_folder = entry.file_type().map_err(unreadable)?.is_dir();
        entries.push((entry.path(), is_folder));
    }
    if entries.iter().any(|(path, _)| path.ends_with(MANIFEST)) {
        return Err(Unfit::Connector(folder.to_owned()));
    }
    entries.sort_by_cached_key(|(path, _)| path.file_stem().map(std::ffi::OsStr::to_owned));
    for (path, is_folder) in entries {
        if is_folder {
            match look(&path, left, found) {
                // What is closed to this person holds no request of theirs.
                Ok(()) | Err(Unfit::Unreadable(..)) => {}
                Err(unfit) => return Err(unfit),
            }
        } else if path.extension().is_some_and(|end| end == "toml") && !path.ends_with("folder.toml") {
            found.push(path);
        }
    }
    Ok(())
}

fn is_same(one: &Path, other: &Path) -> bool {
    one.canonicalize().is_ok_and(|one| one == other)
}

/// The connector's folder that a request's file, or a folder, lies in or is, and the path below it.
fn root_of(what: &Path) -> Option<(PathBuf, String)> {
    let absolute = what.canonicalize().ok()?;
    let root = absolute.ancestors().find(|folder| folder.join(MANIFEST).is_file())?;
    let path = absolute.strip_prefix(root).ok()?.to_string_lossy().replace('\\', "/");
    Some((root.to_owned(), path))
}

fn no_connector() -> Result<Arc<Connector>, Error> {
    let (manifest, problems) = Manifest::parse(NO_CONNECTOR)?;
    Ok(Arc::new(Connector {
        root: PathBuf::new(),
        manifest,
        files: BTreeMap::new(),
        problems,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_disk_is_refused_at_once() {
        let top = tempfile::tempdir().unwrap();
        for number in 0..6 {
            let folder = top.path().join(format!("folder {number}"));
            std::fs::create_dir(&folder).unwrap();
            for file in 0..1_000 {
                std::fs::write(folder.join(format!("{file}.txt")), "").unwrap();
            }
        }
        let error = loose(top.path()).unwrap_err();
        assert_eq!(error.code, Code::Usage);
        assert!(error.message.contains("belongs to no connector"), "{}", error.message);
    }

    #[test]
    fn a_folder_of_connectors_names_one_of_them() {
        let top = tempfile::tempdir().unwrap();
        std::fs::create_dir(top.path().join("okta")).unwrap();
        std::fs::write(top.path().join("okta/connector.toml"), "").unwrap();
        let error = loose(top.path()).unwrap_err();
        assert!(error.hint.unwrap().contains("okta"));
    }
}
