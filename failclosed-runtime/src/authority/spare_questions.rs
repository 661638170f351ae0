//! Another party's yes in the place of a person's, for questions and never for denials.

use std::fmt;

use super::first_match::one;
use crate::{
    authority::{Answer, Authority},
    decision::{Allow, Ask, Decision, NoDecision},
    request::Request,
};

/// Decides as `policy` does; where that would ask a person, `by` is asked first.
///
/// | `policy` | `by` | together |
/// | --- | --- | --- |
/// | allows, denies or gives no decision | is not asked | as `policy` |
/// | asks | allows | an allow, whose rule says that a question was spared |
/// | asks | denies | a denial |
/// | asks | asks, abstains, fails, panics | the question of `policy`: a person is asked |
///
/// A question that is [settled by the authority](Ask::settled_by_authority) is never spared. `by` that
/// hangs takes the guard's deadline with it. The self check asks both, and a yes of either fails it.
///
/// ```
/// use failclosed_runtime::{Decision, NoDecision, always_ask, authority_fn, spare_questions};
///
/// let small = authority_fn(async |request| match request.argument::<u64>("cents")? {
///     0..=1_000 => Ok(Decision::allow().rule("small-sums")),
///     _ => Err(NoDecision::abstained("not a small sum")),
/// });
/// let authority = spare_questions(small, always_ask("may the agent buy this?"));
/// ```
pub fn spare_questions(
    by: impl Authority + 'static,
    policy: impl Authority + 'static,
) -> SpareQuestions {
    SpareQuestions { by: Box::new(by), policy: Box::new(policy) }
}

/// See [`spare_questions`].
pub struct SpareQuestions {
    by: Box<dyn Authority>,
    policy: Box<dyn Authority>,
}

impl SpareQuestions {
    async fn joined(&self, request: &Request<'_>) -> Result<Decision, NoDecision> {
        let decided = one(&*self.policy, request).await;
        if request.is_self_check() {
            return self.checked(decided, request).await;
        }
        match decided {
            Ok(Decision::Ask(ask)) if !ask.at_authority => self.spared(request, ask).await,
            // FAIL CLOSED: a denial is nobody else's to lift, no decision is none, and a question that is
            // the authority's own is nobody else's to answer. Its own yes needs no other.
            Ok(Decision::Allow(_) | Decision::Deny(_) | Decision::Ask(_)) | Err(_) => decided,
        }
    }

    /// The self check asks both: no body stands behind this question, and a yes fails the start.
    async fn checked(
        &self,
        decided: Result<Decision, NoDecision>,
        request: &Request<'_>,
    ) -> Result<Decision, NoDecision> {
        match one(&*self.by, request).await {
            Ok(Decision::Allow(allow)) => Ok(Decision::Allow(allow)),
            Ok(Decision::Deny(_) | Decision::Ask(_)) | Err(_) => decided,
        }
    }

    async fn spared(&self, request: &Request<'_>, ask: Ask) -> Result<Decision, NoDecision> {
        match one(&*self.by, request).await {
            Ok(Decision::Allow(allow)) => Ok(Decision::Allow(on_record(allow, &ask))),
            Ok(Decision::Deny(deny)) => Ok(Decision::Deny(deny)),
            // FAIL CLOSED: nobody spared the question, so the person is asked.
            Ok(Decision::Ask(_)) | Err(_) => Ok(Decision::Ask(ask)),
        }
    }
}

/// The yes, and that it stands in the place of a person's.
fn on_record(allow: Allow, ask: &Ask) -> Allow {
    let mut allow = allow.stamped_as(ask.danger.as_ref());
    let by = allow.grounds.rule.as_deref().unwrap_or("unnamed rule");
    let asked = ask.grounds.rule.as_deref().unwrap_or("unnamed rule");
    allow.grounds.rule = Some(format!("{by}; spared the question of {asked}").into());
    allow.grounds.version = allow.grounds.version.or_else(|| ask.grounds.version.clone());
    allow.grounds.policies = allow.grounds.policies.or_else(|| ask.grounds.policies.clone());
    allow
}

impl Authority for SpareQuestions {
    fn decide<'a>(&'a self, request: &'a Request<'a>) -> Answer<'a> {
        Answer::pending(self.joined(request))
    }

    fn names(&self, found: &mut dyn FnMut(&str)) {
        self.by.names(found);
        self.policy.names(found);
    }
}

impl fmt::Debug for SpareQuestions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SpareQuestions")
    }
}
