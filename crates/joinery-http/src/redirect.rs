//! Where a redirect leads, and what of the request goes with it.

use http::{HeaderMap, StatusCode, header::LOCATION};
use joinery_connector::{Header, HttpRequest};
use url::Url;

/// The most redirects that are followed.
pub(crate) const MAX: usize = 10;

/// Headers that tell who we are. They stay behind when the origin changes.
const CREDENTIALS: &[&str] = &["authorization", "proxy-authorization", "cookie", "dpop"];

/// Headers that describe a body. They stay behind with it.
const ABOUT_BODY: &[&str] = &["content-type", "content-length", "content-encoding", "content-language"];

/// Where `status` and `headers`, answered by `url`, lead. `None` when they are no redirect, or lead where HTTP cannot
/// follow (such as `com.example.app:/callback`): then they are the answer.
pub(crate) fn target(url: &Url, status: StatusCode, headers: &HeaderMap) -> Option<Url> {
    if !matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let location = std::str::from_utf8(headers.get(LOCATION)?.as_bytes()).ok()?;
    let mut target = url.join(location).ok()?;
    if !matches!(target.scheme(), "http" | "https") || !target.has_host() {
        return None;
    }
    // A server must not choose the credentials we send.
    let _ = target.set_username("");
    let _ = target.set_password(None);
    if target.fragment().is_none() {
        target.set_fragment(url.fragment());
    }
    Some(target)
}

/// Turns `request` into the one to send next. Tells whether its body goes with it.
pub(crate) fn follow(request: &mut HttpRequest, status: StatusCode, from: &Url, to: &Url) -> bool {
    let keeps_body = match status.as_u16() {
        301 | 302 => request.method != "POST",
        303 => matches!(request.method.as_str(), "GET" | "HEAD"),
        _ => true,
    };
    if !keeps_body {
        request.method = "GET".into();
        drop_headers(&mut request.headers, ABOUT_BODY);
    }
    if from.origin() != to.origin() {
        drop_headers(&mut request.headers, CREDENTIALS);
    }
    to.as_str().clone_into(&mut request.url);
    keeps_body
}

fn drop_headers(headers: &mut Vec<Header>, names: &[&str]) {
    headers.retain(|header| !names.iter().any(|name| header.name.eq_ignore_ascii_case(name)));
}

#[cfg(test)]
mod tests {
    use super::*;

    const FROM: &str = "https://acme.test/a/b?c#d";

    #[track_caller]
    fn check_target(status: u16, location: &str, expected: Option<&str>) {
        let mut headers = HeaderMap::new();
        headers.insert(LOCATION, location.parse().unwrap());
        let target = target(
            &Url::parse(FROM).unwrap(),
            StatusCode::from_u16(status).unwrap(),
            &headers,
        );
        assert_eq!(target.as_ref().map(Url::as_str), expected, "{location}");
    }

    #[test]
    fn location_is_read_against_the_url_that_answered() {
        check_target(302, "x", Some("https://acme.test/a/x#d"));
        check_target(301, "//other.test", Some("https://other.test/#d"));
        check_target(308, "http://u:p@acme.test/#e", Some("http://acme.test/#e"));
        check_target(302, "com.example.app:/callback", None);
        check_target(304, "/x", None);
        check_target(201, "/x", None);
    }

    #[track_caller]
    fn check_follow(method: &str, status: u16, to: &str, expected: (&str, bool, &[&str])) {
        let mut request = HttpRequest::new(method, FROM);
        for name in ["Authorization", "Cookie", "DPoP", "Content-Type", "X-Other"] {
            request.set_header(name, "1");
        }
        let keeps_body = follow(
            &mut request,
            StatusCode::from_u16(status).unwrap(),
            &Url::parse(FROM).unwrap(),
            &Url::parse(to).unwrap(),
        );
        let names: Vec<_> = request.headers.iter().map(|header| header.name.as_str()).collect();
        assert_eq!((request.method.as_str(), keeps_body, names.as_slice()), expected);
    }

    #[test]
    fn post_becomes_get_except_where_the_status_forbids_it() {
        let bare: &[&str] = &["Authorization", "Cookie", "DPoP", "X-Other"];
        let all: &[&str] = &["Authorization", "Cookie", "DPoP", "Content-Type", "X-Other"];
        let same = "https://acme.test:443/x";
        for status in [301, 302, 303] {
            check_follow("POST", status, same, ("GET", false, bare));
        }
        for status in [307, 308] {
            check_follow("POST", status, same, ("POST", true, all));
        }
        check_follow("PUT", 302, same, ("PUT", true, all));
        check_follow("PUT", 303, same, ("GET", false, bare));
        check_follow("HEAD", 303, same, ("HEAD", true, all));
    }

    #[test]
    fn credentials_stay_behind_when_scheme_host_or_port_changes() {
        for to in ["http://acme.test/", "https://other.test/", "https://acme.test:8443/"] {
            check_follow("GET", 302, to, ("GET", true, &["Content-Type", "X-Other"]));
        }
    }
}
