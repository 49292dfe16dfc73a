//! Connections, redirects and retries: how many there are and what goes with them.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use async_compression::tokio::bufread::GzipEncoder;
use joinery_connector::{
    HttpRequest,
    http::HopReason,
    manifest::{RetryRule, RetryWait},
};
use joinery_http::Connection;
use tokio_util::sync::CancellationToken;

use crate::support::{Answer, Server, client, encoded, get, okta, reply, send};

#[tokio::test]
async fn one_warm_connection_serves_a_loop_whatever_the_bodies() {
    let zipped = encoded(GzipEncoder::new(&b"zipped"[..])).await;
    let server = Server::start(move |sent| match sent {
        _ if sent.starts_with("HEAD") => {
            Answer::Say(b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 99\r\n\r\n".to_vec())
        }
        _ if sent.contains("/gzip") => reply("200 OK", &[("content-encoding", "gzip")], &zipped),
        _ if sent.contains("/chunked") => {
            Answer::Say(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n".to_vec())
        }
        _ if sent.contains("/empty") => reply("200 OK", &[("content-encoding", "br")], ""),
        _ => reply("404 Not Found", &[], "plain"),
    })
    .await;
    let client = client();
    for (round, (method, path, body)) in [
        ("GET", "/", "plain"),
        ("GET", "/gzip", "zipped"),
        ("HEAD", "/", ""),
        ("GET", "/chunked", "abc"),
        ("GET", "/empty", ""),
        ("GET", "/", "plain"),
    ]
    .into_iter()
    .enumerate()
    {
        let request = HttpRequest::new(method, server.url(path));
        let exchange = joinery_http::send(&client, &Connection::default(), request, &CancellationToken::new())
            .await
            .unwrap();
        assert_eq!(exchange.body.read().unwrap(), body, "{method} {path}");
        let timing = exchange.response.timing;
        assert_eq!(timing.connect_ms.is_some(), round == 0, "{timing:?}");
        assert_eq!(
            (timing.dns_ms, timing.tls_ms),
            (None, None),
            "an address over plain http"
        );
        assert!(
            timing.total_ms > timing.wait_ms + timing.download_ms - 0.001,
            "{timing:?}"
        );
    }
    assert_eq!(server.connections.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn lookup_of_a_name_is_a_phase_of_its_own() {
    let server = Server::start(|_| reply("200 OK", &[], "")).await;
    let timing = get(format!("http://localhost:{}/", server.address.port()))
        .await
        .unwrap()
        .response
        .timing;
    assert!(timing.dns_ms.is_some() && timing.connect_ms.is_some(), "{timing:?}");
    assert!(
        timing.total_ms >= timing.dns_ms.unwrap() + timing.connect_ms.unwrap() + timing.wait_ms,
        "{timing:?}"
    );
}

#[tokio::test]
async fn redirect_to_another_port_leaves_credentials_behind_for_good() {
    let other = Server::start(|sent| {
        let back = sent
            .lines()
            .find_map(|line| line.strip_prefix("x-back: "))
            .unwrap()
            .to_owned();
        reply("307 Temporary Redirect", &[("location", &back)], "")
    })
    .await;
    let away = other.url("/away");
    let server = Server::start(move |sent| match sent {
        _ if sent.contains("/start") => reply("302 Found", &[("location", "/same"), ("set-cookie", "sid=1")], "gone"),
        _ if sent.contains("/same") => reply("307 Temporary Redirect", &[("location", &away)], ""),
        _ => reply("200 OK", &[], "home"),
    })
    .await;
    let mut connection = okta();
    connection.base_url = server.url("/api");
    let mut request = HttpRequest::new("GET", server.url("/start"));
    request.set_header("X-Back", server.url("/home"));
    request.set_header("DPoP", "proof");
    request.set_header("X-Written-By-Hand", "s3cret/token");
    let response = send(&connection, request).await.unwrap().response;

    let [start, same, home] = server.requests().try_into().unwrap();
    let [away] = other.requests().try_into().unwrap();
    for sent in [&start, &same] {
        assert!(
            sent.contains("authorization: SSWS s3cret/token") && sent.contains("dpop: proof"),
            "{sent}"
        );
    }
    for sent in [&away, &home] {
        assert!(!sent.contains("s3cret") && !sent.contains("dpop"), "{sent}");
    }
    assert!(same.contains("cookie: sid=1"), "{same}");
    let hops: Vec<_> = response
        .hops
        .iter()
        .map(|hop| (hop.status, hop.reason, hop.location.is_some()))
        .collect();
    assert_eq!(
        hops,
        [
            (302, HopReason::Redirect, true),
            (307, HopReason::Redirect, true),
            (307, HopReason::Redirect, true),
            (200, HopReason::Final, false),
        ]
    );
    assert_eq!(response.url, server.url("/home"));
}

#[tokio::test]
async fn redirects_can_be_left_alone_and_end_after_ten() {
    let server = Server::start(|_| reply("302 Found", &[("location", "/again")], "")).await;
    let mut request = HttpRequest::new("GET", server.url("/"));
    request.follow_redirects = false;
    assert_eq!(send(&okta(), request).await.unwrap().response.status, 302);
    let error = get(server.url("/")).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("more than 10 redirects, the last one to {}", server.url("/again"))
    );
}

#[tokio::test]
async fn limited_request_is_repeated_when_the_window_has_ended() {
    let first = AtomicBool::new(true);
    let server = Server::start(move |_| {
        if first.swap(false, Ordering::Relaxed) {
            // The window ended just before the server answered: what is left to wait is the one second on top.
            let lines = [
                ("date", "Tue, 24 Nov 2026 21:00:01 GMT"),
                ("x-rate-limit-reset", "1795554000"),
            ];
            reply("429 Too Many Requests", &lines, "slow down")
        } else {
            reply("200 OK", &[], "done")
        }
    })
    .await;
    let response = send(&limited(3), HttpRequest::new("GET", server.url("/")))
        .await
        .unwrap()
        .response;
    let hops: Vec<_> = response
        .hops
        .iter()
        .map(|hop| (hop.status, hop.reason, hop.delay_ms))
        .collect();
    assert_eq!(hops, [(429, HopReason::Retry, 0.0), (200, HopReason::Final, 1000.0)]);
    assert_eq!(server.connections.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn answer_is_kept_where_a_retry_is_not_allowed_or_would_come_too_late() {
    let server = Server::start(|_| reply("429 Too Many Requests", &[("retry-after", "3600")], "slow down")).await;
    let mut once = HttpRequest::new("GET", server.url("/"));
    once.retry = false;
    for (connection, request) in [
        (limited(3), HttpRequest::new("GET", server.url("/"))),
        (limited(0), HttpRequest::new("GET", server.url("/"))),
        (limited(3), once),
    ] {
        let exchange = send(&connection, request).await.unwrap();
        assert_eq!((exchange.response.status, exchange.response.hops.len()), (429, 1));
        assert_eq!(exchange.body.read().unwrap(), "slow down");
    }
}

#[tokio::test]
async fn a_wait_that_the_server_asks_for_is_no_part_of_the_timeout() {
    let times = AtomicUsize::new(0);
    let server = Server::start(move |_| match times.fetch_add(1, Ordering::Relaxed) {
        0 => reply("429 Too Many Requests", &[("retry-after", "1")], ""),
        _ => reply("200 OK", &[], ""),
    })
    .await;
    let mut request = HttpRequest::new("GET", server.url("/"));
    request.timeout_ms = 800;
    let response = send(&limited(1), request).await.unwrap().response;
    assert_eq!((response.status, response.hops[1].delay_ms), (200, 1000.0));
}

fn limited(max: u32) -> Connection {
    let rule = RetryRule {
        statuses: vec![429],
        max,
        wait: RetryWait::XRateLimitReset,
    };
    Connection {
        retry: Some(rule),
        ..okta()
    }
}
