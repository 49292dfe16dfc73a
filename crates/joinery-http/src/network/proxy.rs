//! Which proxy a request goes through. One answer for sending and for saying what went wrong.

use http::StatusCode;
use joinery_connector::Secret;
use proxy_watch::{
    Error as Unresolved, ProxyConfig, ProxyConfigSource, ProxyMode, ProxyScheme, ProxyStep,
    pac::{PacRequirement, requirement},
};
use url::Url;

use super::{Bypass, PROXY, pac, system::System};
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
    /// The one that a proxy auto-configuration (PAC) script names for each address: where the script is.
    Script(Url),
}

impl ProxyChoice {
    /// Reads `system`, `none`, the URL of a proxy, or that of a script behind `pac+`.
    pub(super) fn parse(text: &str) -> Result<Self, Error> {
        let wrong = |reason: String| Error::Network { setting: PROXY, reason };
        match text {
            "" | "system" => return Ok(Self::System),
            "none" => return Ok(Self::None),
            _ => {}
        }
        if let Some(script) = text.strip_prefix("pac+") {
            let url =
                Url::parse(script).map_err(|error| wrong(format!("the script's address is not a URL: {error}")))?;
            if !matches!(url.scheme(), "http" | "https" | "file") {
                let scheme = url.scheme();
                return Err(wrong(format!(
                    "a script is read by http, https or file, not `{scheme}`"
                )));
            }
            return Ok(Self::Script(url));
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
    system: System,
    scripts: pac::Scripts,
}

/// The proxy that a request goes through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Via {
    /// Scheme, host and port, as shown.
    pub(crate) proxy: String,
    /// Whether it is asked for each plain request, so that its refusals are answers of it.
    pub(crate) speaks_http: bool,
    /// User name and password that are sent to it.
    credentials: Option<(String, Secret)>,
}

impl Proxy {
    pub(super) fn new(choice: ProxyChoice, bypass: Bypass, credentials: Option<(String, Secret)>) -> Self {
        Self {
            choice,
            bypass,
            credentials,
            system: System::default(),
            scripts: pac::Scripts::default(),
        }
    }

    /// The ways that a request to `url` may take, `None` being the direct one. Each next one is for when the proxy
    /// before it cannot be reached. A script is read with `direct`.
    ///
    /// # Errors
    /// [`Error::ProxyScript`] and [`Error::Network`], where nobody can tell.
    pub(crate) async fn ways(&self, url: &Url, direct: &reqwest::Client) -> Result<Vec<Option<Via>>, Error> {
        let choice = match &self.choice {
            _ if self.bypass.applies(url) => &ProxyChoice::None,
            choice => choice,
        };
        match choice {
            ProxyChoice::None => Ok(vec![None]),
            ProxyChoice::Url(proxy) => Ok(vec![Some(Via::new(
                proxy.scheme(),
                &authority(proxy),
                self.credentials.clone(),
            ))]),
            ProxyChoice::System => self.resolved(&self.system.says().await, url, direct).await,
            ProxyChoice::Script(script) => {
                let mode = ProxyMode::pac(script.clone());
                let config = ProxyConfig::from_source(ProxyConfigSource::Env, mode);
                self.resolved(&config, url, direct).await
            }
        }
    }

    async fn resolved(
        &self,
        config: &ProxyConfig,
        url: &Url,
        direct: &reqwest::Client,
    ) -> Result<Vec<Option<Via>>, Error> {
        let steps = match requirement(&config.effective) {
            PacRequirement::Fetch(script) => self.scripts.ask(script, url, direct).await?,
            PacRequirement::Inline(script) => pac::ask("of the system's settings", script, url).await?,
            PacRequirement::NotNeeded => proxy_watch::resolve(config, url).map_err(|error| unusable(&error))?,
            // Automatic detection asks for a name that anyone in the network may answer to: it is not done.
            _ => vec![ProxyStep::Direct],
        };
        Ok(steps.iter().map(|step| self.way(step)).collect())
    }

    fn way(&self, step: &ProxyStep) -> Option<Via> {
        let endpoint = step.endpoint()?;
        let own = endpoint.auth.as_ref().map(|auth| {
            let password = Secret::new(auth.password().unwrap_or_default());
            (auth.username().to_owned(), password)
        });
        let hint = endpoint.scheme_hint.map(ProxyScheme::as_str);
        let scheme = hint.or(step.scheme()).unwrap_or("http");
        Some(Via::new(
            scheme,
            &endpoint.authority(),
            own.or_else(|| self.credentials.clone()),
        ))
    }
}

/// What the system says, where it is no way.
fn unusable(error: &Unresolved) -> Error {
    Error::Network {
        setting: PROXY,
        reason: format!("what the system says of proxies cannot be used: {error}"),
    }
}

impl std::fmt::Debug for Proxy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // What the system says may hold a password.
        f.debug_tuple("Proxy").field(&self.choice).field(&self.bypass).finish()
    }
}

impl Via {
    fn new(scheme: &str, authority: &str, credentials: Option<(String, Secret)>) -> Self {
        Self {
            proxy: format!("{scheme}://{authority}"),
            speaks_http: scheme.starts_with("http"),
            credentials,
        }
    }

    /// Whether user name and password are sent to it.
    pub(crate) fn signed(&self) -> bool {
        self.credentials.is_some()
    }

    /// A client builder whose requests all go through this proxy.
    pub(crate) fn install(&self, builder: reqwest::ClientBuilder) -> Result<reqwest::ClientBuilder, reqwest::Error> {
        let proxy = reqwest::Proxy::all(&self.proxy)?;
        Ok(builder.proxy(match &self.credentials {
            Some((username, password)) => proxy.basic_auth(username, password.reveal()),
            None => proxy,
        }))
    }

    /// Whether an answer with `status` to a request to `url` is the proxy's own. In a tunnel all are the server's.
    pub(crate) fn answers(&self, url: &Url, status: StatusCode) -> bool {
        self.speaks_http && url.scheme() == "http" && status == StatusCode::PROXY_AUTHENTICATION_REQUIRED
    }
}

fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port()
        .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}
