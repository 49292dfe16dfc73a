//! An import in the window: what a file holds before anything is written, then the import with its progress.

use std::{collections::BTreeSet, path::Path};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use joinery_connector::import::{Format, Imported, NotCarried};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{ImportReport, read, read_as, read_path, read_zip, write};
use crate::{
    connectors, descriptions,
    error::{Code, Error},
    event::Event,
    studio::Studio,
    versions,
};

/// How often progress is told: a file is written in well under a millisecond.
const TELL_EVERY: usize = 20;

/// What to import.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export)]
pub enum ImportSource {
    /// A file on disk.
    File {
        /// Its whole path.
        path: String,
    },
    /// A text that was pasted, or a file that was dropped on the window.
    Text {
        /// What it is called.
        name: String,
        /// The text.
        text: String,
    },
    /// A zip that was dropped on the window.
    Zip {
        /// What it is called.
        name: String,
        /// Its bytes in Base64.
        base64: String,
    },
}

/// What a file holds, before anything is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ImportPreview {
    /// The format's id.
    pub format: String,
    /// The format's name.
    pub label: String,
    /// What the file calls itself.
    pub name: Option<String>,
    /// The address its requests are sent to.
    pub base_url: Option<String>,
    /// How many requests it holds.
    pub requests: u32,
    /// How many folders they lie in.
    pub folders: u32,
    /// The environments it brings.
    pub environments: Vec<String>,
    /// Secrets in it, for which variables will stand.
    pub secrets: Vec<NotCarried>,
    /// What else of it cannot be carried.
    pub not_carried: Vec<NotCarried>,
    /// Whether it describes an API, so that it can be kept for completion and documentation.
    pub describes: bool,
}

/// An import to be made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ImportRequests {
    /// An id the caller chose; progress names it.
    pub id: String,
    /// The connector's folder.
    pub connector: String,
    /// The folder of requests it goes into, such as `requests/okta`.
    pub folder: String,
    /// What to import.
    pub source: ImportSource,
    /// Whether files that are there already are replaced.
    pub replace: bool,
    /// Whether the description of an API is kept beside the requests.
    pub keep_description: bool,
}

/// Tells what a file holds; nothing is written.
///
/// # Errors
/// [`Code::Input`] for what is in none of the formats, [`Code::Invalid`] with its place, [`Code::Unavailable`].
pub fn preview_import(source: &ImportSource) -> Result<ImportPreview, Error> {
    let (format, imported) = taken(source)?;
    let mut left = imported.not_carried.clone();
    // Names and contents both tell of secrets; the files that come of it are not kept.
    imported.files(&mut left);
    imported.environment_files(&mut left);
    let (secrets, not_carried) = left.into_iter().partition(NotCarried::is_secret);
    Ok(ImportPreview {
        format: format.id.to_owned(),
        label: format.label.to_owned(),
        requests: count(imported.requests.len()),
        folders: count(folders(&imported).len()),
        environments: imported.environments.iter().map(|(name, _)| name.clone()).collect(),
        describes: format.id == descriptions::FORMAT,
        name: imported.name,
        base_url: imported.base_url,
        secrets,
        not_carried,
    })
}

/// Writes what a file holds into a folder of a connector of the open workspace, and tells how far it is.
///
/// # Errors
/// As [`preview_import`]; [`Code::Usage`] where there is no such connector, or the folder is none of its requests.
pub fn import_requests(studio: &Studio, wanted: &ImportRequests) -> Result<ImportReport, Error> {
    let connector = connectors::in_workspace(studio, &wanted.connector)?;
    let workspace = studio.workspace_folder()?;
    if !is_request_folder(&wanted.folder) {
        let message = format!("`{}` is no folder for requests", wanted.folder);
        return Err(Error::new(Code::Usage, message).with_hint("Choose `requests` or a folder below it."));
    }
    let (format, imported) = taken(&wanted.source)?;
    let tell = |done: usize, of: usize| {
        if done == of || done.is_multiple_of(TELL_EVERY) {
            studio.tell(Event::ImportProgress {
                id: wanted.id.clone(),
                done: count(done),
                of: count(of),
            });
        }
    };
    let into = (connector.root.as_path(), workspace.as_path());
    let replacing = |file: &Path| versions::keep(studio, file);
    let mut report = write(
        format,
        imported,
        into,
        &wanted.folder,
        wanted.replace,
        &tell,
        &replacing,
    )?;
    if wanted.keep_description && format.id == descriptions::FORMAT {
        let (name, text) = text_of(&wanted.source)?;
        match descriptions::keep(&connector.root, &text)? {
            Some(file) => report.made.push(file),
            None => report.not_carried.push(NotCarried::new(
                name,
                "the description itself",
                "it has more than 8 MB: requests are imported, and completion goes without",
            )),
        }
    }
    Ok(report)
}

