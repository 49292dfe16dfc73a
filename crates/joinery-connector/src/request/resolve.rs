//! A [`SavedRequest`] and the variables become an [`HttpRequest`].

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use crate::{
    http::{Header, HttpBody, HttpPart, HttpRequest, PartContent},
    request::{Pair, Part, RequestBody, SavedRequest},
    variables::{self, Missing, Scope, Variables, fill, fill_with},
};

/// RFC 3986 calls all others reserved.
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The request with every variable filled in, or every variable that is missing.
pub(super) fn request(request: &SavedRequest, variables: &Variables) -> Result<HttpRequest, Vec<Missing>> {
    let mut known = variables.clone();
    for (name, text) in &request.variables {
        known.set(Scope::Request, name.clone(), variables::Value::Text(text.clone()));
    }
    let mut missing = Vec::new();
    let mut keep = |result: Result<String, Vec<Missing>>| {
        result.unwrap_or_else(|more| {
            missing.extend(more);
            String::new()
        })
    };
    let mut url = keep(url(&request.url, &known));
    for pair in on(&request.query) {
        let place = format!("query.{}", pair.name);
        let name = keep(fill(&pair.name, &known, &place));
        let value = keep(fill(&pair.value, &known, &place));
        url.push(if url.contains('?') { '&' } else { '?' });
        url.push_str(&component(&name));
        url.push('=');
        url.push_str(&component(&value));
    }
    let mut headers = Vec::new();
    for pair in on(&request.headers) {
        let place = format!("headers.{}", pair.name);
        headers.push(Header::new(
            keep(fill(&pair.name, &known, &place)),
            keep(fill(&pair.value, &known, &place)),
        ));
    }
    let body = body(&request.body, &known, &mut headers, &mut keep);
    if !missing.is_empty() {
        missing.dedup();
        return Err(missing);
    }
    let method = if request.method.is_empty() {
        "GET"
    } else {
        &request.method
    };
    let mut resolved = HttpRequest::new(method.to_ascii_uppercase(), url);
    resolved.headers = headers;
    resolved.body = body;
    request.settings.apply(&mut resolved);
    Ok(resolved)
}

fn on(pairs: &[Pair]) -> impl Iterator<Item = &Pair> {
    pairs.iter().filter(|pair| pair.enabled)
}

/// `text` percent-encoded as one path segment, or one name or value of a query.
pub(crate) fn component(text: &str) -> String {
    utf8_percent_encode(text, COMPONENT).to_string()
}

/// The URL: what stands before the path as it is, what stands in the path or query encoded.
fn url(template: &str, variables: &Variables) -> Result<String, Vec<Missing>> {
    let template = template.trim();
    let rooted = if template.starts_with('/') && variables.get("base_url").is_some() {
        format!("{{{{base_url}}}}{template}")
    } else {
        template.to_owned()
    };
    let filled = fill_with(&rooted, variables, "url", |placeholder, value| {
        let before = &rooted[..placeholder.start];
        let in_path = match before.split_once("://") {
            Some((_, rest)) => rest.contains(['/', '?']),
            None => !before.is_empty(),
        };
        if placeholder.name == "base_url" {
            // `{{base_url}}/path` must not become `https://host//path`.
            let slash = rooted[placeholder.end..].starts_with('/');
            if slash { value.trim_end_matches('/') } else { value }.to_owned()
        } else if in_path {
            component(value)
        } else {
            value.to_owned()
        }
    })?;
    Ok(match filled.split_once('#') {
        Some((sent, _)) => sent.to_owned(),
        None => filled,
    })
}

