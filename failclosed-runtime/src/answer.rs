//! What authorities and logs answer with: a value that is at hand, or one that takes time.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use crate::decision::{Decision, NoDecision};

/// A result, now or later. At hand it costs no allocation, and no foreign code is left to run.
pub(crate) enum Soon<'a, T, E> {
    Ready(Option<Result<T, E>>),
    Pending(Pin<Box<dyn Future<Output = Result<T, E>> + Send + 'a>>),
}

impl<'a, T, E> Soon<'a, T, E> {
    pub(crate) fn ready(result: Result<T, E>) -> Self {
        Self::Ready(Some(result))
    }

    pub(crate) fn pending(result: impl Future<Output = Result<T, E>> + Send + 'a) -> Self {
        Self::Pending(Box::pin(result))
    }
}

impl<T, E> Soon<'_, T, E> {
    /// The result, if it is at hand.
    pub(crate) fn take_ready(&mut self) -> Option<Result<T, E>> {
        match self {
            Self::Ready(result) => result.take(),
            Self::Pending(_) => None,
        }
    }

    /// `spent` is the error of whoever polls again what was taken already.
    pub(crate) fn poll(
        &mut self,
        cx: &mut Context<'_>,
        spent: impl FnOnce() -> E,
    ) -> Poll<Result<T, E>> {
        match self {
            // FAIL CLOSED: a result is given once; polled again there is none.
            Self::Ready(result) => Poll::Ready(result.take().unwrap_or_else(|| Err(spent()))),
            Self::Pending(future) => future.as_mut().poll(cx),
        }
    }

    /// Its state, for `Debug`: what is in it may be a secret.
    pub(crate) fn state(&self) -> &'static str {
        match self {
            Self::Ready(_) => "ready",
            Self::Pending(_) => "pending",
        }
    }
}

/// A decision, now or later.
#[must_use = "an answer decides nothing until the guard has awaited it"]
pub struct Answer<'a>(Soon<'a, Decision, NoDecision>);

impl<'a> Answer<'a> {
    /// An answer that is at hand.
    pub fn ready(decision: Result<Decision, NoDecision>) -> Self {
        Self(Soon::ready(decision))
    }

    /// An answer that takes time.
    pub fn pending(
        decision: impl Future<Output = Result<Decision, NoDecision>> + Send + 'a,
    ) -> Self {
        Self(Soon::pending(decision))
    }
}

impl Answer<'_> {
    /// The answer, if it is at hand: then there is no code of the authority's left to run.
    pub(crate) fn take_ready(&mut self) -> Option<Result<Decision, NoDecision>> {
        self.0.take_ready()
    }
}

impl From<Decision> for Answer<'_> {
    fn from(decision: Decision) -> Self {
        Self::ready(Ok(decision))
    }
}

impl From<NoDecision> for Answer<'_> {
    fn from(why: NoDecision) -> Self {
        Self::ready(Err(why))
    }
}

impl Future for Answer<'_> {
    type Output = Result<Decision, NoDecision>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.poll(cx, || NoDecision::unavailable("an answer was awaited a second time"))
    }
}

impl fmt::Debug for Answer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Answer({})", self.0.state())
    }
}
