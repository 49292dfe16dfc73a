//! What runs give.

use joinery_script::Limits;
use serde_json::json;

use crate::support::{execute, value_of};

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
    println!("{:#?}\n{:?} {:?}", outcome, host.places(), host.console.lock().unwrap());
    assert_eq!(outcome.result.unwrap()["groups"], json!([1, 2, 3, 4, 5]));
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
        value_of("let url = \"a b\"; let json = #{ parse: 1 }; [url.len(), json.parse]"),
        json!([3, 1])
    );
    assert_eq!(
        value_of("[1].map(|url| url.to_string()) + [2].map(|x| url.encode(x.to_string()))"),
        json!(["1", "2"])
    );
}
