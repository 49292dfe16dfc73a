//! Private keys that sign: read from PEM (PKCS#8, PKCS#1, SEC1) or JWK, made new, and shown as the public JWK that a
//! server's form takes.

use std::{convert::Infallible, fmt};

use base64::{Engine, prelude::BASE64_STANDARD, prelude::BASE64_URL_SAFE_NO_PAD};
use joinery_connector::Secret;
use p256::{
    ecdsa::signature::Signer,
    elliptic_curve::sec1::ToSec1Point,
    pkcs8::{DecodePrivateKey, EncodePrivateKey, LineEnding},
};
use rsa::{
    BoxedUint,
    pkcs1::DecodeRsaPrivateKey,
    rand_core::{TryCryptoRng, TryRng},
    traits::PublicKeyParts,
};
use serde_json::{Map, Value, json};
use sha2::{Sha256, Sha384, Sha512};

use super::{Surroundings, jwt::hash};
use crate::error::Error;

/// Bits of a new RSA key.
const RSA_BITS: usize = 2048;

/// A signature algorithm, by its name in JWTs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// RSA, PKCS#1 v1.5, SHA-256.
    Rs256,
    /// RSA, PKCS#1 v1.5, SHA-384.
    Rs384,
    /// RSA, PKCS#1 v1.5, SHA-512.
    Rs512,
    /// P-256, SHA-256.
    Es256,
    /// P-384, SHA-384.
    Es384,
    /// P-521, SHA-512.
    Es512,
}

/// Every algorithm.
pub const ALGORITHMS: &[Algorithm] = &[
    Algorithm::Rs256,
    Algorithm::Rs384,
    Algorithm::Rs512,
    Algorithm::Es256,
    Algorithm::Es384,
    Algorithm::Es512,
];

impl Algorithm {
    /// Its name: `RS256`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Rs384 => "RS384",
            Self::Rs512 => "RS512",
            Self::Es256 => "ES256",
            Self::Es384 => "ES384",
            Self::Es512 => "ES512",
        }
    }

    /// The algorithm of that name.
    pub fn named(name: &str) -> Option<Self> {
        ALGORITHMS.iter().copied().find(|algorithm| algorithm.name() == name)
    }
}

/// A key that signs. Shows nothing of itself.
#[derive(Clone)]
pub enum PrivateKey {
    /// An RSA key.
    Rsa(Box<rsa::PrivateKey>),
    /// A key on P-256.
    P256(p256::SecretKey),
    /// A key on P-384.
    P384(p384::SecretKey),
    /// A key on P-521.
    P521(p521::SecretKey),
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PrivateKey({})", self.algorithm().name())
    }
}

/// A private key as it is kept, and the id it was given.
#[derive(Debug, Clone)]
pub struct ReadKey {
    /// The key.
    pub key: PrivateKey,
    /// The `kid` of its JWK, where it is one and has one.
    pub id: Option<String>,
    /// The `alg` of its JWK, where it is one and has one.
    pub algorithm: Option<Algorithm>,
}

impl PrivateKey {
    /// Makes a key for `algorithm`.
    ///
    /// # Errors
    /// [`Error::Auth`] when the search for primes fails, which it does not in practice.
    pub fn generate(algorithm: Algorithm, surroundings: &dyn Surroundings) -> Result<Self, Error> {
        match algorithm {
            Algorithm::Rs256 | Algorithm::Rs384 | Algorithm::Rs512 => {
                rsa::PrivateKey::new(&mut Random(surroundings), RSA_BITS)
                    .map(|key| Self::Rsa(Box::new(key)))
                    .map_err(|error| unusable(error.to_string()))
            }
            Algorithm::Es256 => Ok(Self::P256(until_valid(surroundings, 32, p256::SecretKey::from_slice))),
            Algorithm::Es384 => Ok(Self::P384(until_valid(surroundings, 48, p384::SecretKey::from_slice))),
            // 521 bits: of the first byte only the lowest counts.
            Algorithm::Es512 => Ok(Self::P521(until_valid(surroundings, 66, |bytes| {
                let mut bytes = bytes.to_vec();
                bytes[0] &= 1;
                p521::SecretKey::from_slice(&bytes)
            }))),
        }
    }

    /// The algorithm it signs with where none is named.
    pub fn algorithm(&self) -> Algorithm {
        match self {
            Self::Rsa(_) => Algorithm::Rs256,
            Self::P256(_) => Algorithm::Es256,
            Self::P384(_) => Algorithm::Es384,
            Self::P521(_) => Algorithm::Es512,
        }
    }

    /// As PKCS#8 in PEM: what every tool reads.
    ///
    /// # Errors
    /// [`Error::Auth`] when it cannot be written down, which it always can.
    pub fn to_pem(&self) -> Result<Secret, Error> {
        let pem = match self {
            Self::Rsa(key) => key.to_pkcs8_pem(LineEnding::LF),
            Self::P256(key) => key.to_pkcs8_pem(LineEnding::LF),
            Self::P384(key) => key.to_pkcs8_pem(LineEnding::LF),
            Self::P521(key) => key.to_pkcs8_pem(LineEnding::LF),
        };
        pem.map(|pem| Secret::new(pem.as_str()))
            .map_err(|error| unusable(error.to_string()))
    }

