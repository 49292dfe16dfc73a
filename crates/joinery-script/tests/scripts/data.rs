//! Reading, writing and shaping data.

use std::time::Instant;

use expect_test::{Expect, expect};
use joinery_script::Limits;
use serde_json::{Value, json};

use crate::support::{connector, execute, value_of, workers};

#[track_caller]
fn gives(expression: &str, expected: Value) {
    assert_eq!(value_of(expression), expected, "{expression}");
}

#[track_caller]
fn fails(expression: &str, expected: Expect) {
    let script = format!("fn execute(connection, input) {{ {expression} }}");
    let outcome = execute(&[("actions/a.rhai", &script)], json!({}), Limits::default()).0;
    expected.assert_eq(&outcome.result.expect_err(expression).message);
}

#[test]
fn csv_is_read_with_any_separator_and_header() {
    gives("csv.parse(\"a\\tb\\n1\\t2\")", json!([{ "a": "1", "b": "2" }]));
    gives("csv.parse(\"1|2\", #{ header: false })", json!([["1", "2"]]));
    gives(
        "csv.parse(\"1, 2 \\r\\n\", #{ header: [\"x\", \"y\"], trim: true })",
        json!([{ "x": "1", "y": "2" }]),
    );
    gives(
        "csv.parse(\"a,b\\n\\\"x\\ny\\\"\\n\")",
        json!([{ "a": "x\ny", "b": "" }]),
    );
    gives("csv.parse(\"\")", json!([]));
    fails(
        "csv.parse(\"a,b\\n1,2,3\")",
        expect!["csv.parse: line 2 has 3 values for 2 columns"],
    );
    fails(
        "csv.parse(\"a,a\\n1,2\")",
        expect!["csv.parse: two columns are named `a`; give `header` a list of names"],
    );
    fails(
        "csv.parse(\"a\", #{ seperator: \";\" })",
        expect!["csv.parse knows no `seperator`; did you mean `separator`?"],
    );
}

#[test]
fn csv_is_written_as_it_is_read() {
    let rows = "[#{ a: \"x;y\", b: () }, #{ a: \"\\\"q\\\"\", b: [1] }]";
    gives(
        &format!("csv.render({rows}, #{{ separator: \";\", columns: [\"b\", \"a\"] }})"),
        json!("b;a\n;\"x;y\"\n[1];\"\"\"q\"\"\"\n"),
    );
    gives("csv.render([[1, 2], [3]], #{ header: false })", json!("1,2\n3\n"));
}

#[test]
fn xml_is_read_and_written_back() {
    let text = r#"<?xml version="1.0"?><!DOCTYPE a><a:list xmlns:a="urn:a"><a:item id="1">x &amp; &#x41;</a:item><!-- c --><a:empty/><a:note>  <![CDATA[<b>]]> </a:note></a:list>"#;
    gives(
        &format!("xml.parse(`{text}`, #{{ strip_namespaces: true, lists: [\"empty\"] }})"),
        json!({ "list": { "item": { "@id": "1", "#text": "x & A" }, "empty": [null], "note": "<b>" } }),
    );
    gives(
        "let value = #{ a: #{ \"@x\": \"<\", b: [1, 2], c: () } }; [xml.render(value, #{ pretty: true }), xml.parse(xml.render(value))]",
        json!([
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<a x=\"&lt;\">\n  <b>1</b>\n  <b>2</b>\n  <c/>\n</a>",
            { "a": { "@x": "<", "b": ["1", "2"], "c": null } }
        ]),
    );
}

#[test]
fn xml_that_is_none_is_refused_with_its_line() {
    fails(
        "xml.parse(\"<a>\\n<b></a>\")",
        expect!["this is not XML: ill-formed document: expected `</b>`, but `</a>` was found (line 2)"],
    );
    fails(
        "xml.parse(\"<a>\")",
        expect!["this is not XML: `<a>` is not closed (line 1)"],
    );
    fails(
        "xml.parse(\"<a/><b/>\")",
        expect!["this is not XML: it has not exactly one root element (line 1)"],
    );
    fails(
        "xml.parse(`<!DOCTYPE a [<!ENTITY b \"x\">]><a>&b;</a>`)",
        expect!["this is not XML: the entity `&b;` is not known (line 1)"],
    );
    fails(
        "xml.render(#{ \"a b\": 1 })",
        expect!["xml.render: `a b` cannot be the name of an element or attribute"],
    );
    fails(
        "xml.parse(\"<a>\".repeat_me())",
        expect!["there is no function `repeat_me`"],
    );
}

#[test]
fn yaml_is_read_and_written_and_its_bombs_are_refused() {
    gives(
        "yaml.parse(\"a: &x [1, ~, 2.5]\\nb: *x\")",
        json!({ "a": [1, null, 2.5], "b": [1, null, 2.5] }),
    );
    gives(
        "yaml.parse(yaml.render(#{ a: [1, #{ b: \"yes: no\" }] }))",
        json!({ "a": [1, { "b": "yes: no" }] }),
    );
    let bomb: String = std::iter::once("a0: &a0 [x]\n".to_owned())
        .chain((1..12).map(|n| format!("a{n}: &a{n} [{}]\n", vec![format!("*a{}", n - 1); 12].join(","))))
        .collect();
    let script = "fn execute(connection, input) { yaml.parse(input.bomb) }";
    let began = Instant::now();
    let outcome = execute(
        &[("actions/a.rhai", script)],
        json!({ "bomb": bomb }),
        Limits::default(),
    )
    .0;
    assert!(outcome.result.unwrap_err().message.starts_with("this is not YAML"));
    assert!(began.elapsed().as_secs() < 5, "{:?}", began.elapsed());
}

