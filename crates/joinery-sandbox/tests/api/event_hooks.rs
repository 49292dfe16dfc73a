//! Event hooks: the challenge, deliveries to a real receiver, and what comes of a receiver that fails.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode};
use joinery_sandbox::Seed;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::org::Org;

/// What a receiver was sent, and what it answers to deliveries.
#[derive(Default)]
struct Receiver {
    deliveries: Mutex<Vec<(String, Value)>>,
    answers: Mutex<Vec<u16>>,
}

async fn receive(State(receiver): State<Arc<Receiver>>, request: Request) -> (StatusCode, String) {
    let (head, body) = request.into_parts();
    let header = |name: &str| {
        let value = head.headers.get(name);
        value.map_or("", |value| value.to_str().unwrap()).to_owned()
    };
    if head.method == Method::GET {
        let challenge = header("x-okta-verification-challenge");
        return (StatusCode::OK, json!({"verification": challenge}).to_string());
    }
    let authorization = header("authorization");
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    let body = serde_json::from_slice(&body).unwrap();
    receiver.deliveries.lock().unwrap().push((authorization, body));
    let status = receiver.answers.lock().unwrap().pop().unwrap_or(204);
    (StatusCode::from_u16(status).unwrap(), String::new())
}

impl Receiver {
    /// Starts a receiver that answers deliveries with these statuses, the last first.
    async fn start(answers: &[u16]) -> (Arc<Self>, String) {
        let receiver = Arc::new(Self::default());
        *receiver.answers.lock().unwrap() = answers.to_vec();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook?from=okta", listener.local_addr().unwrap());
        let router = Router::new().fallback(receive).with_state(receiver.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        (receiver, url)
    }

    /// Waits for so many deliveries.
    async fn deliveries(&self, count: usize) -> Vec<(String, Value)> {
        for _ in 0..150 {
            let found = self.deliveries.lock().unwrap().clone();
            if found.len() >= count {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("{count} deliveries did not come");
    }
}

fn hook(url: &str) -> Value {
    json!({
        "name": "Joins", "events": {"type": "EVENT_TYPE", "items": ["user.lifecycle.create"]},
        "channel": {"type": "HTTP", "version": "1.0.0", "config": {
            "uri": url, "headers": [{"key": "X-Own", "value": "1"}],
            "authScheme": {"type": "HEADER", "key": "Authorization", "value": "s3cret"},
        }},
    })
}

async fn create(org: &Org, url: &str) -> String {
    let made = org.post("/eventHooks", &hook(url)).await;
    assert_eq!(
        (made.status, &made.body["verificationStatus"]),
        (200, &json!("UNVERIFIED"))
    );
    assert!(!made.body.to_string().contains("s3cret"));
    format!("/eventHooks/{}", made.body["id"].as_str().unwrap())
}

#[tokio::test]
async fn a_verified_hook_gets_the_events_it_asks_for_and_no_others() {
    let org = Org::start(Seed::Empty).await;
    let (receiver, url) = Receiver::start(&[]).await;
    let path = create(&org, &url).await;
    org.user("early", true, "").await;
    let verified = org.act(&format!("{path}/lifecycle/verify")).await;
    assert_eq!(verified.body["verificationStatus"], "VERIFIED");
    let id = org.user("ann", true, "").await;
    let (authorization, body) = receiver.deliveries(1).await.remove(0);
    assert_eq!(authorization, "s3cret");
    assert_eq!(body["eventType"], "com.okta.event_hook");
    let events = body["data"]["events"].as_array().unwrap();
    assert_eq!(
        (events.len(), &events[0]["eventType"]),
        (1, &json!("user.lifecycle.create"))
    );
    assert_eq!(events[0]["target"][0]["id"], json!(id));

    org.act(&format!("{path}/lifecycle/deactivate")).await;
    org.user("bob", true, "").await;
    org.act(&format!("{path}/lifecycle/activate")).await;
    org.user("eve", true, "").await;
    let last = receiver.deliveries(2).await.remove(1).1;
    let about = &last["data"]["events"].as_array().unwrap().last().unwrap()["target"][0];
    assert_eq!(about["alternateId"], "eve@acme.example");
    assert_eq!(org.delete(&path).await.code(), "E0000001");
    org.act(&format!("{path}/lifecycle/deactivate")).await;
    assert_eq!(org.delete(&path).await.status, 204);
}

#[tokio::test]
async fn a_5xx_is_tried_once_more_a_4xx_not_and_both_are_logged() {
    for (answers, attempts) in [(&[500, 500][..], 2), (&[400][..], 1)] {
        let org = Org::start(Seed::Empty).await;
        let (receiver, url) = Receiver::start(answers).await;
        let path = create(&org, &url).await;
        org.act(&format!("{path}/lifecycle/verify")).await;
        org.user("ann", true, "").await;
        let failed = "/logs?filter=eventType+eq+%22event_hook.delivery%22";
        let mut log = org.get(failed).await;
        for _ in 0..150 {
            if log.body[0].is_object() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
            log = org.get(failed).await;
        }
        assert_eq!(log.body[0]["outcome"]["result"], "FAILURE");
        assert_eq!(receiver.deliveries(attempts).await.len(), attempts);
    }
}

#[tokio::test]
async fn an_address_that_cannot_answer_stays_unverified() {
    let org = Org::start(Seed::Empty).await;
    let refused = org.post("/eventHooks", &hook("http://example.com/hook")).await;
    assert_eq!((refused.status, refused.code()), (400, "E0000001"));
    for url in ["https://www.example.com/eventHooks", "http://127.0.0.1:9/closed"] {
        let path = create(&org, url).await;
        let refused = org.act(&format!("{path}/lifecycle/verify")).await;
        assert_eq!((refused.status, refused.code()), (400, "E0000001"));
        assert!(refused.cause().starts_with("The event hook could not be verified: "));
        assert_eq!(org.get(&path).await.body["verificationStatus"], "UNVERIFIED");
    }
}
