//! A person signs in by browser: the page, the way back, refresh with rotation, and what goes wrong on the way.

use std::{sync::Arc, time::Duration};

use joinery_app::{
    Code, Error, HttpRequest,
    connections::{self, TokenState},
};
use joinery_connector::Secret;
use tokio_util::sync::CancellationToken;

use crate::desk::{Desk, browse, send, text};

const SCOPES: &str = "openid offline_access okta.users.read";

/// Signs in with a browser whose redirect `change` bends; gives what the browser shows last.
async fn sign_in(desk: &Desk, change: fn(String) -> String) -> (Result<TokenState, Error>, String) {
    let mut browser = None;
    let show = |url: &str| browser = Some(browse(Arc::clone(&desk.studio), url.to_owned(), change));
    let (connection, cancel) = (desk.resolved("me"), CancellationToken::new());
    let patience = Duration::from_secs(20);
    let state = connections::sign_in_resolved(&desk.studio, &connection, show, patience, &cancel).await;
    (state, browser.unwrap().await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_signs_in_once_and_calls_are_made_for_them() {
    let mut desk = Desk::open().await;
    desk.native("me", SCOPES).await;
    let error = desk.get("me", "/api/v1/users/me").await.unwrap_err();
    assert_eq!(error.code, Code::SignInNeeded);
    assert_eq!(error.message, "nobody has signed in to this connection yet");

    let (state, page) = sign_in(&desk, |location| location).await;
    let state = state.unwrap();
    assert!(page.contains("<h1>Signed in</h1>"), "{page}");
    assert!(state.refreshable);
    assert_eq!(text(state.claims.as_ref().unwrap(), "sub"), "ada.lovelace@acme.example");

    let me = desk.get("me", "/api/v1/users/me").await.unwrap();
    assert_eq!((me.response.status, me.sign_in.len()), (200, 0));
    let test = connections::test_resolved(&desk.studio, &desk.okta, desk.resolved("me"))
        .await
        .unwrap();
    assert!(test.ok, "{test:?}");
    assert_eq!(test.signed_in_as.as_deref(), Some("ada.lovelace@acme.example"));

    let signed_out = connections::sign_out_resolved(&desk.studio, &desk.resolved("me"))
        .await
        .unwrap();
    assert!(!signed_out.left, "{signed_out:?}");
    let error = desk.get("me", "/api/v1/users/me").await.unwrap_err();
    assert_eq!(error.code, Code::SignInNeeded);
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_ends_the_tokens_at_the_org() {
    let mut desk = Desk::open().await;
    desk.native("me", SCOPES).await;
    sign_in(&desk, |location| location).await.0.unwrap();
    let (token, refresh) = (desk.kept("me", "token"), desk.kept("me", "refresh_token"));
    let out = connections::sign_out_resolved(&desk.studio, &desk.resolved("me"))
        .await
        .unwrap();
    let server = desk.url().trim_start_matches("http://").to_owned();
    assert_eq!(
        out.message,
        format!("Signed out of me, and {server} revoked its tokens.")
    );
    assert!(!out.left && out.hint.is_none());

    // Whoever kept a copy opens nothing with it.
    let secrets = desk.studio.secrets().unwrap();
    for (name, kept) in [("token", token), ("refresh_token", refresh)] {
        secrets
            .set("me", &format!("sign-in/{name}"), &Secret::new(kept.to_string()))
            .unwrap();
    }
    let error = desk.get("me", "/api/v1/users/me").await.unwrap_err();
    assert_eq!(error.code, Code::SignInNeeded);
    assert!(error.message.contains("the sign-in to"), "{}", error.message);
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_where_the_org_does_not_help_forgets_the_tokens_and_says_so() {
    let mut desk = Desk::open().await;
    desk.native("me", SCOPES).await;
    for (place, told) in [
        ("/nowhere", "did not revoke the refresh token"),
        ("http://127.0.0.1:1/revoke", "127.0.0.1"),
    ] {
        sign_in(&desk, |location| location).await.0.unwrap();
        let place = if place.starts_with('/') {
            format!("{}{place}", desk.url())
        } else {
            place.to_owned()
        };
        let mut resolved = desk.resolved("me");
        // The setting alone differs: the tokens are those of the sign-in.
        let session = Arc::clone(&resolved.http.session);
        resolved
            .http
            .auth
            .settings
            .insert("revocation_url".into(), place.into());
        resolved.http.session = session;
        let out = connections::sign_out_resolved(&desk.studio, &resolved).await.unwrap();
        assert!(out.left, "{out:?}");
        assert!(
            out.message.contains("on this computer") && out.message.contains(told),
            "{}",
            out.message
        );
        let kept = desk
            .studio
            .secrets()
            .unwrap()
            .get("me", "sign-in/refresh_token")
            .unwrap();
        assert!(kept.is_none());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_token_is_renewed_with_a_refresh_token_that_changes_each_time() {
    let mut desk = Desk::open().await;
    desk.native("me", SCOPES).await;
    sign_in(&desk, |location| location).await.0.unwrap();
    let mut seen = vec![desk.kept("me", "refresh_token")["refresh_token"].clone()];
    for _ in 0..2 {
        desk.change_kept("me", "token", |kept| kept["expires_ms"] = 1.into());
        let later = desk.another_process();
        let connection = connections::resolve(&later, &desk.okta, Ok("me")).unwrap();
        let request = HttpRequest::new("GET", format!("{}/api/v1/users/me", desk.url()));
        let exchange = send(&later, &connection, request).await.unwrap();
        assert_eq!((exchange.response.status, exchange.sign_in.len()), (200, 1));
        let now = desk.kept("me", "refresh_token")["refresh_token"].clone();
        assert!(!seen.contains(&now));
        seen.push(now);
    }
    // Whoever uses one twice has lost the sign-in, and is told to sign in again.
    desk.change_kept("me", "refresh_token", |kept| kept["refresh_token"] = seen[0].clone());
    desk.change_kept("me", "token", |kept| kept["expires_ms"] = 1.into());
    let later = desk.another_process();
    let connection = connections::resolve(&later, &desk.okta, Ok("me")).unwrap();
    let request = HttpRequest::new("GET", format!("{}/api/v1/users/me", desk.url()));
    let error = send(&later, &connection, request).await.unwrap_err();
    assert_eq!(error.code, Code::SignInNeeded);
    assert!(
        error
            .message
            .ends_with("has ended: The refresh token is invalid or expired"),
        "{}",
        error.message
    );
    assert_eq!(error.hint.as_deref(), Some("Sign in again."));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_on_the_way_back_is_told_in_joinery_and_in_the_browser() {
    let mut desk = Desk::open().await;
    desk.native("me", "openid okta.apps.manage").await;
    let (state, page) = sign_in(&desk, |location| location).await;
    let error = state.unwrap_err();
    assert_eq!(error.code, Code::SignIn);
    assert!(
        error
            .message
            .contains("did not sign anybody in: The requested scope is invalid"),
        "{}",
        error.message
    );
    assert!(error.hint.unwrap().starts_with("Grant the scopes"));
    assert!(page.contains("<h1>Not signed in</h1>"), "{page}");

    let (state, page) = sign_in(&desk, |location| location.replace("state=", "state=x")).await;
    assert!(state.unwrap_err().message.contains("belongs to another sign-in"));
    assert!(page.contains("belongs to another sign-in"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_was_tampered_with_gives_no_token() {
    let mut desk = Desk::open().await;
    desk.native("me", SCOPES).await;
    let (state, _) = sign_in(&desk, |location| location.replace("code=", "code=x")).await;
    let error = state.unwrap_err();
    assert!(
        error
            .message
            .ends_with("did not give a token for the sign-in: The authorization code is invalid or has expired"),
        "{}",
        error.message
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_that_nobody_finishes_ends() {
    let mut desk = Desk::open().await;
    desk.native("me", SCOPES).await;
    let (connection, cancel) = (desk.resolved("me"), CancellationToken::new());
    let work = |patience| connections::sign_in_resolved(&desk.studio, &connection, |_| {}, patience, &cancel);
    let error = work(Duration::from_millis(20)).await.unwrap_err();
    assert_eq!(error.code, Code::SignInNeeded);
    assert!(
        error.message.starts_with("nobody signed in within"),
        "{}",
        error.message
    );
    cancel.cancel();
    assert_eq!(work(Duration::from_secs(60)).await.unwrap_err().code, Code::Cancelled);
}
