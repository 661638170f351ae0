//! What is done with closed segments, on a thread of its own: an append never waits for it.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, Sender, channel},
    },
    thread::{self, JoinHandle},
};

use super::{
    directory::sync,
    packed::pack,
    segment::{is_packed, packed, part, segments},
};
use crate::{audit::StoreError, contain};

/// What is to be done.
#[derive(Debug, Clone, Copy)]
pub(super) struct Order {
    /// Remove the segments before this record.
    pub(super) base: u64,
    /// And compress those that come before this one.
    pub(super) open: u64,
}

/// Removes and compresses segments before the one that is written. When this is dropped, it finishes what it
/// is at, and leaves the rest for the next time.
#[derive(Debug, Default)]
pub(super) struct Packer {
    /// There once there was something to do.
    work: Option<Work>,
}

#[derive(Debug)]
struct Work {
    orders: Sender<Order>,
    thread: JoinHandle<()>,
    closing: Arc<AtomicBool>,
}

impl Packer {
    pub(super) fn order(&mut self, directory: &Path, order: Order) {
        let sent = match &self.work {
            Some(work) => work.orders.send(order).map_err(StoreError::new),
            None => Work::start(directory.to_owned(), order).map(|work| self.work = Some(work)),
        };
        if let Err(why) = sent {
            tell(&why);
        }
    }
}

impl Work {
    fn start(directory: PathBuf, order: Order) -> Result<Self, StoreError> {
        let (orders, taken) = channel();
        let closing = Arc::new(AtomicBool::new(false));
        let until = Arc::clone(&closing);
        let thread = thread::Builder::new().name("failclosed-pack".into());
        let thread = thread.spawn(move || work(&directory, &taken, &until))?;
        orders.send(order).map_err(StoreError::new)?;
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

fn work(directory: &Path, orders: &Receiver<Order>, closing: &AtomicBool) {
    while let Ok(order) = orders.recv() {
        let Order { base, open } = orders.try_iter().last().unwrap_or(order);
        // One need not wait for the other: what fails of both is told.
        for done in [remove_before(directory, base), pack_before(directory, open, closing)] {
            if let Err(why) = done {
                tell(&why);
            }
        }
    }
}

/// The first one first, whichever way it is kept: what is left is a log in one piece.
fn remove_before(directory: &Path, base: u64) -> Result<(), StoreError> {
    let mut removed = false;
    for (_, path) in segments(directory)?.into_iter().take_while(|(first, _)| *first < base) {
        let (part, packed) = (part(&path), packed(&path));
        for path in [part, packed, path] {
            match fs::remove_file(&path) {
                Ok(()) => removed = true,
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(StoreError::io("cannot remove", &path, &error)),
            }
        }
    }
    if removed { sync(directory) } else { Ok(()) }
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

/// Nothing is denied for it: what is not compressed or removed is still there, and its turn comes again.
fn tell(why: &StoreError) {
    contain::trace(|| {
        tracing::warn!(target: "failclosed", error = %why, "closed files of the audit log were not compressed or removed");
    });
}
