//! What the editor is told about scripts, whole and broken. `$0` marks the caret.

mod navigation;

use expect_test::{Expect, expect};
use joinery_connector::Connector;
use joinery_script::{
    Scripts,
    language::{Code, Seen, SeenCall, View, complete, folding, hover, outline, references, semantic, signature},
};
use serde_json::json;

use crate::support::connector;

const PAGING: &str = "//! Paging\n\n/// Every item of a list.\nfn all(path, query) {\n    http.items(path, query)\n}\n\nfn unused() { all(\"/x\", #{}) }\n";
const ACTION: &str = r#"//! Get user

import "methods/paging" as paging;

fn input_fields(connection, config) {
    [
        field("user", #{ label: "User", hint: "ID or login", required: true }),
        field("limit", #{ type: "integer", label: "At most", depends_on: ["user"] }),
    ]
}

fn execute(connection, input) {
    let user = http.get(`/users/${encode_path(input.user)}`);
    let groups = paging::all("/groups", #{ limit: input.limit });
    for group in user.groups {
        log.info(group.name);
    }
    user.extra = groups.map(|item| item.id);
    helper(user)
}

/// Helps.
fn helper(value) { value }

fn output_fields(connection, config) { schema("user") }
"#;
const USER: &str = r#"{"type":"object","properties":{"id":{"type":"string","title":"ID"},"profile":{"type":"object","properties":{"login":{"type":"string"}}}}}"#;

fn files() -> std::sync::Arc<Connector> {
    connector(&[
        ("actions/get_user.rhai", ACTION),
        ("methods/paging.rhai", PAGING),
        ("schemas/user.json", USER),
    ])
}

fn seen() -> Seen {
    Seen {
        input: json!({ "user": "ada", "limit": 5 }),
        calls: vec![SeenCall {
            file: "actions/get_user.rhai".to_owned(),
            line: 13,
            body: json!({ "id": "00u1", "groups": [{ "name": "Engineering" }] }),
        }],
    }
}

/// Looks at the script with the caret at `$0`.
fn look<T>(script: &str, ask: impl FnOnce(&View, usize) -> T) -> T {
    let byte = script.find("$0").expect("a caret");
    let text = script.replacen("$0", "", 1);
    let (connector, seen) = (files(), seen());
    let view = View::of(
        Scripts::shared(),
        Some(&connector),
        "actions/get_user.rhai",
        &text,
        Some(&seen),
    );
    ask(&view, byte)
}

/// The action with a piece of it replaced.
fn action(old: &str, new: &str) -> String {
    assert!(ACTION.contains(old), "{old}");
    ACTION.replacen(old, new, 1)
}

#[track_caller]
fn completes(script: &str, expected: Expect) {
    let items = look(script, |view, byte| complete::complete(view, byte).0);
    let shown = items
        .iter()
        .filter(|item| item.rank < 3 && !matches!(item.kind, complete::ItemKind::Snippet))
        .take(12)
        .map(|item| {
            format!(
                "{} ({:?}) {}",
                item.label,
                item.kind,
                item.detail.lines().next().unwrap_or_default()
            )
            .trim()
            .to_owned()
        });
    expected.assert_eq(&shown.collect::<Vec<_>>().join("\n"));
}

#[track_caller]
fn hovers(script: &str, expected: Expect) {
    let text = look(script, |view, byte| hover::hover(view, byte).map(|(text, _)| text));
    expected.assert_eq(&text.unwrap_or_default());
}

#[test]
fn members_of_input_and_connection_are_known() {
    completes(
        &action("input.user", "input.$0"),
        expect![[r#"
            limit (Field) whole number
            user (Field) text
            clear (Method) clear()
            compact (Method) compact()
            contains (Method) contains(property)
            debug (Method) debug()
            deep_merge (Method) deep_merge(over)
            drain (Method) drain(filter)
            encode_query (Method) encode_query()
            entries (Method) entries()
            fill_with (Method) fill_with(map2)
            filter (Method) filter(filter)"#]],
    );
    completes(
        &action("helper(user)", "connection.$0"),
        expect![[r#"
            base_url (Field) text
            clear (Method) clear()
            compact (Method) compact()
            contains (Method) contains(property)
            debug (Method) debug()
            deep_merge (Method) deep_merge(over)
            drain (Method) drain(filter)
            encode_query (Method) encode_query()
            entries (Method) entries()
            fill_with (Method) fill_with(map2)
            filter (Method) filter(filter)
            get (Method) get(property)"#]],
    );
}

#[test]
fn namespaces_offer_their_functions_with_docs() {
    completes(
        &action("http.get(", "http.p$0("),
        expect![[r#"
            delete (Function) http.delete(path, body?)
            get (Function) http.get(path, query?)
            head (Function) http.head(path, query?)
            items (Function) http.items(path, query?, options?)
            options (Function) http.options(path)
            pages (Function) http.pages(path, query?, options?)
            parallel (Function) http.parallel(requests, options?)
            patch (Function) http.patch(path, body?)
            post (Function) http.post(path, body?)
            put (Function) http.put(path, body?)
            request (Function) http.request(method, path)"#]],
    );
    let doc = look(&action("http.get(", "http.ge$0("), |view, byte| {
        let items = complete::complete(view, byte).0;
        items.into_iter().find(|item| item.label == "get").map(|item| item.doc)
    });
    assert!(
        doc.unwrap_or_default()
            .contains("Gets `path` and returns the parsed body")
    );
}

#[test]
fn a_body_is_known_from_the_last_run() {
    completes(
        &action("helper(user)", "user.$0"),
        expect![[r#"
            extra (Field) list
            groups (Field) list of map
            id (Field) text
            clear (Method) clear()
            compact (Method) compact()
            contains (Method) contains(property)
            debug (Method) debug()
            deep_merge (Method) deep_merge(over)
            drain (Method) drain(filter)
            encode_query (Method) encode_query()
            entries (Method) entries()
            fill_with (Method) fill_with(map2)"#]],
    );
    completes(
        &action("group.name", "group.$0"),
        expect![[r#"
            name (Field) text
            clear (Method) clear()
            compact (Method) compact()
            contains (Method) contains(property)
            debug (Method) debug()
            deep_merge (Method) deep_merge(over)
            drain (Method) drain(filter)
            encode_query (Method) encode_query()
            entries (Method) entries()
            fill_with (Method) fill_with(map2)
            filter (Method) filter(filter)
            get (Method) get(property)"#]],
    );
}

#[test]
fn a_script_that_is_half_written_is_still_understood() {
    completes(
        &action("helper(user)\n}", "user.groups[0].$0\n"),
        expect![[r#"
            name (Field) text
            clear (Method) clear()
            compact (Method) compact()
            contains (Method) contains(property)
            debug (Method) debug()
            deep_merge (Method) deep_merge(over)
            drain (Method) drain(filter)
            encode_query (Method) encode_query()
            entries (Method) entries()
            fill_with (Method) fill_with(map2)
            filter (Method) filter(filter)
            get (Method) get(property)"#]],
    );
    completes(
        "fn execute(connection, input) {\n    let request = http.request(\"GET\", \"/x\").$0",
        expect![[r#"
            body_text (Field) text
            method (Field) text
            url (Field) text
            accept (Method) accept(statuses)
            body (Method) body(body, content_type?)
            body_file (Method) body_file(file, content_type?)
            form (Method) form(fields)
            header (Method) header(name, value)
            headers (Method) headers(headers)
            json (Method) json(value)
            multipart (Method) multipart(fields)
            no_redirect (Method) no_redirect()"#]],
    );
    completes(
        "import \"methods/paging\" as paging;\nfn execute(connection, input) {\n    if paging::$0",
        expect![[r#"
        all (Function) all(path, query)
        unused (Function) unused()"#]],
    );
}

#[test]
fn names_between_quotes_are_those_that_exist() {
    completes(&action("schema(\"user\")", "schema(\"$0\")"), expect!["user (File)"]);
    completes(
        &action("\"methods/paging\"", "\"$0\""),
        expect!["methods/paging (File)"],
    );
    completes(
        &action("\"integer\"", "\"$0\""),
        expect![[r#"
        array (Value)
        boolean (Value)
        integer (Value)
        number (Value)
        object (Value)
        string (Value)"#]],
    );
    completes(
        &action("depends_on: [\"user\"]", "depends_on: [\"$0\"]"),
        expect![[r#"
        limit (Field) whole number
        user (Field) text"#]],
    );
    completes(&action("\"/groups\"", "\"$0\""), expect![""]);
}

#[test]
fn keys_of_a_field_are_those_that_it_understands() {
    completes(
        &action("#{ label: \"User\"", "#{ label: \"User\", $0"),
        expect![[r#"
            control (Field) How to draw it, where the type does not say
            convert (Field) What a value of another kind is turned into before it is checked: `integer number boolean text date date-time unix list`, or a function that makes it: `methods/names::login`
            default (Field) The value used when none is given
            depends_on (Field) Fields whose values the pick list needs
            format (Field) A JSON Schema format, such as `date-time`, `date`, `email`, `uri`, `password`
            nullable (Field) Whether null is allowed beside the type
            of (Field) What an array holds: a field
            options (Field) The values allowed: plain ones, or `#{ value, label }`
            pick_list (Field) The file in `pick_lists` that gives the values
            properties (Field) What an object holds: a list of fields, or `schema("name")`
            secret (Field) Whether the value is masked
            sticky (Field) Whether the form remembers the last value"#]],
    );
    completes(
        &action("helper(user)", "#{ $0 }"),
        expect![[r#"
        id (Field) ID
        profile (Field)"#]],
    );
}

#[test]
fn names_in_reach_come_first_and_those_of_other_functions_do_not() {
    completes(
        &action("helper(user)", "$0"),
        expect![[r#"
            connection (Variable) map
            groups (Variable) items
            input (Variable) map
            user (Variable) map
            execute (Function) execute(connection, input)
            helper (Function) helper(value)
            input_fields (Function) input_fields(connection, config)
            output_fields (Function) output_fields(connection, config)
            paging (Module) methods/paging
            base64 (Module) functions
            csv (Module) functions
            hex (Module) functions"#]],
    );
}

#[test]
fn nothing_is_offered_in_comments_and_for_new_names() {
    completes(&action("/// Helps.", "/// Hel$0ps."), expect![""]);
    completes(&action("let groups", "let gr$0oups"), expect![""]);
}

#[test]
fn functions_joinery_calls_are_offered_where_they_are_missing() {
    let labels = look(&format!("{ACTION}\n$0"), |view, byte| {
        let items = complete::complete(view, byte).0;
        let snippets = items.into_iter().filter(|item| item.is_snippet).map(|item| item.label);
        snippets.collect::<Vec<_>>()
    });
    assert!(labels.contains(&"fn sample_output()".to_owned()), "{labels:?}");
    assert!(!labels.iter().any(|label| label.contains("execute")), "{labels:?}");
}

#[test]
fn hovering_shows_docs_kinds_and_last_values() {
    hovers(
        &action("http.get(", "http.g$0et("),
        expect![[r#"
        ```rhai
        http.get(path, query?)
        ```

        Gets `path` and returns the parsed body. `query` is a map of parameters to add.

        A status that is not 2xx is thrown: `#{ kind: "http", status, code: "http_404", message, body, url }`.

        ```rhai
        http.get("/echo", #{ q: "ada" }).query.q == "ada"
        ```"#]],
    );
    hovers(
        &action("input.user)", "input.us$0er)"),
        expect![[r#"
        `user`: text

        User: ID or login

        Last run: `"ada"`"#]],
    );
    hovers(
        &action("helper(user)", "hel$0per(user)"),
        expect![[r#"
        ```rhai
        fn helper(value)
        ```

        Helps."#]],
    );
    hovers(
        &action("paging::all", "paging::a$0ll"),
        expect![[r#"
        ```rhai
        fn all(path, query)
        ```

        Every item of a list.

        `methods/paging.rhai`"#]],
    );
    hovers(
        &action("for group", "for gr$0oup"),
        expect![[r#"
        ```rhai
        let group
        ```

        map of

        - `name`: text"#]],
    );
    hovers(
        &action("fn execute", "fn exe$0cute"),
        expect![[r#"
        ```rhai
        fn execute(connection, input)
        ```

        What the action does. `input` has been checked against the input fields."#]],
    );
    hovers(
        &action("schema(\"user\")", "schema(\"us$0er\")"),
        expect![[r#"
        `schemas/user.json`

        - `id`: text
        - `profile`: map"#]],
    );
}

#[test]
fn a_call_shows_its_parameters_and_which_is_being_written() {
    let shown = |script: &str| {
        look(script, |view, byte| {
            signature::signature(view, byte).map(|(signature, argument)| format!("{} {argument}", signature.label))
        })
        .unwrap_or_default()
    };
    assert_eq!(shown(&action("helper(user)", "helper($0")), "helper(value) 0");
    assert_eq!(
        shown(&action("#{ limit: input.limit }", "#{ a: [1, 2] }, $0")),
        "paging::all(path, query) 2"
    );
    assert_eq!(
        shown(&action("helper(user)", "http.get(\"/x\", #{ q: $0")),
        "http.get(path, query?) 1"
    );
    assert_eq!(shown(&action("helper(user)", "[1].filter($0)")), "filter(filter) 0");
    assert_eq!(shown(&action("helper(user)", "if true { $0")), "");
}
