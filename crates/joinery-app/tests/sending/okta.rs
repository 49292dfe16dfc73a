//! What is said of the answers of an Okta org: the sandbox.

use std::sync::Arc;

use axum::{http::StatusCode, response::IntoResponse};
use joinery_app::{
    SavedRequest, Studio, StudioOptions,
    okta::{Hint, HintLevel},
    requests::{self, RequestInContext, SendRequest, Sent},
    workspaces,
};

use crate::desk::Desk;

struct Org {
    studio: Arc<Studio>,
    _folder: tempfile::TempDir,
}

impl Org {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let studio = Studio::new(StudioOptions {
            home: folder.path().join("home"),
            documents: folder.path().join("documents"),
            keychain: false,
            worker: joinery_app::Program::At(env!("CARGO_BIN_EXE_app-worker").into()),
        });
        workspaces::start_with_sandbox(&studio).await.unwrap();
        Self {
            studio: Arc::new(studio),
            _folder: folder,
        }
    }

    fn request(text: &str) -> SavedRequest {
        SavedRequest::parse(text, "request.toml").unwrap().0
    }

    async fn send(&self, request: SavedRequest) -> Sent {
        let send = SendRequest {
            id: "send".into(),
            connector: "okta".into(),
            request,
            connection: Some("sandbox".into()),
            ..SendRequest::default()
        };
        requests::send(&self.studio, send).await.unwrap()
    }

    async fn call(&self, method: &str, path: &str, body: &str) -> Sent {
        let body = if body.is_empty() {
            String::new()
        } else {
            format!("[body]\nkind = \"json\"\ntext = '{body}'\n")
        };
        self.send(Self::request(&format!("url = '{path}'\nmethod = \"{method}\"\n{body}")))
            .await
    }
}

fn titles(sent: &Sent) -> Vec<&str> {
    sent.hints.iter().map(|hint| hint.title.as_str()).collect()
}

fn titled<'a>(sent: &'a Sent, title: &str) -> &'a Hint {
    let found = sent.hints.iter().find(|hint| hint.title.contains(title));
    found.unwrap_or_else(|| panic!("no {title} in {:?}", sent.hints))
}

#[tokio::test]
async fn an_error_is_explained_by_its_code() {
    let org = Org::new().await;
    let sent = org.call("GET", "/api/v1/users/nobody@acme.example", "").await;
    assert_eq!(titles(&sent), ["E0000007: Nothing has this id"]);
    let sent = org.call("GET", "/api/v1/users?search=profile.city%20eq", "").await;
    assert_eq!(
        (sent.response.status, sent.hints[0].level),
        (400, HintLevel::Problem),
        "{:?}",
        sent.hints
    );
}

#[tokio::test]
async fn a_filter_that_only_search_understands_is_offered_as_a_search() {
    let org = Org::new().await;
    let sent = org
        .call(
            "GET",
            "/api/v1/users?limit=5&filter=profile.department%20sw%20%22Eng%22",
            "",
        )
        .await;
    assert_eq!(sent.response.status, 400);
    let fix = titled(&sent, "needs `search`").fixes[0].clone();
    let again = org.send(fix).await;
    assert_eq!(again.response.status, 200, "{:?}", again.hints);
}

#[tokio::test]
async fn a_list_that_goes_on_is_called_one_page() {
    let org = Org::new().await;
    let sent = org.call("GET", "/api/v1/users?limit=2", "").await;
    assert_eq!(titles(&sent), ["This is one page of more"]);
    let mut all = Org::request("url = \"/api/v1/users?limit=100\"\n");
    all.settings.pages = Some(0);
    let sent = org.send(all).await;
    assert_eq!(titles(&sent), [""; 0]);
    assert!(sent.pages.unwrap().entries >= 200);
}

