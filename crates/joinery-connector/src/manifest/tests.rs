//! What `connector.toml` may say, and every mistake with its place.

#![allow(
    clippy::needless_raw_string_hashes,
    reason = "expect-test writes them when it updates"
)]

use expect_test::{Expect, expect};
use serde_json::json;

use super::*;

/// The manifest of the format's own documentation.
const OKTA: &str = r#"
format = 1
id = "okta"
title = "Okta"
version = "1.4.0"
description = "Users, groups and events of an Okta org"
hosts = ["{{domain}}"]

[http]
base_url = "https://{{domain}}"
retry = { statuses = [429, 503], max = 3, wait = "x-rate-limit-reset" }
pagination = "link"

[[fields]]
name = "domain"
label = "Okta domain"
hint = "acme.okta.com"
pattern = '^[a-z0-9-]+(\.[a-z0-9-]+)*(:\d+)?$'

[[auth]]
id = "api_token"
label = "API token"
kind = "api_key"
header = "Authorization"
prefix = "SSWS "

[[auth]]
id = "service_app"
label = "OAuth 2.0 service app"
kind = "oauth2_client_credentials"
token_url = "{{base_url}}/oauth2/v1/token"
scopes = ["okta.users.manage", "okta.groups.manage"]
"#;

/// What parsing `OKTA` with `old` replaced by `new` says.
#[track_caller]
fn check(old: &str, new: &str, expect: Expect) {
    assert!(OKTA.contains(old), "`{old}` is not in the text");
    let problems = match Manifest::parse(&OKTA.replacen(old, new, 1)) {
        Ok((_, warnings)) => warnings,
        Err(problem) => vec![problem],
    };
    let lines: Vec<String> = problems
        .iter()
        .map(|problem| {
            let Problem {
                line,
                column,
                severity,
                code,
                message,
                hint,
                ..
            } = problem;
            format!(
                "{line}:{column} {severity:?} {code}: {message} ({})\n",
                hint.as_deref().unwrap_or("-")
            )
        })
        .collect();
    expect.assert_eq(&lines.concat());
}

#[test]
fn the_documented_manifest_is_read_whole_and_without_a_doubt() {
    let (manifest, problems) = Manifest::parse(OKTA).unwrap();
    assert_eq!(problems, []);
    let retry = manifest.http.retry.unwrap();
    assert_eq!(
        (retry.statuses, retry.max, retry.wait),
        (vec![429, 503], 3, RetryWait::XRateLimitReset)
    );
    assert_eq!(manifest.http.pagination.unwrap().kind, PaginationKind::Link);
    assert!(manifest.fields[0].required && manifest.fields[0].control == Control::Text);
    assert_eq!(
        json!(manifest.auth[0].settings),
        json!({"header": "Authorization", "prefix": "SSWS "})
    );
    assert_eq!(
        manifest.auth[1].settings["scopes"],
        json!(["okta.users.manage", "okta.groups.manage"])
    );
}

#[test]
fn three_keys_are_enough() {
    let (manifest, problems) = Manifest::parse("format = 1\nid = \"a\"\nversion = \"0.1.0\"").unwrap();
    assert_eq!(
        (manifest.title.as_str(), manifest.auth.len(), problems.len()),
        ("a", 0, 0)
    );
}

#[test]
fn fields_say_how_they_are_asked_for() {
    let more = r#"
        [[fields]]
        name = "region"
        options = ["eu", "us"]
        default = "eu"
        [[fields]]
        name = "preview"
        type = "boolean"
        required = false
        default = true
        [[fields]]
        name = "pin"
        secret = true
    "#;
    let (manifest, _) = Manifest::parse(&format!("{OKTA}{more}")).unwrap();
    let [_, region, preview, pin] = manifest.fields.as_slice() else {
        panic!("four fields")
    };
    assert_eq!(
        region.control,
        Control::Select {
            options: vec!["eu".into(), "us".into()]
        }
    );
    assert_eq!(
        (&preview.control, preview.required, preview.default.as_deref()),
        (&Control::Switch, false, Some("true"))
    );
    assert_eq!(pin.control, Control::Secret);
}

#[test]
fn pagination_can_have_settings() {
    let table = "pagination = { kind = \"cursor\", parameter = \"after\" }";
    let (manifest, problems) = Manifest::parse(&OKTA.replace("pagination = \"link\"", table)).unwrap();
    let pagination = manifest.http.pagination.unwrap();
    assert_eq!(
        (pagination.kind, pagination.settings["parameter"].clone()),
        (PaginationKind::Cursor, json!("after"))
    );
    assert_eq!(problems, []);
}

