//! What the benches share: round-robin samples, CPU time of compilers, and the executors measured.
//!
//! Every number is printed beside the numbers of the same run, and nothing is asserted: a slow
//! machine moves a table, it breaks nothing.

pub mod authority;
pub mod compile;
pub mod executor;
pub mod handoff;
pub mod remote;
pub mod rounds;
pub mod traits;

/// Any error: a bench that cannot be set up ends with its text.
pub type Failure = Box<dyn std::error::Error>;

/// A runtime of two threads, for callers that wait side by side.
///
/// # Errors
/// As [`runtime`].
pub fn threads() -> Result<tokio::runtime::Runtime, Failure> {
    Ok(tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_time().build()?)
}

/// The runtime that all rows run on: one thread, with a timer to arm.
///
/// # Errors
/// The system's, when it has no more threads or handles to give.
pub fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_time().build()?)
}
