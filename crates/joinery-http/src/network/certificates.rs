//! Certificates and keys of a connection, read from PEM or PKCS#12. Every refusal names the setting and what to do about it.

use std::path::Path;

use joinery_connector::Secret;
use pkcs8::EncryptedPrivateKeyInfoRef;
use rustls::{
    InconsistentKeys, RootCertStore,
    crypto::CryptoProvider,
    pki_types::{CertificateDer, PrivateKeyDer},
    sign::CertifiedKey,
};

use super::{CA_FILE, CLIENT_CERTIFICATE, CLIENT_KEY, CLIENT_KEY_PASSPHRASE, pem, pkcs12};
use crate::error::Error;

/// The authorities in the file of `ca_file`.
pub(super) fn authorities(path: &Path) -> Result<Vec<CertificateDer<'static>>, Error> {
    let text = as_text(CA_FILE, path, read(CA_FILE, path)?)?;
    let certificates = certificates(CA_FILE, path, &text)?;
    let mut store = RootCertStore::empty();
    for (index, certificate) in certificates.iter().enumerate() {
        store.add(certificate.clone()).map_err(|error| {
            let number = index + 1;
            wrong(
                CA_FILE,
                format!("certificate {number} of {} cannot be used: {error}", path.display()),
            )
        })?;
    }
    Ok(certificates)
}

/// What a connection shows to a server that asks who it is.
pub(super) fn identity(
    path: &Path,
    key: Option<&Secret>,
    passphrase: Option<&Secret>,
    provider: &CryptoProvider,
) -> Result<CertifiedKey, Error> {
    let bytes = read(CLIENT_CERTIFICATE, path)?;
    let (chain, key) = if pkcs12::is_pkcs12(&bytes) {
        if key.is_some() {
            let file = path.display();
            let reason = format!("{file} holds the key besides the certificate; leave this empty");
            return Err(wrong(CLIENT_KEY, reason));
        }
        pkcs12::read(path, &bytes, passphrase)?
    } else {
        from_pem(path, bytes, key, passphrase)?
    };
    certified(path, chain, key, provider)
}

/// A certificate with those above it, and its key.
pub(super) type Identity = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

fn from_pem(path: &Path, bytes: Vec<u8>, key: Option<&Secret>, passphrase: Option<&Secret>) -> Result<Identity, Error> {
    let text = as_text(CLIENT_CERTIFICATE, path, bytes)?;
    let chain = certificates(CLIENT_CERTIFICATE, path, &text)?;
    let key = match key {
        Some(key) => private_key(CLIENT_KEY, key.reveal(), passphrase)?
            .ok_or_else(|| wrong(CLIENT_KEY, "it holds no private key in PEM".into()))?,
        None => private_key(CLIENT_CERTIFICATE, &text, passphrase)?.ok_or_else(|| {
            let file = path.display();
            wrong(
                CLIENT_KEY,
                format!("it is missing, and {file} holds no private key beside the certificate"),
            )
        })?,
    };
    Ok((chain, key))
}

fn certified(
    path: &Path,
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
    provider: &CryptoProvider,
) -> Result<CertifiedKey, Error> {
    CertifiedKey::from_der(chain, key, provider).map_err(|error| match error {
        rustls::Error::InconsistentKeys(InconsistentKeys::KeyMismatch) => wrong(
            CLIENT_KEY,
            format!("it is not the key of the certificate in {}", path.display()),
        ),
        rustls::Error::InvalidCertificate(reason) => {
            let file = path.display();
            wrong(
                CLIENT_CERTIFICATE,
                format!("the certificate in {file} cannot be used: {reason}"),
            )
        }
        other => wrong(CLIENT_KEY, format!("the key cannot be used: {other}")),
    })
}

fn read(setting: &'static str, path: &Path) -> Result<Vec<u8>, Error> {
    std::fs::read(path).map_err(|error| wrong(setting, format!("cannot read {}: {error}", path.display())))
}

fn as_text(setting: &'static str, path: &Path, bytes: Vec<u8>) -> Result<String, Error> {
    String::from_utf8(bytes).map_err(|_| not_pem(setting, path))
}

fn certificates(setting: &'static str, path: &Path, text: &str) -> Result<Vec<CertificateDer<'static>>, Error> {
    let certificates: Vec<_> = blocks(setting, text)?
        .into_iter()
        .filter(|block| block.label == "CERTIFICATE")
        .map(|block| CertificateDer::from(block.der))
        .collect();
    if certificates.is_empty() {
        return Err(not_pem(setting, path));
    }
    Ok(certificates)
}

fn private_key(
    setting: &'static str,
    text: &str,
    passphrase: Option<&Secret>,
) -> Result<Option<PrivateKeyDer<'static>>, Error> {
    for block in blocks(setting, text)? {
        let key = match block.label.as_str() {
            label if label.ends_with("PRIVATE KEY") && block.encrypted => {
                return Err(wrong(
                    setting,
                    "the key is encrypted in a way of old that is not supported; convert it with openssl pkcs8 -topk8"
                        .into(),
                ));
            }
            "PRIVATE KEY" => PrivateKeyDer::Pkcs8(block.der.into()),
            "RSA PRIVATE KEY" => PrivateKeyDer::Pkcs1(block.der.into()),
            "EC PRIVATE KEY" => PrivateKeyDer::Sec1(block.der.into()),
            "ENCRYPTED PRIVATE KEY" => PrivateKeyDer::Pkcs8(decrypted(setting, &block.der, passphrase)?.into()),
            _ => continue,
        };
        return Ok(Some(key));
    }
    Ok(None)
}

fn decrypted(setting: &'static str, der: &[u8], passphrase: Option<&Secret>) -> Result<Vec<u8>, Error> {
    let passphrase = passphrase.ok_or_else(|| {
        wrong(
            CLIENT_KEY_PASSPHRASE,
            "it is missing, and the client key is encrypted".into(),
        )
    })?;
    let encrypted = EncryptedPrivateKeyInfoRef::try_from(der)
        .map_err(|error| wrong(setting, format!("the encrypted key cannot be read: {error}")))?;
    let key = encrypted.decrypt(passphrase.reveal()).map_err(|error| match error {
        pkcs8::Error::EncryptedPrivateKey(pkcs8::pkcs5::Error::UnsupportedAlgorithm { .. }) => wrong(
            setting,
            "the key is encrypted with an algorithm that is not supported; convert it with openssl pkcs8 -topk8".into(),
        ),
        // A wrong passphrase gives bytes that are padded wrongly or are no key.
        _ => wrong(CLIENT_KEY_PASSPHRASE, "it does not open the client key".into()),
    })?;
    Ok(key.as_bytes().to_vec())
}

fn blocks(setting: &'static str, text: &str) -> Result<Vec<pem::Block>, Error> {
    pem::blocks(text).map_err(|reason| wrong(setting, format!("its PEM is broken: {reason}")))
}

fn not_pem(setting: &'static str, path: &Path) -> Error {
    wrong(
        setting,
        format!(
            "{} holds no certificate in PEM (-----BEGIN CERTIFICATE-----)",
            path.display()
        ),
    )
}

pub(super) fn wrong(setting: &'static str, reason: String) -> Error {
    Error::Network { setting, reason }
}
