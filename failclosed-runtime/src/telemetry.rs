//! What traces and metrics are told of a call: a span for the decision, one for the body, and what can be
//! counted. All of it goes through `tracing`, so that whoever listens chooses the form. Where nobody does,
//! nothing is allocated and no clock is read.
//!
//! A subscriber is code of others: it is called before the clock is read for the last time, or behind the
//! body, and never between the two. The names are in the guide, and stay.

use std::{
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
    time::Duration,
};

use tracing::{Span, field::Empty};

use crate::{
    audit::Outcome,
    contain::{contain, drop_quietly, inside, is_traced, trace},
    decision::Allow,
    denial::Denial,
    request::Request,
};

/// The kind of those actions whose instances are tools by their names, as hooks and MCP hosts ask for them.
const TOOL: &str = "tool";

/// The span of a decision. Entered whenever others are asked, so that what an authority traces stands
/// below it. Empty where nobody listens.
#[derive(Default)]
pub(crate) struct DecisionSpan(OnceLock<Box<Mutex<Option<Open>>>>);

struct Open {
    /// Shared, because a clone of the span itself would call the subscriber.
    span: Arc<Span>,
    entered: bool,
}

impl DecisionSpan {
    /// Begins it, below whatever span the caller is in.
    pub(crate) fn begin(&self, request: &Request<'_>) {
        // A call from inside of a guard is refused at once, and a span would call who made it.
        if !is_traced() || inside() > 0 {
            return;
        }
        let made = contain(|| {
            tracing::info_span!(
                target: "failclosed",
                "failclosed.decision",
                otel.name = %format_args!("authorize {}", request.kind()),
                failclosed.call = %request.id(),
                failclosed.action = request.action(),
                failclosed.self_check = request.is_self_check(),
                failclosed.delegated_by = request.subject().chain(),
                gen_ai.agent.name = request.subject().agent_id(),
                gen_ai.tool.name = tool(request),
                failclosed.verdict = Empty,
                failclosed.cause = Empty,
                failclosed.rule = Empty,
                failclosed.decision_id = Empty,
                failclosed.approved_through = Empty,
                failclosed.danger = Empty,
            )
        });
        if let Ok(span) = made
            && !span.is_disabled()
        {
            // It begins once: a second one would be dropped where nobody contains it.
            let open = Open { span: Arc::new(span), entered: false };
            self.0.get_or_init(|| Box::new(Mutex::new(Some(open))));
        }
    }

    /// Enters it, until what is returned is dropped or the decision is made.
    pub(crate) fn enter(&self) -> Entered<'_> {
        if let Some(mut slot) = self.slot()
            && let Some(open) = slot.as_mut()
            && !open.entered
        {
            open.entered = true;
            let span = Arc::clone(&open.span);
            drop(slot);
            tell(|| span.with_subscriber(|(id, dispatch)| dispatch.enter(id)));
        }
        Entered(self)
    }

    /// The decision is an allow. Nothing is left open: the body's span stands beside it.
    pub(crate) fn allowed(&self, allow: &Allow) {
        self.end(|span| {
            span.record("failclosed.verdict", "allow");
            span.record("failclosed.rule", allow.grounds.rule.as_deref());
            span.record("failclosed.decision_id", allow.grounds.decision_id.as_deref());
            let through = allow.approved.as_ref().map(|approved| &*approved.through);
            span.record("failclosed.approved_through", through);
            span.record("failclosed.danger", allow.danger.as_deref());
        });
    }

    /// The decision is a denial. That is an answer, and no error of the program: the span's status is left
    /// unset.
    pub(crate) fn denied(&self, denial: &Denial) {
        self.end(|span| {
            span.record("failclosed.verdict", "deny");
            span.record("failclosed.cause", denial.cause().as_str());
            span.record("failclosed.rule", denial.rule());
            span.record("failclosed.decision_id", denial.decision_id());
        });
    }

    fn end(&self, record: impl FnOnce(&Span)) {
        let Some(Open { span, entered }) = self.slot().and_then(|mut slot| slot.take()) else {
            return;
        };
        tell(|| record(&span));
        if entered {
            leave(&span);
        }
        drop_quietly(span);
    }

    /// `None` where nobody listens.
    fn slot(&self) -> Option<MutexGuard<'_, Option<Open>>> {
        // No code of others runs while it is locked, so nothing in it is half done.
        self.0.get().map(|slot| slot.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for DecisionSpan {
    fn drop(&mut self) {
        if let Some(slot) = self.0.take() {
            drop_quietly(slot);
        }
    }
}

/// The thread is in the span of a decision.
#[must_use = "the span is left where this is dropped"]
pub(crate) struct Entered<'s>(&'s DecisionSpan);

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        if let Some(mut slot) = self.0.slot()
            && let Some(open) = slot.as_mut()
            && open.entered
        {
            open.entered = false;
            let span = Arc::clone(&open.span);
            drop(slot);
            leave(&span);
        }
    }
}

