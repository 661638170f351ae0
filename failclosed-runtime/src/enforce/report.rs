//! Writing decisions down, and telling those who want to know.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll, Waker},
    time::{Duration, SystemTime},
};

use super::{Allowed, ask::unchanged};
use crate::{
    audit::{AuditSink, DecisionRecord, NotRecorded, Recording, Verdict},
    contain::{self, Contained, Panicked, contain, deciding},
    deadline::{Deadline, Expired},
    decision::Allow,
    denial::{Cause, Denial},
    guard::Parts,
    request::{Digest, Request},
};

/// How long the sinks may take over a denial: it stands, recorded or not, and the caller waits.
const DENIAL_RECORD_TIME: Duration = Duration::from_secs(1);

/// How far the record of an allow has got.
pub(super) enum Recorded<'b> {
    /// Every sink has taken it.
    InAll(Allow),
    /// A sink needs time; the ones from `next` on have not been asked.
    Waiting { allowed: Allowed, recording: Contained<Recording<'b>>, next: usize },
}

/// Records an allow in every sink from `next` on, before the body may run.
pub(super) fn allow<'b>(
    guard: &'b Parts,
    request: &Request<'_>,
    allowed: Allowed,
    next: usize,
) -> Result<Recorded<'b>, Denial> {
    for (index, sink) in guard.sinks.iter().enumerate().skip(next) {
        let record = record(request, Verdict::Allow(&allowed.allow), allowed.shown.digest);
        let put = put(&**sink, &record, allowed.deadline);
        if let Some(recording) = put.map_err(|detail| withheld(request, detail))? {
            return Ok(Recorded::Waiting { allowed, recording, next: index + 1 });
        }
    }
    Ok(Recorded::InAll(allowed.allow))
}

impl<'b> Recorded<'b> {
    /// Waits until every sink has taken it.
    pub(super) async fn everywhere(
        mut self,
        guard: &'b Parts,
        request: &Request<'_>,
    ) -> Result<Allow, Denial> {
        loop {
            match self {
                Self::InAll(allow) => return Ok(allow),
                Self::Waiting { allowed, recording, next } => {
                    let taken = taken(recording, allowed.deadline).await;
                    taken.map_err(|detail| withheld(request, detail))?;
                    // FAIL CLOSED: the body must find what was allowed and recorded.
                    unchanged(request, allowed.shown)?;
                    self = allow(guard, request, allowed, next)?;
                }
            }
        }
    }
}

fn withheld(request: &Request<'_>, detail: String) -> Denial {
    // FAIL CLOSED: what is not on record does not happen (cause `Unrecorded`).
    Denial::new(Cause::Unrecorded, request.id, request.action, "the decision could not be recorded")
        .with_detail(detail)
}

/// Tells whoever traces the program.
pub(super) fn allowed(request: &Request<'_>, allow: &Allow) {
    let rule = allow.grounds.rule.as_deref();
    contain::trace(|| match allow.danger.as_deref() {
        Some(danger) => tracing::warn!(
            target: "failclosed", call = %request.id, action = request.action, danger,
            "allowed by a dangerous mode"
        ),
        None => tracing::debug!(
            target: "failclosed", call = %request.id, action = request.action,
            agent = request.subject.agent_id(), rule, "allowed"
        ),
    });
}

/// Records a denial and tells the observers. Nothing here can undo it: should the caller leave
/// meanwhile, `undecided` records it in the sinks that have not been asked.
pub(super) async fn deny(
    guard: &Parts,
    request: &Request<'_>,
    denial: &Denial,
    undecided: &mut Undecided<'_>,
) {
    trace(request, denial);
    undecided.denial = Some(denial.clone());
    if !guard.sinks.is_empty() {
        let record = record(request, Verdict::Deny(denial), showable_digest(request));
        for sink in &guard.sinks {
            undecided.asked += 1;
            // Each has its own time: one that hangs does not eat the next one's.
            let deadline = Deadline::after(DENIAL_RECORD_TIME);
            let recorded = match put(&**sink, &record, deadline) {
                Ok(Some(recording)) => taken(recording, deadline).await,
                Ok(None) => Ok(()),
                Err(detail) => Err(detail),
            };
            if let Err(detail) = recorded {
                unrecorded(request, &detail);
            }
        }
    }
    undecided.decided = true;
    observe(guard, request, denial);
}

fn observe(guard: &Parts, request: &Request<'_>, denial: &Denial) {
    for observer in &guard.observers {
        if let Err(panicked) = contain(|| observer.denied(request, denial)) {
            contain::trace(|| {
                tracing::error!(target: "failclosed", panic = panicked.0, "an observer panicked");
            });
        }
    }
}

