//! Reading a package that anybody may have made. Everything is checked in memory before anything is believed.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{Cursor, Read},
    path::Path,
};

use serde_json::Value;
use zip::ZipArchive;

use super::{
    FORMAT, LIST, MAX_FILES, MAX_RATIO, MAX_TOTAL, PackageList, RATIO_FROM, Report, SIGNATURE,
    names::{self, shown},
    scopes, sign,
    write::sha256,
};
use crate::{
    connector::{Connector, MAX_FILE_SIZE},
    error::Error,
    problem::{Problem, Severity},
};

/// Reads a package into memory after every check passed. Nothing is written anywhere.
///
/// # Errors
/// [`Error::Read`], or [`Error::Invalid`] with the first refusal by name.
pub fn open(path: &Path) -> Result<Connector, Error> {
    let Found {
        connector, problems, ..
    } = examine(path, None)?;
    let refused = |message: String| Error::Invalid {
        problem: Box::new(Problem {
            file: path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            line: 0,
            column: 0,
            end_column: None,
            severity: Severity::Error,
            code: "package".to_owned(),
            message: format!("the package is refused: {message}"),
            hint: Some("get it again from where it came from; `joinery verify` lists all that is wrong".to_owned()),
        }),
    };
    match (problems.into_iter().next(), connector) {
        (None, Some(connector)) => Ok(connector),
        (Some(problem), _) => Err(refused(problem)),
        (None, None) => Err(refused("it holds no connector".to_owned())),
    }
}

/// Checks a package and reports everything wrong with it. `key` is a minisign public key the signature must match.
///
/// # Errors
/// [`Error::Read`] only: what is wrong inside is in the report.
pub fn verify(path: &Path, key: Option<&str>) -> Result<Report, Error> {
    let found = examine(path, key)?;
    Ok(Report {
        ok: found.problems.is_empty(),
        list: found.list,
        signer: found.signer,
        problems: found.problems,
    })
}

/// What there is in a package.
#[derive(Default)]
struct Found {
    list: Option<PackageList>,
    signer: Option<String>,
    connector: Option<Connector>,
    problems: Vec<String>,
}

fn examine(path: &Path, key: Option<&str>) -> Result<Found, Error> {
    let failed = |source| Error::Read {
        path: path.to_owned(),
        source,
    };
    let mut bytes = Vec::new();
    // One byte more tells a package that is too large from one that just fits.
    File::open(path)
        .and_then(|file| file.take(MAX_TOTAL + 1).read_to_end(&mut bytes))
        .map_err(failed)?;
    let mut found = Found::default();
    if bytes.len() as u64 > MAX_TOTAL {
        found.problems.push(format!("it is larger than {} MB", MAX_TOTAL >> 20));
        return Ok(found);
    }
    let mut contents = unzip(&bytes, &mut found.problems);
    if !found.problems.is_empty() {
        // Names or sizes that lie: nothing else in it is worth a look.
        found.list = contents.get(LIST).and_then(|list| serde_json::from_slice(list).ok());
        return Ok(found);
    }
    let Some(list_bytes) = contents.remove(LIST) else {
        found.problems.push(format!("it has no {LIST}"));
        return Ok(found);
    };
    let signature = contents.remove(SIGNATURE);
    match sign::check(&list_bytes, signature.as_deref(), key) {
        Ok(signer) => found.signer = signer,
        Err(problem) => found.problems.push(problem),
    }
    let list = match read_list(&list_bytes) {
        Ok(list) => list,
        Err(problem) => {
            found.problems.push(problem);
            return Ok(found);
        }
    };
    compare(&list, &contents, &mut found.problems);
    match Connector::from_files(path, contents) {
        Ok(connector) => {
            compare_manifest(&list, &connector, &mut found.problems);
            found.connector = Some(connector);
        }
        Err(Error::Invalid { problem }) => found.problems.push(format!(
            "{}:{}:{}: {}",
            problem.file, problem.line, problem.column, problem.message
        )),
        Err(_) => found.problems.push("it has no connector.toml".to_owned()),
    }
    found.list = Some(list);
    Ok(found)
}

