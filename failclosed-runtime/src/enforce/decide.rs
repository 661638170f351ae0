//! Asking: the authority, then, where it says so, a person, then the authority again.

use std::{
    future::poll_fn,
    task::{Context, Poll},
    time::Instant,
};

use super::{Allowed, Check};
use crate::{
    answer::Answer,
    argument::NotShowable,
    authority::delegated,
    contain::{Contained, Panicked, contain},
    deadline::{Deadline, Expired},
    decision::{Allow, Answers, Approved, Ask, Decision, NoDecision, PersonsYes},
    denial::{Cause, Denial},
    guard::Lease,
    request::Changed,
    text,
};

/// Where a question stands when it has been put.
pub(super) enum Asked<'b> {
    /// The authority had its answer at hand.
    Replied(Reply),
    /// It needs time.
    Waiting(Contained<Answer<'b>>),
}

/// What an authority said that is not a no.
pub(super) enum Reply {
    Yes(Allow),
    /// A person must say so first.
    Person(Ask),
}

impl<'b> Check<'b> {
    /// Puts the question to the authority. Not `async`: where the answer is at hand, what would have
    /// to travel through the states of nested futures costs more than all checks together.
    pub(super) fn put(self, cx: &mut Context<'_>) -> Result<Asked<'b>, Denial> {
        match self.first(|| self.authority(), cx)? {
            Begun::Ready(decision) => self.sort(decision).map(Asked::Replied),
            Begun::Pending(answer) => Ok(Asked::Waiting(answer)),
        }
    }

    /// What the authority says to this call: for a sub-agent, to each of the chain.
    fn authority(self) -> Answer<'b> {
        if self.request.subject().is_delegated() {
            return delegated::decide(&*self.guard.authority, self.request);
        }
        self.guard.authority.decide(self.request)
    }

    /// Waits for whatever a question still needs.
    pub(super) async fn settle(self, asked: Asked<'b>) -> Result<Allowed, Denial> {
        let (reply, compared) = match asked {
            Asked::Replied(reply) => (reply, None),
            Asked::Waiting(answer) => {
                let (decision, compared) = self.wait(answer).await?;
                (self.sort(decision)?, Some(compared))
            }
        };
        match reply {
            Reply::Yes(allow) => {
                Ok(Allowed { allow, deadline: self.deadline, waited: true, compared })
            }
            // In a box: calls that nobody has to approve should not carry this about.
            Reply::Person(ask) => Box::pin(self.approved(ask)).await,
        }
    }

    /// Asks a person, and then the authority again.
    async fn approved(self, ask: Ask) -> Result<Allowed, Denial> {
        let approval = self.person(&ask).await?;
        // The world may have changed while the person was thinking: ask the authority again. Its
        // question has been answered now, everything else still counts.
        let again = Self { deadline: Deadline::after(self.guard.deadline), ..self };
        let decision = again.answer(|| self.authority()).await?;
        let allow = match self.sort(decision)? {
            // The authority's yes after a person's: a stamp on that one is a stamp on both.
            Reply::Yes(allow) => {
                let mut allow = allow.stamped_as(approval.danger.as_ref());
                allow.approved = approval.approved;
                allow
            }
            // The same question means that nothing but the person's yes was missing; unless the
            // authority wants that yes given to itself.
            Reply::Person(again)
                if again.is_same_question(&ask)
                    && !again.at_authority
                    && !ask.at_authority
                    && (again.may_be_remembered() || !approval.is_remembered()) =>
            {
                let mut allow = approval.stamped_as(again.danger.as_ref());
                // Whoever reads the record sees whose question it was that got a yes.
                allow.grounds.rule = allow.grounds.rule.or(again.grounds.rule);
                allow.grounds.version = allow.grounds.version.or(again.grounds.version);
                allow.grounds.policies = allow.grounds.policies.or(again.grounds.policies);
                allow
            }
            // FAIL CLOSED: another question was not answered by anybody; nor was one that must be put each
            // time, by a yes that was remembered.
            Reply::Person(again) => return Err(self.needs_approval(again)),
        };
        let allow = self.without_masked(allow);
        Ok(Allowed { allow, deadline: again.deadline, waited: true, compared: None })
    }

    /// What an allow rests on goes into the record, and may quote what the authority was shown.
    fn without_masked(self, mut allow: Allow) -> Allow {
        if !self.request.has_masked() {
            return allow;
        }
        allow.rewrite(&|text: &str| self.request.without_masked(text));
        allow
    }

    fn sort(self, decision: Decision) -> Result<Reply, Denial> {
        match decision {
            Decision::Allow(allow) => Ok(Reply::Yes(self.without_masked(allow))),
            Decision::Deny(deny) => {
                Err(Denial::denied(self.request.id(), self.request.name(), deny))
            }
            Decision::Ask(ask) => Ok(Reply::Person(ask)),
        }
    }

