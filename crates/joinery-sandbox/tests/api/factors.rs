//! The factors of a user.

use joinery_sandbox::Seed;
use serde_json::json;

use crate::org::Org;

#[tokio::test]
async fn a_factor_is_enrolled_activated_by_its_passcode_and_reset() {
    let org = Org::start(Seed::Empty).await;
    let user = format!("/users/{}", org.user("ann", true, "").await);
    let path = format!("{user}/factors");
    let sms = json!({"factorType": "sms", "provider": "OKTA", "profile": {"phoneNumber": "+12345678901"}});
    let made = org.post(&path, &sms).await;
    assert_eq!((made.status, &made.body["status"]), (200, &json!("PENDING_ACTIVATION")));
    assert_eq!(org.post(&path, &sms).await.code(), "E0000001");
    let own = format!("{path}/{}", made.body["id"].as_str().unwrap());
    let wrong = org
        .post(&format!("{own}/lifecycle/activate"), &json!({"passCode": "000000"}))
        .await;
    assert_eq!((wrong.status, wrong.code()), (403, "E0000068"));
    let right = org
        .post(&format!("{own}/lifecycle/activate"), &json!({"passCode": "123456"}))
        .await;
    assert_eq!(right.body["status"], "ACTIVE");
    let catalog = org.get(&format!("{path}/catalog")).await;
    let kinds = catalog.body.as_array().unwrap();
    assert_eq!(kinds.iter().filter(|kind| kind["status"] == "ACTIVE").count(), 1);

    let question = json!({"factorType": "question", "provider": "OKTA",
        "profile": {"question": "disliked_food", "answer": "mayonnaise"}});
    let question = org.post(&path, &question).await;
    assert_eq!(question.body["status"], "ACTIVE");
    assert!(!question.body.to_string().contains("mayonnaise"));
    org.act(&format!("{user}/lifecycle/reset_factors")).await;
    assert_eq!(org.get(&path).await.body, json!([]));
    assert_eq!(org.delete(&own).await.code(), "E0000007");
}
