//! Golden tests: a request file goes in, the script comes out.

#![allow(
    clippy::needless_raw_string_hashes,
    reason = "expect-test writes them when it updates"
)]

use expect_test::{Expect, expect};
use serde_json::json;

use super::*;

fn request(text: &str) -> SavedRequest {
    SavedRequest::parse(text, "requests/a.toml").unwrap().0
}

fn taken() -> Taken {
    Taken {
        connection_fields: vec!["domain".to_owned()],
        ..Taken::default()
    }
}

#[track_caller]
fn check(text: &str, response: Option<Value>, expect: Expect) {
    let made = from_request(&request(text), response.as_ref(), &taken());
    let schema = made.schema.map(|schema| schema.path).unwrap_or_default();
    expect.assert_eq(&format!("{} {} {}\n{}", made.path, made.input, schema, made.script));
}

#[test]
fn a_path_variable_becomes_a_required_field() {
    check(
        r#"
            name = "Get a user"
            url = "{{base_url}}/api/v1/users/{{user}}"
            [variables]
            user = "ada@acme.example"
        "#,
        Some(json!({"id": "00u1", "profile": {"login": "ada@acme.example"}})),
        expect![[r#"
            actions/get_user.rhai {"user":"ada@acme.example"} schemas/user.json
            //! Get a user

            fn input_fields(connection, config) {
                [
                    field("user", #{ label: "User", required: true }),
                ]
            }

            fn execute(connection, input) {
                http.get(`/api/v1/users/${encode_path(input.user)}`)
            }

            fn output_fields(connection, config) { schema("user") }
        "#]],
    );
}

#[test]
fn query_rows_become_a_map_with_typed_fields() {
    check(
        r#"
            name = "List users"
            url = "{{base_url}}/api/v1/users?expand=blocks%20all"
            query = [
                { name = "limit", value = "{{limit}}", description = "At most 200" },
                { name = "search", value = 'status eq "{{status}}"' },
                { name = "since", value = "{{since}}" },
                { name = "active", value = "true" },
                { name = "after", value = "{{after}}", enabled = false },
            ]
            [variables]
            limit = "20"
            since = "2026-01-31T09:30:00Z"
        "#,
        Some(json!([{"id": "00u1"}, {"id": "00u2"}])),
        expect![[r#"
            actions/list_users.rhai {"limit":20,"since":"2026-01-31T09:30:00Z"} schemas/users.json
            //! List users

            fn input_fields(connection, config) {
                [
                    field("limit", #{ type: "integer", label: "Limit", hint: "At most 200", required: true }),
                    field("status", #{ label: "Status", required: true }),
                    field("since", #{ format: "date-time", label: "Since", required: true }),
                ]
            }

            fn execute(connection, input) {
                let query = #{
                    expand: "blocks all",
                    limit: input.limit,
                    search: `status eq "${input.status}"`,
                    since: input.since,
                    active: true,
                };
                http.get("/api/v1/users", query)
            }

            fn output_fields(connection, config) { schema("users") }
        "#]],
    );
}

#[test]
fn a_json_body_becomes_a_map_literal() {
    check(
        r#"
            name = "Create a user"
            method = "POST"
            url = "{{base_url}}/api/v1/users"
            [body]
            kind = "json"
            text = '''
            {
              "profile": { "firstName": "{{first_name}}", "login": "{{login}}", "display-name": "Dr {{first_name}}", "for": null },
              "groupIds": ["{{group}}"],
              "level": {{level}},
              "ratio": 1e21
            }
            '''
            [variables]
            login = "ada@acme.example"
            level = "3"
            group = "17"
        "#,
        Some(json!({"id": "00u1"})),
        expect![[r#"
            actions/create_user.rhai {"login":"ada@acme.example","group":"17","level":3} schemas/user.json
            //! Create a user

            fn input_fields(connection, config) {
                [
                    field("first_name", #{ label: "First name", required: true }),
                    field("login", #{ format: "email", label: "Login", required: true }),
                    field("group", #{ label: "Group", required: true }),
                    field("level", #{ type: "integer", label: "Level", required: true }),
                ]
            }

            fn execute(connection, input) {
                let body = #{
                    profile: #{
                        firstName: input.first_name,
                        login: input.login,
                        "display-name": `Dr ${input.first_name}`,
                        "for": (),
                    },
                    groupIds: [input.group],
                    level: input.level,
                    ratio: 1.0e21,
                };
                http.post("/api/v1/users", body)
            }

            fn output_fields(connection, config) { schema("user") }
        "#]],
    );
}

#[test]
fn headers_and_a_query_beside_a_body_need_the_builder() {
    check(
        r#"
            name = "Deactivate the user's account"
            method = "POST"
            url = "https://{{domain}}/api/v1/users/{{user-id}}/lifecycle/deactivate"
            query = [{ name = "sendEmail", value = "{{send_email}}" }]
            headers = [
                { name = "Authorization", value = "SSWS {{token}}" },
                { name = "Accept", value = "application/json" },
                { name = "X-Trace", value = "run-{{trace}}" },
            ]
            [body]
            kind = "json"
            text = '{"reason": "{{reason}}"}'
            [variables]
            send_email = "false"
        "#,
        Some(json!({})),
        expect![[r#"
            actions/deactivate_users_account.rhai {"send_email":false} 
            //! Deactivate the user's account

            fn input_fields(connection, config) {
                [
                    field("user_id", #{ label: "User ID", required: true }),
                    field("send_email", #{ type: "boolean", label: "Send email", required: true }),
                    field("trace", #{ label: "Trace", required: true }),
                    field("reason", #{ label: "Reason", required: true }),
                ]
            }

            fn execute(connection, input) {
                http.request("POST", `https://${connection.domain}/api/v1/users/${encode_path(input.user_id)}/lifecycle/deactivate`)
                    .query(#{ sendEmail: input.send_email })
                    .header("X-Trace", `run-${input.trace}`)
                    .json(#{ reason: input.reason })
                    .send()
                    .body
            }
        "#]],
    );
}

#[test]
fn forms_and_other_text_keep_their_kind() {
    check(
        r#"
            name = "Get a token"
            method = "POST"
            url = "{{base_url}}/oauth2/v1/token"
            [body]
            kind = "form"
            fields = [{ name = "grant_type", value = "password" }, { name = "password", value = "{{password}}" }]
        "#,
        None,
        expect![[r#"
            actions/get_token.rhai {} 
            //! Get a token

            fn input_fields(connection, config) {
                [
                    field("password", #{ format: "password", label: "Password", required: true }),
                ]
            }

            fn execute(connection, input) {
                http.request("POST", "/oauth2/v1/token")
                    .form(#{ grant_type: "password", password: input.password })
                    .send()
                    .body
            }
        "#]],
    );
    check(
        r#"
            name = "Upload `CSV`"
            method = "PUT"
            url = "{{base_url}}/files/{{type_of}}"
            [body]
            kind = "raw"
            content_type = "text/csv"
            text = """
            id,name
            1,"{{name}}" `${x}`
            """
        "#,
        None,
        expect![[r#"
            actions/upload_csv.rhai {} 
            //! Upload `CSV`

            fn input_fields(connection, config) {
                [
                    field("type_of", #{ label: "Type of", required: true }),
                    field("name", #{ label: "Name", required: true }),
                ]
            }

            fn execute(connection, input) {
                http.request("PUT", `/files/${encode_path(input["type_of"])}`)
                    .body("            id,name\n            1,\"" + input.name + "\" `${x}`\n            ", "text/csv")
                    .send()
                    .body
            }
        "#]],
    );
}

#[test]
fn a_request_without_a_name_is_named_after_its_path() {
    check(
        r#"url = "{{base_url}}/api/v1/groups/{{id}}/users""#,
        Some(json!([])),
        expect![[r#"
        actions/get_users.rhai {} 
        //! Get users

        fn input_fields(connection, config) {
            [
                field("id", #{ label: "ID", required: true }),
            ]
        }

        fn execute(connection, input) {
            http.get(`/api/v1/groups/${encode_path(input.id)}/users`)
        }
    "#]],
    );
    check(
        "method = \"DELETE\"\nurl = \"{{base_url}}/api/v1/policies/{{id}}\"",
        None,
        expect![[r#"
        actions/delete_policy.rhai {} 
        //! Delete policy

        fn input_fields(connection, config) {
            [
                field("id", #{ label: "ID", required: true }),
            ]
        }

        fn execute(connection, input) {
            http.delete(`/api/v1/policies/${encode_path(input.id)}`)
        }
    "#]],
    );
}

#[test]
fn nothing_that_exists_is_overwritten_and_a_schema_that_fits_is_used_again() {
    let request = request("name = \"Get the user\"\nurl = \"{{base_url}}/api/v1/users/me\"");
    let known = json!({"type": "object", "properties": {"id": {"type": "string", "title": "ID"}, "age": {}}});
    let mut taken = Taken {
        actions: vec!["get_user".into(), "get_user_2".into()],
        schemas: vec![("user".into(), known.clone())],
        connection_fields: Vec::new(),
    };
    let made = from_request(&request, Some(&json!({"id": "1"})), &taken);
    assert_eq!(made.name, "get_user_3");
    assert_eq!(
        made.schema.map(|schema| (schema.name, schema.schema)),
        Some(("user".into(), known))
    );
    let other = from_request(&request, Some(&json!({"name": "Ada"})), &taken)
        .schema
        .unwrap();
    assert_eq!(other.path, "schemas/user_2.json");
    taken.schemas.push(("person".into(), other.schema));
    let same = from_request(&request, Some(&json!({"name": "Bob"})), &taken)
        .schema
        .unwrap();
    assert_eq!(same.name, "person");
}

#[test]
fn words_and_plurals_are_read_as_english() {
    let singulars = [
        "users",
        "policies",
        "addresses",
        "status",
        "boxes",
        "branches",
        "news",
        "access",
    ]
    .map(names::singular);
    assert_eq!(
        singulars,
        ["user", "policy", "address", "status", "box", "branch", "new", "access"]
    );
    assert_eq!(
        words("Get user's HTTPStatus-code2, please"),
        ["get", "users", "http", "status", "code2", "please"]
    );
    assert_eq!(names::label("userId"), "User ID");
}

#[test]
fn requests_in_order_hand_on_what_they_capture() {
    let find = request(
        r#"
            name = "Find a user"
            url = "{{base_url}}/api/v1/users"
            query = [{ name = "search", value = 'profile.login eq "{{login}}"' }]
            capture = [{ name = "user_id", subject = "$[0].id" }, { name = "etag", subject = "header: ETag" }]
            [variables]
            login = "ada@acme.example"
        "#,
    );
    let suspend = request(
        r#"
            name = "Suspend a user"
            method = "POST"
            url = "{{base_url}}/api/v1/users/{{user_id}}/lifecycle/suspend"
            headers = [{ name = "If-Match", value = "{{etag}}" }]
        "#,
    );
    let read = request(
        r#"
            name = "Read the user"
            url = "{{base_url}}/api/v1/users/{{user_id}}"
            assert = [
                { subject = "status", equals = 200 },
                { subject = "$.status", equals = "SUSPENDED" },
                { subject = "time_ms", at_most = 500.0 },
            ]
        "#,
    );
    let answer = json!({"id": "00u1", "status": "SUSPENDED"});
    let steps = [(&find, None), (&suspend, None), (&read, Some(&answer))];
    let steps = steps.map(|(request, response)| Step { request, response });
    let made = from_requests(&steps, &taken());
    expect![[r#"
        //! Read the user

        fn input_fields(connection, config) {
            [
                field("login", #{ format: "email", label: "Login", required: true }),
            ]
        }

        fn execute(connection, input) {
            let users = http.request("GET", "/api/v1/users")
                .query(#{ search: `profile.login eq "${input.login}"` })
                .send();
            let user_id = dig(users.body, "[0].id");
            let etag = users.headers["etag"];
            http.request("POST", `/api/v1/users/${encode_path(user_id)}/lifecycle/suspend`)
                .header("If-Match", etag)
                .send()
                .body;
            http.get(`/api/v1/users/${encode_path(user_id)}`)
        }

        fn output_fields(connection, config) { schema("user") }
    "#]]
    .assert_eq(&made.script);
    expect![[
        r#"[("$.status", String("SUSPENDED"))] ["the check of time_ms in Read the user"] {"login":"ada@acme.example"}"#
    ]]
    .assert_eq(&format!("{:?} {:?} {}", made.expect, made.left, made.input));
}
