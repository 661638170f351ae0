//! Approvals that travel through the client, sealed.

use std::{fmt, sync::Arc, time::Duration};

use rmcp::model::{RequestStateCodec, RequestStateError, SealOptions};
use sha2::{Digest as _, Sha256};

use super::{
    binding::Binding,
    tool_call::{Reach, ToolCall},
    waiting::{Place, Waiting},
};
use crate::{
    approval::{nonce::random, pending},
    decision::NoDecision,
    error::ConfigError,
    guard::valid,
    subject::Subject,
};

/// How long a person may take, unless said otherwise, where their client does not give up meanwhile:
/// it is told of progress, or its call has ended with the question.
pub const DEFAULT_PATIENCE: Duration = Duration::from_secs(300);

/// How long a person may take, unless said otherwise, where their client waits and hears nothing:
/// less than the minute after which clients give a call up by themselves. An answer that comes later
/// would be lost, whatever it says.
pub const DEFAULT_SILENT_PATIENCE: Duration = Duration::from_secs(45);

/// How often a client is told that its call is still waiting for a person, unless said otherwise.
pub const DEFAULT_PROGRESS_INTERVAL: Duration = Duration::from_secs(10);

/// How many calls of one subject wait for a person at once, unless said otherwise.
pub const DEFAULT_WAITING_PER_SUBJECT: usize = 20;

/// Keeps approvals from being forged, moved to another call, or used twice while they are in the
/// client's hands. One for each server; clones are the same.
#[derive(Clone)]
pub struct SealedApprovals {
    codec: RequestStateCodec,
    store: Arc<dyn pending::Store>,
    /// Which server: replicas of one have one name.
    server: Arc<str>,
    patience: Duration,
    silent_patience: Duration,
    progress_interval: Duration,
    waiting: Waiting,
    most_waiting: usize,
}

/// A question that was opened.
pub(super) struct Sealed {
    id: pending::Id,
    /// What must come back with its answer.
    pub(super) state: String,
    /// What the answer must be filed under.
    pub(super) answered_under: String,
}

impl SealedApprovals {
    /// For a server that is one process: a key that nobody else has, and open questions in memory.
    /// What was asked before a restart has to be asked again.
    ///
    /// # Errors
    /// [`ConfigError::Approvals`]: the operating system gives no randomness.
    pub fn in_process() -> Result<Self, ConfigError> {
        // Nobody else has the key, so that the name tells it from nobody.
        Ok(Self::new("", codec_of_process()?, pending::MemoryStore::default()))
    }

