//! Asking: the authority, then, where it says so, a person, then the authority again.

use std::{
    future::poll_fn,
    task::{Context, Poll},
};

use super::{Allowed, Shown};
use crate::{
    argument::NotShowable,
    authority::Answer,
    contain::{Contained, Panicked, deciding},
    deadline::{Deadline, Expired},
    decision::{Allow, Ask, Decision, NoDecision},
    denial::{Cause, Denial},
    guard::{CANARY, Parts},
    request::Request,
};

/// Where a question stands when it has been put.
pub(super) enum Asked<'a> {
    /// The authority needs time.
    Waiting(Contained<Answer<'a>>, Deadline, Shown),
    /// It had its answer at hand, which is not a no.
    Answered(Answered),
}

/// What an authority said that is not a no.
pub(super) enum Answered {
    Yes(Allowed),
    /// A person must say so first.
    Question(Ask, Shown),
}

/// Puts the question. Not `async`: where the answer is at hand, what would have to travel through
/// the states of nested futures costs more than all checks together.
pub(super) fn put<'a>(
    guard: &'a Parts,
    request: &'a Request<'a>,
    deadline: Deadline,
    shown: Shown,
    cx: &mut Context<'_>,
) -> Result<Asked<'a>, Denial> {
    match begin(request, deadline, || guard.authority.decide(request), cx)? {
        Begun::Waiting(answer) => Ok(Asked::Waiting(answer, deadline, shown)),
        Begun::Decided(decision) => sort(request, decision, deadline, shown).map(Asked::Answered),
    }
}

/// Waits for whatever a question still needs.
pub(super) async fn settle<'a>(
    guard: &'a Parts,
    request: &'a Request<'a>,
    asked: Asked<'a>,
) -> Result<Allowed, Denial> {
    let answered = match asked {
        Asked::Answered(answered) => answered,
        Asked::Waiting(answer, deadline, shown) => {
            let decision = finish(request, deadline, shown, answer).await?;
            sort(request, decision, deadline, shown)?
        }
    };
    match answered {
        Answered::Yes(allowed) => Ok(allowed),
        // In a box: calls that nobody has to approve should not carry this about.
        Answered::Question(ask, shown) => Box::pin(approved(guard, request, ask, shown)).await,
    }
}

/// Asks a person, and then the authority again.
async fn approved<'a>(
    guard: &'a Parts,
    request: &'a Request<'a>,
    ask: Ask,
    shown: Shown,
) -> Result<Allowed, Denial> {
    let approval = person(guard, request, &ask, shown).await?;
    // The world may have changed while the person was thinking: ask the authority again. Its
    // question has been answered now, everything else still counts.
    let deadline = Deadline::after(guard.deadline);
    let again = answer(request, deadline, shown, || guard.authority.decide(request)).await?;
    match sort(request, again, deadline, shown)? {
        Answered::Yes(allowed) => Ok(allowed.approved_by(&approval)),
        // The same question means that nothing but the person's yes was missing; unless the
        // authority wants that yes given to itself.
        Answered::Question(again, _)
            if again.is_same_question(&ask) && !again.at_authority && !ask.at_authority =>
        {
            let mut allow = approval.stamped_as(again.danger.as_ref());
            // Whoever reads the record sees whose question it was that got a yes.
            allow.grounds.rule = allow.grounds.rule.or(again.grounds.rule);
            allow.grounds.version = allow.grounds.version.or(again.grounds.version);
            Ok(Allowed { allow, shown, deadline, by_person: true })
        }
        // FAIL CLOSED: another question was not answered by anybody.
        Answered::Question(again, _) => {
            Err(Denial::needs_approval(request.id, request.action, again))
        }
    }
}

fn sort(
    request: &Request<'_>,
    decision: Decision,
    deadline: Deadline,
    shown: Shown,
) -> Result<Answered, Denial> {
    match decision {
        Decision::Allow(allow) => {
            Ok(Answered::Yes(Allowed { allow, shown, deadline, by_person: false }))
        }
        Decision::Deny(deny) => Err(Denial::denied(request.id, request.action, deny)),
        Decision::Ask(ask) => Ok(Answered::Question(ask, shown)),
    }
}

async fn person(
    guard: &Parts,
    request: &Request<'_>,
    ask: &Ask,
    shown: Shown,
) -> Result<Allow, Denial> {
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
    let answered = answer(request, deadline, shown, || approver.approve(request, ask)).await;
    // Where there is none, it was not the authority that failed.
    match answered.map_err(Denial::by_an_approver)? {
        Decision::Allow(allow) => Ok(allow),
        Decision::Deny(deny) => Err(Denial::denied(request.id, request.action, deny)),
        // FAIL CLOSED: an approver that asks on has nobody to ask.
        Decision::Ask(ask) => Err(needs_approval(ask)),
    }
}

