//! `joinery run --watch`, and the sandbox org's own life.

use std::{
    fs,
    io::{BufRead, BufReader, Read},
    process::{Child, Command, Stdio},
};

use crate::{
    home::{Place, start},
    sandbox::call,
};

/// Reads lines until one holds `text`; the test's own time limit ends a wait in vain.
#[track_caller]
fn wait_for(lines: &mut impl BufRead, text: &str) {
    let mut seen = String::new();
    loop {
        let mut line = String::new();
        assert!(
            lines.read_line(&mut line).unwrap() > 0,
            "it ended without {text:?}:\n{seen}"
        );
        seen.push_str(&line);
        if line.contains(text) {
            return;
        }
    }
}

fn signal(child: &Child, name: &str) {
    assert!(
        Command::new("kill")
            .args([&format!("-{name}"), &child.id().to_string()])
            .status()
            .unwrap()
            .success()
    );
}

#[test]
fn a_saved_file_is_run_again_and_the_difference_shown() {
    let place = Place::new();
    let folder = place.copy_sample("empty", "connector");
    let mut child = place
        .joinery()
        .args(["run", "connector", "hello", "--watch"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    wait_for(&mut lines, "Hello, world!");
    let path = folder.join("actions/hello.rhai");
    let script = fs::read_to_string(&path).unwrap();
    // A mistake is shown and waited out.
    fs::write(&path, script.replace("`Hello", "`Hello ${nobody}")).unwrap();
    let mut errors = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    while !line.contains("nobody") {
        line.clear();
        assert!(errors.read_line(&mut line).unwrap() > 0);
    }
    fs::write(&path, script.replace("Hello", "Good morning")).unwrap();
    wait_for(&mut lines, "Good morning, world!");
    signal(&child, "INT");
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_listener_that_is_ended_takes_its_subscriptions_back() {
    for name in ["INT", "TERM"] {
        let place = Place::new();
        let (mut org, sandbox) = start(&place.home(), &["--seed", "empty"]);
        let hooks = || call(&sandbox, "GET", "/api/v1/eventHooks", "").unwrap().1;
        place.copy_sample("okta", "connector");
        let mut child = place
            .joinery()
            .args(["serve", "connector", "user_activated", "--connection", "sandbox"])
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut errors = BufReader::new(child.stderr.take().unwrap());
        wait_for(&mut errors, "subscribed");
        assert_eq!(hooks().as_array().unwrap().len(), 1);
        signal(&child, name);
        assert!(child.wait().unwrap().success(), "{name}");
        assert_eq!(hooks().as_array().unwrap().len(), 0, "{name}");
        signal(&org, "TERM");
        org.wait().unwrap();
    }
}

#[test]
fn a_sandbox_org_ends_with_a_signal_and_takes_its_note_along() {
    let place = Place::new();
    let note = place.home().join("joinery/sandbox.json");
    fs::remove_file(&note).unwrap();
    let (mut child, sandbox) = start(&place.home(), &["--seed", "empty", "--token", "00my-token"]);
    assert_eq!(sandbox.token, "00my-token");
    assert!(fs::read_to_string(&note).unwrap().contains(&sandbox.url));
    let url = format!("{}/api/v1/users/me", sandbox.url);
    let header = "Authorization: SSWS 00my-token";
    let output = place.run(&["send", "GET", &url, "-H", header, "--assert", "status=200"], &[], b"");
    assert!(output.status.success(), "{output:?}");
    signal(&child, "TERM");
    assert!(child.wait().unwrap().success());
    assert!(!note.exists());
    let mut rest = String::new();
    let _ = child.stderr.take().map(|mut errors| errors.read_to_string(&mut rest));
    assert_eq!(rest, "");
}