    async fn person(self, ask: &Ask) -> Result<Allow, Denial> {
        // People see masks of masked arguments, also where the authority quotes one as it asks.
        let mut told = ask.clone();
        told.rewrite(&|text: &str| self.request.without_masked(text));
        let ask = &told;
        let Some((approver, limit)) = &self.guard.approver else {
            // FAIL CLOSED: nobody to ask is a no.
            return Err(self.needs_approval(ask.clone()));
        };
        if self.request.is_self_check() {
            // FAIL CLOSED: the self check is not a person's business.
            return Err(self.needs_approval(ask.clone()));
        }
        // FAIL CLOSED: a no to one of a kind is not worn down by asking for another of it.
        let (subject, kind) = (self.request.subject(), self.request.kind());
        let by_approver = |panic| self.panicked(panic).by_an_approver();
        let brings_an_answer = contain(|| approver.brings_an_answer()).map_err(by_approver)?;
        let _open = match self.guard.pacer.enter(subject, kind) {
            Ok(place) => Some(place),
            // It was put, and answered, before.
            Err(_) if brings_an_answer => None,
            // FAIL CLOSED: a person who is asked too often does not read any more.
            Err(why) => {
                return Err(Denial::not_asked(
                    self.request.id(),
                    self.request.name(),
                    ask.clone(),
                    why,
                ));
            }
        };
        let asking = Self { deadline: Deadline::after(*limit), ..self };
        let answered = asking.answer(|| approver.approve(self.request.for_people(), ask)).await;
        self.request.set_approver_took(asking.deadline.began().elapsed());
        // Where there is none, it was not the authority that failed.
        match answered.map_err(Denial::by_an_approver)? {
            Decision::Allow(mut allow) => {
                let yes = allow.yes.take();
                let yes = self.answers(yes, ask).map_err(Denial::by_an_approver)?;
                let through = contain(|| approver.name()).map_err(by_approver)?;
                let question = ask.digest();
                let PersonsYes { by, remembered, keep, .. } = *yes;
                let through = text::line(through, text::MAX_NAME).into_owned().into();
                let approved = Approved { question, through, by, remembered, keep };
                allow.approved = Some(Box::new(approved));
                Ok(allow)
            }
            Decision::Deny(deny) => {
                // Who called the whole turn off is asked no more in it, and begins the next one themselves.
                let is_over = contain(|| approver.withdrawn()).map_err(by_approver)?.is_some();
                if !is_over {
                    self.guard.pacer.declined(subject, kind);
                }
                Err(Denial::denied(self.request.id(), self.request.name(), deny))
            }
            // FAIL CLOSED: an approver that asks on has nobody to ask.
            Decision::Ask(ask) => Err(self.needs_approval(ask)),
        }
    }

    /// A yes that is to this call, and to what was asked about it.
    ///
    /// # Denies
    /// Every other.
    fn answers(self, yes: Option<Box<PersonsYes>>, ask: &Ask) -> Result<Box<PersonsYes>, Denial> {
        let asked = Answers { call: self.request.id(), question: ask.digest() };
        let fault = match yes {
            Some(yes) if yes.answers == asked => return Ok(yes),
            // FAIL CLOSED: a person said yes to something else.
            Some(_) => "the approver's yes is to another question",
            // FAIL CLOSED: as likely as not to another question.
            None => {
                "the approver's yes names no call\n\
                 help: a person's yes is `ask.approved(request)`"
            }
        };
        let why = NoDecision::malformed(fault);
        Err(Denial::no_decision(self.request.id(), self.request.name(), why))
    }

    /// One answer, in time, to values that did not change meanwhile.
    ///
    /// Compared also where the answer was at hand: a dialog may hold its thread while another one
    /// changes them under the person's eyes.
    async fn answer(self, ask: impl Fn() -> Answer<'b>) -> Result<Decision, Denial> {
        match poll_fn(|cx| Poll::Ready(self.first(&ask, cx))).await? {
            Begun::Ready(decision) => {
                self.unchanged()?;
                self.in_time(self.deadline)?;
                Ok(decision)
            }
            Begun::Pending(answer) => Ok(self.wait(answer).await?.0),
        }
    }

