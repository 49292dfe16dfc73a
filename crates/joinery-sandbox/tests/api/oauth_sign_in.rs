//! A user signs in to an app: the page, the code, PKCE, refresh with rotation, revoke, introspect and userinfo.

use joinery_sandbox::Seed;
use reqwest::{Method, redirect};
use serde_json::{Value, json};
use url::Url;

use crate::org::{Answer, Org};
use crate::signer::{Client, Key, claims, hash};

const BACK: &str = "http://127.0.0.1:8123/callback";
const VERIFIER: &str = "a-verifier-that-is-long-enough-to-be-one-0123456789";

async fn native(org: &Org) -> Client<'_> {
    let body = json!({
        "client_name": "Joinery <desk>", "application_type": "native", "token_endpoint_auth_method": "none",
        "grant_types": ["authorization_code", "refresh_token"], "redirect_uris": [BACK], "response_types": ["code"],
    });
    Client::register(org, Key::elliptic(), &body, &["okta.users.read", "okta.users.manage"]).await
}

fn request(client: &Client<'_>) -> Vec<(&'static str, String)> {
    vec![
        ("client_id", client.id.clone()),
        ("response_type", "code".into()),
        ("scope", "openid profile email offline_access okta.users.read".into()),
        ("redirect_uri", BACK.into()),
        ("state", "s t&te".into()),
        ("nonce", "n1".into()),
        ("code_challenge", hash(VERIFIER)),
        ("code_challenge_method", "S256".into()),
    ]
}

/// Opens the page, or posts it.
async fn authorize(org: &Org, method: Method, fields: &[(&str, String)]) -> (u16, Option<Url>, String) {
    let client = reqwest::Client::builder()
        .redirect(redirect::Policy::none())
        .build()
        .unwrap();
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish();
    let url = format!("{}/oauth2/v1/authorize", org.sandbox.url());
    let request = if method == Method::GET {
        client.get(format!("{url}?{query}"))
    } else {
        let request = client
            .post(url)
            .header("content-type", "application/x-www-form-urlencoded");
        request.body(query)
    };
    let response = request.send().await.unwrap();
    let target = response
        .headers()
        .get("location")
        .map(|url| url.to_str().unwrap().parse().unwrap());
    (response.status().as_u16(), target, response.text().await.unwrap())
}

fn part(url: &Url, name: &str) -> String {
    url.query_pairs()
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}

/// Signs in and gives the code.
async fn code(org: &Org, client: &Client<'_>, login: &str) -> String {
    let mut fields = request(client);
    fields.push(("username", login.into()));
    let (status, target, page) = authorize(org, Method::POST, &fields).await;
    assert_eq!(status, 302, "{page}");
    let target = target.unwrap();
    assert!(target.as_str().starts_with(BACK));
    assert_eq!(part(&target, "state"), "s t&te");
    part(&target, "code")
}

async fn redeem(client: &Client<'_>, code: &str, verifier: &str) -> Answer {
    let form = [
        ("grant_type", "authorization_code"),
        ("client_id", &client.id),
        ("code", code),
        ("redirect_uri", BACK),
        ("code_verifier", verifier),
    ];
    client.org.form("token", &form, None).await
}

async fn refresh(client: &Client<'_>, token: &Value) -> Answer {
    let form = [
        ("grant_type", "refresh_token"),
        ("client_id", &client.id),
        ("refresh_token", token.as_str().unwrap()),
    ];
    client.org.form("token", &form, None).await
}

async fn demo_login(org: &Org) -> (String, String) {
    let list = org.get("/users?limit=5").await;
    let users = list.body.as_array().unwrap();
    let user = users
        .iter()
        .find(|user| user["status"] == "ACTIVE" && user["profile"]["login"] != "admin@acme.example");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (text(&user.unwrap()["id"]), text(&user.unwrap()["profile"]["login"]))
}

