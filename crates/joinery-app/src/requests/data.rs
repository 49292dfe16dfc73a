//! Files of rows, whose columns are the variables of one round of requests: CSV, JSON and NDJSON.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use serde_json::{Map, Value};

use crate::error::{Code, Error};

/// The values of one round, by the names of their columns.
pub type Row = BTreeMap<String, String>;

/// The endings of files of rows.
pub const ENDINGS: &[&str] = &["csv", "json", "ndjson", "jsonl"];

/// Reads a file of rows, by its ending.
///
/// # Errors
/// [`Code::Unavailable`] when it cannot be read; [`Code::Invalid`] with the line for what is no row, and for a file without
/// any.
pub fn read_data(path: &Path) -> Result<Vec<Row>, Error> {
    let text = joinery_connector::file::read_text(path)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let ending = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    let read = match ending.as_str() {
        "csv" => csv(text),
        "json" => json(text),
        "ndjson" | "jsonl" => lines(text),
        other => {
            return Err(Error::new(Code::Usage, format!("`.{other}` is no file of rows"))
                .with_hint("Use .csv, .json or .ndjson."));
        }
    };
    let rows = read.map_err(|(line, message)| invalid(path, line, message))?;
    if rows.is_empty() {
        return Err(invalid(path, None, "it has no rows".to_owned()));
    }
    Ok(rows)
}

type Wrong = (Option<u64>, String);

fn csv(text: &str) -> Result<Vec<Row>, Wrong> {
    let wrong = |error: csv::Error| {
        let line = error.position().map(csv::Position::line);
        let message = match error.kind() {
            csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
                format!("it has {len} values, and there are {expected_len} columns")
            }
            _ => error.to_string(),
        };
        (line, message)
    };
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::Headers)
        .from_reader(text.as_bytes());
    let columns = reader.headers().map_err(wrong)?.clone();
    if let Some(empty) = columns.iter().position(str::is_empty) {
        return Err((Some(1), format!("column {} has no name", empty + 1)));
    }
    let rows = reader.records().map(|record| {
        let record = record.map_err(wrong)?;
        let cells = columns.iter().zip(record.iter());
        Ok(cells.map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    });
    rows.collect()
}

fn json(text: &str) -> Result<Vec<Row>, Wrong> {
    let rows: Vec<Value> = serde_json::from_str(text)
        .map_err(|error| (Some(error.line() as u64), format!("it is no JSON list: {error}")))?;
    let rows = rows.into_iter().enumerate();
    rows.map(|(number, row)| match row {
        Value::Object(members) => Ok(as_row(members)),
        _ => Err((None, format!("entry {} is no object", number + 1))),
    })
    .collect()
}

fn lines(text: &str) -> Result<Vec<Row>, Wrong> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(number, line)| {
            let members = serde_json::from_str::<Map<String, Value>>(line);
            members
                .map(as_row)
                .map_err(|error| (Some(number as u64 + 1), format!("it is no JSON object: {error}")))
        })
        .collect()
}

/// Texts as they are, other values as JSON; `null` has no value.
fn as_row(members: Map<String, Value>) -> Row {
    let given = members.into_iter().filter(|(_, value)| !value.is_null());
    given
        .map(|(name, value)| match value {
            Value::String(text) => (name, text),
            other => (name, other.to_string()),
        })
        .collect()
}

fn invalid(path: &Path, line: Option<u64>, message: String) -> Error {
    Error {
        file: Some(PathBuf::from(path).display().to_string()),
        line: line.and_then(|line| u32::try_from(line).ok()),
        ..Error::new(Code::Invalid, message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str, text: &str) -> Result<Vec<Vec<String>>, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        let rows = read_data(&path).map_err(|error| format!("{:?} {}", error.line, error.message))?;
        let flat = |row: Row| row.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
        Ok(rows.into_iter().map(flat).collect())
    }

    #[test]
    fn every_format_gives_the_same_rows() {
        let expected = Ok(vec![
            vec!["age=36".to_owned(), "name=Ada, L.".to_owned()],
            vec!["age=".to_owned(), "name=\"Bo\"".to_owned()],
        ]);
        assert_eq!(
            read("a.csv", "\u{feff}name, age\r\n\"Ada, L.\",36\n\"\"\"Bo\"\"\",\n"),
            expected
        );
        assert_eq!(
            read("a.JSON", r#"[{"name":"Ada, L.","age":36},{"name":"\"Bo\"","age":""}]"#),
            expected
        );
        assert_eq!(
            read(
                "a.ndjson",
                "{\"name\":\"Ada, L.\",\"age\":36,\"x\":null}\n\n{\"name\":\"\\\"Bo\\\"\",\"age\":\"\"}\n"
            ),
            expected
        );
    }

    #[test]
    fn what_is_no_row_is_told_with_its_line() {
        let wrong = |name, text| read(name, text).unwrap_err();
        assert_eq!(
            wrong("a.csv", "a,b\n1,2\n3\n"),
            "Some(3) it has 1 values, and there are 2 columns"
        );
        assert_eq!(wrong("a.csv", "a,,b\n"), "Some(1) column 2 has no name");
        assert_eq!(wrong("a.csv", "a,b\n"), "None it has no rows");
        assert_eq!(wrong("a.json", "[{},7]"), "None entry 2 is no object");
        assert!(wrong("a.ndjson", "{}\n[1]\n").starts_with("Some(2) it is no JSON object"));
        assert_eq!(wrong("a.txt", "a"), "None `.txt` is no file of rows");
    }
}
