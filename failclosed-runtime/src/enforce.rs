//! The only door to a guarded body.
//!
//! Nothing else in this crate turns an authority's answer into a [`Call`], and every path through
//! this file that does not end in `Ok` ends in a [`Denial`] that was recorded.

use std::{
    future::poll_fn,
    task::{Context, Poll},
};

use crate::{
    action::{self, Action},
    argument::{Arguments, NamedArgument, NoArguments},
    call::Call,
    contain::is_deciding,
    deadline::Deadline,
    decision::Allow,
    denial::{Cause, Denial},
    guard::{Guard, Parts},
    id::CallId,
    request::{Digest, Request, Resource},
};

mod ask;
mod report;

use ask::{Answered, Asked};

/// What is asked for: an action by its name, or by a value that carries its arguments.
pub struct Entry<'a, A: ?Sized> {
    name: &'static str,
    action: &'a A,
    carried: &'a dyn Arguments,
    resource: Option<Resource<'a>>,
}

impl<'a, A: Action> Entry<'a, A> {
    /// An action that carries its arguments. Its name is that of its key: see [`Action`].
    pub fn of(action: &'a A) -> Self {
        Self { name: action::name::<A>(), action, carried: action, resource: action.resource() }
    }
}

/// The action of an executor that gives only a name. It is not an [`Action`], so no permit can be
/// for it.
#[derive(Debug)]
pub struct Named(());

impl Entry<'static, Named> {
    /// An action by its name.
    pub fn named(name: &'static str) -> Self {
        Self { name, action: &Named(()), carried: &NoArguments, resource: None }
    }
}

/// Asks, and waits for the answer: the one call that stands before every guarded body.
///
/// # Denies
/// Everything but an explicit allow, in time and on record.
pub async fn enter<'a, 'b, A: ?Sized>(
    guard: Guard,
    entry: Entry<'a, A>,
    resource: Option<Resource<'b>>,
    passed: &'b [NamedArgument<'b>],
) -> Result<Call<'a, A>, Denial> {
    let request = Request {
        id: CallId::next(),
        subject: &guard.0.subject,
        action: entry.name,
        resource: resource.or(entry.resource),
        carried: entry.carried,
        passed,
        context: &guard.0.context,
    };
    authorize(&guard.0, &request).await?;
    let id = request.id;
    Ok(Call::open(guard, id, entry.name, entry.action))
}

/// The check, from the question to the record.
async fn authorize(guard: &Parts, request: &Request<'_>) -> Result<(), Denial> {
    // While this lives, a caller that goes away leaves a `Cancelled` on record.
    let undecided = report::Undecided::new(guard, request);
    let checked = match poll_fn(|cx| Poll::Ready(check(guard, request, cx))).await {
        Ok(Asked::Answered(Answered::Yes(allowed))) => Ok(allowed),
        // Boxed: what takes time anyway does not make every guarded future larger.
        Ok(asked) => Box::pin(ask::settle(guard, request, asked)).await,
        Err(denial) => Err(denial),
    };
    let recorded = match checked {
        // FAIL CLOSED: a yes that is not on record is withheld.
        Ok(allowed) if !guard.sinks.is_empty() => {
            report::allow(guard, request, &allowed).await.map(|()| allowed.allow)
        }
        Ok(allowed) => Ok(allowed.allow),
        Err(denial) => Err(denial),
    };
    let denial = match recorded {
        Ok(allow) => {
            report::allowed(request, &allow);
            undecided.decided();
            return Ok(());
        }
        Err(denial) => denial,
    };
    Box::pin(report::deny(guard, request, &denial)).await;
    undecided.decided();
    Err(denial)
}

/// An allow that is not on record yet.
struct Allowed {
    allow: Allow,
    /// Computed where somebody keeps it.
    digest: Option<Digest>,
    /// What is left of the time.
    deadline: Deadline,
}

fn check<'a>(
    guard: &'a Parts,
    request: &'a Request<'a>,
    cx: &mut Context<'_>,
) -> Result<Asked<'a>, Denial> {
    let deadline = Deadline::after(guard.deadline);
    let denial = |cause, reason| Denial::new(cause, request.id, request.action, reason);
    if is_deciding() {
        // FAIL CLOSED: an authority that needs a permit to decide would ask itself without end.
        return Err(denial(Cause::NotConfigured, "an authority called a guarded executor"));
    }
    if let Err(error) = request.inspect() {
        // FAIL CLOSED: what cannot be shown whole is not asked for in part.
        return Err(denial(Cause::Malformed, "the arguments cannot be shown to the authority")
            .with_detail(error.to_string()));
    }
    let digest = if guard.sinks.is_empty() { None } else { Some(ask::digest(request)?) };
    ask::put(guard, request, deadline, digest, cx)
}
