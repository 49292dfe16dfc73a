//! The services that stand beside the org: Box, Chargebee and Slack.

use axum::Router;
use axum::body::to_bytes;
use axum::extract::{Request, State};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use joinery_sandbox::{Neighbour, Options, Seed};
use reqwest::Method;
use ring::hmac;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use crate::org::{Answer, Org, answer};

async fn org() -> Org {
    Org::with(Options {
        seed: Seed::Demo,
        with: Neighbour::ALL.to_vec(),
        ..Options::default()
    })
    .await
}

impl Org {
    async fn neighbour(&self, method: Method, path: &str, body: &Value, headers: &[(&str, &str)]) -> Answer {
        let mut request = self
            .client
            .request(method, format!("{}{path}", self.sandbox.url()))
            .bearer_auth(self.sandbox.token())
            .header("content-type", "application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if !body.is_null() {
            request = request.body(body.to_string());
        }
        answer(request.send().await.unwrap()).await
    }

    async fn files(&self, method: Method, path: &str, body: Value) -> Answer {
        self.neighbour(method, &format!("/box/2.0{path}"), &body, &[]).await
    }

    async fn slack(&self, method: &str, body: Value) -> Value {
        self.neighbour(Method::POST, &format!("/slack/api/{method}"), &body, &[])
            .await
            .body
    }

    async fn billing(&self, method: Method, path: &str, form: &[(&str, &str)]) -> Answer {
        let url = format!("{}/chargebee/api/v2{path}", self.sandbox.url());
        let form = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(form)
            .finish();
        let request = self
            .client
            .request(method, url)
            .basic_auth(self.sandbox.token(), Some(""))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form);
        answer(request.send().await.unwrap()).await
    }

    async fn steer(&self, method: Method, path: &str, body: Value) -> Answer {
        let url = format!("{}{path}", self.sandbox.url());
        self.send(method, &url, (!body.is_null()).then_some(&body)).await
    }
}

/// What a webhook was sent: its headers by name, and its body.
type Delivery = (Vec<(String, String)>, String);

/// A webhook that answers `{"text": "On it."}`.
async fn webhook() -> (String, mpsc::UnboundedReceiver<Delivery>) {
    async fn take(State(sender): State<mpsc::UnboundedSender<Delivery>>, request: Request) -> &'static str {
        let (head, body) = request.into_parts();
        let headers = head
            .headers
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
        let body = to_bytes(body, usize::MAX).await.unwrap();
        let body = String::from_utf8(body.to_vec()).unwrap();
        sender.send((headers.collect(), body)).unwrap();
        r#"{"text":"On it."}"#
    }
    let (sender, receiver) = mpsc::unbounded_channel();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let router = Router::new().fallback(take).with_state(sender);
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, receiver)
}

fn header<'a>(delivery: &'a Delivery, name: &str) -> &'a str {
    let found = delivery.0.iter().find(|(each, _)| each == name);
    found.map_or("", |(_, value)| value)
}

#[tokio::test]
async fn nobody_stands_beside_an_org_that_was_not_asked_to_and_wrong_tokens_are_refused_by_each() {
    let alone = Org::start(Seed::Empty).await;
    assert_eq!(alone.files(Method::GET, "/users/me", Value::Null).await.status, 404);

    let org = org().await;
    let get = |path: &str| org.client.get(format!("{}{path}", org.sandbox.url()));
    let files = get("/box/2.0/users/me").bearer_auth("wrong").send().await.unwrap();
    let why = files.headers()["www-authenticate"].to_str().unwrap().to_owned();
    assert_eq!(files.status(), 401);
    assert!(why.contains("invalid_token"), "{why}");
    let slack = answer(get("/slack/api/auth.test").bearer_auth("wrong").send().await.unwrap()).await;
    assert_eq!((slack.status, &slack.body["error"]), (200, &json!("invalid_auth")));
    let slack = answer(get("/slack/api/auth.test").send().await.unwrap()).await;
    assert_eq!(slack.body["error"], "not_authed");
    let request = get("/chargebee/api/v2/customers").basic_auth("wrong", Some(""));
    let billing = answer(request.send().await.unwrap()).await;
    assert_eq!(
        (billing.status, &billing.body["api_error_code"]),
        (401, &json!("api_authentication_failed"))
    );
    let steered = get("/slack/sandbox/messages").bearer_auth(org.sandbox.token());
    assert_eq!(steered.send().await.unwrap().status(), 401);
}

