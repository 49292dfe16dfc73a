//! Connections over real HTTP: tests that say what to do, health that follows, and writes that ask first.

#![expect(clippy::unwrap_used, reason = "what a test is made of fails as the test does")]

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use axum::{
    Router,
    http::{HeaderMap, StatusCode, header},
    response::{Html, IntoResponse},
    routing::{any, get},
};
use joinery_app::{
    Code, Error, Event, Program, SavedRequest, Studio, StudioOptions,
    connections::{
        self, Cause, ConnectionDraft, ConnectionTest, ConnectionView, Environment, Fix, HealthState, ReadOnly,
        StepState,
    },
    files::{self, FileRef},
    requests::{self, SendRequest, Sent},
    runs::{self, RunAction, RunReport},
    workspaces,
    writes::WriteAnswer,
};
use serde_json::json;

struct Desk {
    studio: Arc<Studio>,
    /// The sandbox org's host and token.
    org: (String, String),
    _folder: tempfile::TempDir,
}

impl Desk {
    /// The Okta sample in a workspace, on plain HTTP: what it talks to is on this machine.
    async fn open() -> Self {
        let folder = tempfile::tempdir().expect("a folder to work in");
        let studio = Studio::new(StudioOptions {
            home: folder.path().join("home"),
            documents: folder.path().join("documents"),
            keychain: false,
            worker: Program::At(env!("CARGO_BIN_EXE_app-worker").into()),
        });
        workspaces::start_with_sandbox(&studio)
            .await
            .expect("the sample opens on the sandbox org");
        let manifest = file("connector.toml");
        let text = files::read(&studio, &manifest).unwrap().text;
        files::save(
            &studio,
            &manifest,
            &text.replace("https://{{domain}}", "http://{{domain}}"),
            None,
        )
        .unwrap();
        let (url, token) = joinery_app::sandbox::address(&studio).unwrap();
        Self {
            studio: Arc::new(studio),
            org: (url.trim_start_matches("http://").to_owned(), token),
            _folder: folder,
        }
    }

    fn draft(&self, name: &str) -> ConnectionDraft {
        let (host, token) = &self.org;
        ConnectionDraft {
            name: name.into(),
            connector: "okta".into(),
            auth: "api_token".into(),
            values: BTreeMap::from([("domain".into(), host.clone()), ("token".into(), token.clone())]),
            environment: None,
            read_only: None,
        }
    }

    fn draft_with(&self, name: &str, values: &[(&str, &str)]) -> ConnectionDraft {
        let mut draft = self.draft(name);
        draft.values.extend(
            values
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        );
        draft
    }

    async fn test(&self, draft: &ConnectionDraft) -> ConnectionTest {
        connections::test(&self.studio, draft).await.unwrap()
    }

    fn view(&self, name: &str) -> ConnectionView {
        let list = connections::list(&self.studio, "okta").unwrap();
        list.into_iter().find(|view| view.name == name).expect("it is saved")
    }

    async fn send(&self, method: &str, path: &str, connection: &str) -> Result<Sent, Error> {
        let send = SendRequest {
            id: "send".into(),
            connector: "okta".into(),
            path: None,
            request: SavedRequest {
                method: method.into(),
                url: if path.starts_with('/') {
                    format!("{{{{base_url}}}}{path}")
                } else {
                    path.to_owned()
                },
                ..SavedRequest::default()
            },
            connection: Some(connection.into()),
            ..SendRequest::default()
        };
        requests::send(&self.studio, send).await
    }

    async fn run(&self, name: &str, script: &str, connection: &str) -> RunReport {
        let script_file = file(&format!("actions/{name}.rhai"));
        files::save(&self.studio, &script_file, script, None).unwrap();
        let run = RunAction {
            id: "run".into(),
            file: script_file,
            input: json!({}),
            config: serde_json::Value::Null,
            connection: Some(connection.into()),
            resume: None,
            save: None,
            function: None,
        };
        runs::run(&self.studio, run).await.unwrap()
    }

