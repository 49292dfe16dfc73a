//! The API token that opens the org.

use joinery_sandbox::Seed;
use serde_json::json;

use crate::org::Org;

#[tokio::test]
async fn the_token_shows_whose_it_is_and_never_itself() {
    let org = Org::start(Seed::Empty).await;
    let list = org.get("/api-tokens").await.body;
    let token = &list[0];
    let me = org.get("/users/me").await.body;
    assert_eq!((list.as_array().unwrap().len(), &token["userId"]), (1, &me["id"]));
    let path = format!("/api-tokens/{}", token["id"].as_str().unwrap());
    let got = org.get(&path).await;
    assert_eq!(
        got.keys(),
        [
            "name",
            "userId",
            "tokenWindow",
            "network",
            "id",
            "clientName",
            "expiresAt",
            "created",
            "lastUpdated",
            "_links"
        ]
    );
    assert!(!got.body.to_string().contains(org.sandbox.token()));
    let network = json!({"name": "Sandbox", "network": {"connection": "ZONE", "include": ["nzo1"]}});
    assert_eq!(org.put(&path, &network).await.body["network"], network["network"]);
    assert_eq!(org.get("/api-tokens/00Tnothing").await.status, 404);
}

#[tokio::test]
async fn a_revoked_token_opens_nothing_any_more() {
    let org = Org::start(Seed::Empty).await;
    assert_eq!(org.delete("/api-tokens/current").await.status, 204);
    assert_eq!(org.get("/users/me").await.code(), "E0000011");
    let org = Org::start(Seed::Empty).await;
    let id = org.get("/api-tokens").await.body[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(org.delete(&format!("/api-tokens/{id}")).await.status, 204);
    assert_eq!(org.get("/api-tokens").await.code(), "E0000011");
}
