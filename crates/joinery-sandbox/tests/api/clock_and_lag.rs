//! The clock that can be set, and lists that lag behind.

use std::time::Duration;

use joinery_sandbox::{Options, Seed, Time};
use reqwest::Method;
use serde_json::{Value, json};

use crate::org::{Org, user};
use crate::signer::{Client, Key};

async fn frozen(lag: Duration) -> Org {
    Org::with(Options {
        seed: Seed::Empty,
        frozen_at: Time::parse("2026-03-02T09:00:00Z"),
        lag,
        ..Options::default()
    })
    .await
}

async fn advance(org: &Org, by: &str) {
    let moved = org
        .control(Method::POST, "/clock/advance", Some(json!({"by": by})))
        .await;
    assert_eq!(moved.status, 200, "{}", moved.body);
}

fn logins(list: &Value) -> Vec<&str> {
    list.as_array()
        .unwrap()
        .iter()
        .map(|user| user["profile"]["login"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn everything_is_dated_by_the_clock() {
    let org = frozen(Duration::ZERO).await;
    let ann = org.user("ann", true, "").await;
    advance(&org, "1h").await;
    org.act(&format!("/users/{ann}/lifecycle/suspend")).await;
    let shown = org.get(&format!("/users/{ann}")).await;
    assert_eq!(shown.body["created"], "2026-03-02T09:00:00.000Z");
    assert_eq!(shown.body["statusChanged"], "2026-03-02T10:00:00.000Z");
    assert_eq!(shown.header("date"), "Mon, 02 Mar 2026 10:00:00 GMT");
    let log = org.get("/logs?since=2026-03-02T09:30:00Z").await;
    assert_eq!(log.body.as_array().unwrap().len(), 1);
    assert_eq!(log.body[0]["published"], "2026-03-02T10:00:00.000Z");
    let ran = org.control(Method::POST, "/clock/run", None).await;
    assert_eq!(ran.body["frozen"], false);
    assert!(ran.body["time"].as_str().unwrap().starts_with("2026-03-02T10:0"));
    let followed = org.control(Method::POST, "/clock/follow", None).await;
    assert_eq!(followed.body["ahead"], 0);
    let wrong = org
        .control(Method::POST, "/clock/advance", Some(json!({"by": "soon"})))
        .await;
    assert_eq!(
        (wrong.status, wrong.body["error"].as_str().unwrap().contains("`soon`")),
        (400, true)
    );
}

#[tokio::test]
async fn a_token_expires_by_the_clock_and_is_kept_by_a_snapshot() {
    let org = Org::start(Seed::Empty).await;
    let client = Client::service(&org, Key::elliptic(), false, &["okta.users.read"]).await;
    client.give_role("SUPER_ADMIN").await;
    let bearer = format!("Bearer {}", client.token("okta.users.read").await);
    let status = async || org.call(Method::GET, "/users?limit=1", &bearer, None).await.status;
    org.control(Method::PUT, "/snapshots/s", None).await;
    org.control(Method::POST, "/reset", None).await;
    assert_eq!(status().await, 401);
    org.control(Method::POST, "/snapshots/s/restore", None).await;
    assert_eq!(status().await, 200);
    advance(&org, "59m").await;
    assert_eq!(status().await, 200);
    advance(&org, "2m").await;
    assert_eq!(status().await, 401);
}

#[tokio::test]
async fn a_window_of_a_rate_limit_ends_by_the_clock() {
    let org = frozen(Duration::ZERO).await;
    org.control(
        Method::PUT,
        "/rate-limits",
        Some(json!({"limits": {"/api/v1/apps": 2}})),
    )
    .await;
    for status in [200, 200, 429] {
        assert_eq!(org.get("/apps").await.status, status);
    }
    advance(&org, "59s").await;
    assert_eq!(org.get("/apps").await.status, 429);
    advance(&org, "1s").await;
    let fresh = org.get("/apps").await;
    assert_eq!((fresh.status, fresh.header("x-rate-limit-remaining")), (200, "1"));
}

#[tokio::test]
async fn a_group_rule_waits_by_the_clock() {
    let org = frozen(Duration::ZERO).await;
    let group = org.post("/groups", &json!({"profile": {"name": "Lees"}})).await.body["id"].clone();
    let rule = json!({
        "type": "group_rule", "name": "Lees",
        "conditions": {"expression": {"value": "user.lastName==\"Lee\"", "type": "urn:okta:expression:1.0"}},
        "actions": {"assignUserToGroups": {"groupIds": [group]}},
    });
    let rule = org.post("/groups/rules", &rule).await.body["id"]
        .as_str()
        .unwrap()
        .to_owned();
    org.user("ann", true, "").await;
    org.act(&format!("/groups/rules/{rule}/lifecycle/activate")).await;
    let path = format!("/groups/{}/users", group.as_str().unwrap());
    let members = async || org.get(&path).await.body.as_array().unwrap().len();
    for _ in 0..20 {
        tokio::task::yield_now().await;
        assert_eq!(members().await, 0, "the clock stands still");
    }
    for _ in 0..500 {
        advance(&org, "1s").await;
        if members().await == 1 {
            return;
        }
    }
    panic!("the rule was not applied");
}

#[tokio::test]
async fn lists_lag_behind_and_a_get_by_id_does_not() {
    let org = frozen(Duration::from_secs(10)).await;
    advance(&org, "1m").await;
    let ann = org.user("ann", true, "").await;
    let group = org.post("/groups", &json!({"profile": {"name": "Cooks"}})).await;
    let lists = [
        "/users",
        "/users?q=ann",
        "/users?filter=profile.lastName+eq+%22Lee%22",
        "/users?search=profile.lastName+eq+%22Lee%22",
    ];
    let found = async |login: &str| {
        let mut found = Vec::new();
        for path in lists {
            found.push(logins(&org.get(path).await.body).contains(&login));
        }
        found
    };
    assert_eq!(org.get(&format!("/users/{ann}")).await.status, 200);
    assert_eq!(found("ann@acme.example").await, [false; 4]);
    assert_eq!(org.get("/groups?q=Cooks").await.body, json!([]));
    assert_eq!(org.get("/logs").await.body, json!([]));
    advance(&org, "9s").await;
    assert_eq!(found("ann@acme.example").await, [false; 4]);
    advance(&org, "1s").await;
    assert_eq!(found("ann@acme.example").await, [true; 4]);
    assert_eq!(org.get("/groups?q=Cooks").await.body[0]["id"], group.body["id"]);
    assert!(
        org.get("/logs")
            .await
            .body
            .to_string()
            .contains("group.lifecycle.create")
    );

    let renamed = json!({"profile": {"lastName": "Berg"}});
    assert_eq!(org.post(&format!("/users/{ann}"), &renamed).await.status, 200);
    let listed = async || {
        let list = org.get("/users").await.body;
        let users = list.as_array().unwrap().clone();
        let ann = users.into_iter().find(|user| user["id"] == ann.as_str());
        ann.map(|user| user["profile"]["lastName"].clone())
    };
    assert_eq!(
        org.get(&format!("/users/{ann}")).await.body["profile"]["lastName"],
        "Berg"
    );
    assert_eq!(listed().await, Some(json!("Lee")));
    advance(&org, "10s").await;
    assert_eq!(listed().await, Some(json!("Berg")));

    for _ in 0..2 {
        org.delete(&format!("/users/{ann}")).await;
    }
    assert_eq!(org.get(&format!("/users/{ann}")).await.status, 404);
    assert_eq!(listed().await, Some(json!("Berg")));
    let now = org.control(Method::PUT, "/lag", Some(json!({"lag": "0s"}))).await;
    assert_eq!(now.body, json!({"lag": "0s"}));
    assert_eq!(listed().await, None);
}

#[tokio::test]
async fn a_list_of_apps_lags_behind() {
    let org = frozen(Duration::from_secs(10)).await;
    advance(&org, "1m").await;
    let app = json!({"name": "bookmark", "label": "Wiki", "settings": {"app": {"url": "https://example.com"}}});
    let (_, path) = org.make("/apps", &app).await;
    let names = async || {
        let list = org.get("/apps?q=Wiki").await.body;
        let labels = list.as_array().unwrap().iter().map(|app| app["status"].clone());
        labels.collect::<Vec<Value>>()
    };
    assert_eq!(org.get(&path).await.status, 200);
    assert_eq!(names().await, Vec::<Value>::new());
    advance(&org, "10s").await;
    org.act(&format!("{path}/lifecycle/deactivate")).await;
    assert_eq!(names().await, ["ACTIVE"]);
    org.delete(&path).await;
    advance(&org, "9s").await;
    assert_eq!(names().await, ["ACTIVE"]);
    advance(&org, "1s").await;
    assert_eq!(names().await, Vec::<Value>::new());
}

#[tokio::test]
async fn pages_of_a_lagging_list_hold_every_user_once() {
    let org = Org::with(Options {
        seed: Seed::Users(30),
        frozen_at: Time::parse("2026-03-02T10:00:00Z"),
        lag: Duration::from_secs(10),
        ..Options::default()
    })
    .await;
    let all = org.get("/users").await.body;
    org.post("/users", &user("new", true)).await;
    let id = all[7]["id"].as_str().unwrap();
    org.delete(&format!("/users/{id}")).await;
    let mut found = Vec::new();
    let mut next = Some("/users?limit=7".to_owned());
    while let Some(path) = next {
        let page = org.get(&path).await;
        found.extend(page.body.as_array().unwrap().clone());
        next = page.link("next");
    }
    assert_eq!(Value::from(found), all);
}
