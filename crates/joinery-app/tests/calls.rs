//! What a script asks of the host for its requests: multipart bodies, files, own retry rules, several at once. Over real
//! HTTP on loopback.

#![allow(clippy::unwrap_used, reason = "a test may fail where it stands")]

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State},
    http::{HeaderMap, StatusCode, header},
    response::IntoResponse,
    routing::{any, get},
};
use joinery_app::{
    Connector, Studio, StudioOptions,
    connections::{self, Given},
    runs::{self, Performance, Performed},
};
use serde_json::{Value, json};

/// What the server counts.
#[derive(Default)]
struct Counts {
    tries: AtomicUsize,
    under_way: AtomicUsize,
    most: AtomicUsize,
}

async fn server() -> (String, Arc<Counts>) {
    async fn echo(headers: HeaderMap, body: Bytes) -> impl IntoResponse {
        let content_type = headers[header::CONTENT_TYPE].to_str().unwrap().to_owned();
        let said = json!({ "type": content_type, "body": String::from_utf8_lossy(&body) });
        ([(header::CONTENT_TYPE, "application/json")], said.to_string())
    }
    async fn flaky(State(counts): State<Arc<Counts>>) -> impl IntoResponse {
        let status = match counts.tries.fetch_add(1, Ordering::SeqCst) {
            0 | 1 => StatusCode::BAD_GATEWAY,
            _ => StatusCode::OK,
        };
        (status, [(header::RETRY_AFTER, "0")])
    }
    async fn limited(State(counts): State<Arc<Counts>>) -> impl IntoResponse {
        let status = match counts.tries.fetch_add(1, Ordering::SeqCst) {
            0 | 1 => StatusCode::TOO_MANY_REQUESTS,
            _ => StatusCode::OK,
        };
        (status, [(header::RETRY_AFTER, "1")])
    }
    async fn slow(State(counts): State<Arc<Counts>>) -> &'static str {
        let now = counts.under_way.fetch_add(1, Ordering::SeqCst) + 1;
        counts.most.fetch_max(now, Ordering::SeqCst);
        // Long enough that others arrive meanwhile.
        tokio::time::sleep(Duration::from_millis(100)).await;
        counts.under_way.fetch_sub(1, Ordering::SeqCst);
        "done"
    }
    let counts = Arc::new(Counts::default());
    let router = Router::new()
        .route("/echo", any(echo))
        .route("/flaky", any(flaky))
        .route("/limited", any(limited))
        .route("/slow", get(slow))
        .route("/large", get(|| async { vec![b'x'; 3 << 20] }))
        .route("/gone", get(|| async { (StatusCode::GONE, "it left") }))
        .layer(DefaultBodyLimit::disable())
        .with_state(Arc::clone(&counts));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (url, counts)
}

/// Runs one action of a connector in a workspace in `folder`.
async fn run(folder: &Path, url: &str, body: &str) -> Performed {
    run_within(folder, url, body, Duration::from_secs(60)).await
}

async fn run_within(folder: &Path, url: &str, body: &str, time: Duration) -> Performed {
    let root = folder.join("workspace/acme");
    std::fs::create_dir_all(&root).unwrap();
    let manifest = "format = 1\nid = \"acme\"\nversion = \"0.1.0\"\n";
    let script = format!("fn execute(connection, input) {{ {body} }}");
    let files = [
        ("connector.toml".to_owned(), manifest.as_bytes().to_vec()),
        ("actions/a.rhai".to_owned(), script.into_bytes()),
    ];
    let connector = Arc::new(Connector::from_files(&root, files).unwrap());
    let studio = Studio::new(StudioOptions {
        home: folder.join("home"),
        documents: folder.join("documents"),
        keychain: false,
        worker: joinery_app::Program::At(env!("CARGO_BIN_EXE_app-worker").into()),
    });
    studio.writes().allow_all();
    let given = Given {
        base_url: Some(url.to_owned()),
        ..Given::default()
    };
    let connection = connections::resolve(&studio, &connector, Err(&given)).unwrap();
    let mut performance = Performance::new(connector, "actions/a.rhai", connection);
    performance.limits.time = time;
    runs::perform(&studio, performance).await.unwrap()
}

fn value(performed: Performed) -> Value {
    performed.outcome.result.unwrap_or_else(|error| panic!("{error:#?}"))
}

#[tokio::test]
async fn time_that_a_server_asks_for_is_held_against_no_run_and_told() {
    let folder = tempfile::tempdir().unwrap();
    let (url, _) = server().await;
    let body = r#"
        let rule = #{ statuses: [429], max: 3, wait: "retry-after" };
        let asked = [1, 2, 3].map(|number| http.request("GET", "/limited").retry(rule));
        http.parallel(asked, #{ limit: 1 }).map(|answer| answer.status)"#;
    let performed = run_within(folder.path(), &url, body, Duration::from_millis(1500)).await;
    let told: Vec<String> = performed.console.iter().map(|line| line.text.clone()).collect();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].ends_with("/limited: waited 1 s for the rate limit"), "{told:?}");
    assert_eq!(value(performed), json!([200, 200, 200]));
}

