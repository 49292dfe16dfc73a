//! Groups pushed to apps: the mapping, the group in the app, and what the statistics of a group count.

use joinery_sandbox::Seed;
use reqwest::Method;
use serde_json::{Value, json};

use crate::org::Org;

#[tokio::test]
async fn a_pushed_group_has_the_members_of_its_source_and_is_the_app_s_own() {
    let org = Org::start(Seed::Empty).await;
    let ann = org.user("ann", true, "").await;
    let (source, path) = org.make("/groups", &json!({"profile": {"name": "Cooks"}})).await;
    org.send(Method::PUT, &format!("{path}/users/{ann}"), None).await;
    let app = json!({"name": "bookmark", "label": "Wiki", "settings": {"app": {"url": "https://example.com"}}});
    let (_, app) = org.make("/apps", &app).await;
    org.put(&format!("{app}/groups/{}", source["id"].as_str().unwrap()), &json!({}))
        .await;
    let mappings = format!("{app}/group-push/mappings");
    let body = json!({"sourceGroupId": source["id"], "targetGroupName": "Wiki cooks"});
    let (made, mapping) = org.make(&mappings, &body).await;
    let target = format!("/groups/{}", made["targetGroupId"].as_str().unwrap());
    let shown = org.get(&target).await.body;
    assert_eq!(
        (&shown["type"], &shown["profile"]["name"]),
        (&json!("APP_GROUP"), &json!("Wiki cooks"))
    );
    assert_eq!(org.get(&format!("{target}/users")).await.body[0]["id"], json!(ann));
    let other = org.send(Method::PUT, &format!("{target}/users/{ann}"), None).await;
    assert_eq!(other.status, 403, "the app decides who is in it");
    assert_eq!(org.post(&mappings, &body).await.code(), "E0000001");

    org.make(&format!("{path}/roles"), &json!({"type": "USER_ADMIN"})).await;
    let list = org.get("/groups?q=Cooks&expand=stats").await.body;
    let stats = &list[0]["_embedded"]["stats"];
    let counts =
        ["usersCount", "appsCount", "groupPushMappingsCount", "hasAdminPrivlege"].map(|name| stats[name].clone());
    assert_eq!(Value::from(counts.to_vec()), json!([1, 1, 1, true]));

    let patch = json!({"status": "INACTIVE"});
    assert_eq!(
        org.delete(&format!("{mapping}?deleteTargetGroup=true")).await.status,
        400
    );
    assert_eq!(
        org.send(Method::PATCH, &mapping, Some(&patch)).await.body["status"],
        "INACTIVE"
    );
    assert_eq!(org.delete(&mapping).await.code(), "E0000028");
    assert_eq!(
        org.delete(&format!("{mapping}?deleteTargetGroup=true")).await.status,
        204
    );
    assert_eq!(org.get(&target).await.status, 404);
}
