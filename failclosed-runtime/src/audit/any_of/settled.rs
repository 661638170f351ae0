//! What is offered to the members, and what came of it.

use std::time::{Duration, Instant};

use super::{
    shared::{Member, State},
    told::{News, not_recorded},
};
use crate::{
    audit::{Chain, End, Line, StoreError},
    decision::Policies,
};

/// So many policies are held, and known to be kept by a member; of more the members are asked again.
const MOST_POLICIES: usize = 1_024;

impl State {
    pub(super) fn begin(&mut self, end: &End, chains: &[Chain]) {
        (self.durable, self.offered) = (end.into(), end.into());
        for (member, at) in self.members.iter_mut().zip(chains) {
            (member.at, member.given) = (at.clone(), at.next());
        }
    }

    pub(super) fn end(&self) -> End {
        self.durable.clone().into()
    }

    pub(super) fn is_pending(&self) -> bool {
        self.offered != self.durable
    }

    /// Whether one member has all that counts, and does not fail.
    pub(super) fn works(&self) -> bool {
        let works = |member: &Member| {
            !member.is_out && member.fault.is_none() && member.at.next() >= self.durable.next()
        };
        self.members.iter().any(works)
    }

    /// Lets every member that failed try again. Gives whether anything waits for it.
    pub(super) fn again(&mut self) -> bool {
        self.round += 1;
        self.is_pending()
    }

    /// # Errors
    /// What does not come next.
    pub(super) fn offer(&mut self, lines: &[Line]) -> Result<(), StoreError> {
        let comes = self.offered.next()..;
        let in_order = lines.iter().map(Line::seq).zip(comes).all(|(seq, next)| seq == next);
        let (false, true, Some(last)) = (self.is_pending(), in_order, lines.last()) else {
            // FAIL CLOSED: it would be chained to what may not be there.
            return Err(StoreError::new("the audit log was not looked at since an append failed"));
        };
        let now = Instant::now();
        for member in self.members.iter_mut().filter(|member| member.at == self.offered) {
            member.since = Some(now);
        }
        self.tail.push(lines);
        self.offered = Chain::at(last.seq() + 1, last.hash());
        self.round += 1;
        Ok(())
    }

    /// What came of what was offered; `None` where that is not known yet.
    pub(super) fn settle(&mut self) -> Option<Result<(), StoreError>> {
        if self.members.iter().any(|member| member.at.next() >= self.offered.next()) {
            self.durable = self.offered.clone();
            return Some(Ok(()));
        }
        if !self.members.iter().all(|member| member.has_failed(self.round)) {
            return None;
        }
        let why = not_recorded(&self.faults());
        let next = self.durable.next();
        // Where one may have it, it stays: another record in its place would make two logs of one.
        if self.members.iter().all(|member| member.given <= next) {
            self.tail.cut(next);
            self.offered = self.durable.clone();
        }
        // FAIL CLOSED: every member failed.
        Some(Err(why))
    }

    pub(super) fn offer_policies(&mut self, policies: &Policies) {
        self.policies.retain(|held| held.digest() != policies.digest());
        self.policies.push_back(policies.clone());
        if self.policies.len() > MOST_POLICIES {
            self.policies.pop_front();
        }
        for member in &mut self.members {
            // Also what it keeps already: it may not any more.
            member.has.remove(policies.digest());
        }
        self.round += 1;
    }

    pub(super) fn settle_policies(&self, policies: &Policies) -> Option<Result<(), StoreError>> {
        let has = |member: &Member| !member.is_out && member.has.contains(policies.digest());
        if self.members.iter().any(has) {
            return Some(Ok(()));
        }
        // FAIL CLOSED: every member failed.
        let failed = self.members.iter().all(|member| member.has_failed(self.round));
        failed.then(|| Err(not_recorded(&self.faults())))
    }

    pub(super) fn kept(&mut self, index: usize, digest: &str) {
        let Some(member) = self.members.get_mut(index) else { return };
        if member.has.len() > MOST_POLICIES {
            member.has.clear();
        }
        member.has.insert(digest.to_owned());
    }

    /// What is wrong with each member.
    pub(super) fn faults(&self) -> String {
        let members = self.members.iter().enumerate();
        let faults = members.map(|(index, member)| {
            let fault = member.fault.as_deref().unwrap_or("it does not answer");
            format!("store {}: {fault}", index + 1)
        });
        faults.collect::<Vec<_>>().join("; ")
    }

    /// Members that lack something and have taken nothing for so long.
    pub(super) fn late(&mut self, patience: Duration) -> Vec<News> {
        let next = self.durable.next();
        let mut late = Vec::new();
        for (index, member) in self.members.iter_mut().enumerate().filter(|(_, it)| !it.is_out) {
            let behind = next.saturating_sub(member.at.next());
            let is_late = member.since.is_some_and(|since| since.elapsed() > patience);
            if is_late && behind > 0 && member.tell() {
                late.push(News::Lags { store: index + 1, behind });
            }
        }
        late
    }

    /// Whether all members have all; else where each is, once it is not where it was `seen`.
    pub(super) fn filled(&self, seen: &Option<Vec<u64>>) -> Option<Option<Vec<u64>>> {
        let is_whole = |member: &Member| member.is_out || member.at == self.offered;
        if self.members.iter().all(is_whole) {
            return Some(None);
        }
        let places: Vec<_> = self.members.iter().map(|member| member.at.next()).collect();
        (seen.as_ref() != Some(&places)).then_some(Some(places))
    }

    pub(super) fn closed(&mut self, index: usize, result: Result<(), StoreError>) {
        if let Some(member) = self.members.get_mut(index) {
            member.asked.clear();
            member.closed = Some(result);
        }
    }

    pub(super) fn are_closed(&self) -> bool {
        self.members.iter().all(|member| member.closed.is_some())
    }

    /// # Errors
    /// What is not in each member, and who was not closed.
    pub(super) fn missing(&self, waited: Duration) -> Result<(), StoreError> {
        let mut missing = Vec::new();
        for (index, member) in self.members.iter().enumerate() {
            let store = index + 1;
            let behind = self.durable.next().saturating_sub(member.at.next());
            if behind > 0 {
                let why = member.fault.as_deref().unwrap_or("it does not answer");
                missing.push(format!("store {store} lacks {behind} records: {why}"));
            }
            match &member.closed {
                Some(Ok(())) => {}
                Some(Err(why)) => missing.push(format!("store {store}: {why}")),
                None => missing.push(format!("store {store} was not closed within {waited:?}")),
            }
        }
        if missing.is_empty() { Ok(()) } else { Err(StoreError::new(missing.join("; "))) }
    }
}
