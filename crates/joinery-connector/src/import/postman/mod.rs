//! Postman collections (v2.0 and v2.1), environments and globals.

mod auth;
mod body;
mod example;
mod request;
mod script;
mod variables;

use serde_json::Value;

pub(super) use self::{request::with_variables, variables::variable_name};
use super::{Imported, NotCarried, Refused};
use crate::request::{Example, RequestFolder};

/// Whether a text looks like one of Postman's files.
pub(super) fn detect(text: &str) -> bool {
    // A broken file is recognised too, so that it is told where it breaks.
    text.trim_start().starts_with('{')
        && (text.contains("schema.getpostman.com")
            || text.contains("_postman_variable_scope")
            || serde_json::from_str(text).is_ok_and(|file| is_collection(&file)))
}

fn is_collection(file: &Value) -> bool {
    let info = &file["info"];
    file["item"].is_array() && (info["schema"].is_string() || info["_postman_id"].is_string())
}

fn is_environment(file: &Value) -> bool {
    file["values"].is_array() && (file["_postman_variable_scope"].is_string() || file["name"].is_string())
}

/// Reads a collection, an environment or globals.
///
/// # Errors
/// A text that is not JSON, with its place, or neither of these files.
pub(super) fn read(text: &str) -> Result<Imported, Refused> {
    let file: Value = serde_json::from_str(text)?;
    let mut reader = Reader::default();
    reader.imported.ordered = true;
    if is_collection(&file) {
        reader.collection(&file);
    } else if is_environment(&file) {
        reader.environment(&file);
    } else {
        return Err(Refused::new(
            "it is no collection of Postman in the format v2.0 or v2.1, and no environment",
        ));
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

    fn collection(&mut self, file: &Value) {
        let name = text_of(&file["info"]["name"]);
        self.imported.name = (!name.is_empty()).then(|| name.clone());
        let place = if name.is_empty() { "collection" } else { &name };
        let mut folder = self.folder(file, place);
        folder.description = described(&file["info"]["description"]);
        // The connection says what `base_url` stands for.
        self.imported.base_url = folder.variables.remove("base_url").filter(|url| !url.is_empty());
        self.imported.folders.push((Vec::new(), folder));
        self.items(&file["item"], &mut Vec::new());
    }

    /// What a collection or folder shares.
    fn folder(&mut self, file: &Value, place: &str) -> RequestFolder {
        let set = self.shared_scripts(&file["event"], place);
        self.leave_behavior(&file["protocolProfileBehavior"], place, &[]);
        let mut variables = self.variables(&file["variable"], place);
        // What is to be filled in has its value elsewhere.
        variables.retain(|_, value| !value.is_empty());
        variables.extend(self.values_set(set, place));
        RequestFolder {
            name: None,
            description: described(&file["description"]),
            auth: self.auth(&file["auth"], place),
            headers: Vec::new(),
            variables,
            order: None,
        }
    }

    fn items(&mut self, items: &Value, within: &mut Vec<String>) {
        for item in list(items) {
            let name = text_of(&item["name"]);
            let place = place_of(within, &name);
            if item["item"].is_array() {
                let mut folder = self.folder(item, &place);
                folder.name = Some(name.clone());
                within.push(name);
                self.imported.folders.push((within.clone(), folder));
                self.items(&item["item"], within);
                within.pop();
            } else if item["request"].is_object() || item["request"].is_string() {
                let request = self.request(item, &place);
                let answers = list(&item["response"])
                    .iter()
                    .filter_map(|answer| self.example(answer, &place));
                let answers: Vec<Example> = answers.collect();
                let at = self.imported.requests.len();
                self.imported
                    .examples
                    .extend(answers.into_iter().map(|answer| (at, answer)));
                self.imported.requests.push((within.clone(), request));
            } else {
                self.leave(&place, "an entry", "it is neither a folder nor a request");
            }
        }
    }
}

/// `Users / Get a user`
fn place_of(within: &[String], name: &str) -> String {
    let names: Vec<&str> = within.iter().map(String::as_str).chain([name]).collect();
    names.join(" / ")
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn on(row: &Value) -> bool {
    row["disabled"] != true && row["enabled"] != false
}

/// A text, a number or a truth value as text; anything else is none.
fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(_) | Value::Bool(_) => value.to_string(),
        _ => String::new(),
    }
}

/// A description: a text, or an object with one.
fn described(value: &Value) -> Option<String> {
    let text = if value.is_object() {
        text_of(&value["content"])
    } else {
        text_of(value)
    };
    (!text.trim().is_empty()).then_some(text)
}

#[cfg(test)]
mod tests;
