//! Looking every so often whether policies or entities have changed.

use std::{
    sync::{
        Arc, PoisonError, Weak,
        mpsc::{self, Receiver, RecvTimeoutError},
    },
    thread,
    time::Duration,
};

use super::{error::CedarError, shared::Shared};
use crate::contain::{Panicked, contain};

/// Why there is nothing to watch.
pub(super) const NO_FILE: &str = "they came as text, which does not change\n\
    help: build the authority with `builder_from_directory` or `builder_from_files`";

/// Starts the watch. Loading may take long where there are many policies, so it has a thread of its
/// own, and no runtime is needed.
pub(super) fn start(shared: &Arc<Shared>, every: Duration) -> Result<(), CedarError> {
    let refused = |fault: String| Err(CedarError::Watch { fault });
    if every.is_zero() {
        return refused("a watch without a pause would do nothing else".into());
    }
    if !shared.can_change() {
        return refused(NO_FILE.into());
    }
    let mut watch = shared.watch.lock().unwrap_or_else(PoisonError::into_inner);
    if watch.is_some() {
        return refused("they are watched already".into());
    }
    let (sender, end) = mpsc::channel();
    let watched = Arc::downgrade(shared);
    let thread = thread::Builder::new().name("failclosed-policies".into());
    match thread.spawn(move || self::watch(&watched, &end, every)) {
        Ok(_) => {
            *watch = Some(sender);
            Ok(())
        }
        Err(error) => refused(format!("there is no thread for it: {error}")),
    }
}

fn watch(watched: &Weak<Shared>, end: &Receiver<()>, every: Duration) {
    while end.recv_timeout(every) == Err(RecvTimeoutError::Timeout) {
        let Some(shared) = watched.upgrade() else { return };
        // What comes of it is in the state, the log and the records. A panic was noted when it
        // passed, and must not end the watch.
        match contain(|| shared.refresh()) {
            Ok(Ok(_) | Err(_)) | Err(Panicked(_)) => {}
        }
    }
}
