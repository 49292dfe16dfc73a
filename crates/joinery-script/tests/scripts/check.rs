//! What the check finds without running.

use expect_test::{Expect, expect};
use joinery_connector::Problem;

use crate::support::{connector, workers};

#[track_caller]
fn finds(files: &[(&str, &str)], expected: Expect) {
    let lines: Vec<String> = workers().check(&connector(files)).iter().map(line).collect();
    expected.assert_eq(&lines.join("\n"));
}

fn line(problem: &Problem) -> String {
    let Problem {
        file,
        line,
        column,
        end_column,
        code,
        message,
        hint,
        ..
    } = problem;
    let end = end_column.map(|end| format!("-{end}")).unwrap_or_default();
    let hint = hint.as_ref().map(|hint| format!(" {hint}")).unwrap_or_default();
    format!("{file}:{line}:{column}{end} {code}: {message}.{hint}")
}

const USER: (&str, &str) = (
    "schemas/user.json",
    r#"{"type": "object", "properties": {"id": {"type": "string"}, "groups": {"type": "array"}}}"#,
);

#[test]
fn what_a_method_makes_and_what_only_shares_a_name_is_not_called_wrong() {
    let action = r#"import "methods/users" as users;

fn input_fields(connection, config) {
    [users::kind_field(), field("name", #{ when: #{ field: "kind", in: ["a"] } })]
}

fn execute(connection, input) {
    let users = users::all();
    users.map(|user| user.id)
}
"#;
    let method = "fn kind_field() { field(\"kind\", #{}) }\n\nfn all() { http.items(\"/users\") }";
    finds(
        &[("actions/a.rhai", action), ("methods/users.rhai", method)],
        expect![""],
    );
}

#[test]
fn a_good_connector_has_no_problems() {
    let action = r#"//! Get user
//! Finds one user.

import "methods/paginate" as paging;

fn input_fields(connection, config) {
    [
        field("user", #{ label: "User", hint: "ID, login or email", required: true }),
        field("include_groups", #{ type: "boolean", label: "Include groups", default: false }),
    ]
}

fn execute(connection, input) {
    let user = http.get(`/api/v1/users/${encode_path(input.user)}`);
    if input.include_groups {
        user.groups = paging::items(`/api/v1/users/${user.id}/groups`).map(|group| group.profile.name);
    }
    user
}

fn output_fields(connection, config) { schema("user") }
"#;
    let method = "fn items(path) { http.items(path) }";
    finds(
        &[
            ("actions/get_user.rhai", action),
            ("methods/paginate.rhai", method),
            USER,
        ],
        expect![[""]],
    );
}

#[test]
fn each_broken_script_is_named_with_its_place() {
    finds(
        &[
            (
                "actions/a.rhai",
                "fn execute(connection, input) {\n    let x = nothing;\n}",
            ),
            ("actions/b.rhai", "fn execute(connection, input) {\n    if true {\n"),
            ("actions/c.rhai", "fn run(connection) { 1 }"),
            ("triggers/t.rhai", "fn dedupe_key(event) { event.uuid }"),
            ("schemas/user.json", "{\n  \"type\": object\n}"),
        ],
        expect![[r#"
            actions/a.rhai:2:13-20 syntax: there is no variable `nothing`.
            actions/b.rhai:3:1 syntax: `}` is missing here to terminate this block.
            actions/c.rhai:0:0 no_execute: this action has no function `execute`. Write: fn execute(connection, input) { ... }
            schemas/user.json:2:11 json: this is not JSON: expected value.
            triggers/t.rhai:0:0 no_poll: this trigger has neither `poll` nor `notification`. Write: fn poll(connection, input, cursor) { ... }"#]],
    );
}

#[test]
fn names_that_nothing_has_are_found_with_the_nearest() {
    let action = r#"import "methods/paginat" as pages;
import "methods/paginate" as paging;
fn input_fields(connection, config) { [field("user", #{ lable: "User" })] }
fn execute(connection, input) {
    let user = http.gett(`/users/${encode_paht(input.usr)}`);
    sha256("a", "b");
    paging::itmes("/x");
    paging::items();
    helper(1);
    user.nmae.to_uper();
    schema("usre")
}
fn helper() { json.pars("1") }
"#;
    let method = "fn items(path) { http.items(path) }";
    finds(
        &[
            ("actions/get_user.rhai", action),
            ("methods/paginate.rhai", method),
            USER,
        ],
        expect![[r#"
            actions/get_user.rhai:1:8-25 import: no file `methods/paginat.rhai` to import. Did you mean `methods/paginate`?
            actions/get_user.rhai:1:29-34 unused_import: `pages` is imported and never used.
            actions/get_user.rhai:3:57-62 unknown_field_key: a field knows no `lable`. Did you mean `label`?
            actions/get_user.rhai:5:21-25 unknown_function: there is no function `http.gett`. Did you mean `http.get`?
            actions/get_user.rhai:5:36-47 unknown_function: there is no function `encode_paht`. Did you mean `encode_path`?
            actions/get_user.rhai:5:54-57 unknown_input: input_fields declares no `usr`. Did you mean `user`?
            actions/get_user.rhai:6:5-11 argument_count: `sha256` takes 1 argument, not 2. Call it as sha256(value).
            actions/get_user.rhai:7:13-18 unknown_function: module `paging` has no function `itmes`. Did you mean `paging::items`?
            actions/get_user.rhai:8:13-18 argument_count: `paging::items` takes 1 argument, not 0.
            actions/get_user.rhai:9:5-11 argument_count: `helper` takes 0 arguments, not 1.
            actions/get_user.rhai:10:15-22 unknown_function: there is no method `to_uper`. Did you mean `to_upper`?
            actions/get_user.rhai:11:12-18 unknown_schema: there is no schemas/usre.json. Did you mean "user"?
            actions/get_user.rhai:13:20-24 unknown_function: there is no function `json.pars`. Did you mean `json.parse`?"#]],
    );
}

#[test]
fn names_that_are_near_nothing_are_found_too() {
    let action = r#"fn execute(connection, input) {
    pbkdf2("a", "b", #{ zzz: 1 });
    qqqqqq();
    schema("xxxxxxxx")
}"#;
    finds(
        &[("actions/a.rhai", action), USER],
        expect![[r#"
        actions/a.rhai:2:25-28 unknown_option: `pbkdf2` knows no `zzz`. It takes iterations, length, hash.
        actions/a.rhai:3:5-11 unknown_function: there is no function `qqqqqq`.
        actions/a.rhai:4:12-22 unknown_schema: there is no schemas/xxxxxxxx.json."#]],
    );
}

#[test]
fn a_flow_needs_its_functions_and_runs_actions_that_are_there() {
    let flow = r#"fn handle(event) {
    run("okta.get_usr", #{ user: event.id });
    run("okta.get_user", #{ user: event.id }, #{ retry: 1 });
    run(event.action);
}"#;
    finds(
        &[("flows/f.rhai", flow), ("connectors/okta/get_user", "")],
        expect![[r#"
            flows/f.rhai:0:0 no_function: this flow has no function `trigger`. Write: fn trigger() { #{ connector: "okta", trigger: "new_user_created" } }
            flows/f.rhai:2:9-23 unknown_action: no connector of this workspace has the action `okta.get_usr`. Did you mean `okta.get_user`?
            flows/f.rhai:3:50-55 unknown_option: `run` knows no `retry`. It takes connection, retries."#]],
    );
}

#[test]
fn a_function_that_a_field_converts_with_must_be_there() {
    let action = r#"fn input_fields(connection, config) {
    [
        field("a", #{ convert: "methods/names::login" }),
        field("b", #{ convert: "methods/names::lgoin" }),
        field("c", #{ convert: "methods/nmaes::login" }),
        field("d", #{ convert: "methods/names::both" }),
        field("e", #{ convert: "date" }),
    ]
}
fn execute(connection, input) { input }
"#;
    let names = "fn login(name) { name }\nfn both(first, last) { first + last }";
    finds(
        &[("actions/a.rhai", action), ("methods/names.rhai", names)],
        expect![[r#"
            actions/a.rhai:4:20-21 unknown_function: methods/names.rhai has no function `lgoin` of one argument. Did you mean `login`?
            actions/a.rhai:5:20-21 unknown_function: there is no methods/nmaes.rhai to convert with. Did you mean `methods/names::login`?
            actions/a.rhai:6:20-21 unknown_function: methods/names.rhai has no function `both` of one argument. It must take one argument, the value."#]],
    );
}

#[test]
fn every_toml_file_is_read() {
    finds(
        &[
            ("requests/folder.toml", "nmae = \"All\"\n"),
            ("requests/users/folder.toml", "headers = 1\n"),
            ("requests/users/get.toml", "method = \"GET\"\nurl = [\n"),
            ("tests/get_user.toml", "[[case]]\nname = finds\n"),
            ("tests/good.toml", "[[case]]\nname = \"finds\"\n"),
        ],
        expect![[r#"
            requests/folder.toml:1:1-5 unknown_key: unknown key `nmae`. did you mean `name`?
            requests/users/folder.toml:1:11-12 wrong_type: `headers` must be a list of tables, each begun with `[[headers]]`, not a number.
            requests/users/get.toml:2:8-8 syntax: unclosed array, expected `]`.
            tests/get_user.toml:2:8-13 syntax: invalid boolean, expected `false`.
            tests/good.toml:0:0 no_script: there is no action or trigger `good` that these cases could be of. name the file after one"#]],
    );
}

#[test]
fn output_that_no_field_stands_for_is_found_where_it_is_set() {
    let of_schema = r#"fn execute(connection, input) {
    let user = http.get("/me");
    user.group = [];
    user["phone"] = 1;
    user.id = 2;
    if user.id == 3 {
        return #{ id: 3, mail: user.id, note: #{ mail: 1 } };
    }
    if user.id == 4 { #{ nota: #{ fax: 1 }, fax: "fax:" } } else { user }
}
fn output_fields() { schema("user") }
"#;
    let of_list = r#"fn execute(connection, input) {
    let result = #{ id: 1, nmae: input };
    result.tel = 5;
    return result;
}
fn output_fields() { merge([field("id"), field("name")], without(schema("user"), ["id"])) }
"#;
    finds(
        &[("actions/a.rhai", of_schema), ("actions/b.rhai", of_list), USER],
        expect![[r#"
            actions/a.rhai:3:10-15 unknown_output: Schema "user" has no field "group". Did you mean "groups"?
            actions/a.rhai:4:10-17 unknown_output: Schema "user" has no field "phone". Add it to schemas/user.json, or leave it out.
            actions/a.rhai:7:26-30 unknown_output: Schema "user" has no field "mail". Add it to schemas/user.json, or leave it out.
            actions/a.rhai:7:41-45 unknown_output: Schema "user" has no field "note". Add it to schemas/user.json, or leave it out.
            actions/a.rhai:9:26-30 unknown_output: Schema "user" has no field "nota". Add it to schemas/user.json, or leave it out.
            actions/a.rhai:9:45-48 unknown_output: Schema "user" has no field "fax". Add it to schemas/user.json, or leave it out.
            actions/b.rhai:2:28-32 unknown_output: output_fields declares no "nmae". Did you mean "name"?
            actions/b.rhai:3:12-15 unknown_output: output_fields declares no "tel". Add field("tel") to output_fields."#]],
    );
}

#[test]
fn output_that_the_text_does_not_settle_is_left_alone() {
    let action = |body: &str, fields: &str| {
        format!("fn execute(connection, input) {{ {body} }}\nfn output_fields(connection, config) {{ {fields} }}")
    };
    let replaced = action("let x = #{ a: 1 }; x = http.post(\"/x\", x); x", "schema(\"user\")");
    let removed = action("let x = #{ a: 1 }; x.remove(\"a\"); x", "schema(\"user\")");
    let twice = action(
        "let x = #{ a: 1 }; if x.a == 2 { let x = #{ id: 1 }; x } else { () }",
        "schema(\"user\")",
    );
    let other = action("let x = #{ a: 1 }; http.post(\"/x\", x); throw x", "schema(\"user\")");
    let cleaned = action("let x = #{ a: 1 }; x.clean(); x", "schema(\"user\")") + "fn clean() { this.remove(\"a\") }";
    let open = action("#{ a: 1 }", "schema(\"open\")");
    let empty = action("#{ a: 1 }", "schema(\"empty\")");
    let computed = action("#{ a: 1 }", "let list = [field(\"b\")]; list");
    finds(
        &[
            ("actions/a.rhai", &replaced),
            ("actions/b.rhai", &removed),
            ("actions/c.rhai", &twice),
            ("actions/d.rhai", &other),
            ("actions/e.rhai", &open),
            ("actions/f.rhai", &empty),
            ("actions/g.rhai", &computed),
            ("actions/h.rhai", &cleaned),
            (
                "schemas/open.json",
                r#"{"properties": {"id": {}}, "additionalProperties": true}"#,
            ),
            ("schemas/empty.json", r#"{"type": "object"}"#),
            USER,
        ],
        expect![[""]],
    );
}

#[test]
fn a_mistake_in_one_function_hides_none_in_another() {
    let script = r#"//! Ä
import "methods/m" as m;

fn one() {
    let a = "ü"; let b = ;
}

/// Two
fn two(x) {
    x + nobody
}

fn three() {
    let fine = `fn none() {
fn still_text() { ${1} `;
    fine
}

fn four() {
    if true { 1
}

fn five() { [1, 2 }

fn six() { }
"#;
    finds(
        &[("actions/a.rhai", script), ("methods/m.rhai", "")],
        expect![[r#"
            actions/a.rhai:5:26-27 syntax: unexpected ';'.
            actions/a.rhai:10:9-15 syntax: there is no variable `nobody`.
            actions/a.rhai:23:1-3 syntax: functions can be defined only at the top of a file, not inside one another.
            actions/a.rhai:23:19-20 syntax: `,` is missing here to separate the items of this array literal."#]],
    );
}

#[test]
fn an_open_text_or_brace_is_told_once() {
    for script in [
        "fn one() {\n    `open\n}\nfn two() {\n}\n",
        "fn one() {\n    if true {\n}\nfn two() {\n    1\n}\nfn three() {\n}\n",
        "let x = ;\nfn one() {\n}\n",
    ] {
        let problems = workers().check(&connector(&[("methods/a.rhai", script)]));
        assert_eq!(problems.len(), 1, "{script}: {problems:#?}");
    }
}

#[test]
fn a_function_that_hides_a_method_is_named_with_another_name_for_it() {
    let action = r#"import "methods/find" as find;

fn query(path) { http.get(path) }
fn filter(list) { list }

fn execute(connection, input) {
    let all = query("/users");
    http.request("GET", "/users").query(#{ q: "ada" }).send();
    filter(all);
    find::first(all)
}
"#;
    let method = "fn first(list) { list.sort(|a, b| a.id - b.id); list[0] }\nfn sort(list) { list }";
    let files = [("actions/a.rhai", action), ("methods/find.rhai", method)];
    finds(
        &files,
        expect![[r#"
            actions/a.rhai:3:4-9 hidden_method: `.query(...)` in line 8 would call this function and not the method of that name. Call the function `own_query`, or anything that is no method.
            methods/find.rhai:2:4-8 hidden_method: `.sort(...)` in line 1 would call this function and not the method of that name. Call the function `own_sort`, or anything that is no method."#]],
    );
    let found = workers().findings(&connector(&files), "actions/a.rhai", action);
    let fix = found[0].fix.as_ref().unwrap();
    let mut fixed = action.to_owned();
    let mut edits = fix.edits.clone();
    edits.sort_by_key(|edit| std::cmp::Reverse(edit.span));
    for edit in edits {
        fixed.replace_range(edit.span.start..edit.span.end, &edit.text);
    }
    assert!(
        fixed.contains("fn own_query(path)") && fixed.contains("= own_query(\"/users\")"),
        "{fixed}"
    );
    assert!(fixed.contains("\"/users\").query(#{"), "{fixed}");
}

#[test]
fn a_function_of_a_caller_hides_the_methods_of_what_it_imports() {
    let action = "import \"methods/users\" as users;\nfn execute(connection, input) { users::all(contains(\"a\")) }\nfn contains(text) { text }";
    let method = "fn all(text) { text.contains(\"a\") }";
    finds(
        &[("actions/a.rhai", action), ("methods/users.rhai", method)],
        expect![[
            r#"actions/a.rhai:3:4-12 hidden_method: `.contains(...)` in methods/users.rhai:1 would call this function and not the method of that name. Call the function `own_contains`, or anything that is no method."#
        ]],
    );
}
