//! `joinery history` on the store that the window keeps its sends in.

use std::fs;

use joinery_app::{Program, Studio, StudioOptions, requests, workspaces};
use serde_json::Value;

use crate::{
    home::{Place, top},
    mock::MOCK,
};

/// A place with three sends of the window: two that were answered, one that was not found.
fn place_with_sends() -> Place {
    let place = Place::new();
    let folder = place.work().join("shop/acme");
    fs::create_dir_all(&folder).unwrap();
    let manifest = "format = 1\nid = \"acme\"\ntitle = \"Acme\"\nversion = \"0.1.0\"\n";
    fs::write(folder.join("connector.toml"), manifest).unwrap();
    let studio = Studio::new(StudioOptions {
        home: place.home().join("joinery"),
        documents: place.work(),
        keychain: false,
        worker: Program::This,
    });
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    workspaces::open(&studio, &place.work().join("shop").display().to_string()).unwrap();
    for path in ["/json", "/status/404", "/latin1"] {
        let send = requests::SendRequest {
            id: path.to_owned(),
            connector: "acme".to_owned(),
            request: joinery_app::SavedRequest {
                method: "GET".to_owned(),
                url: format!("{}{path}", *MOCK),
                ..Default::default()
            },
            ..Default::default()
        };
        runtime.block_on(requests::send(&studio, send)).unwrap();
    }
    place
}

fn run(place: &Place, arguments: &[&str]) -> (i32, String, String) {
    let output = place.run(&[&["history"], arguments].concat(), &[], b"");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (
        output.status.code().unwrap(),
        text(&output.stdout),
        text(&output.stderr),
    )
}

fn json(place: &Place, arguments: &[&str]) -> Value {
    let (code, stdout, stderr) = run(place, arguments);
    assert_eq!(code, 0, "{stderr}");
    let value: Value = serde_json::from_str(&stdout).unwrap();
    let schema = fs::read_to_string(top().join("docs/schemas/history.json")).unwrap();
    let schema = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    let wrong: Vec<String> = schema.iter_errors(&value).map(|error| error.to_string()).collect();
    assert!(wrong.is_empty(), "{wrong:?} in {value:#}");
    value
}

fn numbers(place: &Place, arguments: &[&str]) -> Vec<i64> {
    let listed = json(place, &[&["list", "--json"], arguments].concat());
    let each = listed.as_array().unwrap().iter();
    each.map(|send| send["number"].as_i64().unwrap()).collect()
}

#[test]
fn sends_of_the_window_are_listed_chosen_and_shown() {
    let place = place_with_sends();
    assert_eq!(numbers(&place, &[]), [3, 2, 1]);
    assert_eq!(numbers(&place, &["--status", "4xx"]), [2]);
    assert_eq!(numbers(&place, &["--status", "200", "--url", "/JSON"]), [1]);
    assert_eq!(numbers(&place, &["--connector", "acme", "--limit", "1"]), [3]);
    assert_eq!(numbers(&place, &["--connector", "other"]), [] as [i64; 0]);
    assert_eq!(numbers(&place, &["--workspace", "shop"]), [3, 2, 1]);
    assert_eq!(numbers(&place, &["--workspace", "elsewhere"]), [] as [i64; 0]);
    let (_, listed, _) = run(&place, &["list", "--status", "404"]);
    assert!(
        listed.contains("404") && listed.contains("acme  GET http://"),
        "{listed}"
    );

    let (_, shown, _) = run(&place, &["show", "1"]);
    for part in [
        "GET http://",
        "/json\n",
        "HTTP/1.1 200 OK",
        "content-type: application/json",
        "\"name\":\"Ada\"",
    ] {
        assert!(shown.contains(part), "{part} is missing in {shown}");
    }
    let shown = json(&place, &["show", "2", "--json"]);
    assert_eq!(shown["response"]["status"], 404);
    assert_eq!(shown["response"]["body"]["errorCode"], "E0000001");
    let (_, body, _) = run(&place, &["show", "1", "--body"]);
    assert_eq!(body, r#"{"name":"Ada","tags":["a","b"],"age":36}"#);
    let (code, shown, note) = run(&place, &["show", "3"]);
    assert!(
        code == 0 && !shown.contains("Ad") && note.contains("--body"),
        "{shown}{note}"
    );
}

#[test]
fn sends_are_pinned_deleted_and_cleared_for_the_window_too() {
    let place = place_with_sends();
    assert_eq!(run(&place, &["pin", "1", "2"]).0, 0);
    assert_eq!(run(&place, &["pin", "3", "99"]).0, 2);
    assert_eq!(numbers(&place, &["--pinned"]), [2, 1]);
    assert_eq!(run(&place, &["unpin", "2"]).0, 0);
    let (_, _, note) = run(&place, &["clear", "--status", "5xx"]);
    assert_eq!(note, "Forgot 0 sends.\n");
    let (_, _, note) = run(&place, &["clear", "--before", "2001-01-01T00:00:00Z"]);
    assert_eq!(note, "Forgot 0 sends.\n");
    assert_eq!(run(&place, &["clear"]).2, "Forgot 2 sends.\n");
    assert_eq!(numbers(&place, &[]), [1]);
    let bodies = place.home().join("joinery/bodies");
    assert_eq!(fs::read_dir(&bodies).unwrap().count(), 1);
    let (code, _, error) = run(&place, &["delete", "7"]);
    assert!(code == 2 && error.contains("7 is no longer kept"), "{error}");
    assert_eq!(run(&place, &["delete", "1"]).2, "Forgot 1 send.\n");
    assert_eq!(fs::read_dir(&bodies).unwrap().count(), 0);
    assert_eq!(numbers(&place, &[]), [] as [i64; 0]);
}