#[tokio::test]
async fn a_user_signs_in_on_the_page_and_the_app_gets_tokens_for_them() {
    let org = Org::start(Seed::Demo).await;
    let client = native(&org).await;
    let (user, login) = demo_login(&org).await;
    let (status, _, page) = authorize(&org, Method::GET, &request(&client)).await;
    assert_eq!(status, 200);
    assert!(
        page.contains("Joinery &lt;desk&gt;") && page.contains("value=\"s t&amp;te\""),
        "{page}"
    );

    let given = redeem(&client, &code(&org, &client, &login).await, VERIFIER).await;
    assert_eq!(given.status, 200, "{}", given.body);
    let said = claims(given.body["id_token"].as_str().unwrap());
    assert_eq!(
        (&said["sub"], &said["aud"], &said["nonce"]),
        (&json!(user), &json!(client.id), &json!("n1"))
    );
    let bearer = format!("Bearer {}", given.body["access_token"].as_str().unwrap());
    let me = org.call(Method::GET, "/users/me", &bearer, None).await;
    assert_eq!(me.body["id"], json!(user));
    let info = org
        .call(
            Method::GET,
            &format!("{}/oauth2/v1/userinfo", org.sandbox.url()),
            &bearer,
            None,
        )
        .await;
    assert_eq!(
        (&info.body["sub"], &info.body["preferred_username"]),
        (&json!(user), &json!(login))
    );
    let others = org.call(Method::GET, "/users", &bearer, None).await;
    assert_eq!(others.body, json!([]), "scopes alone show a user nobody else");
    org.act(&format!("/users/{user}/lifecycle/deactivate")).await;
    let gone = org.call(Method::GET, "/users/me", &bearer, None).await;
    assert_eq!(gone.status, 401, "a deactivated user's token is worth nothing");
}

#[tokio::test]
async fn a_code_is_good_once_for_its_client_its_address_and_its_verifier() {
    let org = Org::start(Seed::Demo).await;
    let client = native(&org).await;
    let (_, login) = demo_login(&org).await;
    let text = |answer: &Answer| answer.body["error_description"].as_str().unwrap().to_owned();
    let wrong = redeem(
        &client,
        &code(&org, &client, &login).await,
        "another-verifier-0123456789-0123456789-0123",
    )
    .await;
    assert_eq!((wrong.status, text(&wrong)), (400, "PKCE verification failed.".into()));
    let once = code(&org, &client, &login).await;
    assert_eq!(redeem(&client, &once, VERIFIER).await.status, 200);
    let again = redeem(&client, &once, VERIFIER).await;
    assert_eq!(text(&again), "The authorization code is invalid or has expired.");

    for (field, value, error, sent_back) in [
        ("client_id", "0oa_nobody", "invalid_client", false),
        ("redirect_uri", "https://evil.example/", "invalid_request", false),
        ("response_type", "token", "unsupported_response_type", true),
        ("code_challenge", "", "invalid_request", true),
        ("scope", "okta.groups.read", "invalid_scope", true),
    ] {
        let mut fields = request(&client);
        fields.iter_mut().find(|(name, _)| *name == field).unwrap().1 = value.into();
        let (status, target, page) = authorize(&org, Method::GET, &fields).await;
        if sent_back {
            assert_eq!(
                (status, part(&target.unwrap(), "error").as_str()),
                (302, error),
                "{field}"
            );
        } else {
            assert!(
                status == 400 && target.is_none() && page.contains(error),
                "{field}: {page}"
            );
        }
    }
    org.user("pat", true, "").await;
    let mut fields = request(&client);
    fields.extend([("username", "pat@acme.example".into()), ("password", "wrong".into())]);
    let (status, _, page) = authorize(&org, Method::POST, &fields).await;
    assert!(status == 200 && page.contains("Unable to sign in"));
    fields.last_mut().unwrap().1 = "Tr0ubador-x9".into();
    assert_eq!(authorize(&org, Method::POST, &fields).await.0, 302);
}