#[test]
fn conditions_compare_contain_and_match() {
    let users = r#"let users = [#{ id: 1, tags: ["a", "b"], name: "Ada", age: 36 }, #{ id: 2, tags: [], name: "Bob" }, #{ id: "3", name: "eve", age: 7.5 }];"#;
    let found = |conditions: &str| value_of(&format!("{users} pluck(where(users, {conditions}), \"id\")"));
    assert_eq!(found("#{ \"age >\": 7 }"), json!([1, "3"]));
    assert_eq!(found("#{ \"age <=\": 7.5 }"), json!(["3"]));
    assert_eq!(found("#{ \"name <\": \"C\" }"), json!([1, 2]));
    assert_eq!(found("#{ \"tags contains\": \"b\" }"), json!([1]));
    assert_eq!(found("#{ \"name contains\": \"o\" }"), json!([2]));
    assert_eq!(found("#{ \"name matches\": \"^[A-Z]\" }"), json!([1, 2]));
    assert_eq!(found("#{ \"age exists\": false }"), json!([2]));
    assert_eq!(found("#{ \"id in\": [1, 2] }"), json!([1, 2]));
    assert_eq!(found("#{ \"id not in\": [1, 2] }"), json!(["3"]));
    assert_eq!(found("#{ id: 3 }"), json!([]));
    assert_eq!(found("#{ \"tags[0]\": \"a\", \"name !=\": \"Bob\" }"), json!([1]));
    fails(
        "where([], #{ \"a matchs\": \"x\" })",
        expect!["where: `matchs` is not an operator; did you mean `matches`?"],
    );
}

#[test]
fn words_are_found_in_names_of_every_style() {
    gives(
        "[labelize(\"HTTPServerID\"), snake_case(\"HTTPServer v2Name\"), camel_case(\"Created-at\"), labelize(\"profile.first_name\")]",
        json!([
            "HTTP server ID",
            "http_server_v2_name",
            "createdAt",
            "Profile first name"
        ]),
    );
    gives(
        "[strip_tags(\"a < b <br/>c<!-- > -->d\"), strip_tags(\"x<script>alert('<p>')</script>y\"), strip_tags(\"cut <b\")]",
        json!(["a < b cd", "xy", "cut "]),
    );
}

#[test]
fn dates_know_time_zones_and_their_changes() {
    gives(
        r#"[start_of("2026-03-29T12:00:00Z", "day", "Europe/Berlin"), start_of("2026-03-29T22:30:00Z", "day", "Europe/Berlin"),
            format_date("2026-07-01T00:00:00Z", "%H:%M", "+05:30"), start_of("2026-03-04", "week"),
            parse_date("29.03.2026 12:00", "%d.%m.%Y %H:%M", "Europe/Berlin"), difference("2026-01-31", "2026-03-01", "months"),
            difference("2026-03-02", "2026-03-01", "hours")]"#,
        json!([
            "2026-03-28T23:00:00.000Z",
            "2026-03-29T22:00:00.000Z",
            "05:30",
            "2026-03-02T00:00:00.000Z",
            "2026-03-29T10:00:00.000Z",
            1,
            -24
        ]),
    );
    fails(
        "in_zone(now(), \"Europe/Berln\")",
        expect!["`Europe/Berln` is not a time zone; did you mean `Europe/Berlin`?"],
    );
}

#[test]
fn a_pattern_that_would_hang_elsewhere_ends_at_once() {
    let script = "fn execute(connection, input) { matches(input.text, \"^(a+)+$\") }";
    let began = Instant::now();
    let text = "a".repeat(50_000) + "b";
    let outcome = execute(
        &[("actions/a.rhai", script)],
        json!({ "text": text }),
        Limits::default(),
    )
    .0;
    assert_eq!(outcome.result.unwrap(), false);
    assert!(began.elapsed().as_secs() < 5, "{:?}", began.elapsed());
    fails(
        "matches(\"a\", \"(\")",
        expect!["the pattern `(` cannot be used: unclosed group"],
    );
    let greedy = r#"let text = "a"; while text.len() < 1_000_000 { text += text; } let with = "b"; with.pad(100, "b"); replace_all(text, "a", with)"#;
    fails(greedy, expect!["Stopped at actions/a.rhai:1: a value grew too large."]);
}

#[test]
fn options_that_stand_in_a_script_are_checked_without_running() {
    let text = "fn execute(connection, input) {\n    csv.parse(\"a\", #{ seperator: \";\" });\n    xml.render(input, #{ prety: input.a })\n}";
    let problems = workers().check_file(&connector(&[]), "actions/a.rhai", text);
    let said: Vec<String> = problems
        .iter()
        .map(|problem| {
            format!(
                "{}:{} {} {}",
                problem.line,
                problem.column,
                problem.message,
                problem.hint.clone().unwrap_or_default()
            )
        })
        .collect();
    assert_eq!(
        said,
        [
            "2:23 `csv.parse` knows no `seperator` Did you mean `separator`?",
            "3:26 `xml.render` knows no `prety` Did you mean `pretty`?"
        ]
    );
}
