//! What is done with closed segments, on a thread of its own: an append never waits for it.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, Sender, channel},
    },
    thread::{self, JoinHandle},
};

use super::{
    packed::pack,
    segment::{is_packed, segments},
};
use crate::{audit::StoreError, contain};

/// Compresses segments before the one that is written. When this is dropped, it finishes what it is at,
/// and leaves the rest for the next time.
#[derive(Debug, Default)]
pub(super) struct Packer {
    /// There once there was something to do.
    work: Option<Work>,
}

#[derive(Debug)]
struct Work {
    orders: Sender<u64>,
    thread: JoinHandle<()>,
    closing: Arc<AtomicBool>,
}

impl Packer {
    /// Compresses what comes before the segment that begins with this record.
    pub(super) fn pack(&mut self, directory: &Path, open: u64) {
        let sent = match &self.work {
            Some(work) => work.orders.send(open).map_err(StoreError::new),
            None => Work::start(directory.to_owned(), open).map(|work| self.work = Some(work)),
        };
        if let Err(why) = sent {
            tell(&why);
        }
    }
}

impl Work {
    fn start(directory: PathBuf, open: u64) -> Result<Self, StoreError> {
        let (orders, taken) = channel();
        let closing = Arc::new(AtomicBool::new(false));
        let until = Arc::clone(&closing);
        let thread = thread::Builder::new().name("failclosed-pack".into());
        let thread = thread.spawn(move || work(&directory, &taken, &until))?;
        orders.send(open).map_err(StoreError::new)?;
        Ok(Self { orders, thread, closing })
    }
}

impl Drop for Packer {
    fn drop(&mut self) {
        let Some(Work { orders, thread, closing }) = self.work.take() else { return };
        closing.store(true, Ordering::Relaxed);
        drop(orders);
        // Before the lock is given back: two would write one file.
        if thread.join().is_err() {
            tell(&StoreError::new("its thread panicked"));
        }
    }
}

fn work(directory: &Path, orders: &Receiver<u64>, closing: &AtomicBool) {
    while let Ok(order) = orders.recv() {
        let open = orders.try_iter().last().unwrap_or(order);
        if let Err(why) = pack_before(directory, open, closing) {
            tell(&why);
        }
    }
}

/// One at least, so that programs that are started often and end at once come to an end with it.
fn pack_before(directory: &Path, open: u64, closing: &AtomicBool) -> Result<(), StoreError> {
    for (first, path) in segments(directory)? {
        if first >= open {
            break;
        }
        if is_packed(&path) {
            continue;
        }
        pack(directory, &path)?;
        if closing.load(Ordering::Relaxed) {
            break;
        }
    }
    Ok(())
}

/// Nothing is denied for it: what is not compressed is still there.
fn tell(why: &StoreError) {
    contain::trace(|| {
        tracing::warn!(target: "failclosed", error = %why, "closed files of the audit log were not compressed");
    });
}
