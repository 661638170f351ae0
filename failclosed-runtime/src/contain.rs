//! Panics of code that is not ours (authorities, approvers, sinks, observers) end here, in the same
//! task: hosts keep task-locals there, so nothing may be moved to another one.

use std::{
    any::Any,
    cell::Cell,
    future::Future,
    mem,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    task::{Context, Poll},
};

/// A panic that was caught, as text.
#[derive(Debug)]
pub(crate) struct Panicked(pub(crate) String);

/// Calls `f`; a panic becomes an error.
pub(crate) fn contain<T>(f: impl FnOnce() -> T) -> Result<T, Panicked> {
    catch_unwind(AssertUnwindSafe(f)).map_err(describe)
}

/// Emits events. A subscriber is not our code either: its panic must not undo what is being told,
/// and nobody is left to be told of it.
pub(crate) fn trace(emit: impl FnOnce()) {
    let _contained = contain(emit);
}

/// Drops a value whose `Drop` may panic, where nobody waits for its answer any more.
fn drop_quietly<T>(value: T) {
    if let Err(panicked) = contain(move || drop(value)) {
        trace(|| {
            tracing::error!(target: "failclosed", panic = panicked.0, "panic while dropping");
        });
    }
}

fn describe(payload: Box<dyn Any + Send>) -> Panicked {
    let text = if let Some(text) = payload.downcast_ref::<&str>() {
        (*text).to_owned()
    } else if let Some(text) = payload.downcast_ref::<String>() {
        text.clone()
    } else {
        "a panic without a message".to_owned()
    };
    // The payload is a value like any other, and its own `Drop` may panic too.
    if let Err(second) = catch_unwind(AssertUnwindSafe(move || drop(payload))) {
        mem::forget(second);
    }
    Panicked(text)
}

thread_local! {
    static DECIDING: Cell<bool> = const { Cell::new(false) };
}

/// Whether this thread is inside an authority's or approver's own code.
pub(crate) fn is_deciding() -> bool {
    DECIDING.get()
}

/// Marks the thread while an authority's code runs, so that a guarded executor called from there is
/// refused and not asked about by the same authority, without end.
pub(crate) fn deciding<T>(f: impl FnOnce() -> T) -> Result<T, Panicked> {
    struct Reset(bool);
    impl Drop for Reset {
        fn drop(&mut self) {
            DECIDING.set(self.0);
        }
    }
    let _reset = Reset(DECIDING.replace(true));
    contain(f)
}

/// A future whose panics, while polled and while dropped, are errors.
pub(crate) struct Contained<F>(Option<F>);

impl<F: Future + Unpin> Contained<F> {
    pub(crate) fn new(future: F) -> Self {
        Self(Some(future))
    }
}

impl<F: Future + Unpin> Future for Contained<F> {
    type Output = Result<F::Output, Panicked>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Some(future) = self.0.as_mut() else {
            // FAIL CLOSED: polled after it was done; there is no second answer.
            return Poll::Ready(Err(Panicked("polled after completion".into())));
        };
        let ended = match deciding(|| Pin::new(future).poll(cx)) {
            Ok(Poll::Pending) => return Poll::Pending,
            Ok(Poll::Ready(output)) => Ok(output),
            Err(panicked) => Err(panicked),
        };
        // FAIL CLOSED: a future that panics while it is dropped did not end well, whatever it
        // answered. The first panic is the one that is reported.
        let dropped = contain(|| drop(self.0.take()));
        Poll::Ready(ended.and_then(|output| dropped.map(|()| output)))
    }
}

impl<F> Drop for Contained<F> {
    fn drop(&mut self) {
        if let Some(future) = self.0.take() {
            drop_quietly(future);
        }
    }
}
