//! Signatures of packages: minisign (Ed25519) over `package.json`, which holds every file's hash.

use std::io::Cursor;

use minisign::{KeyPair, PublicKey, PublicKeyBox, SecretKey, SecretKeyBox, SignatureBox};

use super::{TestSummary, write};
use crate::{
    connector::Connector,
    error::Error,
    problem::{Problem, Severity},
    secret::Secret,
};

/// A minisign secret key, ready to sign.
pub struct SigningKey(SecretKey);

impl SigningKey {
    /// Reads the text of a minisign secret key file; `password` where it is encrypted.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a text that is no key or a password that does not open it.
    pub fn parse(text: &str, password: Option<&Secret>) -> Result<Self, Error> {
        let key = SecretKeyBox::from_string(text).and_then(|key| match password {
            Some(password) => key.into_secret_key(Some(password.reveal().to_owned())),
            None => key.into_unencrypted_secret_key(),
        });
        key.map(Self).map_err(|error| no_key(&error.to_string()))
    }

    /// A new key without password: the texts of its secret and public key files.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the system gives no random numbers.
    pub fn generate() -> Result<(Secret, String), Error> {
        let make = || {
            let KeyPair { pk, sk } = KeyPair::generate_unencrypted_keypair()?;
            Ok((Secret::new(sk.to_box(None)?.into_string()), pk.to_box()?.into_string()))
        };
        make().map_err(|error: minisign::PError| no_key(&error.to_string()))
    }
}

fn no_key(reason: &str) -> Error {
    Error::Invalid {
        problem: Box::new(Problem {
            file: "the signing key".to_owned(),
            line: 0,
            column: 0,
            end_column: None,
            severity: Severity::Error,
            code: "signing_key".to_owned(),
            message: format!("the signing key cannot be used: {reason}"),
            hint: Some("give a minisign secret key file, and its password if it has one".to_owned()),
        }),
    }
}

/// The package of a connector with its signature in it.
///
/// # Errors
/// As [`super::pack`], and [`Error::Invalid`] for a key that cannot sign.
pub fn pack_signed(
    connector: &Connector,
    tool: &str,
    tests: Option<TestSummary>,
    key: &SigningKey,
) -> Result<Vec<u8>, Error> {
    let (list, contents) = write::collect(connector, tool, tests)?;
    let manifest = &connector.manifest;
    // The comment is signed too. It says what was signed, not when: a library has no clock.
    let comment = format!("joinery package {} {}", manifest.id, manifest.version);
    let signature = minisign::sign(None, &key.0, Cursor::new(&list), Some(&comment), None)
        .map_err(|error| no_key(&error.to_string()))?;
    write::archive(&list, Some(signature.into_string().as_bytes()), &contents)
}

/// Checks a signature of `list`. Gives the signer's key id where `key` was given and the signature is that key's.
///
/// # Errors
/// What is wrong, in words.
pub(super) fn check(list: &[u8], signature: Option<&[u8]>, key: Option<&str>) -> Result<Option<String>, String> {
    let key = match key {
        Some(key) => Some(public_key(key)?),
        None => None,
    };
    let Some(signature) = signature else {
        return match key {
            Some(_) => Err("the package is not signed".to_owned()),
            None => Ok(None),
        };
    };
    let signature = std::str::from_utf8(signature)
        .ok()
        .and_then(|text| SignatureBox::from_string(text).ok())
        .ok_or("the signature cannot be read")?;
    let Some(key) = key else {
        return Ok(None);
    };
    if signature.keynum() != key.keynum() {
        let (signer, wanted) = (key_id(signature.keynum()), key_id(key.keynum()));
        return Err(format!("the package is signed with key {signer}, not with {wanted}"));
    }
    minisign::verify(&key, &signature, Cursor::new(list), true, false, false)
        .map_err(|_| "the signature does not match: the package was changed after it was signed".to_owned())?;
    Ok(Some(key_id(key.keynum())))
}

/// A public key as the text of its file or the one line of base64 in it.
fn public_key(text: &str) -> Result<PublicKey, String> {
    let text = text.trim();
    PublicKey::from_base64(text)
        .or_else(|_| PublicKeyBox::from_string(text).and_then(PublicKeyBox::into_public_key))
        .map_err(|_| "the key given is not a minisign public key".to_owned())
}

/// As the `minisign` tool prints it: the number's bytes from the last to the first.
fn key_id(number: &[u8]) -> String {
    hex::encode_upper(number.iter().rev().copied().collect::<Vec<u8>>())
}
