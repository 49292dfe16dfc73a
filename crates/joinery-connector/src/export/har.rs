//! HAR 1.2, as browsers and proxies write it: requests as they were sent, and what came back.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::{RequestSet, Written, set::SetRequest};
use crate::{
    http::{Header, HttpBody, HttpRequest, HttpResponse, PartContent, Timing, header},
    import::is_secret_name,
    secret::MASK,
    variables::{self, Scope},
};

/// One exchange to write.
#[derive(Debug, Clone)]
pub struct HarEntry<'a> {
    /// When the request went out, in milliseconds since 1970.
    pub started_ms: i64,
    /// The request, known secrets masked already. What is called like a secret is masked here once more.
    pub request: &'a HttpRequest,
    /// What the server answered.
    pub response: &'a HttpResponse,
    /// The body of the answer, as decoded.
    pub body: &'a [u8],
}

/// The exchanges as one HAR log.
pub fn har(entries: &[HarEntry]) -> Value {
    json!({
        "log": {
            "version": "1.2",
            "creator": { "name": "Joinery", "version": env!("CARGO_PKG_VERSION") },
            "entries": entries.iter().map(entry).collect::<Vec<_>>(),
        }
    })
}

/// Requests as a log of what would be sent, each with the answers that are saved beside it, or none.
pub(super) fn requests(mut set: RequestSet) -> Written {
    let top = set.top.clone();
    let mut entries = Vec::new();
    for request in top.requests() {
        match resolved(&set, request) {
            Err(why) => set.leave(&request.place, "the request", &why),
            Ok(sent) => {
                let kept = [
                    (!request.request.assertions.is_empty(), "assertions"),
                    (!request.request.captures.is_empty(), "captures"),
                ];
                for (_, what) in kept.into_iter().filter(|(some, _)| *some) {
                    set.leave(&request.place, what, "HAR has none");
                }
                let examples = request.examples.iter().map(|example| &example.response);
                let none = crate::request::ExampleResponse::default();
                let answers: Vec<_> = examples.collect();
                let answers = if answers.is_empty() { vec![&none] } else { answers };
                for answer in answers {
                    entries.push(saved(&sent, answer));
                }
            }
        }
    }
    let log = json!({
        "log": {
            "version": "1.2",
            "creator": { "name": "Joinery", "version": env!("CARGO_PKG_VERSION") },
            "entries": entries,
        }
    });
    Written {
        text: super::set::pretty(&log),
        not_carried: set.not_carried,
    }
}

/// The request with every value there is; what has none stays as it is written.
fn resolved(set: &RequestSet, request: &SetRequest) -> Result<HttpRequest, String> {
    let mut whole = request.whole.clone();
    if whole.url.starts_with('/') {
        whole.url = format!("{{{{base_url}}}}{}", whole.url);
    }
    let mut values = set.values();
    // Values may name others that have none: each round finds some more.
    for _ in 0..16 {
        let missing = match whole.resolve(&values) {
            Ok(sent) => {
                let host = sent
                    .url
                    .split_once("://")
                    .map_or("", |(_, rest)| rest.split(['/', '?']).next().unwrap_or(""));
                if host.is_empty() || host.contains(['{', '%']) || url::Url::parse(&sent.url).is_err() {
                    return Err(
                        "its host has no value: give it, such as --var base_url=https://acme.example".to_owned(),
                    );
                }
                return Ok(sent);
            }
            Err(missing) => missing,
        };
        for missing in missing {
            if let Some(reason) = missing.reason {
                return Err(format!("{{{{{}}}}} gives nothing: {reason}", missing.name));
            }
            let text = format!("{{{{{}}}}}", missing.name);
            values.set(Scope::Run, missing.name, variables::Value::Text(text));
        }
    }
    Err("its variables need each other".to_owned())
}

/// An entry for an answer that was saved; nobody knows when, nor how long it took.
fn saved(sent: &HttpRequest, answer: &crate::request::ExampleResponse) -> Value {
    let body = answer.text();
    let size = body.len() as u64;
    let response = HttpResponse {
        status: answer.status,
        reason: answer.reason.clone(),
        version: "HTTP/1.1".to_owned(),
        url: sent.url.clone(),
        headers: answer.headers.clone(),
        size,
        wire_size: size,
        timing: Timing {
            dns_ms: None,
            connect_ms: None,
            tls_ms: None,
            wait_ms: 0.0,
            download_ms: 0.0,
            total_ms: 0.0,
        },
        hops: Vec::new(),
        rate_limit: None,
    };
    entry(&HarEntry {
        started_ms: 0,
        request: sent,
        response: &response,
        body: body.as_bytes(),
    })
}

