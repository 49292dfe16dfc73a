//! Inline hooks.

use joinery_sandbox::Seed;
use serde_json::{Value, json};

use crate::org::Org;

fn hook() -> Value {
    json!({
        "name": "Claims", "type": "com.okta.oauth2.tokens.transform", "version": "1.0.0", "status": "INACTIVE",
        "channel": {"type": "HTTP", "version": "1.0.0", "config": {
            "uri": "https://hooks.example/claims", "method": "POST",
            "authScheme": {"type": "HEADER", "key": "Authorization", "value": "s3cret"},
        }},
    })
}

#[tokio::test]
async fn a_hook_starts_in_use_keeps_its_secret_and_is_deleted_when_inactive() {
    let org = Org::start(Seed::Empty).await;
    let (made, path) = org.make("/inlineHooks", &hook()).await;
    assert_eq!(
        org.get(&path).await.keys(),
        [
            "id",
            "status",
            "name",
            "type",
            "version",
            "channel",
            "created",
            "lastUpdated",
            "_links"
        ]
    );
    assert!(made["status"] == "ACTIVE" && !made.to_string().contains("s3cret"));
    let config = &made["channel"]["config"];
    assert_eq!(config["authScheme"], json!({"type": "HEADER", "key": "Authorization"}));
    assert_eq!((&config["headers"], &config["method"]), (&json!([]), &json!("POST")));
    assert_eq!(org.delete(&path).await.code(), "E0000001");
    let off = org.act(&format!("{path}/lifecycle/deactivate")).await.body;
    assert!(off["status"] == "INACTIVE" && off["_links"]["delete"].is_object());
    assert_eq!(org.put(&path, &hook()).await.body["status"], "INACTIVE");
    assert_eq!(org.delete(&path).await.status, 204);
    assert_eq!(org.events().await[0], "inline_hook.deleted");
}

#[tokio::test]
async fn hooks_are_listed_by_type_and_wrong_ones_refused() {
    let org = Org::start(Seed::Empty).await;
    org.make("/inlineHooks", &hook()).await;
    let count = |list: Value| list.as_array().unwrap().len();
    assert_eq!(
        count(org.get("/inlineHooks?type=com.okta.oauth2.tokens.transform").await.body),
        1
    );
    assert_eq!(
        count(org.get("/inlineHooks?type=com.okta.import.transform").await.body),
        0
    );
    assert_eq!(org.post("/inlineHooks", &hook()).await.code(), "E0000001");
    let mut open = hook();
    open["name"] = "Open".into();
    open["channel"]["config"]["uri"] = "http://hooks.example/claims".into();
    assert_eq!(org.post("/inlineHooks", &open).await.code(), "E0000001");
}
