//! What no limit inside a process can stop: the worker ends, its host does not, and the next script runs at once.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use joinery_script::{Cancel, Limits, Outcome, Program, ScriptError, Workers};
use serde_json::json;

use crate::support::{MemoryHost, connector, execute, execute_with};

/// Runs `body`, and then a script that means well.
fn run(body: &str, limits: &Limits) -> Outcome {
    let script = format!("fn execute(connection, input) {{\n{body}\n}}");
    run_script(&script, limits)
}

fn run_script(script: &str, limits: &Limits) -> Outcome {
    let outcome = execute(&[("actions/a.rhai", script)], json!({}), limits.clone()).0;
    the_next_one_runs();
    outcome
}

fn the_next_one_runs() {
    let next = "fn execute(connection, input) { http.get(\"/echo\").method }";
    let outcome = execute(&[("actions/next.rhai", next)], json!({}), Limits::default()).0;
    assert_eq!(outcome.result, Ok(json!("GET")));
}

fn error(outcome: Outcome) -> ScriptError {
    let error = outcome.result.expect_err("this script must not succeed");
    assert!(!error.message.is_empty() && error.hint.is_some(), "{error:?}");
    error
}

fn patient() -> Limits {
    Limits {
        operations: u64::MAX,
        memory: 2 << 30,
        ..Limits::default()
    }
}

#[test]
fn values_nested_200_000_deep_are_built_printed_and_dropped() {
    // Every step takes as long as a list is deep: lists are only 20,000 deep, some levels at a time.
    let lists = format!(
        "let a = []; for i in 0..1_000 {{ a = {}a.take(){}; }} ",
        "[".repeat(20),
        "]".repeat(20)
    );
    let closures = "let f = |x| x; for i in 0..200_000 { let g = f; f = |x| g.call(x); } ";
    for (body, code) in [
        (format!("{lists} print(a); a = (); 1"), ""),
        (format!("{lists} a"), "result"),
        (format!("{closures} print(f); f = (); 1"), ""),
        (format!("{closures} f"), "result"),
        (format!("{closures} f.call(1)"), "depth_limit"),
    ] {
        let found = run(&body, &patient()).result.err().map(|error| error.code);
        let found = found.unwrap_or_default();
        // Whether the stack holds depends on the build; where it does not, the error says so.
        assert!(found == code || found == "stack_limit", "{body}: {found}");
    }
}

#[test]
fn what_overflows_the_stack_is_told_with_the_line_it_was_last_seen_at() {
    let body = "let f = |x| x;\nfor i in 0..600_000 { let g = f; f = |x| g.call(x); }\nprint(1);\nf = (); 1";
    let error = error(run(body, &patient()));
    assert_eq!(
        (error.code.as_str(), error.file.as_str(), error.line),
        ("stack_limit", "actions/a.rhai", 4),
        "{error:?}"
    );
    assert!(error.message.contains("nested too deep"), "{error:?}");
}

#[test]
fn values_that_hold_themselves_hold_up_nobody() {
    let limits = Limits {
        time: Duration::from_millis(200),
        ..Limits::default()
    };
    for body in [
        "let a = []; let f = || a; a.push(f); a",
        "let a = []; let f = || a; a.push(f); a == a",
        "let a = #{}; let f = || a; a.f = f; print(a); a.f.call()",
        "let a = #{}; let f = || a; a.f = f; a.f.call() == a",
        "let a = #{}; let f = || a; a.f = f; let b = a; b.f = a; a.b = b; `${a}`",
    ] {
        let began = Instant::now();
        let outcome = run(body, &limits);
        assert!(began.elapsed() < Duration::from_secs(5), "{body}");
        let code = outcome.result.err().map(|error| error.code).unwrap_or_default();
        // A lock on itself waits for good, or is noticed.
        let codes = ["", "result", "runtime", "time_limit", "stack_limit"];
        assert!(codes.contains(&code.as_str()), "{body}: {code}");
    }
}

