//! Several authorities, each of which must allow.
//!
//! There is no `any_of`: one lax authority would undo all the others.

use std::{fmt, future::poll_fn, pin::Pin, sync::Arc, task::Poll};

use crate::{
    authority::{Answer, Authority},
    contain::{Contained, contain},
    decision::{Allow, Ask, Decision, Deny, Grounds, Member, NoDecision, NoDecisionKind, Policies},
    request::Request,
};

/// Both must allow; [`and`](AllOf::and) adds more. See [`AllOf`] for how votes are joined.
pub fn all_of(first: impl Authority + 'static, second: impl Authority + 'static) -> AllOf {
    AllOf { members: vec![Box::new(first), Box::new(second)] }
}

/// An authority that allows what every member allows.
///
/// All members are asked at once. A no ends the vote, so that a member that hangs or fails does not
/// hide it; without one every vote is waited for. A no wins over everything, then a member that gave
/// no decision, then a question to a person; only a full set of allows is an allow. It cannot be
/// empty.
///
/// A member that [abstains](NoDecision::abstained) leaves it to the others: at least one must allow.
/// Where all abstain, nobody decided, and that is a denial.
pub struct AllOf {
    members: Vec<Box<dyn Authority>>,
}

impl AllOf {
    /// One more that must allow.
    pub fn and(mut self, authority: impl Authority + 'static) -> Self {
        self.members.push(Box::new(authority));
        self
    }
}

impl Authority for AllOf {
    fn decide<'a>(&'a self, request: &'a Request<'a>) -> Answer<'a> {
        Answer::pending(async move {
            let mut votes: Vec<_> =
                self.members.iter().map(|member| Vote::cast(&**member, request)).collect();
            Vote::await_all(&mut votes).await;
            Tally::of(votes).decide()
        })
    }

    fn names(&self, found: &mut dyn FnMut(&str)) {
        self.members.iter().for_each(|member| member.names(found));
    }
}

pub(super) enum Vote<'a> {
    Awaited(Contained<Answer<'a>>),
    In(Result<Decision, NoDecision>),
}

impl<'a> Vote<'a> {
    pub(super) fn cast(member: &'a dyn Authority, request: &'a Request<'a>) -> Self {
        match contain(|| member.decide(request)) {
            Ok(answer) => Self::Awaited(Contained::new(answer)),
            // FAIL CLOSED: a member that panics gave no decision.
            Err(panicked) => Self::In(Err(NoDecision::unavailable(panicked.0))),
        }
    }

    /// Waits until all are in, or one is a no.
    pub(super) async fn await_all(votes: &mut [Self]) {
        poll_fn(|cx| {
            let (mut all_in, mut denied) = (true, false);
            for vote in &mut *votes {
                all_in &= vote.poll(cx).is_ready();
                denied |= matches!(vote, Vote::In(Ok(Decision::Deny(_))));
            }
            if all_in || denied { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }

    fn poll(&mut self, cx: &mut std::task::Context<'_>) -> Poll<()> {
        if let Self::Awaited(answer) = self {
            match Pin::new(answer).poll(cx) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Ok(decision)) => *self = Self::In(decision),
                // FAIL CLOSED: as above.
                Poll::Ready(Err(panicked)) => {
                    *self = Self::In(Err(NoDecision::unavailable(panicked.0)));
                }
            }
        }
        Poll::Ready(())
    }
}

#[derive(Default)]
pub(super) struct Tally {
    allow: Vec<Allow>,
    ask: Vec<Ask>,
    /// Which member asked what.
    members: Vec<Member>,
    deny: Vec<Deny>,
    failed: Vec<NoDecision>,
    /// Who has no say in this. Never counted as a yes.
    abstained: Vec<NoDecision>,
    /// A vote is not in.
    missing: bool,
}

impl Tally {
    pub(super) fn of(votes: Vec<Vote<'_>>) -> Self {
        let mut tally = Self::default();
        for (member, vote) in votes.into_iter().enumerate() {
            match vote {
                Vote::In(Ok(Decision::Allow(allow))) => tally.allow.push(allow),
                Vote::In(Ok(Decision::Ask(ask))) => {
                    tally.members.push(Member { place: member, ask: ask.clone() });
                    tally.ask.push(ask);
                }
                Vote::In(Ok(Decision::Deny(deny))) => tally.deny.push(deny),
                Vote::In(Err(why)) if why.kind == NoDecisionKind::Abstained => {
                    tally.abstained.push(why);
                }
                Vote::In(Err(why)) => tally.failed.push(why),
                // Not waited for, because of a no.
                Vote::Awaited(_) => tally.missing = true,
            }
        }
        tally
    }

