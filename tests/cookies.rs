//! Two processes that change the cookies of one connection: neither loses what the other kept.

use std::{
    fs,
    io::{Read, Write},
    net::TcpListener,
    process::Stdio,
};

use serde_json::Value;

use crate::home::Place;

const MANIFEST: &str = r#"
format = 1
id = "acme"
title = "Acme"
version = "0.1.0"

[http]
base_url = "{{url}}"

[[fields]]
name = "url"
label = "URL"
"#;

fn joinery(place: &Place, arguments: &[&str], environment: &[(String, String)]) -> String {
    let output = place.run(arguments, environment, b"");
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn place(url: &str) -> Place {
    let place = Place::new();
    fs::create_dir_all(place.work().join("acme")).unwrap();
    fs::write(place.work().join("acme/connector.toml"), MANIFEST).unwrap();
    let url = format!("url={url}");
    joinery(&place, &["connection", "add", "acme", "acme", "--set", &url], &[]);
    place
}

fn set(place: &Place, name: &str, value: &str) {
    let environment = [("VALUE".to_owned(), value.to_owned())];
    let cookie = format!("{name}=env:VALUE");
    joinery(
        place,
        &["cookies", "set", "acme", &cookie, "--domain", "127.0.0.1"],
        &environment,
    );
}

fn kept(place: &Place) -> Vec<(String, String)> {
    let listed = joinery(place, &["cookies", "list", "acme", "--values", "--json"], &[]);
    let listed: Value = serde_json::from_str(&listed).unwrap();
    let text = |cookie: &Value, key: &str| cookie[key].as_str().unwrap().to_owned();
    let each = listed.as_array().unwrap().iter();
    each.map(|cookie| (text(cookie, "name"), text(cookie, "value")))
        .collect()
}

#[test]
fn a_send_under_way_keeps_what_another_process_changed_meanwhile() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let place = place(&format!("http://{}", listener.local_addr().unwrap()));
    set(&place, "old", "1");
    set(&place, "changed", "1");
    let mut sending = place.joinery();
    sending.args(["send", "/slow", "--connector", "acme", "--connection", "acme"]);
    let sending = sending.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let (mut call, _) = listener.accept().unwrap();
    let mut head = [0; 4096];
    let read = call.read(&mut head).unwrap();
    assert!(String::from_utf8_lossy(&head[..read]).contains("old=1"));

    // It has read its cookies; another process changes them before it has an answer.
    set(&place, "theirs", "1");
    set(&place, "changed", "2");
    joinery(&place, &["cookies", "delete", "acme", "old"], &[]);
    call.write_all(b"HTTP/1.1 200 OK\r\nset-cookie: mine=1; Path=/\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        .unwrap();
    drop(call);
    let output = sending.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let pairs = [("changed", "2"), ("mine", "1"), ("theirs", "1")];
    assert_eq!(
        kept(&place),
        pairs.map(|(name, value)| (name.to_owned(), value.to_owned()))
    );
}

#[test]
fn cookies_that_many_processes_set_at_once_are_all_kept() {
    let place = place("http://127.0.0.1:9");
    std::thread::scope(|scope| {
        for at in 0..6 {
            let place = &place;
            scope.spawn(move || set(place, &format!("c{at}"), "1"));
        }
    });
    let names: Vec<String> = kept(&place).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["c0", "c1", "c2", "c3", "c4", "c5"]);
}
