//! JSON-RPC 2.0: reading what came in, and wording answers.

use serde_json::{Value, json};

/// What came in.
#[derive(Debug, Clone, PartialEq)]
pub enum Message {
    /// Wants an answer.
    Request {
        /// What the answer must carry.
        id: Value,
        /// What to do.
        method: String,
        /// With what.
        params: Value,
    },
    /// Wants none.
    Notification {
        /// What happened.
        method: String,
        /// To what.
        params: Value,
    },
    /// An answer to a request of ours.
    Response,
}

/// Why a request has no result. The numbers are those of the protocol.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure {
    /// The kind.
    pub code: i64,
    /// In words.
    pub message: String,
}

impl Failure {
    /// The message is not JSON.
    pub const PARSE: i64 = -32_700;
    /// The message is not one of the protocol.
    pub const INVALID_REQUEST: i64 = -32_600;
    /// Nothing is called so.
    pub const UNKNOWN_METHOD: i64 = -32_601;
    /// The parameters have another form.
    pub const INVALID_PARAMS: i64 = -32_602;
    /// Something went wrong here.
    pub const INTERNAL: i64 = -32_603;
    /// `initialize` has not come yet.
    pub const NOT_INITIALIZED: i64 = -32_002;
    /// It cannot be done, for a reason that people can read.
    pub const REQUEST_FAILED: i64 = -32_803;

    /// A failure.
    pub fn new(code: i64, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }
}

/// Reads a message.
///
/// # Errors
/// The answer to give instead.
pub fn read(text: &str) -> Result<Message, Value> {
    let refuse = |code, message: String, id: Value| failure(&id, &Failure::new(code, message));
    let value: Value = serde_json::from_str(text)
        .map_err(|error| refuse(Failure::PARSE, format!("this is not JSON: {error}"), Value::Null))?;
    let Value::Object(mut members) = value else {
        return Err(refuse(
            Failure::INVALID_REQUEST,
            "a message is an object".into(),
            Value::Null,
        ));
    };
    let id = members.remove("id");
    let params = members.remove("params").unwrap_or(Value::Null);
    match (members.remove("method"), id) {
        (Some(Value::String(method)), Some(id @ (Value::String(_) | Value::Number(_)))) => {
            Ok(Message::Request { id, method, params })
        }
        (Some(Value::String(method)), None) => Ok(Message::Notification { method, params }),
        (None, Some(_)) if members.contains_key("result") || members.contains_key("error") => Ok(Message::Response),
        (_, id) => {
            let id = id.filter(|id| id.is_string() || id.is_number()).unwrap_or_default();
            Err(refuse(
                Failure::INVALID_REQUEST,
                "a message has a method and, where it wants an answer, an id that is a number or a text".into(),
                id,
            ))
        }
    }
}

/// The answer to a request.
pub fn answer(id: &Value, result: Result<Value, Failure>) -> Value {
    match result {
        Ok(result) => json!({ "jsonrpc": "2.0", "id": id, "result": result }),
        Err(error) => failure(id, &error),
    }
}

fn failure(id: &Value, error: &Failure) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "error": { "code": error.code, "message": error.message } })
}

/// Something to tell.
pub fn notification(method: &str, params: Value) -> Value {
    json!({ "jsonrpc": "2.0", "method": method, "params": params })
}

/// Something to ask.
pub fn request(id: &str, method: &str, params: Value) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params })
}
