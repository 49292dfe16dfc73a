//! The cookies of one client: what servers set is sent back to them, hop by hop, as RFC 6265 rules. People may list and
//! change them. Knows nothing of disks: who wants a jar to outlast the process asks it for a list and fills another.

use std::{
    collections::HashSet,
    fmt,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use cookie_store::{CookieDomain, CookieExpiration, CookieStore};
use http::{HeaderMap, header::SET_COOKIE};
use jiff::Timestamp;
use joinery_connector::secret::MASK;
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use url::Url;

/// A cookie that is kept. Its value opens what a session opens: `Debug` gives stars for it.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Cookie {
    /// The host it goes to.
    pub domain: String,
    /// Whether it goes to the hosts below that one too.
    pub subdomains: bool,
    /// The path it goes to, and to those below it.
    pub path: String,
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
    /// When it ends, in seconds since 1970; `None` for one that a browser would forget when it is closed.
    #[ts(type = "number | null")]
    pub expires: Option<i64>,
    /// Whether it goes out over TLS only.
    pub secure: bool,
    /// Whether scripts of a page cannot read it; of no effect here, and kept as it came.
    pub http_only: bool,
}

impl fmt::Debug for Cookie {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { domain, path, name, .. } = self;
        write!(formatter, "Cookie({name}={MASK}; {domain}{path})")
    }
}

impl Cookie {
    /// What tells it from every other.
    fn key(&self) -> (&str, &str, &str) {
        (&self.domain, &self.path, &self.name)
    }
}

/// A cookie jar. Clients may share one.
#[derive(Default)]
pub struct Jar {
    cookies: Mutex<CookieStore>,
    changes: AtomicU64,
}

impl fmt::Debug for Jar {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.list()).finish()
    }
}

impl Jar {
    /// How often it was changed so far.
    pub fn changes(&self) -> u64 {
        self.changes.load(Ordering::Acquire)
    }

    /// Holds these cookies and no other.
    pub fn replace(&self, cookies: &[Cookie]) {
        let mut jar = self.change();
        jar.clear();
        for cookie in cookies {
            // One that has expired meanwhile is none.
            let _ = set(&mut jar, cookie);
        }
    }

    /// Takes in what others did to the cookies that both sides began with (`base`), and left as `theirs`; what was changed
    /// here since stays as it is here. Gives what the jar holds then, and how often it was changed so far. `now` is in
    /// seconds since 1970.
    pub fn merge(&self, base: &[Cookie], theirs: &[Cookie], now: i64) -> (Vec<Cookie>, u64) {
        let mut jar = self.change();
        let mine = listed(&jar);
        // A cookie that ended was taken away by nobody.
        let lives = |cookie: &&Cookie| cookie.expires.is_none_or(|end| end > now);
        let of = |cookies: &[Cookie], wanted: &Cookie| {
            let found = cookies.iter().find(|cookie| cookie.key() == wanted.key());
            found.filter(lives).cloned()
        };
        for cookie in theirs.iter().chain(base) {
            let (before, here, there) = (of(base, cookie), of(&mine, cookie), of(theirs, cookie));
            if here != before || there == before {
                continue;
            }
            match there {
                Some(there) => {
                    // One that has expired meanwhile is none.
                    let _ = set(&mut jar, &there);
                }
                None => drop(jar.remove(&cookie.domain, &cookie.path, &cookie.name)),
            }
        }
        (listed(&jar), self.changes())
    }

