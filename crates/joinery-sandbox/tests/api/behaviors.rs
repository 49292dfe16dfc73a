//! Behavior detection rules.

use joinery_sandbox::Seed;
use serde_json::json;

use crate::org::Org;

#[tokio::test]
async fn a_behavior_is_completed_and_shows_its_dates_in_its_own_form() {
    let org = Org::start(Seed::Empty).await;
    let settings = json!({"granularity": "LAT_LONG", "radiusKilometers": 20});
    let body = json!({"name": "Far away", "type": "ANOMALOUS_LOCATION", "settings": settings});
    let (made, path) = org.make("/behaviors", &body).await;
    assert_eq!(
        org.get(&path).await.keys(),
        [
            "id",
            "name",
            "status",
            "settings",
            "type",
            "created",
            "lastUpdated",
            "_links"
        ]
    );
    assert_eq!(made["settings"]["minEventsNeededForEvaluation"], 0);
    let created = made["created"].as_str().unwrap();
    assert!(
        created.len() == 21 && created.ends_with(".0") && created.contains(' '),
        "{created}"
    );
    let mut changed = body.clone();
    changed["status"] = "INACTIVE".into();
    assert_eq!(org.put(&path, &changed).await.body["status"], "ACTIVE");
    assert_eq!(
        org.act(&format!("{path}/lifecycle/deactivate")).await.body["status"],
        "INACTIVE"
    );
    changed["type"] = "VELOCITY".into();
    assert_eq!(org.put(&path, &changed).await.code(), "E0000001");
    assert_eq!(org.delete(&path).await.status, 204);
    assert!(
        org.get(&path).await.body["errorSummary"]
            .as_str()
            .unwrap()
            .ends_with("(BehaviorSettings)")
    );
    assert_eq!(org.get("/behaviors").await.body[0]["name"], "New City");
}
