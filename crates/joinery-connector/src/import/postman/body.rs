//! Bodies of requests.

use serde_json::Value;

use super::{Reader, described, list, on, text_of};
use crate::request::{Pair, Part, RequestBody};

impl Reader {
    pub(super) fn body(&mut self, body: &Value, headers: &[Pair], place: &str) -> RequestBody {
        if !on(body) {
            self.leave(place, "the body", "it is switched off");
            return RequestBody::None;
        }
        let mode = text_of(&body["mode"]);
        let given = &body[mode.as_str()];
        match mode.as_str() {
            "" => RequestBody::None,
            "raw" => self.raw(given, body["options"]["raw"]["language"].as_str(), headers, place),
            "urlencoded" => RequestBody::Form {
                fields: self.rows(given, place),
            },
            "formdata" => RequestBody::Multipart {
                parts: list(given).iter().flat_map(|row| self.parts(row, place)).collect(),
            },
            "file" => match self.file(&given["src"], place) {
                Some(path) => RequestBody::File {
                    path,
                    content_type: None,
                },
                None => RequestBody::None,
            },
            "graphql" => {
                let variables = match &given["variables"] {
                    Value::Object(_) => given["variables"].to_string(),
                    text => text_of(text),
                };
                let operation = text_of(&given["operationName"]);
                RequestBody::Graphql {
                    query: self.text(&text_of(&given["query"]), place),
                    operation_name: (!operation.is_empty()).then_some(operation),
                    variables: self.text(&variables, place),
                }
            }
            other => {
                self.leave(place, format!("a body of the kind {other}"), "it is not known here");
                RequestBody::None
            }
        }
    }

    fn raw(&mut self, given: &Value, language: Option<&str>, headers: &[Pair], place: &str) -> RequestBody {
        let text = self.text(&text_of(given), place);
        if text.is_empty() {
            return RequestBody::None;
        }
        let mut said = headers
            .iter()
            .filter(|header| header.enabled && header.name.eq_ignore_ascii_case("content-type"))
            .map(|header| header.value.as_str());
        let content_type = match (said.next(), language) {
            (Some(said), _) => said,
            (None, Some("json")) => "application/json",
            (None, Some("xml")) => "application/xml",
            (None, Some("html")) => "text/html",
            (None, Some("javascript")) => "application/javascript",
            _ => "text/plain",
        };
        if content_type.starts_with("application/json") {
            RequestBody::Json { text }
        } else {
            RequestBody::Raw {
                content_type: content_type.to_owned(),
                text,
            }
        }
    }

    /// Rows of a table: `key`, `value`, `disabled`.
    pub(super) fn rows(&mut self, rows: &Value, place: &str) -> Vec<Pair> {
        let row = |row: &Value| Pair {
            name: self.text(&text_of(&row["key"]), place),
            value: self.text(&text_of(&row["value"]), place),
            enabled: on(row),
            description: described(&row["description"]).unwrap_or_default(),
        };
        list(rows).iter().map(row).collect()
    }

    /// A row of form data: one part, or one for each of its files.
    fn parts(&mut self, row: &Value, place: &str) -> Vec<Part> {
        let content_type = text_of(&row["contentType"]);
        let part = Part {
            name: self.text(&text_of(&row["key"]), place),
            value: self.text(&text_of(&row["value"]), place),
            content_type: (!content_type.is_empty()).then_some(content_type),
            disabled: !on(row),
            description: described(&row["description"]).unwrap_or_default(),
            ..Part::default()
        };
        if row["type"] != "file" {
            return vec![part];
        }
        let sources = match &row["src"] {
            Value::Array(sources) => sources.iter().collect(),
            source => vec![source],
        };
        let with_file = |source: &Value| {
            self.file(source, place).map(|file| Part {
                file: Some(file),
                value: String::new(),
                ..part.clone()
            })
        };
        sources.into_iter().filter_map(with_file).collect()
    }

    /// A file by its name: where it lies on the machine that sent it says nothing here.
    fn file(&mut self, source: &Value, place: &str) -> Option<String> {
        let path = text_of(source);
        let name = path.rsplit(['/', '\\']).next().unwrap_or_default();
        if name.is_empty() || name == ".." || name == "." {
            self.leave(place, "a file to send", "none was chosen");
            return None;
        }
        self.leave(
            place,
            format!("the file {name}"),
            "put it into the workspace's `fixtures` folder",
        );
        Some(name.to_owned())
    }
}
