//! One request of a collection.

use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::{Reader, described, text_of, variables::variable_name};
use crate::{
    import::curl::split_url,
    request::{RequestSettings, SavedRequest},
};

impl Reader {
    pub(super) fn request(&mut self, item: &Value, place: &str) -> SavedRequest {
        let given = &item["request"];
        let method = match text_of(&given["method"]) {
            method if method.is_empty() => "GET".to_owned(),
            method => method.to_uppercase(),
        };
        let mut headers = self.rows(&given["header"], place);
        for header in &mut headers {
            if let Some(kept) = self.signing_header(&header.name, &header.value, place) {
                header.value = kept;
            }
        }
        let behavior = &item["protocolProfileBehavior"];
        for what in ["proxy", "certificate"] {
            if given[what].is_object() {
                self.leave(place, format!("the {what}"), "set it in the connection");
            }
        }
        self.leave_behavior(behavior, place, &["followRedirects", "disableCookies"]);
        let mut request = SavedRequest {
            name: text_of(&item["name"]),
            description: described(&given["description"])
                .or_else(|| described(&item["description"]))
                .unwrap_or_default(),
            method,
            auth: self.auth(&given["auth"], place),
            body: self.body(&given["body"], &headers, place),
            headers,
            settings: RequestSettings {
                follow_redirects: behavior["followRedirects"].as_bool(),
                cookies: behavior["disableCookies"].as_bool().map(|off| !off),
                ..RequestSettings::default()
            },
            ..SavedRequest::default()
        };
        self.url(
            if given.is_string() { given } else { &given["url"] },
            &mut request,
            place,
        );
        self.scripts(&item["event"], &mut request, place);
        request
    }

    /// The URL: a text, or an object whose `raw` says it and whose lists say what is switched off.
    fn url(&mut self, given: &Value, request: &mut SavedRequest, place: &str) {
        let raw = match given {
            Value::String(raw) => raw.clone(),
            given => match text_of(&given["raw"]) {
                raw if raw.is_empty() => assembled(given),
                raw => raw,
            },
        };
        let (address, query) = split_url(&self.text(&raw, place));
        request.url = with_variables(&address);
        request.query = if given["query"].is_array() {
            let mut rows = self.rows(&given["query"], place);
            for row in &mut rows {
                row.name = decoded(&row.name);
                row.value = decoded(&row.value);
            }
            rows
        } else {
            query
        };
        request.variables = self.variables(&given["variable"], place);
        // A path variable that nobody filled in may have its value elsewhere.
        request.variables.retain(|_, value| !value.is_empty());
    }
}

/// `:id` as `{{id}}`, after the host.
pub(in crate::import) fn with_variables(url: &str) -> String {
    let segments = url.split('/').map(|segment| match segment.strip_prefix(':') {
        Some(name) if !name.is_empty() => format!("{{{{{}}}}}", variable_name(name)),
        _ => segment.to_owned(),
    });
    segments.collect::<Vec<_>>().join("/")
}

/// A URL from its parts: lists, or texts.
fn assembled(given: &Value) -> String {
    let joined = |value: &Value, between: &str| match value {
        Value::Array(parts) => {
            let part = |part: &Value| {
                if part.is_object() {
                    text_of(&part["value"])
                } else {
                    text_of(part)
                }
            };
            parts.iter().map(part).collect::<Vec<_>>().join(between)
        }
        text => text_of(text),
    };
    let mut url = joined(&given["host"], ".");
    if let Some(protocol) = given["protocol"].as_str() {
        url = format!("{}://{url}", protocol.trim_end_matches("://"));
    }
    let port = text_of(&given["port"]);
    if !port.is_empty() {
        url = format!("{url}:{port}");
    }
    match joined(&given["path"], "/") {
        path if path.is_empty() => url,
        path => format!("{url}/{}", path.trim_start_matches('/')),
    }
}

/// Rows are encoded when they are sent; Postman keeps what was typed, encoded or not.
fn decoded(text: &str) -> String {
    percent_decode_str(text)
        .decode_utf8()
        .map_or_else(|_| text.to_owned(), std::borrow::Cow::into_owned)
}
