//! What an access token opens: scopes by endpoint, admin roles, and who the log says it was.

use joinery_sandbox::Seed;
use reqwest::Method;
use serde_json::json;

use crate::org::Org;
use crate::signer::{Client, Key};

#[tokio::test]
async fn a_token_reaches_as_far_as_its_scopes_and_its_roles() {
    let org = Org::start(Seed::Demo).await;
    let client = Client::service(&org, Key::elliptic(), false, &["okta.users.read", "okta.groups.manage"]).await;
    let bearer = format!("Bearer {}", client.token("okta.users.read okta.groups.manage").await);
    let call = async |method: Method, path: &str| org.call(method, path, &bearer, None).await;

    let blind = call(Method::GET, "/users?limit=1").await;
    assert_eq!(
        (blind.status, &blind.body),
        (200, &json!([])),
        "an app without a role sees nobody"
    );
    assert!(blind.link("self").unwrap().ends_with("/api/v1/users?limit=1"));
    let id = org.get("/users?limit=1").await.body[0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let refused = call(Method::GET, &format!("/users/{id}")).await;
    assert_eq!((refused.status, refused.code()), (403, "E0000006"));

    client.give_role("USER_ADMIN").await;
    assert_eq!(call(Method::GET, &format!("/users/{id}")).await.status, 200);
    let small = call(Method::POST, &format!("/users/{id}/lifecycle/suspend")).await;
    assert_eq!((small.status, small.code()), (403, "E0000006"));
    let url = org.sandbox.url();
    assert_eq!(
        small.header("www-authenticate"),
        format!(
            "Bearer authorization_uri=\"{url}/oauth2/v1/authorize\", realm=\"{url}\", scope=\"okta.users.manage\", \
             error=\"insufficient_scope\", error_description=\"The access token provided does not contain the required \
             scopes.\", resource=\"/api/v1/users/{id}/lifecycle/suspend\""
        )
    );
    assert_eq!(call(Method::GET, "/logs").await.status, 403);
    assert_eq!(
        call(Method::GET, "/groups?limit=1").await.status,
        200,
        "manage includes read"
    );
    assert_eq!(call(Method::GET, "/users/me").await.status, 404, "an app is no user");

    let made = org
        .post("/groups", &json!({"profile": {"name": "Made by the owner"}}))
        .await;
    let group = made.body["id"].as_str().unwrap();
    assert_eq!(
        call(Method::PUT, &format!("/groups/{group}/users/{id}")).await.status,
        204
    );
    let filter = "/logs?sortOrder=DESCENDING&limit=1&filter=eventType%20eq%20%22group.user_membership.add%22";
    let event = &org.get(filter).await.body[0];
    assert_eq!(event["actor"]["type"], "PublicClientApp");
    assert_eq!(event["actor"]["id"], json!(client.id));
}

#[tokio::test]
async fn a_token_that_is_no_good_is_refused_with_a_challenge() {
    let org = Org::start(Seed::Empty).await;
    let client = Client::service(&org, Key::elliptic(), false, &["okta.users.read"]).await;
    client.give_role("SUPER_ADMIN").await;
    let token = client.token("okta.users.read").await;
    let call = async |token: &str| org.call(Method::GET, "/users", &format!("Bearer {token}"), None).await;
    assert_eq!(call(&token).await.status, 200);

    let forged = call(&format!("{token}x")).await;
    assert_eq!((forged.status, forged.code()), (401, "E0000011"));
    assert!(forged.header("www-authenticate").contains("error=\"invalid_token\""));
    let deleted = org
        .delete(&format!("{}/oauth2/v1/clients/{}", org.sandbox.url(), client.id))
        .await;
    assert_eq!(deleted.status, 204);
    assert_eq!(call(&token).await.status, 401);
}

#[tokio::test]
async fn an_app_made_by_the_apps_api_is_a_client_while_it_is_active() {
    let org = Org::start(Seed::Empty).await;
    let key = Key::elliptic();
    let app = json!({
        "name": "oidc_client", "label": "Nightly sync", "signOnMode": "OPENID_CONNECT",
        "credentials": {"oauthClient": {"token_endpoint_auth_method": "private_key_jwt"}},
        "settings": {"oauthClient": {
            "application_type": "service", "grant_types": ["client_credentials"], "response_types": ["token"],
            "jwks": {"keys": [key.public()]},
        }},
    });
    let made = org.post("/apps", &app).await;
    assert_eq!(made.status, 200, "{}", made.body);
    let id = made.body["id"].as_str().unwrap().to_owned();
    let grant = json!({"scopeId": "okta.apps.read", "issuer": org.sandbox.url()});
    assert_eq!(org.post(&format!("/apps/{id}/grants"), &grant).await.status, 201);
    let client = Client { org: &org, id, key };
    client.give_role("APP_ADMIN").await;
    let bearer = format!("Bearer {}", client.token("okta.apps.read").await);
    let call = async || org.call(Method::GET, "/apps", &bearer, None).await;
    assert_eq!(call().await.body[0]["label"], "Nightly sync");
    assert_eq!(
        org.act(&format!("/apps/{}/lifecycle/deactivate", client.id))
            .await
            .status,
        200
    );
    assert_eq!(call().await.status, 401);
    assert_eq!(
        client.ask(&client.assertion(), "okta.apps.read", None).await.status,
        401
    );
}
