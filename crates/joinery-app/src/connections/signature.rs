//! What a connection signs with, as a command that people copy can show it.

use joinery_connector::{Header, HttpRequest, Secret, request::Pair};
use joinery_http::auth::{self, Auth};
use url::Url;

use super::Resolved;

/// What is encoded together with its secret stands as one, by this name.
pub(crate) const CREDENTIALS: &str = "credentials";

/// What signs a request, its secrets as `{{variables}}`.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Signature {
    pub(crate) headers: Vec<Pair>,
    pub(crate) query: Vec<Pair>,
    /// The value of [`CREDENTIALS`].
    pub(crate) credentials: Option<Secret>,
}

/// How a connection signs; nothing where its way has no fixed header or parameter.
pub(crate) fn signature(connection: &Resolved) -> Signature {
    of(&connection.http.auth).unwrap_or_default()
}

fn of(auth: &Auth) -> Option<Signature> {
    let mut named = auth.clone();
    for (name, secret) in &mut named.secrets {
        *secret = Secret::new(format!("{{{{{name}}}}}"));
    }
    let signed = signed(&named)?;
    let url = Url::parse(&signed.url).ok()?;
    let mut signature = Signature {
        query: url.query_pairs().map(|(name, value)| pair(&name, &value)).collect(),
        ..Signature::default()
    };
    let Some(header) = first(signed) else {
        return Some(signature);
    };
    if header.value.contains("{{") || auth.secrets.is_empty() {
        signature.headers.push(pair(&header.name, &header.value));
    } else {
        let real = first(self::signed(auth)?)?;
        let (scheme, credentials) = real.value.split_once(' ').unwrap_or(("", &real.value));
        let value = format!("{scheme} {{{{{CREDENTIALS}}}}}");
        signature.headers.push(pair(&header.name, value.trim_start()));
        signature.credentials = Some(Secret::new(credentials));
    }
    Some(signature)
}

fn signed(auth: &Auth) -> Option<HttpRequest> {
    let mut request = HttpRequest::new("GET", "http://127.0.0.1/");
    auth::kind(&auth.kind)?.apply(auth, &mut request).ok()?;
    Some(request)
}

fn first(request: HttpRequest) -> Option<Header> {
    request.headers.into_iter().next()
}

fn pair(name: &str, value: &str) -> Pair {
    Pair {
        name: name.to_owned(),
        value: value.to_owned(),
        enabled: true,
        description: String::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn shown(kind: &str, settings: Value, secrets: &[(&str, &str)]) -> (Vec<String>, Vec<String>, Option<String>) {
        let secrets = secrets.iter();
        let auth = Auth {
            kind: kind.to_owned(),
            settings: settings.as_object().cloned().unwrap_or_default(),
            secrets: secrets
                .map(|(name, text)| ((*name).to_owned(), Secret::new(*text)))
                .collect(),
        };
        let found = of(&auth).unwrap_or_default();
        let texts = |pairs: Vec<Pair>| pairs.into_iter().map(|row| format!("{}: {}", row.name, row.value));
        (
            texts(found.headers).collect(),
            texts(found.query).collect(),
            found.credentials.map(|secret| secret.reveal().to_owned()),
        )
    }

    #[test]
    fn a_secret_that_stands_in_the_header_is_named() {
        let (headers, query, credentials) = shown("bearer", json!({}), &[("token", "hush")]);
        assert!(headers[0].ends_with(": Bearer {{token}}"), "{headers:?}");
        assert_eq!((query.len(), credentials), (0, None));
    }

    #[test]
    fn a_password_that_is_encoded_is_hidden_with_its_user() {
        let (headers, _, credentials) = shown("basic", json!({ "username": "ada" }), &[("password", "hush")]);
        assert!(headers[0].ends_with(": Basic {{credentials}}"), "{headers:?}");
        assert_eq!(credentials.as_deref(), Some("YWRhOmh1c2g="));
    }

    #[test]
    fn a_key_in_the_query_stands_there() {
        let (headers, query, _) = shown("api_key", json!({ "query": "key" }), &[("token", "hush")]);
        assert_eq!((headers.len(), query), (0, vec!["key: {{token}}".to_owned()]));
    }
}
