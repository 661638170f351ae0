//! How often one person is asked.
//!
//! Whoever is asked often enough says yes to be left in peace. So a person has few questions open at
//! once, and who has said no to something is not asked about it again at once. Both only ever deny.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use crate::{error::ConfigError, subject::Subject};

/// How many questions a person has open at once, unless the guard says otherwise.
pub const DEFAULT_OPEN_QUESTIONS: usize = 8;

/// How long a person who said no is not asked about the action again, unless the guard says otherwise.
pub const DEFAULT_PAUSE: Duration = Duration::from_secs(10);

/// Nobody reads more at once.
const MOST_OPEN_QUESTIONS: usize = 64;

/// A longer pause would be a standing no, which is for policies to say.
const LONGEST_PAUSE: Duration = Duration::from_secs(60 * 60);

/// How many pauses are kept. Of more, the one that ends first is forgotten: its person may be asked
/// again sooner, which allows nothing.
const MOST_PAUSES: usize = 4096;

/// How often one person is asked. See [`GuardBuilder::pace`](crate::GuardBuilder::pace).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "it has no effect until a guard is given it"]
pub struct Pace {
    open_questions: usize,
    pause: Duration,
}

impl Pace {
    /// [`DEFAULT_OPEN_QUESTIONS`] and [`DEFAULT_PAUSE`].
    pub fn new() -> Self {
        Self { open_questions: DEFAULT_OPEN_QUESTIONS, pause: DEFAULT_PAUSE }
    }

    /// How many questions one person may have open: 1 to 64. What comes above it is denied, and nobody
    /// is asked. The person is the user that is acted for or, where there is none, that of the agent.
    pub fn open_questions(mut self, most: usize) -> Self {
        self.open_questions = most;
        self
    }

    /// How long after a person's no the same agent's calls of the same action are denied without asking:
    /// more than zero, at most an hour.
    pub fn pause(mut self, pause: Duration) -> Self {
        self.pause = pause;
        self
    }

    /// # Errors
    /// [`ConfigError::Pace`]: it is out of its bounds.
    pub(crate) fn valid(self) -> Result<(), ConfigError> {
        if self.open_questions == 0 || self.open_questions > MOST_OPEN_QUESTIONS {
            return Err(ConfigError::Pace { fault: "a person has 1 to 64 questions open" });
        }
        if self.pause.is_zero() || self.pause > LONGEST_PAUSE {
            return Err(ConfigError::Pace {
                fault: "the pause is more than zero, at most an hour",
            });
        }
        Ok(())
    }
}

impl Default for Pace {
    fn default() -> Self {
        Self::new()
    }
}

/// What is open, and who has just said no. Shared by all guards that come from one.
#[derive(Debug)]
pub(crate) struct Pacer {
    pace: Pace,
    state: Mutex<State>,
}

/// Trees and not tables: a table that was full once keeps its memory.
#[derive(Debug, Default)]
struct State {
    /// How many of each person; none is no entry.
    open: BTreeMap<Person, usize>,
    /// Until when.
    pauses: BTreeMap<(Agent, &'static str), Instant>,
}

/// Who is asked: the user, or whoever is behind an agent without one.
type Person = (bool, Box<str>);

/// Whose calls are paused.
type Agent = (Box<str>, Option<Box<str>>);

/// A question that is open, until it is dropped.
pub(crate) struct Place<'p> {
    pacer: &'p Pacer,
    person: Person,
}

impl Pacer {
    pub(crate) fn new(pace: Pace) -> Self {
        Self { pace, state: Mutex::default() }
    }

    pub(crate) fn pace(&self) -> Pace {
        self.pace
    }

