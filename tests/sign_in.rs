//! Signing in on the command line: a key pair, a service app, a person in the browser.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Output, Stdio},
};

use serde_json::{Value, json};

use crate::home::{Place, SANDBOX, top};

#[track_caller]
fn run(place: &Place, arguments: &[&str]) -> Output {
    let token = [("TOKEN".to_owned(), SANDBOX.token.clone())];
    let output = place.run(arguments, &token, b"");
    assert!(
        output.status.success(),
        "{arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    output
}

fn parsed(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Posts to the org's own API as its owner.
fn manage(place: &Place, path: &str, body: &Value) -> Value {
    let url = format!("{}{path}", SANDBOX.url);
    let body = body.to_string();
    let owner = [
        "--base-url",
        &SANDBOX.url,
        "--auth",
        "okta",
        "--secret",
        "token=env:TOKEN",
    ];
    let mut arguments = vec!["send", "POST", &url, "-d", &body, "--json"];
    arguments.extend(owner);
    parsed(&run(place, &arguments))["body"].clone()
}

/// Registers an app that may read users; gives its client id.
fn register(place: &Place, app: &Value) -> String {
    let id = manage(place, "/oauth2/v1/clients", app)["client_id"]
        .as_str()
        .unwrap()
        .to_owned();
    let grant = json!({ "scopeId": "okta.users.read", "issuer": SANDBOX.url });
    manage(place, &format!("/api/v1/apps/{id}/grants"), &grant);
    id
}

fn domain() -> String {
    format!("domain={}", SANDBOX.url.trim_start_matches("http://"))
}

#[track_caller]
fn fits(schema: &str, value: &Value) {
    let text = fs::read_to_string(top().join("docs/schemas").join(schema)).unwrap();
    let schema: Value = serde_json::from_str(&text).unwrap();
    let errors: Vec<_> = jsonschema::validator_for(&schema)
        .unwrap()
        .iter_errors(value)
        .map(|error| error.to_string())
        .collect();
    assert!(errors.is_empty(), "{errors:?} in {value}");
}

#[test]
fn a_service_app_with_a_key_made_here_runs_actions_and_shows_its_token() {
    let place = Place::new();
    place.copy_sample("okta", "okta");
    let made = run(
        &place,
        &[
            "connection",
            "generate-key",
            "--out",
            "app.pem",
            "--algorithm",
            "ES256",
            "--kid",
            "k1",
        ],
    );
    let jwk = parsed(&made);
    assert_eq!(
        (&jwk["kid"], &jwk["alg"], &jwk["use"]),
        (&json!("k1"), &json!("ES256"), &json!("sig"))
    );
    assert!(jwk.get("d").is_none());
    private(&place.work().join("app.pem"));
    let again = place.run(&["connection", "generate-key", "--out", "app.pem"], &[], b"");
    assert_eq!(again.status.code(), Some(3), "a key is never written over");

    let app = json!({
        "client_name": "CLI", "application_type": "service", "grant_types": ["client_credentials"],
        "token_endpoint_auth_method": "private_key_jwt", "response_types": ["token"],
        "jwks": { "keys": [jwk] }, "dpop_bound_access_tokens": true,
    });
    let id = register(&place, &app);
    manage(
        &place,
        &format!("/oauth2/v1/clients/{id}/roles"),
        &json!({ "type": "USER_ADMIN" }),
    );
    let client = format!("client_id={id}");
    let add = [
        "connection",
        "add",
        "svc",
        "okta",
        "--auth",
        "service_app",
        "--set",
        &domain(),
        "--set",
        &client,
        "--set",
        "key_id=k1",
        "--set",
        "scopes=okta.users.read",
        "--secret",
        "private_key=file:app.pem",
    ];
    run(&place, &add);

    let test = parsed(&run(&place, &["connection", "test", "svc", "okta", "--json"]));
    assert_eq!(test["ok"], true, "{test}");
    let input = r#"{"user":"ada.lovelace@acme.example"}"#;
    let ran = parsed(&run(
        &place,
        &[
            "run",
            "okta",
            "get_user",
            "--input",
            input,
            "--connection",
            "svc",
            "--json",
        ],
    ));
    assert_eq!(ran["output"]["profile"]["firstName"], "Ada", "{ran}");
    fits("run.json", &ran);
    let send = [
        "send",
        "/api/v1/users?limit=1",
        "--connector",
        "okta",
        "--connection",
        "svc",
        "--json",
    ];
    let sent = parsed(&run(&place, &send));
    assert_eq!(sent["status"], 200);
    fits("send.json", &sent);

    let state = parsed(&run(&place, &["connection", "token", "svc", "okta", "--json"]));
    fits("token.json", &state);
    assert_eq!((&state["kind"], &state["dpop"]), (&json!("DPoP"), &json!(true)));
    assert_eq!(state["claims"]["cid"], id);
    let shown = run(&place, &["connection", "token", "svc", "okta"]);
    let shown = String::from_utf8(shown.stdout).unwrap();
    assert!(
        shown.starts_with("DPoP token\nscopes   okta.users.read\nexpires  20"),
        "{shown}"
    );
    let public = parsed(&run(&place, &["connection", "public-key", "svc"]));
    assert_eq!(public, app["jwks"]["keys"][0]);
}

#[test]
fn a_person_signs_in_and_out_again() {
    let place = Place::new();
    let okta = place.copy_sample("okta", "okta");
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let manifest = fs::read_to_string(okta.join("connector.toml")).unwrap();
    let manifest = manifest.replace("redirect_port = 8765", &format!("redirect_port = {port}"));
    fs::write(okta.join("connector.toml"), manifest).unwrap();
    let app = json!({
        "client_name": "CLI", "application_type": "native", "token_endpoint_auth_method": "none",
        "grant_types": ["authorization_code", "refresh_token"], "response_types": ["code"],
        "redirect_uris": [format!("http://127.0.0.1:{port}/callback")],
    });
    let client = format!("client_id={}", register(&place, &app));
    let add = [
        "connection",
        "add",
        "me",
        "okta",
        "--auth",
        "sign_in",
        "--set",
        &domain(),
        "--set",
        &client,
        "--set",
        "scopes=openid offline_access okta.users.read",
    ];
    run(&place, &add);
    let get = [
        "send",
        "/api/v1/users/me",
        "--connector",
        "okta",
        "--connection",
        "me",
        "--json",
    ];
    let before = place.run(&get, &[], b"");
    assert_eq!(before.status.code(), Some(1));
    let told: Value = serde_json::from_slice(&before.stderr).unwrap();
    assert_eq!(told["code"], "sign_in_needed", "{told}");

    let mut signing_in = place
        .joinery()
        .args(["connection", "sign-in", "me", "okta", "--no-browser", "--json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(signing_in.stderr.take().unwrap()).lines();
    let page = lines
        .by_ref()
        .map(Result::unwrap)
        .find(|line| line.starts_with("http://"))
        .unwrap();
    // What the page posts when a person has filled it in; the answer leads back to Joinery.
    let (url, query) = page.split_once('?').unwrap();
    let form = format!("{query}&username=ada.lovelace%40acme.example");
    let last = run(&place, &["send", "POST", url, "-d", &form]);
    let last = String::from_utf8(last.stdout).unwrap();
    assert!(last.contains("<h1>Signed in</h1>"), "{last}");
    let output = signing_in.wait_with_output().unwrap();
    assert!(output.status.success());
    let state = parsed(&output);
    fits("token.json", &state);
    assert_eq!(
        (&state["refreshable"], &state["claims"]["sub"]),
        (&json!(true), &json!("ada.lovelace@acme.example"))
    );

    assert_eq!(parsed(&run(&place, &get))["body"]["profile"]["firstName"], "Ada");
    run(&place, &["connection", "sign-out", "me", "okta"]);
    assert_eq!(place.run(&get, &[], b"").status.code(), Some(1));
}

#[cfg(unix)]
#[track_caller]
fn private(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    let mode = fs::metadata(path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[cfg(not(unix))]
fn private(_: &Path) {}