/// Gives a record to a sink. What is left to wait for, or an error for the operator.
fn put<'b>(
    sink: &'b dyn AuditSink,
    record: &DecisionRecord<'_>,
    deadline: Deadline,
) -> Result<Option<Contained<Recording<'b>>>, String> {
    let mut recording = deciding(|| sink.decision(record))
        .map_err(|Panicked(text)| format!("the audit sink panicked: {text}"))?;
    match recording.take_ready() {
        Some(taken) => {
            deadline.check().map_err(late)?;
            judge(Ok(taken)).map(|()| None)
        }
        None => Ok(Some(Contained::new(recording))),
    }
}

/// Waits for a sink.
async fn taken(mut recording: Contained<Recording<'_>>, deadline: Deadline) -> Result<(), String> {
    judge(deadline.wait(&mut recording).await.map_err(late)?)
}

fn late(expired: Expired) -> String {
    match expired {
        Expired::Passed => "the audit sink did not take the record in time".to_owned(),
        Expired::NoTimer => "no timer to bound the audit sink with".to_owned(),
    }
}

fn judge(taken: Result<Result<(), NotRecorded>, Panicked>) -> Result<(), String> {
    match taken {
        Ok(Ok(())) => Ok(()),
        Ok(Err(NotRecorded(detail))) => Err(detail),
        Err(Panicked(text)) => Err(format!("the audit sink panicked: {text}")),
    }
}

fn record<'a>(
    request: &'a Request<'a>,
    verdict: Verdict<'a>,
    digest: Option<Digest>,
) -> DecisionRecord<'a> {
    DecisionRecord { request, verdict, digest, at: SystemTime::now() }
}

/// The digest of a denied request, unless its arguments are what cannot be shown.
fn showable_digest(request: &Request<'_>) -> Option<Digest> {
    request.inspect().and_then(|_| request.digest()).ok()
}

fn trace(request: &Request<'_>, denial: &Denial) {
    contain::trace(|| {
        tracing::warn!(
            target: "failclosed", call = %request.id, action = request.action,
            agent = request.subject.agent_id(), cause = denial.cause().as_str(),
            rule = denial.rule(), reason = denial.reason(), detail = denial.detail(), "denied"
        );
    });
}

fn unrecorded(request: &Request<'_>, detail: &str) {
    contain::trace(|| {
        tracing::error!(
            target: "failclosed", call = %request.id, action = request.action, detail,
            "a denial could not be recorded"
        );
    });
}

/// A check under way. Dropped before it has ended, it records what is known by then: that the call
/// was cancelled or, if there is a denial already, that denial.
pub(super) struct Undecided<'a> {
    guard: &'a Parts,
    request: &'a Request<'a>,
    denial: Option<Denial>,
    /// How many sinks were given that denial.
    asked: usize,
    decided: bool,
}

impl<'a> Undecided<'a> {
    pub(super) fn new(guard: &'a Parts, request: &'a Request<'a>) -> Self {
        Self { guard, request, denial: None, asked: 0, decided: false }
    }

    pub(super) fn decided(mut self) {
        self.decided = true;
    }
}

impl Drop for Undecided<'_> {
    fn drop(&mut self) {
        if self.decided {
            return;
        }
        let Self { guard, request, .. } = self;
        let known = self.denial.take();
        let denial = known.clone().unwrap_or_else(|| {
            let reason = "the caller went away before there was a decision";
            Denial::new(Cause::Cancelled, request.id, request.action, reason)
        });
        if known.is_none() {
            trace(request, &denial);
        }
        let record = record(request, Verdict::Deny(&denial), showable_digest(request));
        for sink in guard.sinks.iter().skip(self.asked) {
            // Nobody will poll again, so a sink gets one chance; most only hand the record on.
            let taken = deciding(|| sink.decision(&record)).map(poll_once);
            let result = match taken {
                Ok(Poll::Ready(taken)) => judge(taken),
                Ok(Poll::Pending) => Err("the audit sink was not ready for it".into()),
                Err(Panicked(text)) => Err(format!("the audit sink panicked: {text}")),
            };
            if let Err(detail) = result {
                unrecorded(request, &detail);
            }
        }
        if known.is_some() {
            observe(guard, request, &denial);
        }
    }
}

fn poll_once(recording: Recording<'_>) -> Poll<Result<Result<(), NotRecorded>, Panicked>> {
    let mut recording = Contained::new(recording);
    Pin::new(&mut recording).poll(&mut Context::from_waker(Waker::noop()))
}
