//! Writing decisions down, and telling those who want to know.

use std::{
    future::{Future, poll_fn},
    pin::Pin,
    task::{Context, Poll, Waker},
    time::{Duration, SystemTime},
};

use super::{Allowed, Check};
use crate::{
    audit::{AuditSink, DecisionRecord, NotRecorded, Recording, Verdict},
    contain::{self, Contained, Panicked, contain, inside},
    deadline::{Deadline, Expired},
    decision::Allow,
    denial::{Cause, Denial},
    request::{Note, Request},
    telemetry::{self, BodySpan},
};

/// How long the sinks may take over a denial: it stands, recorded or not, and the caller waits.
const DENIAL_RECORD_TIME: Duration = Duration::from_secs(1);

/// How far the record of an allow has got.
pub(super) enum Recorded<'b> {
    /// Every sink has taken it.
    InAll,
    /// A sink needs time; the ones from `next` on have not been asked.
    Waiting { recording: Contained<Recording<'b>>, next: usize },
}

impl<'b> Check<'b> {
    /// Records an allow in every sink from `next` on, before the body may run.
    pub(super) fn record_allow(
        self,
        allowed: &Allowed,
        next: usize,
    ) -> Result<Recorded<'b>, Denial> {
        for (index, sink) in self.guard.sinks().iter().enumerate().skip(next) {
            let record = record(self.request, Verdict::Allow(&allowed.allow));
            let put = put(&**sink, &record, allowed.deadline);
            if let Some(recording) = put.map_err(|detail| self.withheld(detail))? {
                return Ok(Recorded::Waiting { recording, next: index + 1 });
            }
        }
        Ok(Recorded::InAll)
    }

    fn withheld(self, detail: String) -> Denial {
        // FAIL CLOSED: what is not on record does not happen (cause `Unrecorded`).
        self.denied(Cause::Unrecorded, "the decision could not be recorded").with_detail(detail)
    }

    /// Tells whoever traces the program. The decision's span ends here and the body's begins, because
    /// nothing that they run may come behind the last look at the clock.
    pub(super) fn trace_allowed(self, allow: &Allow) -> BodySpan {
        let request = self.request;
        contain::trace(|| {
            let delegated_by = request.subject().chain();
            match allow.danger.as_deref() {
                Some(danger) => tracing::warn!(
                    target: "failclosed", call = %request.id(), action = request.action(),
                    delegated_by, danger, "allowed by a dangerous mode"
                ),
                None => tracing::debug!(
                    target: "failclosed", call = %request.id(), action = request.action(),
                    agent = request.subject().agent_id(), delegated_by,
                    rule = allow.grounds.rule.as_deref(), "allowed"
                ),
            }
        });
        telemetry::count_decision(request, None);
        self.span.allowed(allow);
        BodySpan::begin(request)
    }

    /// Records a denial and tells the observers. Nothing here can undo it: should the caller leave
    /// meanwhile, every sink has been asked already.
    pub(super) async fn record_deny(self, denial: &Denial, unfinished: &mut Unfinished<'_>) {
        trace_denied(self.request, denial);
        unfinished.denial = Some(denial.clone());
        let sinks = self.sinks();
        if !sinks.is_empty() {
            let record = record(self.request, Verdict::Deny(denial));
            let deadline = Deadline::after(DENIAL_RECORD_TIME);
            // Side by side: one that hangs takes nothing from the others, and the caller waits once.
            let mut waiting: Vec<_> = sinks
                .iter()
                .filter_map(|sink| match put(&**sink, &record, deadline) {
                    Ok(recording) => recording,
                    Err(detail) => {
                        unrecorded(self.request, &detail);
                        None
                    }
                })
                .collect();
            unfinished.is_recorded = true;
            if !waiting.is_empty() {
                taken_by_all(&mut waiting, deadline, self.request).await;
            }
        }
        unfinished.decided = true;
        self.observe(denial);
        self.span.denied(denial);
    }

    /// The sinks that a denial is recorded in.
    fn sinks(self) -> &'b [std::sync::Arc<dyn AuditSink>] {
        // What a sink does for the record of a refused call is refused too, and that refusal is only
        // traced: a record must not recurse.
        if inside() > 1 { &[] } else { self.guard.sinks() }
    }

    fn observe(self, denial: &Denial) {
        if inside() > 1 {
            return;
        }
        for observer in &self.guard.observers {
            if let Err(panicked) = contain(|| observer.denied(self.request.for_people(), denial)) {
                contain::trace(|| {
                    tracing::error!(
                        target: "failclosed", panic = panicked.0, "an observer panicked"
                    );
                });
            }
        }
    }
}

