//! Groups and who is in them.

use joinery_sandbox::Seed;
use reqwest::Method;
use serde_json::{Value, json};

use crate::org::Org;

#[tokio::test]
async fn a_group_lives_from_create_to_delete() {
    let org = Org::start(Seed::Empty).await;
    let made = org.post("/groups", &json!({"profile": {"name": "Cooks"}})).await;
    assert_eq!((made.status, &made.body["type"]), (200, &json!("OKTA_GROUP")));
    assert_eq!(made.body["profile"], json!({"name": "Cooks", "description": null}));
    let id = made.body["id"].as_str().unwrap();
    let path = format!("/groups/{id}");
    let twice = org.post("/groups", &json!({"profile": {"name": "Cooks"}})).await;
    assert_eq!((twice.status, twice.code()), (400, "E0000001"));
    let renamed = org
        .send(
            Method::PUT,
            &path,
            Some(&json!({"profile": {"name": "Chefs", "description": "d"}})),
        )
        .await;
    assert_eq!(renamed.body["profile"], json!({"name": "Chefs", "description": "d"}));
    assert_eq!(org.post(&path, &json!({})).await.status, 405);
    assert_eq!(org.delete(&path).await.status, 204);
    let gone = org.get(&path).await;
    assert_eq!(
        gone.body["errorSummary"],
        format!("Not found: Resource not found: {id} (UserGroup)")
    );
}

#[tokio::test]
async fn joining_and_leaving_twice_is_fine_and_everyone_is_left_alone() {
    let org = Org::start(Seed::Empty).await;
    let group = org.post("/groups", &json!({"profile": {"name": "Cooks"}})).await.body["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let user = org.user("ann", true, "").await;
    let path = format!("/groups/{group}/users/{user}");
    for _ in 0..2 {
        assert_eq!(org.send(Method::PUT, &path, None).await.status, 204);
    }
    let members = org.get(&format!("/groups/{group}/users")).await;
    assert_eq!(
        (members.body.as_array().unwrap().len(), &members.body[0]["id"]),
        (1, &json!(user))
    );
    assert!(members.link("self").unwrap().ends_with("/users?limit=1000"));
    let stats = org.get("/groups?expand=stats&filter=type+eq+%22OKTA_GROUP%22").await;
    assert_eq!(stats.body[0]["_embedded"]["stats"]["usersCount"], 1);
    for _ in 0..2 {
        assert_eq!(org.delete(&path).await.status, 204);
    }
    let everyone = org.get("/groups?q=every").await.body[0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let refused = org.delete(&format!("/groups/{everyone}/users/{user}")).await;
    assert_eq!((refused.status, refused.code()), (403, "E0000006"));
    let unknown = org
        .send(Method::PUT, &format!("/groups/{group}/users/00unobody"), None)
        .await;
    assert_eq!((unknown.status, unknown.code()), (404, "E0000007"));
    let found = org.get("/groups?search=profile.name+sw+%22coo%22").await;
    assert_eq!(found.body[0]["id"], json!(group));
    assert_eq!(org.get("/groups?search=profile.color+pr").await.code(), "E0000031");
}

#[tokio::test]
async fn groups_have_the_attributes_that_the_org_adds() {
    let org = Org::start(Seed::Empty).await;
    let schema = "/meta/schemas/group/default";
    let code = json!({"title": "Cost code", "type": "integer", "minimum": 10});
    let added = org
        .post(
            schema,
            &json!({"definitions": {"custom": {"properties": {"code": code}}}}),
        )
        .await;
    assert_eq!(
        added.body["definitions"]["custom"]["properties"]["code"]["scope"],
        "NONE"
    );
    let group = |code: Value| json!({"profile": {"name": "Cooks", "code": code}});
    let wrong = org.post("/groups", &group(json!(3))).await;
    assert_eq!((wrong.status, wrong.code()), (400, "E0000001"));
    let made = org.post("/groups", &group(json!(30))).await.body;
    assert_eq!(
        made["profile"],
        json!({"name": "Cooks", "description": null, "code": 30})
    );
    let found = org.get("/groups?search=profile.code+gt+20").await;
    assert_eq!(found.body[0]["id"], made["id"]);
    assert_eq!(org.get("/groups?search=profile.colour+pr").await.code(), "E0000031");
    org.post(
        schema,
        &json!({"definitions": {"custom": {"properties": {"code": null}}}}),
    )
    .await;
    let path = format!("/groups/{}", made["id"].as_str().unwrap());
    assert_eq!(org.get(&path).await.body["profile"].get("code"), None);
}
