//! What comes of collections and environments.

#![allow(
    clippy::needless_raw_string_hashes,
    reason = "expect-test writes them when it updates"
)]

use std::fmt::Write;

use expect_test::expect;

use super::*;

const SAMPLE: &str = r##"{
  "info": {"_postman_id": "1", "name": "Acme", "description": {"content": "All of Acme."},
    "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"},
  "auth": {"type": "bearer", "bearer": [{"key": "token", "value": "opensesame", "type": "string"}]},
  "variable": [{"key": "baseUrl", "value": "https://acme.example"}, {"key": "page size", "value": 20},
    {"key": "api_token", "value": "opensesame"}],
  "event": [{"listen": "prerequest", "script": {"exec": ["console.log('opensesame')"]}}],
  "item": [
    {"name": "Users", "description": "People.", "auth": {"type": "noauth"}, "item": [
      {"name": "Get a user", "protocolProfileBehavior": {"followRedirects": false, "strictSSL": true},
        "event": [{"listen": "test", "script": {"exec": [
          "pm.test(\"ok\", function () {", "    pm.response.to.have.status(200);", "});",
          "const jsonData = pm.response.json();",
          "pm.environment.set(\"user id\", jsonData.profile.ids[0]);",
          "pm.globals.set('token', pm.response.json().token)",
          "pm.expect(jsonData.password).to.eql('opensesame');"]}}],
        "request": {"method": "GET", "description": "One of them.",
          "header": [{"key": "X-Request", "value": "{{$guid}} {{ $timestamp }} {{$randomColor}}"},
            {"key": "Accept", "value": "*/*", "disabled": true},
            {"key": "Authorization", "value": "SSWS opensesame"}],
          "auth": {"type": "apikey", "apikey": [{"key": "key", "value": "X-Key"}, {"key": "value", "value": "{{my key}}"}, {"key": "in", "value": "header"}]},
          "url": {"raw": "{{baseUrl}}/users/:id/roles?limit={{page size}}&q=a%20b",
            "query": [{"key": "limit", "value": "{{page size}}"}, {"key": "q", "value": "a%20b", "disabled": true, "description": "A search."}],
            "variable": [{"key": "id", "value": "ada"}]}},
        "response": [{"name": "ok"}]},
      {"name": "Branch", "event": [{"listen": "test", "script": {"exec": "if (x) {\npm.response.to.have.status(500);\n}"}}],
        "request": "https://acme.example/plain?a=b"}]},
    {"name": "Create", "request": {"method": "POST", "url": {"protocol": "https", "host": ["acme", "example"], "path": ["users", ":kind"]},
      "auth": {"type": "oauth2", "oauth2": {"grant_type": "client_credentials", "accessTokenUrl": "{{baseUrl}}/token", "clientId": "me", "clientSecret": "opensesame", "scope": "a b", "client_authentication": "body"}},
      "body": {"mode": "raw", "raw": "{\"n\": {{$randomInt}}}", "options": {"raw": {"language": "json"}}}}},
    {"name": "Upload", "request": {"method": "POST", "url": "https://acme.example/files",
      "body": {"mode": "formdata", "formdata": [{"key": "title", "value": "Me", "type": "text"}, {"key": "file", "type": "file", "src": "/home/ada/me.png"}, {"key": "none", "type": "file", "src": null}]}}},
    {"name": "Form", "request": {"method": "POST", "url": "https://acme.example/form",
      "body": {"mode": "urlencoded", "urlencoded": [{"key": "a", "value": "1"}]}}},
    {"name": "Ask", "request": {"method": "POST", "url": "https://acme.example/graphql", "auth": {"type": "hawk"},
      "body": {"mode": "graphql", "graphql": {"query": "{ me }", "variables": "{\"a\": 1}"}}}},
    {"name": "Xml", "request": {"method": "PUT", "url": "https://acme.example/xml", "body": {"mode": "raw", "raw": "<a/>", "options": {"raw": {"language": "xml"}}}}},
    {"name": "File", "request": {"method": "PUT", "url": "https://acme.example/file", "body": {"mode": "file", "file": {"src": "a/b.bin"}}}}
  ]
}"##;

const ENVIRONMENT: &str = r#"{"name": "Staging", "values": [
  {"key": "baseUrl", "value": "https://staging.example", "enabled": true},
  {"key": "pin", "value": "opensesame", "type": "secret"},
  {"key": "old", "value": "1", "enabled": false}], "_postman_variable_scope": "environment"}"#;

