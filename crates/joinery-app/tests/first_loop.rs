//! The whole loop without a window: from the welcome view to a verified package, on real files and real HTTP.

use std::path::Path;

use joinery_app::{
    Code, Program, SavedRequest, Studio, StudioOptions,
    bodies::BodyView,
    connections::{self, ConnectionDraft},
    connectors, export,
    files::{self, FileRef},
    requests::{self, RequestInContext, SendRequest, Sent},
    runs::{self, RunAction, SaveFirst},
    samples, workspaces,
};
use serde_json::{Value, json};

const ADA: &str = "ada.lovelace@acme.example";

struct Desk {
    studio: Studio,
    folder: tempfile::TempDir,
}

impl Desk {
    async fn open() -> Self {
        let desk = Self::bare();
        workspaces::start_with_sandbox(&desk.studio)
            .await
            .expect("the sample opens on the sandbox org");
        desk
    }

    fn bare() -> Self {
        let folder = tempfile::tempdir().expect("a folder to work in");
        let options = StudioOptions {
            home: folder.path().join("home"),
            documents: folder.path().join("documents"),
            keychain: false,
            worker: Program::At(env!("CARGO_BIN_EXE_app-worker").into()),
        };
        Self {
            studio: Studio::new(options),
            folder,
        }
    }

    async fn send(&self, request: SavedRequest) -> Result<Sent, joinery_app::Error> {
        let send = SendRequest {
            id: "send".into(),
            connector: "okta".into(),
            path: None,
            request,
            connection: Some("sandbox".into()),
            ..SendRequest::default()
        };
        requests::send(&self.studio, send).await
    }
}

fn action(file: &FileRef, input: Value) -> RunAction {
    RunAction {
        id: "run".into(),
        file: file.clone(),
        input,
        config: Value::Null,
        connection: Some("sandbox".into()),
        resume: None,
        save: None,
        function: None,
    }
}

fn file(path: &str) -> FileRef {
    FileRef {
        connector: "okta".into(),
        path: path.into(),
    }
}

