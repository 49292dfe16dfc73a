//! Asking an inline hook: what it is sent, and how it went. Who asks which hook, and what is made of the answer, is with
//! what asks: `oauth::token_hook`, `oauth::password_hook`, and the preview in `super::inline_hooks`.

use axum::http::Method;
use serde_json::{Value, json};
use url::Url;

use super::call::{Answer, Call};
use super::errand::{Errand, Told};
use super::errors::Problem;
use super::event::EventKind;
use super::record::Record;
use crate::state::Org;

const EXECUTED: EventKind = EventKind("inline_hook.executed", "Inline hook executed", "inline_hook.executed");

/// The hook of a type that is in use; the oldest where there are several.
pub fn in_use<'o>(org: &'o Org, kind: &str) -> Option<&'o Record> {
    org.records_at("inlineHooks")
        .find(|hook| hook.active && hook.text("type") == kind)
}

/// What stands around the data of every question; `source` is the path that the question comes from.
pub fn envelope(call: &Call<'_>, kind: &str, source: &str, data: Value) -> Value {
    json!({
        "eventId": uuid::Uuid::new_v4().to_string(), "eventTime": call.now, "eventType": kind,
        "eventTypeVersion": "1.0", "contentType": "application/json", "cloudEventVersion": "0.1",
        "source": format!("{}{source}", call.state.url()), "data": data,
    })
}

/// What a hook is told about the call that led to the question.
pub fn request(call: &Call<'_>) -> Value {
    json!({
        "id": call.request_id, "method": call.method.as_str(),
        "url": {"value": format!("{}{}", call.state.url(), call.path)}, "ipAddress": "127.0.0.1",
    })
}

/// A question to a hook. `finish` gets the answer as JSON, `null` for an empty one, or why there is none.
///
/// # Errors
/// That the hook has no address to call.
pub fn ask(
    hook: &Record,
    question: &Value,
    finish: impl FnOnce(&Call<'_>, Result<Value, String>) -> Answer + Send + 'static,
) -> Result<Errand, Problem> {
    let config = &hook.get("channel")["config"];
    let url = config["uri"].as_str().and_then(|uri| Url::parse(uri).ok());
    let url = url.ok_or_else(|| super::shape::fault("channel.config.uri", "The hook has no address to call"))?;
    let mut headers: Vec<(String, String)> = config["headers"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|header| Some((header["key"].as_str()?.to_owned(), header["value"].as_str()?.to_owned())))
        .collect();
    if let (Some(key), Some(secret)) = (config["authScheme"]["key"].as_str(), hook.get("secrets").as_str()) {
        headers.push((key.to_owned(), secret.to_owned()));
    }
    let party = hook.party("InlineHook");
    let body = question.to_string().into_bytes();
    Ok(Errand::ask(Method::POST, url, headers, body, move |call, told| {
        let answer = read(told);
        let failure = answer.as_ref().err().cloned();
        call.state.write().record_job(call.now, EXECUTED, vec![party], failure);
        finish(call, answer)
    }))
}

fn read(told: Told) -> Result<Value, String> {
    let (status, body) = told?;
    if !status.is_success() {
        return Err(format!("the address answered {status}"));
    }
    if body.is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_slice(&body).map_err(|_| "the answer is not JSON".into())
}
