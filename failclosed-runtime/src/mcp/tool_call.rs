//! What came with a tool call beside its arguments.

use std::{any::Any, fmt};

use rmcp::{
    ErrorData, RoleServer,
    handler::server::{common::FromContextPart, tool::ToolCallContext},
    model::{CallToolRequestParams, InputResponses, ProtocolVersion},
    service::RequestContext,
};

/// A tool call: its client, what the transport knows about it, and the answers it brings.
///
/// An extractor: name it as a parameter of a `#[tool]` function, `skip` it, and hand it to
/// [`Guards::of`](super::Guards::of). It is no argument, and no authority is shown it.
pub struct ToolCall {
    pub(super) tool: String,
    pub(super) context: RequestContext<RoleServer>,
    pub(super) answers: Answers,
}

/// What a call that is made again brings along. All of it is the client's word.
#[derive(Clone, Default)]
pub(super) struct Answers {
    pub(super) state: Option<String>,
    pub(super) responses: Option<InputResponses>,
}

/// How the person behind a client can be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// By a request to the client, while the call waits.
    Elicitation,
    /// By ending the call with a question.
    InputRequired,
    /// Not at all: the client has not said that it can show a form.
    None,
}

impl ToolCall {
    /// For a `call_tool` that is written by hand.
    pub fn new(params: &CallToolRequestParams, context: &RequestContext<RoleServer>) -> Self {
        Self {
            tool: params.name.to_string(),
            context: context.clone(),
            answers: Answers {
                state: params.request_state.clone(),
                responses: params.input_responses.clone(),
            },
        }
    }

    /// The name the tool was called by.
    pub fn tool(&self) -> &str {
        &self.tool
    }

    /// What the transport attached to this call: over streamable HTTP its `http::request::Parts`.
    pub fn attached<T: Any + Send + Sync>(&self) -> Option<&T> {
        self.context.extensions.get::<T>()
    }

    pub(super) fn reach(&self) -> Reach {
        let forms = self
            .context
            .client_capabilities()
            .and_then(|capabilities| capabilities.elicitation)
            // A client that names no mode is one from before there were two.
            .is_some_and(|modes| modes.form.is_some() || modes.url.is_none());
        match (forms, self.context.protocol_version()) {
            (true, Some(version)) if version >= ProtocolVersion::V_2026_07_28 => {
                Reach::InputRequired
            }
            (true, Some(_)) => Reach::Elicitation,
            // FAIL CLOSED: a form that nobody sees would be waited for in vain; and a client that
            // has not said which protocol it speaks cannot be asked in it.
            (true, None) | (false, _) => Reach::None,
        }
    }
}

impl<S> FromContextPart<ToolCallContext<'_, S>> for ToolCall {
    fn from_context_part(context: &mut ToolCallContext<'_, S>) -> Result<Self, ErrorData> {
        Ok(Self {
            tool: context.name.to_string(),
            context: context.request_context.clone(),
            answers: Answers {
                state: context.request_state.clone(),
                responses: context.input_responses.clone(),
            },
        })
    }
}

impl Clone for ToolCall {
    fn clone(&self) -> Self {
        Self {
            tool: self.tool.clone(),
            context: self.context.clone(),
            answers: self.answers.clone(),
        }
    }
}

impl fmt::Debug for ToolCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Headers and answers may hold secrets.
        f.debug_struct("ToolCall").field("tool", &self.tool).finish_non_exhaustive()
    }
}
