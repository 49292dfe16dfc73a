//! The `OpenAPI` description beside a connector's requests, `openapi.json` or `openapi.yaml` in its folder: what the tester
//! completes paths, parameters and bodies from, and shows as documentation.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::SystemTime,
};

use joinery_connector::{
    import,
    request::{Pair, RequestBody, SavedRequest},
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    connectors,
    error::Error,
    studio::{Studio, lock},
};

/// The import format that describes an API.
pub(crate) const FORMAT: &str = "openapi";

/// What a description may be called, in the order in which they are looked for.
const FILES: &[&str] = &["openapi.json", "openapi.yaml", "openapi.yml"];

/// The largest file that a connector's folder may hold.
const LARGEST: usize = 8 << 20;

/// An operation, as far as completion needs it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct OperationName {
    /// The method.
    pub method: String,
    /// The URL as a request has it: `{{base_url}}/api/v1/users/{{userId}}`.
    pub url: String,
    /// What it does, in a few words.
    pub name: String,
}

/// An operation, whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Operation {
    /// Method, URL and name.
    pub name: OperationName,
    /// Its documentation, in Markdown.
    pub description: String,
    /// Parameters of the query, those it requires enabled.
    pub query: Vec<Pair>,
    /// Headers it takes.
    pub headers: Vec<Pair>,
    /// A body as it could be.
    pub body: RequestBody,
}

/// Descriptions that were read, by their files.
#[derive(Default)]
pub struct Descriptions(Mutex<HashMap<PathBuf, Read>>);

/// A description that was read.
struct Read {
    /// When its file was changed last.
    changed: SystemTime,
    /// Its operations, as requests.
    requests: Arc<[SavedRequest]>,
}

/// Every operation of a connector's description; none where it has no description.
///
/// # Errors
/// [`crate::Code::Invalid`] for a file that is no description.
pub fn operations(studio: &Studio, connector: &str) -> Result<Vec<OperationName>, Error> {
    let known = requests(studio, connector)?;
    Ok(known.iter().map(name_of).collect())
}

/// The operation that a request calls, as the connector's description has it.
///
/// # Errors
/// As [`operations`].
pub fn operation(studio: &Studio, connector: &str, method: &str, url: &str) -> Result<Option<Operation>, Error> {
    let known = requests(studio, connector)?;
    let same = known.iter().filter(|each| each.method.eq_ignore_ascii_case(method));
    let nearest = same.filter_map(|each| Some((alike(&each.url, url)?, each)));
    Ok(nearest.max_by_key(|(alike, _)| *alike).map(|(_, found)| Operation {
        name: name_of(found),
        description: found.description.clone(),
        query: found.query.clone(),
        headers: found.headers.clone(),
        body: found.body.clone(),
    }))
}

/// Puts a description into a connector's folder, in place of one that is there; its file, `None` where it is too large.
pub(crate) fn keep(root: &Path, text: &str) -> Result<Option<String>, Error> {
    if text.len() > LARGEST {
        return Ok(None);
    }
    let json = text.trim_start_matches('\u{feff}').trim_start().starts_with('{');
    let file = FILES[usize::from(!json)];
    joinery_connector::file::write(&root.join(file), text.as_bytes())?;
    for other in FILES.iter().filter(|other| **other != file) {
        // The one that is looked for first would hide the new one.
        let _ = std::fs::remove_file(root.join(other));
    }
    Ok(Some(file.to_owned()))
}

/// The operations as requests, read again when the file has changed.
fn requests(studio: &Studio, connector: &str) -> Result<Arc<[SavedRequest]>, Error> {
    let folder = connectors::folder_of(studio, connector)?;
    let found = FILES.iter().find_map(|file| {
        let path = folder.join(file);
        let changed = std::fs::metadata(&path).and_then(|file| file.modified()).ok()?;
        Some((path, changed))
    });
    let Some((path, changed)) = found else {
        return Ok(Arc::from([]));
    };
    if let Some(read) = lock(&studio.descriptions.0).get(&path)
        && read.changed == changed
    {
        return Ok(Arc::clone(&read.requests));
    }
    let text = joinery_connector::file::read_text(&path)?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
    let imported = import::openapi(&text).map_err(|refused| Error {
        file: name,
        line: refused.place.map(|(line, _)| line),
        column: refused.place.map(|(_, column)| column),
        ..Error::new(crate::Code::Invalid, refused.message)
    })?;
    let requests: Arc<[SavedRequest]> = imported.requests.into_iter().map(|(_, request)| request).collect();
    let read = Read {
        changed,
        requests: Arc::clone(&requests),
    };
    lock(&studio.descriptions.0).insert(path, read);
    Ok(requests)
}

fn name_of(request: &SavedRequest) -> OperationName {
    OperationName {
        method: request.method.clone(),
        url: request.url.clone(),
        name: request.name.clone(),
    }
}

/// How many segments of a path stand in both as they are, where the paths can be the same at all.
fn alike(described: &str, asked: &str) -> Option<usize> {
    let (described, asked) = (segments(described), segments(asked));
    if described.len() != asked.len() {
        return None;
    }
    let mut same = 0;
    for (known, given) in described.iter().zip(&asked) {
        if known == given && !is_variable(known) {
            same += 1;
        } else if !is_variable(known) {
            return None;
        }
    }
    Some(same)
}

/// The segments of a URL's path, whatever host or variable it begins with.
fn segments(url: &str) -> Vec<&str> {
    let url = url.split(['?', '#']).next().unwrap_or_default();
    let path = match url.split_once("://") {
        Some((_, rest)) => rest.split_once('/').map_or("", |(_, path)| path),
        None => url.strip_prefix("{{base_url}}").unwrap_or(url),
    };
    path.split('/').filter(|segment| !segment.is_empty()).collect()
}

fn is_variable(segment: &str) -> bool {
    segment.contains("{{")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_operation_with_more_of_the_same_words_is_nearer() {
        let one = "{{base_url}}/api/v1/users/{{userId}}";
        assert_eq!(alike(one, "https://acme.example/api/v1/users/00u1?expand=x"), Some(3));
        assert_eq!(alike(one, "{{base_url}}/api/v1/users/{{user}}"), Some(3));
        assert_eq!(
            alike("{{base_url}}/api/v1/users/me", "{{base_url}}/api/v1/users/me"),
            Some(4)
        );
        assert_eq!(alike(one, "{{base_url}}/api/v1/groups/{{user}}"), None);
        assert_eq!(alike(one, "{{base_url}}/api/v1/users"), None);
    }
}
