//! Inline hooks that are asked: over real HTTP, for tokens and for passwords.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use joinery_sandbox::Seed;
use reqwest::{header, redirect};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::org::{Answer, Org, answer, user};

/// A service that hooks call: what it was asked, and what it answers.
#[derive(Default)]
struct Service {
    asked: Mutex<Vec<(String, Value)>>,
    answer: Mutex<(u16, Value)>,
}

async fn receive(State(service): State<Arc<Service>>, request: Request) -> (StatusCode, String) {
    let (head, body) = request.into_parts();
    let authorization = head.headers.get("authorization").map(|it| it.to_str().unwrap());
    let authorization = authorization.unwrap_or_default().to_owned();
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    let question = serde_json::from_slice(&body).unwrap();
    service.asked.lock().unwrap().push((authorization, question));
    let (status, answer) = service.answer.lock().unwrap().clone();
    (StatusCode::from_u16(status).unwrap(), answer.to_string())
}

impl Service {
    /// Starts a service and a hook that calls it, and gives both.
    async fn start(org: &Org, kind: &str) -> (Arc<Self>, Value, String) {
        let service = Arc::new(Self::default());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let router = Router::new().fallback(receive).with_state(service.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        let hook = json!({
            "name": "Own", "type": kind, "version": "1.0.0",
            "channel": {"type": "HTTP", "version": "1.0.0", "config": {
                "uri": url, "method": "POST", "headers": [{"key": "X-Own", "value": "1"}],
                "authScheme": {"type": "HEADER", "key": "Authorization", "value": "s3cret"},
            }},
        });
        let (hook, path) = org.make("/inlineHooks", &hook).await;
        (service, hook, path)
    }

    fn answers(&self, status: u16, answer: Value) {
        *self.answer.lock().unwrap() = (status, answer);
    }

    fn asked(&self) -> Vec<(String, Value)> {
        self.asked.lock().unwrap().clone()
    }
}

#[tokio::test]
async fn the_preview_sends_what_the_caller_made_up_and_gives_the_answer() {
    let org = Org::start(Seed::Empty).await;
    let (service, _, path) = Service::start(&org, "com.okta.oauth2.tokens.transform").await;
    service.answers(200, json!({"commands": []}));
    let preview = org.post(&format!("{path}/execute"), &json!({"data": {"own": 1}})).await;
    assert_eq!((preview.status, &preview.body), (200, &json!({"commands": []})));
    assert_eq!(service.asked(), [("s3cret".to_owned(), json!({"data": {"own": 1}}))]);
    assert_eq!(org.events().await[0], "inline_hook.executed");
    service.answers(500, json!({}));
    let broken = org.post(&format!("{path}/execute"), &json!({})).await;
    assert_eq!(
        (broken.status, broken.cause()),
        (
            400,
            "inlineHook: The inline hook could not be executed: the address answered 500 Internal Server Error"
        )
    );
    assert_eq!(service.asked().len(), 3, "a broken service is asked once more");
    org.act(&format!("{path}/lifecycle/deactivate")).await;
    assert_eq!(
        org.post(&format!("{path}/execute"), &json!({})).await.code(),
        "E0000001"
    );
}

/// An org whose default server asks a hook, and a client of it.
async fn with_token_hook() -> (Org, Arc<Service>, (String, String)) {
    let org = Org::start(Seed::Empty).await;
    let (service, hook, _) = Service::start(&org, "com.okta.oauth2.tokens.transform").await;
    let server = "/authorizationServers/default";
    org.make(&format!("{server}/scopes"), &json!({"name": "orders"})).await;
    let policies = org.get(&format!("{server}/policies")).await.body;
    let rules = format!("{server}/policies/{}/rules", policies[0]["id"].as_str().unwrap());
    let mut rule = org.get(&rules).await.body[0].clone();
    rule["actions"]["token"]["inlineHook"] = json!({"id": hook["id"]});
    let changed = org
        .put(&format!("{rules}/{}", rule["id"].as_str().unwrap()), &rule)
        .await;
    assert_eq!(changed.body["actions"]["token"]["inlineHook"]["id"], hook["id"]);
    let body = json!({
        "client_name": "Warehouse", "application_type": "service", "grant_types": ["client_credentials"],
        "token_endpoint_auth_method": "client_secret_basic", "response_types": ["token"],
    });
    let clients = format!("{}/oauth2/v1/clients", org.sandbox.url());
    let made = org.post(&clients, &body).await.body;
    let text = |name: &str| made[name].as_str().unwrap().to_owned();
    let client = (text("client_id"), text("client_secret"));
    (org, service, client)
}

async fn token(org: &Org, client: &(String, String)) -> Answer {
    let url = format!("{}/oauth2/default/v1/token", org.sandbox.url());
    let request = org.client.post(url).basic_auth(&client.0, Some(&client.1));
    let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let form = "grant_type=client_credentials&scope=orders";
    answer(request.body(form).send().await.unwrap()).await
}

fn claims(answer: &Answer) -> Value {
    let token = answer.body["access_token"].as_str().unwrap();
    let claims = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap();
    serde_json::from_slice(&claims).unwrap()
}

fn patch(changes: Value) -> Value {
    json!({"commands": [{"type": "com.okta.access.patch", "value": changes}]})
}

#[tokio::test]
async fn a_token_hook_is_told_of_the_token_and_its_commands_are_applied() {
    let (org, service, client) = with_token_hook().await;
    service.answers(
        200,
        patch(json!([
            {"op": "add", "path": "/claims/own", "value": {"list": [1]}},
            {"op": "add", "path": "/claims/own/list/1", "value": 2},
            {"op": "replace", "path": "/claims/aud", "value": "api://other"},
            {"op": "remove", "path": "/claims/own/list/0"},
            {"op": "replace", "path": "/token/lifetime/expiration", "value": 600},
        ])),
    );
    let got = token(&org, &client).await;
    assert_eq!(
        (got.status, &got.body["expires_in"]),
        (200, &json!(600)),
        "{}",
        got.body
    );
    let claims = claims(&got);
    assert_eq!(claims["own"], json!({"list": [2]}));
    assert_eq!(claims["aud"], "api://other");
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 600);

