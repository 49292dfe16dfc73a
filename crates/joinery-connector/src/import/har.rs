//! HAR 1.2: what a browser or a proxy recorded, as requests grouped by host.

use serde_json::Value;

use super::{
    Imported, NotCarried, Refused,
    curl::split_url,
    guard,
    parts::{guarded, list, row, text},
};
use crate::request::{Pair, Part, RequestBody, SavedRequest};

/// Headers that the client writes by itself, and cookies, which are the connection's.
const CLIENTS: &[&str] = &[
    "host",
    "content-length",
    "connection",
    "cookie",
    "accept-encoding",
    "transfer-encoding",
];

/// Whether a text looks like one.
pub(super) fn detect(text: &str) -> bool {
    text.trim_start_matches('\u{feff}').trim_start().starts_with('{') && super::parts::has_member(text, &["log"])
}

/// The requests that were recorded, each once.
///
/// # Errors
/// A text that is not JSON, or has no `log.entries`.
pub fn har(text: &str) -> Result<Imported, Refused> {
    let root: Value = serde_json::from_str(text.trim_start_matches('\u{feff}'))?;
    let entries = root["log"]["entries"].as_array();
    let entries = entries.ok_or_else(|| Refused::new("it is not HAR: it has no `log.entries`"))?;
    let mut imported = Imported::default();
    for entry in entries {
        let url = super::parts::text(&entry["request"], "url");
        // Pages also show what they hold themselves (`data:`), and open sockets.
        if let Some((scheme, _)) = url.split_once(':').filter(|(scheme, _)| !is_http(scheme)) {
            let what = format!("what was read from a `{scheme}:` address");
            imported
                .not_carried
                .push(NotCarried::new("", what, "it is no HTTP request"));
            continue;
        }
        let (host, request) = request(&entry["request"], &mut imported.not_carried);
        let place = vec![host];
        let known = |(other, before): &(Vec<String>, SavedRequest)| *other == place && *before == request;
        if !request.url.is_empty() && !imported.requests.iter().any(known) {
            imported.requests.push((place, request));
        }
    }
    let mut said = Vec::new();
    imported.not_carried.retain(|left| {
        let new = !said.contains(left);
        said.extend(new.then(|| left.clone()));
        new
    });
    Ok(imported)
}

