//! Files a run may touch, on the host's side alone: those it sends, which lie in the workspace's `fixtures` folder, and
//! those that take the bodies of answers, which go to a folder of the run's own and may be sent from there.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    sync::Mutex,
    time::SystemTime,
};

use joinery_connector::http::{HttpBody, HttpPart, PartContent};
use joinery_http::Body;
use joinery_script::{self as script, HttpFailure, ScriptPart, host::RunFile};

use crate::{
    error::Error,
    fixtures::{self, Refused},
    studio::lock,
};

/// The largest body that is sent from files.
const LARGEST_UPLOAD: u64 = 64 << 20;
/// The folder of all runs' folders.
const FOLDER: &str = "run-files";
/// Folders of runs that are kept.
const KEPT_FOLDERS: usize = 20;

/// The files of one run.
pub(crate) struct RunFiles {
    /// The connector's folder or package.
    root: PathBuf,
    /// Where the folders of runs are made.
    runs: PathBuf,
    /// This run's own.
    folder: PathBuf,
    /// What was kept in it, by name.
    kept: Mutex<BTreeMap<String, Body>>,
}

impl RunFiles {
    /// The files of a run of the connector in `root`. Nothing is made before it is needed.
    pub(crate) fn new(root: &Path, home: &Path, id: &str) -> Self {
        let runs = home.join(FOLDER);
        Self {
            root: root.to_owned(),
            folder: runs.join(id),
            runs,
            kept: Mutex::default(),
        }
    }

    /// The body that `parts` make. The same parts give the same bytes.
    pub(crate) fn multipart(
        &self,
        parts: &[ScriptPart],
        reveal: impl Fn(&str) -> String,
    ) -> Result<HttpBody, HttpFailure> {
        let mut ready = Vec::with_capacity(parts.len());
        let mut left = LARGEST_UPLOAD;
        for part in parts {
            let (content, size, file) = match &part.content {
                script::PartContent::Text(text) => {
                    let text = reveal(text);
                    let size = text.len() as u64;
                    (PartContent::Text(text), size, None)
                }
                script::PartContent::Bytes(bytes) => (PartContent::Bytes(bytes.clone()), bytes.len() as u64, None),
                script::PartContent::Fixture(name) => {
                    let path = self.fixture(name)?;
                    let size = fs::metadata(&path).map_or(0, |about| about.len());
                    (PartContent::File(path), size, name.rsplit('/').next())
                }
                script::PartContent::RunFile(name) => {
                    let bytes = self.kept(name)?;
                    let size = bytes.len() as u64;
                    (PartContent::Bytes(bytes), size, name.rsplit(['/', '\\']).next())
                }
            };
            left = left.checked_sub(size).ok_or_else(|| too_large(&part.name))?;
            let filename = part.filename.clone().or_else(|| file.map(str::to_owned));
            let is_file = !matches!(content, PartContent::Text(_)) || filename.is_some();
            let unknown = || is_file.then(|| "application/octet-stream".to_owned());
            ready.push(HttpPart {
                name: part.name.clone(),
                content,
                filename,
                content_type: part.content_type.clone().or_else(unknown),
            });
        }
        Ok(HttpBody::Multipart { parts: ready })
    }

    fn fixture(&self, name: &str) -> Result<PathBuf, HttpFailure> {
        fixtures::find(&self.root, name).map_err(|refused| {
            let code = match refused {
                Refused::Outside(_) => "file_not_allowed",
                Refused::Missing(..) => "no_file",
            };
            let error = Error::from(refused);
            HttpFailure {
                code: code.into(),
                message: error.message,
                hint: error.hint,
            }
        })
    }

    /// The body that a file kept before makes.
    pub(crate) fn body(&self, file: &RunFile) -> Result<HttpBody, HttpFailure> {
        Ok(HttpBody::Bytes {
            content_type: file.content_type.clone(),
            bytes: self.kept(&file.name)?,
        })
    }

    /// The bytes of a file kept before, by its name or by where it was said to lie.
    fn kept(&self, given: &str) -> Result<Vec<u8>, HttpFailure> {
        let kept = lock(&self.kept);
        let is_meant = |name: &&String| {
            given == name.as_str() || given == replayed(name) || Path::new(given) == self.folder.join(name.as_str())
        };
        let body = kept.keys().find(is_meant).and_then(|name| kept.get(name));
        let Some(body) = body else {
            return Err(HttpFailure {
                code: "no_file".into(),
                message: format!("this run has kept no file `{given}`"),
                hint: Some("Take an answer with `.stream_to(\"NAME\")` first, and name that file.".into()),
            });
        };
        if body.size() > LARGEST_UPLOAD {
            return Err(too_large(given));
        }
        let bytes = body.read().map_err(|error| HttpFailure {
            code: "disk".into(),
            message: format!("the file `{given}` cannot be read back: {error}"),
            hint: None,
        })?;
        Ok(bytes.to_vec())
    }

    /// Where a replay says that it has kept a file. Nothing is written.
    pub(crate) fn keep_unwritten(&self, body: &Body, name: &str) -> Result<String, HttpFailure> {
        checked(name)?;
        lock(&self.kept).insert(name.to_owned(), body.clone());
        Ok(replayed(name))
    }

    /// Keeps `body` as `name` in the run's folder, and tells where that is.
    pub(crate) fn keep(&self, body: &Body, name: &str) -> Result<String, HttpFailure> {
        let failure = |error: io::Error| not_kept(name, &error);
        checked(name)?;
        if !self.folder.exists() {
            clear(&self.runs);
            fs::create_dir_all(&self.folder).map_err(failure)?;
        }
        let to = self.folder.join(name);
        body.keep(&to).map_err(failure)?;
        lock(&self.kept).insert(name.to_owned(), body.clone());
        Ok(to.display().to_string())
    }
}

fn replayed(name: &str) -> String {
    format!("{FOLDER}/{name}")
}

/// Refuses what is no plain file name. The script's side checks it as well; here is where it counts.
fn checked(name: &str) -> Result<(), HttpFailure> {
    if name.contains(['/', '\\', ':']) || name.starts_with('.') || name.is_empty() {
        return Err(not_kept(name, &io::Error::other("it is not a file name")));
    }
    Ok(())
}

fn not_kept(name: &str, error: &io::Error) -> HttpFailure {
    HttpFailure {
        code: "disk".into(),
        message: format!("the answer could not be kept as `{name}`: {error}"),
        hint: Some("Check free space.".into()),
    }
}

/// Removes the oldest folders, so that one more may be made.
fn clear(runs: &Path) {
    let Ok(entries) = fs::read_dir(runs) else { return };
    let mut folders: Vec<(SystemTime, PathBuf)> = entries
        .flatten()
        .filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())))
        .collect();
    folders.sort();
    let surplus = (folders.len() + 1).saturating_sub(KEPT_FOLDERS);
    for (_, folder) in folders.into_iter().take(surplus) {
        // One that cannot be removed is tried again next time.
        let _ = fs::remove_dir_all(folder);
    }
}

fn too_large(name: &str) -> HttpFailure {
    HttpFailure {
        code: "too_large".into(),
        message: format!("with `{name}` the request has more than {} MB", LARGEST_UPLOAD >> 20),
        hint: Some("Send smaller files.".into()),
    }
}
