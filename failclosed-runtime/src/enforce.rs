//! The only door to a guarded body.
//!
//! Nothing else in this crate turns an authority's answer into a [`Call`], and every path through
//! this file that does not end in `Ok` ends in a [`Denial`] that was recorded.

use std::{
    future::Future,
    marker::PhantomData,
    mem,
    pin::Pin,
    task::{Context, Poll},
};

use crate::{
    action::{self, Action, Exactly},
    argument::{Arguments, Fingerprint, NamedArgument, NoArguments},
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
use report::Recorded;

/// What is asked for: an action by its name, or by a value that carries its arguments.
pub struct Entry<'a, A: ?Sized> {
    name: &'static str,
    action: &'a A,
    exactly: Exactly<A>,
    carried: &'a dyn Arguments,
    resource: Option<Resource<'a>>,
}

impl<'a, A: Action> Entry<'a, A> {
    /// An action that carries its arguments. Its name is that of its key: see [`Action`].
    pub fn of(action: &'a A) -> Self {
        let (name, resource) = (action::name::<A>(), action.resource());
        Self { name, action, exactly: PhantomData, carried: action, resource }
    }
}

/// The action of an executor that gives only a name. It is not an [`Action`], so no permit can be
/// for it.
#[derive(Debug)]
pub struct Named(());

impl Entry<'static, Named> {
    /// An action by its name.
    pub fn named(name: &'static str) -> Self {
        let (action, carried) = (&Named(()), &NoArguments);
        Self { name, action, exactly: PhantomData, carried, resource: None }
    }
}

/// One question: who asks, for what, with which arguments. It lives as long as the asking.
pub struct Asking<'a, 'b, A: ?Sized> {
    guard: &'a Guard,
    action: &'a A,
    exactly: Exactly<A>,
    request: Request<'b>,
}

impl<'a: 'b, 'b, A: ?Sized> Asking<'a, 'b, A> {
    /// A question that nobody has been asked yet.
    pub fn new(
        guard: &'a Guard,
        entry: Entry<'a, A>,
        resource: Option<Resource<'b>>,
        passed: &'b [NamedArgument<'b>],
    ) -> Self {
        let request = Request {
            id: CallId::next(),
            subject: &guard.0.subject,
            action: entry.name,
            resource: resource.or(entry.resource),
            carried: entry.carried,
            passed,
            context: &guard.0.context,
        };
        Self { guard, action: entry.action, exactly: entry.exactly, request }
    }
}

/// Asks, and waits for the answer: the one call that stands before every guarded body.
///
/// # Denies
/// Everything but an explicit allow, in time and on record.
pub fn enter<'a, 'b, A: ?Sized>(asking: &'b Asking<'a, 'b, A>) -> Enter<'a, 'b, A> {
    Enter { asking, check: Check::Unasked }
}

/// A check under way. Small, and without a coroutine of its own, because one is part of every
/// guarded function: what takes time anyway is in a box.
#[must_use = "nobody is asked until this is awaited"]
pub struct Enter<'a, 'b, A: ?Sized> {
    asking: &'b Asking<'a, 'b, A>,
    check: Check<'b>,
}

enum Check<'b> {
    Unasked,
    UnderWay(Later<'b>),
    Ended,
}

/// The rest of a check that cannot end at once.
type Later<'b> = Pin<Box<dyn Future<Output = Result<(), Denial>> + Send + 'b>>;

impl<'a, A: ?Sized> Future for Enter<'a, '_, A> {
    type Output = Result<Call<'a, A>, Denial>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let asking = self.asking;
        let allowed = check(&asking.guard.0, &asking.request, &mut self.check, cx);
        allowed.map_ok(|()| {
            let Request { id, action, .. } = asking.request;
            Call::open(&asking.guard.0, id, action, asking.action)
        })
    }
}

