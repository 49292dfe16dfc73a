//! Files of samples: JSON, lines of JSON, CSV and HAR, read into the schemas that their values fit.

use std::collections::HashSet;

use csv::ReaderBuilder;
use serde_json::{Map, Value};
use url::Url;

use super::{Field, from_schema, infer};

/// What stands between the values of a CSV file, where nobody says.
const SEPARATORS: &[char] = &[',', ';', '\t', '|'];

/// The schema of one kind of value.
#[derive(Debug, Clone, PartialEq)]
pub struct Inferred {
    /// Which answer of a recording it is: `GET https://acme.test/users: 200`. `None` where the file holds one kind of value.
    pub of: Option<Answer>,
    /// The JSON Schema.
    pub schema: Value,
}

/// An answer of a recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The method of its request.
    pub method: String,
    /// The URL of its request, without its query.
    pub url: String,
    /// Its status.
    pub status: u16,
}

/// Why a file of samples cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Unusable {
    /// What is wrong.
    pub message: String,
    /// Its line, from 1.
    pub line: Option<u64>,
    /// Its column, from 1.
    pub column: Option<u64>,
}

impl Inferred {
    /// The fields: of a list those of what is in it.
    pub fn fields(&self) -> Vec<Field> {
        let schema = match self.schema.get("items") {
            Some(items) if self.schema.get("properties").is_none() => items,
            _ => &self.schema,
        };
        let mut fields = from_schema(schema);
        allow_null(&mut fields, schema);
        fields
    }
}

/// Of a value that was null in every sample no type is known but that it can be null.
fn allow_null(fields: &mut [Field], schema: &Value) {
    for field in fields {
        let Some(property) = schema
            .get("properties")
            .and_then(|properties| properties.get(&field.name))
        else {
            continue;
        };
        field.nullable |= property.as_object().is_some_and(Map::is_empty);
        allow_null(&mut field.properties, property);
        if let (Some(of), Some(items)) = (&mut field.of, property.get("items")) {
            allow_null(&mut of.properties, items);
        }
    }
}

/// The schemas of the samples in `text`. It is JSON, lines of JSON or HAR where it begins like that, else CSV, and CSV too
/// where `is_csv` says so. Without a separator, the one that fits the first line.
///
/// # Errors
/// What is wrong with the text, and where.
pub fn of_samples(text: &str, is_csv: bool, separator: Option<u8>) -> Result<Vec<Inferred>, Unusable> {
    let text = text.trim_start_matches('\u{feff}');
    if is_csv || separator.is_some() || !text.trim_start().starts_with(['{', '[']) {
        return Ok(vec![plain(infer(&rows(text, separator)?))]);
    }
    let value = match serde_json::from_str::<Value>(text) {
        Ok(value) => value,
        Err(error) => return lines(text).ok_or_else(|| not_json(&error)),
    };
    match value.pointer("/log/entries").and_then(Value::as_array) {
        Some(entries) => of_recording(entries),
        None => Ok(vec![plain(infer([&value]))]),
    }
}

fn plain(schema: Value) -> Inferred {
    Inferred { of: None, schema }
}

fn not_json(error: &serde_json::Error) -> Unusable {
    Unusable {
        message: format!("this is not JSON: {error}"),
        line: Some(error.line() as u64),
        column: Some(error.column() as u64),
    }
}

/// Lines of JSON, each a sample of the same kind.
fn lines(text: &str) -> Option<Vec<Inferred>> {
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    let samples: Vec<Value> = lines.map(serde_json::from_str).collect::<Result<_, _>>().ok()?;
    (samples.len() > 1).then(|| vec![plain(infer(&samples))])
}