#[test]
fn unknown_keys_are_warnings_with_their_place() {
    check(
        "description =",
        "descripton =",
        expect![[r#"
        6:1 Warning unknown_key: unknown key `descripton` (did you mean `description`?)
    "#]],
    );
    check(
        "max = 3",
        "most = 3",
        expect![[r#"
        11:34 Warning unknown_key: unknown key `http.retry.most` (known keys: statuses, max, wait)
    "#]],
    );
    check(
        "hint =",
        "colour =",
        expect![[r#"
        17:1 Warning unknown_key: unknown key `fields[0].colour` (known keys: name, pattern, label, hint, type, secret, options, required, default)
    "#]],
    );
    check(
        "hosts = [\"{{domain}}\"]",
        "hosts = [\"*\", \"https://a\"]",
        expect![[r#"
        7:10 Warning host_pattern: no host can match `*` (write a host such as `api.acme.example`, or `*.acme.example` for all below it)
        7:15 Warning host_pattern: no host can match `https://a` (write a host such as `api.acme.example`, or `*.acme.example` for all below it)
    "#]],
    );
}

#[test]
fn every_mistake_has_its_place_and_says_what_to_do() {
    check(
        "format = 1",
        "",
        expect![[r#"
        1:1 Error missing_key: the file has no `format` (add `format = 1`)
    "#]],
    );
    check(
        "format = 1",
        "format = 2",
        expect![[r#"
        2:10 Error unknown_format: this connector has format 2; this Joinery reads format 1 (open it with a newer Joinery)
    "#]],
    );
    check(
        "format = 1",
        "format = \"1\"",
        expect![[r#"
        2:10 Error wrong_type: `format` must be a whole number, not text (-)
    "#]],
    );
    check(
        "\"okta\"",
        "\"Okta!\"",
        expect![[r#"
        3:6 Error id: `Okta!` cannot be an id (use up to 64 lower-case letters, digits, `_` and `-`)
    "#]],
    );
    check(
        "\"1.4.0\"",
        "\"1.4\"",
        expect![[r#"
        5:11 Error version: `1.4` is not a version: unexpected end of input while parsing minor version number (write three numbers, such as `1.4.0`)
    "#]],
    );
    check(
        "version = \"1.4.0\"",
        "version = 1.4.0",
        expect![[r#"
        5:14 Error syntax: invalid float, expected nothing (-)
    "#]],
    );
    check(
        "\"x-rate-limit-reset\"",
        "\"rate-limit-reset\"",
        expect![[r#"
        11:50 Error unknown_value: `rate-limit-reset` is not a known `wait` (did you mean `x-rate-limit-reset`?)
    "#]],
    );
    check(
        "[429, 503]",
        "[429, 5030]",
        expect![[r#"
        11:28 Error wrong_type: `http.retry.statuses` must be a list of statuses from 100 to 599 (-)
    "#]],
    );
    check(
        "\"link\"",
        "\"links\"",
        expect![[r#"
        12:14 Error unknown_value: `links` is not a known `pagination` (did you mean `link`?)
    "#]],
    );
    check(
        "id = \"service_app\"",
        "id = \"api_token\"",
        expect![[r#"
        28:6 Error duplicate: there are two ways to sign in named `api_token` (-)
    "#]],
    );
    check(
        "kind = \"api_key\"",
        "",
        expect![[r#"
        20:1 Error missing_key: `auth[0]` has no `kind` (add `kind = "bearer"`)
    "#]],
    );
    check(
        "'^[a-z0-9-]",
        "'^([a-z0-9-]",
        expect![[r#"
        18:11 Error pattern: this pattern does not work: unclosed group (-)
    "#]],
    );
    check(
        "name = \"domain\"",
        "name = \"proxy\"",
        expect![[r#"
        15:8 Error reserved: `proxy` is a network setting of every connection (choose another name)
    "#]],
    );
    check(
        "[http]",
        "[http",
        expect![[r#"
        9:6 Error syntax: unclosed table, expected `]` (-)
    "#]],
    );
    check(
        "[[fields]]",
        "[fields]",
        expect![[r#"
        14:1 Error wrong_type: `fields` must be a list of tables, each begun with `[[fields]]`, not a table (-)
    "#]],
    );
}
