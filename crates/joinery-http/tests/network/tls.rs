//! Who trusts whom.

use joinery_connector::Secret;
use joinery_http::Network;
use pkcs8::{
    EncryptedPrivateKeyInfoRef,
    der::{Encode, asn1::OctetStringRef},
    pkcs5::pbes2,
};
use rustls::version::{TLS12, TLS13};

use crate::{
    certificates::{Authority, Files, Issued, pem},
    server::{BEFORE_HANDSHAKE, client, get, serve, serve_known, told, try_client},
};

#[tokio::test]
async fn handshake_is_a_phase_of_its_own_and_happens_once() {
    let (files, authority) = (Files::new(), Authority::new("Acme CA"));
    let address = serve(&authority.issue("localhost"));
    let client = client(files.trusting(&authority));
    let url = format!("https://localhost:{}/", address.port());
    let cold = get(&client, &url).await.unwrap();
    assert_eq!(&cold.body.read().unwrap()[..], b"hello");
    let timing = cold.response.timing;
    let phases = [timing.dns_ms, timing.connect_ms, timing.tls_ms].map(Option::unwrap);
    assert!(
        phases.iter().sum::<f64>() + timing.wait_ms + timing.download_ms <= timing.total_ms + 0.001,
        "{timing:?}"
    );
    assert!(phases[2] >= BEFORE_HANDSHAKE.as_secs_f64() * 1000.0, "{timing:?}");
    assert!(phases[1] < phases[2], "{timing:?}");

    let timing = get(&client, &url).await.unwrap().response.timing;
    assert_eq!((timing.dns_ms, timing.connect_ms, timing.tls_ms), (None, None, None));
}

#[tokio::test]
async fn certificate_that_is_not_accepted_says_why() {
    let (files, authority) = (Files::new(), Authority::new("Acme CA"));
    let trusting = client(files.trusting(&authority));
    for (issued, expected) in [
        (authority.issue("other.test"), "is for another name (other.test)"),
        (authority.issue_until("localhost", 2001), "has expired"),
    ] {
        assert_eq!(
            told(&trusting, serve(&issued)).await,
            format!("no secure connection to localhost: the server's certificate {expected}")
        );
    }
}

#[tokio::test]
async fn interception_is_told_with_the_name_of_who_intercepts() {
    let (files, authority) = (Files::new(), Authority::new("Acme CA"));
    let address = serve(&Authority::new("Acme Web Inspection").issue("localhost"));
    for network in [Network::default(), files.trusting(&authority)] {
        assert_eq!(
            told(&client(network), address).await,
            "no secure connection to localhost: the server's certificate was issued by `Acme Web Inspection`, whom this \
             system does not trust (unknown issuer)"
        );
    }
}

#[tokio::test]
async fn check_that_is_turned_off_accepts_any_certificate_and_warns() {
    let address = serve(&Authority::new("Nobody").issue_until("other.test", 2001));
    let network = Network {
        verify: false,
        ..Network::default()
    };
    assert!(network.warning().unwrap().contains("not checked"));
    assert_eq!(Network::default().warning(), None);
    assert_eq!(told(&client(network), address).await, "hello");
}

/// Settings that show `shown`, whose key is `key`.
fn showing(files: &Files, server: &Authority, shown: &Issued, key: Option<&str>) -> Network {
    Network {
        client_certificate: Some(files.write("client.pem", &shown.pem())),
        client_key: key.map(Secret::new),
        ..files.trusting(server)
    }
}

#[tokio::test]
async fn server_that_asks_for_a_certificate_lets_in_whom_it_knows() {
    let (files, server, clients) = (Files::new(), Authority::new("Acme CA"), Authority::new("Acme People"));
    let (known, stranger) = (clients.issue("ada"), Authority::new("Others").issue("mallory"));
    for version in [&TLS12, &TLS13] {
        let address = serve_known(&server.issue("localhost"), &clients, version);
        let known = client(showing(&files, &server, &known, Some(&known.key_pem())));
        assert_eq!(told(&known, address).await, "hello", "{version:?}");
        assert_eq!(
            told(&client(files.trusting(&server)), address).await,
            "localhost asks for a client certificate, and this connection has none",
            "{version:?}"
        );
        let stranger = client(showing(&files, &server, &stranger, Some(&stranger.key_pem())));
        assert_eq!(
            told(&stranger, address).await,
            "localhost refuses the client certificate: UnknownCA",
            "{version:?}"
        );
    }
}

#[tokio::test]
async fn key_may_be_encrypted_or_stand_beside_the_certificate_or_on_one_line() {
    let (files, server, clients) = (Files::new(), Authority::new("Acme CA"), Authority::new("Acme People"));
    let address = serve_known(&server.issue("localhost"), &clients, &TLS13);
    let known = clients.issue("ada");
    let one_line = known.key_pem().replace('\n', " ");
    let beside = files.write("both.pem", &format!("{}{}", known.key_pem(), known.pem()));
    for network in [
        showing(&files, &server, &known, Some(&one_line)),
        Network {
            client_key_passphrase: Some(Secret::new("open sesame")),
            ..showing(&files, &server, &known, Some(&encrypted(&known.key, "open sesame")))
        },
        Network {
            client_certificate: Some(beside),
            ..files.trusting(&server)
        },
    ] {
        assert_eq!(told(&client(network), address).await, "hello");
    }
}

