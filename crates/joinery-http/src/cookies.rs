//! The cookies of one client: what servers set is sent back to them, hop by hop, as RFC 6265 rules.

use std::{
    collections::HashSet,
    sync::{Mutex, PoisonError},
};

use cookie_store::CookieStore;
use http::{HeaderMap, header::SET_COOKIE};
use url::Url;

/// A cookie jar. Lives as long as its client; nothing is written to disk.
#[derive(Debug, Default)]
pub(crate) struct Jar(Mutex<CookieStore>);

impl Jar {
    /// The `Cookie` header for a request to `url`, given the one its author wrote. A cookie written by hand wins over
    /// one of the same name in the jar.
    pub(crate) fn header(&self, url: &Url, written: Option<&str>) -> Option<String> {
        let jar = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let names: HashSet<&str> = written
            .into_iter()
            .flat_map(|written| written.split(';'))
            .filter_map(|cookie| cookie.split_once('='))
            .map(|(name, _)| name.trim())
            .collect();
        let kept = jar
            .get_request_values(url)
            .filter(|(name, _)| !names.contains(name))
            .map(|(name, value)| format!("{name}={value}"));
        let cookies: Vec<_> = written.map(str::to_owned).into_iter().chain(kept).collect();
        (!cookies.is_empty()).then(|| cookies.join("; "))
    }

    /// Takes in what `url` answered with. A cookie that is malformed or for another host is passed over.
    pub(crate) fn store(&self, url: &Url, headers: &HeaderMap) {
        if !headers.contains_key(SET_COOKIE) {
            return;
        }
        let mut jar = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for cookie in headers
            .get_all(SET_COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
        {
            let _ = jar.parse(cookie, url);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_go_back_to_their_own_host_and_hand_written_ones_win() {
        let jar = Jar::default();
        let url = Url::parse("https://acme.test/a").unwrap();
        let mut headers = HeaderMap::new();
        for cookie in [
            "sid=1; Path=/",
            "theme=dark",
            "evil=1; Domain=other.test",
            "dead=1; Max-Age=0",
        ] {
            headers.append(SET_COOKIE, cookie.parse().unwrap());
        }
        jar.store(&url, &headers);

        let mut sent: Vec<_> = jar.header(&url, None).unwrap().split("; ").map(str::to_owned).collect();
        sent.sort();
        assert_eq!(sent, ["sid=1", "theme=dark"]);
        assert_eq!(jar.header(&url, Some("theme=light")).unwrap(), "theme=light; sid=1");
        assert_eq!(jar.header(&Url::parse("https://other.test/").unwrap(), None), None);
    }
}
