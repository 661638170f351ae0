//! Looking every so often whether policies or entities have changed.

use std::{
    sync::{Arc, Weak, atomic::Ordering},
    thread,
    time::Duration,
};

use super::{error::CedarError, shared::Shared};
use crate::contain::{Panicked, contain};

/// Why there is nothing to watch.
pub(super) const NO_FILE: &str = "they came as text, which does not change\n\
    help: build the authority with `builder_from_directory` or `builder_from_files`";

/// The longest sleep, so that a watch ends soon after its authority.
const NAP: Duration = Duration::from_millis(500);

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
    if shared.is_watched.swap(true, Ordering::SeqCst) {
        return refused("they are watched already".into());
    }
    let watched = Arc::downgrade(shared);
    let thread = thread::Builder::new().name("failclosed-policies".into());
    match thread.spawn(move || watch(&watched, every)) {
        Ok(_) => Ok(()),
        Err(error) => {
            shared.is_watched.store(false, Ordering::SeqCst);
            refused(format!("there is no thread for it: {error}"))
        }
    }
}

fn watch(watched: &Weak<Shared>, every: Duration) {
    loop {
        let mut left = every;
        while !left.is_zero() {
            let nap = left.min(NAP);
            thread::sleep(nap);
            left = left.saturating_sub(nap);
            if watched.strong_count() == 0 {
                return;
            }
        }
        let Some(shared) = watched.upgrade() else { return };
        // What comes of it is in the state, the log and the records. A panic was noted when it
        // passed, and must not end the watch.
        match contain(|| shared.refresh()) {
            Ok(Ok(_) | Err(_)) | Err(Panicked(_)) => {}
        }
    }
}
