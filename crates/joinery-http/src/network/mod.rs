//! How a connection reaches its server: certificates, proxy, timeouts. Options of every way to sign in. They belong to
//! a profile, never to a connector: paths and proxies are those of one machine. [`form`] says what each is called.

mod bypass;
mod certificates;
mod pac;
mod pem;
mod pkcs12;
mod proxy;
mod system;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use joinery_connector::{
    Secret,
    form::{Control, Form, FormField},
};
use rustls::{
    crypto::{CryptoProvider, ring},
    pki_types::CertificateDer,
    sign::CertifiedKey,
};
use serde_json::{Map, Value};

pub(crate) use self::proxy::{Proxy, Via};
pub use self::{bypass::Bypass, proxy::ProxyChoice};
use crate::error::Error;

const CA_FILE: &str = "ca_file";
const CLIENT_CERTIFICATE: &str = "client_certificate";
const CLIENT_KEY: &str = "client_key";
const CLIENT_KEY_PASSPHRASE: &str = "client_key_passphrase";
const VERIFY: &str = "verify";
const PROXY: &str = "proxy";
const PROXY_USERNAME: &str = "proxy_username";
const PROXY_PASSWORD: &str = "proxy_password";
const PROXY_BYPASS: &str = "proxy_bypass";
const CONNECT_TIMEOUT: &str = "connect_timeout";
const TIMEOUT: &str = "timeout";
const HTTP_VERSION: &str = "http_version";

/// How a connection reaches its server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Network {
    /// A PEM file of authorities that are trusted besides the system's own.
    pub ca_file: Option<PathBuf>,
    /// A file with the certificate, and those above it, that is shown to a server that asks: PEM, or PKCS#12, which holds
    /// the key as well.
    pub client_certificate: Option<PathBuf>,
    /// The key of that certificate in PEM; where there is none, it stands in the certificate's file.
    pub client_key: Option<Secret>,
    /// What opens the key, where it is encrypted (PKCS#8), or the PKCS#12 file.
    pub client_key_passphrase: Option<Secret>,
    /// Whether the server must prove who it is.
    pub verify: bool,
    /// Which proxy.
    pub proxy: ProxyChoice,
    /// Who signs in to the proxy.
    pub proxy_username: Option<String>,
    /// With which password.
    pub proxy_password: Option<Secret>,
    /// What is reached without the proxy.
    pub proxy_bypass: Bypass,
    /// How long opening a connection may take, TLS and proxy included.
    pub connect_timeout: Option<Duration>,
    /// How long a request may take at most, all hops and retries included.
    pub timeout: Option<Duration>,
    /// Which versions of HTTP are spoken.
    pub http_version: HttpVersion,
}

/// Which versions of HTTP are spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum HttpVersion {
    /// HTTP/2 where a server offers it over TLS, else HTTP/1.1.
    #[default]
    Either,
    /// HTTP/1.1 alone.
    One,
    /// HTTP/2 alone, without TLS too.
    Two,
}

impl Default for Network {
    fn default() -> Self {
        Self {
            ca_file: None,
            client_certificate: None,
            client_key: None,
            client_key_passphrase: None,
            verify: true,
            proxy: ProxyChoice::System,
            proxy_username: None,
            proxy_password: None,
            proxy_bypass: Bypass::default(),
            connect_timeout: None,
            timeout: None,
            http_version: HttpVersion::Either,
        }
    }
}

