//! Tokens for service apps: discovery, registration, the assertion and the proof of possession.

use joinery_sandbox::Seed;
use reqwest::Method;
use serde_json::json;

use crate::org::Org;
use crate::signer::{Client, Key, claims, hash, now};

#[tokio::test]
async fn a_service_app_gets_a_token_that_the_published_key_signed() {
    let org = Org::start(Seed::Empty).await;
    let client = Client::service(&org, Key::rsa(), false, &["okta.users.read", "okta.groups.read"]).await;
    let about = org
        .get(&format!("{}/.well-known/openid-configuration", org.sandbox.url()))
        .await;
    assert_eq!(about.body["token_endpoint"], client.endpoint());

    let given = client
        .ask(&client.assertion(), "okta.users.read okta.groups.read", None)
        .await;
    assert_eq!(given.status, 200, "{}", given.body);
    assert_eq!(given.body["token_type"], "Bearer");
    assert_eq!(given.body["expires_in"], 3600);
    assert_eq!(given.body["scope"], "okta.users.read okta.groups.read");
    let token = given.body["access_token"].as_str().unwrap();
    let said = claims(token);
    assert_eq!(
        (&said["iss"], &said["aud"]),
        (&json!(org.sandbox.url()), &json!(org.sandbox.url()))
    );
    assert_eq!((&said["sub"], &said["cid"]), (&json!(client.id), &json!(client.id)));
    assert_eq!(said["scp"], json!(["okta.users.read", "okta.groups.read"]));
    assert!(said["jti"].as_str().unwrap().starts_with("AT."));

    let keys = org.get(&format!("{}/oauth2/v1/keys", org.sandbox.url())).await;
    let key = &keys.body["keys"][0];
    let bytes = |text: &str| {
        use base64::Engine as _;
        base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text).unwrap()
    };
    let (message, signature) = token.rsplit_once('.').unwrap();
    ring::signature::RsaPublicKeyComponents {
        n: bytes(key["n"].as_str().unwrap()),
        e: bytes(key["e"].as_str().unwrap()),
    }
    .verify(
        &ring::signature::RSA_PKCS1_2048_8192_SHA256,
        message.as_bytes(),
        &bytes(signature),
    )
    .unwrap();
}

#[tokio::test]
async fn every_claim_of_an_assertion_is_checked() {
    let org = Org::start(Seed::Empty).await;
    let client = Client::service(&org, Key::elliptic(), false, &["okta.users.read"]).await;
    let ask = async |assertion: &str| {
        let refused = client.ask(assertion, "okta.users.read", None).await;
        assert_eq!(
            (refused.status, &refused.body["error"]),
            (401, &json!("invalid_client"))
        );
        refused.body["error_description"].as_str().unwrap().to_owned()
    };
    for (claim, value, text) in [
        (
            "iss",
            json!("0oa_nobody"),
            "The issuer claim for client_assertion is not a valid client_id.",
        ),
        (
            "sub",
            json!("0oa_nobody"),
            "The subject claim for client_assertion is not a valid client_id.",
        ),
        (
            "aud",
            json!("https://elsewhere.example/token"),
            "The audience claim for client_assertion must be the endpoint invoked for the request.",
        ),
        (
            "exp",
            json!(null),
            "The client_assertion must contain the 'exp' claim as seconds since epoch.",
        ),
        ("exp", json!(now() - 5), "The client_assertion token is expired."),
        (
            "exp",
            json!(now() + 3700),
            "The client_assertion token has an expiration too far into the future.",
        ),
        (
            "iat",
            json!(now() + 60),
            "The client_assertion token must be issued before the current time.",
        ),
    ] {
        let mut wrong = client.assertion_claims();
        wrong[claim] = value;
        assert_eq!(ask(&client.key.sign(json!({}), &wrong)).await, text);
    }
    let good = client.assertion_claims();
    assert_eq!(ask("nothing").await, "The parsing of the client_assertion failed.");
    assert_eq!(
        ask(&Key::elliptic().sign(json!({}), &good)).await,
        "The client_assertion signature is invalid."
    );
    assert_eq!(
        ask(&client.key.sign(json!({"kid": "other"}), &good)).await,
        "The client_assertion JWT kid is invalid."
    );
    let used = client.assertion();
    assert_eq!(client.ask(&used, "okta.users.read", None).await.status, 200);
    assert_eq!(ask(&used).await, "The client_assertion token has already been used.");
    let secret = [
        ("grant_type", "client_credentials"),
        ("client_id", &client.id),
        ("client_secret", "x"),
    ];
    let refused = org.form("token", &secret, None).await;
    assert!(
        refused.body["error_description"]
            .as_str()
            .unwrap()
            .contains("must use the private_key_jwt")
    );
}