#[test]
fn one_call_that_takes_more_than_the_system_gives_ends_in_a_memory_limit() {
    let limits = Limits {
        memory: 32 << 20,
        ..patient()
    };
    let body = "let s = \"\"; s.pad(30_000_000, \"[],\");\nlog.info(1);\njson.parse(\"[\" + s + \"0]\").len()";
    let error = error(run(body, &limits));
    assert_eq!(
        (error.code.as_str(), error.file.as_str()),
        ("memory_limit", "actions/a.rhai")
    );
}

/// Scripts that take the parser seconds and minutes.
fn bombs() -> [String; 3] {
    let many = |part: fn(u32) -> String| (0..100_000).map(part).collect::<Vec<_>>().concat();
    let parameters = many(|index| format!("p{index},"));
    let cases = many(|index| format!("{index}=>{index},"));
    let variables = many(|index| format!("let v{index}=1;"));
    [
        format!("fn f({parameters}) {{}}\nfn execute(connection, input) {{ 1 }}"),
        format!("fn execute(connection, input) {{ switch input {{ {cases} }} }}"),
        format!("fn execute(connection, input) {{ {variables} v0 }}"),
    ]
}

#[test]
fn a_file_that_takes_minutes_to_read_is_given_up() {
    let limits = Limits {
        time: Duration::from_millis(300),
        file: 8 << 20,
        ..Limits::default()
    };
    let [parameters, cases, _] = bombs();
    for script in [parameters, cases] {
        let began = Instant::now();
        let error = error(run_script(&script, &limits));
        assert_eq!(error.code, "time_limit");
        assert_eq!(
            error.message,
            "Stopped after 0.3 s: actions/a.rhai was still being read."
        );
        assert!(began.elapsed() < Duration::from_secs(5));
    }
}

#[test]
fn no_file_of_the_size_a_script_may_have_is_a_bomb_by_default() {
    for script in bombs() {
        let error = error(run_script(&script, &Limits::default()));
        assert_eq!(error.code, "file_limit", "{error:?}");
    }
}

#[test]
fn cancelling_ends_reading_and_native_calls_too() {
    let [parameters, ..] = bombs();
    let native =
        "fn execute(connection, input) { let a = []; a.pad(3_000_000, #{ a: 1 }); let b = a; loop { a == b; } }";
    for script in [&parameters, native, "fn execute(connection, input) { loop {} }"] {
        let limits = Limits {
            file: 8 << 20,
            ..patient()
        };
        let (cancel, host) = (Cancel::default(), Arc::new(MemoryHost::default()));
        let switch = cancel.clone();
        let waiting = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(150));
            switch.cancel();
            Instant::now()
        });
        let outcome = execute_with(&[("actions/a.rhai", script)], json!({}), limits, &host, &cancel);
        let ended = Instant::now();
        assert_eq!(error(outcome).code, "cancelled");
        let took = ended - waiting.join().unwrap();
        // 50 ms on a machine that has nothing else to do.
        assert!(took < Duration::from_millis(500), "{took:?}");
        the_next_one_runs();
    }
}

#[test]
fn tricks_with_names_reach_nothing() {
    let limits = Limits {
        operations: 200_000,
        ..Limits::default()
    };
    for body in [
        "#{ __proto__: 1, constructor: 2, \"toString\": 3 }",
        "let m = #{}; m[\"__proto__\"] = #{ admin: true }; #{}.admin ?? \"nobody\"",
        "let f = Fn(\"execute\"); type_of(f)",
        "connection.token + \"\" + `${connection.token}`",
    ] {
        let outcome = run(body, &limits);
        assert!(outcome.result.is_ok(), "{body}: {outcome:?}");
    }
    for body in [
        "connection.token.name",
        "import \"/proc/self/environ\" as e; e::x",
        "import \"file:///etc/passwd\" as e; e::x",
        "import \"methods\\\\..\\\\..\\\\x\" as e; e::x",
        "this.x",
        "global::y",
        "Fn(\"import\").call(\"x\")",
    ] {
        let outcome = run(body, &limits);
        assert!(outcome.result.is_err(), "{body}: {outcome:?}");
    }
}

