//! Features an org can switch on by itself.

use joinery_sandbox::Seed;
use serde_json::json;

use crate::org::Org;

#[tokio::test]
async fn a_feature_is_switched_and_shows_the_way_back() {
    let org = Org::start(Seed::Empty).await;
    let list = org.get("/features").await.body;
    let path = format!("/features/{}", list[0]["id"].as_str().unwrap());
    let got = org.get(&path).await;
    assert_eq!(
        got.keys(),
        ["id", "type", "status", "name", "description", "stage", "_links"]
    );
    assert_eq!(got.body["stage"], json!({"value": "BETA", "state": "OPEN"}));
    let on = org.act(&format!("{path}/enable")).await.body;
    assert!(on["status"] == "ENABLED" && on["_links"]["disable"].is_object());
    assert_eq!(org.act(&format!("{path}/DISABLE?mode=force")).await.body, got.body);
    assert_eq!(org.get(&format!("{path}/dependents")).await.body, json!([]));
    assert_eq!(org.act(&format!("{path}/admire")).await.code(), "E0000008");
    assert_eq!(org.get("/features/ftrnothing").await.status, 404);
    assert_eq!(
        org.events().await[..2],
        ["system.feature.disable", "system.feature.enable"]
    );
}
