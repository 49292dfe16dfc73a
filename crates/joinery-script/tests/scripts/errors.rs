//! How mistakes read when they happen in a run.

use std::sync::Arc;

use expect_test::{Expect, expect};
use joinery_script::{Cancel, Limits, ScriptError};
use serde_json::json;

use crate::support::{MemoryHost, execute, execute_with};

#[track_caller]
fn fails(body: &str, expected: Expect) {
    let script = format!("fn execute(connection, input) {{\n{body}\n}}");
    let error = execute(&[("actions/a.rhai", &script)], json!({}), Limits::default())
        .0
        .result
        .expect_err(body);
    expected.assert_eq(&shown(&error));
}

fn shown(error: &ScriptError) -> String {
    let hint = error.hint.as_ref().map(|hint| format!(" {hint}")).unwrap_or_default();
    format!(
        "{} {}:{} {}.{hint}",
        error.code, error.line, error.column, error.message
    )
}

#[test]
fn mistakes_say_what_was_given_and_what_is_wanted() {
    fails(
        "sha256(#{})",
        expect!["runtime 2:1 sha256 takes text or bytes, not a map."],
    );
    fails(
        "encode_path(\"..\")",
        expect!["runtime 2:1 encode_path: `..` is no part of a path: it would lead to another address."],
    );
    fails(
        "encode_path(\"\")",
        expect![
            "runtime 2:1 encode_path: an empty text is no part of a path, and the rest of the path would be another one."
        ],
    );
    fails(
        "sha256()",
        expect!["unknown_function 2:1 `sha256` takes 1 argument, not 0. Call it as sha256(value)."],
    );
    fails(
        "sha265(\"x\")",
        expect!["unknown_function 2:1 there is no function `sha265`. Did you mean `sha256`?"],
    );
    fails(
        "http.gett(\"/x\")",
        expect!["unknown_function 2:6 there is no function `http.gett`. Did you mean `http.get`?"],
    );
    fails(
        "http.get(#{})",
        expect!["unknown_function 2:6 `http.get` takes text, not a map. Call it as http.get(path, query?)."],
    );
    fails(
        "json.parse(\"{\")",
        expect!["runtime 2:6 this is not JSON: EOF while parsing an object at line 1 column 1."],
    );
    fails(
        "let user = (); user.profile.name",
        expect!["runtime 2:21 nothing (`()`) has no `profile`."],
    );
    fails(
        "let user = (); user.name.len()",
        expect!["runtime 2:21 nothing (`()`) has no `name`."],
    );
    fails(
        "[1][5]",
        expect!["runtime 2:5 there is no item 5: the list has 1 item."],
    );
    fails(
        "1 + #{}",
        expect!["unknown_function 2:3 `+` does not work on a whole number and a map."],
    );
    fails(
        "let x = 5; x.name",
        expect!["runtime 2:14 a whole number has no `name`."],
    );
    fails(
        "add(\"yesterday\", 1, \"day\")",
        expect!["runtime 2:1 `yesterday` is not a date such as 2026-03-01 or 2026-03-01T12:30:00Z."],
    );
    fails(
        "add(\"2026-01-01\", 1, \"ms\")",
        expect![
            "runtime 2:1 `ms` is not a unit; use milliseconds, seconds, minutes, hours, days, weeks, months or years."
        ],
    );
    fails(
        "field(\"a\", #{ lable: 1 })",
        expect![[r#"runtime 2:1 field("a") knows no `lable`; did you mean `label`?."#]],
    );
    fails("schema(\"usr\")", expect!["runtime 2:1 there is no schemas/usr.json."]);
    fails("throw \"no\"", expect!["runtime 2:1 no."]);
    fails(
        "reject(\"no_email\", \"The user has no email\", #{ user: \"ada\" })",
        expect!["no_email 2:1 The user has no email."],
    );
    fails(
        "|x| x",
        expect![
            "result 0:0 the result cannot be used: a function cannot be written as JSON (at the top). Return maps, lists, text, numbers, true, false or ()."
        ],
    );
    fails(
        "let a = 1;\nlet b = \"open;",
        expect!["syntax 3:9 the text has no closing quote."],
    );
    fails("usr", expect!["syntax 2:1 there is no variable `usr`."]);
}

#[test]
fn an_error_of_the_server_is_told_in_its_own_words() {
    let body = r#"{"errorCode":"E0000007","errorSummary":"Not found: Resource not found: nobody (User)","errorCauses":[{"errorSummary":"gone"}]}"#;
    let host = Arc::new(MemoryHost::default());
    host.answers
        .lock()
        .unwrap()
        .insert("/users/nobody".into(), (404, body.into()));
    let script = "fn execute(connection, input) {\n  http.get(\"/users/nobody\")\n}";
    let files = [("actions/a.rhai", script)];
    let error = execute_with(&files, json!({}), Limits::default(), &host, &Cancel::default())
        .result
        .unwrap_err();
    assert_eq!(
        shown(&error),
        "http_404 2:8 Not found: Resource not found: nobody (User) (gone)."
    );
    assert_eq!(error.details["body"]["errorCode"], "E0000007");
    let script = "fn execute(connection, input) {\n  try { http.get(\"/users/nobody\") } catch (error) { return error.status; }\n}";
    let outcome = execute_with(
        &[("actions/a.rhai", script)],
        json!({}),
        Limits::default(),
        &host,
        &Cancel::default(),
    );
    assert_eq!(outcome.result.unwrap(), json!(404));
}

#[test]
fn the_stack_names_functions_and_files_across_modules() {
    let action = "import \"methods/m\" as m;\nfn execute(connection, input) {\n  m::outer([1])\n}";
    let method = "fn outer(list) {\n  inner(list)\n}\nfn inner(list) {\n  list.map(|item| item.profile.name)\n}";
    let files = [("actions/a.rhai", action), ("methods/m.rhai", method)];
    let error = execute(&files, json!({}), Limits::default()).0.result.unwrap_err();
    let stack: Vec<String> = error
        .stack
        .iter()
        .map(|frame| format!("{} {}:{}", frame.function, frame.place.file, frame.place.line))
        .collect();
    assert_eq!((error.file.as_str(), error.line), ("methods/m.rhai", 5));
    expect![[r#"
        closure methods/m.rhai:5
        inner methods/m.rhai:2
        outer actions/a.rhai:3
        execute actions/a.rhai:0"#]]
    .assert_eq(&stack.join("\n"));
}

#[test]
fn a_function_of_a_module_keeps_its_file_where_the_caller_has_one_of_that_name() {
    let action = "import \"methods/m\" as m;\nfn inner(list) { list.len() }\nfn execute(connection, input) {\n  m::execute([()])\n}";
    let method =
        "import \"methods/n\" as n;\n\n\n\nfn execute(list) {\n  inner(list)\n}\nfn inner(list) {\n  n::inner(list)\n}";
    let deepest = "// 1\n// 2\n// 3\n// 4\n// 5\n// 6\n// 7\n// 8\n// 9\nfn inner(list) {\n  list[0].profile.name\n}";
    let files = [
        ("actions/a.rhai", action),
        ("methods/m.rhai", method),
        ("methods/n.rhai", deepest),
    ];
    let error = execute(&files, json!({}), Limits::default()).0.result.unwrap_err();
    let stack: Vec<String> = error
        .stack
        .iter()
        .map(|frame| format!("{} {}:{}", frame.function, frame.place.file, frame.place.line))
        .collect();
    assert_eq!((error.file.as_str(), error.line), ("methods/n.rhai", 11));
    expect![[r#"
        inner methods/m.rhai:9
        inner methods/m.rhai:6
        execute actions/a.rhai:4
        execute actions/a.rhai:0"#]]
    .assert_eq(&stack.join("\n"));
}

#[test]
fn a_syntax_error_in_a_module_names_the_module() {
    let action = "import \"methods/m\" as m;\nfn execute(connection, input) { 1 }";
    let error = execute(
        &[
            ("actions/a.rhai", action),
            ("methods/m.rhai", "fn x() {\n  let = 1;\n}"),
        ],
        json!({}),
        Limits::default(),
    )
    .0
    .result
    .unwrap_err();
    assert_eq!(
        (error.code.as_str(), error.file.as_str(), error.line),
        ("syntax", "methods/m.rhai", 2)
    );
}

#[test]
fn a_script_without_execute_says_so() {
    let error = execute(&[("actions/a.rhai", "fn run() { 1 }")], json!({}), Limits::default())
        .0
        .result
        .unwrap_err();
    assert_eq!(error.message, "actions/a.rhai has no function `execute`");
    assert_eq!(error.hint.unwrap(), "Write: fn execute(connection, input) { ... }");
}
