//! TLS: rustls with ring, and certificates judged as the system judges them. The system's certificates are loaded when
//! the first https URL is used, because loading them takes longer than all the rest of starting up.

use std::sync::{Arc, OnceLock};

use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::{CryptoProvider, WebPkiSupportedAlgorithms, ring},
    pki_types::{CertificateDer, ServerName, UnixTime},
};

use crate::trace;

/// Judges server certificates with the system's roots, loaded when first needed.
#[derive(Debug)]
pub(crate) struct SystemVerifier {
    provider: Arc<CryptoProvider>,
    loaded: OnceLock<Result<Arc<dyn ServerCertVerifier>, rustls::Error>>,
}

impl SystemVerifier {
    /// One that has loaded nothing yet.
    pub(crate) fn new() -> Self {
        Self {
            provider: Arc::new(ring::default_provider()),
            loaded: OnceLock::new(),
        }
    }

    /// One that trusts what `verifier` trusts instead of the system's roots.
    #[cfg(test)]
    pub(crate) fn trusting(verifier: Arc<dyn ServerCertVerifier>) -> Self {
        let lazy = Self::new();
        lazy.loaded.get_or_init(|| Ok(verifier));
        lazy
    }

    /// Whether the system's certificates are there.
    pub(crate) fn is_loaded(&self) -> bool {
        self.loaded.get().is_some()
    }

    /// Loads the system's certificates if that was not done yet.
    pub(crate) fn load(&self) -> Result<&dyn ServerCertVerifier, rustls::Error> {
        self.loaded
            .get_or_init(|| {
                let verifier = rustls_platform_verifier::Verifier::new(Arc::clone(&self.provider))?;
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
        self.load()?
            .verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        trace::mark_version("TLS 1.2");
        rustls::crypto::verify_tls12_signature(message, cert, dss, &self.algorithms())
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        trace::mark_version("TLS 1.3");
        rustls::crypto::verify_tls13_signature(message, cert, dss, &self.algorithms())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        // rustls asks this when it writes the ClientHello, which is where TCP ends and TLS begins.
        trace::mark_hello();
        self.algorithms().supported_schemes()
    }
}

/// The settings of every TLS connection: HTTP/2 where the server offers it, else HTTP/1.1.
pub(crate) fn config(verifier: Arc<SystemVerifier>) -> Result<ClientConfig, rustls::Error> {
    let mut config = ClientConfig::builder_with_provider(Arc::clone(&verifier.provider))
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

/// What a failed handshake means, in words.
pub(crate) fn reason(error: &rustls::Error) -> String {
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
        CertificateError::UnknownIssuer => {
            "the server's certificate is signed by nobody this system trusts (unknown issuer)".into()
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

#[cfg(test)]
mod tests;
