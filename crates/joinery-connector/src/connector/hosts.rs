//! The host rule: which hosts a connector's scripts may call.

use toml_edit::{Array, DocumentMut, value};
use url::Url;

use super::Connector;
use crate::{
    manifest::Manifest,
    variables::{Variables, fill},
};

impl Connector {
    /// [`Manifest::host_allowed`] of its manifest.
    ///
    /// # Errors
    /// As there.
    pub fn host_allowed(&self, url: &str, variables: &Variables) -> Result<(), String> {
        self.manifest.host_allowed(url, variables)
    }
}

impl Manifest {
    /// Whether a script may call `url`: the base URL's host, a host of the manifest's `hosts`, or the host of a URL
    /// in its `[[auth]]` settings (keys that end in `_url`). A pattern without a port stands for the scheme's own port.
    ///
    /// The base URL is the variable `base_url`, or the manifest's where that is not set. A path such as
    /// `/api/v1/users` is below the base URL and always allowed; ask about the very URL that will be called.
    ///
    /// # Errors
    /// The host that is not allowed, with its port where that is not the scheme's own.
    pub fn host_allowed(&self, url: &str, variables: &Variables) -> Result<(), String> {
        let parsed = match Url::parse(url) {
            Ok(parsed) => parsed,
            // `//other.example` and `/\other.example` leave the base URL's host.
            Err(_) if url.starts_with('/') && !url[1..].starts_with(['/', '\\']) => return Ok(()),
            Err(_) => return Err(url.to_owned()),
        };
        let Some(called) = Called::of(&parsed) else {
            return Err(parsed.host_str().unwrap_or(parsed.scheme()).to_owned());
        };
        let base = if variables.get("base_url").is_some() {
            "{{base_url}}"
        } else {
            &self.http.base_url
        };
        let filled = |template: &str| fill(template, variables, "hosts").ok();
        let settings = self.auth.iter().flat_map(|choice| &choice.settings);
        let endpoints = settings
            .filter(|(key, _)| key.ends_with("_url"))
            .filter_map(|(_, value)| value.as_str());
        let urls = endpoints.chain([base]);
        let by_url = urls
            .filter_map(filled)
            .filter_map(|text| Url::parse(&text).ok())
            .any(|allowed| Called::of(&allowed).is_some_and(|allowed| allowed == called));
        let mut patterns = self.hosts.iter().filter_map(|pattern| filled(pattern));
        if by_url || patterns.any(|pattern| called.matches(&pattern)) {
            Ok(())
        } else {
            Err(called.to_string())
        }
    }
}

/// The host of `url`, and the text of a `connector.toml` that allows it besides what `text` allows; comments and order
/// stay. `None` where the text is no TOML, or the URL has no host.
pub fn allowing(text: &str, url: &str) -> Option<(String, String)> {
    let host = Called::of(&Url::parse(url).ok()?)?.to_string();
    let mut document: DocumentMut = text.parse().ok()?;
    let hosts = document.entry("hosts").or_insert_with(|| value(Array::new()));
    hosts.as_array_mut()?.push(host.as_str());
    Some((host, document.to_string()))
}

/// The host and port a URL leads to.
#[derive(PartialEq)]
struct Called {
    host: String,
    port: u16,
    own_port: u16,
}

impl Called {
    fn of(url: &Url) -> Option<Self> {
        let own_port = match url.scheme() {
            "http" => 80,
            "https" => 443,
            _ => return None,
        };
        Some(Self {
            // `acme.example.` is the same host, written to the root.
            host: url.host_str()?.trim_end_matches('.').to_owned(),
            port: url.port().unwrap_or(own_port),
            own_port,
        })
    }

    /// `acme.example`, `acme.example:8443`, `*.acme.example`.
    fn matches(&self, pattern: &str) -> bool {
        let (wildcard, pattern) = match pattern.strip_prefix("*.") {
            Some(rest) => (true, rest),
            None => (false, pattern),
        };
        // Reading it as a URL's host gives case, international names and IPv6 the same form as in the URL called.
        let Ok(url) = Url::parse(&format!("https://{pattern}")) else {
            return false;
        };
        let bare = url.username().is_empty() && url.password().is_none() && url.path() == "/" && url.query().is_none();
        let Some(host) = url
            .host_str()
            .filter(|_| bare && !pattern.contains(['/', '\\', '#', '?', '*']))
        else {
            return false;
        };
        let same_host = if wildcard {
            self.host
                .strip_suffix(host)
                .is_some_and(|below| below.len() > 1 && below.ends_with('.'))
        } else {
            self.host == host
        };
        let port = match pattern.rsplit_once(':') {
            Some((_, port)) if !pattern.ends_with(']') => port.parse().ok(),
            _ => None,
        };
        same_host && self.port == port.unwrap_or(self.own_port)
    }
}

impl std::fmt::Display for Called {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.host)?;
        if self.port != self.own_port {
            write!(f, ":{}", self.port)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_allowed_beside_the_others_and_the_rest_stays() {
        let check = |text: &str, url: &str| allowing(text, url).map(|(_, after)| after);
        assert_eq!(
            check("id = \"a\"\nhosts = [\"b.example\"] # mine\n", "https://c.example/x"),
            Some("id = \"a\"\nhosts = [\"b.example\", \"c.example\"] # mine\n".to_owned())
        );
        assert_eq!(
            check("id = \"a\"\n\n[http]\nbase_url = \"\"\n", "http://c.example:8080/"),
            Some("id = \"a\"\nhosts = [\"c.example:8080\"]\n\n[http]\nbase_url = \"\"\n".to_owned())
        );
        assert_eq!(check("hosts = 3\n", "https://c.example/"), None);
        assert_eq!(check("hosts = [\n", "https://c.example/"), None);
        assert_eq!(check("", "mailto:ada@acme.example"), None);
    }
}
