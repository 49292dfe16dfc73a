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
async fn an_app_shows_the_logo_that_was_uploaded() {
    let org = Org::start(Seed::Empty).await;
    let (made, path) = org.make("/apps", &bookmark("Wiki")).await;
    let logo = format!("{path}/logo");
    assert_eq!(made["_links"]["logo"][0]["type"], "image/png");
    let uploaded = org.upload(&logo, b"GIF89a image").await;
    assert_eq!((uploaded.status, &uploaded.body), (201, &Value::Null));
    let shown = org.get(&path).await.body["_links"]["logo"][0].clone();
    assert_eq!(shown["type"], "image/gif");
    let served = reqwest::get(shown["href"].as_str().unwrap()).await.unwrap();
    assert_eq!(served.headers()["content-type"], "image/gif");
    assert_eq!(served.bytes().await.unwrap(), "GIF89a image");
    org.put(&path, &bookmark("Handbook")).await;
    assert_eq!(org.get(&path).await.body["_links"]["logo"][0], shown);

    let text = org.upload(&logo, b"%PDF-1.7").await;
    assert_eq!((text.status, text.code()), (400, "E0000001"));
    assert_eq!(
        text.cause(),
        "file: The file must be in one of these formats: PNG, JPG, SVG, GIF"
    );
    let large = org
        .upload(&logo, &[b"GIF89a".as_slice(), &vec![0; 1024 * 1024]].concat())
        .await;
    assert_eq!(large.cause(), "file: The file must be smaller than 1024 kB");
    assert_eq!(
        org.upload(&logo, b"").await.cause(),
        "file: The field cannot be left blank"
    );
    assert_eq!(org.post(&logo, &json!({})).await.code(), "E0000021");
    assert_eq!(org.upload("/apps/nothing/logo", b"GIF89a").await.code(), "E0000007");

    org.upload(&logo, b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>").await;
    let replaced = reqwest::get(shown["href"].as_str().unwrap()).await.unwrap();
    assert_eq!(replaced.status(), 404);
    assert_eq!(events(&org, "application.lifecycle.update").await.len(), 3);
}

#[tokio::test]
async fn an_oidc_client_keeps_its_secret_when_replaced_and_a_public_one_has_none() {
    let org = Org::start(Seed::Empty).await;
    let body = json!({"name": "oidc_client", "label": "Web", "signOnMode": "OPENID_CONNECT",
        "settings": {"oauthClient": {"redirect_uris": ["https://example.com/cb"]}}});
    let made = org.post("/apps", &body).await;
    let client = &made.body["credentials"]["oauthClient"];
    assert_eq!(client["client_id"], made.body["id"]);
    let secret = client["client_secret"].as_str().unwrap();
    let path = format!("/apps/{}", made.body["id"].as_str().unwrap());
    let again = org.send(Method::PUT, &path, Some(&body)).await;
    assert_eq!(again.body["credentials"]["oauthClient"].get("client_secret"), None);
    let secrets = org.get(&format!("{path}/credentials/secrets")).await;
    assert_eq!(secrets.body[0]["client_secret"], secret);
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
    let twice = org.post(&format!("/apps/{app}/users"), &json!({"id": ann})).await;
    assert_eq!((twice.status, twice.code()), (409, "E0000062"));
    let changed = json!({"credentials": {"userName": "annie", "password": {"value": "Other-w0rds"}}});
    let changed = org.post(&format!("/apps/{app}/users/{ann}"), &changed).await;
    assert_eq!(changed.body["credentials"], json!({"userName": "annie"}));
    assert!(changed.body["passwordChanged"].is_string());
    let by_group = org
        .send(Method::PUT, &format!("/apps/{app}/groups/{group}"), None)
        .await;
    assert_eq!((by_group.status, &by_group.body["priority"]), (200, &json!(0)));

    let patch = json!([{"op": "replace", "path": "/priority", "value": 3}]);
    let patched = org
        .send(Method::PATCH, &format!("/apps/{app}/groups/{group}"), Some(&patch))
        .await;
    assert_eq!((patched.status, &patched.body["priority"]), (200, &json!(3)));
    let expanded = org.get(&format!("/apps/{app}/groups/{group}?expand=group")).await;
    assert_eq!(expanded.body["_embedded"]["group"]["profile"]["name"], "Cooks");
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
    let second = org.post("/apps", &bookmark("Menu")).await.body["id"].clone();
    let second = format!("/apps/{}/groups/{group}", second.as_str().unwrap());
    org.send(Method::PUT, &second, None).await;
    let page = org.get(&format!("/groups/{group}/apps?limit=1")).await;
    let page = org.get(&page.link("next").unwrap()).await;
    assert_eq!((&page.body[0]["label"], page.link("next")), (&json!("Menu"), None));
    assert_eq!(org.delete(&second).await.status, 204);
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
    assert_eq!(events(&org, "group.application_assignment").await.len(), 4);
}

#[tokio::test]
async fn an_app_of_each_kind_shows_what_okta_fills_in() {
    let org = Org::start(Seed::Empty).await;
    let swa = json!({"name": "template_swa", "label": "Portal", "signOnMode": "BROWSER_PLUGIN",
        "credentials": {"userName": "", "password": {}, "userNameTemplate": {"template": "user.firstName", "type": "CUSTOM"}},
        "settings": {"app": {"url": "https://example.com/login", "usernameField": "u", "passwordField": "p"}}});
    let swa = org.post("/apps", &swa).await.body;
    assert_eq!(swa["settings"]["app"]["loginUrlRegex"], Value::Null);
    let template = json!({"template": "user.firstName", "type": "CUSTOM", "pushStatus": "DONT_PUSH"});
    let credentials = json!({"scheme": "EDIT_USERNAME_AND_PASSWORD", "userNameTemplate": template,
        "revealPassword": false, "signing": {}});
    assert_eq!(swa["credentials"], credentials);

    let auto = json!({"label": "My Tool", "signOnMode": "AUTO_LOGIN",
        "settings": {"signOn": {"loginUrl": "https://example.com/login"}}});
    let auto = org.post("/apps", &auto).await.body;
    assert_eq!(auto["name"], "acme_mytool_1");
    assert_eq!(auto["visibility"]["appLinks"], json!({"acme_mytool_1_link": true}));
    assert_eq!(
        auto["settings"]["signOn"],
        json!({"redirectUrl": null, "loginUrl": "https://example.com/login"})
    );

    let saml = json!({"label": "My Tool", "signOnMode": "SAML_2_0", "settings": {"signOn": {
        "ssoAcsUrl": "https://example.com/acs", "audienceOverride": "", "allowMultipleAcsEndpoints": true,
        "acsEndpoints": [{"url": "https://example.com"}, {"url": "https://example.org"}]}}});
    let saml = org.post("/apps", &saml).await.body;
    assert_eq!(saml["name"], "acme_mytool_2");
    let sign_on = &saml["settings"]["signOn"];
    assert_eq!(sign_on.get("audienceOverride"), None);
    assert_eq!(
        sign_on["acsEndpoints"][1],
        json!({"url": "https://example.org", "index": 1})
    );
    assert_eq!(sign_on["slo"], json!({"enabled": false}));
    for (field, body) in [
        ("loginUrl", json!({"label": "x", "signOnMode": "AUTO_LOGIN"})),
        ("targetURL", json!({"label": "x", "name": "template_swa3field"})),
        (
            "authURL",
            json!({"label": "x", "name": "template_basic_auth", "settings": {"app": {"url": "https://x"}}}),
        ),
        ("signOnMode", json!({"label": "x", "signOnMode": "TELEPATHY"})),
    ] {
        let refused = org.post("/apps", &body).await;
        assert_eq!((refused.status, refused.code()), (400, "E0000001"));
        assert!(refused.cause().contains(field), "{}", refused.cause());
    }
}

#[tokio::test]
async fn a_saml_app_signs_with_keys_and_publishes_its_certificate() {
    let org = Org::start(Seed::Empty).await;
    let saml = json!({"label": "Saml", "signOnMode": "SAML_2_0", "settings": {"signOn": {}}});
    let app = org.post("/apps", &saml).await.body;
    let path = format!("/apps/{}", app["id"].as_str().unwrap());
    let kid = app["credentials"]["signing"]["kid"].as_str().unwrap();
    let keys = org.get(&format!("{path}/credentials/keys")).await.body;
    assert_eq!(keys[0]["kid"], kid);
    let certificate = keys[0]["x5c"][0].as_str().unwrap();
    let metadata = org
        .client
        .get(org.url(&format!("{path}/sso/saml/metadata")))
        .header("authorization", format!("SSWS {}", org.sandbox.token()))
        .header("accept", "application/xml");
    let metadata = metadata.send().await.unwrap().text().await.unwrap();
    assert!(metadata.starts_with("<?xml") && metadata.contains(certificate));
    let refused = org.get(&format!("{path}/sso/saml/metadata")).await;
    assert_eq!((refused.status, refused.code()), (400, "E0000019"));

    let made = org
        .act(&format!("{path}/credentials/keys/generate?validityYears=2"))
        .await;
    assert_eq!(made.status, 201);
    let own = made.body["kid"].as_str().unwrap();
    let shown = org.get(&format!("{path}/credentials/keys/{own}")).await;
    assert_eq!(shown.body, made.body);
    let mut rotated = saml.clone();
    rotated["credentials"] = json!({"signing": {"kid": own}});
    let rotated = org.send(Method::PUT, &path, Some(&rotated)).await;
    assert_eq!(rotated.body["credentials"]["signing"]["kid"], own);
    let other = org.post("/apps", &saml).await.body["id"].as_str().unwrap().to_owned();
    let cloned = org
        .act(&format!("{path}/credentials/keys/{own}/clone?targetAid={other}"))
        .await;
    assert_eq!((cloned.status, &cloned.body["kid"]), (201, &json!(own)));
    let years = org
        .act(&format!("{path}/credentials/keys/generate?validityYears=1"))
        .await;
    assert_eq!(years.code(), "E0000001");
}

#[tokio::test]
async fn a_certificate_signed_elsewhere_answers_a_request() {
    use base64::Engine as _;
    let org = Org::start(Seed::Empty).await;
    let saml = json!({"label": "Saml", "signOnMode": "SAML_2_0"});
    let app = org.post("/apps", &saml).await.body;
    let path = format!("/apps/{}/credentials/csrs", app["id"].as_str().unwrap());
    let asked = json!({"subject": {"countryName": "US", "commonName": "SP Issuer"},
        "subjectAltNames": {"dnsNames": ["dev.example.com"]}});
    let asked = org.post(&path, &asked).await;
    assert_eq!(asked.status, 201);
    let own = format!("{path}/{}", asked.body["id"].as_str().unwrap());
    assert_eq!(org.get(&own).await.body["csr"], asked.body["csr"]);
    let wrong = org
        .post(&format!("{own}/lifecycle/publish"), &json!("no certificate"))
        .await;
    assert_eq!((wrong.status, wrong.code()), (400, "E0000001"));
    // The request holds the public key: wrapped like a certificate it passes for one here.
    let request = asked.body["csr"].as_str().unwrap();
    let bytes = base64::engine::general_purpose::STANDARD.decode(request).unwrap();
    let published = org
        .client
        .post(org.url(&format!("{own}/lifecycle/publish")))
        .header("authorization", format!("SSWS {}", org.sandbox.token()))
        .header("content-type", "application/pkix-cert")
        .body(bytes);
    let published = crate::org::answer(published.send().await.unwrap()).await;
    assert_eq!((published.status, &published.body["x5c"][0]), (201, &json!(request)));
    assert_eq!(org.get(&own).await.code(), "E0000007");
}

#[tokio::test]
async fn a_client_has_two_secrets_at_most_and_one_in_use_at_least() {
    let org = Org::start(Seed::Empty).await;
    let body = json!({"name": "oidc_client", "label": "Web", "signOnMode": "OPENID_CONNECT",
        "credentials": {"oauthClient": {"client_id": "my_own_client", "client_secret": "my-own-secret"}},
        "settings": {"oauthClient": {"redirect_uris": ["https://example.com/cb"]}}});
    let app = org.post("/apps", &body).await.body;
    assert_eq!(app["credentials"]["oauthClient"]["client_id"], "my_own_client");
    let path = format!("/apps/{}/credentials/secrets", app["id"].as_str().unwrap());
    let first = org.get(&path).await.body[0].clone();
    assert_eq!(first["client_secret"], "my-own-secret");
    let first = format!("{path}/{}", first["id"].as_str().unwrap());
    assert_eq!(
        org.act(&format!("{first}/lifecycle/deactivate")).await.code(),
        "E0000001"
    );
    let second = org.act(&path).await;
    assert_eq!(second.status, 201);
    assert_eq!(org.act(&path).await.code(), "E0000001");
    let asks = |secret: String| {
        let form = [
            ("token", "x".to_owned()),
            ("client_id", "my_own_client".to_owned()),
            ("client_secret", secret),
        ];
        let org = &org;
        async move {
            let form: Vec<(&str, &str)> = form.iter().map(|(key, value)| (*key, value.as_str())).collect();
            org.form("introspect", &form, None).await.status
        }
    };
    let app_path = format!("/apps/{}", app["id"].as_str().unwrap());
    let mut post = body.clone();
    post["credentials"] = json!({"oauthClient": {"token_endpoint_auth_method": "client_secret_post"}});
    org.send(Method::PUT, &app_path, Some(&post)).await;
    let newest = second.body["client_secret"].as_str().unwrap();
    assert_eq!(asks("my-own-secret".into()).await, 200);
    assert_eq!(asks(newest.into()).await, 200);
    org.act(&format!("{first}/lifecycle/deactivate")).await;
    assert_eq!(asks("my-own-secret".into()).await, 401);
    assert_eq!(org.delete(&first).await.status, 204);
    assert_eq!(org.get(&path).await.body.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn users_of_an_app_have_attributes_of_their_own() {
    let org = Org::start(Seed::Empty).await;
    let app = org.post("/apps", &bookmark("Wiki")).await.body["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let path = format!("/meta/schemas/apps/{app}/default");
    let size = json!({"title": "Size", "type": "string", "required": false, "enum": ["S", "M"],
        "oneOf": [{"const": "S", "title": "Small"}, {"const": "M", "title": "Medium"}]});
    let merged = org
        .post(
            &path,
            &json!({"definitions": {"custom": {"properties": {"size": size}}}}),
        )
        .await;
    let own = &merged.body["definitions"]["custom"]["properties"]["size"];
    assert_eq!((&own["scope"], own.get("required")), (&json!("NONE"), None));
    assert_eq!(merged.body["definitions"]["base"]["required"], json!(["userName"]));
    let mut wrong = size.clone();
    wrong["enum"] = json!(["S"]);
    let wrong = org
        .post(
            &path,
            &json!({"definitions": {"custom": {"properties": {"size": wrong}}}}),
        )
        .await;
    assert_eq!((wrong.status, wrong.code()), (400, "E0000123"));
    org.post(
        &path,
        &json!({"definitions": {"custom": {"properties": {"size": null}}}}),
    )
    .await;
    assert_eq!(
        org.get(&path).await.body["definitions"]["custom"]["properties"],
        json!({})
    );
    assert_eq!(org.get("/meta/schemas/apps/none/default").await.code(), "E0000007");
}

#[tokio::test]
async fn an_app_whose_policy_is_deleted_goes_back_to_the_first_one() {
    let org = Org::start(Seed::Empty).await;
    let app = org.post("/apps", &bookmark("Wiki")).await.body;
    let path = format!("/apps/{}", app["id"].as_str().unwrap());
    let first = app["_links"]["accessPolicy"]["href"].as_str().unwrap();
    assert_eq!(org.get(first).await.body["type"], "ACCESS_POLICY");
    let policy = org
        .post("/policies", &json!({"type": "ACCESS_POLICY", "name": "Two"}))
        .await
        .body;
    let id = policy["id"].as_str().unwrap();
    org.send(Method::PUT, &format!("{path}/policies/{id}"), None).await;
    let href = async || {
        org.get(&path).await.body["_links"]["accessPolicy"]["href"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert!(href().await.ends_with(id));
    assert_eq!(org.delete(&format!("/policies/{id}")).await.status, 204);
    assert_eq!(href().await, first);
}