    /// Asks, and takes the answer if it is at hand.
    fn first(
        self,
        ask: impl FnOnce() -> Answer<'b>,
        cx: &mut Context<'_>,
    ) -> Result<Begun<'b>, Denial> {
        let mut answer = contain(ask).map_err(|panic| self.panicked(panic))?;
        if let Some(answered) = answer.take_ready() {
            self.in_time(self.deadline)?;
            return self.judge(Ok(answered)).map(Begun::Ready);
        }
        let mut answer = Contained::new(answer);
        match self
            .deadline
            .first(&mut answer, cx)
            .map_err(|why| self.expired(self.deadline, why))?
        {
            Poll::Ready(answered) => self.judge(answered).map(Begun::Ready),
            Poll::Pending => Ok(Begun::Pending(answer)),
        }
    }

    /// Waits for an answer that was not at hand. Says when the values were compared.
    async fn wait(self, mut answer: Contained<Answer<'b>>) -> Result<(Decision, Instant), Denial> {
        let waited = self.deadline.wait(&mut answer).await;
        let answered = waited.map_err(|why| self.expired(self.deadline, why))?;
        // Before the first of them is looked at: looking at the next may take long.
        let compared = Instant::now();
        self.unchanged()?;
        // Looking at the values runs code that is not ours.
        self.in_time(self.deadline)?;
        Ok((self.judge(answered)?, compared))
    }

    fn judge(
        self,
        answered: Result<Result<Decision, NoDecision>, Panicked>,
    ) -> Result<Decision, Denial> {
        match answered {
            Ok(Ok(decision)) => Ok(decision),
            // FAIL CLOSED: no decision is a no.
            Ok(Err(why)) => Err(Denial::no_decision(self.request.id(), self.request.name(), why)),
            Err(panic) => Err(self.panicked(panic)),
        }
    }

    /// That the person's yes still stands.
    ///
    /// # Denies
    /// A yes that was taken back.
    pub(super) fn not_withdrawn(self) -> Result<(), Denial> {
        let Some((approver, _)) = &self.guard.approver else {
            // FAIL CLOSED: whoever said yes is not there.
            return Err(self.denied(Cause::NotConfigured, "the approver is gone"));
        };
        match contain(|| approver.withdrawn()) {
            Ok(None) => Ok(()),
            // FAIL CLOSED: a cancel that came before the body wins.
            Ok(Some(deny)) => Err(Denial::denied(self.request.id(), self.request.name(), deny)),
            Err(panic) => Err(self.panicked(panic)),
        }
    }

    /// That the values are still those that were asked about.
    ///
    /// # Denies
    /// Values that tell something else now, or cannot be shown any more.
    pub(super) fn unchanged(self) -> Result<(), Denial> {
        match self.source.is_still(self.request) {
            Ok(()) => Ok(()),
            Err(Changed::Unshowable(why)) => Err(self.not_showable(&why)),
            // FAIL CLOSED: the answer is to a question that is no longer the one asked.
            Err(Changed::Value(name)) => {
                let reason = "the arguments changed while the call was being decided";
                let denial = self.denied(Cause::Malformed, reason);
                Err(match name {
                    Some(name) => denial.with_detail(format!("argument `{name}` is another one")),
                    None => denial.with_detail(
                        "the resource, or what a value is computed from, is another one",
                    ),
                })
            }
        }
    }

    /// That a sub-agent's guard has not outlived what it came from.
    ///
    /// # Denies
    /// One that has.
    pub(super) fn is_lent_still(self) -> Result<(), Denial> {
        if self.guard.leases.iter().all(Lease::holds) {
            return Ok(());
        }
        // FAIL CLOSED: whoever delegated is done, and answers for nothing any more.
        let reason = "the guard that this sub-agent's came from is gone";
        Err(self.denied(Cause::NotConfigured, reason).with_detail(
            "a guard from `delegate` lasts as long as the guard, or the scope, it came from: keep that \
             until the sub-agent is done",
        ))
    }

    /// The time, which is not over.
    ///
    /// # Denies
    /// When it is.
    pub(super) fn in_time(self, deadline: Deadline) -> Result<Instant, Denial> {
        deadline.check().map_err(|why| self.expired(deadline, why))
    }

    pub(super) fn not_showable(self, why: &NotShowable) -> Denial {
        // FAIL CLOSED: what cannot be shown whole is not asked for in part, and not recorded in part.
        Denial::not_showable(self.request.id(), self.request.name(), why)
    }

    pub(super) fn denied(self, cause: Cause, reason: &'static str) -> Denial {
        Denial::new(cause, self.request.id(), self.request.name(), reason)
    }

    fn needs_approval(self, ask: Ask) -> Denial {
        Denial::needs_approval(self.request.id(), self.request.name(), ask)
    }

    fn panicked(self, Panicked(text): Panicked) -> Denial {
        // FAIL CLOSED: a panic is no decision.
        let why = NoDecision::unavailable(format_args!("the authority panicked: {text}"));
        Denial::no_decision(self.request.id(), self.request.name(), why)
    }

    fn expired(self, deadline: Deadline, why: Expired) -> Denial {
        match why {
            Expired::Passed => {
                Denial::timed_out(self.request.id(), self.request.name(), deadline.limit())
            }
            Expired::NoTimer => self
                .denied(Cause::NotConfigured, "no timer to keep the deadline with")
                .with_detail("call guarded executors inside a tokio runtime with time enabled"),
        }
    }
}

/// What the first poll gave.
enum Begun<'b> {
    Ready(Decision),
    Pending(Contained<Answer<'b>>),
}
