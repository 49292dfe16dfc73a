//! Addresses: the server, and paths with their parameters.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::super::RequestSet;
use crate::variables::placeholders;

/// Paths with their operations, in the order in which they came.
#[derive(Default)]
pub(super) struct Paths {
    pub(super) items: Map<String, Value>,
    /// Templates by their shape: `/users/{}` is one path, whatever its parameter is called.
    shapes: BTreeMap<String, (String, Vec<String>)>,
}

impl Paths {
    /// The template of a path, and its parameters: the variable that stands there, and what the template calls it.
    pub(super) fn template(&mut self, path: &str) -> (String, Vec<(String, String)>) {
        let path = path.split(['?', '#']).next().unwrap_or_default();
        let (mut shape, mut template, mut variables) = (String::new(), String::new(), Vec::new());
        let mut at = 0;
        for found in placeholders(path) {
            let name = plain(&found.name, &variables);
            shape.push_str(&path[at..found.start]);
            shape.push_str("{}");
            template.push_str(&path[at..found.start]);
            template.extend(["{", &name, "}"]);
            variables.push((found.name.clone(), name));
            at = found.end;
        }
        shape.push_str(&path[at..]);
        template.push_str(&path[at..]);
        let names = variables.iter().map(|(_, name)| name.clone()).collect();
        let (template, names) = self.shapes.entry(shape).or_insert((template, names));
        let variables = variables.into_iter().zip(names.iter());
        let parameters = variables.map(|((variable, _), name)| (variable, name.clone()));
        (template.clone(), parameters.collect())
    }

    pub(super) fn has(&self, template: &str, method: &str) -> bool {
        self.items.get(template).is_some_and(|item| item.get(method).is_some())
    }

    pub(super) fn insert(&mut self, template: String, method: String, operation: Value) {
        let item = self.items.entry(template).or_insert_with(|| json!({}));
        item[method] = operation;
    }
}

/// A name that a parameter can have, and that no other of the path has.
fn plain(name: &str, taken: &[(String, String)]) -> String {
    let letter = |letter: char| {
        if letter.is_ascii_alphanumeric() || letter == '_' {
            letter
        } else {
            '_'
        }
    };
    let mut plain: String = name.chars().map(letter).collect();
    while taken.iter().any(|(_, taken)| *taken == plain) {
        plain.push('_');
    }
    plain
}

/// The path below the base URL; none for another address.
pub(super) fn below_base(url: &str) -> Option<&str> {
    let path = url.trim().strip_prefix("{{base_url}}").unwrap_or(url.trim());
    match path {
        "" => Some("/"),
        path if path.starts_with('/') => Some(path),
        _ => None,
    }
}

/// The server that the base URL is, its variables with what the connection's fields hint at.
pub(super) fn server(set: &RequestSet) -> Value {
    let base_url = set.base_url();
    let mut url = base_url.to_owned();
    let mut variables = Map::new();
    let mut said = Vec::new();
    for found in placeholders(base_url).into_iter().rev() {
        let name = plain(&found.name, &[]);
        url.replace_range(found.start..found.end, &format!("{{{name}}}"));
        variables.insert(name, json!({ "default": value(set, &found.name) }));
        // The published schema of 3.1 knows no description of a variable, although the text has one.
        let fields = set.connector.manifest.fields.iter();
        said.extend(
            fields
                .filter(|field| field.name == found.name)
                .map(|field| field.label.as_str()),
        );
    }
    let url = if url.is_empty() { "/" } else { url.trim_end_matches('/') };
    let mut server = json!({ "url": url });
    if !variables.is_empty() {
        server["variables"] = variables.into();
    }
    if !said.is_empty() {
        server["description"] = said.join(", ").into();
    }
    server
}

/// A value for one of the base URL's variables: what is given, what the field hints at, or an example.
fn value(set: &RequestSet, name: &str) -> String {
    let given = set
        .selection
        .given
        .get(name)
        .or_else(|| set.selection.variables.get(name));
    let field = set.connector.manifest.fields.iter().find(|field| field.name == name);
    let hint = field.and_then(|field| field.default.clone().or_else(|| field.hint.clone()));
    given.cloned().or(hint).unwrap_or_else(|| "api.example".to_owned())
}

/// An address with the values that a reader without a connection is shown.
pub(super) fn shown(set: &RequestSet, address: &str) -> String {
    let mut address = address.replace("{{base_url}}", set.base_url().trim_end_matches('/'));
    for found in placeholders(&address.clone()).into_iter().rev() {
        address.replace_range(found.start..found.end, &value(set, &found.name));
    }
    address
}
