//! What `--bench http` and `--bench allocations` share: a trivial authority in a process of its own,
//! and those that ask it the same question.

pub mod clients;
pub mod process;
pub mod server;

/// The path that AuthZEN asks at.
pub const AUTHZEN: &str = "access/v1/evaluation";

/// The path that BehalfID asks at.
pub const BEHALF: &str = "api/verify";

/// An allow of AuthZEN's, 83 bytes.
pub const AUTHZEN_ALLOW: &str =
    r#"{"decision":true,"context":{"id":"d-5f3a9c1e7b2d4068","reason":"within the limit"}}"#;

/// An allow of BehalfID's, 83 bytes.
pub const BEHALF_ALLOW: &str =
    r#"{"allowed":true,"requestId":"req_5f3a9c1e7b2d40686e1b","reason":"within the limit"}"#;

/// The bytes of an answer on the wire, which the ping-pong sends too.
pub const WIRE_ANSWER: usize = 83 + 109;

/// The runtime of the clients: one thread, with sockets.
///
/// # Errors
/// As for [`runtime`](crate::runtime).
pub fn runtime() -> Result<tokio::runtime::Runtime, crate::Failure> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?)
}
