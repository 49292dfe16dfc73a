//! Files a run may touch, on the host's side alone: those it sends, which lie in the workspace's `fixtures` folder, and
//! those that take the bodies of answers, which go to a folder of the run's own.

use std::{
    fmt::Write as _,
    fs, io,
    path::{Path, PathBuf},
    time::SystemTime,
};

use joinery_connector::http::HttpBody;
use joinery_http::Body;
use joinery_script::{HttpFailure, PartContent, ScriptPart};
use sha2::{Digest, Sha256};

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
}

impl RunFiles {
    /// The files of a run of the connector in `root`. Nothing is made before it is needed.
    pub(crate) fn new(root: &Path, home: &Path, id: &str) -> Self {
        let runs = home.join(FOLDER);
        Self {
            root: root.to_owned(),
            folder: runs.join(id),
            runs,
        }
    }

    /// The body that `parts` make. The same parts give the same bytes.
    pub(crate) fn multipart(
        &self,
        parts: &[ScriptPart],
        reveal: impl Fn(&str) -> String,
    ) -> Result<HttpBody, HttpFailure> {
        let mut contents = Vec::new();
        let mut left = LARGEST_UPLOAD;
        for part in parts {
            let content = match &part.content {
                PartContent::Text(text) => reveal(text).into_bytes(),
                PartContent::Bytes(bytes) => bytes.clone(),
                PartContent::Fixture(name) => self.fixture(name, left)?,
            };
            left = left
                .checked_sub(content.len() as u64)
                .ok_or_else(|| too_large(&part.name))?;
            contents.push(content);
        }
        let boundary = boundary(parts, &contents);
        let mut bytes = Vec::new();
        for (part, content) in parts.iter().zip(contents) {
            let file = match &part.content {
                PartContent::Fixture(name) => name.rsplit('/').next(),
                _ => None,
            };
            let mut head = format!(
                "--{boundary}\r\nContent-Disposition: form-data; name=\"{}\"",
                quoted(&part.name)
            );
            if let Some(name) = part.filename.as_deref().or(file) {
                let _ = write!(head, "; filename=\"{}\"", quoted(name));
            }
            let is_file = !matches!(part.content, PartContent::Text(_)) || part.filename.is_some();
            let content_type = part
                .content_type
                .as_deref()
                .or(is_file.then_some("application/octet-stream"));
            if let Some(content_type) = content_type {
                let _ = write!(head, "\r\nContent-Type: {}", one_line(content_type));
            }
            bytes.extend(head.as_bytes());
            bytes.extend(b"\r\n\r\n");
            bytes.extend(content);
            bytes.extend(b"\r\n");
        }
        bytes.extend(format!("--{boundary}--\r\n").as_bytes());
        Ok(HttpBody::Bytes {
            content_type: format!("multipart/form-data; boundary={boundary}"),
            bytes,
        })
    }

    fn fixture(&self, name: &str, most: u64) -> Result<Vec<u8>, HttpFailure> {
        let failure = |code: &str, message: String, hint: &str| HttpFailure {
            code: code.into(),
            message,
            hint: Some(hint.into()),
        };
        let outside = || {
            failure(
                "file_not_allowed",
                format!("`{name}` is not a file below the workspace's `fixtures` folder"),
                "Write a path such as `photo.png` or `reports/june.csv`.",
            )
        };
        let plain = |part: &str| !part.is_empty() && part != "." && part != ".." && !part.contains(['\\', ':']);
        if !name.split('/').all(plain) {
            return Err(outside());
        }
        let missing = |error: io::Error| {
            failure(
                "no_file",
                format!("there is no file `fixtures/{name}` that can be read: {error}"),
                "Files to be sent lie in the folder `fixtures` beside the connector.",
            )
        };
        let folder = self.fixtures().map_err(missing)?;
        let file = folder.join(name).canonicalize().map_err(missing)?;
        // A link may lead out of the folder.
        if !file.starts_with(&folder) || !file.is_file() {
            return Err(outside());
        }
        if fs::metadata(&file).map_err(missing)?.len() > most {
            return Err(too_large(name));
        }
        fs::read(&file).map_err(missing)
    }

    /// The folder `fixtures` beside the connector; of a connector that is a workspace of its own, the one in it.
    fn fixtures(&self) -> io::Result<PathBuf> {
        let root = self.root.canonicalize()?;
        let beside = root.parent().unwrap_or(&root).join("fixtures");
        beside.canonicalize().or_else(|_| root.join("fixtures").canonicalize())
    }

    /// Where a replay says that it has kept a file.
    pub(crate) fn replayed(name: &str) -> Result<String, HttpFailure> {
        checked(name)?;
        Ok(format!("{FOLDER}/{name}"))
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
        Ok(to.display().to_string())
    }
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

/// A boundary that stands in none of the contents, as far as a hash of them all can tell.
fn boundary(parts: &[ScriptPart], contents: &[Vec<u8>]) -> String {
    let mut hasher = Sha256::new();
    for (part, content) in parts.iter().zip(contents) {
        hasher.update((part.name.len() as u64).to_le_bytes());
        hasher.update(&part.name);
        hasher.update((content.len() as u64).to_le_bytes());
        hasher.update(content);
    }
    format!("joinery-{}", &hex::encode(hasher.finalize())[..32])
}

/// As browsers write names (HTML's form submission): only what would end the quotes is escaped.
fn quoted(text: &str) -> String {
    text.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

fn one_line(text: &str) -> String {
    text.replace(['\r', '\n'], " ")
}
