//! The factors of a user.

use joinery_sandbox::Seed;
use ring::hmac;
use serde_json::{Value, json};

use crate::org::Org;

/// The code an authenticator app would show: the test makes it by itself, so that both sides cannot be wrong alike.
fn code(secret: &str, step: i64) -> String {
    let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let (mut bytes, mut bits, mut held) = (Vec::new(), 0_u64, 0);
    for letter in secret.bytes() {
        bits = bits << 5 | letters.iter().position(|known| *known == letter).unwrap() as u64;
        held += 5;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held) as u8);
            bits &= (1 << held) - 1;
        }
    }
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &bytes);
    let tag = hmac::sign(&key, &step.to_be_bytes());
    let start = usize::from(tag.as_ref()[19] & 15);
    let number = tag.as_ref()[start..start + 4]
        .iter()
        .fold(0_u64, |sum, byte| sum * 256 + u64::from(*byte));
    format!("{:06}", number % (1 << 31) % 1_000_000)
}

fn result(answer: &Value) -> &str {
    answer["factorResult"].as_str().unwrap_or_default()
}

#[tokio::test]
async fn a_factor_is_enrolled_activated_by_its_passcode_and_reset() {
    let org = Org::start(Seed::Empty).await;
    let user = format!("/users/{}", org.user("ann", true, "").await);
    let path = format!("{user}/factors");
    let sms = json!({"factorType": "sms", "provider": "OKTA", "profile": {"phoneNumber": "+12345678901"}});
    let made = org.post(&path, &sms).await;
    assert_eq!((made.status, &made.body["status"]), (200, &json!("PENDING_ACTIVATION")));
    let own = format!("{path}/{}", made.body["id"].as_str().unwrap());
    let wrong = org
        .post(&format!("{own}/lifecycle/activate"), &json!({"passCode": "000000"}))
        .await;
    assert_eq!((wrong.status, wrong.code()), (403, "E0000068"));
    let early = org.act(&format!("{own}/verify")).await;
    assert_eq!((early.status, early.code()), (403, "E0000107"));
    let right = org
        .post(&format!("{own}/lifecycle/activate"), &json!({"passCode": "123456"}))
        .await;
    assert_eq!(right.body["status"], "ACTIVE");
    assert_eq!(org.post(&path, &sms).await.code(), "E0000001");
    assert_eq!(result(&org.act(&format!("{own}/verify")).await.body), "CHALLENGE");
    let verified = org.post(&format!("{own}/verify"), &json!({"passCode": "123456"})).await;
    assert_eq!(result(&verified.body), "SUCCESS");
    let catalog = org.get(&format!("{path}/catalog")).await;
    let kinds = catalog.body.as_array().unwrap();
    assert_eq!(kinds.iter().filter(|kind| kind["status"] == "ACTIVE").count(), 1);

    org.act(&format!("{user}/lifecycle/reset_factors")).await;
    assert_eq!(org.get(&path).await.body, json!([]));
    assert_eq!(org.delete(&own).await.code(), "E0000007");
}

#[tokio::test]
async fn the_answer_to_a_question_is_kept_and_never_shown() {
    let org = Org::start(Seed::Empty).await;
    let path = format!("/users/{}/factors", org.user("ann", true, "").await);
    let asked = org.get(&format!("{path}/questions")).await;
    assert!(
        asked
            .body
            .as_array()
            .unwrap()
            .iter()
            .any(|it| it["question"] == "disliked_food")
    );
    let question = |question: &str, answer: &str| json!({"factorType": "question", "provider": "OKTA", "profile": {"question": question, "answer": answer}});
    for (name, answer) in [
        ("favourite_colour", "mayonnaise"),
        ("disliked_food", "no"),
        ("disliked_food", "food"),
    ] {
        let refused = org.post(&path, &question(name, answer)).await;
        assert_eq!((refused.status, refused.code()), (400, "E0000001"), "{name} {answer}");
    }
    let made = org.post(&path, &question("disliked_food", "mayonnaise")).await;
    assert_eq!(made.body["status"], "ACTIVE");
    assert!(!made.body.to_string().contains("mayonnaise"));
    let verify = format!("{path}/{}/verify", made.body["id"].as_str().unwrap());
    assert_eq!(
        result(&org.post(&verify, &json!({"answer": "Mayonnaise"})).await.body),
        "SUCCESS"
    );
    assert_eq!(
        org.post(&verify, &json!({"answer": "ketchup"})).await.code(),
        "E0000068"
    );
}

#[tokio::test]
async fn the_codes_of_an_authenticator_app_are_those_of_its_secret_and_good_once() {
    let org = Org::start(Seed::Empty).await;
    let path = format!("/users/{}/factors", org.user("ann", true, "").await);
    let totp = json!({"factorType": "token:software:totp", "provider": "GOOGLE"});
    let made = org.post(&path, &totp).await.body;
    let secret = made["_embedded"]["activation"]["sharedSecret"].as_str().unwrap();
    let own = format!("{path}/{}", made["id"].as_str().unwrap());
    let step = jiff::Timestamp::now().as_second() / 30;
    let wrong = org
        .post(
            &format!("{own}/lifecycle/activate"),
            &json!({"passCode": code(secret, step + 7)}),
        )
        .await;
    assert_eq!(wrong.code(), "E0000068");
    let body = json!({"passCode": code(secret, step)});
    let right = org.post(&format!("{own}/lifecycle/activate"), &body).await;
    assert_eq!((right.status, &right.body["status"]), (200, &json!("ACTIVE")));
    assert_eq!(right.body.get("_embedded"), None);
    let again = org.post(&format!("{own}/verify"), &body).await;
    assert_eq!((again.status, again.code()), (403, "E0000082"));
    let next = json!({"passCode": code(secret, step + 1)});
    assert_eq!(result(&org.post(&format!("{own}/verify"), &next).await.body), "SUCCESS");
}

#[tokio::test]
async fn a_push_waits_until_it_is_asked_about_again() {
    let org = Org::start(Seed::Empty).await;
    let path = format!("/users/{}/factors", org.user("ann", true, "").await);
    let made = org
        .post(&path, &json!({"factorType": "push", "provider": "OKTA"}))
        .await
        .body;
    let own = format!("{path}/{}", made["id"].as_str().unwrap());
    let poll = format!("{own}/lifecycle/activate/poll");
    assert_eq!(result(&org.act(&poll).await.body), "WAITING");
    assert_eq!(org.act(&poll).await.body["status"], "ACTIVE");
    let sent = org.act(&format!("{own}/verify")).await;
    assert_eq!((sent.status, result(&sent.body)), (201, "WAITING"));
    let transaction = sent.body["_links"]["poll"]["href"].as_str().unwrap().to_owned();
    assert_eq!(result(&org.get(&transaction).await.body), "WAITING");
    assert_eq!(result(&org.get(&transaction).await.body), "SUCCESS");
    assert_eq!(org.delete(&transaction).await.status, 204);
    assert_eq!(org.get(&transaction).await.code(), "E0000007");
}
