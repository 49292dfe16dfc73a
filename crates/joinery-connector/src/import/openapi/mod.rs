//! `OpenAPI` 3.0 and 3.1 descriptions, in JSON or YAML: a request for each operation, in folders by tag.

mod example;
mod operation;
#[cfg(test)]
mod tests;

use serde_json::Value;

use super::{
    Imported, NotCarried, Refused,
    parts::{document, has_member, list, members, plain, text},
};
use crate::request::RequestFolder;

/// The methods an operation can have.
const METHODS: &[&str] = &["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// References that lead to references are followed so far.
const MAX_HOPS: usize = 32;

/// Whether a text looks like a description, of a version that is read or not.
pub(super) fn detect(text: &str) -> bool {
    has_member(text, &["openapi", "swagger"])
}

/// The requests that a description has operations for.
///
/// # Errors
/// A text that is neither JSON nor YAML, and a description of another version.
pub fn openapi(text: &str) -> Result<Imported, Refused> {
    let root = document(text)?;
    let version = plain(&root["openapi"]);
    if !version.starts_with("3.0") && !version.starts_with("3.1") {
        let swagger = plain(&root["swagger"]);
        return Err(Refused::new(match (version.as_str(), swagger.as_str()) {
            ("", "") => "it is not an OpenAPI description: it has no `openapi` at its top".to_owned(),
            ("", swagger) => format!("it is Swagger {swagger}: convert it to OpenAPI 3.0 or 3.1 and import that"),
            (version, _) => format!("it is OpenAPI {version}: 3.0 and 3.1 can be imported"),
        }));
    }
    Ok(Description { root: &root }.imported())
}

/// A description, through which its references are followed.
#[derive(Clone, Copy)]
struct Description<'a> {
    root: &'a Value,
}

impl<'a> Description<'a> {
    fn imported(self) -> Imported {
        let mut imported = Imported {
            name: self.root["info"]["title"].as_str().map(str::to_owned),
            ..Imported::default()
        };
        self.servers(&mut imported);
        for tag in list(&self.root["tags"]) {
            let given = |name| Some(text(tag, name).to_owned()).filter(|text: &String| !text.is_empty());
            let folder = RequestFolder {
                name: given("x-displayName"),
                description: given("description"),
                ..RequestFolder::default()
            };
            if let Some(name) = given("name").filter(|_| folder != RequestFolder::default()) {
                imported.folders.push((vec![name], folder));
            }
        }
        for (path, item) in members(&self.root["paths"]) {
            let item = self.follow(item);
            for method in METHODS {
                if item[method].is_object() {
                    self.operation(path, method, item, &mut imported);
                }
            }
        }
        for (name, what) in [
            ("webhooks", "a request that the service sends"),
            ("x-webhooks", "a request that the service sends"),
        ] {
            for (hook, _) in members(&self.root[name]) {
                imported.not_carried.push(NotCarried::new(name, hook, what));
            }
        }
        imported
    }

    fn servers(self, imported: &mut Imported) {
        let servers = list(&self.root["servers"]);
        if let Some(first) = servers.first() {
            let url = server(first);
            if url.contains("://") {
                imported.base_url = Some(url);
            } else {
                let why = "it is no whole address: set the base URL in the connection";
                imported.not_carried.push(NotCarried::new("servers", url, why));
            }
        }
        for other in servers.iter().skip(1) {
            let why = "the first server is the base URL";
            imported
                .not_carried
                .push(NotCarried::new("servers", server(other), why));
        }
    }

    /// What a reference refers to; of a cycle or a reference into another file, the reference itself.
    fn follow(self, mut value: &'a Value) -> &'a Value {
        for _ in 0..MAX_HOPS {
            match self.refers(value) {
                Some(next) => value = next,
                None => break,
            }
        }
        value
    }

    fn refers(self, value: &'a Value) -> Option<&'a Value> {
        let pointer = value.get("$ref")?.as_str()?.strip_prefix('#')?;
        let pointer = percent_encoding::percent_decode_str(pointer).decode_utf8_lossy();
        self.root.pointer(&pointer)
    }
}

/// A server's URL with the defaults of its variables.
fn server(server: &Value) -> String {
    let mut url = text(server, "url").to_owned();
    for (name, variable) in members(&server["variables"]) {
        url = url.replace(&format!("{{{name}}}"), &plain(&variable["default"]));
    }
    url.trim_end_matches('/').to_owned()
}
