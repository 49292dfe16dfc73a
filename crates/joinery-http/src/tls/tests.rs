//! Handshakes with a TLS server on loopback whose certificate is made for the test.

use std::{
    io::{BufRead, BufReader, Write},
    net::{SocketAddr, TcpListener},
    sync::Arc,
    time::Duration,
};

use joinery_connector::HttpRequest;
use rcgen::{CertificateParams, DnType, KeyPair, date_time_ymd};
use rustls::{
    RootCertStore, ServerConfig, ServerConnection, StreamOwned,
    client::WebPkiServerVerifier,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer},
};
use tokio_util::sync::CancellationToken;

use super::SystemVerifier;
use crate::{Client, ClientOptions, Connection, Error, Exchange};

/// TCP is connected by then: only the handshake waits for it.
const BEFORE_HANDSHAKE: Duration = Duration::from_millis(40);

/// A server with a certificate for `name` that ended with the year `last`. It answers every GET with `hello`.
fn serve(name: &str, last: i32) -> (SocketAddr, CertificateDer<'static>) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new([name.to_owned()]).unwrap();
    params
        .distinguished_name
        .push(DnType::CommonName, format!("issuer of {name}"));
    params.not_before = date_time_ymd(2000, 1, 1);
    params.not_after = date_time_ymd(last, 12, 31);
    let certificate = params.self_signed(&key).unwrap().der().clone();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.clone()],
            PrivateKeyDer::Pkcs8(key.serialize_der().into()),
        )
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::sleep(BEFORE_HANDSHAKE);
            let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut stream = BufReader::new(StreamOwned::new(connection, stream));
            let mut line = String::new();
            while stream.read_line(&mut line).is_ok_and(|read| read > 0) {
                if line == "\r\n" {
                    let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello";
                    stream.get_mut().write_all(answer).unwrap();
                }
                line.clear();
            }
        }
    });
    (address, certificate)
}

fn trusting(certificate: CertificateDer<'static>) -> Client {
    let mut roots = RootCertStore::empty();
    roots.add(certificate).unwrap();
    let provider = Arc::new(ring::default_provider());
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider)
        .build()
        .unwrap();
    Client::with_verifier(ClientOptions::default(), SystemVerifier::trusting(verifier)).unwrap()
}

async fn get(client: &Client, address: SocketAddr) -> Result<Exchange, Error> {
    let request = HttpRequest::new("GET", format!("https://localhost:{}/", address.port()));
    crate::send(client, &Connection::default(), request, &CancellationToken::new()).await
}

#[tokio::test]
async fn handshake_is_a_phase_of_its_own_and_happens_once() {
    let (address, certificate) = serve("localhost", 2999);
    let client = trusting(certificate);
    let cold = get(&client, address).await.unwrap();
    assert_eq!(&cold.body.read().unwrap()[..], b"hello");
    let timing = cold.response.timing;
    let phases = [timing.dns_ms, timing.connect_ms, timing.tls_ms].map(Option::unwrap);
    assert!(
        phases.iter().sum::<f64>() + timing.wait_ms + timing.download_ms <= timing.total_ms + 0.001,
        "{timing:?}"
    );
    assert!(phases[2] >= BEFORE_HANDSHAKE.as_secs_f64() * 1000.0, "{timing:?}");
    assert!(phases[1] < phases[2], "{timing:?}");

    let timing = get(&client, address).await.unwrap().response.timing;
    assert_eq!((timing.dns_ms, timing.connect_ms, timing.tls_ms), (None, None, None));
}

#[tokio::test]
async fn certificate_that_is_not_accepted_says_why() {
    let (trusted, elsewhere, expired) = (
        serve("localhost", 2999),
        serve("other.test", 2999),
        serve("localhost", 2001),
    );
    for ((address, _), client, expected) in [
        (
            &trusted,
            trusting(elsewhere.1.clone()),
            "is signed by nobody this system trusts (unknown issuer)",
        ),
        (
            &elsewhere,
            trusting(elsewhere.1.clone()),
            "is for another name (other.test)",
        ),
        (&expired, trusting(expired.1.clone()), "has expired"),
        (
            &trusted,
            Client::new(ClientOptions::default()).unwrap(),
            "is signed by nobody this system trusts (unknown issuer)",
        ),
    ] {
        let error = get(&client, *address).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("no secure connection to localhost: the server's certificate {expected}")
        );
    }
}
