//! TLS: rustls with ring, and certificates judged as the system judges them. The system's certificates are loaded when
//! the first https URL is used, because loading them takes longer than all the rest of starting up.

use std::{
    error::Error as StdError,
    fmt,
    sync::{Arc, OnceLock},
};

use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, OtherError, SignatureScheme,
    client::{
        ResolvesClientCert,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    crypto::{CryptoProvider, WebPkiSupportedAlgorithms, ring},
    pki_types::{CertificateDer, ServerName, UnixTime},
    sign::CertifiedKey,
};

use crate::{
    certificate::Shown,
    error::Error,
    network::{HttpVersion, Network},
    trace,
};

/// Judges server certificates with the system's roots, loaded when first needed, and the connection's own.
#[derive(Debug)]
pub(crate) struct SystemVerifier {
    provider: Arc<CryptoProvider>,
    /// Trusted besides the system's.
    own: Vec<CertificateDer<'static>>,
    /// Off where a connection says so: then every certificate is good.
    verify: bool,
    loaded: OnceLock<Result<Arc<dyn ServerCertVerifier>, rustls::Error>>,
    shown: Shown,
}

impl SystemVerifier {
    /// The certificates that servers showed.
    pub(crate) fn shown(&self) -> &Shown {
        &self.shown
    }

    /// Whether there is nothing left to load.
    pub(crate) fn is_loaded(&self) -> bool {
        !self.verify || self.loaded.get().is_some()
    }

    /// Loads the system's certificates if that was not done yet.
    pub(crate) fn load(&self) -> Result<&dyn ServerCertVerifier, rustls::Error> {
        self.loaded
            .get_or_init(|| {
                let (own, provider) = (self.own.iter().cloned(), Arc::clone(&self.provider));
                let verifier = rustls_platform_verifier::Verifier::new_with_extra_roots(own, provider)?;
                Ok(Arc::new(verifier))
            })
            .as_deref()
            .map_err(Clone::clone)
    }

    fn algorithms(&self) -> WebPkiSupportedAlgorithms {
        self.provider.signature_verification_algorithms
    }
}

impl ServerCertVerifier for SystemVerifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        self.shown.note(server_name, end_entity, intermediates);
        if !self.verify {
            return Ok(ServerCertVerified::assertion());
        }
        self.load()?
            .verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
            .map_err(|error| match error {
                rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer) => {
                    CertificateError::Other(OtherError(Arc::new(UnknownIssuer(issuer(end_entity))))).into()
                }
                other => other,
            })
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        trace::mark_version("TLS 1.2");
        if !self.verify {
            return Ok(HandshakeSignatureValid::assertion());
        }
        rustls::crypto::verify_tls12_signature(message, cert, dss, &self.algorithms())
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        trace::mark_version("TLS 1.3");
        if !self.verify {
            return Ok(HandshakeSignatureValid::assertion());
        }
        rustls::crypto::verify_tls13_signature(message, cert, dss, &self.algorithms())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        // rustls asks this when it writes the ClientHello, which is where TCP ends and TLS begins.
        trace::mark_hello();
        self.algorithms().supported_schemes()
    }
}

/// Shows the connection's certificate, if it has one, and notes that it was asked for.
#[derive(Debug)]
struct Identity(Option<Arc<CertifiedKey>>);

impl ResolvesClientCert for Identity {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        trace::mark_asked(self.0.is_some());
        self.0.clone()
    }

    fn has_certs(&self) -> bool {
        self.0.is_some()
    }
}

