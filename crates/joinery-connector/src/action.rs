//! A tested request becomes an action: the script's text and the schema of its answer.

use serde_json::Value;

use crate::request::SavedRequest;

/// The two files that *Make action* writes.
#[derive(Debug, Clone, PartialEq)]
pub struct NewAction {
    /// The action's name: `get_user`.
    pub name: String,
    /// `actions/get_user.rhai`
    pub path: String,
    /// The script.
    pub script: String,
    /// `schemas/user.json`, where the answer was JSON.
    pub schema: Option<NewSchema>,
    /// Values for the input form, taken from the request's variables.
    pub input: Value,
}

/// A schema inferred from a response.
#[derive(Debug, Clone, PartialEq)]
pub struct NewSchema {
    /// The name that `schema("...")` takes.
    pub name: String,
    /// `schemas/user.json`
    pub path: String,
    /// The JSON Schema.
    pub schema: Value,
}

/// Writes the action for `request`, whose answer was `response` (JSON, if it was). `taken` are the names of actions
/// and schemas that exist: a new action never overwrites one, a schema of the same shape is reused.
pub fn from_request(request: &SavedRequest, response: Option<&Value>, taken: &Taken) -> NewAction {
    let _ = (request, response, taken);
    todo!()
}

/// What a connector already has.
#[derive(Debug, Clone, Default)]
pub struct Taken {
    /// Names of actions.
    pub actions: Vec<String>,
    /// Names of schemas with their contents.
    pub schemas: Vec<(String, Value)>,
}