#[tokio::test]
async fn a_refresh_token_used_twice_ends_everything_from_its_sign_in() {
    let org = Org::start(Seed::Demo).await;
    let client = native(&org).await;
    let (_, login) = demo_login(&org).await;
    let first = redeem(&client, &code(&org, &client, &login).await, VERIFIER).await.body;
    let second = refresh(&client, &first["refresh_token"]).await;
    assert_eq!(second.status, 200, "{}", second.body);
    assert_ne!(second.body["refresh_token"], first["refresh_token"]);
    let look = async |token: &Value| {
        let form = [("client_id", client.id.as_str()), ("token", token.as_str().unwrap())];
        org.form("introspect", &form, None).await.body
    };
    assert_eq!(look(&second.body["access_token"]).await["username"], json!(login));

    let reused = refresh(&client, &first["refresh_token"]).await;
    assert_eq!((reused.status, &reused.body["error"]), (400, &json!("invalid_grant")));
    assert_eq!(refresh(&client, &second.body["refresh_token"]).await.status, 400);
    assert_eq!(look(&second.body["access_token"]).await, json!({"active": false}));
    let events = org
        .get("/logs?filter=eventType%20eq%20%22app.oauth2.token.detect_reuse%22")
        .await;
    assert_eq!(events.body.as_array().unwrap().len(), 1);

    let other = redeem(&client, &code(&org, &client, &login).await, VERIFIER).await.body;
    let form = [
        ("client_id", client.id.as_str()),
        ("token", other["refresh_token"].as_str().unwrap()),
    ];
    assert_eq!(org.form("revoke", &form, None).await.status, 200);
    assert_eq!(refresh(&client, &other["refresh_token"]).await.status, 400);
}

#[tokio::test]
async fn what_was_issued_for_a_user_is_listed_and_revoked() {
    let org = Org::start(Seed::Demo).await;
    let client = native(&org).await;
    let (user, login) = demo_login(&org).await;
    assert_eq!(org.get(&format!("/users/{user}/clients")).await.body, json!([]));
    let tokens = redeem(&client, &code(&org, &client, &login).await, VERIFIER).await.body;
    let tokens = refresh(&client, &tokens["refresh_token"]).await.body;
    let clients = org.get(&format!("/users/{user}/clients")).await.body;
    assert_eq!(clients[0]["client_id"], json!(client.id));
    let at = clients[0]["_links"]["tokens"]["href"].as_str().unwrap().to_owned();
    let list = org.get(&at).await;
    assert_eq!(
        list.body.as_array().unwrap().len(),
        1,
        "the spent one is gone: {}",
        list.body
    );
    let token = &list.body[0];
    assert_eq!((&token["userId"], &token["status"]), (&json!(user), &json!("ACTIVE")));
    let own = token["_links"]["self"]["href"].as_str().unwrap();
    assert_eq!(org.get(own).await.body, *token);
    let of_app = org.get(&format!("/apps/{}/tokens", client.id)).await.body;
    assert_eq!(of_app[0]["id"], token["id"]);
    let of_app = org
        .get(&format!("/apps/{}/tokens/{}", client.id, token["id"].as_str().unwrap()))
        .await;
    assert_eq!(of_app.status, 200);
    assert_eq!(org.delete(own).await.status, 204);
    assert_eq!(org.events().await[0], "app.oauth2.token.revoke");
    assert_eq!(org.get(own).await.code(), "E0000007");
    assert_eq!(refresh(&client, &tokens["refresh_token"]).await.status, 400);
    assert_eq!(org.get(&format!("/users/{user}/clients")).await.body, json!([]));
    assert_eq!(
        org.get(&format!("/users/{user}/clients/nothing/tokens")).await.code(),
        "E0000007"
    );
}

