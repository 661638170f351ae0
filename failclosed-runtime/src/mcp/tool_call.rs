//! What came with a tool call beside its arguments.

use std::{any::Any, fmt, sync::Arc};

use rmcp::{
    ErrorData, RoleServer,
    handler::server::{common::FromContextPart, tool::ToolCallContext},
    model::{CallToolRequestParams, InputResponses, JsonObject, ProtocolVersion},
    service::RequestContext,
};

use crate::decision::NoDecision;

/// A tool call: its client, what the transport knows about it, and the answers it brings.
///
/// An extractor: name it as a parameter of a `#[tool]` function, `skip` it, and hand it to
/// [`Guards::of`](super::Guards::of). It is no argument, and no authority is shown it.
///
/// Name it before the parameter that takes the tool's arguments (`Parameters`): what was taken before
/// it, an approval that travels through the client is not bound to beyond what the person is shown.
pub struct ToolCall {
    pub(super) tool: String,
    /// The arguments as they were sent, in JSON; where the protocol has a use for them.
    sent: Result<Vec<u8>, String>,
    /// Shared: over HTTP a copy is one of every header, and of whatever the layers attached.
    pub(super) context: Arc<RequestContext<RoleServer>>,
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
            sent: sent(params.arguments.as_ref(), context),
            context: Arc::new(context.clone()),
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

    /// The arguments as they were sent.
    ///
    /// # Denies
    /// Where they are not known.
    pub(super) fn sent(&self) -> Result<&[u8], NoDecision> {
        self.sent.as_deref().map_err(NoDecision::malformed)
    }

    pub(super) fn reach(&self) -> Reach {
        reach(&self.context)
    }
}

fn reach(context: &RequestContext<RoleServer>) -> Reach {
    let forms = context
        .client_capabilities()
        .and_then(|capabilities| capabilities.elicitation)
        // A client that names no mode is one from before there were two.
        .is_some_and(|modes| modes.form.is_some() || modes.url.is_none());
    match (forms, context.protocol_version()) {
        (true, Some(version)) if version >= ProtocolVersion::V_2026_07_28 => Reach::InputRequired,
        (true, Some(_)) => Reach::Elicitation,
        // FAIL CLOSED: a form that nobody sees would be waited for in vain; and a client that has
        // not said which protocol it speaks cannot be asked in it.
        (true, None) | (false, _) => Reach::None,
    }
}

/// Written down only for approvals that travel: a call that waits is the same call all the time.
fn sent(
    arguments: Option<&JsonObject>,
    context: &RequestContext<RoleServer>,
) -> Result<Vec<u8>, String> {
    match (reach(context), arguments) {
        (Reach::InputRequired, Some(arguments)) => {
            serde_json::to_vec(arguments).map_err(|error| error.to_string())
        }
        (Reach::InputRequired, None) => Ok(Vec::new()),
        // FAIL CLOSED: nothing can be bound to it.
        (Reach::Elicitation | Reach::None, _) => Err("the arguments were not written down".into()),
    }
}

impl<S> FromContextPart<ToolCallContext<'_, S>> for ToolCall {
    fn from_context_part(context: &mut ToolCallContext<'_, S>) -> Result<Self, ErrorData> {
        Ok(Self {
            tool: context.name.to_string(),
            sent: sent(context.arguments.as_ref(), &context.request_context),
            context: Arc::new(context.request_context.clone()),
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
            sent: self.sent.clone(),
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