/// Every row as an object. An empty cell is no value.
fn rows(text: &str, separator: Option<u8>) -> Result<Vec<Value>, Unusable> {
    let unusable = |message: String, line: Option<u64>| Unusable {
        message,
        line,
        column: None,
    };
    let wrong = |error: csv::Error| {
        let line = error.position().map(csv::Position::line);
        match error.kind() {
            csv::ErrorKind::UnequalLengths { expected_len, len, .. } => unusable(
                format!("it has {len} values, and there are {expected_len} columns"),
                line,
            ),
            _ => unusable(format!("this is not CSV: {error}"), line),
        }
    };
    let mut reader = ReaderBuilder::new()
        .delimiter(separator.unwrap_or_else(|| fitting(text)))
        .from_reader(text.as_bytes());
    let columns = reader.headers().map_err(wrong)?.clone();
    if let Some(empty) = columns.iter().position(|column| column.trim().is_empty()) {
        return Err(unusable(format!("column {} has no name", empty + 1), Some(1)));
    }
    let mut seen = HashSet::new();
    if let Some(twice) = columns.iter().find(|column| !seen.insert(*column)) {
        return Err(unusable(format!("two columns are named `{twice}`"), Some(1)));
    }
    let records = reader.records().collect::<Result<Vec<_>, _>>().map_err(wrong)?;
    if records.is_empty() {
        return Err(unusable("it has no rows below its line of names".to_owned(), None));
    }
    // One cell of plain text makes its whole column text.
    let is_typed: Vec<bool> = (0..columns.len())
        .map(|column| {
            let mut cells = records.iter().map(|record| record[column].trim());
            cells.all(|cell| cell.is_empty() || typed(cell).is_some())
        })
        .collect();
    let row = |record: &csv::StringRecord| -> Value {
        let cells = columns.iter().zip(record).zip(&is_typed);
        let cells = cells.filter(|((_, cell), _)| !cell.trim().is_empty());
        let value = |cell: &str, is_typed: bool| is_typed.then(|| typed(cell.trim())).flatten();
        let members: Map<String, Value> = cells
            .map(|((name, cell), is_typed)| {
                let value = value(cell, *is_typed).unwrap_or_else(|| cell.into());
                (name.trim().to_owned(), value)
            })
            .collect();
        members.into()
    };
    Ok(records.iter().map(row).collect())
}

/// The number, or true or false, that a cell is. What begins with a zero is a code, and what is longer than a number can
/// be told apart is an id.
fn typed(cell: &str) -> Option<Value> {
    match cell {
        "true" | "TRUE" => return Some(true.into()),
        "false" | "FALSE" => return Some(false.into()),
        _ => {}
    }
    let digits = cell.strip_prefix('-').unwrap_or(cell);
    let is_code = digits.len() > 1 && digits.starts_with('0') && !digits.starts_with("0.");
    if is_code || digits.len() > 15 || !digits.starts_with(|first: char| first.is_ascii_digit()) {
        return None;
    }
    let number: serde_json::Number = serde_json::from_str(cell).ok()?;
    Some(number.into())
}

/// The separator that the first line has most of; of equally many the first, which is the comma.
fn fitting(text: &str) -> u8 {
    let line = text.lines().next().unwrap_or_default();
    let count = |separator: &&char| line.matches(**separator).count();
    let most = SEPARATORS.iter().rev().max_by_key(count).copied().unwrap_or(',');
    most as u8
}

/// The answers of a recording that are JSON, those to the same call together.
fn of_recording(entries: &[Value]) -> Result<Vec<Inferred>, Unusable> {
    let mut answers: Vec<(Answer, Vec<Value>)> = Vec::new();
    for entry in entries {
        let Some((answer, body)) = answer(entry) else {
            continue;
        };
        match answers.iter_mut().find(|(known, _)| *known == answer) {
            Some((_, bodies)) => bodies.push(body),
            None => answers.push((answer, vec![body])),
        }
    }
    if answers.is_empty() {
        return Err(Unusable {
            message: "no answer of this recording has JSON in it".to_owned(),
            line: None,
            column: None,
        });
    }
    let inferred = answers.into_iter().map(|(answer, bodies)| Inferred {
        of: Some(answer),
        schema: infer(&bodies),
    });
    Ok(inferred.collect())
}

