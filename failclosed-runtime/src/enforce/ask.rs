//! Asking: the authority, then, where it says so, a person, then the authority again.

use std::task::Poll;

use super::Allowed;
use crate::{
    authority::Answer,
    contain::{Contained, deciding},
    deadline::{Deadline, Expired},
    decision::{Allow, Ask, Decision, NoDecision},
    denial::{Cause, Denial},
    guard::{CANARY, Parts},
    request::{Digest, Request},
};

/// One answer, in time, to arguments that did not change meanwhile.
struct Answered {
    decision: Decision,
    digest: Option<Digest>,
}

pub(super) async fn until_allowed(
    guard: &Parts,
    request: &Request<'_>,
    deadline: Deadline,
    digest: Option<Digest>,
) -> Result<Allowed, Denial> {
    let ask_authority = || guard.authority.decide(request);
    let answered = answer(request, deadline, digest, ask_authority).await?;
    let digest = answered.digest;
    let ask = match answered.decision {
        Decision::Allow(allow) => return Ok(Allowed { allow, digest, deadline }),
        Decision::Deny(deny) => return Err(Denial::denied(request.id, request.action, deny)),
        Decision::Ask(ask) => ask,
    };
    let (approval, digest) = person(guard, request, &ask, digest).await?;
    // The world may have changed while the person was thinking: ask the authority again. Its
    // question has been answered now, everything else still counts.
    let deadline = Deadline::after(guard.deadline);
    let answered = answer(request, deadline, digest, ask_authority).await?;
    let digest = answered.digest;
    match answered.decision {
        Decision::Allow(allow) => Ok(Allowed { allow, digest, deadline }),
        Decision::Deny(deny) => Err(Denial::denied(request.id, request.action, deny)),
        // The same question means that nothing but the person's yes was missing.
        Decision::Ask(again) if again.is_same_question(&ask) => {
            Ok(Allowed { allow: approval.stamped_as(&again), digest, deadline })
        }
        // FAIL CLOSED: another question was not answered by anybody.
        Decision::Ask(again) => Err(Denial::needs_approval(request.id, request.action, again)),
    }
}

async fn person(
    guard: &Parts,
    request: &Request<'_>,
    ask: &Ask,
    digest: Option<Digest>,
) -> Result<(Allow, Option<Digest>), Denial> {
    let needs_approval = |ask| Denial::needs_approval(request.id, request.action, ask);
    let Some((approver, limit)) = &guard.approver else {
        // FAIL CLOSED: nobody to ask is a no.
        return Err(needs_approval(ask.clone()));
    };
    if request.action == CANARY {
        // FAIL CLOSED: the self check is not a person's business.
        return Err(needs_approval(ask.clone()));
    }
    let deadline = Deadline::after(*limit);
    let answered = answer(request, deadline, digest, || approver.approve(request, ask)).await?;
    match answered.decision {
        Decision::Allow(allow) => Ok((allow, answered.digest)),
        Decision::Deny(deny) => Err(Denial::denied(request.id, request.action, deny)),
        // FAIL CLOSED: an approver that asks on has nobody to ask.
        Decision::Ask(ask) => Err(needs_approval(ask)),
    }
}

async fn answer<'a>(
    request: &'a Request<'a>,
    deadline: Deadline,
    mut digest: Option<Digest>,
    ask: impl FnOnce() -> Answer<'a>,
) -> Result<Answered, Denial> {
    let panicked = |text| {
        // FAIL CLOSED: a panic is no decision.
        let why = NoDecision::unavailable(format_args!("the authority panicked: {text}"));
        Denial::no_decision(request.id, request.action, why)
    };
    let expired = |expired| match expired {
        Expired::Passed => Denial::timed_out(request.id, request.action, deadline.limit()),
        Expired::NoTimer => Denial::new(
            Cause::NotConfigured,
            request.id,
            request.action,
            "no timer to keep the deadline with",
        )
        .with_detail("call guarded executors inside a tokio runtime with time enabled"),
    };
    let answer = deciding(ask).map_err(|panic| panicked(panic.0))?;
    let mut answer = Contained::new(answer);
    let answered = match deadline.first(&mut answer).await.map_err(expired)? {
        Poll::Ready(answered) => answered,
        Poll::Pending => {
            let before = match digest {
                Some(digest) => digest,
                None => self::digest(request)?,
            };
            digest = Some(before);
            let answered = deadline.wait(&mut answer).await.map_err(expired)?;
            unchanged(request, before)?;
            answered
        }
    };
    match answered {
        Ok(Ok(decision)) => Ok(Answered { decision, digest }),
        // FAIL CLOSED: no decision is a no.
        Ok(Err(why)) => Err(Denial::no_decision(request.id, request.action, why)),
        Err(panic) => Err(panicked(panic.0)),
    }
}

/// After every wait, because others ran meanwhile.
///
/// # Denies
/// Arguments that are not what they were.
pub(super) fn unchanged(request: &Request<'_>, before: Digest) -> Result<(), Denial> {
    if digest(request)? == before {
        return Ok(());
    }
    // FAIL CLOSED: the answer is to a question that is no longer the one asked.
    Err(Denial::new(
        Cause::Malformed,
        request.id,
        request.action,
        "the arguments changed while the call was being decided",
    ))
}

/// # Denies
/// Arguments that passed the walk but do not serialize now.
pub(super) fn digest(request: &Request<'_>) -> Result<Digest, Denial> {
    request.digest().map_err(|error| {
        // FAIL CLOSED: what has no digest cannot be recorded or compared.
        Denial::new(
            Cause::Malformed,
            request.id,
            request.action,
            "the arguments cannot be shown to the authority",
        )
        .with_detail(error.to_string())
    })
}
