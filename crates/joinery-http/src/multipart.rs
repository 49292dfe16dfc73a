//! `multipart/form-data` (RFC 7578).

use std::fmt::Write as _;

use joinery_connector::http::{HttpPart, PartContent};
use sha2::{Digest, Sha256};

use crate::error::Error;

/// The body that `parts` make, and its media type. The same parts give the same bytes.
///
/// # Errors
/// [`Error::InvalidRequest`] naming a file that cannot be read.
pub fn encode(parts: &[HttpPart]) -> Result<(String, Vec<u8>), Error> {
    let mut contents = Vec::with_capacity(parts.len());
    for part in parts {
        contents.push(match &part.content {
            PartContent::Text(text) => text.clone().into_bytes(),
            PartContent::Bytes(bytes) => bytes.clone(),
            PartContent::File(path) => read(path)?,
        });
    }
    let boundary = boundary(parts, &contents);
    let mut bytes = Vec::new();
    for (part, content) in parts.iter().zip(contents) {
        let mut head = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"{}\"",
            quoted(&part.name)
        );
        if let Some(name) = &part.filename {
            let _ = write!(head, "; filename=\"{}\"", quoted(name));
        }
        if let Some(content_type) = &part.content_type {
            let _ = write!(head, "\r\nContent-Type: {}", one_line(content_type));
        }
        bytes.extend(head.as_bytes());
        bytes.extend(b"\r\n\r\n");
        bytes.extend(content);
        bytes.extend(b"\r\n");
    }
    bytes.extend(format!("--{boundary}--\r\n").as_bytes());
    Ok((format!("multipart/form-data; boundary={boundary}"), bytes))
}

/// The bytes of a file to send.
pub(crate) fn read(path: &std::path::Path) -> Result<Vec<u8>, Error> {
    std::fs::read(path).map_err(|error| Error::InvalidRequest {
        part: "the body".into(),
        reason: format!("the file {} cannot be read: {error}", path.display()),
    })
}

/// A boundary that stands in none of the contents, as far as a hash of them all can tell.
fn boundary(parts: &[HttpPart], contents: &[Vec<u8>]) -> String {
    let mut hasher = Sha256::new();
    for (part, content) in parts.iter().zip(contents) {
        hasher.update((part.name.len() as u64).to_le_bytes());
        hasher.update(&part.name);
        hasher.update((content.len() as u64).to_le_bytes());
        hasher.update(content);
    }
    let digest = hasher.finalize();
    digest
        .iter()
        .take(16)
        .fold("joinery-".to_owned(), |mut boundary, byte| {
            let _ = write!(boundary, "{byte:02x}");
            boundary
        })
}

/// As browsers write names (HTML's form submission): only what would end the quotes is escaped.
fn quoted(text: &str) -> String {
    text.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

fn one_line(text: &str) -> String {
    text.replace(['\r', '\n'], " ")
}