fn body(
    body: &RequestBody,
    variables: &Variables,
    headers: &mut Vec<Header>,
    keep: &mut impl FnMut(Result<String, Vec<Missing>>) -> String,
) -> HttpBody {
    match body {
        RequestBody::None => HttpBody::None,
        RequestBody::Json { text } => HttpBody::Text {
            text: keep(json_text(text, variables)),
            content_type: take_content_type(headers).unwrap_or_else(|| "application/json".to_owned()),
        },
        RequestBody::Raw { content_type, text } => {
            let content_type = keep(fill(content_type, variables, "body"));
            HttpBody::Text {
                text: keep(fill(text, variables, "body")),
                content_type: take_content_type(headers).unwrap_or(content_type),
            }
        }
        RequestBody::Form { fields } => HttpBody::Form {
            fields: on(fields)
                .map(|pair| {
                    let place = format!("body.{}", pair.name);
                    (
                        keep(fill(&pair.name, variables, &place)),
                        keep(fill(&pair.value, variables, &place)),
                    )
                })
                .collect(),
        },
        RequestBody::Multipart { parts } => {
            take_content_type(headers);
            let sent = parts.iter().filter(|part| !part.disabled);
            HttpBody::Multipart {
                parts: sent.map(|part| http_part(part, variables, keep)).collect(),
            }
        }
        RequestBody::File { path, content_type } => {
            let path = keep(fill(path, variables, "body"));
            let written = content_type.as_deref().map(|text| keep(fill(text, variables, "body")));
            let content_type = take_content_type(headers)
                .or(written)
                .unwrap_or_else(|| media_type(&path));
            HttpBody::File {
                content_type,
                path: path.into(),
            }
        }
        RequestBody::Graphql {
            query,
            operation_name,
            variables: given,
        } => {
            let text = graphql(query, operation_name.as_deref(), given, variables, keep);
            HttpBody::Text {
                text,
                content_type: take_content_type(headers).unwrap_or_else(|| "application/json".to_owned()),
            }
        }
    }
}

fn http_part(
    part: &Part,
    variables: &Variables,
    keep: &mut impl FnMut(Result<String, Vec<Missing>>) -> String,
) -> HttpPart {
    let place = format!("body.{}", part.name);
    let mut filled = |text: &str| keep(fill(text, variables, &place));
    let file = part.file.as_deref().map(&mut filled);
    let name_of = |path: &String| path.rsplit('/').next().unwrap_or(path).to_owned();
    let filename = part.filename.as_deref().map(&mut filled);
    let content_type = part.content_type.as_deref().map(&mut filled);
    HttpPart {
        name: filled(&part.name),
        filename: filename.or_else(|| file.as_ref().map(name_of)),
        content_type: content_type.or_else(|| file.as_deref().map(media_type)),
        content: match file {
            Some(path) => PartContent::File(path.into()),
            None => PartContent::Text(filled(&part.value)),
        },
    }
}

/// The media type that a file's name tells.
fn media_type(path: &str) -> String {
    mime_guess::from_path(path).first_or_octet_stream().to_string()
}

/// GraphQL over HTTP, section 5.4: `query`, `operationName` and `variables` as JSON.
fn graphql(
    query: &str,
    operation: Option<&str>,
    given: &str,
    variables: &Variables,
    keep: &mut impl FnMut(Result<String, Vec<Missing>>) -> String,
) -> String {
    let mut members = vec![format!(
        "\"query\":{}",
        Value::from(keep(fill(query, variables, "body")))
    )];
    if let Some(operation) = operation.filter(|name| !name.is_empty()) {
        let name = keep(fill(operation, variables, "body"));
        members.push(format!("\"operationName\":{}", Value::from(name)));
    }
    if !given.trim().is_empty() {
        members.push(format!("\"variables\":{}", keep(json_text(given, variables))));
    }
    format!("{{{}}}", members.join(","))
}

/// A `Content-Type` row is the body's media type: it is sent once, from there.
fn take_content_type(headers: &mut Vec<Header>) -> Option<String> {
    let mut taken = None;
    headers.retain(|header| {
        let is = header.name.eq_ignore_ascii_case("content-type");
        if is {
            taken = Some(header.value.clone());
        }
        !is
    });
    taken
}

/// JSON text filled in. Inside a string a value is escaped; outside, a value that is JSON stands as it is and any
/// other becomes a string, so that the result is JSON whatever the values are.
fn json_text(text: &str, variables: &Variables) -> Result<String, Vec<Missing>> {
    fill_with(text, variables, "body", |placeholder, value| {
        let quoted = Value::from(value).to_string();
        if inside_string(&text[..placeholder.start]) {
            quoted[1..quoted.len() - 1].to_owned()
        } else if serde_json::from_str::<serde::de::IgnoredAny>(value).is_ok() {
            value.to_owned()
        } else {
            quoted
        }
    })
}

/// Whether JSON text that goes on after `before` is within a string there.
pub(crate) fn inside_string(before: &str) -> bool {
    let mut inside = false;
    let mut escaped = false;
    for byte in before.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if inside => escaped = true,
            b'"' => inside = !inside,
            _ => {}
        }
    }
    inside
}
