//! The functions of `connection.rhai` that sign in: what they are given, what they give back, what the check knows of them.

use std::sync::Arc;

use expect_test::expect;
use joinery_connector::{Header, http::HttpBody};
use joinery_script::{CallPlace, Cancel, Function, Host, Limits, Run, ScriptError, ScriptRequest, host::secret_mark};
use serde_json::{Value, json};

use crate::support::{MemoryHost, connector, workers};

fn call(script: &str, function: Function) -> Result<Value, Box<ScriptError>> {
    let run = Run {
        connector: connector(&[("connection.rhai", script)]),
        file: "connection.rhai".into(),
        function,
        connection: [("user".to_owned(), Value::from("ada"))].into_iter().collect(),
        secrets: vec!["password".into()],
        config: Value::Null,
        limits: Limits::default(),
        coverage: false,
    };
    let host: Arc<dyn Host> = Arc::new(MemoryHost::default());
    workers().run(&run, &host, &Cancel::default()).result.map_err(Box::new)
}

fn apply(script: &str, token: Value) -> Result<ScriptRequest, Box<ScriptError>> {
    let request = ScriptRequest {
        method: "POST".into(),
        url: "https://acme.test/a".into(),
        query: Vec::new(),
        headers: vec![Header::new("Accept", "text/csv")],
        body: HttpBody::Text {
            content_type: "text/plain".into(),
            text: "hello".into(),
        },
        timeout_ms: None,
        follow_redirects: true,
        retry: true,
        retry_rule: None,
        multipart: Vec::new(),
        run_file: None,
        stream_to: None,
        place: CallPlace::default(),
    };
    let signed = call(
        script,
        Function::Apply {
            request: Box::new(request),
            token,
        },
    )?;
    Ok(serde_json::from_value(signed).unwrap())
}

#[test]
fn acquire_may_use_secrets_and_its_result_names_them_by_their_marks() {
    let script = "fn acquire(connection) { #{ id: 7, key: connection.password, name: connection.user } }";
    assert_eq!(
        call(script, Function::Acquire).unwrap(),
        json!({ "id": 7, "key": secret_mark("password"), "name": "ada" })
    );
}

#[test]
fn apply_signs_with_a_token_it_cannot_read() {
    let script = r#"
        fn apply(connection, request, token) {
            print(token.session);
            request
                .header("X-Session", token.session)
                .header("X-Signature", sha256(`${request.method} ${request.url} ${request.body_text}`))
                .query(#{ n: token.n, by: connection.user })
        }
    "#;
    let signed = apply(script, json!({ "session": "hush", "n": 7 })).unwrap();
    assert_eq!(signed.query, [("by".into(), "ada".into()), ("n".into(), "7".into())]);
    let header = |name: &str| joinery_connector::http::header(&signed.headers, name).unwrap();
    assert_eq!(header("accept"), "text/csv");
    assert_eq!(header("x-session"), secret_mark("token/session"));
    assert_eq!(header("x-signature").len(), 64);
}

#[test]
fn apply_may_leave_the_token_out_and_refresh_gets_it() {
    let signed = apply(
        "fn apply(connection, request) { request.header(\"X-Key\", connection.password) }",
        Value::Null,
    );
    assert_eq!(signed.unwrap().headers[1].value, secret_mark("password"));
    let token = json!({ "n": 1 });
    let refreshed = call(
        "fn refresh(connection, token) { token.n += 1; token }",
        Function::Refresh { token },
    );
    assert_eq!(refreshed.unwrap(), json!({ "n": 2 }));
}

#[test]
fn what_is_no_token_and_no_request_says_what_to_return() {
    let no_map = call("fn acquire(connection) { \"text\" }", Function::Acquire).unwrap_err();
    assert_eq!(no_map.message, "`acquire` must return a map");
    let no_request = apply("fn apply(connection, request) { request.url }", Value::Null).unwrap_err();
    assert_eq!(no_request.message, "`apply` must return the request");
    let missing = call("fn test(connection) {}", Function::Acquire).unwrap_err();
    assert_eq!(missing.hint.as_deref(), Some("Write: fn acquire(connection) { ... }"));
}

#[test]
fn check_knows_the_functions_their_parameters_and_what_is_nearly_one() {
    let script =
        "fn aquire(connection) { helper() }\n\nfn refresh(connection, token, more) { token }\n\nfn helper() { #{} }\n";
    let problems = workers().check(&connector(&[("connection.rhai", script)]));
    let lines: Vec<String> = problems
        .iter()
        .map(|found| {
            let hint = found.hint.as_deref().unwrap_or_default();
            format!(
                "{}:{} {}: {}. {hint}",
                found.line, found.column, found.code, found.message
            )
        })
        .collect();
    expect![[r#"
        0:0 no_apply: a custom way to sign in needs a function `apply`. Write: fn apply(connection, request, token) { ... }
        1:4 unknown_hook: nothing calls `aquire`. Did you mean `acquire`?
        3:4 hook_parameters: `refresh` is given 2 and takes 3. Write: fn refresh(connection, token) { ... }"#]]
    .assert_eq(&lines.join("\n"));
    let good =
        "fn acquire(connection) { #{} }\nfn apply(connection, request, token) { request }\nfn paged(list) { list }";
    assert_eq!(workers().check(&connector(&[("connection.rhai", good)])), []);
}