fn is_http(scheme: &str) -> bool {
    ["http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known))
}

fn request(recorded: &Value, left: &mut Vec<NotCarried>) -> (String, SavedRequest) {
    let (url, query) = split_url(text(recorded, "url"));
    let parsed = url::Url::parse(&url).ok();
    let host = parsed
        .as_ref()
        .and_then(url::Url::host_str)
        .unwrap_or_default()
        .to_owned();
    let path = parsed.as_ref().map_or("", |url| url.path());
    let method = text(recorded, "method").to_ascii_uppercase();
    let place = format!("{method} {path}");
    // A user and a password in the URL are not for a file.
    let url = match parsed.clone() {
        Some(mut parsed) if parsed.password().is_some() || !parsed.username().is_empty() => {
            left.push(NotCarried::new(
                &place,
                "the user in the URL",
                "set a way to sign in in the connection",
            ));
            let _ = parsed.set_password(None);
            let _ = parsed.set_username("");
            parsed.to_string()
        }
        _ => url,
    };
    let mut request = SavedRequest {
        name: place.clone(),
        url,
        query: query.into_iter().map(|row| guarded(row, &place, left)).collect(),
        body: body(&recorded["postData"], &place, left),
        ..SavedRequest::default()
    };
    request.method = if method.is_empty() { "GET".to_owned() } else { method };
    for header in list(&recorded["headers"]) {
        let (name, value) = (text(header, "name"), text(header, "value"));
        let lower = name.to_ascii_lowercase();
        if lower.starts_with(':') || name.is_empty() || CLIENTS.contains(&lower.as_str()) {
            continue;
        }
        if lower == "authorization" || lower == "proxy-authorization" {
            let why = "secrets are not kept in files: set a way to sign in in the connection";
            left.push(NotCarried::new(&place, format!("the header {name}"), why));
        } else if lower != "content-type" || matches!(request.body, RequestBody::None) {
            request.headers.push(guarded(row(name, value), &place, left));
        }
    }
    (host, request)
}

fn body(data: &Value, place: &str, left: &mut Vec<NotCarried>) -> RequestBody {
    let kind = text(data, "mimeType");
    let params = list(&data["params"]);
    let sent = text(data, "text");
    if kind.starts_with("multipart/form-data") && !params.is_empty() {
        let mut part = |param: &Value| {
            let given = |name| Some(text(param, name).to_owned()).filter(|text: &String| !text.is_empty());
            let filename = given("fileName");
            if let Some(file) = &filename {
                left.push(NotCarried::new(
                    place,
                    format!("the file {file}"),
                    "put it into the workspace's `fixtures` folder",
                ));
            }
            let value = if filename.is_some() { "" } else { text(param, "value") };
            Part {
                value: guarded(row(text(param, "name"), value), place, left).value,
                name: text(param, "name").to_owned(),
                file: filename.clone(),
                filename,
                content_type: given("contentType"),
                ..Part::default()
            }
        };
        return RequestBody::Multipart {
            parts: params.iter().map(&mut part).collect(),
        };
    }
    if kind.starts_with("application/x-www-form-urlencoded") {
        let mut fields: Vec<Pair> = params
            .iter()
            .map(|param| row(text(param, "name"), text(param, "value")))
            .collect();
        if fields.is_empty() {
            fields = split_url(&format!("/?{sent}")).1;
        }
        return RequestBody::Form {
            fields: fields.into_iter().map(|row| guarded(row, place, left)).collect(),
        };
    }
    if sent.is_empty() {
        return RequestBody::None;
    }
    let Some(text) = decoded(data, sent) else {
        let why = "it is not text: put it into a file of `fixtures` and choose that as the body";
        left.push(NotCarried::new(place, "the body", why));
        return RequestBody::None;
    };
    let text = guard::json_without_secrets(&text, place, left);
    if kind
        .split(';')
        .next()
        .is_some_and(|kind| kind.trim() == "application/json")
    {
        RequestBody::Json { text }
    } else {
        let content_type = if kind.is_empty() { "text/plain" } else { kind }.to_owned();
        RequestBody::Raw { content_type, text }
    }
}

/// The text that was sent. `encoding` is what some recorders write beside Base64.
fn decoded(data: &Value, sent: &str) -> Option<String> {
    use base64::{Engine, engine::general_purpose::STANDARD};
    let said = [text(data, "encoding"), text(data, "_encoding")];
    if !said.contains(&"base64") {
        return Some(sent.to_owned());
    }
    let bytes = STANDARD.decode(sent).ok()?;
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::import::tests::{cut, shown};

    const SAMPLE: &str = r#"{"log": {"version": "1.2", "entries": [
        {"request": {"method": "POST", "url": "https://acme.example/api/users?limit=2&access_token=opensesame",
            "headers": [{"name": ":authority", "value": "acme.example"}, {"name": "Authorization", "value": "SSWS opensesame"},
                {"name": "Cookie", "value": "sid=opensesame"}, {"name": "X-Api-Key", "value": "opensesame"},
                {"name": "Content-Type", "value": "application/json"}, {"name": "accept", "value": "*/*"}],
            "postData": {"mimeType": "application/json; charset=utf-8", "text": "{\"name\":\"Ada\",\"password\":{\"value\":\"opensesame\"},\"token\":\"opensesame\"}"}}},
        {"request": {"method": "POST", "url": "https://acme.example/form", "headers": [],
            "postData": {"mimeType": "application/x-www-form-urlencoded", "params": [{"name": "a", "value": "1"}, {"name": "client_secret", "value": "opensesame"}]}}},
        {"request": {"method": "PUT", "url": "https://ada:opensesame@files.example/a", "headers": [],
            "postData": {"mimeType": "text/csv", "text": "YSxi", "encoding": "base64"}}},
        {"request": {"method": "PUT", "url": "https://files.example/b", "headers": [],
            "postData": {"mimeType": "multipart/form-data; boundary=x", "params": [{"name": "f", "fileName": "me.png", "contentType": "image/png"}, {"name": "t", "value": "v"}]}}}
    ]}}"#;

    #[test]
    fn recorded_entries_are_requests_by_host_without_their_secrets() {
        let shown = shown(har(SAMPLE));
        assert!(!shown.contains("opensesame"), "{shown}");
        expect![[r#"
            None None
            --- requests/acme_example/post_api_users.toml
            name = "POST /api/users"
            method = "POST"
            url = "https://acme.example/api/users"

            [[query]]
            name = "limit"
            value = "2"

            [[query]]
            name = "access_token"
            value = "{{access_token}}"

            [[headers]]
            name = "X-Api-Key"
            value = "{{x_api_key}}"

            [[headers]]
            name = "accept"
            value = "*/*"

            [body]
            kind = "json"
            text = '{"name":"Ada","password":{"value":"{{password}}"},"token":"{{token}}"}'
            --- requests/acme_example/post_form.toml
            name = "POST /form"
            method = "POST"
            url = "https://acme.example/form"

            [body]
            kind = "form"

            [[body.fields]]
            name = "a"
            value = "1"

            [[body.fields]]
            name = "client_secret"
            value = "{{client_secret}}"
            --- requests/files_example/put_a.toml
            name = "PUT /a"
            method = "PUT"
            url = "https://files.example/a"

            [body]
            kind = "raw"
            content_type = "text/csv"
            text = "a,b"
            --- requests/files_example/put_b.toml
            name = "PUT /b"
            method = "PUT"
            url = "https://files.example/b"

            [body]
            kind = "multipart"

            [[body.parts]]
            name = "f"
            file = "me.png"
            filename = "me.png"
            content_type = "image/png"

            [[body.parts]]
            name = "t"
            value = "v"
            # POST /api/users: the value of `access_token`: secrets are not kept in files: save it in the connection as `access_token`
            # POST /api/users: the value of `password`: secrets are not kept in files: save it in the connection as `password`
            # POST /api/users: the value of `token`: secrets are not kept in files: save it in the connection as `token`
            # POST /api/users: the header Authorization: secrets are not kept in files: set a way to sign in in the connection
            # POST /api/users: the value of `x_api_key`: secrets are not kept in files: save it in the connection as `x_api_key`
            # POST /form: the value of `client_secret`: secrets are not kept in files: save it in the connection as `client_secret`
            # PUT /a: the user in the URL: set a way to sign in in the connection
            # PUT /b: the file me.png: put it into the workspace's `fixtures` folder
        "#]].assert_eq(&shown);
    }

    #[test]
    fn no_recording_makes_the_reader_panic() {
        cut(SAMPLE, har);
    }

    #[test]
    fn what_is_read_without_http_is_no_request_and_is_told() {
        let imported = har(r#"{"log": {"entries": [
            {"request": {"method": "GET", "url": "data:image/png;base64,xx"}},
            {"request": {"method": "GET", "url": "wss://a.example/socket"}},
            {"request": {"method": "GET", "url": "HTTPS://a.example/"}}]}}"#)
        .unwrap();
        assert_eq!(imported.requests.len(), 1);
        let left: Vec<_> = imported.not_carried.iter().map(|left| left.what.as_str()).collect();
        assert_eq!(
            left,
            [
                "what was read from a `data:` address",
                "what was read from a `wss:` address"
            ]
        );
    }

    #[test]
    fn a_file_that_was_sent_is_told() {
        let left = har(SAMPLE).unwrap().not_carried;
        assert!(left.iter().any(|left| left.what == "the file me.png"), "{left:?}");
    }
}
