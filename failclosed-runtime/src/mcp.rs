//! MCP servers written with [`rmcp`]: who calls, whom to ask, and how a denial reaches the model.
//!
//! ```text
//! ToolCall (extractor) -> CallerGuards::of -> Guard -> Ask -> the person behind the client
//!                                               Denial -> tool_error | tool_response -> the model
//! ```
//!
//! Below protocol 2026-07-28 the person is asked while the call waits (elicitation). From
//! 2026-07-28 on a server may not do that: the call ends with `input_required` and a sealed state,
//! and is made again with the answer. The authority is asked anew both times.
//!
//! **Whom this makes the authority:** the MCP client. A client that answers its own forms answers
//! for the person; what policy must never leave to a client, it has to deny.

mod binding;
mod body;
mod caller_guards;
mod form;
mod hints;
mod input;
mod person;
mod progress;
mod reply;
mod sealed_approvals;
mod sessions;
mod tool_call;
mod waiting;

/// The rmcp that this speaks: 3. Servers that name it by this path have the same one.
pub use rmcp;

pub use body::StrictBody;
pub use caller_guards::CallerGuards;
pub use hints::{Hinted, hinted};
pub use input::{MAX_MESSAGE_BYTES, StrictInput};
pub use reply::{HoldsResult, protocol_error, tool_error, tool_response};
pub use sealed_approvals::{
    DEFAULT_PATIENCE, DEFAULT_PROGRESS_INTERVAL, DEFAULT_SILENT_PATIENCE,
    DEFAULT_WAITING_PER_SUBJECT, SealedApprovals,
};
pub use sessions::{Owned, SessionLayer};
pub use tool_call::ToolCall;

use crate::argument::came_with::came_with;

// What a tool function takes beside its arguments.
came_with!(ToolCall);
came_with!(rmcp::Peer<R>, R: rmcp::service::ServiceRole);
came_with!(rmcp::service::RequestContext<R>, R: rmcp::service::ServiceRole);
came_with!(rmcp::service::NotificationContext<R>, R: rmcp::service::ServiceRole);
