//! The transports behind a client. Live: one client per connection, so that its TCP connections are reused. Recorded: a
//! cassette answers, nothing goes out and nothing is signed.

use std::{
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
};

use joinery_connector::cassette::RecordedExchange;
use url::{Host, Url};

use crate::{
    certificate::Certificate,
    cookies::Jar,
    error::Error,
    network::{HttpVersion, Network, Proxy, Via},
    recording::Recording,
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
    /// Certificates, proxy and timeouts.
    pub network: Network,
    /// The cookies it sends and takes in. A clone of the options shares them.
    pub cookies: Arc<Jar>,
}

impl Default for ClientOptions {
    fn default() -> Self {
        Self {
            user_agent: String::new(),
            max_body: MAX_BODY,
            network: Network::default(),
            cookies: Arc::default(),
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
    transport: Transport,
}

/// Where answers come from.
#[derive(Debug)]
enum Transport {
    Live(Box<Live>),
    Recorded(Recording),
}

#[derive(Debug)]
struct Live {
    verifier: Arc<SystemVerifier>,
    tls: rustls::ClientConfig,
    proxy: Proxy,
    direct: reqwest::Client,
    proxied: Mutex<Vec<(Via, reqwest::Client)>>,
}

/// The pools of a client that asks servers, and how it reaches them.
#[derive(Clone, Copy)]
pub(crate) struct LiveClient<'a> {
    live: &'a Live,
    network: &'a Network,
}

/// How a request goes out.
pub(crate) struct Route {
    /// The pool whose connection it takes.
    pub(crate) pool: reqwest::Client,
    /// The proxy it goes through.
    pub(crate) via: Option<Via>,
}

impl Client {
    /// A client. Reads the certificates of its settings, not yet the system's, and opens no connection.
    ///
    /// # Errors
    /// [`Error::Network`] for a setting that cannot be used, [`Error::Tls`] when no TLS version can be offered.
    pub fn new(options: ClientOptions) -> Result<Self, Error> {
        let network = &options.network;
        let (tls, verifier) = tls::config(network)?;
        let direct = builder(&tls, network)
            .no_proxy()
            .build()
            .map_err(|error| unusable(&error))?;
        let live = Live {
            proxy: network.proxy(),
            verifier,
            tls,
            direct,
            proxied: Mutex::default(),
        };
        Ok(Self::over(options, Transport::Live(Box::new(live))))
    }

    /// A client that a recording answers. It signs nothing, waits for nothing and opens no connection.
    pub fn recorded(options: ClientOptions, exchanges: Vec<RecordedExchange>) -> Self {
        Self::over(options, Transport::Recorded(Recording::new(exchanges)))
    }

    fn over(options: ClientOptions, transport: Transport) -> Self {
        Self {
            shared: Arc::new(Shared { options, transport }),
        }
    }

    /// The certificates that a host showed when a connection to it was last opened, its own first.
    pub fn certificates(&self, host: &str) -> Vec<Certificate> {
        match &self.shared.transport {
            Transport::Live(live) => live.verifier.shown().chain(host),
            Transport::Recorded(_) => Vec::new(),
        }
    }

    /// What is being replayed; `None` for a client that asks servers.
    pub fn recording(&self) -> Option<&Recording> {
        match &self.shared.transport {
            Transport::Recorded(recording) => Some(recording),
            Transport::Live(_) => None,
        }
    }

    /// The pools; `None` for a client that a recording answers.
    pub(crate) fn live(&self) -> Option<LiveClient<'_>> {
        match &self.shared.transport {
            Transport::Live(live) => Some(LiveClient {
                live,
                network: &self.shared.options.network,
            }),
            Transport::Recorded(_) => None,
        }
    }

    pub(crate) fn options(&self) -> &ClientOptions {
        &self.shared.options
    }

    /// Its cookies.
    pub fn cookies(&self) -> &Arc<Jar> {
        &self.shared.options.cookies
    }
}

impl LiveClient<'_> {
    /// The ways to `url`, each next one for when the proxy of the one before cannot be reached.
    ///
    /// # Errors
    /// [`Error::ProxyScript`], [`Error::Network`] and [`Error::Tls`] when the proxies cannot be used.
    pub(crate) async fn routes(&self, url: &Url) -> Result<Vec<Route>, Error> {
        if url.scheme() == "https" {
            self.load_certificates();
        }
        let ways = self.live.proxy.ways(url, &self.live.direct).await?;
        let route = |via: Option<Via>| {
            let pool = match &via {
                None => self.live.direct.clone(),
                Some(via) => self.through(via)?,
            };
            Ok(Route { pool, via })
        };
        ways.into_iter().map(route).collect()
    }

    /// The pool of connections through a proxy.
    fn through(&self, via: &Via) -> Result<reqwest::Client, Error> {
        let mut proxied = self.live.proxied.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, pool)) = proxied.iter().find(|(known, _)| known == via) {
            return Ok(pool.clone());
        }
        let builder = builder(&self.live.tls, self.network);
        let pool = via.install(builder).and_then(reqwest::ClientBuilder::build);
        let pool = pool.map_err(|error| unusable(&error))?;
        proxied.push((via.clone(), pool.clone()));
        Ok(pool)
    }

    /// Loads the certificates while the connection is being opened, so that the handshake need not wait for them.
    fn load_certificates(&self) {
        if !self.live.verifier.is_loaded() {
            let verifier = Arc::clone(&self.live.verifier);
            // A failure is kept by the verifier and told at the handshake.
            tokio::task::spawn_blocking(move || verifier.load().is_ok());
        }
    }
}

/// Redirects, cookies and decoding are ours: each hop is recorded, and sizes are counted on the wire.
fn builder(tls: &rustls::ClientConfig, network: &Network) -> reqwest::ClientBuilder {
    let builder = reqwest::Client::builder()
        .tls_backend_preconfigured(tls.clone())
        .redirect(reqwest::redirect::Policy::none())
        .dns_resolver(Resolver)
        .connector_layer(ConnectionLayer);
    let builder = match network.http_version {
        HttpVersion::Either => builder,
        HttpVersion::One => builder.http1_only(),
        HttpVersion::Two => builder.http2_prior_knowledge(),
    };
    match network.connect_timeout {
        Some(limit) => builder.connect_timeout(limit),
        None => builder,
    }
}

fn unusable(error: &reqwest::Error) -> Error {
    Error::Tls {
        host: "any host".into(),
        reason: error.to_string(),
    }
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
