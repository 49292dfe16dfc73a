//! What the org says of itself, and its settings.

use joinery_sandbox::Seed;
use serde_json::{Value, json};

use crate::org::Org;

#[tokio::test]
async fn the_org_is_shown_changed_and_replaced() {
    let org = Org::start(Seed::Empty).await;
    let got = org.get("/org").await;
    assert_eq!(
        got.keys(),
        [
            "id",
            "subdomain",
            "companyName",
            "status",
            "expiresAt",
            "created",
            "lastUpdated",
            "website",
            "phoneNumber",
            "endUserSupportHelpURL",
            "supportPhoneNumber",
            "address1",
            "address2",
            "city",
            "state",
            "country",
            "postalCode",
            "_links"
        ]
    );
    let changed = org.post("/org", &json!({"city": "Basel"})).await.body;
    assert_eq!(
        (&changed["city"], &changed["website"]),
        (&json!("Basel"), &got.body["website"])
    );
    let replaced = org.put("/org", &json!({"companyName": "Other"})).await.body;
    assert_eq!(
        (&replaced["city"], &replaced["companyName"]),
        (&Value::Null, &json!("Other"))
    );
    assert_eq!(org.put("/org", &json!({"city": "Bern"})).await.code(), "E0000001");
    assert_eq!(org.events().await[..2], ["support.org.update", "support.org.update"]);
    let about = format!("{}/.well-known/okta-organization", org.sandbox.url());
    let about = org.client.get(about).send().await.unwrap().text().await.unwrap();
    let about: Value = serde_json::from_str(&about).unwrap();
    assert_eq!((&about["id"], &about["pipeline"]), (&got.body["id"], &json!("idx")));
}

#[tokio::test]
async fn contacts_and_switches_show_what_was_set() {
    let org = Org::start(Seed::Empty).await;
    let ann = org.user("ann", true, "").await;
    assert_eq!(org.get("/org/contacts").await.body[0]["contactType"], "BILLING");
    let set = org.put("/org/contacts/billing", &json!({"userId": ann})).await;
    assert_eq!(set.body["userId"], json!(ann));
    assert_eq!(org.get("/org/contacts/BILLING").await.body, set.body);
    assert_eq!(org.get("/org/contacts/OTHER").await.status, 404);
    assert_eq!(
        org.put("/org/contacts/TECHNICAL", &json!({"userId": "00unobody"}))
            .await
            .code(),
        "E0000001"
    );

    assert_eq!(org.get("/org/preferences").await.body["showEndUserFooter"], true);
    let hidden = org.act("/org/preferences/hideEndUserFooter").await.body;
    assert_eq!(hidden["showEndUserFooter"], false);
    assert!(hidden["_links"]["showEndUserFooter"].is_object());
    let out = org.act("/org/privacy/oktaCommunication/optOut").await.body;
    assert!(out["optOutEmailUsers"] == true && out["_links"]["optIn"].is_object());
    assert_eq!(org.act("/org/privacy/oktaSupport/extend").await.code(), "E0000001");
    let granted = org.act("/org/privacy/oktaSupport/grant").await.body;
    assert!(granted["support"] == "ENABLED" && granted["expiration"].is_string());
    assert_eq!(
        org.act("/org/privacy/oktaSupport/revoke").await.body["expiration"],
        Value::Null
    );
    let flag = json!({"thirdPartyAdmin": true});
    assert_eq!(
        org.post("/org/orgSettings/thirdPartyAdminSetting", &flag).await.body,
        flag
    );
}

#[tokio::test]
async fn kinds_of_factors_are_switched_for_the_org() {
    let org = Org::start(Seed::Empty).await;
    let path = "/org/factors/google_otp";
    let off = org.get(path).await.body;
    assert_eq!(
        (&off["status"], &off["factorType"]),
        (&json!("INACTIVE"), &json!("token:software:totp"))
    );
    let on = org.act(&format!("{path}/lifecycle/activate")).await.body;
    assert!(on["status"] == "ACTIVE" && on["_links"]["deactivate"].is_object());
    let listed = org.get("/org/factors").await.body;
    assert!(listed.as_array().unwrap().contains(&on));
    assert_eq!(org.get("/org/factors/abacus").await.status, 404);
}
