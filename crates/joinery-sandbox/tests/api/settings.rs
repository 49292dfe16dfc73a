//! Settings an org has once.

use joinery_sandbox::Seed;
use serde_json::json;

use crate::org::Org;

#[tokio::test]
async fn threat_insight_takes_an_action_and_zones_that_exist() {
    let org = Org::start(Seed::Empty).await;
    let path = "/threats/configuration";
    let got = org.get(path).await;
    assert_eq!(
        got.keys(),
        ["action", "excludeZones", "created", "lastUpdated", "_links"]
    );
    let zone = org.get("/zones").await.body[0]["id"].clone();
    let set = org
        .post(path, &json!({"action": "block", "excludeZones": [zone]}))
        .await
        .body;
    assert_eq!(
        (&set["action"], &set["excludeZones"]),
        (&json!("block"), &json!([zone]))
    );
    assert_eq!(
        org.post(path, &json!({"action": "none"})).await.body["excludeZones"],
        json!([])
    );
    assert_eq!(org.post(path, &json!({"action": "shout"})).await.code(), "E0000001");
    assert_eq!(
        org.post(path, &json!({"action": "none", "excludeZones": ["nzo1"]}))
            .await
            .code(),
        "E0000001"
    );
    assert_eq!(org.events().await[0], "security.threat.configuration.update");
}

#[tokio::test]
async fn how_rate_limits_are_reported_can_be_set() {
    let org = Org::start(Seed::Empty).await;
    for (path, value, wrong) in [
        ("admin-notifications", json!({"notificationsEnabled": false}), json!({})),
        (
            "per-client",
            json!({"defaultMode": "PREVIEW", "useCaseModeOverrides": {"LOGIN_PAGE": "ENFORCE"}}),
            json!({"defaultMode": "MAYBE"}),
        ),
        (
            "warning-threshold",
            json!({"warningThreshold": 66}),
            json!({"warningThreshold": 200}),
        ),
    ] {
        let path = format!("/rate-limit-settings/{path}");
        assert_eq!(org.put(&path, &value).await.body, value);
        assert_eq!(org.put(&path, &wrong).await.code(), "E0000001");
        assert_eq!(org.get(&path).await.body, value);
    }
}
