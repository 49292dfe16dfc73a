//! Cases recorded from a service over real HTTP on loopback and replayed without it: calls at once, actions that go on
//! later or are run again, config fields, files, and everything that is made with a secret.
#![allow(clippy::unwrap_used, reason = "a test may fail where it stands")]

use std::{
    collections::BTreeMap,
    fs,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    extract::{Path as Part, State},
    http::{HeaderMap, StatusCode, header},
    response::IntoResponse,
    routing::{get, post},
};
use joinery_app::{
    Connector, Studio, StudioOptions,
    connections::{self, Given},
    tests::{self, CaseName, Mode, RunTests, TestOptions, TestReport},
    workspaces,
};
use joinery_script::{
    crypto,
    host::{Hash, KeyEncoding, SecretOperation},
};
use serde_json::{Value, json};

/// The secret that is shared with the service.
const SHARED: &str = "0123456789abcdef0123456789abcdef";

/// The private key that RFC 7515 prints in its appendix A.3.
const KEY: &str = r#"{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0","d":"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"}"#;

const MANIFEST: &str = r#"
format = 1
id = "acme"
version = "0.1.0"

[[fields]]
name = "shared"
label = "Shared secret"
secret = true

[[fields]]
name = "key"
label = "Private key"
secret = true
"#;

/// A service that answers slowly, is busy at first, and takes only what is signed with the shared secret.
async fn service() -> String {
    async fn slow(Part(name): Part<String>) -> impl IntoResponse {
        // Longer for the first, so that the answers come in another order.
        let time = if name == "a" { 80 } else { 20 };
        tokio::time::sleep(Duration::from_millis(time)).await;
        json_of(&json!({ "name": name }))
    }
    async fn busy(State(tries): State<Arc<AtomicUsize>>) -> impl IntoResponse {
        match tries.fetch_add(1, Ordering::SeqCst) {
            0 => (StatusCode::CONFLICT, "busy").into_response(),
            _ => json_of(&json!({ "done": true })).into_response(),
        }
    }
    async fn sealed() -> impl IntoResponse {
        let seal = SecretOperation::AesGcm {
            decrypt: false,
            encoding: KeyEncoding::Text,
            nonce: [0; 12],
            additional: 0,
        };
        let text = json!({ "email": "ada@acme.test", "code": 7 }).to_string();
        hex::encode(crypto::perform(SHARED.as_bytes(), seal, text.as_bytes()).unwrap())
    }
    async fn signed(headers: HeaderMap, body: Bytes) -> impl IntoResponse {
        let tag = crypto::perform(SHARED.as_bytes(), SecretOperation::Hmac(Hash::Sha256), &body).unwrap();
        if headers.get("x-signature").and_then(|tag| tag.to_str().ok()) != Some(hex::encode(&tag).as_str()) {
            return (StatusCode::UNAUTHORIZED, "wrong signature").into_response();
        }
        let sent: Value = serde_json::from_slice(&body).unwrap();
        json_of(&json!({ "taken": sent["order"], "receipt": hex::encode(tag) })).into_response()
    }
    async fn token(body: String) -> impl IntoResponse {
        let fields: BTreeMap<String, String> = url::form_urlencoded::parse(body.as_bytes()).into_owned().collect();
        let parts: Vec<&str> = fields["assertion"].split('.').collect();
        assert_eq!(parts.len(), 3);
        json_of(&json!({ "length": parts[2].len() }))
    }
    let router = Router::new()
        .route("/slow/{name}", get(slow))
        .route("/busy", get(busy))
        .route("/sealed", get(sealed))
        .route("/signed", post(signed))
        .route("/token", post(token))
        .route("/people", post(|| async { json_of(&json!({ "id": "p1" })) }))
        .route("/report", get(|| async { "id,name\n1,Ada\n" }))
        .with_state(Arc::default());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    url
}

fn json_of(value: &Value) -> impl IntoResponse + use<> {
    ([(header::CONTENT_TYPE, "application/json")], value.to_string())
}

struct Place {
    folder: tempfile::TempDir,
    studio: Studio,
}

