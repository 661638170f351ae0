//! Which questions are open: an answer counts once.
//!
//! What is kept is what was *issued*, not what was used: a store that has lost its memory then
//! knows no question, and every answer is refused. Had it to remember what was used, a restart, or a
//! wall clock set back over the expiry, would let an old yes through a second time.

use std::{
    collections::HashMap,
    fmt,
    future::Future,
    pin::Pin,
    sync::Mutex,
    time::{Duration, Instant},
};

use crate::{approval::nonce::random, decision::NoDecision};

/// A number used once: 128 bits of the operating system's randomness.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
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

/// Keeps the nonces of open questions. Replicas of a server share one, such as a database.
///
/// # Denies
/// Whatever is not [`Burned::Now`]: errors, panics, silence past the deadline.
pub trait NonceStore: Send + Sync {
    /// Keeps a nonce for as long as its question may be answered. It is new: a store that has it
    /// already must fail.
    fn issue<'a>(&'a self, nonce: &'a Nonce, lasting: Duration) -> Stored<'a, ()>;

    /// Takes a nonce away. Of all that ask for one nonce, at whatever replica, one gets
    /// [`Burned::Now`]: take it with one atomic operation (`GETDEL`, `DELETE .. RETURNING`).
    fn burn<'a>(&'a self, nonce: &'a Nonce) -> Stored<'a, Burned>;
}

/// The nonces of a server that is one process.
#[derive(Debug)]
pub struct MemoryNonces {
    most: usize,
    due: Mutex<HashMap<Nonce, Instant>>,
}

impl MemoryNonces {
    /// Keeps at most `most` open questions, of about 40 bytes each. Above that nobody is asked until
    /// some have been answered or have expired.
    pub fn new(most: usize) -> Self {
        Self { most, due: Mutex::default() }
    }

    fn put(&self, nonce: Nonce, lasting: Duration) -> Result<(), NoDecision> {
        let now = Instant::now();
        // FAIL CLOSED: a time past the end of the clock is over already.
        let due = now.checked_add(lasting).unwrap_or(now);
        let mut open = self.due.lock().map_err(|_| poisoned())?;
        if open.len() >= self.most {
            open.retain(|_, due| *due > now);
        }
        if open.len() >= self.most {
            // FAIL CLOSED: to forget an open question would be a no to somebody else's.
            return Err(NoDecision::unavailable("too many approvals are pending"));
        }
        match open.insert(nonce, due) {
            None => Ok(()),
            // FAIL CLOSED: two questions, one answer.
            Some(_) => Err(NoDecision::unavailable("a nonce was issued twice")),
        }
    }

    fn take(&self, nonce: &Nonce) -> Result<Burned, NoDecision> {
        let due = self.due.lock().map_err(|_| poisoned())?.remove(nonce);
        Ok(match due {
            Some(due) if Instant::now() < due => Burned::Now,
            // FAIL CLOSED: late, used, or never issued.
            Some(_) | None => Burned::NotThere,
        })
    }
}

fn poisoned() -> NoDecision {
    // FAIL CLOSED: what is open is no longer known.
    NoDecision::unavailable("the lock of the open approvals is poisoned")
}

impl Default for MemoryNonces {
    fn default() -> Self {
        Self::new(10_000)
    }
}

impl NonceStore for MemoryNonces {
    fn issue<'a>(&'a self, nonce: &'a Nonce, lasting: Duration) -> Stored<'a, ()> {
        Box::pin(async move { self.put(*nonce, lasting) })
    }

    fn burn<'a>(&'a self, nonce: &'a Nonce) -> Stored<'a, Burned> {
        Box::pin(async move { self.take(nonce) })
    }
}
