//! Writing a package: sorted entries, fixed times, so that the same files give the same bytes.

use std::io::{Cursor, Write};

use sha2::{Digest, Sha256};
use zip::{CompressionMethod, DateTime, ZipWriter, result::ZipResult, write::SimpleFileOptions};

use super::{
    FORMAT, LIST, MAX_FILES, MAX_RATIO, MAX_TOTAL, PackageList, PackagedFile, RATIO_FROM, SIGNATURE, TestSummary,
    names, scopes,
};
use crate::{
    connector::{Connector, MAX_FILE_SIZE},
    error::Error,
    problem::{Problem, Severity},
};

/// The package of a connector: same files, same bytes. `tests` is how its tests went.
///
/// # Errors
/// As [`Connector::text`]; [`Error::Invalid`] for a name or a size that no package can hold.
pub fn pack(connector: &Connector, tool: &str, tests: Option<TestSummary>) -> Result<Vec<u8>, Error> {
    let (list, contents) = collect(connector, tool, tests)?;
    archive(&list, None, &contents)
}

/// A path and its bytes.
pub(super) type Content = (String, Vec<u8>);

/// The text of `package.json`, and every file, sorted.
pub(super) fn collect(
    connector: &Connector,
    tool: &str,
    tests: Option<TestSummary>,
) -> Result<(Vec<u8>, Vec<Content>), Error> {
    let mut contents = Vec::new();
    let mut seen = names::Names::default();
    let mut total = 0;
    for path in connector.files.keys() {
        // The package's own files are made anew: those of an unpacked package are not part of the connector.
        if path == LIST || path == SIGNATURE {
            continue;
        }
        if let Some(refusal) = names::refusal(path).or_else(|| seen.add(path)) {
            return Err(refused(path, refusal));
        }
        let bytes = connector.bytes(path)?;
        total += bytes.len() as u64;
        if bytes.len() as u64 > MAX_FILE_SIZE {
            return Err(refused(
                path,
                format!("`{path}` is larger than {} MB", MAX_FILE_SIZE >> 20),
            ));
        }
        contents.push((path.clone(), bytes));
    }
    if total > MAX_TOTAL || contents.len() > MAX_FILES {
        let message = format!("a package holds at most {MAX_FILES} files and {} MB", MAX_TOTAL >> 20);
        return Err(refused("connector.toml", message));
    }
    let list = PackageList {
        format: FORMAT,
        id: connector.manifest.id.clone(),
        version: connector.manifest.version.clone(),
        tool: tool.to_owned(),
        files: contents
            .iter()
            .map(|(path, bytes)| PackagedFile {
                path: path.clone(),
                size: bytes.len() as u64,
                sha256: sha256(bytes),
            })
            .collect(),
        hosts: connector.manifest.hosts.clone(),
        scopes: scopes(connector),
        tests,
    };
    let mut text = serde_json::to_vec_pretty(&list).expect("a list of texts and numbers is JSON");
    text.push(b'\n');
    Ok((text, contents))
}

/// Lower-case hex.
pub(super) fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

fn refused(file: &str, message: String) -> Error {
    Error::Invalid {
        problem: Box::new(Problem {
            file: file.to_owned(),
            line: 0,
            column: 0,
            end_column: None,
            severity: Severity::Error,
            code: "package".to_owned(),
            message: format!("cannot be packaged: {message}"),
            hint: Some("rename or remove the file".to_owned()),
        }),
    }
}

/// The zip: the list first, so that it can be read without the rest, then its signature, then the files.
pub(super) fn archive(list: &[u8], signature: Option<&[u8]>, contents: &[Content]) -> Result<Vec<u8>, Error> {
    let write = || -> ZipResult<Vec<u8>> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        add(&mut zip, LIST, list)?;
        if let Some(signature) = signature {
            add(&mut zip, SIGNATURE, signature)?;
        }
        for (path, bytes) in contents {
            add(&mut zip, path, bytes)?;
        }
        Ok(zip.finish()?.into_inner())
    };
    write().map_err(|error| refused(LIST, error.to_string()))
}

fn add(zip: &mut ZipWriter<Cursor<Vec<u8>>>, path: &str, bytes: &[u8]) -> ZipResult<()> {
    zip.start_file(path, options(method(bytes)?))?;
    zip.write_all(bytes)?;
    Ok(())
}

/// Entries say nothing of the machine or the time they were written.
fn options(method: CompressionMethod) -> SimpleFileOptions {
    SimpleFileOptions::default()
        .compression_method(method)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644)
}

/// A file that packs so well that reading would take it for a bomb is stored as it is.
fn method(bytes: &[u8]) -> ZipResult<CompressionMethod> {
    if (bytes.len() as u64) < RATIO_FROM {
        return Ok(CompressionMethod::Deflated);
    }
    let mut trial = ZipWriter::new(Cursor::new(Vec::new()));
    trial.start_file("", options(CompressionMethod::Deflated))?;
    trial.write_all(bytes)?;
    let packed = trial.finish()?.into_inner().len() as u64;
    let bomb = bytes.len() as u64 > packed * MAX_RATIO / 2;
    Ok(if bomb {
        CompressionMethod::Stored
    } else {
        CompressionMethod::Deflated
    })
}
