//! Variables: what Postman's names are called here, and which values may stand in files.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Reader, list, on, text_of};
use crate::import::parts::{is_name, template};

impl Reader {
    /// A text with its placeholders as they are written here.
    pub(super) fn text(&mut self, text: &str, place: &str) -> String {
        template(text, place, &mut self.imported.not_carried)
    }

    /// What may stand in a file for a secret: variables do, anything else becomes the variable `name`.
    pub(super) fn secret(&mut self, name: &str, value: &str, place: &str) -> String {
        let trimmed = value.trim();
        let alone = trimmed.strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}"));
        if alone.is_some_and(is_name) {
            return self.text(trimmed, place);
        }
        if !trimmed.is_empty() {
            self.leave(
                place,
                format!("the value of {name}"),
                &format!("secrets are not kept in files: save it in the connection as `{name}`"),
            );
        }
        format!("{{{{{name}}}}}")
    }

    /// The variables of a collection, a folder or an environment.
    pub(super) fn variables(&mut self, rows: &Value, place: &str) -> BTreeMap<String, String> {
        let mut variables = BTreeMap::new();
        for row in list(rows) {
            let key = match text_of(&row["key"]) {
                key if key.is_empty() => text_of(&row["id"]),
                key => key,
            };
            let name = variable_name(&key);
            let value = text_of(&row["value"]);
            if name.is_empty() {
                continue;
            }
            if !on(row) {
                self.leave(place, format!("the variable {key}"), "it is switched off");
            } else if row["type"] == "secret" || is_secret(&key, &value) {
                self.secret(&name, &value, place);
            } else {
                variables.insert(name, self.text(&value, place));
            }
        }
        variables
    }

    /// An environment, or globals.
    pub(super) fn environment(&mut self, file: &Value) {
        let name = match text_of(&file["name"]) {
            name if name.is_empty() => "Globals".to_owned(),
            name => name,
        };
        let variables = self.variables(&file["values"], &name);
        self.imported.name = Some(name.clone());
        self.imported.environments.push((name, variables));
    }
}

/// A variable's name here: what cannot stand in one becomes `_`, and `baseUrl`, as Postman calls what an API's
/// description says, is `base_url`.
pub(in crate::import) fn variable_name(name: &str) -> String {
    let fits = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '-' | '.');
    match name.trim() {
        "baseUrl" => "base_url".to_owned(),
        name => name
            .chars()
            .map(|letter| if fits(letter) { letter } else { '_' })
            .collect(),
    }
}

/// Whether a variable of that name holds a secret, although nobody marked it as one.
pub(super) fn is_secret(name: &str, value: &str) -> bool {
    let name = name.to_lowercase().replace(['-', '_', ' '], "");
    let words = ["password", "passwd", "secret", "token", "apikey", "privatekey"];
    let is_address = value.starts_with("http") || value.starts_with("{{");
    !value.is_empty() && !is_address && words.iter().any(|word| name.contains(word))
}
