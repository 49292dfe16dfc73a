//! Bodies: decoded, counted, kept.

use async_compression::tokio::bufread::{BrotliEncoder, DeflateEncoder, GzipEncoder, ZlibEncoder, ZstdEncoder};
use joinery_connector::HttpRequest;
use joinery_http::{Client, ClientOptions, Connection};
use tokio_util::sync::CancellationToken;

use crate::support::{Server, encoded, get, reply, send};

#[tokio::test]
async fn sizes_are_counted_on_the_wire_and_after_decoding() {
    let plain = "{\"name\":\"Ada\"}".repeat(1000);
    let bytes = plain.as_bytes();
    for (coding, encoded) in [
        ("gzip", encoded(GzipEncoder::new(bytes)).await),
        ("br", encoded(BrotliEncoder::new(bytes)).await),
        ("zstd", encoded(ZstdEncoder::new(bytes)).await),
        ("deflate", encoded(ZlibEncoder::new(bytes)).await),
        ("deflate", encoded(DeflateEncoder::new(bytes)).await),
        (
            "gzip, br",
            encoded(BrotliEncoder::new(&encoded(GzipEncoder::new(bytes)).await[..])).await,
        ),
    ] {
        let wire = encoded.len() as u64;
        let server = Server::start(move |_| reply("200 OK", &[("content-encoding", coding)], &encoded)).await;
        let exchange = get(server.url("/")).await.unwrap();
        assert_eq!(exchange.body.read().unwrap(), plain, "{coding}");
        assert_eq!(
            (exchange.response.size, exchange.response.wire_size),
            (plain.len() as u64, wire),
            "{coding}"
        );
    }
}

#[tokio::test]
async fn large_body_goes_to_disk_and_one_that_unpacks_too_far_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let body: Vec<u8> = (0..5_000_000_u32).map(|i| (i % 251) as u8).collect();
    let (plain, zipped) = (body.clone(), encoded(GzipEncoder::new(&body[..])).await);
    let server = Server::start(move |sent| {
        if sent.contains("/zip") {
            reply("200 OK", &[("content-encoding", "gzip")], &zipped)
        } else {
            reply("200 OK", &[], &plain)
        }
    })
    .await;
    let connection = Connection {
        body_folder: folder.path().join("bodies"),
        ..Connection::default()
    };
    for path in ["/", "/zip"] {
        let exchange = send(&connection, HttpRequest::new("GET", server.url(path)))
            .await
            .unwrap();
        assert!(exchange.body.path().unwrap().starts_with(&connection.body_folder));
        assert!(exchange.body.read().unwrap() == body);
        assert_eq!(exchange.response.size, 5_000_000);
    }
    assert_eq!(std::fs::read_dir(&connection.body_folder).unwrap().count(), 0);

    let options = ClientOptions {
        max_body: 2_000_000,
        ..ClientOptions::default()
    };
    for path in ["/", "/zip"] {
        let request = HttpRequest::new("GET", server.url(path));
        let client = Client::new(options.clone()).unwrap();
        let error = joinery_http::send(&client, &connection, request, &CancellationToken::new())
            .await
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "the answer of 127.0.0.1 is larger than 2000000 bytes, the most that is kept"
        );
    }
    assert_eq!(std::fs::read_dir(&connection.body_folder).unwrap().count(), 0);
}

#[tokio::test]
async fn small_answer_that_unpacks_to_a_huge_one_is_stopped_early() {
    let folder = tempfile::tempdir().unwrap();
    // 400 MB of zeros in 400 kB, which is far below the 2 GB that are kept at most.
    let zipped = encoded(GzipEncoder::new(&vec![0; 1 << 20][..])).await.repeat(400);
    let server = Server::start(move |_| reply("200 OK", &[("content-encoding", "gzip")], &zipped)).await;
    let connection = Connection {
        body_folder: folder.path().join("bodies"),
        ..Connection::default()
    };
    let error = send(&connection, HttpRequest::new("GET", server.url("/")))
        .await
        .unwrap_err();
    assert!(
        error
            .to_string()
            .contains("to more than 100 times as many: reading it was stopped"),
        "{error}"
    );
    assert_eq!(std::fs::read_dir(&connection.body_folder).unwrap().count(), 0);
}

#[tokio::test]
async fn connection_may_keep_less_than_its_client() {
    let server = Server::start(|_| reply("200 OK", &[], [0; 2_000])).await;
    let connection = Connection {
        largest_body: Some(1_000),
        ..Connection::default()
    };
    let error = send(&connection, HttpRequest::new("GET", server.url("/")))
        .await
        .unwrap_err();
    assert!(error.to_string().contains("larger than 1000 bytes"), "{error}");
}
