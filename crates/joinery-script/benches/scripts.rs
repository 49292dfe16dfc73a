//! What scripts cost: `cargo bench -p joinery-script`. Prints the median of several runs, in a worker and in this process;
//! after `--`, a part of a line's name picks the lines that are measured.

#![allow(
    clippy::unwrap_used,
    reason = "what goes wrong here is a mistake of these lines: it is to stop them"
)]

#[path = "../tests/scripts/support.rs"]
#[allow(dead_code, reason = "most of it is for the tests, whose file it is")]
mod support;

use std::{
    env,
    fmt::Write as _,
    sync::{Arc, LazyLock},
    thread,
    time::{Duration, Instant},
};

use joinery_script::{Cancel, Function, Host, Limits, Outcome, Run, run::Scripts};
use serde_json::{Map, Value, json};

use crate::support::{MemoryHost, connector, workers};

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
const NATIVE: &str = r#"
    let users = json.parse(input.users);
    shape(where(users, #{ "status in": ["ACTIVE", "SUSPENDED"] }), #{
        id: "id", name: "{profile.firstName} {profile.lastName}", email: "profile.email", status: "status",
    }).len()"#;
const HELPERS: &str = r#"
    let users = json.parse(input.users);
    let mapped = 0;
    for round in 0..TIMES {
        mapped += shape(where(users, #{ "status in": ["ACTIVE", "SUSPENDED"] }), #{
            id: "id", name: "{profile.firstName} {profile.lastName}", email: "profile.email", status: "status",
        }).len();
    }
    mapped"#;
/// How often the helpers map the users where they alone are measured.
const MANY: usize = 10;

/// The engine in this process, to compare with.
static HERE: LazyLock<Scripts> = LazyLock::new(Scripts::new);
/// What the names of the lines to be measured contain.
static PICKED: LazyLock<String> = LazyLock::new(|| {
    let mut arguments = env::args().skip(1).filter(|argument| !argument.starts_with('-'));
    arguments.next().unwrap_or_default()
});

fn main() {
    let users = users(10_000);
    let given = json!({ "users": users });
    let long = long_script(1_000);
    let stock = rhai::Engine::new();
    println!("milliseconds                                worker  in-process");
    both("1,000,000 loop steps", 5, |_| script(LOOP), &json!({}));
    let theirs = "  the same by the stock engine";
    if is_picked(theirs) {
        let taken = median(5, |_| {
            stock.eval::<i64>(LOOP).unwrap();
        });
        println!("{theirs:52}{taken:8.1}");
    }
    both("10,000 users by a plain loop", 5, |_| script(USERS), &given);
    both(
        "  of it reading the JSON",
        5,
        |_| script("json.parse(input.users).len()"),
        &given,
    );
    both(
        "10,000 users by native helpers, read too",
        5,
        |_| script(NATIVE),
        &given,
    );
    mapped("  of it the helpers alone");
    both(
        "10,000 users passed on as they are",
        5,
        |_| script("http.get(\"/users\")"),
        &given,
    );
    both(
        "one small action, first time",
        200,
        |index| script(&format!("let a = {index}; `${{a}}`")),
        &json!({}),
    );
    both(
        "one small action, again",
        200,
        |_| script("let a = 1; `${a}`"),
        &json!({}),
    );
    both("  with one call of the host", 200, |_| script("now(); 1"), &json!({}));
    let edited = |index| format!("{long}// {index}");
    both("1,000 lines, again after an edit", 20, edited, &json!({}));
    let empty = connector(&[]);
    let check = "check of a script of 1,000 lines";
    if is_picked(check) {
        let taken = median(20, |index| {
            drop(workers().check_file(&empty, "actions/a.rhai", &edited(index)));
        });
        println!("{check:42}{taken:8.2}");
    }
    stopped("stopping a loop", &script("loop {}"));
    let native = "let a = []; a.pad(3_000_000, #{ a: 1 }); let b = a; loop { a == b; }";
    stopped("stopping a call that takes long", &script(native));
    let parameters: Vec<String> = (0..100_000).map(|index| format!("p{index}")).collect();
    stopped(
        "stopping while it is read",
        &format!("fn f({}) {{}}", parameters.join(",")),
    );
}

