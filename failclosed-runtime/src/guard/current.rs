//! The guard of the running task, for executors that have no `self` to ask.
//!
//! Two ways exist and they never mix silently: a scope is one task's guard, an installed guard is
//! the whole process's. Once any task has had a scope, a task without one is denied: it may be a
//! `tokio::spawn` that lost its scope, and must not fall back to a broader identity.

use std::{
    future::{Future, poll_fn},
    pin::{Pin, pin},
    sync::{
        LazyLock, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
};

use tokio::task;

use super::{Guard, Lease, Life, Parts};
use crate::error::ConfigError;

tokio::task_local! {
    static SCOPE: Scope;
}

/// A guard, and the task that was given it: a `LocalSet` that is polled inside a scope runs other
/// tasks there, and they are not that agent.
struct Scope {
    guard: Guard,
    task: Option<task::Id>,
    /// What delegates of the guard last as long as.
    lease: Lease,
}

static INSTALLED: OnceLock<Guard> = OnceLock::new();
static SCOPED: AtomicBool = AtomicBool::new(false);

static NONE: LazyLock<Guard> = LazyLock::new(|| {
    Guard::unconfigured(
        "no guard: run the task inside `guard.scope(..)`, or call `guard.install()` at start-up",
    )
    .lend()
});
static SCOPE_LOST: LazyLock<Guard> = LazyLock::new(|| {
    Guard::unconfigured(
        "this task has no guard while others are scoped: wrap the spawned future in \
         `Guard::current().scope(..)`",
    )
    .lend()
});

/// The guard that asks for a free function. Lent, whoever calls this.
pub(crate) fn current() -> Guard {
    found(|scope| scope.guard.clone()).unwrap_or_else(Guard::clone)
}

/// What is wanted of the running task's scope; without one, the guard that stands in its place.
fn found<T>(wanted: impl FnOnce(&Scope) -> T) -> Result<T, &'static Guard> {
    let scoped = SCOPE.try_with(|scope| (scope.task == task::try_id()).then(|| wanted(scope)));
    match scoped {
        Ok(Some(found)) => return Ok(found),
        // FAIL CLOSED: somebody else's scope.
        Ok(None) => return Err(&SCOPE_LOST),
        Err(_) => {}
    }
    if SCOPED.load(Ordering::Acquire) {
        // FAIL CLOSED: the scope was lost, or never opened; the installed guard is not its heir.
        return Err(&SCOPE_LOST);
    }
    // FAIL CLOSED: no guard at all denies.
    Err(INSTALLED.get().unwrap_or(&NONE))
}

/// A future that was given a guard and has not run yet. What it holds is dropped under that guard
/// too: code that runs in a `Drop` must not ask as whoever drops it.
struct Unpolled<F> {
    guard: Guard,
    future: Option<F>,
}

impl<F> Drop for Unpolled<F> {
    fn drop(&mut self) {
        if let Some(future) = self.future.take() {
            self.guard.lent_to(|| drop(future));
        }
    }
}

/// The same once it runs. It is dropped where it stands, done or cancelled.
struct Polled<'a, F> {
    guard: Guard,
    /// The scope itself: what is delegated in it ends with it.
    life: Life,
    future: Pin<&'a mut Option<F>>,
}

impl<F: Future> Polled<'_, F> {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<F::Output> {
        match self.future.as_mut().as_pin_mut() {
            Some(future) => self.guard.within_life(&self.life, || future.poll(cx)),
            // FAIL CLOSED: there is nothing left to run; it never ends, and nothing is allowed.
            None => Poll::Pending,
        }
    }
}

impl<F> Drop for Polled<'_, F> {
    fn drop(&mut self) {
        let Self { guard, life, future } = self;
        guard.within_life(life, || future.set(None));
    }
}

impl Guard {
    /// The guard of the running task: its scope, else the installed one, else one that denies.
    /// Hand it on to a task that is spawned: `tokio::spawn(Guard::current().scope(work()))`.
    ///
    /// It is lent: it asks as it is, and can be given neither another subject nor another approver. What
    /// it may do is [`delegate`](Self::delegate) to a sub-agent, until the scope ends.
    pub fn current() -> Self {
        let scoped = found(|scope| (scope.guard.clone(), scope.lease.clone()));
        let (guard, lease) = scoped.unwrap_or_else(|guard| (guard.clone(), guard.0.life.lease()));
        let life = Life::of(lease);
        Parts { lent: true, life, ..Parts::clone(&guard.0) }.guard()
    }

    /// The same, for code that may use it and not change it.
    pub(crate) fn lend(&self) -> Self {
        if self.0.lent {
            return self.clone();
        }
        Parts { lent: true, ..Parts::clone(&self.0) }.guard()
    }

    /// Runs a future with this as the current guard: one agent per task.
    ///
    /// A task spawned inside does not inherit it, and is denied until it is given a scope of its own.
    /// What the future holds is dropped under the guard as well. A future that is never polled changes
    /// nothing for anybody else.
    /// A future acts for the task that polls it: one that is shared between agents acts for whoever
    /// comes first.
    pub fn scope<F: Future>(&self, future: F) -> impl Future<Output = F::Output> + use<F> {
        let mut unpolled = Unpolled { guard: self.lend(), future: Some(future) };
        async move {
            let guard = unpolled.guard.clone();
            let (life, future) = (Life::new(), pin!(unpolled.future.take()));
            let mut polled = Polled { guard, life, future };
            poll_fn(move |cx| polled.poll(cx)).await
        }
    }

    /// Runs a closure with this as the current guard.
    #[cfg(feature = "tower")]
    pub(crate) fn within<T>(&self, f: impl FnOnce() -> T) -> T {
        self.within_life(&self.0.life, f)
    }

    fn within_life<T>(&self, life: &Life, f: impl FnOnce() -> T) -> T {
        SCOPED.store(true, Ordering::Release);
        self.lend().enter(life, f)
    }

    /// The same where nothing has run under the guard yet: it does not mark the process as scoped.
    fn lent_to<T>(&self, f: impl FnOnce() -> T) -> T {
        self.enter(&self.0.life, f)
    }

    fn enter<T>(&self, life: &Life, f: impl FnOnce() -> T) -> T {
        let scope = Scope { guard: self.clone(), task: task::try_id(), lease: life.lease() };
        SCOPE.sync_scope(scope, f)
    }

    /// Makes this the guard of the whole process: for programs that are one agent.
    ///
    /// # Errors
    /// [`ConfigError::AlreadyInstalled`]: there is one already, or tasks have scopes of their own.
    /// [`ConfigError::Lent`], for a guard from [`Guard::current`].
    pub fn install(self) -> Result<(), ConfigError> {
        // FAIL CLOSED: one task's guard is not everybody's, also before that task has run.
        self.own()?;
        if SCOPED.load(Ordering::Acquire) {
            return Err(ConfigError::AlreadyInstalled { fault: "tasks have guards of their own" });
        }
        INSTALLED
            .set(self.lend())
            .map_err(|_| ConfigError::AlreadyInstalled { fault: "there is a guard already" })
    }
}