#[tokio::test]
async fn a_user_who_signs_in_to_an_app_that_asks_consents_to_its_scopes() {
    let org = Org::start(Seed::Demo).await;
    let body = json!({
        "client_name": "Asks", "application_type": "native", "token_endpoint_auth_method": "none",
        "grant_types": ["authorization_code", "refresh_token"], "redirect_uris": [BACK], "response_types": ["code"],
        "consent_method": "REQUIRED",
    });
    let client = Client::register(&org, Key::elliptic(), &body, &["okta.users.read"]).await;
    let (user, login) = demo_login(&org).await;
    for _ in 0..2 {
        code(&org, &client, &login).await;
    }
    let at = format!("/users/{user}/grants");
    let grants = org.get(&format!("{at}?limit=2&expand=scope")).await;
    let scopes: Vec<&Value> = grants
        .body
        .as_array()
        .unwrap()
        .iter()
        .map(|grant| &grant["scopeId"])
        .collect();
    assert_eq!(scopes, ["profile", "email"]);
    assert_eq!(grants.body[0]["source"], "END_USER");
    assert_eq!(grants.body[0]["_embedded"]["scope"]["id"], "profile");
    let rest = org.get(&grants.link("next").unwrap()).await;
    assert_eq!(rest.body.as_array().unwrap().len(), 2);
    let one = format!("{at}/{}", grants.body[0]["id"].as_str().unwrap());
    assert_eq!(org.get(&one).await.body["clientId"], json!(client.id));
    assert_eq!(org.delete(&one).await.status, 204);
    assert_eq!(org.get(&one).await.code(), "E0000007");
    let of_client = format!("/users/{user}/clients/{}/grants", client.id);
    assert_eq!(org.get(&of_client).await.body.as_array().unwrap().len(), 3);
    assert_eq!(org.delete(&of_client).await.status, 204);
    assert_eq!(org.get(&at).await.body, json!([]));
    assert_eq!(org.events().await[0], "app.oauth2.as.consent.revoke");
}

#[tokio::test]
async fn an_imported_hash_is_checked_at_the_first_sign_in_and_is_okta_s_own_from_then_on() {
    let org = Org::start(Seed::Empty).await;
    let client = native(&org).await;
    // The SHA-256 of `abc`, the salt being its first letter.
    let hash = json!({
        "algorithm": "SHA-256", "salt": "YQ==", "saltOrder": "PREFIX",
        "value": "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=",
    });
    let login = "imported@acme.example";
    let body = json!({
        "profile": {"firstName": "I", "lastName": "M", "login": login, "email": login},
        "credentials": {"password": {"hash": hash}},
    });
    let made = org.post("/users", &body).await.body;
    assert_eq!(made["credentials"]["provider"]["type"], "IMPORT");
    let sign_in = async |password: &str| {
        let mut fields = request(&client);
        fields.extend([("username", login.to_owned()), ("password", password.to_owned())]);
        authorize(&org, Method::POST, &fields).await.0
    };
    assert_eq!(sign_in("abc").await, 200, "the page again");
    assert_eq!(sign_in("bc").await, 302);
    let user = org.get(&format!("/users/{}", made["id"].as_str().unwrap())).await.body;
    assert_eq!(user["credentials"]["provider"]["type"], "OKTA");
    assert_eq!(sign_in("bc").await, 302, "it is kept as any other");
}

