//! How a writer is set up.

use super::{QUEUE_LENGTH, Writer};
use crate::audit::{Store, StoreError, origin::Origin};

/// How a [`Writer`] is set up.
///
/// ```
/// # use failclosed_runtime::audit::{Store, StoreError, Writer, WriterOptions};
/// # fn open(store: impl Store) -> Result<Writer, StoreError> {
/// WriterOptions::default()
///     .program(concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION")))
///     .open(store)
/// # }
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct WriterOptions {
    queue: usize,
    program: Option<String>,
}

impl Default for WriterOptions {
    fn default() -> Self {
        Self { queue: QUEUE_LENGTH, program: None }
    }
}

impl WriterOptions {
    /// How many decisions, and as many outcomes, wait for the store at most. [`QUEUE_LENGTH`] unless
    /// set; at least 1.
    pub fn queue(mut self, length: usize) -> Self {
        self.queue = length.max(1);
        self
    }

    /// What records call the program: best its name and version. The name of its file unless set.
    pub fn program(mut self, name: impl Into<String>) -> Self {
        self.program = Some(name.into());
        self
    }

    /// Starts writing to `store`.
    ///
    /// # Errors
    /// As [`Writer::open`].
    pub fn open(self, store: impl Store) -> Result<Writer, StoreError> {
        let by = Origin::new(self.program.as_deref(), store.unsynced());
        Writer::start(store, by, self.queue)
    }
}
