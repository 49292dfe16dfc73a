//! Hides secrets in text that is about to be shown or kept.

use std::borrow::Cow;

use joinery_connector::{Header, Secret, secret::MASK};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::{body_store::Body, send::Exchange};

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

/// Form fields and JSON members of token requests and their answers that are secret by their names.
const CREDENTIALS: &[&str] = &[
    "access_token",
    "actor_token",
    "assertion",
    "client_assertion",
    "client_secret",
    "code",
    "code_verifier",
    "device_secret",
    "id_token",
    "password",
    "refresh_token",
    "subject_token",
    "token",
];

/// Masks what a token request and its answer carry: form fields and JSON members that are secret by their names, and
/// every known secret.
pub(crate) fn mask_credentials(exchange: &mut Exchange, secrets: &[Secret]) {
    if let Some(body) = &mut exchange.request.body {
        let masked = match exchange.request.headers.iter().find(|header| is_content_type(header)) {
            Some(header) if header.value.contains("x-www-form-urlencoded") => mask_form(body),
            Some(header) if header.value.contains("json") => mask_members(body),
            _ => std::mem::take(body),
        };
        *body = mask(&masked, secrets);
    }
    for header in &mut exchange.response.headers {
        header.value = mask(&header.value, secrets);
    }
    // What cannot be read back has no text to mask, and none to show.
    let text = exchange.body.read().unwrap_or_default();
    let masked = mask(&mask_members(&String::from_utf8_lossy(&text)), secrets);
    exchange.body = Body::Memory(masked.into());
}

fn is_content_type(header: &Header) -> bool {
    header.name.eq_ignore_ascii_case("content-type")
}

fn mask_form(form: &str) -> String {
    let fields = form.split('&').map(|field| match field.split_once('=') {
        Some((name, value)) if CREDENTIALS.contains(&name) && !value.is_empty() => format!("{name}={MASK}"),
        _ => field.to_owned(),
    });
    fields.collect::<Vec<_>>().join("&")
}

/// The JSON object with its secret members masked; any other text as it is.
fn mask_members(text: &str) -> String {
    let Ok(serde_json::Value::Object(mut members)) = serde_json::from_str(text) else {
        return text.to_owned();
    };
    for (name, value) in &mut members {
        if CREDENTIALS.contains(&name.as_str()) && value.is_string() {
            *value = MASK.into();
        }
    }
    serde_json::Value::Object(members).to_string()
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
    fn what_a_token_request_carries_is_masked_by_its_names() {
        assert_eq!(
            mask_form("grant_type=refresh_token&refresh_token=a%2Bb&client_assertion=eyJ.x&code=&scope=x"),
            format!("grant_type=refresh_token&refresh_token={MASK}&client_assertion={MASK}&code=&scope=x")
        );
        assert_eq!(
            mask_members(r#"{"token_type":"DPoP","access_token":"eyJ","expires_in":3600}"#),
            format!(r#"{{"token_type":"DPoP","access_token":"{MASK}","expires_in":3600}}"#)
        );
        assert_eq!(mask_members("<html>"), "<html>");
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
