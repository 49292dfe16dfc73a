//! Each lifecycle operation from each status: where it leads, or the error it gives.

use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use joinery_sandbox::{Options, RateLimits, Seed};
use reqwest::Method;
use serde_json::json;

use crate::org::Org;

/// Makes a user of a status. `LOCKED_OUT` comes from failed sign-ins only, so the demo org lends one.
async fn user_in(org: &Org, name: &str, status: &str) -> String {
    let (password, query) = match status {
        "STAGED" => (true, "?activate=false"),
        "PROVISIONED" => (false, "?activate=true"),
        "PASSWORD_EXPIRED" => (true, "?activate=true&nextLogin=changePassword"),
        _ => (true, "?activate=true"),
    };
    if status == "LOCKED_OUT" {
        return org.get("/users?filter=status+eq+%22LOCKED_OUT%22").await.body[0]["id"]
            .as_str()
            .unwrap()
            .to_owned();
    }
    let id = org.user(name, password, query).await;
    let operation = match status {
        "SUSPENDED" => "suspend",
        "DEPROVISIONED" => "deactivate",
        "RECOVERY" => "reset_password",
        _ => return id,
    };
    assert_eq!(org.act(&format!("/users/{id}/lifecycle/{operation}")).await.status, 200);
    id
}

#[tokio::test]
async fn operations_lead_from_status_to_status_or_say_why_not() {
    // Operation; then per status: the status after it, or the error.
    const STATUSES: [&str; 8] = [
        "STAGED",
        "PROVISIONED",
        "ACTIVE",
        "RECOVERY",
        "PASSWORD_EXPIRED",
        "LOCKED_OUT",
        "SUSPENDED",
        "DEPROVISIONED",
    ];
    const E01: &str = "400 E0000001";
    const E17: &str = "403 E0000038";
    const E32: &str = "403 E0000032";
    const TABLE: &[(&str, [&str; 8])] = &[
        (
            "activate",
            ["ACTIVE", E17, "403 E0000016", E17, E17, E17, E17, "ACTIVE"],
        ),
        ("reactivate", [E17, "PROVISIONED", E17, "RECOVERY", E17, E17, E17, E17]),
        ("suspend", [E01, E01, "SUSPENDED", E01, E01, E01, E01, E01]),
        ("unsuspend", [E01, E01, E01, E01, E01, E01, "ACTIVE", E01]),
        (
            "expire_password",
            [E17, E17, "PASSWORD_EXPIRED", E17, "PASSWORD_EXPIRED", E17, E17, E17],
        ),
        (
            "expire_password_with_temp_password",
            [E17, E17, "PASSWORD_EXPIRED", E17, "PASSWORD_EXPIRED", E17, E17, E17],
        ),
        ("unlock", [E32, E32, E32, E32, E32, "ACTIVE", E32, E32]),
        (
            "reset_password",
            [
                E17, "RECOVERY", "RECOVERY", "RECOVERY", "RECOVERY", "RECOVERY", E17, E17,
            ],
        ),
        (
            "reset_factors",
            [
                "STAGED",
                "PROVISIONED",
                "ACTIVE",
                "RECOVERY",
                "PASSWORD_EXPIRED",
                "LOCKED_OUT",
                "SUSPENDED",
                "DEPROVISIONED",
            ],
        ),
        ("deactivate", ["DEPROVISIONED"; 8]),
    ];
    let org = Org::with(Options {
        rate_limits: RateLimits {
            enforced: false,
            ..RateLimits::default()
        },
        ..Default::default()
    })
    .await;
    for (operation, row) in TABLE {
        for (status, expected) in STATUSES.iter().zip(row) {
            let name = format!("{operation}.{status}").to_lowercase();
            let id = user_in(&org, &name, status).await;
            let answer = org.act(&format!("/users/{id}/lifecycle/{operation}")).await;
            let outcome = if answer.status == 200 {
                org.get(&format!("/users/{id}")).await.body["status"]
                    .as_str()
                    .unwrap()
                    .to_owned()
            } else {
                format!("{} {}", answer.status, answer.code())
            };
            assert_eq!(outcome, *expected, "{operation} of a user that is {status}");
        }
    }
}

