//! Identity providers, the certificates they sign with, and the mappings of their attributes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use joinery_sandbox::Seed;
use serde_json::{Value, json};

use crate::org::Org;

fn oidc(name: &str) -> Value {
    json!({
        "type": "OIDC", "name": name, "protocol": {
            "type": "OIDC", "scopes": ["openid"], "issuer": {"url": "https://id.example"},
            "endpoints": {
                "token": {"url": "https://id.example/token"},
                "authorization": {"url": "https://id.example/authorize", "binding": "HTTP-REDIRECT"},
            },
            "credentials": {"client": {"client_id": "me", "client_secret": "s3cret"}},
        },
        "policy": {"accountLink": {"action": "DISABLED"}},
    })
}

#[tokio::test]
async fn an_openid_provider_is_completed_switched_and_deleted() {
    let org = Org::start(Seed::Empty).await;
    let (made, path) = org.make("/idps", &oidc("Partner")).await;
    let got = org.get(&path).await;
    assert_eq!(
        got.keys(),
        [
            "id",
            "issuerMode",
            "name",
            "status",
            "created",
            "lastUpdated",
            "protocol",
            "policy",
            "type",
            "_links"
        ]
    );
    assert_eq!(made["protocol"]["endpoints"]["token"]["binding"], "HTTP-POST");
    assert_eq!(
        made["policy"]["accountLink"],
        json!({"filter": null, "action": "DISABLED"})
    );
    assert_eq!(made["policy"]["subject"]["matchType"], "USERNAME");
    assert_eq!(made["_links"]["authorize"]["templated"], true);
    let off = org.act(&format!("{path}/lifecycle/deactivate")).await;
    assert_eq!((off.status, &off.body["status"]), (200, &json!("INACTIVE")));
    assert_eq!(org.put(&path, &oidc("Renamed")).await.body["name"], "Renamed");
    let list = org.get("/idps?type=OIDC&q=ren").await;
    assert_eq!(list.body.as_array().unwrap().len(), 1);
    assert!(list.link("self").unwrap().contains("/idps?limit=20"));
    assert_eq!(org.get(&format!("{path}/users")).await.body, json!([]));
    assert_eq!(org.delete(&path).await.status, 204);
    assert!(
        org.get(&path).await.body["errorSummary"]
            .as_str()
            .unwrap()
            .ends_with("(IdpTrust)")
    );
    let events = org.events().await;
    let expected = [
        "system.idp.lifecycle.delete",
        "system.idp.lifecycle.update",
        "system.idp.lifecycle.deactivate",
    ];
    assert_eq!(events[..3], expected);
}

#[tokio::test]
async fn a_provider_brings_a_mapping_that_can_be_changed() {
    let org = Org::start(Seed::Empty).await;
    let (idp, path) = org.make("/idps", &oidc("Partner")).await;
    let id = idp["id"].as_str().unwrap();
    let list = org.get(&format!("/mappings?limit=200&sourceId={id}")).await;
    assert!(list.link("self").unwrap().ends_with("/mappings?limit=200"));
    assert_eq!(
        (&list.body[0]["source"]["id"], list.body[0].get("properties")),
        (&idp["id"], None)
    );
    let mapping = format!("/mappings/{}", list.body[0]["id"].as_str().unwrap());
    let change = json!({"properties": {"city": null, "title": {"expression": "appuser.title", "pushStatus": "PUSH"}}});
    let changed = org.post(&mapping, &change).await.body;
    assert_eq!(changed["properties"]["title"]["pushStatus"], "PUSH");
    assert!(changed["properties"].get("city").is_none());
    let wrong = json!({"properties": {"shoeSize": {"expression": "appuser.shoe"}}});
    assert_eq!(org.post(&mapping, &wrong).await.code(), "E0000001");
    org.delete(&path).await;
    assert_eq!(org.get(&mapping).await.status, 404);
}

fn der(tag: u8, content: &[&[u8]]) -> Vec<u8> {
    let content = content.concat();
    let length = u8::try_from(content.len()).unwrap();
    [
        &if length < 0x80 {
            vec![tag, length]
        } else {
            vec![tag, 0x81, length]
        },
        &content[..],
    ]
    .concat()
}

/// As much of a certificate as Okta looks at.
fn certificate() -> Vec<u8> {
    let (list, number, empty) = (0x30, 0x02, der(0x30, &[]));
    let numbers = der(list, &[&der(number, &[&[0, 0xC1, 7]]), &der(number, &[&[1, 0, 1]])]);
    let key = der(list, &[&empty, &der(0x03, &[&[0], &numbers])]);
    let times = der(
        list,
        &[&der(0x17, &[b"230815234516Z"]), &der(0x17, &[b"330815234616Z"])],
    );
    let body = der(list, &[&der(number, &[&[1]]), &empty, &empty, &times, &empty, &key]);
    der(list, &[&body])
}

#[tokio::test]
async fn a_saml_provider_trusts_an_uploaded_certificate() {
    let org = Org::start(Seed::Empty).await;
    let upload = json!({"x5c": [STANDARD.encode(certificate())]});
    let key = org.post("/idps/credentials/keys", &upload).await.body;
    assert_eq!(
        (&key["e"], &key["expiresAt"]),
        (&json!("AQAB"), &json!("2033-08-15T23:46:16.000Z"))
    );
    let kid = key["kid"].as_str().unwrap();
    let path = format!("/idps/credentials/keys/{kid}");
    assert_eq!(org.get(&path).await.body, key);
    assert_eq!(org.post("/idps/credentials/keys", &upload).await.code(), "E0000096");
    assert_eq!(
        org.post("/idps/credentials/keys", &json!({"x5c": ["bm9uZQ=="]}))
            .await
            .code(),
        "E0000001"
    );

    let mut saml = json!({
        "type": "SAML2", "name": "Partner", "protocol": {
            "type": "SAML2", "endpoints": {"sso": {"url": "https://id.example/sso", "binding": "HTTP-POST"}},
            "credentials": {"trust": {"issuer": "https://id.example", "kid": kid}},
        },
    });
    let (made, idp) = org.make("/idps", &saml).await;
    assert!(made.get("issuerMode").is_none() && made["policy"]["mapAMRClaims"] == false);
    let trust = &made["protocol"]["credentials"]["trust"];
    assert!(trust["audience"].is_string() && trust["revocation"].is_null());
    let again = org.put(&idp, &saml).await.body;
    assert_eq!(again["protocol"]["credentials"], made["protocol"]["credentials"]);
    assert_eq!(org.delete(&path).await.code(), "E0000001");
    org.delete(&idp).await;
    assert_eq!(org.delete(&path).await.status, 204);
    saml["protocol"]["credentials"]["trust"]["kid"] = Value::Null;
    assert_eq!(org.post("/idps", &saml).await.code(), "E0000001");
}

#[tokio::test]
async fn a_social_provider_knows_its_endpoints() {
    let org = Org::start(Seed::Empty).await;
    let client = json!({"client": {"client_id": "me", "client_secret": "s3cret"}});
    let protocol = json!({"type": "OAUTH2", "scopes": ["email"], "credentials": client});
    let (made, _) = org
        .make(
            "/idps",
            &json!({"type": "FACEBOOK", "name": "Social", "protocol": protocol}),
        )
        .await;
    let url = made["protocol"]["endpoints"]["authorization"]["url"].as_str().unwrap();
    assert!(url.starts_with("https://www.facebook.com/"), "{url}");
}
