//! Realms.

use joinery_sandbox::Seed;
use serde_json::json;

use crate::org::Org;

#[tokio::test]
async fn a_realm_is_made_found_changed_and_deleted() {
    let org = Org::start(Seed::Empty).await;
    let (made, path) = org.make("/realms", &json!({"profile": {"name": "Car Co"}})).await;
    let got = org.get(&path).await;
    assert_eq!(got.body, made);
    assert_eq!(
        got.keys(),
        ["id", "created", "lastUpdated", "profile", "isDefault", "_links"]
    );
    assert_eq!(
        made["profile"],
        json!({"name": "Car Co", "realmType": "DEFAULT", "domains": []})
    );
    assert_eq!(
        org.post("/realms", &json!({"profile": {"name": "Car Co"}}))
            .await
            .code(),
        "E0000001"
    );
    for (search, found) in [("profile.name co \"car\"", 1), ("profile.name eq \"Car\"", 0)] {
        let search: String = url::form_urlencoded::byte_serialize(search.as_bytes()).collect();
        let list = org.get(&format!("/realms?search={search}")).await;
        assert_eq!(list.body.as_array().unwrap().len(), found);
    }
    assert_eq!(org.get("/realms?search=created+eq+%221%22").await.code(), "E0000031");
    let partner = json!({"profile": {"name": "Car Co", "realmType": "PARTNER"}});
    assert_eq!(org.put(&path, &partner).await.body["profile"]["realmType"], "PARTNER");
    assert_eq!(org.post(&path, &partner).await.status, 405);
    assert_eq!(org.delete(&path).await.status, 204);
    assert_eq!(org.events().await[0], "directory.realm.lifecycle.delete");
    let realms = org.get("/realms").await.body;
    let own = format!("/realms/{}", realms[0]["id"].as_str().unwrap());
    assert_eq!(org.delete(&own).await.code(), "E0000001");
}
