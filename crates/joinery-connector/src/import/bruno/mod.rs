//! Bruno's collections: folders of `.bru` files, and of `OpenCollection`'s YAML. Both become one shape, that of
//! `OpenCollection`, and are read from there.

mod assertion;
mod auth;
mod body;
mod bru;
mod files;
mod request;

use serde_json::Value;

use super::{Imported, NotCarried, Refused, parts::document};

pub(super) use files::{is_collection, read_files};

/// Whether a text looks like one of Bruno's files.
pub(super) fn detect(text: &str) -> bool {
    let starts = ["meta {", "opencollection:"];
    let line = |line: &str| starts.iter().any(|start| line.starts_with(start));
    text.lines().any(line) || is_yaml_request(text)
}

/// `info:` and `http:` at the top of a YAML file.
fn is_yaml_request(text: &str) -> bool {
    let top = |key: &str| text.lines().any(|line| line.trim_end() == key);
    top("info:") && (top("http:") || top("graphql:"))
}

/// Reads one request, or a collection in one file.
///
/// # Errors
/// A text that is neither, or whose blocks do not end.
pub(super) fn read(text: &str) -> Result<Imported, Refused> {
    let mut reader = Reader::default();
    reader.imported.ordered = true;
    if is_yaml_request(text) || text.lines().any(|line| line.starts_with("opencollection:")) {
        let file = document(text)?;
        if file["opencollection"].is_null() {
            reader.request(&file, &[], "");
        } else {
            reader.collection(&file);
        }
    } else {
        let file = bru::parse(text)?;
        reader.request(&file, &[], "");
    }
    if reader.imported.requests.is_empty() && reader.imported.folders.is_empty() {
        return Err(Refused::new("it holds no request of Bruno"));
    }
    Ok(reader.imported)
}

/// What has been read so far. What does not have the expected shape counts as absent.
#[derive(Default)]
struct Reader {
    imported: Imported,
}

impl Reader {
    fn leave(&mut self, place: &str, what: impl Into<String>, why: &str) {
        let left = NotCarried::new(place, what, why);
        if !self.imported.not_carried.contains(&left) {
            self.imported.not_carried.push(left);
        }
    }

    /// A text with its placeholders as they are written here.
    fn text(&mut self, text: &str, place: &str) -> String {
        let text = text.replace("{{process.env.", "{{");
        super::parts::template(&text, place, &mut self.imported.not_carried)
    }
}

/// A text, a number or a truth value as text; anything else is none.
fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(_) | Value::Bool(_) => value.to_string(),
        // A value with its type, or with variants.
        Value::Object(_) => text_of(&value["data"]),
        _ => String::new(),
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn on(row: &Value) -> bool {
    row["disabled"] != true && row["enabled"] != false
}

#[cfg(test)]
mod tests;
