//! `session/request_permission`, and what counts as a yes to it.

use std::{
    borrow::Cow,
    fmt,
    future::{Future, poll_fn},
    pin::pin,
    task::Poll,
};

use agent_client_protocol::{
    Client, UntypedMessage,
    v1::{
        ConnectionTo,
        schema::{
            CLIENT_METHOD_NAMES, PermissionOption, PermissionOptionKind, RequestPermissionRequest,
            SessionId, ToolCallId, ToolCallStatus, ToolCallUpdate, ToolCallUpdateFields,
        },
    },
};
use serde_json::{Map, Value};

use super::{reply::Outcome, turn::Turn};
use crate::{
    answer::Answer,
    approval::{Approver, Presentation, cancelled, declined, nonce, taken_back},
    deadline,
    decision::{Ask, Decision, Deny, NoDecision},
    request::Request,
    strict::wire::REFUSED,
};

/// Asks the user behind an ACP client, for one session.
///
/// Two options are offered, allow once and reject once, under ids that are drawn anew for each
/// question: an id that a client has hard-coded, kept, or made up was never offered. There is nothing
/// to allow "always": nothing here remembers a yes.
///
/// # Denies
/// - [`Denied`](crate::Cause::Denied): the user rejected, or cancelled the question or the turn. A
///   turn that was cancelled before the body begins ([`Turn::cancel`] has returned) wins over a yes,
///   whichever came first. A cancel that is still on its way is not known of: a yes is held back for
///   20 ms, in which one that was sent with it is usually heard, and that is no promise.
/// - [`Malformed`](crate::Cause::Malformed): an option that was not offered, an outcome or a field
///   that the protocol does not have; what [`Presentation`] cannot show.
/// - [`Unavailable`](crate::Cause::Unavailable): the client answered with an error, or is gone.
/// - [`TimedOut`](crate::Cause::TimedOut): no answer in time, or nobody could hear it because a
///   handler was waiting: see the [module](super). The client is told that nobody waits any more.
#[derive(Clone)]
pub struct AcpApprover {
    client: ConnectionTo<Client>,
    session: SessionId,
    turn: Turn,
    tool_call: Option<ToolCallId>,
}

impl AcpApprover {
    /// Asks over this connection, in this session, until the turn is cancelled.
    pub fn new(client: ConnectionTo<Client>, session: impl Into<SessionId>, turn: &Turn) -> Self {
        Self { client, session: session.into(), turn: turn.clone(), tool_call: None }
    }

    /// The tool call that the user has been told of, for a guard that is built for one call.
    /// Otherwise each question is about a tool call of its own, whose id is the guarded call's: see
    /// [`Denial::call_id`](crate::Denial::call_id).
    pub fn for_tool_call(mut self, id: impl Into<ToolCallId>) -> Self {
        self.tool_call = Some(id.into());
        self
    }

    /// `yes` is what the user may say.
    async fn put(
        &self,
        call: String,
        presentation: Presentation,
        yes: Decision,
    ) -> Result<Decision, NoDecision> {
        let options = Options::new()?;
        let tool_call = self.tool_call.clone().unwrap_or_else(|| ToolCallId::new(call));
        let question = RequestPermissionRequest::new(
            self.session.clone(),
            ToolCallUpdate::new(tool_call, shown(&presentation)),
            options.offered(),
        );
        // Untyped: the SDK's own types ignore what they do not know.
        let method = CLIENT_METHOD_NAMES.session_request_permission;
        let message = UntypedMessage::new(method, question)?;
        // Dropped without an answer, it tells the client to close its dialog.
        let reply = self.client.send_request(message).block_task();
        let Some(reply) = self.turn.or_cancelled(reply).await else { return Ok(cancelled()) };
        let reply = reply.map_err(|error| match i32::from(error.code) {
            // FAIL CLOSED: what stood there was read before the SDK, and was no answer.
            REFUSED => NoDecision::malformed(error.message),
            _ => NoDecision::from(error),
        });
        let decision = options.judge(reply?, yes)?;
        // A user who cancels at the same moment means the cancel, and it may be a message behind. What
        // comes later is seen by `withdrawn`, as long as the body has not begun.
        match self.turn.or_cancelled(deadline::moment()).await {
            Some(waited) => waited.map(|()| decision),
            None => Ok(cancelled()),
        }
    }
}