#[tokio::test]
async fn box_keeps_folders_by_name_and_shows_them_to_whom_they_belong_or_were_shared_with() {
    let org = org().await;
    let ada = json!({"name": "Ada Lovelace", "login": "ada.lovelace@acme.example"});
    let ada = org.files(Method::POST, "/users", ada).await;
    assert_eq!(ada.status, 201, "{}", ada.body);
    let ada_id = ada.body["id"].as_str().unwrap().to_owned();
    let found = org
        .files(Method::GET, "/users?filter_term=ada.lovelace@acme.example", Value::Null)
        .await;
    assert_eq!(found.body["entries"][0]["id"], ada_id.as_str());

    let body = json!({"name": "Ada", "parent": {"id": "0"}});
    let folder = org.files(Method::POST, "/folders", body.clone()).await;
    assert_eq!(folder.status, 201, "{}", folder.body);
    let id = folder.body["id"].as_str().unwrap();
    let again = org.files(Method::POST, "/folders", body).await;
    assert_eq!((again.status, &again.body["code"]), (409, &json!("item_name_in_use")));
    assert_eq!(again.body["context_info"]["conflicts"][0]["id"], id);

    let as_ada = [("as-user", ada_id.as_str())];
    let path = format!("/box/2.0/folders/{id}");
    let hidden = org.neighbour(Method::GET, &path, &Value::Null, &as_ada).await;
    assert_eq!((hidden.status, &hidden.body["code"]), (404, &json!("not_found")));
    let share = json!({
        "item": {"type": "folder", "id": id},
        "accessible_by": {"type": "user", "login": "ada.lovelace@acme.example"},
        "role": "editor",
    });
    let shared = org.files(Method::POST, "/collaborations", share.clone()).await;
    assert_eq!((shared.status, &shared.body["status"]), (201, &json!("accepted")));
    let twice = org.files(Method::POST, "/collaborations", share).await;
    assert_eq!(
        (twice.status, &twice.body["code"]),
        (400, &json!("user_already_collaborator"))
    );
    let seen = org.neighbour(Method::GET, &path, &Value::Null, &as_ada).await;
    assert_eq!((seen.status, &seen.body["name"]), (200, &json!("Ada")));
    let gone = format!("/collaborations/{}", shared.body["id"].as_str().unwrap());
    assert_eq!(org.files(Method::DELETE, &gone, Value::Null).await.status, 204);
    assert_eq!(
        org.neighbour(Method::GET, &path, &Value::Null, &as_ada).await.status,
        404
    );

    let inner = json!({"name": "Inner", "parent": {"id": id}});
    org.files(Method::POST, "/folders", inner).await;
    let full = org.files(Method::DELETE, &format!("/folders/{id}"), Value::Null).await;
    assert_eq!((full.status, &full.body["code"]), (400, &json!("folder_not_empty")));
    let all = org
        .files(Method::DELETE, &format!("/folders/{id}?recursive=true"), Value::Null)
        .await;
    assert_eq!(all.status, 204);
    let left = org.steer(Method::GET, "/box/sandbox/folders", Value::Null).await;
    assert_eq!(left.body, json!([]));
}