#[tokio::test]
async fn links_and_one_time_addresses_are_given_where_no_mail_is_sent() {
    let org = Org::start(Seed::Empty).await;
    let id = org.user("ann", false, "?activate=false").await;
    let body = org
        .act(&format!("/users/{id}/lifecycle/activate?sendEmail=false"))
        .await
        .body;
    let token = body["activationToken"].as_str().unwrap();
    assert_eq!(
        body["activationUrl"],
        format!("{}/tokens/{token}/verify", org.sandbox.url())
    );
    assert_eq!(org.get(&format!("/users/{id}")).await.body["status"], "PROVISIONED");
    let body = org
        .act(&format!("/users/{id}/lifecycle/reset_password?sendEmail=false"))
        .await
        .body;
    assert!(body["resetPasswordUrl"].as_str().unwrap().contains("/reset_password/"));
    assert_eq!(
        org.act(&format!("/users/{id}/lifecycle/reset_password")).await.body,
        json!({})
    );
}

#[tokio::test]
async fn the_right_password_and_answer_change_credentials() {
    let org = Org::start(Seed::Empty).await;
    let id = org.user("ann", true, "?nextLogin=changePassword").await;
    let path = |end: &str| format!("/users/{id}/credentials/{end}");
    let change = |old: &str| json!({"oldPassword": {"value": old}, "newPassword": {"value": "An0ther-word"}});
    let wrong = org.post(&path("change_password"), &change("wrong")).await;
    assert_eq!((wrong.status, wrong.code()), (403, "E0000014"));
    let right = org.post(&path("change_password"), &change("Tr0ubador-x9")).await;
    assert_eq!(
        right.body,
        json!({"password": {}, "provider": {"type": "OKTA", "name": "OKTA"}})
    );
    assert_eq!(org.get(&format!("/users/{id}")).await.body["status"], "ACTIVE");
    let question = json!({"question": "Where?", "answer": "Paris"});
    let body = json!({"password": {"value": "An0ther-word"}, "recovery_question": question});
    let changed = org.post(&path("change_recovery_question"), &body).await;
    assert_eq!(changed.body["recovery_question"], json!({"question": "Where?"}));
    let forgot = org.act(&path("forgot_password?sendEmail=false")).await;
    assert!(
        forgot.body["resetPasswordUrl"]
            .as_str()
            .unwrap()
            .contains("/signin/reset-password/")
    );
    let answered = json!({"password": {"value": "Th1rd-words"}, "recovery_question": {"answer": "paris"}});
    assert_eq!(
        org.post(&path("forgot_password_recovery_question"), &answered)
            .await
            .status,
        200
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn passwords_that_are_slow_to_check_hold_up_no_other_call() {
    let org = Org::with(Options {
        seed: Seed::Empty,
        rate_limits: RateLimits {
            enforced: false,
            ..RateLimits::default()
        },
        ..Options::default()
    })
    .await;
    let hash = json!({"algorithm": "BCRYPT", "workFactor": 11, "salt": ".".repeat(22), "value": ".".repeat(31)});
    let slow = json!({"profile": {"firstName": "S", "lastName": "Low", "email": "slow@example.com",
        "login": "slow@example.com"}, "credentials": {"password": {"hash": hash}}});
    assert_eq!(org.post("/users", &slow).await.status, 200);
    let (old, new) = (json!({"value": "wrong"}), json!({"value": "Tr0ubador-x9"}));
    let calls = [
        (
            Method::POST,
            "/credentials/change_password",
            json!({"oldPassword": old, "newPassword": new}),
            (403, "E0000014"),
        ),
        (
            Method::POST,
            "/credentials/change_recovery_question",
            json!({"password": old, "recovery_question": {"question": "Where?", "answer": "At home"}}),
            (403, "E0000014"),
        ),
        (
            Method::PUT,
            "?strict=true",
            json!({"profile": slow["profile"], "credentials": {"password": new}}),
            (200, ""),
        ),
    ];
    for (method, end, body, expected) in calls {
        let path = format!("/users/slow@example.com{end}");
        let mut changes: FuturesUnordered<_> = (0..200).map(|_| org.send(method.clone(), &path, Some(&body))).collect();
        let answered = async {
            let mut waits = Vec::new();
            while waits.len() < 40 {
                let start = Instant::now();
                assert_eq!(org.get("/users/me").await.status, 200);
                waits.push(start.elapsed());
            }
            waits
        };
        tokio::pin!(answered);
        let mut done = Vec::new();
        let mut waits = loop {
            tokio::select! {
                waits = &mut answered => break waits,
                Some(answer) = changes.next() => done.push(answer),
            }
        };
        done.extend(changes.next().await);
        assert!(done.iter().all(|it| (it.status, it.code()) == expected), "{end}");
        assert!(done.len() < 200, "{end}: the calls were not slow");
        waits.sort_unstable();
        assert!(waits[20] < Duration::from_millis(100), "{end}: {:?}", waits[20]);
    }
}
