//! Audit sinks at fault.

use std::{future::pending, sync::Mutex, thread, time::Duration};

use failclosed::audit::{AuditSink, DecisionRecord, NotRecorded, OutcomeRecord, Recording};

/// A closure as a sink that ignores what it is given.
pub struct Sink<F>(pub F);

impl<F: Fn() -> Recording<'static> + Send + Sync> AuditSink for Sink<F> {
    fn decision(&self, _: &DecisionRecord<'_>) -> Recording<'_> {
        (self.0)()
    }

    fn outcome(&self, _: &OutcomeRecord<'_>) {}
}

pub fn taken() -> Recording<'static> {
    Recording::ready(Ok(()))
}

pub fn refuses() -> Recording<'static> {
    Recording::ready(Err(NotRecorded::new("no space left on device")))
}

pub fn panics() -> Recording<'static> {
    panic!("boom in the log")
}

pub fn panics_later() -> Recording<'static> {
    Recording::pending(async {
        tokio::task::yield_now().await;
        panic!("boom in the log, later")
    })
}

pub fn hangs() -> Recording<'static> {
    Recording::pending(pending())
}

pub fn slower_than(delay: Duration) -> Recording<'static> {
    Recording::pending(async move {
        tokio::time::sleep(delay).await;
        Ok(())
    })
}

pub fn blocks_for(delay: Duration) -> Recording<'static> {
    Recording::pending(async move {
        thread::sleep(delay);
        Ok(())
    })
}

/// A log whose lock was poisoned by a thread that panicked.
pub struct Poisoned(Mutex<()>);

impl Poisoned {
    pub fn new() -> Self {
        let lock = Mutex::new(());
        thread::scope(|scope| {
            let poisoning = || {
                let _held = lock.lock().unwrap();
                panic!("while the log was locked");
            };
            scope.spawn(poisoning).join().unwrap_err();
        });
        Self(lock)
    }
}

impl Default for Poisoned {
    fn default() -> Self {
        Self::new()
    }
}

impl AuditSink for Poisoned {
    fn decision(&self, _: &DecisionRecord<'_>) -> Recording<'_> {
        let locked = self.0.lock().map(drop);
        Recording::ready(locked.map_err(|_| NotRecorded::new("the log's lock is poisoned")))
    }

    fn outcome(&self, _: &OutcomeRecord<'_>) {}
}