/// What a profile can hold besides the connector's fields and those of its way to sign in. None must be filled in.
pub fn form() -> Form {
    let field = |name: &str, label: &str, hint: &str, control| FormField {
        name: name.into(),
        label: label.into(),
        hint: Some(hint.into()),
        control,
        required: false,
        pattern: None,
        default: None,
    };
    let or = |default: &str, field: FormField| FormField {
        default: Some(default.into()),
        ..field
    };
    Form {
        fields: vec![
            field(
                CA_FILE,
                "Certificate authority",
                "A PEM file, trusted besides the system's authorities",
                Control::File,
            ),
            field(
                CLIENT_CERTIFICATE,
                "Client certificate",
                "PEM or PKCS#12 (.p12, .pfx), for servers that ask for one (mutual TLS)",
                Control::File,
            ),
            field(
                CLIENT_KEY,
                "Client key",
                "In PEM; empty where it is in the certificate's file",
                Control::Secret,
            ),
            field(
                CLIENT_KEY_PASSPHRASE,
                "Key passphrase",
                "Where the key, or a PKCS#12 file, is encrypted",
                Control::Secret,
            ),
            or(
                "true",
                field(
                    VERIFY,
                    "Check the server's certificate",
                    "Turn off for a test server only",
                    Control::Switch,
                ),
            ),
            or(
                "system",
                field(
                    PROXY,
                    "Proxy",
                    "system, none, http://proxy.acme.test:8080, or a script: pac+https://acme.test/proxy.pac",
                    Control::Text,
                ),
            ),
            field(
                PROXY_BYPASS,
                "Reached without the proxy",
                "acme.test, 10.0.0.0/8, <local>",
                Control::Text,
            ),
            field(
                PROXY_USERNAME,
                "Proxy user name",
                "Where the proxy asks for one",
                Control::Text,
            ),
            field(
                PROXY_PASSWORD,
                "Proxy password",
                "Where the proxy asks for one",
                Control::Secret,
            ),
            field(CONNECT_TIMEOUT, "Seconds to connect", "5", Control::Text),
            field(TIMEOUT, "Seconds for a request", "60", Control::Text),
            field(
                HTTP_VERSION,
                "HTTP version",
                "1.1 or 2; empty for the best that both sides speak",
                Control::Text,
            ),
        ],
    }
}

impl Network {
    /// Reads what a profile holds, by the names of [`form`]. Opens no file.
    ///
    /// # Errors
    /// [`Error::Network`] naming the setting that is wrong.
    pub fn read(settings: &Map<String, Value>, secrets: &BTreeMap<String, Secret>) -> Result<Self, Error> {
        let mut network = Self::default();
        network.change(settings, secrets)?;
        Ok(network)
    }

    /// Changes what is given and leaves the rest; a certificate given anew leaves the key of the one before behind.
    ///
    /// # Errors
    /// As [`Network::read`].
    pub fn change(&mut self, settings: &Map<String, Value>, secrets: &BTreeMap<String, Secret>) -> Result<(), Error> {
        let text = |name: &'static str| text(settings, name);
        let secret = |name: &str| secrets.get(name).filter(|secret| !secret.is_empty()).cloned();
        if let Some(path) = text(CA_FILE)? {
            self.ca_file = Some(file(CA_FILE, path)?);
        }
        if let Some(path) = text(CLIENT_CERTIFICATE)? {
            self.client_certificate = Some(file(CLIENT_CERTIFICATE, path)?);
            // They belong to another certificate.
            (self.client_key, self.client_key_passphrase) = (None, None);
        }
        self.client_key = secret(CLIENT_KEY).or(self.client_key.take());
        self.client_key_passphrase = secret(CLIENT_KEY_PASSPHRASE).or(self.client_key_passphrase.take());
        match text(VERIFY)? {
            None => {}
            Some("true") => self.verify = true,
            Some("false") => self.verify = false,
            Some(_) => return Err(wrong(VERIFY, "it is true or false".into())),
        }
        if let Some(proxy) = text(PROXY)? {
            self.proxy = ProxyChoice::parse(proxy)?;
        }
        if let Some(username) = text(PROXY_USERNAME)? {
            self.proxy_username = Some(username.to_owned());
        }
        self.proxy_password = secret(PROXY_PASSWORD).or(self.proxy_password.take());
        if self.proxy_password.is_some() && self.proxy_username.is_none() {
            return Err(wrong(PROXY_USERNAME, "it is missing, and there is a password".into()));
        }
        if let Some(list) = text(PROXY_BYPASS)? {
            self.proxy_bypass = Bypass::parse(list).map_err(|reason| wrong(PROXY_BYPASS, reason))?;
        }
        if let Some(limit) = text(CONNECT_TIMEOUT)? {
            self.connect_timeout = Some(seconds(CONNECT_TIMEOUT, limit)?);
        }
        if let Some(limit) = text(TIMEOUT)? {
            self.timeout = Some(seconds(TIMEOUT, limit)?);
        }
        match text(HTTP_VERSION)? {
            None => {}
            Some("1.1") => self.http_version = HttpVersion::One,
            Some("2") => self.http_version = HttpVersion::Two,
            Some(_) => return Err(wrong(HTTP_VERSION, "it is 1.1 or 2".into())),
        }
        Ok(())
    }

