//! Apps, and who has them.

use joinery_sandbox::Seed;
use reqwest::Method;
use serde_json::{Value, json};

use crate::org::Org;

async fn events(org: &Org, prefix: &str) -> Vec<String> {
    let log = org.get(&format!("/logs?filter=eventType+sw+%22{prefix}%22")).await;
    let kinds = log.body.as_array().unwrap().iter();
    kinds
        .map(|event| event["eventType"].as_str().unwrap().to_owned())
        .collect()
}

fn bookmark(label: &str) -> Value {
    json!({"name": "bookmark", "label": label, "signOnMode": "BOOKMARK",
        "settings": {"app": {"url": "https://example.com"}}})
}

#[tokio::test]
async fn an_app_lives_from_create_to_delete() {
    let org = Org::start(Seed::Empty).await;
    let made = org.post("/apps", &bookmark("Wiki")).await;
    assert_eq!((made.status, &made.body["status"]), (200, &json!("ACTIVE")));
    assert_eq!(
        made.body["settings"]["app"],
        json!({"requestIntegration": false, "url": "https://example.com"})
    );
    let path = format!("/apps/{}", made.body["id"].as_str().unwrap());
    let refused = org.delete(&path).await;
    assert_eq!((refused.status, refused.code()), (403, "E0000056"));
    assert_eq!(refused.cause(), "The application must be deactivated before deletion.");
    let renamed = org.send(Method::PUT, &path, Some(&bookmark("Handbook"))).await;
    assert_eq!(renamed.body["label"], "Handbook");
    assert_eq!(org.act(&format!("{path}/lifecycle/deactivate")).await.body, json!({}));
    let inactive = org.get("/apps?filter=status+eq+%22INACTIVE%22").await;
    assert_eq!(inactive.body[0]["label"], "Handbook");
    assert_eq!(org.delete(&path).await.status, 204);
    let gone = org.get(&path).await;
    assert!(gone.body["errorSummary"].as_str().unwrap().ends_with("(AppInstance)"));
    let kinds = ["create", "activate", "update", "deactivate", "delete"];
    assert_eq!(
        events(&org, "application.lifecycle").await,
        kinds.map(|kind| format!("application.lifecycle.{kind}"))
    );
    let nameless = org.post("/apps", &json!({"name": "bookmark"})).await;
    assert_eq!(nameless.code(), "E0000001");
}

#[tokio::test]
async fn an_oidc_client_keeps_its_secret_when_replaced_and_a_public_one_has_none() {
    let org = Org::start(Seed::Empty).await;
    let body = json!({"name": "oidc_client", "label": "Web", "signOnMode": "OPENID_CONNECT",
        "settings": {"oauthClient": {"redirect_uris": ["https://example.com/cb"]}}});
    let made = org.post("/apps", &body).await;
    let client = &made.body["credentials"]["oauthClient"];
    assert_eq!(client["client_id"], made.body["id"]);
    let path = format!("/apps/{}", made.body["id"].as_str().unwrap());
    let again = org.send(Method::PUT, &path, Some(&body)).await;
    assert_eq!(&again.body["credentials"]["oauthClient"], client);
    let native = json!({"name": "oidc_client", "label": "Native", "signOnMode": "OPENID_CONNECT",
        "credentials": {"oauthClient": {"token_endpoint_auth_method": "none"}}});
    let native = org.post("/apps", &native).await;
    assert_eq!(native.body["credentials"]["oauthClient"].get("client_secret"), None);
    assert_eq!(native.body["credentials"]["oauthClient"]["pkce_required"], true);
}

#[tokio::test]
async fn users_have_an_app_by_themselves_or_by_a_group() {
    let org = Org::start(Seed::Empty).await;
    let app = org.post("/apps", &bookmark("Wiki")).await.body["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let (ann, bob) = (org.user("ann", true, "").await, org.user("bob", true, "").await);
    let group = org.post("/groups", &json!({"profile": {"name": "Cooks"}})).await.body["id"]
        .as_str()
        .unwrap()
        .to_owned();
    org.send(Method::PUT, &format!("/groups/{group}/users/{bob}"), None)
        .await;
    let assigned = org
        .post(&format!("/apps/{app}/users"), &json!({"id": ann, "scope": "USER"}))
        .await;
    assert_eq!(assigned.body["credentials"]["userName"], "ann@acme.example");
    let by_group = org
        .send(Method::PUT, &format!("/apps/{app}/groups/{group}"), None)
        .await;
    assert_eq!((by_group.status, &by_group.body["priority"]), (200, &json!(0)));

    let users = org.get(&format!("/apps/{app}/users")).await;
    let scopes: Vec<&Value> = users
        .body
        .as_array()
        .unwrap()
        .iter()
        .map(|user| &user["scope"])
        .collect();
    assert_eq!(scopes, ["USER", "GROUP"]);
    assert_eq!(
        org.get(&format!("/users/{bob}/appLinks")).await.body[0]["label"],
        "Wiki"
    );
    assert_eq!(
        org.get(&format!("/groups/{group}/apps")).await.body[0]["id"],
        json!(app)
    );
    let filter = format!("/apps?filter=user.id+eq+%22{bob}%22");
    assert_eq!(org.get(&filter).await.body[0]["id"], json!(app));

    org.act(&format!("/users/{ann}/lifecycle/deactivate")).await;
    let lost = org.get(&format!("/apps/{app}/users/{ann}")).await;
    assert_eq!((lost.status, lost.code()), (404, "E0000007"));
    let inactive = org.post(&format!("/apps/{app}/users"), &json!({"id": ann})).await;
    assert_eq!((inactive.status, inactive.code()), (403, "E0000117"));
    assert_eq!(org.delete(&format!("/apps/{app}/groups/{group}")).await.status, 204);
    assert_eq!(org.get(&format!("/users/{bob}/appLinks")).await.body, json!([]));
    assert_eq!(
        events(&org, "application.user_membership").await,
        ["application.user_membership.add", "application.user_membership.remove"]
    );
    assert_eq!(events(&org, "group.application_assignment").await.len(), 2);
}
