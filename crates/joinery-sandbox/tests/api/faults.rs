//! What goes wrong on purpose, and limits that are set.

use std::time::{Duration, Instant};

use joinery_sandbox::{Options, RateLimits, Seed};
use reqwest::Method;
use serde_json::{Value, json};

use crate::org::{Org, answer, user};

async fn with(faults: &[&str]) -> Org {
    Org::with(Options {
        seed: Seed::Empty,
        faults: faults.iter().map(|rule| rule.parse().unwrap()).collect(),
        ..Options::default()
    })
    .await
}

#[tokio::test]
async fn a_fault_answers_as_often_as_its_rule_says() {
    let org = with(&[
        "GET /api/v1/users* 503 first=2",
        "/api/v1/groups* 500 code=E0000109 every=3",
        "/api/v1/apps 429 after=1",
    ])
    .await;
    let statuses = async |path: &str| {
        let mut statuses = Vec::new();
        for _ in 0..6 {
            statuses.push(org.get(path).await.status);
        }
        statuses
    };
    assert_eq!(statuses("/users/me").await, [503, 503, 200, 200, 200, 200]);
    assert_eq!(statuses("/groups").await, [200, 200, 500, 200, 200, 500]);
    assert_eq!(statuses("/apps").await, [200, 429, 429, 429, 429, 429]);
    let limited = org.get("/apps").await;
    assert_eq!(
        (limited.code(), limited.header("x-rate-limit-remaining")),
        ("E0000047", "0")
    );
    assert!(limited.header("x-rate-limit-reset").parse::<i64>().unwrap() > 0);
    org.get("/groups").await;
    org.get("/groups").await;
    assert_eq!(org.get("/groups").await.code(), "E0000109");
    let listed = org.control(Method::GET, "/faults", None).await.body;
    assert_eq!(
        listed[0],
        json!({"id": 1, "rule": "GET /api/v1/users* 503 first=2", "fitting": 6, "applied": 2})
    );
    let calls = org.control(Method::GET, "/activity", None).await.body;
    assert_eq!((&calls[0]["fault"], &calls[2]["fault"]), (&json!(1), &Value::Null));
}

#[tokio::test]
async fn faults_are_added_and_removed_while_the_org_runs() {
    let org = with(&[]).await;
    let added = org
        .control(
            Method::POST,
            "/faults",
            Some(json!({"rule": "get /api/v1/users/me 404"})),
        )
        .await;
    assert_eq!(
        (added.status, &added.body[0]["rule"]),
        (200, &json!("GET /api/v1/users/me 404"))
    );
    assert_eq!(org.get("/users/me").await.code(), "E0000007");
    assert_eq!(org.control(Method::DELETE, "/faults/9", None).await.status, 404);
    assert_eq!(org.control(Method::DELETE, "/faults/1", None).await.body, json!([]));
    assert_eq!(org.get("/users/me").await.status, 200);
    let wrong = org
        .control(Method::POST, "/faults", Some(json!({"rule": "/api/v1/users 200"})))
        .await;
    assert_eq!(wrong.status, 400);
    assert!(wrong.body["error"].as_str().unwrap().contains("200 is no error"));
    assert!(org.sandbox.add_fault("nonsense").is_err() && org.sandbox.faults().is_empty());
}