    fn read(&self) -> MutexGuard<'_, CookieStore> {
        self.cookies.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self) -> MutexGuard<'_, CookieStore> {
        let jar = self.read();
        self.changes.fetch_add(1, Ordering::Release);
        jar
    }

    /// The `Cookie` header for a request to `url`, given the one its author wrote. A cookie written by hand wins over
    /// one of the same name in the jar.
    pub(crate) fn header(&self, url: &Url, written: Option<&str>) -> Option<String> {
        let jar = self.read();
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
        let mut jar = self.change();
        for cookie in headers
            .get_all(SET_COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
        {
            let _ = jar.parse(cookie, url);
        }
    }

    /// Every cookie that has not expired, by domain, path and name.
    pub fn list(&self) -> Vec<Cookie> {
        listed(&self.read())
    }

    /// Keeps a cookie that a person wrote, in place of one of the same domain, path and name.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn set(&self, cookie: &Cookie) -> Result<(), &'static str> {
        set(&mut self.change(), cookie)
    }

    /// Forgets a cookie; `false` where there is none.
    pub fn remove(&self, domain: &str, path: &str, name: &str) -> bool {
        self.change().remove(domain, path, name).is_some()
    }

    /// Forgets every cookie.
    pub fn clear(&self) {
        self.change().clear();
    }
}

/// Every cookie that has not expired, by domain, path and name.
fn listed(jar: &CookieStore) -> Vec<Cookie> {
    let mut cookies: Vec<Cookie> = jar.iter_unexpired().map(as_listed).collect();
    cookies.sort_by(|a, b| a.key().cmp(&b.key()));
    cookies
}

fn set(jar: &mut CookieStore, cookie: &Cookie) -> Result<(), &'static str> {
    let (line, url) = as_written(cookie)?;
    jar.parse(&line, &url)
        .map(|_| ())
        .map_err(|_| "its domain takes no cookie, or it has expired")
}

fn as_listed(cookie: &cookie_store::Cookie<'static>) -> Cookie {
    let (domain, subdomains) = match &cookie.domain {
        CookieDomain::Suffix(domain) => (domain.clone(), true),
        CookieDomain::HostOnly(domain) => (domain.clone(), false),
        CookieDomain::NotPresent | CookieDomain::Empty => (String::new(), false),
    };
    Cookie {
        domain,
        subdomains,
        path: String::from(&cookie.path),
        name: cookie.name().to_owned(),
        value: cookie.value().to_owned(),
        expires: match cookie.expires {
            CookieExpiration::AtUtc(moment) => Some(moment.unix_timestamp()),
            CookieExpiration::SessionEnd => None,
        },
        secure: cookie.secure().unwrap_or(false),
        http_only: cookie.http_only().unwrap_or(false),
    }
}

