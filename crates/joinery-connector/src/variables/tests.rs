//! Filling in, template functions, and what is said of what is missing.

use expect_test::{Expect, expect};

use super::*;

fn variables() -> Variables {
    let mut variables = Variables::default();
    variables.set(Scope::Connection, "base_url", Value::Text("https://{{domain}}".into()));
    variables.set(Scope::Connection, "domain", Value::Text("acme.example".into()));
    variables.set(Scope::Connection, "token", Value::Secret(Secret::new("{{domain}}")));
    variables.set(Scope::Request, "user", Value::Text("ada".into()));
    variables.set(Scope::Run, "raw", Value::Text("{{user}}".into()));
    variables.set(Scope::Folder, "round", Value::Text("{{round}}".into()));
    variables
}

#[track_caller]
fn check(template: &str, expect: Expect) {
    expect.assert_eq(&format!("{:?}", fill(template, &variables(), "url")));
}

#[test]
fn values_are_filled_in_with_the_variables_they_hold() {
    check(
        "{{base_url}}/users/{{ user }}",
        expect![[r#"Ok("https://acme.example/users/ada")"#]],
    );
}

#[test]
fn secrets_and_values_of_this_run_stand_as_they_are() {
    check("{{token}} {{raw}}", expect![[r#"Ok("{{domain}} {{user}}")"#]]);
}

#[test]
fn every_missing_name_is_reported_with_the_nearest_known_one() {
    check(
        "{{usr}}/{{nothing}}/{{round}}",
        expect![[
            r#"Err([Missing { name: "usr", place: "url", nearest: Some("user"), reason: None }, Missing { name: "nothing", place: "url", nearest: None, reason: None }, Missing { name: "round", place: "url", nearest: None, reason: None }])"#
        ]],
    );
}

#[test]
fn braces_that_are_no_placeholder_are_text() {
    check(
        "{\"a\":{\"b\":{}}} {{}} {{a b}} {{",
        expect![[r#"Ok("{\"a\":{\"b\":{}}} {{}} {{a b}} {{")"#]],
    );
    check("{\"a\":{{{user}}}}", expect![[r#"Ok("{\"a\":{ada}}")"#]]);
}

#[test]
fn the_later_scope_wins_and_within_a_scope_the_later_value() {
    let mut variables = variables();
    variables.set(Scope::Run, "user", Value::Text("bob".into()));
    variables.set(Scope::Workspace, "user", Value::Text("eve".into()));
    assert_eq!(fill("{{user}}", &variables, "url").unwrap(), "bob");
}

/// A world where it is always noon on 28 November 2026 and every byte is 7.
struct Fixed;

impl World for Fixed {
    fn now_ms(&self) -> i64 {
        1_795_867_200_000
    }

    fn random(&self, bytes: &mut [u8]) {
        bytes.fill(7);
    }

    fn file(&self, path: &str) -> Result<Vec<u8>, String> {
        (path == "fixtures/a.txt")
            .then(|| b"a file".to_vec())
            .ok_or_else(|| format!("there is no {path}"))
    }

    fn prompt(&self, label: &str) -> Result<String, String> {
        (label == "Who")
            .then(|| "Ada".to_owned())
            .ok_or_else(|| "nobody answered".to_owned())
    }

    fn response(&self, request: &str, subject: &str) -> Result<String, String> {
        Ok(format!("{subject} of {request}"))
    }
}

#[track_caller]
fn call(template: &str, expect: Expect) {
    let mut variables = variables();
    variables.set_world(Arc::new(Fixed));
    let shown = match fill(template, &variables, "body") {
        Ok(text) => text,
        Err(missing) => missing
            .into_iter()
            .map(|missing| format!("{}: {}", missing.name, missing.reason.unwrap_or_default()))
            .collect::<Vec<_>>()
            .join("\n"),
    };
    expect.assert_eq(&shown);
}

#[test]
fn functions_give_ids_times_and_numbers() {
    call(
        r#"{{uuid()}} {{ now() }} {{now("date", "-1d")}} {{now('%d.%m.%Y %H:%M', "+90m")}} {{now("unix")}} {{random(1, 6)}} {{random_text(4)}}"#,
        expect![
            "07070707-0707-4707-8707-070707070707 2026-11-28T12:00:00.000Z 2026-11-27 28.11.2026 13:30 1795867200 4 hhhh"
        ],
    );
}

#[test]
fn functions_take_variables_texts_and_calls() {
    call(
        r#"{{base64(user)}} {{base64_decode("YWRh")}} {{upper(lower("AdA"))}} {{hash("sha256", user)}} {{url_encode("a b/c")}}"#,
        expect!["YWRh ada ADA fdee430d40bd57deeac186cd9790033d0f06f909a8806e7ce6e717ab7c7d5029 a%20b%2Fc"],
    );
    call(
        r#"{{file("fixtures/a.txt")}} {{prompt("Who")}} {{prompt("Why", "because")}} {{response("users/get", "$.id")}}"#,
        expect!["a file Ada because $.id of users/get"],
    );
}

#[test]
fn a_call_that_gives_nothing_says_why() {
    call(
        "{{uid()}}",
        expect!["uid(): there is no template function uid(); did you mean uuid()?"],
    );
    call(
        "{{hash(user)}}",
        expect!["hash(user): it is written hash(algorithm, text)"],
    );
    call(
        "{{now(\"noon\")}}",
        expect![[r#"now("noon"): `noon` is no format: use iso, date, unix, unix_ms or a pattern such as %Y-%m-%d"#]],
    );
    call(
        "{{now('iso', 'soon')}}",
        expect!["now('iso', 'soon'): `soon` is no offset: use a number and one of w, d, h, m, s, such as -1d"],
    );
    call("{{random(6, 1)}}", expect!["random(6, 1): 6 is more than 1"]);
    call("{{file('b')}}", expect!["file('b'): there is no b"]);
    let nowhere = fill("{{uuid()}}", &variables(), "url").unwrap_err();
    assert_eq!(
        nowhere[0].reason.as_deref(),
        Some("it has a value only when the request is sent")
    );
}

#[test]
fn what_is_made_of_a_secret_is_secret() {
    let mut variables = variables();
    variables.set(Scope::Connection, "password", Value::Secret(Secret::new("opensesame")));
    let filled = fill("{{base64(password)}} {{base64(user)}}", &variables, "headers.X").unwrap();
    assert_eq!(filled, "b3BlbnNlc2FtZQ== YWRh");
    let secrets: Vec<String> = variables
        .secrets()
        .iter()
        .map(|secret| secret.reveal().to_owned())
        .collect();
    assert_eq!(secrets, ["{{domain}}", "opensesame", "b3BlbnNlc2FtZQ=="]);
}

#[test]
fn names_and_prompts_are_found_within_calls() {
    assert_eq!(
        names_in("{{a}} {{base64(b)}} {{upper(lower(c))}} {{a}} {{uuid()}}"),
        ["a", "b", "c"]
    );
    assert_eq!(
        prompts_in(r#"{{prompt("Who")}} {{upper(prompt('Why', 'because'))}}"#),
        [("Who".to_owned(), None), ("Why".to_owned(), Some("because".to_owned()))]
    );
}

#[test]
fn what_is_no_call_is_text() {
    for text in [
        "{{f(}}",
        "{{f(a b)}}",
        "{{f(a,)}}",
        "{{\"a\"}}",
        "{{f(\"a)}}",
        "{{1 + 2}}",
    ] {
        assert!(placeholders(text).is_empty(), "{text}");
    }
    let deep = format!("{{{{{}1{}}}}}", "f(".repeat(50_000), ")".repeat(50_000));
    assert!(placeholders(&deep).is_empty());
}
