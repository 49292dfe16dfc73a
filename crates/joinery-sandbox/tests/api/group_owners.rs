//! The owners of groups.

use joinery_sandbox::Seed;
use serde_json::json;

use crate::org::Org;

#[tokio::test]
async fn users_and_groups_own_a_group_until_they_are_taken_away() {
    let org = Org::start(Seed::Empty).await;
    let ann = org.user("ann", true, "").await;
    let (_, owned) = org.make("/groups", &json!({"profile": {"name": "Owned"}})).await;
    let (owners, _) = org.make("/groups", &json!({"profile": {"name": "Owners"}})).await;
    let path = format!("{owned}/owners");
    let added = org.post(&path, &json!({"type": "USER", "id": ann})).await;
    assert_eq!((added.status, &added.body["displayName"]), (201, &json!("Ann Lee")));
    assert_eq!(
        added.keys(),
        [
            "id",
            "type",
            "resolved",
            "originId",
            "originType",
            "displayName",
            "lastUpdated"
        ]
    );
    assert_eq!(
        org.post(&path, &json!({"type": "USER", "id": ann})).await.code(),
        "E0000001"
    );
    org.post(&path, &json!({"type": "GROUP", "id": owners["id"]})).await;
    let list = org.get(&path).await;
    assert_eq!(list.body.as_array().unwrap().len(), 2);
    assert!(list.link("self").unwrap().ends_with("/owners?limit=1000"));
    assert_eq!(
        org.post(&path, &json!({"type": "USER", "id": "00unobody"}))
            .await
            .status,
        404
    );
    assert_eq!(org.delete(&format!("{path}/{ann}")).await.status, 204);
    assert_eq!(org.delete(&format!("{path}/{ann}")).await.status, 404);
}
