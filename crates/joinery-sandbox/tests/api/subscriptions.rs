//! What admins are told about by email.

use joinery_sandbox::Seed;
use serde_json::{Value, json};

use crate::org::Org;

#[tokio::test]
async fn a_user_subscribes_for_itself_only() {
    let org = Org::start(Seed::Empty).await;
    let me = org.get("/users/me").await.body["id"].as_str().unwrap().to_owned();
    let path = format!("/users/{me}/subscriptions/OKTA_UPDATE");
    let before = org.get(&path).await;
    assert_eq!(before.keys(), ["notificationType", "channels", "status", "_links"]);
    assert_eq!(before.body["status"], "unsubscribed");
    let done = org.act(&format!("{path}/subscribe")).await;
    assert_eq!((done.status, done.body), (200, Value::Null));
    let after = org.get(&path).await.body;
    assert!(after["status"] == "subscribed" && after["_links"]["unsubscribe"].is_object());
    org.act(&format!("{path}/unsubscribe")).await;
    assert_eq!(org.get(&path).await.body, before.body);
    assert_eq!(org.get(&format!("/users/{me}/subscriptions/WEATHER")).await.status, 404);
    let ann = org.user("ann", true, "").await;
    assert_eq!(org.get(&format!("/users/{ann}/subscriptions")).await.code(), "E0000006");
}

#[tokio::test]
async fn a_role_subscribes_for_all_who_have_it() {
    let org = Org::start(Seed::Empty).await;
    org.act("/roles/SUPER_ADMIN/subscriptions/APP_IMPORT/subscribe").await;
    let list = org.get("/roles/SUPER_ADMIN/subscriptions").await.body;
    let subscribed = list
        .as_array()
        .unwrap()
        .iter()
        .filter(|it| it["status"] == "subscribed");
    let kinds: Vec<&Value> = subscribed.map(|it| &it["notificationType"]).collect();
    assert_eq!(kinds, [&json!("APP_IMPORT")]);
    assert_eq!(org.get("/roles/GARDENER/subscriptions").await.status, 404);
    assert_eq!(org.events().await[0], "iam.role.subscriptions.update");
}