#[tokio::test]
async fn a_multipart_body_carries_text_bytes_and_a_file_of_the_workspace() {
    let folder = tempfile::tempdir().unwrap();
    let fixtures = folder.path().join("workspace/fixtures");
    std::fs::create_dir_all(&fixtures).unwrap();
    std::fs::write(fixtures.join("photo.png"), "picture").unwrap();
    let (url, _) = server().await;
    let body = r#"http.request("POST", "/echo").multipart(#{
        a: "Ada", b: #{ text: "1,2", filename: "x\"y.csv", content_type: "text/csv" }, c: #{ file: "photo.png" },
    }).send().body"#;
    let said = value(run(folder.path(), &url, body).await);
    let boundary = said["type"]
        .as_str()
        .unwrap()
        .strip_prefix("multipart/form-data; boundary=")
        .unwrap();
    let expected = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nAda\r\n\
         --{boundary}\r\nContent-Disposition: form-data; name=\"b\"; filename=\"x%22y.csv\"\r\nContent-Type: text/csv\r\n\r\n1,2\r\n\
         --{boundary}\r\nContent-Disposition: form-data; name=\"c\"; filename=\"photo.png\"\r\nContent-Type: application/octet-stream\r\n\r\npicture\r\n\
         --{boundary}--\r\n"
    );
    assert_eq!(said["body"], expected);
    std::fs::rename(&fixtures, folder.path().join("workspace/acme/fixtures")).unwrap();
    let again = value(run(folder.path(), &url, body).await);
    assert_eq!(again["type"], said["type"], "the same parts give the same bytes");
}

#[tokio::test]
async fn a_file_that_the_run_kept_is_sent_on_and_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let (url, _) = server().await;
    let body = r#"
        let file = http.request("GET", "/limited").accept([429]).stream_to("none.txt").send().file;
        let answer = http.request("GET", "/large").stream_to("large.bin").send();
        let raw = http.request("PUT", "/echo").body_file(answer.file, "image/png").send().body;
        let form = http.request("POST", "/echo").multipart(#{ a: #{ run_file: "large.bin", content_type: "x/y" } }).send().body;
        [raw.type, raw.body.len(), form.body.contains("filename=\"large.bin\"\r\nContent-Type: x/y"), form.body.len() > 3_000_000]"#;
    let said = value(run(folder.path(), &url, body).await);
    assert_eq!(said, json!(["image/png", 3 << 20, true, true]));
    std::fs::write(folder.path().join("secret.txt"), "hush").unwrap();
    for name in ["none.txt", "../secret.txt", "/etc/hostname"] {
        let body = format!(r#"http.request("PUT", "/echo").body_file("{name}").send()"#);
        let error = run(folder.path(), &url, &body).await.outcome.result.unwrap_err();
        assert_eq!(error.code, "no_file", "{name}");
    }
}

#[tokio::test]
async fn no_file_outside_the_fixtures_is_sent() {
    let folder = tempfile::tempdir().unwrap();
    let fixtures = folder.path().join("workspace/fixtures");
    std::fs::create_dir_all(&fixtures).unwrap();
    std::fs::write(folder.path().join("workspace/secret.txt"), "hush").unwrap();
    std::os::unix::fs::symlink(folder.path().join("workspace/secret.txt"), fixtures.join("link.txt")).unwrap();
    let (url, _) = server().await;
    for name in ["../secret.txt", "/etc/hostname", "link.txt", "a/../../secret.txt", "."] {
        let body = format!(r#"http.request("POST", "/echo").multipart(#{{ a: #{{ file: "{name}" }} }}).send()"#);
        let performed = run(folder.path(), &url, &body).await;
        let error = performed.outcome.result.unwrap_err();
        assert_eq!(error.code, "file_not_allowed", "{name}");
    }
    let body = r#"http.request("POST", "/echo").multipart(#{ a: #{ file: "none.txt" } }).send()"#;
    let error = run(folder.path(), &url, body).await.outcome.result.unwrap_err();
    assert_eq!(error.code, "no_file");
}

#[tokio::test]
async fn a_large_answer_goes_to_a_file_of_the_run_and_an_error_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let (url, _) = server().await;
    let body = r#"
        let gone = http.request("GET", "/gone").accept([410]).stream_to("gone.txt").send();
        let answer = http.request("GET", "/large").stream_to("large.bin").send();
        [answer.file, answer.size, answer.body, gone.file, gone.text]"#;
    let said = value(run(folder.path(), &url, body).await);
    let file = Path::new(said[0].as_str().unwrap());
    assert!(
        file.starts_with(folder.path().join("home/run-files")) && file.ends_with("large.bin"),
        "{file:?}"
    );
    assert_eq!(std::fs::metadata(file).unwrap().len(), 3 << 20);
    assert_eq!(
        said.as_array().unwrap()[1..],
        [json!(3 << 20), Value::Null, Value::Null, json!("it left")]
    );
}

#[tokio::test]
async fn a_request_repeats_by_its_own_rule() {
    let folder = tempfile::tempdir().unwrap();
    let (url, counts) = server().await;
    let body =
        r#"http.request("GET", "/flaky").retry(#{ statuses: [502], max: 3, wait: "retry-after" }).send().status"#;
    assert_eq!(value(run(folder.path(), &url, body).await), 200);
    assert_eq!(counts.tries.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn requests_at_once_are_really_under_way_together() {
    let folder = tempfile::tempdir().unwrap();
    let (url, counts) = server().await;
    let body = r#"http.parallel(["/slow", "/slow", "/slow", "/slow", "/slow", "/slow"], #{ limit: 3 }).map(|answer| answer.text)"#;
    let performed = run(folder.path(), &url, body).await;
    assert_eq!(performed.calls().count(), 6);
    assert_eq!(
        value(performed),
        json!(["done", "done", "done", "done", "done", "done"])
    );
    assert_eq!(counts.most.load(Ordering::SeqCst), 3);
}
