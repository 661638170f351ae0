//! What comes to light while a self check is under way, besides the answer.

use std::sync::Mutex;

/// Travels with the questions of a self check. An answer alone does not tell that a dangerous mode took
/// part in it, or that the log did not take it.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    noted: Mutex<Vec<Note>>,
}

/// Why a guard must not start, whatever was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Note {
    /// A mode of [`danger`](crate::danger) was asked: its stamp.
    Danger(String),
    /// A log did not take the decision: why not.
    NotRecorded(String),
}

impl Notes {
    pub(crate) fn add(&self, note: Note) {
        // A note is written whole, or not at all: a panic elsewhere leaves the list as good as it was.
        let mut noted = self.noted.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if !noted.contains(&note) {
            noted.push(note);
        }
    }

    /// Takes the first one.
    pub(crate) fn first(&self) -> Option<Note> {
        let noted = self.noted.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        noted.first().cloned()
    }
}
