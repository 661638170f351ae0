//! The guard of the running task, for executors that have no `self` to ask.
//!
//! Two ways exist and they never mix silently: a scope is one task's guard, an installed guard is
//! the whole process's. Once any task has had a scope, a task without one is denied: it may be a
//! `tokio::spawn` that lost its scope, and must not fall back to a broader identity.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    sync::{
        LazyLock, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
};

use tokio::task;

use super::Guard;
use crate::error::ConfigError;

tokio::task_local! {
    static SCOPE: Scope;
}

/// A guard, and the task that was given it: a `LocalSet` that is polled inside a scope runs other
/// tasks there, and they are not that agent.
struct Scope {
    guard: Guard,
    task: Option<task::Id>,
}

static INSTALLED: OnceLock<Guard> = OnceLock::new();
static SCOPED: AtomicBool = AtomicBool::new(false);

static NONE: LazyLock<Guard> = LazyLock::new(|| {
    Guard::unconfigured(
        "no guard: run the task inside `guard.scope(..)`, or call `guard.install()` at start-up",
    )
});
static SCOPE_LOST: LazyLock<Guard> = LazyLock::new(|| {
    Guard::unconfigured(
        "this task has no guard while others are scoped: wrap the spawned future in \
         `Guard::current().scope(..)`",
    )
});

/// The guard that asks for a free function.
pub(crate) fn current() -> Guard {
    let scoped =
        SCOPE.try_with(|scope| (scope.task == task::try_id()).then(|| scope.guard.clone()));
    match scoped {
        Ok(Some(guard)) => return guard,
        // FAIL CLOSED: somebody else's scope.
        Ok(None) => return SCOPE_LOST.clone(),
        Err(_) => {}
    }
    if SCOPED.load(Ordering::Acquire) {
        // FAIL CLOSED: the scope was lost, or never opened; the installed guard is not its heir.
        return SCOPE_LOST.clone();
    }
    // FAIL CLOSED: no guard at all denies.
    INSTALLED.get().unwrap_or(&NONE).clone()
}

impl Guard {
    /// The guard of the running task: its scope, else the installed one, else one that denies.
    /// Hand it on to a task that is spawned: `tokio::spawn(Guard::current().scope(work()))`.
    pub fn current() -> Self {
        current()
    }

    /// Runs a future with this as the current guard: one agent per task.
    ///
    /// A task spawned inside does not inherit it, and is denied until it is given a scope of its own.
    /// A future acts for the task that polls it: one that is shared between agents acts for whoever
    /// comes first.
    pub fn scope<F: Future>(&self, future: F) -> impl Future<Output = F::Output> + use<F> {
        SCOPED.store(true, Ordering::Release);
        let guard = self.clone();
        async move {
            let mut future = pin!(future);
            poll_fn(move |cx| guard.within(|| future.as_mut().poll(cx))).await
        }
    }

    /// Runs a closure with this as the current guard.
    pub(crate) fn within<T>(&self, f: impl FnOnce() -> T) -> T {
        SCOPED.store(true, Ordering::Release);
        SCOPE.sync_scope(Scope { guard: self.clone(), task: task::try_id() }, f)
    }

    /// Makes this the guard of the whole process: for programs that are one agent.
    ///
    /// # Errors
    /// [`ConfigError::AlreadyInstalled`]: there is one already, or tasks have scopes of their own.
    pub fn install(self) -> Result<(), ConfigError> {
        if SCOPED.load(Ordering::Acquire) {
            return Err(ConfigError::AlreadyInstalled { fault: "tasks have guards of their own" });
        }
        INSTALLED
            .set(self)
            .map_err(|_| ConfigError::AlreadyInstalled { fault: "there is a guard already" })
    }
}
