//! TLS servers that answer every request with `hello`, and a client to ask them with.

use std::{
    io::{BufRead, BufReader, Write},
    net::{SocketAddr, TcpListener},
    sync::Arc,
    time::Duration,
};

use joinery_connector::HttpRequest;
use joinery_http::{Client, ClientOptions, Connection, Error, Exchange, Network};
use rustls::{
    RootCertStore, ServerConfig, ServerConnection, StreamOwned, SupportedProtocolVersion,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer},
    server::WebPkiClientVerifier,
};
use tokio_util::sync::CancellationToken;

use crate::certificates::{Authority, Issued};

/// TCP is connected by then: only the handshake waits for it.
pub const BEFORE_HANDSHAKE: Duration = Duration::from_millis(40);

/// A server with that certificate.
pub fn serve(issued: &Issued) -> SocketAddr {
    start(issued, None, rustls::ALL_VERSIONS)
}

/// A server that lets in only who shows a certificate of `clients`.
pub fn serve_known(issued: &Issued, clients: &Authority, version: &'static SupportedProtocolVersion) -> SocketAddr {
    start(issued, Some(clients), &[version])
}

fn start(issued: &Issued, clients: Option<&Authority>, versions: &[&'static SupportedProtocolVersion]) -> SocketAddr {
    let provider = Arc::new(ring::default_provider());
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(versions)
        .unwrap();
    let builder = match clients {
        None => builder.with_no_client_auth(),
        Some(clients) => {
            let mut roots = RootCertStore::empty();
            roots.add(CertificateDer::from(clients.certificate.clone())).unwrap();
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
            builder.with_client_cert_verifier(verifier.build().unwrap())
        }
    };
    let chain = vec![CertificateDer::from(issued.certificate.clone())];
    let key = PrivateKeyDer::Pkcs8(issued.key.clone().into());
    let config = Arc::new(builder.with_single_cert(chain, key).unwrap());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            std::thread::spawn(move || {
                std::thread::sleep(BEFORE_HANDSHAKE);
                greet(BufReader::new(StreamOwned::new(connection, stream)));
            });
        }
    });
    address
}

fn greet<S: std::io::Read + Write>(mut stream: BufReader<S>) {
    let mut line = String::new();
    while stream.read_line(&mut line).is_ok_and(|read| read > 0) {
        if line == "\r\n" {
            let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello";
            if stream.get_mut().write_all(answer).is_err() {
                return;
            }
        }
        line.clear();
    }
}

pub fn client(network: Network) -> Client {
    try_client(network).unwrap()
}

pub fn try_client(network: Network) -> Result<Client, Error> {
    Client::new(ClientOptions {
        network,
        ..ClientOptions::default()
    })
}

pub async fn get(client: &Client, url: &str) -> Result<Exchange, Error> {
    let request = HttpRequest::new("GET", url);
    joinery_http::send(client, &Connection::default(), request, &CancellationToken::new()).await
}

/// What a GET of `localhost` at that port gives: the body, or the error's text.
pub async fn told(client: &Client, address: SocketAddr) -> String {
    said(get(client, &format!("https://localhost:{}/", address.port())).await)
}

pub fn said(outcome: Result<Exchange, Error>) -> String {
    match outcome {
        Ok(exchange) => String::from_utf8(exchange.body.read().unwrap().to_vec()).unwrap(),
        Err(error) => error.to_string(),
    }
}
