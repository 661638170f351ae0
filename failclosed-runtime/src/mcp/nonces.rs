//! Which questions are open: an answer counts once.
//!
//! What is kept is what was *issued*, not what was used: a store that has lost its memory then
//! knows no question, and every answer is refused. Had it to remember what was used, a restart, or a
//! wall clock set back over the expiry, would let an old yes through a second time.

use std::{fmt, future::Future, pin::Pin, time::Duration};

use crate::{approval::nonce::random, decision::NoDecision, subject::Subject};

mod memory;

pub use memory::{DEFAULT_OPEN, DEFAULT_OPEN_PER_SUBJECT, MemoryNonces};

/// A number used once: 128 bits of the operating system's randomness.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Nonce([u8; Self::BYTES]);

impl Nonce {
    /// Its length.
    pub const BYTES: usize = 16;

    pub(super) fn new() -> Result<Self, NoDecision> {
        random().map(Self)
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// Its bytes: the key to store it under.
    pub fn as_bytes(&self) -> &[u8; Self::BYTES] {
        &self.0
    }
}

impl fmt::Debug for Nonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Nonce(..)")
    }
}

/// The work of a store, under way.
pub type Stored<'a, T> = Pin<Box<dyn Future<Output = Result<T, NoDecision>> + Send + 'a>>;

/// What became of a nonce that was to be burned.
#[allow(clippy::exhaustive_enums, reason = "there is no third way")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Burned {
    /// It was there, and this call has taken it away.
    Now,
    /// It was not there: used, expired, or never issued.
    NotThere,
}

/// A question that is about to be put to a person.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Asked<'a> {
    /// What to keep it under.
    pub nonce: &'a Nonce,
    /// Whose call it is.
    pub subject: &'a Subject,
    /// For how long it may be answered.
    pub lasting: Duration,
}

/// Keeps the nonces of open questions. Replicas of a server share one, such as a database.
///
/// Keep a quota for each subject: whoever can make calls can open questions, and a store that is full
/// denies everybody. [`MemoryNonces`] has one. And forget what has expired, asked for or not.
///
/// # Denies
/// Whatever is not [`Burned::Now`]: errors, panics, silence past the deadline.
pub trait NonceStore: Send + Sync {
    /// Keeps a nonce for as long as its question may be answered. It is new: a store that has it
    /// already must fail.
    fn issue<'a>(&'a self, asked: Asked<'a>) -> Stored<'a, ()>;

    /// Takes a nonce away. Of all that ask for one nonce, at whatever replica, one gets
    /// [`Burned::Now`]: take it with one atomic operation (`GETDEL`, `DELETE .. RETURNING`).
    fn burn<'a>(&'a self, nonce: &'a Nonce) -> Stored<'a, Burned>;
}
