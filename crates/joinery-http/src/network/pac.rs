//! Proxy auto-configuration: a script that names the proxies for an address
//! (<https://developer.mozilla.org/en-US/docs/Web/HTTP/Guides/Proxy_servers_and_tunneling/Proxy_Auto-Configuration_PAC_file>).

use std::{
    collections::HashMap,
    net::{IpAddr, UdpSocket},
    time::{Duration, Instant},
};

use proxy_watch::{
    ProxyStep,
    pac::{PacPolicy, PacScript, evaluate},
};
use tokio::sync::Mutex;
use url::Url;

use crate::error::Error;

/// How long a script holds before it is read again.
const HOLDS: Duration = Duration::from_secs(300);
/// How long reading a script may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// Browsers take no larger script.
const LARGEST: usize = 1 << 20;

/// The scripts that were read.
#[derive(Default)]
pub(super) struct Scripts {
    read: Mutex<HashMap<Url, (Instant, String)>>,
}

impl Scripts {
    /// The ways to `url`, by the script at `address`.
    pub(super) async fn ask(
        &self,
        address: &Url,
        url: &Url,
        direct: &reqwest::Client,
    ) -> Result<Vec<ProxyStep>, Error> {
        let mut read = self.read.lock().await;
        let script = match read.get(address) {
            Some((at, script)) if at.elapsed() < HOLDS => script.clone(),
            _ => {
                let script = fetch(address, direct).await.map_err(|reason| Error::ProxyScript {
                    script: shown(address),
                    reason,
                })?;
                read.insert(address.clone(), (Instant::now(), script.clone()));
                script
            }
        };
        drop(read);
        ask(&shown(address), &script, url).await
    }
}

/// The ways to `url`, by the text of a script that is called `name`. It runs on a thread of its own, may look up names
/// as in a browser, and is ended after five seconds.
pub(super) async fn ask(name: &str, script: &str, url: &Url) -> Result<Vec<ProxyStep>, Error> {
    let (script, url) = (PacScript::new(script), url.clone());
    let answer = tokio::task::spawn_blocking(move || evaluate(&script, &url, &policy())).await;
    let reason = match answer {
        Ok(Ok(steps)) => return Ok(steps),
        Ok(Err(error)) => error.to_string(),
        Err(_) => "it could not be run".to_owned(),
    };
    Err(Error::ProxyScript {
        script: name.to_owned(),
        reason,
    })
}

fn policy() -> PacPolicy {
    let offset = jiff::ZonedDateTime::now().offset().seconds();
    let policy = PacPolicy::new()
        .with_dns_resolution(true)
        .with_internal_addresses(true)
        .with_local_utc_offset(offset);
    match own_address() {
        Some(address) => policy.with_my_ip_address(address),
        None => policy,
    }
}

/// The address that this computer is known by outside of it. Connecting a datagram socket sends nothing.
fn own_address() -> Option<IpAddr> {
    let socket = UdpSocket::bind("0.0.0.0:0").ok()?;
    // An address of RFC 5737, which is nobody's.
    socket.connect("192.0.2.1:9").ok()?;
    Some(socket.local_addr().ok()?.ip())
}

async fn fetch(address: &Url, direct: &reqwest::Client) -> Result<String, String> {
    let bytes = if address.scheme() == "file" {
        let path = address
            .to_file_path()
            .map_err(|()| "it is no file of this computer".to_owned())?;
        tokio::fs::read(path).await.map_err(|error| error.to_string())?
    } else {
        downloaded(address, direct).await?
    };
    if bytes.len() > LARGEST {
        return Err("it is larger than 1 MB".into());
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

async fn downloaded(address: &Url, direct: &reqwest::Client) -> Result<Vec<u8>, String> {
    let said = |error: reqwest::Error| {
        let error = error.without_url();
        crate::failure::last(&error).to_string()
    };
    let mut response = direct
        .get(address.clone())
        .timeout(PATIENCE)
        .send()
        .await
        .map_err(said)?;
    if !response.status().is_success() {
        return Err(format!("its server answered {}", response.status()));
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(said)? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > LARGEST {
            break;
        }
    }
    Ok(bytes)
}

/// The address without user name and password.
fn shown(address: &Url) -> String {
    let mut address = address.clone();
    // A URL that takes none has none.
    let _ = address.set_username("");
    let _ = address.set_password(None);
    address.into()
}
