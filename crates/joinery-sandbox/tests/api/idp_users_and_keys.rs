//! The users of identity providers, and the keys the org signs with when it asks one.

use joinery_sandbox::Seed;
use serde_json::{Value, json};

use crate::org::Org;

async fn provider(org: &Org, name: &str) -> (Value, String) {
    let url = |path: &str| json!({"url": format!("https://id.example/{path}")});
    let body = json!({
        "type": "SAML2", "name": name, "protocol": {
            "type": "SAML2", "endpoints": {"sso": url("sso")},
            "credentials": {"trust": {"issuer": "https://id.example", "audience": "me", "kid": "some"}},
        },
    });
    org.make("/idps", &body).await
}

#[tokio::test]
async fn a_user_is_linked_to_a_provider_listed_on_both_sides_and_unlinked() {
    let org = Org::start(Seed::Empty).await;
    let (idp, path) = provider(&org, "Partner").await;
    let user = org.user("ann", true, "").await;
    let at = format!("{path}/users/{user}");
    assert_eq!(org.get(&at).await.code(), "E0000007");
    let linked = org.post(&at, &json!({"externalId": "ann-there"})).await;
    assert_eq!(
        (linked.status, linked.keys()),
        (
            200,
            vec!["id", "externalId", "created", "lastUpdated", "profile", "_links"]
        )
    );
    assert_eq!(
        (&linked.body["id"], &linked.body["externalId"]),
        (&json!(user), &json!("ann-there"))
    );
    assert_eq!(org.get(&at).await.body, linked.body);
    assert_eq!(org.post(&at, &json!({"externalId": "again"})).await.code(), "E0000001");
    let other = org.user("bob", true, "").await;
    let taken = org
        .post(&format!("{path}/users/{other}"), &json!({"externalId": "ann-there"}))
        .await;
    assert_eq!(taken.cause(), "externalId: Another user is linked by this id");
    assert_eq!(org.get(&format!("{path}/users")).await.body, json!([linked.body]));
    let own = org.get(&format!("/users/{user}/idps")).await.body;
    assert_eq!(own[0]["id"], idp["id"]);
    assert_eq!(org.get(&format!("{at}/credentials/tokens")).await.body, json!([]));
    assert_eq!(org.delete(&at).await.status, 204);
    assert_eq!(org.get(&format!("/users/{user}/idps")).await.body, json!([]));
}

#[tokio::test]
async fn a_provider_begins_with_a_key_gets_more_and_shares_them() {
    let org = Org::start(Seed::Empty).await;
    let (idp, path) = provider(&org, "Partner").await;
    let kid = &idp["protocol"]["credentials"]["signing"]["kid"];
    let keys = format!("{path}/credentials/keys");
    let first = org.get(&keys).await.body;
    assert_eq!((first.as_array().unwrap().len(), &first[0]["kid"]), (1, kid));
    assert_eq!(org.get(&format!("{keys}/active")).await.body, first);
    assert_eq!(
        org.act(&format!("{keys}/generate?validityYears=1")).await.code(),
        "E0000001"
    );
    let made = org.act(&format!("{keys}/generate?validityYears=2")).await;
    assert_eq!(made.status, 200);
    let name = made.body["kid"].as_str().unwrap();
    assert_eq!(org.get(&format!("{keys}/{name}")).await.body, made.body);
    let (other, other_path) = provider(&org, "Other").await;
    let share = format!("{keys}/{name}/clone?targetIdpId={}", other["id"].as_str().unwrap());
    assert_eq!(org.act(&share).await.status, 201);
    assert_eq!(org.act(&share).await.code(), "E0000001");
    let list = org.get(&format!("{other_path}/credentials/keys")).await.body;
    assert_eq!(list.as_array().unwrap().len(), 2);

    let subject = json!({"subject": {"countryName": "NL", "commonName": "us"}});
    let request = org.post(&format!("{path}/credentials/csrs"), &subject).await;
    assert_eq!(request.status, 201);
    let at = format!("{path}/credentials/csrs/{}", request.body["id"].as_str().unwrap());
    assert_eq!(org.get(&at).await.body, request.body);
    let wrong = org.post(&format!("{at}/lifecycle/publish"), &made.body["x5c"][0]).await;
    assert_eq!(
        wrong.cause(),
        "The certificate does not hold the public key of the request."
    );
    assert_eq!(org.delete(&at).await.status, 204);
    assert_eq!(org.get(&format!("{path}/credentials/csrs")).await.body, json!([]));
}
