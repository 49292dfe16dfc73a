//! Service apps: a private key, with and without proof of possession, and what goes wrong with them.

use std::sync::Arc;

use joinery_app::{Code, HttpRequest, connections};
use joinery_connector::http::HopReason;
use serde_json::{Value, json};

use crate::desk::{Desk, sample_with, send, text};

#[tokio::test(flavor = "multi_thread")]
async fn a_service_app_signs_in_with_either_kind_of_key() {
    let desk = Desk::open().await;
    for algorithm in ["RS256", "ES256"] {
        let (id, _) = desk.service(algorithm, algorithm, false).await;
        let exchange = desk.get(algorithm, "/api/v1/users?limit=1").await.unwrap();
        assert_eq!(exchange.response.status, 200);
        let asked = exchange.sign_in[0].request.body.clone().unwrap();
        assert!(asked.contains("client_assertion=••••••"), "{asked}");

        let state = connections::token_resolved(&desk.studio, &desk.resolved(algorithm)).await;
        let state = state.unwrap().unwrap();
        assert_eq!(
            (state.kind.as_str(), state.refreshable, state.dpop),
            ("Bearer", true, false)
        );
        assert_eq!(state.scopes, ["okta.users.manage"]);
        assert_eq!(state.expires_at, Some(state.obtained_at + 3_600_000));
        assert_eq!(text(state.claims.as_ref().unwrap(), "cid"), id);
        assert_eq!(text(state.header.as_ref().unwrap(), "alg"), "RS256");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn proof_of_possession_begins_when_the_org_asks_for_it() {
    let desk = Desk::open().await;
    desk.service("svc", "ES256", true).await;
    // A path that Okta wants decoded in the proof.
    let exchange = desk
        .get("svc", "/api/v1/users/ada.lovelace%40acme.example")
        .await
        .unwrap();
    assert_eq!(exchange.response.status, 200, "{:?}", exchange.body.read());
    let hops: Vec<_> = exchange
        .response
        .hops
        .iter()
        .map(|hop| (hop.status, hop.reason))
        .collect();
    assert_eq!(
        hops,
        [
            (400, HopReason::SignIn),
            (400, HopReason::SignIn),
            (200, HopReason::SignIn),
            (200, HopReason::Final)
        ]
    );
    let told = String::from_utf8(exchange.sign_in[1].body.read().unwrap().to_vec()).unwrap();
    assert!(told.contains("use_dpop_nonce"), "{told}");

    let state = connections::token_resolved(&desk.studio, &desk.resolved("svc"))
        .await
        .unwrap();
    assert!(state.unwrap().dpop);
    // The next process has token and key from the keychain, and asks for neither.
    let later = desk.another_process();
    let connection = connections::resolve(&later, &desk.okta, Ok("svc")).unwrap();
    let request = HttpRequest::new("GET", format!("{}/api/v1/users?limit=1", desk.url()));
    let exchange = send(&later, &connection, request).await.unwrap();
    assert_eq!((exchange.response.status, exchange.sign_in.len()), (200, 0));
    // Nor is it refused a proof for a path that is compared decoded.
    let request = HttpRequest::new(
        "GET",
        format!("{}/api/v1/users/ada.lovelace%40acme.example", desk.url()),
    );
    let exchange = send(&later, &connection, request).await.unwrap();
    assert_eq!((exchange.response.status, exchange.response.hops.len()), (200, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_can_insist_on_proof_of_possession_or_refuse_it() {
    let mut desk = Desk::open().await;
    let (id, kid) = desk.service("svc", "ES256", false).await;
    let values = |dpop: &'static str| {
        [
            ("client_id", id.clone()),
            ("key_id", kid.clone()),
            ("dpop", dpop.into()),
        ]
    };
    let save = |desk: &Desk, name: &str, values: &[(&str, String)]| {
        let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
        desk.save(name, "service_app", &values);
        desk.resolved(name)
    };
    // The app does not ask for proofs; the connection brings them all the same, whatever the connector says.
    desk.okta = sample_with("service_app", "dpop", false.into());
    let mut always = values("always").to_vec();
    always.push(("scopes", "okta.users.manage".into()));
    save(&desk, "svc", &always);
    let exchange = desk.get("svc", "/api/v1/users?limit=1").await.unwrap();
    assert_eq!(exchange.response.status, 200);
    let state = connections::token_resolved(&desk.studio, &desk.resolved("svc")).await;
    assert!(state.unwrap().unwrap().dpop);
    assert!(
        desk.studio
            .secrets()
            .unwrap()
            .get("svc", "sign-in/proof_key")
            .unwrap()
            .is_some()
    );

    // `auto` is not kept: the connector decides.
    let auto = save(&desk, "svc", &values("auto"));
    assert!(!auto.fields.contains_key("dpop"), "{:?}", auto.fields);

    let refused = connections::save_for(
        &desk.studio,
        &desk.okta,
        &desk.draft("svc", "service_app", &[("client_id", "0oa"), ("dpop", "sometimes")]),
    );
    let error = refused.unwrap_err();
    assert!(error.message.contains("there is no `sometimes`"), "{}", error.message);
    assert_eq!(error.hint.as_deref(), Some("Use one of auto, always, never."));

    let (id, kid) = desk.service("bound", "ES256", true).await;
    desk.okta = sample_with("service_app", "dpop", true.into());
    let never = [("client_id", id), ("key_id", kid), ("dpop", "never".to_owned())];
    save(&desk, "bound", &never);
    let error = desk.get("bound", "/api/v1/users").await.unwrap_err();
    assert!(error.message.contains("which is turned off here"), "{}", error.message);
    assert!(error.hint.unwrap().contains("auto or always"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_the_org_refuses_is_got_anew_once_for_ten_calls_at_a_time() {
    let desk = Desk::open().await;
    desk.service("svc", "ES256", false).await;
    desk.get("svc", "/api/v1/users?limit=1").await.unwrap();
    desk.change_kept("svc", "token", |kept| kept["access_token"] = "no-token-any-more".into());
    let later = desk.another_process();
    let calls = (0..10).map(|_| async {
        let connection = connections::resolve(&later, &desk.okta, Ok("svc")).unwrap();
        let request = HttpRequest::new("GET", format!("{}/api/v1/users?limit=1", desk.url()));
        send(&later, &connection, request).await.unwrap()
    });
    let exchanges = futures_util::future::join_all(calls).await;
    assert!(exchanges.iter().all(|exchange| exchange.response.status == 200));
    let asked: usize = exchanges.iter().map(|exchange| exchange.sign_in.len()).sum();
    assert_eq!(asked, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_say_what_to_do() {
    let mut desk = Desk::open().await;
    let (id, kid) = desk.service("svc", "ES256", false).await;
    let refused = async |desk: &Desk| {
        let error = desk.get("svc", "/api/v1/users").await.unwrap_err();
        (
            error.code,
            error.message.clone(),
            error.hint.clone().unwrap_or_default(),
        )
    };

    desk.save(
        "svc",
        "service_app",
        &[("client_id", &id), ("key_id", "other"), ("scopes", "okta.users.read")],
    );
    let (code, message, hint) = refused(&desk).await;
    assert_eq!(code, Code::SignIn);
    assert!(message.contains("does not know the key"), "{message}");
    assert!(hint.contains("public key") && hint.contains("key ID"), "{hint}");

    assert_eq!(connections::public_key(&desk.studio, "svc").unwrap().kid, "other");

    let with = |scopes: &'static str| {
        [
            ("client_id", id.clone()),
            ("key_id", kid.clone()),
            ("scopes", scopes.to_owned()),
        ]
    };
    let save = |desk: &Desk, values: &[(&str, String)]| {
        let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
        desk.save("svc", "service_app", &values);
    };
    save(&desk, &with("okta.apps.manage"));
    let (_, message, hint) = refused(&desk).await;
    assert!(message.contains("did not grant the scopes"), "{message}");
    assert!(
        hint.contains("okta.apps.manage") && hint.contains("Okta API Scopes"),
        "{hint}"
    );

    save(
        &desk,
        &[
            ("client_id", "0oa00000000000000000".to_owned()),
            ("key_id", kid.clone()),
        ],
    );
    let (_, message, hint) = refused(&desk).await;
    assert!(message.contains("does not accept the client 0oa0000"), "{message}");
    assert!(hint.contains("client ID"), "{hint}");

    save(&desk, &with("okta.users.read"));
    let key = desk.key("stranger", "ES256");
    desk.save(
        "stranger",
        "service_app",
        &[("client_id", &id), ("key_id", &kid), ("scopes", "okta.users.read")],
    );
    assert_ne!(key.kid, kid);
    let error = desk.get("stranger", "/api/v1/users").await.unwrap_err();
    assert!(
        error.message.contains("no public key of the app that fits"),
        "{}",
        error.message
    );

    desk.service("bound", "ES256", true).await;
    desk.okta = sample_with("service_app", "dpop", false.into());
    let error = desk.get("bound", "/api/v1/users").await.unwrap_err();
    assert!(
        error.message.contains("proof of possession (DPoP)"),
        "{}",
        error.message
    );
    assert!(error.hint.unwrap().contains("when_required"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_without_a_role_is_told_apart_from_one_without_a_scope() {
    let desk = Desk::open().await;
    let (id, _) = desk.service("svc", "ES256", false).await;
    let roles = desk
        .manage("GET", &format!("/oauth2/v1/clients/{id}/roles"), &Value::Null)
        .await;
    let role = roles[0]["id"].as_str().unwrap();
    desk.manage("DELETE", &format!("/oauth2/v1/clients/{id}/roles/{role}"), &Value::Null)
        .await;
    let mut performance =
        joinery_app::runs::Performance::new(Arc::clone(&desk.okta), "actions/get_user.rhai", desk.resolved("svc"));
    performance.input = json!({ "user": "ada.lovelace@acme.example" });
    let performed = joinery_app::runs::perform(&desk.studio, performance).await.unwrap();
    let calls: Vec<_> = performed.calls().map(|call| (call.sign_in, call.status)).collect();
    assert_eq!(calls, [(true, Some(200)), (false, Some(403))]);
    let times: Vec<_> = performed.calls().map(|call| (call.start_ms, call.time_ms)).collect();
    assert!(times[1].0 >= times[0].0 + times[0].1, "one after the other: {times:?}");
    let error = performed.outcome.result.unwrap_err();
    assert!(error.hint.as_deref().unwrap().contains("admin role"), "{error:?}");
}
