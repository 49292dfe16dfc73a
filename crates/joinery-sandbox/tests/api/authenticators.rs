//! Authenticators.

use joinery_sandbox::Seed;
use serde_json::json;

use crate::org::Org;

#[tokio::test]
async fn an_org_has_authenticators_and_can_get_more() {
    let org = Org::start(Seed::Empty).await;
    let list = org.get("/authenticators").await.body;
    let keys: Vec<&str> = list
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["key"].as_str().unwrap())
        .collect();
    assert_eq!(
        keys,
        [
            "okta_email",
            "okta_verify",
            "okta_password",
            "phone_number",
            "security_question"
        ]
    );
    let (made, path) = org.make("/authenticators", &json!({"key": "google_otp"})).await;
    assert_eq!(
        (&made["type"], &made["name"], &made["status"]),
        (&json!("app"), &json!("Google Authenticator"), &json!("ACTIVE"))
    );
    assert_eq!(
        org.post("/authenticators", &json!({"key": "google_otp"})).await.code(),
        "E0000001"
    );
    let off = org.act(&format!("{path}/lifecycle/deactivate")).await.body;
    assert_eq!(off["status"], "INACTIVE");
    assert!(off["_links"].get("activate").is_some());
    assert_eq!(org.events().await[0], "security.authenticator.lifecycle.deactivate");
    let methods = org.get(&format!("{path}/methods")).await.body;
    assert_eq!(methods[0]["type"], "otp");
    assert_eq!(org.get(&format!("{path}/methods/sms")).await.status, 404);
}

#[tokio::test]
async fn settings_change_in_part_and_the_password_stays() {
    let org = Org::start(Seed::Empty).await;
    let list = org.get("/authenticators").await.body;
    let path = |key: &str| {
        let found = list.as_array().unwrap().iter().find(|it| it["key"] == key).unwrap();
        format!("/authenticators/{}", found["id"].as_str().unwrap())
    };
    let body = json!({"name": "Mail", "key": "okta_email", "settings": {"allowedFor": "recovery"}});
    let email = org.put(&path("okta_email"), &body).await;
    assert_eq!(
        email.keys(),
        [
            "type",
            "id",
            "key",
            "status",
            "name",
            "created",
            "lastUpdated",
            "settings",
            "_links"
        ]
    );
    assert_eq!(
        email.body["settings"],
        json!({"allowedFor": "recovery", "tokenLifetimeInMinutes": 5})
    );
    let password = path("okta_password");
    assert_eq!(
        org.act(&format!("{password}/lifecycle/deactivate")).await.code(),
        "E0000006"
    );
    assert!(org.get(&password).await.body["_links"].get("deactivate").is_none());
}
