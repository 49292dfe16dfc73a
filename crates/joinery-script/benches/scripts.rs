//! What scripts cost: `cargo bench -p joinery-script`. Prints the median of several runs, in milliseconds.

#![allow(missing_docs, clippy::unwrap_used, clippy::single_match_else, dead_code)]

#[path = "../tests/scripts/support.rs"]
mod support;

use std::{fmt::Write as _, time::Instant};

use joinery_script::{Cancel, Limits, check_file};
use serde_json::{Value, json};

use crate::support::{MemoryHost, connector, execute, execute_with, scripts};

const LOOP: &str = "let x = 0; let i = 0; while i < 1_000_000 { x = x * 3 % 1_000_003 + i; i += 1; } x";
const USERS: &str = r#"
    let users = json.parse(input.users);
    let rows = [];
    for user in users {
        rows.push(#{
            id: user.id,
            name: user.profile.firstName + " " + user.profile.lastName,
            email: user.profile.email,
            active: user.status == "ACTIVE",
        });
    }
    rows"#;

const SHAPED: &str = r#"
    shape(where(users, #{ "status in": ["ACTIVE", "SUSPENDED"] }), #{
        id: "id", name: "{profile.firstName} {profile.lastName}", email: "profile.email", status: "status",
    })"#;

fn main() {
    let limits = Limits {
        operations: u64::MAX,
        ..Limits::default()
    };
    let run = |body: &str, input: Value| {
        let script = format!("fn execute(connection, input) {{ {body} }}");
        let outcome = execute(&[("actions/a.rhai", &script)], input, limits.clone()).0;
        outcome.result.unwrap();
    };
    let users = users(10_000);
    let long = long_script(1_000);
    let empty = connector(&[]);
    let stock = rhai::Engine::new();

    let ours = median(5, |_| run(LOOP, json!({})));
    let theirs = median(5, |_| {
        stock.eval::<i64>(LOOP).unwrap();
    });
    println!(
        "1,000,000 loop steps              {ours:8.1}  (stock engine {theirs:.1}, {:.2} times)",
        ours / theirs
    );
    let parse = median(5, |_| run("json.parse(input.users).len()", json!({ "users": users })));
    let whole = median(5, |_| run(USERS, json!({ "users": users })));
    println!("10,000 users by a plain loop      {whole:8.1}  (of it reading the JSON {parse:.1})");
    let shaped = median(5, |_| {
        let body = format!("let users = json.parse(input.users); {SHAPED}.len()");
        run(&body, json!({ "users": users }));
    });
    println!(
        "10,000 users by native helpers    {:8.1}  (reading the JSON left out)",
        shaped - parse
    );
    let host = std::sync::Arc::new(MemoryHost::default());
    host.answers
        .lock()
        .unwrap()
        .insert("/users".into(), (200, users.clone()));
    let passed = median(5, |_| {
        let script = "fn execute(connection, input) { http.get(\"/users\") }";
        let files = [("actions/a.rhai", script)];
        let outcome = execute_with(&files, json!({}), limits.clone(), &host, &Cancel::default());
        outcome.result.unwrap();
    });
    println!("10,000 users passed on as they are {passed:7.1}");
    let small = median(200, |index| run(&format!("let a = {index}; `${{a}}`"), json!({})));
    println!("one small action, compiled, run   {small:8.2}");
    let checked = median(20, |index| {
        drop(check_file(
            scripts(),
            &empty,
            "actions/a.rhai",
            &format!("{long}// {index}"),
        ));
    });
    println!("check of a script of 1,000 lines  {checked:8.1}");
}

/// The median time of `work`, called once before to warm up; it is given a number that differs every time.
fn median(times: usize, mut work: impl FnMut(usize)) -> f64 {
    work(times);
    let mut taken: Vec<f64> = (0..times)
        .map(|index| {
            let began = Instant::now();
            work(index);
            began.elapsed().as_secs_f64() * 1000.0
        })
        .collect();
    taken.sort_by(f64::total_cmp);
    taken[times / 2]
}

fn users(count: usize) -> String {
    let users: Vec<Value> = (0..count)
        .map(|index| {
            json!({
                "id": format!("00u{index}"),
                "status": if index % 7 == 0 { "SUSPENDED" } else { "ACTIVE" },
                "created": "2026-03-01T12:30:00.000Z",
                "profile": {
                    "firstName": "Ada", "lastName": format!("Lovelace {index}"),
                    "email": format!("ada{index}@acme.example"), "login": format!("ada{index}@acme.example"),
                },
            })
        })
        .collect();
    Value::from(users).to_string()
}

fn long_script(lines: usize) -> String {
    let mut text = String::from("//! Long\n");
    for index in 0..lines / 10 {
        let _ = write!(
            text,
            r#"
fn step{index}(user) {{
    let name = user.profile.firstName + " " + user.profile.lastName;
    if name.is_empty() {{
        name = `user ${{user.id}}`;
    }}
    let groups = http.items(`/api/v1/users/${{encode_path(user.id)}}/groups`);
    let names = groups.map(|group| group.profile.name);
    #{{ id: user.id, name: name, groups: names, digest: sha256(name) }}
}}"#
        );
    }
    text + "\nfn execute(connection, input) { step0(input) }\n"
}
