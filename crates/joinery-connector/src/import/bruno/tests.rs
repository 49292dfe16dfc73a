#![allow(
    clippy::needless_raw_string_hashes,
    reason = "expect-test writes them when it updates"
)]

use expect_test::expect;

use super::*;
use crate::import::tests::{cut, shown};

const REQUEST: &str = r#"meta {
  name: Create a user
  type: http
  seq: 2
  tags: [
    smoke
  ]
}

post {
  url: {{baseUrl}}/users/:id/roles?limit=20
  body: json
  auth: apikey
}

params:query {
  limit: 20
  ~q: a b
}

params:path {
  id: ada
}

headers {
  Accept: application/json
  "X:Odd": {{$guid}}
  ~X-Off: 1
  X-Env: {{process.env.REGION}}
}

auth:apikey {
  key: Authorization
  value: SSWS opensesame
  placement: header
}

body:json {
  {
    "login": "{{login}}",
    "nested": {
      "a": [1]
    }
  }
}

vars:pre-request {
  login: ada@acme.example
  note: '''
    two
    lines
  '''
  ~off: 1
}

vars:post-response {
  user_id: res.body.id
  agent: res.headers['x-agent']
  odd: 1 + 1
}

assert {
  res.status: eq 200
  res.status: lt 300
  res.body.profile.login: contains ada
  res.body.items.length: eq 2
  res.body.name: matches /^A/i
  res.responseTime: lte 500
  res.body.kind: in [a, b]
  res.body.count: gt 3
  ~res.body.x: isDefined
}

script:pre-request {
  bru.setVar("a", 1);
}

tests {
  test("x", function() {});
}

settings {
  timeout: 1500
  followRedirects: false
}

docs {
  # About

  Makes one.
}
"#;

