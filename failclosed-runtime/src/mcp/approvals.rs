//! Approvals that travel through the client, sealed.

use std::{fmt, sync::Arc, time::Duration};

use rmcp::model::{RequestStateCodec, RequestStateError, SealOptions};
use sha2::{Digest as _, Sha256};

use super::{
    nonces::{Burned, MemoryNonces, Nonce, NonceStore},
    tool_call::ToolCall,
};
use crate::{
    approval::nonce::random,
    decision::{Ask, NoDecision},
    error::ConfigError,
    request::Request,
};

/// How long a person may take, unless said otherwise: what MCP clients wait for a tool by default.
pub const DEFAULT_PATIENCE: Duration = Duration::from_secs(60);

/// Keeps approvals from being forged, moved to another call, or used twice while they are in the
/// client's hands. One for each server; clones are the same.
#[derive(Clone)]
pub struct Approvals {
    codec: RequestStateCodec,
    nonces: Arc<dyn NonceStore>,
    patience: Duration,
}

impl Approvals {
    /// For a server that is one process: a key that nobody else has, and open questions in memory.
    /// What was asked before a restart has to be asked again.
    ///
    /// # Errors
    /// [`ConfigError::Approvals`]: the operating system gives no randomness.
    pub fn in_process() -> Result<Self, ConfigError> {
        Ok(Self::new(codec_of_process()?, MemoryNonces::default()))
    }

    /// For replicas of one server. All have the same keys, of at least 32 bytes each, seal with the
    /// one called `active`, and share `nonces`.
    ///
    /// # Errors
    /// [`ConfigError::Approvals`]: a key that is too short, two with one id, or none called `active`.
    pub fn shared<'k>(
        active: &str,
        keys: impl IntoIterator<Item = (&'k str, &'k [u8])>,
        nonces: impl NonceStore + 'static,
    ) -> Result<Self, ConfigError> {
        let codec = RequestStateCodec::new_with_keyring(active, keys).map_err(fault)?;
        Ok(Self::new(codec, nonces))
    }

    fn new(codec: RequestStateCodec, nonces: impl NonceStore + 'static) -> Self {
        Self { codec, nonces: Arc::new(nonces), patience: DEFAULT_PATIENCE }
    }

    /// How long a person may take. A question expires then, in either protocol. Whole milliseconds;
    /// [`DEFAULT_PATIENCE`] unless set.
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    pub(super) fn lasting(&self) -> Duration {
        self.patience
    }

    /// Opens a question: the state that must come back with its answer, and what the answer must be
    /// filed under.
    pub(super) async fn seal(&self, binding: &Binding) -> Result<(String, String), NoDecision> {
        let nonce = Nonce::new()?;
        self.nonces.issue(&nonce, self.patience).await?;
        let options = SealOptions::new().associated_data(&binding.0).ttl(self.patience);
        Ok((self.codec.seal_with(nonce.as_bytes(), &options), answered_under(&nonce)))
    }

    /// Closes it: what its answer must be filed under. To be called before anybody looks at the
    /// answer: a no must not leave a state behind that could carry a yes the second time.
    ///
    /// # Denies
    /// A state that is forged, expired or used; of another server, subject, tool or question; or
    /// for other arguments. The client is told the same of each.
    pub(super) async fn unseal(
        &self,
        state: &str,
        binding: &Binding,
    ) -> Result<String, NoDecision> {
        let opened = self.codec.open_with(state, &binding.0);
        // FAIL CLOSED: not from this server, or not about this call.
        let nonce = opened.map_err(|error| NoDecision::malformed(because(&error)))?;
        let Some(nonce) = Nonce::from_bytes(&nonce) else {
            // FAIL CLOSED: sealed with this key, and no approval.
            return Err(NoDecision::malformed("the request state holds no nonce"));
        };
        match self.nonces.burn(&nonce).await? {
            Burned::Now => Ok(answered_under(&nonce)),
            // FAIL CLOSED: one question, one answer.
            Burned::NotThere => Err(NoDecision::malformed(
                "the approval was used before, or was never asked for here",
            )),
        }
    }
}

/// Another name for each question. A client with two of them open, that mixes up their answers, has
/// then answered neither.
fn answered_under(nonce: &Nonce) -> String {
    let hash = Sha256::new_with_prefix(b"failclosed/mcp/answer/1").chain_update(nonce.as_bytes());
    let name = hash.finalize();
    name.iter().take(8).fold("approval-".to_owned(), |name, byte| format!("{name}{byte:02x}"))
}

fn because(error: &RequestStateError) -> String {
    if let RequestStateError::IntegrityCheckFailed = error {
        return format!("{error}: it is forged, or belongs to another call, subject or server");
    }
    error.to_string()
}

/// With a key that nobody else has.
pub(super) fn codec_of_process() -> Result<RequestStateCodec, ConfigError> {
    let key: [u8; 32] = random().map_err(|why| fault(why.detail()))?;
    RequestStateCodec::new_with_keyring("process", [("process", key)]).map_err(fault)
}

pub(super) fn fault(error: impl fmt::Display) -> ConfigError {
    ConfigError::Approvals { fault: error.to_string() }
}

impl fmt::Debug for Approvals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Approvals").field("patience", &self.patience).finish_non_exhaustive()
    }
}

/// What an approval is for. It is mixed into the seal, so that a state opens for nothing else.
pub(super) struct Binding([u8; 32]);

impl Binding {
    /// Binds to the tool call as it was sent, the whole request (subject, action, resource,
    /// arguments, context), the question and the rule that asks it: to all that the person is shown
    /// but the call's id, which is another one when the call is made again. And to what they are not
    /// shown: an argument that is skipped cannot become another one behind their yes.
    pub(super) fn of(
        call: &ToolCall,
        request: &Request<'_>,
        ask: &Ask,
    ) -> Result<Self, NoDecision> {
        let digest = request.digest()?;
        let rule = ask.grounds().rule.as_deref();
        let parts: [&[u8]; 5] = [
            call.tool().as_bytes(),
            call.sent()?,
            digest.as_bytes(),
            ask.question().as_bytes(),
            rule.unwrap_or_default().as_bytes(),
        ];
        let mut hash = Sha256::new_with_prefix(b"failclosed/mcp/approval/2");
        hash.update([u8::from(rule.is_some())]);
        for part in parts {
            // With its length, so that no two sets of parts read the same.
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        Ok(Self(hash.finalize().into()))
    }
}