    /// For replicas of the server called `server`. All have the same keys, of at least 32 bytes each,
    /// seal with the one called `active`, and share `store`.
    ///
    /// An approval is for the server by that name: what a person approved at `shop-staging` is no yes
    /// at `shop-production`, also where the two share keys and a store.
    ///
    /// # Errors
    /// [`ConfigError::Approvals`]: a name that is blank, a key that is too short, two with one id, or
    /// none called `active`.
    pub fn shared<'k>(
        server: &str,
        active: &str,
        keys: impl IntoIterator<Item = (&'k str, &'k [u8])>,
        store: impl pending::Store + 'static,
    ) -> Result<Self, ConfigError> {
        if server.trim().is_empty() {
            // FAIL CLOSED: two servers without a name would be one.
            return Err(fault("the server has no name"));
        }
        let codec = RequestStateCodec::new_with_keyring(active, keys).map_err(fault)?;
        Ok(Self::new(server, codec, store))
    }

    fn new(server: &str, codec: RequestStateCodec, store: impl pending::Store + 'static) -> Self {
        Self {
            codec,
            store: Arc::new(store),
            server: server.into(),
            patience: DEFAULT_PATIENCE,
            silent_patience: DEFAULT_SILENT_PATIENCE,
            progress_interval: DEFAULT_PROGRESS_INTERVAL,
            waiting: Waiting::default(),
            most_waiting: DEFAULT_WAITING_PER_SUBJECT,
        }
    }

    /// Keeps what is pending in another store, such as a [`MemoryStore`](pending::MemoryStore) with
    /// quotas of its own.
    pub fn keeping(mut self, store: impl pending::Store + 'static) -> Self {
        self.store = Arc::new(store);
        self
    }

    /// How long a person may take. A question expires then, in either protocol. Whole milliseconds;
    /// [`DEFAULT_PATIENCE`] unless set.
    ///
    /// Where the client's call waits and has asked for no progress, the
    /// [`silent_patience`](Self::silent_patience) ends it earlier.
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// How long a person may take where the client waits and is told nothing: up to protocol
    /// 2025-11-25, in calls without a `progressToken`. Stay below what your clients wait for, which is
    /// a minute by most defaults. [`DEFAULT_SILENT_PATIENCE`] unless set; never more than the
    /// [`patience`](Self::patience).
    pub fn silent_patience(mut self, patience: Duration) -> Self {
        self.silent_patience = patience;
        self
    }

    /// How often the client of a call that waits for a person is sent `notifications/progress`, where
    /// the call has a `progressToken`: clients then extend their own limit. It says that a person is
    /// being asked, and nothing about the call. [`DEFAULT_PROGRESS_INTERVAL`] unless set.
    pub fn progress_interval(mut self, interval: Duration) -> Self {
        self.progress_interval = interval;
        self
    }

    /// How many calls of one subject may wait for a person at once: up to protocol 2025-11-25, in this
    /// process. What comes above that is denied as unavailable. [`DEFAULT_WAITING_PER_SUBJECT`] unless
    /// set.
    pub fn waiting_per_subject(mut self, most: usize) -> Self {
        self.most_waiting = most;
        self
    }

    /// # Errors
    /// A time of zero, or of more than a day.
    pub(super) fn checked(self) -> Result<Self, ConfigError> {
        for patience in [self.patience, self.silent_patience] {
            if patience.as_millis() == 0 {
                // FAIL CLOSED: what is sealed in milliseconds would never expire.
                return Err(ConfigError::Deadline { of: "approver" });
            }
            valid("approver", patience)?;
        }
        // An interval of nothing would flood the client.
        valid("progress", self.progress_interval)?;
        Ok(self)
    }

    pub(super) fn server(&self) -> &str {
        &self.server
    }

    /// How long this call's person may take.
    pub(super) fn patience_of(&self, call: &ToolCall) -> Duration {
        match call.reach() {
            Reach::Elicitation if call.progress_token().is_none() => {
                self.patience.min(self.silent_patience)
            }
            Reach::Elicitation | Reach::InputRequired | Reach::None => self.patience,
        }
    }

    pub(super) fn reported_every(&self) -> Duration {
        self.progress_interval
    }

    /// A place for a call that waits.
    ///
    /// # Denies
    /// One call too many of one subject.
    pub(super) fn wait(&self, subject: &Subject) -> Result<Place, NoDecision> {
        self.waiting.enter(subject, self.most_waiting)
    }

    /// Opens a question.
    ///
    /// # Denies
    /// What the store does not keep, such as one question too many of one subject.
    pub(super) async fn seal(
        &self,
        binding: &Binding,
        subject: &Subject,
    ) -> Result<Sealed, NoDecision> {
        let id = pending::Id::new()?;
        self.store.open(pending::Opening { id: &id, subject, lasting: self.patience }).await?;
        let options = SealOptions::new().associated_data(binding.as_bytes()).ttl(self.patience);
        let state = self.codec.seal_with(id.as_bytes(), &options);
        Ok(Sealed { id, state, answered_under: answered_under(&id) })
    }

    /// Closes a question that nobody was shown.
    pub(super) async fn withdraw(&self, sealed: &Sealed) {
        // Whatever becomes of it: the state was given to nobody, and expires.
        let _gone = self.store.take(&sealed.id).await;
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
        let opened = self.codec.open_with(state, binding.as_bytes());
        // FAIL CLOSED: not from this server, or not about this call.
        let id = opened.map_err(|error| NoDecision::malformed(because(&error)))?;
        let Some(id) = pending::Id::from_bytes(&id) else {
            // FAIL CLOSED: sealed with this key, and no approval.
            return Err(NoDecision::malformed("the request state holds no approval"));
        };
        match self.store.take(&id).await? {
            pending::Taken::Now => Ok(answered_under(&id)),
            // FAIL CLOSED: one question, one answer.
            pending::Taken::NotThere => Err(NoDecision::malformed(
                "the approval was used before, or was never asked for here",
            )),
        }
    }
}

/// Another name for each question. A client with two of them open, that mixes up their answers, has
/// then answered neither.
fn answered_under(id: &pending::Id) -> String {
    let hash = Sha256::new_with_prefix(b"failclosed/mcp/answer/1").chain_update(id.as_bytes());
    let name = hash.finalize();
    format!("approval-{}", const_hex::encode(&name[..8]))
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

impl fmt::Debug for SealedApprovals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealedApprovals").field("patience", &self.patience).finish_non_exhaustive()
    }
}