#[test]
fn a_request_is_read_block_by_block() {
    expect![[r#"
        None None
        --- requests/create_a_user.toml
        name = "Create a user"
        description = '''
        # About

        Makes one.'''
        method = "POST"
        url = "{{base_url}}/users/{{id}}/roles"

        [[query]]
        name = "limit"
        value = "20"

        [[query]]
        name = "q"
        value = "a b"
        enabled = false

        [[headers]]
        name = "Accept"
        value = "application/json"

        [[headers]]
        name = "X:Odd"
        value = "{{uuid()}}"

        [[headers]]
        name = "X-Off"
        value = "1"
        enabled = false

        [[headers]]
        name = "X-Env"
        value = "{{REGION}}"

        [auth]
        kind = "api_key"
        header = "Authorization"
        prefix = "SSWS "
        token = "{{token}}"

        [body]
        kind = "json"
        text = '''
        {
          "login": "{{login}}",
          "nested": {
            "a": [1]
          }
        }'''

        [variables]
        id = "ada"
        login = "ada@acme.example"
        note = """
        two
        lines"""

        [[assert]]
        subject = "status"
        equals = 200

        [[assert]]
        subject = "status"
        at_most = 299

        [[assert]]
        subject = "$.profile.login"
        contains = "ada"

        [[assert]]
        subject = "$.items"
        length = 2

        [[assert]]
        subject = "$.name"
        matches = "(?i)^A"

        [[assert]]
        subject = "time_ms"
        at_most = 500

        [[assert]]
        subject = "$.kind"
        one_of = ["a", "b"]

        [[capture]]
        name = "user_id"
        subject = "$.id"

        [[capture]]
        name = "agent"
        subject = "header:x-agent"

        [settings]
        timeout = 1.5
        follow_redirects = false
        # Create a user: the value of `token`: secrets are not kept in files: save it in the connection as `token`
        # Create a user: the variable off: it is switched off
        # Create a user: the assertion res.body.count: gt 3: there is no such assertion
        # Create a user: the assertion res.body.x: isDefined: it is switched off
        # Create a user: the variable odd after the response: only a value of the answer can be captured
        # Create a user: the script pre-request: write it as assertions, captures or an action
        # Create a user: the script tests: write it as assertions, captures or an action
    "#]]
    .assert_eq(&shown(read(REQUEST).map(Imported::guarded)));
}

fn files() -> Vec<(String, String)> {
    let file = |path: &str, text: &str| (path.to_owned(), text.to_owned());
    vec![
        file(
            "acme/bruno.json",
            r#"{"version": "1", "name": "Acme", "type": "collection"}"#,
        ),
        file(
            "acme/collection.bru",
            "headers {\n  Accept: */*\n}\n\nauth {\n  mode: bearer\n}\n\nauth:bearer {\n  token: {{token}}\n}\n\nvars:pre-request {\n  page: 20\n}\n\ndocs {\n  All of Acme.\n}\n",
        ),
        file(
            "acme/users/folder.bru",
            "meta {\n  name: All users\n  seq: 2\n}\n\nauth {\n  mode: none\n}\n",
        ),
        file(
            "acme/users/list.bru",
            "meta {\n  name: Z list\n  seq: 1\n}\n\nget {\n  url: {{baseUrl}}/users\n  body: none\n  auth: inherit\n}\n",
        ),
        file(
            "acme/users/get.bru",
            "meta {\n  name: A get\n  seq: 2\n}\n\nget {\n  url: {{baseUrl}}/users/1\n  auth: inherit\n}\n",
        ),
        file(
            "acme/files/form.bru",
            "meta {\n  name: Form\n}\n\npost {\n  url: {{baseUrl}}/form\n  body: multipart-form\n  auth: none\n}\n\nbody:multipart-form {\n  title: Me @contentType(text/plain)\n  file: @file(a/me.png|b.txt)\n}\n",
        ),
        file(
            "acme/stream.bru",
            "meta {\n  name: Stream\n  type: grpc\n}\n\ngrpc {\n  url: x\n}\n",
        ),
        file(
            "acme/environments/Staging.bru",
            "vars {\n  baseUrl: https://staging.example\n  ~old: 1\n}\nvars:secret [\n  token,\n  pin\n]\n",
        ),
        file("acme/README.md", "no part of it"),
    ]
}

#[test]
fn a_folder_is_a_collection_in_its_own_order() {
    assert!(is_collection(&files()));
    expect![[r#"
        Some("Acme") None
        environment Staging: {"base_url": "https://staging.example"}
        --- requests/folder.toml
        description = "All of Acme."

        [auth]
        kind = "bearer"
        token = "{{token}}"

        [[headers]]
        name = "Accept"
        value = "*/*"

        [variables]
        page = "20"
        --- requests/all_users/folder.toml
        name = "All users"
        order = ["z_list", "a_get"]
        auth = "none"
        --- requests/files/folder.toml
        name = "files"
        --- requests/all_users/z_list.toml
        name = "Z list"
        method = "GET"
        url = "{{base_url}}/users"
        --- requests/all_users/a_get.toml
        name = "A get"
        method = "GET"
        url = "{{base_url}}/users/1"
        --- requests/files/form.toml
        name = "Form"
        method = "POST"
        url = "{{base_url}}/form"
        auth = "none"

        [body]
        kind = "multipart"

        [[body.parts]]
        name = "title"
        value = "Me"
        content_type = "text/plain"

        [[body.parts]]
        name = "file"
        file = "me.png"

        [[body.parts]]
        name = "file"
        file = "b.txt"
        # Staging: the variable old: it is switched off
        # Staging: the value of `token`: secrets are not kept in files: save it in the connection as `token`
        # Staging: the value of `pin`: secrets are not kept in files: save it in the connection as `pin`
        # files / Form: the file me.png: put it into the workspace's `fixtures` folder
        # files / Form: the file b.txt: put it into the workspace's `fixtures` folder
        # Stream: a request of the kind grpc: it is none of HTTP
    "#]]
    .assert_eq(&shown(read_files(&files()).map(Imported::guarded)));
}

const OPEN: &str = r#"opencollection: 1.0.0
info:
  name: Acme
config:
  environments:
    - name: Production
      variables:
        - name: baseUrl
          value: https://acme.example
        - name: token
          secret: true
request:
  auth:
    type: bearer
    token: "{{token}}"
items:
  - info:
      name: Users
      type: folder
    items:
      - info:
          name: Get
          type: http
          seq: 1
        http:
          method: GET
          url: "{{baseUrl}}/users/:id"
          params:
            - name: id
              value: ada
              type: path
            - name: limit
              value: "2"
              type: query
              disabled: true
          auth: inherit
        runtime:
          assertions:
            - expression: res.status
              operator: eq
              value: "200"
          actions:
            - type: set-variable
              selector:
                expression: res.body.id
                method: jsonq
              variable:
                name: user_id
                scope: runtime
          scripts:
            - type: tests
              code: test()
        docs: One of them.
  - info:
      name: Save
      type: http
    http:
      method: POST
      url: "{{baseUrl}}/users"
      body:
        type: form-urlencoded
        data:
          - name: a
            value: "1"
"#;

#[test]
fn open_collection_is_read_from_one_file_or_several() {
    expect![[r#"
        Some("Acme") None
        environment Production: {"base_url": "https://acme.example"}
        --- requests/folder.toml
        order = ["users/", "save"]

        [auth]
        kind = "bearer"
        token = "{{token}}"
        --- requests/users/folder.toml
        name = "Users"
        --- requests/users/get.toml
        name = "Get"
        description = "One of them."
        method = "GET"
        url = "{{base_url}}/users/{{id}}"

        [[query]]
        name = "limit"
        value = "2"
        enabled = false

        [variables]
        id = "ada"

        [[assert]]
        subject = "status"
        equals = 200

        [[capture]]
        name = "user_id"
        subject = "$.id"
        --- requests/save.toml
        name = "Save"
        method = "POST"
        url = "{{base_url}}/users"

        [body]
        kind = "form"

        [[body.fields]]
        name = "a"
        value = "1"
        # Production: the value of `token`: secrets are not kept in files: save it in the connection as `token`
        # Users / Get: the script tests: write it as assertions, captures or an action
    "#]]
    .assert_eq(&shown(read(OPEN).map(Imported::guarded)));
    let several = [
        ("opencollection.yml", "opencollection: 1.0.0\ninfo:\n  name: Acme\n"),
        ("users/folder.yml", "info:\n  name: Users\n  type: folder\n"),
        (
            "users/get.yml",
            "info:\n  name: Get\n  type: http\nhttp:\n  method: GET\n  url: https://acme.example/users\n",
        ),
        (
            "environments/dev.yml",
            "name: Dev\nvariables:\n  - name: baseUrl\n    value: https://dev.example\n",
        ),
    ];
    let several: Vec<(String, String)> = several
        .iter()
        .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
        .collect();
    let imported = read_files(&several).unwrap();
    assert_eq!(imported.requests[0].1.url, "https://acme.example/users");
    assert_eq!(imported.environments[0].0, "Dev");
}

#[test]
fn a_block_that_does_not_end_is_told_with_its_place() {
    let refused = read("meta {\n  name: a\n}\n\nget {\n  url: https://a.example\n").unwrap_err();
    assert_eq!(
        (refused.message.as_str(), refused.place),
        ("the block `get` is opened and not closed", Some((5, 1)))
    );
    let files = [
        ("bruno.json".to_owned(), "{}".to_owned()),
        ("a.bru".to_owned(), "get {".to_owned()),
    ];
    assert_eq!(
        read_files(&files).unwrap_err().message,
        "a.bru: the block `get` is opened and not closed"
    );
}

#[test]
fn how_a_collection_reaches_its_servers_is_told() {
    let said = r#"{"name":"Acme","proxy":{"enabled":true},"clientCertificates":{"certs":[{"domain":"a.example"}]}}"#;
    let request = "meta {\n  name: a\n}\n\nget {\n  url: https://a.example\n}\n\nsettings {\n  encodeUrl: false\n}\n";
    let files = [
        ("bruno.json".to_owned(), said.to_owned()),
        ("a.bru".to_owned(), request.to_owned()),
    ];
    let left = read_files(&files).unwrap().not_carried;
    let left: Vec<_> = left.iter().map(|left| left.what.as_str()).collect();
    assert_eq!(left, ["the proxy", "the client certificates", "the setting encodeUrl"]);
}

#[test]
fn no_file_makes_the_reader_panic() {
    cut(REQUEST, read);
    cut(OPEN, read);
    cut(&files()[5].1, read);
}
