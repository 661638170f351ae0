//! What the threads of the members know of one another. Nothing of a store is called while it is locked.

use std::{
    collections::{HashSet, VecDeque},
    sync::{
        Condvar, Mutex, MutexGuard, PoisonError,
        mpsc::{Sender, channel},
    },
    time::{Duration, Instant},
};

use super::{tail::Tail, told::News};
use crate::{
    audit::{Chain, Line, StoreError},
    decision::Policies,
};

/// What a member answers to another one.
pub(super) type Asked<T> = Result<T, StoreError>;

/// A question to the thread of a member.
pub(super) enum Ask {
    Lines { from: u64, limit: usize, reply: Sender<Asked<Vec<Line>>> },
    Policies { digest: String, reply: Sender<Asked<Option<Policies>>> },
}

#[derive(Default)]
pub(super) struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
pub(super) struct State {
    pub(super) members: Vec<Member>,
    pub(super) tail: Tail,
    /// What at least one member has. Somebody was told so.
    pub(super) durable: Chain,
    /// What was given to the members: as much, or one append more.
    pub(super) offered: Chain,
    pub(super) policies: VecDeque<Policies>,
    /// Which attempt this is. A member that failed tries again in each.
    pub(super) round: u64,
    pub(super) ending: bool,
}

#[derive(Default)]
pub(super) struct Member {
    /// What it is known to have.
    pub(super) at: Chain,
    /// Before which record what it may have ends: what is on its way to it, or was lost on the way.
    pub(super) given: u64,
    /// The digests of the policies that it keeps.
    pub(super) has: HashSet<String>,
    pub(super) fault: Option<String>,
    pub(super) is_out: bool,
    /// The last round in which it failed.
    pub(super) failed_in: u64,
    /// What others want to know of it.
    pub(super) asked: VecDeque<Ask>,
    /// When it took something the last time, or began to lack something.
    pub(super) since: Option<Instant>,
    /// Where it was when it was told that it fails or lags.
    pub(super) told_at: Option<u64>,
    pub(super) closed: Option<Result<(), StoreError>>,
}

impl Member {
    pub(super) fn has_failed(&self, round: u64) -> bool {
        self.is_out || self.failed_in == round
    }

    /// Something is told of it that was not told already.
    pub(super) fn tell(&mut self) -> bool {
        self.told_at.replace(self.told_at.unwrap_or(self.at.next())).is_none()
    }
}

impl Shared {
    /// Nothing panics while this is held, and whatever was written under it is whole.
    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn look<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        look(&self.lock())
    }

    /// Whoever waits looks again afterwards.
    pub(super) fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let changed = change(&mut self.lock());
        self.changed.notify_all();
        changed
    }

    /// `None` where it takes too long.
    pub(super) fn wait<T>(
        &self,
        within: Duration,
        mut look: impl FnMut(&mut State) -> Option<T>,
    ) -> Option<T> {
        let began = Instant::now();
        let mut state = self.lock();
        loop {
            if let Some(found) = look(&mut state) {
                return Some(found);
            }
            let left = within.saturating_sub(began.elapsed());
            if left.is_zero() {
                return None;
            }
            state = self.pause(state, Some(left));
        }
    }

    pub(super) fn pause<'a>(
        &'a self,
        state: MutexGuard<'a, State>,
        most: Option<Duration>,
    ) -> MutexGuard<'a, State> {
        match most {
            Some(most) => {
                self.changed.wait_timeout(state, most).unwrap_or_else(PoisonError::into_inner).0
            }
            None => self.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
        }
    }

    /// Who has a record, those that work first.
    pub(super) fn sources(&self, seq: u64) -> Vec<usize> {
        let state = self.lock();
        let has = |(_, member): &(usize, &Member)| !member.is_out && member.at.next() > seq;
        let mut found: Vec<_> = state.members.iter().enumerate().filter(has).collect();
        found.sort_by_key(|(_, member)| (member.fault.is_some(), member.since));
        found.into_iter().map(|(index, _)| index).collect()
    }

    pub(super) fn ask_lines(
        &self,
        member: usize,
        from: u64,
        limit: usize,
        within: Duration,
    ) -> Asked<Vec<Line>> {
        self.ask(member, within, |reply| Ask::Lines { from, limit, reply })
    }

    pub(super) fn ask_policies(
        &self,
        member: usize,
        digest: &str,
        within: Duration,
    ) -> Asked<Option<Policies>> {
        self.ask(member, within, |reply| Ask::Policies { digest: digest.to_owned(), reply })
    }

    fn ask<T>(
        &self,
        member: usize,
        within: Duration,
        ask: impl FnOnce(Sender<Asked<T>>) -> Ask,
    ) -> Asked<T> {
        let silent = || StoreError::new(format_args!("store {} does not answer", member + 1));
        let (reply, answer) = channel();
        self.change(|state| {
            let most = state.members.len();
            // One that hangs is not asked over and over.
            let asked = state.members.get_mut(member).filter(|it| it.asked.len() < most);
            asked.ok_or_else(silent)?.asked.push_back(ask(reply));
            Ok::<_, StoreError>(())
        })?;
        answer.recv_timeout(within).map_err(|_| silent())?
    }

    /// A member takes nothing any more.
    pub(super) fn out(&self, index: usize, why: &StoreError) {
        let why = why.to_string();
        self.change(|state| {
            if let Some(member) = state.members.get_mut(index) {
                (member.is_out, member.fault) = (true, Some(why.clone()));
                // Nobody answers these.
                member.asked.clear();
            }
        });
        News::Out { store: index + 1, why }.tell();
    }
}
