//! `joinery sandbox` as a process: what it keeps when it is killed, and what it prints about calls.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Child, Stdio},
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use serde_json::{Value, json};

use crate::home::{Sandbox, joinery, start};

/// One call on a connection of its own: status and body, or nothing where no whole answer came.
pub fn call(org: &Sandbox, method: &str, path: &str, body: &str) -> Option<(u16, Value)> {
    let host = org.url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(host).ok()?;
    let head = format!(
        "{method} {path} HTTP/1.1\r\nhost: {host}\r\nauthorization: SSWS {}\r\ncontent-type: application/json\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n{body}",
        org.token,
        body.len()
    );
    stream.write_all(head.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    let body = if body.is_empty() {
        Value::Null
    } else {
        serde_json::from_str(body).ok()?
    };
    Some((status, body))
}

/// The body that creates a user.
pub fn user(name: &str) -> String {
    let login = format!("{name}@acme.example");
    json!({"profile": {"firstName": "Ann", "lastName": "Lee", "login": login, "email": login}}).to_string()
}

/// Ends a process as `kill -9` does.
pub fn kill(child: &mut Child) {
    child.kill().expect("it runs");
    child.wait().expect("it ends");
}

#[test]
fn what_was_acknowledged_is_there_after_the_process_was_killed_in_the_middle_of_writes() {
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("org.sqlite").display().to_string();
    let options = ["--seed", "empty", "--rate-limit", "off", "--data", &data];
    let kept = Mutex::new(Vec::<(String, String)>::new());
    for round in 0..3 {
        let (mut child, org) = start(home.path(), &options);
        let killed = AtomicBool::new(false);
        let before = kept.lock().unwrap().len();
        thread::scope(|scope| {
            for writer in 0..3 {
                let (org, killed, kept) = (&org, &killed, &kept);
                scope.spawn(move || {
                    for number in 0.. {
                        if killed.load(Ordering::Acquire) {
                            break;
                        }
                        let name = format!("u{round}-{writer}-{number}");
                        let Some((status, made)) = call(org, "POST", "/api/v1/users", &user(&name)) else {
                            continue;
                        };
                        assert_eq!(status, 200, "{made}");
                        let id = made["id"].as_str().unwrap().to_owned();
                        let change = json!({"profile": {"title": "kept"}}).to_string();
                        let changed = call(org, "POST", &format!("/api/v1/users/{id}"), &change);
                        let title = if changed.is_some() { "kept" } else { "" };
                        kept.lock().unwrap().push((id, title.to_owned()));
                    }
                });
            }
            while kept.lock().unwrap().len() < before + 30 {
                thread::sleep(Duration::from_millis(1));
            }
            kill(&mut child);
            killed.store(true, Ordering::Release);
        });
        let (mut child, org) = start(home.path(), &options);
        let kept = kept.lock().unwrap();
        for (id, title) in &*kept {
            let (status, found) = call(&org, "GET", &format!("/api/v1/users/{id}"), "").expect("it answers");
            assert_eq!(status, 200, "{id} of {} is gone", kept.len());
            assert!(title.is_empty() || found["profile"]["title"] == "kept", "{found}");
        }
        let (_, overview) = call(&org, "GET", "/sandbox", "").expect("it answers");
        assert!(
            overview["users"].as_u64().unwrap() > kept.len() as u64,
            "the owner is there beside them"
        );
        kill(&mut child);
    }
}

#[test]
fn a_second_process_is_told_that_the_file_is_in_use() {
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("org.sqlite").display().to_string();
    let (mut child, _) = start(home.path(), &["--seed", "empty", "--data", &data]);
    let second = joinery(home.path(), home.path())
        .args(["sandbox", "--data", &data])
        .output()
        .unwrap();
    kill(&mut child);
    let said = String::from_utf8_lossy(&second.stderr);
    assert_eq!(second.status.code(), Some(3), "{said}");
    assert!(
        said.contains("org.sqlite is in use by another sandbox org") && said.contains("Stop the other one"),
        "{said}"
    );
}

#[test]
fn verbose_prints_a_line_per_call_and_limits_come_from_a_file() {
    let home = tempfile::tempdir().unwrap();
    let limits = home.path().join("limits.toml");
    fs::write(&limits, "[limits]\n\"/api/v1/groups\" = 1\n").unwrap();
    let mut child = joinery(home.path(), home.path())
        .args([
            "sandbox",
            "--seed",
            "empty",
            "--verbose",
            "--freeze",
            "2026-03-02T09:00:00Z",
        ])
        .args([
            "--fault",
            "/api/v1/apps 503",
            "--rate-limit",
            &limits.display().to_string(),
        ])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let line: Value = serde_json::from_str(&line).unwrap();
    let text = |key: &str| line[key].as_str().unwrap().to_owned();
    let org = Sandbox {
        url: text("url"),
        token: text("token"),
        line: line.clone(),
    };
    let asked = [
        "/api/v1/users/me?fields=id",
        "/api/v1/apps",
        "/api/v1/groups",
        "/api/v1/groups",
    ];
    let statuses = asked.map(|path| call(&org, "GET", path, "").unwrap().0);
    assert_eq!(statuses, [200, 503, 200, 429]);
    let printed = BufReader::new(child.stderr.take().unwrap()).lines();
    let printed: Vec<String> = printed.take(4).map(Result::unwrap).collect();
    kill(&mut child);
    let start = "2026-03-02T09:00:00.000Z";
    for (line, wanted) in printed
        .iter()
        .zip(["200 GET    /api/v1/users/me?fields=id", "503 GET    /api/v1/apps"])
    {
        assert!(line.starts_with(&format!("{start} {wanted}  ")), "{line}");
    }
    assert!(
        printed[0].ends_with(" ms  API token") && printed[1].ends_with(" ms  nobody  fault 1"),
        "{printed:?}"
    );
    assert!(!printed.join("\n").contains(&org.token));
}