fn leave(span: &Span) {
    tell(|| span.with_subscriber(|(id, dispatch)| dispatch.exit(id)));
}

/// Hands something to the subscriber of a span, whose panic is its own.
fn tell<T>(f: impl FnOnce() -> T) {
    let _told = contain(f);
}

/// The span of a body, from the permit to the end. It is not entered: that would take another future around
/// each guarded body. Empty where nobody listens.
#[derive(Default)]
pub(crate) struct BodySpan(Option<Box<Watched>>);

struct Watched {
    span: Span,
    kind: &'static str,
}

impl BodySpan {
    /// Begins it, below whatever span the caller is in.
    pub(crate) fn begin(request: &Request<'_>) -> Self {
        if !is_traced() {
            return Self::default();
        }
        let made = contain(|| {
            let tool = tool(request);
            let operation = tool.map(|_| "execute_tool");
            let span = tracing::info_span!(
                target: "failclosed",
                "failclosed.body",
                otel.name = %format_args!(
                    "{} {}", operation.unwrap_or("execute"), tool.unwrap_or(request.kind())
                ),
                failclosed.call = %request.id(),
                failclosed.action = request.action(),
                gen_ai.operation.name = operation,
                gen_ai.agent.name = request.subject().agent_id(),
                gen_ai.tool.name = tool,
                failclosed.outcome = Empty,
                failclosed.cause = Empty,
                "error.type" = Empty,
                otel.status_code = Empty,
            );
            let counted = tracing::enabled!(target: "failclosed::metrics", tracing::Level::TRACE);
            (counted || !span.is_disabled())
                .then(|| Box::new(Watched { span, kind: request.kind() }))
        });
        Self(made.ok().flatten())
    }

    /// Whether anybody is told how long the body took.
    pub(crate) fn is_watched(&self) -> bool {
        self.0.is_some()
    }

    /// The permit was withheld in the last moment: there was no body.
    pub(crate) fn withheld(self, denial: &Denial) {
        if let Some(Watched { span, .. }) = self.0.as_deref() {
            tell(|| {
                span.record("failclosed.outcome", "withheld");
                span.record("failclosed.cause", denial.cause().as_str());
            });
        }
    }

    /// The body ended. The span does with the call, which is next.
    pub(crate) fn ended(&self, outcome: Outcome, elapsed: Duration) {
        let Some(Watched { span, kind }) = self.0.as_deref() else { return };
        tell(|| {
            span.record("failclosed.outcome", outcome.as_str());
            if matches!(outcome, Outcome::Failed | Outcome::Panicked) {
                span.record("error.type", outcome.as_str());
                span.record("otel.status_code", "ERROR");
            }
        });
        trace(|| {
            tracing::event!(
                target: "failclosed::metrics", tracing::Level::TRACE,
                monotonic_counter.failclosed.bodies = 1_u64,
                histogram.failclosed.body.duration = elapsed.as_secs_f64(),
                failclosed.action.kind = kind,
                failclosed.outcome = outcome.as_str(),
            );
        });
    }
}

impl Drop for BodySpan {
    fn drop(&mut self) {
        if let Some(watched) = self.0.take() {
            drop_quietly(watched);
        }
    }
}

/// Counts a decision: of an action's kind and not of its instance, because the series of a metric must not
/// grow with what is asked for.
pub(crate) fn count_decision(request: &Request<'_>, denial: Option<&Denial>) {
    trace(|| {
        tracing::event!(
            target: "failclosed::metrics", tracing::Level::TRACE,
            monotonic_counter.failclosed.decisions = 1_u64,
            histogram.failclosed.decision.duration = request.origin().began.elapsed().as_secs_f64(),
            failclosed.action.kind = request.kind(),
            failclosed.verdict = if denial.is_none() { "allow" } else { "deny" },
            failclosed.cause = denial.map(|denial| denial.cause().as_str()),
            failclosed.self_check = request.is_self_check(),
        );
    });
}

/// Counts a denial that stands, and that a log did not take.
pub(crate) fn count_unrecorded() {
    trace(|| {
        tracing::event!(
            target: "failclosed::metrics", tracing::Level::TRACE,
            monotonic_counter.failclosed.records.lost = 1_u64,
            failclosed.record = "decision"
        );
    });
}

/// The tool that is called, where the action is one of tools.
fn tool<'r>(request: &'r Request<'_>) -> Option<&'r str> {
    (request.kind() == TOOL).then(|| request.instance()).flatten()
}