/// The settings of every TLS connection: HTTP/2 where the server offers it, else HTTP/1.1, unless one is asked for.
///
/// # Errors
/// [`Error::Network`] for a certificate or key that cannot be used, [`Error::Tls`] when no TLS version can be offered.
pub(crate) fn config(network: &Network) -> Result<(ClientConfig, Arc<SystemVerifier>), Error> {
    let provider = Arc::new(ring::default_provider());
    let verifier = Arc::new(SystemVerifier {
        provider: Arc::clone(&provider),
        own: network.authorities()?,
        verify: network.verify,
        loaded: OnceLock::new(),
        shown: Shown::default(),
    });
    let identity = Identity(network.identity(&provider)?);
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::Tls {
            host: "any host".into(),
            reason: error.to_string(),
        })?
        .dangerous()
        .with_custom_certificate_verifier(Arc::clone(&verifier) as Arc<dyn ServerCertVerifier>)
        .with_client_cert_resolver(Arc::new(identity));
    let (two, one) = (b"h2".to_vec(), b"http/1.1".to_vec());
    config.alpn_protocols = match network.http_version {
        HttpVersion::Either => vec![two, one],
        HttpVersion::One => vec![one],
        HttpVersion::Two => vec![two],
    };
    Ok((config, verifier))
}

/// The certificate was issued by this one, whom nobody here knows.
#[derive(Debug)]
struct UnknownIssuer(String);

impl fmt::Display for UnknownIssuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "issued by {}", self.0)
    }
}

impl StdError for UnknownIssuer {}

/// Who a certificate says issued it: the common name, which is what a proxy that inspects TLS is known by.
fn issuer(certificate: &CertificateDer<'_>) -> String {
    let Ok((_, parsed)) = x509_parser::parse_x509_certificate(certificate) else {
        return "nobody".into();
    };
    let issuer = parsed.issuer();
    let common = issuer.iter_common_name().next().and_then(|name| name.as_str().ok());
    match common.map_or_else(|| issuer.to_string(), str::to_owned) {
        name if name.is_empty() => "nobody".into(),
        name => format!("`{name}`"),
    }
}

/// Why a handshake with `host` failed.
pub(crate) fn failure(host: String, error: &rustls::Error, asked: trace::Asked) -> Error {
    match error {
        rustls::Error::InvalidCertificate(CertificateError::Other(OtherError(other)))
            if other.is::<UnknownIssuer>() =>
        {
            let issuer = other.downcast_ref::<UnknownIssuer>().map(|issuer| issuer.0.clone());
            Error::UnknownIssuer {
                host,
                issuer: issuer.unwrap_or_default(),
            }
        }
        // Before TLS 1.3 a server that misses a certificate says only that the handshake failed.
        rustls::Error::AlertReceived(_) if asked == trace::Asked::InVain => Error::CertificateRequired { host },
        rustls::Error::AlertReceived(alert) if asked == trace::Asked::Shown => Error::CertificateRefused {
            host,
            reason: format!("{alert:?}"),
        },
        other => Error::Tls {
            host,
            reason: reason(other),
        },
    }
}

/// What a failed handshake means, in words.
fn reason(error: &rustls::Error) -> String {
    match error {
        rustls::Error::InvalidCertificate(certificate) => certificate_reason(certificate),
        rustls::Error::InvalidMessage(_) => {
            "the server does not speak TLS on this port (is it a plain http:// address?)".into()
        }
        rustls::Error::AlertReceived(alert) => format!("the server broke the handshake off ({alert:?})"),
        rustls::Error::PeerIncompatible(why) => format!("no TLS version or cipher in common with the server ({why:?})"),
        other => other.to_string(),
    }
}

fn certificate_reason(error: &CertificateError) -> String {
    match error {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "the server's certificate has expired".into()
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "the server's certificate is not valid yet (is this machine's clock right?)".into()
        }
        CertificateError::NotValidForName => "the server's certificate is for another name".into(),
        CertificateError::NotValidForNameContext { presented, .. } => {
            let names: Vec<_> = presented.iter().map(|name| bare_name(name)).collect();
            format!("the server's certificate is for another name ({})", names.join(", "))
        }
        // What one gets from a self-signed certificate that calls its issuer like an authority the system knows.
        CertificateError::BadSignature | CertificateError::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => {
            "the server's certificate is not signed by the authority it names".into()
        }
        CertificateError::Revoked => "the server's certificate has been revoked".into(),
        other => format!("the server's certificate is not valid ({other})"),
    }
}

/// rustls writes names as `DnsName("acme.test")`.
fn bare_name(name: &str) -> &str {
    name.split('"').nth(1).unwrap_or(name)
}