/// Prints how long the helpers take for users that are read: a run that maps them many times, less one that never does.
fn mapped(name: &str) {
    if !is_picked(name) {
        return;
    }
    let host: Arc<dyn Host> = Arc::new(MemoryHost::default());
    let cancel = Cancel::default();
    let given = json!({ "users": users(10_000) });
    let timed = |times: usize, how: &dyn Fn(&Run) -> Outcome| {
        let script = script(&HELPERS.replace("TIMES", &times.to_string()));
        let run = run_of(&script, given.clone(), Limits::default());
        median(5, |_| {
            how(&run).result.unwrap();
        })
    };
    let each = |how: &dyn Fn(&Run) -> Outcome| (timed(MANY, how) - timed(0, how)) / MANY as f64;
    let worker = each(&|run| workers().run(run, &host, &cancel));
    let here = each(&|run| HERE.run(run, &host, &cancel));
    println!("{name:42}{worker:8.2}  {here:10.2}");
}

fn run_of(text: &str, input: Value, limits: Limits) -> Run {
    Run {
        connector: connector(&[("actions/a.rhai", text)]),
        file: "actions/a.rhai".into(),
        function: Function::Execute { input },
        connection: Map::new(),
        secrets: Vec::new(),
        config: Value::Null,
        limits: Limits {
            operations: u64::MAX,
            ..limits
        },
        coverage: false,
    }
}

fn is_picked(name: &str) -> bool {
    name.contains(PICKED.as_str())
}

fn script(body: &str) -> String {
    format!("fn execute(connection, input) {{ {body} }}")
}

/// Prints how long a run takes in a worker and in this process; `text` is given a number that differs every time.
fn both(name: &str, times: usize, text: impl Fn(usize) -> String, input: &Value) {
    if !is_picked(name) {
        return;
    }
    let host = Arc::new(MemoryHost::default());
    if let Some(users) = input["users"].as_str() {
        let answer = (200, users.to_owned());
        host.answers.lock().unwrap().insert("/users".into(), answer);
    }
    let host: Arc<dyn Host> = host;
    let cancel = Cancel::default();
    let run = |index, run: &dyn Fn(&Run) -> Outcome| {
        let run_it = run_of(&text(index), input.clone(), Limits::default());
        let began = Instant::now();
        run(&run_it).result.unwrap();
        began.elapsed().as_secs_f64() * 1000.0
    };
    let timed = |how: &dyn Fn(&Run) -> Outcome| {
        run(times, how);
        middle((0..times).map(|index| run(index, how)).collect())
    };
    let worker = timed(&|run| workers().run(run, &host, &cancel));
    let here = timed(&|run| HERE.run(run, &host, &cancel));
    println!("{name:42}{worker:8.2}  {here:10.2}");
}

/// Prints how long it takes until a run of `text` that is stopped has ended.
fn stopped(name: &str, text: &str) {
    if !is_picked(name) {
        return;
    }
    let host: Arc<dyn Host> = Arc::new(MemoryHost::default());
    let run = run_of(
        text,
        json!({}),
        Limits {
            memory: 2 << 30,
            file: 8 << 20,
            ..Limits::default()
        },
    );
    let taken = (0..5).map(|_| {
        let cancel = Cancel::default();
        let switch = cancel.clone();
        let stopping = thread::spawn(move || {
            thread::sleep(Duration::from_millis(500));
            switch.cancel();
            Instant::now()
        });
        let outcome = workers().run(&run, &host, &cancel);
        let ended = Instant::now();
        assert_eq!(outcome.result.unwrap_err().code, "cancelled");
        (ended - stopping.join().unwrap()).as_secs_f64() * 1000.0
    });
    println!("{name:42}{:8.1}", middle(taken.collect()));
}

/// The median time of `work`, called once before to warm up; it is given a number that differs every time.
fn median(times: usize, mut work: impl FnMut(usize)) -> f64 {
    work(times);
    let timed = |index| {
        let began = Instant::now();
        work(index);
        began.elapsed().as_secs_f64() * 1000.0
    };
    middle((0..times).map(timed).collect())
}

fn middle(mut taken: Vec<f64>) -> f64 {
    taken.sort_by(f64::total_cmp);
    taken[taken.len() / 2]
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
    text + "\nfn execute(connection, input) { 1 }\n"
}
