//! The System Log: an event for every change, bounded queries, polling, filters.

use joinery_sandbox::Seed;
use reqwest::Method;
use serde_json::{Value, json};

use crate::org::Org;

fn types(body: &Value) -> Vec<&str> {
    body.as_array()
        .unwrap()
        .iter()
        .map(|event| event["eventType"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn polling_always_has_a_next_page_and_gives_each_event_once() {
    let org = Org::start(Seed::Empty).await;
    let first = org.get("/logs").await;
    assert_eq!(first.body, json!([]));
    let next = first.link("next").expect("an empty page still leads on");
    let id = org.user("ann", true, "").await;
    let page = org.get(&next).await;
    assert_eq!(types(&page.body), ["user.lifecycle.create", "user.lifecycle.activate"]);
    assert_eq!(page.body[0]["target"][0]["alternateId"], "ann@acme.example");
    assert_eq!(page.body[0]["actor"]["alternateId"], "admin@acme.example");
    for key in [
        "client",
        "authenticationContext",
        "outcome",
        "published",
        "debugContext",
        "transaction",
        "uuid",
    ] {
        assert!(!page.body[0][key].is_null(), "{key}");
    }
    let next = page.link("next").unwrap();
    assert_eq!(org.get(&next).await.body, json!([]));
    org.act(&format!("/users/{id}/lifecycle/suspend")).await;
    let page = org.get(&next).await;
    assert_eq!(types(&page.body), ["user.lifecycle.suspend"]);
}

#[tokio::test]
async fn a_bounded_query_ends_and_can_run_backwards() {
    let org = Org::start(Seed::Empty).await;
    for name in ["a", "b", "c"] {
        org.user(name, false, "?activate=false").await;
    }
    let mut seen = Vec::new();
    let mut next = Some(format!("/logs?until={}&limit=2", soon()));
    while let Some(path) = next {
        let page = org.get(&path).await;
        assert_eq!(page.status, 200, "{}", page.body);
        seen.extend(page.body.as_array().unwrap().clone());
        next = page.link("next");
    }
    assert_eq!(seen.len(), 3);
    let back = org.get("/logs?sortOrder=DESCENDING&limit=2").await;
    assert_eq!(back.body[0]["uuid"], seen[2]["uuid"]);
    let rest = org.get(&back.link("next").unwrap()).await;
    assert_eq!(
        (rest.body[0]["uuid"].clone(), rest.link("next")),
        (seen[0]["uuid"].clone(), None)
    );
}

/// A moment shortly ahead, as a query writes it.
fn soon() -> String {
    let moment = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(1);
    format!("{moment:.3}")
}

#[tokio::test]
async fn filters_look_into_lists_and_name_what_they_cannot_use() {
    let org = Org::start(Seed::Empty).await;
    let group = org.post("/groups", &json!({"profile": {"name": "Cooks"}})).await.body["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let user = org.user("ann", true, "").await;
    org.send(Method::PUT, &format!("/groups/{group}/users/{user}"), None)
        .await;
    let both = format!("/logs?filter=target.id+eq+%22{group}%22+and+target.id+eq+%22{user}%22");
    assert_eq!(types(&org.get(&both).await.body), ["group.user_membership.add"]);
    let neither = org
        .get("/logs?filter=not+(eventType+sw+%22user.%22+or+eventType+sw+%22group.%22)")
        .await;
    assert_eq!(neither.body, json!([]));
    assert_eq!(
        types(&org.get("/logs?q=cooks").await.body),
        ["group.lifecycle.create", "group.user_membership.add"]
    );
    let wrong = org.get("/logs?filter=eventType+eqq+%22x%22").await;
    assert_eq!((wrong.status, wrong.code()), (400, "E0000053"));
    assert!(
        wrong.body["errorSummary"]
            .as_str()
            .unwrap()
            .contains("Unrecognized attribute operator 'eqq' at position 10")
    );
    let unknown = org.get("/logs?filter=nope+eq+%22x%22").await;
    assert_eq!(unknown.body["errorSummary"], "field is not valid: nope");
    assert_eq!(org.get("/logs?filter=published+gt+%22x%22").await.code(), "E0000053");
    assert_eq!(org.get("/logs?until=soon").await.code(), "E0000001");
    assert_eq!(org.get("/logs?since=2001-01-01").await.code(), "E0000053");
}

#[tokio::test]
async fn every_change_is_an_event() {
    let org = Org::start(Seed::Empty).await;
    let group = org.post("/groups", &json!({"profile": {"name": "Cooks"}})).await.body["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let user = org.user("ann", true, "?activate=false").await;
    let (person, cooks) = (format!("/users/{user}"), format!("/groups/{group}"));
    let member = format!("{cooks}/users/{user}");
    let renamed = json!({"profile": {"name": "Chefs"}});
    let changes: &[(Method, String, Option<Value>, &[&str])] = &[
        (
            Method::POST,
            format!("{person}/lifecycle/activate"),
            None,
            &["user.lifecycle.activate"],
        ),
        (
            Method::POST,
            person.clone(),
            Some(json!({"profile": {"city": "Oslo"}})),
            &["user.account.update_profile"],
        ),
        (
            Method::POST,
            person.clone(),
            Some(json!({"profile": {"city": "Oslo"}})),
            &[],
        ),
        (
            Method::POST,
            format!("{person}/lifecycle/suspend"),
            None,
            &["user.lifecycle.suspend"],
        ),
        (
            Method::POST,
            format!("{person}/lifecycle/unsuspend"),
            None,
            &["user.lifecycle.unsuspend"],
        ),
        (
            Method::POST,
            format!("{person}/lifecycle/expire_password"),
            None,
            &["user.account.expire_password"],
        ),
        (
            Method::POST,
            format!("{person}/lifecycle/reset_password"),
            None,
            &["user.account.reset_password"],
        ),
        (
            Method::POST,
            format!("{person}/lifecycle/reactivate"),
            None,
            &["user.lifecycle.reactivate"],
        ),
        (
            Method::POST,
            format!("{person}/lifecycle/reset_factors"),
            None,
            &["user.mfa.factor.reset_all"],
        ),
        (
            Method::DELETE,
            format!("{person}/sessions"),
            None,
            &["user.session.clear"],
        ),
        (Method::PUT, member.clone(), None, &["group.user_membership.add"]),
        (Method::PUT, member.clone(), None, &[]),
        (Method::DELETE, member, None, &["group.user_membership.remove"]),
        (Method::PUT, cooks.clone(), Some(renamed), &["group.profile.update"]),
        (Method::DELETE, cooks, None, &["group.lifecycle.delete"]),
        (Method::DELETE, person.clone(), None, &["user.lifecycle.deactivate"]),
        (
            Method::DELETE,
            person,
            None,
            &["user.lifecycle.delete.initiated", "user.lifecycle.delete.completed"],
        ),
    ];
    let mut next = org.get("/logs").await.link("next").unwrap();
    for (method, path, body, expected) in changes {
        let done = org.send(method.clone(), path, body.as_ref()).await;
        assert!(done.status < 300, "{method} {path}: {}", done.body);
        let page = org.get(&next).await;
        assert_eq!(types(&page.body), *expected, "{method} {path}");
        if let Some(event) = page.body.get(0) {
            assert_eq!(
                event["debugContext"]["debugData"]["requestId"],
                done.header("x-okta-request-id")
            );
        }
        next = page.link("next").unwrap();
    }
}
