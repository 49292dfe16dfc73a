//! The client: one per connection, so that its TCP connections are reused.

use std::{
    net::IpAddr,
    sync::{Arc, OnceLock},
};

use url::{Host, Url};

use crate::{
    cookies::Jar,
    error::Error,
    tls::{self, SystemVerifier},
    trace::{ConnectionLayer, Resolver},
};

/// The most bytes of a body that are kept where [`ClientOptions::max_body`] does not say otherwise: 2 GB.
const MAX_BODY: u64 = 2 * 1024 * 1024 * 1024;

/// How a client connects.
#[derive(Debug, Clone)]
pub struct ClientOptions {
    /// Value of the `User-Agent` header where a request sets none.
    pub user_agent: String,
    /// The most bytes of a body that are kept, decoded. A larger one is [`Error::TooLarge`].
    pub max_body: u64,
}

impl Default for ClientOptions {
    fn default() -> Self {
        Self {
            user_agent: String::new(),
            max_body: MAX_BODY,
        }
    }
}

/// A pool of connections and a cookie jar. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Client {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    options: ClientOptions,
    verifier: Arc<SystemVerifier>,
    tls: rustls::ClientConfig,
    direct: reqwest::Client,
    proxied: OnceLock<reqwest::Client>,
    cookies: Jar,
}

impl Client {
    /// A client. Reads no certificates and opens no connection.
    ///
    /// # Errors
    /// [`Error::Tls`] when no TLS version can be offered.
    pub fn new(options: ClientOptions) -> Result<Self, Error> {
        Self::with_verifier(options, SystemVerifier::new())
    }

    pub(crate) fn with_verifier(options: ClientOptions, verifier: SystemVerifier) -> Result<Self, Error> {
        let unusable = |reason: String| Error::Tls {
            host: "any host".into(),
            reason,
        };
        let verifier = Arc::new(verifier);
        let tls = tls::config(Arc::clone(&verifier)).map_err(|error| unusable(error.to_string()))?;
        let direct = builder(&tls)
            .no_proxy()
            .build()
            .map_err(|error| unusable(error.to_string()))?;
        Ok(Self {
            shared: Arc::new(Shared {
                options,
                verifier,
                tls,
                direct,
                proxied: OnceLock::new(),
                cookies: Jar::default(),
            }),
        })
    }

    pub(crate) fn options(&self) -> &ClientOptions {
        &self.shared.options
    }

    pub(crate) fn cookies(&self) -> &Jar {
        &self.shared.cookies
    }

    /// The pool for `url`: through the system's proxy, except to this very machine.
    pub(crate) fn pool(&self, url: &Url) -> &reqwest::Client {
        if url.scheme() == "https" {
            self.load_certificates();
        }
        if is_loopback(url) {
            return &self.shared.direct;
        }
        self.shared.proxied.get_or_init(|| {
            builder(&self.shared.tls)
                .build()
                .expect("the direct client was built with the same settings")
        })
    }

    /// Loads the certificates while the connection is being opened, so that the handshake need not wait for them.
    fn load_certificates(&self) {
        if !self.shared.verifier.is_loaded() {
            let verifier = Arc::clone(&self.shared.verifier);
            // A failure is kept by the verifier and told at the handshake.
            tokio::task::spawn_blocking(move || verifier.load().is_ok());
        }
    }
}

/// Redirects, cookies and decoding are ours: each hop is recorded, and sizes are counted on the wire.
fn builder(tls: &rustls::ClientConfig) -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls.clone())
        .redirect(reqwest::redirect::Policy::none())
        .dns_resolver(Resolver)
        .connector_layer(ConnectionLayer)
}

/// Whether `url` is on this very machine.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::V6(address).to_canonical().is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proxy_is_never_used_for_this_machine() {
        for (url, expected) in [
            ("http://localhost:8080/", true),
            ("http://okta.localhost/", true),
            ("http://127.0.0.9/", true),
            ("http://[::1]/", true),
            ("http://[::ffff:127.0.0.1]/", true),
            ("http://localhost.example.com/", false),
            ("http://10.0.0.1/", false),
        ] {
            assert_eq!(is_loopback(&Url::parse(url).unwrap()), expected, "{url}");
        }
    }
}