#[tokio::test]
async fn scopes_have_to_be_granted_and_named() {
    let org = Org::start(Seed::Empty).await;
    let client = Client::service(&org, Key::elliptic(), false, &["okta.users.read"]).await;
    for (scope, text) in [
        ("", "No scopes were requested."),
        ("openid", "Cannot request 'openid' scopes using client credentials."),
        (
            "okta.nothing.read",
            "One or more scopes are not configured for the authorization server resource.",
        ),
        (
            "okta.users.read okta.groups.read",
            "The requested scope is invalid, unknown, malformed, or exceeds the scope granted by the resource owner.",
        ),
    ] {
        let refused = client.ask(&client.assertion(), scope, None).await;
        assert_eq!(
            (refused.status, &refused.body["error"]),
            (400, &json!("invalid_scope")),
            "{scope}"
        );
        assert_eq!(refused.body["error_description"], text);
    }
}

#[tokio::test]
async fn a_bound_token_takes_a_nonce_and_a_fresh_proof_for_each_call() {
    let org = Org::start(Seed::Demo).await;
    let client = Client::service(&org, Key::elliptic(), true, &["okta.users.read"]).await;
    client.give_role("READ_ONLY_ADMIN").await;
    let key = Key::elliptic();
    let ask = async |proof: Option<String>| {
        client
            .ask(&client.assertion(), "okta.users.read", proof.as_deref())
            .await
    };

    let missing = ask(None).await;
    assert_eq!(
        (missing.status, &missing.body["error"]),
        (400, &json!("invalid_dpop_proof"))
    );
    assert_eq!(
        missing.body["error_description"],
        "The DPoP proof JWT header is missing."
    );
    let without = ask(Some(key.proof("POST", &client.endpoint(), json!({})))).await;
    assert_eq!(
        (without.status, &without.body["error"]),
        (400, &json!("use_dpop_nonce"))
    );
    let nonce = without.header("dpop-nonce").to_owned();
    let given = ask(Some(key.proof("POST", &client.endpoint(), json!({"nonce": nonce})))).await;
    assert_eq!(
        (given.status, &given.body["token_type"]),
        (200, &json!("DPoP")),
        "{}",
        given.body
    );
    assert_eq!(given.header("dpop-nonce"), nonce);
    let token = given.body["access_token"].as_str().unwrap().to_owned();
    let public = key.public();
    let thumbprint = hash(&format!(
        r#"{{"crv":"P-256","kty":"EC","x":{},"y":{}}}"#,
        public["x"], public["y"]
    ));
    assert_eq!(claims(&token)["cnf"]["jkt"], json!(thumbprint));

    let url = org.url("/users");
    let ath = json!({"ath": hash(&token)});
    let call = async |scheme: &str, proof: Option<&str>| {
        org.call(Method::GET, "/users?limit=2", &format!("{scheme} {token}"), proof)
            .await
    };
    let good = key.proof("GET", &url, ath.clone());
    let listed = call("DPoP", Some(&good)).await;
    assert_eq!(
        (listed.status, listed.body.as_array().map(Vec::len)),
        (200, Some(2)),
        "{}",
        listed.body
    );
    for (scheme, proof, text) in [
        (
            "Bearer",
            None,
            "The resource request must use the DPoP authentication scheme when using a DPoP bound token.",
        ),
        ("DPoP", None, "The resource request requires a DPoP proof."),
        ("DPoP", Some(good), "The DPoP proof JWT has already been used."),
        (
            "DPoP",
            Some(key.proof("POST", &url, ath.clone())),
            "'htm' claim in the DPoP proof JWT is invalid.",
        ),
        (
            "DPoP",
            Some(key.proof("GET", &org.url("/groups"), ath.clone())),
            "'htu' claim in the DPoP proof JWT is invalid.",
        ),
        (
            "DPoP",
            Some(key.proof("GET", &url, json!({}))),
            "'ath' claim in the DPoP proof does not match the presented access_token.",
        ),
        (
            "DPoP",
            Some(Key::elliptic().proof("GET", &url, ath.clone())),
            "The access_token is not bound to the provided DPoP proof.",
        ),
        (
            "DPoP",
            Some(key.proof("GET", &url, json!({"ath": hash(&token), "iat": now() - 400}))),
            "The DPoP proof JWT is issued more than five minutes in the past.",
        ),
    ] {
        let refused = call(scheme, proof.as_deref()).await;
        assert_eq!(refused.status, 400, "{text}");
        let challenge = refused.header("www-authenticate");
        assert!(
            challenge.contains(&format!("error_description=\"{text}\"")),
            "{challenge}"
        );
        assert!(challenge.ends_with("resource=\"/api/v1/users\""), "{challenge}");
        assert!(challenge.starts_with(scheme), "{challenge}");
    }
}
