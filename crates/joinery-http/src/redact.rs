//! Hides secrets in text that is about to be shown or kept.

use std::borrow::Cow;

use joinery_connector::{Header, Secret, secret::MASK};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

/// `text` with every secret in it replaced by [`MASK`], also where it stands percent-encoded (as in a path or a form)
/// or escaped (as in JSON). Empty secrets are passed over.
pub fn mask<'a>(text: &str, secrets: impl IntoIterator<Item = &'a Secret>) -> String {
    let mut masked = Cow::Borrowed(text);
    for secret in secrets {
        for spelling in spellings(secret.reveal()) {
            if masked.contains(spelling.as_ref()) {
                masked = Cow::Owned(masked.replace(spelling.as_ref(), MASK));
            }
        }
    }
    masked.into_owned()
}

/// Masks a header: what is known to be secret in it and, where the header exists to carry a credential, all but the
/// scheme (`SSWS ••••••`) or the cookie names.
pub fn mask_header<'a>(header: &Header, secrets: impl IntoIterator<Item = &'a Secret>) -> Header {
    let name = header.name.to_ascii_lowercase();
    let value = match name.as_str() {
        "authorization" | "proxy-authorization" => match header.value.split_once(' ') {
            Some((scheme, _)) => format!("{scheme} {MASK}"),
            None => MASK.to_owned(),
        },
        "cookie" => mask_cookies(&header.value),
        _ if carries_credential(&name) => MASK.to_owned(),
        _ => mask(&header.value, secrets),
    };
    Header::new(header.name.clone(), value)
}

fn carries_credential(name: &str) -> bool {
    name == "dpop"
        || ["token", "api-key", "apikey", "secret", "password"]
            .iter()
            .any(|word| name.contains(word))
}

fn mask_cookies(value: &str) -> String {
    value
        .split("; ")
        .map(|cookie| {
            let name = cookie.split_once('=').map_or("", |(name, _)| name);
            format!("{name}={MASK}")
        })
        .collect::<Vec<_>>()
        .join("; ")
}

/// The ways a secret may be spelled in a request, each once, longest first so that none leaves a rest of another.
fn spellings(secret: &str) -> Vec<Cow<'_, str>> {
    if secret.is_empty() {
        return Vec::new();
    }
    let mut spellings = vec![Cow::Borrowed(secret)];
    if secret.bytes().any(|byte| !byte.is_ascii_alphanumeric()) {
        let json = serde_json::Value::from(secret).to_string();
        for spelling in [
            utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string(),
            url::form_urlencoded::byte_serialize(secret.as_bytes()).collect(),
            encoded_in_query(secret),
            json[1..json.len() - 1].to_owned(),
        ] {
            if !spellings.contains(&Cow::Borrowed(spelling.as_str())) {
                spellings.push(Cow::Owned(spelling));
            }
        }
        spellings.sort_by_key(|spelling| std::cmp::Reverse(spelling.len()));
    }
    spellings
}

/// As the URL parser itself encodes a query, which leaves more characters alone than a form does.
fn encoded_in_query(secret: &str) -> String {
    url::Url::parse("http://h/")
        .map(|mut url| {
            url.set_query(Some(secret));
            url.query().unwrap_or_default().to_owned()
        })
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(text: &str, secret: &str) -> String {
        mask(text, &[Secret::new(secret)])
    }

    #[test]
    fn secret_is_hidden_however_it_is_spelled() {
        let secret = "p\"a/b c+ü";
        assert_eq!(masked(&format!("x={secret}."), secret), format!("x={MASK}."));
        for spelled in [
            "p%22a%2Fb%20c%2B%C3%BC",
            "p%22a%2Fb+c%2B%C3%BC",
            r#"p\"a/b c+ü"#,
            "p%22a/b%20c+%C3%BC",
        ] {
            assert_eq!(
                masked(&format!("<{spelled}>"), secret),
                format!("<{MASK}>"),
                "{spelled}"
            );
        }
    }

    #[test]
    fn empty_secret_hides_nothing() {
        assert_eq!(masked("abc", ""), "abc");
    }

    #[test]
    fn credential_headers_keep_only_their_scheme_or_names() {
        for (name, value, shown) in [
            ("Authorization", "SSWS 00abc", "SSWS ••••••"),
            ("authorization", "00abc", "••••••"),
            ("Cookie", "sid=1; theme=dark", "sid=••••••; theme=••••••"),
            ("X-Api-Key", "k", "••••••"),
            ("DPoP", "eyJ", "••••••"),
            ("Accept", "text/secret-word", "text/••••••"),
        ] {
            let header = mask_header(&Header::new(name, value), &[Secret::new("secret-word")]);
            assert_eq!(header.value, shown, "{name}");
        }
    }
}
