//! Reading, making and using keys.

use p256::ecdsa::signature::Verifier;
use rsa::{pkcs1::EncodeRsaPrivateKey, traits::PrivateKeyParts};

use super::*;

/// Chance that is good enough for keys that nobody uses.
struct Chance;

impl Surroundings for Chance {
    fn now_ms(&self) -> i64 {
        0
    }
    fn random(&self, bytes: &mut [u8]) {
        static STATE: std::sync::Mutex<u64> = std::sync::Mutex::new(0x9E37_79B9_7F4A_7C15);
        let mut state = STATE.lock().unwrap();
        for byte in bytes {
            *state ^= *state << 13;
            *state ^= *state >> 7;
            *state ^= *state << 17;
            *byte = (*state >> 32) as u8;
        }
    }
    fn load(&self, _: &str) -> Result<Option<Secret>, String> {
        Ok(None)
    }
    fn keep(&self, _: &str, _: Option<&Secret>) -> Result<(), String> {
        Ok(())
    }
}

#[track_caller]
fn check(text: &str, expected: &PrivateKey) {
    let found = read(&Secret::new(text)).unwrap();
    assert_eq!(found.key.public_members(), expected.public_members());
}

#[track_caller]
fn refuse(text: &str, expected: &str) {
    assert_eq!(
        read(&Secret::new(text)).unwrap_err().to_string(),
        format!("private key: {expected}")
    );
}

#[test]
fn keys_on_curves_are_read_from_every_format() {
    for algorithm in [Algorithm::Es256, Algorithm::Es384, Algorithm::Es512] {
        let key = PrivateKey::generate(algorithm, &Chance).unwrap();
        let pem = key.to_pem().unwrap();
        check(pem.reveal(), &key);
        check(&pem.reveal().replace('\n', ""), &key);
        check(&pem.reveal().replace('\n', "\\n"), &key);
        let (sec1, d) = match &key {
            PrivateKey::P256(key) => (key.to_sec1_pem(LineEnding::LF).unwrap(), encode(key.to_bytes())),
            PrivateKey::P384(key) => (key.to_sec1_pem(LineEnding::CRLF).unwrap(), encode(key.to_bytes())),
            PrivateKey::P521(key) => (key.to_sec1_pem(LineEnding::LF).unwrap(), encode(key.to_bytes())),
            PrivateKey::Rsa(_) => unreachable!("not made here"),
        };
        check(&sec1, &key);
        let mut jwk = key.public_jwk(Some("k1"));
        jwk.insert("d".into(), d.into());
        let jwk = Value::Object(jwk);
        check(&jwk.to_string(), &key);
        check(&json!({ "keys": [jwk] }).to_string(), &key);
        let found = read(&Secret::new(jwk.to_string())).unwrap();
        assert_eq!((found.id.as_deref(), found.algorithm), (Some("k1"), Some(algorithm)));
    }
}

#[test]
fn rsa_keys_are_read_from_every_format_and_sign() {
    let key = PrivateKey::generate(Algorithm::Rs256, &Chance).unwrap();
    let PrivateKey::Rsa(rsa) = &key else {
        panic!("an RSA key was asked for")
    };
    check(key.to_pem().unwrap().reveal(), &key);
    check(&rsa.to_pkcs1_pem(LineEnding::LF).unwrap(), &key);
    let mut jwk = key.public_jwk(None);
    jwk.insert("d".into(), encode(rsa.d().to_be_bytes_trimmed_vartime()).into());
    check(&Value::Object(jwk.clone()).to_string(), &key);
    for (name, prime) in ["p", "q"].iter().zip(rsa.primes()) {
        jwk.insert((*name).into(), encode(prime.to_be_bytes_trimmed_vartime()).into());
    }
    check(&Value::Object(jwk).to_string(), &key);

    let public = rsa.to_public_key();
    let signature = key.sign(Algorithm::Rs256, b"message").unwrap();
    assert!(public.pkcs1v15_verify::<Sha256>(b"message", &signature).is_ok());
    let signature = key.sign(Algorithm::Rs384, b"message").unwrap();
    assert!(public.pkcs1v15_verify::<Sha384>(b"message", &signature).is_ok());
    let signature = key.sign(Algorithm::Rs512, b"message").unwrap();
    assert!(public.pkcs1v15_verify::<Sha512>(b"message", &signature).is_ok());
}

#[test]
fn keys_on_curves_sign_with_their_own_algorithm() {
    let key = PrivateKey::generate(Algorithm::Es256, &Chance).unwrap();
    let PrivateKey::P256(curve) = &key else {
        panic!("a key on P-256 was asked for")
    };
    let signature = key.sign(Algorithm::Es256, b"message").unwrap();
    let signature = p256::ecdsa::Signature::from_slice(&signature).unwrap();
    let public = *p256::ecdsa::SigningKey::from(curve).verifying_key();
    assert!(public.verify(b"message", &signature).is_ok());
    let error = key.sign(Algorithm::Rs256, b"message").unwrap_err();
    assert_eq!(
        error.to_string(),
        "private key: this key signs with ES256, not with RS256"
    );
    assert_eq!(
        key.sign(Algorithm::Es384, b"").unwrap_err().to_string().len(),
        error.to_string().len()
    );
    assert_eq!(format!("{key:?}"), "PrivateKey(ES256)");
}

#[test]
fn what_is_no_private_key_is_told_without_its_text() {
    refuse("hunter2", "it is neither PEM (-----BEGIN PRIVATE KEY-----) nor a JWK");
    refuse("{hunter2", "it begins as a JWK does, but is not JSON");
    refuse(
        r#"{"kty":"EC","crv":"P-256"}"#,
        "it is a public JWK, which cannot sign; give the private one, with `d`",
    );
    refuse(
        "-----BEGIN PUBLIC KEY-----AAAA-----END PUBLIC KEY-----",
        "it is a public key, which cannot sign; give the private key",
    );
    refuse(
        "-----BEGIN ENCRYPTED PRIVATE KEY-----AAAA-----END ENCRYPTED PRIVATE KEY-----",
        "it is encrypted with a passphrase; give it decrypted",
    );
    refuse(
        "-----BEGIN PRIVATE KEY-----hunter2-----END PRIVATE KEY-----",
        "its PEM text is damaged; copy it again, whole",
    );
    refuse(
        "-----BEGIN PRIVATE KEY-----AAAA-----END PRIVATE KEY-----",
        "it is neither an RSA key nor one on the curves P-256, P-384 and P-521",
    );
}
