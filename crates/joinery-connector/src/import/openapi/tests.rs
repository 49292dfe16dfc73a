//! Descriptions and the requests made of them.

use std::{path::PathBuf, time::Instant};

use expect_test::expect;

use super::*;
use crate::import::tests::shown;

const SAMPLE: &str = r#"
openapi: 3.1.0
info: { title: Workshop, version: "1" }
servers:
  - url: https://{org}.example/
    variables: { org: { default: acme } }
  - url: https://other.example
security: [ { key: [] } ]
tags:
  - { name: Tools, x-displayName: All tools, description: What hangs on the wall. }
paths:
  /tools/{tool-id}:
    parameters:
      - { $ref: '#/components/parameters/toolId' }
      - { name: trace, in: header, schema: { type: string } }
    get:
      tags: [Tools]
      summary: Get a tool
      operationId: getTool
      security: []
      parameters:
        - { name: expand, in: query, required: true, description: What to add., schema: { type: array, default: [owner, place] } }
        - { name: limit, in: query, schema: { type: integer, default: 20 } }
        - { name: sid, in: cookie, schema: { type: string } }
    put:
      tags: [Tools]
      operationId: replaceTool
      requestBody:
        content:
          application/xml: { schema: { type: string } }
          application/json: { schema: { $ref: '#/components/schemas/Tool' } }
      callbacks: { done: {} }
  /upload:
    post:
      requestBody:
        content:
          multipart/form-data:
            schema: { type: object, properties: { picture: { type: string, format: binary }, title: { type: string, example: Saw } } }
  /token:
    post:
      requestBody:
        content:
          application/x-www-form-urlencoded:
            schema: { type: object, required: [grant_type], properties: { grant_type: { type: string, enum: [password] }, scope: { type: string } } }
webhooks: { broken: {} }
components:
  parameters:
    toolId: { name: tool-id, in: path, required: true, example: t1 }
  schemas:
    Tool:
      allOf:
        - { type: object, properties: { id: { type: string, readOnly: true }, name: { type: string } } }
        - { properties: { kind: { oneOf: [ { type: string, enum: [saw, plane] } ] }, parts: { type: array, items: { $ref: '#/components/schemas/Tool' } } } }
    Loop: { $ref: '#/components/schemas/Loop' }
"#;

#[test]
fn operations_are_requests_in_folders_by_tag() {
    expect![[r#"
        Some("Workshop") Some("https://acme.example")
        --- requests/tools/folder.toml
        name = "All tools"
        description = "What hangs on the wall."
        --- requests/tools/get_a_tool.toml
        name = "Get a tool"
        method = "GET"
        url = "{{base_url}}/tools/{{tool_id}}"
        auth = "none"

        [[query]]
        name = "expand"
        value = "owner"
        description = "What to add."

        [[query]]
        name = "expand"
        value = "place"
        description = "What to add."

        [[query]]
        name = "limit"
        value = "20"
        enabled = false

        [[headers]]
        name = "trace"
        value = ""
        enabled = false

        [variables]
        tool_id = "t1"
        --- requests/tools/replacetool.toml
        name = "replaceTool"
        method = "PUT"
        url = "{{base_url}}/tools/{{tool_id}}"

        [[headers]]
        name = "trace"
        value = ""
        enabled = false

        [body]
        kind = "json"
        text = '''
        {
          "name": "",
          "kind": "saw",
          "parts": [
            {
              "name": "",
              "kind": "saw",
              "parts": []
            }
          ]
        }'''

        [variables]
        tool_id = "t1"
        --- requests/post_upload.toml
        name = "POST /upload"
        method = "POST"
        url = "{{base_url}}/upload"

        [body]
        kind = "multipart"

        [[body.parts]]
        name = "picture"
        file = "picture"

        [[body.parts]]
        name = "title"
        value = "Saw"
        --- requests/post_token.toml
        name = "POST /token"
        method = "POST"
        url = "{{base_url}}/token"

        [body]
        kind = "form"

        [[body.fields]]
        name = "grant_type"
        value = "password"

        [[body.fields]]
        name = "scope"
        value = ""
        enabled = false
        # servers: https://other.example: the first server is the base URL
        # GET /tools/{tool-id}: the cookie sid: cookies are the connection's
        # PUT /tools/{tool-id}: application/xml: the body is application/json
        # PUT /tools/{tool-id}: the callback done: a request that the service sends
        # webhooks: broken: a request that the service sends
    "#]]
    .assert_eq(&shown(openapi(SAMPLE)));
}

#[test]
fn other_versions_are_refused_with_what_to_do() {
    expect![[r"
        refused: it is Swagger 2.0: convert it to OpenAPI 3.0 or 3.1 and import that
    "]]
    .assert_eq(&shown(openapi("swagger: '2.0'")));
    expect![[r"
        refused: it is OpenAPI 4.0.0: 3.0 and 3.1 can be imported
    "]]
    .assert_eq(&shown(openapi(r#"{"openapi": "4.0.0"}"#)));
}

#[test]
fn references_that_lead_to_themselves_end() {
    let root = document(SAMPLE).unwrap();
    let description = Description { root: &root };
    assert_eq!(description.example(&root["components"]["schemas"]["Loop"]), Value::Null);
    let wide = (0..40).map(|name| {
        (
            format!("p{name}"),
            serde_json::json!({ "$ref": "#/components/schemas/Wide" }),
        )
    });
    let schema = serde_json::json!({ "schema": { "$ref": "#/components/schemas/Wide" } });
    let text = serde_json::json!({
        "openapi": "3.0.0",
        "paths": { "/a": { "post": { "requestBody": { "content": { "application/json": schema } } } } },
        "components": { "schemas": { "Wide": { "properties": Value::Object(wide.collect()) } } },
    })
    .to_string();
    assert!(shown(openapi(&text)).len() < 200_000);
}

#[test]
fn no_description_makes_the_reader_panic() {
    crate::import::tests::cut(SAMPLE, openapi);
}

/// The time holds for a release build; the count always.
#[test]
fn the_description_of_okta_is_read_whole() {
    let data = std::env::var_os("OKTA_DATA").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/okta")),
        PathBuf::from,
    );
    let path = data.join("openapi-management-2026.06.3.yaml");
    let Ok(text) = std::fs::read_to_string(&path) else {
        println!("skipped: {} is not there; OKTA_DATA names its folder", path.display());
        return;
    };
    let start = Instant::now();
    let imported = openapi(&text).unwrap();
    let files = imported.files(&mut Vec::new());
    println!("read in {} ms", start.elapsed().as_millis());
    assert_eq!(imported.requests.len(), 732);
    assert_eq!(imported.base_url.as_deref(), Some("https://subdomain.okta.com"));
    for (path, text) in files.iter().filter(|(path, _)| !path.ends_with("folder.toml")) {
        let (request, problems) = crate::request::SavedRequest::parse(text, path).unwrap();
        assert!(problems.is_empty(), "{path}: {problems:?}");
        // Failing over an org is asked of a host of its own.
        let own = request.url.starts_with("https://drapp.");
        assert!(
            own || request.url.starts_with("{{base_url}}/"),
            "{path}: {}",
            request.url
        );
    }
    if !cfg!(debug_assertions) {
        assert!(start.elapsed().as_secs_f64() < 2.0);
    }
}
