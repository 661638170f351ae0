//! Sessions of streamable HTTP that belong to who opened them.
//!
//! Below protocol 2026-07-28 a person's answer is a message of its own, and nothing but the session's
//! id says to whose question: whoever has it answers for that person, and is asked for them. The
//! specification has servers bind it to the user (MCP, security best practices, session hijacking);
//! rmcp leaves that to them.

use std::{
    error::Error,
    fmt,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use http::{
    Extensions, HeaderMap, HeaderName, HeaderValue, Request, Response,
    header::{CONTENT_LENGTH, GetAll},
    request::Parts,
};
use http_body::Body;
use rmcp::model::{RequestStateCodec, SealOptions};
use sha2::{Digest as _, Sha256};
use tower_layer::Layer;
use tower_service::Service;

use super::{
    body::StrictBody,
    sealed_approvals::{codec_of_process, fault},
    tool_call::ToolCall,
};
use crate::{contain::contain, decision::NoDecision, error::ConfigError, subject::Subject};

const SESSION: HeaderName = HeaderName::from_static("mcp-session-id");

/// The id of no session: the service answers it with 404, after which a client opens a new one.
const NOBODYS: HeaderValue = HeaderValue::from_static("nobodys");

type Identify = dyn Fn(&Extensions) -> Result<Subject, NoDecision> + Send + Sync;

/// Around an MCP service over HTTP, below the layer that authenticates: a session's id is good for
/// its owner alone.
///
/// Clients see another id than the service: sealed, and bound to the subject that opened the session.
/// Nothing is kept here. Where callers are [identified](super::CallerGuards::identified_by), nobody is asked
/// over HTTP in a session that is not bound like this.
///
/// And answers to questions are read strictly, before the SDK reads them, as
/// [`StrictInput`](super::StrictInput) does for other transports.
///
/// # Denies
/// The session, as one that is not there (404), to everybody else: the answer to somebody's question
/// from another caller, and a call of another caller that would be put to that person.
#[derive(Clone)]
pub struct SessionLayer {
    codec: RequestStateCodec,
    identify: Arc<Identify>,
    longest: usize,
}

/// The longest body that is read, unless said otherwise: what rmcp takes by default.
const LONGEST: usize = 4 * 1024 * 1024;

/// What a session's id is mixed with, and what a call in it carries.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Owner([u8; 32]);

impl Owner {
    fn of(subject: &Subject) -> Option<Self> {
        let subject = serde_json::to_vec(subject).ok()?;
        let hash = Sha256::new_with_prefix(b"failclosed/mcp/session/1").chain_update(subject);
        Some(Self(hash.finalize().into()))
    }
}

/// Whether an answer in the call's session can come from nobody but who called.
pub(super) fn is_owned(call: &ToolCall, by: &Subject) -> bool {
    match call.attached::<Parts>() {
        // Not over HTTP: the connection is the session.
        None => true,
        Some(parts) => {
            let owner = parts.extensions.get::<Owner>();
            // FAIL CLOSED: a session without an owner is whoever's who knows its id.
            owner.is_some_and(|owner| Owner::of(by) == Some(*owner))
        }
    }
}

impl SessionLayer {
    /// For a server that is one process. `identify` as in
    /// [`CallerGuards::identified_by`](super::CallerGuards::identified_by).
    ///
    /// # Errors
    /// [`ConfigError::Approvals`]: the operating system gives no randomness.
    pub fn in_process(
        identify: impl Fn(&Extensions) -> Result<Subject, NoDecision> + Send + Sync + 'static,
    ) -> Result<Self, ConfigError> {
        Ok(Self { codec: codec_of_process()?, identify: Arc::new(identify), longest: LONGEST })
    }

    /// For replicas that share their sessions; keys as in
    /// [`SealedApprovals::shared`](super::SealedApprovals::shared).
    ///
    /// # Errors
    /// [`ConfigError::Approvals`]: a key that is too short, two with one id, or none called `active`.
    pub fn shared<'k>(
        active: &str,
        keys: impl IntoIterator<Item = (&'k str, &'k [u8])>,
        identify: impl Fn(&Extensions) -> Result<Subject, NoDecision> + Send + Sync + 'static,
    ) -> Result<Self, ConfigError> {
        let codec = RequestStateCodec::new_with_keyring(active, keys).map_err(fault)?;
        Ok(Self { codec, identify: Arc::new(identify), longest: LONGEST })
    }

    /// The longest body that is read, in bytes: as much as the service takes
    /// (`max_request_body_bytes`). 4 MiB unless set, as it is there.
    pub fn max_body_bytes(mut self, longest: usize) -> Self {
        self.longest = longest;
        self
    }

    /// `None` where nobody is known, and so owns nothing.
    fn owner(&self, parts: &Parts) -> Option<Owner> {
        Owner::of(&contain(|| (self.identify)(&parts.extensions)).ok()?.ok()?)
    }

    /// The service's id, where the caller owns it.
    fn open(&self, sent: GetAll<'_, HeaderValue>, owner: Option<Owner>) -> Option<HeaderValue> {
        let mut sent = sent.iter();
        // FAIL CLOSED: of two ids the service might take the other one.
        let (Some(sent), None) = (sent.next(), sent.next()) else { return None };
        let inner = self.codec.open_with(sent.to_str().ok()?, &owner?.0).ok()?;
        HeaderValue::from_bytes(&inner).ok()
    }

    fn seal(&self, headers: &mut HeaderMap, owner: Option<Owner>) {
        let Some(inner) = headers.get(SESSION) else { return };
        let sealed = owner.and_then(|Owner(owner)| {
            let options = SealOptions::new().associated_data(&owner);
            HeaderValue::try_from(self.codec.seal_with(inner.as_bytes(), &options)).ok()
        });
        // FAIL CLOSED: a session that nobody owns is nobody's.
        headers.insert(SESSION, sealed.unwrap_or(NOBODYS));
    }
}

impl<S> Layer<S> for SessionLayer {
    type Service = Owned<S>;

    fn layer(&self, inner: S) -> Self::Service {
        Owned { layer: self.clone(), inner }
    }
}

/// A service under a [`SessionLayer`].
#[derive(Clone)]
pub struct Owned<S> {
    layer: SessionLayer,
    inner: S,
}

impl<S, B, R> Service<Request<B>> for Owned<S>
where
    S: Service<Request<StrictBody<B>>, Response = Response<R>>,
    S::Future: Send + 'static,
    B: Body,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<R>, S::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let (mut parts, body) = request.into_parts();
        let owner = self.layer.owner(&parts);
        if parts.headers.contains_key(SESSION) {
            let inner = self.layer.open(parts.headers.get_all(SESSION), owner);
            // FAIL CLOSED: somebody else's, forged, or of another server.
            parts.headers.insert(SESSION, inner.unwrap_or(NOBODYS));
        }
        parts.extensions.remove::<Owner>();
        if let Some(owner) = owner {
            parts.extensions.insert(owner);
        }
        // Of a body that something else may stand for, the length is not known.
        parts.headers.remove(CONTENT_LENGTH);
        let request = Request::from_parts(parts, StrictBody::new(body, self.layer.longest));
        let served = self.inner.call(request);
        let layer = self.layer.clone();
        Box::pin(async move {
            let mut response = served.await?;
            layer.seal(response.headers_mut(), owner);
            Ok(response)
        })
    }
}

impl fmt::Debug for SessionLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionLayer")
    }
}

impl<S> fmt::Debug for Owned<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Owned")
    }
}