#[tokio::test]
async fn an_authorization_server_of_one_s_own_signs_users_in_and_its_tokens_open_nothing_of_the_org() {
    let org = Org::start(Seed::Demo).await;
    let client = native(&org).await;
    let (user, login) = demo_login(&org).await;
    let claim = json!({
        "name": "mail", "claimType": "RESOURCE", "valueType": "EXPRESSION", "value": "user.email", "status": "ACTIVE",
        "conditions": {"scopes": []}, "alwaysIncludeInToken": true,
    });
    assert_eq!(
        org.post("/authorizationServers/default/claims", &claim).await.status,
        201
    );
    let base = format!("{}/oauth2/default", org.sandbox.url());
    let page = |method: Method, fields: Vec<(&'static str, String)>| {
        let agent = reqwest::Client::builder()
            .redirect(redirect::Policy::none())
            .build()
            .unwrap();
        let query = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let at = format!("{base}/v1/authorize");
        let request = match method {
            Method::GET => agent.get(format!("{at}?{query}")),
            _ => agent
                .post(at)
                .header("content-type", "application/x-www-form-urlencoded")
                .body(query),
        };
        request.send()
    };
    let mut fields = request(&client);
    fields[2].1 = "openid email offline_access".into();
    let asked = page(Method::GET, fields.clone()).await.unwrap().text().await.unwrap();
    assert!(asked.contains("action=\"/oauth2/default/v1/authorize\""), "{asked}");
    let sign_in = async |fields: &[(&'static str, String)]| {
        let mut fields = fields.to_vec();
        fields.push(("username", login.clone()));
        let answer = page(Method::POST, fields).await.unwrap();
        answer.headers()["location"].to_str().unwrap().parse::<Url>().unwrap()
    };
    let code = part(&sign_in(&fields).await, "code");
    let at_org = redeem(&client, &code, VERIFIER).await;
    assert_eq!(at_org.body["error"], "invalid_grant", "the code is of another server");
    let post = async |path: &str, form: &[(&str, &str)]| {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(form)
            .finish();
        let request = org.client.post(format!("{base}/v1/{path}"));
        let request = request
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body);
        crate::org::answer(request.send().await.unwrap()).await
    };
    let code = part(&sign_in(&fields).await, "code");
    let form = [
        ("grant_type", "authorization_code"),
        ("client_id", &client.id),
        ("code", &code),
        ("redirect_uri", BACK),
        ("code_verifier", VERIFIER),
    ];
    let tokens = post("token", &form).await.body;
    let access = tokens["access_token"].as_str().unwrap();
    let said = claims(access);
    assert_eq!((&said["iss"], &said["aud"]), (&json!(base), &json!("api://default")));
    assert_eq!(
        (&said["sub"], &said["uid"], &said["mail"]),
        (&json!(login), &json!(user), &json!(login))
    );
    let id_token = claims(tokens["id_token"].as_str().unwrap());
    assert_eq!((&id_token["iss"], &id_token["nonce"]), (&json!(base), &json!("n1")));
    let bearer = format!("Bearer {access}");
    assert_eq!(
        org.call(Method::GET, "/users/me", &bearer, None).await.code(),
        "E0000011"
    );
    let info = org
        .call(Method::GET, &format!("{base}/v1/userinfo"), &bearer, None)
        .await;
    assert_eq!((info.status, &info.body["email"]), (200, &json!(login)));
    let elsewhere = format!("{}/oauth2/v1/userinfo", org.sandbox.url());
    assert_eq!(org.call(Method::GET, &elsewhere, &bearer, None).await.status, 401);
    let old = tokens["refresh_token"].as_str().unwrap();
    let form = [
        ("grant_type", "refresh_token"),
        ("client_id", client.id.as_str()),
        ("refresh_token", old),
    ];
    let renewed = post("token", &form).await;
    assert_eq!(renewed.status, 200, "{}", renewed.body);
    let clients = org.get("/authorizationServers/default/clients").await.body;
    assert_eq!(clients[0]["client_id"], json!(client.id));
    let list = org
        .get(&format!("/authorizationServers/default/clients/{}/tokens", client.id))
        .await
        .body;
    assert_eq!(list[0]["issuer"], json!(base));
    let token = renewed.body["access_token"].as_str().unwrap();
    let form = [("client_id", client.id.as_str()), ("token", token)];
    assert_eq!(post("introspect", &form).await.body["active"], true);
    assert_eq!(post("revoke", &form).await.status, 200);
    assert_eq!(post("introspect", &form).await.body["active"], false);
    let mut fields = request(&client);
    fields[2].1 = "openid okta.users.read".into();
    assert_eq!(part(&sign_in(&fields).await, "error"), "invalid_scope");
}