/// Whether the person's yes still stands.
///
/// # Denies
/// A yes that was taken back.
pub(super) fn still(guard: &Parts, request: &Request<'_>) -> Result<(), Denial> {
    let Some((approver, _)) = &guard.approver else {
        // FAIL CLOSED: whoever said yes is not there.
        return Err(Denial::new(
            Cause::NotConfigured,
            request.id,
            request.action,
            "the approver is gone",
        ));
    };
    match deciding(|| approver.withdrawn()) {
        Ok(None) => Ok(()),
        // FAIL CLOSED: a cancel that came before the body wins.
        Ok(Some(deny)) => Err(Denial::denied(request.id, request.action, deny)),
        Err(panic) => Err(panicked(request, panic)),
    }
}

/// One answer, in time, to arguments that did not change meanwhile.
///
/// Compared with what they were before anybody looked at them, also where the answer was at hand: a
/// dialog may hold its thread while another one changes them under the person's eyes.
async fn answer<'a>(
    request: &'a Request<'a>,
    deadline: Deadline,
    shown: Shown,
    ask: impl Fn() -> Answer<'a>,
) -> Result<Decision, Denial> {
    match poll_fn(|cx| Poll::Ready(begin(request, deadline, &ask, cx))).await? {
        Begun::Decided(decision) => {
            unchanged(request, shown)?;
            deadline.check().map_err(|why| expired(request, deadline, why))?;
            Ok(decision)
        }
        Begun::Waiting(answer) => finish(request, deadline, shown, answer).await,
    }
}

enum Begun<'a> {
    Decided(Decision),
    Waiting(Contained<Answer<'a>>),
}

/// Asks, and takes the answer if it is at hand.
fn begin<'a>(
    request: &Request<'_>,
    deadline: Deadline,
    ask: impl FnOnce() -> Answer<'a>,
    cx: &mut Context<'_>,
) -> Result<Begun<'a>, Denial> {
    let mut answer = deciding(ask).map_err(|panic| panicked(request, panic))?;
    if let Some(answered) = answer.take_ready() {
        deadline.check().map_err(|why| expired(request, deadline, why))?;
        return judge(request, Ok(answered)).map(Begun::Decided);
    }
    let mut answer = Contained::new(answer);
    match deadline.first(&mut answer, cx).map_err(|why| expired(request, deadline, why))? {
        Poll::Ready(answered) => judge(request, answered).map(Begun::Decided),
        Poll::Pending => Ok(Begun::Waiting(answer)),
    }
}

/// Waits for an answer that was not at hand.
async fn finish(
    request: &Request<'_>,
    deadline: Deadline,
    shown: Shown,
    mut answer: Contained<Answer<'_>>,
) -> Result<Decision, Denial> {
    let waited = deadline.wait(&mut answer).await;
    let answered = waited.map_err(|why| expired(request, deadline, why))?;
    unchanged(request, shown)?;
    // Looking at the arguments runs code that is not ours: the clock has the last word.
    deadline.check().map_err(|why| expired(request, deadline, why))?;
    judge(request, answered)
}

fn judge(
    request: &Request<'_>,
    answered: Result<Result<Decision, NoDecision>, Panicked>,
) -> Result<Decision, Denial> {
    match answered {
        Ok(Ok(decision)) => Ok(decision),
        // FAIL CLOSED: no decision is a no.
        Ok(Err(why)) => Err(Denial::no_decision(request.id, request.action, why)),
        Err(panic) => Err(panicked(request, panic)),
    }
}

fn panicked(request: &Request<'_>, Panicked(text): Panicked) -> Denial {
    // FAIL CLOSED: a panic is no decision.
    let why = NoDecision::unavailable(format_args!("the authority panicked: {text}"));
    Denial::no_decision(request.id, request.action, why)
}

fn expired(request: &Request<'_>, deadline: Deadline, why: Expired) -> Denial {
    match why {
        Expired::Passed => Denial::timed_out(request.id, request.action, deadline.limit()),
        Expired::NoTimer => Denial::new(
            Cause::NotConfigured,
            request.id,
            request.action,
            "no timer to keep the deadline with",
        )
        .with_detail("call guarded executors inside a tokio runtime with time enabled"),
    }
}

/// After every wait, because others ran meanwhile.
///
/// # Denies
/// Arguments that are not what they were, or cannot be shown any more.
pub(super) fn unchanged(request: &Request<'_>, before: Shown) -> Result<(), Denial> {
    let now = request.inspect().map_err(|error| not_showable(request, &error))?;
    if now == before.fingerprint {
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

pub(super) fn not_showable(request: &Request<'_>, why: &NotShowable) -> Denial {
    // FAIL CLOSED: what cannot be shown whole is not asked for in part, and not recorded in part.
    Denial::new(
        Cause::Malformed,
        request.id,
        request.action,
        "the arguments cannot be shown to the authority",
    )
    .with_detail(why.to_string())
}
