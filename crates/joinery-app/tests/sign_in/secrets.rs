//! What a sign-in brings is in the keychain and nowhere else.

use std::{fs, path::Path, sync::Arc};

use joinery_app::{
    SavedRequest,
    connections::{self, KeyPlace, SignIn},
    files::FileRef,
    requests::{self, RequestInContext, SendRequest},
    runs::{self, RunAction},
    workspaces,
};
use joinery_connector::Secret;
use serde_json::json;

use crate::desk::{Desk, browse, free_port};

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_of_a_sign_in_is_written_or_shown_anywhere() {
    let desk = Desk::open().await;
    let workspace = workspaces::start_with_sandbox(&desk.studio).await.unwrap();
    let port = free_port();
    let manifest = Path::new(&workspace.path).join("okta/connector.toml");
    let text = fs::read_to_string(&manifest).unwrap();
    fs::write(
        &manifest,
        text.replace("redirect_port = 8765", &format!("redirect_port = {port}")),
    )
    .unwrap();

    let key = connections::generate_key(&desk.studio, "RS256", None, KeyPlace::Draft("svc")).unwrap();
    let service = json!({
        "client_name": "Sync", "application_type": "service", "grant_types": ["client_credentials"],
        "token_endpoint_auth_method": "private_key_jwt", "response_types": ["token"],
        "jwks": { "keys": [key.jwk] }, "dpop_bound_access_tokens": true,
    });
    let id = desk.register(service, &["okta.users.read"]).await;
    let values = [
        ("client_id", id.as_str()),
        ("key_id", &key.kid),
        ("scopes", "okta.users.read"),
    ];
    connections::save(&desk.studio, &desk.draft("svc", "service_app", &values)).unwrap();
    let native = json!({
        "client_name": "Joinery", "application_type": "native", "token_endpoint_auth_method": "none",
        "grant_types": ["authorization_code", "refresh_token"], "response_types": ["code"],
        "redirect_uris": [format!("http://127.0.0.1:{port}/callback")],
    });
    let id = desk.register(native, &["okta.users.read"]).await;
    let values = [
        ("client_id", id.as_str()),
        ("scopes", "openid offline_access okta.users.read"),
    ];
    connections::save(&desk.studio, &desk.draft("me", "sign_in", &values)).unwrap();

    let mut shown = Vec::new();
    let mut events = desk.studio.events();
    let sign_in = SignIn {
        id: "s".into(),
        connector: "okta".into(),
        connection: "me".into(),
    };
    let studio = Arc::clone(&desk.studio);
    let open = |url: &str| drop(browse(studio, url.to_owned(), |location| location));
    shown.push(format!(
        "{:?}",
        connections::sign_in(&desk.studio, sign_in, open).await.unwrap()
    ));
    while let Ok(event) = events.try_recv() {
        shown.push(format!("{event:?}"));
    }
    let at_hand = connections::token_at_hand(&desk.studio, "okta", "svc").await.unwrap();
    assert_eq!(at_hand, None, "nothing was asked for yet");
    for connection in ["svc", "me"] {
        let sent = requests::send(&desk.studio, users(connection)).await.unwrap();
        assert_eq!(sent.response.status, 200);
        shown.push(serde_json::to_string(&sent).unwrap());
        shown.push(serde_json::to_string(&runs::run(&desk.studio, list_users(connection)).await.unwrap()).unwrap());
        let state = connections::token(&desk.studio, "okta", connection).await.unwrap();
        shown.push(serde_json::to_string(&state).unwrap());
    }
    // What fails says why, and no more.
    let id = desk.resolved("svc").fields["client_id"].as_str().unwrap().to_owned();
    connections::generate_key(&desk.studio, "ES256", None, KeyPlace::Draft("bad")).unwrap();
    let values = [
        ("client_id", id.as_str()),
        ("key_id", "unknown"),
        ("scopes", "okta.users.read"),
    ];
    connections::save(&desk.studio, &desk.draft("bad", "service_app", &values)).unwrap();
    let error = requests::send(&desk.studio, users("bad")).await.unwrap_err();
    shown.push(format!("{error:?} {}", serde_json::to_string(&error).unwrap()));
    let report = runs::run(&desk.studio, list_users("bad")).await.unwrap();
    let calls: Vec<_> = report.calls.iter().map(|call| (call.sign_in, call.status)).collect();
    assert_eq!(calls, [(true, Some(401)), (false, None)]);
    assert_eq!(report.error.as_ref().unwrap().code, "sign_in_client");
    shown.push(serde_json::to_string(&report).unwrap());

    let curl = requests::to_curl(
        &desk.studio,
        &RequestInContext {
            connector: "okta".into(),
            request: users("me").request,
            connection: Some("me".into()),
            ..RequestInContext::default()
        },
        false,
    )
    .unwrap();
    assert!(curl.contains("'Authorization: Bearer '\"$ACCESS_TOKEN\""), "{curl}");
    shown.push(curl);
    assert!(
        shown.iter().any(|text| text.contains("\"sign_in\"")),
        "the trace tells of token requests"
    );

    let mut planted: Vec<String> = Vec::new();
    for connection in ["svc", "me"] {
        let token = desk.kept(connection, "token");
        planted.push(token["access_token"].as_str().unwrap().to_owned());
    }
    planted.push(
        desk.kept("me", "refresh_token")["refresh_token"]
            .as_str()
            .unwrap()
            .to_owned(),
    );
    let secrets = desk.studio.secrets().unwrap();
    for (connection, field) in [
        ("svc", "private_key"),
        ("svc", "sign-in/proof_key"),
        ("bad", "private_key"),
    ] {
        let pem: Secret = secrets
            .get(connection, field)
            .unwrap()
            .unwrap_or_else(|| panic!("{connection} has no {field}"));
        // A line in the middle: long enough to be no chance, and on one line.
        planted.push(pem.reveal().lines().nth(1).unwrap().to_owned());
    }
    for text in &shown {
        for secret in &planted {
            assert!(!text.contains(secret), "{} is shown in {text}", &secret[..8]);
        }
    }
    let mut files = 0;
    look(desk.folder.path(), &planted, &mut files);
    assert!(files > 10, "only {files} files were looked into");
}

fn list_users(connection: &str) -> RunAction {
    RunAction {
        id: "r".into(),
        file: FileRef {
            connector: "okta".into(),
            path: "actions/list_users.rhai".into(),
        },
        input: json!({}),
        config: serde_json::Value::Null,
        connection: Some(connection.into()),
        resume: None,
        save: None,
        function: None,
    }
}

fn users(connection: &str) -> SendRequest {
    SendRequest {
        id: "send".into(),
        connector: "okta".into(),
        path: None,
        request: SavedRequest {
            name: "Users".into(),
            method: "GET".into(),
            url: "{{base_url}}/api/v1/users?limit=2".into(),
            ..SavedRequest::default()
        },
        connection: Some(connection.into()),
        ..SendRequest::default()
    }
}

fn look(folder: &Path, planted: &[String], files: &mut usize) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            look(&path, planted, files);
            continue;
        }
        *files += 1;
        let bytes = fs::read(&path).unwrap();
        for secret in planted {
            let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!found, "{} is in {}", &secret[..8], path.display());
        }
    }
}
