//! What came with a tool call beside its arguments.

use std::{
    any::Any,
    fmt, io,
    sync::{Arc, atomic::AtomicU32},
};

use rmcp::{
    ErrorData, RoleServer, ServerHandler,
    handler::server::{common::FromContextPart, tool::ToolCallContext},
    model::{
        CallToolRequestParams, InputResponses, JsonObject, ProgressToken, ProtocolVersion, Tool,
    },
    service::RequestContext,
};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::decision::NoDecision;

/// A tool call: its client, what the transport knows about it, and the answers it brings.
///
/// An extractor: name it as a parameter of a `#[tool]` function, `skip` it, and hand it to
/// [`CallerGuards::of`](super::CallerGuards::of). It is no argument, and no authority is shown it.
///
/// Name it before the parameter that takes the tool's arguments (`Parameters`), which leaves nothing of
/// them. An approval that travels through the client is bound to the arguments as they were sent; where
/// they were taken before, nobody is asked ([`NotConfigured`](crate::Cause::NotConfigured)). A client
/// that sends no `arguments` at all to a tool that has some looks the same: `{}` does not.
#[derive(Clone)]
pub struct ToolCall {
    pub(super) tool: String,
    sent: Sent,
    /// Shared: over HTTP a copy is one of every header, and of whatever the layers attached.
    pub(super) context: Arc<RequestContext<RoleServer>>,
    pub(super) answers: Answers,
    /// How often progress was reported: it has to grow, whichever guard of this call asks.
    pub(super) reports: Arc<AtomicU32>,
}

/// The arguments as they were sent.
#[derive(Clone, Copy)]
enum Sent {
    /// SHA-256 of their JSON: of what is compared, the text need not be kept.
    Digest([u8; 32]),
    /// Another extractor has taken them, or there were none: it cannot be told.
    Taken,
    /// A call that waits for its answer is the same call all the time.
    NotNeeded,
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
            sent: sent(params.arguments.as_ref().or(Some(&JsonObject::new())), context),
            context: Arc::new(context.clone()),
            answers: Answers {
                state: params.request_state.clone(),
                responses: params.input_responses.clone(),
            },
            reports: Arc::default(),
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

    /// The arguments as they were sent, as a digest.
    ///
    /// # Denies
    /// Where they are not known: an argument that is not shown could then change behind a yes.
    pub(super) fn sent(&self) -> Result<&[u8], NoDecision> {
        match &self.sent {
            Sent::Digest(digest) => Ok(digest),
            // FAIL CLOSED: what is not known, an approval cannot be bound to.
            Sent::Taken => Err(NoDecision::not_configured(format_args!(
                "the arguments of the tool `{}` were taken before they could be bound\n\
                 help: name `ToolCall` before `Parameters`; clients send `arguments`, if only `{{}}`",
                self.tool
            ))),
            Sent::NotNeeded => Err(NoDecision::malformed("the arguments were not written down")),
        }
    }

    /// Under which the client wants to hear that the call is alive.
    pub(super) fn progress_token(&self) -> Option<ProgressToken> {
        self.context.meta.get_progress_token()
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

/// Only for approvals that travel.
fn sent(arguments: Option<&JsonObject>, context: &RequestContext<RoleServer>) -> Sent {
    if reach(context) != Reach::InputRequired {
        return Sent::NotNeeded;
    }
    let mut hash = Hashing(Sha256::new_with_prefix(b"failclosed/mcp/arguments/1"));
    match arguments.map(|arguments| serde_json::to_writer(&mut hash, arguments)) {
        Some(Ok(())) => Sent::Digest(hash.0.finalize().into()),
        // FAIL CLOSED: nothing can be bound to them.
        Some(Err(_)) | None => Sent::Taken,
    }
}

struct Hashing(Sha256);

impl io::Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Whether a tool declares that it has no arguments, so that there are none to be taken.
fn has_none(tool: &Tool) -> bool {
    let known = ["$schema", "type", "properties", "additionalProperties", "title", "description"];
    let schema = &tool.input_schema;
    schema.keys().all(|key| known.contains(&key.as_str()))
        && schema.get("properties").and_then(Value::as_object).is_some_and(|all| all.is_empty())
        && schema.get("additionalProperties").is_none_or(|more| *more == Value::Bool(false))
}

impl<S: ServerHandler> FromContextPart<ToolCallContext<'_, S>> for ToolCall {
    fn from_context_part(context: &mut ToolCallContext<'_, S>) -> Result<Self, ErrorData> {
        let none = JsonObject::new();
        let arguments = match &context.arguments {
            Some(arguments) => Some(arguments),
            None if reach(&context.request_context) != Reach::InputRequired => None,
            None => context.service.get_tool(&context.name).filter(has_none).map(|_| &none),
        };
        Ok(Self {
            tool: context.name.to_string(),
            sent: sent(arguments, &context.request_context),
            context: Arc::new(context.request_context.clone()),
            answers: Answers {
                state: context.request_state.clone(),
                responses: context.input_responses.clone(),
            },
            reports: Arc::default(),
        })
    }
}

impl fmt::Debug for ToolCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Headers and answers may hold secrets.
        f.debug_struct("ToolCall").field("tool", &self.tool).finish_non_exhaustive()
    }
}