#[test]
fn one_run_learns_nothing_of_the_run_before() {
    let files = [("actions/a.rhai", "fn execute(connection, input) { http.get(\"/it\") }")];
    for body in [r#"{"b":1,"a":2}"#, r#"{"a":1,"b":2}"#] {
        let host = Arc::new(MemoryHost::default());
        host.answers.lock().unwrap().insert("/it".into(), (200, body.into()));
        let outcome = execute_with(&files, json!({}), Limits::default(), &host, &Cancel::default());
        assert_eq!(outcome.result.unwrap().to_string(), body);
    }
}

#[test]
fn an_edit_is_seen_by_a_worker_that_knows_the_file() {
    for number in 1..=3 {
        let method = format!("fn number() {{ {number} }}");
        let files = [
            (
                "actions/a.rhai",
                "import \"methods/m\" as m;\nfn execute(connection, input) { m::number() }",
            ),
            ("methods/m.rhai", method.as_str()),
        ];
        let outcome = execute(&files, json!({}), Limits::default()).0;
        assert_eq!(outcome.result, Ok(json!(number)));
    }
}

#[test]
fn runs_at_once_have_workers_of_their_own() {
    let slow = "fn execute(connection, input) { sleep(0.2); input }";
    let began = Instant::now();
    std::thread::scope(|scope| {
        for number in 0..8 {
            scope.spawn(move || {
                let outcome = execute(&[("actions/a.rhai", slow)], json!(number), Limits::default()).0;
                assert_eq!(outcome.result, Ok(json!(number)));
            });
        }
    });
    assert!(began.elapsed() < Duration::from_secs(60));
}

#[cfg(unix)]
#[test]
fn a_program_that_is_no_worker_is_named_as_what_it_is() {
    for program in ["/bin/cat", "/bin/false", "/nowhere/at/all"] {
        let workers = Workers::new(Program::At(program.into()));
        let problems = workers.check_file(&connector(&[]), "methods/a.rhai", "1");
        assert_eq!(problems[0].code, "no_worker", "{program}: {problems:?}");
        assert!(problems[0].message.contains("cannot be started"), "{problems:?}");
    }
}

/// Everything the system says of one of our workers.
#[cfg(target_os = "linux")]
#[test]
fn a_worker_has_no_secrets_files_or_network() {
    use std::fs;

    let workers = Workers::new(Program::At(env!("CARGO_BIN_EXE_script-worker").into()));
    workers.check_file(&connector(&[]), "methods/a.rhai", "1");
    let parent = format!("PPid:\t{}\n", std::process::id());
    let of_worker = |path: &std::path::Path| {
        let status = fs::read_to_string(path.join("status")).ok()?;
        status.contains(&parent).then_some((path.to_owned(), status))
    };
    let processes = fs::read_dir("/proc").unwrap().flatten();
    let found: Vec<_> = processes.filter_map(|entry| of_worker(&entry.path())).collect();
    // One that is just being started has not shut itself in yet.
    let ready = |status: &str| status.contains("Threads:\t2\n") && status.contains("Seccomp:\t2");
    assert!(found.iter().any(|(_, status)| ready(status)));
    for (path, status) in found.into_iter().filter(|(_, status)| ready(status)) {
        assert!(status.contains("NoNewPrivs:\t1"), "{status}");
        let environment = fs::read(path.join("environ")).unwrap_or_default();
        assert!(environment.is_empty(), "{}", String::from_utf8_lossy(&environment));
        let limits = fs::read_to_string(path.join("limits")).unwrap_or_default();
        for name in ["Max data size", "Max cpu time", "Max core file size", "Max processes"] {
            let line = limits.lines().find(|line| line.starts_with(name)).unwrap();
            assert!(!line.contains("unlimited"), "{line}");
        }
        for open in fs::read_dir(path.join("fd")).into_iter().flatten().flatten() {
            let target = fs::read_link(open.path()).unwrap_or_default();
            let target = target.to_string_lossy().into_owned();
            assert!(target.starts_with("pipe:") || target.starts_with("/memfd:"), "{target}");
        }
    }
    drop(workers);
}
