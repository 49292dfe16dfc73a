//! Which hosts are reached without the proxy. The entries are those of curl's `NO_PROXY` and of browsers: host names
//! with everything below them, addresses, networks, `*`, `<local>` and `<-loopback>`.

use std::net::IpAddr;

use ipnet::IpNet;
use url::{Host, Url};

use crate::transport::is_loopback;

/// The list of a connection. Empty by default: everything goes through the proxy, except to this very machine.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bypass {
    entries: Vec<(Rule, Option<u16>)>,
    /// `<-loopback>`: this machine is reached through the proxy too, as browsers have it.
    loopback: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Rule {
    Everything,
    /// A name without a dot.
    Local,
    /// A name and all below it.
    Name(String),
    Network(IpNet),
}

impl Bypass {
    /// Reads a list separated by commas, semicolons or spaces.
    ///
    /// # Errors
    /// The entry that cannot be used, and what can.
    pub fn parse(list: &str) -> Result<Self, String> {
        let mut bypass = Self::default();
        for entry in list
            .split([',', ';', ' ', '\t', '\n'])
            .filter(|entry| !entry.is_empty())
        {
            match entry.to_ascii_lowercase().as_str() {
                "<-loopback>" => bypass.loopback = true,
                entry => bypass.entries.push(rule(entry).ok_or_else(|| {
                    format!(
                        "`{entry}` is no entry of a bypass list; write acme.test, 10.0.0.0/8, *, <local> or <-loopback>"
                    )
                })?),
            }
        }
        Ok(bypass)
    }

    /// Whether `url` is reached directly. This machine is, whatever the list says, unless that says `<-loopback>`: a
    /// proxy's own localhost is another one, and tests and the sandbox org must not leave this machine.
    pub fn applies(&self, url: &Url) -> bool {
        if is_loopback(url) && !self.loopback {
            return true;
        }
        let port = url.port_or_known_default();
        self.entries
            .iter()
            .any(|(rule, only)| (only.is_none() || *only == port) && rule.holds(url))
    }
}

impl Rule {
    fn holds(&self, url: &Url) -> bool {
        match (self, url.host()) {
            (Self::Everything, _) => true,
            (Self::Local, Some(Host::Domain(name))) => !name.contains('.'),
            (Self::Name(suffix), Some(Host::Domain(name))) => name
                .strip_suffix(suffix.as_str())
                .is_some_and(|before| before.is_empty() || before.ends_with('.')),
            (Self::Network(network), Some(Host::Ipv4(address))) => network.contains(&IpAddr::V4(address)),
            (Self::Network(network), Some(Host::Ipv6(address))) => {
                network.contains(&IpAddr::V6(address).to_canonical()) || network.contains(&IpAddr::V6(address))
            }
            _ => false,
        }
    }
}

fn rule(entry: &str) -> Option<(Rule, Option<u16>)> {
    match entry {
        "*" => return Some((Rule::Everything, None)),
        "<local>" => return Some((Rule::Local, None)),
        _ => {}
    }
    if let Some(network) = network(entry) {
        return Some((Rule::Network(network), None));
    }
    let (host, port) = match entry.rsplit_once(':') {
        Some((host, port)) => (host, Some(port.parse().ok()?)),
        None => (entry, None),
    };
    if let Some(network) = network(host) {
        return Some((Rule::Network(network), port));
    }
    let name = host
        .strip_prefix("*.")
        .or_else(|| host.strip_prefix('.'))
        .unwrap_or(host);
    // The URL parser knows what a host name may hold, and writes one in other scripts as a request has it.
    match Host::parse(name).ok()? {
        Host::Domain(name) if !name.contains('*') => Some((Rule::Name(name), port)),
        _ => None,
    }
}

fn network(entry: &str) -> Option<IpNet> {
    let bare = entry
        .strip_prefix('[')
        .and_then(|entry| entry.strip_suffix(']'))
        .unwrap_or(entry);
    let address = bare.parse::<IpAddr>().ok().map(IpNet::from);
    address.or_else(|| bare.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(list: &str, url: &str, expected: bool) {
        let bypass = Bypass::parse(list).unwrap();
        assert_eq!(bypass.applies(&Url::parse(url).unwrap()), expected, "{url} by `{list}`");
    }

    #[test]
    fn this_machine_is_reached_directly_unless_the_list_says_otherwise() {
        for url in [
            "http://localhost:8080/",
            "http://okta.localhost/",
            "http://127.0.0.9/",
            "http://[::1]/",
            "http://[::ffff:127.0.0.1]/",
        ] {
            check("", url, true);
            check("<-loopback>", url, false);
        }
        check("", "http://localhost.example.com/", false);
        check("", "http://10.0.0.1/", false);
        check("<-loopback>, localhost:8080", "http://localhost:8080/", true);
        check("<-loopback>, localhost:8080", "http://localhost:8081/", false);
    }

    #[test]
    fn name_stands_for_itself_and_all_below_it() {
        for list in ["acme.test", ".acme.test", "*.acme.test", "other.test; ACME.test"] {
            check(list, "https://acme.test/", true);
            check(list, "https://api.acme.test/", true);
            check(list, "https://notacme.test/", false);
        }
        check("acme.test:8443", "https://acme.test/", false);
        check("acme.test:443", "https://acme.test/", true);
        check("bücher.test", "https://xn--bcher-kva.test/", true);
    }

    #[test]
    fn networks_and_the_other_words_hold() {
        check("10.0.0.0/8", "http://10.1.2.3/", true);
        check("10.0.0.0/8", "http://11.1.2.3/", false);
        check("10.0.0.0/8", "http://ten.test/", false);
        check("192.168.1.7", "http://192.168.1.7:8080/", true);
        check("fd00::/8", "http://[fd00::1]/", true);
        check("[fd00::1]:8080", "http://[fd00::1]:8080/", true);
        check("<local>", "http://intranet/", true);
        check("<local>", "http://intra.net/", false);
        check("*", "http://anything.test/", true);
    }

    #[test]
    fn entry_that_means_nothing_is_named() {
        for entry in ["10.0.0.0/99", "a*b.test", "acme.test:http", "http://acme.test"] {
            let error = Bypass::parse(&format!("acme.test,{entry}")).unwrap_err();
            assert!(error.starts_with(&format!("`{entry}` is no entry")), "{error}");
        }
    }
}
