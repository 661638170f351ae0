//! The yeses that hold, each until its end.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant, SystemTime},
};

use crate::{
    decision::{Keeps, RememberedYes},
    id::CallId,
};

/// What has to be the same for a yes to hold.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key(pub(super) [u8; 32]);

/// A yes that holds.
struct Entry {
    /// [`Ask::digest`](crate::Ask::digest), which has the version of the policies in it.
    question: [u8; 32],
    yes: RememberedYes,
    /// By the clock that nobody sets, and by the other one: a machine that slept has not forgotten.
    until: (Instant, SystemTime),
}

impl Entry {
    fn holds(&self) -> bool {
        let (until, until_wall) = self.until;
        let wall = SystemTime::now();
        // FAIL CLOSED: a clock that was set back tells nothing.
        Instant::now() < until && wall < until_wall && wall >= self.yes.at
    }
}

#[derive(Default)]
pub(super) struct Memory {
    entries: Mutex<BTreeMap<Key, Entry>>,
    /// How many noes there were.
    noes: AtomicU64,
}

impl Memory {
    pub(super) fn noes(&self) -> u64 {
        self.noes.load(Ordering::Acquire)
    }

    /// Whoever says no is asked the next time, and nothing that was asked meanwhile is kept.
    pub(super) fn no(&self, key: &Key) {
        let mut entries = self.entries();
        self.noes.fetch_add(1, Ordering::AcqRel);
        entries.remove(key);
    }

    pub(super) fn clear(&self) {
        let mut entries = self.entries();
        self.noes.fetch_add(1, Ordering::AcqRel);
        entries.clear();
    }

    /// The yes to this question about such a call.
    pub(super) fn find(&self, key: &Key, question: &[u8; 32]) -> Option<RememberedYes> {
        let mut entries = self.entries();
        entries.retain(|_, entry| entry.holds());
        let entry = entries.get(key)?;
        if entry.question != *question {
            // FAIL CLOSED: other policies ask, or for another reason. Gone for good: policies that come
            // back do not bring it back.
            entries.remove(key);
            return None;
        }
        Some(entry.yes.clone())
    }

    /// What tells, once the body begins, whether a yes that was found is still there.
    pub(super) fn standing(
        self: &Arc<Self>,
        key: Key,
        question: [u8; 32],
        call: CallId,
    ) -> Standing {
        Standing { memory: Arc::clone(self), key, question, call }
    }

    fn entries(&self) -> MutexGuard<'_, BTreeMap<Key, Entry>> {
        // Whole at any time: nothing that panics runs under the lock.
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A yes that will hold once the body begins that it was given for.
pub(super) struct Keep {
    memory: Arc<Memory>,
    key: Key,
    question: [u8; 32],
    /// The call, its digest, and who said it.
    given: (CallId, [u8; 32], Option<Arc<str>>),
    noes: u64,
    lasting: Duration,
    most: usize,
}

impl Keep {
    pub(super) fn new(
        memory: Arc<Memory>,
        key: Key,
        question: [u8; 32],
        given: (CallId, [u8; 32], Option<Arc<str>>),
        noes: u64,
    ) -> Self {
        // FAIL CLOSED: without a time and a place nothing is kept.
        Self { memory, key, question, given, noes, lasting: Duration::ZERO, most: 0 }
    }

    pub(super) fn lasting(self, lasting: Duration, most: usize) -> Self {
        Self { lasting, most, ..self }
    }
}

impl Keeps for Keep {
    fn keep(&self) -> bool {
        self.remember();
        // It was given to this call, whatever becomes of it for others.
        true
    }
}

impl Keep {
    fn remember(&self) {
        let (now, at) = (Instant::now(), SystemTime::now());
        // FAIL CLOSED: an end past the end of the clock is none.
        let Some(until) = now.checked_add(self.lasting).zip(at.checked_add(self.lasting)) else {
            return;
        };
        let mut entries = self.memory.entries();
        if self.memory.noes() != self.noes || self.most == 0 {
            // FAIL CLOSED: somebody said no meanwhile, perhaps to this.
            return;
        }
        entries.retain(|_, entry| entry.holds());
        while entries.len() >= self.most && !entries.contains_key(&self.key) {
            let Some(oldest) = entries.iter().min_by_key(|(_, entry)| entry.until.0) else { break };
            let oldest = *oldest.0;
            entries.remove(&oldest);
        }
        let (call, digest, by) = self.given.clone();
        let yes = RememberedYes { call, digest, at, by };
        entries.insert(self.key, Entry { question: self.question, yes, until });
    }
}

impl fmt::Debug for Keep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keep(..)")
    }
}

/// A yes that was found, and holds only as long as it is there: it may end, or be answered with a no,
/// while the authority is asked again and the record is written.
pub(super) struct Standing {
    memory: Arc<Memory>,
    key: Key,
    question: [u8; 32],
    /// The call that it was given to.
    call: CallId,
}

impl Keeps for Standing {
    fn keep(&self) -> bool {
        // FAIL CLOSED: another yes under the same key is not the one on record.
        self.memory.find(&self.key, &self.question).is_some_and(|yes| yes.call == self.call)
    }
}

impl fmt::Debug for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Standing(..)")
    }
}
