//! One prompt and all that follows from it, until the user cancels it.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use agent_client_protocol::v1::schema::{SessionId, StopReason};
use tokio::sync::watch;

use crate::{
    approval::cancelled,
    authority::{Answer, Authority},
    decision::{Decision, NoDecision},
    request::Request,
};

/// One prompt turn. Clones are the same turn; it is cancelled once and for all.
#[derive(Debug, Clone)]
pub struct Turn(watch::Sender<bool>);

impl Turn {
    /// A turn that nobody has cancelled. Hosts with more than one session use [`Turns`].
    pub fn new() -> Self {
        Self(watch::Sender::new(false))
    }

    /// `session/cancel` came, or the host gives up.
    pub fn cancel(&self) {
        self.0.send_replace(true);
    }

    /// Whether it was cancelled.
    pub fn is_cancelled(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until it is.
    pub async fn cancelled(&self) {
        // FAIL CLOSED: a turn that cannot be watched any more is over.
        let mut turn = self.0.subscribe();
        let _over = turn.wait_for(|cancelled| *cancelled).await;
    }

    /// An authority that denies everything from the moment the turn is cancelled, also what no person
    /// has to approve: a cancelled turn runs no further tool.
    pub fn until_cancelled<A: Authority>(&self, authority: A) -> UntilCancelled<A> {
        UntilCancelled { turn: self.clone(), authority }
    }

    /// What `session/prompt` answers at the end of the turn.
    pub fn stop_reason(&self) -> StopReason {
        if self.is_cancelled() { StopReason::Cancelled } else { StopReason::EndTurn }
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
}

impl<A> UntilCancelled<A> {
    fn still(&self, decision: Result<Decision, NoDecision>) -> Result<Decision, NoDecision> {
        // FAIL CLOSED: it may have been cancelled while the authority was thinking.
        if self.turn.is_cancelled() { Ok(cancelled()) } else { decision }
    }
}

/// The turn of each session. Clones are the same list.
#[derive(Clone, Default)]
pub struct Turns(Arc<Mutex<HashMap<SessionId, Turn>>>);

impl Turns {
    /// No session has a turn.
    pub fn new() -> Self {
        Self::default()
    }

    /// A new turn of the session. The one before it, if it is still there, is cancelled. Call it in
    /// the handler of `session/prompt` itself, before anything is spawned: a `session/cancel` that
    /// comes next then finds it.
    pub fn begin(&self, session: &SessionId) -> Turn {
        let turn = Turn::new();
        if let Some(before) = self.lock().insert(session.clone(), turn.clone()) {
            before.cancel();
        }
        turn
    }

    /// For the handler of `session/cancel`.
    pub fn cancel(&self, session: &SessionId) {
        if let Some(turn) = self.lock().remove(session) {
            turn.cancel();
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<SessionId, Turn>> {
        // Nothing that panics runs under the lock, and a list is whole at any time.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Turns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Turns(..)")
    }
}
