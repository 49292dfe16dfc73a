//! Settings act: on what a run may use, on the way to a server, and on what is kept.

#![allow(clippy::unwrap_used, reason = "a test may fail where it stands")]

use std::{fs, path::Path};

use axum::{Router, http::Uri, routing::get};
use joinery_app::{
    Program, SavedRequest, Studio, StudioOptions,
    files::FileRef,
    history::{self, AskHistory},
    requests::{self, SendRequest, Sent},
    runs::{self, RunAction, RunReport},
    settings::{self, Cleared, Settings},
    workspaces,
};
use joinery_connector::secret::MASK;
use serde_json::{Value, json};
use tokio::net::TcpListener;

const MANIFEST: &str = "format = 1\nid = \"acme\"\ntitle = \"Acme\"\nversion = \"0.1.0\"\n\n[http]\nbase_url = \"http://acme.test\"\n\n[[auth]]\nid = \"none\"\nlabel = \"No sign-in\"\nkind = \"none\"\n";
const FOREVER: &str =
    "//! Never ends\nfn execute(connection, input) { loop { let i = 0; while i < 1000 { i += 1; } sleep(10); } }\n";

struct Desk {
    studio: Studio,
    folder: tempfile::TempDir,
    server: String,
}

impl Desk {
    /// A workspace with one connector, and a server that answers with who is asked for.
    async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let workspace = folder.path().join("work");
        fs::create_dir_all(workspace.join("acme/actions")).unwrap();
        fs::write(workspace.join("acme/connector.toml"), MANIFEST).unwrap();
        fs::write(workspace.join("acme/actions/forever.rhai"), FOREVER).unwrap();
        fs::write(
            workspace.join("acme/actions/who.rhai"),
            "//! Who\nfn execute(connection, input) { #{ login: \"ada\", mobilePhone: \"+44 1\" } }\n",
        )
        .unwrap();
        let studio = studio_in(folder.path());
        let answer = |uri: Uri| async move {
            let body = json!({ "login": "ada", "mobilePhone": "+44 1", "asked": uri.to_string() });
            (
                [("x-employee", "1815"), ("content-type", "application/json")],
                body.to_string(),
            )
        };
        let router = Router::new().fallback(get(answer));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { studio, folder, server }
    }

    /// The same with another studio, as after a start anew.
    fn reopened(self) -> Self {
        Self {
            studio: studio_in(self.folder.path()),
            ..self
        }
    }

    fn set(&self, change: impl FnOnce(&mut Settings)) {
        let mut wanted = settings::chosen(&self.studio).unwrap();
        change(&mut wanted);
        settings::save(&self.studio, wanted).unwrap();
    }

    async fn send(&self, url: &str) -> Result<Sent, joinery_app::Error> {
        let request = SavedRequest {
            method: "GET".into(),
            url: url.into(),
            ..SavedRequest::default()
        };
        let send = SendRequest {
            id: "send".into(),
            connector: "acme".into(),
            request,
            ..SendRequest::default()
        };
        requests::send(&self.studio, send).await
    }

    async fn run(&self, action: &str) -> RunReport {
        let run = RunAction {
            id: "run".into(),
            file: FileRef {
                connector: "acme".into(),
                path: format!("actions/{action}.rhai"),
            },
            input: json!({}),
            config: Value::Null,
            connection: None,
            resume: None,
            save: None,
            function: None,
        };
        runs::run(&self.studio, run).await.unwrap()
    }

    fn past(&self, url: &str) -> usize {
        let ask = AskHistory {
            file: None,
            method: "GET".into(),
            url: url.into(),
        };
        history::list(&self.studio, &ask).unwrap().len()
    }
}