#[tokio::test]
async fn a_dropped_connection_gives_no_answer_and_a_cut_body_half_of_one() {
    let org = with(&[
        "POST /api/v1/users drop first=1",
        "POST /api/v1/users drop=body first=1",
    ])
    .await;
    let post = async |name: &str| {
        let request = org
            .client
            .post(org.url("/users"))
            .header("content-type", "application/json");
        let request = request.header("authorization", format!("SSWS {}", org.sandbox.token()));
        request.body(user(name, true).to_string()).send().await
    };
    let dropped = post("ann").await;
    assert!(dropped.is_err_and(|error| !error.is_status()));
    assert_eq!(
        org.get("/users/ann@acme.example").await.status,
        404,
        "the call had no effect"
    );
    let mut cut = post("ann").await.unwrap();
    assert_eq!(cut.status(), 200);
    let first = cut.chunk().await.unwrap().unwrap();
    assert!(first.starts_with(b"{\"id\":\"00u") && cut.chunk().await.is_err());
    assert_eq!(
        org.get("/users/ann@acme.example").await.status,
        200,
        "the call had its effect"
    );
    assert_eq!(answer(post("bob").await.unwrap()).await.status, 200);
    let calls = org.control(Method::GET, "/activity", None).await.body;
    assert_eq!((&calls[0]["status"], &calls[2]["status"]), (&json!(0), &json!(0)));
}

#[tokio::test]
async fn a_delay_holds_a_call_and_others_exceed_the_limit_of_calls_at_a_time() {
    let org = Org::with(Options {
        seed: Seed::Empty,
        faults: vec!["/api/v1/users/me delay=300ms".parse().unwrap()],
        rate_limits: RateLimits {
            concurrent: 1,
            ..RateLimits::default()
        },
        ..Options::default()
    })
    .await;
    let started = Instant::now();
    let slow = org.get("/users/me");
    let other = async {
        // The first is under way once the list of buckets shows it: asked again until it does.
        loop {
            let answer = org.get("/groups").await;
            if answer.status == 429 || started.elapsed() > Duration::from_secs(5) {
                return answer;
            }
        }
    };
    let (slow, refused) = tokio::join!(slow, other);
    assert!(started.elapsed() >= Duration::from_millis(300));
    // One of the two was first.
    assert!(slow.status == 200 || slow.status == 429);
    assert_eq!((refused.status, refused.code()), (429, "E0000047"));
    assert_eq!(
        (
            refused.header("x-rate-limit-limit"),
            refused.header("x-rate-limit-remaining")
        ),
        ("0", "0")
    );
}

#[tokio::test]
async fn the_log_tells_of_limits_that_are_nearly_and_wholly_used_up() {
    let org = with(&[]).await;
    let set = org
        .control(
            Method::PUT,
            "/rate-limits",
            Some(json!({"limits": {"GET /api/v1/apps": 10}})),
        )
        .await;
    assert_eq!(set.body["limits"]["GET /api/v1/apps"], 10);
    for _ in 0..13 {
        org.get("/apps").await;
    }
    let log = org.get("/logs?filter=eventType+sw+%22system.org%22").await.body;
    let kinds: Vec<&str> = log
        .as_array()
        .unwrap()
        .iter()
        .map(|event| event["eventType"].as_str().unwrap())
        .collect();
    assert_eq!(
        kinds,
        ["system.org.rate_limit.warning", "system.org.rate_limit.violation"]
    );
    let usual = org.control(Method::DELETE, "/rate-limits", None).await;
    assert_eq!(usual.body["limits"]["GET /api/v1/apps"], Value::Null);
    assert_eq!(org.get("/apps").await.status, 200);
}

#[tokio::test]
async fn what_is_too_large_is_refused() {
    let org = with(&[]).await;
    let long = org
        .get(&format!("/users?search=profile.login+eq+%22{}%22", "a".repeat(9000)))
        .await;
    assert_eq!((long.status, long.code()), (414, "E0000256"));
    let request = org
        .client
        .post(org.url("/users"))
        .header("content-type", "application/json");
    let request = request.header("authorization", format!("SSWS {}", org.sandbox.token()));
    let large = answer(request.body(vec![b' '; 1024 * 1024 + 1]).send().await.unwrap()).await;
    assert_eq!((large.status, large.code()), (413, "E0000003"));
    let mut many = org.client.get(org.url("/users/me"));
    for number in 0..200 {
        many = many.header(format!("x-{number}"), "y");
    }
    assert_eq!(many.send().await.unwrap().status(), 431);
}