    /// Where each vote must be a yes, and nobody leaves it to the others.
    pub(super) fn no_abstentions(mut self) -> Self {
        // FAIL CLOSED: who abstains has not allowed.
        self.failed.append(&mut self.abstained);
        self
    }

    pub(super) fn decide(mut self) -> Result<Decision, NoDecision> {
        if !self.deny.is_empty() {
            let mut first = self.deny.swap_remove(0);
            let others = self.deny.iter().map(|deny| deny.reason.to_string());
            let failed = self.failed.iter().map(|why| format!("no decision: {}", why.detail));
            let also: Vec<_> = others.chain(failed).collect();
            if !also.is_empty() {
                let also = format!("also: {}", also.join("; "));
                first.detail = Some(match first.detail.take() {
                    Some(detail) => format!("{detail}; {also}"),
                    None => also,
                });
            }
            return Ok(Decision::Deny(first));
        }
        if self.missing {
            // FAIL CLOSED: without a no there is nothing to say before every vote is in.
            return Err(NoDecision::unavailable("a vote is missing"));
        }
        if let Some(failed) = together(self.failed) {
            // FAIL CLOSED: a member that failed might have said no.
            return Err(failed);
        }
        if !self.ask.is_empty() {
            let stamps = self.allow.iter().map(|allow| &allow.danger);
            let stamps = joined(stamps.chain(self.ask.iter().map(|ask| &ask.danger)));
            let at_authority = self.ask.iter().any(|ask| ask.at_authority);
            let every_time = self.ask.iter().any(|ask| ask.every_time);
            let mut first = self.ask.swap_remove(0);
            first.at_authority = at_authority;
            first.every_time = every_time;
            if !self.ask.is_empty() {
                let mut questions = first.question.into_owned();
                let mut said = vec![questions.clone()];
                for ask in &self.ask {
                    // One person answers: what two members ask alike is read once.
                    if said.iter().any(|said| *said == ask.question) {
                        continue;
                    }
                    said.push(ask.question.to_string());
                    questions.push_str("; ");
                    questions.push_str(&ask.question);
                }
                first.question = questions.into();
            }
            first.danger = stamps;
            first.members = Some(self.members.into());
            return Ok(Decision::Ask(first));
        }
        let grounds = Grounds {
            rule: joined(self.allow.iter().map(|allow| &allow.grounds.rule)),
            decision_id: joined(self.allow.iter().map(|allow| &allow.grounds.decision_id)),
            version: joined(self.allow.iter().map(|allow| &allow.grounds.version)),
            policies: each(self.allow.iter().filter_map(|allow| allow.grounds.policies.as_ref())),
        };
        let danger = joined(self.allow.iter().map(|allow| &allow.danger));
        if self.allow.is_empty() {
            // FAIL CLOSED: no votes are no yes, and abstentions are none either.
            let nobody = || NoDecision::not_configured("no authority was asked");
            return Err(together(self.abstained).unwrap_or_else(nobody));
        }
        Ok(Decision::Allow(Allow { grounds, danger, ..Allow::default_grounds() }))
    }
}

/// The first, with what the others say.
fn together(all: Vec<NoDecision>) -> Option<NoDecision> {
    all.into_iter().reduce(|mut first, other| {
        first.detail.push_str("; ");
        first.detail.push_str(&other.detail);
        first
    })
}

fn joined<'a>(texts: impl Iterator<Item = &'a Option<Arc<str>>>) -> Option<Arc<str>> {
    let mut all: Vec<&Arc<str>> = Vec::new();
    for text in texts.flatten() {
        if !all.contains(&text) {
            all.push(text);
        }
    }
    all.into_iter().cloned().reduce(|left, right| format!("{left}; {right}").into())
}

/// The policies of all of them.
fn each<'a>(lists: impl Iterator<Item = &'a Arc<[Policies]>>) -> Option<Arc<[Policies]>> {
    let mut all: Vec<Policies> = Vec::new();
    for policies in lists.flat_map(|list| list.iter()) {
        if !all.contains(policies) {
            all.push(policies.clone());
        }
    }
    (!all.is_empty()).then(|| all.into())
}

impl fmt::Debug for AllOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AllOf({} authorities)", self.members.len())
    }
}
