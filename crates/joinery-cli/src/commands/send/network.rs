//! The network flags of `joinery send`, named as curl names them. They win over what the connection says.

use std::{collections::BTreeMap, path::PathBuf};

use clap::Args;
use joinery_app::Error;

use crate::texts;

/// How the server is reached.
#[derive(Debug, Args)]
#[command(next_help_heading = "Network")]
pub struct Network {
    /// A PEM file of authorities, trusted besides the system's own
    #[arg(long, value_name = "FILE")]
    cacert: Option<PathBuf>,
    /// A PEM or PKCS#12 file with the client certificate, and its key where --key is not given
    #[arg(short = 'E', long, value_name = "FILE")]
    cert: Option<PathBuf>,
    /// A PEM file with the key of the client certificate
    #[arg(long, value_name = "FILE", requires = "cert")]
    key: Option<PathBuf>,
    /// The proxy: a URL, `system` or `none`
    #[arg(short = 'x', long, value_name = "URL")]
    proxy: Option<String>,
    /// Who signs in to the proxy; the password is the connection's secret `proxy_password`
    #[arg(long, value_name = "NAME")]
    proxy_user: Option<String>,
    /// What is reached without the proxy: names, networks such as 10.0.0.0/8, `*`, `<local>`, `<-loopback>`
    #[arg(long, value_name = "LIST")]
    noproxy: Option<String>,
    /// Accept any certificate of the server
    #[arg(short = 'k', long)]
    insecure: bool,
    /// Give up connecting after so many seconds
    #[arg(long, value_name = "SECONDS")]
    connect_timeout: Option<String>,
    /// Speak HTTP/1.1 alone
    #[arg(long = "http1.1", conflicts_with = "http2")]
    http1: bool,
    /// Speak HTTP/2 alone, to an http:// address too
    #[arg(long)]
    http2: bool,
}

impl Network {
    /// What was given, by the names of a profile.
    ///
    /// # Errors
    /// [`joinery_app::Code::Unavailable`] when the key cannot be read.
    pub fn values(&self) -> Result<BTreeMap<String, String>, Error> {
        let path = |path: &Option<PathBuf>| path.as_deref().map(texts::whole_path).transpose();
        let given = [
            ("ca_file", path(&self.cacert)?),
            ("client_certificate", path(&self.cert)?),
            ("client_key", self.key.as_deref().map(texts::file).transpose()?),
            ("proxy", self.proxy.clone()),
            ("proxy_username", self.proxy_user.clone()),
            ("proxy_bypass", self.noproxy.clone()),
            ("verify", self.insecure.then(|| "false".to_owned())),
            ("connect_timeout", self.connect_timeout.clone()),
            ("http_version", self.http_version().map(str::to_owned)),
        ];
        let given = given.into_iter();
        Ok(given
            .filter_map(|(name, value)| Some((name.to_owned(), value?)))
            .collect())
    }

    fn http_version(&self) -> Option<&'static str> {
        match (self.http1, self.http2) {
            (true, _) => Some("1.1"),
            (_, true) => Some("2"),
            _ => None,
        }
    }
}
