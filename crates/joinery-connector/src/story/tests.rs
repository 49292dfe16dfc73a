use expect_test::{Expect, expect};

use super::*;

const CONNECTOR: &[(&str, &str)] = &[
    ("connector.toml", "format = 1\nid = \"acme\"\nversion = \"0.1.0\"\n"),
    ("actions/get_user.rhai", "fn execute(connection, input) { 1 }"),
    (
        "requests/users/get_user.toml",
        "url = \"{{base_url}}/users/{{user}}\"\n",
    ),
];

const STORY: &str = r#"# For the customer's first visit
title = "Get a user"

[[step]]
say = "Hello"

# The call that everyone knows
[[step]]
say = "One call" # short
request = "users/get_user"
variables = { user = "ada" }

[[step]]
action = "get_user"
later = 1

[[step]]
title = "Run it"
run = "get_user"
input = { user = "ada", deep = { yes = true } }
show = ["$.id", "$.status"]
"#;

fn connector() -> Connector {
    let files = CONNECTOR
        .iter()
        .map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec()));
    Connector::from_files(std::path::Path::new("acme"), files).unwrap()
}

#[track_caller]
fn check(text: &str, expect: Expect) {
    let found = match Story::parse(text, FILE) {
        Ok((story, problems)) => problems.into_iter().chain(story.misfits(&connector())).collect(),
        Err(problem) => vec![problem],
    };
    let said: Vec<String> = found
        .iter()
        .map(|problem| {
            let hint = problem.hint.as_deref().unwrap_or_default();
            format!(
                "{}:{} {}: {} ({hint})\n",
                problem.line, problem.column, problem.code, problem.message
            )
        })
        .collect();
    expect.assert_eq(&said.concat());
}

#[test]
fn a_story_says_what_is_not_recorded_and_not_known() {
    check(
        STORY,
        expect![[r"
            15:1 unknown_key: unknown key `step[2].later` (known keys: title, say, request, action, run)
            10:11 not_recorded: this step is not recorded yet: there is no demo/users_get_user.json (record the story with `joinery demo --record`)
            19:7 not_recorded: this step is not recorded yet: there is no demo/get_user.json (record the story with `joinery demo --record`)
        "]],
    );
}

#[test]
fn a_wrong_name_is_named_with_the_nearest() {
    check(
        "title = \"x\"\n[[step]]\nrequest = \"users/get_usr\"\n[[step]]\nrun = \"get_usr\"\n[[step]]\naction = \"entirely_else\"\n",
        expect![[r"
            3:11 no_request: there is no request `users/get_usr` (did you mean `users/get_user`?)
            5:7 no_action: there is no action `get_usr` (did you mean `get_user`?)
            7:10 no_action: there is no action `entirely_else` (name one of the connector's actions)
        "]],
    );
}

#[test]
fn mistakes_have_their_place() {
    check(
        "title = \"x\"\n[[step]]\nrequest = \"a\"\nrun = \"b\"\n",
        expect![[r"
            4:7 both: a step shows one thing, and this one names `request` too (make two steps of it)
        "]],
    );
    check(
        "title = \"x\"\n[[step]]\nrun = \"get_user\"\nshow = \"$.[\"\n",
        expect![[r#"
            4:8 json_path: `$.[` is not a JSONPath: at position 2, in dot member name, must start with lowercase alpha or '_' (write it as "$.profile" or "$.users[0].id")
        "#]],
    );
    check(
        "title = \"x\"\n",
        expect![[r"
            1:1 missing_key: the file has no `step` (add `[[step]]`)
        "]],
    );
    check(
        "title = \"x\"\n[[step]]\n",
        expect![[r#"
            2:1 missing_key: `step[0]` has no `say` (add `say = "what this step is about"`)
        "#]],
    );
}

#[test]
fn recordings_of_the_same_action_are_told_apart() {
    let text = "title = \"x\"\n[[step]]\nrun = \"a\"\n[[step]]\naction = \"a\"\n[[step]]\nrun = \"a\"\n";
    let (story, _) = Story::parse(text, FILE).unwrap();
    let recordings: Vec<Option<String>> = (0..3).map(|step| story.recording(step)).collect();
    assert_eq!(
        recordings,
        [Some("demo/a.json".to_owned()), None, Some("demo/a__2.json".to_owned())]
    );
}

#[test]
fn the_parts_to_look_at_go_by_their_last_names() {
    let answer = serde_json::json!({ "id": 1, "profile": { "login": "ada" }, "list": [{ "name": "a" }] });
    let shown = |show: &[&str]| {
        let (mut story, _) = Story::parse(STORY, FILE).unwrap();
        story.steps[3].show = show.iter().map(|path| (*path).to_owned()).collect();
        story.steps[3].shown(&answer).to_string()
    };
    assert_eq!(shown(&["$.profile"]), r#"{"login":"ada"}"#);
    assert_eq!(
        shown(&["$.id", "$.profile.login", "$.list[0]['name']", "$.none"]),
        r#"{"id":1,"login":"ada","name":"a","none":null}"#
    );
}

#[test]
fn a_story_that_did_not_change_is_written_as_it_was() {
    let (story, _) = Story::parse(STORY, FILE).unwrap();
    assert_eq!(story.render(Some(STORY)), STORY);
}

#[test]
fn comments_and_unknown_keys_survive_a_change() {
    let (mut story, _) = Story::parse(STORY, FILE).unwrap();
    story.title = "Two users".to_owned();
    story.steps[1].say = "The very call".to_owned();
    story.steps.remove(0);
    story.steps.push(Step {
        title: String::new(),
        say: "And again".to_owned(),
        subject: Subject::Run {
            name: "get_user".to_owned(),
            input: serde_json::json!({ "user": "grace" }),
            config: Value::Null,
        },
        show: Vec::new(),
        place: (0, 0),
    });
    expect![[r#"
        # For the customer's first visit
        title = "Two users"

        # The call that everyone knows
        [[step]]
        say = "The very call" # short
        request = "users/get_user"
        variables = { user = "ada" }

        [[step]]
        action = "get_user"
        later = 1

        [[step]]
        title = "Run it"
        run = "get_user"
        input = { user = "ada", deep = { yes = true } }
        show = ["$.id", "$.status"]

        [[step]]
        say = "And again"
        run = "get_user"
        input = { user = "grace" }
    "#]]
    .assert_eq(&story.render(Some(STORY)));
}

#[test]
fn a_new_story_reads_back() {
    let (story, _) = Story::parse(STORY, FILE).unwrap();
    let text = story.render(None);
    let (again, _) = Story::parse(&text, FILE).unwrap();
    let placeless = |story: &Story| {
        let steps = story.steps.iter().map(|step| Step {
            place: (0, 0),
            ..step.clone()
        });
        steps.collect::<Vec<_>>()
    };
    assert_eq!(placeless(&again), placeless(&story));
}
