//! The CAPTCHA of an org and where it is shown.

use joinery_sandbox::Seed;
use serde_json::json;

use crate::org::Org;

#[tokio::test]
async fn an_org_has_one_captcha_and_keeps_it_while_it_is_shown() {
    let org = Org::start(Seed::Empty).await;
    let body = json!({"name": "Door", "siteKey": "site", "secretKey": "hush", "type": "HCAPTCHA"});
    let made = org.post("/captchas", &body).await;
    assert_eq!(made.status, 201);
    assert_eq!(made.keys(), ["id", "name", "siteKey", "type", "_links"]);
    let id = made.body["id"].as_str().unwrap();
    let path = format!("/captchas/{id}");
    let second = org.post("/captchas", &body).await;
    assert_eq!((second.status, second.code()), (403, "E0000166"));
    let renamed = org.post(&path, &json!({"name": "Gate"})).await.body;
    assert_eq!(
        (&renamed["name"], &renamed["siteKey"]),
        (&json!("Gate"), &json!("site"))
    );

    let none = org
        .put("/org/captcha", &json!({"captchaId": null, "enabledPages": ["SSR"]}))
        .await;
    assert!(none.cause().starts_with("captchaId: Invalid CAPTCHA ID."));
    let shown = org
        .put("/org/captcha", &json!({"captchaId": id, "enabledPages": ["SSR"]}))
        .await;
    assert_eq!(shown.body, org.get("/org/captcha").await.body);
    assert_eq!(org.delete(&path).await.code(), "E0000168");
    assert_eq!(org.delete("/org/captcha").await.status, 204);
    assert_eq!(org.get("/org/captcha").await.body["enabledPages"], json!([]));
    assert_eq!(org.delete(&path).await.status, 204);
    let kinds = org.events().await;
    assert_eq!(kinds[..2], ["system.captcha.delete", "system.org.captcha.deactivate"]);
}