fn read_list(bytes: &[u8]) -> Result<PackageList, String> {
    let value: Value = serde_json::from_slice(bytes).map_err(|error| format!("{LIST} is not JSON: {error}"))?;
    // Asked first: a newer format may have a shape this one does not know.
    match value.get("format").and_then(Value::as_u64) {
        Some(format) if format == u64::from(FORMAT) => {}
        Some(format) => {
            return Err(format!(
                "package format {format} is unknown: this Joinery reads format {FORMAT}"
            ));
        }
        None => return Err(format!("{LIST} says no format")),
    }
    serde_json::from_value(value).map_err(|error| format!("{LIST} is not a package list: {error}"))
}

fn compare(list: &PackageList, contents: &BTreeMap<String, Vec<u8>>, problems: &mut Vec<String>) {
    let mut listed = BTreeMap::new();
    for file in &list.files {
        if listed.insert(file.path.as_str(), file).is_some() {
            problems.push(format!("`{}` is listed twice in {LIST}", shown(&file.path)));
        }
    }
    for (path, file) in &listed {
        match contents.get(*path) {
            None => problems.push(format!("`{}` is listed but not there", shown(path))),
            Some(bytes) if bytes.len() as u64 != file.size || sha256(bytes) != file.sha256 => {
                problems.push(format!(
                    "`{}` is not the file that was packed: its hash differs",
                    shown(path)
                ));
            }
            Some(_) => {}
        }
    }
    for path in contents.keys().filter(|path| !listed.contains_key(path.as_str())) {
        problems.push(format!("`{}` is not listed in {LIST}", shown(path)));
    }
}

/// What people are shown before they trust a package must be what its connector says.
fn compare_manifest(list: &PackageList, connector: &Connector, problems: &mut Vec<String>) {
    let manifest = &connector.manifest;
    for (what, listed, actual) in [
        ("id", &list.id, &manifest.id),
        ("version", &list.version, &manifest.version),
    ] {
        if listed != actual {
            let listed = shown(listed);
            problems.push(format!("{LIST} says {what} `{listed}`, connector.toml says `{actual}`"));
        }
    }
    for (what, same) in [
        ("hosts", list.hosts == manifest.hosts),
        ("scopes", list.scopes == scopes(connector)),
    ] {
        if !same {
            problems.push(format!("the {what} in {LIST} are not those of connector.toml"));
        }
    }
}

/// Every entry's bytes. Stops at the first size that lies; goes on after a name that is refused.
fn unzip(bytes: &[u8], problems: &mut Vec<String>) -> BTreeMap<String, Vec<u8>> {
    let mut contents = BTreeMap::new();
    if !bytes.starts_with(b"PK\x03\x04") {
        problems.push("it is not a Joinery package".to_owned());
        return contents;
    }
    let mut archive = match ZipArchive::new(Cursor::new(bytes)) {
        Ok(archive) => archive,
        Err(error) => {
            problems.push(format!("it is damaged or cut off: {error}"));
            return contents;
        }
    };
    // The library keeps one of two entries of the same name, so names are counted where they stand.
    let names = directory_names(bytes, archive.central_directory_start());
    if names.len() > MAX_FILES + 2 {
        problems.push(format!("it holds more than {MAX_FILES} files"));
        return contents;
    }
    let mut seen = names::Names::default();
    for name in &names {
        match std::str::from_utf8(name) {
            Ok(name) => problems.extend(names::refusal(name).or_else(|| seen.add(name))),
            Err(_) => problems.push(format!(
                "`{}`: the name is not UTF-8",
                shown(&String::from_utf8_lossy(name))
            )),
        }
    }
    if problems.is_empty() && archive.has_overlapping_files().unwrap_or(true) {
        problems.push("its entries overlap: it is a zip bomb".to_owned());
    }
    if names.len() != archive.len() && problems.is_empty() {
        problems.push("its directory is damaged".to_owned());
    }
    let mut total = 0;
    for index in 0..archive.len() {
        match entry(&mut archive, index, &mut total) {
            Ok((name, content)) => {
                contents.insert(name, content);
            }
            Err(Refusal::Entry(problem)) => problems.push(problem),
            Err(Refusal::Bomb(problem)) => {
                problems.push(problem);
                break;
            }
        }
    }
    contents
}

