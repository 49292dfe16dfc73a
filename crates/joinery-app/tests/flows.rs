//! Flows over real HTTP, real workers and a real store: every step once, whatever comes between.

#![allow(clippy::unwrap_used, reason = "a test may fail where it stands")]

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    extract::{Path as Part, State},
    http::{HeaderMap, StatusCode},
    response::IntoResponse,
    routing::{any, get},
};
use joinery_app::{
    Studio, StudioOptions,
    flows::{self, Answer, Finished, Flows, Serve, Status},
};
use joinery_store::{Store, table::flow};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

/// What the service was sent, by path, and how often it fails first.
#[derive(Default)]
struct Service {
    got: Mutex<Vec<(String, String)>>,
    failures: Mutex<HashMap<String, usize>>,
    keys: Mutex<Vec<String>>,
}

impl Service {
    fn got(&self, path: &str) -> Vec<String> {
        let got = self.got.lock().unwrap();
        got.iter()
            .filter(|(to, _)| to == path)
            .map(|(_, body)| body.clone())
            .collect()
    }
}

struct Desk {
    folder: tempfile::TempDir,
    service: Arc<Service>,
    studio: Arc<Studio>,
}

impl Desk {
    /// A workspace with the connector `desk` and the flow `flows/f.rhai`.
    async fn with(flow: &str) -> Self {
        let service = Arc::new(Service::default());
        let take = |State(service): State<Arc<Service>>, Part(path): Part<String>, headers: HeaderMap, body: Bytes| async move {
            if let Some(key) = headers.get("idempotency-key") {
                service.keys.lock().unwrap().push(key.to_str().unwrap().to_owned());
            }
            if let Some(left) = service
                .failures
                .lock()
                .unwrap()
                .get_mut(&path)
                .filter(|left| **left > 0)
            {
                *left -= 1;
                return StatusCode::SERVICE_UNAVAILABLE.into_response();
            }
            service
                .got
                .lock()
                .unwrap()
                .push((path, String::from_utf8_lossy(&body).into_owned()));
            ([("content-type", "application/json")], r#"{"id":7}"#).into_response()
        };
        let events = || async {
            let events: Vec<Value> = (1..=5).map(|id| json!({ "id": id })).collect();
            axum::Json(events)
        };
        let router = Router::new()
            .route("/events", get(events))
            .route("/{path}", any(take))
            .with_state(Arc::clone(&service));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });

        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = folder.path().join("workspace").join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write(
            "desk/connector.toml",
            &format!("format = 1\nid = \"desk\"\nversion = \"0.1.0\"\n[http]\nbase_url = \"{url}\"\n"),
        );
        write(
            "desk/actions/note.rhai",
            "fn execute(connection, input) { http.request(\"POST\", `/${input.to ?? \"notes\"}`).header(\"Idempotency-Key\", step_key()).json(input).send().body }\n\
             fn sample_output() { #{ id: 1 } }",
        );
        write(
            "desk/actions/safe.rhai",
            "fn execute(connection, input) { http.put(`/${input.to}`, input) }\nfn idempotent() { true }",
        );
        write(
            "desk/actions/look.rhai",
            "fn execute(connection, input) { http.get(\"/look\") }",
        );
        write(
            "desk/triggers/came.rhai",
            "fn poll(connection, input, cursor) { #{ events: http.get(\"/events\"), cursor: 1, more: false } }\n\
             fn dedupe_key(event) { event.id }\nfn sample_output() { #{ id: 0 } }",
        );
        write("flows/f.rhai", flow);
        Self {
            studio: studio(folder.path()),
            folder,
            service,
        }
    }

    fn workspace(&self) -> PathBuf {
        self.folder.path().join("workspace")
    }

    fn flows(&self) -> Arc<Flows> {
        Arc::new(flows::open(&self.workspace()).unwrap())
    }

    fn store(&self) -> Store {
        Store::open(&self.folder.path().join("home")).unwrap()
    }

    async fn start(&self, event: Value) -> Finished {
        let stop = CancellationToken::new();
        flows::start(&self.studio, &self.flows(), "f", event, stop)
            .await
            .unwrap()
    }

    async fn go_on(&self, id: &str) -> Finished {
        let stop = CancellationToken::new();
        flows::work_on(&self.studio, &self.flows(), id, stop).await.unwrap()
    }
}

