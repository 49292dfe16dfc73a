//! The messages of a value that breaks its schema.

#![allow(
    clippy::needless_raw_string_hashes,
    reason = "expect-test writes them when it updates"
)]

use expect_test::{Expect, expect};
use serde_json::json;

use super::*;

#[track_caller]
fn see(schema: Value, value: Value, expect: Expect) {
    let lines: Vec<String> = match check(&schema, &value) {
        Ok(violations) => violations
            .iter()
            .map(|violation| format!("{}: {}", violation.path, violation.message))
            .collect(),
        Err(error) => vec![error],
    };
    expect.assert_eq(&lines.join("\n"));
}

#[test]
fn messages_name_the_path_and_use_plain_words() {
    let schema = json!({
        "type": "object",
        "required": ["user", "profile"],
        "additionalProperties": false,
        "properties": {
            "user": {"type": "string"},
            "age": {"type": ["integer", "null"], "minimum": 1},
            "profile": {"type": "object", "required": ["login"], "properties": {"login": {"type": "string", "format": "email"}}},
            "tags": {"type": "array", "items": {"enum": ["a", "b", "c"]}},
            "kind": {"oneOf": [{"const": "x", "title": "X"}, {"const": "y"}]},
            "code": {"type": "string", "pattern": "^[a-z]+$"}
        }
    });
    see(
        schema.clone(),
        json!({"user": "ada", "profile": {"login": "ada@acme.example"}, "age": null}),
        expect![[""]],
    );
    see(
        schema.clone(),
        json!({"user": 1, "profile": {}, "more": 1, "age": "x"}),
        expect![[r#"
        user: must be text, not a number
        profile.login: is required
        age: must be null or a whole number, not text
        more: is not a known field"#]],
    );
    see(
        schema.clone(),
        json!({"profile": {"login": "ada"}, "tags": ["a", "z"], "kind": "z", "code": "1", "age": 0, "user": ""}),
        expect![[r#"
            profile.login: must be an email address
            tags[1]: must be a, b or c
            kind: must be x or y
            code: must match the pattern ^[a-z]+$
            age: must be at least 1"#]],
    );
    see(schema, json!([]), expect![": must be an object, not a list"]);
}

#[test]
fn a_schema_that_is_wrong_says_where() {
    see(
        json!({"properties": {"a": {"type": "text"}}}),
        json!({}),
        expect![[
            r#"the schema itself is wrong at `properties.a.type`: "text" is not valid under any of the schemas listed in the 'anyOf' keyword"#
        ]],
    );
}