    /// Reads the certificates and keys, to say what is wrong with them before they are needed.
    ///
    /// # Errors
    /// [`Error::Network`] naming the setting that is wrong.
    pub fn check(&self) -> Result<(), Error> {
        self.authorities()?;
        self.identity(&ring::default_provider())?;
        Ok(())
    }

    /// What everyone who uses the connection should see.
    pub fn warning(&self) -> Option<&'static str> {
        (!self.verify).then_some(
            "The server's certificate is not checked: anyone on the way can read and change what is sent, credentials included.",
        )
    }

    /// The files it is made of: a client made before one of them changed is out of date.
    pub fn files(&self) -> impl Iterator<Item = &Path> {
        [&self.ca_file, &self.client_certificate]
            .into_iter()
            .filter_map(|file| file.as_deref())
    }

    pub(crate) fn authorities(&self) -> Result<Vec<CertificateDer<'static>>, Error> {
        self.ca_file
            .as_deref()
            .map_or_else(|| Ok(Vec::new()), certificates::authorities)
    }

    pub(crate) fn identity(&self, provider: &CryptoProvider) -> Result<Option<Arc<CertifiedKey>>, Error> {
        match &self.client_certificate {
            Some(path) => {
                let (key, passphrase) = (self.client_key.as_ref(), self.client_key_passphrase.as_ref());
                certificates::identity(path, key, passphrase, provider).map(|identity| Some(Arc::new(identity)))
            }
            None if self.client_key.is_some() => Err(wrong(
                CLIENT_CERTIFICATE,
                "it is missing, and there is a client key".into(),
            )),
            None => Ok(None),
        }
    }

    pub(crate) fn proxy(&self) -> Proxy {
        let credentials = self.proxy_username.clone().map(|username| {
            let password = self.proxy_password.clone().unwrap_or_else(|| Secret::new(""));
            (username, password)
        });
        Proxy::new(self.proxy.clone(), self.proxy_bypass.clone(), credentials)
    }
}

fn text<'a>(settings: &'a Map<String, Value>, name: &'static str) -> Result<Option<&'a str>, Error> {
    match settings.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.trim()).filter(|text| !text.is_empty())),
        Some(_) => Err(wrong(name, "it must be text".into())),
    }
}

fn file(setting: &'static str, path: &str) -> Result<PathBuf, Error> {
    let path = PathBuf::from(path);
    if path.is_absolute() {
        Ok(path)
    } else {
        let path = path.display();
        Err(wrong(
            setting,
            format!("`{path}` is not a whole path; a connection is used from any folder"),
        ))
    }
}

fn seconds(setting: &'static str, text: &str) -> Result<Duration, Error> {
    let seconds = text.strip_suffix('s').unwrap_or(text).trim_end().parse::<f64>().ok();
    seconds
        .filter(|seconds| *seconds > 0.0)
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .ok_or_else(|| wrong(setting, format!("`{text}` is not a number of seconds above 0")))
}

fn wrong(setting: &'static str, reason: String) -> Error {
    Error::Network { setting, reason }
}

#[cfg(test)]
mod tests;