#[tokio::test]
async fn certificate_and_key_may_come_in_one_pkcs12_file() {
    let (files, server, clients) = (Files::new(), Authority::new("Acme CA"), Authority::new("Acme People"));
    let address = serve_known(&server.issue("localhost"), &clients, &TLS13);
    let file = files.write_bytes("ada.p12", &pkcs12(&clients.issue("ada"), &clients, "open sesame"));
    let with = |passphrase: Option<&str>, key: Option<&str>| Network {
        client_certificate: Some(file.clone()),
        client_key: key.map(Secret::new),
        client_key_passphrase: passphrase.map(Secret::new),
        ..files.trusting(&server)
    };
    assert_eq!(told(&client(with(Some("open sesame"), None)), address).await, "hello");
    let folder = file.parent().unwrap().display().to_string();
    for (network, expected) in [
        (
            with(None, None),
            "`client_key_passphrase`: it is missing, and ~/ada.p12 is encrypted",
        ),
        (
            with(Some("wrong"), None),
            "`client_key_passphrase`: it does not open ~/ada.p12",
        ),
        (
            with(Some("open sesame"), Some("key")),
            "`client_key`: ~/ada.p12 holds the key besides the certificate; leave this empty",
        ),
        (
            Network {
                client_certificate: Some(files.write_bytes("cut.pfx", &[0x30, 0x82, 0x01])),
                ..Network::default()
            },
            "`client_certificate`: ~/cut.pfx is neither PEM nor PKCS#12 that can be read",
        ),
    ] {
        let error = try_client(network).unwrap_err().to_string();
        assert_eq!(error.replace(&folder, "~"), expected);
    }
}

/// As browsers and Windows export an identity.
fn pkcs12(issued: &Issued, authority: &Authority, password: &str) -> Vec<u8> {
    let certificate = |der: &[u8]| p12_keystore::Certificate::from_der(der).unwrap();
    let chain = p12_keystore::PrivateKeyChain::new(
        vec![1_u8],
        p12_keystore::PrivateKey::from_der(&issued.key).unwrap(),
        [certificate(&issued.certificate), certificate(&authority.certificate)],
    );
    let mut store = p12_keystore::KeyStore::new();
    store.add_entry("ada", p12_keystore::KeyStoreEntry::PrivateKeyChain(chain));
    store.writer(password).encryption_iterations(100).write().unwrap()
}

/// As `openssl pkcs8 -topk8` writes a key.
fn encrypted(key: &[u8], passphrase: &str) -> String {
    let scheme = pbes2::Parameters::generate_pbkdf2_sha256_aes256cbc(2048, b"saltsalt", [7; 16]).unwrap();
    let data = scheme.encrypt(passphrase, key).unwrap();
    let info = EncryptedPrivateKeyInfoRef {
        encryption_algorithm: scheme.into(),
        encrypted_data: OctetStringRef::new(&data).unwrap(),
    };
    pem("ENCRYPTED PRIVATE KEY", &info.to_der().unwrap())
}

#[test]
fn certificates_and_keys_that_cannot_be_used_are_refused_by_name() {
    let (files, authority) = (Files::new(), Authority::new("Acme CA"));
    let (ada, grace) = (authority.issue("ada"), authority.issue("grace"));
    let showing = |key: Option<&str>| showing(&files, &authority, &ada, key);
    let der = files.write("ca.der", "\u{30}\u{82}");
    let broken = files.write("broken.pem", &pem("CERTIFICATE", b"no certificate"));
    let missing = der.with_file_name("missing.pem");
    let locked = encrypted(&ada.key, "right");
    let with = |ca_file: &std::path::Path| Network {
        ca_file: Some(ca_file.to_owned()),
        ..Network::default()
    };
    let folder = der.parent().unwrap().display().to_string();
    for (network, expected) in [
        (
            with(&missing),
            "`ca_file`: cannot read ~/missing.pem: No such file or directory (os error 2)",
        ),
        (
            with(&der),
            "`ca_file`: ~/ca.der holds no certificate in PEM (-----BEGIN CERTIFICATE-----)",
        ),
        (
            with(&broken),
            "`ca_file`: certificate 1 of ~/broken.pem cannot be used: invalid peer certificate: BadEncoding",
        ),
        (
            showing(Some(&grace.key_pem())),
            "`client_key`: it is not the key of the certificate in ~/client.pem",
        ),
        (showing(Some("hush")), "`client_key`: it holds no private key in PEM"),
        (
            showing(None),
            "`client_key`: it is missing, and ~/client.pem holds no private key beside the certificate",
        ),
        (
            showing(Some(&locked)),
            "`client_key_passphrase`: it is missing, and the client key is encrypted",
        ),
        (
            Network {
                client_key_passphrase: Some(Secret::new("wrong")),
                ..showing(Some(&locked))
            },
            "`client_key_passphrase`: it does not open the client key",
        ),
        (
            showing(Some(
                "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nYQ==\n-----END RSA PRIVATE KEY-----",
            )),
            "`client_key`: the key is encrypted in a way of old that is not supported; convert it with openssl pkcs8 -topk8",
        ),
        (
            Network {
                client_key: Some(Secret::new(ada.key_pem())),
                ..Network::default()
            },
            "`client_certificate`: it is missing, and there is a client key",
        ),
    ] {
        let error = try_client(network).unwrap_err().to_string();
        assert_eq!(error.replace(&folder, "~"), expected);
    }
}
