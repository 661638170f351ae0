//! How a denial reaches the user of an ACP client.

use agent_client_protocol::{
    Error,
    v1::schema::{
        SessionUpdate, ToolCallContent, ToolCallId, ToolCallStatus, ToolCallUpdate,
        ToolCallUpdateFields,
    },
};

use crate::{
    approval::{escape, inert},
    denial::Denial,
    host::{Class, text},
};

/// As in MCP (OpenID AuthZEN, COAZ-MCP binding): ACP has no code for it, and none of its own there.
const DENIED: i32 = -32001;

/// The end of a tool call that was not allowed: failed, with the denial's text, which is safe for
/// user and model. Send it as a `session/update`, and give the model `denial.to_string()`.
///
/// `tool_call` is the one that the user was told of; `denial.call_id()` where there was none but the
/// question's.
pub fn blocked(tool_call: impl Into<ToolCallId>, denial: &Denial) -> SessionUpdate {
    let fields = ToolCallUpdateFields::new().status(ToolCallStatus::Failed).content(vec![
        // Clients render text as Markdown; a reason may come from afar.
        ToolCallContent::from(inert(&escape(&denial.to_string()).text)),
    ]);
    SessionUpdate::ToolCallUpdate(ToolCallUpdate::new(tool_call, fields))
}

/// For handlers that answer a request: `responder.respond_with_error(denial.into())`. Do not return
/// it from a handler or a spawned task: there an error ends the connection.
///
/// | what | code |
/// | --- | --- |
/// | not permitted: somebody said no, must be asked first, or has not answered | -32001 |
/// | the caller's fault: it cannot be put as a question, or the client's answer is none | -32602 |
/// | an outage: nobody could say, or it was not recorded | -32603 |
///
/// The message is the denial's text; `data` has its cause, its class (`denied`, `invalid`,
/// `unavailable`) and the call's id.
impl From<Denial> for Error {
    fn from(denial: Denial) -> Self {
        let class = Class::of(&denial);
        let code = match class {
            Class::Denied => DENIED,
            Class::Invalid => Self::invalid_params().code.into(),
            Class::Unavailable => Self::internal_error().code.into(),
        };
        let data = serde_json::json!({
            "cause": denial.cause().as_str(),
            "class": class.as_str(),
            "call": denial.call_id().to_string(),
        });
        Self::new(code, text(&denial)).data(data)
    }
}
