//! What an action says of itself: fields that depend on answers, schemas and pick lists of the org, retries, and going on
//! later.

use std::sync::Arc;

use expect_test::{Expect, expect};
use joinery_script::{Cancel, Description, Function, Host, Limits, Outcome, Run, ScriptError};
use serde_json::{Map, Value, json};

use crate::support::{MemoryHost, connector, execute, workers};

fn describe(files: &[(&str, &str)], answers: Value) -> Result<Description, Box<ScriptError>> {
    let host: Arc<dyn Host> = Arc::new(MemoryHost::default());
    let described = workers().describe(
        &connector(files),
        files[0].0,
        &Map::new(),
        &answers,
        &host,
        &Cancel::default(),
    );
    described.map_err(Box::new)
}

fn call(files: &[(&str, &str)], function: Function, config: Value) -> Outcome {
    let run = Run {
        connector: connector(files),
        file: files[0].0.into(),
        function,
        connection: Map::new(),
        secrets: vec!["token".into()],
        config,
        limits: Limits::default(),
        coverage: false,
    };
    let host: Arc<dyn Host> = Arc::new(MemoryHost::default());
    workers().run(&run, &host, &Cancel::default())
}

const ORG: &str =
    r#"fn fields(connection, config) { [field(`${config.kind}_name`), field("id", #{ convert: "integer" })] }"#;

