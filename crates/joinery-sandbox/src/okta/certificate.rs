//! RSA keys with certificates, and requests for certificates: what apps sign their answers with.

use serde::{Deserialize, Serialize};
use std::time::Duration;

use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair};
use ring::rsa::PublicKeyComponents;
use rsa::pkcs8::EncodePrivateKey as _;

use crate::clock::Time;

/// `emailAddress` (PKCS #9).
const EMAIL: &[u64] = &[1, 2, 840, 113_549, 1, 9, 1];

/// The public half of a key, and its certificate or the request for one (DER).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Certified {
    /// The modulus.
    pub modulus: Vec<u8>,
    /// The exponent.
    pub exponent: Vec<u8>,
    /// The certificate, or the request for one.
    pub document: Vec<u8>,
}

/// A new key of 2048 bits and a certificate for it that it signed itself. Takes a moment.
pub fn self_signed(from: Time, until: Time) -> Certified {
    let start = rcgen::date_time_ymd(1970, 1, 1);
    let moment = |time: Time| start + Duration::from_secs(u64::try_from(time.seconds()).unwrap_or_default());
    let mut asked = CertificateParams::default();
    asked.not_before = moment(from);
    asked.not_after = moment(until);
    asked.distinguished_name = name(&[
        (DnType::CountryName, "US"),
        (DnType::StateOrProvinceName, "California"),
        (DnType::LocalityName, "San Francisco"),
        (DnType::OrganizationName, "Okta"),
        (DnType::OrganizationalUnitName, "SSOProvider"),
        (DnType::CommonName, "acme"),
        (DnType::CustomDnType(EMAIL.to_vec()), "info@okta.com"),
    ]);
    with_key(|key| {
        let made = asked
            .self_signed(key)
            .expect("the key can sign and the names are plain text");
        made.der().to_vec()
    })
}

/// A new key of 2048 bits and a request for a certificate of this subject, for these host names.
pub fn request(subject: &[(DnType, &str)], hosts: &[String]) -> Option<Certified> {
    let mut asked = CertificateParams::new(hosts).ok()?;
    asked.distinguished_name = name(subject);
    Some(with_key(|key| {
        let made = asked
            .serialize_request(key)
            .expect("the key can sign and the names are plain text");
        made.der().to_vec()
    }))
}

fn name(parts: &[(DnType, &str)]) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    for (kind, text) in parts {
        name.push(kind.clone(), *text);
    }
    name
}

fn with_key(make: impl FnOnce(&KeyPair) -> Vec<u8>) -> Certified {
    let key = rsa::PrivateKey::new(&mut getrandom::SysRng, 2048).expect("2048 bits are a size every RSA key has");
    let written = key.to_pkcs8_der().expect("every RSA key can be written");
    let pair = ring::rsa::KeyPair::from_pkcs8(written.as_bytes()).expect("it was just written by the same standard");
    let signer = KeyPair::try_from(written.as_bytes()).expect("it was just written by the same standard");
    let PublicKeyComponents { n, e } = PublicKeyComponents::<Vec<u8>>::from(pair.public());
    Certified {
        modulus: n,
        exponent: e,
        document: make(&signer),
    }
}
