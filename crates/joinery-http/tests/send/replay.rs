//! Sending against a recording: what a real server answered is answered again, without a server, a wait or a signature.

use std::time::{Duration, Instant};

use joinery_connector::{
    HttpRequest,
    cassette::RecordedExchange,
    http::{HopReason, HttpBody},
    manifest::{RetryRule, RetryWait},
};
use joinery_http::{Client, ClientOptions, Connection, Error};
use tokio_util::sync::CancellationToken;

use crate::support::{Server, okta, reply, send};

fn recorded(exchange: &joinery_http::Exchange) -> Vec<RecordedExchange> {
    exchange.tape.iter().map(|taped| taped.recorded().unwrap()).collect()
}

async fn replay(
    exchanges: Vec<RecordedExchange>,
    connection: &Connection,
    request: HttpRequest,
) -> (Client, Result<joinery_http::Exchange, Error>) {
    let client = Client::recorded(ClientOptions::default(), exchanges);
    let answer = joinery_http::send(&client, connection, request, &CancellationToken::new()).await;
    (client, answer)
}

#[tokio::test]
async fn retries_and_redirects_are_replayed_as_they_were_without_waiting() {
    let server = Server::start(|sent| match sent {
        _ if sent.starts_with("POST /old") => reply("307 Temporary Redirect", &[("location", "/new")], ""),
        _ => reply("429 Too Many Requests", &[("retry-after", "0")], ""),
    })
    .await;
    let rule = |max| RetryRule {
        statuses: vec![429],
        max,
        wait: RetryWait::RetryAfter,
    };
    let connection = Connection {
        retry: Some(rule(1)),
        ..okta()
    };
    let mut request = HttpRequest::new("POST", server.url("/old"));
    request.body = HttpBody::Text {
        content_type: "application/json".into(),
        text: r#"{"n":1}"#.into(),
    };
    let live = send(&connection, request.clone()).await.unwrap();
    assert_eq!(live.response.status, 429, "the server never says yes");
    let mut tape = recorded(&live);
    assert_eq!(tape.len(), 3, "a redirect, a retry, and the answer");
    for exchange in &mut tape[1..2] {
        exchange.response.headers = vec!["retry-after: 20".to_owned()];
    }
    drop(server);
    let begun = Instant::now();
    let (client, answer) = replay(tape, &connection, request).await;
    let answer = answer.unwrap();
    let reasons: Vec<HopReason> = answer.response.hops.iter().map(|hop| hop.reason).collect();
    assert_eq!(reasons, [HopReason::Redirect, HopReason::Retry, HopReason::Final]);
    assert!(begun.elapsed() < Duration::from_secs(10), "nobody waits in a replay");
    assert!(client.recording().unwrap().unused().is_empty());
}

#[tokio::test]
async fn a_recording_holds_no_credential_and_needs_none() {
    let server = Server::start(|_| reply("200 OK", &[("set-cookie", "sid=1")], r#"{"ok": true}"#)).await;
    let mut request = HttpRequest::new("GET", server.url("/users?limit=1"));
    request.set_header("X-Trace", "7");
    request.set_header("Cookie", "theme=dark");
    let live = send(&okta(), request.clone()).await.unwrap();
    let tape = recorded(&live);
    assert_eq!(tape[0].request.headers, ["x-trace: 7"]);
    let (_, answer) = replay(tape, &okta(), request).await;
    let answer = answer.unwrap();
    assert_eq!(answer.body.read().unwrap(), r#"{"ok":true}"#);
    let sent = &answer.request.headers;
    assert!(
        !sent
            .iter()
            .any(|header| header.name.eq_ignore_ascii_case("authorization")),
        "{sent:?}"
    );
}

#[tokio::test]
async fn a_call_that_is_not_in_the_recording_fails_and_is_kept() {
    let (client, answer) = replay(Vec::new(), &okta(), HttpRequest::new("GET", "https://acme.example/a")).await;
    let error = answer.unwrap_err();
    assert!(matches!(error, Error::NotRecorded { .. }), "{error}");
    assert_eq!(client.recording().unwrap().misses().len(), 1);
}
