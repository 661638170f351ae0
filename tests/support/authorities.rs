//! Authorities and approvers at fault.

use std::{
    future::{Future, IntoFuture as _, pending},
    panic::panic_any,
    pin::Pin,
    task::{Context, Poll, Waker},
    thread,
    time::Duration,
};

use failclosed::{
    Authority, Decision, NoDecision, Request, approval::Approver, authority::Answer, decision::Ask,
};

/// A closure as an approver or authority: most faults are one expression.
pub struct Says<F>(pub F);

impl<F: Fn() -> Answer<'static> + Send + Sync> Authority for Says<F> {
    fn decide<'a>(&'a self, _: &'a Request<'a>) -> Answer<'a> {
        (self.0)()
    }
}

impl<F: Fn() -> Answer<'static> + Send + Sync> Approver for Says<F> {
    fn approve<'a>(&'a self, request: &'a Request<'a>, ask: &'a Ask) -> Answer<'a> {
        person((self.0)(), request, ask)
    }
}

/// The answer of somebody who was asked about this call: a yes is a yes to it.
pub fn person<'a>(said: Answer<'static>, request: &'a Request<'a>, ask: &'a Ask) -> Answer<'a> {
    let said_to = |said| match said {
        Ok(Decision::Allow(allow)) => match allow.grounds().rule.clone() {
            Some(rule) => Ok(ask.approved(request).rule(rule)),
            None => Ok(ask.approved(request)),
        },
        no => no,
    };
    let mut said = Box::pin(said.into_future());
    // What is at hand stays at hand.
    match said.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(at_once) => Answer::ready(said_to(at_once)),
        Poll::Pending => Answer::pending(async move {
            // Whoever waits for it sees that it was not there.
            tokio::task::yield_now().await;
            said_to(said.await)
        }),
    }
}

/// Yes, at once.
pub fn allow() -> Answer<'static> {
    Decision::allow().into()
}

/// No, at once.
pub fn deny() -> Answer<'static> {
    Decision::deny("over the limit").into()
}

/// A person must approve.
pub fn ask() -> Answer<'static> {
    Decision::ask("really buy it?").into()
}

/// The authority fails.
pub fn error() -> Answer<'static> {
    NoDecision::unavailable("connection refused").into()
}

/// The authority panics while it is asked.
pub fn panics() -> Answer<'static> {
    panic!("boom")
}

/// The authority never answers.
pub fn hangs() -> Answer<'static> {
    Answer::pending(pending())
}

/// An allow after some time on tokio's clock.
pub fn allow_after(delay: Duration) -> Answer<'static> {
    Answer::pending(async move {
        tokio::time::sleep(delay).await;
        Ok(Decision::allow())
    })
}

/// An allow after some time in which the thread is blocked.
pub fn allow_after_blocking(delay: Duration) -> Answer<'static> {
    Answer::pending(async move {
        thread::sleep(delay);
        Ok(Decision::allow())
    })
}

/// An answer whose future panics when it is dropped, whatever it answered.
pub struct PanicsInDrop {
    pub answers: bool,
    /// With a payload whose own `Drop` panics.
    pub twice: bool,
}

impl Future for PanicsInDrop {
    type Output = Result<Decision, NoDecision>;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        if self.answers { Poll::Ready(Ok(Decision::allow())) } else { Poll::Pending }
    }
}

impl Drop for PanicsInDrop {
    fn drop(&mut self) {
        if self.twice {
            panic_any(Payload);
        }
        panic!("boom in drop");
    }
}

/// A panic payload that panics when it is dropped.
pub struct Payload;

impl Drop for Payload {
    fn drop(&mut self) {
        panic!("boom in the payload");
    }
}