/// What the source holds, and in which format.
fn taken(source: &ImportSource) -> Result<(&'static Format, Imported), Error> {
    match source {
        ImportSource::File { path } => read_path(None, Path::new(path)),
        ImportSource::Text { name, text } => read_as(None, text, name),
        ImportSource::Zip { name, base64 } => {
            let bytes = STANDARD
                .decode(base64)
                .map_err(|_| Error::new(Code::Input, format!("{name} did not come whole")))?;
            read_zip(&bytes, name)
        }
    }
}

/// The text to import, and what it is called in errors.
fn text_of(source: &ImportSource) -> Result<(String, String), Error> {
    Ok(match source {
        ImportSource::File { path } => (path.clone(), read(Path::new(path))?),
        ImportSource::Text { name, text } => (name.clone(), text.clone()),
        ImportSource::Zip { name, .. } => (name.clone(), String::new()),
    })
}

/// Every folder that a request lies in, those above it included.
fn folders(imported: &Imported) -> BTreeSet<&[String]> {
    let places = imported.requests.iter();
    places
        .flat_map(|(place, _)| (1..=place.len()).map(|depth| &place[..depth]))
        .collect()
}

fn is_request_folder(folder: &str) -> bool {
    let mut parts = folder.split('/');
    parts.next() == Some("requests")
        && parts.all(|part| !part.is_empty() && !part.starts_with('.') && !part.contains(['\\', ':', '\0']))
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_preview_counts_requests_and_folders_and_keeps_secrets_apart() {
        let text = r#"{"info":{"name":"Users","schema":"https://schema.getpostman.com/json/collection/v2.1.0/collection.json"},
            "item":[{"name":"Admin","item":[{"name":"People","item":[{"name":"List","request":{"method":"GET",
            "url":"https://acme.example/users","header":[{"key":"Authorization","value":"SSWS 00abcdefghijklmnopqrstuvwxyz"}]}}]}]}],
            "event":[{"listen":"test","script":{"exec":["pm.test('x')"]}}]}"#;
        let source = ImportSource::Text {
            name: "users.json".into(),
            text: text.into(),
        };
        let preview = preview_import(&source).unwrap();
        assert_eq!((preview.requests, preview.folders), (1, 2));
        assert_eq!((preview.format.as_str(), preview.describes), ("postman", false));
        assert!(!preview.secrets.is_empty() && preview.secrets.iter().all(NotCarried::is_secret));
        assert!(preview.not_carried.iter().all(|left| !left.is_secret()));
    }

    #[test]
    fn a_zip_that_was_dropped_is_read() {
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for (path, text) in [
            (
                "shop/bruno.json",
                r#"{"version":"1","name":"Shop","type":"collection"}"#,
            ),
            (
                "shop/orders/list.bru",
                "meta {\n  name: List\n  type: http\n}\n\nget {\n  url: https://shop.example/orders\n}\n",
            ),
        ] {
            zip.start_file(path, zip::write::SimpleFileOptions::default()).unwrap();
            std::io::Write::write_all(&mut zip, text.as_bytes()).unwrap();
        }
        let bytes = zip.finish().unwrap().into_inner();
        let dropped = |bytes: &[u8]| ImportSource::Zip {
            name: "shop.zip".into(),
            base64: STANDARD.encode(bytes),
        };
        let preview = preview_import(&dropped(&bytes)).unwrap();
        assert_eq!(
            (preview.format.as_str(), preview.requests, preview.folders),
            ("bruno", 1, 1)
        );
        assert_eq!(preview.name.as_deref(), Some("Shop"));
        let error = preview_import(&dropped(&bytes[..40])).unwrap_err();
        assert!(error.message.contains("zip"), "{error:?}");
    }

    #[test]
    fn only_folders_of_requests_are_written_into() {
        assert!(is_request_folder("requests") && is_request_folder("requests/okta/users"));
        for other in [
            "",
            "actions",
            "requests/",
            "requests/../actions",
            "requests/.git",
            "requestsx",
        ] {
            assert!(!is_request_folder(other), "{other}");
        }
    }
}