    /// Room for one more question.
    ///
    /// # Denies
    /// With the reason, as nobody is asked: too many of this person are open, or they have just said no.
    pub(crate) fn enter(
        &self,
        subject: &Subject,
        action: &'static str,
    ) -> Result<Place<'_>, String> {
        let (person, agent) = (person(subject), agent(subject));
        let mut state = self.state();
        let until = state.pauses.get(&(agent, action));
        if until.is_some_and(|until| Instant::now() < *until) {
            // FAIL CLOSED: a no is not to be worn down by asking again.
            return Err(format!(
                "a person has just said no to this action, and is not asked about it again within {:?}",
                self.pace.pause
            ));
        }
        let open = state.open.get(&person).copied().unwrap_or_default();
        if open >= self.pace.open_questions {
            // FAIL CLOSED: nobody reads so many; they would say yes to be rid of them.
            return Err(format!(
                "{open} questions to this person are open already: wait until they are answered"
            ));
        }
        state.open.insert(person.clone(), open + 1);
        Ok(Place { pacer: self, person })
    }

    /// A person said no.
    pub(crate) fn declined(&self, subject: &Subject, action: &'static str) {
        let now = Instant::now();
        // A pause past the end of the clock is none: the person is asked.
        let Some(until) = now.checked_add(self.pace.pause) else { return };
        let mut state = self.state();
        state.pauses.retain(|_, until| now < *until);
        if state.pauses.len() >= MOST_PAUSES {
            let first = state.pauses.iter().min_by_key(|(_, until)| **until);
            if let Some(key) = first.map(|(key, _)| key.clone()) {
                state.pauses.remove(&key);
            }
        }
        state.pauses.insert((agent(subject), action), until);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Counts are whole at any time: nothing that panics runs under the lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut state = self.pacer.state();
        match state.open.get(&self.person).copied() {
            Some(open) if open > 1 => drop(state.open.insert(self.person.clone(), open - 1)),
            // The last one leaves nothing behind.
            Some(_) | None => drop(state.open.remove(&self.person)),
        }
    }
}

fn person(subject: &Subject) -> Person {
    // FAIL CLOSED: sub-agents are not a way to ask more often.
    let subject = subject.origin();
    match subject.user_id() {
        Some(user) => (true, user.into()),
        None => (false, subject.agent_id().into()),
    }
}

fn agent(subject: &Subject) -> Agent {
    // FAIL CLOSED: nor to ask once more after a no.
    let subject = subject.origin();
    (subject.agent_id().into(), subject.user_id().map(Into::into))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    #![allow(clippy::disallowed_methods, reason = "a test without a task waits for a pause to end")]

    use super::*;

    fn subject(agent: &str, user: &str) -> Subject {
        Subject::agent(agent).unwrap().on_behalf_of(user).unwrap()
    }

    #[test]
    fn whoever_is_answered_makes_place_and_leaves_nothing_behind() {
        let pacer = Pacer::new(Pace::new().open_questions(2));
        let mut places: Vec<_> =
            ["a", "b"].map(|a| pacer.enter(&subject(a, "alice"), "buy").ok().unwrap()).into();
        let refused = pacer.enter(&subject("c", "alice"), "sell").err().unwrap();
        assert_eq!(
            refused,
            "2 questions to this person are open already: wait until they are answered"
        );
        let other = pacer.enter(&subject("a", "bob"), "buy").ok().unwrap();
        places.pop();
        places.push(pacer.enter(&subject("c", "alice"), "sell").ok().unwrap());
        assert!(pacer.enter(&subject("a", "alice"), "buy").is_err());
        drop((places, other));
        assert!(pacer.state().open.is_empty());
    }

    /// It is for one agent, one user and one action, ends by itself, and is forgotten.
    #[test]
    fn a_no_is_a_pause() {
        let pacer = Pacer::new(Pace::new().pause(Duration::from_millis(200)));
        pacer.declined(&subject("a", "alice"), "buy");
        let began = Instant::now();
        let refused = pacer.enter(&subject("a", "alice"), "buy");
        if began.elapsed() < Duration::from_millis(150) {
            assert!(refused.err().unwrap().ends_with("is not asked about it again within 200ms"));
        }
        for (agent, user, action) in
            [("b", "alice", "buy"), ("a", "bob", "buy"), ("a", "alice", "sell")]
        {
            assert!(pacer.enter(&subject(agent, user), action).is_ok());
        }
        std::thread::sleep(Duration::from_millis(210));
        assert!(pacer.enter(&subject("a", "alice"), "buy").is_ok());
        pacer.declined(&subject("b", "alice"), "sell");
        assert_eq!(pacer.state().pauses.len(), 1);
    }

    #[test]
    fn pauses_take_bounded_memory() {
        let pacer = Pacer::new(Pace::new());
        for n in 0..MOST_PAUSES + 100 {
            pacer.declined(&subject(&n.to_string(), "alice"), "buy");
        }
        assert_eq!(pacer.state().pauses.len(), MOST_PAUSES);
    }

    #[test]
    fn bounds_are_held() {
        for pace in [
            Pace::new().open_questions(0),
            Pace::new().open_questions(65),
            Pace::new().pause(Duration::ZERO),
            Pace::new().pause(Duration::from_secs(3601)),
        ] {
            assert!(pace.valid().is_err(), "{pace:?}");
        }
        assert!(Pace::default().valid().is_ok());
    }
}
