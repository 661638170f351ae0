//! Code that is not ours (authorities, approvers, sinks, observers, arguments) is called from here. Its
//! panics end here, in the same task: hosts keep task-locals there, so nothing may be moved to another
//! one. And a guarded call that it makes itself is refused: see [`inside`].

use std::{
    any::Any,
    cell::Cell,
    future::Future,
    mem,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    task::{Context, Poll},
};

use tracing::level_filters::LevelFilter;

/// A panic that was caught, as text.
#[derive(Debug)]
pub(crate) struct Panicked(pub(crate) String);

/// Calls code that is not ours; a panic becomes an error. While it runs, the thread is
/// [`inside`].
pub(crate) fn contain<T>(f: impl FnOnce() -> T) -> Result<T, Panicked> {
    struct Reset(u8);
    impl Drop for Reset {
        fn drop(&mut self) {
            INSIDE.set(self.0);
        }
    }
    let _reset = Reset(INSIDE.replace(INSIDE.get().saturating_add(1)));
    caught(f)
}

/// As [`contain`], for a part of what is contained already: to tell whose panic it was.
pub(crate) fn caught<T>(f: impl FnOnce() -> T) -> Result<T, Panicked> {
    catch_unwind(AssertUnwindSafe(f)).map_err(describe)
}

/// Emits events. A subscriber is not our code either: its panic must not undo what is being told,
/// and nobody is left to be told of it. A call that a subscriber makes is refused, and that is told; a call
/// that it makes when it is told so is not told any more: it would be told without end.
pub(crate) fn trace(emit: impl FnOnce()) {
    struct Reset(u8);
    impl Drop for Reset {
        fn drop(&mut self) {
            TELLING.set(self.0);
        }
    }
    let telling = TELLING.get();
    if is_traced() && telling < MOST_TELLING {
        let _reset = Reset(TELLING.replace(telling + 1));
        let _contained = contain(emit);
    }
}

/// Whether anybody in this program listens to `tracing` at all: one load, where each event would be
/// contained before it finds out.
pub(crate) fn is_traced() -> bool {
    LevelFilter::current() != LevelFilter::OFF
}

/// Drops a value whose `Drop` may panic, where nobody waits for its answer any more.
pub(crate) fn drop_quietly<T>(value: T) {
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
    static INSIDE: Cell<u8> = const { Cell::new(0) };
    /// How many events this thread is in the middle of.
    static TELLING: Cell<u8> = const { Cell::new(0) };
}

/// An event, and one of a call that is made because of it.
const MOST_TELLING: u8 = 2;

/// How deep this thread is inside code that a guard called: an authority's, an approver's, a sink's, an
/// observer's, a subscriber's, or an argument's own. A guarded call from there is refused: it would call
/// the same code again, without end. Two is code that was called for the record of such a refusal.
pub(crate) fn inside() -> u8 {
    INSIDE.get()
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
        let ended = match contain(|| Pin::new(future).poll(cx)) {
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
