//! Custom admin roles and resource sets.

use joinery_sandbox::Seed;
use serde_json::json;

use crate::org::Org;

#[tokio::test]
async fn a_role_gains_and_loses_permissions() {
    let org = Org::start(Seed::Empty).await;
    let body = json!({"label": "Helper", "description": "Helps", "permissions": ["okta.apps.assignment.manage"]});
    let made = org.post("/iam/roles", &body).await;
    assert_eq!(
        made.keys(),
        ["id", "label", "description", "created", "lastUpdated", "_links"]
    );
    let path = format!("/iam/roles/{}", made.body["id"].as_str().unwrap());
    assert_eq!(made.link("self").unwrap(), org.url(&path));
    assert_eq!(org.post("/iam/roles", &body).await.code(), "E0000001");
    let permissions = format!("{path}/permissions");
    assert_eq!(org.act(&format!("{permissions}/okta.users.read")).await.status, 204);
    let all = org.get(&permissions).await.body;
    let labels: Vec<&str> = (0..2)
        .map(|index| all["permissions"][index]["label"].as_str().unwrap())
        .collect();
    assert_eq!(labels, ["okta.users.read", "okta.apps.assignment.manage"]);
    assert_eq!(org.act(&format!("{permissions}/everything")).await.code(), "E0000001");
    assert_eq!(org.delete(&format!("{permissions}/okta.users.read")).await.status, 204);
    assert_eq!(
        org.get(&format!("{permissions}/okta.users.read")).await.code(),
        "E0000007"
    );
    assert_eq!(org.events().await[0], "iam.role.permissions.delete");
    let renamed = json!({"label": "Helper 2", "description": "Helps"});
    assert_eq!(org.put(&path, &renamed).await.body["label"], "Helper 2");
    assert_eq!(org.get("/iam/roles/Helper%202").await.body["id"], made.body["id"]);
    assert_eq!(org.delete(&path).await.status, 204);
    assert_eq!(org.get("/iam/roles").await.body, json!({"roles": []}));
}

#[tokio::test]
async fn a_resource_set_holds_each_resource_once() {
    let org = Org::start(Seed::Empty).await;
    let users = org.url("/users");
    let body = json!({"label": "People", "description": "All of them", "resources": [users]});
    let (made, path) = org.make("/iam/resource-sets", &body).await;
    assert_eq!(org.get(&path).await.body, made);
    let resources = format!("{path}/resources");
    let more = json!({"additions": [users, org.url("/groups")]});
    let added = org.send(reqwest::Method::PATCH, &resources, Some(&more)).await;
    assert_eq!((added.status, &added.body["id"]), (200, &made["id"]));
    let list = org.get(&format!("{resources}?limit=200")).await;
    let all = list.body["resources"].as_array().unwrap();
    assert_eq!(all.len(), 2);
    let orn = all[0]["orn"].as_str().unwrap();
    assert!(
        orn.starts_with("orn:okta:directory:00o") && orn.ends_with(":users"),
        "{orn}"
    );
    assert_eq!(all[0]["_links"]["users"]["href"], users.as_str());
    let one = format!("{resources}/{}", all[0]["id"].as_str().unwrap());
    assert_eq!(org.delete(&one).await.status, 204);
    assert_eq!(org.delete(&one).await.code(), "E0000007");
    assert_eq!(org.delete(&path).await.status, 204);
    assert_eq!(org.events().await[0], "iam.resourceset.delete");
    assert_eq!(org.get("/iam/resource-sets").await.body, json!({"resource-sets": []}));
    let nothing = json!({"label": "None", "description": "None", "resources": ["everything"]});
    assert_eq!(org.post("/iam/resource-sets", &nothing).await.code(), "E0000001");
}
