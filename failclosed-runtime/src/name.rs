//! The name that an action is asked for by, where a part of it comes at run time.

use std::{fmt, sync::Arc};

use crate::text::{MAX_NAME, id_fault};

/// What stands before the colon in names of actions that are the crate's own.
const OWN: &str = "failclosed";

/// Between the name of a kind and that of an instance.
const BETWEEN: char = ':';

/// The name that an action is asked for by: that of its kind and, where it has instances, behind a
/// colon that of the instance: `tool:git.push`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ActionName {
    kind: &'static str,
    /// The whole name, where it is more than the kind's.
    whole: Option<Arc<str>>,
}

impl ActionName {
    pub(crate) fn of(kind: &'static str) -> Self {
        Self { kind, whole: None }
    }

    /// The name of one of its kind.
    ///
    /// # Denies
    /// Names that people and policies cannot tell apart; one that would be a name of the crate's own.
    pub(crate) fn of_instance(kind: &'static str, instance: &str) -> Result<Self, &'static str> {
        if let Some(fault) = id_fault(instance) {
            // FAIL CLOSED: `git.push ` reads like the tool that is permitted, and is another one.
            return Err(fault);
        }
        if instance.chars().nth(MAX_NAME).is_some() {
            // FAIL CLOSED: what is cut somewhere is another name there.
            return Err("is longer than 256 characters");
        }
        if kind.contains(BETWEEN) {
            // FAIL CLOSED: `a` of `b:c` and `a:b` of `c` would be one.
            return Err("has a kind with a colon in its name");
        }
        if kind == OWN {
            // FAIL CLOSED: it would pass for a question of the self check.
            return Err("has a kind that is the library's own");
        }
        Ok(Self { kind, whole: Some(format!("{kind}{BETWEEN}{instance}").into()) })
    }

    /// What it is of, as policies for all of a kind name it.
    pub(crate) fn kind(&self) -> &'static str {
        self.kind
    }

    /// Which one of its kind.
    pub(crate) fn instance(&self) -> Option<&str> {
        self.whole.as_deref()?.get(self.kind.len() + BETWEEN.len_utf8()..)
    }

    pub(crate) fn as_str(&self) -> &str {
        self.whole.as_deref().unwrap_or(self.kind)
    }
}

impl From<&'static str> for ActionName {
    fn from(kind: &'static str) -> Self {
        Self::of(kind)
    }
}

impl From<&Self> for ActionName {
    fn from(name: &Self) -> Self {
        name.clone()
    }
}

impl fmt::Debug for ActionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl fmt::Display for ActionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
