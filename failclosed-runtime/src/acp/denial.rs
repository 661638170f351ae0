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
};

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
impl From<Denial> for Error {
    fn from(denial: Denial) -> Self {
        let data = serde_json::json!({
            "cause": denial.cause().as_str(),
            "call": denial.call_id().to_string(),
        });
        Self::new(Self::internal_error().code, denial.to_string()).data(data)
    }
}