impl<'b> Recorded<'b> {
    /// Waits until every sink has taken it.
    pub(super) async fn everywhere(
        mut self,
        check: Check<'b>,
        mut allowed: Allowed,
    ) -> Result<Allowed, Denial> {
        while let Self::Waiting { recording, next } = self {
            // FAIL CLOSED: the body must find what was allowed and recorded.
            (allowed.waited, allowed.compared) = (true, None);
            let taken = taken(recording, allowed.deadline).await;
            taken.map_err(|detail| check.withheld(detail))?;
            self = check.record_allow(&allowed, next)?;
        }
        Ok(allowed)
    }
}

/// Waits for all of them, and for no longer than the deadline.
async fn taken_by_all(
    waiting: &mut Vec<Contained<Recording<'_>>>,
    deadline: Deadline,
    request: &Request<'_>,
) {
    let mut all = poll_fn(|cx| {
        waiting.retain_mut(|recording| match Pin::new(recording).poll(cx) {
            Poll::Pending => true,
            Poll::Ready(taken) => {
                if let Err(detail) = judge(taken) {
                    unrecorded(request, &detail);
                }
                false
            }
        });
        if waiting.is_empty() { Poll::Ready(()) } else { Poll::Pending }
    });
    if let Err(expired) = deadline.wait(&mut all).await {
        unrecorded(request, &late(expired));
    }
}

/// Gives a record to a sink. What is left to wait for, or an error for the operator.
fn put<'b>(
    sink: &'b dyn AuditSink,
    record: &DecisionRecord<'_>,
    deadline: Deadline,
) -> Result<Option<Contained<Recording<'b>>>, String> {
    let mut recording = contain(|| sink.decision(record))
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

fn record<'a>(request: &'a Request<'a>, verdict: Verdict<'a>) -> DecisionRecord<'a> {
    DecisionRecord {
        request: request.for_people(),
        verdict,
        at: SystemTime::now(),
        approver_took: request.approver_took(),
    }
}

fn trace_denied(request: &Request<'_>, denial: &Denial) {
    let delegated_by = request.subject().chain();
    contain::trace(|| {
        tracing::warn!(
            target: "failclosed", call = %request.id(), action = request.action(),
            agent = request.subject().agent_id(), delegated_by, cause = denial.cause().as_str(),
            rule = denial.rule(), reason = denial.reason(), detail = denial.detail(), "denied"
        );
    });
    telemetry::count_decision(request, Some(denial));
}

fn unrecorded(request: &Request<'_>, detail: &str) {
    request.note(|| Note::NotRecorded(detail.to_owned()));
    contain::trace(|| {
        tracing::error!(
            target: "failclosed", call = %request.id(), action = request.action(), detail,
            "a denial could not be recorded"
        );
    });
    telemetry::count_unrecorded();
}

/// A check under way. Dropped before it has ended, it records what is known by then: that the call
/// was cancelled or, if there is a denial already, that denial.
pub(super) struct Unfinished<'b> {
    check: Check<'b>,
    denial: Option<Denial>,
    /// Whether the sinks were given that denial.
    is_recorded: bool,
    decided: bool,
}

impl<'b> Unfinished<'b> {
    pub(super) fn new(check: Check<'b>) -> Self {
        Self { check, denial: None, is_recorded: false, decided: false }
    }

    pub(super) fn decided(mut self) {
        self.decided = true;
    }
}

impl Drop for Unfinished<'_> {
    fn drop(&mut self) {
        if self.decided {
            return;
        }
        let check = self.check;
        let _entered = check.span.enter();
        let known = self.denial.take();
        let denial = known.clone().unwrap_or_else(|| {
            check.denied(Cause::Cancelled, "the caller went away before there was a decision")
        });
        if known.is_none() {
            trace_denied(check.request, &denial);
        }
        if !self.is_recorded {
            let record = record(check.request, Verdict::Deny(&denial));
            for sink in check.sinks() {
                // Nobody will poll again, so a sink gets one chance; most only hand the record on.
                let taken = contain(|| sink.decision(&record)).map(poll_once);
                let result = match taken {
                    Ok(Poll::Ready(taken)) => judge(taken),
                    Ok(Poll::Pending) => Err("the audit sink was not ready for it".into()),
                    Err(Panicked(text)) => Err(format!("the audit sink panicked: {text}")),
                };
                if let Err(detail) = result {
                    unrecorded(check.request, &detail);
                }
            }
        }
        if known.is_some() {
            check.observe(&denial);
        }
        check.span.denied(&denial);
    }
}

fn poll_once(recording: Recording<'_>) -> Poll<Result<Result<(), NotRecorded>, Panicked>> {
    let mut recording = Contained::new(recording);
    Pin::new(&mut recording).poll(&mut Context::from_waker(Waker::noop()))
}
