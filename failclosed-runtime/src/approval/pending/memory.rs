//! The open questions of a server that is one process.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Mutex,
    time::Instant,
};

use sha2::{Digest as _, Sha256};

use super::{Id, Opening, Store, Storing, Taken};
use crate::{decision::NoDecision, subject::Subject};

/// How many questions are open at once, of everybody, unless said otherwise.
pub const DEFAULT_OPEN: usize = 10_000;

/// How many questions of one subject are open at once, unless said otherwise.
pub const DEFAULT_OPEN_PER_SUBJECT: usize = 100;

/// The pending approvals of a server that is one process.
///
/// One subject has at most [`DEFAULT_OPEN_PER_SUBJECT`] of them, so that no caller can keep the others
/// from being asked. What was answered or has expired takes no memory.
#[derive(Debug)]
pub struct MemoryStore {
    most: usize,
    most_of_one: usize,
    open: Mutex<Open>,
}

impl MemoryStore {
    /// Keeps at most `most` open questions, of about 200 bytes each. Above that nobody is asked until
    /// some have been answered or have expired.
    pub fn new(most: usize) -> Self {
        Self { most, most_of_one: DEFAULT_OPEN_PER_SUBJECT, open: Mutex::default() }
    }

    /// Keeps at most `most` open questions of one subject: an agent, and the user it acts for.
    /// [`DEFAULT_OPEN_PER_SUBJECT`] unless set.
    pub fn per_subject(mut self, most: usize) -> Self {
        self.most_of_one = most;
        self
    }

    fn put(&self, opening: Opening<'_>) -> Result<(), NoDecision> {
        let now = Instant::now();
        // FAIL CLOSED: a time past the end of the clock is over already.
        let due = now.checked_add(opening.lasting).unwrap_or(now);
        let of = Owner::of(opening.subject);
        let mut open = self.open.lock().map_err(|_| poisoned())?;
        open.forget_expired(now);
        if open.count_of(&of) >= self.most_of_one {
            // FAIL CLOSED: this one is not asked, so that others are.
            return Err(NoDecision::unavailable("too many approvals of this subject are pending"));
        }
        if open.questions.len() >= self.most {
            // FAIL CLOSED: to forget an open question would be a no to somebody else's.
            return Err(NoDecision::unavailable("too many approvals are pending"));
        }
        if open.questions.contains_key(opening.id) {
            // FAIL CLOSED: two questions, one answer.
            return Err(NoDecision::unavailable("an approval was opened twice"));
        }
        open.insert(*opening.id, due, of);
        Ok(())
    }

    fn take(&self, id: &Id) -> Result<Taken, NoDecision> {
        let due = self.open.lock().map_err(|_| poisoned())?.remove(id);
        Ok(match due {
            Some(due) if Instant::now() < due => Taken::Now,
            // FAIL CLOSED: late, answered, or never opened.
            Some(_) | None => Taken::NotThere,
        })
    }
}

/// Whose question it is, in a fixed size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Owner([u8; 32]);

impl Owner {
    pub(crate) fn of(subject: &Subject) -> Self {
        // FAIL CLOSED: sub-agents are not a way to more places.
        let subject = subject.origin();
        let mut hash = Sha256::new_with_prefix(b"failclosed/pending/owner/1");
        for id in [Some(subject.agent_id()), subject.user_id()] {
            hash.update([u8::from(id.is_some())]);
            let id = id.unwrap_or_default();
            hash.update((id.len() as u64).to_be_bytes());
            hash.update(id);
        }
        Self(hash.finalize().into())
    }
}

/// Trees and not tables: a table that was full once keeps its memory.
#[derive(Debug, Default)]
struct Open {
    questions: BTreeMap<Id, (Instant, Owner)>,
    by_end: BTreeSet<(Instant, Id)>,
    /// How many of each; none is no entry.
    owners: BTreeMap<Owner, usize>,
}

impl Open {
    fn count_of(&self, owner: &Owner) -> usize {
        self.owners.get(owner).copied().unwrap_or_default()
    }

    fn insert(&mut self, id: Id, due: Instant, owner: Owner) {
        self.questions.insert(id, (due, owner));
        self.by_end.insert((due, id));
        *self.owners.entry(owner).or_default() += 1;
    }

    fn remove(&mut self, id: &Id) -> Option<Instant> {
        let (due, owner) = self.questions.remove(id)?;
        self.by_end.remove(&(due, *id));
        match self.count_of(&owner) {
            0 | 1 => self.owners.remove(&owner),
            more => self.owners.insert(owner, more - 1),
        };
        Some(due)
    }