/// The raw names in the zip's directory, which begins at `start`.
fn directory_names(bytes: &[u8], start: u64) -> Vec<&[u8]> {
    let mut names = Vec::new();
    let mut at = usize::try_from(start).unwrap_or(usize::MAX);
    let number = |at: usize| {
        bytes
            .get(at..at + 2)
            .map(|pair| usize::from(u16::from_le_bytes([pair[0], pair[1]])))
    };
    while bytes.get(at..).is_some_and(|rest| rest.starts_with(b"PK\x01\x02")) {
        let (Some(name), Some(extra), Some(comment)) = (number(at + 28), number(at + 30), number(at + 32)) else {
            break;
        };
        let Some(raw) = bytes.get(at + 46..at + 46 + name) else {
            break;
        };
        names.push(raw);
        at += 46 + name + extra + comment;
    }
    names
}

enum Refusal {
    /// This entry is refused; others can still be looked at.
    Entry(String),
    /// Going on would cost what the attack wants it to cost.
    Bomb(String),
}

fn entry(archive: &mut ZipArchive<Cursor<&[u8]>>, index: usize, total: &mut u64) -> Result<(String, Vec<u8>), Refusal> {
    let refused = |error: zip::result::ZipError| Refusal::Entry(format!("entry {}: {error}", index + 1));
    let raw = archive.by_index_raw(index).map_err(refused)?;
    let name = String::from_utf8_lossy(raw.name_raw()).into_owned();
    let show = shown(&name);
    if raw.encrypted() {
        return Err(Refusal::Entry(format!("`{show}`: it is encrypted")));
    }
    if let Some(mode) = raw.unix_mode() {
        match mode & 0o170_000 {
            0 | 0o100_000 => {}
            0o120_000 => return Err(Refusal::Entry(format!("`{show}`: it is a symbolic link"))),
            _ => return Err(Refusal::Entry(format!("`{show}`: it is not an ordinary file"))),
        }
    }
    let packed = raw.compressed_size();
    drop(raw);
    let unreadable =
        |error: &dyn std::fmt::Display| Refusal::Entry(format!("`{show}`: it cannot be unpacked: {error}"));
    let mut unpacked = archive.by_index(index).map_err(|error| unreadable(&error))?;
    let mut bytes = Vec::new();
    let mut chunk = [0; 8 * 1024];
    // The sizes in the zip's directory are the sender's word. Only what comes out is counted.
    loop {
        let count = unpacked.read(&mut chunk).map_err(|error| unreadable(&error))?;
        if count == 0 {
            break;
        }
        bytes.extend_from_slice(&chunk[..count]);
        *total += count as u64;
        let size = bytes.len() as u64;
        if size > MAX_FILE_SIZE {
            return Err(Refusal::Bomb(format!(
                "`{show}`: it is larger than {} MB unpacked",
                MAX_FILE_SIZE >> 20
            )));
        }
        if size > RATIO_FROM && size > packed.max(1).saturating_mul(MAX_RATIO) {
            return Err(Refusal::Bomb(format!(
                "`{show}`: it unpacks to more than {MAX_RATIO} times its size: a zip bomb"
            )));
        }
        if *total > MAX_TOTAL {
            return Err(Refusal::Bomb(format!(
                "it is larger than {} MB unpacked",
                MAX_TOTAL >> 20
            )));
        }
    }
    Ok((name, bytes))
}
