//! Secrets out of text of any kind: forms, XML, GraphQL, and JSON that is sent as something else.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::{json, rows};
use crate::import::parts::{Secrets, is_secret_name, secret, secret_variable};

/// Names that hold something secret and values that follow them: `<password>x</password>`, `password: "x"`.
static NAMED: LazyLock<[Regex; 2]> = LazyLock::new(|| {
    [
        r"(?<before><(?:\w+:)?(?<name>[\w.-]+)[^<>]*>)(?<value>[^<>{}]+)(?<after></)",
        r#"(?<before>(?<name>[A-Za-z_][\w-]*)["']?\s*[:=]\s*["'])(?<value>[^"'{}\n]+)(?<after>["'])"#,
    ]
    .map(|pattern| Regex::new(pattern).expect("a constant that works"))
});

/// `text` with variables in place of values that are called like secrets.
pub(super) fn without_secrets(text: &str, place: &str, left: &mut dyn Secrets) -> String {
    let start = text.trim_start();
    if start.starts_with(['{', '[']) && start.contains("\":") {
        return json::without_secrets(text, place, left);
    }
    if is_form(text) {
        let pairs = text.split('&').map(|pair| match pair.split_once('=') {
            Some((name, value)) => format!("{name}={}", rows::value(name, value, place, left)),
            None => pair.to_owned(),
        });
        return pairs.collect::<Vec<_>>().join("&");
    }
    let mut text = text.to_owned();
    for pattern in NAMED.iter() {
        let replaced = pattern.replace_all(&text, |found: &Captures| {
            let (name, value) = (&found["name"], &found["value"]);
            if !is_secret_name(name) || value.trim().is_empty() {
                return found[0].to_owned();
            }
            let value = secret(value, &secret_variable(name), place, left);
            format!("{}{value}{}", &found["before"], &found["after"])
        });
        text = replaced.into_owned();
    }
    text
}

/// `a=b&c=d`
fn is_form(text: &str) -> bool {
    let name = |pair: &str| {
        pair.split_once('=').is_some_and(|(name, _)| {
            !name.is_empty()
                && name
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"_-.[]%".contains(&byte))
        })
    };
    !text.trim().is_empty() && text.trim().split('&').all(name)
}
