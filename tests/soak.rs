//! Flows under fire: `joinery serve` is killed again and again while events come in, the org refuses calls and drops
//! answers, and in the end every event was handled and nothing was written twice. `script/soak` does the same for longer.

use std::{
    collections::BTreeMap,
    env, fs,
    path::Path,
    process::{Child, Stdio},
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::{
    home::{Sandbox, copy, joinery, start, top},
    sandbox::{call, kill, user},
};

/// Events of the short form.
const EVENTS: usize = 40;
/// The flows that handle each of them.
const FLOWS: usize = 3;
/// What goes wrong throughout: calls refused, and answers lost after their call had its effect.
const FAULTS: [&str; 3] = [
    "/api/v1/* 503 chance=0.03 seed=1",
    "POST /api/v1/* drop=body chance=0.03 seed=2",
    "PUT /api/v1/* drop=body chance=0.03 seed=3",
];

#[test]
fn every_event_is_handled_and_nothing_written_twice_however_often_the_process_is_killed() {
    let events = env::var("SOAK_EVENTS").map_or(EVENTS, |count| count.parse().unwrap());
    let began = Instant::now();
    let home = tempfile::tempdir().unwrap();
    let mut options = vec!["--seed", "empty", "--rate-limit", "on"];
    options.extend(FAULTS.iter().flat_map(|fault| ["--fault", fault]));
    let (org_process, org) = start(home.path(), &options);
    let _org = Killed(org_process);
    let workspace = home.path().join("workspace");
    copy(&top().join("tests/soak"), &workspace);
    let team = json!({ "profile": { "name": "Newcomers" } }).to_string();
    until(Duration::from_secs(20), || {
        call(&org, "POST", "/api/v1/groups", &team).is_some_and(|(status, _)| status == 200)
    });

    let hired = thread::spawn({
        let org = org.clone();
        move || hire(&org, events)
    });
    let mut most_memory: Vec<u64> = Vec::new();
    let mut kills = 0;
    let mut chance = 7_u64;
    let (mut lifetimes, mut before) = (1, events * FLOWS);
    loop {
        let now = left(home.path(), &workspace, events);
        if hired.is_finished() && now == 0 {
            break;
        }
        // A busy machine takes a second to start a process: it gets longer lives until it comes to its work.
        let did_little = before.saturating_sub(now) < 3;
        lifetimes = if did_little { lifetimes + 1 } else { lifetimes - 1 }.clamp(1, 8);
        before = now;
        let served = Killed(serve(home.path(), &workspace));
        // Somewhere in the second, the same in every run of the test.
        chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let until_killed = lifetimes * Duration::from_millis(600 + (chance >> 33) % 900);
        thread::sleep(until_killed);
        most_memory.extend(resident(&served.0));
        drop(served);
        kills += 1;
        assert!(
            began.elapsed() < Duration::from_secs(180 + 6 * events as u64),
            "after {kills} kills {} runs are left:\n{}",
            left(home.path(), &workspace, events),
            runs(home.path(), &workspace)
        );
    }
    let hired = hired.join().unwrap();

    let log = log(&org);
    let of_type = |name: &str| {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for event in log.iter().filter(|event| event["eventType"] == name) {
            let target = event["target"].as_array().unwrap().first().unwrap();
            *counts
                .entry(target["alternateId"].as_str().unwrap_or_default().to_owned())
                .or_default() += 1;
        }
        counts
    };
    let joined = of_type("group.user_membership.add");
    let changed = of_type("user.account.update_profile");
    let folders = log
        .iter()
        .filter(|event| event["eventType"] == "group.lifecycle.create")
        .filter_map(|event| event["target"][0]["displayName"].as_str())
        .fold(BTreeMap::<&str, usize>::new(), |mut counts, name| {
            *counts.entry(name).or_default() += 1;
            counts
        });
    for login in &hired {
        assert_eq!(joined.get(login), Some(&1), "{login} joined the team once");
        assert_eq!(changed.get(login), Some(&2), "{login} got two titles, each once");
        assert_eq!(
            folders.get(format!("Folder of {login}").as_str()),
            Some(&1),
            "{login} has one folder"
        );
    }
    let (first, last) = (most_memory[0], most_memory.iter().rev().take(5).max().copied().unwrap());
    println!(
        "{} events, {} runs, {kills} kills, {:.0} s; memory {first} kB at first, {last} kB at last",
        hired.len(),
        hired.len() * FLOWS,
        began.elapsed().as_secs_f64()
    );
    assert!(last < first * 2, "memory grows: {most_memory:?}");
}

/// A process that does not outlive the test, however that ends.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        kill(&mut self.0);
    }
}

/// Creates people, a few a moment, and tells their logins. A call that got no answer is made again: the login tells.
fn hire(org: &Sandbox, count: usize) -> Vec<String> {
    let create = |number: usize| {
        let name = format!("new{number}");
        until(Duration::from_secs(90), || {
            let status = call(org, "POST", "/api/v1/users?activate=true", &user(&name)).map(|(status, _)| status);
            // 400: it is there, and its answer was lost.
            if status == Some(429) {
                thread::sleep(Duration::from_secs(1));
            }
            matches!(status, Some(200 | 400))
        });
        thread::sleep(Duration::from_millis(30));
        format!("{name}@acme.example")
    };
    (0..count).map(create).collect()
}

fn serve(home: &Path, workspace: &Path) -> Child {
    joinery(workspace, home)
        .args([
            "serve",
            ".",
            "--every",
            "300ms",
            "--connection",
            "sandbox",
            "--allow-writes",
        ])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// How many runs are not done yet; those that no process could have failed are shown at once.
fn left(home: &Path, workspace: &Path, events: usize) -> usize {
    let shown: Value = serde_json::from_str(&runs(home, workspace)).unwrap();
    let done = shown
        .as_array()
        .unwrap()
        .iter()
        .filter(|run| run["status"] == "done")
        .count();
    let stuck = shown
        .as_array()
        .unwrap()
        .iter()
        .find(|run| run["status"] == "failed" || run["status"] == "in_doubt");
    assert!(stuck.is_none(), "{stuck:#?}");
    events * FLOWS - done
}

fn runs(home: &Path, workspace: &Path) -> String {
    let shown = joinery(workspace, home)
        .args(["flow", "runs", ".", "--limit", "1000000", "--json"])
        .output()
        .unwrap();
    String::from_utf8(shown.stdout).unwrap()
}

/// The whole log of the org, past its faults.
fn log(org: &Sandbox) -> Vec<Value> {
    let mut events = Vec::new();
    loop {
        let path = format!("/sandbox/log?after={}", events.len());
        let (_, page) = call(org, "GET", &path, "").unwrap();
        let page = page["events"].as_array().unwrap().clone();
        if page.is_empty() {
            return events;
        }
        events.extend(page);
    }
}

/// What a process holds, in kB, where the system tells.
fn resident(process: &Child) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{}/status", process.id())).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

#[track_caller]
fn until(time: Duration, mut done: impl FnMut() -> bool) {
    let began = Instant::now();
    while !done() {
        assert!(began.elapsed() < time, "it did not come to that in {time:?}");
        thread::sleep(Duration::from_millis(20));
    }
}
