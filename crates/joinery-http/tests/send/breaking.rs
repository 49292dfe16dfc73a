//! Answers that never come whole: cancelled, late, broken, or from nowhere.

use std::{
    sync::{Arc, Mutex, atomic::Ordering},
    time::Duration,
};

use joinery_connector::{
    HttpRequest,
    manifest::{RetryRule, RetryWait},
};
use joinery_http::{Connection, Error, Phase, Waits};
use tokio_util::sync::CancellationToken;

use crate::support::{Answer, Server, check, client, get, okta, reply, send};

#[tokio::test]
async fn cancelling_drops_the_connection_at_every_phase() {
    let unlimited = RetryRule {
        statuses: vec![503],
        max: 9,
        wait: RetryWait::RetryAfter,
    };
    let connection = Connection {
        retry: Some(unlimited),
        ..Connection::default()
    };
    for (phase, scheme, answer) in [
        ("handshake", "https", ""),
        ("waiting", "http", ""),
        ("head", "http", "HTTP/1.1 200 OK\r\nx-slow: "),
        ("body", "http", "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc"),
        (
            "retry",
            "http",
            "HTTP/1.1 503 Busy\r\nretry-after: 20\r\nconnection: close\r\ncontent-length: 0\r\n\r\n",
        ),
    ] {
        let server = Server::start(move |_| Answer::Say(answer.into())).await;
        let request = HttpRequest::new("GET", format!("{scheme}://{}/", server.address));
        let (client, cancel) = (client(), CancellationToken::new());
        let sending = joinery_http::send(&client, &connection, request, &cancel);
        let cancelling = async {
            server.answered.notified().await;
            cancel.cancel();
        };
        let (outcome, ()) = tokio::join!(sending, cancelling);
        assert!(matches!(outcome, Err(Error::Cancelled)), "{phase}: {outcome:?}");
        tokio::time::timeout(Duration::from_secs(5), server.left.notified())
            .await
            .unwrap_or_else(|_| panic!("{phase}: the server never saw it"));
    }
}

#[tokio::test]
async fn cancelled_before_it_began_sends_nothing() {
    let server = Server::start(|_| reply("200 OK", &[], "")).await;
    let cancel = CancellationToken::new();
    cancel.cancel();
    let outcome = joinery_http::send(&client(), &okta(), HttpRequest::new("GET", server.url("/")), &cancel).await;
    assert!(matches!(outcome, Err(Error::Cancelled)));
    assert_eq!(server.connections.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn timeout_covers_head_and_body() {
    let half = "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc";
    for (answer, expected) in [("", Phase::Answer), (half, Phase::Body { size: 3 })] {
        let server = Server::start(move |_| Answer::Say(answer.into())).await;
        let mut request = HttpRequest::new("GET", server.url("/"));
        request.timeout_ms = 300;
        let error = send(&okta(), request).await.unwrap_err();
        assert!(
            matches!(&error, Error::Timeout { host, phase, .. } if host == "127.0.0.1" && *phase == expected),
            "{error}"
        );
    }
}

/// Hears of bodies that come in.
#[derive(Debug, Default)]
struct Heard(Mutex<Vec<(u16, u64)>>);

impl Waits for Heard {
    fn begin(&self, _wait: Duration) -> bool {
        true
    }

    fn end(&self) {}

    fn receives(&self, status: u16, size: u64) {
        self.0.lock().unwrap().push((status, size));
    }
}

#[tokio::test]
async fn a_body_is_told_of_as_it_comes_in() {
    let half = "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc";
    let server = Server::start(move |_| Answer::Say(half.into())).await;
    let heard = Arc::new(Heard::default());
    let connection = Connection {
        waits: Some(Arc::clone(&heard) as Arc<dyn Waits>),
        ..okta()
    };
    let mut request = HttpRequest::new("GET", server.url("/"));
    request.timeout_ms = 300;
    send(&connection, request).await.unwrap_err();
    assert_eq!(*heard.0.lock().unwrap(), [(200, 3)]);
}

#[tokio::test]
async fn timeout_in_the_handshake_says_so() {
    // Takes connections and says nothing.
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut request = HttpRequest::new("GET", format!("https://{}/", silent.local_addr().unwrap()));
    request.timeout_ms = 300;
    let error = send(&okta(), request).await.unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("connected to 127.0.0.1, but no end of the TLS handshake after"),
        "{error}"
    );
}

#[tokio::test]
async fn connection_that_breaks_says_where_and_why() {
    for (answer, expected) in [
        ("", "waiting for the answer: the server closed the connection"),
        (
            "HTTP/1.1 200 OK\r\nx-half",
            "waiting for the answer: the server closed the connection",
        ),
        (
            "SSH-2.0-OpenSSH_9\r\n\r\n",
            "waiting for the answer: what came is not HTTP (invalid HTTP version parsed); is it an https:// address?",
        ),
        (
            "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc",
            "reading the body: end of file before message length reached",
        ),
        (
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
            "reading the body: Invalid chunk size line: missing size digit",
        ),
        (
            "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 4\r\n\r\nnope",
            "decoding the body (gzip): Invalid gzip header",
        ),
    ] {
        let server = Server::start(move |_| Answer::Hang(answer.into())).await;
        let error = get(server.url("/")).await.unwrap_err();
        check(
            answer,
            &error,
            &format!("the connection to 127.0.0.1 broke while {expected}"),
        );
    }
}

#[tokio::test]
async fn places_that_cannot_be_reached_are_named() {
    let server = Server::start(|_| Answer::Hang(b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec())).await;
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    for (url, expected) in [
        ("http://no-such-host.invalid/".to_owned(), "cannot find host `no-such-host.invalid`".to_owned()),
        (format!("http://127.0.0.1:{free}/"), format!("127.0.0.1 refused the connection on port {free}")),
        (
            server.url("/").replace("http:", "https:"),
            "no secure connection to 127.0.0.1: the server does not speak TLS on this port (is it a plain http:// address?)".to_owned(),
        ),
        ("ftp://acme.test/".to_owned(), "`ftp://acme.test/` is not an absolute http or https URL: its scheme is `ftp`".to_owned()),
        ("/users".to_owned(), "`/users` is not an absolute http or https URL: relative URL without a base".to_owned()),
    ] {
        check(&url, &get(url.clone()).await.unwrap_err(), &expected);
    }
}
