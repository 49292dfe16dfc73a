//! Which proxy a request goes through. One answer for sending and for saying what went wrong.

use std::sync::OnceLock;

use http::StatusCode;
use hyper_util::client::proxy::matcher::Matcher;
use joinery_connector::Secret;
use url::Url;

use super::{Bypass, PROXY};
use crate::error::Error;

/// What a connection says about proxies.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum ProxyChoice {
    /// The one of the system's settings or environment, where there is one.
    #[default]
    System,
    /// None, whatever the system says.
    None,
    /// This one: its scheme, host and port, without credentials.
    Url(Url),
}

impl ProxyChoice {
    /// Reads `system`, `none` or a URL.
    pub(super) fn parse(text: &str) -> Result<Self, Error> {
        let wrong = |reason: String| Error::Network { setting: PROXY, reason };
        match text {
            "" | "system" => return Ok(Self::System),
            "none" => return Ok(Self::None),
            _ => {}
        }
        // As curl has it, a proxy without a scheme is an HTTP one.
        let text = if text.contains("://") {
            text.to_owned()
        } else {
            format!("http://{text}")
        };
        let url = Url::parse(&text).map_err(|error| wrong(format!("it is not a URL: {error}")))?;
        if !matches!(url.scheme(), "http" | "https" | "socks5" | "socks5h") {
            let scheme = url.scheme();
            return Err(wrong(format!(
                "a proxy is http, https, socks5 or socks5h, not `{scheme}`"
            )));
        }
        if !url.username().is_empty() || url.password().is_some() {
            // The URL is kept and shown in clear.
            return Err(wrong(
                "write user name and password into `proxy_username` and `proxy_password`".into(),
            ));
        }
        if url.host_str().is_none_or(str::is_empty) {
            return Err(wrong("it names no host".into()));
        }
        Ok(Self::Url(url))
    }
}

/// The proxy of a connection.
pub(crate) struct Proxy {
    choice: ProxyChoice,
    bypass: Bypass,
    credentials: Option<(String, Secret)>,
    system: OnceLock<Matcher>,
}

/// The proxy that a request goes through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Via {
    /// Scheme, host and port, as shown.
    pub(crate) proxy: String,
    /// Whether it is asked for each plain request, so that its refusals are answers of it.
    pub(crate) speaks_http: bool,
    /// Whether user name and password are sent to it.
    pub(crate) signed: bool,
}

impl Proxy {
    pub(super) fn new(choice: ProxyChoice, bypass: Bypass, credentials: Option<(String, Secret)>) -> Self {
        Self {
            choice,
            bypass,
            credentials,
            system: OnceLock::new(),
        }
    }

    /// The proxy that a request to `url` goes through, if any.
    pub(crate) fn via(&self, url: &Url) -> Option<Via> {
        if self.choice == ProxyChoice::None || self.bypass.applies(url) {
            return None;
        }
        match &self.choice {
            ProxyChoice::None => None,
            ProxyChoice::Url(proxy) => Some(via(proxy.scheme(), &authority(proxy), self.credentials.is_some())),
            ProxyChoice::System => {
                let system = self.system.get_or_init(Matcher::from_system);
                let found = system.intercept(&url.as_str().parse().ok()?)?;
                let signed = found.basic_auth().is_some() || found.raw_auth().is_some();
                let uri = found.uri();
                Some(via(
                    uri.scheme_str().unwrap_or("http"),
                    uri.authority()?.as_str(),
                    signed,
                ))
            }
        }
    }

    /// A client builder whose requests all go through the proxy.
    pub(crate) fn install(&self, builder: reqwest::ClientBuilder) -> Result<reqwest::ClientBuilder, reqwest::Error> {
        Ok(match &self.choice {
            ProxyChoice::System => builder,
            ProxyChoice::None => builder.no_proxy(),
            ProxyChoice::Url(url) => {
                let proxy = reqwest::Proxy::all(url.as_str())?;
                builder.proxy(match &self.credentials {
                    Some((username, password)) => proxy.basic_auth(username, password.reveal()),
                    None => proxy,
                })
            }
        })
    }
}

impl std::fmt::Debug for Proxy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // What the system says may hold a password.
        f.debug_tuple("Proxy").field(&self.choice).field(&self.bypass).finish()
    }
}

impl Via {
    /// Whether an answer with `status` to a request to `url` is the proxy's own. In a tunnel all are the server's.
    pub(crate) fn answers(&self, url: &Url, status: StatusCode) -> bool {
        self.speaks_http && url.scheme() == "http" && status == StatusCode::PROXY_AUTHENTICATION_REQUIRED
    }
}

fn via(scheme: &str, authority: &str, signed: bool) -> Via {
    Via {
        proxy: format!("{scheme}://{authority}"),
        speaks_http: scheme.starts_with("http"),
        signed,
    }
}

fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port()
        .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}