fn shown(text: &str) -> String {
    let imported = read(text).unwrap();
    let mut shown = format!("name {:?}, base URL {:?}\n", imported.name, imported.base_url);
    for (path, text) in imported.files(&mut Vec::new()) {
        write!(shown, "--- {path}\n{text}").unwrap();
    }
    for environment in &imported.environments {
        writeln!(shown, "--- {environment:?}").unwrap();
    }
    for left in &imported.not_carried {
        writeln!(shown, "# {}: {}: {}", left.place, left.what, left.why).unwrap();
    }
    shown
}

#[test]
fn a_collection_is_folders_and_requests() {
    expect![[r#"
        name Some("Acme"), base URL Some("https://acme.example")
        --- requests/folder.toml
        description = "All of Acme."
        order = ["users/", "create", "upload", "form", "ask", "xml", "file"]

        [auth]
        kind = "bearer"
        token = "{{token}}"

        [variables]
        page_size = "20"
        --- requests/users/folder.toml
        name = "Users"
        description = "People."
        order = ["get_a_user", "branch"]
        auth = "none"
        --- requests/users/get_a_user.toml
        name = "Get a user"
        description = "One of them."
        method = "GET"
        url = "{{base_url}}/users/{{id}}/roles"

        [[query]]
        name = "limit"
        value = "{{page_size}}"

        [[query]]
        name = "q"
        value = "a b"
        enabled = false
        description = "A search."

        [[headers]]
        name = "X-Request"
        value = '{{uuid()}} {{now("unix")}} {{$randomColor}}'

        [[headers]]
        name = "Accept"
        value = "*/*"
        enabled = false

        [[headers]]
        name = "Authorization"
        value = "SSWS {{token}}"

        [auth]
        kind = "api_key"
        header = "X-Key"
        token = "{{my_key}}"

        [variables]
        id = "ada"

        [[assert]]
        subject = "status"
        equals = 200

        [[capture]]
        name = "user_id"
        subject = "$.profile.ids[0]"

        [[capture]]
        name = "token"
        subject = "$.token"
        secret = true

        [settings]
        follow_redirects = false
        --- requests/users/branch.toml
        name = "Branch"
        method = "GET"
        url = "https://acme.example/plain"

        [[query]]
        name = "a"
        value = "b"
        --- requests/create.toml
        name = "Create"
        method = "POST"
        url = "https://acme.example/users/{{kind}}"

        [auth]
        kind = "oauth2_client_credentials"
        token_url = "{{base_url}}/token"
        client_id = "me"
        client_secret = "{{client_secret}}"
        client_auth = "client_secret_post"
        scopes = ["a", "b"]

        [body]
        kind = "json"
        text = '{"n": {{random(0, 1000)}}}'
        --- requests/upload.toml
        name = "Upload"
        method = "POST"
        url = "https://acme.example/files"

        [body]
        kind = "multipart"

        [[body.parts]]
        name = "title"
        value = "Me"

        [[body.parts]]
        name = "file"
        file = "me.png"
        --- requests/form.toml
        name = "Form"
        method = "POST"
        url = "https://acme.example/form"

        [body]
        kind = "form"

        [[body.fields]]
        name = "a"
        value = "1"
        --- requests/ask.toml
        name = "Ask"
        method = "POST"
        url = "https://acme.example/graphql"

        [body]
        kind = "graphql"
        query = "{ me }"
        variables = '{"a": 1}'
        --- requests/xml.toml
        name = "Xml"
        method = "PUT"
        url = "https://acme.example/xml"

        [body]
        kind = "raw"
        content_type = "application/xml"
        text = "<a/>"
        --- requests/file.toml
        name = "File"
        method = "PUT"
        url = "https://acme.example/file"

        [body]
        kind = "file"
        path = "b.bin"
        # Acme: the script prerequest: folders have no scripts
        # Acme: the value of api_token: secrets are not kept in files: save it in the connection as `api_token`
        # Acme: the value of token: secrets are not kept in files: save it in the connection as `token`
        # Users / Get a user: {{$randomColor}}: there is no template function for it: write a value
        # Users / Get a user: the value of token: secrets are not kept in files: save it in the connection as `token`
        # Users / Get a user: the setting strictSSL: requests are sent as the connection says
        # Users / Get a user: the script test: pm.expect(jsonData.password).to.eql(…: write it as an assertion, a capture or an action
        # Users / Get a user: the saved response ok: it has no status
        # Users / Branch: the script test: if (x) {: write it as an assertion, a capture or an action
        # Users / Branch: the script test: pm.response.to.have.status(500);: write it as an assertion, a capture or an action
        # Users / Branch: the script test: }: write it as an assertion, a capture or an action
        # Create: the value of client_secret: secrets are not kept in files: save it in the connection as `client_secret`
        # Upload: the file me.png: put it into the workspace's `fixtures` folder
        # Upload: a file to send: none was chosen
        # Ask: authorization hawk: there is no such way to sign in: choose one in the connection
        # File: the file b.bin: put it into the workspace's `fixtures` folder
    "#]].assert_eq(&shown(SAMPLE));
}

#[test]
fn an_environment_is_a_set_of_values_without_secrets() {
    expect![[r#"
        name Some("Staging"), base URL None
        --- ("Staging", {"base_url": "https://staging.example"})
        # Staging: the value of pin: secrets are not kept in files: save it in the connection as `pin`
        # Staging: the variable old: it is switched off
    "#]]
    .assert_eq(&shown(ENVIRONMENT));
}

#[test]
fn no_secret_is_written_or_told() {
    assert!(!shown(SAMPLE).contains("opensesame"));
    assert!(!shown(ENVIRONMENT).contains("opensesame"));
}

#[test]
fn what_is_written_can_be_read_again() {
    for (path, text) in read(SAMPLE).unwrap().files(&mut Vec::new()) {
        if path.ends_with("folder.toml") {
            let (_, problems) = RequestFolder::parse(&text, &path).unwrap();
            assert_eq!(problems, []);
        } else {
            let (_, problems) = crate::request::SavedRequest::parse(&text, &path).unwrap();
            assert_eq!(problems, []);
        }
    }
}

#[test]
fn settings_of_v2_0_sign_as_those_of_v2_1() {
    let request = |auth: &str| {
        let text = format!(
            r#"{{"info": {{"schema": "x"}}, "item": [{{"request": {{"url": "https://a.example", "auth": {auth}}}}}]}}"#
        );
        read(&text).unwrap().requests.remove(0).1.auth
    };
    let old = request(r#"{"type": "basic", "basic": {"username": "ada", "password": "{{pin}}"}}"#);
    let new = request(
        r#"{"type": "basic", "basic": [{"key": "username", "value": "ada"}, {"key": "password", "value": "{{pin}}"}]}"#,
    );
    assert_eq!(old, new);
    assert!(matches!(old, crate::request::RequestAuth::Own { kind, .. } if kind == "basic"));
}

#[test]
fn a_file_is_recognised_or_refused_with_its_place() {
    assert!(detect(SAMPLE) && detect(ENVIRONMENT));
    assert!(!detect(r#"{"openapi": "3.0.0"}"#) && !detect("curl https://a.example"));
    let broken = "{\"info\": {\"schema\": \"https://schema.getpostman.com/\"},\n oops";
    assert!(detect(broken));
    assert_eq!(read(broken).unwrap_err().place, Some((2, 2)));
    assert_eq!(read(r#"{"a": 1}"#).unwrap_err().place, None);
}

#[test]
fn no_file_makes_the_reader_panic() {
    // Every value in turn becomes one of a shape that nobody expects.
    fn values(value: &Value, path: &str, found: &mut Vec<String>) {
        found.push(path.to_owned());
        match value {
            Value::Array(list) => list
                .iter()
                .enumerate()
                .for_each(|(at, value)| values(value, &format!("{path}/{at}"), found)),
            Value::Object(map) => map
                .iter()
                .for_each(|(key, value)| values(value, &format!("{path}/{key}"), found)),
            _ => {}
        }
    }
    for sample in [SAMPLE, ENVIRONMENT] {
        let file: Value = serde_json::from_str(sample).unwrap();
        let mut paths = Vec::new();
        values(&file, "", &mut paths);
        let odd = ["null", "[[{}]]", "-1e300", r#""{{ü""#, r##""}}{{$:#""##];
        for path in &paths {
            for value in odd {
                let mut changed = file.clone();
                *changed.pointer_mut(path).unwrap() = serde_json::from_str(value).unwrap();
                if let Ok(imported) = read(&changed.to_string()) {
                    imported.files(&mut Vec::new());
                }
            }
        }
        for cut in (0..sample.len()).step_by(7) {
            assert!(read(&sample[..cut]).is_err());
        }
    }
}