fn entry(entry: &HarEntry) -> Value {
    let started = jiff::Timestamp::from_millisecond(entry.started_ms).unwrap_or_default();
    json!({
        "startedDateTime": started.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string(),
        "time": entry.response.timing.total_ms,
        "request": request(entry.request, entry.response),
        "response": response(entry.response, entry.body),
        "cache": {},
        "timings": timings(&entry.response.timing),
    })
}

/// Phases that did not happen are -1. HAR counts the TLS handshake as part of connecting.
fn timings(timing: &Timing) -> Value {
    let connect = match (timing.connect_ms, timing.tls_ms) {
        (None, None) => -1.0,
        (tcp, tls) => tcp.unwrap_or_default() + tls.unwrap_or_default(),
    };
    json!({
        "blocked": -1,
        "dns": timing.dns_ms.unwrap_or(-1.0),
        "connect": connect,
        "ssl": timing.tls_ms.unwrap_or(-1.0),
        "send": 0,
        "wait": timing.wait_ms,
        "receive": timing.download_ms,
    })
}

fn request(request: &HttpRequest, response: &HttpResponse) -> Value {
    let url = url::Url::parse(&request.url).ok();
    let pairs = url.iter().flat_map(|url| url.query_pairs());
    let query: Vec<Value> = pairs
        .map(|(name, value)| json!({ "name": name, "value": masked(&name, &value) }))
        .collect();
    let mut written = json!({
        "method": request.method,
        "url": url.map_or_else(|| request.url.clone(), shown_url),
        "httpVersion": response.version,
        "cookies": [],
        "headers": headers(&request.headers),
        "queryString": query,
        "headersSize": -1,
        "bodySize": -1,
    });
    match &request.body {
        HttpBody::None => written["bodySize"] = 0.into(),
        body => written["postData"] = post_data(body),
    }
    written
}

fn shown_url(mut url: url::Url) -> String {
    if url.password().is_some() {
        let _ = url.set_password(Some(MASK));
    }
    let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    if pairs.iter().any(|(name, _)| is_secret_name(name)) {
        let shown = pairs.iter().map(|(name, value)| (name, masked(name, value)));
        url.query_pairs_mut().clear().extend_pairs(shown);
    }
    url.to_string()
}

fn masked(name: &str, value: &str) -> String {
    if is_secret_name(name) { MASK } else { value }.to_owned()
}

fn headers(headers: &[Header]) -> Vec<Value> {
    let line = |line: &Header| json!({ "name": line.name, "value": masked(&line.name, &line.value) });
    headers.iter().map(line).collect()
}

fn post_data(body: &HttpBody) -> Value {
    let field = |name: &str, value: &str| json!({ "name": name, "value": masked(name, value) });
    match body {
        HttpBody::None => Value::Null,
        HttpBody::Text { content_type, text } => json!({ "mimeType": content_type, "text": text }),
        HttpBody::Form { fields } => json!({
            "mimeType": "application/x-www-form-urlencoded",
            "params": fields.iter().map(|(name, value)| field(name, value)).collect::<Vec<_>>(),
        }),
        HttpBody::Bytes { content_type, bytes } => json!({
            "mimeType": content_type,
            "text": STANDARD.encode(bytes),
            "_encoding": "base64",
        }),
        HttpBody::Multipart { parts } => {
            let param = |part: &crate::http::HttpPart| {
                let mut param = match &part.content {
                    PartContent::Text(text) => field(&part.name, text),
                    PartContent::Bytes(_) | PartContent::File(_) => json!({ "name": part.name }),
                };
                if let Some(filename) = &part.filename {
                    param["fileName"] = filename.as_str().into();
                }
                if let Some(content_type) = &part.content_type {
                    param["contentType"] = content_type.as_str().into();
                }
                param
            };
            json!({ "mimeType": "multipart/form-data", "params": parts.iter().map(param).collect::<Vec<_>>() })
        }
        HttpBody::File { content_type, path } => json!({
            "mimeType": content_type,
            "text": "",
            "comment": format!("the bytes of {}", path.file_name().unwrap_or_default().to_string_lossy()),
        }),
    }
}

fn response(response: &HttpResponse, body: &[u8]) -> Value {
    let kind = header(&response.headers, "content-type").unwrap_or("application/octet-stream");
    let mut content = json!({ "size": response.size, "mimeType": kind });
    if response.wire_size < response.size {
        content["compression"] = (response.size - response.wire_size).into();
    }
    match std::str::from_utf8(body) {
        Ok("") => {}
        Ok(text) => content["text"] = text.into(),
        Err(_) => {
            content["text"] = STANDARD.encode(body).into();
            content["encoding"] = "base64".into();
        }
    }
    let is_cookie = |line: &&Header| line.name.eq_ignore_ascii_case("set-cookie");
    json!({
        "status": response.status,
        "statusText": response.reason,
        "httpVersion": response.version,
        "cookies": response.headers.iter().filter(is_cookie).map(cookie).collect::<Vec<_>>(),
        "headers": headers(&response.headers),
        "content": content,
        "redirectURL": header(&response.headers, "location").unwrap_or_default(),
        "headersSize": -1,
        "bodySize": response.wire_size,
    })
}

