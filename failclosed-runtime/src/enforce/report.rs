//! Writing decisions down, and telling those who want to know.

use std::{
    future::{Future, poll_fn},
    pin::Pin,
    task::{Context, Poll, Waker},
    time::{Duration, SystemTime},
};

use super::{Allowed, ask::unchanged};
use crate::{
    audit::{AuditSink, DecisionRecord, NotRecorded, Recording, Verdict},
    contain::{Contained, Panicked, contain, deciding},
    deadline::{Deadline, Expired},
    decision::Allow,
    denial::{Cause, Denial},
    guard::Parts,
    request::{Digest, Request},
};

/// How long the sinks may take over a denial: it stands, recorded or not, and the caller waits.
const DENIAL_RECORD_TIME: Duration = Duration::from_secs(1);

/// Records an allow in every sink, before the body may run.
pub(super) async fn allow(
    guard: &Parts,
    request: &Request<'_>,
    allowed: &Allowed,
) -> Result<(), Denial> {
    let record = record(request, Verdict::Allow(&allowed.allow), allowed.digest);
    let mut waited = false;
    for sink in &guard.sinks {
        waited |= take(&**sink, &record, allowed.deadline).await.map_err(|detail| {
            // FAIL CLOSED: what is not on record does not happen (cause `Unrecorded`).
            Denial::new(
                Cause::Unrecorded,
                request.id,
                request.action,
                "the decision could not be recorded",
            )
            .with_detail(detail)
        })?;
    }
    if let (true, Some(before)) = (waited, allowed.digest) {
        // FAIL CLOSED: the body must find what was allowed and recorded.
        unchanged(request, before)?;
    }
    Ok(())
}

/// Tells whoever traces the program.
pub(super) fn allowed(request: &Request<'_>, allow: &Allow) {
    let rule = allow.grounds.rule.as_deref();
    if let Some(danger) = allow.danger.as_deref() {
        tracing::warn!(
            target: "failclosed", call = %request.id, action = request.action, danger,
            "allowed by a dangerous mode"
        );
    } else {
        tracing::debug!(
            target: "failclosed", call = %request.id, action = request.action,
            agent = request.subject.agent_id(), rule, "allowed"
        );
    }
}

/// Records a denial and tells the observers. Nothing here can undo it.
pub(super) async fn deny(guard: &Parts, request: &Request<'_>, denial: &Denial) {
    trace(request, denial);
    if !guard.sinks.is_empty() {
        let record = record(request, Verdict::Deny(denial), showable_digest(request));
        let deadline = Deadline::after(DENIAL_RECORD_TIME);
        for sink in &guard.sinks {
            if let Err(detail) = take(&**sink, &record, deadline).await {
                unrecorded(request, &detail);
            }
        }
    }
    for observer in &guard.observers {
        if let Err(panicked) = contain(|| observer.denied(request, denial)) {
            tracing::error!(target: "failclosed", panic = panicked.0, "an observer panicked");
        }
    }
}

/// What a sink did with a record: whether it had to be waited for, or an error for the operator.
async fn take(
    sink: &dyn AuditSink,
    record: &DecisionRecord<'_>,
    deadline: Deadline,
) -> Result<bool, String> {
    let recording = deciding(|| sink.decision(record))
        .map_err(|Panicked(text)| format!("the audit sink panicked: {text}"))?;
    let mut recording = Contained::new(recording);
    let expired = |expired| match expired {
        Expired::Passed => "the audit sink did not take the record in time".to_owned(),
        Expired::NoTimer => "no timer to bound the audit sink with".to_owned(),
    };
    let first = poll_fn(|cx| Poll::Ready(deadline.first(&mut recording, cx)));
    match first.await.map_err(expired)? {
        Poll::Ready(taken) => judge(taken).map(|()| false),
        Poll::Pending => {
            let taken = Box::pin(deadline.wait(&mut recording)).await.map_err(expired)?;
            judge(taken).map(|()| true)
        }
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
    request.inspect().and_then(|()| request.digest()).ok()
}

fn trace(request: &Request<'_>, denial: &Denial) {
    tracing::warn!(
        target: "failclosed", call = %request.id, action = request.action,
        agent = request.subject.agent_id(), cause = denial.cause().as_str(),
        rule = denial.rule(), reason = denial.reason(), detail = denial.detail(), "denied"
    );
}

fn unrecorded(request: &Request<'_>, detail: &str) {
    tracing::error!(
        target: "failclosed", call = %request.id, action = request.action, detail,
        "a denial could not be recorded"
    );
}

/// A check under way. Dropped before the decision, it puts `Cancelled` on record.
pub(super) struct Undecided<'a> {
    guard: &'a Parts,
    request: &'a Request<'a>,
    decided: bool,
}

impl<'a> Undecided<'a> {
    pub(super) fn new(guard: &'a Parts, request: &'a Request<'a>) -> Self {
        Self { guard, request, decided: false }
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
        let denial = Denial::new(
            Cause::Cancelled,
            request.id,
            request.action,
            "the caller went away before there was a decision",
        );
        trace(request, &denial);
        let record = record(request, Verdict::Deny(&denial), showable_digest(request));
        for sink in &guard.sinks {
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
    }
}

fn poll_once(recording: Recording<'_>) -> Poll<Result<Result<(), NotRecorded>, Panicked>> {
    let mut recording = Contained::new(recording);
    Pin::new(&mut recording).poll(&mut Context::from_waker(Waker::noop()))
}
