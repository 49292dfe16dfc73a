//! Attributes of the org's own, types of users, and the parts of a user that an answer holds.

use joinery_sandbox::Seed;
use reqwest::Method;
use serde_json::{Value, json};

use crate::org::{Org, user};

const SCHEMA: &str = "/meta/schemas/user/default";

fn custom(properties: Value) -> Value {
    json!({"definitions": {"custom": {"id": "#custom", "type": "object", "properties": properties}}})
}

#[tokio::test]
async fn a_custom_attribute_is_checked_searched_and_gone_with_its_values() {
    let org = Org::start(Seed::Empty).await;
    let added = custom(json!({
        "badge": {"title": "Badge", "type": "integer", "minimum": 1},
        "tags": {"title": "Tags", "type": "array", "items": {"type": "string"}},
        "size": {"title": "Size", "type": "string", "enum": ["S", "M"]},
    }));
    let schema = org.post(SCHEMA, &added).await;
    let shown = &schema.body["definitions"]["custom"]["properties"]["badge"];
    assert_eq!((schema.status, &shown["mutability"]), (200, &json!("READ_WRITE")));
    assert_eq!(
        schema.body["definitions"]["base"]["properties"]
            .as_object()
            .unwrap()
            .len(),
        31
    );

    let mut body = user("ann", true);
    body["profile"]["badge"] = json!("7");
    let wrong = org.post("/users", &body).await;
    assert_eq!(
        (wrong.code(), wrong.cause()),
        ("E0000001", "badge: The value must be an integer")
    );
    body["profile"]["badge"] = json!(7);
    body["profile"]["tags"] = json!(["red", "blue"]);
    body["profile"]["size"] = json!("M");
    let made = org.post("/users", &body).await;
    assert_eq!(made.body["profile"]["tags"], json!(["red", "blue"]));
    let path = format!("/users/{}", made.body["id"].as_str().unwrap());
    let large = org.post(&path, &json!({"profile": {"size": "XL"}})).await;
    assert_eq!(large.code(), "E0000001");
    let found = org
        .get("/users?search=profile.badge+gt+5+and+profile.tags+eq+%22blue%22")
        .await;
    assert_eq!(found.body[0]["id"], made.body["id"]);

    org.post(SCHEMA, &custom(json!({"badge": null}))).await;
    assert_eq!(org.get(&path).await.body["profile"].get("badge"), None);
    assert_eq!(org.get("/users?search=profile.badge+pr").await.code(), "E0000031");
    let change = org
        .post(SCHEMA, &custom(json!({"size": {"title": "Size", "type": "number"}})))
        .await;
    assert_eq!((change.status, change.code()), (400, "E0000001"));
    let log = org
        .get("/logs?filter=eventType+eq+%22directory.user_profile.update%22")
        .await;
    assert_eq!(log.body.as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_user_type_has_its_own_schema_and_stays_while_users_have_it() {
    let org = Org::start(Seed::Empty).await;
    let made = org
        .post("/meta/types/user", &json!({"name": "robot", "displayName": "Robot"}))
        .await;
    assert_eq!((made.status, &made.body["default"]), (200, &json!(false)));
    let id = made.body["id"].as_str().unwrap();
    let schema = made.body["_links"]["schema"]["href"].as_str().unwrap();
    let serial = custom(json!({"serial": {"title": "Serial", "type": "string", "required": true}}));
    assert_eq!(org.post(schema, &serial).await.status, 200);

    let mut body = user("robby", true);
    body["type"] = json!({"id": id});
    assert_eq!(
        org.post("/users", &body).await.cause(),
        "serial: The field cannot be left blank"
    );
    body["profile"]["serial"] = json!("R2");
    let robot = org.post("/users", &body).await;
    assert_eq!(robot.body["type"]["id"], json!(id));
    let mut plain = user("ann", true);
    plain["profile"]["serial"] = json!("X");
    assert_eq!(
        org.post("/users", &plain).await.cause(),
        "Property name 'serial' is not defined in profile"
    );

    let path = format!("/meta/types/user/{id}");
    let refused = org.delete(&path).await;
    assert_eq!((refused.status, refused.code()), (403, "E0000142"));
    let user = format!("/users/{}", robot.body["id"].as_str().unwrap());
    org.delete(&user).await;
    org.delete(&user).await;
    assert_eq!(org.delete(&path).await.status, 204);
    assert_eq!(
        org.get(&path).await.body["errorSummary"],
        format!("Not found: Resource not found: {id} (CVDType)")
    );
}

#[tokio::test]
async fn fields_keep_what_is_named_and_strict_remembers_passwords() {
    let org = Org::start(Seed::Empty).await;
    let id = org.user("ann", true, "").await;
    let path = format!("/users/{id}");
    let kept = org.get(&format!("{path}?fields=id,profile:(login)")).await;
    assert_eq!(kept.body, json!({"id": id, "profile": {"login": "ann@acme.example"}}));
    let list = org.get("/users?fields=status").await;
    assert_eq!(list.body[0], json!({"status": "ACTIVE"}));
    assert_eq!(org.get("/users?fields=profile:(").await.code(), "E0000001");

    let same = json!({"credentials": {"password": {"value": "Tr0ubador-x9"}}});
    assert_eq!(org.post(&format!("{path}?strict=true"), &same).await.code(), "E0000001");
    assert_eq!(org.post(&path, &same).await.status, 200);
    let put = json!({"profile": user("ann", false)["profile"]});
    assert_eq!(org.send(Method::PUT, &path, Some(&put)).await.status, 200);
}
