//! Pages of every kind, and requests at once.

use std::{sync::Arc, time::Instant};

use expect_test::{Expect, expect};
use joinery_connector::manifest::PaginationKind;
use joinery_script::{Cancel, Function, Host, Limits, Run, functions::options};
use serde_json::{Map, Value, json};

use crate::support::{MemoryHost, connector, execute, value_of, workers};

#[track_caller]
fn goes_through(options: &str, path: &str) {
    let ids = value_of(&format!(
        "http.items(\"{path}\", (), #{{ {options} }}).map(|item| item.id)"
    ));
    assert_eq!(ids, json!([1, 2, 3, 4, 5]), "{options}");
}

#[test]
fn pages_are_followed_in_every_way() {
    goes_through("kind: \"link\"", "/pages");
    goes_through("kind: \"next_url\", next: \"links.next\", items: \"items\"", "/nexts");
    goes_through("kind: \"cursor\", cursor: \"meta.next\", items: \"data\"", "/cursors");
    goes_through(
        "kind: \"cursor\", cursor: \"meta.next\", more: \"meta.more\", items: \"data\"",
        "/cursors",
    );
    goes_through("kind: \"offset\", items: \"items\"", "/offsets");
    goes_through("kind: \"offset\", size: 4, items: \"items\"", "/offsets");
    goes_through(
        "kind: \"offset\", step: \"pages\", size: 2, size_parameter: \"per_page\", items: \"items\"",
        "/offsets",
    );
}

#[test]
fn the_last_page_of_an_offset_is_known_by_its_size() {
    let script = r#"fn execute(connection, input) { http.items("/offsets", (), #{ kind: "offset", size: 2, items: "items" }).to_array() }"#;
    let (outcome, host) = execute(&[("actions/a.rhai", script)], json!({}), Limits::default());
    outcome.result.unwrap();
    let asked: Vec<_> = host
        .requests
        .lock()
        .unwrap()
        .iter()
        .map(|request| request.query.clone())
        .collect();
    assert_eq!(asked.len(), 3, "{asked:?}");
    assert_eq!(asked[2], [("limit".into(), "2".into()), ("offset".into(), "4".into())]);
}

