//! The keys of hooks.

use joinery_sandbox::Seed;
use serde_json::json;

use crate::org::Org;

#[tokio::test]
async fn a_hook_key_shows_its_public_half_once_and_stays_while_a_hook_uses_it() {
    let org = Org::start(Seed::Empty).await;
    let (made, path) = org.make("/hook-keys", &json!({"name": "Signer"})).await;
    assert!(made["_embedded"]["n"].as_str().unwrap().len() > 300);
    let kid = made["keyId"].as_str().unwrap();
    let shown = org.get(&path).await;
    assert_eq!(
        shown.keys(),
        ["id", "keyId", "name", "created", "lastUpdated", "isUsed"]
    );
    assert_eq!(shown.body["isUsed"], "false");
    let public = org.get(&format!("/hook-keys/public/{kid}")).await.body;
    assert_eq!(public["_embedded"], made["_embedded"]);
    assert_eq!(
        org.post("/hook-keys", &json!({"name": "signer"})).await.code(),
        "E0000001"
    );
    let renamed = org.put(&path, &json!({"name": "Other"})).await.body;
    assert_eq!((&renamed["name"], &renamed["keyId"]), (&json!("Other"), &made["keyId"]));

    let hook = json!({
        "name": "Own", "type": "com.okta.oauth2.tokens.transform", "version": "1.0.0",
        "channel": {"type": "OAUTH", "version": "1.0.0", "config": {
            "uri": "https://hooks.example", "method": "POST", "hookKeyId": made["id"], "authType": "private_key_jwt",
        }},
    });
    let (_, hook) = org.make("/inlineHooks", &hook).await;
    assert_eq!(org.get("/hook-keys").await.body[0]["isUsed"], "true");
    assert_eq!(org.delete(&path).await.code(), "E0000001");
    org.act(&format!("{hook}/lifecycle/deactivate")).await;
    org.delete(&hook).await;
    assert_eq!(org.delete(&path).await.status, 204);
    assert_eq!(org.get(&path).await.status, 404);
}