    let (secret, question) = service.asked().remove(0);
    assert_eq!(secret, "s3cret");
    assert_eq!(question["eventType"], "com.okta.oauth2.tokens.transform");
    assert_eq!(
        question["source"],
        format!("{}/oauth2/default/v1/token", org.sandbox.url())
    );
    let data = &question["data"];
    assert_eq!(data["context"]["protocol"]["client"]["id"], client.0);
    assert_eq!(data["context"]["protocol"]["request"]["scope"], "orders");
    assert_eq!(data["access"]["claims"]["aud"], "api://default");
    assert_eq!(data["access"]["token"]["lifetime"]["expiration"], 3600);
    assert_eq!(data["access"]["scopes"]["orders"]["action"], "GRANT");
    assert!(data.get("identity").is_none() && data["context"]["policy"]["rule"]["id"].is_string());
}

#[tokio::test]
async fn a_token_hook_that_oversteps_changes_nothing_and_one_that_refuses_gives_no_token() {
    let (org, service, client) = with_token_hook().await;
    for wrong in [
        json!([{"op": "add", "path": "/claims/own", "value": 1}, {"op": "replace", "path": "/claims/iss", "value": "me"}]),
        json!([{"op": "add", "path": "/claims/own", "value": 1}, {"op": "remove", "path": "/claims/none"}]),
        json!([{"op": "add", "path": "/claims/own", "value": 1}, {"op": "move", "path": "/claims/own"}]),
        json!([{"op": "replace", "path": "/token/lifetime/expiration", "value": 5}]),
    ] {
        service.answers(200, patch(wrong));
        let got = token(&org, &client).await;
        assert_eq!((got.status, &got.body["expires_in"]), (200, &json!(3600)));
        assert!(claims(&got).get("own").is_none());
    }
    let log = org
        .get("/logs?filter=eventType+eq+%22inline_hook.response.processed%22")
        .await;
    let outcome = &log.body[0]["outcome"];
    assert_eq!(
        outcome,
        &json!({"result": "FAILURE", "reason": "the claim 'iss' is reserved"})
    );

    service.answers(503, json!({}));
    assert_eq!(token(&org, &client).await.status, 200);
    service.answers(200, json!({"error": {"errorSummary": "Not today"}}));
    let refused = token(&org, &client).await;
    assert_eq!(
        (refused.status, refused.body),
        (400, json!({"error": "server_error", "error_description": "Not today"}))
    );
}

#[tokio::test]
async fn a_password_that_was_left_with_a_hook_is_asked_for_once_and_then_known() {
    let org = Org::start(Seed::Empty).await;
    let (service, _, _) = Service::start(&org, "com.okta.user.credential.password.import").await;
    let mut body = user("moved", false);
    body["credentials"] = json!({"password": {"hook": {"type": "default"}}});
    let made = org.post("/users", &body).await;
    assert_eq!(made.body["credentials"]["provider"]["type"], "IMPORT", "{}", made.body);
    let app = json!({
        "client_name": "Desk", "application_type": "native", "token_endpoint_auth_method": "none",
        "grant_types": ["authorization_code"], "redirect_uris": ["http://127.0.0.1:9/back"],
        "response_types": ["code"], "pkce_required": false,
    });
    let clients = format!("{}/oauth2/v1/clients", org.sandbox.url());
    let client = org.post(&clients, &app).await.body["client_id"]
        .as_str()
        .unwrap()
        .to_owned();
    let page = reqwest::Client::builder()
        .redirect(redirect::Policy::none())
        .build()
        .unwrap();
    let sign_in = async || {
        let form = format!(
            "client_id={client}&response_type=code&scope=openid&state=s&redirect_uri=http%3A%2F%2F127.0.0.1%3A9%2Fback\
             &username=moved%40acme.example&password=Old-pass-9"
        );
        let request = page.post(format!("{}/oauth2/v1/authorize", org.sandbox.url()));
        let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        request.body(form).send().await.unwrap().status().as_u16()
    };
    let verdict = |word: &str| json!({"commands": [{"type": "com.okta.action.update", "value": {"credential": word}}]});
    service.answers(200, verdict("UNVERIFIED"));
    assert_eq!(sign_in().await, 200);
    service.answers(200, verdict("VERIFIED"));
    assert_eq!(sign_in().await, 302);
    let asked = service.asked();
    assert_eq!(
        asked[1].1["data"]["context"]["credential"],
        json!({"username": "moved@acme.example", "password": "Old-pass-9"})
    );
    assert_eq!(sign_in().await, 302);
    assert_eq!(service.asked().len(), 2, "the org knows the password now");
    let path = format!("/users/{}", made.body["id"].as_str().unwrap());
    assert_eq!(org.get(&path).await.body["credentials"]["provider"]["type"], "OKTA");
}
