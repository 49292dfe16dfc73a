//! Public keys that verify: PEM, JWK, a set of JWKs, or the public half of a private key.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use joinery_connector::Secret;
use joinery_http::auth::keys;
use p256::{ecdsa::signature::Verifier, pkcs8::DecodePublicKey};
use rsa::{BoxedUint, pkcs1::DecodeRsaPublicKey};
use serde_json::{Map, Value};
use sha2::{Sha256, Sha384, Sha512};

use crate::host::Signature;

/// A key that verifies.
pub enum PublicKey {
    /// An RSA key.
    Rsa(Box<rsa::PublicKey>),
    /// A key on P-256.
    P256(p256::PublicKey),
    /// A key on P-384.
    P384(p384::PublicKey),
    /// A key on P-521.
    P521(p521::PublicKey),
}

impl PublicKey {
    /// Whether a key is meant rather than a shared secret.
    pub fn is_meant(text: &str) -> bool {
        let text = text.trim_start();
        text.starts_with('{') || text.contains("-----BEGIN ")
    }

    /// The key in a text: PEM, JWK, or a set, of which the one with the id `kid`.
    ///
    /// # Errors
    /// What it is instead.
    pub fn read(text: &str, kid: Option<&str>) -> Result<Self, String> {
        if let Ok(jwk) = serde_json::from_str::<Value>(text) {
            return Self::of_jwk(&jwk, kid);
        }
        let (label, der) = keys::read_pem(text).map_err(|_| "the key is neither PEM nor a JWK".to_owned())?;
        if label.contains("PRIVATE") {
            let private = keys::read(&Secret::new(text)).map_err(|error| error.to_string())?;
            return Self::of_jwk(&Value::Object(private.key.public_jwk(None)), None);
        }
        rsa::PublicKey::from_public_key_der(&der)
            .map(|key| Self::Rsa(Box::new(key)))
            .or_else(|_| p256::PublicKey::from_public_key_der(&der).map(Self::P256))
            .or_else(|_| p384::PublicKey::from_public_key_der(&der).map(Self::P384))
            .or_else(|_| p521::PublicKey::from_public_key_der(&der).map(Self::P521))
            .ok()
            .or_else(|| {
                rsa::PublicKey::from_pkcs1_der(&der)
                    .ok()
                    .map(|key| Self::Rsa(Box::new(key)))
            })
            .ok_or_else(|| {
                format!(
                    "the {} is neither an RSA key nor one on P-256, P-384 or P-521",
                    label.to_lowercase()
                )
            })
    }

    fn of_jwk(jwk: &Value, kid: Option<&str>) -> Result<Self, String> {
        if let Some(set) = jwk.get("keys").and_then(Value::as_array) {
            let named = |key: &&Value| kid.is_some() && key.get("kid").and_then(Value::as_str) == kid;
            let found = match set.as_slice() {
                [only] => Some(only),
                several => several.iter().find(named),
            };
            let missing = || match kid {
                Some(kid) => format!("the set holds no key with the id `{kid}`"),
                None => "the token does not say which key of the set is its own".to_owned(),
            };
            return Self::of_jwk(found.ok_or_else(missing)?, None);
        }
        let members = jwk.as_object().ok_or("the key is not a JWK")?;
        let bytes = |name: &str| part(members, name);
        let point = |size: usize| -> Result<Vec<u8>, String> {
            let (x, y) = (bytes("x")?, bytes("y")?);
            if x.len() > size || y.len() > size {
                return Err("the point of the JWK is too long".into());
            }
            let padded = |part: Vec<u8>| [vec![0; size - part.len()], part].concat();
            Ok([vec![4], padded(x), padded(y)].concat())
        };
        let text = |name: &str| members.get(name).and_then(Value::as_str);
        let off_curve = |_| "the point of the JWK is not on its curve".to_owned();
        match (text("kty"), text("crv")) {
            (Some("RSA"), _) => {
                let number = |name: &str| bytes(name).map(|bytes| BoxedUint::from_be_slice_vartime(&bytes));
                rsa::PublicKey::new(number("n")?, number("e")?)
                    .map(|key| Self::Rsa(Box::new(key)))
                    .map_err(|error| format!("the JWK cannot be used: {error}"))
            }
            (Some("EC"), Some("P-256")) => p256::PublicKey::from_sec1_bytes(&point(32)?)
                .map(Self::P256)
                .map_err(off_curve),
            (Some("EC"), Some("P-384")) => p384::PublicKey::from_sec1_bytes(&point(48)?)
                .map(Self::P384)
                .map_err(off_curve),
            (Some("EC"), Some("P-521")) => p521::PublicKey::from_sec1_bytes(&point(66)?)
                .map(Self::P521)
                .map_err(off_curve),
            _ => Err("the JWK is neither RSA nor on the curves P-256, P-384 and P-521".into()),
        }
    }

    /// The signatures it can verify.
    pub fn signatures(&self) -> &'static [Signature] {
        match self {
            Self::Rsa(_) => &[Signature::Rs256, Signature::Rs384, Signature::Rs512],
            Self::P256(_) => &[Signature::Es256],
            Self::P384(_) => &[Signature::Es384],
            Self::P521(_) => &[Signature::Es512],
        }
    }

    /// Whether `signature` is that of `message`.
    pub fn verifies(&self, kind: Signature, message: &[u8], signature: &[u8]) -> bool {
        match (self, kind) {
            (Self::Rsa(key), Signature::Rs256) => key.pkcs1v15_verify::<Sha256>(message, signature).is_ok(),
            (Self::Rsa(key), Signature::Rs384) => key.pkcs1v15_verify::<Sha384>(message, signature).is_ok(),
            (Self::Rsa(key), Signature::Rs512) => key.pkcs1v15_verify::<Sha512>(message, signature).is_ok(),
            (Self::P256(key), Signature::Es256) => p256::ecdsa::Signature::from_slice(signature)
                .is_ok_and(|signature| p256::ecdsa::VerifyingKey::from(key).verify(message, &signature).is_ok()),
            (Self::P384(key), Signature::Es384) => p384::ecdsa::Signature::from_slice(signature)
                .is_ok_and(|signature| p384::ecdsa::VerifyingKey::from(key).verify(message, &signature).is_ok()),
            (Self::P521(key), Signature::Es512) => p521::ecdsa::Signature::from_slice(signature)
                .is_ok_and(|signature| p521::ecdsa::VerifyingKey::from(key).verify(message, &signature).is_ok()),
            _ => false,
        }
    }
}

fn part(members: &Map<String, Value>, name: &str) -> Result<Vec<u8>, String> {
    members
        .get(name)
        .and_then(Value::as_str)
        .and_then(|part| BASE64_URL_SAFE_NO_PAD.decode(part.trim_end_matches('=')).ok())
        .ok_or_else(|| format!("`{name}` of the JWK is missing or damaged"))
}
