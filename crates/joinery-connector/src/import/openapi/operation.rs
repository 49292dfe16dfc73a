//! One operation of a description as a request.

use serde_json::{Map, Value};

use super::{Description, server};
use crate::{
    import::{
        Imported, NotCarried,
        parts::{list, members, plain, pretty, row, text, variable},
    },
    request::{Pair, Part, RequestAuth, RequestBody, SavedRequest},
};

/// Headers that a description cannot give as parameters: the body and the way to sign in say them.
const NOT_PARAMETERS: &[&str] = &["accept", "content-type", "authorization"];

impl<'a> Description<'a> {
    pub(super) fn operation(self, path: &str, method: &str, item: &'a Value, imported: &mut Imported) {
        let operation = &item[method];
        let name = [text(operation, "summary"), text(operation, "operationId")]
            .into_iter()
            .find(|name| !name.is_empty());
        let named = format!("{} {path}", method.to_uppercase());
        let mut request = SavedRequest {
            name: name.unwrap_or(&named).trim().to_owned(),
            description: text(operation, "description").trim_end().to_owned(),
            method: method.to_uppercase(),
            ..SavedRequest::default()
        };
        let mut left = Left {
            place: &named,
            not_carried: &mut imported.not_carried,
        };
        let start = list(&operation["servers"]).first().or(list(&item["servers"]).first());
        let start = start.map(server).filter(|url| url.contains("://"));
        let mut url = format!("{}{path}", start.as_deref().unwrap_or("{{base_url}}"));
        for parameter in self.parameters(item, operation) {
            self.parameter(parameter, &mut url, &mut request, &mut left);
        }
        request.url = braces(&url);
        request.body = self.body(self.follow(&operation["requestBody"]), &mut left);
        let security = operation.get("security").unwrap_or(&self.root["security"]);
        if security.as_array().is_some_and(Vec::is_empty) {
            request.auth = RequestAuth::None;
        }
        for (callback, _) in members(&operation["callbacks"]) {
            left.tell(&format!("the callback {callback}"), "a request that the service sends");
        }
        let tag = list(&operation["tags"]).first().and_then(Value::as_str);
        imported
            .requests
            .push((tag.map(str::to_owned).into_iter().collect(), request));
    }

