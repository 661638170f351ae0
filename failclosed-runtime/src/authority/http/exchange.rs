//! One question, one answer.

use std::{borrow::Cow, fmt, iter, pin::pin, time::Duration};

use bytes::Bytes;
use hyper::{
    Method, Request, Uri,
    header::{CONTENT_LENGTH, HeaderMap, HeaderName, HeaderValue},
};
use hyper_util::client::legacy;
use tokio::sync::Semaphore;
use url::Url;

use super::{
    client::{Client, Clients, chain},
    credentials::{Credentials, Look},
    json::Object,
    reply,
    retry::{self, Again, Failure},
    verdict::readable,
};
use crate::{
    contain::{Contained, Panicked, trace},
    deadline::{Deadline, Expired},
    decision::{Decision, Grounds, NoDecision},
};

/// The longest question that is put, in bytes. A longer one is refused, never cut off: what the
/// authority does not see, it cannot forbid (CVE-2026-34040).
pub(super) const MAX_QUESTION_BYTES: usize = 1024 * 1024;

/// A secret's file that is being written is looked at again this often, this long apart.
const LOOKS: usize = 20;
const LOOK_AGAIN: Duration = Duration::from_millis(10);

pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Everything about an exchange that is not its question.
pub(super) struct Engine {
    /// The dialect, in errors.
    pub(super) name: &'static str,
    pub(super) url: Url,
    /// The same, as it is sent.
    pub(super) uri: Uri,
    /// The same for each question: type, credentials that do not change.
    pub(super) headers: HeaderMap,
    pub(super) credentials: Credentials,
    pub(super) clients: Clients,
    pub(super) slots: Semaphore,
    pub(super) deadline: Duration,
    pub(super) retries: u32,
    pub(super) demand_request_id: bool,
}

/// What is asked. It is the same at each try.
pub(super) struct Question {
    pub(super) method: Method,
    pub(super) body: Bytes,
    pub(super) id: HeaderValue,
}

impl Engine {
    /// Runs an exchange within the engine's own deadline, whatever the guard's is.
    pub(super) async fn within_deadline<T>(
        &self,
        exchange: impl AsyncFnOnce(Deadline) -> Result<T, NoDecision>,
    ) -> Result<T, NoDecision> {
        let deadline = Deadline::after(self.deadline);
        // A runtime without an I/O driver shows in a panic, under the client's first connection.
        let exchange = pin!(exchange(deadline));
        let mut exchange = Contained::new(exchange);
        match deadline.wait(&mut exchange).await {
            Ok(Ok(answer)) => answer.map_err(|why| self.told_about(why)),
            Ok(Err(Panicked(text))) => Err(self.told_about(NoDecision::unavailable(format_args!(
                "the exchange panicked: {text}"
            )))),
            // FAIL CLOSED: a late answer is none. `wait` looks at the clock again after the reply.
            Err(Expired::Passed) => Err(self.told_about(NoDecision::timed_out(format_args!(
                "no answer within {:?}",
                self.deadline
            )))),
            Err(Expired::NoTimer) => Err(self.told_about(NoDecision::not_configured(
                "a question needs a tokio runtime with time and I/O enabled",
            ))),
        }
    }

    /// Puts a question until it is answered, or until asking again makes no sense.
    pub(super) async fn object(
        &self,
        question: Question,
        deadline: Deadline,
    ) -> Result<Object, NoDecision> {
        let client = self.clients.current().map_err(NoDecision::unavailable)?;
        // Nobody closes it; and if somebody did, that is no yes.
        let _slot = self.slots.acquire().await.map_err(NoDecision::unavailable)?;
        let mut tries = 1;
        let mut refused = false;
        let mut headers = self.headers(Look::IfChanged, deadline).await?;
        loop {
            let Failure { why, again } = match self.once(&client, &question, &headers).await {
                Ok(object) => return Ok(object),
                Err(failure) => failure,
            };
            if again == Again::AsAnother {
                // FAIL CLOSED: once, and only as somebody else than the one who was refused.
                let fresh = if refused || !self.credentials.are_watched() {
                    return Err(why);
                } else {
                    self.headers(Look::Anew, deadline).await?
                };
                if fresh == headers {
                    return Err(why);
                }
                (refused, headers) = (true, fresh);
                continue;
            }
            let Some(pause) = retry::pause(again, tries, self.retries) else {
                return Err(why);
            };
            if !pause.is_zero() && Box::pin(deadline.pause(pause)).await.is_err() {
                // FAIL CLOSED: at once, and not when the deadline has passed over a useless wait.
                return Err(NoDecision {
                    detail: format!("{}; waiting for {pause:?} is too long", why.detail),
                    ..why
                });
            }
            tries += 1;
            headers = self.headers(Look::IfChanged, deadline).await?;
            trace(|| {
                tracing::debug!(
                    target: "failclosed", authority = self.name, tries, why = why.detail,
                    "asking again"
                );
            });
        }
    }

