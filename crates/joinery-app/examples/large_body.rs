//! What large bodies cost: opened for the screen, searched, filtered, in time and memory. `script/bench` runs it, each
//! body in a process of its own so that the memory is its own.

use std::{
    env,
    fmt::Write as _,
    process::Command,
    time::{Duration, Instant},
};

use joinery_app::{
    Program,
    bodies::{Bodies, BodySummary, BodyView, FilterKind, FindText, Watch, filter},
};

/// The bodies, by the name that a process is given.
const BODIES: &[&str] = &["50 MB JSON", "200 MB JSON", "100 MB on one line", "1 million lines"];

fn main() {
    joinery_app::serve_if_asked();
    if let Some(name) = env::args().nth(1) {
        measure(&name);
        return;
    }
    let program = env::current_exe().expect("a running program has a path");
    for name in BODIES {
        let status = Command::new(&program).arg(name).status();
        assert!(status.expect("this program can be started").success(), "{name}");
    }
}

fn measure(name: &str) {
    let (body, content_type) = match name {
        "50 MB JSON" => (records(50_000_000), "application/json"),
        "200 MB JSON" => (records(200_000_000), "application/json"),
        "100 MB on one line" => ("x".repeat(100_000_000), "text/plain"),
        _ => (lines(1_000_000), "text/plain"),
    };
    let size = body.len();
    let bodies = Bodies::new();
    let before = resident();
    let begun = Instant::now();
    let first = bodies.open(body, content_type);
    let view = if first.tree_lines > 0 {
        BodyView::Tree
    } else {
        BodyView::Raw
    };
    bodies.lines(&first.id, view, 0, 60);
    say(name, "first lines", milliseconds(begun), "ms");
    let whole = wait(&bodies, &first.id);
    say(name, "indexed", milliseconds(begun), "ms");
    let index = resident().saturating_sub(before);
    say(
        name,
        "memory, of the body",
        (size as f64 + index as f64) / size as f64,
        "x",
    );
    let lines = whole.tree_lines.max(whole.raw_lines) as usize;
    let begun = Instant::now();
    for step in 0..100 {
        bodies.lines(&first.id, view, lines / 100 * step, 100);
    }
    say(name, "a window of 100 lines", milliseconds(begun) / 100.0, "ms");
    let find = FindText {
        text: "no such text".into(),
        case: false,
        regex: false,
    };
    let begun = Instant::now();
    let found = bodies.find(&first.id, &find, &Watch::new(&|_| true));
    assert!(found.is_ok_and(|(count, _)| count == 0), "nothing is there to be found");
    say(name, "find, any capitals", milliseconds(begun), "ms");
    if content_type == "application/json" {
        filters(name, &bodies, &first.id);
    }
    say(
        name,
        "most memory at any time, of the body",
        peak() as f64 / size as f64,
        "x",
    );
}

fn filters(name: &str, bodies: &Bodies, id: &str) {
    let text = bodies.bytes(id, usize::MAX).unwrap_or_default();
    for path in [
        "$[*].profile.login",
        "$[?@.profile.login == 'ada7@acme.example']",
        "$..login",
    ] {
        let begun = Instant::now();
        let filtered = filter(&Program::This, &text, FilterKind::JsonPath, path, &|_| true);
        assert!(filtered.is_ok_and(|filtered| !filtered.values.is_empty()), "{path}");
        say(name, path, milliseconds(begun), "ms");
    }
    if text.len() < 100_000_000 {
        let begun = Instant::now();
        let filtered = filter(&Program::This, &text, FilterKind::Jq, "map(.status) | unique", &|_| {
            true
        });
        assert!(filtered.is_ok_and(|filtered| filtered.values.len() == 1), "one list");
        say(name, "jq map(.status) | unique", milliseconds(begun), "ms");
    }
}

fn wait(bodies: &Bodies, id: &str) -> BodySummary {
    loop {
        match bodies.summary(id) {
            Some(now) if now.complete => return now,
            _ => std::thread::sleep(Duration::from_millis(2)),
        }
    }
}

fn records(size: usize) -> String {
    let mut text = String::with_capacity(size + 300);
    text.push('[');
    for number in 0.. {
        if text.len() > size {
            break;
        }
        if number > 0 {
            text.push(',');
        }
        let record = format!(
            r#"{{"id":"00u{number:017}","status":"ACTIVE","created":"2026-03-02T09:00:00.000Z","profile":{{"firstName":"Ada","lastName":"Lovelace","login":"ada{number}@acme.example","mobilePhone":null}}}}"#
        );
        text.push_str(&record);
    }
    text.push(']');
    text
}

fn lines(count: usize) -> String {
    // In place: what the making takes would count as the body's.
    let mut text = String::with_capacity(count * 50);
    for number in 0..count {
        let _ = writeln!(text, "{number} a line of a log, neither short nor long");
    }
    text
}

fn say(name: &str, what: &str, figure: f64, unit: &str) {
    println!("{:<52} {figure:8.2} {unit}", format!("{name}: {what}"));
}

fn milliseconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1000.0
}

/// Bytes of memory in use; 0 where the system does not say.
fn resident() -> usize {
    status("VmRSS:")
}

fn peak() -> usize {
    status("VmHWM:")
}

fn status(key: &str) -> usize {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix(key));
    let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<usize>().ok());
    kilobytes.unwrap_or(0) * 1024
}