/// The line a server would have sent, and the URL it would have come from.
fn as_written(cookie: &Cookie) -> Result<(String, Url), &'static str> {
    // RFC 6265 section 4.1.1, as browsers read it: anything but controls and what ends the value.
    let plain = |text: &str| !text.contains(|letter: char| letter.is_control() || letter == ';');
    let named = !cookie.name.is_empty() && plain(&cookie.name) && !cookie.name.contains(['=', ' ', ',']);
    if !named {
        return Err("its name is empty, or has a letter that a name cannot have");
    }
    if ![&cookie.value, &cookie.path, &cookie.domain]
        .into_iter()
        .all(|text| plain(text))
    {
        return Err("it has a `;`, a line break or another control character");
    }
    let path = if cookie.path.starts_with('/') {
        &cookie.path
    } else {
        "/"
    };
    // Both may be loopback: over TLS every cookie can be set.
    let url = Url::parse(&format!("https://{}{path}", cookie.domain)).map_err(|_| "its domain is no host name")?;
    let mut line = format!("{}={}; Path={path}", cookie.name, cookie.value);
    if cookie.subdomains {
        line = format!("{line}; Domain={}", cookie.domain);
    }
    if let Some(moment) = cookie.expires.and_then(|seconds| Timestamp::from_second(seconds).ok()) {
        line = format!("{line}; Expires={}", moment.strftime("%a, %d %b %Y %H:%M:%S GMT"));
    }
    for (on, word) in [(cookie.secure, "Secure"), (cookie.http_only, "HttpOnly")] {
        if on {
            line = format!("{line}; {word}");
        }
    }
    Ok((line, url))
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

    #[test]
    fn two_sides_that_began_with_the_same_cookies_are_merged_cookie_by_cookie() {
        let cookie = |name: &str, value: &str, expires: Option<i64>| Cookie {
            domain: "acme.test".into(),
            path: "/".into(),
            name: name.into(),
            value: value.into(),
            expires,
            ..Cookie::default()
        };
        let forever = Some(4_102_444_800);
        let base = [
            cookie("ended", "1", Some(999)),
            cookie("gone here", "1", None),
            cookie("gone there", "1", forever),
            cookie("mine", "1", None),
            cookie("same", "1", None),
            cookie("theirs", "1", None),
        ]
        .map(|cookie| Cookie {
            name: cookie.name.replace(' ', "_"),
            ..cookie
        });
        let jar = Jar::default();
        jar.replace(&base);
        jar.set(&cookie("mine", "2", None)).unwrap();
        jar.set(&cookie("new_here", "1", None)).unwrap();
        jar.remove("acme.test", "/", "gone_here");
        let theirs = [
            cookie("ended", "2", forever),
            cookie("gone_here", "1", None),
            cookie("mine", "3", None),
            cookie("new_there", "1", None),
            cookie("same", "1", None),
            cookie("theirs", "2", None),
        ];
        let (merged, changes) = jar.merge(&base, &theirs, 1000);
        let said: Vec<_> = merged
            .iter()
            .map(|each| (each.name.as_str(), each.value.as_str()))
            .collect();
        assert_eq!(
            said,
            [
                ("ended", "2"),
                ("mine", "2"),
                ("new_here", "1"),
                ("new_there", "1"),
                ("same", "1"),
                ("theirs", "2"),
            ]
        );
        assert_eq!((jar.list(), jar.changes()), (merged, changes));
    }

    #[test]
    fn a_cookie_can_be_listed_changed_and_forgotten() {
        let jar = Jar::default();
        let url = Url::parse("https://acme.test/a/b").unwrap();
        let mut headers = HeaderMap::new();
        headers.append(
            SET_COOKIE,
            "sid=1; Path=/; Domain=acme.test; Secure; HttpOnly".parse().unwrap(),
        );
        headers.append(
            SET_COOKIE,
            "old=1; Expires=Fri, 01 Jan 2100 00:00:00 GMT".parse().unwrap(),
        );
        jar.store(&url, &headers);
        let listed = jar.list();
        let names: Vec<_> = listed
            .iter()
            .map(|cookie| (cookie.path.as_str(), cookie.name.as_str()))
            .collect();
        assert_eq!(names, [("/", "sid"), ("/a", "old")]);
        assert_eq!(listed[1].expires, Some(4_102_444_800));
        assert!(listed[0].secure && listed[0].http_only && listed[0].subdomains && listed[0].expires.is_none());

        let changed = Cookie {
            value: "two words=2".into(),
            ..listed[0].clone()
        };
        jar.set(&changed).unwrap();
        jar.set(&listed[1]).unwrap();
        assert_eq!(jar.list(), [changed.clone(), listed[1].clone()]);
        let below = Url::parse("https://id.acme.test/").unwrap();
        assert_eq!(jar.header(&below, None).unwrap(), "sid=two words=2");

        assert!(!format!("{jar:?}").contains("two words"), "{jar:?}");
        let (other, seen) = (Jar::default(), jar.changes());
        other.replace(&jar.list());
        assert_eq!((other.list(), jar.changes()), (jar.list(), seen));

        assert!(jar.remove("acme.test", "/", "sid"));
        assert!(jar.changes() > seen);
        assert!(!jar.remove("acme.test", "/", "sid"));
        jar.clear();
        assert_eq!(jar.list(), []);
        for (name, value) in [("", "1"), ("a=b", "1"), ("a", "1;2"), ("a", "1\r\nX: y")] {
            let wrong = Cookie {
                name: name.into(),
                value: value.into(),
                ..changed.clone()
            };
            assert!(jar.set(&wrong).is_err(), "{name}={value}");
        }
    }
}
