//! Through a SOCKS proxy.

use joinery_connector::Secret;
use joinery_http::{Network, network::ProxyChoice};

use crate::{
    certificates::{Authority, Files},
    proxy,
    server::{client, get, said, serve},
};

#[tokio::test]
async fn names_are_looked_up_by_the_proxy_and_credentials_are_given() {
    let (files, authority) = (Files::new(), Authority::new("Acme CA"));
    let address = serve(&authority.issue("acme.test"));
    for credentials in [None, Some(("ada", "open sesame"))] {
        let proxy = proxy::socks5(address, credentials);
        let network = |password: &str| Network {
            proxy: ProxyChoice::Url(format!("socks5h://{}", proxy.address).parse().unwrap()),
            proxy_username: credentials.map(|(name, _)| name.to_owned()),
            proxy_password: credentials.map(|_| Secret::new(password)),
            ..files.trusting(&authority)
        };
        let right = client(network("open sesame"));
        assert_eq!(said(get(&right, "https://acme.test/").await), "hello");
        assert_eq!(proxy.asked(), ["acme.test"]);
        if credentials.is_some() {
            let refused = said(get(&client(network("wrong")), "https://acme.test/").await);
            assert_eq!(
                refused,
                format!(
                    "the proxy socks5h://{} gives no way to acme.test: SOCKS error: credentials not accepted",
                    proxy.address
                )
            );
        }
    }
}
