//! Folders of connectors, what requests inherit, and the host rule.

#![allow(
    clippy::needless_raw_string_hashes,
    reason = "expect-test writes them when it updates"
)]

use std::fs;

use super::*;
use crate::variables::{Scope, Value, Variables};

fn write(folder: &Path, files: &[(&str, &str)]) {
    for (path, text) in files {
        file::write(&folder.join(path), text.as_bytes()).unwrap();
    }
}

const MANIFEST_TEXT: &str = r#"
format = 1
id = "okta"
version = "1.0.0"
hosts = ["{{domain}}", "*.cdn.example", "api.example:8443", "*"]
[http]
base_url = "https://{{domain}}"
[[auth]]
id = "app"
kind = "oauth2_client_credentials"
token_url = "https://login.example/token"
audience = "https://audience.example"
"#;

fn sample(folder: &Path) -> Connector {
    write(
        folder,
        &[
            ("connector.toml", MANIFEST_TEXT),
            ("connection.rhai", ""),
            ("actions/get_user.rhai", "fn execute(connection, input) {}"),
            ("actions/deep/no.rhai", ""),
            ("schemas/user.json", "{\"type\": \"object\"}"),
            ("schemas/broken.json", "{\n  \"a\": }"),
            ("pick_lists/groups.rhai", ""),
            (
                "requests/folder.toml",
                "headers = [{ name = \"X-A\", value = \"top\" }, { name = \"X-B\", value = \"top\" }]\n[variables]\nuser = \"top\"\nlimit = \"top\"",
            ),
            (
                "requests/users/folder.toml",
                "name = \"Users\"\nheaders = [{ name = \"x-a\", value = \"inner\" }]\n[variables]\nuser = \"inner\"",
            ),
            (
                "requests/users/get_user.toml",
                "url = \"/x\"\nheaders = [{ name = \"X-b\", value = \"own\", enabled = false }]\n[variables]\nuser = \"own\"",
            ),
            ("tests/get_user.toml", ""),
            ("tests/cassettes/get_user/a.json", "{}"),
            ("README.md", ""),
            ("notes/plan.txt", ""),
            (".git/config", ""),
            (".env", "TOKEN=1"),
        ],
    );
    Connector::read(folder).unwrap()
}

#[test]
fn every_file_has_its_kind_and_name_and_dot_files_are_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let connector = sample(folder.path());
    let lines: Vec<String> = connector
        .files
        .values()
        .map(|file| format!("{:?} {} {}\n", file.kind, file.name, file.path))
        .collect();
    expect_test::expect![[r#"
        Document README.md README.md
        Other actions/deep/no.rhai actions/deep/no.rhai
        Action get_user actions/get_user.rhai
        Connection connection connection.rhai
        Manifest connector.toml connector.toml
        Other notes/plan.txt notes/plan.txt
        PickList groups pick_lists/groups.rhai
        RequestFolder  requests/folder.toml
        RequestFolder users requests/users/folder.toml
        Request users/get_user requests/users/get_user.toml
        Schema broken schemas/broken.json
        Schema user schemas/user.json
        Cassette get_user/a tests/cassettes/get_user/a.json
        Test get_user tests/get_user.toml
    "#]]
    .assert_eq(&lines.concat());
    assert_eq!(connector.problems.len(), 1, "{:?}", connector.problems);
    assert_eq!(connector.of_kind(FileKind::Schema).count(), 2);
}

#[test]
fn an_edit_on_disk_and_an_unsaved_one_are_seen_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let connector = sample(folder.path());
    write(folder.path(), &[("README.md", "new")]);
    assert_eq!(&*connector.text("README.md").unwrap(), "new");
    let edited = connector
        .with_text("README.md", "unsaved")
        .with_text("actions/b.rhai", "");
    assert_eq!(&*edited.text("README.md").unwrap(), "unsaved");
    assert_eq!(edited.files["actions/b.rhai"].kind, FileKind::Action);
    assert_eq!(&*connector.text("README.md").unwrap(), "new");
    assert_eq!(
        edited
            .with_text("connector.toml", &MANIFEST_TEXT.replace("1.0.0", "2.0.0"))
            .manifest
            .version,
        "2.0.0"
    );
    assert!(matches!(
        connector.text("actions/none.rhai"),
        Err(Error::NoSuchFile { .. })
    ));
}

