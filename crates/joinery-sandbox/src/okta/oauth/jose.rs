//! Signed tokens (JWS, RFC 7515), keys (JWK, RFC 7517) and their thumbprints (RFC 7638): read, checked and made.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::rsa::{KeyPair, PublicKeyComponents};
use ring::signature::{self, RsaParameters, UnparsedPublicKey, VerificationAlgorithm};
use rsa::pkcs8::EncodePrivateKey as _;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

/// The algorithms that a client may sign with.
pub const ALGORITHMS: [&str; 5] = ["RS256", "RS384", "RS512", "ES256", "ES384"];

/// `BASE64URL(bytes)` without padding.
pub fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// `BASE64URL(SHA-256(text))`: what `ath` and a code challenge are.
pub fn digest(text: &str) -> String {
    encode(&Sha256::digest(text))
}

/// Bytes from their base64url form. Padding, which some tools add, is let through.
fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok()
}

/// A token taken apart, nothing of it checked yet.
pub struct Jws<'a> {
    /// The header.
    pub header: Map<String, Value>,
    /// The claims.
    pub claims: Map<String, Value>,
    signed: &'a str,
    signature: Vec<u8>,
}

impl<'a> Jws<'a> {
    /// Takes a token apart; `None` where it is none.
    pub fn parse(token: &'a str) -> Option<Self> {
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        let object = |part: &str| serde_json::from_slice(&decode(part)?).ok();
        Some(Self {
            header: object(header)?,
            claims: object(claims)?,
            signed,
            signature: decode(signature)?,
        })
    }

    /// Whether the header names one of [`ALGORITHMS`].
    pub fn has_known_algorithm(&self) -> bool {
        ALGORITHMS.contains(&self.text("alg"))
    }

    /// A text of the header; empty where it has none.
    pub fn text(&self, name: &str) -> &str {
        self.header.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// A text of the claims; empty where they have none.
    pub fn claim(&self, name: &str) -> &str {
        self.claims.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// A moment of the claims, in seconds since 1970.
    pub fn moment(&self, name: &str) -> Option<i64> {
        let value = self.claims.get(name)?;
        value.as_i64().or_else(|| value.as_f64().map(|seconds| seconds as i64))
    }

    /// Whether the holder of this key signed the token with the algorithm its header names.
    pub fn is_signed_by(&self, key: &Value) -> bool {
        let number = |name: &str| key[name].as_str().and_then(decode).unwrap_or_default();
        match self.text("alg") {
            "RS256" => self.is_rsa(&signature::RSA_PKCS1_2048_8192_SHA256, key),
            "RS384" => self.is_rsa(&signature::RSA_PKCS1_2048_8192_SHA384, key),
            "RS512" => self.is_rsa(&signature::RSA_PKCS1_2048_8192_SHA512, key),
            "ES256" if key["crv"] == "P-256" => {
                self.is_elliptic(&signature::ECDSA_P256_SHA256_FIXED, 32, &number("x"), &number("y"))
            }
            "ES384" if key["crv"] == "P-384" => {
                self.is_elliptic(&signature::ECDSA_P384_SHA384_FIXED, 48, &number("x"), &number("y"))
            }
            _ => false,
        }
    }

    fn is_rsa(&self, parameters: &RsaParameters, key: &Value) -> bool {
        let number = |name: &str| {
            let bytes = key[name].as_str().and_then(decode).unwrap_or_default();
            // Java writes a zero before a number whose highest bit is set; the number is the same.
            bytes.into_iter().skip_while(|byte| *byte == 0).collect::<Vec<u8>>()
        };
        let key = signature::RsaPublicKeyComponents {
            n: number("n"),
            e: number("e"),
        };
        key.verify(parameters, self.signed.as_bytes(), &self.signature).is_ok()
    }

    fn is_elliptic(&self, algorithm: &'static dyn VerificationAlgorithm, size: usize, x: &[u8], y: &[u8]) -> bool {
        if x.len() > size || y.len() > size {
            return false;
        }
        let mut point = vec![0; 1 + 2 * size];
        point[0] = 4; // The point is not compressed (SEC 1, 2.3.3).
        point[1 + size - x.len()..=size].copy_from_slice(x);
        point[1 + 2 * size - y.len()..].copy_from_slice(y);
        UnparsedPublicKey::new(algorithm, point)
            .verify(self.signed.as_bytes(), &self.signature)
            .is_ok()
    }
}

/// The thumbprint of a public key; `None` for a kind of key nobody signs with here.
pub fn thumbprint(key: &Value) -> Option<String> {
    let names: &[&str] = match key["kty"].as_str()? {
        "RSA" => &["e", "kty", "n"],
        "EC" => &["crv", "kty", "x", "y"],
        _ => return None,
    };
    let mut members = Map::new();
    for name in names {
        members.insert((*name).into(), key[*name].as_str()?.into());
    }
    Some(digest(&Value::Object(members).to_string()))
}

/// The key an org signs its tokens with.
pub struct SigningKey {
    /// The key as PKCS #8 (RFC 5958), to keep it.
    document: Vec<u8>,
    pair: KeyPair,
    id: String,
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("SigningKey")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

impl SigningKey {
    /// A new RSA key of 2048 bits.
    pub fn generate() -> Self {
        let key = rsa::PrivateKey::new(&mut getrandom::SysRng, 2048).expect("2048 bits are a size every RSA key has");
        let document = key.to_pkcs8_der().expect("every RSA key can be written");
        Self::from_document(document.as_bytes().to_vec()).expect("it was just written by the same standard")
    }

    /// A key that was kept as text; `None` where the text is none.
    pub fn from_text(text: &str) -> Option<Self> {
        Self::from_document(decode(text)?)
    }

    /// The key as text, to keep it.
    pub fn to_text(&self) -> String {
        encode(&self.document)
    }

    fn from_document(document: Vec<u8>) -> Option<Self> {
        let pair = KeyPair::from_pkcs8(&document).ok()?;
        let mut made = Self {
            document,
            pair,
            id: String::new(),
        };
        made.id = thumbprint(&made.public())?;
        Some(made)
    }

    /// The same key under another name than its thumbprint.
    #[must_use]
    pub fn named(self, id: &str) -> Self {
        Self {
            id: id.to_owned(),
            ..self
        }
    }

    /// The public half, as the org publishes it.
    pub fn public(&self) -> Value {
        let PublicKeyComponents { n, e } = PublicKeyComponents::<Vec<u8>>::from(self.pair.public());
        json!({"kty": "RSA", "alg": "RS256", "kid": self.id, "use": "sig", "e": encode(&e), "n": encode(&n)})
    }

    /// Signs claims; `kind` is the `typ` of the header.
    pub fn sign(&self, kind: Option<&str>, claims: &Value) -> String {
        let mut header = Map::new();
        header.insert("kid".into(), self.id.as_str().into());
        if let Some(kind) = kind {
            header.insert("typ".into(), kind.into());
        }
        header.insert("alg".into(), "RS256".into());
        let header = Value::Object(header).to_string();
        let mut token = format!(
            "{}.{}",
            encode(header.as_bytes()),
            encode(claims.to_string().as_bytes())
        );
        let mut signature = vec![0; self.pair.public().modulus_len()];
        self.pair
            .sign(
                &signature::RSA_PKCS1_SHA256,
                &SystemRandom::new(),
                token.as_bytes(),
                &mut signature,
            )
            .expect("the signature has the length of the modulus");
        token.push('.');
        token.push_str(&encode(&signature));
        token
    }
}
