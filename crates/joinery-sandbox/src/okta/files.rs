//! Images that admins upload: read from the form they come in, kept, and served to everybody at an address of their own.

use axum::http::{HeaderName, Method, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Route;
use super::call::{Answer, Call, Reply};
use super::errors::Problem;
use super::ids::{Id, Kind};
use super::shape::fault;
use crate::state::Org;

/// What this file answers, below the root.
pub const OPEN_ROUTES: &[Route] = &[
    Route(Method::GET, "fs/bco/1/{}", serve),
    Route(Method::GET, "fs/bcg/4/{}", serve),
];

/// A file that was uploaded.
#[derive(Clone, Serialize, Deserialize)]
pub struct StoredFile {
    /// Its media type.
    pub kind: String,
    #[serde(serialize_with = "write", deserialize_with = "read")]
    bytes: Vec<u8>,
}

/// Shows no content.
impl std::fmt::Debug for StoredFile {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "StoredFile({}, {} bytes)", self.kind, self.bytes.len())
    }
}

fn write<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&STANDARD.encode(bytes))
}

fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    let text = String::deserialize(deserializer)?;
    STANDARD.decode(text).map_err(serde::de::Error::custom)
}

/// What an image may be.
pub struct Allowed {
    /// The formats, as Okta names them.
    pub formats: &'static [&'static str],
    /// It has to be smaller than so many bytes.
    pub below: usize,
}

/// The image a call uploads.
///
/// # Errors
/// E0000021 for a body that is no form, E0000001 for a form without a file or with one that is not allowed.
pub fn sent(call: &Call<'_>, allowed: &Allowed) -> Result<StoredFile, Problem> {
    let boundary = call.header(&header::CONTENT_TYPE).and_then(boundary);
    let Some(boundary) = boundary else {
        let summary = "Bad request.  Accept and/or Content-Type headers likely do not match supported values.";
        return Err(Problem::new(400, "E0000021", summary));
    };
    let bytes = file_of(call.body, &boundary).filter(|bytes| !bytes.is_empty());
    let bytes = bytes.ok_or_else(|| fault("file", "The field cannot be left blank"))?;
    let known = format_of(bytes).filter(|(format, _)| allowed.formats.contains(format));
    let Some((_, kind)) = known else {
        let cause = format!(
            "The file must be in one of these formats: {}",
            allowed.formats.join(", ")
        );
        return Err(fault("file", &cause));
    };
    if bytes.len() >= allowed.below {
        let cause = format!("The file must be smaller than {} kB", allowed.below / 1024);
        return Err(fault("file", &cause));
    }
    Ok(StoredFile {
        kind: kind.into(),
        bytes: bytes.to_vec(),
    })
}

fn boundary(kind: &str) -> Option<String> {
    let mut parts = kind.split(';').map(str::trim);
    if !parts.next()?.eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    let named = parts.find_map(|part| {
        part.split_once('=')
            .filter(|(name, _)| name.eq_ignore_ascii_case("boundary"))
    });
    let boundary = named?.1.trim_matches('"');
    (!boundary.is_empty()).then(|| boundary.to_owned())
}

/// The content of the part named `file` (RFC 7578).
fn file_of<'a>(body: &'a [u8], boundary: &str) -> Option<&'a [u8]> {
    let line = format!("--{boundary}");
    let end = format!("\r\n{line}");
    let mut rest = &body[position(body, line.as_bytes())? + line.len()..];
    while let Some(part) = rest.strip_prefix(b"\r\n") {
        let head = position(part, b"\r\n\r\n")?;
        let content = &part[head + 4..];
        let length = position(content, end.as_bytes())?;
        if is_file(&String::from_utf8_lossy(&part[..head])) {
            return Some(&content[..length]);
        }
        rest = &content[length + end.len()..];
    }
    None
}

fn is_file(head: &str) -> bool {
    head.split("\r\n")
        .filter_map(|line| line.split_once(':'))
        .filter(|(name, _)| name.eq_ignore_ascii_case("content-disposition"))
        .any(|(_, value)| {
            value
                .split(';')
                .any(|part| matches!(part.trim(), "name=\"file\"" | "name=file"))
        })
}

fn position(text: &[u8], wanted: &[u8]) -> Option<usize> {
    text.windows(wanted.len()).position(|window| window == wanted)
}

/// What an image is, by its first bytes: whatever its name and type say of it.
fn format_of(bytes: &[u8]) -> Option<(&'static str, &'static str)> {
    let starts: [(&[u8], _); 5] = [
        (b"\x89PNG\r\n\x1a\n", ("PNG", "image/png")),
        (b"\xff\xd8\xff", ("JPG", "image/jpeg")),
        (b"GIF87a", ("GIF", "image/gif")),
        (b"GIF89a", ("GIF", "image/gif")),
        (b"\x00\x00\x01\x00", ("ICO", "image/x-icon")),
    ];
    let found = starts.into_iter().find(|(start, _)| bytes.starts_with(start));
    found.map(|(_, format)| format).or_else(|| {
        let text = std::str::from_utf8(bytes)
            .ok()?
            .trim_start_matches('\u{feff}')
            .trim_start();
        let is_svg = text.starts_with("<svg") || text.starts_with('<') && text.contains("<svg");
        is_svg.then_some(("SVG", "image/svg+xml"))
    })
}

impl Org {
    /// Keeps an uploaded file; gives its id.
    pub fn keep_file(&mut self, file: StoredFile) -> Id {
        let id = self.ids.next(Kind::Record(b"gfs"));
        self.files.insert(id, file);
        id
    }

    /// Forgets the file behind an address.
    pub fn forget_file(&mut self, address: &str) {
        if let Some(id) = address.rsplit('/').next().and_then(Id::parse) {
            self.files.remove(&id);
        }
    }
}

fn serve(call: &Call<'_>) -> Answer {
    let org = call.state.read();
    let file = Id::parse(call.part(0)).and_then(|id| org.files.get(&id));
    let file = file.ok_or_else(|| Problem::not_found(call.part(0), "FileResource"))?;
    let mut reply = Reply::no_content().with_status(200);
    reply.body = Some(file.bytes.clone());
    // A picture with a script in it shows as a picture only.
    let policy = HeaderName::from_static("content-security-policy");
    Ok(reply
        .with_header(header::CONTENT_TYPE, &file.kind)
        .with_header(policy, "default-src 'none'; style-src 'unsafe-inline'; sandbox"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_of_a_form_is_found_among_other_parts() {
        let body = b"--x\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nhello\r\n--x\r\nContent-Disposition: \
            form-data; name=\"file\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\n\x89P\r\n--not\r\n--x--\r\n";
        assert_eq!(file_of(body, "x"), Some(&b"\x89P\r\n--not"[..]));
        assert_eq!(file_of(&body[..60], "x"), None);
        assert_eq!(file_of(b"", "x"), None);
        assert_eq!(
            boundary("Multipart/Form-Data; charset=utf-8; boundary=\"a b\"").as_deref(),
            Some("a b")
        );
        assert_eq!(boundary("application/json"), None);
    }

    #[test]
    fn an_image_is_what_its_bytes_say() {
        assert_eq!(format_of(b"GIF89a...").map(|(name, _)| name), Some("GIF"));
        assert_eq!(
            format_of(b"<?xml version=\"1.0\"?><svg/>").map(|(name, _)| name),
            Some("SVG")
        );
        assert_eq!(format_of(b"%PDF-1.7"), None);
    }
}
