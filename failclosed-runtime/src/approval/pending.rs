//! Pending approvals: questions to a person that are open. An answer to one counts once.
//!
//! What is kept is what was *opened*, not what was answered: a store that has lost its memory then
//! knows no question, and every answer is refused. Had it to remember what was answered, a restart, or
//! a wall clock set back over the expiry, would let an old yes through a second time.

use std::{fmt, future::Future, pin::Pin, time::Duration};

use crate::{approval::nonce::random, decision::NoDecision, subject::Subject};

mod memory;

pub(crate) use memory::Owner;
pub use memory::{DEFAULT_OPEN, DEFAULT_OPEN_PER_SUBJECT, MemoryStore};

/// The id of a pending approval: 128 bits of the operating system's randomness, used once.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id([u8; Self::BYTES]);

impl Id {
    /// Its length.
    pub const BYTES: usize = 16;

    pub(crate) fn new() -> Result<Self, NoDecision> {
        random().map(Self)
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// Its bytes: the key to store it under.
    pub fn as_bytes(&self) -> &[u8; Self::BYTES] {
        &self.0
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Id(..)")
    }
}

/// The work of a store, under way.
pub type Storing<'a, T> = Pin<Box<dyn Future<Output = Result<T, NoDecision>> + Send + 'a>>;

/// What became of a pending approval that was to be taken.
#[allow(clippy::exhaustive_enums, reason = "there is no third way")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// It was there, and this call has taken it away.
    Now,
    /// It was not there: answered, expired, or never opened.
    NotThere,
}

/// A question that is about to be put to a person.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Opening<'a> {
    /// What to keep it under.
    pub id: &'a Id,
    /// Whose call it is.
    pub subject: &'a Subject,
    /// For how long it may be answered.
    pub lasting: Duration,
}

/// Keeps pending approvals. Replicas of a server share one, such as a database.
///
/// Keep a quota for each subject: whoever can make calls can open questions, and a store that is full
/// denies everybody. [`MemoryStore`] has one. And forget what has expired, asked for or not.
///
/// # Denies
/// Whatever is not [`Taken::Now`]: errors, panics, silence past the deadline.
pub trait Store: Send + Sync {
    /// Keeps a question for as long as it may be answered. Its id is new: a store that has it already
    /// must fail.
    fn open<'a>(&'a self, opening: Opening<'a>) -> Storing<'a, ()>;

    /// Takes a question away. Of all that ask for one id, at whatever replica, one gets
    /// [`Taken::Now`]: take it with one atomic operation (`GETDEL`, `DELETE .. RETURNING`).
    fn take<'a>(&'a self, id: &'a Id) -> Storing<'a, Taken>;
}