    /// The public half as a JWK, with what a server's form wants to know of it.
    pub fn public_jwk(&self, id: Option<&str>) -> Map<String, Value> {
        let mut jwk = self.public_members();
        if let Some(id) = id {
            jwk.insert("kid".into(), id.into());
        }
        jwk.insert("use".into(), "sig".into());
        jwk.insert("alg".into(), self.algorithm().name().into());
        jwk
    }

    /// The members that make the key what it is, in the order of their names (RFC 7638).
    pub(crate) fn public_members(&self) -> Map<String, Value> {
        let members = match self {
            Self::Rsa(key) => json!({
                "e": encode(key.as_public_key().e().to_be_bytes_trimmed_vartime()),
                "kty": "RSA",
                "n": encode(key.as_public_key().n().to_be_bytes_trimmed_vartime()),
            }),
            Self::P256(key) => curve("P-256", key.public_key().to_sec1_point(false).as_bytes()),
            Self::P384(key) => curve("P-384", key.public_key().to_sec1_point(false).as_bytes()),
            Self::P521(key) => curve("P-521", key.public_key().to_sec1_point(false).as_bytes()),
        };
        match members {
            Value::Object(members) => members,
            _ => Map::new(),
        }
    }

    /// The key's thumbprint (RFC 7638), which does for an id.
    pub fn thumbprint(&self) -> String {
        hash(&Value::Object(self.public_members()).to_string())
    }

    /// The signature of `message`, as JWTs carry it.
    ///
    /// # Errors
    /// [`Error::Auth`] when the key is of another kind than `algorithm`.
    pub fn sign(&self, algorithm: Algorithm, message: &[u8]) -> Result<Vec<u8>, Error> {
        match (self, algorithm) {
            (Self::Rsa(key), Algorithm::Rs256) => key.pkcs1v15_sign::<Sha256>(message).map_err(refused),
            (Self::Rsa(key), Algorithm::Rs384) => key.pkcs1v15_sign::<Sha384>(message).map_err(refused),
            (Self::Rsa(key), Algorithm::Rs512) => key.pkcs1v15_sign::<Sha512>(message).map_err(refused),
            (Self::P256(key), Algorithm::Es256) => {
                let signature: p256::ecdsa::Signature = p256::ecdsa::SigningKey::from(key).sign(message);
                Ok(signature.to_bytes().to_vec())
            }
            (Self::P384(key), Algorithm::Es384) => {
                let signature: p384::ecdsa::Signature = p384::ecdsa::SigningKey::from(key).sign(message);
                Ok(signature.to_bytes().to_vec())
            }
            (Self::P521(key), Algorithm::Es512) => {
                let signature: p521::ecdsa::Signature = p521::ecdsa::SigningKey::from(key).sign(message);
                Ok(signature.to_bytes().to_vec())
            }
            _ => Err(unusable(format!(
                "this key signs with {}, not with {}",
                self.algorithm().name(),
                algorithm.name()
            ))),
        }
    }
}

/// Reads a private key: PEM (also one whose line breaks were lost on the way) or a JWK.
///
/// # Errors
/// [`Error::Auth`] saying what it is instead, never what stands in it.
pub fn read(text: &Secret) -> Result<ReadKey, Error> {
    let text = text.reveal().trim();
    if text.starts_with('{') {
        return read_jwk(text);
    }
    let (label, der) = read_pem(text)?;
    let key = match label.as_str() {
        "PRIVATE KEY" => read_pkcs8(&der),
        "RSA PRIVATE KEY" => rsa::PrivateKey::from_pkcs1_der(&der)
            .ok()
            .map(|key| PrivateKey::Rsa(Box::new(key))),
        "EC PRIVATE KEY" => p256::SecretKey::from_sec1_der(&der)
            .map(PrivateKey::P256)
            .or_else(|_| p384::SecretKey::from_sec1_der(&der).map(PrivateKey::P384))
            .or_else(|_| p521::SecretKey::from_sec1_der(&der).map(PrivateKey::P521))
            .ok(),
        "ENCRYPTED PRIVATE KEY" => {
            return Err(unusable("it is encrypted with a passphrase; give it decrypted"));
        }
        "PUBLIC KEY" | "RSA PUBLIC KEY" | "CERTIFICATE" => {
            return Err(unusable(format!(
                "it is a {}, which cannot sign; give the private key",
                label.to_lowercase()
            )));
        }
        _ => None,
    };
    key.map(|key| ReadKey {
        key,
        id: None,
        algorithm: None,
    })
    .ok_or_else(|| unusable("it is neither an RSA key nor one on the curves P-256, P-384 and P-521"))
}

fn read_pkcs8(der: &[u8]) -> Option<PrivateKey> {
    rsa::PrivateKey::from_pkcs8_der(der)
        .map(|key| PrivateKey::Rsa(Box::new(key)))
        .or_else(|_| p256::SecretKey::from_pkcs8_der(der).map(PrivateKey::P256))
        .or_else(|_| p384::SecretKey::from_pkcs8_der(der).map(PrivateKey::P384))
        .or_else(|_| p521::SecretKey::from_pkcs8_der(der).map(PrivateKey::P521))
        .ok()
}

