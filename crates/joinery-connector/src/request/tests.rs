//! Request files: read, saved, sent and shown as curl.

#![allow(
    clippy::needless_raw_string_hashes,
    reason = "expect-test writes them when it updates"
)]

use expect_test::{Expect, expect};
use serde_json::json;

use super::*;
use crate::{
    http::HttpBody,
    secret::Secret,
    variables::{Scope, Value},
};

fn parse(text: &str) -> SavedRequest {
    SavedRequest::parse(text, "requests/a.toml").unwrap().0
}

fn variables() -> Variables {
    let mut variables = Variables::default();
    variables.set(
        Scope::Connection,
        "base_url",
        Value::Text("https://acme.example/".into()),
    );
    variables.set(Scope::Connection, "domain", Value::Text("acme.example:8443".into()));
    variables.set(Scope::Connection, "api-token", Value::Secret(Secret::new("00hush")));
    variables.set(Scope::Request, "user", Value::Text("a/b ü?".into()));
    variables.set(Scope::Request, "quote", Value::Text("say \"hi\"\n".into()));
    variables.set(Scope::Request, "number", Value::Text("3".into()));
    variables
}

#[track_caller]
fn url(template: &str, expect: Expect) {
    let request = SavedRequest {
        url: template.into(),
        ..SavedRequest::default()
    };
    expect.assert_eq(&request.resolve(&variables()).unwrap().url);
}

#[test]
fn values_in_a_path_are_one_segment_and_the_base_url_stands_as_it_is() {
    url(
        "{{base_url}}/api/{{user}}?q={{user}}#top",
        expect!["https://acme.example/api/a%2Fb%20%C3%BC%3F?q=a%2Fb%20%C3%BC%3F"],
    );
    url("https://{{domain}}/x", expect!["https://acme.example:8443/x"]);
    url("/api/v1/users", expect!["https://acme.example/api/v1/users"]);
}

#[test]
fn rows_that_are_on_are_sent_encoded() {
    let request = parse(
        r#"
            url = "https://a.example/x?fixed=1"
            query = [{ name = "q", value = 'a eq "{{user}}"' }, { name = "off", value = "{{nowhere}}", enabled = false }]
            headers = [{ name = "X-Number", value = "{{number}}" }]
        "#,
    );
    let sent = request.resolve(&variables()).unwrap();
    assert_eq!(
        sent.url,
        "https://a.example/x?fixed=1&q=a%20eq%20%22a%2Fb%20%C3%BC%3F%22"
    );
    assert_eq!((sent.method.as_str(), sent.header("x-number")), ("GET", Some("3")));
}

#[track_caller]
fn body(text: &str, expect: Expect) {
    let request = SavedRequest {
        url: "https://a.example".into(),
        body: RequestBody::Json { text: text.into() },
        ..SavedRequest::default()
    };
    let HttpBody::Text { content_type, text } = request.resolve(&variables()).unwrap().body else {
        panic!("text")
    };
    assert_eq!(content_type, "application/json");
    serde_json::from_str::<serde_json::Value>(&text).expect("it must be JSON whatever the values");
    expect.assert_eq(&text);
}

