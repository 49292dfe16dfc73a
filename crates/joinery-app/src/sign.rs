//! Hashing and signing with a secret that a script cannot see.

use hmac::{Hmac, KeyInit, Mac};
use joinery_connector::Secret;
use joinery_script::host::SecretOperation;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};

/// `operation` on `message`, keyed with `secret`.
pub(crate) fn with(secret: &Secret, operation: SecretOperation, message: &[u8]) -> Vec<u8> {
    let key = secret.reveal().as_bytes();
    match operation {
        SecretOperation::HmacSha1 => hmac::<Hmac<Sha1>>(key, message),
        SecretOperation::HmacSha256 => hmac::<Hmac<Sha256>>(key, message),
        SecretOperation::HmacSha512 => hmac::<Hmac<Sha512>>(key, message),
        SecretOperation::Sha256 => Sha256::digest(key).to_vec(),
    }
}

fn hmac<M: Mac + KeyInit>(key: &[u8], message: &[u8]) -> Vec<u8> {
    let mut mac = <M as KeyInit>::new_from_slice(key).expect("HMAC takes a key of any length (RFC 2104)");
    mac.update(message);
    mac.finalize().into_bytes().to_vec()
}
