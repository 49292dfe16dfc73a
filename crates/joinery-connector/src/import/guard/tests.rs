//! The same twelve secrets, short and like words, planted in a file of each format: none is written, each is told.

use serde_json::json;

use crate::import::{FORMATS, Imported, NotCarried};

/// Secrets of nobody: neither long nor random, so that only where they stand gives them away.
fn planted(number: usize) -> String {
    format!("sesame{number:02}x")
}

#[track_caller]
fn check(id: &str, texts: &[String]) {
    let format = FORMATS.iter().find(|format| format.id == id).unwrap();
    let all = texts.join("\n");
    for number in 1..=12 {
        assert!(all.contains(&planted(number)), "{id}: {number} is not planted");
    }
    for text in texts {
        assert!((format.detect)(text), "{id} is not recognised: {text}");
        check_imported(id, text, &format.read(text).unwrap());
    }
}

#[track_caller]
fn check_imported(id: &str, text: &str, imported: &Imported) {
    let mut left: Vec<NotCarried> = imported.not_carried.clone();
    let mut files = imported.files(&mut left);
    files.extend(imported.environment_files(&mut left));
    let told = left
        .iter()
        .map(|left| format!("{}: {}: {}\n", left.place, left.what, left.why));
    let told: String = told.collect();
    let said = format!("{:?} {:?} {files:?} {told}", imported.name, imported.base_url);
    for number in 1..=12 {
        assert!(
            !said.contains(&planted(number)),
            "{id} keeps secret {number} of:\n{text}\n{said}"
        );
    }
    let secrets = left
        .iter()
        .filter(|left| left.why.contains("secrets are not kept in files") || left.what.contains("user in the URL"));
    assert!(secrets.count() > 0, "{id} tells of no secret of:\n{text}\n{told}");
}

#[test]
fn a_template_with_quotes_of_its_own_is_one_value() {
    let text = r#"{"password": {"value": "{{prompt("Password", "Example-1")}}"}, "secret": "sesame", "open": "{{"}"#;
    let mut left = Vec::new();
    let written = super::json::without_secrets(text, "Users", &mut left);
    assert_eq!(written, text.replace("sesame", "{{secret}}"));
    assert_eq!(left.len(), 1, "{left:?}");
}

#[test]
fn what_only_tells_of_a_secret_stays_as_it_is() {
    let text = r#"{
        "actions": {"token": {"accessTokenLifetimeMinutes": 60, "inlineHook": {"id": "cal123"}}},
        "credentials": {
            "userName": {"template": "sesame1"},
            "recovery_question": {"question": "Which hill?", "answer": "sesame2"},
            "password": {"hash": {"algorithm": "BCRYPT", "workFactor": 10, "salt": "sesame3", "value": "sesame4"}},
            "signing": {"kid": "key-1", "use": "sig", "secretKey": "sesame5"}
        },
        "oauthTokens": "true"
    }"#;
    let mut left = Vec::new();
    let written = super::json::without_secrets(text, "Users", &mut left);
    let expected = text
        .replace("sesame1", "{{credentials_template}}")
        .replace("sesame2", "{{recovery_question_answer}}")
        .replace("sesame3", "{{password_salt}}")
        .replace("sesame4", "{{password}}")
        .replace("sesame5", "{{secret_key}}");
    assert_eq!(written, expected);
    assert_eq!(left.len(), 5, "{left:?}");
}

#[test]
fn curl_commands_lose_their_secrets() {
    let at = planted;
    check(
        "curl",
        &[
            format!(
                "curl https://acme.example/a -H 'Authorization: Bearer {}' -H 'X-Api-Key: {}'",
                at(1),
                at(6)
            ),
            format!("curl https://acme.example/a -H 'X-Sign: SSWS {}'", at(2)),
            format!("curl https://ada:{}@acme.example/a", at(3)),
            format!("curl https://acme.example/a -b 'sid={}'", at(4)),
            format!(
                "curl 'https://acme.example/a?api_key={}&access_token={}'",
                at(5),
                at(12)
            ),
            format!(
                "curl https://acme.example/a -d 'grant_type=client_credentials&client_secret={}'",
                at(7)
            ),
            format!(
                r#"curl https://acme.example/a --json '{{"login": "ada", "password": "{}", "credentials": {{"password": {{"value": "{}"}}}}}}'"#,
                at(8),
                at(9)
            ),
            format!("curl https://acme.example/a -F 'client_secret={}'", at(10)),
            format!("curl https://acme.example/a -u 'ada:{}'", at(11)),
            format!("curl https://acme.example/a --oauth2-bearer {}", at(11)),
        ],
    );
}

