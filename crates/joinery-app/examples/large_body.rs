//! What a large body costs: 50 MB of JSON opened for the screen. `script/bench` runs it.

use std::time::{Duration, Instant};

use joinery_app::bodies::{Bodies, BodyView};

fn main() {
    let record = |number: u32| {
        format!(
            r#"{{"id":"00u{number:017}","status":"ACTIVE","created":"2026-03-02T09:00:00.000Z","profile":{{"firstName":"Ada","lastName":"Lovelace","login":"ada{number}@acme.example","mobilePhone":null}}}}"#
        )
    };
    let mut text = String::from("[");
    for number in 0.. {
        if text.len() > 50_000_000 {
            break;
        }
        if number > 0 {
            text.push(',');
        }
        text.push_str(&record(number));
    }
    text.push(']');
    let size = text.len() as f64 / 1e6;
    let bodies = Bodies::new();
    let begun = Instant::now();
    let summary = bodies.open(text, "application/json");
    let first = bodies.lines(&summary.id, BodyView::Raw, 0, 50);
    println!(
        "{size:.0} MB JSON: first lines after {:.1} ms ({} lines)",
        milliseconds(begun),
        first.lines.len()
    );
    let complete = loop {
        match bodies.summary(&summary.id) {
            Some(now) if now.complete => break now,
            _ => std::thread::sleep(Duration::from_millis(2)),
        }
    };
    println!(
        "{size:.0} MB JSON: indexed after {:.0} ms ({} lines)",
        milliseconds(begun),
        complete.tree_lines
    );
    let begun = Instant::now();
    bodies.lines(&summary.id, BodyView::Tree, complete.tree_lines as usize / 2, 100);
    println!(
        "{size:.0} MB JSON: a window of 100 lines in {:.2} ms",
        milliseconds(begun)
    );
}

fn milliseconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1000.0
}
