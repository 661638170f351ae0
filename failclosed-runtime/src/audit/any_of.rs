//! One log in several stores, of which one at least must take each record.
//!
//! The chain never forks: what was offered to the members stays a part of it until each of them is known not to
//! have it. So a member that comes back has a part of the same log, and gets the rest.

use std::{
    fmt,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use tracing::{Dispatch, dispatcher, subscriber::NoSubscriber};

use self::{shared::Shared, state::Members, worker::Worker};
use super::{Chain, End, Line, Store, StoreError};
use crate::{
    contain::{Panicked, contain},
    decision::Policies,
};

mod opened;
mod settled;
mod shared;
pub(super) mod state;
mod tail;
mod told;
mod worker;

/// How long the members are waited for, unless [`AnyOf::patience`] says otherwise.
const PATIENCE: Duration = Duration::from_secs(5);

/// The same log in both stores; [`and`](AnyOf::and) adds more. See [`AnyOf`] for what that is worth.
pub fn any_of(first: impl Store, second: impl Store) -> AnyOf {
    let log =
        AnyOf { stores: Vec::new(), shared: Arc::default(), patience: PATIENCE, unsynced: None };
    log.and(first).and(second)
}

/// One log, kept whole in each of several stores, which goes on as long as one of them takes its records.
///
/// A record counts as soon as **one** member has it; no call waits for the others. Each member has a thread of
/// its own. One that fails, hangs or lags is given what it lacks when it is back, in order: from memory where
/// little is missing, else read from a member that has it. Where every member fails, or none answers within the
/// [patience](Self::patience), calls are denied. It cannot be empty.
///
/// What is given up for that: while one member alone has the last records, they are lost with it. Guards that must
/// not lose them have several *sinks*, each of which must take a record. Within one process the log is never
/// continued without a record that counted. After a start with fewer members than before, nobody can tell: take no
/// member out of the program that the others are behind.
///
/// At the start every member has to say where it ends, because the longest may be the one that does not. Shorter ones
/// are filled. One that has another record at the same number is refused.
///
/// Signed stores may be members: each signs what it has itself. Give a witness to one of them alone.
pub struct AnyOf {
    /// There until the log is opened.
    stores: Vec<Box<dyn Store>>,
    shared: Arc<Shared>,
    patience: Duration,
    unsynced: Option<String>,
}

impl AnyOf {
    /// One more store of the same log.
    pub fn and(mut self, store: impl Store) -> Self {
        // FAIL CLOSED: it may be the only one that has a record.
        if let Some(why) = store.unsynced() {
            let why = format!("store {}: {why}", self.stores.len() + 1);
            self.unsynced = Some(match self.unsynced.take() {
                Some(others) => format!("{others}; {why}"),
                None => why,
            });
        }
        self.stores.push(Box::new(store));
        self.shared.change(|state| state.members.push(Default::default()));
        self
    }

    /// How long the members are waited for, where none has taken a record or, when the log is closed, where one that
    /// is behind takes nothing. 5 s unless set. A guard's own deadline may deny its call before.
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// How the members are. Keep this: a [`Writer`](super::Writer) takes the log itself.
    pub fn members(&self) -> Members {
        Members(Arc::clone(&self.shared))
    }

    fn start(&self, index: usize, store: Box<dyn Store>, at: Chain) -> Result<(), StoreError> {
        let (shared, patience) = (Arc::clone(&self.shared), self.patience);
        // What the thread tells goes where its opener's does; or where a subscriber will be that comes later.
        let tracer = dispatcher::get_default(Dispatch::clone);
        let work = move || {
            let worker = Worker::new(index, store, Arc::clone(&shared), patience, at);
            // Its store is dropped with it, before it is said that it is closed.
            let closed = contain(|| worker.run()).unwrap_or_else(|Panicked(text)| {
                // FAIL CLOSED: after a panic of the store, it takes nothing any more.
                let why = StoreError::new(format_args!("the store panicked: {text}"));
                shared.out(index, &why);
                Err(why)
            });
            shared.change(|state| state.closed(index, closed));
        };
        let thread = thread::Builder::new().name(format!("failclosed-audit-{}", index + 1));
        thread.spawn(move || match tracer.is::<NoSubscriber>() {
            true => work(),
            false => dispatcher::with_default(&tracer, work),
        })?;
        Ok(())
    }

    /// Waits for what the members make of what was offered.
    fn settled(&self) -> Result<(), StoreError> {
        let settled = self.shared.wait(self.patience, |state| state.settle());
        settled.unwrap_or_else(|| {
            // FAIL CLOSED: that some member may take it later is not that one has it.
            let why = self.shared.change(|state| state.faults());
            Err(StoreError::new(format_args!(
                "no store took the record within {:?}: {why}",
                self.patience
            )))
        })
    }
}

impl Store for AnyOf {
    fn end(&mut self) -> Result<End, StoreError> {
        let (end, chains) = opened::compare(&mut self.stores)?;
        self.shared.change(|state| state.begin(&end, &chains));
        let stores = std::mem::take(&mut self.stores).into_iter();
        for (index, (store, at)) in stores.zip(chains).enumerate() {
            self.start(index, store, at)?;
        }
        Ok(end)
    }

    fn append(&mut self, lines: &[Line]) -> Result<(), StoreError> {
        if lines.is_empty() {
            return Ok(());
        }
        let late = self.shared.change(|state| {
            state.offer(lines)?;
            Ok::<_, StoreError>(state.late(self.patience))
        })?;
        late.into_iter().for_each(told::News::tell);
        self.settled()
    }

    fn unsynced(&self) -> Option<&str> {
        self.unsynced.as_deref()
    }

    fn keep_policies(&mut self, policies: &Policies) -> Result<(), StoreError> {
        self.shared.change(|state| state.offer_policies(policies));
        let kept = self.shared.wait(self.patience, |state| state.settle_policies(policies));
        kept.unwrap_or_else(|| {
            // FAIL CLOSED: records would name what nobody can look at.
            let why = self.shared.change(|state| state.faults());
            Err(StoreError::new(format_args!(
                "no store kept the policies within {:?}: {why}",
                self.patience
            )))
        })
    }

    fn policies(&mut self, digest: &str) -> Result<Option<Policies>, StoreError> {
        for member in self.shared.sources(0) {
            if let Some(found) = self.shared.ask_policies(member, digest, self.patience)? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    fn resume(&mut self) -> Result<Option<End>, StoreError> {
        if self.shared.change(|state| state.again()) {
            let settled = self.settled();
            // Where each member is known not to have it, the log ends where it did.
            if self.shared.change(|state| state.is_pending()) {
                // FAIL CLOSED: one may have it, and what is written in its place would be another log.
                settled?;
            }
        }
        Ok(Some(self.shared.change(|state| state.end())))
    }

    fn read(&mut self, from: u64, limit: usize) -> Result<Vec<Line>, StoreError> {
        let mut why = None;
        for member in self.shared.sources(from) {
            match self.shared.ask_lines(member, from, limit, self.patience) {
                Ok(lines) => return Ok(lines),
                Err(error) => why = Some(error),
            }
        }
        let end = self.shared.look(|state| state.end().next);
        match why {
            None if end <= from && self.stores.is_empty() => Ok(Vec::new()),
            // FAIL CLOSED: nothing is not what there is.
            why => Err(why.unwrap_or_else(|| {
                StoreError::new(format_args!("no store gives record {from} of the audit log"))
            })),
        }
    }

    fn close(&mut self) -> Result<(), StoreError> {
        if !self.stores.is_empty() {
            // It was not opened: nobody else has them.
            return self.stores.iter_mut().try_for_each(|store| store.close());
        }
        self.shared.change(|state| state.again());
        let mut seen = None;
        loop {
            // As long as one that is behind gets on.
            let whole = self.shared.wait(self.patience, |state| state.filled(&seen));
            match whole {
                Some(Some(places)) => seen = Some(places),
                Some(None) | None => break,
            }
        }
        self.shared.change(|state| state.ending = true);
        let began = Instant::now();
        let _late = self.shared.wait(self.patience, |state| state.are_closed().then_some(()));
        self.shared.change(|state| state.missing(began.elapsed()))
    }
}

impl Drop for AnyOf {
    fn drop(&mut self) {
        self.shared.change(|state| state.ending = true);
    }
}

impl fmt::Debug for AnyOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AnyOf").field("members", &self.members().state()).finish()
    }
}