#[test]
fn postman_collections_and_environments_lose_their_secrets() {
    let at = planted;
    let collection = json!({
        "info": {"name": "Acme", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"},
        "variable": [{"key": "client_secret", "value": at(10)}, {"key": "base_url", "value": format!("https://ada:{}@acme.example", at(3))}],
        "auth": {"type": "basic", "basic": [{"key": "username", "value": "ada"}, {"key": "password", "value": at(11)}]},
        "item": [
            {"name": "a", "request": {"method": "POST", "url": format!("https://acme.example/a?api_key={}&access_token={}", at(5), at(12)),
                "header": [{"key": "Authorization", "value": format!("Bearer {}", at(1))}, {"key": "X-Sign", "value": format!("SSWS {}", at(2))},
                    {"key": "Cookie", "value": format!("sid={}", at(4))}, {"key": "X-API-Key", "value": at(6)}],
                "body": {"mode": "urlencoded", "urlencoded": [{"key": "client_secret", "value": at(7)}]}}},
            {"name": "b", "request": {"method": "POST", "url": "https://acme.example/b", "body": {"mode": "raw", "options": {"raw": {"language": "json"}},
                "raw": format!(r#"{{"n": {{{{n}}}}, "password": "{}", "credentials": {{"password": {{"value": "{}"}}}}}}"#, at(8), at(9))}},
             "response": [{"name": "saved", "code": 200, "body": format!(r#"{{"access_token": "{}"}}"#, at(12))}]}
        ]
    });
    check("postman", &[collection.to_string()]);
    let environment = json!({"name": "Staging", "_postman_variable_scope": "environment", "values":
        (1..=12).map(|number| json!({"key": format!("token_{number}"), "value": at(number), "type": "default"})).collect::<Vec<_>>()});
    check("postman", &[environment.to_string()]);
}

#[test]
fn har_recordings_lose_their_secrets() {
    let at = planted;
    let request = json!({"method": "POST", "url": format!("https://ada:{}@acme.example/a?api_key={}&access_token={}", at(3), at(5), at(12)),
        "headers": [{"name": "Authorization", "value": format!("Bearer {}", at(1))}, {"name": "X-Sign", "value": format!("SSWS {}", at(2))},
            {"name": "Cookie", "value": format!("sid={}", at(4))}, {"name": "X-API-Key", "value": at(6)},
            {"name": "X-Auth-Token", "value": at(10)}, {"name": "Proxy-Authorization", "value": format!("Basic {}", at(11))}],
        "cookies": [{"name": "sid", "value": at(4)}],
        "postData": {"mimeType": "application/x-www-form-urlencoded", "text": format!("client_secret={}", at(7))}});
    let json_body = json!({"method": "POST", "url": "https://acme.example/b", "headers": [], "postData": {"mimeType": "application/json",
        "text": format!(r#"{{"password": "{}", "credentials": {{"password": {{"value": "{}"}}}}}}"#, at(8), at(9))}});
    let log = json!({"log": {"entries": [{"request": request}, {"request": json_body}]}});
    check("har", &[log.to_string()]);
}

#[test]
fn insomnia_exports_lose_their_secrets() {
    let at = planted;
    let request = json!({"_id": "req_1", "_type": "request", "parentId": "wrk_1", "name": "a", "method": "POST",
        "url": format!("https://ada:{}@acme.example/a?access_token={}", at(3), at(12)),
        "parameters": [{"name": "api_key", "value": at(5)}],
        "headers": [{"name": "Authorization", "value": format!("Bearer {}", at(1))}, {"name": "X-Sign", "value": format!("SSWS {}", at(2))},
            {"name": "Cookie", "value": format!("sid={}", at(4))}, {"name": "X-API-Key", "value": at(6)}],
        "body": {"mimeType": "application/x-www-form-urlencoded", "params": [{"name": "client_secret", "value": at(7)}]},
        "authentication": {"type": "basic", "username": "ada", "password": at(11)}});
    let second = json!({"_id": "req_2", "_type": "request", "parentId": "wrk_1", "name": "b", "method": "POST", "url": "https://acme.example/b",
        "body": {"mimeType": "application/json", "text": format!(r#"{{"password": "{}", "credentials": {{"password": {{"value": "{}"}}}}}}"#, at(8), at(9))}});
    let export = json!({"_type": "export", "__export_format": 4, "resources": [
        {"_id": "wrk_1", "_type": "workspace", "name": "Acme"}, request, second,
        {"_id": "env_1", "_type": "environment", "parentId": "wrk_1", "name": "Base", "data": {"client_secret": at(10)}}]});
    check("insomnia", &[export.to_string()]);
}

#[test]
fn openapi_descriptions_lose_their_secrets() {
    let at = planted;
    let parameter = |name: &str, place: &str, value: String| json!({"name": name, "in": place, "required": true, "example": value, "schema": {"type": "string"}});
    let description = json!({"openapi": "3.0.0", "info": {"title": "Acme", "version": "1"},
    "servers": [{"url": format!("https://ada:{}@acme.example", at(3))}],
    "paths": {
        "/a": {"post": {"operationId": "a", "parameters": [
            parameter("X-Token", "header", format!("Bearer {}", at(1))), parameter("X-Sign", "header", format!("SSWS {}", at(2))),
            parameter("X-Cookie", "header", format!("sid={}", at(4))), parameter("api_key", "query", at(5)),
            parameter("X-API-Key", "header", at(6)), parameter("access_token", "query", at(12)),
            parameter("X-Session-Token", "header", at(10)), parameter("password", "query", at(11))],
            "requestBody": {"content": {"application/x-www-form-urlencoded": {"example": {"client_secret": at(7)}, "schema": {"type": "object", "properties": {"client_secret": {"type": "string", "example": at(7)}}}}}},
            "responses": {}}},
        "/b": {"post": {"operationId": "b", "requestBody": {"content": {"application/json": {"example": {"password": at(8), "credentials": {"password": {"value": at(9)}}}}}}, "responses": {}}}
    }});
    check("openapi", &[description.to_string()]);
}

#[test]
fn bruno_files_lose_their_secrets() {
    let at = planted;
    let first = format!(
        "meta {{\n  name: a\n  type: http\n  seq: 1\n}}\n\npost {{\n  url: https://ada:{}@acme.example/a?access_token={}\n  body: formUrlEncoded\n  auth: basic\n}}\n\nheaders {{\n  Authorization: Bearer {}\n  X-Sign: SSWS {}\n  Cookie: sid={}\n  X-API-Key: {}\n}}\n\nauth:basic {{\n  username: ada\n  password: {}\n}}\n\nbody:form-urlencoded {{\n  client_secret: {}\n}}\n\nvars:pre-request {{\n  client_secret: {}\n}}\n",
        at(3), at(12), at(1), at(2), at(4), at(6), at(11), at(7), at(10)
    )
    .replace("body: formUrlEncoded", "body: form-urlencoded");
    let second = format!(
        "meta {{\n  name: b\n}}\n\npost {{\n  url: https://acme.example/b\n  body: json\n  auth: none\n}}\n\nparams:query {{\n  api_key: {}\n}}\n\nbody:json {{\n  {{\n    \"password\": \"{}\",\n    \"credentials\": {{\"password\": {{\"value\": \"{}\"}}}}\n  }}\n}}\n",
        at(5),
        at(8),
        at(9)
    );
    check("bruno", &[first, second]);
    let yaml = format!(
        "info:\n  name: a\n  type: http\n\nhttp:\n  method: POST\n  url: https://ada:{}@acme.example/a\n  params:\n    - name: api_key\n      value: {}\n      type: query\n    - name: access_token\n      value: {}\n      type: query\n  headers:\n    - name: Authorization\n      value: Bearer {}\n    - name: X-Sign\n      value: SSWS {}\n    - name: Cookie\n      value: sid={}\n    - name: X-API-Key\n      value: {}\n  auth:\n    type: basic\n    username: ada\n    password: {}\n  body:\n    type: json\n    data: '{{\"password\": \"{}\", \"client_secret\": \"{}\", \"credentials\": {{\"password\": {{\"value\": \"{}\"}}}}}}'\nruntime:\n  variables:\n    - name: client_secret\n      value: {}\n",
        at(3),
        at(5),
        at(12),
        at(1),
        at(2),
        at(4),
        at(6),
        at(11),
        at(8),
        at(7),
        at(9),
        at(10)
    );
    check("bruno", &[yaml]);
}

#[test]
fn what_is_no_secret_stays() {
    let command = r#"curl 'https://acme.example/a?limit=5&token_type=id&key=name' --json '{"password_changed": "{{when}}", "token": "{{mine}}", "name": "x"}'"#;
    let imported = FORMATS[0].read(command).unwrap();
    assert_eq!(imported.not_carried, []);
    let (_, text) = imported.files(&mut Vec::new()).remove(0);
    assert!(
        text.contains(r#"{"password_changed": "{{when}}", "token": "{{mine}}", "name": "x"}"#),
        "{text}"
    );
    assert!(
        text.contains("value = \"name\"") && text.contains("value = \"id\""),
        "{text}"
    );
}
