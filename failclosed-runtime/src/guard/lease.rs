//! How long a sub-agent's guard lasts: as long as what it came from.

use std::sync::{Arc, Weak};

/// Of a guard, or of a scope: what is delegated from it ends with it.
#[derive(Debug)]
pub(crate) enum Life {
    /// It ends when the guard's last clone, or the scope, is dropped.
    Own(Arc<()>),
    /// Somebody else's, as a guard has it that was lent out of a scope.
    Lent(Lease),
}

/// What ends with a [`Life`].
#[derive(Debug, Clone)]
pub(crate) struct Lease(Weak<()>);

impl Life {
    pub(crate) fn new() -> Self {
        Self::Own(Arc::new(()))
    }

    /// That of whoever lends.
    pub(super) fn of(lease: Lease) -> Self {
        Self::Lent(lease)
    }

    pub(super) fn lease(&self) -> Lease {
        match self {
            Self::Own(life) => Lease(Arc::downgrade(life)),
            Self::Lent(lease) => lease.clone(),
        }
    }
}

/// A guard that is made of another one has a life of its own: a session that ends takes its sub-agents
/// with it, whatever guard the session's was made of.
impl Clone for Life {
    fn clone(&self) -> Self {
        match self {
            Self::Own(_) => Self::new(),
            // FAIL CLOSED: what is lent does not last longer for being changed.
            Self::Lent(lease) => Self::Lent(lease.clone()),
        }
    }
}

impl Lease {
    pub(crate) fn holds(&self) -> bool {
        self.0.strong_count() > 0
    }
}
