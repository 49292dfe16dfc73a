//! What runs give.

use std::sync::Arc;

use joinery_script::{Cancel, Host, Limits};
use serde_json::{Map, json};

use crate::support::{MemoryHost, connector, execute, execute_with, value_of, workers};

#[test]
fn an_action_calls_http_and_returns_the_body() {
    let script = r#"
import "methods/paginate" as paging;
fn execute(connection, input) {
    let user = http.get(`/echo`, #{ q: input.user });
    print(`hello ${input.user} ${connection.token}`);
    user.groups = paging::items("/pages").map(|group| group.id);
    user
}"#;
    let method = "fn items(path) { helper(path) }\nfn helper(path) {\n  http.items(path)\n}";
    let files = [("actions/a.rhai", script), ("methods/paginate.rhai", method)];
    let (outcome, host) = execute(&files, json!({ "user": "ada" }), Limits::default());
    assert_eq!(outcome.result.unwrap()["groups"], json!([1, 2, 3, 4, 5]));
    assert_eq!(host.printed(), ["hello ada ••••••"]);
    let places: Vec<String> = host
        .places()
        .iter()
        .map(|place| format!("{}:{}", place.file, place.line))
        .collect();
    assert_eq!(places[..2], ["actions/a.rhai:4", "methods/paginate.rhai:3"]);
}

#[test]
fn an_output_has_its_keys_in_the_order_of_the_response() {
    let script = r#"
fn execute(connection, input) {
    let user = http.get("/user");
    user.groups = [#{ z: 1, a: 2 }];
    user.profile.login += "!";
    [user, user.profile, #{ b: 1, a: 2 }]
}"#;
    let host = Arc::new(MemoryHost::default());
    let body = r#"{"status":"ACTIVE","id":"1","profile":{"login":"ada","email":null},"big":18446744073709551615}"#;
    host.answers.lock().unwrap().insert("/user".into(), (200, body.into()));
    let outcome = execute_with(
        &[("actions/a.rhai", script)],
        json!({}),
        Limits::default(),
        &host,
        &Cancel::default(),
    );
    let profile = r#"{"login":"ada!","email":null}"#;
    assert_eq!(
        outcome.result.unwrap().to_string(),
        format!(
            r#"[{{"status":"ACTIVE","id":"1","profile":{profile},"big":1.8446744073709552e+19,"groups":[{{"a":2,"z":1}}]}},{profile},{{"a":2,"b":1}}]"#
        )
    );
}

#[test]
fn a_secret_is_sent_and_signed_with_but_never_read() {
    let script = r#"
fn execute(connection, input) {
    let answer = http.request("POST", "/echo").header("X-Key", connection.token).json(#{ key: connection.token }).send();
    print(connection);
    [answer.body.headers["x-key"], answer.body.json.key, hmac_sha256(connection.token, "m"), connection.token,
     connection.token == "secret", "text " + connection.token, json.render(connection.token)]
}"#;
    let (outcome, host) = execute(&[("actions/a.rhai", script)], json!({}), Limits::default());
    let mark = "\u{1}secret:token\u{1}";
    let signed = "0d9c26b27d2bbe97505eed54c589f07834318a516e886887584c2239259c6131";
    let mask = "••••••";
    let expected = json!([
        mark,
        mark,
        signed,
        mask,
        false,
        format!("text {mask}"),
        format!("\"{mask}\"")
    ]);
    assert_eq!(outcome.result.unwrap(), expected);
    assert_eq!(
        host.printed(),
        [format!(r#"{{"domain":"acme.test","key":"{mask}","token":"{mask}"}}"#)]
    );
}

#[test]
fn pages_that_repeat_are_stopped() {
    let script = "fn execute(connection, input) { http.items(\"/circle\").to_array() }";
    let error = execute(&[("actions/a.rhai", script)], json!({}), Limits::default())
        .0
        .result
        .unwrap_err();
    assert!(error.message.contains("the pages repeat"), "{error:?}");
}

#[test]
fn a_description_has_title_fields_and_sample() {
    let script = r#"//! Get user
//! Finds one user.
fn input_fields(connection, config) {
    [field("user", #{ label: "User", required: true, options: ["a", #{ value: 2, label: "two" }] })]
}
fn execute(connection, input) { 1 }
fn output_fields() { schema("user") }
fn sample_output() { #{ id: "00u" } }
"#;
    let schema = r#"{"type": "object", "properties": {"id": {"type": "string"}}}"#;
    let connector = connector(&[("actions/get_user.rhai", script), ("schemas/user.json", schema)]);
    let host: Arc<dyn Host> = Arc::new(MemoryHost::default());
    let described = workers()
        .describe(
            &connector,
            "actions/get_user.rhai",
            &Map::new(),
            &json!({}),
            &host,
            &Cancel::default(),
        )
        .unwrap();
    assert_eq!(
        (described.title.as_str(), described.description.as_str()),
        ("Get user", "Finds one user.")
    );
    assert_eq!(
        (described.input[0].name.as_str(), described.input[0].required),
        ("user", true)
    );
    assert_eq!(described.input[0].options[1].label, "two");
    assert_eq!(described.output[0].name, "id");
    assert_eq!(described.sample, Some(json!({ "id": "00u" })));
}

#[test]
fn words_that_json_uses_are_names() {
    assert_eq!(
        value_of(
            "let x = #{ default: 1, new: 2, case: 3, null: 4 }; x.match = 5; [x.default, x.new, x.case, x.null, x.match, x.public]"
        ),
        json!([1, 2, 3, 4, 5, null])
    );
    assert_eq!(
        value_of(
            "let x = #{ in: 1, a: [2, 3], until: `${4}`, b: #{ in: 5 } }; for y in x.a { x.c = y } [x[\"in\"], x.until, x.b, x.c]"
        ),
        json!([1, "4", { "in": 5 }, 3])
    );
    assert_eq!(
        value_of("let url = \"a b\"; let json = #{ parse: 1 }; [url.len(), json.parse]"),
        json!([3, 1])
    );
    assert_eq!(
        value_of("[1].map(|url| url.to_string()) + [2].map(|x| url.encode(x.to_string()))"),
        json!(["1", "2"])
    );
}