#[test]
fn the_manifest_says_how_pages_are_followed_and_options_change_it() {
    let connector = connector(&[
        (
            "connector.toml",
            r#"format = 1
            id = "acme"
            title = "Acme"
            version = "0.1.0"
            [http]
            pagination = { kind = "cursor", cursor = "meta.next", items = "data" }"#,
        ),
        (
            "actions/a.rhai",
            r#"fn execute(connection, input) {
                let all = http.items("/cursors").map(|item| item.id);
                [all, http.pages("/cursors", (), #{ max_pages: 1 }).map(|page| page.body.data.len())]
            }"#,
        ),
    ]);
    let host = Arc::new(MemoryHost::default());
    let run = Run {
        connector,
        file: "actions/a.rhai".into(),
        function: Function::Execute { input: json!({}) },
        connection: Map::new(),
        secrets: Vec::new(),
        config: Value::Null,
        limits: Limits::default(),
        coverage: false,
    };
    let dynamic: Arc<dyn Host> = host.clone();
    let outcome = workers().run(&run, &dynamic, &Cancel::default());
    assert_eq!(outcome.result.unwrap(), json!([[1, 2, 3, 4, 5], [2]]));
    assert_eq!(host.printed(), ["stopped after 1 pages; the list goes on at c2"]);
}

#[track_caller]
fn fails(expression: &str, expected: Expect) {
    let script = format!("fn execute(connection, input) {{ {expression} }}");
    let outcome = execute(&[("actions/a.rhai", &script)], json!({}), Limits::default()).0;
    expected.assert_eq(&outcome.result.expect_err(expression).message);
}

#[test]
fn pages_that_lead_nowhere_say_why() {
    fails(
        "http.items(\"/echo\", (), #{ kind: \"offset\", items: \"tags\" }).to_array()",
        expect!["https://acme.test/echo answered without a list at `tags`, which `items` names"],
    );
    fails(
        "http.items(\"/cursors\").to_array()",
        expect!["https://acme.test/cursors did not answer with a list; its lists are at `data`: name one with `items`"],
    );
    fails(
        "http.items(\"/circle\", (), #{ kind: \"offset\" }).to_array()",
        expect!["the pages repeat: https://acme.test/circle does not seem to know the parameter `offset`"],
    );
    fails(
        "http.items(\"/cursors\", (), #{ kind: \"link\", cursor: \"x\" }).to_array()",
        expect!["http.pages: `cursor` has no meaning for the kind `link`"],
    );
    fails(
        "http.items(\"/cursors\", (), #{ kind: \"curser\" }).to_array()",
        expect!["http.pages: `kind` cannot be \"curser\"; did you mean \"cursor\"?"],
    );
}

#[test]
fn the_keys_of_the_manifest_are_those_of_the_options() {
    let known: Vec<&str> = options::PAGES.iter().map(|(key, _)| *key).collect();
    for kind in [
        PaginationKind::Link,
        PaginationKind::NextUrl,
        PaginationKind::Cursor,
        PaginationKind::Offset,
    ] {
        for key in kind.keys() {
            assert!(known.contains(key), "{key}");
        }
    }
}

#[test]
fn requests_at_once_answer_in_their_order() {
    let script = r#"fn execute(connection, input) {
        let list = [];
        for status in [201, 404, 202, 500, 203] { list.push(http.request("GET", `/status/${status}`)); }
        http.parallel(list, #{ limit: 3 }).map(|answer| [answer.status, answer.ok])
    }"#;
    let outcome = execute(&[("actions/a.rhai", script)], json!({}), Limits::default()).0;
    assert_eq!(
        outcome.result.unwrap(),
        json!([[201, true], [404, false], [202, true], [500, false], [203, true]])
    );
    fails(
        "http.parallel([1])",
        expect!["http.parallel takes a list of http.request(...), not sent yet, or of paths"],
    );
    fails(
        "http.parallel([], #{ limit: 99 })",
        expect!["http.parallel: `limit` must be a whole number from 1 to 16, not 99"],
    );
}

#[test]
fn requests_at_once_keep_to_a_rate() {
    let script = r#"fn execute(connection, input) {
        http.parallel(["/echo", "/echo", "/echo", "/echo"], #{ limit: 4, rate: 600 }).map(|answer| answer.status)
    }"#;
    let began = Instant::now();
    let outcome = execute(&[("actions/a.rhai", script)], json!({}), Limits::default()).0;
    assert_eq!(outcome.result.unwrap(), json!([200, 200, 200, 200]));
    // Ten a second: the fourth goes out after three tenths.
    assert!(began.elapsed().as_millis() >= 300, "{:?}", began.elapsed());
    fails(
        "http.parallel([], #{ rat: 600 })",
        expect!["http.parallel knows no `rat`; did you mean `rate`?"],
    );
}

#[test]
fn requests_at_once_wait_together_and_end_with_the_run() {
    let script = r#"fn execute(connection, input) {
        let slow = |seconds| http.request("GET", "/slow").timeout(seconds);
        http.parallel([slow.call(0.2), slow.call(0.2), slow.call(0.2), slow.call(0.2)]).map(|answer| answer.code)
    }"#;
    let began = Instant::now();
    let outcome = execute(&[("actions/a.rhai", script)], json!({}), Limits::default()).0;
    assert_eq!(
        outcome.result.unwrap(),
        json!(["timeout", "timeout", "timeout", "timeout"])
    );
    assert!(began.elapsed().as_millis() < 700, "{:?}", began.elapsed());
    let endless = r#"fn execute(connection, input) { http.parallel(["/slow", "/slow", "/slow", "/slow", "/slow", "/slow"], #{ limit: 1 }) }"#;
    let limits = Limits {
        time: std::time::Duration::from_millis(300),
        ..Limits::default()
    };
    let began = Instant::now();
    let error = execute(&[("actions/a.rhai", endless)], json!({}), limits)
        .0
        .result
        .unwrap_err();
    assert_eq!(error.code, "time_limit");
    assert!(began.elapsed().as_millis() < 1_500, "{:?}", began.elapsed());
}

#[test]
fn a_request_that_is_built_wrongly_says_what_it_takes() {
    fails(
        "http.request(\"POST\", \"/x\").multipart(#{ a: #{ fil: \"x\" } })",
        expect!["multipart: part `a` knows no `fil`; did you mean `file`?"],
    );
    fails(
        "http.request(\"POST\", \"/x\").multipart(#{ a: #{ filename: \"x\" } })",
        expect!["multipart: part `a` needs one of `text`, `bytes`, `file` and `run_file`"],
    );
    fails(
        "http.request(\"GET\", \"/x\").stream_to(\"../x\")",
        expect!["stream_to: `../x` is not a file name such as report.csv; it goes to the run's own folder"],
    );
    fails(
        "http.request(\"GET\", \"/x\").retry(#{ status: [429] })",
        expect!["retry knows no `status`; did you mean `statuses`?"],
    );
    let kept: Value = value_of("http.request(\"POST\", \"/echo\").multipart(#{ a: [1, (), true] }).send().body.parts");
    assert_eq!(kept, json!(["a", "a"]));
}