    /// The parameters of a path, those of the operation in place of others of the same name.
    fn parameters(self, item: &'a Value, operation: &'a Value) -> Vec<&'a Value> {
        let mut parameters: Vec<&Value> = Vec::new();
        for parameter in list(&item["parameters"]).iter().chain(list(&operation["parameters"])) {
            let parameter = self.follow(parameter);
            let same = |other: &&mut &Value| other["name"] == parameter["name"] && other["in"] == parameter["in"];
            match parameters.iter_mut().find(same) {
                Some(before) => *before = parameter,
                None => parameters.push(parameter),
            }
        }
        parameters
    }

    fn parameter(self, parameter: &'a Value, url: &mut String, request: &mut SavedRequest, left: &mut Left) {
        let name = text(parameter, "name");
        if name.is_empty() {
            return;
        }
        let value = self.parameter_value(parameter);
        let pair = |value: &Value| Pair {
            enabled: parameter["required"] == true,
            description: text(parameter, "description").trim_end().to_owned(),
            ..row(name, plain(value))
        };
        match text(parameter, "in") {
            "path" => {
                let variable = variable(name);
                *url = url.replace(&format!("{{{name}}}"), &format!("{{{variable}}}"));
                request.variables.insert(variable, joined(&value));
            }
            "query" => match &value {
                // A list is a row for each of its entries, unless the description says otherwise.
                Value::Array(values) if parameter["explode"] != false && !values.is_empty() => {
                    request.query.extend(values.iter().map(pair));
                }
                value => request.query.push(pair(&Value::from(joined(value)))),
            },
            "header" if !NOT_PARAMETERS.iter().any(|other| name.eq_ignore_ascii_case(other)) => {
                request.headers.push(pair(&Value::from(joined(&value))));
            }
            "cookie" => left.tell(&format!("the cookie {name}"), "cookies are the connection's"),
            _ => {}
        }
    }

    /// What a parameter could be: only what the description says, nothing made up.
    fn parameter_value(self, parameter: &'a Value) -> Value {
        let schema = self.follow(&parameter["schema"]);
        let content = members(&parameter["content"]).next().map(|(_, content)| content);
        self.given(parameter)
            .or_else(|| content.and_then(|content| self.given(content)))
            .or_else(|| schema.get("example"))
            .or_else(|| list(&schema["examples"]).first())
            .or_else(|| schema.get("default"))
            .cloned()
            .unwrap_or_default()
    }

    /// The example that stands beside a schema.
    fn given(self, holder: &'a Value) -> Option<&'a Value> {
        let named = || members(&holder["examples"]).find_map(|(_, example)| self.follow(example).get("value"));
        holder.get("example").or_else(named)
    }

    fn body(self, body: &'a Value, left: &mut Left) -> RequestBody {
        let kinds: Vec<(&String, &Value)> = members(&body["content"]).collect();
        let json = kinds.iter().position(|(kind, _)| is_json(kind)).unwrap_or(0);
        let Some((kind, content)) = kinds.get(json) else {
            return RequestBody::None;
        };
        for (_, (other, _)) in kinds.iter().enumerate().filter(|(at, _)| *at != json) {
            left.tell(other, &format!("the body is {kind}"));
        }
        let schema = &content["schema"];
        let example = || self.given(content).cloned().unwrap_or_else(|| self.example(schema));
        match kind.as_str() {
            kind if is_json(kind) => {
                let text = pretty(&example());
                if kind.starts_with("application/json") {
                    RequestBody::Json { text }
                } else {
                    let content_type = kind.to_owned();
                    RequestBody::Raw { content_type, text }
                }
            }
            "application/x-www-form-urlencoded" => {
                let required = list(&self.follow(schema)["required"]);
                let example = example();
                let fields = members(&example).map(|(name, value)| Pair {
                    enabled: required.is_empty() || required.iter().any(|required| required == name),
                    ..row(name, joined(value))
                });
                RequestBody::Form {
                    fields: fields.collect(),
                }
            }
            "multipart/form-data" => RequestBody::Multipart {
                parts: self.form_parts(schema, &example()),
            },
            kind => match self.given(content) {
                Some(example) => RequestBody::Raw {
                    content_type: kind.to_owned(),
                    text: plain(example),
                },
                None if kind.starts_with("text/") || kind.ends_with("xml") => RequestBody::Raw {
                    content_type: kind.to_owned(),
                    text: String::new(),
                },
                None => RequestBody::File {
                    path: "body.bin".to_owned(),
                    content_type: (!kind.contains('*')).then(|| kind.to_owned()),
                },
            },
        }
    }

    fn form_parts(self, schema: &'a Value, example: &Value) -> Vec<Part> {
        let properties = &self.follow(schema)["properties"];
        let part = |(name, value): (&String, &Value)| {
            let property = properties
                .get(name)
                .map_or(&Value::Null, |property| self.follow(property));
            let is_file = text(property, "format") == "binary" || property.get("contentMediaType").is_some();
            Part {
                name: name.clone(),
                value: if is_file { String::new() } else { joined(value) },
                file: is_file.then(|| name.clone()),
                description: text(property, "description").trim_end().to_owned(),
                ..Part::default()
            }
        };
        members(example).map(part).collect()
    }
}

/// What an operation has that a request cannot hold.
struct Left<'a> {
    place: &'a str,
    not_carried: &'a mut Vec<NotCarried>,
}

impl Left<'_> {
    fn tell(&mut self, what: &str, why: &str) {
        self.not_carried.push(NotCarried::new(self.place, what, why));
    }
}

fn is_json(kind: &str) -> bool {
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind == "application/json" || kind.ends_with("+json")
}

/// A value in one text: a list of plain values with commas.
fn joined(value: &Value) -> String {
    match value {
        Value::Array(values) if values.iter().all(|value| !value.is_object() && !value.is_array()) => {
            values.iter().map(plain).collect::<Vec<_>>().join(",")
        }
        Value::Object(members) if members == &Map::new() => String::new(),
        value => plain(value),
    }
}

/// `/users/{id}` with variables as requests have them. What is written `{{name}}` already stays.
fn braces(url: &str) -> String {
    let mut shown = String::new();
    let mut rest = url;
    while let Some(at) = rest.find('{') {
        shown.push_str(&rest[..at]);
        rest = &rest[at..];
        let (open, close) = if rest.starts_with("{{") {
            ("{{", "}}")
        } else {
            ("{", "}")
        };
        let Some(end) = rest.find(close) else { break };
        let name = rest.get(open.len()..end).unwrap_or_default();
        shown.extend(["{{", &variable(name), "}}"]);
        rest = &rest[end + close.len()..];
    }
    shown + rest
}
