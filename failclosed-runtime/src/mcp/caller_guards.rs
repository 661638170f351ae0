//! The guard of each call: one authority and one log, but another caller and another person.

use std::{any::Any, collections::HashMap, fmt, sync::Arc, time::Duration};

use rmcp::model::{Tool, ToolAnnotations};

use super::{SealedApprovals, ToolCall, hinted, person::Person, sessions};
use crate::{
    authority::{Answer, Authority},
    contain::{Panicked, contain},
    decision::NoDecision,
    error::ConfigError,
    guard::{Guard, Parts},
    request::Request,
    self_check::SelfCheckError,
    subject::Subject,
};

/// Makes the guard of each tool call of a server. Cheap to clone; clones are the same.
///
/// Name it in the attribute: `guard = self.guards.of(&call)`, where `call` is a [`ToolCall`].
#[derive(Clone)]
pub struct CallerGuards {
    guard: Guard,
    approvals: Option<SealedApprovals>,
    identify: Option<Arc<Identify>>,
    tools: Option<Arc<HashMap<String, Option<ToolAnnotations>>>>,
}

/// The question has a deadline of its own, after which the client is told that it is over. The
/// guard's comes a little later, and ends also that.
const GRACE: Duration = Duration::from_secs(1);

type Identify = dyn Fn(&ToolCall) -> Result<Subject, NoDecision> + Send + Sync;

impl CallerGuards {
    /// Every call is the guard's own subject's: right for stdio, where the client is the process's
    /// parent. Over HTTP add [`identified_by`](Self::identified_by).
    ///
    /// # Denies
    /// As not configured, every call over HTTP until that is added.
    pub fn new(guard: Guard) -> Self {
        Self { guard, approvals: None, identify: None, tools: None }
    }

    /// Questions go to the person behind the client that calls.
    ///
    /// # Errors
    /// [`ConfigError::Deadline`]: a patience, or an interval of progress, of zero or of more than a
    /// day.
    pub fn with_approvals(mut self, approvals: SealedApprovals) -> Result<Self, ConfigError> {
        self.approvals = Some(approvals.checked()?);
        Ok(self)
    }

    /// Who calls is read from the extensions of the HTTP request that the call came in: what your
    /// authentication layer has verified and left there. Headers are not given: anybody can send them.
    ///
    /// # Denies
    /// Every call that came otherwise, and every one that `identify` does not identify. As not
    /// configured, every question to a person in a session over HTTP that is not bound to them: see
    /// [`SessionLayer`](super::SessionLayer).
    pub fn identified_by(
        self,
        identify: impl Fn(&http::Extensions) -> Result<Subject, NoDecision> + Send + Sync + 'static,
    ) -> Self {
        self.identified_by_attached(move |request: &http::request::Parts| {
            identify(&request.extensions)
        })
    }

    /// Who calls is read from what a transport of another kind attached to the call, and has verified.
    ///
    /// # Denies
    /// Every call to which no `T` is attached, and every one that `identify` does not identify. As
    /// not configured, every question to a person in a session over HTTP that is not bound to them:
    /// see [`SessionLayer`](super::SessionLayer).
    pub fn identified_by_attached<T: Any + Send + Sync>(
        mut self,
        identify: impl Fn(&T) -> Result<Subject, NoDecision> + Send + Sync + 'static,
    ) -> Self {
        self.identify = Some(Arc::new(move |call: &ToolCall| match call.attached::<T>() {
            Some(attached) => identify(attached),
            // FAIL CLOSED: a transport that does not say who calls.
            None => Err(NoDecision::not_configured(format_args!(
                "the transport attached no `{}`: the caller is not known",
                std::any::type_name::<T>()
            ))),
        }));
        self
    }

