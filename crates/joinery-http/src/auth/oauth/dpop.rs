//! Proof of possession (RFC 9449): a JWT for one request, signed with a key that only this connection has.

use joinery_connector::{HttpRequest, Secret};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};
use url::Url;

use super::{
    super::{Context, jwt, keys::PrivateKey},
    client::jwt_id,
    memory::{Memory, origin},
};
use crate::error::Error;

/// The proof for a token request.
pub(super) fn for_token(context: &Context<'_>, memory: &Memory, key: &PrivateKey, url: &str) -> Result<String, Error> {
    proof(context, key, "POST", target(url, false), memory.nonce(url), None)
}

/// The proof for `request` with the access token it carries; `decoded`: whether it names the path decoded, where no
/// refusal has shown how the server compares it.
pub(super) fn for_request(
    context: &Context<'_>,
    memory: &Memory,
    key: &PrivateKey,
    request: &HttpRequest,
    (token, decoded): (&Secret, bool),
) -> Result<String, Error> {
    let origin = origin(&request.url);
    let target = target(&request.url, memory.spelling(&origin).unwrap_or(decoded));
    let nonce = memory.nonce(&origin);
    proof(context, key, &request.method, target, nonce, Some(token))
}

fn proof(
    context: &Context<'_>,
    key: &PrivateKey,
    method: &str,
    target: String,
    nonce: Option<String>,
    token: Option<&Secret>,
) -> Result<String, Error> {
    let surroundings = context.surroundings()?;
    let mut header = Map::new();
    header.insert("typ".into(), "dpop+jwt".into());
    header.insert("jwk".into(), Value::Object(key.public_members()));
    let mut claims = Map::new();
    claims.insert("htm".into(), method.into());
    claims.insert("htu".into(), target.into());
    claims.insert("iat".into(), surroundings.now_ms().div_euclid(1000).into());
    claims.insert("jti".into(), jwt_id(surroundings).into());
    if let Some(nonce) = nonce {
        claims.insert("nonce".into(), nonce.into());
    }
    if let Some(token) = token {
        claims.insert("ath".into(), jwt::hash(token.reveal()).into());
    }
    jwt::sign(header, &claims, key, key.algorithm())
}

/// Whether there are two ways to name the URL in a proof.
pub(super) fn has_two_spellings(url: &str) -> bool {
    target(url, false) != target(url, true)
}

/// The URL without query and fragment. Okta compares it with the decoded path, against RFC 9449 §4.3; which of both a
/// server wants shows when it refuses.
fn target(url: &str, decoded: bool) -> String {
    let Ok(mut parsed) = Url::parse(url) else {
        return url.to_owned();
    };
    parsed.set_query(None);
    parsed.set_fragment(None);
    if decoded {
        let path = percent_decode_str(parsed.path()).decode_utf8_lossy();
        return format!("{}{path}", parsed.origin().ascii_serialization());
    }
    parsed.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proof_names_the_url_without_its_query() {
        let url = "https://acme.test:8443/users/a%40b?limit=1#x";
        assert_eq!(target(url, false), "https://acme.test:8443/users/a%40b");
        assert_eq!(target(url, true), "https://acme.test:8443/users/a@b");
        assert!(has_two_spellings(url) && !has_two_spellings("https://acme.test/users?q=a%40b"));
    }
}
