//! Reloads that failed, and what has to succeed before they are over.
//!
//! A reload that failed is over when what it was to put in use is in use, or when somebody has put
//! something else in its place. Another success does not end it: entities that are given every minute
//! would otherwise take a failed reload of policies off the records every minute, and the time after
//! which old policies deny would never pass.

use std::{sync::Arc, time::Instant};

use super::source::Texts;

/// What a reload is to replace.
#[derive(Debug, Clone)]
pub(super) enum Change {
    /// Schema and policies, by these.
    Texts(Arc<Texts>),
    /// Schema and policies, by these, and the entities.
    All(Arc<Texts>),
    /// The entities.
    Entities,
    /// Whatever has changed where everything came from.
    Reading(Arc<Texts>),
}

/// The reloads that failed.
#[derive(Debug, Clone, Default)]
pub(super) struct Failures {
    texts: Option<(Arc<Texts>, Failed)>,
    entities: Option<Failed>,
}

/// That a reload failed, and is not over.
#[derive(Debug, Clone)]
pub(super) struct Failed {
    pub(super) why: Arc<str>,
    /// The first failure: a watch that fails again and again does not begin anew.
    pub(super) since: Instant,
}

impl Failures {
    pub(super) fn note(&mut self, change: &Change, why: &str) {
        let first = |before: Option<&Failed>| Failed {
            why: why.into(),
            since: before.map_or_else(Instant::now, |before| before.since),
        };
        match change {
            Change::Texts(wanted) | Change::All(wanted) => {
                let failed = first(self.texts.as_ref().map(|(_, before)| before));
                self.texts = Some((Arc::clone(wanted), failed));
            }
            Change::Reading(read) => {
                // What somebody asked for by name stays what is missing.
                let (wanted, failed) = match &self.texts {
                    Some((wanted, before)) => (wanted, first(Some(before))),
                    None => (read, first(None)),
                };
                self.texts = Some((Arc::clone(wanted), failed));
            }
            Change::Entities => {}
        }
        if matches!(change, Change::Entities | Change::All(_)) {
            self.entities = Some(first(self.entities.as_ref()));
        }
    }

    /// A change succeeded. `in_file` says that the entities in use are those of a file, which is the
    /// last word on them.
    pub(super) fn end(&mut self, change: &Change, in_file: bool) {
        let (texts, entities) = match change {
            Change::Texts(_) => (true, in_file),
            Change::All(_) => (true, true),
            Change::Entities => (false, true),
            Change::Reading(read) => {
                (self.texts.as_ref().is_some_and(|(wanted, _)| wanted == read), in_file)
            }
        };
        if texts {
            self.texts = None;
        }
        if entities {
            self.entities = None;
        }
    }

    /// The one that failed first.
    pub(super) fn first(&self) -> Option<&Failed> {
        let texts = self.texts.as_ref().map(|(_, failed)| failed);
        texts.into_iter().chain(&self.entities).min_by_key(|failed| failed.since)
    }
}
