//! TLS: with a certificate that is made at the start, or a given one.

use std::net::IpAddr;
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose,
};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

/// What a server shows to clients that speak TLS.
#[derive(Clone)]
pub struct Tls {
    pub(super) acceptor: TlsAcceptor,
    authority: Option<String>,
}

/// Why there is no TLS.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// No certificate could be made.
    #[error("no certificate can be made")]
    Make(#[from] rcgen::Error),
    /// The text has no certificate in PEM.
    #[error("there is no certificate in the file: it has to be PEM")]
    NoCertificate,
    /// The text has no private key in PEM.
    #[error("there is no private key in the file: it has to be PEM, and not encrypted")]
    NoKey,
    /// Certificate and key do not fit each other, or are of a kind that is not spoken.
    #[error("the certificate cannot be used")]
    Refused(#[from] tokio_rustls::rustls::Error),
}

impl Tls {
    /// A new certificate for `localhost`, the loopback addresses and `address`, of an authority that is made with it and
    /// whose key nobody keeps.
    ///
    /// # Errors
    /// When the system has no randomness.
    pub fn self_signed(address: IpAddr) -> Result<Self, TlsError> {
        let mut authority = CertificateParams::new(Vec::new())?;
        authority.distinguished_name.push(DnType::CommonName, "countersign, for tests");
        authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate()?)?;

        let names = ["localhost".to_owned(), "127.0.0.1".to_owned(), "::1".to_owned(), address.to_string()];
        let mut own = CertificateParams::new(names)?;
        own.distinguished_name.push(DnType::CommonName, "localhost");
        own.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        own.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        // Clients that are strict about certificates look for it.
        own.use_authority_key_identifier_extension = true;
        let key = KeyPair::generate()?;
        let certificate = own.signed_by(&key, &authority)?;
        let chain = vec![certificate.der().clone(), authority.der().clone()];
        let key = PrivatePkcs8KeyDer::from(key.serialize_der()).into();
        Ok(Self { acceptor: acceptor(chain, key)?, authority: Some(authority.pem()) })
    }

    /// A certificate with its chain, and its key, both in PEM.
    ///
    /// # Errors
    /// [`TlsError`] when they cannot be read or used.
    pub fn of_pem(certificates: &[u8], key: &[u8]) -> Result<Self, TlsError> {
        let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(certificates).collect();
        let chain = chain.ok().filter(|chain| !chain.is_empty()).ok_or(TlsError::NoCertificate)?;
        let key = PrivateKeyDer::from_pem_slice(key).map_err(|_| TlsError::NoKey)?;
        Ok(Self { acceptor: acceptor(chain, key)?, authority: None })
    }

    /// The certificate that clients have to trust, in PEM, when it was made here.
    #[must_use]
    pub fn authority(&self) -> Option<&str> {
        self.authority.as_deref()
    }
}

fn acceptor(chain: Vec<CertificateDer<'static>>, key: PrivateKeyDer<'static>) -> Result<TlsAcceptor, TlsError> {
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let config = config.with_safe_default_protocol_versions()?.with_no_client_auth();
    let mut config = config.with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}
