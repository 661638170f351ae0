//! Handing on: a guard for a sub-agent, which can do no more than the guard it came from.

use super::{Guard, Life, Parts};
use crate::subject::{MOST_DELEGATIONS, Subject};

impl Guard {
    /// How many may have handed on what a sub-agent does: a longer chain is denied.
    pub const MOST_DELEGATIONS: usize = MOST_DELEGATIONS;
}

impl<D> Guard<D> {
    /// A guard for a sub-agent of this one's agent. It cannot do more than this one, and not longer.
    ///
    /// **Both must allow.** Each call is asked about as the sub-agent's, and once more for everybody in
    /// the chain, as if they made it: what is denied to one that delegated, or not decided, is denied to
    /// all below it, whether or not the authority knows what delegation is. An authority that counts or
    /// spends does so for each of them. The chain stands in the [`Subject`], in what every authority and
    /// person is shown, and on record.
    ///
    /// It has this guard's approver, deadlines, pace, log, observers and context, and none of them can be
    /// changed. It acts for the same user: a subject that names none is given it. It may delegate in turn,
    /// and so may the guard of a running task ([`Guard::current`]).
    ///
    /// It ends with what it came from: the last clone of this guard, or the scope that lent it. After
    /// that it denies everything, also a call that was being decided.
    ///
    /// ```
    /// # use failclosed_runtime::{ConfigError, Guard, Subject};
    /// # async fn research(guard: Guard) {}
    /// # async fn hand_on(guard: &Guard) -> Result<(), ConfigError> {
    /// let researcher = Subject::agent("researcher")?;
    /// research(guard.delegate(researcher)).await;
    /// # Ok(()) }
    /// ```
    ///
    /// # Denies
    /// A guard that denies everything is given for a subject with another user, and where this guard's
    /// agent stands behind [`MOST_DELEGATIONS`](Guard::MOST_DELEGATIONS) others already.
    pub fn delegate(&self, subject: Subject) -> Self {
        let parent = &self.0.subject;
        if subject.user_id().is_some_and(|user| parent.user_id() != Some(user)) {
            // FAIL CLOSED: nobody hands on what they act for somebody else.
            return self.refusing_lent(format!(
                "{:?} was to act for another user than {:?}, whose sub-agent it is",
                subject.agent_id(),
                parent.agent_id()
            ));
        }
        if parent.delegators().count() >= MOST_DELEGATIONS {
            // FAIL CLOSED: each more is one more question, and a chain that nobody reads.
            return self.refusing_lent(format!(
                "{:?} would stand behind more than {} that delegated",
                subject.agent_id(),
                MOST_DELEGATIONS
            ));
        }
        let parts = Parts::clone(&self.0);
        let mut leases = parts.leases.clone();
        leases.push(self.0.life.lease());
        let subject = subject.under(parent);
        let life = Life::new();
        Parts { subject, lent: true, life, leases, ..parts }.guard()
    }

    /// In the place of a guard that would be more than this one: denies everything, on record.
    pub(super) fn refusing_lent(&self, detail: impl Into<String>) -> Self {
        let nobody = Parts::denying(detail);
        let Parts { sinks, observers, .. } = Parts::clone(&self.0);
        // Lent, as this one is or would have been: nothing it gives is more than it.
        Parts { sinks, observers, lent: true, ..nobody }.guard()
    }
}