/// From the question to the record.
fn check<'b>(
    guard: &'b Parts,
    request: &'b Request<'b>,
    check: &mut Check<'b>,
    cx: &mut Context<'_>,
) -> Poll<Result<(), Denial>> {
    // Whatever panics from here on leaves a check that has ended.
    let mut later = match mem::replace(check, Check::Ended) {
        Check::Unasked => match begin(guard, request, cx) {
            None => return Poll::Ready(Ok(())),
            Some(later) => later,
        },
        Check::UnderWay(later) => later,
        // FAIL CLOSED: an answer is given once.
        Check::Ended => {
            let reason = "a check was awaited a second time";
            let denial = Denial::new(Cause::Cancelled, request.id, request.action, reason);
            return Poll::Ready(Err(denial));
        }
    };
    let polled = later.as_mut().poll(cx);
    if polled.is_pending() {
        *check = Check::UnderWay(later);
    }
    polled
}

/// Asks. `None` is an allow that was at hand and is on record: the one way through that waits for
/// nothing and allocates nothing.
fn begin<'b>(
    guard: &'b Parts,
    request: &'b Request<'b>,
    cx: &mut Context<'_>,
) -> Option<Later<'b>> {
    // While this lives, a caller that goes away leaves a `Cancelled` on record.
    let undecided = report::Undecided::new(guard, request);
    let asked = ask(guard, request, cx);
    let recorded = match asked {
        Ok(Asked::Answered(Answered::Yes(allowed))) => report::allow(guard, request, allowed, 0),
        Ok(asked) => {
            return Some(Box::pin(async move {
                let recorded = match ask::settle(guard, request, asked).await {
                    Ok(allowed) => report::allow(guard, request, allowed, 0),
                    Err(denial) => Err(denial),
                };
                end(guard, request, undecided, recorded).await
            }));
        }
        Err(denial) => Err(denial),
    };
    match recorded {
        Ok(Recorded::InAll(allow)) => {
            report::allowed(request, &allow);
            undecided.decided();
            None
        }
        recorded => Some(Box::pin(end(guard, request, undecided, recorded))),
    }
}

/// Waits for the log, where it has to be waited for, and makes the decision known.
async fn end<'b>(
    guard: &'b Parts,
    request: &'b Request<'b>,
    mut undecided: report::Undecided<'b>,
    recorded: Result<Recorded<'b>, Denial>,
) -> Result<(), Denial> {
    let recorded = match recorded {
        Ok(Recorded::InAll(allow)) => Ok(allow),
        // FAIL CLOSED: a yes that is not on record is withheld. In a box, as is what follows a no:
        // the calls that need neither should not carry it about.
        Ok(waiting) => Box::pin(waiting.everywhere(guard, request)).await,
        Err(denial) => Err(denial),
    };
    let decided = match recorded {
        Ok(allow) => {
            report::allowed(request, &allow);
            Ok(())
        }
        Err(denial) => {
            Box::pin(report::deny(guard, request, &denial, &mut undecided)).await;
            Err(denial)
        }
    };
    undecided.decided();
    decided
}

/// What was asked, before anybody was.
#[derive(Clone, Copy)]
struct Shown {
    fingerprint: Fingerprint,
    /// Computed where somebody keeps it.
    digest: Option<Digest>,
}

/// An allow that is not on record yet.
struct Allowed {
    allow: Allow,
    shown: Shown,
    /// What is left of the time.
    deadline: Deadline,
}

impl Allowed {
    /// The authority's yes after a person's: a stamp on that one is a stamp on both.
    fn approved_by(mut self, approval: &Allow) -> Self {
        self.allow = self.allow.stamped_as(approval.danger.as_ref());
        self
    }
}

fn ask<'a>(
    guard: &'a Parts,
    request: &'a Request<'a>,
    cx: &mut Context<'_>,
) -> Result<Asked<'a>, Denial> {
    let deadline = Deadline::after(guard.deadline);
    if is_deciding() {
        // FAIL CLOSED: an authority that needs a permit to decide would ask itself without end.
        let reason = "an authority called a guarded executor";
        return Err(Denial::new(Cause::NotConfigured, request.id, request.action, reason));
    }
    let fingerprint = request.inspect().map_err(|error| ask::not_showable(request, &error))?;
    let digest = if guard.sinks.is_empty() {
        None
    } else {
        Some(request.digest().map_err(|error| ask::not_showable(request, &error))?)
    };
    ask::put(guard, request, deadline, Shown { fingerprint, digest }, cx)
}
