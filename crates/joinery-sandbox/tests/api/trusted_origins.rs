//! Trusted origins.

use joinery_sandbox::Seed;
use serde_json::json;

use crate::org::Org;

#[tokio::test]
async fn an_origin_is_made_changed_switched_and_deleted() {
    let org = Org::start(Seed::Empty).await;
    let body = json!({"name": "Shop", "origin": "https://shop.example", "scopes": [{"type": "CORS"}]});
    let (made, path) = org.make("/trustedOrigins", &body).await;
    let got = org.get(&path).await;
    assert_eq!(got.body, made);
    assert_eq!(
        got.keys(),
        [
            "id",
            "name",
            "origin",
            "scopes",
            "status",
            "created",
            "createdBy",
            "lastUpdated",
            "lastUpdatedBy",
            "_links"
        ]
    );
    let off = org.act(&format!("{path}/lifecycle/deactivate")).await.body;
    assert_eq!(
        (&off["status"], &off["createdBy"]),
        (&json!("INACTIVE"), &made["createdBy"])
    );
    let mut other = body.clone();
    other["origin"] = "https://other.example".into();
    assert_eq!(org.put(&path, &other).await.body["status"], "INACTIVE");
    let found = org
        .get("/trustedOrigins?filter=origin+eq+%22https://other.example%22")
        .await;
    assert_eq!(found.body.as_array().unwrap().len(), 1);
    assert!(
        org.get("/trustedOrigins")
            .await
            .link("self")
            .unwrap()
            .ends_with("?limit=20")
    );
    assert_eq!(org.delete(&path).await.status, 204);
    let gone = org.get(&path).await;
    assert!(gone.body["errorSummary"].as_str().unwrap().ends_with("(TrustedOrigin)"));
    assert_eq!(org.events().await[0], "security.trusted_origin.delete");
}

#[tokio::test]
async fn what_cannot_be_an_origin_is_refused() {
    let org = Org::start(Seed::Empty).await;
    let cors = json!([{"type": "CORS"}]);
    for body in [
        json!({"origin": "https://shop.example", "scopes": cors}),
        json!({"name": "Shop", "origin": "shop", "scopes": cors}),
        json!({"name": "Shop", "origin": "https://shop.example"}),
        json!({"name": "Shop", "origin": "https://shop.example", "scopes": [{"type": "ALL"}]}),
    ] {
        assert_eq!(org.post("/trustedOrigins", &body).await.code(), "E0000001", "{body}");
    }
}
