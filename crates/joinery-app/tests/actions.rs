//! Actions from input to output: config fields, fields that wait for others, conversions, retries, going on later, the
//! request that every connector can send. Over real HTTP on loopback.
#![allow(clippy::unwrap_used, reason = "a test may fail where it stands")]

use std::{
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{Router, extract::State, http::StatusCode, routing::any};
use joinery_app::{
    Connector, Studio, StudioOptions,
    connections::{self, Given},
    connectors,
    files::FileRef,
    runs::{self, Performance, Performed, RunAction},
    workspaces,
};
use serde_json::{Value, json};

const MANIFEST: &str = "format = 1\nid = \"acme\"\nversion = \"0.1.0\"\n";

/// A server that answers 409 twice, then 200, and counts.
async fn server() -> (String, Arc<AtomicUsize>) {
    async fn busy(State(tries): State<Arc<AtomicUsize>>) -> (StatusCode, &'static str) {
        match tries.fetch_add(1, Ordering::SeqCst) {
            0 | 1 => (StatusCode::CONFLICT, "busy"),
            _ => (StatusCode::OK, "done"),
        }
    }
    let tries = Arc::new(AtomicUsize::default());
    let router = Router::new().route("/busy", any(busy)).with_state(Arc::clone(&tries));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (url, tries)
}

fn studio(folder: &Path) -> Studio {
    let studio = Studio::new(StudioOptions {
        home: folder.join("home"),
        documents: folder.join("documents"),
        keychain: false,
        worker: joinery_app::Program::At(env!("CARGO_BIN_EXE_app-worker").into()),
    });
    studio.writes().allow_all();
    studio
}

fn performance(studio: &Studio, url: &str, files: &[(&str, &str)], file: &str, input: Value) -> Performance {
    let mut all = vec![("connector.toml".to_owned(), MANIFEST.as_bytes().to_vec())];
    all.extend(
        files
            .iter()
            .map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())),
    );
    let connector = Arc::new(Connector::from_files(Path::new("acme"), all).unwrap());
    let connector = connectors::with_built_in(connector);
    let given = Given {
        base_url: Some(url.to_owned()),
        ..Given::default()
    };
    let connection = connections::resolve(studio, &connector, Err(&given)).unwrap();
    let mut performance = Performance::new(connector, file, connection);
    performance.input = input;
    performance
}

async fn run(action: &str, input: Value) -> Performed {
    let folder = tempfile::tempdir().unwrap();
    let studio = studio(folder.path());
    let files = [("actions/a.rhai", action)];
    let performance = performance(&studio, "http://127.0.0.1:1", &files, "actions/a.rhai", input);
    runs::perform(&studio, performance).await.unwrap()
}