fn studio_in(folder: &Path) -> Studio {
    let studio = Studio::new(StudioOptions {
        home: folder.join("home"),
        documents: folder.join("documents"),
        keychain: false,
        worker: Program::At(env!("CARGO_BIN_EXE_app-worker").into()),
    });
    workspaces::open(&studio, folder.join("work").to_str().unwrap()).unwrap();
    studio
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_ends_at_the_time_that_was_set() {
    let desk = Desk::open().await;
    desk.set(|settings| settings.run_seconds = 1);
    let report = desk.run("forever").await;
    let error = report.error.unwrap();
    assert!(error.message.contains("1 s"), "{}", error.message);
    assert!((900.0..20_000.0).contains(&report.time_ms), "{}", report.time_ms);
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_take_the_usual_proxy_where_nothing_else_is_said() {
    let desk = Desk::open().await;
    // The server answers for any address, as a proxy would.
    desk.set(|settings| settings.proxy.clone_from(&desk.server));
    let sent = desk.send("http://nowhere.acme.test/users").await.unwrap();
    assert_eq!(sent.response.status, 200);
    desk.set(|settings| settings.proxy_bypass = "*.acme.test".into());
    assert!(desk.send("http://nowhere.acme.test/users").await.is_err());
    let error = settings::save(
        &desk.studio,
        Settings {
            proxy: "ftp://proxy".into(),
            ..Settings::default()
        },
    );
    assert!(error.unwrap_err().message.contains("proxy"));
}

#[tokio::test(flavor = "multi_thread")]
async fn masked_names_are_stars_in_the_history_and_no_difference() {
    let desk = Desk::open().await;
    desk.set(|settings| settings.masked = vec![" MobilePhone ".into(), "x-employee".into(), "mobilephone".into()]);
    assert_eq!(
        settings::chosen(&desk.studio).unwrap().masked,
        ["MobilePhone", "x-employee"]
    );
    let sent = desk.send(&format!("{}/?mobilePhone=44", desk.server)).await.unwrap();
    let shown = desk.studio.bodies.text(&sent.body.id, 1 << 20).unwrap();
    assert!(shown.contains("+44 1"), "what is on screen is whole: {shown}");
    let past = history::open(&desk.studio, sent.number).unwrap();
    let kept = format!("{past:?}{}", desk.studio.bodies.text(&past.body.id, 1 << 20).unwrap());
    assert!(
        !kept.contains("+44 1") && !kept.contains("1815") && kept.contains(MASK),
        "{kept}"
    );
    desk.run("who").await;
    let store = desk.folder.path().join("home/joinery.db");
    let bytes = fs::read(store).unwrap();
    assert!(!bytes.windows(5).any(|window| window == b"+44 1"));
    // Another studio on the same store compares with what was kept.
    let again = desk.reopened().run("who").await.output.unwrap();
    assert_eq!((again.previous.is_some(), again.changed), (true, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_history_keeps_as_many_sends_as_were_set_and_is_cleared_when_asked() {
    let desk = Desk::open().await;
    desk.set(|settings| settings.kept_sends = 10);
    for _ in 0..12 {
        desk.send(&desk.server).await.unwrap();
    }
    let url = format!("{}/", desk.server);
    assert_eq!(desk.past(&url), 10);
    desk.run("who").await;
    assert_eq!(settings::clear(&desk.studio, Cleared::History).unwrap(), 11);
    assert_eq!(desk.past(&url), 0);
    let bodies = desk.folder.path().join("home/bodies");
    let left = fs::read_dir(bodies).unwrap().flatten().count();
    assert!(left <= 12, "only bodies that are on screen may be left: {left}");
}

#[tokio::test(flavor = "multi_thread")]
async fn drafts_are_cleared_and_other_things_remembered_stay() {
    let desk = Desk::open().await;
    settings::remember(&desk.studio, "drafts:/work", &json!({ "files": [] })).unwrap();
    settings::remember(&desk.studio, "layout:/work", &json!({ "mode": "call" })).unwrap();
    assert_eq!(settings::clear(&desk.studio, Cleared::Drafts).unwrap(), 1);
    assert_eq!(settings::clear(&desk.studio, Cleared::Cookies).unwrap(), 0);
    assert_eq!(settings::recall(&desk.studio, "drafts:/work").unwrap(), Value::Null);
    assert_ne!(settings::recall(&desk.studio, "layout:/work").unwrap(), Value::Null);
}

#[tokio::test]
async fn places_are_named_and_only_those_are_shown() {
    let desk = Desk::open().await;
    let places = settings::places(&desk.studio).unwrap();
    let ids: Vec<&str> = places.iter().map(|place| place.id.as_str()).collect();
    assert_eq!(ids, ["store", "bodies", "crashes", "documents", "workspace"]);
    assert!(places[0].size.unwrap() > 0);
    assert!(
        settings::folder_url(&desk.studio, "workspace")
            .unwrap()
            .path()
            .ends_with("/work/")
    );
    assert!(
        settings::folder_url(&desk.studio, "crashes")
            .unwrap_err()
            .message
            .contains("no folder")
    );
    assert!(settings::folder_url(&desk.studio, "/etc").is_err());
}