#[test]
fn a_json_body_stays_json_whatever_the_values() {
    body(
        r#"{"a": "{{quote}}", "n": {{number}}, "bare": {{user}}}"#,
        expect![[r#"{"a": "say \"hi\"\n", "n": 3, "bare": "a/b ü?"}"#]],
    );
    body(
        r#"{"a": {"b": {{number}}}, "c": "\\\"{{number}}"}"#,
        expect![[r#"{"a": {"b": 3}, "c": "\\\"3"}"#]],
    );
}

#[test]
fn a_content_type_row_replaces_the_bodys_own() {
    let request = parse(
        "url = \"https://a.example\"\nheaders = [{ name = \"content-type\", value = \"application/scim+json\" }]\n[body]\nkind = \"json\"\ntext = \"{}\"",
    );
    let sent = request.resolve(&variables()).unwrap();
    assert_eq!(sent.headers, []);
    assert_eq!(
        sent.body,
        HttpBody::Text {
            content_type: "application/scim+json".into(),
            text: "{}".into()
        }
    );
}

#[test]
fn every_missing_variable_is_named_with_its_place() {
    let request = parse(
        r#"
            url = "{{base_ur}}/{{user}}"
            query = [{ name = "limit", value = "{{limit}}" }]
            headers = [{ name = "X-A", value = "{{nmber}}" }]
            [body]
            kind = "form"
            fields = [{ name = "f", value = "{{zzz}}" }]
        "#,
    );
    let missing = request.resolve(&variables()).unwrap_err();
    let lines: Vec<String> = missing
        .iter()
        .map(
            |Missing {
                 name, place, nearest, ..
             }| format!("{name} in {place}, near {nearest:?}"),
        )
        .collect();
    expect![[r#"
        base_ur in url, near Some("base_url")
        limit in query.limit, near None
        nmber in headers.X-A, near Some("number")
        zzz in body.f, near None"#]]
    .assert_eq(&lines.join("\n"));
}

#[test]
fn the_requests_own_variables_count_below_those_of_the_run() {
    let request = parse("url = \"https://a.example/{{user}}\"\n[variables]\nuser = \"own\"\n");
    let mut variables = Variables::default();
    assert_eq!(request.resolve(&variables).unwrap().url, "https://a.example/own");
    variables.set(Scope::Run, "user", Value::Text("run".into()));
    assert_eq!(request.resolve(&variables).unwrap().url, "https://a.example/run");
}

#[test]
fn curl_shows_secrets_as_shell_variables_and_quotes_the_rest() {
    let request = parse(
        r#"
            method = "POST"
            url = "{{base_url}}/api/{{unknown}}"
            query = [{ name = "t", value = "{{api-token}}" }]
            headers = [{ name = "Authorization", value = "SSWS {{api-token}}" }]
            [body]
            kind = "json"
            text = """{"it's": "{{quote}}", "t": "{{api-token}}"}"""
        "#,
    );
    let command = request.to_curl(&variables());
    assert!(!command.contains("00hush"));
    expect![[r#"
        curl 'https://acme.example/api/{{unknown}}?t='"$API_TOKEN" \
          --header 'Authorization: SSWS '"$API_TOKEN" \
          --header 'Content-Type: application/json' \
          --data-raw '{"it'\''s": "say \"hi\"\n", "t": "'"$API_TOKEN"'"}'"#]]
    .assert_eq(&command);
}

const FILE: &str = r#"# Finds one user.
name = "Get a user"    # as people say it
url = "{{base_url}}/api/v1/users/{{user}}"
owner = "identity team"

# Okta allows 200 at most
[[query]]
name = "limit"
value = "20"
note = "kept"

[[query]]
name = "after"
enabled = false

[variables]
user = "ada"
number = 3

[[assert]]
subject = "status"
equals = 200
"#;

#[test]
fn saving_a_request_as_it_was_read_changes_nothing() {
    assert_eq!(parse(FILE).render(Some(FILE)), FILE);
}

#[test]
fn saving_keeps_comments_and_unknown_keys_and_changes_only_what_changed() {
    let (mut request, problems) = SavedRequest::parse(FILE, "requests/a.toml").unwrap();
    let places: Vec<(u32, u32, &str)> = problems
        .iter()
        .map(|problem| (problem.line, problem.column, problem.message.as_str()))
        .collect();
    assert_eq!(
        places,
        [(4, 1, "unknown key `owner`"), (10, 1, "unknown key `query[0].note`")]
    );
    request.method = "PUT".into();
    request.name = "Put a user".into();
    request.query.swap(0, 1);
    request.query[1].value = "50".into();
    request.variables.insert("user".into(), "bob".into());
    request.body = RequestBody::Json {
        text: "{\n  \"path\": \"C:\\\\x\"\n}\n".into(),
    };
    let text = request.render(Some(FILE));
    assert_eq!(parse(&text), request);
    expect![[r##"
        # Finds one user.
        name = "Put a user"    # as people say it
        url = "{{base_url}}/api/v1/users/{{user}}"
        owner = "identity team"
        method = "PUT"

        [[query]]
        name = "after"
        enabled = false
        value = ""

        # Okta allows 200 at most
        [[query]]
        name = "limit"
        value = "50"
        note = "kept"

        [variables]
        user = "bob"
        number = 3

        [[assert]]
        subject = "status"
        equals = 200

        [body]
        kind = "json"
        text = '''
        {
          "path": "C:\\x"
        }
        '''
    "##]]
    .assert_eq(&text);
}

#[test]
fn a_new_file_is_made_to_be_read() {
    let request = SavedRequest {
        name: "Create a user".into(),
        method: "POST".into(),
        url: "{{base_url}}/api/v1/users".into(),
        headers: vec![Pair {
            name: "X-A".into(),
            value: "1".into(),
            enabled: false,
            description: "a note".into(),
        }],
        body: RequestBody::Json {
            text: "{\n  \"a\": '''\n}".into(),
        },
        assertions: vec![Assertion {
            subject: "$.id".into(),
            demand: Demand::Equals(json!({"b": [1, 2.5]})),
        }],
        ..SavedRequest::default()
    };
    let text = request.render(None);
    assert_eq!(parse(&text), request);
    expect![[r#"
        name = "Create a user"
        method = "POST"
        url = "{{base_url}}/api/v1/users"

        [[headers]]
        name = "X-A"
        value = "1"
        enabled = false
        description = "a note"

        [body]
        kind = "json"
        text = """
        {
          "a": '''
        }"""

        [[assert]]
        subject = "$.id"
        equals = { b = [1, 2.5] }
    "#]]
    .assert_eq(&text);
}

/// Pseudo-random but the same every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }

    fn text(&mut self) -> String {
        let pieces = [
            "a", "Ü", "\"", "'''", "'", "\"\"\"", "\n", "\r\n", "\t", "\\", "{{x}}", "#", " ", "\u{1}", "= 1", "😀",
        ];
        (0..self.roll(6)).map(|_| pieces[self.roll(pieces.len())]).collect()
    }

    fn pairs(&mut self) -> Vec<Pair> {
        let pair = |dice: &mut Self| Pair {
            name: dice.text(),
            value: dice.text(),
            enabled: dice.roll(3) > 0,
            description: dice.text(),
        };
        (0..self.roll(4)).map(|_| pair(self)).collect()
    }

    fn maybe<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        (self.roll(2) > 0).then(|| make(self))
    }

    fn parts(&mut self) -> Vec<Part> {
        let part = |dice: &mut Self| {
            let file = dice.maybe(Self::text);
            Part {
                name: dice.text(),
                value: if file.is_none() { dice.text() } else { String::new() },
                file,
                filename: dice.maybe(Self::text),
                content_type: dice.maybe(Self::text),
                disabled: dice.roll(3) == 0,
                description: dice.text(),
            }
        };
        (0..self.roll(4)).map(|_| part(self)).collect()
    }

    fn auth(&mut self) -> RequestAuth {
        match self.roll(4) {
            0 => RequestAuth::Inherit,
            1 => RequestAuth::None,
            2 => RequestAuth::Connector {
                id: format!("way{}", self.text()),
            },
            _ => RequestAuth::Own {
                kind: self.text(),
                settings: (0..self.roll(3))
                    .map(|index| (format!("s{index}{}", self.text()), json!(self.text())))
                    .collect(),
            },
        }
    }

    fn demand(&mut self) -> Demand {
        let value = [json!(null), json!(1), json!([true, {"a": "b"}])][self.roll(3)].clone();
        match self.roll(5) {
            0 => Demand::NotContains(json!(self.text())),
            1 => Demand::Absent(self.roll(2) > 0),
            2 => Demand::AtMost(self.roll(9) as f64 / 2.0),
            3 => Demand::OneOf(vec![json!(1), json!("b")]),
            _ => Demand::Equals(value),
        }
    }

    fn request(&mut self) -> SavedRequest {
        SavedRequest {
            name: self.text(),
            description: self.text(),
            method: ["GET", "POST", "DELETE"][self.roll(3)].into(),
            url: self.text(),
            query: self.pairs(),
            headers: self.pairs(),
            body: match self.roll(7) {
                0 => RequestBody::None,
                1 => RequestBody::Json { text: self.text() },
                2 => RequestBody::Form { fields: self.pairs() },
                3 => RequestBody::Multipart { parts: self.parts() },
                4 => RequestBody::File {
                    path: self.text(),
                    content_type: self.maybe(Self::text),
                },
                5 => RequestBody::Graphql {
                    query: self.text(),
                    operation_name: self.maybe(Self::text),
                    variables: self.text(),
                },
                _ => RequestBody::Raw {
                    content_type: self.text(),
                    text: self.text(),
                },
            },
            variables: (0..self.roll(3)).map(|_| (self.text(), self.text())).collect(),
            assertions: (0..self.roll(3))
                .map(|_| Assertion {
                    subject: self.text(),
                    demand: self.demand(),
                })
                .collect(),
            captures: (0..self.roll(3))
                .map(|_| Capture {
                    name: self.text(),
                    subject: self.text(),
                    secret: self.roll(2) > 0,
                })
                .collect(),
            auth: self.auth(),
            settings: RequestSettings {
                timeout: self.maybe(|dice| dice.roll(50) as f64 / 4.0 + 0.5),
                follow_redirects: self.maybe(|dice| dice.roll(2) > 0),
                retry: self.maybe(|dice| dice.roll(2) > 0),
                cookies: self.maybe(|dice| dice.roll(2) > 0),
                pages: self.maybe(|dice| dice.roll(3) as u32),
            },
        }
    }
}

#[test]
fn any_request_survives_saving_over_any_other() {
    let mut dice = Dice(7);
    let mut before: Option<String> = None;
    for round in 0..400 {
        let request = dice.request();
        let text = request.render(before.as_deref());
        let read =
            SavedRequest::parse(&text, "a.toml").unwrap_or_else(|problem| panic!("{round}: {problem:?}\n{text}"));
        assert_eq!(read.0, request, "round {round}:\n{text}");
        before = (dice.roll(5) > 0).then_some(text);
    }
}

#[test]
fn every_kind_of_body_auth_demand_and_setting_is_read_and_saved_again() {
    let text = r#"name = "Upload"
description = "Sends a photo."
method = "POST"
url = "{{base_url}}/upload"

[auth]
kind = "basic"
username = "ada"
password = "{{password}}"

[body]
kind = "multipart"

[[body.parts]]
name = "title"
value = "Photo of {{user}}"

[[body.parts]]
name = "file"
file = "photo.png"
filename = "me.png"

[[body.parts]]
name = "off"
value = "x"
enabled = false

[[assert]]
subject = "status"
one_of = [200, 201]

[[assert]]
subject = "time_ms"
at_most = 500

[[assert]]
subject = "$.id"
type = "string"

[[capture]]
name = "photo"
subject = "$.id"
secret = true

[settings]
timeout = 2.5
follow_redirects = false
pages = "all"
"#;
    let (request, problems) = SavedRequest::parse(text, "requests/upload.toml").unwrap();
    assert!(problems.is_empty(), "{problems:?}");
    assert_eq!(request.render(Some(text)), text);
    let (again, _) = SavedRequest::parse(&request.render(None), "requests/upload.toml").unwrap();
    assert_eq!(again, request);
}

#[test]
fn a_graphql_operation_is_sent_as_json() {
    let text = "url = \"{{base_url}}/graphql\"\nmethod = \"POST\"\n[body]\nkind = \"graphql\"\nquery = 'query ($id: ID!) { user(id: $id) { name } }'\nvariables = '{ \"id\": \"{{user}}\" }'\n";
    let (request, _) = SavedRequest::parse(text, "requests/q.toml").unwrap();
    let mut variables = Variables::default();
    variables.set(Scope::Connection, "base_url", Value::Text("https://a.example".into()));
    variables.set(Scope::Run, "user", Value::Text("a\"b".into()));
    let ready = request.resolve(&variables).unwrap();
    expect![[r#"Text { content_type: "application/json", text: "{\"query\":\"query ($id: ID!) { user(id: $id) { name } }\",\"variables\":{ \"id\": \"a\\\"b\" }}" }"#]]
        .assert_eq(&format!("{:?}", ready.body));
}

#[test]
fn files_go_into_the_curl_command_by_their_names() {
    let text = "url = \"https://a.example/\"\nmethod = \"POST\"\n[body]\nkind = \"multipart\"\nparts = [{ name = \"a\", value = \"@x;y\" }, { name = \"f\", file = \"b c.png\" }]\n";
    let (request, _) = SavedRequest::parse(text, "requests/q.toml").unwrap();
    expect![[r#"
        curl https://a.example/ \
          --form 'a="@x;y"' \
          --form 'f=@"b c.png";type=image/png'"#]]
    .assert_eq(&request.to_curl(&Variables::default()));
    let text = "url = \"https://a.example/\"\nmethod = \"PUT\"\n[body]\nkind = \"file\"\npath = \"b.png\"\n";
    let (request, _) = SavedRequest::parse(text, "requests/q.toml").unwrap();
    expect![[r#"
        curl --request PUT \
          https://a.example/ \
          --header 'Content-Type: image/png' \
          --data-binary @b.png"#]]
    .assert_eq(&request.to_curl(&Variables::default()));
}

#[test]
fn an_assertion_has_one_demand() {
    let text = "url = \"/\"\n[[assert]]\nsubject = \"status\"\nequals = 200\nat_most = 299\n";
    let problem = SavedRequest::parse(text, "requests/a.toml").unwrap_err();
    expect!["5:11 one assertion has `equals` and `at_most`"]
        .assert_eq(&format!("{}:{} {}", problem.line, problem.column, problem.message));
    let text = "url = \"/\"\n[[assert]]\nsubject = \"$.id\"\nmatches = \"(\"\n";
    let problem = SavedRequest::parse(text, "requests/a.toml").unwrap_err();
    assert!(
        problem.message.contains("is no regular expression"),
        "{}",
        problem.message
    );
}

#[test]
fn a_request_signs_as_the_nearest_that_says_how() {
    let folder = |text: &str| RequestFolder::parse(text, "folder.toml").unwrap().0;
    let outer = folder("auth = \"service_app\"\n");
    let inner = folder("auth = \"none\"\n");
    let request = SavedRequest::default();
    let signed = |folder: RequestFolder| folder.apply(request.clone()).auth;
    assert_eq!(
        signed(outer.clone()),
        RequestAuth::Connector {
            id: "service_app".into()
        }
    );
    assert_eq!(signed(outer.clone().with(inner)), RequestAuth::None);
    assert_eq!(
        signed(outer.with(RequestFolder::default())),
        RequestAuth::Connector {
            id: "service_app".into()
        }
    );
}

#[test]
fn a_folder_is_saved_with_its_comments() {
    let text = "# Shared\nauth = \"service_app\"  # until June\n\n[variables]\na = \"1\"\n";
    let (mut folder, _) = RequestFolder::parse(text, "folder.toml").unwrap();
    assert_eq!(folder.render(Some(text)), text);
    folder.variables.insert("b".into(), "2".into());
    folder.auth = RequestAuth::None;
    assert_eq!(
        folder.render(Some(text)),
        "# Shared\nauth = \"none\"  # until June\n\n[variables]\na = \"1\"\nb = \"2\"\n"
    );
}
