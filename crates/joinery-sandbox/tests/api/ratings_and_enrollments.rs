//! What admins say of users, the authenticators that users have, and the methods of those.

use joinery_sandbox::Seed;
use serde_json::json;

use crate::org::Org;

#[tokio::test]
async fn risk_and_classification_of_a_user_are_told_and_set() {
    let org = Org::start(Seed::Empty).await;
    let user = org.user("ann", true, "").await;
    let risk = format!("/users/{user}/risk");
    assert_eq!(org.get(&risk).await.body["riskLevel"], "NONE");
    let set = org.put(&risk, &json!({"riskLevel": "HIGH"})).await;
    assert_eq!((set.status, &set.body["reason"]), (201, &json!("override.by.admin")));
    assert_eq!(org.events().await[0], "user.risk.change");
    let again = org.put(&risk, &json!({"riskLevel": "LOW"})).await;
    assert_eq!((again.status, &again.body["riskLevel"]), (200, &json!("LOW")));
    assert_eq!(org.get(&risk).await.body, again.body);
    assert_eq!(org.put(&risk, &json!({"riskLevel": "NONE"})).await.code(), "E0000001");
    let class = format!("/users/{user}/classification");
    assert_eq!(org.get(&class).await.body["type"], "STANDARD");
    assert_eq!(org.put(&class, &json!({"type": "LITE"})).await.body["type"], "LITE");
    assert_eq!(org.get(&class).await.keys(), ["type", "lastUpdated"]);
    assert_eq!(org.get("/users/00unobody000000000/risk").await.code(), "E0000007");
}

#[tokio::test]
async fn a_phone_is_enrolled_by_an_admin_shown_masked_and_removed() {
    let org = Org::start(Seed::Empty).await;
    let user = org.user("ann", true, "").await;
    let at = format!("/users/{user}/authenticator-enrollments");
    let keys = async || {
        let list = org.get(&at).await.body;
        let keys = list
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it["key"].as_str().unwrap().to_owned());
        keys.collect::<Vec<_>>()
    };
    assert_eq!(keys().await, ["okta_email", "okta_password"]);
    let known = org.get("/authenticators").await.body;
    let phone = known
        .as_array()
        .unwrap()
        .iter()
        .find(|it| it["key"] == "phone_number")
        .unwrap();
    let body = json!({"authenticatorId": phone["id"], "profile": {"phoneNumber": "+14155550123"}});
    let made = org.post(&format!("{at}/phone"), &body).await;
    assert_eq!(
        (made.status, &made.body["status"]),
        (200, &json!("ACTIVE")),
        "{}",
        made.body
    );
    assert_eq!(made.body["profile"]["phoneNumber"], "+1 XXX-XXX-0123");
    let own = format!("{at}/{}", made.body["id"].as_str().unwrap());
    assert_eq!(org.get(&own).await.body, made.body);
    let open = org.get(&format!("{own}?discloseIdentifiers=phone")).await.body;
    assert_eq!(open["profile"]["phoneNumber"], "+14155550123");
    let factors = org.get(&format!("/users/{user}/factors")).await.body;
    assert_eq!(factors[0]["factorType"], "sms");
    let wrong = json!({"authenticatorId": known[0]["id"], "profile": {"phoneNumber": "+14155550123"}});
    assert!(
        org.post(&format!("{at}/phone"), &wrong)
            .await
            .cause()
            .starts_with("authenticatorId:")
    );
    assert_eq!(org.delete(&own).await.status, 204);
    assert_eq!(keys().await, ["okta_email", "okta_password"]);
}

#[tokio::test]
async fn methods_of_an_authenticator_are_switched_and_set_but_one_stays_in_use() {
    let org = Org::start(Seed::Empty).await;
    let known = org.get("/authenticators").await.body;
    let phone = known
        .as_array()
        .unwrap()
        .iter()
        .find(|it| it["key"] == "phone_number")
        .unwrap();
    let at = format!("/authenticators/{}/methods", phone["id"].as_str().unwrap());
    let off = org.act(&format!("{at}/voice/lifecycle/deactivate")).await;
    assert_eq!((off.status, &off.body["status"]), (200, &json!("INACTIVE")));
    assert!(off.body["_links"]["activate"].is_object());
    let list = org.get(&at).await.body;
    assert_eq!(
        (&list[0]["status"], &list[1]["status"]),
        (&json!("ACTIVE"), &json!("INACTIVE"))
    );
    assert_eq!(
        org.act(&format!("{at}/sms/lifecycle/deactivate")).await.code(),
        "E0000001"
    );
    let set = org
        .put(
            &format!("{at}/voice"),
            &json!({"type": "voice", "status": "ACTIVE", "settings": {"own": 1}}),
        )
        .await;
    assert_eq!(
        (&set.body["status"], &set.body["settings"]),
        (&json!("ACTIVE"), &json!({"own": 1}))
    );
    assert_eq!(org.get(&format!("{at}/voice")).await.body, set.body);
    assert_eq!(
        org.put(&format!("{at}/voice"), &json!({"type": "sms"})).await.code(),
        "E0000001"
    );
    assert_eq!(
        org.act(&format!("{at}/push/lifecycle/activate")).await.code(),
        "E0000007"
    );
}

#[tokio::test]
async fn push_providers_keep_their_secrets_and_log_streams_have_schemas() {
    let org = Org::start(Seed::Empty).await;
    let body = json!({"name": "Phones", "providerType": "APNS", "configuration": {
        "keyId": "KEY", "teamId": "TEAM", "tokenSigningKey": "hush", "fileName": "key.p8",
    }});
    let made = org.post("/push-providers", &body).await;
    assert_eq!(
        made.keys(),
        [
            "id",
            "name",
            "providerType",
            "lastUpdatedDate",
            "configuration",
            "_links"
        ]
    );
    assert!(!made.body.to_string().contains("hush"));
    let path = format!("/push-providers/{}", made.body["id"].as_str().unwrap());
    assert_eq!(org.get("/push-providers?type=FCM").await.body, json!([]));
    let lacking = json!({"name": "Phones", "providerType": "APNS", "configuration": {"keyId": "KEY"}});
    assert_eq!(
        org.put(&path, &lacking).await.cause(),
        "configuration.teamId: The field cannot be left blank"
    );
    assert_eq!(org.delete(&path).await.status, 204);

    let schemas = org.get("/meta/schemas/logStream").await.body;
    let aws = org.get("/meta/schemas/logStream/aws_eventbridge").await.body;
    assert_eq!((&schemas[0], &aws["title"]), (&aws, &json!("AWS EventBridge")));
    assert_eq!(
        aws["properties"]["settings"]["required"],
        json!(["accountId", "eventSourceName", "region"])
    );
    assert_eq!(org.get("/meta/schemas/logStream/paper").await.code(), "E0000007");
}
