//! Tests of [`super`].
// `UPDATE_EXPECT=1` writes every expectation with hashes.
#![allow(
    clippy::needless_raw_string_hashes,
    reason = "expect-test writes them when it updates"
)]

use expect_test::expect;

use super::*;
use crate::import::tests::{cut, shown};

const FOUR: &str = r#"{"_type": "export", "__export_format": 4, "resources": [
        {"_id": "w1", "_type": "workspace", "name": "Workshop"},
        {"_id": "f1", "_type": "request_group", "parentId": "w1", "name": "Users", "environment": {"page": 2}},
        {"_id": "r1", "_type": "request", "parentId": "f1", "name": "List users", "method": "get", "url": "{{ _.base }}/users?limit={{ _.page }}",
            "headers": [{"name": "x-id", "value": "{% uuid 'v4' %}"}, {"name": "Authorization", "value": "Bearer opensesame"}],
            "authentication": {"type": "basic", "username": "ada", "password": "opensesame"}, "body": {}},
        {"_id": "r2", "_type": "request", "parentId": "w1", "name": "Ask", "method": "POST", "url": "https://a.example/graphql",
            "body": {"mimeType": "application/graphql", "text": "{\"query\":\"{ me }\",\"variables\":{\"a\":1}}"},
            "authentication": {"type": "oauth2", "grantType": "client_credentials", "accessTokenUrl": "https://a.example/token", "clientId": "c", "clientSecret": "opensesame", "scope": "a b"}},
        {"_id": "e1", "_type": "environment", "parentId": "w1", "name": "Base", "data": {"base": "https://a.example", "api_token": "opensesame"}},
        {"_id": "g1", "_type": "grpc_request", "parentId": "w1", "name": "Call"}
    ]}"#;

const FIVE: &str = "
type: collection.insomnia.rest/5.0
name: Workshop
collection:
  - name: Users
    children:
      - name: Get a user
        method: GET
        url: '{{ _.base }}/users/:id'
        pathParameters: [ { name: id, value: u1 } ]
        authentication: { type: apikey, key: X-Key, value: opensesame, addTo: header }
        scripts: { preRequest: 'insomnia.test()' }
      - name: Send a form
        method: POST
        url: https://a.example/form
        body: { mimeType: multipart/form-data, params: [ { name: f, type: file, fileName: me.png }, { name: t, value: v, disabled: true } ] }
        authentication: { type: digest, username: ada, password: '{{ _.pw }}' }
  - name: Socket
    url: wss://a.example
