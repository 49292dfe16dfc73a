//! Linked objects: relations between users and who is linked to whom.

use joinery_sandbox::Seed;
use reqwest::Method;
use serde_json::{Value, json};

use crate::org::Org;

const RELATIONS: &str = "/meta/schemas/user/linkedObjects";

fn relation(primary: &str, associated: &str) -> Value {
    let side = |name: &str| json!({"name": name, "title": name, "description": "A side", "type": "USER"});
    json!({"primary": side(primary), "associated": side(associated)})
}

#[tokio::test]
async fn a_relation_is_found_by_either_name_and_its_names_are_its_own() {
    let org = Org::start(Seed::Empty).await;
    let made = org.post(RELATIONS, &relation("manager", "report")).await;
    assert_eq!(
        (made.status, made.keys()),
        (201, vec!["primary", "associated", "_links"])
    );
    assert_eq!(org.get(&format!("{RELATIONS}/report")).await.body, made.body);
    for (primary, associated) in [
        ("manager", "other"),
        ("other", "report"),
        ("same", "same"),
        ("1st", "other"),
    ] {
        let refused = org.post(RELATIONS, &relation(primary, associated)).await;
        assert_eq!(
            (refused.status, refused.code()),
            (409, "E0000127"),
            "{primary} {associated}"
        );
    }
    assert_eq!(org.delete(&format!("{RELATIONS}/manager")).await.status, 204);
    let gone = org.get(&format!("{RELATIONS}/manager")).await;
    assert!(
        gone.body["errorSummary"]
            .as_str()
            .unwrap()
            .ends_with("(LinkedObjectProperty)")
    );
    assert_eq!(
        org.events().await[..2],
        ["directory.linked_object.delete", "directory.linked_object.create"]
    );
}

#[tokio::test]
async fn a_user_has_one_primary_user_and_a_primary_user_many() {
    let org = Org::start(Seed::Empty).await;
    org.post(RELATIONS, &relation("manager", "report")).await;
    let (ann, bob, eve) = (
        org.user("ann", true, "").await,
        org.user("bob", true, "").await,
        org.user("eve", true, "").await,
    );
    let link = |who: &str, to: &str| format!("/users/{who}/linkedObjects/manager/{to}");
    for (who, to) in [(&bob, &ann), (&eve, &bob), (&eve, &ann)] {
        assert_eq!(org.send(Method::PUT, &link(who, to), None).await.status, 204);
    }
    let reports = org.get(&format!("/users/{ann}/linkedObjects/report")).await.body;
    let links = |ids: &[&String]| -> Value {
        ids.iter()
            .map(|id| json!({"_links": {"self": {"href": org.url(&format!("/users/{id}"))}}}))
            .collect()
    };
    assert_eq!(reports, links(&[&bob, &eve]));
    assert_eq!(
        org.get(&format!("/users/{eve}/linkedObjects/manager")).await.body,
        links(&[&ann])
    );
    assert_eq!(org.send(Method::PUT, &link(&ann, &ann), None).await.code(), "E0000261");
    org.delete(&format!("/users/{bob}/linkedObjects/manager")).await;
    assert_eq!(
        org.get(&format!("/users/{bob}/linkedObjects/manager")).await.body,
        json!([])
    );
    org.delete(&format!("/users/{eve}")).await;
    org.delete(&format!("/users/{eve}")).await;
    assert_eq!(
        org.get(&format!("/users/{ann}/linkedObjects/report")).await.body,
        json!([])
    );
}
