//! Texts of SMS messages, and UI schemas.

use joinery_sandbox::Seed;
use serde_json::json;

use crate::org::Org;

#[tokio::test]
async fn an_sms_template_is_changed_in_part_or_replaced() {
    let org = Org::start(Seed::Empty).await;
    let body = json!({
        "name": "Custom", "type": "SMS_VERIFY_CODE", "template": "Code: ${code}",
        "translations": {"es": "es: ${code}", "fr": "fr: ${code}"},
    });
    let made = org.post("/templates/sms", &body).await;
    assert_eq!(
        made.keys(),
        [
            "id",
            "name",
            "type",
            "template",
            "created",
            "lastUpdated",
            "translations"
        ]
    );
    let path = format!("/templates/sms/{}", made.body["id"].as_str().unwrap());
    assert_eq!(org.post("/templates/sms", &body).await.code(), "E0000001");
    let more = json!({"translations": {"de": "de: ${code}"}});
    let changed = org.post(&path, &more).await.body;
    assert_eq!(changed["translations"].as_object().unwrap().len(), 3);
    let mut other = body.clone();
    other["translations"] = json!({"it": "it: ${code}"});
    assert!(org.put(&path, &other).await.body.get("translations").is_none());
    assert_eq!(org.get(&path).await.body["translations"], json!({"it": "it: ${code}"}));
    other["template"] = "Code".into();
    assert_eq!(org.put(&path, &other).await.code(), "E0000001");
    assert_eq!(org.delete(&path).await.status, 204);
    assert_eq!(org.events().await[0], "support.org.update");
}

#[tokio::test]
async fn a_ui_schema_is_shown_in_order() {
    let org = Org::start(Seed::Empty).await;
    let body = json!({"uiSchema": {
        "buttonLabel": "Submit", "label": "Sign in", "type": "Group",
        "elements": [{"label": "Last", "options": {"format": "text"}, "scope": "#/properties/lastName", "type": "Control"}],
    }});
    let (made, path) = org.make("/meta/uischemas", &body).await;
    let got = org.get(&path).await;
    assert_eq!(got.body, made);
    assert_eq!(got.keys(), ["id", "uiSchema", "created", "lastUpdated", "_links"]);
    let schema: Vec<&String> = made["uiSchema"].as_object().unwrap().keys().collect();
    assert_eq!(schema, ["type", "label", "buttonLabel", "elements"]);
    let element: Vec<&String> = made["uiSchema"]["elements"][0].as_object().unwrap().keys().collect();
    assert_eq!(element, ["type", "scope", "label", "options"]);
    assert_eq!(org.put(&path, &json!({})).await.code(), "E0000001");
    assert_eq!(org.delete(&path).await.status, 204);
    assert_eq!(org.get(&path).await.code(), "E0000007");
}
