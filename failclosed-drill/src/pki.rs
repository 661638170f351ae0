//! Certificates: one good, the others wrong in one point each.

use std::{
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError, Weak},
    time::{Duration, SystemTime},
};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use rustls::{
    ServerConfig,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer},
};

/// The certificate a drill's server shows. The client is told to trust one CA.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Identity {
    /// Signed by the trusted CA, for `127.0.0.1` and `localhost`, valid now.
    Good,
    /// Was valid until 2020.
    Expired,
    /// Will be valid from 2090.
    NotYetValid,
    /// For `authority.example`.
    WrongHost,
    /// Names the host in its common name only, which has not counted since 2017.
    CommonNameOnly,
    /// Signed by itself.
    SelfSigned,
    /// Signed by a CA that the client does not know.
    UnknownCa,
    /// For clients, not for servers.
    ClientOnly,
    /// Signed by a certificate that is not a CA, which the trusted CA has signed.
    SignedByLeaf,
}

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A CA to trust, for the time drills run.
pub(crate) struct Pki {
    ca: Issuer<'static, KeyPair>,
    file: PathBuf,
}

impl Pki {
    /// The one of this process. Its file is gone when the last user is.
    pub(crate) fn shared() -> io::Result<Arc<Self>> {
        static SHARED: Mutex<Weak<Pki>> = Mutex::new(Weak::new());
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pki) = shared.upgrade() {
            return Ok(pki);
        }
        let pki = Arc::new(Self::new()?);
        *shared = Arc::downgrade(&pki);
        Ok(pki)
    }

    fn new() -> io::Result<Self> {
        let (ca, pem) = authority("failclosed drill CA")?;
        let nonce = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default().as_nanos();
        let file = std::env::temp_dir()
            .join(format!("failclosed-drill-{}-{nonce:x}.pem", std::process::id()));
        std::fs::write(&file, pem)?;
        Ok(Self { ca, file })
    }

    /// The CA's certificate as a PEM file.
    pub(crate) fn file(&self) -> &Path {
        &self.file
    }

    /// What a TLS server with this certificate needs.
    pub(crate) fn server(&self, identity: Identity) -> io::Result<Arc<ServerConfig>> {
        let key = KeyPair::generate().map_err(io::Error::other)?;
        let params = leaf(identity)?;
        let chain: Vec<CertificateDer<'static>> = match identity {
            Identity::SelfSigned => {
                vec![params.self_signed(&key).map_err(io::Error::other)?.into()]
            }
            Identity::UnknownCa => {
                let (other, _) = authority("another CA")?;
                vec![params.signed_by(&key, &other).map_err(io::Error::other)?.into()]
            }
            Identity::SignedByLeaf => {
                let signer_key = KeyPair::generate().map_err(io::Error::other)?;
                let signer = leaf(Identity::Good)?;
                let signer_cert =
                    signer.signed_by(&signer_key, &self.ca).map_err(io::Error::other)?;
                let signer = Issuer::new(signer, signer_key);
                let cert = params.signed_by(&key, &signer).map_err(io::Error::other)?;
                vec![cert.into(), signer_cert.into()]
            }
            Identity::Good
            | Identity::Expired
            | Identity::NotYetValid
            | Identity::WrongHost
            | Identity::CommonNameOnly
            | Identity::ClientOnly => {
                vec![params.signed_by(&key, &self.ca).map_err(io::Error::other)?.into()]
            }
        };
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .map_err(io::Error::other)?;
        Ok(Arc::new(config))
    }
}

impl Drop for Pki {
    fn drop(&mut self) {
        // Nothing depends on it: a leftover file in the folder for temporary files harms nobody.
        let _ = std::fs::remove_file(&self.file);
    }
}

fn authority(name: &str) -> io::Result<(Issuer<'static, KeyPair>, String)> {
    let mut params = CertificateParams::new(Vec::new()).map_err(io::Error::other)?;
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let key = KeyPair::generate().map_err(io::Error::other)?;
    let pem = params.self_signed(&key).map_err(io::Error::other)?.pem();
    Ok((Issuer::new(params, key), pem))
}

fn leaf(identity: Identity) -> io::Result<CertificateParams> {
    let names = match identity {
        Identity::WrongHost => vec!["authority.example".to_owned()],
        Identity::CommonNameOnly => Vec::new(),
        Identity::Good
        | Identity::Expired
        | Identity::NotYetValid
        | Identity::SelfSigned
        | Identity::UnknownCa
        | Identity::ClientOnly
        | Identity::SignedByLeaf => vec!["localhost".to_owned(), "127.0.0.1".to_owned()],
    };
    let mut params = CertificateParams::new(names).map_err(io::Error::other)?;
    let name = if identity == Identity::CommonNameOnly { "127.0.0.1" } else { "drill" };
    params.distinguished_name.push(DnType::CommonName, name);
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![if identity == Identity::ClientOnly {
        ExtendedKeyUsagePurpose::ClientAuth
    } else {
        ExtendedKeyUsagePurpose::ServerAuth
    }];
    // Some platforms refuse certificates that are valid for years.
    let today = date_time_ymd(1970, 1, 1) + SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
    params.not_before = today - DAY;
    params.not_after = today + 90 * DAY;
    params.use_authority_key_identifier_extension = identity != Identity::SelfSigned;
    match identity {
        Identity::Expired => {
            params.not_before = date_time_ymd(2019, 1, 1);
            params.not_after = date_time_ymd(2020, 1, 1);
        }
        Identity::NotYetValid => {
            params.not_before = date_time_ymd(2090, 1, 1);
            params.not_after = date_time_ymd(2091, 1, 1);
        }
        Identity::Good
        | Identity::WrongHost
        | Identity::CommonNameOnly
        | Identity::SelfSigned
        | Identity::UnknownCa
        | Identity::ClientOnly
        | Identity::SignedByLeaf => {}
    }
    Ok(params)
}