    /// The headers of a question, with the credentials as they are now.
    ///
    /// # Errors
    /// A file of theirs that is no secret.
    async fn headers(
        &self,
        look: Look,
        deadline: Deadline,
    ) -> Result<Cow<'_, HeaderMap>, NoDecision> {
        if !self.credentials.are_watched() {
            return Ok(Cow::Borrowed(&self.headers));
        }
        let mut headers = self.headers.clone();
        let mut pauses = iter::repeat_n(LOOK_AGAIN, LOOKS);
        loop {
            let fault = match self.credentials.renew(&mut headers, look) {
                Ok(()) => return Ok(Cow::Owned(headers)),
                Err(fault) => fault,
            };
            let waited = match pauses.next().filter(|_| fault.passing) {
                Some(pause) => Box::pin(deadline.pause(pause)).await.is_ok(),
                None => false,
            };
            if !waited {
                // FAIL CLOSED: nobody is asked as anybody else, nor as who we were once.
                let why = fault.why.to_string().replace('\n', "; ");
                return Err(NoDecision::unavailable(format_args!("no credentials: {why}")));
            }
        }
    }

    async fn once(
        &self,
        client: &Client,
        question: &Question,
        headers: &HeaderMap,
    ) -> Result<Object, Failure> {
        let mut request = Request::new(question.body.clone().into());
        *request.method_mut() = question.method.clone();
        *request.uri_mut() = self.uri.clone();
        let mut headers = headers.clone();
        headers.insert(REQUEST_ID, question.id.clone());
        match question.body.len() {
            0 => drop(headers.remove(CONTENT_LENGTH)),
            length => drop(headers.insert(CONTENT_LENGTH, length.into())),
        }
        *request.headers_mut() = headers;
        let response = client.request(request).await.map_err(|error| unanswered(&error))?;
        client.replied(response.headers().contains_key(&REQUEST_ID));
        let id = reply::Id { asked: &question.id, demanded: self.demand_request_id };
        let body = reply::body(response, &id, &self.credentials).await?;
        Ok(Object::parse(&body)?)
    }

    /// Passes a decision on whose words may be shown, and keeps to itself what nobody needs of it.
    ///
    /// # Errors
    /// A no, or a question, that repeats our credentials: the model and the user would read them.
    ///
    /// Every text is cleaned and cut here, where it enters: whoever prints it need not think of it.
    pub(super) fn discreet(&self, mut decision: Decision) -> Result<Decision, NoDecision> {
        clean(&mut decision);
        let words = match &mut decision {
            Decision::Allow(allow) => {
                self.unsaid(&mut allow.grounds);
                None
            }
            Decision::Deny(deny) => {
                self.unsaid(&mut deny.grounds);
                deny.detail = deny.detail.take().map(|detail| self.shown(&detail).to_owned());
                Some(&*deny.reason)
            }
            Decision::Ask(ask) => {
                self.unsaid(&mut ask.grounds);
                ask.approval_id.take_if(|id| self.credentials.are_in(id));
                Some(&*ask.question)
            }
        };
        if words.is_some_and(|words| self.credentials.are_in(words)) {
            return Err(NoDecision::malformed("its words repeat our credentials"));
        }
        Ok(decision)
    }

    /// Leaves out what would stand in the log beside the call: a decision is one without its id too.
    fn unsaid(&self, grounds: &mut Grounds) {
        grounds.rule.take_if(|rule| self.credentials.are_in(rule));
        grounds.decision_id.take_if(|id| self.credentials.are_in(id));
    }

    fn shown<'t>(&self, text: &'t str) -> &'t str {
        if self.credentials.are_in(text) { "(not shown: it repeats our credentials)" } else { text }
    }

    /// Says who was asked; and keeps to itself what would give our credentials away.
    pub(super) fn told_about(&self, why: NoDecision) -> NoDecision {
        let said = self.shown(&why.detail);
        NoDecision { detail: format!("{} at {}: {said}", self.name, self.url), ..why }
    }
}

/// Makes every text of a decision fit to be shown.
fn clean(decision: &mut Decision) {
    let grounds = match decision {
        Decision::Allow(allow) => &mut allow.grounds,
        Decision::Deny(deny) => {
            deny.reason = readable(&deny.reason).into();
            deny.detail = deny.detail.take().map(|detail| readable(&detail));
            &mut deny.grounds
        }
        Decision::Ask(ask) => {
            ask.question = readable(&ask.question).into();
            // FAIL CLOSED: one that would have to be changed is no longer the id of anything.
            ask.approval_id.take_if(|id| readable(id) != **id);
            &mut ask.grounds
        }
    };
    for text in [&mut grounds.rule, &mut grounds.decision_id].into_iter().flatten() {
        *text = readable(text).into();
    }
}

impl Question {
    /// A question with a body of JSON.
    pub(super) fn post(body: Vec<u8>, id: impl fmt::Display) -> Result<Self, NoDecision> {
        if body.len() > MAX_QUESTION_BYTES {
            // FAIL CLOSED: half a question is another question.
            return Err(NoDecision::too_large(format_args!(
                "the question has {} bytes; at most {MAX_QUESTION_BYTES} are sent",
                body.len()
            )));
        }
        Ok(Self { method: Method::POST, body: body.into(), id: request_id(id)? })
    }

    /// A question without a body.
    pub(super) fn get(id: impl fmt::Display) -> Result<Self, NoDecision> {
        Ok(Self { method: Method::GET, body: Bytes::new(), id: request_id(id)? })
    }
}

/// There is no answer. An answer whose head does not parse is one that nobody may use.
fn unanswered(error: &legacy::Error) -> Failure {
    let detail = chain(error);
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        if cause.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_parse) {
            return NoDecision::malformed(detail).into();
        }
        source = cause.source();
    }
    Failure { why: NoDecision::unavailable(detail), again: retry::after(error) }
}

fn request_id(id: impl fmt::Display) -> Result<HeaderValue, NoDecision> {
    HeaderValue::try_from(id.to_string()).map_err(NoDecision::malformed)
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine")
            .field("url", &self.url.as_str())
            .field("headers", &self.credentials.names().collect::<Vec<_>>())
            .field("deadline", &self.deadline)
            .field("retries", &self.retries)
            .field("demand_request_id", &self.demand_request_id)
            .finish()
    }
}