#[test]
fn fields_and_schemas_depend_on_the_answers() {
    let action = r#"
fn config_fields(connection) { [field("kind", #{ options: ["user", "group"], default: "user" })] }
fn input_fields(connection, config) { required(schema("org"), [`${config.kind}_name`]) }
fn execute(connection, input, config) { config.kind + " " + input.user_name }
fn retry() { #{ statuses: [409], max: 2, wait: 0.5 } }
fn deprecated() { "Use other" }"#;
    let files = [("actions/a.rhai", action), ("schemas/org.rhai", ORG)];
    let described = describe(&files, json!({ "kind": "user" })).unwrap();
    assert_eq!(described.config[0].name, "kind");
    assert_eq!(
        (described.input[0].name.as_str(), described.input[0].required),
        ("user_name", true)
    );
    assert_eq!(described.input[1].convert.as_deref(), Some("integer"));
    let retry = described.retry.unwrap();
    assert_eq!((retry.statuses, retry.max, retry.wait), (vec![409], 2, 0.5));
    assert_eq!(described.deprecated.as_deref(), Some("Use other"));
    let input = json!({ "user_name": "ada" });
    let outcome = call(&files, Function::Execute { input }, json!({ "kind": "user" }));
    assert_eq!(outcome.result.unwrap(), "user ada");
}

#[test]
fn an_action_knows_its_fields_as_they_are_for_the_answers() {
    let action = r#"
fn output_fields(connection, config) { schema("org") }
fn input_fields(connection, config) { [field(`${config.kind}_id`, #{})] }
fn execute(connection, input, config) {
    let named = |fields| fields.map(|field| field.name);
    [named.call(input_fields(connection, config)), named.call(output_fields(connection, config))]
}"#;
    let files = [("actions/a.rhai", action), ("schemas/org.rhai", ORG)];
    let input = json!({});
    let outcome = call(&files, Function::Execute { input }, json!({ "kind": "user" }));
    assert_eq!(outcome.result.unwrap(), json!([["user_id"], ["user_name", "id"]]));
}

#[test]
fn a_schema_says_what_an_object_holds() {
    let action = r#"
fn input_fields(connection, config) { [field("person", #{ type: "object", properties: schema("person") })] }
fn execute(connection, input) { 1 }"#;
    let person = r#"{ "type": "object", "required": ["name"], "properties": { "name": { "type": "string" } } }"#;
    let described = describe(
        &[("actions/a.rhai", action), ("schemas/person.json", person)],
        json!({}),
    )
    .unwrap();
    let name = &described.input[0].properties[0];
    assert_eq!((name.name.as_str(), name.required), ("name", true));
}

#[test]
fn what_the_last_line_of_unsubscribe_gives_is_nobodys_business() {
    let trigger = r#"fn unsubscribe(connection, subscription) { http.request("DELETE", "/echo").send() }"#;
    let function = Function::Unsubscribe {
        subscription: json!({ "id": 1 }),
    };
    let outcome = call(&[("triggers/a.rhai", trigger)], function, Value::Null);
    assert_eq!(outcome.result.unwrap(), Value::Null);
}

#[track_caller]
fn fails(field: &str, expected: Expect) {
    let script = format!("fn execute(connection, input) {{ {field} }}");
    let outcome = execute(&[("actions/a.rhai", &script)], json!({}), Limits::default()).0;
    expected.assert_eq(&outcome.result.expect_err(field).message);
}

#[test]
fn a_field_that_is_declared_wrongly_says_what_it_takes() {
    fails(
        "field(\"a\", #{ convert: \"int\" })",
        expect![[
            r#"field("a"): `convert` cannot be "int"; it is one of integer, number, boolean, text, date, date-time, unix, list"#
        ]],
    );
    fails(
        "field(\"a\", #{ when: #{ feild: \"b\" } })",
        expect![[r#"field("a"): when knows no `feild`; did you mean `field`?"#]],
    );
    fails(
        "field(\"a\", #{ when: #{ equals: 1 } })",
        expect![[r#"field("a"): when: `field` is needed"#]],
    );
    fails(
        "field(\"a\", #{ properties: 1 })",
        expect![[r#"field("a"): properties takes a list of fields, or schema("name")"#]],
    );
    fails(
        "field(\"a\", #{ depends_on: \"b\" })",
        expect![[r#"field("a"): `depends_on` must be a list of texts, not text"#]],
    );
}

#[test]
fn pick_lists_and_schemas_that_ask_for_themselves_are_stopped() {
    let list = r#"fn options(connection, params) { pick_list("a") }"#;
    let files = [
        ("actions/a.rhai", "fn execute(connection, input) { pick_list(\"a\") }"),
        ("pick_lists/a.rhai", list),
    ];
    let error = call(&files, Function::Execute { input: json!({}) }, Value::Null)
        .result
        .unwrap_err();
    assert_eq!(
        (error.message.as_str(), error.file.as_str(), error.line),
        ("pick_lists/a.rhai asks for itself", "pick_lists/a.rhai", 1)
    );
    let options = [("pick_lists/b.rhai", "fn options(connection, params) { [1, params.x] }")];
    let outcome = call(
        &options,
        Function::Options {
            params: json!({ "x": 2 }),
        },
        Value::Null,
    );
    assert_eq!(
        outcome.result.unwrap(),
        json!([{ "value": 1, "label": "1" }, { "value": 2, "label": "2" }])
    );
    fails("pick_list(\"size\")", expect!["there is no pick_lists/size.rhai"]);
}

#[test]
fn an_action_goes_on_later_and_nothing_catches_that() {
    let action = r#"
fn execute(connection, input) {
    try { continue_in(1.5, #{ job: input.job, tries: 1 }); } catch { return "caught"; }
    "never"
}
fn resume(connection, input, state) { `${input.job} ${state.tries}` }"#;
    let files = [("actions/a.rhai", action)];
    let outcome = call(
        &files,
        Function::Execute {
            input: json!({ "job": 7 }),
        },
        Value::Null,
    );
    let continuation = outcome.continuation.unwrap();
    assert_eq!(outcome.result.unwrap_err().code, "continues");
    assert_eq!(
        (continuation.seconds, &continuation.state),
        (1.5, &json!({ "job": 7, "tries": 1 }))
    );
    let resume = Function::Resume {
        input: json!({ "job": 7 }),
        state: continuation.state,
    };
    assert_eq!(call(&files, resume, Value::Null).result.unwrap(), "7 1");
}

#[test]
fn a_state_holds_no_secret_and_not_too_much() {
    fails(
        "continue_in(1, #{ token: connection.token })",
        expect!["continue_in: a secret cannot stand in the state, which is kept; `connection` has it again"],
    );
    fails(
        "let text = \"x\"; text.pad(70000, \"x\"); continue_in(1, text)",
        expect!["continue_in: the state has 68 KB; it may have 64 KB"],
    );
}

#[test]
fn check_finds_what_nobody_calls_and_what_is_missing() {
    let files = [
        (
            "actions/a.rhai",
            "fn input_fields() {\n    [field(\"g\", #{ pick_list: \"grups\" })]\n}\nfn execute(connection, input) {\n    continue_in(5, 1)\n}\nfn deprecated() { \"x\" }",
        ),
        ("pick_lists/groups.rhai", "fn option(connection) { [] }"),
        ("schemas/org.rhai", "fn field_list() { [] }"),
    ];
    let problems = workers().check(&connector(&files));
    let said: Vec<String> = problems
        .iter()
        .map(|problem| format!("{}:{} {} {}", problem.file, problem.line, problem.code, problem.message))
        .collect();
    expect![[r#"
        actions/a.rhai:2 unknown_pick_list there is no pick_lists/grups.rhai
        actions/a.rhai:5 no_resume this action goes on later, and has no function `resume`
        actions/a.rhai:7 deprecated this is deprecated: it runs for those who use it, and is not offered to others
        pick_lists/groups.rhai:0 no_function this pick list has no function `options`
        schemas/org.rhai:0 no_function this schema has no function `fields`"#]]
    .assert_eq(&said.join("\n"));
}
