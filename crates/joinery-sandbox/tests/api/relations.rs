//! Who stands to whom: linked objects, admin roles and what they are limited to, notifications.

use joinery_sandbox::Seed;
use reqwest::Method;
use serde_json::{Value, json};

use crate::org::Org;

async fn group(org: &Org, name: &str) -> String {
    let made = org.post("/groups", &json!({"profile": {"name": name}})).await;
    made.body["id"].as_str().unwrap().to_owned()
}

async fn put(org: &Org, path: &str) -> u16 {
    org.send(Method::PUT, path, None).await.status
}

#[tokio::test]
async fn a_user_has_one_manager_and_a_manager_many_users() {
    let org = Org::start(Seed::Empty).await;
    let end = |name: &str| json!({"name": name, "title": name, "type": "USER"});
    let kind = json!({"primary": end("manager"), "associated": end("subordinate")});
    let made = org.post("/meta/schemas/user/linkedObjects", &kind).await;
    assert_eq!((made.status, &made.body["primary"]["name"]), (201, &json!("manager")));
    let twice = org.post("/meta/schemas/user/linkedObjects", &kind).await;
    assert_eq!((twice.status, twice.code()), (409, "E0000127"));
    let (ann, bob, eve) = (
        org.user("ann", true, "").await,
        org.user("bob", true, "").await,
        org.user("eve", true, "").await,
    );
    assert_eq!(
        put(&org, &format!("/users/{bob}/linkedObjects/manager/{ann}")).await,
        204
    );
    assert_eq!(
        put(&org, &format!("/users/{eve}/linkedObjects/manager/{ann}")).await,
        204
    );
    assert_eq!(
        put(&org, &format!("/users/{bob}/linkedObjects/subordinate/{ann}")).await,
        400
    );
    let below = org.get(&format!("/users/{ann}/linkedObjects/subordinate")).await;
    assert_eq!(below.body.as_array().unwrap().len(), 2);
    assert_eq!(
        put(&org, &format!("/users/{bob}/linkedObjects/manager/{eve}")).await,
        204
    );
    let above = org.get(&format!("/users/{bob}/linkedObjects/manager")).await;
    let href = above.body[0]["_links"]["self"]["href"].as_str().unwrap();
    assert!(href.ends_with(&eve) && above.body.as_array().unwrap().len() == 1);
    assert_eq!(
        org.delete(&format!("/users/{bob}/linkedObjects/manager")).await.status,
        204
    );
    assert_eq!(
        org.get(&format!("/users/{bob}/linkedObjects/manager")).await.body,
        json!([])
    );
    assert_eq!(org.delete("/meta/schemas/user/linkedObjects/manager").await.status, 204);
    assert_eq!(
        org.get(&format!("/users/{bob}/linkedObjects/manager")).await.code(),
        "E0000007"
    );
}

#[tokio::test]
async fn a_role_is_limited_to_groups_or_apps_and_keeps_its_last_target() {
    let org = Org::start(Seed::Empty).await;
    let ann = org.user("ann", true, "").await;
    let (cooks, waiters) = (group(&org, "Cooks").await, group(&org, "Waiters").await);
    let role = org
        .post(&format!("/users/{ann}/roles"), &json!({"type": "USER_ADMIN"}))
        .await;
    let path = format!("/users/{ann}/roles/{}/targets", role.body["id"].as_str().unwrap());
    assert_eq!(put(&org, &format!("{path}/groups/{cooks}")).await, 204);
    assert_eq!(put(&org, &format!("{path}/groups/{waiters}")).await, 204);
    assert_eq!(org.delete(&format!("{path}/groups/{waiters}")).await.status, 204);
    let last = org.delete(&format!("{path}/groups/{cooks}")).await;
    assert_eq!((last.status, last.code()), (400, "E0000001"));
    assert_eq!(org.get(&format!("{path}/groups")).await.body[0]["id"], json!(cooks));
    assert_eq!(org.get(&format!("{path}/catalog/apps")).await.code(), "E0000091");

    let app = json!({"name": "bookmark", "label": "Wiki", "settings": {"app": {"url": "https://example.com"}}});
    let app = org.post("/apps", &app).await.body["id"].as_str().unwrap().to_owned();
    let role = org
        .post(&format!("/groups/{cooks}/roles"), &json!({"type": "APP_ADMIN"}))
        .await;
    assert_eq!((role.status, &role.body["assignmentType"]), (201, &json!("GROUP")));
    let path = format!(
        "/groups/{cooks}/roles/{}/targets/catalog/apps",
        role.body["id"].as_str().unwrap()
    );
    assert_eq!(put(&org, &format!("{path}/bookmark/{app}")).await, 204);
    assert_eq!(put(&org, &format!("{path}/salesforce")).await, 204);
    let targets = org.get(&path).await;
    let names: Vec<&Value> = targets
        .body
        .as_array()
        .unwrap()
        .iter()
        .map(|app| &app["name"])
        .collect();
    assert_eq!(names, ["Wiki", "salesforce"]);
    put(&org, &format!("/groups/{cooks}/users/{ann}")).await;
    let held = org.get(&format!("/users/{ann}/roles")).await;
    let kinds: Vec<&Value> = held.body.as_array().unwrap().iter().map(|role| &role["type"]).collect();
    assert_eq!(kinds, ["USER_ADMIN", "APP_ADMIN"]);
    let everyone = org.get("/groups?filter=type+eq+%22BUILT_IN%22").await.body[0]["id"].clone();
    let refused = org
        .post(
            &format!("/groups/{}/roles", everyone.as_str().unwrap()),
            &json!({"type": "APP_ADMIN"}),
        )
        .await;
    assert_eq!((refused.status, refused.code()), (400, "E0000211"));
}

#[tokio::test]
async fn a_user_chooses_the_notifications_it_gets() {
    let org = Org::start(Seed::Empty).await;
    let path = format!("/users/{}/subscriptions/OKTA_UPDATE", org.user("ann", true, "").await);
    assert_eq!(org.get(&path).await.body["status"], "subscribed");
    let changed = org.act(&format!("{path}/unsubscribe")).await;
    assert_eq!((changed.status, changed.body), (200, Value::Null));
    assert_eq!(org.get(&path).await.body["status"], "unsubscribed");
    org.act(&format!("{path}/subscribe")).await;
    assert_eq!(org.get(&path).await.body["status"], "subscribed");
    assert_eq!(org.get(&path.replace("OKTA_UPDATE", "GOSSIP")).await.code(), "E0000007");
}