fn answer(entry: &Value) -> Option<(Answer, Value)> {
    let content = entry.pointer("/response/content")?;
    let text = content.get("text")?.as_str()?;
    let body = match content.get("encoding").and_then(Value::as_str) {
        Some("base64") => {
            use base64::Engine as _;
            let bytes = base64::engine::general_purpose::STANDARD.decode(text).ok()?;
            serde_json::from_slice(&bytes).ok()?
        }
        _ => serde_json::from_str::<Value>(text).ok()?,
    };
    if !body.is_object() && !body.is_array() {
        return None;
    }
    let mut url = Url::parse(entry.pointer("/request/url")?.as_str()?).ok()?;
    url.set_query(None);
    url.set_fragment(None);
    // A user and a password in the URL are not for a file.
    let _ = url.set_username("").and_then(|()| url.set_password(None));
    let answer = Answer {
        method: entry.pointer("/request/method")?.as_str()?.to_ascii_uppercase(),
        url: url.to_string(),
        status: u16::try_from(entry.pointer("/response/status")?.as_u64()?).ok()?,
    };
    Some((answer, body))
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::needless_raw_string_hashes,
        reason = "expect-test writes them when it updates"
    )]

    use expect_test::{Expect, expect};

    use super::*;
    use crate::action::field_code;

    #[track_caller]
    fn check(text: &str, expect: Expect) {
        let shown = match of_samples(text, false, None) {
            Ok(inferred) => inferred.iter().map(shown).collect::<String>(),
            Err(unusable) => format!("{:?}: {}\n", unusable.line, unusable.message),
        };
        expect.assert_eq(&shown);
    }

    fn shown(inferred: &Inferred) -> String {
        let of = inferred
            .of
            .as_ref()
            .map(|of| format!("{} {} {}\n", of.method, of.url, of.status));
        let fields: Vec<String> = inferred
            .fields()
            .iter()
            .map(|field| field_code(field, 0) + "\n")
            .collect();
        of.unwrap_or_default() + &fields.concat()
    }

    #[test]
    fn the_entries_of_a_list_are_merged_into_one_set_of_fields() {
        check(
            r#"[{"id": 1, "mail": "a@b.example", "day": "2026-01-31", "at": "2026-01-31T09:30:00Z", "link": "https://a.example/x"},
                {"id": 2, "mail": null, "tags": ["a"], "none": null, "profile": {"age": 1.5, "first name": "Ada"}}]"#,
            expect![[r#"
                field("id", #{ type: "integer", required: true })
                field("mail", #{ format: "email", required: true, nullable: true })
                field("day", #{ format: "date" })
                field("at", #{ format: "date-time" })
                field("link", #{ format: "uri" })
                field("tags", #{ type: "array", of: field("item") })
                field("none", #{ nullable: true })
                field("profile", #{
                    type: "object",
                    properties: [
                        field("age", #{ type: "number", required: true }),
                        field("first name", #{ required: true }),
                    ],
                })
            "#]],
        );
    }

    #[test]
    fn lines_of_json_are_samples_of_one_kind() {
        check(
            "{\"id\": 1}\n{\"id\": \"a\", \"on\": true}\n",
            expect![[r#"
            field("id", #{ required: true })
            field("on", #{ type: "boolean" })
        "#]],
        );
    }

    #[test]
    fn cells_of_csv_are_typed_by_their_whole_column() {
        check(
            "id;zip;amount;active;seen;note\n1;01067;2.5;true;2026-01-31;x\n2;10115;3;false;2026-02-01;\n",
            expect![[r#"
                field("id", #{ type: "integer", required: true })
                field("zip", #{ required: true })
                field("amount", #{ type: "number", required: true })
                field("active", #{ type: "boolean", required: true })
                field("seen", #{ format: "date", required: true })
                field("note")
            "#]],
        );
        check(
            "long,mixed\n12345678901234567890,1\n1,a\n",
            expect![[r#"
            field("long", #{ required: true })
            field("mixed", #{ required: true })
        "#]],
        );
    }

    #[test]
    fn a_recording_gives_one_set_for_each_call() {
        let entry = |method: &str, url: &str, status: u16, body: &str| {
            serde_json::json!({
                "request": { "method": method, "url": url },
                "response": { "status": status, "content": { "text": body } },
            })
        };
        let har = serde_json::json!({ "log": { "entries": [
            entry("get", "https://me:word@acme.example/users?limit=1", 200, r#"[{"id": 1}]"#),
            entry("GET", "https://acme.example/users?limit=2", 200, r#"[{"id": 2, "name": "Ada"}]"#),
            entry("GET", "https://acme.example/users/9", 404, r#"{"error": "none"}"#),
            entry("GET", "https://acme.example/", 200, "<html>"),
        ] } });
        check(
            &har.to_string(),
            expect![[r#"
            GET https://acme.example/users 200
            field("id", #{ type: "integer", required: true })
            field("name")
            GET https://acme.example/users/9 404
            field("error", #{ required: true })
        "#]],
        );
        check(
            r#"{"log": {"entries": []}}"#,
            expect![[r#"
            None: no answer of this recording has JSON in it
        "#]],
        );
    }

    #[test]
    fn what_cannot_be_read_is_told_with_its_line() {
        check(
            "{\n  \"a\": 1,\n}",
            expect![[r#"
            Some(3): this is not JSON: trailing comma at line 3 column 1
        "#]],
        );
        check(
            "a,b\n1,2\n3\n",
            expect![[r#"
            Some(3): it has 1 values, and there are 2 columns
        "#]],
        );
        check(
            "a,a\n1,2\n",
            expect![[r#"
            Some(1): two columns are named `a`
        "#]],
        );
        check(
            "a,b\n",
            expect![[r#"
            None: it has no rows below its line of names
        "#]],
        );
        check(
            "a,,b\n1,2,3\n",
            expect![[r#"
            Some(1): column 2 has no name
        "#]],
        );
    }
}