#[tokio::test]
async fn a_field_that_is_not_asked_for_is_not_required_and_text_becomes_what_fields_ask_for() {
    let action = r#"
fn input_fields(connection, config) {
    [
        field("kind", #{ options: ["card", "bank"], default: "card" }),
        field("iban", #{ required: true, when: #{ field: "kind", equals: "bank" } }),
        field("amount", #{ type: "integer", convert: "integer" }),
        field("note", #{ type: "object", properties: [field("at", #{ format: "date", convert: "date" })] }),
    ]
}
fn execute(connection, input) { input }
fn output_fields() { [field("amount", #{ convert: "text" })] }"#;
    let given = json!({ "amount": "42", "note": { "at": "2026-03-01T23:30:00Z" } });
    let performed = run(action, given).await;
    assert_eq!(
        performed.outcome.result.unwrap(),
        json!({ "kind": "card", "amount": "42", "note": { "at": "2026-03-01" } })
    );
    assert_eq!(performed.input["amount"], 42);
    let performed = run(action, json!({ "kind": "bank", "amount": "many" })).await;
    let error = performed.outcome.result.unwrap_err();
    assert_eq!(
        error.message,
        "The input does not fit: iban: is required; amount: must be a whole number, not text"
    );
}

#[tokio::test]
async fn a_field_names_the_function_that_makes_its_value() {
    let action = r#"
fn input_fields(connection, config) {
    [
        field("login", #{ required: true, convert: "methods/names::login" }),
        field("people", #{
            type: "array",
            convert: "methods/names::known",
            of: field("person", #{ type: "object", properties: [field("login", #{ convert: "methods/names::login" })] }),
        }),
    ]
}
fn execute(connection, input) { input }
fn output_fields() { [field("login", #{ convert: "methods/names::short" })] }"#;
    let names = r#"
const AT = "@acme.example";
fn login(name) { if name.contains("@") { name } else { name.to_lower() + global::AT } }
fn known(people) { people.filter(|person| person.login != "ghost@acme.example") }
fn short(name) {
    if name == "" { throw "a login is never empty"; }
    name.replace("@acme.example", "");
    name
}"#;
    let folder = tempfile::tempdir().unwrap();
    let studio = studio(folder.path());
    let files = [("actions/a.rhai", action), ("methods/names.rhai", names)];
    let ready = |input| performance(&studio, "http://127.0.0.1:1", &files, "actions/a.rhai", input);
    let given = json!({ "login": "ADA", "people": [{ "login": "Bob" }, { "login": "GHOST" }] });
    let performed = runs::perform(&studio, ready(given)).await.unwrap();
    assert_eq!(
        performed.input,
        json!({ "login": "ada@acme.example", "people": [{ "login": "bob@acme.example" }] })
    );
    assert_eq!(performed.outcome.result.unwrap()["login"], "ada");
    // A value that the function cannot take fails there, with its place.
    let performed = runs::perform(&studio, ready(json!({ "login": 7 }))).await.unwrap();
    let error = performed.outcome.result.unwrap_err();
    assert_eq!(
        (error.file.as_str(), error.line),
        ("methods/names.rhai", 3),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_function_is_called_by_itself_with_arguments_by_name_or_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let studio = studio(folder.path());
    let methods = "fn both(first, connection, last) { `${first} ${connection.base_url.len() > 0} ${last}` }\n\
                   fn both(first) { first }\nfn pages() { http.items(\"/x\") }";
    let own = "fn acquire(connection) { #{ access_token: \"abc\", expires_in: 60, more: [\"def\"] } }";
    let files = [
        ("actions/a.rhai", "fn execute() { 1 }"),
        ("methods/m.rhai", methods),
        ("connection.rhai", own),
    ];
    let call = async |file: &str, function: &str, input: Value| {
        let mut run = performance(&studio, "http://127.0.0.1:1", &files, file, input);
        run.function = Some(function.to_owned());
        runs::perform(&studio, run).await.unwrap().outcome.result
    };
    let method = "methods/m.rhai";
    let both = json!("a true b");
    assert_eq!(call(method, "both", json!(["a", "b"])).await.unwrap(), both);
    assert_eq!(
        call(method, "both", json!({ "first": "a", "last": "b" }))
            .await
            .unwrap(),
        both
    );
    assert_eq!(call(method, "both", json!(["a"])).await.unwrap(), "a");
    let error = call(method, "both", json!({ "frist": "a" })).await.unwrap_err();
    assert_eq!(error.code, "arguments");
    assert!(error.hint.unwrap().contains(r#"{"first":null,"last":null}"#));
    assert_eq!(call(method, "bth", json!({})).await.unwrap_err().code, "no_function");
    // What signs requests is not for the screen.
    let token = call("connection.rhai", "acquire", json!({})).await.unwrap();
    assert_eq!(
        token,
        json!({ "access_token": "***", "expires_in": 60, "more": ["***"] })
    );
}

#[tokio::test]
async fn answers_to_config_fields_reach_the_fields_and_the_run() {
    let action = r#"
fn config_fields(connection) { [field("kind", #{ options: ["user", "group"], required: true })] }
fn input_fields(connection, config) { [field(config.kind ?? "none", #{ required: true })] }
fn execute(connection, input, config) { #{ kind: config.kind, input: input } }"#;
    let folder = tempfile::tempdir().unwrap();
    let studio = studio(folder.path());
    let files = [("actions/a.rhai", action)];
    let ready = |config: Value, input: Value| {
        let mut run = performance(&studio, "http://127.0.0.1:1", &files, "actions/a.rhai", input);
        run.config = config;
        run
    };
    let run = ready(json!({ "kind": "group" }), json!({ "group": "g" }));
    let performed = runs::perform(&studio, run).await.unwrap();
    assert_eq!(
        performed.outcome.result.unwrap(),
        json!({ "kind": "group", "input": { "group": "g" } })
    );
    let performed = runs::perform(&studio, ready(Value::Null, json!({}))).await.unwrap();
    let error = performed.outcome.result.unwrap_err();
    assert_eq!(error.message, "The input does not fit: config.kind: is required");
}

#[tokio::test]
async fn a_failed_action_is_run_again_as_it_says_and_not_after_a_write() {
    let folder = tempfile::tempdir().unwrap();
    let studio = studio(folder.path());
    let retry = "fn retry() { #{ statuses: [409], messages: [\"busy\"], max: 3, wait: 0.01 } }";
    let (url, tries) = server().await;
    let action = format!("fn execute(connection, input) {{ http.get(\"/busy\") }}\n{retry}");
    let files = [("actions/a.rhai", action.as_str())];
    let run = performance(&studio, &url, &files, "actions/a.rhai", json!({}));
    let performed = runs::perform(&studio, run).await.unwrap();
    assert_eq!(performed.outcome.result.clone().unwrap(), "done");
    assert_eq!(tries.load(Ordering::SeqCst), 3);
    assert!(
        performed.console[0].text.ends_with("run again in 0.01 s (1 of 3)"),
        "{:?}",
        performed.console
    );

    let (url, tries) = server().await;
    let action = format!("fn execute(connection, input) {{ http.post(\"/busy\") }}\n{retry}");
    let files = [("actions/a.rhai", action.as_str())];
    let run = performance(&studio, &url, &files, "actions/a.rhai", json!({}));
    let performed = runs::perform(&studio, run).await.unwrap();
    assert_eq!(performed.outcome.result.unwrap_err().code, "http_409");
    assert_eq!(tries.load(Ordering::SeqCst), 1);
}

const LONG: &str = r"
fn execute(connection, input) { continue_in(0.05, #{ round: 1 }) }
fn resume(connection, input, state) {
    if state.round < 3 { continue_in(0.05, #{ round: state.round + 1 }); }
    `${input.job} after ${state.round}`
}";

#[tokio::test]
async fn a_long_action_is_waited_for_and_tells_of_its_waits() {
    let folder = tempfile::tempdir().unwrap();
    let studio = studio(folder.path());
    let waits = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&waits);
    let mut run = performance(
        &studio,
        "http://127.0.0.1:1",
        &[("actions/a.rhai", LONG)],
        "actions/a.rhai",
        json!({ "job": 7 }),
    );
    run.on_wait = Some(Arc::new(move |waiting| heard.lock().unwrap().push(waiting.id.clone())));
    let performed = runs::perform(&studio, run).await.unwrap();
    assert_eq!(performed.outcome.result.unwrap(), "7 after 3");
    let waits = waits.lock().unwrap().clone();
    assert_eq!(waits.len(), 3);
    assert_eq!(waits[0], waits[2], "one action, one id");
}

#[tokio::test]
async fn a_long_action_goes_on_after_a_restart_and_only_once() {
    let folder = tempfile::tempdir().unwrap();
    let ready = |studio: &Studio, resume: Option<String>| {
        let mut run = performance(
            studio,
            "http://127.0.0.1:1",
            &[("actions/a.rhai", LONG)],
            "actions/a.rhai",
            json!({ "job": 7 }),
        );
        run.wait = false;
        run.resume = resume;
        run
    };
    let first = studio(folder.path());
    let performed = runs::perform(&first, ready(&first, None)).await.unwrap();
    let id = performed.waiting.unwrap().id;
    drop(first);
    let second = studio(folder.path());
    for _ in 0..2 {
        let performed = runs::perform(&second, ready(&second, Some(id.clone()))).await.unwrap();
        assert_eq!(performed.waiting.unwrap().id, id);
    }
    let performed = runs::perform(&second, ready(&second, Some(id.clone()))).await.unwrap();
    assert_eq!(performed.outcome.result.unwrap(), "7 after 3");
    let error = runs::perform(&second, ready(&second, Some(id.clone())))
        .await
        .err()
        .unwrap();
    assert_eq!(error.message, format!("no waiting action `{id}`"));
}

#[tokio::test]
async fn stopping_a_wait_keeps_what_waits() {
    let folder = tempfile::tempdir().unwrap();
    let studio = studio(folder.path());
    let long = "fn execute(connection, input) { continue_in(3600, 1) }\nfn resume(connection, input, state) { state }";
    let mut run = performance(
        &studio,
        "http://127.0.0.1:1",
        &[("actions/a.rhai", long)],
        "actions/a.rhai",
        json!({}),
    );
    let stop = run.stopper();
    run.on_wait = Some(Arc::new(move |_| stop()));
    let performed = runs::perform(&studio, run).await.unwrap();
    let id = performed.waiting.unwrap().id;
    let error = performed.outcome.result.unwrap_err();
    assert_eq!(
        (error.code.as_str(), error.hint.unwrap()),
        (
            "cancelled",
            format!("Resume it, on the command line with `--resume {id}`.")
        )
    );
}

#[tokio::test]
async fn every_connector_sends_any_request() {
    let folder = tempfile::tempdir().unwrap();
    let studio = studio(folder.path());
    let (url, tries) = server().await;
    tries.store(2, Ordering::SeqCst);
    let input = json!({ "method": "POST", "path": "/busy", "body": { "a": 1 }, "query": { "q": "x" } });
    let performed = runs::perform(&studio, performance(&studio, &url, &[], "actions/http.rhai", input))
        .await
        .unwrap();
    assert_eq!(performed.calls().next().unwrap().url, format!("{url}/busy?q=x"));
    let value = performed.outcome.result.unwrap();
    assert_eq!((&value["status"], &value["body"]), (&json!(200), &json!("done")));
}

#[tokio::test]
async fn of_two_studios_on_one_store_one_goes_on_with_an_action() {
    let folder = tempfile::tempdir().unwrap();
    let long = "fn execute(connection, input) { continue_in(3600, 1) }\nfn resume(connection, input, state) { state }";
    let ready = |studio: &Studio| {
        performance(
            studio,
            "http://127.0.0.1:1",
            &[("actions/a.rhai", long)],
            "actions/a.rhai",
            json!({}),
        )
    };
    let (first, second) = (studio(folder.path()), studio(folder.path()));
    let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
    let mut run = ready(&first);
    run.on_wait = Some(Arc::new(move |waiting| drop(tell.send(waiting.id.clone()))));
    let stop = run.stopper();
    let going = async {
        let id = told.recv().await.unwrap();
        let mut run = ready(&second);
        run.resume = Some(id.clone());
        let error = runs::perform(&second, run).await.err().unwrap();
        assert_eq!(
            error.message,
            format!("another run is going on with the action that waits as {id}")
        );
        stop();
        id
    };
    let (performed, id) = tokio::join!(runs::perform(&first, run), going);
    assert!(performed.unwrap().waiting.is_some());
    // What was stopped there goes on here.
    let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
    let mut run = ready(&second);
    run.resume = Some(id.clone());
    run.on_wait = Some(Arc::new(move |waiting| drop(tell.send(waiting.id.clone()))));
    let stop = run.stopper();
    let stopped = async {
        assert_eq!(told.recv().await.unwrap(), id);
        stop();
    };
    let (performed, ()) = tokio::join!(runs::perform(&second, run), stopped);
    assert_eq!(performed.unwrap().waiting.unwrap().id, id);
}

#[tokio::test]
async fn the_form_of_an_action_shows_what_waits_and_goes_on_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let workspace = folder.path().join("acme");
    std::fs::create_dir_all(workspace.join("actions")).unwrap();
    let manifest = "format = 1\nid = \"acme\"\ntitle = \"Acme\"\nversion = \"1.0.0\"\n";
    std::fs::write(workspace.join("connector.toml"), manifest).unwrap();
    let action = "fn execute(connection, input) { continue_in(1, #{ job: input.job }) }\n\
                  fn resume(connection, input, state) { `job ${state.job} is done` }";
    std::fs::write(workspace.join("actions/export.rhai"), action).unwrap();
    let studio = studio(&folder.path().join("home"));
    workspaces::open(&studio, &folder.path().display().to_string()).unwrap();
    let file = FileRef {
        connector: "acme".into(),
        path: "actions/export.rhai".into(),
    };
    let run = |id: &str, input: Value, resume: Option<String>| RunAction {
        id: id.into(),
        file: file.clone(),
        input,
        config: Value::Null,
        connection: None,
        resume,
        save: None,
        function: None,
    };
    let form = || runs::describe(&studio, &file, None, None, Value::Null);
    let (stopped, ()) = tokio::join!(runs::run(&studio, run("first", json!({ "job": 7 }), None)), async {
        while form().await.unwrap().waiting.is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        runs::cancel(&studio, "first");
    });
    assert_eq!(stopped.unwrap().error.unwrap().code, "cancelled");

    let waiting = form().await.unwrap().waiting;
    assert_eq!(waiting.len(), 1);
    let id = waiting[0].id.clone();
    let report = runs::run(&studio, run("second", json!({}), Some(id.clone())))
        .await
        .unwrap();
    assert!(report.ok, "{report:?}");
    assert_eq!(
        report.input,
        json!({ "job": 7 }),
        "it goes on with the input it began with"
    );
    assert!(form().await.unwrap().waiting.is_empty());
    let again = runs::run(&studio, run("third", json!({}), Some(id.clone()))).await;
    assert_eq!(again.unwrap_err().message, format!("no waiting action `{id}`"));
    runs::forget_waiting(&studio, &id).unwrap();
}
