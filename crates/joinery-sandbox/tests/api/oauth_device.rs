//! Devices that get tokens by a code their users enter elsewhere, and what claims of an authorization server say of them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use joinery_sandbox::Seed;
use reqwest::header;
use serde_json::{Value, json};

use crate::org::{Answer, Org, answer};

const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

async fn client(org: &Org) -> String {
    let body = json!({
        "client_name": "Telly", "application_type": "native", "token_endpoint_auth_method": "none",
        "grant_types": [GRANT, "refresh_token"], "response_types": ["code"],
    });
    let made = org
        .post(&format!("{}/oauth2/v1/clients", org.sandbox.url()), &body)
        .await;
    made.body["client_id"].as_str().unwrap().to_owned()
}

async fn post(org: &Org, path: &str, form: &[(&str, &str)]) -> Answer {
    let body = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(form)
        .finish();
    let request = org.client.post(format!("{}{path}", org.sandbox.url()));
    let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    answer(request.body(body).send().await.unwrap()).await
}

fn claims(token: &Value) -> Value {
    let claims = token.as_str().unwrap().split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap()
}

#[tokio::test]
async fn a_device_waits_is_slowed_down_and_gets_tokens_once() {
    let org = Org::start(Seed::Empty).await;
    let client = client(&org).await;
    let scope = ("scope", "openid offline_access");
    let begun = post(&org, "/oauth2/v1/device/authorize", &[("client_id", &client), scope]).await;
    assert_eq!(
        (begun.status, begun.keys()),
        (
            200,
            vec![
                "device_code",
                "user_code",
                "verification_uri",
                "verification_uri_complete",
                "expires_in",
                "interval"
            ]
        )
    );
    let (code, user_code) = (
        begun.body["device_code"].as_str().unwrap(),
        begun.body["user_code"].as_str().unwrap(),
    );
    let form = [
        ("client_id", client.as_str()),
        ("grant_type", GRANT),
        ("device_code", code),
    ];
    let poll = async || {
        let got = post(&org, "/oauth2/v1/token", &form).await;
        (
            got.status,
            got.body["error"].as_str().unwrap_or_default().to_owned(),
            got.body,
        )
    };
    assert_eq!(poll().await.1, "authorization_pending");
    assert_eq!(poll().await.1, "slow_down");
    org.post(
        &format!("{}/sandbox/clock/advance", org.sandbox.url()),
        &json!({"by": "11s"}),
    )
    .await;
    assert_eq!(poll().await.1, "authorization_pending");

    let page = org
        .client
        .get(begun.body["verification_uri_complete"].as_str().unwrap());
    let page = page.send().await.unwrap().text().await.unwrap();
    assert!(page.contains(&format!("value=\"{user_code}\"")), "{page}");
    let person = ("username", "admin@acme.example");
    let wrong = post(&org, "/activate", &[("user_code", "NOTACODE"), person]).await;
    assert!(wrong.body.to_string().contains("The code is wrong or has expired"));
    let lower = user_code.to_lowercase();
    let right = post(&org, "/activate", &[("user_code", &lower), person]).await;
    assert!(right.body.to_string().contains("Device activated"), "{}", right.body);
    let (status, _, tokens) = poll().await;
    assert_eq!(
        (status, &tokens["scope"]),
        (200, &json!("openid offline_access")),
        "{tokens}"
    );
    assert_eq!(claims(&tokens["access_token"])["sub"], "admin@acme.example");
    assert!(tokens["id_token"].is_string() && tokens["refresh_token"].is_string());
    assert_eq!(poll().await.1, "invalid_grant", "a code is good once");
}