#[test]
fn a_request_inherits_from_its_folders_the_nearest_first() {
    let folder = tempfile::tempdir().unwrap();
    let request = sample(folder.path()).request("requests/users/get_user.toml").unwrap();
    let headers: Vec<(&str, &str, bool)> = request
        .headers
        .iter()
        .map(|row| (row.name.as_str(), row.value.as_str(), row.enabled))
        .collect();
    assert_eq!(headers, [("x-a", "inner", true), ("X-b", "own", false)]);
    let variables: Vec<(&str, &str)> = request
        .variables
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    assert_eq!(variables, [("limit", "top"), ("user", "own")]);
}

#[test]
fn a_schema_that_is_not_json_is_reported_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let connector = sample(folder.path());
    assert_eq!(connector.schema("user").unwrap()["type"], "object");
    let Err(Error::Invalid { problem }) = connector.schema("broken") else {
        panic!("it was read")
    };
    assert_eq!(
        (problem.file.as_str(), problem.line, problem.column),
        ("schemas/broken.json", 2, 8)
    );
}

#[test]
fn a_folder_without_a_manifest_or_with_a_broken_one_is_named() {
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(
        Connector::read(folder.path()),
        Err(Error::NotAConnector { .. })
    ));
    write(folder.path(), &[("connector.toml", "format = 1\nid = ")]);
    let Err(Error::Invalid { problem }) = Connector::read(folder.path()) else {
        panic!("it was read")
    };
    assert_eq!((problem.line, problem.code.as_str()), (2, "syntax"));
}

#[cfg(unix)]
#[test]
fn links_and_large_files_are_left_out_and_reported() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &[("connector.toml", MANIFEST_TEXT)]);
    std::os::unix::fs::symlink("/etc/passwd", folder.path().join("README.md")).unwrap();
    std::os::unix::fs::symlink("..", folder.path().join("actions")).unwrap();
    let large = fs::File::create(folder.path().join("large.json")).unwrap();
    large.set_len(MAX_FILE_SIZE + 1).unwrap();
    let connector = Connector::read(folder.path()).unwrap();
    assert_eq!(connector.files.keys().collect::<Vec<_>>(), ["connector.toml"]);
    let mut codes: Vec<(&str, &str)> = connector
        .problems
        .iter()
        .map(|problem| (problem.file.as_str(), problem.code.as_str()))
        .collect();
    codes.sort_unstable();
    assert_eq!(
        codes[..],
        [
            ("README.md", "symlink"),
            ("actions", "symlink"),
            ("connector.toml", "host_pattern"),
            ("large.json", "too_large")
        ]
    );
}

#[test]
fn a_script_may_call_only_the_hosts_that_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let connector = sample(folder.path());
    let mut variables = Variables::default();
    variables.set(Scope::Connection, "domain", Value::Text("acme.example".into()));
    variables.set(
        Scope::Connection,
        "base_url",
        Value::Text("http://127.0.0.1:4010/base".into()),
    );
    let check = |url: &str| connector.host_allowed(url, &variables);
    for allowed in [
        "/api/v1/users",
        "http://127.0.0.1:4010/api",
        "https://acme.example/api",
        "https://ACME.example./api",
        "https://acme.example:443/",
        "https://a.b.cdn.example/x",
        "https://api.example:8443/",
        "https://login.example/token",
    ] {
        assert_eq!(check(allowed), Ok(()), "{allowed}");
    }
    for (refused, host) in [
        ("https://evil.example/", "evil.example"),
        ("https://acme.example@evil.example/", "evil.example"),
        ("https://acme.example.evil.example/", "acme.example.evil.example"),
        ("https://notcdn.example/", "notcdn.example"),
        ("https://cdn.example/", "cdn.example"),
        ("https://acme.example:8443/", "acme.example:8443"),
        ("https://api.example/", "api.example"),
        ("https://audience.example/", "audience.example"),
        ("http://127.0.0.1:22/", "127.0.0.1:22"),
        ("file:///etc/passwd", "file"),
        ("//evil.example/x", "//evil.example/x"),
        ("/\\evil.example/x", "/\\evil.example/x"),
    ] {
        assert_eq!(check(refused), Err(host.to_owned()), "{refused}");
    }
    let mut hostile = Variables::default();
    hostile.set(Scope::Connection, "domain", Value::Text("*".into()));
    assert!(connector.host_allowed("https://evil.example/", &hostile).is_err());
}
