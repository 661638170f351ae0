//! One queue before any store: group commit, back pressure, and an end.

use std::{fmt, future::poll_fn, io, sync::Arc, task::Poll, thread};

use self::{
    commit::Committer,
    queue::{Queue, Ticket},
};
use super::{
    AuditSink, DecisionRecord, NotRecorded, OutcomeRecord, Recording, Store, StoreError,
    line::Draft, origin::Origin,
};

mod commit;
mod credentials;
mod gather;
mod options;
mod queue;

pub use options::WriterOptions;

/// How many records wait for a store, unless the writer says otherwise.
pub const QUEUE_LENGTH: usize = 4_096;

/// Writes the records of any number of guards to one [`Store`]. Clones are the same writer.
///
/// The store has a thread of its own, which writes all that waits in one append: callers that come
/// while the disk is busy share the next write. No runtime is needed for it.
///
/// # Denies
/// As *unrecorded*, at the guard's deadline, where the queue is full or the store hangs; at once,
/// where the store fails, or the writer was [closed](Self::close).
#[derive(Clone)]
pub struct Writer(Arc<Handle>);

/// What the clones share. The thread holds only the queue, so that it ends with the last of them.
struct Handle(Arc<Queue>);

impl Writer {
    /// Starts writing to `store`.
    ///
    /// # Errors
    /// A store whose end cannot be found: a log that fails must fail at the start.
    pub fn open(store: impl Store) -> Result<Self, StoreError> {
        WriterOptions::default().open(store)
    }

    fn start(mut store: impl Store, by: Origin, length: usize) -> Result<Self, StoreError> {
        let end = store.end()?;
        let queue = Arc::new(Queue::new(length));
        let committer = Committer::new(store, by, end, Arc::clone(&queue));
        thread::Builder::new()
            .name("failclosed-audit".into())
            .spawn(move || committer.run())
            .map_err(|error: io::Error| StoreError::new(error))?;
        Ok(Self(Arc::new(Handle(queue))))
    }

    /// Writes what waits, and closes the store. Afterwards every guard that has this writer denies,
    /// and outcomes are lost: let the bodies end first.
    ///
    /// # Errors
    /// What could not be brought to an end. Not for a second call, which only waits.
    pub async fn close(&self) -> Result<(), StoreError> {
        let queue = &self.0.0;
        queue.close();
        poll_fn(|cx| queue.poll_closed(cx)).await
    }

    /// How many outcomes could not be written so far. Each loss is put on record as soon as the
    /// store takes records again.
    pub fn lost_outcomes(&self) -> u64 {
        self.0.0.lost()
    }

    /// How many records wait for the store at this moment, beside those that it is writing. A number to
    /// ask for and not one that is told: a store that hangs tells nobody anything.
    pub fn waiting(&self) -> usize {
        self.0.0.waiting()
    }
}

impl AuditSink for Writer {
    fn decision(&self, record: &DecisionRecord<'_>) -> Recording<'_> {
        let draft = match Draft::decision(record) {
            Ok(draft) => draft,
            Err(why) => return Recording::ready(Err(why)),
        };
        // Into the queue now, if there is room: a caller that goes away does not poll again.
        let mut waiting = match self.0.0.put(draft) {
            Ok(ticket) => Waiting::ForStore(ticket),
            Err(queue::Refused::Full(draft)) => Waiting::ForRoom(Some(draft)),
            Err(queue::Refused::Closed) => return Recording::ready(Err(closed())),
        };
        Recording::pending(poll_fn(move |cx| {
            loop {
                match &mut waiting {
                    Waiting::ForStore(ticket) => return ticket.poll(cx),
                    Waiting::ForRoom(draft) => {
                        let Some(held) = draft.take() else {
                            // FAIL CLOSED: polled again after it was refused.
                            return Poll::Ready(Err(closed()));
                        };
                        match self.0.0.put_or_wait(held, cx) {
                            Ok(ticket) => waiting = Waiting::ForStore(ticket),
                            Err(queue::Refused::Full(held)) => {
                                *draft = Some(held);
                                return Poll::Pending;
                            }
                            Err(queue::Refused::Closed) => return Poll::Ready(Err(closed())),
                        }
                    }
                }
            }
        }))
    }

    fn outcome(&self, record: &OutcomeRecord<'_>) {
        match Draft::outcome(record) {
            Ok(draft) => self.0.0.put_outcome(draft),
            Err(_) => self.0.0.lose(1),
        }
    }
}

enum Waiting {
    ForRoom(Option<Draft>),
    ForStore(Ticket),
}

fn closed() -> NotRecorded {
    // FAIL CLOSED: nothing is recorded after the end.
    NotRecorded::new("the audit log is closed")
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.0.close();
    }
}

impl fmt::Debug for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writer").field("lost_outcomes", &self.lost_outcomes()).finish()
    }
}