#[tokio::test]
async fn a_device_code_ends_and_a_client_without_the_grant_gets_none() {
    let org = Org::start(Seed::Empty).await;
    let client = client(&org).await;
    let begin = [("client_id", client.as_str()), ("scope", "openid")];
    let begun = post(&org, "/oauth2/v1/device/authorize", &begin).await.body;
    org.post(
        &format!("{}/sandbox/clock/advance", org.sandbox.url()),
        &json!({"by": "10m"}),
    )
    .await;
    let code = begun["device_code"].as_str().unwrap();
    let form = [
        ("client_id", client.as_str()),
        ("grant_type", GRANT),
        ("device_code", code),
    ];
    let late = post(&org, "/oauth2/v1/token", &form).await;
    assert_eq!((late.status, &late.body["error"]), (400, &json!("expired_token")));
    let body = json!({
        "client_name": "Desk", "application_type": "native", "token_endpoint_auth_method": "none",
        "grant_types": ["authorization_code"], "redirect_uris": ["http://127.0.0.1/back"], "response_types": ["code"],
    });
    let other = org
        .post(&format!("{}/oauth2/v1/clients", org.sandbox.url()), &body)
        .await
        .body;
    let begin = [("client_id", other["client_id"].as_str().unwrap()), ("scope", "openid")];
    let refused = post(&org, "/oauth2/v1/device/authorize", &begin).await;
    assert_eq!(refused.body["error"], "unauthorized_client");
}

#[tokio::test]
async fn claims_of_groups_and_expressions_stand_in_the_tokens_of_a_user() {
    let org = Org::start(Seed::Empty).await;
    let server = "/authorizationServers/default";
    let me = org.get("/users/me").await.body["id"].as_str().unwrap().to_owned();
    for name in ["Sales North", "Sales South", "Cooks"] {
        let (_, group) = org.make("/groups", &json!({"profile": {"name": name}})).await;
        assert_eq!(org.put(&format!("{group}/users/{me}"), &json!({})).await.status, 204);
    }
    for (name, kind, filter, value) in [
        ("sales", "GROUPS", Some("STARTS_WITH"), "Sales"),
        ("south", "GROUPS", Some("REGEX"), ".*South"),
        ("none", "GROUPS", Some("EQUALS"), "Nobody"),
        ("short", "EXPRESSION", None, "String.substringBefore(user.login, \"@\")"),
        (
            "cook",
            "EXPRESSION",
            None,
            "isMemberOfGroupName(\"Cooks\") ? \"yes\" : \"no\"",
        ),
    ] {
        let mut claim = json!({"name": name, "claimType": "RESOURCE", "valueType": kind, "value": value});
        if let Some(filter) = filter {
            claim["group_filter_type"] = filter.into();
        }
        org.make(&format!("{server}/claims"), &claim).await;
    }
    let client = client(&org).await;
    let begin = [("client_id", client.as_str()), ("scope", "openid")];
    let begun = post(&org, "/oauth2/default/v1/device/authorize", &begin).await.body;
    let user_code = begun["user_code"].as_str().unwrap();
    post(&org, "/activate", &[("user_code", user_code), ("username", "admin")]).await;
    let form = [
        ("client_id", client.as_str()),
        ("grant_type", GRANT),
        ("device_code", begun["device_code"].as_str().unwrap()),
    ];
    let policies = org.get(&format!("{server}/policies")).await.body;
    let rules = format!("{server}/policies/{}/rules", policies[0]["id"].as_str().unwrap());
    let mut rule = org.get(&rules).await.body[0].clone();
    let grants = rule["conditions"]["grantTypes"]["include"].as_array_mut().unwrap();
    grants.push(GRANT.into());
    let changed = org
        .put(&format!("{rules}/{}", rule["id"].as_str().unwrap()), &rule)
        .await;
    assert_eq!(changed.status, 200, "{}", changed.body);
    let tokens = post(&org, "/oauth2/default/v1/token", &form).await.body;
    let claims = claims(&tokens["access_token"]);
    assert_eq!(claims["sales"], json!(["Sales North", "Sales South"]));
    assert_eq!(claims["south"], json!(["Sales South"]));
    assert_eq!((&claims["short"], &claims["cook"]), (&json!("admin"), &json!("yes")));
    assert!(claims.get("none").is_none());
}
