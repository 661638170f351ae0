//! How many calls of one subject wait for a person at once.
//!
//! Each is a form on somebody's screen, and a call that is kept: a caller that makes thousands would
//! have its person say yes to be rid of them.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use crate::{approval::pending::Owner, decision::NoDecision, subject::Subject};

/// The calls that wait. Clones are the same.
#[derive(Clone, Default)]
pub(super) struct Waiting(Arc<Mutex<BTreeMap<Owner, usize>>>);

/// One of them, until it is dropped.
pub(super) struct Place {
    waiting: Waiting,
    owner: Owner,
}

impl Waiting {
    /// # Denies
    /// The call that would be one more than `most` of this subject.
    pub(super) fn enter(&self, subject: &Subject, most: usize) -> Result<Place, NoDecision> {
        let owner = Owner::of(subject);
        // A count is whole at any time: nothing that panics runs under the lock.
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.get(&owner).copied().unwrap_or_default();
        if count >= most {
            // FAIL CLOSED: nobody reads so many questions.
            return Err(NoDecision::unavailable(
                "too many calls of this subject wait for a person",
            ));
        }
        counts.insert(owner, count + 1);
        Ok(Place { waiting: self.clone(), owner })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut counts = self.waiting.0.lock().unwrap_or_else(PoisonError::into_inner);
        match counts.get(&self.owner).copied() {
            Some(count) if count > 1 => drop(counts.insert(self.owner, count - 1)),
            // The last one leaves nothing behind.
            Some(_) | None => drop(counts.remove(&self.owner)),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn whoever_is_done_makes_place() {
        let waiting = Waiting::default();
        let subject = |id: &str| Subject::agent(id).unwrap();
        let mut places: Vec<_> = (0..3).map(|_| waiting.enter(&subject("a"), 3).unwrap()).collect();
        assert!(waiting.enter(&subject("a"), 3).is_err());
        let other = waiting.enter(&subject("b"), 3).unwrap();
        places.pop();
        places.push(waiting.enter(&subject("a"), 3).unwrap());
        assert!(waiting.enter(&subject("a"), 3).is_err());
        drop((places, other));
        assert!(waiting.0.lock().unwrap().is_empty());
    }
}