#[tokio::test]
async fn box_hands_everything_of_a_user_to_another_and_its_stream_goes_on_from_a_position() {
    let org = org().await;
    let mut ids = Vec::new();
    for name in ["ada", "grace"] {
        let user = json!({"name": name, "login": format!("{name}@acme.example")});
        let made = org.files(Method::POST, "/users", user).await;
        ids.push(made.body["id"].as_str().unwrap().to_owned());
    }
    let now = org.files(Method::GET, "/events?stream_position=now", Value::Null).await;
    let position = now.body["next_stream_position"].as_str().unwrap();
    assert_eq!(now.body["entries"], json!([]));
    let own = json!({"name": "Plans", "parent": {"id": "0"}});
    let own = org
        .neighbour(Method::POST, "/box/2.0/folders", &own, &[("as-user", &ids[0])])
        .await;
    let to = json!({"owned_by": {"id": ids[1]}});
    let moved = org
        .files(Method::PUT, &format!("/users/{}/folders/0", ids[0]), to)
        .await;
    assert_eq!(
        (moved.status, &moved.body["name"]),
        (200, &json!("ada@acme.example - ada's Files and Folders"))
    );
    let folder = format!("/box/2.0/folders/{}", own.body["id"].as_str().unwrap());
    let folder = org
        .neighbour(Method::GET, &folder, &Value::Null, &[("as-user", &ids[1])])
        .await;
    assert_eq!(folder.body["owned_by"]["login"], "grace@acme.example");
    assert_eq!(folder.body["parent"]["id"], moved.body["id"]);

    let path = format!("/events?stream_position={position}");
    let told = org.files(Method::GET, &path, Value::Null).await;
    let kinds: Vec<&str> = told.body["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|each| each["event_type"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["ITEM_CREATE", "ITEM_CREATE"]);
    assert_eq!(told.body["entries"][0]["source"]["name"], "Plans");
}

#[tokio::test]
async fn chargebee_keeps_customers_in_pages_and_delivers_its_events_signed_in() {
    let org = org().await;
    for number in 0..3 {
        let email = format!("new{number}@acme.example");
        let made = org
            .billing(Method::POST, "/customers", &[("first_name", "New"), ("email", &email)])
            .await;
        assert_eq!((made.status, &made.body["customer"]["email"]), (200, &json!(email)));
    }
    let first = org
        .billing(Method::GET, "/customers?limit=2&sort_by[asc]=created_at", &[])
        .await;
    assert_eq!(first.body["list"].as_array().unwrap().len(), 2);
    let next = first.body["next_offset"].as_str().unwrap().replace('"', "%22");
    let path = format!("/customers?limit=2&sort_by[asc]=created_at&offset={next}");
    let second = org.billing(Method::GET, &path, &[]).await;
    assert_eq!(second.body["list"][0]["customer"]["email"], "new2@acme.example");
    assert!(second.body.get("next_offset").is_none());
    let found = org
        .billing(Method::GET, "/customers?email[is]=new1@acme.example", &[])
        .await;
    let id = found.body["list"][0]["customer"]["id"].as_str().unwrap().to_owned();

    let missing = org.billing(Method::GET, "/customers/nobody", &[]).await;
    assert_eq!(
        (missing.status, &missing.body["api_error_code"]),
        (404, &json!("resource_not_found"))
    );
    let wrong = org
        .billing(Method::POST, "/customers", &[("email", "no address")])
        .await;
    assert_eq!((wrong.status, &wrong.body["param"]), (400, &json!("email")));

    let path = format!("/customers/{id}/subscription_for_items");
    let items = [
        ("subscription_items[item_price_id][0]", "basic-USD-monthly"),
        ("subscription_items[quantity][0]", "2"),
    ];
    let made = org.billing(Method::POST, &path, &items).await;
    assert_eq!(
        made.body["subscription"]["subscription_items"][0]["amount"], 2000,
        "{}",
        made.body
    );
    let id = made.body["subscription"]["id"].as_str().unwrap();
    let gone = org
        .billing(Method::POST, &format!("/subscriptions/{id}/cancel_for_items"), &[])
        .await;
    assert_eq!(gone.body["subscription"]["status"], "cancelled");

    let (url, mut deliveries) = webhook().await;
    let sent = org
        .steer(
            Method::POST,
            "/chargebee/sandbox/deliver",
            json!({"url": url, "password": "secret"}),
        )
        .await;
    assert_eq!((sent.status, &sent.body["status"]), (200, &json!(200)), "{}", sent.body);
    let delivery = deliveries.recv().await.unwrap();
    let signed = BASE64_STANDARD.encode("joinery:secret");
    assert_eq!(header(&delivery, "authorization"), format!("Basic {signed}"));
    let event: Value = serde_json::from_str(&delivery.1).unwrap();
    assert_eq!(event["event_type"], "subscription_cancelled");
    assert_eq!(event["content"]["customer"]["email"], "new1@acme.example");
}

#[tokio::test]
async fn slack_knows_the_people_of_the_org_and_signs_what_they_do() {
    let org = org().await;
    let nobody = org
        .slack("users.lookupByEmail", json!({"email": "nobody@acme.example"}))
        .await;
    assert_eq!(nobody, json!({"ok": false, "error": "users_not_found"}));
    let ada = org
        .slack("users.lookupByEmail", json!({"email": "ada.lovelace@acme.example"}))
        .await;
    assert_eq!(
        (&ada["ok"], &ada["user"]["real_name"]),
        (&json!(true), &json!("Ada Lovelace"))
    );
    let same = org.slack("users.info", json!({"user": ada["user"]["id"]})).await;
    assert_eq!(same, ada);
    assert_eq!(
        org.slack("chat.postMessage", json!({"channel": "#nowhere", "text": "x"}))
            .await["error"],
        "channel_not_found"
    );
    assert_eq!(
        org.slack("chat.postMessage", json!({"channel": "#board", "text": "x"}))
            .await["error"],
        "not_in_channel"
    );
    assert_eq!(
        org.slack("chat.postMessage", json!({"channel": "#it"})).await["error"],
        "no_text"
    );
    let button = json!({"type": "button", "action_id": "approve", "value": "request-17", "text": {"type": "plain_text", "text": "Yes"}});
    let blocks = json!([{"type": "actions", "block_id": "approval", "elements": [button]}]);
    let posted = org
        .slack(
            "chat.postMessage",
            json!({"channel": "#it", "text": "May Ada?", "blocks": blocks}),
        )
        .await;
    assert_eq!(posted["ok"], true);

    let (url, mut deliveries) = webhook().await;
    let click = json!({"url": url, "action": "approve", "user": "greta.zhang@acme.example"});
    let clicked = org.steer(Method::POST, "/slack/sandbox/click", click).await;
    assert_eq!(clicked.body, json!({"status": 200, "body": {"text": "On it."}}));
    let delivery = deliveries.recv().await.unwrap();
    let key = hmac::Key::new(hmac::HMAC_SHA256, org.sandbox.token().as_bytes());
    let base = format!("v0:{}:{}", header(&delivery, "x-slack-request-timestamp"), delivery.1);
    let signature = hex::encode(hmac::sign(&key, base.as_bytes()));
    assert_eq!(header(&delivery, "x-slack-signature"), format!("v0={signature}"));
    let (_, payload) = url::form_urlencoded::parse(delivery.1.as_bytes()).next().unwrap();
    let payload: Value = serde_json::from_str(&payload).unwrap();
    assert_eq!(payload["actions"][0]["value"], "request-17");
    assert_eq!(payload["user"]["name"], "greta.zhang");
    assert_eq!(payload["message"]["ts"], posted["ts"]);

    let response_url = payload["response_url"].as_str().unwrap();
    let path = response_url.strip_prefix(&org.sandbox.url()).unwrap();
    for status in [200, 200, 200, 200, 200, 404] {
        let said = org.neighbour(Method::POST, path, &json!({"text": "Done."}), &[]).await;
        assert_eq!(said.status, status);
    }
    let shown = org
        .steer(Method::GET, "/slack/sandbox/messages", Value::Null)
        .await
        .body;
    assert_eq!(
        (
            shown["messages"].as_array().unwrap().len(),
            shown["answers"].as_array().unwrap().len()
        ),
        (1, 5)
    );
    org.steer(Method::POST, "/sandbox/reset", Value::Null).await;
    let shown = org
        .steer(Method::GET, "/slack/sandbox/messages", Value::Null)
        .await
        .body;
    assert_eq!(shown["messages"], json!([]));
}
