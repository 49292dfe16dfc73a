//! Snapshots: copies of an org, named in memory, and as files from which an org can be made again.
//!
//! A file is a line that says what it is, and a line of JSON per row. It holds the secrets of the org's clients, so
//! that they go on working: it is readable by its owner only.

use std::io::{BufRead, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::clock::Time;
use crate::rows::Row;
use crate::state::Org;

/// The version of the format.
const VERSION: u32 = 1;

/// A copy of an org.
pub struct Snapshot {
    /// When it was taken, by the clock of the org.
    pub taken: Time,
    /// The copy.
    pub org: Org,
}

#[derive(Serialize, Deserialize)]
struct Head {
    #[serde(rename = "joinery-sandbox")]
    version: u32,
}

/// Whether a text starts as a snapshot does.
pub fn is_snapshot(text: &[u8]) -> bool {
    text.starts_with(b"{\"joinery-sandbox\":")
}

/// Writes an org.
///
/// # Errors
/// Those of the writer.
pub fn write(org: &mut Org, out: &mut impl Write) -> std::io::Result<()> {
    writeln!(out, "{}", serde_json::to_string(&Head { version: VERSION })?)?;
    for row in org.rows() {
        writeln!(out, "{}", serde_json::to_string(&row)?)?;
    }
    Ok(())
}

/// Writes an org to a file, whole or not at all.
///
/// # Errors
/// Those of the system.
pub fn save(org: &mut Org, path: &Path) -> std::io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    // A temporary file is readable by its owner only, and stays so under its final name.
    let mut file = tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))?;
    let mut buffered = std::io::BufWriter::new(&mut file);
    write(org, &mut buffered)?;
    buffered.flush()?;
    drop(buffered);
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

/// Reads an org.
///
/// # Errors
/// What is wrong, and in which line.
pub fn read(text: &[u8]) -> Result<Org, String> {
    let mut lines = text.lines();
    let first = lines.next().and_then(Result::ok).unwrap_or_default();
    let head: Head = serde_json::from_str(&first).map_err(|_| "it is not a snapshot of the sandbox org".to_owned())?;
    if head.version > VERSION {
        return Err(format!(
            "it was written by a later version (format {}, this one knows {VERSION})",
            head.version
        ));
    }
    let mut fault = None;
    let rows = lines.enumerate().map_while(|(index, line)| {
        let row = line.map_err(|error| error.to_string());
        match row.and_then(|line| serde_json::from_str::<Row>(&line).map_err(|error| error.to_string())) {
            Ok(row) => Some(row),
            Err(reason) => {
                fault = Some(format!("its line {} cannot be read: {reason}", index + 2));
                None
            }
        }
    });
    let org = Org::from_rows(rows);
    match fault {
        Some(fault) => Err(fault),
        None => org.map_err(|error| error.to_string()),
    }
}
