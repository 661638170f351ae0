//! Asking the user of an editor, through the [Agent Client Protocol](https://agentclientprotocol.com).
//!
//! The parts of an agent that concern permission; the rest is the SDK's, of protocol version 1.
//!
//! - [`Turn`]: one prompt and all that follows from it, until the user cancels it.
//! - [`AcpApprover`]: puts a question to the user, with `session/request_permission`.
//! - [`blocked`]: how a denial is shown to the user. What the model reads is the denial's own text.
//!
//! ```
//! use std::time::Duration;
//! use agent_client_protocol::{Client, v1::{ConnectionTo, schema::SessionId}};
//! use failclosed_runtime::{ConfigError, Guard, acp::{AcpApprover, Turn}};
//!
//! /// The guard of one turn. Who acts is known from the session, never from what the model says.
//! fn guard(
//!     started: &Guard,
//!     client: ConnectionTo<Client>,
//!     session: SessionId,
//!     turn: &Turn,
//! ) -> Result<Guard, ConfigError> {
//!     let guard = turn.guard(started)?.with_context("session", session.to_string())?;
//!     guard.asking(AcpApprover::new(client, session, turn), Duration::from_secs(120))
//! }
//! ```
//!
//! # The dispatch loop must be free
//!
//! A connection reads its messages in one loop, and a handler that waits holds it. The user's answer
//! comes through the same loop. So run a turn in `connection.spawn(..)`, and return from the handler.
//! A guarded call that is awaited in the handler itself ends in a denial by its deadline
//! ([`TimedOut`](crate::Cause::TimedOut)), whatever the user clicked. Return `Ok(())` from what is
//! spawned: an error there ends the whole connection.
//!
//! # What it cannot promise
//!
//! The client is the authority here. One that answers by itself, as most do in an "auto" mode, answers
//! for its user, and nothing in the protocol tells the difference. Let policies deny what no user
//! should be asked about. And of an answer that has a key twice, the SDK's parser keeps the last: what
//! a client contradicts itself with is seen by [`strict_line`] alone, which reads lines before the SDK.
//!
//! A client that waits is told nothing while its user thinks: the protocol has no limit on how long a
//! `session/prompt` takes, and no progress. The tool call it shows is pending until it is answered.

mod approver;
mod denial;
mod reply;
mod turn;

/// The SDK that this speaks: 5. Agents that name it by this path have the same one.
pub use agent_client_protocol;

pub use approver::AcpApprover;
pub use denial::blocked;
pub use reply::strict_line;
pub use turn::{Turn, Turns, UntilCancelled};

use crate::argument::came_with::came_with;

// What a handler is given beside a message.
came_with!(Turn);
came_with!(Turns);
came_with!(agent_client_protocol::ConnectionTo<R>, R: agent_client_protocol::Role);
came_with!(agent_client_protocol::v1::ConnectionTo<R>, R: agent_client_protocol::Role);
came_with!(
    agent_client_protocol::Responder<T, P>,
    T: agent_client_protocol::JsonRpcResponse,
    P: agent_client_protocol::Protocol
);
