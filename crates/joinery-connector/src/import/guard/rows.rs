//! Secrets out of rows and addresses.

use std::sync::LazyLock;

use regex::Regex;

use crate::{
    import::parts::{Secrets, guarded, is_secret_name, own, secret, secret_variable},
    request::{Pair, RequestAuth},
};

/// Names of query parameters and fields that carry a key where their value is long.
const KEYS: &[&str] = &["key", "sig", "auth", "code", "sid"];

/// How long a value of one of [`KEYS`] is at least.
const LONG: usize = 8;

/// `Bearer abc`: the scheme, and what only a secret follows.
static SCHEME: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)^\s*(bearer|basic|ssws|dpop|digest|token|apikey)\s+(\S.*)$").expect("a constant that works")
});

/// What stands between `//` and `@` in an address.
static USER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(?<start>[A-Za-z][A-Za-z0-9+.-]*://)(?<user>[^/?#@:]*)(?::(?<password>[^/?#@]*))?@")
        .expect("a constant that works")
});

/// The value without a secret: what is one variable stays.
pub(super) fn literal(value: &str, name: &str, place: &str, left: &mut dyn Secrets) -> String {
    secret(value, &secret_variable(name), place, left)
}

pub(super) fn headers(rows: &mut [Pair], place: &str, left: &mut dyn Secrets) {
    for row in rows {
        // A value that begins with a scheme signs, whatever the header is called.
        let signs = SCHEME.captures(&row.value).filter(|_| !is_secret_name(&row.name));
        if let Some(found) = signs {
            let (scheme, value) = (&found[1], &found[2]);
            row.value = format!("{scheme} {}", literal(value, &row.name, place, left));
        } else {
            *row = guarded(row.clone(), place, left);
        }
    }
}

/// Rows of a query or a form.
pub(super) fn query(rows: &mut [Pair], place: &str, left: &mut dyn Secrets) {
    for row in rows {
        row.value = value(&row.name, &row.value, place, left);
    }
}

/// A field's value without a secret.
pub(super) fn value(name: &str, value: &str, place: &str, left: &mut dyn Secrets) -> String {
    let row = Pair {
        name: name.to_owned(),
        value: value.to_owned(),
        enabled: true,
        description: String::new(),
    };
    let letters: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    let is_key = KEYS.contains(&letters.to_ascii_lowercase().as_str());
    let long = value.len() >= LONG && !value.contains([' ', '{']);
    if is_key && long {
        return literal(value, name, place, left);
    }
    guarded(row, place, left).value
}

/// A value that may be an address, without user and password in it.
pub(in crate::import) fn address_without_user(value: &str, place: &str, left: &mut dyn Secrets) -> String {
    if USER.is_match(value) {
        url(value, place, left).0
    } else {
        value.to_owned()
    }
}

/// An address without user and password, and the way to sign in that they stand for; without secrets in its query.
pub(super) fn url(address: &str, place: &str, left: &mut dyn Secrets) -> (String, Option<RequestAuth>) {
    let mut auth = None;
    let mut written = address.to_owned();
    if let Some(found) = USER.captures(address) {
        let whole = found.get(0).map_or(0, |found| found.end());
        let user = &found["user"];
        let password = found.name("password").map_or("", |password| password.as_str());
        let password = secret(password, "password", place, left);
        auth = Some(own("basic", &[("username", user), ("password", &password)]));
        written = format!("{}{}", &found["start"], &address[whole..]);
    }
    if let Some((start, rest)) = written.split_once('?') {
        let (rest, fragment) = rest.split_once('#').map_or((rest, None), |(a, b)| (a, Some(b)));
        let pairs = rest.split('&').map(|pair| match pair.split_once('=') {
            Some((name, given)) => format!("{name}={}", value(name, given, place, left)),
            None => pair.to_owned(),
        });
        let pairs = pairs.collect::<Vec<_>>().join("&");
        let fragment = fragment.map_or_else(String::new, |fragment| format!("#{fragment}"));
        written = format!("{start}?{pairs}{fragment}");
    }
    (written, auth)
}
