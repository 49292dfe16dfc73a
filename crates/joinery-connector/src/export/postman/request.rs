//! One request with its scripts and saved answers.

use serde_json::{Map, Value, json};

use super::super::{RequestSet, set::SetRequest};
use super::{
    auth, body, script,
    text::{in_query, text},
};
use crate::request::{Example, SavedRequest};

pub(super) fn item(set: &mut RequestSet, request: &SetRequest, scripts: &script::Scripts) -> Value {
    let place = &request.place;
    let sent = sent(set, request);
    let mut events = Vec::new();
    let before = scripts.of_request(set, request);
    if !before.is_empty() {
        events.push(script::event("prerequest", before));
    }
    let after = script::test(set, request);
    if !after.is_empty() {
        events.push(script::event("test", after));
    }
    let answers: Vec<Value> = request.examples.iter().map(|example| answer(example, &sent)).collect();
    let mut item = json!({ "name": request.request.name, "request": sent, "response": answers });
    if !events.is_empty() {
        item["event"] = events.into();
    }
    let behavior = behavior(set, &request.request, place);
    if !behavior.is_empty() {
        item["protocolProfileBehavior"] = behavior.into();
    }
    item
}

fn sent(set: &mut RequestSet, request: &SetRequest) -> Value {
    let (own, place) = (&request.request, &request.place);
    let method = if own.method.is_empty() { "GET" } else { &own.method };
    let mut headers = body::rows(set, &request.whole.headers, place);
    let mut sent = json!({ "method": method, "url": url(set, request) });
    if let Some((body, media_type)) = body::written(set, &own.body, place) {
        let said = request
            .whole
            .headers
            .iter()
            .any(|row| row.enabled && row.name.eq_ignore_ascii_case("content-type"));
        // Postman tells JSON by itself.
        if let Some(media_type) = media_type.filter(|media_type| !said && media_type != "application/json") {
            headers.push(json!({ "key": "Content-Type", "value": media_type }));
        }
        sent["body"] = body;
    }
    sent["header"] = headers.into();
    if !own.description.is_empty() {
        sent["description"] = own.description.as_str().into();
    }
    if let Some(auth) = auth::written(set, &own.auth, place) {
        sent["auth"] = auth;
    }
    sent
}

/// A URL in parts. A segment that is one of the request's own variables is a path variable.
fn url(set: &mut RequestSet, request: &SetRequest) -> Value {
    let (own, place) = (&request.request, &request.place);
    let address = if own.url.starts_with('/') {
        format!("{{{{base_url}}}}{}", own.url)
    } else {
        own.url.clone()
    };
    let address = text(set, &address, place);
    let address = address.split('#').next().unwrap_or_default();
    let (protocol, rest) = match address.split_once("://") {
        Some((protocol, rest)) => (Some(protocol), rest),
        None => (None, address),
    };
    let (host, path) = rest
        .split_once('/')
        .map_or((rest, None), |(host, path)| (host, Some(path)));
    let mut variables = Vec::new();
    let segments: Vec<String> = path
        .into_iter()
        .flat_map(|path| path.split('/'))
        .map(|segment| match path_variable(segment, own) {
            None => segment.to_owned(),
            Some(name) => {
                variables.push(json!({ "key": name, "value": text(set, &own.variables[name], place) }));
                format!(":{name}")
            }
        })
        .collect();
    let query: Vec<Value> = own.query.iter().map(|row| query_row(set, row, place)).collect();
    let typed = query.iter().filter(|row| row["disabled"] != true);
    let typed: Vec<String> = typed
        .map(|row| {
            format!(
                "{}={}",
                row["key"].as_str().unwrap_or_default(),
                row["value"].as_str().unwrap_or_default()
            )
        })
        .collect();
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if !host.contains('{') => (name, Some(port)),
        _ => (host, None),
    };
    let mut raw = protocol.map_or_else(String::new, |protocol| format!("{protocol}://")) + host;
    if path.is_some() {
        raw = format!("{raw}/{}", segments.join("/"));
    }
    if !typed.is_empty() {
        raw = format!("{raw}?{}", typed.join("&"));
    }
    let host: Vec<&str> = if name.contains('{') {
        vec![name]
    } else {
        name.split('.').collect()
    };
    let mut url = json!({ "raw": raw, "host": host });
    if let Some(protocol) = protocol {
        url["protocol"] = protocol.into();
    }
    if let Some(port) = port {
        url["port"] = port.into();
    }
    if path.is_some() {
        url["path"] = segments.into();
    }
    if !query.is_empty() {
        url["query"] = query.into();
    }
    if !variables.is_empty() {
        url["variable"] = variables.into();
    }
    url
}

/// The request's own variable that a segment of the path is.
pub(super) fn path_variable<'a>(segment: &'a str, request: &SavedRequest) -> Option<&'a str> {
    let name = segment.strip_prefix("{{")?.strip_suffix("}}")?.trim();
    let plain = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == '-';
    (name != "base_url" && name.chars().all(plain) && request.variables.contains_key(name)).then_some(name)
}

fn query_row(set: &mut RequestSet, row: &crate::request::Pair, place: &str) -> Value {
    let mut written = json!({
        "key": in_query(&text(set, &row.name, place)),
        "value": in_query(&text(set, &row.value, place)),
    });
    if !row.enabled {
        written["disabled"] = true.into();
    }
    if !row.description.is_empty() {
        written["description"] = row.description.as_str().into();
    }
    written
}

fn behavior(set: &mut RequestSet, request: &SavedRequest, place: &str) -> Map<String, Value> {
    let settings = &request.settings;
    let mut behavior = Map::new();
    if let Some(follow) = settings.follow_redirects {
        behavior.insert("followRedirects".to_owned(), follow.into());
    }
    if settings.cookies == Some(false) {
        behavior.insert("disableCookies".to_owned(), true.into());
    }
    for (set_here, name) in [
        (settings.timeout.is_some(), "timeout"),
        (settings.retry.is_some(), "retry"),
        (settings.pages.is_some(), "pages"),
    ] {
        if set_here {
            set.leave(place, format!("the setting {name}"), "a request in Postman has none");
        }
    }
    behavior
}

/// A saved answer.
fn answer(example: &Example, sent: &Value) -> Value {
    let response = &example.response;
    let headers = response.headers.iter();
    let headers: Vec<Value> = headers
        .map(|header| json!({ "key": header.name, "value": header.value }))
        .collect();
    json!({
        "name": example.name,
        "originalRequest": sent,
        "status": response.reason,
        "code": response.status,
        "header": headers,
        "cookie": [],
        "body": response.text(),
        "_postman_previewlanguage": if response.body.is_object() || response.body.is_array() { "json" } else { "text" },
    })
}