    fn forget_expired(&mut self, now: Instant) {
        while let Some(&(due, id)) = self.by_end.first() {
            if due > now {
                break;
            }
            self.remove(&id);
        }
    }
}

fn poisoned() -> NoDecision {
    // FAIL CLOSED: what is open is no longer known.
    NoDecision::unavailable("the lock of the open approvals is poisoned")
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new(DEFAULT_OPEN)
    }
}

impl Store for MemoryStore {
    fn open<'a>(&'a self, opening: Opening<'a>) -> Storing<'a, ()> {
        Box::pin(async move { self.put(opening) })
    }

    fn take<'a>(&'a self, id: &'a Id) -> Storing<'a, Taken> {
        Box::pin(async move { self.take(id) })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use std::time::Duration;

    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn subject(user: &str) -> Subject {
        Subject::agent("shopper").unwrap().on_behalf_of(user).unwrap()
    }

    fn open(store: &MemoryStore, user: &str, lasting: Duration) -> Result<Id, String> {
        let (id, subject) = (Id::new().unwrap(), subject(user));
        let put = store.put(Opening { id: &id, subject: &subject, lasting });
        put.map(|()| id).map_err(|why| why.detail)
    }

    fn kept(store: &MemoryStore) -> (usize, usize, usize) {
        let open = store.open.lock().unwrap();
        (open.questions.len(), open.by_end.len(), open.owners.len())
    }

    /// Whatever one of them opens, the others are asked; and whoever has answered may ask again.
    #[test]
    fn one_subject_cannot_take_every_place() {
        let store = MemoryStore::new(1_000).per_subject(10);
        let mut mallory: Vec<_> =
            (0..10).map(|_| open(&store, "mallory", MINUTE).unwrap()).collect();
        for _ in 0..5_000 {
            let refused = open(&store, "mallory", MINUTE).unwrap_err();
            assert_eq!(refused, "too many approvals of this subject are pending");
        }
        for user in 0..99 {
            for _ in 0..10 {
                open(&store, &format!("user{user}"), MINUTE).unwrap();
            }
        }
        assert_eq!(open(&store, "alice", MINUTE).unwrap_err(), "too many approvals are pending");
        assert_eq!(store.take(&mallory.pop().unwrap()).unwrap(), Taken::Now);
        open(&store, "alice", MINUTE).unwrap();
    }

    /// The agent alone, the agent for a user, and another agent are three.
    #[test]
    fn a_subject_is_agent_and_user() {
        let store = MemoryStore::new(1_000).per_subject(1);
        let subjects = [
            Subject::agent("a").unwrap(),
            Subject::agent("a").unwrap().on_behalf_of("b").unwrap(),
            Subject::agent("ab").unwrap(),
            Subject::agent("b").unwrap().on_behalf_of("a").unwrap(),
        ];
        for round in 0..2 {
            for subject in &subjects {
                let id = Id::new().unwrap();
                let put = store.put(Opening { id: &id, subject, lasting: MINUTE });
                assert_eq!(put.is_ok(), round == 0, "{subject:?}");
            }
        }
    }

    /// Answered or expired: nothing of it stays.
    #[test]
    fn what_is_over_is_forgotten() {
        let store = MemoryStore::new(100_000).per_subject(100_000);
        let answered: Vec<_> =
            (0..20_000).map(|n| open(&store, &format!("u{}", n % 500), MINUTE).unwrap()).collect();
        assert_eq!(kept(&store), (20_000, 20_000, 500));
        for id in &answered {
            assert_eq!(store.take(id).unwrap(), Taken::Now);
            assert_eq!(store.take(id).unwrap(), Taken::NotThere);
        }
        assert_eq!(kept(&store), (0, 0, 0));
        for n in 0..20_000 {
            open(&store, &format!("u{}", n % 500), MINUTE).unwrap();
        }
        store.open.lock().unwrap().forget_expired(Instant::now() + MINUTE);
        assert_eq!(kept(&store), (0, 0, 0));
        // And whoever opens the next one does so.
        open(&store, "first", Duration::ZERO).unwrap();
        open(&store, "last", MINUTE).unwrap();
        assert_eq!(kept(&store), (1, 1, 1));
    }

    #[test]
    fn an_id_is_opened_once() {
        let store = MemoryStore::default();
        let (id, subject) = (Id::new().unwrap(), subject("alice"));
        let asked = Opening { id: &id, subject: &subject, lasting: MINUTE };
        store.put(asked).unwrap();
        assert_eq!(store.put(asked).unwrap_err().detail, "an approval was opened twice");
        assert_eq!(kept(&store), (1, 1, 1));
    }
}
