//! What is told of a member: once, and not for each record.

use crate::{audit::StoreError, contain};

/// Told after the lock is given back: a subscriber may ask how the members are.
pub(super) enum News {
    /// It fails.
    Fails { store: usize, behind: u64, why: String },
    /// It does not keep up.
    Lags { store: usize, behind: u64 },
    /// It has what it lacked.
    Filled { store: usize, records: u64 },
    /// It takes nothing any more.
    Out { store: usize, why: String },
}

impl News {
    pub(super) fn tell(self) {
        contain::trace(|| match self {
            Self::Fails { store, behind, why } => tracing::warn!(
                target: "failclosed", store, behind, error = why,
                "a store of the audit log fails; it is given what it lacks when it is back"
            ),
            Self::Lags { store, behind } => tracing::warn!(
                target: "failclosed", store, behind,
                "a store of the audit log is behind; it is given what it lacks"
            ),
            Self::Filled { store, records } => tracing::info!(
                target: "failclosed", store, records,
                "a store of the audit log is whole again"
            ),
            Self::Out { store, why } => tracing::error!(
                target: "failclosed", store, error = why,
                "a store of the audit log takes nothing until the log is opened again"
            ),
        });
    }
}

/// What a crash had left of a record, in a member whose log is not the one that goes on.
pub(super) fn cut(store: usize, bytes: u64, sha256: &str) {
    contain::trace(|| {
        tracing::warn!(
            target: "failclosed", store, bytes, sha256,
            "a store of the audit log had a part of a record, which was cut off"
        );
    });
}

pub(super) fn not_recorded(faults: &str) -> StoreError {
    StoreError::new(format_args!("no store of the audit log took it: {faults}"))
}