#[tokio::test]
async fn a_put_that_clears_is_told_before_and_after_and_can_be_put_back() {
    let org = Org::new().await;
    let ada = "/api/v1/users/ada.lovelace@acme.example";
    let before = org.call("GET", ada, "").await;
    let id = serde_json::from_str::<serde_json::Value>(&org.studio.bodies.text(&before.body.id, 1 << 20).unwrap())
        .unwrap()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let url = format!("/api/v1/users/{id}");
    org.call("POST", &url, r#"{"profile":{"city":"London","title":"Countess"}}"#)
        .await;
    org.call("GET", &url, "").await;
    let put = format!(
        "url = \"{url}\"\nmethod = \"PUT\"\n[body]\nkind = \"json\"\ntext = '{{\"profile\":{{\"login\":\"ada.lovelace@acme.example\",\"email\":\"ada.lovelace@acme.example\",\"firstName\":\"Ada\",\"lastName\":\"Lovelace\"}}}}'\n"
    );
    let context = RequestInContext {
        connector: "okta".into(),
        request: Org::request(&put),
        connection: Some("sandbox".into()),
        ..RequestInContext::default()
    };
    let warned = requests::request_hints(&org.studio, &context).unwrap();
    assert!(warned[0].text.contains("city is \"London\""), "{warned:?}");
    let sent = org.send(Org::request(&put)).await;
    assert_eq!(sent.response.status, 200);
    let hint = titled(&sent, "cleared");
    assert!(
        hint.text.contains("city was \"London\"") && hint.text.contains("title was \"Countess\""),
        "{}",
        hint.text
    );
    let warned = requests::request_hints(&org.studio, &context).unwrap();
    assert!(warned.is_empty(), "what is cleared already: {warned:?}");
    org.send(hint.fixes[0].clone()).await;
    let after = org.call("GET", &url, "").await;
    let text = org.studio.bodies.text(&after.body.id, 1 << 20).unwrap();
    assert!(text.contains("Countess"), "{text}");
}

#[tokio::test]
async fn a_first_delete_of_a_user_is_said_to_deactivate_and_the_second_deletes() {
    let org = Org::new().await;
    let made = org
        .call(
            "POST",
            "/api/v1/users?activate=true",
            r#"{"profile":{"login":"bo@acme.example","email":"bo@acme.example","firstName":"Bo","lastName":"Li"}}"#,
        )
        .await;
    let text = org.studio.bodies.text(&made.body.id, 1 << 20).unwrap();
    let id = serde_json::from_str::<serde_json::Value>(&text).unwrap()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let url = format!("/api/v1/users/{id}");
    let first = org.call("DELETE", &url, "").await;
    let again = titled(&first, "deactivated, not deleted").fixes[0].clone();
    let second = org.send(again).await;
    assert_eq!((second.response.status, titles(&second)), (204, vec![]));
    assert_eq!(org.call("GET", &url, "").await.response.status, 404);
}

#[tokio::test]
async fn the_steps_that_a_user_may_take_are_offered_ready_to_send() {
    let org = Org::new().await;
    let sent = org.call("GET", "/api/v1/users/ada.lovelace@acme.example", "").await;
    let hint = titled(&sent, "Next steps from ACTIVE");
    assert_eq!(hint.level, HintLevel::Offer);
    let suspend = hint.fixes.iter().find(|fix| fix.name == "Suspend").unwrap();
    assert_eq!(org.send(suspend.clone()).await.response.status, 200);
    let sent = org.call("GET", "/api/v1/users/ada.lovelace@acme.example", "").await;
    titled(&sent, "Next steps from SUSPENDED");
}

#[tokio::test]
async fn a_missing_scope_and_the_end_of_a_rate_limit_are_told() {
    let desk = Desk::answering(|seen| {
        let (status, body) = match seen.uri.path() {
            "/api/v1/logs" => (StatusCode::TOO_MANY_REQUESTS, r#"{"errorCode":"E0000047"}"#),
            _ => (StatusCode::FORBIDDEN, r#"{"errorCode":"E0000006"}"#),
        };
        let headers = [
            ("x-okta-request-id", "r1"),
            ("x-rate-limit-limit", "60"),
            ("x-rate-limit-remaining", "0"),
            ("x-rate-limit-reset", "4102444800"),
        ];
        (status, headers, body).into_response()
    })
    .await;
    let sent = desk
        .send("url = \"/api/v1/groups/00g1/users/00u1\"\nmethod = \"DELETE\"\n")
        .await
        .unwrap();
    let hint = titled(&sent, "It takes the scope okta.groups.manage");
    assert!(hint.text.contains("grant it to the app"), "{}", hint.text);

    let sent = desk.send("url = \"/api/v1/logs\"\n").await.unwrap();
    let hint = titled(&sent, "Asked too often; free again at 00:00:00 UTC");
    assert!(
        hint.text.starts_with("All 60 calls of this minute are used up."),
        "{}",
        hint.text
    );

    // What another server answers is not Okta's.
    let desk = Desk::answering(|_| (StatusCode::FORBIDDEN, r#"{"errorCode":"E0000006"}"#).into_response()).await;
    assert_eq!(desk.send("url = \"/\"\n").await.unwrap().hints, []);
}
