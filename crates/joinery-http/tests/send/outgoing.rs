//! Requests as servers see them.

use joinery_connector::{HttpRequest, http::HttpBody};
use joinery_http::Connection;

use crate::support::{Server, check, get, okta, reply, send};

#[tokio::test]
async fn request_goes_out_signed_and_is_shown_without_its_secret() {
    let server = Server::start(|_| {
        reply(
            "201 Made",
            &[
                ("X-Rate-Limit-Limit", "600"),
                ("X-Rate-Limit-Remaining", "599"),
                ("X-Rate-Limit-Reset", "1784000000"),
            ],
            "{}",
        )
    })
    .await;
    let mut request = HttpRequest::new("POST", server.url("/api/s3cret%2Ftoken?t=s3cret/token"));
    request.body = HttpBody::Text {
        content_type: "application/json".into(),
        text: r#"{"token":"s3cret/token"}"#.into(),
    };
    let exchange = send(&okta(), request).await.unwrap();

    let sent = server.requests().remove(0);
    assert!(
        sent.starts_with("POST /api/s3cret%2Ftoken?t=s3cret/token HTTP/1.1\r\n"),
        "{sent}"
    );
    for line in [
        "authorization: SSWS s3cret/token",
        "accept: */*",
        "accept-encoding: gzip, br, zstd, deflate",
        "user-agent: joinery/test",
        "content-type: application/json",
        "content-length: 24",
    ] {
        assert!(sent.contains(&format!("\r\n{line}\r\n")), "{line} in {sent}");
    }

    let shown = exchange.request;
    assert_eq!(shown.url, server.url("/api/••••••?t=••••••"));
    assert_eq!(shown.body.as_deref(), Some(r#"{"token":"••••••"}"#));
    let headers: Vec<_> = shown
        .headers
        .iter()
        .map(|header| format!("{}: {}", header.name, header.value))
        .collect();
    assert_eq!(
        headers,
        [
            format!("Host: {}", server.address),
            "Authorization: SSWS ••••••".into(),
            "Accept: */*".into(),
            "Accept-Encoding: gzip, br, zstd, deflate".into(),
            "User-Agent: joinery/test".into(),
            "Content-Type: application/json".into(),
            "Content-Length: 24".into(),
        ]
    );

    let response = exchange.response;
    assert_eq!(
        (response.status, response.reason.as_str(), response.version.as_str()),
        (201, "Made", "HTTP/1.1")
    );
    assert_eq!(response.rate_limit.map(|limit| limit.remaining), Some(599));
    assert_eq!(response.hops.len(), 1);
    assert_eq!(&exchange.body.read().unwrap()[..], b"{}");
}

#[tokio::test]
async fn post_without_a_body_says_so_and_get_does_not() {
    let server = Server::start(|_| reply("204 No Content", &[], "")).await;
    for method in ["POST", "PUT", "PATCH", "GET", "DELETE"] {
        send(&Connection::default(), HttpRequest::new(method, server.url("/")))
            .await
            .unwrap();
    }
    let lengths: Vec<_> = server
        .requests()
        .iter()
        .map(|sent| sent.contains("\r\ncontent-length: 0\r\n"))
        .collect();
    assert_eq!(lengths, [true, true, true, false, false]);
}

#[tokio::test]
async fn only_the_origin_of_the_base_url_is_signed_for() {
    let server = Server::start(|_| reply("200 OK", &[], "")).await;
    for (base_url, signed) in [
        (String::new(), true),
        (server.url("/deep/path"), true),
        ("http://127.0.0.1:1".into(), false),
    ] {
        let connection = Connection {
            base_url: base_url.clone(),
            ..okta()
        };
        send(&connection, HttpRequest::new("GET", server.url("/")))
            .await
            .unwrap();
        assert_eq!(
            server.requests().last().unwrap().contains("authorization"),
            signed,
            "{base_url}"
        );
    }
}

#[tokio::test]
async fn user_name_and_password_in_the_url_become_basic_auth() {
    let server = Server::start(|_| reply("200 OK", &[], "")).await;
    let exchange = get(format!("http://ada:p%40ss@{}/x", server.address)).await.unwrap();
    assert!(server.requests()[0].contains("\r\nauthorization: Basic YWRhOnBAc3M=\r\n"));
    assert_eq!(exchange.request.url, server.url("/x"));
}

#[tokio::test]
async fn what_cannot_be_sent_is_named() {
    for (method, name, value, expected) in [
        ("GE T", "X", "1", "the method cannot be sent: `GE T` is not one"),
        (
            "GET",
            "X Y",
            "1",
            "header `X Y` cannot be sent: its name has characters that a header's name cannot have",
        ),
        (
            "GET",
            "X",
            "a\nb",
            "header `X` cannot be sent: its value has a line break or another control character",
        ),
    ] {
        let mut request = HttpRequest::new(method, "http://127.0.0.1:1/");
        request.set_header(name, value);
        check(name, &send(&okta(), request).await.unwrap_err(), expected);
    }
}