/// A cookie that was set: its name and where it counts, not its value.
fn cookie(line: &Header) -> Value {
    let mut parts = line.value.split(';').map(str::trim);
    let name = parts
        .next()
        .and_then(|first| first.split('=').next())
        .unwrap_or_default();
    let mut cookie = json!({ "name": name, "value": MASK });
    for part in parts {
        let (key, value) = part.split_once('=').unwrap_or((part, ""));
        match key.to_ascii_lowercase().as_str() {
            "path" => cookie["path"] = value.into(),
            "domain" => cookie["domain"] = value.into(),
            "httponly" => cookie["httpOnly"] = true.into(),
            "secure" => cookie["secure"] = true.into(),
            _ => {}
        }
    }
    cookie
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn an_exchange_is_written_without_its_secrets() {
        let mut request = HttpRequest::new("POST", "https://acme.example/a?limit=2&api_key=opensesame");
        request.set_header("Authorization", "SSWS opensesame");
        request.body = HttpBody::Text {
            content_type: "application/json".into(),
            text: "{\"a\":1}".into(),
        };
        let response = HttpResponse {
            status: 302,
            reason: "Found".into(),
            version: "HTTP/1.1".into(),
            url: request.url.clone(),
            headers: vec![
                Header::new("Content-Type", "application/json"),
                Header::new("Location", "/b"),
                Header::new("Set-Cookie", "sid=opensesame; Path=/; Secure; HttpOnly"),
            ],
            size: 2,
            wire_size: 2,
            timing: Timing {
                dns_ms: Some(1.5),
                connect_ms: None,
                tls_ms: None,
                wait_ms: 20.0,
                download_ms: 3.0,
                total_ms: 24.5,
            },
            hops: Vec::new(),
            rate_limit: None,
        };
        let entry = HarEntry {
            started_ms: 1_767_225_600_123,
            request: &request,
            response: &response,
            body: b"{}",
        };
        let written = serde_json::to_string_pretty(&har(&[entry])).unwrap();
        assert!(!written.contains("opensesame"), "{written}");
        expect![[r#"
            {
              "log": {
                "version": "1.2",
                "creator": {
                  "name": "Joinery",
                  "version": "0.1.0"
                },
                "entries": [
                  {
                    "startedDateTime": "2026-01-01T00:00:00.123Z",
                    "time": 24.5,
                    "request": {
                      "method": "POST",
                      "url": "https://acme.example/a?limit=2&api_key=%E2%80%A2%E2%80%A2%E2%80%A2%E2%80%A2%E2%80%A2%E2%80%A2",
                      "httpVersion": "HTTP/1.1",
                      "cookies": [],
                      "headers": [
                        {
                          "name": "Authorization",
                          "value": "••••••"
                        }
                      ],
                      "queryString": [
                        {
                          "name": "limit",
                          "value": "2"
                        },
                        {
                          "name": "api_key",
                          "value": "••••••"
                        }
                      ],
                      "headersSize": -1,
                      "bodySize": -1,
                      "postData": {
                        "mimeType": "application/json",
                        "text": "{\"a\":1}"
                      }
                    },
                    "response": {
                      "status": 302,
                      "statusText": "Found",
                      "httpVersion": "HTTP/1.1",
                      "cookies": [
                        {
                          "name": "sid",
                          "value": "••••••",
                          "path": "/",
                          "secure": true,
                          "httpOnly": true
                        }
                      ],
                      "headers": [
                        {
                          "name": "Content-Type",
                          "value": "application/json"
                        },
                        {
                          "name": "Location",
                          "value": "/b"
                        },
                        {
                          "name": "Set-Cookie",
                          "value": "••••••"
                        }
                      ],
                      "content": {
                        "size": 2,
                        "mimeType": "application/json",
                        "text": "{}"
                      },
                      "redirectURL": "/b",
                      "headersSize": -1,
                      "bodySize": 2
                    },
                    "cache": {},
                    "timings": {
                      "blocked": -1,
                      "dns": 1.5,
                      "connect": -1.0,
                      "ssl": -1.0,
                      "send": 0,
                      "wait": 20.0,
                      "receive": 3.0
                    }
                  }
                ]
              }
            }"#]].assert_eq(&written);
    }
}
