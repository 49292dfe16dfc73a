//! Bodies of requests.

use serde_json::Value;

use super::{Reader, list, on, text_of};
use crate::request::{Pair, Part, RequestBody};

impl Reader {
    /// The body. A `.bru` file says its kind apart from its texts; `OpenCollection` has `type` and `data`.
    pub(super) fn body(&mut self, http: &Value, place: &str) -> RequestBody {
        let body = &http["body"];
        let kind = match body["mode"].as_str().or(body["type"].as_str()) {
            Some(kind) => kind,
            None if body["query"].is_string() => "graphql",
            None => "none",
        };
        let data = match (&body["data"], &body[kind]) {
            (Value::Null, own) => own,
            (data, _) => data,
        };
        match kind {
            "none" | "" => RequestBody::None,
            "json" => match self.text(&text_of(data), place) {
                text if text.trim().is_empty() => RequestBody::None,
                text => RequestBody::Json { text },
            },
            "text" | "xml" | "sparql" => RequestBody::Raw {
                content_type: match kind {
                    "xml" => "application/xml",
                    "sparql" => "application/sparql-query",
                    _ => "text/plain",
                }
                .to_owned(),
                text: self.text(&text_of(data), place),
            },
            "form-urlencoded" | "formUrlEncoded" => RequestBody::Form {
                fields: self.rows(data, place),
            },
            "multipart-form" | "multipartForm" => RequestBody::Multipart {
                parts: list(data).iter().flat_map(|row| self.parts(row, place)).collect(),
            },
            "graphql" => {
                let given = if data.is_object() { data } else { body };
                let (query, variables) = if data.is_string() {
                    (text_of(data), text_of(&body["graphql:vars"]))
                } else {
                    (text_of(&given["query"]), text_of(&given["variables"]))
                };
                RequestBody::Graphql {
                    query: self.text(&query, place),
                    operation_name: None,
                    variables: self.text(&variables, place),
                }
            }
            "file" => self.file_body(data, place),
            other => {
                self.leave(place, format!("a body of the kind {other}"), "it is not known here");
                RequestBody::None
            }
        }
    }

    fn file_body(&mut self, data: &Value, place: &str) -> RequestBody {
        let mut rows = list(data).iter();
        let chosen = rows.find(|row| on(row) && row["selected"] != false);
        let Some(row) = chosen else {
            return RequestBody::None;
        };
        let said = [text_of(&row["filePath"]), text_of(&row["value"])].concat();
        let (path, content_type) = with_type(&said);
        let content_type = content_type.or_else(|| Some(text_of(&row["contentType"])).filter(|text| !text.is_empty()));
        let path = path
            .strip_prefix("@file(")
            .and_then(|rest| rest.strip_suffix(')'))
            .unwrap_or(path);
        match self.file(path, place) {
            Some(path) => RequestBody::File { path, content_type },
            None => RequestBody::None,
        }
    }

    /// Rows of a table: `name`, `value`, `disabled`.
    pub(super) fn rows(&mut self, rows: &Value, place: &str) -> Vec<Pair> {
        let row = |row: &Value| Pair {
            name: self.text(&text_of(&row["name"]), place),
            value: self.text(&text_of(&row["value"]), place),
            enabled: on(row),
            description: text_of(&row["description"]),
        };
        list(rows).iter().map(row).collect()
    }

    fn parts(&mut self, row: &Value, place: &str) -> Vec<Part> {
        let said = match &row["value"] {
            Value::Array(paths) => format!("@file({})", paths.iter().map(text_of).collect::<Vec<_>>().join("|")),
            value if row["type"] == "file" && !text_of(value).starts_with("@file(") => {
                format!("@file({})", text_of(value))
            }
            value => text_of(value),
        };
        let (value, content_type) = with_type(&said);
        let content_type = content_type.or_else(|| Some(text_of(&row["contentType"])).filter(|text| !text.is_empty()));
        let part = Part {
            name: self.text(&text_of(&row["name"]), place),
            content_type,
            disabled: !on(row),
            description: text_of(&row["description"]),
            ..Part::default()
        };
        let Some(paths) = value.strip_prefix("@file(").and_then(|rest| rest.strip_suffix(')')) else {
            let value = self.text(value, place);
            return vec![Part { value, ..part }];
        };
        let files = paths.split('|').filter_map(|path| {
            let file = self.file(path, place)?;
            Some(Part {
                file: Some(file),
                ..part.clone()
            })
        });
        files.collect()
    }

    /// A file by its name: where it lies on the machine that sent it says nothing here.
    fn file(&mut self, path: &str, place: &str) -> Option<String> {
        let name = path.trim().rsplit(['/', '\\']).next().unwrap_or_default();
        if matches!(name, "" | "." | "..") {
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

/// `value @contentType(text/plain)`
fn with_type(value: &str) -> (&str, Option<String>) {
    let found = value
        .trim()
        .strip_suffix(')')
        .and_then(|rest| rest.rsplit_once("@contentType("));
    match found {
        Some((value, kind)) => (value.trim(), Some(kind.trim().to_owned())),
        None => (value, None),
    }
}