    /// Answers every question from now on, and counts them.
    fn answer_all(&self, answer: WriteAnswer) -> tokio::task::JoinHandle<()> {
        let writes = self.studio.writes();
        writes.ask_me();
        let mut events = self.studio.events();
        tokio::spawn(async move {
            while let Ok(event) = events.recv().await {
                if let Event::WriteAsked { id, .. } = event {
                    writes.answer(&id, answer);
                }
            }
        })
    }
}

fn file(path: &str) -> FileRef {
    FileRef {
        connector: "okta".into(),
        path: path.into(),
    }
}

/// A server of one's own; its host and port.
async fn serve(router: Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    address.to_string()
}

fn states(test: &ConnectionTest) -> Vec<(&str, StepState)> {
    test.steps.iter().map(|step| (step.name.as_str(), step.state)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_good_token_tells_who_it_is_and_what_is_left() {
    let desk = Desk::open().await;
    let found = desk.test(&desk.draft("acme")).await;
    assert!(found.ok, "{found:?}");
    assert_eq!(
        states(&found),
        [
            ("Reach domain", StepState::Ok),
            ("Get token", StepState::Skipped),
            ("Read org", StepState::Ok)
        ]
    );
    assert_eq!(found.steps[0].detail, "plain http on this machine");
    assert_eq!(found.signed_in_as.as_deref(), Some("admin@acme.example"));
    assert!(found.message.starts_with("Connected to "), "{}", found.message);
    assert!(
        found
            .detail
            .as_deref()
            .unwrap_or_default()
            .contains("as admin@acme.example")
    );
    assert!(found.rate_limit.is_some() && found.time_ms.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_token_is_refused_in_okta_s_words_and_never_told() {
    const PLANTED: &str = "00planted-4f1c-wrong";
    let desk = Desk::open().await;
    let found = desk.test(&desk.draft_with("acme", &[("token", PLANTED)])).await;
    assert!(!found.ok);
    assert_eq!(found.cause, Some(Cause::CredentialsRefused));
    assert_eq!(found.message, "Okta refused this token.");
    assert!(
        found.said.as_deref().unwrap_or_default().starts_with("E0000011"),
        "{found:?}"
    );
    assert_eq!(states(&found)[2], ("Read org", StepState::Failed));
    assert!(!format!("{found:?}").contains(PLANTED));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_typed_for_a_domain_is_mended_before_anything_is_sent() {
    let desk = Desk::open().await;
    for (given, cause, meant) in [
        ("https://acme.okta.com/admin", Cause::DomainHasScheme, "acme.okta.com"),
        ("acme.okta.com/api/v1", Cause::DomainHasPath, "acme.okta.com"),
        ("acme-admin.okta.com", Cause::AdminDomain, "acme.okta.com"),
        (
            "https://acme-admin.oktapreview.com/",
            Cause::DomainHasScheme,
            "acme.oktapreview.com",
        ),
    ] {
        let found = desk.test(&desk.draft_with("acme", &[("domain", given)])).await;
        assert_eq!(found.cause, Some(cause), "{given}");
        let fix = Fix::SetField {
            label: format!("Use {meant}"),
            field: "domain".into(),
            value: meant.into(),
        };
        assert_eq!(found.fix, Some(fix));
        assert_eq!(states(&found), [("Reach domain", StepState::Failed)]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_home_a_web_page_and_no_such_host_are_told_apart() {
    let desk = Desk::open().await;
    let page = serve(Router::new().fallback(any(|| async { Html("<!doctype html><p>Sign in to the network") }))).await;
    let gone = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().to_string()
    };
    for (domain, cause) in [
        (page.as_str(), Cause::NotOkta),
        (gone.as_str(), Cause::Refused),
        ("acme.okta.invalid", Cause::WrongDomain),
    ] {
        let found = desk.test(&desk.draft_with("acme", &[("domain", domain)])).await;
        assert_eq!(found.cause, Some(cause), "{found:?}");
        assert_eq!(
            states(&found),
            [
                ("Reach domain", StepState::Failed),
                ("Get token", StepState::Skipped),
                ("Read org", StepState::Skipped)
            ]
        );
        assert!(found.hint.is_some());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_scope_is_named_so_that_it_can_be_copied() {
    let refuse = || async {
        let challenge = r#"Bearer realm="x", scope="okta.users.read", error="insufficient_scope""#;
        let body = json!({ "errorCode": "E0000006", "errorSummary": "You do not have permission" });
        (
            StatusCode::FORBIDDEN,
            [(header::WWW_AUTHENTICATE, challenge)],
            axum::Json(body),
        )
    };
    let org = serve(
        Router::new()
            .route(
                "/.well-known/okta-organization",
                get(|| async { axum::Json(json!({ "pipeline": "idx" })) }),
            )
            .fallback(any(refuse)),
    )
    .await;
    let desk = Desk::open().await;
    let found = desk.test(&desk.draft_with("acme", &[("domain", &org)])).await;
    assert_eq!(found.cause, Some(Cause::ScopeMissing), "{found:?}");
    assert_eq!(found.message, "This app lacks the scope okta.users.read.");
    assert!(matches!(&found.fix, Some(Fix::Copy { text, .. }) if text == "okta.users.read"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_org_tells_its_name_and_a_limit_how_long_to_wait() {
    let org = serve(
        Router::new()
            .route(
                "/.well-known/okta-organization",
                get(|| async { axum::Json(json!({ "pipeline": "idx" })) }),
            )
            .route(
                "/api/v1/org",
                get(|| async { axum::Json(json!({ "companyName": "Acme Preview" })) }),
            )
            .route(
                "/api/v1/users/me",
                get(|headers: HeaderMap| async move {
                    if headers[header::AUTHORIZATION] == "SSWS slow" {
                        let body = json!({ "errorCode": "E0000047", "errorSummary": "API call exceeded rate limit" });
                        return (StatusCode::TOO_MANY_REQUESTS, axum::Json(body)).into_response();
                    }
                    axum::Json(json!({ "profile": { "login": "ada@acme.example" } })).into_response()
                }),
            ),
    )
    .await;
    let desk = Desk::open().await;
    let found = desk.test(&desk.draft_with("acme", &[("domain", &org)])).await;
    assert_eq!(found.message, "Connected to Acme Preview", "{found:?}");
    let detail = format!("Okta Identity Engine, {org}, as ada@acme.example");
    assert_eq!(found.detail.as_deref(), Some(detail.as_str()));
    let limited = desk
        .test(&desk.draft_with("acme", &[("domain", &org), ("token", "slow")]))
        .await;
    assert_eq!(limited.cause, Some(Cause::RateLimited), "{limited:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connector_for_another_service_is_knocked_at_or_tested_by_its_own_words() {
    let service = serve(Router::new().route(
        "/v1",
        get(|headers: HeaderMap| async move {
            match headers.get(header::AUTHORIZATION) {
                Some(value) if value == "Bearer good" => (StatusCode::OK, "fine").into_response(),
                _ => StatusCode::UNAUTHORIZED.into_response(),
            }
        }),
    ))
    .await;
    let desk = Desk::open().await;
    let manifest = "format = 1\nid = \"okta\"\ntitle = \"Other\"\nversion = \"0.1.0\"\n\
        [http]\nbase_url = \"http://{{domain}}/v1\"\n\
        [[fields]]\nname = \"domain\"\nlabel = \"Host\"\n\
        [[auth]]\nid = \"api_token\"\nlabel = \"Token\"\nkind = \"bearer\"\n";
    files::save(&desk.studio, &file("connector.toml"), manifest, None).unwrap();
    let own = "fn test(connection) { `Hello from ${http.get(\"/v1\")}` }";
    files::save(&desk.studio, &file("connection.rhai"), own, None).unwrap();
    let draft = |token| desk.draft_with("other", &[("domain", &service), ("token", token)]);

    let tested = desk.test(&draft("good")).await;
    assert!(tested.ok, "{tested:?}");
    assert_eq!(tested.signed_in_as.as_deref(), Some("Hello from fine"));
    assert_eq!(tested.steps[2].detail, "fn test of connection.rhai");
    let refused = desk.test(&draft("bad")).await;
    assert_eq!(refused.cause, Some(Cause::CredentialsRefused), "{refused:?}");

    files::delete(&desk.studio, &file("connection.rhai")).unwrap();
    let knocked = desk.test(&draft("good")).await;
    assert!(knocked.ok, "{knocked:?}");
    assert_eq!(
        (knocked.steps[2].name.as_str(), knocked.steps[2].detail.as_str()),
        ("Call service", "GET /v1")
    );
    assert_eq!(desk.test(&draft("bad")).await.cause, Some(Cause::CredentialsRefused));
}

#[tokio::test(flavor = "multi_thread")]
async fn health_follows_tests_and_calls_and_is_forgotten_with_a_new_secret() {
    let desk = Desk::open().await;
    let draft = desk.draft("acme");
    assert!(desk.test(&draft).await.ok);
    let saved = connections::save(&desk.studio, &draft).unwrap();
    assert_eq!(saved.health.state, HealthState::Ok);
    assert!(saved.health.tested_ms.is_some());
    assert_eq!((saved.environment, saved.live), (Environment::Sandbox, false));

    // Another token was not tested; a call tells that it is refused, and keeps when the last test was.
    let wrong = desk.draft_with("acme", &[("token", "00wrong")]);
    connections::save(&desk.studio, &wrong).unwrap();
    assert_eq!(desk.view("acme").health.state, HealthState::Unknown);
    let mut events = desk.studio.events();
    assert_eq!(
        desk.send("GET", "/api/v1/users/me", "acme")
            .await
            .unwrap()
            .response
            .status,
        401
    );
    let health = desk.view("acme").health;
    assert_eq!(health.state, HealthState::Failing);
    assert!(health.reason.unwrap_or_default().contains("401"));
    assert_eq!(news_of_connections(&mut events), 1);

    // The same again is no news; a run that works is.
    desk.send("GET", "/api/v1/users/me", "acme").await.unwrap();
    assert_eq!(news_of_connections(&mut events), 0);
    connections::save(&desk.studio, &desk.draft("acme")).unwrap();
    let script = "fn execute(connection, input) { http.get(\"/api/v1/users/me\").id }";
    assert!(desk.run("me", script, "acme").await.ok);
    assert_eq!(desk.view("acme").health.state, HealthState::Ok);

    // Another host that cannot be reached says nothing of it.
    desk.send("GET", "http://nowhere.invalid/", "acme").await.unwrap_err();
    assert_eq!(desk.view("acme").health.state, HealthState::Ok);

    // A test of what is saved, its secret left empty, is news of it.
    let kept = desk.draft_with("acme", &[("token", "")]);
    assert!(desk.test(&kept).await.ok);
    assert!(desk.view("acme").health.tested_ms.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_only_connection_of_a_workspace_is_chosen() {
    let desk = Desk::open().await;
    let folder = desk.studio.home().join("rest");
    let opened = workspaces::new(&desk.studio, "rest", &folder.display().to_string()).unwrap();
    assert_eq!(opened.connection, None);

    let draft = ConnectionDraft {
        connector: ".".into(),
        auth: "none".into(),
        values: BTreeMap::from([("host".into(), "api.acme.example".into())]),
        ..desk.draft("mine")
    };
    connections::save(&desk.studio, &draft).unwrap();
    assert_eq!(
        workspaces::current(&desk.studio).unwrap().connection.as_deref(),
        Some("mine")
    );
}

/// How often connections changed so far. Files of the workspace may have changed as well, whenever the system says so.
fn news_of_connections(events: &mut tokio::sync::broadcast::Receiver<Event>) -> usize {
    let news = std::iter::from_fn(|| events.try_recv().ok());
    news.filter(|event| *event == Event::ConnectionsChanged).count()
}

const DELETE_TWICE: &str = "fn execute(connection, input) {
    http.request(\"DELETE\", \"/api/v1/users/nobody\").accept([404]).send();
    http.request(\"DELETE\", \"/api/v1/users/nobody\").accept([404]).send().status
}";

#[tokio::test(flavor = "multi_thread")]
async fn a_live_org_is_written_to_after_someone_said_yes_once() {
    let desk = Desk::open().await;
    let live = ConnectionDraft {
        environment: Some(Environment::Production),
        ..desk.draft("acme")
    };
    assert!(connections::save(&desk.studio, &live).unwrap().live);

    // Nobody to ask: the request and the script are told so, and reading goes on.
    let refused = desk.send("DELETE", "/api/v1/users/nobody", "acme").await.unwrap_err();
    assert_eq!(refused.code, Code::Usage);
    assert!(refused.hint.unwrap_or_default().contains("--allow-writes"));
    let report = desk.run("delete_twice", DELETE_TWICE, "acme").await;
    assert_eq!(report.error.unwrap().code, "write_not_allowed");
    assert!(desk.send("GET", "/api/v1/users/me", "acme").await.is_ok());

    let no = desk.answer_all(WriteAnswer {
        send: false,
        remember: false,
    });
    let declined = desk.send("DELETE", "/api/v1/users/nobody", "acme").await.unwrap_err();
    assert_eq!(declined.code, Code::Cancelled);
    no.abort();

    let mut asked = desk.studio.events();
    let yes = desk.answer_all(WriteAnswer {
        send: true,
        remember: true,
    });
    let report = desk.run("delete_twice", DELETE_TWICE, "acme").await;
    assert!(report.ok, "{:?}", report.error);
    assert_eq!(
        desk.send("DELETE", "/api/v1/users/nobody", "acme")
            .await
            .unwrap()
            .response
            .status,
        404
    );
    yes.abort();
    let mut questions = 0;
    while let Ok(event) = asked.try_recv() {
        questions += usize::from(matches!(event, Event::WriteAsked { .. }));
    }
    assert_eq!(questions, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_only_profile_refuses_whoever_asks_and_one_that_allows_asks_nobody() {
    let desk = Desk::open().await;
    desk.studio.writes().allow_all();
    let profile = |name, read_only| ConnectionDraft {
        environment: Some(Environment::Production),
        read_only: Some(read_only),
        ..desk.draft(name)
    };
    connections::save(&desk.studio, &profile("closed", ReadOnly::True)).unwrap();
    let refused = desk.send("POST", "/api/v1/users", "closed").await.unwrap_err();
    assert_eq!(refused.code, Code::Failed);
    let report = desk.run("delete_twice", DELETE_TWICE, "closed").await;
    assert_eq!(report.error.unwrap().code, "read_only");

    let other = Desk::open().await;
    connections::save(
        &other.studio,
        &ConnectionDraft {
            values: other.draft("x").values,
            ..profile("open", ReadOnly::False)
        },
    )
    .unwrap();
    assert!(other.run("delete_twice", DELETE_TWICE, "open").await.ok);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_waits_for_an_answer_keeps_its_time_and_stops_when_told() {
    let desk = Desk::open().await;
    let live = ConnectionDraft {
        environment: Some(Environment::Preview),
        ..desk.draft("acme")
    };
    connections::save(&desk.studio, &live).unwrap();
    let writes = desk.studio.writes();
    writes.ask_me();
    let mut events = desk.studio.events();
    let (report, ()) = tokio::join!(desk.run("delete_twice", DELETE_TWICE, "acme"), async {
        while !matches!(events.recv().await, Ok(Event::WriteAsked { .. })) {}
        runs::cancel(&desk.studio, "run");
    });
    assert_eq!(report.error.unwrap().code, "cancelled");
    let settled = tokio::time::timeout(Duration::from_secs(5), async {
        while !matches!(events.recv().await, Ok(Event::WriteSettled { .. })) {}
    });
    assert!(settled.await.is_ok());
}
