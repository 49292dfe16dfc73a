//! Tests of [`super`].

use serde_json::json;

use super::*;

fn run(id: &str, flow: &str, key: &str) -> Run {
    Run {
        id: id.into(),
        workspace: "/w".into(),
        flow: flow.into(),
        event_key: key.into(),
        event: json!({ "uuid": key }),
        connections: json!({}),
        status: Status::Pending,
        error: Value::Null,
        console: json!([]),
        owner: None,
        created_ms: 1,
        updated_ms: 1,
        due_ms: None,
    }
}

fn step(run: &str, number: u32, state: State) -> Step {
    Step {
        run: run.into(),
        number,
        call: json!({ "action": "okta.get_user" }),
        key: format!("{run}-{number}"),
        state,
        output: Value::Null,
        tries: 1,
        file: "flows/a.rhai".into(),
        line: 3,
        begun_ms: 5,
        time_ms: None,
    }
}

#[test]
fn an_event_is_kept_once_and_a_flow_handles_its_events_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let runs = [run("1", "flows/a.rhai", "x"), run("2", "flows/a.rhai", "y")];
    assert_eq!(add(&store, &runs).unwrap(), [true, true]);
    let again = [run("3", "flows/a.rhai", "x"), run("4", "flows/b.rhai", "x")];
    assert_eq!(add(&store, &again).unwrap(), [false, true], "by flow and key");

    let next = |owner| claim_next(&store, "/w", owner, 9).unwrap().map(|run| run.id);
    assert_eq!(next("p"), Some("1".into()));
    assert_eq!(
        next("p"),
        Some("4".into()),
        "the other event of the first flow waits its turn"
    );
    assert_eq!(next("p"), None);
    settle(&store, "1", Status::Done, &Value::Null, &json!([]), None, 10).unwrap();
    assert_eq!(next("p"), Some("2".into()));
    assert_eq!(claim_next(&store, "/other", "p", 9).unwrap(), None);
}

#[test]
fn the_runs_of_a_process_that_ended_are_next_again() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    add(&store, &[run("1", "flows/a.rhai", "x"), run("2", "flows/b.rhai", "x")]).unwrap();
    claim(&store, "1", "gone", 9).unwrap().unwrap();
    claim(&store, "2", "here", 9).unwrap().unwrap();
    assert_eq!(claim(&store, "2", "gone", 9).unwrap(), None, "somebody works on it");
    assert_eq!(give_back(&store, |owner| owner == "gone").unwrap(), 1);
    assert_eq!(get(&store, "1").unwrap().unwrap().status, Status::Pending);
    assert_eq!(get(&store, "2").unwrap().unwrap().status, Status::Running);
}

#[test]
fn an_answer_counts_once_even_where_the_run_is_only_about_to_wait_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    add(&store, &[run("1", "flows/a.rhai", "x")]).unwrap();
    claim(&store, "1", "p", 9).unwrap();
    put_step(&store, &step("1", 1, State::Asked)).unwrap();
    assert!(answer(&store, "1-1", &json!({ "approved": true }), 10).unwrap());
    assert!(
        !answer(&store, "1-1", &json!({ "approved": false }), 11).unwrap(),
        "twice"
    );
    settle(&store, "1", Status::Asking, &Value::Null, &json!([]), Some(20), 12).unwrap();
    assert_eq!(get(&store, "1").unwrap().unwrap().status, Status::Pending);
    assert_eq!(steps(&store, "1").unwrap()[0].output, json!({ "approved": true }));

    put_step(&store, &step("1", 2, State::Asked)).unwrap();
    settle(&store, "1", Status::Asking, &Value::Null, &json!([]), Some(20), 12).unwrap();
    assert_eq!(overdue(&store, 19).unwrap(), Vec::<String>::new());
    assert_eq!(overdue(&store, 20).unwrap(), ["1-2"]);
}

#[test]
fn a_run_that_is_done_again_forgets_its_steps_from_there() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    add(&store, &[run("1", "flows/a.rhai", "x")]).unwrap();
    for number in 1..=3 {
        put_step(&store, &step("1", number, State::Done)).unwrap();
    }
    settle(
        &store,
        "1",
        Status::Failed,
        &json!({ "code": "x" }),
        &json!([]),
        None,
        10,
    )
    .unwrap();
    assert!(again(&store, "1", 2, 11).unwrap());
    let left: Vec<u32> = steps(&store, "1").unwrap().iter().map(|step| step.number).collect();
    assert_eq!(left, [1]);
    assert!(!again(&store, "none", 1, 11).unwrap());
    assert_eq!(count(&store, "/w", Status::Pending).unwrap(), 1);
    assert_eq!(list(&store, "/w", Some("flows/b.rhai"), 9).unwrap(), []);
}
