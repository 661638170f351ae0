//! The person behind an MCP client, as the approver of one call.

use std::{
    borrow::Cow,
    collections::BTreeMap,
    future::{Future, poll_fn},
    pin::pin,
    task::Poll,
    time::Duration,
};

use rmcp::{
    RoleServer,
    model::{ClientResult, ElicitRequest, InputRequest, InputRequiredResult, ServerRequest},
    service::{PeerRequestOptions, RequestHandle, ServiceError},
};
use serde_json::Value;

use super::{
    binding::Binding,
    form::{self, Prompt},
    progress::reported,
    sealed_approvals::SealedApprovals,
    tool_call::{Reach, ToolCall},
};
use crate::{
    answer::Answer,
    approval::{Approver, Presentation},
    deadline::{Deadline, Expired},
    decision::{Ask, Attached, Decision, Deny, NoDecision},
    request::Request,
    strict::wire::REFUSED,
};

/// Asks through the client that made the call.
pub(super) struct Person {
    pub(super) call: ToolCall,
    pub(super) approvals: SealedApprovals,
    /// How long they may take.
    pub(super) patience: Duration,
    /// Whether a message in the call's session can come from nobody but who called.
    pub(super) is_owned: bool,
}

impl Approver for Person {
    fn name(&self) -> Cow<'static, str> {
        "mcp".into()
    }

    fn brings_an_answer(&self) -> bool {
        matches!(self.call.reach(), Reach::InputRequired) && self.call.answers.state.is_some()
    }

    fn approve<'a>(&'a self, request: &'a Request<'a>, ask: &'a Ask) -> Answer<'a> {
        match self.call.reach() {
            // FAIL CLOSED: somebody else who knows the session could answer for them.
            Reach::Elicitation if !self.is_owned => NoDecision::not_configured(
                "the session is not bound to its owner: put `SessionLayer` around the MCP service",
            )
            .into(),
            Reach::Elicitation => Answer::pending(self.elicit(request, ask)),
            Reach::InputRequired => Answer::pending(self.round_trip(request, ask)),
            // FAIL CLOSED: nobody to ask is a no, at once.
            Reach::None => Decision::from(ask.clone()).into(),
        }
    }

    fn withdrawn(&self) -> Option<Deny> {
        let gone = self.call.context.ct.is_cancelled();
        gone.then(|| Deny::new("the client cancelled the call, or went away"))
    }
}

impl Person {
    /// Asks while the call waits.
    async fn elicit(&self, request: &Request<'_>, ask: &Ask) -> Result<Decision, NoDecision> {
        let _place = self.approvals.wait(request.subject())?;
        let params = form::form(Presentation::of(request, ask)?)?;
        let deadline = Deadline::after(self.patience);
        let mut handle = None;
        let answer =
            reported(self.put(params, &mut handle), &self.call, self.approvals.reported_every());
        let answer = Box::pin(self.until_cancelled(answer));
        let waited = { deadline.wait(&mut { answer }).await };
        let left = match waited {
            Ok(Some(answered)) => {
                return answered.and_then(|answer| form::read(answer, ask.approved(request)));
            }
            // FAIL CLOSED: the call that asked is gone; a yes to it would be to nothing.
            Ok(None) => NoDecision::unavailable("the client cancelled the call, or went away"),
            // FAIL CLOSED: silence is nobody's no, and no yes.
            Err(Expired::Passed) => {
                NoDecision::timed_out(format_args!("no answer within {:?}", deadline.limit()))
            }
            Err(Expired::NoTimer) => NoDecision::not_configured("no timer to ask a person with"),
        };
        if let Some(handle) = handle {
            // The client closes its form. Whether it hears of it or not, the question is over.
            let _heard = handle.cancel(Some("no longer needed".into())).await;
        }
        Err(left)
    }

    async fn put(
        &self,
        params: rmcp::model::ElicitRequestParams,
        handle: &mut Option<RequestHandle<RoleServer>>,
    ) -> Result<Value, NoDecision> {
        let peer = &self.call.context.peer;
        let request = ServerRequest::ElicitRequest(ElicitRequest::new(params));
        let options = PeerRequestOptions::no_options();
        let handle = handle.insert(peer.send_cancellable_request(request, options).await?);
        let answer = (&mut handle.rx).await.map_err(|_| ServiceError::TransportClosed)?;
        let answer = match answer {
            Ok(answer) => answer,
            // FAIL CLOSED: what stood there was read before the SDK, and was no answer.
            Err(ServiceError::McpError(error)) if error.code.0 == REFUSED => {
                return Err(NoDecision::malformed(error.message));
            }
            // FAIL CLOSED: gone, refused or failed is no answer.
            Err(error) => return Err(error.into()),
        };
        let ClientResult::ElicitResult(answer) = answer else {
            // FAIL CLOSED: something, but no answer to a form.
            return Err(NoDecision::malformed(format_args!("no answer to a form: {answer:?}")));
        };
        // Of an answer that the SDK has read, what it kept: see `StrictInput` for the rest.
        Ok(serde_json::to_value(answer)?)
    }

    /// `None` as soon as the call is cancelled, also where an answer has come by then.
    async fn until_cancelled<T>(&self, answer: impl Future<Output = T>) -> Option<T> {
        let mut cancelled = pin!(self.call.context.ct.cancelled());
        let mut answer = pin!(answer);
        poll_fn(|cx| {
            if cancelled.as_mut().poll(cx).is_ready() {
                return Poll::Ready(None);
            }
            answer.as_mut().poll(cx).map(Some)
        })
        .await
    }

    /// Asks by ending the call; and, in the call that is made again, reads the answer.
    async fn round_trip(&self, request: &Request<'_>, ask: &Ask) -> Result<Decision, NoDecision> {
        let binding = Binding::of(self.approvals.server(), &self.call, request, ask)?;
        match (&self.call.answers.state, &self.call.answers.responses) {
            (None, None) => self.question(request, ask, &binding).await,
            (Some(state), responses) => {
                // Taken first: whatever the answer is, there is no second one.
                let asked = self.approvals.unseal(state, &binding).await?;
                let mut responses = responses.iter().flatten();
                match (responses.next(), responses.next()) {
                    (Some((key, answer)), None) if *key == asked => {
                        form::read(answer.clone(), ask.approved(request))
                    }
                    // FAIL CLOSED: no answer, or answers to what was not asked.
                    _ => Err(NoDecision::malformed("not the one answer that was asked for")),
                }
            }
            // FAIL CLOSED: an answer to no question.
            (None, Some(_)) => Err(NoDecision::malformed("an answer without its request state")),
        }
    }

    async fn question(
        &self,
        request: &Request<'_>,
        ask: &Ask,
        binding: &Binding,
    ) -> Result<Decision, NoDecision> {
        // Before anything is built: who has too many questions open is told so at little cost.
        let sealed = self.approvals.seal(binding, request.subject()).await?;
        let form = match Presentation::of(request, ask).and_then(form::form) {
            Ok(form) => InputRequest::Elicitation(ElicitRequest::new(form)),
            Err(why) => {
                self.approvals.withdraw(&sealed).await;
                return Err(why);
            }
        };
        let requests = BTreeMap::from([(sealed.answered_under, form)]);
        let mut ask = ask.clone();
        let prompt = InputRequiredResult::new(Some(requests), Some(sealed.state));
        ask.attached = Some(Attached::new(Prompt(prompt)));
        // FAIL CLOSED: until there is an answer this is a denial that carries its question.
        Ok(ask.into())
    }
}