fn fetch_user() -> SavedRequest {
    SavedRequest {
        name: "Fetch a user".into(),
        method: "GET".into(),
        url: "{{base_url}}/api/v1/users/{{user}}".into(),
        variables: [("user".to_owned(), ADA.to_owned())].into(),
        ..SavedRequest::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tested_request_becomes_an_action_that_runs_and_is_exported() {
    let desk = Desk::open().await;

    let sent = desk.send(fetch_user()).await.unwrap();
    assert_eq!(sent.response.status, 200);
    assert!(sent.response.rate_limit.is_some());
    let lines = desk.studio.bodies.lines(&sent.body.id, BodyView::Tree, 0, 50);
    assert!(
        lines.lines.iter().any(|line| line.text.contains("Lovelace")),
        "{lines:?}"
    );

    let step = requests::ActionStep {
        request: fetch_user(),
        number: Some(sent.number),
    };
    let made = requests::make_action(&desk.studio, "okta", &[step]).unwrap();
    assert_eq!(made.file.path, "actions/fetch_user.rhai");
    assert_eq!(made.input, json!({ "user": ADA }));
    assert!(made.schema.is_some());

    let first = runs::run(&desk.studio, action(&made.file, made.input.clone()))
        .await
        .unwrap();
    assert!(first.ok, "{:?}", first.error);
    assert_eq!(first.calls.len(), 1);
    assert_eq!(first.calls[0].place.file, "actions/fetch_user.rhai");
    assert!(first.calls[0].place.line > 1);
    assert_eq!(first.warnings, []);

    // Edit, save and run in one step, with the input of the run before.
    let script = files::read(&desk.studio, &made.file).unwrap();
    let text = script.text.replace(
        "fn execute(connection, input) {\n",
        "fn execute(connection, input) {\n    print(\"hello\");\n    return #{ login: http.get(`/api/v1/users/${encode_path(input.user)}`).profile.login };\n",
    );
    assert_ne!(text, script.text);
    let save = SaveFirst {
        file: made.file.clone(),
        text,
        version: Some(script.version.clone()),
    };
    let second = runs::run(
        &desk.studio,
        RunAction {
            resume: None,
            save: Some(save.clone()),
            ..action(&made.file, Value::Null)
        },
    )
    .await
    .unwrap();
    assert!(second.ok, "{:?}", second.error);
    assert_eq!(second.console.len(), 1);
    let output = second.output.unwrap();
    assert_eq!(output.previous, Some(first.number));
    assert!(output.added > 0 && output.removed > 0, "{output:?}");
    assert!(
        !runs::diff_lines(&desk.studio, second.number, 0, 10)
            .unwrap()
            .lines
            .is_empty()
    );

    // The version read first is gone: saving over the newer text is refused and changes nothing.
    let conflict = runs::run(
        &desk.studio,
        RunAction {
            resume: None,
            save: Some(save),
            ..action(&made.file, Value::Null)
        },
    )
    .await;
    assert_eq!(conflict.unwrap_err().code, Code::Conflict);

    let connector = connectors::in_workspace(&desk.studio, "okta").unwrap();
    let preview = export::preview(&desk.studio, "okta").await.unwrap();
    assert!(
        preview
            .checks
            .iter()
            .all(|check| check.state != export::CheckState::Failed),
        "{:?}",
        preview.checks
    );
    let package = desk.folder.path().join(&preview.file_name);
    let written = export::write(&desk.studio, &connector, export::format("package").unwrap(), &package)
        .await
        .unwrap();
    assert_eq!(written.sha256, preview.sha256);
    let report = export::verify(&package, None).unwrap();
    assert!(report.ok, "{:?}", report.problems);
    assert!(
        connectors::open(&package)
            .unwrap()
            .files
            .contains_key("actions/fetch_user.rhai")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_without_its_required_input_names_the_field_and_calls_nothing() {
    let desk = Desk::open().await;
    let report = runs::run(&desk.studio, action(&file("actions/get_user.rhai"), json!({})))
        .await
        .unwrap();
    let error = report.error.unwrap();
    assert_eq!(error.code, "input");
    assert!(error.message.contains("user"), "{}", error.message);
    assert_eq!(report.calls, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_function_runs_by_itself_and_a_schema_is_made_of_an_answer() {
    let desk = Desk::open().await;
    let alone = |path: &str, function: &str| RunAction {
        function: Some(function.to_owned()),
        ..action(&file(path), json!({}))
    };
    let report = runs::run(&desk.studio, alone("methods/events.rhai", "since_field"))
        .await
        .unwrap();
    assert!(report.ok, "{:?}", report.error);
    assert_eq!(report.action, "methods/events::since_field");
    let report = runs::run(&desk.studio, alone("methods/events.rhai", "sinse"))
        .await
        .unwrap();
    assert_eq!(report.error.unwrap().code, "no_function");

    let list = SavedRequest {
        url: "{{base_url}}/api/v1/users?limit=2".into(),
        ..fetch_user()
    };
    let sent = desk.send(list).await.unwrap();
    let make = |name: &str| samples::save_schema(&desk.studio, "okta", &sent.body.id, name);
    let made = make("person").unwrap();
    assert_eq!(made, file("schemas/person.json"));
    let get_user = file("actions/get_user.rhai");
    let text = files::read(&desk.studio, &get_user).unwrap().text;
    let changed = text.replace("schema(\"user\")", "schema(\"person\")");
    assert_ne!(text, changed);
    files::save(&desk.studio, &get_user, &changed, None).unwrap();
    let report = runs::run(&desk.studio, alone("actions/get_user.rhai", "output_fields"))
        .await
        .unwrap();
    let output = report.output.unwrap().value.id;
    let fields = desk.studio.bodies.text(&output, 100_000).unwrap();
    assert!(
        fields.contains("\"profile\"") && fields.contains("\"login\""),
        "{fields}"
    );
    assert_eq!(make("person").unwrap_err().code, Code::Conflict);
    assert_eq!(make("../x").unwrap_err().code, Code::Input);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_user_gives_the_orgs_own_words_and_the_line_of_the_call() {
    let desk = Desk::open().await;
    let input = json!({ "user": "nobody@acme.example" });
    let report = runs::run(&desk.studio, action(&file("actions/get_user.rhai"), input))
        .await
        .unwrap();
    let error = report.error.unwrap();
    assert_eq!(error.code, "http_404");
    assert!(error.message.contains("nobody@acme.example"), "{}", error.message);
    assert_eq!(error.file, "actions/get_user.rhai");
    assert!(error.line > 0 && error.hint.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_may_not_call_a_host_its_manifest_does_not_name() {
    let desk = Desk::open().await;
    let script = "//! Elsewhere\nfn execute(connection, input) { http.get(\"https://elsewhere.example/\") }\n";
    let elsewhere = file("actions/elsewhere.rhai");
    files::save(&desk.studio, &elsewhere, script, None).unwrap();
    let report = runs::run(&desk.studio, action(&elsewhere, json!({}))).await.unwrap();
    let error = report.error.unwrap();
    assert_eq!(error.code, "host_not_allowed");
    assert!(error.message.contains("elsewhere.example"), "{}", error.message);
    assert_eq!(error.line, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_variable_is_named_with_its_place_before_anything_is_sent() {
    let desk = Desk::open().await;
    let request = SavedRequest {
        variables: [("usr".to_owned(), "x".to_owned())].into(),
        ..fetch_user()
    };
    let error = desk.send(request).await.unwrap_err();
    assert_eq!(error.code, Code::Input);
    assert!(error.message.contains("{{user}} in url"), "{}", error.message);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_folder_file_is_named_and_a_variable_taken_out_falls_back_to_the_folders() {
    let desk = Desk::open().await;
    let path = "requests/users/get_user.toml";
    let bare = SavedRequest {
        variables: std::collections::BTreeMap::new(),
        ..fetch_user()
    };
    let shown = RequestInContext {
        connector: "okta".into(),
        path: Some(path.into()),
        request: bare,
        connection: Some("sandbox".into()),
        environment: None,
    };
    let seen = || requests::variables(&desk.studio, &shown);
    files::save(&desk.studio, &file(path), &fetch_user().render(None), None).unwrap();
    let folder = file("requests/users/folder.toml");
    files::save(&desk.studio, &folder, "[variables]\nuser = \"grace\"\n", None).unwrap();
    let user = seen()
        .unwrap()
        .into_iter()
        .find(|variable| variable.name == "user")
        .unwrap();
    assert_eq!(user.value.as_deref(), Some("grace"));
    files::save(&desk.studio, &folder, "[variables\n", None).unwrap();
    let error = seen().unwrap_err();
    assert_eq!(
        (error.code, error.file.as_deref()),
        (Code::Invalid, Some("requests/users/folder.toml"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn cancelling_stops_a_script_that_loops() {
    let desk = Desk::open().await;
    let looping = file("actions/looping.rhai");
    files::save(
        &desk.studio,
        &looping,
        "fn execute(connection, input) { sleep(30); }\n",
        None,
    )
    .unwrap();
    let started = std::time::Instant::now();
    let (report, ()) = tokio::join!(runs::run(&desk.studio, action(&looping, json!({}))), async {
        tokio::time::sleep(std::time::Duration::from_millis(150)).await;
        runs::cancel(&desk.studio, "run");
    });
    assert_eq!(report.unwrap().error.unwrap().code, "cancelled");
    assert!(started.elapsed().as_secs() < 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_never_reaches_a_file_in_clear() {
    const PLANTED: &str = "planted-4f1c-secret-token";
    let desk = Desk::open().await;
    let (url, _) = joinery_app::sandbox::address(&desk.studio).unwrap();
    let host = url.trim_start_matches("http://").to_owned();
    let values = [("domain".to_owned(), host), ("token".to_owned(), PLANTED.to_owned())].into();
    let draft = ConnectionDraft {
        name: "acme".into(),
        connector: "okta".into(),
        auth: "api_token".into(),
        values,
        ..ConnectionDraft::default()
    };
    connections::save(&desk.studio, &draft).unwrap();
    connections::choose(&desk.studio, "acme").unwrap();
    let script = "fn execute(connection, input) { print(`${connection.token}`); log.info(connection.token); connection.token }\n";
    files::save(&desk.studio, &file("actions/leak.rhai"), script, None).unwrap();
    let run = RunAction {
        config: Value::Null,
        connection: Some("acme".into()),
        ..action(&file("actions/leak.rhai"), json!({}))
    };
    let report = runs::run(&desk.studio, run).await.unwrap();
    assert!(!format!("{report:?}").contains(PLANTED));
    no_file_holds(desk.folder.path(), PLANTED.as_bytes());
}

fn no_file_holds(folder: &Path, needle: &[u8]) {
    for entry in std::fs::read_dir(folder).expect("a folder").filter_map(Result::ok) {
        let path = entry.path();
        if path.is_dir() {
            no_file_holds(&path, needle);
        } else if let Ok(bytes) = std::fs::read(&path) {
            assert!(
                !bytes.windows(needle.len()).any(|window| window == needle),
                "{} holds the secret",
                path.display()
            );
        }
    }
}

#[test]
fn a_template_is_never_written_over_somebodys_files() {
    let desk = Desk::bare();
    let folder = desk.folder.path().join("mine");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("notes.txt"), "mine").unwrap();
    let error = workspaces::new(&desk.studio, "okta", folder.to_str().unwrap()).unwrap_err();
    assert_eq!(error.code, Code::Conflict);
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1);
}

#[test]
fn a_path_out_of_the_connector_is_refused() {
    let desk = Desk::bare();
    let folder = desk.folder.path().join("work");
    workspaces::new(&desk.studio, "okta", folder.join("okta").to_str().unwrap()).unwrap();
    for path in ["../secret.txt", "/etc/passwd", "actions/../../x", "a\\b", ""] {
        let outside = FileRef {
            connector: ".".into(),
            path: path.into(),
        };
        assert_eq!(
            files::read(&desk.studio, &outside).unwrap_err().code,
            Code::Usage,
            "{path}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_okta_template_offers_three_ways_to_sign_in() {
    let desk = Desk::open().await;
    let form = connections::form(&desk.studio, "okta").unwrap();
    let offered: Vec<_> = form
        .auth
        .iter()
        .map(|choice| {
            let fields = choice.form.as_ref().unwrap().fields.iter();
            let names: Vec<&str> = fields.map(|field| field.name.as_str()).collect();
            (choice.id.as_str(), names.join(" "))
        })
        .collect();
    assert_eq!(
        offered,
        [
            ("api_token", "token".to_owned()),
            ("service_app", "client_id private_key key_id scopes dpop".to_owned()),
            ("sign_in", "client_id scopes dpop".to_owned()),
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_in_order_become_one_action_that_runs_with_a_case_of_their_checks() {
    let desk = Desk::open().await;
    let find = SavedRequest {
        name: "Find users".into(),
        url: "{{base_url}}/api/v1/users".into(),
        query: vec![joinery_app::Pair {
            name: "search".into(),
            value: "profile.login eq \"{{login}}\"".into(),
            enabled: true,
            description: String::new(),
        }],
        captures: vec![joinery_app::Capture {
            name: "user_id".into(),
            subject: "$[0].id".into(),
            secret: false,
        }],
        variables: [("login".to_owned(), ADA.to_owned())].into(),
        ..SavedRequest::default()
    };
    let read = SavedRequest {
        name: "Read the one found".into(),
        url: "{{base_url}}/api/v1/users/{{user_id}}".into(),
        assertions: vec![joinery_app::Assertion {
            subject: "$.profile.login".into(),
            demand: joinery_app::Demand::Equals(ADA.into()),
        }],
        ..SavedRequest::default()
    };
    let step = |request| requests::ActionStep { request, number: None };
    let made = requests::make_action(&desk.studio, "okta", &[step(find), step(read)]).unwrap();
    assert_eq!(made.input, json!({ "login": ADA }));
    assert_eq!(made.left, Vec::<String>::new());
    let run = runs::run(&desk.studio, action(&made.file, made.input.clone()))
        .await
        .unwrap();
    assert!(run.ok, "{:?}", run.error);
    assert_eq!(run.calls.len(), 2);
    let case = files::read(&desk.studio, &made.test.unwrap()).unwrap();
    assert!(
        case.text.contains(&format!("\"$.profile.login\" = \"{ADA}\"")),
        "{}",
        case.text
    );
}
