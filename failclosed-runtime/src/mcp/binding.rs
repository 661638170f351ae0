//! What an approval is for.

use sha2::{Digest as _, Sha256};

use super::tool_call::ToolCall;
use crate::{
    decision::{Ask, NoDecision},
    request::Request,
};

/// What an approval is for. It is mixed into the seal, so that a state opens for nothing else.
pub(super) struct Binding([u8; 32]);

impl Binding {
    /// Binds to the server, to the tool call as it was sent, to the whole request (subject, action,
    /// resource, arguments, context) and to the question: to all that the person is shown but the
    /// call's id, which is another one when the call is made again. And to what they are not shown: an
    /// argument that is skipped cannot become another one behind their yes.
    ///
    /// # Denies
    /// A tool call whose arguments are not known, or a request that has no digest.
    pub(super) fn of(
        server: &str,
        call: &ToolCall,
        request: &Request<'_>,
        ask: &Ask,
    ) -> Result<Self, NoDecision> {
        let digest = request.digest()?;
        let parts: [&[u8]; 6] = [
            server.as_bytes(),
            call.tool().as_bytes(),
            call.sent()?,
            request.action().as_bytes(),
            digest.as_bytes(),
            // The one meaning of "the same question" there is.
            &ask.digest(),
        ];
        let mut hash = Sha256::new_with_prefix(b"failclosed/mcp/approval/3");
        for part in parts {
            // With its length, so that no two sets of parts read the same.
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        Ok(Self(hash.finalize().into()))
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}
