//! How a denial reaches the model, and how it reaches a host that wants a protocol error.
//!
//! A denial is a *result* with `isError`, so that the model reads it; as a protocol error it becomes
//! an exception in the client, which most hosts keep from the model. It has no `structuredContent`:
//! clients check that against the tool's output schema and throw the denial away where it does not
//! fit. What machines need is in `_meta`: the cause, the call's id, and whose fault it was
//! (`failclosed/class`: `denied`, `invalid` for the caller's, `unavailable` for an outage).

use rmcp::{
    ErrorData,
    handler::server::tool::IntoCallToolResult,
    model::{CallToolResponse, CallToolResult, ContentBlock, ErrorCode, MetaObject},
};

use super::form::Prompt;
use crate::{
    decision::Attached,
    denial::{Cause, Denial, FromDenial},
    host::{Class, one_line, text},
};

/// The code of a denial, where it has to be a protocol error (OpenID AuthZEN, COAZ-MCP binding).
const DENIED: ErrorCode = ErrorCode(-32001);

/// A denial as a result with `isError`: for `on_denied = failclosed::mcp::tool_error` on tools that
/// return `Result<CallToolResult, ErrorData>`.
///
/// A person is not asked by it where the call has to be made again for that: see [`tool_response`].
///
/// # Errors
/// Never: the error type is the tool's own.
pub fn tool_error<R: HoldsResult, E>(denial: Denial) -> Result<R, E> {
    Ok(result(&denial).into())
}

/// As [`tool_error`], and asks the person where one must approve and the protocol ends the call for
/// it: for tools that return `Result<CallToolResponse, ErrorData>`.
///
/// # Errors
/// Never: the error type is the tool's own.
pub fn tool_response<E>(denial: Denial) -> Result<CallToolResponse, E> {
    Ok(response(&denial))
}

/// A denial as a protocol error, for handlers that have no tool result to answer with.
///
/// | what | code | text |
/// | --- | --- | --- |
/// | not permitted: somebody said no, must be asked first, or has not answered | -32001 | the denial's |
/// | the call's fault: it cannot be put as a question, or its client's answer is none | -32602 | the reason |
/// | an outage: nobody could say, or it was not recorded | -32603 | `Authorization service unavailable` |
///
/// It holds nothing that is for the operator. Source: OpenID AuthZEN, COAZ-MCP binding (draft, July
/// 2026), error handling.
pub fn protocol_error(denial: &Denial) -> ErrorData {
    match Class::of(denial) {
        Class::Denied => ErrorData::new(DENIED, text(denial), None),
        Class::Invalid => {
            ErrorData::new(ErrorCode::INVALID_PARAMS, one_line(denial.reason()), None)
        }
        Class::Unavailable => {
            ErrorData::new(ErrorCode::INTERNAL_ERROR, "Authorization service unavailable", None)
        }
    }
}

/// What holds a tool's result, of the rmcp that fits: whatever is `From<CallToolResult>`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` holds no result of the rmcp that fits: there may be two versions of rmcp here",
    label = "of another rmcp than `failclosed::mcp::rmcp`",
    note = "help: name it by `failclosed::mcp::rmcp`, and depend on rmcp 3; for another one write a \
            function of your own and name that with `on_denied = path`"
)]
pub trait HoldsResult: From<CallToolResult> {}

#[diagnostic::do_not_recommend]
impl<R: From<CallToolResult>> HoldsResult for R {}

fn result(denial: &Denial) -> CallToolResult {
    let mut meta = MetaObject::default();
    meta.0.insert("failclosed/cause".into(), denial.cause().as_str().into());
    meta.0.insert("failclosed/class".into(), Class::of(denial).as_str().into());
    meta.0.insert("failclosed/call".into(), denial.call_id().to_string().into());
    let mut result = CallToolResult::error(vec![ContentBlock::text(text(denial))]);
    result.meta = Some(meta);
    result
}

fn response(denial: &Denial) -> CallToolResponse {
    let attached = denial.ask().and_then(|ask| ask.attached.as_ref());
    match attached.and_then(Attached::get::<Prompt>) {
        Some(Prompt(prompt)) if denial.cause() == Cause::NeedsApproval => {
            CallToolResponse::InputRequired(prompt.clone())
        }
        Some(_) | None => result(denial).into(),
    }
}

/// For tools that return `Result<T, Denial>`, such as `Result<Json<Receipt>, Denial>`.
impl IntoCallToolResult for Denial {
    fn into_call_tool_result(self) -> Result<CallToolResponse, ErrorData> {
        Ok(result(&self).into())
    }
}

// Not recommended to a function that is no tool: the compiler would list these types under every
// return type that cannot hold a denial.
#[diagnostic::do_not_recommend]
impl FromDenial for CallToolResult {
    fn from_denial(denial: Denial) -> Self {
        result(&denial)
    }

    fn failed(&self) -> bool {
        self.is_error == Some(true)
    }
}

#[diagnostic::do_not_recommend]
impl FromDenial for CallToolResponse {
    fn from_denial(denial: Denial) -> Self {
        response(&denial)
    }

    fn failed(&self) -> bool {
        matches!(self, Self::Complete(result) if result.is_error == Some(true))
    }
}