environments:
  name: Base
  data: { base: https://a.example }
  subEnvironments:
    - { name: Test, data: { base: https://t.example, secret: opensesame } }
";

#[test]
fn an_export_of_version_4_is_read() {
    let shown = shown(insomnia(FOUR));
    assert!(!shown.contains("opensesame"), "{shown}");
    expect![[r#"
        Some("Workshop") None
        --- requests/users/folder.toml
        [variables]
        page = "2"
        --- requests/folder.toml
        [variables]
        base = "https://a.example"
        --- requests/users/list_users.toml
        name = "List users"
        method = "GET"
        url = "{{base}}/users"

        [[query]]
        name = "limit"
        value = "{{page}}"

        [[headers]]
        name = "x-id"
        value = "{{uuid()}}"

        [[headers]]
        name = "Authorization"
        value = "Bearer {{authorization}}"

        [auth]
        kind = "basic"
        username = "ada"
        password = "{{password}}"
        --- requests/ask.toml
        name = "Ask"
        method = "POST"
        url = "https://a.example/graphql"

        [auth]
        kind = "oauth2_client_credentials"
        token_url = "https://a.example/token"
        client_id = "c"
        scopes = ["a", "b"]
        client_secret = "{{client_secret}}"

        [body]
        kind = "graphql"
        query = "{ me }"
        variables = '''
        {
          "a": 1
        }'''
        # List users: the value of `authorization`: secrets are not kept in files: save it in the connection as `authorization`
        # List users: the value of `password`: secrets are not kept in files: save it in the connection as `password`
        # Ask: the value of `client_secret`: secrets are not kept in files: save it in the connection as `client_secret`
        # Call: grpc_request: it is no HTTP request
        # Base: the value of `api_token`: secrets are not kept in files: save it in the connection as `api_token`
    "#]].assert_eq(&shown);
}

#[test]
fn an_export_of_version_5_is_read() {
    let shown = shown(insomnia(FIVE));
    assert!(!shown.contains("opensesame"), "{shown}");
    expect![[r#"
        Some("Workshop") None
        environment Test: {"base": "https://t.example"}
        --- requests/folder.toml
        [variables]
        base = "https://a.example"
        --- requests/users/get_a_user.toml
        name = "Get a user"
        method = "GET"
        url = "{{base}}/users/{{id}}"

        [auth]
        kind = "api_key"
        header = "X-Key"
        token = "{{api_key}}"

        [variables]
        id = "u1"
        --- requests/users/send_a_form.toml
        name = "Send a form"
        method = "POST"
        url = "https://a.example/form"

        [auth]
        kind = "digest"
        username = "ada"
        password = "{{pw}}"

        [body]
        kind = "multipart"

        [[body.parts]]
        name = "f"
        file = "me.png"

        [[body.parts]]
        name = "t"
        value = "v"
        enabled = false
        # Get a user: the value of `api_key`: secrets are not kept in files: save it in the connection as `api_key`
        # Get a user: the script before the request: scripts are not carried: assertions, captures or an action can take its place
        # Send a form: the file me.png: put it into the workspace's `fixtures` folder
        # Socket: the request: it is no HTTP request
        # Test: the value of `secret`: secrets are not kept in files: save it in the connection as `secret`
    "#]].assert_eq(&shown);
}

#[test]
fn no_export_makes_the_reader_panic() {
    cut(FOUR, insomnia);
    cut(FIVE, insomnia);
}

#[test]
fn the_base_environment_counts_whichever_other_is_chosen() {
    let imported = insomnia(FIVE).unwrap();
    let (place, shared) = &imported.folders.last().unwrap();
    assert_eq!(
        (place.len(), shared.variables["base"].as_str()),
        (0, "https://a.example")
    );
    let names: Vec<_> = imported.environments.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["Test"]);
}

#[test]
fn every_workspace_of_a_file_is_a_folder_and_global_environments_stay_environments() {
    let imported = insomnia(
        r#"{"_type": "export", "__export_format": 4, "resources": [
            {"_id": "w1", "_type": "workspace", "name": "One"},
            {"_id": "w2", "_type": "workspace", "name": "Two"},
            {"_id": "w3", "_type": "workspace", "name": "Globals", "scope": "environment"},
            {"_id": "r1", "_type": "request", "parentId": "w1", "name": "A", "method": "GET", "url": "https://a.example"},
            {"_id": "r2", "_type": "request", "parentId": "w2", "name": "B", "method": "GET", "url": "https://b.example"},
            {"_id": "e3", "_type": "environment", "parentId": "w3", "name": "Shared", "data": {"a": "1"}}]}"#,
    )
    .unwrap();
    let places: Vec<_> = imported.requests.iter().map(|(place, _)| place.join("/")).collect();
    assert_eq!(places, ["One", "Two"]);
    assert_eq!(imported.environments[0].0, "Shared");
}

#[test]
fn settings_of_a_request_are_kept_and_what_lies_beside_requests_is_told() {
    let imported = insomnia(
        "
type: collection.insomnia.rest/5.0
name: Shop
collection:
  - name: A
    method: GET
    url: https://a.example
    settings: { encodeUrl: false, followRedirects: 'off', cookies: { send: false, store: true } }
cookieJar: { cookies: [ { key: sid, value: opensesame } ] }
certificates: [ { host: a.example } ]
testSuites: [ { name: All } ]
spec: { contents: { openapi: 3.1.0 } }
",
    )
    .unwrap();
    let settings = &imported.requests[0].1.settings;
    assert_eq!(
        (settings.follow_redirects, settings.cookies),
        (Some(false), Some(false))
    );
    let left: Vec<_> = imported.not_carried.iter().map(|left| left.what.as_str()).collect();
    assert_eq!(
        left,
        [
            "the setting encodeUrl",
            "the cookies",
            "the certificates",
            "the unit tests",
            "the description of the API"
        ]
    );
}
