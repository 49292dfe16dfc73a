//! Fields out of samples: what a file of JSON, CSV or a recording says about the values it holds.

use std::path::Path;

pub use joinery_connector::schema::{Answer, Inferred};
use joinery_connector::{action::field_code, schema::of_samples};

use serde_json::Value;

use crate::{
    connectors::{self, path_of},
    error::{Code, Error},
    files::FileRef,
    studio::Studio,
    versions,
};

/// The largest body that a schema is made of.
const LARGEST: usize = 16 << 20;

/// The schemas of the samples in `text`, which stands in `file`; nothing leaves this machine. A separator is that of CSV.
///
/// # Errors
/// [`Code::Invalid`] with the line for a text that is none of what is read; [`Code::Usage`] for a separator that is not one
/// character.
pub fn infer(file: &Path, text: &str, separator: Option<&str>) -> Result<Vec<Inferred>, Error> {
    let separator = separator.map(byte_of).transpose()?;
    let ending = file.extension().unwrap_or_default().to_ascii_lowercase();
    let is_csv = ending == "csv" || ending == "tsv";
    let inferred = of_samples(text, is_csv, separator).map_err(|unusable| Error {
        file: Some(file.display().to_string()),
        line: unusable.line.and_then(|line| u32::try_from(line).ok()),
        column: unusable.column.and_then(|column| u32::try_from(column).ok()),
        ..Error::new(Code::Invalid, unusable.message)
            .with_hint("Give JSON, lines of JSON, CSV with a line of names, or HAR.")
    })?;
    if inferred.iter().all(|inferred| inferred.fields().is_empty()) {
        return Err(Error {
            file: Some(file.display().to_string()),
            ..Error::new(Code::Invalid, "there are no fields in it")
                .with_hint("Give an object with members, or a list of such objects.")
        });
    }
    Ok(inferred)
}

/// The fields as a script writes them, one a line, each with the comma that a list needs.
pub fn code(inferred: &Inferred) -> String {
    let fields = inferred.fields();
    fields.iter().map(|field| field_code(field, 0) + ",\n").collect()
}

/// Writes the schema of a body on screen, or of what its filter left, as `schemas/NAME.json`.
///
/// # Errors
/// [`Code::Input`] for a name that is none or a body that is too large; [`Code::Conflict`] when there is one of that name;
/// [`Code::Invalid`] for a body without fields; [`Code::Usage`] when the body is no longer kept.
pub fn save_schema(studio: &Studio, connector: &str, body: &str, name: &str) -> Result<FileRef, Error> {
    let fits = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
    if name.is_empty() || name.len() > 56 || !name.chars().all(fits) {
        let error = Error::new(Code::Input, format!("`{name}` is not a name for a schema"));
        return Err(error.with_hint("Use lower-case letters, digits and _, such as user."));
    }
    let known = connectors::in_workspace(studio, connector)?;
    let of = |ending: &str| format!("schemas/{name}.{ending}");
    if known.files.contains_key(&of("json")) || known.files.contains_key(&of("rhai")) {
        return Err(
            Error::new(Code::Conflict, format!("there is a schema `{name}` already")).with_hint("Choose another name."),
        );
    }
    let gone = || Error::new(Code::Usage, "this body is no longer open").with_hint("Send the request again.");
    let size = studio.bodies.summary(body).ok_or_else(gone)?.size;
    if size > LARGEST as u64 {
        return Err(Error::new(Code::Input, "the body is too large to make a schema of")
            .with_hint("Filter it, or ask for less with a limit; 16 MB is the most."));
    }
    let text = studio.bodies.text(body, usize::MAX).ok_or_else(gone)?;
    let inferred = infer(Path::new("body"), &text, None).map_err(|error| Error { file: None, ..error })?;
    let file = FileRef {
        connector: connector.to_owned(),
        path: of("json"),
    };
    let schema = inferred
        .into_iter()
        .next()
        .map(|one| of_entry(one.schema))
        .ok_or_else(gone)?;
    versions::write(studio, &path_of(studio, &file)?, &format!("{schema:#}\n"))?;
    Ok(file)
}

/// The schema of one entry where it is that of a list: scripts take fields from it.
fn of_entry(mut schema: Value) -> Value {
    let dialect = schema.get("$schema").cloned();
    match schema.get_mut("items").map(Value::take) {
        Some(Value::Object(entry)) => dialect
            .map(|dialect| ("$schema".to_owned(), dialect))
            .into_iter()
            .chain(entry)
            .collect(),
        _ => schema,
    }
}

fn byte_of(separator: &str) -> Result<u8, Error> {
    let known = match separator {
        "\\t" | "tab" => "\t",
        other => other,
    };
    match known.as_bytes() {
        [byte] if byte.is_ascii() && !matches!(byte, b'"' | b'\n' | b'\r') => Ok(*byte),
        _ => Err(Error::new(Code::Usage, format!("`{separator}` is no separator"))
            .with_hint("Give one character such as `;`, or `tab`.")),
    }
}
