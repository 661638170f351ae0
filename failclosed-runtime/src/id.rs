//! The id that ties a question, its decision and its outcome together.

use std::{
    fmt,
    hash::{BuildHasher, RandomState},
    sync::{
        LazyLock,
        atomic::{AtomicU64, Ordering},
    },
};

use serde::{Serialize, Serializer};

/// Identifies one guarded call in this process's records. Not a secret, and not a capability.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct CallId {
    process: u64,
    call: u64,
}

impl CallId {
    /// A counter behind a number drawn once per process: 2 ns, where a random id costs 10 and a
    /// sortable one 80.
    pub(crate) fn next() -> Self {
        static PROCESS: LazyLock<u64> = LazyLock::new(|| RandomState::new().hash_one("failclosed"));
        static CALL: AtomicU64 = AtomicU64::new(1);
        Self { process: *PROCESS, call: CALL.fetch_add(1, Ordering::Relaxed) }
    }
}

impl fmt::Display for CallId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}-{}", self.process, self.call)
    }
}

impl Serialize for CallId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
