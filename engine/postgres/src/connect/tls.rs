//! TLS by rustls, with libpq's meaning of `sslmode` (the driver itself knows three of the six).

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::ConnectError;

/// libpq's `sslmode`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SslMode {
    /// No TLS.
    Disable,
    /// TLS where the server offers it (libpq tries without first; here it is as `prefer`).
    Allow,
    /// TLS where the server offers it.
    Prefer,
    /// TLS, or no connection; the server's certificate is verified only where roots are given.
    Require,
    /// TLS with a certificate that a trusted root has signed, for whatever host.
    VerifyCa,
    /// TLS with a certificate that a trusted root has signed for this host.
    VerifyFull,
}

impl SslMode {
    pub(super) fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "disable" => Self::Disable,
            "allow" => Self::Allow,
            "prefer" => Self::Prefer,
            "require" => Self::Require,
            "verify-ca" => Self::VerifyCa,
            "verify-full" => Self::VerifyFull,
            _ => return None,
        })
    }

    pub(super) fn for_driver(self) -> tokio_postgres::config::SslMode {
        use tokio_postgres::config::SslMode as Driver;
        match self {
            Self::Disable => Driver::Disable,
            Self::Allow | Self::Prefer => Driver::Prefer,
            Self::Require | Self::VerifyCa | Self::VerifyFull => Driver::Require,
        }
    }
}

/// Whose signature makes a server's certificate trusted.
#[derive(Debug, Clone)]
pub(super) enum RootCertificates {
    /// Those of the operating system.
    System,
    /// Those in a PEM file.
    File(PathBuf),
}

/// Everything that a connection string says about TLS.
#[derive(Debug, Clone)]
pub(super) struct TlsSettings {
    pub(super) mode: SslMode,
    pub(super) roots: Option<RootCertificates>,
    /// The client's certificate and key, as PEM files.
    pub(super) identity: Option<(PathBuf, PathBuf)>,
}

impl TlsSettings {
    #[cfg(unix)]
    pub(super) fn disabled() -> Self {
        Self {
            mode: SslMode::Disable,
            roots: None,
            identity: None,
        }
    }
}

impl TlsSettings {
    /// The same for libpq's programs.
    pub(super) fn variables(&self) -> Vec<(&'static str, String)> {
        let mode = match self.mode {
            SslMode::Disable => "disable",
            SslMode::Allow => "allow",
            SslMode::Prefer => "prefer",
            SslMode::Require => "require",
            SslMode::VerifyCa => "verify-ca",
            SslMode::VerifyFull => "verify-full",
        };
        let mut variables = vec![("PGSSLMODE", mode.to_owned())];
        match &self.roots {
            Some(RootCertificates::System) => variables.push(("PGSSLROOTCERT", "system".to_owned())),
            Some(RootCertificates::File(path)) => {
                variables.push(("PGSSLROOTCERT", path.to_string_lossy().into_owned()))
            }
            None => {}
        }
        if let Some((certificate, key)) = &self.identity {
            variables.push(("PGSSLCERT", certificate.to_string_lossy().into_owned()));
            variables.push(("PGSSLKEY", key.to_string_lossy().into_owned()));
        }
        variables
    }
}

/// How much of a server's certificate is checked. The handshake's signature always is.
#[derive(Debug)]
enum Trust {
    Anyone,
    AnyHost(Arc<WebPkiServerVerifier>),
    ThisHost(Arc<WebPkiServerVerifier>),
}

/// The connector for these settings.
pub(super) fn connector(settings: &TlsSettings) -> Result<MakeRustlsConnect, ConnectError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = Verifier {
        trust: trust(settings, &provider)?,
        provider: Arc::clone(&provider),
    };
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| failed(error.to_string()))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier));
    let config = match settings
        .identity
        .as_ref()
        .filter(|_| settings.mode != SslMode::Disable)
    {
        None => builder.with_no_client_auth(),
        Some((certificate, key)) => builder
            .with_client_auth_cert(
                read_certificates(certificate)?,
                PrivateKeyDer::from_pem_file(key)
                    .map_err(|error| failed(format!("the key {}: {error}", key.display())))?,
            )
            .map_err(|error| failed(error.to_string()))?,
    };
    Ok(MakeRustlsConnect::new(config))
}

fn failed(reason: String) -> ConnectError {
    ConnectError::Tls { reason }
}

fn trust(settings: &TlsSettings, provider: &Arc<CryptoProvider>) -> Result<Trust, ConnectError> {
    let verifier = |roots: &RootCertificates| {
        WebPkiServerVerifier::builder_with_provider(Arc::new(read_roots(roots)?), Arc::clone(provider))
            .build()
            .map_err(|error| failed(format!("the root certificates: {error}")))
    };
    Ok(match (settings.mode, &settings.roots) {
        (SslMode::Disable | SslMode::Allow | SslMode::Prefer, _) | (SslMode::Require, None) => Trust::Anyone,
        (SslMode::Require | SslMode::VerifyCa, Some(roots)) => Trust::AnyHost(verifier(roots)?),
        (SslMode::VerifyCa, None) => Trust::AnyHost(verifier(&RootCertificates::System)?),
        (SslMode::VerifyFull, roots) => {
            Trust::ThisHost(verifier(roots.as_ref().unwrap_or(&RootCertificates::System))?)
        }
    })
}

fn read_roots(roots: &RootCertificates) -> Result<RootCertStore, ConnectError> {
    let certificates = match roots {
        RootCertificates::File(path) => read_certificates(path)?,
        RootCertificates::System => rustls_native_certs::load_native_certs().certs,
    };
    let mut store = RootCertStore::empty();
    let (added, _) = store.add_parsable_certificates(certificates);
    if added == 0 {
        return Err(failed(match roots {
            RootCertificates::File(path) => {
                format!("{} holds no usable certificate", path.display())
            }
            RootCertificates::System => {
                "the operating system has no root certificates; name some with sslrootcert".to_owned()
            }
        }));
    }
    Ok(store)
}

fn read_certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, ConnectError> {
    CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| failed(format!("the certificate {}: {error}", path.display())))
}

#[derive(Debug)]
struct Verifier {
    trust: Trust,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let verified = match &self.trust {
            Trust::Anyone => return Ok(ServerCertVerified::assertion()),
            Trust::AnyHost(verifier) | Trust::ThisHost(verifier) => {
                verifier.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
            }
        };
        match (&self.trust, verified) {
            // The name is checked last, after the chain and the dates.
            (
                Trust::AnyHost(_),
                Err(Error::InvalidCertificate(
                    CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
                )),
            ) => Ok(ServerCertVerified::assertion()),
            (_, verified) => verified,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(
            message,
            certificate,
            signature,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(
            message,
            certificate,
            signature,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}
