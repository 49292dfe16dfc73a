//! Authorization servers of the org's own: what belongs to them, and the tokens they give.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use joinery_sandbox::Seed;
use reqwest::header;
use serde_json::{Value, json};

use crate::org::{Answer, Org, answer};

const SERVERS: &str = "/authorizationServers";

async fn server(org: &Org) -> (Value, String) {
    let body = json!({"name": "Orders", "description": "For orders", "audiences": ["api://orders"]});
    org.make(SERVERS, &body).await
}

fn names(list: &Value) -> Vec<&str> {
    list.as_array()
        .unwrap()
        .iter()
        .map(|it| it["name"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn a_server_is_made_with_keys_scopes_and_claims_changed_and_deleted() {
    let org = Org::start(Seed::Empty).await;
    let (made, path) = server(&org).await;
    let got = org.get(&path).await;
    assert_eq!(got.body, made);
    assert_eq!(
        got.keys(),
        [
            "id",
            "name",
            "description",
            "audiences",
            "issuer",
            "issuerMode",
            "status",
            "created",
            "lastUpdated",
            "credentials",
            "default",
            "_links"
        ]
    );
    let id = made["id"].as_str().unwrap();
    assert_eq!(made["issuer"], format!("{}/oauth2/{id}", org.sandbox.url()));
    assert_eq!(made["credentials"]["signing"]["rotationMode"], "AUTO");
    let scopes = org.get(&format!("{path}/scopes")).await.body;
    assert_eq!(names(&scopes)[..3], ["openid", "profile", "email"]);
    let claims = org.get(&format!("{path}/claims")).await.body;
    assert_eq!((names(&claims)[0], claims[0]["system"].as_bool()), ("sub", Some(true)));
    assert!(claims[1].get("value").is_none() && claims[0].get("value").is_some());

    let changed = json!({"name": "Sales", "description": "For sales", "audiences": ["api://sales"]});
    let changed = org.put(&path, &changed).await.body;
    assert_eq!(
        (&changed["name"], &changed["credentials"]),
        (&json!("Sales"), &made["credentials"])
    );
    assert_eq!(org.act(&format!("{path}/lifecycle/deactivate")).await.status, 204);
    assert!(org.get(&path).await.body["_links"]["activate"].is_object());
    assert_eq!(org.delete(&path).await.status, 204);
    let gone = org.get(&path).await;
    assert!(
        gone.body["errorSummary"]
            .as_str()
            .unwrap()
            .ends_with("(AuthorizationServer)")
    );
    assert_eq!(org.get(&format!("{path}/scopes")).await.status, 404);
    let events = org.events().await;
    let expected = [
        "oauth2.as.deleted",
        "oauth2.as.deactivated",
        "oauth2.as.updated",
        "oauth2.as.created",
    ];
    assert_eq!(events[..4], expected);
}

#[tokio::test]
async fn the_default_server_answers_to_its_name() {
    let org = Org::start(Seed::Empty).await;
    let default = org.get("/authorizationServers/default").await.body;
    assert_eq!(default["issuer"], format!("{}/oauth2/default", org.sandbox.url()));
    assert_eq!(
        (&default["default"], &default["audiences"]),
        (&json!(true), &json!(["api://default"]))
    );
    let policies = org.get("/authorizationServers/default/policies").await.body;
    let rules = format!(
        "{SERVERS}/default/policies/{}/rules",
        policies[0]["id"].as_str().unwrap()
    );
    assert_eq!(names(&org.get(&rules).await.body), ["Default Policy Rule"]);
    let (_, _) = server(&org).await;
    let list = org.get("/authorizationServers?limit=1").await;
    assert_eq!(names(&list.body), ["default"]);
    assert_eq!(names(&org.get(&list.link("next").unwrap()).await.body), ["Orders"]);
    assert_eq!(names(&org.get("/authorizationServers?q=orders").await.body), ["Orders"]);
}

#[tokio::test]
async fn scopes_and_claims_have_every_field_and_refuse_what_cannot_be() {
    let org = Org::start(Seed::Empty).await;
    let (_, path) = server(&org).await;
    let scopes = format!("{path}/scopes");
    let (scope, at) = org.make(&scopes, &json!({"name": "orders:read"})).await;
    let shown = org.get(&at).await;
    assert_eq!(
        shown.keys(),
        [
            "id",
            "name",
            "displayName",
            "description",
            "system",
            "metadataPublish",
            "consent",
            "optional",
            "apiResourceId",
            "default",
            "_links"
        ]
    );
    assert_eq!(
        (&scope["consent"], &scope["metadataPublish"]),
        (&json!("IMPLICIT"), &json!("NO_CLIENTS"))
    );
    for name in ["orders:read", "with space", "okta.users.read", ""] {
        assert_eq!(
            org.post(&scopes, &json!({"name": name})).await.code(),
            "E0000001",
            "{name}"
        );
    }
    assert_eq!(org.delete(&at).await.status, 204);
    let first = org.get(&scopes).await.body[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(org.delete(&format!("{scopes}/{first}")).await.code(), "E0000006");

    let claims = format!("{path}/claims");
    let claim = json!({"name": "team", "claimType": "RESOURCE", "valueType": "EXPRESSION", "value": "\"a\""});
    let (made, at) = org.make(&claims, &claim).await;
    assert_eq!(
        (&made["conditions"], &made["alwaysIncludeInToken"]),
        (&json!({"scopes": []}), &json!(true))
    );
    let mut off = claim.clone();
    off["status"] = "INACTIVE".into();
    assert_eq!(org.put(&at, &off).await.body["status"], "INACTIVE");
    assert_eq!(org.post(&claims, &claim).await.code(), "E0000001");
    assert_eq!(org.delete(&at).await.status, 204);
}

#[tokio::test]
async fn policies_and_rules_of_a_server_are_made_and_checked() {
    let org = Org::start(Seed::Empty).await;
    let (_, path) = server(&org).await;
    let clients = json!({"clients": {"include": ["ALL_CLIENTS"]}});
    let policy = json!({"type": "OAUTH_AUTHORIZATION_POLICY", "name": "P", "description": "p", "conditions": clients});
    let (made, policy) = org.make(&format!("{path}/policies"), &policy).await;
    assert_eq!(
        (&made["priority"], &made["type"]),
        (&json!(1), &json!("OAUTH_AUTHORIZATION_POLICY"))
    );
    let rules = format!("{policy}/rules");
    let rule = |grant: &str| {
        let conditions = json!({"grantTypes": {"include": [grant]}, "scopes": {"include": ["*"]}});
        json!({"type": "RESOURCE_ACCESS", "name": "R", "priority": 1, "conditions": conditions})
    };
    let refused = org.post(&rules, &rule("implicit")).await;
    assert_eq!(refused.body["errorSummary"], "Api validation failed: conditions.people");
    let (made, at) = org.make(&rules, &rule("client_credentials")).await;
    assert_eq!(made["conditions"]["people"], json!({"users": {"exclude": []}}));
    assert_eq!(made["actions"]["token"]["accessTokenLifetimeMinutes"], 60);
    assert_eq!(org.act(&format!("{at}/lifecycle/deactivate")).await.status, 204);
    assert_eq!(org.get(&at).await.body["status"], "INACTIVE");
    assert_eq!(org.delete(&at).await.status, 204);
    assert_eq!(org.delete(&policy).await.status, 204);
}

#[tokio::test]
async fn keys_move_on_when_they_are_rotated() {
    let org = Org::start(Seed::Empty).await;
    let (made, path) = server(&org).await;
    let states = |list: &Value| -> Vec<(String, String)> {
        let text = |key: &Value, name: &str| key[name].as_str().unwrap().to_owned();
        list.as_array()
            .unwrap()
            .iter()
            .map(|key| (text(key, "status"), text(key, "kid")))
            .collect()
    };
    let before = states(&org.get(&format!("{path}/credentials/keys")).await.body);
    assert_eq!(made["credentials"]["signing"]["kid"], before[0].1);
    let rotate = format!("{path}/credentials/lifecycle/keyRotate");
    let after = states(&org.post(&rotate, &json!({"use": "sig"})).await.body);
    assert_eq!(
        (after[0].clone(), &after[2].1),
        (("ACTIVE".to_owned(), before[1].1.clone()), &before[0].1)
    );
    assert_eq!(org.get(&path).await.body["credentials"]["signing"]["kid"], after[0].1);
    let url = format!("{}/oauth2/{}/v1/keys", org.sandbox.url(), made["id"].as_str().unwrap());
    assert_eq!(org.get(&url).await.body["keys"].as_array().unwrap().len(), 2);
}

/// A client with a secret, as an app of the org.
async fn client(org: &Org) -> (String, String) {
    let body = json!({
        "client_name": "Warehouse", "application_type": "service", "grant_types": ["client_credentials"],
        "token_endpoint_auth_method": "client_secret_basic", "response_types": ["token"],
    });
    let made = org
        .post(&format!("{}/oauth2/v1/clients", org.sandbox.url()), &body)
        .await
        .body;
    let text = |name: &str| made[name].as_str().unwrap().to_owned();
    (text("client_id"), text("client_secret"))
}

async fn ask(org: &Org, server: &str, path: &str, client: &(String, String), form: &str) -> Answer {
    let request = org
        .client
        .post(format!("{}/oauth2/{server}/v1/{path}", org.sandbox.url()));
    let request = request.basic_auth(&client.0, Some(&client.1));
    let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    answer(request.body(form.to_owned()).send().await.unwrap()).await
}

#[tokio::test]
async fn a_client_gets_a_token_of_a_server_by_its_scopes_policies_and_claims() {
    let org = Org::start(Seed::Empty).await;
    let (made, path) = server(&org).await;
    let id = made["id"].as_str().unwrap();
    let client = client(&org).await;
    org.make(&format!("{path}/scopes"), &json!({"name": "orders:read"}))
        .await;
    let claim = json!({"name": "team", "claimType": "RESOURCE", "valueType": "EXPRESSION", "value": "\"north\""});
    org.make(&format!("{path}/claims"), &claim).await;
    let form = "grant_type=client_credentials&scope=orders:read";
    let refused = ask(&org, id, "token", &client, form).await;
    assert_eq!((refused.status, &refused.body["error"]), (400, &json!("access_denied")));

    let clients = json!({"clients": {"include": [client.0]}});
    let policy = json!({"name": "P", "description": "p", "conditions": clients});
    let (_, policy) = org.make(&format!("{path}/policies"), &policy).await;
    let conditions = json!({
        "grantTypes": {"include": ["client_credentials"]}, "scopes": {"include": ["orders:read"]},
    });
    let actions = json!({"token": {"accessTokenLifetimeMinutes": 5}});
    let rule = json!({"name": "R", "conditions": conditions, "actions": actions});
    org.make(&format!("{policy}/rules"), &rule).await;
    let got = ask(&org, id, "token", &client, form).await;
    assert_eq!(
        (got.status, &got.body["expires_in"]),
        (200, &json!(300)),
        "{}",
        got.body
    );
    let token = got.body["access_token"].as_str().unwrap();
    let claims = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap();
    let claims: Value = serde_json::from_slice(&claims).unwrap();
    assert_eq!(
        (&claims["aud"], &claims["team"]),
        (&json!("api://orders"), &json!("north"))
    );
    assert_eq!((&claims["iss"], &claims["sub"]), (&made["issuer"], &json!(client.0)));
    let told = ask(&org, id, "introspect", &client, &format!("token={token}"))
        .await
        .body;
    assert_eq!((&told["active"], &told["scope"]), (&json!(true), &json!("orders:read")));
    let other = ask(&org, "default", "introspect", &client, &format!("token={token}"))
        .await
        .body;
    assert_eq!(other, json!({"active": false}));
    let wrong = ask(
        &org,
        id,
        "token",
        &client,
        "grant_type=client_credentials&scope=nothing",
    )
    .await;
    assert_eq!(wrong.body["error"], "invalid_scope");
    let api = org
        .client
        .get(org.url("/users"))
        .bearer_auth(token)
        .send()
        .await
        .unwrap();
    assert_eq!(api.status(), 401);
    let about = format!(
        "{}/oauth2/{id}/.well-known/oauth-authorization-server",
        org.sandbox.url()
    );
    assert_eq!(org.get(&about).await.body["issuer"], made["issuer"]);
}