fn studio(folder: &Path) -> Arc<Studio> {
    let studio = Studio::new(StudioOptions {
        home: folder.join("home"),
        documents: folder.join("documents"),
        keychain: false,
        worker: joinery_app::Program::At(env!("CARGO_BIN_EXE_app-worker").into()),
    });
    studio.writes().allow_all();
    Arc::new(studio)
}

const TRIGGER: &str = "fn trigger() { #{ connector: \"desk\", trigger: \"came\" } }\n";

fn flow_of(handle: &str) -> String {
    format!("{TRIGGER}fn handle(event) {{ {handle} }}")
}

#[tokio::test]
async fn steps_before_an_approval_are_not_done_again_after_it() {
    let desk = Desk::with(&flow_of(
        r#"let made = run("desk.note", #{ text: "first", at: now() });
           let answer = wait_for_approval(#{ ask: "desk.note", to: "ask", text: "Go on?", chance: uuid() });
           if answer.approved { run("desk.note", #{ text: `second by ${answer.by}`, of: made.id }) } else { "no" }"#,
    ))
    .await;
    let asked = desk.start(json!({ "id": 1 })).await;
    assert_eq!(asked.status, Status::Asking, "{asked:#?}");
    assert_eq!(desk.service.got("notes").len(), 1);
    let question: Value = serde_json::from_str(&desk.service.got("ask")[0]).unwrap();
    let approval = question["approval"]["id"].as_str().unwrap().to_owned();
    assert_eq!(asked.steps[1].key, approval);

    let early = flows::resume(&desk.studio, &asked.id, false).unwrap_err();
    assert!(early.message.contains("waits for an answer"), "{}", early.message);
    let yes = Answer {
        approved: true,
        by: Some("Grace".into()),
        ..Answer::default()
    };
    assert!(flows::answer(&desk.studio, &approval, &yes).unwrap());
    assert!(
        !flows::answer(&desk.studio, &approval, &yes).unwrap(),
        "a button pressed twice"
    );
    let done = desk.go_on(&asked.id).await;
    assert_eq!(done.status, Status::Done, "{done:#?}");
    assert_eq!(done.output, Some(json!({ "id": 7 })));
    assert_eq!(desk.service.got("ask").len(), 1);
    let notes = desk.service.got("notes");
    assert_eq!(notes.len(), 2, "{notes:?}");
    assert!(
        notes[1].contains("second by Grace") && notes[1].contains("\"of\":7"),
        "{notes:?}"
    );
}

#[tokio::test]
async fn an_approval_nobody_answers_in_time_is_refused() {
    let desk = Desk::with(&flow_of(
        r#"let answer = wait_for_approval(#{ text: "Go on?", timeout: 1 });
           if answer.timed_out { "late" } else { answer }"#,
    ))
    .await;
    let asked = desk.start(json!({})).await;
    let stop = CancellationToken::new();
    let served = tokio::spawn(serve(&desk, stop.clone()));
    let done = until(&desk, &asked.id, Status::Done).await;
    stop.cancel();
    served.await.unwrap();
    assert_eq!(done.steps[0].output["timed_out"], true);
}

#[tokio::test]
async fn a_step_that_was_under_way_is_repeated_where_its_action_allows_it_and_asked_about_where_not() {
    let desk = Desk::with(&flow_of(
        r#"run("desk.safe", #{ to: "safe" });
           run("desk.note", #{ text: "hello" });
           run("desk.safe", #{ to: "last" })"#,
    ))
    .await;
    let done = desk.start(json!({})).await;
    assert_eq!(done.status, Status::Done, "{done:#?}");
    // As if the process had ended in the first step, and later in the second.
    let store = desk.store();
    let interrupt = |number: u32| {
        let mut steps = flow::steps(&store, &done.id).unwrap();
        flows::resume(&desk.studio, &done.id, true).unwrap();
        steps.truncate(number as usize);
        steps[number as usize - 1].state = flows::State::Begun;
        for step in &steps {
            flow::put_step(&store, step).unwrap();
        }
    };
    interrupt(1);
    assert_eq!(desk.go_on(&done.id).await.status, Status::Done);
    assert_eq!(desk.service.got("safe").len(), 2, "it may be repeated");

    interrupt(2);
    let doubt = desk.go_on(&done.id).await;
    assert_eq!(doubt.status, Status::InDoubt);
    let error = doubt.error.unwrap();
    assert!(
        error.message.contains("step 2, desk.note, was under way"),
        "{}",
        error.message
    );
    assert_eq!(error.file, "flows/f.rhai");
    let (notes, last) = (desk.service.got("notes").len(), desk.service.got("last").len());
    flows::settle_doubt(&desk.studio, &done.id, json!({ "id": 9 })).unwrap();
    assert_eq!(desk.go_on(&done.id).await.status, Status::Done);
    assert_eq!(desk.service.got("notes").len(), notes, "it was taken as done");
    assert_eq!(desk.service.got("last").len(), last + 1);

    interrupt(2);
    desk.go_on(&done.id).await;
    flows::resume(&desk.studio, &done.id, false).unwrap();
    assert_eq!(desk.go_on(&done.id).await.status, Status::Done);
    assert_eq!(desk.service.got("notes").len(), notes + 1, "it was done again");
    let keys = desk.service.keys.lock().unwrap().clone();
    assert!(keys.iter().all(|key| *key == format!("{}-2", done.id)), "{keys:?}");
}

#[tokio::test]
async fn a_failed_step_is_caught_or_told_to_on_error_and_resumed_from() {
    let desk = Desk::with(&format!(
        "{}\nfn on_error(event, error) {{ run(\"desk.note\", #{{ to: \"alarm\", text: error.message, code: error.code }}) }}",
        flow_of(
            r#"let caught = ();
               try { run("desk.nothing"); } catch (error) { caught = error; }
               run("desk.note", #{ to: "caught", text: `${caught.kind} ${caught.action}: ${caught.message}` });
               run("desk.note", #{ to: "busy", text: "x" }, #{ retries: 0 });
               "through""#
        )
    ))
    .await;
    desk.service.failures.lock().unwrap().insert("busy".into(), 1);
    let failed = desk.start(json!({})).await;
    assert_eq!(failed.status, Status::Failed, "{failed:#?}");
    let caught = desk.service.got("caught");
    assert!(
        caught[0].contains("step desk.nothing: no action `nothing`"),
        "{caught:?}"
    );
    let alarm = desk.service.got("alarm");
    assert!(alarm[0].contains("http_503"), "{alarm:?}");

    flows::resume(&desk.studio, &failed.id, false).unwrap();
    let done = desk.go_on(&failed.id).await;
    assert_eq!(done.output, Some(json!("through")), "{done:#?}");
    assert_eq!(desk.service.got("caught").len(), 1, "what had ended is not done again");
    assert_eq!(desk.service.got("alarm").len(), 1);
}

#[tokio::test]
async fn a_busy_service_is_tried_again_with_the_same_key_where_that_may_be() {
    let desk = Desk::with(&flow_of(r#"run("desk.safe", #{ to: "busy" }, #{ retries: 2 })"#)).await;
    desk.service.failures.lock().unwrap().insert("busy".into(), 1);
    let done = desk.start(json!({})).await;
    assert_eq!(done.status, Status::Done, "{done:#?}");
    assert_eq!(done.steps[0].tries, 2);
}

#[tokio::test]
async fn a_script_that_changed_under_a_run_is_named() {
    let desk = Desk::with(&flow_of(r#"run("desk.look"); wait_for_approval(#{ text: "?" })"#)).await;
    let asked = desk.start(json!({})).await;
    flows::answer(&desk.studio, &asked.steps[1].key, &Answer::default()).unwrap();
    let changed = flow_of(r#"run("desk.note", #{ text: "new" }); wait_for_approval(#{ text: "?" })"#);
    fs::write(desk.workspace().join("flows/f.rhai"), changed).unwrap();
    let failed = desk.go_on(&asked.id).await;
    let error = failed.error.unwrap();
    assert_eq!((failed.status, error.code.as_str()), (Status::Failed, "flow_changed"));
    assert_eq!(
        error.message,
        "step 1 was run(\"desk.look\") when this run did it, and is run(\"desk.note\") now"
    );
    assert!(desk.service.got("notes").is_empty());
    flows::resume(&desk.studio, &asked.id, true).unwrap();
    assert_eq!(desk.go_on(&asked.id).await.status, Status::Asking);
    assert_eq!(desk.service.got("notes").len(), 1);
}

#[tokio::test]
async fn a_dry_run_reads_and_shows_what_it_would_write() {
    let desk = Desk::with(&flow_of(
        r#"run("desk.look");
           wait_for_approval(#{ ask: "desk.note", to: "ask", text: "?" });
           run("desk.note", #{ text: "hello" }).id"#,
    ))
    .await;
    let stop = CancellationToken::new();
    let dry = flows::dry_run(&desk.studio, &desk.flows(), "f", json!({}), stop)
        .await
        .unwrap();
    assert_eq!(
        (dry.status, dry.output),
        (Status::Done, Some(json!(1))),
        "the sample stands in"
    );
    assert_eq!(desk.service.got("look").len(), 1);
    assert!(desk.service.got("notes").is_empty() && desk.service.got("ask").is_empty());
    let withheld = &dry.steps[3].withheld[0];
    assert_eq!(
        (withheld.method.as_str(), withheld.body.as_deref()),
        ("POST", Some(r#"{"text":"hello"}"#))
    );
    assert!(
        desk.flows().runs(&desk.studio, None, 9).unwrap().is_empty(),
        "nothing is kept"
    );
}

#[tokio::test]
async fn a_flow_calls_no_service_itself() {
    let desk = Desk::with(&flow_of(r#"http.get("http://127.0.0.1:1/")"#)).await;
    let failed = desk.start(json!({})).await;
    let error = failed.error.unwrap();
    assert!(
        error.message.contains("a flow may not call HTTP itself"),
        "{}",
        error.message
    );
}

async fn serve_flows(studio: Arc<Studio>, flows: Arc<Flows>, stop: CancellationToken) {
    let serve = Serve {
        flows: Vec::new(),
        every: Duration::from_millis(50),
        port: 0,
        public_url: None,
        keep_subscriptions: false,
    };
    flows::serve(studio, flows, serve, Arc::new(|_| Ok(())), stop)
        .await
        .unwrap();
}

fn serve(desk: &Desk, stop: CancellationToken) -> impl Future<Output = ()> + use<> {
    serve_flows(Arc::clone(&desk.studio), desk.flows(), stop)
}

async fn until(desk: &Desk, id: &str, status: Status) -> flows::Trace {
    for _ in 0..200 {
        let trace = flows::trace(&desk.studio, id).unwrap();
        if trace.run.status == status {
            return trace;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{:#?}", flows::trace(&desk.studio, id).unwrap());
}

#[tokio::test]
async fn served_flows_handle_every_event_once_and_in_order_across_restarts() {
    let desk = Desk::with(&flow_of(r#"run("desk.note", #{ text: `event ${event.id}` })"#)).await;
    // The same trigger starts another flow: it has its own events.
    fs::write(
        desk.workspace().join("flows/g.rhai"),
        flow_of(r#"run("desk.note", #{ to: "other", text: `${event.id}` })"#),
    )
    .unwrap();
    for _ in 0..2 {
        let stop = CancellationToken::new();
        let served = tokio::spawn(serve_flows(studio(desk.folder.path()), desk.flows(), stop.clone()));
        for _ in 0..200 {
            let runs = desk.flows().runs(&desk.studio, None, 50).unwrap();
            if runs.len() == 10 && runs.iter().all(|run| run.status == Status::Done) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        // Long enough for another poll.
        tokio::time::sleep(Duration::from_millis(200)).await;
        stop.cancel();
        served.await.unwrap();
    }
    let notes: Vec<String> = (1..=5).map(|id| format!(r#"{{"text":"event {id}"}}"#)).collect();
    assert_eq!(desk.service.got("notes"), notes);
    assert_eq!(desk.service.got("other").len(), 5);
}
