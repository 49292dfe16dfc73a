//! Credentials that stand written out in a request go to its connection, and what a server repeats of a session is shown
//! to nobody.

use std::{fs, sync::Arc};

use axum::response::IntoResponse;
use joinery_app::{
    Code, SavedRequest,
    connections::{self, ConnectionDraft},
    connectors,
    files::FileRef,
    requests::{self, KeepSecret, Preparation, RequestInContext},
};
use tokio_util::sync::CancellationToken;

use crate::desk::{Desk, TOKEN, assert_hidden};

const SESAME: &str = "open sesame/9";

fn wanted(request: &SavedRequest, connection: Option<&str>, name: Option<&str>) -> KeepSecret {
    KeepSecret {
        shown: RequestInContext {
            connector: "acme".into(),
            request: request.clone(),
            connection: connection.map(str::to_owned),
            ..RequestInContext::default()
        },
        at: 0,
        name: name.map(str::to_owned),
    }
}

#[tokio::test]
async fn a_credential_moves_from_a_request_to_its_connection_and_is_sent_from_there() {
    let desk = Desk::new().await;
    let text = format!(
        "url = \"/a\"\nauth = \"none\"\n[[headers]]\nname = \"Authorization\"\nvalue = \"SSWS {SESAME}\"\n[[query]]\nname = \"api_key\"\nvalue = \"{SESAME}\"\n"
    );
    desk.write("acme/requests/a.toml", &text);
    desk.open();
    let (request, _) = SavedRequest::parse(&text, "a.toml").unwrap();
    let found = requests::literal_secrets(&request);
    let names: Vec<_> = found.iter().map(|literal| literal.name.as_str()).collect();
    assert_eq!(names, ["api_key", "authorization"]);

    let kept = requests::keep_secret(&desk.studio, &wanted(&request, Some("acme"), Some("okta_key"))).unwrap();
    assert_eq!(requests::literal_secrets(&kept.request), []);
    let file = FileRef {
        connector: "acme".into(),
        path: "requests/a.toml".into(),
    };
    requests::save(&desk.studio, &file, &kept.request).unwrap();
    let saved = fs::read_to_string(desk.workspace().join("acme/requests/a.toml")).unwrap();
    assert!(saved.contains("value = \"SSWS {{okta_key}}\""), "{saved}");
    assert_hidden(&saved, &[SESAME]);
    let sent = desk.send_saved("requests/a.toml").await.unwrap();
    let seen = desk.one();
    assert_eq!(seen.header("authorization"), Some(format!("SSWS {SESAME}").as_str()));
    assert_eq!(seen.uri.query(), Some("api_key=open%20sesame%2F9"));
    assert_hidden(&desk.shown(&Desk::draft(&saved), &sent), &[SESAME, "open%20sesame"]);

    // Saving the connection again keeps it; its form knows nothing of it.
    let draft = ConnectionDraft {
        name: "acme".into(),
        connector: "acme".into(),
        auth: "token".into(),
        values: [("url".to_owned(), desk.url.clone())].into(),
        ..ConnectionDraft::default()
    };
    let view = connections::save(&desk.studio, &draft).unwrap();
    assert_eq!(
        (view.secrets, view.request_secrets),
        (vec!["token".into()], vec!["okta_key".into()])
    );
    desk.send_saved("requests/a.toml").await.unwrap();
    desk.one();
    connections::forget_request_secret(&desk.studio, "acme", "okta_key").unwrap();
    let error = desk.send_saved("requests/a.toml").await.unwrap_err();
    assert!(error.message.contains("no value for {{okta_key}}"), "{error:?}");
    assert!(connections::forget_request_secret(&desk.studio, "acme", "okta_key").is_err());
}

#[tokio::test]
async fn a_secret_takes_the_name_of_no_other_and_is_kept_once() {
    let desk = Desk::new().await;
    let bearer = |token: &str| {
        let text = format!("url = \"/a\"\n[auth]\nkind = \"bearer\"\ntoken = \"{token}\"\n");
        SavedRequest::parse(&text, "a.toml").unwrap().0
    };
    let keep = |request: &SavedRequest, name: Option<&str>| {
        requests::keep_secret(&desk.studio, &wanted(request, Some("acme"), name))
    };
    // `token` is what the connection itself signs with.
    let error = keep(&bearer(SESAME), Some("token")).unwrap_err();
    assert_eq!(error.code, Code::Conflict);
    for wrong in ["", "1st", "two words", "a-b"] {
        assert_eq!(
            keep(&bearer(SESAME), Some(wrong)).unwrap_err().code,
            Code::Input,
            "{wrong}"
        );
    }
    let name =
        |request: &SavedRequest| requests::secret_name(&desk.studio, &wanted(request, Some("acme"), None)).unwrap();
    assert_eq!(name(&bearer(SESAME)), "token_2");
    assert_eq!(keep(&bearer(SESAME), None).unwrap().name, "token_2");
    assert_eq!(name(&bearer(SESAME)), "token_2");
    assert_eq!(name(&bearer("another")), "token_3");
    assert_eq!(name(&bearer(TOKEN)), "token");
    let signed = keep(&bearer(SESAME), None).unwrap().request;
    let send = requests::SendRequest {
        request: signed,
        ..Desk::draft("url = \"/a\"\n")
    };
    requests::send(&desk.studio, send).await.unwrap();
    assert_eq!(
        desk.one().header("authorization"),
        Some(format!("Bearer {SESAME}").as_str())
    );

    for (connection, message) in [(None, "no connection is chosen"), (Some("sandbox"), "keeps no secrets")] {
        let error = requests::keep_secret(&desk.studio, &wanted(&bearer(SESAME), connection, Some("a"))).unwrap_err();
        assert!(error.message.contains(message) && error.hint.is_some(), "{error:?}");
    }
}

#[tokio::test]
async fn a_recording_shows_no_cookie_of_a_session_that_a_body_repeats() {
    let desk = Desk::answering(|_| {
        let body = r#"{"sessionId":"102QxExample","theme":"dark","token":"tok\/en"}"#;
        let cookies = [
            ("set-cookie", "sid=102QxExample; Path=/"),
            ("set-cookie", "theme=dark; Path=/"),
        ];
        (axum::response::AppendHeaders(cookies), body).into_response()
    })
    .await;
    let connector = Arc::new(connectors::open(&desk.workspace().join("acme")).unwrap());
    let connection = connections::resolve(&desk.studio, &connector, Ok("acme")).unwrap();
    let given = Preparation {
        request: Desk::draft("url = \"/a\"\n").request,
        ..Preparation::default()
    };
    let prepared = requests::prepare(&desk.studio, &connector, connection, given).unwrap();
    let answered = prepared.send(&desk.studio, &CancellationToken::new()).await.unwrap();
    let log = requests::har(&desk.studio, &prepared, &answered).unwrap().to_string();
    assert_hidden(&log, &["102QxExample", TOKEN]);
    assert!(log.contains("sessionId") && log.contains("dark"), "{log}");
}
