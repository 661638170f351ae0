//! A call that was allowed, until it ends: lends the permit, records the outcome.

use std::{
    fmt,
    marker::PhantomData,
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant, SystemTime},
};

use crate::{
    action::{Action, Exactly},
    audit::{Outcome, OutcomeRecord},
    contain::{contain, trace},
    domain::{Global, Within},
    guard::Parts,
    id::CallId,
    name::ActionName,
    permit::{IsDomainOf, Permit},
    request::Request,
    telemetry::BodySpan,
};

/// One allowed call. Made by [`enter`](crate::enforce::enter) alone.
///
/// Dropped without [`conclude`](Self::conclude), it records that the body was abandoned or
/// panicked.
#[must_use = "the call ends where this is dropped"]
pub struct Call<'a, A: ?Sized, D = Global> {
    action: &'a A,
    exactly: Exactly<A>,
    within: Within<D>,
    open: Open<'a>,
}

struct Open<'a> {
    guard: &'a Parts,
    id: CallId,
    name: ActionName,
    since: Instant,
    /// When the question was put.
    began: Instant,
    concluded: AtomicBool,
    span: BodySpan,
}

impl<'a, A: ?Sized, D> Call<'a, A, D> {
    pub(crate) fn open(
        guard: &'a Parts,
        request: &Request<'_>,
        action: &'a A,
        span: BodySpan,
        since: Instant,
    ) -> Self {
        let (id, name, began) = (request.id(), request.name().clone(), request.origin().began);
        let open = Open { guard, id, name, since, began, concluded: AtomicBool::new(false), span };
        Self { action, exactly: PhantomData, within: PhantomData, open }
    }

    /// The body returned.
    pub fn conclude(&self, failed: bool) {
        self.open.end(if failed { Outcome::Failed } else { Outcome::Completed });
    }

    /// Lends a permit for as long as this call is borrowed. `action` is the one that was asked about: a
    /// guarded method's is asked about without its type, and knows it again here.
    pub(crate) fn permit_for<'c, B: Action>(&'c self, action: &'c B) -> Permit<'c, B, D> {
        Permit::lend(action)
    }
}

impl<A: Action, D> Call<'_, A, D> {
    /// Lends the permit, for as long as this call is borrowed.
    pub fn permit(&self) -> Permit<'_, A, D> {
        self.permit_for(self.action)
    }
}

/// What a function with `#[permit]` is lent in a call about this action: a permit for it and no other. A
/// trait, so that the compiler can say what it means where the parameter says another. No other crate can
/// name it.
#[diagnostic::on_unimplemented(
    message = "the question is about `{Self}`, and `{P}` is no permit for that",
    label = "what is lent here is a `Permit<'_, {Self}>`",
    note = "help: write `#[permit] permit: Permit<'_, {Self}>`, or in the attribute the action that the permit is for"
)]
pub trait LentAs<'c, P, D = Global>: Sized {
    /// Lends it.
    fn lend(call: &'c Call<'_, Self, D>) -> P;
}

impl<'c, A: Action, D, E: IsDomainOf<D>> LentAs<'c, Permit<'c, A, E>, D> for A {
    fn lend(call: &'c Call<'_, A, D>) -> Permit<'c, A, E> {
        E::same(call.permit())
    }
}

impl Open<'_> {
    fn end(&self, outcome: Outcome) {
        // Not a `swap`: only the call's own task ends it, and the bus lock would cost 6 ns.
        if !self.concluded.load(Ordering::Relaxed) {
            self.concluded.store(true, Ordering::Relaxed);
            let is_timed = !self.guard.sinks().is_empty() || self.span.is_watched();
            // Read where a record or a trace tells how long the body took.
            let elapsed = if is_timed { self.since.elapsed() } else { Duration::ZERO };
            self.record(outcome, elapsed);
            trace(|| {
                tracing::debug!(
                    target: "failclosed", call = %self.id, action = self.name.as_str(),
                    outcome = outcome.as_str(), "ended"
                );
            });
            self.span.ended(outcome, elapsed);
        }
    }

    fn record(&self, outcome: Outcome, elapsed: Duration) {
        let sinks = self.guard.sinks();
        if sinks.is_empty() {
            return;
        }
        let record = OutcomeRecord {
            call: self.id,
            action: self.name.as_str(),
            outcome,
            until_permit: self.since.saturating_duration_since(self.began),
            elapsed,
            at: SystemTime::now(),
        };
        for sink in sinks {
            if let Err(panicked) = contain(|| sink.outcome(&record)) {
                trace(|| {
                    tracing::error!(
                        target: "failclosed", call = %self.id, panic = panicked.0,
                        "an outcome could not be recorded"
                    );
                });
            }
        }
    }
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.end(if std::thread::panicking() { Outcome::Panicked } else { Outcome::Abandoned });
    }
}

impl<A: ?Sized, D> fmt::Debug for Call<'_, A, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Call({}, `{}`)", self.open.id, self.open.name)
    }
}