impl Approver for AcpApprover {
    fn name(&self) -> Cow<'static, str> {
        "acp".into()
    }

    fn approve<'a>(&'a self, request: &'a Request<'a>, ask: &'a Ask) -> Answer<'a> {
        match Presentation::of(request, ask) {
            Ok(presentation) => {
                let (call, yes) = (request.id().to_string(), ask.approved(request));
                Answer::pending(self.put(call, presentation, yes))
            }
            // FAIL CLOSED: what cannot be shown is not asked.
            Err(why) => why.into(),
        }
    }

    fn withdrawn(&self) -> Option<Deny> {
        self.turn.is_cancelled().then(taken_back)
    }
}

impl fmt::Debug for AcpApprover {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AcpApprover").field("session", &self.session).finish_non_exhaustive()
    }
}

impl Turn {
    /// `None` where the turn is cancelled, also where both are ready at once.
    async fn or_cancelled<F: Future>(&self, future: F) -> Option<F::Output> {
        let (mut future, mut cancelled) = (pin!(future), pin!(self.cancelled()));
        let output = poll_fn(|cx| match cancelled.as_mut().poll(cx) {
            Poll::Ready(()) => Poll::Ready(None),
            Poll::Pending => future.as_mut().poll(cx).map(Some),
        })
        .await;
        // FAIL CLOSED: it may have been cancelled while the other was polled.
        output.filter(|_| !self.is_cancelled())
    }
}

/// The ids under which this question can be answered.
struct Options {
    allow: String,
    reject: String,
}

impl Options {
    fn new() -> Result<Self, NoDecision> {
        let nonce = u128::from_be_bytes(nonce::random()?);
        Ok(Self {
            allow: format!("allow-once-{nonce:032x}"),
            reject: format!("reject-{nonce:032x}"),
        })
    }

    fn offered(&self) -> Vec<PermissionOption> {
        let (allow, reject) = (self.allow.clone(), self.reject.clone());
        vec![
            PermissionOption::new(allow, "Allow once", PermissionOptionKind::AllowOnce),
            PermissionOption::new(reject, "Reject", PermissionOptionKind::RejectOnce),
        ]
    }

    /// "Selected" is not yet a yes: a rejection is selected too.
    fn judge(&self, reply: Value, yes: Decision) -> Result<Decision, NoDecision> {
        match Outcome::read(reply)? {
            Outcome::Selected(id) if id == self.allow => Ok(yes),
            Outcome::Selected(id) if id == self.reject => Ok(declined(None)),
            // FAIL CLOSED: an answer to another question, or to none.
            Outcome::Selected(id) => Err(NoDecision::malformed(format_args!(
                "the client selected `{id:.100}`, which was not offered"
            ))),
            Outcome::Cancelled => Ok(cancelled()),
        }
    }
}

/// The whole of it twice, because clients differ in what they show: as a text in which nothing is
/// markup, and as the input of the tool, escaped alike.
fn shown(presentation: &Presentation) -> ToolCallUpdateFields {
    let mut input = Map::new();
    for part in presentation.parts() {
        let name = part.name().map(|name| format!(" {name}")).unwrap_or_default();
        let key = format!("{}{name}", part.label());
        // Two notes are one entry: neither replaces the other.
        let text = match input.get(&key).and_then(Value::as_str) {
            Some(before) => format!("{before}; {}", part.text()),
            None => part.text().to_owned(),
        };
        input.insert(key, text.into());
    }
    ToolCallUpdateFields::new()
        .title("Permission needed")
        .status(ToolCallStatus::Pending)
        .content(vec![presentation.to_markdown().into()])
        .raw_input(Value::Object(input))
}
