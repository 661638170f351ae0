//! The text of what an authority decides by.

use std::{fmt, sync::Arc};

use sha2::{Digest as _, Sha256};

/// The text of the policies that an authority decides by. A log keeps it under its digest, so that a
/// decision can be looked at again when the policies are others. Clones share the text.
///
/// ```
/// use failclosed_runtime::Policies;
///
/// let policies = Policies::new("permit(principal, action, resource);");
/// assert_eq!(policies.digest().len(), 64);
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Policies {
    digest: Arc<str>,
    text: Arc<str>,
}

impl Policies {
    /// Hashes the text.
    pub fn new(text: impl Into<Arc<str>>) -> Self {
        let text = text.into();
        let digest = Sha256::digest(text.as_bytes());
        Self { digest: const_hex::encode(digest).into(), text }
    }

    /// SHA-256 of the text, in hexadecimal.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl fmt::Debug for Policies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Policies({})", self.digest)
    }
}
