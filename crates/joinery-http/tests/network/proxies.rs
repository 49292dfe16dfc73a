//! Through an HTTP proxy, and around it.

use std::{net::SocketAddr, time::Duration};

use joinery_connector::Secret;
use joinery_http::{
    Network,
    network::{Bypass, ProxyChoice},
};

use crate::{
    certificates::{Authority, Files},
    proxy::{self, Wants},
    server::{client, get, said, serve, told},
};

/// `Basic ada:open sesame`.
const ADA: &str = "Basic YWRhOm9wZW4gc2VzYW1l";

fn through(scheme: &str, proxy: SocketAddr, network: Network) -> Network {
    Network {
        proxy: ProxyChoice::Url(format!("{scheme}://{proxy}").parse().unwrap()),
        ..network
    }
}

fn as_ada(network: Network) -> Network {
    Network {
        proxy_username: Some("ada".into()),
        proxy_password: Some(Secret::new("open sesame")),
        ..network
    }
}

#[tokio::test]
async fn https_goes_through_a_tunnel_and_http_is_handed_to_the_proxy() {
    let (files, authority) = (Files::new(), Authority::new("Acme CA"));
    let proxy = proxy::http(serve(&authority.issue("acme.test")), Wants::Credentials(ADA));
    let client = client(as_ada(through("http", proxy.address, files.trusting(&authority))));
    assert_eq!(said(get(&client, "https://acme.test/").await), "hello");
    assert_eq!(said(get(&client, "http://acme.test/a").await), "by proxy");
    assert_eq!(
        proxy.asked(),
        [
            format!("CONNECT acme.test:443 HTTP/1.1 {ADA}"),
            format!("GET http://acme.test/a HTTP/1.1 {ADA}"),
        ]
    );
    let shown = format!("{client:?}");
    assert!(!shown.contains("sesame") && !shown.contains("YWRhOm9"), "{shown}");
}

#[tokio::test]
async fn this_machine_and_the_bypass_list_are_reached_directly() {
    let (files, authority) = (Files::new(), Authority::new("Acme CA"));
    let address = serve(&authority.issue("localhost"));
    let proxy = proxy::http(address, Wants::Nothing);
    let network = |bypass: &str| Network {
        proxy_bypass: Bypass::parse(bypass).unwrap(),
        ..through("http", proxy.address, files.trusting(&authority))
    };
    assert_eq!(told(&client(network("")), address).await, "hello");
    assert_eq!(proxy.asked(), [""; 0]);
    assert_eq!(told(&client(network("<-loopback>")), address).await, "hello");
    assert_eq!(
        proxy.asked(),
        [format!("CONNECT localhost:{} HTTP/1.1", address.port())]
    );
    assert_eq!(told(&client(network("<-loopback>, localhost")), address).await, "hello");
    assert_eq!(proxy.asked(), [""; 0]);
    let none = client(Network {
        proxy: ProxyChoice::None,
        ..network("<-loopback>")
    });
    assert_eq!(told(&none, address).await, "hello");
    assert_eq!(proxy.asked(), [""; 0]);
}

#[tokio::test]
async fn proxy_that_wants_credentials_says_whether_it_had_any() {
    let proxy = proxy::http("127.0.0.1:1".parse().unwrap(), Wants::Credentials("Basic other"));
    let network = through("http", proxy.address, Network::default());
    for (network, expected) in [
        (network.clone(), "asks for a user name and password"),
        (as_ada(network), "does not accept the user name and password"),
    ] {
        let client = client(network);
        for url in ["https://acme.test/", "http://acme.test/"] {
            assert_eq!(
                said(get(&client, url).await),
                format!("the proxy http://{} {expected} (407)", proxy.address),
                "{url}"
            );
        }
    }
}

#[tokio::test]
async fn proxy_that_refuses_or_is_not_there_is_named() {
    let refusing = proxy::http("127.0.0.1:1".parse().unwrap(), Wants::Nobody("403 Forbidden"));
    let refused = client(through("http", refusing.address, Network::default()));
    assert_eq!(
        said(get(&refused, "https://acme.test/").await),
        format!(
            "the proxy http://{} gives no way to acme.test: it refused to open a tunnel",
            refusing.address
        )
    );
    // A plain request that a proxy refuses has an answer, and that is shown as it is.
    assert_eq!(get(&refused, "http://acme.test/").await.unwrap().response.status, 403);

    let closed = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    for scheme in ["http", "socks5h"] {
        let client = client(through(scheme, closed, Network::default()));
        for url in ["https://acme.test/", "http://acme.test/"] {
            assert_eq!(
                said(get(&client, url).await),
                format!("cannot reach the proxy {scheme}://{closed}: it refused the connection"),
                "{url}"
            );
        }
    }
}

#[tokio::test]
async fn proxy_may_be_asked_over_tls_itself() {
    let (files, authority) = (Files::new(), Authority::new("Acme CA"));
    let plain = serve(&authority.issue("localhost"));
    // What speaks TLS and is no proxy: the tunnel's request reaches it, and its `hello` is taken for consent.
    let client = client(Network {
        proxy: ProxyChoice::Url(format!("https://localhost:{}", plain.port()).parse().unwrap()),
        ..files.trusting(&authority)
    });
    assert_eq!(said(get(&client, "http://acme.test/").await), "hello");
    let unknown = crate::server::client(Network {
        proxy: ProxyChoice::Url(format!("https://localhost:{}", plain.port()).parse().unwrap()),
        ..Network::default()
    });
    for url in ["https://acme.test/", "http://acme.test/"] {
        assert_eq!(
            said(get(&unknown, url).await),
            format!(
                "cannot reach the proxy https://localhost:{}: no secure connection to it: the server's certificate was \
                 issued by `Acme CA`, whom this system does not trust (unknown issuer)",
                plain.port()
            )
        );
    }
}

#[tokio::test]
async fn time_to_connect_is_limited_apart_from_the_rest() {
    // A proxy that accepts and says nothing: the connection is not there before it does.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let client = client(Network {
        connect_timeout: Some(Duration::from_millis(200)),
        ..through("http", silent.local_addr().unwrap(), Network::default())
    });
    assert_eq!(
        said(get(&client, "https://acme.test/").await),
        "no connection to acme.test within 0.2 s"
    );
}
