//! Consent to the scopes of an authorization server of the org's own: asked for, given, refused and remembered.

use joinery_sandbox::Seed;
use reqwest::{header, redirect};
use serde_json::{Value, json};
use url::Url;

use crate::org::{Answer, Org, answer};

const BACK: &str = "http://127.0.0.1:9/back";

const FORM: &str = "application/x-www-form-urlencoded";

/// An app: its id and its secret.
struct App(String, String);

impl App {
    /// Asks the default server for a token.
    async fn token(&self, org: &Org, form: &[(&str, &str)]) -> Answer {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(form)
            .finish();
        let request = org
            .client
            .post(format!("{}/oauth2/default/v1/token", org.sandbox.url()));
        let request = request
            .basic_auth(&self.0, Some(&self.1))
            .header(header::CONTENT_TYPE, FORM);
        answer(request.body(body).send().await.unwrap()).await
    }
}

/// An app that asks for consent, and scopes of the default server that need it or not.
async fn app(org: &Org) -> App {
    for (name, consent) in [("read", "REQUIRED"), ("list", "FLEXIBLE"), ("look", "IMPLICIT")] {
        let scope = json!({"name": name, "displayName": format!("{name} <everything>"), "consent": consent});
        org.make("/authorizationServers/default/scopes", &scope).await;
    }
    let body = json!({
        "client_name": "Asks", "application_type": "web", "token_endpoint_auth_method": "client_secret_basic",
        "grant_types": ["authorization_code", "client_credentials"], "redirect_uris": [BACK],
        "response_types": ["code", "token"], "consent_method": "REQUIRED",
    });
    let made = org
        .post(&format!("{}/oauth2/v1/clients", org.sandbox.url()), &body)
        .await
        .body;
    let text = |name: &str| made[name].as_str().unwrap().to_owned();
    App(text("client_id"), text("client_secret"))
}

/// Posts the page of the default server: where it leads, and what it shows.
async fn post(org: &Org, app: &App, more: &[(&str, &str)]) -> (Option<Url>, String) {
    let mut fields = url::form_urlencoded::Serializer::new(String::new());
    fields.extend_pairs([
        ("client_id", app.0.as_str()),
        ("response_type", "code"),
        ("scope", "openid read list look"),
        ("redirect_uri", BACK),
        ("state", "s"),
    ]);
    let body = fields.extend_pairs(more).finish();
    let agent = reqwest::Client::builder().redirect(redirect::Policy::none());
    let request = agent
        .build()
        .unwrap()
        .post(format!("{}/oauth2/default/v1/authorize", org.sandbox.url()));
    let request = request.header(header::CONTENT_TYPE, FORM);
    let response = request.body(body).send().await.unwrap();
    let target = response.headers().get(header::LOCATION);
    let target = target.map(|url| url.to_str().unwrap().parse().unwrap());
    (target, response.text().await.unwrap())
}

/// The code that waits for an answer on the page.
fn waiting(page: &str) -> String {
    let (_, rest) = page.split_once("name=\"consent_for\" value=\"").expect(page);
    rest.split('"').next().unwrap().to_owned()
}

fn part(target: &Url, name: &str) -> Option<String> {
    let mut pairs = target.query_pairs();
    pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

#[tokio::test]
async fn a_user_agrees_to_the_scopes_of_a_server_once_or_sends_the_app_away() {
    let org = Org::start(Seed::Demo).await;
    let app = app(&org).await;
    let user = org.get("/users?limit=2").await.body[1].clone();
    let login = ("username", user["profile"]["login"].as_str().unwrap());
    let (target, page) = post(&org, &app, &[login]).await;
    assert_eq!(target, None);
    for (name, is_asked) in [("read", true), ("list", true), ("look", false)] {
        assert_eq!(
            page.contains(&format!("<li>{name} &lt;everything&gt;</li>")),
            is_asked,
            "{page}"
        );
    }
    let code = waiting(&page);
    let form = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", BACK),
    ];
    let redeemed = app.token(&org, &form).await;
    assert_eq!(redeemed.body["error"], "invalid_grant", "a code that waits is not good");

    let (_, page) = post(&org, &app, &[login]).await;
    let denied = post(&org, &app, &[("consent_for", &waiting(&page)), ("consent", "deny")]).await;
    assert_eq!(part(&denied.0.unwrap(), "error").as_deref(), Some("access_denied"));
    let (_, page) = post(&org, &app, &[login]).await;
    let code = waiting(&page);
    let allowed = post(&org, &app, &[("consent_for", &code), ("consent", "allow")]).await;
    assert_eq!(part(&allowed.0.unwrap(), "code"), Some(code.clone()));
    let again = post(&org, &app, &[("consent_for", &code), ("consent", "allow")]).await;
    assert_eq!(part(&again.0.unwrap(), "error").as_deref(), Some("invalid_request"));
    let grants = org
        .get(&format!("/users/{}/grants", user["id"].as_str().unwrap()))
        .await
        .body;
    let mut scopes: Vec<&Value> = grants
        .as_array()
        .unwrap()
        .iter()
        .map(|grant| &grant["scopeId"])
        .collect();
    scopes.sort_by_key(ToString::to_string);
    assert_eq!(scopes, ["list", "read"]);
    assert_eq!(
        grants[0]["issuer"],
        json!(format!("{}/oauth2/default", org.sandbox.url()))
    );

    let (target, _) = post(&org, &app, &[login]).await;
    assert!(part(&target.unwrap(), "code").is_some(), "consent is remembered");
    let (target, page) = post(&org, &app, &[login, ("prompt", "consent")]).await;
    assert!(
        target.is_none() && page.contains("consent_for"),
        "unless the app asks again"
    );
}

#[tokio::test]
async fn a_scope_that_needs_consent_is_closed_to_services() {
    let org = Org::start(Seed::Empty).await;
    let app = app(&org).await;
    let ask = async |scope: &str| {
        let fields = [("grant_type", "client_credentials"), ("scope", scope)];
        app.token(&org, &fields).await
    };
    assert_eq!(ask("list look").await.status, 200);
    let refused = ask("read look").await;
    assert_eq!(
        (refused.status, &refused.body["error"]),
        (400, &json!("consent_required"))
    );
    assert!(refused.body["error_description"].as_str().unwrap().ends_with("[read]."));
}
