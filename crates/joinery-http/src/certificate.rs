//! The certificates that servers showed, kept by host: a warm connection shows none again.

use std::{
    collections::HashMap,
    fmt::Write,
    sync::{Mutex, PoisonError},
};

use rustls::pki_types::{CertificateDer, ServerName};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use ts_rs::TS;
use x509_parser::prelude::{GeneralName, X509Certificate};

/// Hosts that are remembered; one client asks few.
const HOSTS: usize = 64;

/// A certificate, for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Certificate {
    /// Whose it is.
    pub subject: String,
    /// Who issued it.
    pub issuer: String,
    /// From when it is valid, in seconds since 1970.
    #[ts(type = "number")]
    pub valid_from: i64,
    /// Until when.
    #[ts(type = "number")]
    pub valid_to: i64,
    /// The names it is for.
    pub names: Vec<String>,
    /// Its serial number, in hexadecimal.
    pub serial: String,
    /// The SHA-256 of it, in hexadecimal.
    pub fingerprint: String,
    /// What its key is.
    pub key: String,
    /// What it was signed with.
    pub signature: String,
}

/// What servers showed.
#[derive(Debug, Default)]
pub(crate) struct Shown(Mutex<HashMap<String, Vec<CertificateDer<'static>>>>);

impl Shown {
    /// Notes what a server shows, whether it is believed or not.
    pub(crate) fn note(&self, host: &ServerName<'_>, own: &CertificateDer<'_>, rest: &[CertificateDer<'_>]) {
        let chain = [own].into_iter().chain(rest).map(|each| each.clone().into_owned());
        let mut hosts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if hosts.len() >= HOSTS {
            hosts.clear();
        }
        hosts.insert(host.to_str().into_owned(), chain.collect());
    }

    /// The chain that a host showed, its own certificate first.
    pub(crate) fn chain(&self, host: &str) -> Vec<Certificate> {
        let hosts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let chain = hosts.get(host.trim_matches(['[', ']']));
        chain.into_iter().flatten().filter_map(|each| read(each)).collect()
    }
}

fn read(der: &[u8]) -> Option<Certificate> {
    let (_, parsed) = x509_parser::parse_x509_certificate(der).ok()?;
    Some(Certificate {
        subject: parsed.subject().to_string(),
        issuer: parsed.issuer().to_string(),
        valid_from: parsed.validity().not_before.timestamp(),
        valid_to: parsed.validity().not_after.timestamp(),
        names: names(&parsed),
        serial: colons(parsed.raw_serial()),
        fingerprint: colons(&Sha256::digest(der)),
        key: key(&parsed),
        signature: algorithm(&parsed.signature_algorithm.algorithm.to_id_string()),
    })
}

fn names(parsed: &X509Certificate<'_>) -> Vec<String> {
    let Ok(Some(extension)) = parsed.subject_alternative_name() else {
        return Vec::new();
    };
    let name = |name: &GeneralName<'_>| match name {
        GeneralName::IPAddress([a, b, c, d]) => Some(std::net::Ipv4Addr::new(*a, *b, *c, *d).to_string()),
        GeneralName::IPAddress(bytes) => {
            let bytes = <[u8; 16]>::try_from(*bytes).ok()?;
            Some(std::net::Ipv6Addr::from(bytes).to_string())
        }
        GeneralName::DNSName(name) | GeneralName::RFC822Name(name) | GeneralName::URI(name) => Some((*name).to_owned()),
        _ => None,
    };
    extension.value.general_names.iter().filter_map(name).collect()
}

fn key(parsed: &X509Certificate<'_>) -> String {
    use x509_parser::public_key::PublicKey;
    match parsed.public_key().parsed() {
        Ok(PublicKey::RSA(key)) => format!("RSA, {} bits", key.key_size()),
        Ok(PublicKey::EC(point)) => format!("EC, {} bits", point.key_size()),
        _ => algorithm(&parsed.public_key().algorithm.algorithm.to_id_string()),
    }
}

/// What algorithms are called; one that is not here shows its number.
fn algorithm(id: &str) -> String {
    match id {
        "1.2.840.113549.1.1.5" => "RSA with SHA-1",
        "1.2.840.113549.1.1.10" => "RSA-PSS",
        "1.2.840.113549.1.1.11" => "RSA with SHA-256",
        "1.2.840.113549.1.1.12" => "RSA with SHA-384",
        "1.2.840.113549.1.1.13" => "RSA with SHA-512",
        "1.2.840.10045.4.3.2" => "ECDSA with SHA-256",
        "1.2.840.10045.4.3.3" => "ECDSA with SHA-384",
        "1.2.840.10045.4.3.4" => "ECDSA with SHA-512",
        "1.3.101.112" => "Ed25519",
        other => other,
    }
    .to_owned()
}

fn colons(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 3);
    for (at, byte) in bytes.iter().enumerate() {
        let colon = if at > 0 { ":" } else { "" };
        write!(text, "{colon}{byte:02X}").expect("writing to a string works");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_is_kept_by_host_and_told_in_words() {
        let key = rcgen::KeyPair::generate().unwrap();
        let made = rcgen::CertificateParams::new(["acme.example".to_owned(), "127.0.0.1".to_owned()]);
        let der = made.unwrap().self_signed(&key).unwrap().der().clone();
        let shown = Shown::default();
        let host = ServerName::try_from("acme.example").unwrap();
        shown.note(&host, &der, std::slice::from_ref(&der));
        let chain = shown.chain("acme.example");
        assert_eq!(chain.len(), 2);
        assert_eq!(chain[0].names, ["acme.example", "127.0.0.1"]);
        assert_eq!(
            (chain[0].key.as_str(), chain[0].signature.as_str()),
            ("EC, 256 bits", "ECDSA with SHA-256")
        );
        assert_eq!(chain[0].fingerprint.len(), 95);
        assert!(chain[0].valid_from < chain[0].valid_to);
        assert_eq!(shown.chain("other.example"), []);
    }
}
