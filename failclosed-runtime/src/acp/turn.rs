//! One prompt and all that follows from it, until the user cancels it.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
};

use agent_client_protocol::v1::schema::{SessionId, StopReason};
use tokio::sync::watch;

use crate::{
    approval::cancelled,
    authority::{Answer, Authority},
    decision::{Decision, NoDecision},
    error::ConfigError,
    guard::Guard,
    request::Request,
};

/// One prompt turn. Clones are the same turn; it is cancelled once and for all.
#[derive(Clone)]
pub struct Turn(Arc<Inner>);

struct Inner {
    over: watch::Sender<bool>,
    /// Where it is listed: it is taken off the list with its last clone.
    listed: Option<(Weak<List>, SessionId)>,
}

type List = Mutex<HashMap<SessionId, Weak<Inner>>>;

impl Turn {
    /// A turn that nobody has cancelled. Hosts with more than one session use [`Turns`].
    pub fn new() -> Self {
        Self::listed(None)
    }

    fn listed(listed: Option<(Weak<List>, SessionId)>) -> Self {
        Self(Arc::new(Inner { over: watch::Sender::new(false), listed }))
    }

    /// `session/cancel` came, or the host gives up.
    pub fn cancel(&self) {
        self.0.over.send_replace(true);
    }

    /// Whether it was cancelled.
    pub fn is_cancelled(&self) -> bool {
        *self.0.over.borrow()
    }

    /// Waits until it is.
    pub async fn cancelled(&self) {
        // FAIL CLOSED: a turn that cannot be watched any more is over.
        let mut turn = self.0.over.subscribe();
        let _over = turn.wait_for(|cancelled| *cancelled).await;
    }

    /// An authority that denies everything from the moment the turn is cancelled, also what no person
    /// has to approve: a cancelled turn runs no further tool.
    pub fn until_cancelled<A: Authority>(&self, authority: A) -> UntilCancelled<A> {
        UntilCancelled { turn: self.clone(), authority }
    }

    /// A started guard for this turn alone: what it allows ends with the turn. Give it the user of the
    /// session with [`Guard::asking`].
    ///
    /// # Errors
    /// [`ConfigError::Lent`], for a guard from [`Guard::current`].
    pub fn guard(&self, started: &Guard) -> Result<Guard, ConfigError> {
        started.deciding_by(|authority| Arc::new(self.until_cancelled(authority)))
    }

    /// What `session/prompt` answers at the end of the turn.
    pub fn stop_reason(&self) -> StopReason {
        if self.is_cancelled() { StopReason::Cancelled } else { StopReason::EndTurn }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        let Some((list, session)) = &self.listed else { return };
        let Some(list) = list.upgrade() else { return };
        let mut list = locked(&list);
        // The session may have another turn by now.
        if list.get(session).is_some_and(|listed| listed.strong_count() == 0) {
            list.remove(session);
            // A table that was full once keeps its memory.
            if list.len() < list.capacity() / 4 {
                list.shrink_to_fit();
            }
        }
    }
}

impl fmt::Debug for Turn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Turn").field("is_cancelled", &self.is_cancelled()).finish()
    }
}

impl Default for Turn {
    fn default() -> Self {
        Self::new()
    }
}

/// See [`Turn::until_cancelled`].
#[derive(Debug, Clone)]
pub struct UntilCancelled<A> {
    turn: Turn,
    authority: A,
}

impl<A: Authority> Authority for UntilCancelled<A> {
    fn decide<'a>(&'a self, request: &'a Request<'a>) -> Answer<'a> {
        if self.turn.is_cancelled() {
            return cancelled().into();
        }
        let mut answer = self.authority.decide(request);
        if let Some(decision) = answer.take_ready() {
            return Answer::ready(self.still(decision));
        }
        Answer::pending(async move { self.still(answer.await) })
    }

    fn names(&self, found: &mut dyn FnMut(&str)) {
        self.authority.names(found);
    }
}

impl<A> UntilCancelled<A> {
    fn still(&self, decision: Result<Decision, NoDecision>) -> Result<Decision, NoDecision> {
        // FAIL CLOSED: it may have been cancelled while the authority was thinking.
        if self.turn.is_cancelled() { Ok(cancelled()) } else { decision }
    }
}

/// The turn of each session. Clones are the same list.
///
/// A turn is on it for as long as somebody holds it: the host, or a guard or an approver of the turn.
/// Sessions whose turns are over take no memory.
#[derive(Clone, Default)]
pub struct Turns(Arc<List>);

impl Turns {
    /// No session has a turn.
    pub fn new() -> Self {
        Self::default()
    }

    /// A new turn of the session. The one before it, if it is still there, is cancelled. Call it in
    /// the handler of `session/prompt` itself, before anything is spawned: a `session/cancel` that
    /// comes next then finds it.
    pub fn begin(&self, session: &SessionId) -> Turn {
        let turn = Turn::listed(Some((Arc::downgrade(&self.0), session.clone())));
        let before = locked(&self.0).insert(session.clone(), Arc::downgrade(&turn.0));
        // Not under the lock: the last clone of a turn takes it.
        cancel(before);
        turn
    }

    /// For the handler of `session/cancel`.
    pub fn cancel(&self, session: &SessionId) {
        let turn = locked(&self.0).remove(session);
        cancel(turn);
    }

    /// How many turns are under way.
    pub fn len(&self) -> usize {
        locked(&self.0).len()
    }

    /// Whether no session has a turn.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

fn cancel(turn: Option<Weak<Inner>>) {
    if let Some(turn) = turn.and_then(|turn| turn.upgrade()) {
        Turn(turn).cancel();
    }
}

fn locked(list: &List) -> MutexGuard<'_, HashMap<SessionId, Weak<Inner>>> {
    // Nothing that panics runs under the lock, and a list is whole at any time.
    list.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Debug for Turns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Turns(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ended one by one, all at once, cancelled, or followed by another: nothing of them stays.
    #[test]
    fn sessions_leave_nothing_behind() {
        let turns = Turns::new();
        let session = |n: u32| SessionId::from(format!("session-{n}"));
        for n in 0..100_000 {
            let turn = turns.begin(&session(n));
            assert_eq!(turns.len(), 1);
            drop(turn);
        }
        assert!(turns.is_empty());
        let open: Vec<_> = (0..100_000).map(|n| turns.begin(&session(n))).collect();
        assert_eq!(turns.len(), 100_000);
        drop(open);
        assert!(turns.is_empty());
        let capacity = locked(&turns.0).capacity();
        assert!(capacity < 1_000, "room for {capacity} is kept");
    }

    /// A turn is there until its last clone is gone, and what is gone takes nothing else with it.
    #[test]
    fn a_turn_can_be_cancelled_while_anybody_holds_it() {
        let (turns, session) = (Turns::new(), SessionId::from("one"));
        let first = turns.begin(&session);
        let clone = first.clone();
        drop(first);
        assert_eq!(turns.len(), 1);
        let second = turns.begin(&session);
        assert!(clone.is_cancelled() && !second.is_cancelled());
        drop(clone);
        assert_eq!(turns.len(), 1);
        turns.cancel(&session);
        assert!(second.is_cancelled() && turns.is_empty());
        let third = turns.begin(&session);
        drop(second);
        turns.cancel(&session);
        assert!(third.is_cancelled());
        drop(turns);
        drop(third);
    }
}
