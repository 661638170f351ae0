//! The log of the process, for decisions that no guard's own log takes.

use std::sync::{Arc, OnceLock};

use super::AuditSink;
use crate::error::ConfigError;

static INSTALLED: OnceLock<[Arc<dyn AuditSink>; 1]> = OnceLock::new();

/// Makes this the log of every guard that has none of its own, and of the calls that find no guard: a
/// task that lost its scope, a caller whom nobody knows. Such a guard allows nothing that this log does
/// not take.
///
/// Install it before guards are used. Without it such denials are known to their callers and to
/// `tracing` alone, and any crate of a program can switch that off (`tracing/max_level_off`).
///
/// # Errors
/// [`ConfigError::AlreadyInstalled`]: there is one already.
pub fn install(sink: impl AuditSink + 'static) -> Result<(), ConfigError> {
    INSTALLED
        .set([Arc::new(sink)])
        .map_err(|_| ConfigError::AlreadyInstalled { fault: "there is a log already" })
}

pub(crate) fn installed() -> &'static [Arc<dyn AuditSink>] {
    INSTALLED.get().map_or(&[], |sinks| sinks)
}