    /// What tools say about themselves makes things stricter: an allow for one that does not claim
    /// to only read, or that is not listed, or that is listed twice, becomes a question. See
    /// [`hinted`].
    pub fn stricter_by_hints<'t>(mut self, tools: impl IntoIterator<Item = &'t Tool>) -> Self {
        let mut listed = HashMap::new();
        for tool in tools {
            listed
                .entry(tool.name.to_string())
                // FAIL CLOSED: of two tools with one name, nobody knows which is called; one that
                // claims to only read must not speak for the other.
                .and_modify(|annotations| *annotations = None)
                .or_insert_with(|| tool.annotations.clone());
        }
        self.tools = Some(Arc::new(listed));
        self
    }

    /// The guard of one call.
    pub fn of(&self, call: &ToolCall) -> Guard {
        let mut guard = match self.caller(call) {
            Ok(None) => self.guard.clone(),
            Ok(Some(subject)) => self.guard.for_subject(subject),
            // FAIL CLOSED: nobody knows who calls.
            Err(why) => return self.guard.refusing(why),
        };
        if let Some(tools) = &self.tools {
            let annotations = tools.get(call.tool()).and_then(Option::as_ref);
            guard = guard.judged_by(|authority| hinted(authority, annotations));
        }
        match &self.approvals {
            None => guard,
            // FAIL CLOSED: whoever is guarded does not choose who says yes.
            Some(_) if self.guard.0.lent => self.guard.refusing(NoDecision::not_configured(
                "the guard of a running task cannot be given another person: use the one that was started",
            )),
            Some(approvals) => {
                let is_owned = sessions::is_owned(call, &guard.0.subject);
                let (call, approvals) = (call.clone(), approvals.clone());
                let patience = approvals.patience_of(&call);
                let person = Person { call, approvals, patience, is_owned };
                guard.approved_by(person, patience.saturating_add(GRACE))
            }
        }
    }

    fn caller(&self, call: &ToolCall) -> Result<Option<Subject>, NoDecision> {
        let Some(identify) = &self.identify else {
            if call.attached::<http::request::Parts>().is_none() {
                return Ok(None);
            }
            // FAIL CLOSED: whoever can send a request is not the guard's own subject.
            return Err(NoDecision::not_configured(
                "the call came over HTTP, and nobody says who calls: add `identified_by`",
            ));
        };
        match contain(|| identify(call)) {
            Ok(subject) => subject.map(Some),
            // FAIL CLOSED: somebody else's code, which did not say who it is.
            Err(Panicked(text)) => Err(NoDecision::unavailable(text)),
        }
    }

    /// As [`Guard::self_check`].
    ///
    /// # Errors
    /// As [`Guard::self_check`].
    pub async fn self_check(&self) -> Result<(), SelfCheckError> {
        self.guard.self_check().await
    }
}

impl Guard {
    /// The same guard for a caller that is not known: on record, and nobody is asked.
    fn refusing(&self, why: NoDecision) -> Self {
        struct Refuses(NoDecision);
        impl Authority for Refuses {
            fn decide<'a>(&'a self, _: &'a Request<'a>) -> Answer<'a> {
                // FAIL CLOSED: nobody is identified, so nobody is allowed.
                NoDecision::of(self.0.kind, self.0.detail.clone()).into()
            }
        }
        let mut parts = Parts::clone(&self.0);
        parts.subject = Subject::unknown();
        parts.authority = Arc::new(Refuses(why));
        parts.guard()
    }

    fn judged_by<A: Authority + 'static>(
        &self,
        judge: impl FnOnce(Arc<dyn Authority>) -> A,
    ) -> Self {
        let mut parts = Parts::clone(&self.0);
        parts.authority = Arc::new(judge(parts.authority));
        parts.guard()
    }

    fn approved_by(&self, person: Person, deadline: Duration) -> Self {
        let mut parts = Parts::clone(&self.0);
        parts.approver = Some((Arc::new(person), deadline));
        parts.guard()
    }
}

impl fmt::Debug for CallerGuards {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallerGuards").field("guard", &self.guard).finish_non_exhaustive()
    }
}