/// The label and the bytes of a PEM text. Read by hand: a one-line field loses line breaks, an environment file writes them `\n`.
///
/// # Errors
/// [`Error::Auth`] when it is no PEM.
pub fn read_pem(text: &str) -> Result<(String, Vec<u8>), Error> {
    let no_key = || unusable("it is neither PEM (-----BEGIN PRIVATE KEY-----) nor a JWK");
    let (_, rest) = text.split_once("-----BEGIN ").ok_or_else(no_key)?;
    let (label, rest) = rest.split_once("-----").ok_or_else(no_key)?;
    let (body, _) = rest.split_once("-----END ").ok_or_else(no_key)?;
    let body: String = body
        .replace("\\n", "")
        .chars()
        .filter(|character| !character.is_whitespace())
        .collect();
    let der = BASE64_STANDARD
        .decode(body)
        .map_err(|_| unusable("its PEM text is damaged; copy it again, whole"))?;
    Ok((label.to_owned(), der))
}

fn read_jwk(text: &str) -> Result<ReadKey, Error> {
    let mut jwk: Map<String, Value> =
        serde_json::from_str(text).map_err(|_| unusable("it begins as a JWK does, but is not JSON"))?;
    // A set of one key is as good as the key.
    if let Some(Value::Array(keys)) = jwk.get("keys")
        && let [Value::Object(key)] = keys.as_slice()
    {
        jwk = key.clone();
    }
    let text = |name: &str| jwk.get(name).and_then(Value::as_str);
    if text("d").is_none() {
        return Err(unusable(
            "it is a public JWK, which cannot sign; give the private one, with `d`",
        ));
    }
    let bytes = |name: &str| {
        text(name)
            .and_then(|part| BASE64_URL_SAFE_NO_PAD.decode(part.trim_end_matches('=')).ok())
            .ok_or_else(|| unusable(format!("`{name}` of the JWK is missing or damaged")))
    };
    let key = match (text("kty"), text("crv")) {
        (Some("RSA"), _) => {
            let number = |name: &str| bytes(name).map(|bytes| BoxedUint::from_be_slice_vartime(&bytes));
            let primes = if jwk.contains_key("p") {
                vec![number("p")?, number("q")?]
            } else {
                Vec::new()
            };
            rsa::PrivateKey::from_components(number("n")?, number("e")?, number("d")?, primes)
                .map(|key| PrivateKey::Rsa(Box::new(key)))
                .map_err(|error| unusable(error.to_string()))?
        }
        (Some("EC"), Some("P-256")) => p256::SecretKey::from_slice(&bytes("d")?)
            .map(PrivateKey::P256)
            .map_err(|_| unusable("`d` of the JWK is not a key on P-256"))?,
        (Some("EC"), Some("P-384")) => p384::SecretKey::from_slice(&bytes("d")?)
            .map(PrivateKey::P384)
            .map_err(|_| unusable("`d` of the JWK is not a key on P-384"))?,
        (Some("EC"), Some("P-521")) => p521::SecretKey::from_slice(&bytes("d")?)
            .map(PrivateKey::P521)
            .map_err(|_| unusable("`d` of the JWK is not a key on P-521"))?,
        _ => {
            return Err(unusable(
                "the JWK is neither RSA nor on the curves P-256, P-384 and P-521",
            ));
        }
    };
    Ok(ReadKey {
        key,
        id: text("kid").map(str::to_owned),
        algorithm: text("alg").and_then(Algorithm::named),
    })
}

fn curve(name: &str, point: &[u8]) -> Value {
    // An uncompressed point: 4, then both coordinates.
    let (x, y) = point[1..].split_at((point.len() - 1) / 2);
    json!({ "crv": name, "kty": "EC", "x": encode(x), "y": encode(y) })
}

fn encode(bytes: impl AsRef<[u8]>) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// Draws keys until one is on the curve, which all but one in 2^32 are.
fn until_valid<K, E>(surroundings: &dyn Surroundings, length: usize, key: impl Fn(&[u8]) -> Result<K, E>) -> K {
    let mut bytes = vec![0; length];
    loop {
        surroundings.random(&mut bytes);
        if let Ok(key) = key(&bytes) {
            return key;
        }
    }
}

fn refused(error: rsa::Error) -> Error {
    unusable(error.to_string())
}

fn unusable(reason: impl Into<String>) -> Error {
    Error::Auth {
        kind: "private key",
        reason: reason.into(),
    }
}

/// The surroundings' chance, as the crates of keys take it.
struct Random<'a>(&'a dyn Surroundings);

impl TryRng for Random<'_> {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.0.random(&mut bytes);
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.0.random(&mut bytes);
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.0.random(bytes);
        Ok(())
    }
}

impl TryCryptoRng for Random<'_> {}

#[cfg(test)]
#[path = "keys_tests.rs"]
mod tests;
