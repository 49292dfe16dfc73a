//! Fields out of samples: what a file of JSON, CSV or a recording says about the values it holds.

use std::path::Path;

pub use joinery_connector::schema::{Answer, Inferred};
use joinery_connector::{action::field_code, schema::of_samples};

use crate::error::{Code, Error};

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
