//! PKCS#12 (RFC 7292): a certificate, those above it and its key in one file, which browsers and Windows export as `.p12` or
//! `.pfx`.

use std::path::Path;

use joinery_connector::Secret;
use p12_keystore::{CertificateBag, Pkcs12Archive, error::Error as Refusal};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::{
    CLIENT_CERTIFICATE, CLIENT_KEY_PASSPHRASE,
    certificates::{Identity, wrong},
};
use crate::error::Error;

/// The first byte of a DER sequence, which no PEM text begins with.
const SEQUENCE: u8 = 0x30;

/// Whether a file's bytes are no text but DER, as PKCS#12 is.
pub(super) fn is_pkcs12(bytes: &[u8]) -> bool {
    bytes.first() == Some(&SEQUENCE) && bytes.get(1).is_some_and(|length| *length >= 0x80)
}

/// The identity in the file, opened with `passphrase`.
pub(super) fn read(path: &Path, bytes: &[u8], passphrase: Option<&Secret>) -> Result<Identity, Error> {
    let password = passphrase.map(Secret::reveal).unwrap_or_default();
    let archive = Pkcs12Archive::from_pkcs12(bytes, password).map_err(|refusal| explain(path, passphrase, &refusal))?;
    let lacks = |what: &str| wrong(CLIENT_CERTIFICATE, format!("{} holds no {what}", path.display()));
    let key = archive.keys.into_iter().next().ok_or_else(|| lacks("private key"))?;
    let belongs = |bag: &&CertificateBag| {
        let id = key.local_key_id.as_ref().map(AsRef::as_ref);
        id.is_some() && bag.local_key_id.as_deref() == id
    };
    let own = archive.certs.iter().find(belongs).or(archive.certs.first());
    let chain = chain(own.ok_or_else(|| lacks("certificate"))?, &archive.certs);
    Ok((chain, PrivateKeyDer::Pkcs8(key.key.as_der().to_vec().into())))
}

/// The certificate, then each one that issued the one before it.
fn chain(own: &CertificateBag, all: &[CertificateBag]) -> Vec<CertificateDer<'static>> {
    let mut chain = vec![&own.cert];
    while let Some(last) = chain.last()
        && let Some(above) = all.iter().find(|bag| bag.cert.subject() == last.issuer())
        && !chain.contains(&&above.cert)
    {
        chain.push(&above.cert);
    }
    let der = chain
        .into_iter()
        .map(|certificate| certificate.as_der().to_vec().into());
    der.collect()
}

fn explain(path: &Path, passphrase: Option<&Secret>, refusal: &Refusal) -> Error {
    let file = path.display();
    match refusal {
        Refusal::MacError(_) | Refusal::UnpadError | Refusal::Pkcs5Error(_) | Refusal::InvalidPrivateKey => {
            let reason = match passphrase {
                None => format!("it is missing, and {file} is encrypted"),
                Some(_) => format!("it does not open {file}"),
            };
            wrong(CLIENT_KEY_PASSPHRASE, reason)
        }
        Refusal::UnsupportedEncryptionScheme | Refusal::UnsupportedMacAlgorithm => wrong(
            CLIENT_CERTIFICATE,
            format!("{file} is encrypted in a way that is not supported; export it anew with AES"),
        ),
        _ => wrong(
            CLIENT_CERTIFICATE,
            format!("{file} is neither PEM nor PKCS#12 that can be read"),
        ),
    }
}
