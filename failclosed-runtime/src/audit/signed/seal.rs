//! How a log is signed.

use std::{fmt, path::PathBuf, time::Duration};

use super::{SealedStore, Signer, Unwitnessed, VerifyingKey, Witness};
use crate::audit::{FileOptions, StoreError};

/// A checkpoint is signed after so many records, unless the options say otherwise.
const RECORDS: u64 = 1_000;

/// And so long after the first record that none covers.
const WITHIN: Duration = Duration::from_secs(60);

/// How a log is signed: by whom, how often, and who else is told.
///
/// # Denies
/// A log whose next checkpoint cannot be signed or kept takes no records until it can: its calls are denied
/// as *unrecorded*. So is each call while the [witness](Self::checkpoint_to) has not the last one, unless it
/// is told otherwise. What was recorded before stays recorded.
#[must_use]
pub struct Seal {
    pub(super) signer: Box<dyn Signer>,
    pub(super) trusted: Vec<VerifyingKey>,
    pub(super) records: u64,
    pub(super) within: Duration,
    pub(super) adopts: bool,
    pub(super) witness: Option<(Box<dyn Witness>, Unwitnessed)>,
}

impl Seal {
    /// Checkpoints signed by this key, under whose name the log goes.
    pub fn new(signer: impl Signer) -> Self {
        Self {
            trusted: vec![signer.key()],
            signer: Box::new(signer),
            records: RECORDS,
            within: WITHIN,
            adopts: false,
            witness: None,
        }
    }

    /// Signs a checkpoint after this many records: 1,000 unless set. It is signed after the callers have
    /// their answer.
    pub fn records(mut self, records: u64) -> Self {
        self.records = records.max(1);
        self
    }

    /// Signs a checkpoint this long after the first record that none covers: a minute, unless set. And one
    /// is signed when the log is closed.
    pub fn within(mut self, within: Duration) -> Self {
        self.within = within;
        self
    }

    /// Another key that signed this log before: a key is changed by opening the log with the new one, and
    /// naming the old one here as long as its checkpoints are kept.
    pub fn trusting(mut self, key: VerifyingKey) -> Self {
        self.trusted.push(key);
        self
    }

    /// Begins to sign a log that has records and no checkpoint. Otherwise such a log is refused: somebody
    /// may have removed the checkpoints. So say this once, and not in a program that goes on:
    /// `failclosed log seal` does.
    pub fn adopting(mut self) -> Self {
        self.adopts = true;
        self
    }

    /// Hands each checkpoint on to somebody else, once it is on the disk: the only way to find a log that
    /// was replaced as a whole, with its checkpoints, by an older copy or by whoever holds the key. When the
    /// log is opened, what the witness has must be of this log; see [`Witness`].
    ///
    /// While the witness fails, an error goes out through `tracing` at each attempt, and `unwitnessed` says
    /// what else: [`Unwitnessed::Deny`] unless you choose otherwise.
    pub fn checkpoint_to(mut self, witness: impl Witness, unwitnessed: Unwitnessed) -> Self {
        self.witness = Some((Box::new(witness), unwitnessed));
        self
    }
}

impl fmt::Debug for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Seal")
            .field("trusted", &self.trusted)
            .field("records", &self.records)
            .field("within", &self.within)
            .field("unwitnessed", &self.witness.as_ref().map(|(_, unwitnessed)| unwitnessed))
            .finish_non_exhaustive()
    }
}

impl FileOptions {
    /// Opens the log in `directory` as [`open`](Self::open) does, to be signed. All of it is read when a
    /// [`Writer`](crate::audit::Writer) is made of it, and compared with what was signed: so do not remove old
    /// files yourself, and say how long they are [kept](Self::keep_for).
    ///
    /// # Errors
    /// As [`open`](Self::open).
    ///
    /// # Denies
    /// [`Writer::open`](crate::audit::Writer::open) refuses a log that is not what was signed: one with
    /// fewer records, with other ones, with checkpoints of somebody else's, or without any.
    pub fn open_sealed(
        self,
        directory: impl Into<PathBuf>,
        seal: Seal,
    ) -> Result<SealedStore, StoreError> {
        let directory = directory.into();
        let store = self.open_any(directory.clone())?;
        Ok(SealedStore::new(store, directory, seal))
    }
}
