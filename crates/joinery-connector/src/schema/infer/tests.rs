//! Schemas from samples.

#![allow(
    clippy::needless_raw_string_hashes,
    reason = "expect-test writes them when it updates"
)]

use expect_test::{Expect, expect};

use super::*;
use crate::schema::{FieldType, check as check_schema, from_schema};

#[track_caller]
fn check(samples: &[Value], expect: Expect) {
    let schema = infer(samples);
    for sample in samples {
        assert_eq!(
            check_schema(&schema, sample).unwrap(),
            [],
            "every sample must fit {schema}"
        );
    }
    let mut shown = schema;
    shown.as_object_mut().unwrap().remove("$schema");
    expect.assert_eq(&shown.to_string());
}

#[test]
fn samples_are_merged_property_by_property() {
    check(
        &[
            json!({"id": "a", "age": 1, "x": null}),
            json!({"id": "b", "age": 1.5, "x": true, "more": []}),
            json!({"id": "c"}),
        ],
        expect![[
            r#"{"required":["id"],"type":"object","properties":{"id":{"type":"string"},"age":{"type":"number"},"x":{"type":["boolean","null"]},"more":{"type":"array"}}}"#
        ]],
    );
    check(
        &[json!([{"a": 1}, {"a": null, "b": [{"c": "x"}, {"c": 2}]}])],
        expect![[
            r#"{"items":{"type":"object","properties":{"a":{"type":["integer","null"]},"b":{"type":"array","items":{"type":"object","properties":{"c":{"type":["string","integer"]}},"required":["c"]}}},"required":["a"]},"type":"array"}"#
        ]],
    );
}

#[test]
fn what_was_never_seen_is_left_open() {
    check(
        &[json!({"a": null, "b": [], "c": {}})],
        expect![[
            r#"{"required":["a","b","c"],"type":"object","properties":{"a":{},"b":{"type":"array"},"c":{"type":"object","properties":{}}}}"#
        ]],
    );
    check(&[], expect![["{}"]]);
    check(&[json!("text")], expect![[r#"{"type":"string"}"#]]);
}

#[test]
fn a_format_holds_only_when_every_text_has_it() {
    let sample = |at: &str, mail: &str| {
        json!({
            "at": at, "mail": mail, "day": "2026-01-31", "link": "https://a.example/x",
            "uuid": "2f1c9f0e-6d1c-4f6e-9a57-0a2b4c6d8e90", "ip": "10.0.0.1", "none": ""
        })
    };
    check(
        &[
            sample("2026-01-31T09:30:00.000Z", "ada@acme.example"),
            sample("2026-02-31T09:30:00Z", "bob@acme.example"),
        ],
        expect![[
            r#"{"required":["at","mail","day","link","uuid","ip","none"],"type":"object","properties":{"at":{"type":"string"},"mail":{"type":"string","format":"email"},"day":{"type":"string","format":"date"},"link":{"type":"string","format":"uri"},"uuid":{"type":"string","format":"uuid"},"ip":{"type":"string","format":"ipv4"},"none":{"type":"string"}}}"#
        ]],
    );
    check(
        &[json!("ada@acme.example"), json!("ada")],
        expect![[r#"{"type":"string"}"#]],
    );
}

#[test]
fn choices_are_claimed_only_with_many_samples_of_few_words() {
    let statuses = ["ACTIVE", "STAGED", "ACTIVE", "SUSPENDED"];
    let samples: Vec<Value> = (0..40)
        .map(|index| json!({"status": statuses[index % 4], "userId": statuses[index % 4], "code": format!("0{}", index % 2)}))
        .collect();
    check(
        &samples,
        expect![[
            r#"{"required":["status","userId","code"],"type":"object","properties":{"status":{"type":"string","enum":["ACTIVE","STAGED","SUSPENDED"]},"userId":{"type":"string"},"code":{"type":"string"}}}"#
        ]],
    );
    check(
        &samples[..12],
        expect![[
            r#"{"required":["status","userId","code"],"type":"object","properties":{"status":{"type":"string"},"userId":{"type":"string"},"code":{"type":"string"}}}"#
        ]],
    );
}

#[test]
fn an_inferred_schema_becomes_fields() {
    let schema = infer([&json!({"id": 1, "tags": ["a"], "profile": {"login": "ada@acme.example", "age": null}})]);
    let fields = from_schema(&schema);
    assert_eq!(
        fields.iter().map(|field| field.kind).collect::<Vec<_>>(),
        [FieldType::Integer, FieldType::Array, FieldType::Object]
    );
    assert_eq!(fields[1].of.as_ref().unwrap().kind, FieldType::String);
    assert_eq!(fields[2].properties[0].format.as_deref(), Some("email"));
}
