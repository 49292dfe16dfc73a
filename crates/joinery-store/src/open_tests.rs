//! Tests of [`super`]: real files, several openings at once.

use super::*;
use crate::table::{run, setting};
use serde_json::json;

fn run_row(action: &str) -> run::Row {
    run::Row {
        id: 0,
        workspace: "/w".into(),
        connector: "okta".into(),
        action: action.into(),
        ran_ms: 0,
        ok: true,
        time_ms: 1.0,
        input: "{}".into(),
        output: None,
        detail: "{}".into(),
    }
}

#[test]
fn a_file_that_is_not_a_store_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("joinery.db");
    for text in ["short notes".to_owned(), "These are my notes. ".repeat(500)] {
        std::fs::write(&path, &text).unwrap();
        let message = Store::open(folder.path()).err().unwrap().to_string();
        assert!(message.contains("not a Joinery store"), "{message}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn the_database_of_another_program_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("joinery.db");
    Connection::open(&path)
        .unwrap()
        .execute_batch("CREATE TABLE song (name TEXT)")
        .unwrap();
    let before = std::fs::read(&path).unwrap();
    assert!(matches!(Store::open(folder.path()), Err(Error::Open { .. })));
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[test]
fn a_store_of_a_newer_joinery_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    drop(Store::open(folder.path()).unwrap());
    let path = folder.path().join("joinery.db");
    Connection::open(&path)
        .unwrap()
        .pragma_update(None, "user_version", 99)
        .unwrap();
    let error = Store::open(folder.path()).err().unwrap();
    assert!(matches!(error, Error::TooNew { found: 99, .. }), "{error}");
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let error = Store::open(&file.join("store")).err().unwrap();
    assert!(
        matches!(&error, Error::File { .. }) && error.to_string().contains("file/store"),
        "{error}"
    );
}

#[test]
fn a_store_held_by_another_process_is_reported_as_locked() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    store
        .connection
        .lock()
        .unwrap()
        .busy_timeout(Duration::from_millis(1))
        .unwrap();
    let holder = Connection::open(folder.path().join("joinery.db")).unwrap();
    holder.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert!(matches!(run::add(&store, &run_row("a"), 1), Err(Error::Locked { .. })));
    holder.execute_batch("ROLLBACK").unwrap();
    run::add(&store, &run_row("a"), 1).unwrap();
}

#[test]
fn several_openings_of_one_new_store_write_side_by_side() {
    let folder = tempfile::tempdir().unwrap();
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let folder = folder.path();
            scope.spawn(move || {
                let store = Store::open(folder).unwrap();
                for _ in 0..25 {
                    run::add(&store, &run_row(&format!("action {}", thread % 2)), 30).unwrap();
                    setting::put(&store, "last", &json!(thread)).unwrap();
                }
            });
        }
    });
    let store = Store::open(folder.path()).unwrap();
    for action in ["action 0", "action 1"] {
        assert_eq!(run::list(&store, "/w", "okta", action, 100).unwrap().len(), 30);
    }
}
