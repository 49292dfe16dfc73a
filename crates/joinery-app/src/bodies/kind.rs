//! What a body is, by what its sender calls it and by how it begins.

use super::types::{BodyFormat, BodyKind};

/// What a body is; `valid` says whether it is UTF-8.
pub(super) fn of(bytes: &[u8], content_type: &str, valid: bool) -> (BodyKind, BodyFormat) {
    let content_type = content_type.to_ascii_lowercase();
    let named = |word: &str| content_type.contains(word);
    let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
    if bytes.is_empty() {
        return (BodyKind::Empty, BodyFormat::Bytes);
    }
    let text = valid || named("text") || named("json") || named("xml") || named("csv");
    if bytes[..bytes.len().min(8192)].contains(&0) || !text || bytes.starts_with(b"%PDF-") {
        return (BodyKind::Binary, of_bytes(bytes));
    }
    let brackets = matches!(first, Some(b'{' | b'['));
    // A JSON value on each line is none as a whole.
    let lines = named("ndjson") || named("json-seq") || named("jsonl");
    if valid && !lines && (named("json") || (brackets && !named("html") && !named("xml") && !named("csv"))) {
        return (BodyKind::Json, BodyFormat::Json);
    }
    let begins = bytes.trim_ascii_start();
    let format = if named("svg") {
        BodyFormat::Image
    } else if named("html") || starts_with(begins, "<!doctype html") || starts_with(begins, "<html") {
        BodyFormat::Html
    } else if named("xml") || starts_with(begins, "<?xml") {
        BodyFormat::Xml
    } else if named("csv") || named("tab-separated") {
        BodyFormat::Csv
    } else {
        BodyFormat::Text
    };
    (BodyKind::Text, format)
}

fn of_bytes(bytes: &[u8]) -> BodyFormat {
    if bytes.starts_with(b"%PDF-") {
        BodyFormat::Pdf
    } else if image_type(bytes).is_some() {
        BodyFormat::Image
    } else {
        BodyFormat::Bytes
    }
}

/// The media type of a picture that browsers show, by its first bytes.
pub(super) fn image_type(bytes: &[u8]) -> Option<&'static str> {
    let begins = |magic: &[u8]| bytes.starts_with(magic);
    if begins(b"\x89PNG\r\n\x1a\n") {
        Some("image/png")
    } else if begins(b"\xFF\xD8\xFF") {
        Some("image/jpeg")
    } else if begins(b"GIF87a") || begins(b"GIF89a") {
        Some("image/gif")
    } else if begins(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        Some("image/webp")
    } else if begins(b"BM") {
        Some("image/bmp")
    } else if begins(b"\0\0\x01\0") {
        Some("image/x-icon")
    } else {
        None
    }
}

fn starts_with(bytes: &[u8], begin: &str) -> bool {
    bytes
        .get(..begin.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(begin.as_bytes()))
}
