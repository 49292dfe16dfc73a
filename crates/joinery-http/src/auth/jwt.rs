//! JSON Web Tokens (RFC 7519): signing ours, and taking those of others apart for display. Nothing here verifies.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::keys::{Algorithm, PrivateKey};
use crate::error::Error;

/// A token taken apart. Its signature is not among the parts: whoever shows these shows nothing that opens a door.
#[derive(Debug, Clone, PartialEq)]
pub struct Decoded {
    /// The header: algorithm, key id.
    pub header: Map<String, Value>,
    /// The claims.
    pub claims: Map<String, Value>,
}

/// Takes a token apart without verifying it; `None` where it is no JWT, which an opaque token is not.
pub fn decode(token: &str) -> Option<Decoded> {
    let mut parts = token.split('.');
    let (header, claims, _signature) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    Some(Decoded {
        header: object(header)?,
        claims: object(claims)?,
    })
}

fn object(part: &str) -> Option<Map<String, Value>> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(part).ok()?;
    serde_json::from_slice(&bytes).ok()
}

/// The compact form of `claims`, signed. `header` holds what stands there besides `alg`.
pub(crate) fn sign(
    mut header: Map<String, Value>,
    claims: &Map<String, Value>,
    key: &PrivateKey,
    algorithm: Algorithm,
) -> Result<String, Error> {
    header.insert("alg".into(), algorithm.name().into());
    let part = |map: &Map<String, Value>| base64url(Value::Object(map.clone()).to_string().as_bytes());
    let message = format!("{}.{}", part(&header), part(claims));
    let signature = key.sign(algorithm, message.as_bytes())?;
    Ok(format!("{message}.{}", base64url(&signature)))
}

/// Base64 for URLs, without padding.
pub(crate) fn base64url(bytes: &[u8]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// The SHA-256 of `text`, as proofs and PKCE write it.
pub(crate) fn hash(text: &str) -> String {
    base64url(&Sha256::digest(text))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_token_is_taken_apart_and_anything_else_is_not() {
        let token = format!(
            "{}.{}.c2ln",
            base64url(br#"{"alg":"none"}"#),
            base64url(br#"{"exp":7}"#)
        );
        let decoded = decode(&token).unwrap();
        assert_eq!(
            (decoded.header["alg"].as_str(), &decoded.claims["exp"]),
            (Some("none"), &json!(7))
        );
        for other in ["", "opaque", "a.b", "e30.e30", &format!("{token}.x"), "e30.W10.c2ln"] {
            assert_eq!(decode(other), None, "{other}");
        }
    }

    #[test]
    fn hash_is_the_one_of_rfc_7636() {
        assert_eq!(
            hash("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
    }
}
