//! Servers that mean no good: a script that calls one ends with a clear error, and the next run works at once.

use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    Router,
    body::{Body, Bytes},
    http::header::{CONTENT_ENCODING, CONTENT_TYPE, LINK, LOCATION},
    response::{IntoResponse, Response},
    routing::get,
};
use futures_util::stream;
use joinery_app::{
    Connector, Program, ScriptError, Studio, StudioOptions,
    connections::{self, Given},
    runs::{self, Performance},
};
use serde_json::{Value, json};

/// A byte every now and then, for good.
async fn drip() -> Response {
    let bytes = stream::unfold((), |()| async {
        tokio::time::sleep(Duration::from_millis(20)).await;
        Some((Ok::<_, std::io::Error>(Bytes::from_static(b" ")), ()))
    });
    ([(CONTENT_TYPE, "application/json")], Body::from_stream(bytes)).into_response()
}

/// Two hundred megabytes in six kilobytes: a Zstandard frame (RFC 8878) of blocks that each repeat one byte.
async fn bomb() -> Response {
    const BLOCK: u32 = 128 << 10;
    let mut packed = vec![0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x38];
    for index in 1..=1_600_u32 {
        let (last, repeat) = (u32::from(index == 1_600), 1 << 1);
        packed.extend_from_slice(&(BLOCK << 3 | repeat | last).to_le_bytes()[..3]);
        packed.push(b'0');
    }
    ([(CONTENT_ENCODING, "zstd"), (CONTENT_TYPE, "text/plain")], packed).into_response()
}

/// To itself, under a name that is new every time.
async fn circle(axum::extract::Path(number): axum::extract::Path<u32>) -> Response {
    let next = format!("/circle/{}", number + 1);
    (axum::http::StatusCode::FOUND, [(LOCATION, next)]).into_response()
}

/// JSON that is nested without end.
async fn nested() -> Response {
    ([(CONTENT_TYPE, "application/json")], "[".repeat(1_000_000)).into_response()
}

/// A list whose next page is always one further.
async fn endless(axum::extract::Path(number): axum::extract::Path<u32>) -> Response {
    // The pages that are followed at most take longer than the run may.
    tokio::time::sleep(Duration::from_millis(20)).await;
    let next = format!("</endless/{}>; rel=\"next\"", number + 1);
    let headers = [(CONTENT_TYPE, "application/json".to_owned()), (LINK, next)];
    (headers, "[1]").into_response()
}

struct Desk {
    studio: Studio,
    url: String,
    _folder: tempfile::TempDir,
}

impl Desk {
    async fn open() -> Self {
        let folder = tempfile::tempdir().expect("a folder to work in");
        let router = Router::new()
            .route("/drip", get(drip))
            .route("/bomb", get(bomb))
            .route("/nested", get(nested))
            .route("/circle/{number}", get(circle))
            .route("/endless/{number}", get(endless))
            .route("/fine", get(|| async { "fine" }));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("it listens"));
        tokio::spawn(axum::serve(listener, router).into_future());
        Self {
            studio: Studio::new(StudioOptions {
                home: folder.path().join("home"),
                documents: folder.path().join("documents"),
                keychain: false,
                worker: Program::At(env!("CARGO_BIN_EXE_app-worker").into()),
            }),
            url,
            _folder: folder,
        }
    }

    async fn run(&self, body: &str, time: Duration) -> Result<Value, ScriptError> {
        let manifest = "format = 1\nid = \"it\"\ntitle = \"It\"\nversion = \"0.1.0\"\n";
        let script = format!("fn execute(connection, input) {{\n{body}\n}}");
        let files = [
            ("connector.toml".to_owned(), manifest.as_bytes().to_vec()),
            ("actions/a.rhai".to_owned(), script.into_bytes()),
        ];
        let connector = Arc::new(Connector::from_files(Path::new("it"), files).expect("a connector"));
        let given = Given {
            base_url: Some(self.url.clone()),
            ..Given::default()
        };
        let connection = connections::resolve(&self.studio, &connector, Err(&given)).expect("a connection");
        let mut performance = Performance::new(connector, "actions/a.rhai", connection);
        performance.limits.time = time;
        let performed = runs::perform(&self.studio, performance).await.expect("it runs");
        performed.outcome.result
    }

    /// The error of `body`, after which another script runs.
    async fn error(&self, body: &str) -> ScriptError {
        let began = Instant::now();
        let error = self.run(body, Duration::from_secs(2)).await.expect_err(body);
        assert!(began.elapsed() < Duration::from_secs(20), "{body}");
        assert_eq!(error.line, 2, "{error:?}");
        let next = self.run("http.get(\"/fine\")", Duration::from_secs(20)).await;
        assert_eq!(next, Ok(json!("fine")));
        error
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_drips_takes_no_more_time_than_the_run_has() {
    let desk = Desk::open().await;
    let error = desk.error("http.get(\"/drip\")").await;
    assert_eq!(error.code, "time_limit", "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_sends_from_place_to_place_is_followed_ten_times() {
    let desk = Desk::open().await;
    let error = desk.error("http.get(\"/circle/1\")").await;
    assert!(error.message.contains("redirects"), "{error:?}");
    let body = "let answer = http.request(\"GET\", \"/circle/1\").no_redirect().accept([302]).send();
                `${answer.status} ${answer.headers.location}`";
    let led = desk.run(body, Duration::from_secs(20)).await.unwrap();
    assert_eq!(led, "302 /circle/2");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_small_answer_that_unpacks_to_a_large_one_reaches_no_script() {
    let desk = Desk::open().await;
    let error = desk.error("http.request(\"GET\", \"/bomb\").send().text").await;
    assert!(["too_large", "time_limit"].contains(&error.code.as_str()), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn json_without_end_is_no_json() {
    let desk = Desk::open().await;
    let error = desk.error("http.get(\"/nested\")").await;
    assert_eq!(error.code, "not_json", "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_without_end_end_with_the_run() {
    let desk = Desk::open().await;
    let error = desk.error("for item in http.items(\"/endless/1\") { }").await;
    assert_eq!(error.code, "time_limit", "{error:?}");
}