impl Place {
    /// A connector with one action and its cases.
    fn new(action: &str, cases: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let studio = Studio::new(StudioOptions {
            home: folder.path().join("home"),
            documents: folder.path().join("documents"),
            keychain: false,
            worker: joinery_app::Program::At(env!("CARGO_BIN_EXE_app-worker").into()),
        });
        studio.writes().allow_all();
        let place = Self { folder, studio };
        for (path, text) in [
            ("connector.toml", MANIFEST),
            ("actions/a.rhai", action),
            ("tests/a.toml", cases),
        ] {
            let path = place.root().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        place
    }

    fn root(&self) -> PathBuf {
        self.folder.path().join("acme")
    }

    async fn run(&self, mode: Mode, url: Option<&str>) -> TestReport {
        let connector = Arc::new(Connector::read(&self.root()).unwrap());
        let org = url.map(|url| {
            let values = [("shared", SHARED), ("key", KEY)];
            let given = Given {
                base_url: Some(url.to_owned()),
                values: values.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
                ..Given::default()
            };
            connections::resolve(&self.studio, &connector, Err(&given)).unwrap()
        });
        let options = TestOptions {
            mode,
            coverage: true,
            ..TestOptions::default()
        };
        tests::run(&self.studio, &connector, &options, org.as_ref(), |_, _| ())
            .await
            .unwrap()
    }

    fn cassette(&self) -> String {
        fs::read_to_string(self.root().join("tests/cassettes/a/c.json")).unwrap()
    }
}

/// Records the one case of the action on the service, and replays it without.
async fn check(action: &str, case: &str) -> (Place, TestReport) {
    let place = Place::new(action, &format!("[[case]]\nname = \"it\"\ncassette = \"c\"\n{case}\n"));
    let url = service().await;
    let recorded = place.run(Mode::Record, Some(&url)).await;
    assert_eq!(recorded.passed, 1, "{:#?}", recorded.cases);
    let replayed = place.run(Mode::Replay, None).await;
    assert_eq!(replayed.passed, 1, "{:#?}\n{}", replayed.cases, place.cassette());
    (place, replayed)
}

#[tokio::test]
async fn calls_at_once_are_replayed_in_whatever_order_they_were_answered() {
    let action = r#"
fn execute(connection, input) {
    let asked = ["a", "b", "c"].map(|name| http.request("GET", `/slow/${name}`));
    let names = http.parallel(asked, #{ limit: 3 }).map(|answer| answer.body.name);
    names + [http.get("/slow/d").name]
}"#;
    let (place, _) = check(action, r#"expect = { "$" = ["a", "b", "c", "d"] }"#).await;
    let cassette: Value = serde_json::from_str(&place.cassette()).unwrap();
    let together: Vec<bool> = cassette["exchanges"]
        .as_array()
        .unwrap()
        .iter()
        .map(|exchange| exchange["parallel"] == true)
        .collect();
    assert_eq!(together, [false, true, true, false]);
}

#[tokio::test]
async fn an_action_that_goes_on_later_is_replayed_without_waiting_and_covered_in_both_parts() {
    let action = r#"
fn execute(connection, input) {
    let name = http.get("/slow/job").name;
    continue_in(0.2, #{ name: name });
}
fn resume(connection, input, state) {
    let then = now();
    [state.name, http.get("/slow/end").name]
}"#;
    let (_, replayed) = check(action, r#"expect = { "$" = ["job", "end"] }"#).await;
    let hits: Vec<(u32, u64)> = replayed.coverage[0]
        .lines
        .iter()
        .map(|line| (line.line, line.hits))
        .collect();
    assert_eq!(hits, [(3, 1), (4, 1), (7, 1), (8, 1)]);
}

#[tokio::test]
async fn an_action_that_is_run_again_is_replayed_without_waiting() {
    let action = r#"
fn retry() { #{ statuses: [409], max: 2, wait: 0.01 } }
fn execute(connection, input) { http.get("/busy").done }"#;
    let (place, replayed) = check(action, r#"expect = { "$" = true }"#).await;
    assert_eq!(place.cassette().matches("\"status\"").count(), 2);
    assert_eq!(replayed.coverage[0].lines[0].hits, 2);
}

#[tokio::test]
async fn a_case_answers_config_fields() {
    let action = r#"
fn config_fields(connection) { [field("kind", #{ required: true }), field("size", #{ default: "m" })] }
fn input_fields(connection, config) { [field(config.kind ?? "none", #{ required: true })] }
fn execute(connection, input, config) { http.get(`/slow/${config.kind}-${config.size}-${input.group}`).name }"#;
    let case = "config = { kind = \"group\" }\ninput = { group = \"g\" }\nexpect = { \"$\" = \"group-m-g\" }";
    check(action, case).await;
}

#[tokio::test]
async fn a_password_that_the_case_gives_is_in_no_cassette_and_its_replay_holds() {
    let action = r#"
fn input_fields(connection, config) { [field("login"), field("hush", #{ secret: true }), field("password")] }
fn execute(connection, input) {
    http.request("POST", "/people").form(#{ q: input.hush, login: input.login }).send();
    http.post("/people", #{ login: input.login, remark: input.hush, password: #{ value: input.password } }).id
}"#;
    let case = r#"
input = { login = "ada", hush = "s3cret & more", password = "correct horse" }
expect = { "$" = "p1" }"#;
    let (place, _) = check(action, case).await;
    let cassette = place.cassette();
    assert!(
        !cassette.contains("s3cret") && !cassette.contains("correct horse"),
        "{cassette}"
    );
    assert!(
        cassette.contains("redacted-input-hush") && cassette.contains("\"login\": \"ada\""),
        "{cassette}"
    );
}

#[tokio::test]
async fn a_filter_with_a_slash_names_its_action() {
    let place = Place::new("fn execute(connection, input) { 1 }", "[[case]]\nname = \"one\"\n");
    for (path, text) in [
        ("actions/aa.rhai", "fn execute(connection, input) { 1 }"),
        ("tests/aa.toml", "[[case]]\nname = \"two\"\n"),
    ] {
        fs::write(place.root().join(path), text).unwrap();
    }
    let connector = Arc::new(Connector::read(&place.root()).unwrap());
    for (filter, expected) in [("a/", 1), ("a", 2), ("aa/tw", 1), ("one", 1)] {
        let options = TestOptions {
            filter: Some(filter.to_owned()),
            ..TestOptions::default()
        };
        let report = tests::run(&place.studio, &connector, &options, None, |_, _| ())
            .await
            .unwrap();
        assert_eq!(report.cases.len(), expected, "{filter}");
    }
}

#[tokio::test]
async fn a_file_that_takes_an_answer_has_the_same_path_in_every_replay() {
    let action = r#"
fn execute(connection, input) { http.request("GET", "/report").stream_to("report.csv").send().file }"#;
    let (place, _) = check(action, "expect_snapshot = true").await;
    let snapshot = fs::read_to_string(place.root().join("tests/cassettes/a/it.snapshot.json")).unwrap();
    assert_eq!(snapshot.trim(), "\"run-files/report.csv\"");
}

#[tokio::test]
async fn a_file_that_took_an_answer_is_sent_on_in_a_replay_too() {
    let action = r#"
fn execute(connection, input) {
    http.request("GET", "/report").stream_to("report.csv").send();
    let parts = #{ report: #{ run_file: "report.csv", content_type: "text/csv" } };
    http.request("POST", "/people").multipart(parts).send();
    http.request("POST", "/people").body_file("report.csv", "text/csv").send().body.id
}"#;
    let (place, _) = check(action, "expect = { \"$\" = \"p1\" }").await;
    assert!(place.cassette().contains("1,Ada"), "{}", place.cassette());
}

#[tokio::test]
async fn what_is_signed_with_a_shared_secret_is_replayed_without_it() {
    let action = r#"
fn execute(connection, input) {
    let order = json.render(#{ order: 7, digest: sha256(connection.shared) });
    let tag = hmac_sha256(connection.shared, order);
    let answer = http.request("POST", "/signed").header("X-Signature", tag).body(order, "application/json").send().body;
    let proof = http.get(`/slow/${tag}`).name;
    #{ taken: answer.taken, is_ours: answer.receipt == tag, proven: proof == tag }
}"#;
    let case = r#"expect = { "$" = { equals = { taken = 7, is_ours = true, proven = true } } }"#;
    let (place, _) = check(action, case).await;
    let cassette = place.cassette();
    let digest = crypto::perform(SHARED.as_bytes(), SecretOperation::Digest(Hash::Sha256), b"").unwrap();
    assert!(
        !cassette.contains(SHARED) && !cassette.contains(&hex::encode(digest)),
        "{cassette}"
    );
}

#[tokio::test]
async fn a_token_signed_with_a_private_key_is_replayed_without_it() {
    let action = r#"
fn execute(connection, input) {
    let claims = #{ iss: "app", aud: `${connection.base_url}/token`, at: now(), jti: uuid() };
    let assertion = jwt_sign(claims, connection.key, "ES256");
    http.request("POST", "/token").form(#{ assertion: assertion }).send().body.length
}"#;
    check(action, r#"expect = { "$" = 86 }"#).await;
}

#[tokio::test]
async fn what_was_decrypted_with_a_secret_is_recorded_and_masked() {
    let action = r#"
fn execute(connection, input) {
    let sealed = http.get("/sealed");
    let opened = aes_gcm_decrypt(connection.shared, hex.decode_bytes(sealed), #{ nonce: hex.decode_bytes("000000000000000000000000") });
    let told = json.parse(opened.as_string());
    let own = aes_gcm_encrypt(connection.shared, "mine", #{ nonce: hex.decode_bytes("010000000000000000000000") });
    let again = aes_gcm_decrypt(connection.shared, own, #{ nonce: hex.decode_bytes("010000000000000000000000") });
    [told.code, http.get(`/slow/${told.email}`).name.contains("@"), again.as_string()]
}"#;
    let (place, _) = check(action, r#"expect = { "$[0]" = 7, "$[1]" = true, "$[2]" = "mine" }"#).await;
    let cassette = place.cassette();
    assert!(
        cassette.contains("\"opened\"") && !cassette.contains("ada@acme.test"),
        "{cassette}"
    );
}

#[tokio::test]
async fn a_case_that_signs_and_calls_nothing_needs_neither_cassette_nor_secret() {
    let action = r#"fn execute(connection, input) { hmac_sha256(connection.shared, "m").len() }"#;
    let place = Place::new(action, "[[case]]\nname = \"it\"\nexpect = { \"$\" = 64 }\n");
    let report = place.run(Mode::Replay, None).await;
    assert_eq!(report.passed, 1, "{:#?}", report.cases);
}

#[tokio::test]
async fn what_no_case_runs_is_there_with_none_of_its_lines() {
    let place = Place::new(
        "fn execute(connection, input) {\n    1\n}",
        "[[case]]\nname = \"it\"\nexpect = { \"$\" = 1 }\n",
    );
    fs::write(
        place.root().join("actions/b.rhai"),
        "fn input_fields() {\n    []\n}\nfn execute(connection, input) {\n    let two = 2;\n    two\n}",
    )
    .unwrap();
    let report = place.run(Mode::Replay, None).await;
    let files: Vec<(&str, Vec<u64>)> = report
        .coverage
        .iter()
        .map(|file| (file.file.as_str(), file.lines.iter().map(|line| line.hits).collect()))
        .collect();
    assert_eq!(files, [("actions/a.rhai", vec![1]), ("actions/b.rhai", vec![0, 0])]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_window_lists_shows_and_runs_the_cases_it_names() {
    let place = Place::new(
        "fn execute(connection, input) { print(`made ${input.n}`); #{ n: input.n } }",
        "[[case]]\nname = \"right\"\ninput = { n = 1 }\nexpect = { \"$.n\" = 1 }\n\n\
         [[case]]\nname = \"wrong\"\ninput = { n = 2 }\ncassette = \"gone\"\nexpect = { \"$.n\" = 3 }\n\n\
         [[case]]\nname = \"wrong too\"\ninput = { n = 2 }\nexpect = { \"$.n\" = 3 }\n",
    );
    workspaces::open(&place.studio, &place.root().display().to_string()).unwrap();
    let listed = tests::list(&place.studio, ".").unwrap();
    let shown: Vec<_> = listed
        .iter()
        .map(|case| {
            (
                case.name.as_str(),
                case.line,
                case.last_line,
                case.cassette,
                case.recorded,
            )
        })
        .collect();
    let expected = [
        ("right", 1, 5, false, false),
        ("wrong", 6, 11, true, false),
        ("wrong too", 12, 15, false, false),
    ];
    assert_eq!(shown, expected);
    let named = |name: &str| CaseName {
        action: "a".to_owned(),
        name: name.to_owned(),
    };
    let detail = tests::detail(&place.studio, ".", &named("wrong")).unwrap();
    assert!(
        detail.source.starts_with("[[case]]") && detail.source.ends_with("= 3 }"),
        "{}",
        detail.source
    );
    let cassette = detail.cassette.unwrap();
    assert_eq!(
        (cassette.path.as_str(), cassette.recorded_ms),
        ("tests/cassettes/a/gone.json", None)
    );
    assert!(tests::detail(&place.studio, ".", &named("none")).is_err());

    let mut events = place.studio.events();
    let run = RunTests {
        id: "t1".to_owned(),
        connector: ".".to_owned(),
        mode: Mode::Replay,
        connection: None,
        cases: vec![named("right"), named("wrong too")],
        accept: false,
    };
    let report = tests::run_shown(&place.studio, run).await.unwrap();
    assert_eq!((report.passed, report.failed), (1, 1));
    let wrong = &report.cases[1];
    let lines: Vec<&str> = wrong.difference.iter().map(|line| line.text.as_str()).collect();
    assert_eq!(lines, ["{", "n: 3 → 2", "}"]);
    assert_eq!(wrong.console[0].text, "made 2");
    let mut told = Vec::new();
    while let Ok(event) = events.try_recv() {
        if let joinery_app::Event::CaseTested { id, case, of } = event {
            told.push((id, case.name.clone(), of));
        }
    }
    let expected = ["right", "wrong too"].map(|name| ("t1".to_owned(), name.to_owned(), 2));
    assert_eq!(told, expected);
}
