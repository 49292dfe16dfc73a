//! Authorization servers that trust others.

use joinery_sandbox::Seed;
use serde_json::json;

use crate::org::Org;

#[tokio::test]
async fn servers_are_trusted_listed_either_way_and_trusted_no_more() {
    let org = Org::start(Seed::Empty).await;
    let server = json!({"name": "Orders", "description": "d", "audiences": ["api://orders"]});
    let (made, path) = org.make("/authorizationServers", &server).await;
    let default = org.get("/authorizationServers/default").await.body;
    let at = format!("{path}/associatedServers");
    assert_eq!(org.get(&at).await.body, json!([]));
    assert_eq!(org.get(&format!("{at}?trusted=false")).await.body[0]["name"], "default");
    let added = org.post(&at, &json!({"trusted": [default["id"]]})).await;
    assert_eq!((added.status, &added.body[0]["id"]), (200, &default["id"]));
    assert_eq!(org.get(&at).await.body, added.body);
    assert_eq!(org.get(&format!("{at}?q=nothing")).await.body, json!([]));
    assert_eq!(
        org.post(&at, &json!({"trusted": [made["id"]]})).await.code(),
        "E0000001"
    );
    assert_eq!(org.post(&at, &json!({"trusted": ["aus000"]})).await.code(), "E0000007");
    let changed = org.put(&path, &server).await;
    assert_eq!(changed.status, 200);
    let own = added.body[0]["_links"]["self"]["href"].as_str().unwrap();
    assert_eq!(org.delete(own).await.status, 204);
    assert_eq!(org.get(&at).await.body, json!([]));
    assert_eq!(org.delete(own).await.code(), "E0000007");
}
