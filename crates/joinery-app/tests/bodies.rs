//! Bodies as fronts use them: filters in a process of their own, earlier answers, examples.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use joinery_app::{
    Code, Program, SavedRequest, Studio, StudioOptions,
    bodies::{self, BodyView, DiffBodies, FilterBody, FilterError, FilterKind, FindInBody, FindText},
    files::FileRef,
    history::{self, AskHistory},
    requests::{self, SendRequest, Sent},
    runs, workspaces,
};

const USER: &str = "requests/users/get_user.toml";

fn worker() -> Program {
    Program::At(env!("CARGO_BIN_EXE_app-worker").into())
}

fn studio() -> (Arc<Studio>, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder to work in");
    let options = StudioOptions {
        home: folder.path().join("home"),
        documents: folder.path().join("documents"),
        keychain: false,
        worker: worker(),
    };
    (Arc::new(Studio::new(options)), folder)
}

async fn send(studio: &Studio, user: &str) -> Sent {
    let send = SendRequest {
        id: "send".into(),
        connector: "okta".into(),
        path: Some(USER.into()),
        request: SavedRequest {
            method: "GET".into(),
            url: format!("{{{{base_url}}}}/api/v1/users/{user}"),
            ..SavedRequest::default()
        },
        connection: Some("sandbox".into()),
        ..SendRequest::default()
    };
    requests::send(studio, send).await.expect("the sandbox answers")
}

fn jq(text: &str, filter: &str, hear: &dyn Fn(f64) -> bool) -> Result<Vec<String>, FilterError> {
    let filtered = bodies::filter(&worker(), text.as_bytes(), FilterKind::Jq, filter, hear)?;
    let text = |value| String::from_utf8(value).expect("jq writes text");
    Ok(filtered.values.into_iter().map(text).collect())
}

#[test]
fn a_jq_filter_runs_apart_whatever_it_does() {
    assert_eq!(jq("[1,2]", ".[] + 1", &|_| true).unwrap(), ["2", "3"]);
    assert_eq!(
        jq("{}", "env | length", &|_| true).unwrap(),
        ["0"],
        "it sees no environment"
    );
    let wrong = jq("[1]", ".[0].x", &|_| true).unwrap_err();
    assert!(matches!(wrong, FilterError::Filter { column: None, .. }), "{wrong}");
    let wrong = jq("[1]", "lenght", &|_| true).unwrap_err();
    assert!(matches!(wrong, FilterError::Filter { column: Some(1), .. }), "{wrong}");
    let broken = jq("[1,", ".", &|_| true).unwrap_err();
    assert!(matches!(broken, FilterError::NotJson(_)), "{broken}");
    let deep = jq("1", "def f: 1 + f; f", &|_| true).unwrap_err();
    assert!(matches!(deep, FilterError::TooMuch), "{deep}");
    let ended = jq("1", "1 | halt", &|_| true).unwrap_err();
    assert!(ended.to_string().contains("broke off"), "{ended}");
}

#[test]
fn an_endless_filter_ends_when_it_is_given_up() {
    let asked = AtomicU32::new(0);
    let stopped = jq("1", "last(range(infinite))", &|_| {
        asked.fetch_add(1, Ordering::Relaxed) < 5
    });
    assert!(matches!(stopped, Err(FilterError::Stopped(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_is_searched_and_filtered_and_filters_are_remembered() {
    let (studio, _folder) = studio();
    workspaces::start_with_sandbox(&studio).await.unwrap();
    let body = studio
        .bodies
        .open(r#"[{"id":1,"tags":["a"]},{"id":2}]"#, "application/json");
    let find = FindText {
        text: "id".into(),
        case: true,
        regex: false,
    };
    let ask = FindInBody {
        id: "find".into(),
        body: body.id.clone(),
        find,
    };
    assert_eq!(bodies::find_in_body(&studio, ask).await.unwrap().count, 2);
    let filter = |filter: &str, remember| {
        let ask = FilterBody {
            id: "filter".into(),
            body: body.id.clone(),
            filter: filter.into(),
            remember,
        };
        bodies::filter_body(&studio, ask)
    };
    let ids = filter("$[*].id", true).await.unwrap();
    assert_eq!((ids.kind, ids.values), (FilterKind::JsonPath, 2));
    assert_eq!(studio.bodies.text(&ids.body.id, 99).as_deref(), Some("[1,2]"));
    let tags = filter(".[0].tags", true).await.unwrap();
    assert_eq!((tags.kind, tags.values), (FilterKind::Jq, 1));
    assert_eq!(
        studio.bodies.lines(&tags.body.id, BodyView::Tree, 1, 1).lines[0].text,
        "\"a\""
    );
    filter("$[0]", false).await.unwrap();
    assert_eq!(bodies::recent_filters(&studio).unwrap(), [".[0].tags", "$[*].id"]);
    let wrong = filter("$[?@.id ==]", true).await.unwrap_err();
    assert_eq!((wrong.code, wrong.column), (Code::Input, Some(11)));
}

#[tokio::test(flavor = "multi_thread")]
async fn earlier_answers_are_listed_compared_pinned_and_saved() {
    let (studio, folder) = studio();
    workspaces::start_with_sandbox(&studio).await.unwrap();
    let ada = send(&studio, "ada.lovelace@acme.example").await;
    let nobody = send(&studio, "nobody@acme.example").await;
    let ask = AskHistory {
        file: Some(FileRef {
            connector: "okta".into(),
            path: USER.into(),
        }),
        method: String::new(),
        url: String::new(),
    };
    history::pin(&studio, ada.number, true).unwrap();
    let sends = history::list(&studio, &ask).unwrap();
    let told: Vec<_> = sends
        .iter()
        .map(|send| (send.number, send.status, send.pinned))
        .collect();
    assert_eq!(told, [(nobody.number, Some(404), false), (ada.number, Some(200), true)]);
    let past = history::open(&studio, ada.number).unwrap();
    assert_eq!((past.response.status, past.body.size), (200, ada.body.size));
    let ask = DiffBodies {
        id: "diff".into(),
        old: past.body.id,
        new: nobody.body.id,
        ignored: Vec::new(),
    };
    let diff = bodies::diff_bodies(&studio, ask).await.unwrap();
    assert!(
        diff.added > 0 && diff.removed > 0 && !diff.changes.is_empty(),
        "{diff:?}"
    );

    let request = FileRef {
        connector: "okta".into(),
        path: USER.into(),
    };
    let save = |name| history::save_example(&studio, &request, nobody.number, name);
    let made = save("not_found").unwrap();
    assert_eq!(made.path, "requests/users/get_user.examples/not_found.json");
    assert_eq!(save("not_found").unwrap_err().code, Code::Conflict);
    assert_eq!(save("../escape").unwrap_err().code, Code::Input);
    let path = folder
        .path()
        .join("documents/Joinery/acme-connectors/okta")
        .join(&made.path);
    let example: serde_json::Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    assert_eq!(example["response"]["status"], 404);
    assert_eq!(example["response"]["body"]["errorCode"], "E0000007");
    assert_eq!(history::open(&studio, 999).unwrap_err().code, Code::Usage);
    runs::cancel(&studio, "diff");
}
