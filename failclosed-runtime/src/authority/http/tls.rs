//! Who is trusted to be the authority. No file, store or variable of the host has a say in it.

use std::{fmt, sync::Arc};

use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};

use super::error::HttpError;

/// The TLS settings of one authority.
#[derive(Clone, Default)]
pub(super) struct Tls {
    roots: Vec<Vec<u8>>,
    identity: Option<Identity>,
}

#[derive(Clone)]
struct Identity {
    chain: Vec<u8>,
    key: Arc<secrecy::SecretSlice<u8>>,
}

impl Tls {
    pub(super) fn trust(&mut self, pem: &[u8]) {
        self.roots.push(pem.to_vec());
    }

    pub(super) fn identify(&mut self, chain: &[u8], key: &[u8]) {
        self.identity =
            Some(Identity { chain: chain.to_vec(), key: Arc::new(key.to_vec().into()) });
    }

    pub(super) fn is_set(&self) -> bool {
        !self.roots.is_empty() || self.identity.is_some()
    }

    /// TLS 1.2 or 1.3 with `ring`; keys are logged nowhere.
    pub(super) fn config(&self) -> Result<ClientConfig, HttpError> {
        let refused = |fault: String| HttpError::Tls {
            fault,
            help: "give PEM: `-----BEGIN CERTIFICATE-----`, and for a key `-----BEGIN PRIVATE KEY-----`",
        };
        let mut roots = RootCertStore::empty();
        for pem in &self.roots {
            let certificates = certificates(pem)
                .map_err(|fault| refused(format!("the CA certificate {fault}")))?;
            for certificate in certificates {
                roots
                    .add(certificate)
                    .map_err(|error| refused(format!("the CA certificate is refused: {error}")))?;
            }
        }
        if self.roots.is_empty() {
            roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        }
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| refused(format!("TLS is not available: {error}")))?
            .with_root_certificates(roots);
        let mut config = match &self.identity {
            None => config.with_no_client_auth(),
            Some(identity) => {
                let chain = certificates(&identity.chain)
                    .map_err(|fault| refused(format!("the client certificate {fault}")))?;
                let key = PrivateKeyDer::from_pem_slice(secrecy::ExposeSecret::expose_secret(
                    &*identity.key,
                ))
                // What the parser says may repeat a part of the key.
                .map_err(|_| refused("the client's private key is not PEM".into()))?;
                config.with_client_auth_cert(chain, key).map_err(|error| {
                    refused(format!("the client certificate and its key are refused: {error}"))
                })?
            }
        };
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(config)
    }
}

fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, String> {
    let found = CertificateDer::pem_slice_iter(pem)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| format!("does not parse: {error}"))?;
    // FAIL CLOSED: a file without a certificate must not stand for "no other one is needed".
    if found.is_empty() { Err("is not in the text given".into()) } else { Ok(found) }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls")
            .field("own_roots", &self.roots.len())
            .field("client_identity", &self.identity.is_some())
            .finish()
    }
}
