//! Drivers that are asynchronous, under stores that block.

use std::{fmt, future::Future, thread, time::Duration};

use tokio::{
    runtime::{Builder, Handle, Runtime},
    time::timeout,
};

use super::StoreError;

/// A runtime of a store's own, for a driver that is asynchronous. It works on the thread that calls the
/// store, or on one that it starts where that thread has a runtime already.
///
/// What it waits for ends in time: a server that hangs fails the append, and does not hold the log's thread
/// for ever.
pub struct Blocking {
    /// There until this is dropped.
    runtime: Option<Runtime>,
    patience: Duration,
}

impl Blocking {
    /// Nothing that is waited for takes longer than `patience`.
    ///
    /// # Errors
    /// A runtime that cannot be made.
    pub fn new(patience: Duration) -> Result<Self, StoreError> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        Ok(Self { runtime: Some(runtime), patience })
    }

    /// Waits for `work`. It is dropped where it takes too long: whoever gave it has to take what it used
    /// for broken.
    ///
    /// # Errors
    /// Its own, and that it took too long.
    pub fn wait<T: Send>(
        &self,
        what: &str,
        work: impl Future<Output = Result<T, StoreError>> + Send,
    ) -> Result<T, StoreError> {
        let Some(runtime) = &self.runtime else {
            // FAIL CLOSED: nothing was done.
            return Err(StoreError::new("the store has no runtime"));
        };
        #[allow(
            clippy::disallowed_methods,
            reason = "who is late here is denied by the guard's own deadline, which is looked at afterwards"
        )]
        let within = async {
            match timeout(self.patience, work).await {
                Ok(done) => done,
                // FAIL CLOSED: whether it was done is not known.
                Err(_) => Err(StoreError::new(format_args!(
                    "{what} took longer than {:?}",
                    self.patience
                ))),
            }
        };
        if Handle::try_current().is_err() {
            return runtime.block_on(within);
        }
        // A runtime cannot be started in another one's task, and this is where most programs open a log.
        thread::scope(|scope| scope.spawn(|| runtime.block_on(within)).join()).unwrap_or_else(
            |_| {
                // FAIL CLOSED: it did not come to its end.
                Err(StoreError::new(format_args!("{what} panicked")))
            },
        )
    }
}

impl Drop for Blocking {
    fn drop(&mut self) {
        // Waits for nothing: in another runtime's task that would panic.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl fmt::Debug for Blocking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Blocking").field("patience", &self.patience).finish()
    }
}
