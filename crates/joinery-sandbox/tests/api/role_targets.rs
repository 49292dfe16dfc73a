//! Admin roles of users and groups, and what they are limited to.

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
