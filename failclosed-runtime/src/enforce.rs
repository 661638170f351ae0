//! The only door to a guarded body.
//!
//! Nothing else in this crate turns an authority's answer into a [`Call`], and every path through
//! this file that does not end in `Ok` ends in a [`Denial`] that was recorded.

use std::{
    future::Future,
    marker::PhantomData,
    mem,
    panic::Location,
    pin::Pin,
    task::{Context, Poll},
    time::Instant,
};

use crate::{
    action::{self, Action, Exactly},
    argument::{Carries, Nothing},
    call::Call,
    contain::inside,
    deadline::{self, Deadline},
    decision::Allow,
    denial::{Cause, Denial},
    domain::Global,
    guard::{Guard, Parts, Probe},
    request::{Notes, Origin, Request, Show, ShowMethod, Shown, Source},
    telemetry::{BodySpan, DecisionSpan},
};

mod decide;
mod log;

use decide::{Asked, Reply};
use log::{Recorded, Unfinished};

/// What is asked for: an action by its name, or by a value that carries its arguments.
pub struct Entry<'a, A: ?Sized> {
    name: &'static str,
    action: &'a A,
    exactly: Exactly<A>,
    carried: &'a dyn Carries,
}

impl<'a, A: Action> Entry<'a, A> {
    /// An action that carries its arguments. Its name is that of its key: see [`Action`].
    pub fn of(action: &'a A) -> Self {
        Self { name: action::name::<A>(), action, exactly: PhantomData, carried: action }
    }
}

/// The action of an executor that gives only a name. It is not an [`Action`], so no permit can be
/// for it.
#[derive(Debug)]
pub struct Named(());

impl Entry<'static, Named> {
    /// An action by its name.
    pub fn named(name: &'static str) -> Self {
        Self { name, action: &Named(()), exactly: PhantomData, carried: &Nothing }
    }
}

impl<'a> Entry<'a, Named> {
    /// An action, as [`of`](Entry::of), whose type is left to whoever asks: a check of its own for each
    /// method's action would be compiled for each.
    pub(crate) fn untyped(name: &'static str, carried: &'a dyn Carries) -> Self {
        Self { name, action: &Named(()), exactly: PhantomData, carried }
    }

    /// What nobody may do.
    pub(crate) fn probe(probe: &'a Probe) -> Self {
        Self { name: probe.action(), action: &Named(()), exactly: PhantomData, carried: probe }
    }
}

/// One question: who asks, for what, with which arguments. It lives as long as the asking.
pub struct Asking<'a, 'b, A: ?Sized, D = Global> {
    guard: &'a Guard<D>,
    action: &'a A,
    exactly: Exactly<A>,
    /// The live values, which are written down again after each wait.
    source: Source<'b>,
    /// What they were.
    request: Request<'b>,
    /// Began before they were looked at: looking runs code that is not ours.
    deadline: Deadline,
    span: DecisionSpan,
}

impl<'a: 'b, 'b, A: ?Sized, D> Asking<'a, 'b, A, D> {
    /// A question that nobody has been asked yet. `show` gives what the executor shows; it is called
    /// again after each wait, so that what its expressions compute is what was asked about. The log
    /// says where this is called: for generated code, where its attribute stands; and in which function
    /// `show` was written.
    #[track_caller]
    pub fn new(guard: &'a Guard<D>, entry: Entry<'a, A>, show: &'b dyn Show) -> Self {
        Self::at(guard, entry, show, Location::caller(), show.closure())
    }

    /// A question that is not written where its function is.
    pub(crate) fn at(
        guard: &'a Guard<D>,
        entry: Entry<'a, A>,
        show: &'b dyn Show,
        site: &'static Location<'static>,
        closure: &'static str,
    ) -> Self {
        Self::of(guard, entry, Shown::Executor(show), None, Some((site, closure)))
    }

    /// A question of a guarded method's, and by what name the log knows it.
    pub(crate) fn method(
        guard: &'a Guard<D>,
        entry: Entry<'a, A>,
        show: &'b dyn ShowMethod,
        site: &'static Location<'static>,
        name: &'static str,
    ) -> Self {
        Self::of(guard, entry, Shown::Method(show), None, Some((site, name)))
    }

    /// A question of a self check, which is told what an answer does not tell.
    pub(crate) fn noting(
        guard: &'a Guard<D>,
        entry: Entry<'a, A>,
        show: &'b dyn Show,
        notes: Option<&'b Notes>,
    ) -> Self {
        Self::of(guard, entry, Shown::Executor(show), notes, None)
    }

    /// A question of no guarded function's: no place in the program is known for it.
    #[cfg(feature = "tower")]
    pub(crate) fn nowhere(guard: &'a Guard<D>, entry: Entry<'a, A>, show: &'b dyn Show) -> Self {
        Self::of(guard, entry, Shown::Executor(show), None, None)
    }

    fn of(
        guard: &'a Guard<D>,
        entry: Entry<'a, A>,
        show: Shown<'b>,
        notes: Option<&'b Notes>,
        site: Option<(&'static Location<'static>, &'static str)>,
    ) -> Self {
        let deadline = Deadline::after(guard.0.deadline);
        let source = Source {
            subject: &guard.0.subject,
            kind: entry.name,
            carried: entry.carried,
            show,
            context: &guard.0.context,
            mask_key: guard.0.mask_key.as_ref(),
            notes,
            origin: Origin {
                site: site.map(|(location, _)| location),
                closure: site.map(|(_, closure)| closure),
                began: deadline.began(),
            },
        };
        let request = source.request();
        let (action, exactly, span) = (entry.action, entry.exactly, DecisionSpan::default());
        Self { guard, action, exactly, source, request, deadline, span }
    }
}

/// Asks, and waits for the answer: the one call that stands before every guarded body.
///
/// # Denies
/// Everything but an explicit allow, in time and on record.
pub fn enter<'a, 'b, A: ?Sized, D>(asking: &'b Asking<'a, 'b, A, D>) -> Enter<'a, 'b, A, D> {
    Enter { asking, stage: Stage::New }
}

/// A check under way. Small, and without a coroutine of its own, because one is part of every
/// guarded function: what takes time anyway is in a box.
#[must_use = "nobody is asked until this is awaited"]
pub struct Enter<'a, 'b, A: ?Sized, D = Global> {
    asking: &'b Asking<'a, 'b, A, D>,
    stage: Stage<'b>,
}

enum Stage<'b> {
    New,
    Waiting(Later<'b>),
    Done,
}

/// The rest of a check that cannot end at once.
type Later<'b> = Pin<Box<dyn Future<Output = Result<Opened, Denial>> + Send + 'b>>;

/// What a body begins with.
struct Opened {
    span: BodySpan,
    /// The last look at the clock before it.
    at: Instant,
}

/// How far a check has got when it has begun.
enum Outset<'b> {
    /// The allow was at hand and is on record: the one way through that waits for nothing and allocates
    /// nothing.
    Allowed(Opened),
    Waiting(Later<'b>),
}

impl<'a, A: ?Sized, D> Future for Enter<'a, '_, A, D> {
    type Output = Result<Call<'a, A, D>, Denial>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let asking = self.asking;
        let Asking { source, request, deadline, span, .. } = asking;
        let check = Check { guard: &asking.guard.0, source, request, span, deadline: *deadline };
        let allowed = self.stage.poll(check, cx);
        allowed.map_ok(|Opened { span, at }| {
            Call::open(&asking.guard.0, request, asking.action, span, at)
        })
    }
}

impl<'b> Stage<'b> {
    /// From the question to the record.
    fn poll(&mut self, check: Check<'b>, cx: &mut Context<'_>) -> Poll<Result<Opened, Denial>> {
        if matches!(self, Self::New) {
            check.span.begin(check.request);
        }
        let _entered = check.span.enter();
        // Whatever panics from here on leaves a check that has ended.
        let mut later = match mem::replace(self, Self::Done) {
            Self::New => match check.begin(cx) {
                Outset::Allowed(opened) => return Poll::Ready(Ok(opened)),
                Outset::Waiting(later) => later,
            },
            Self::Waiting(later) => later,
            // FAIL CLOSED: an answer is given once.
            Self::Done => {
                let reason = "a check was awaited a second time";
                return Poll::Ready(Err(check.denied(Cause::Cancelled, reason)));
            }
        };
        let polled = later.as_mut().poll(cx);
        if polled.is_pending() {
            *self = Self::Waiting(later);
        }
        polled
    }
}

/// One check: what is asked, by whom, and until when.
#[derive(Clone, Copy)]
struct Check<'b> {
    guard: &'b Parts,
    source: &'b Source<'b>,
    request: &'b Request<'b>,
    span: &'b DecisionSpan,
    /// Of the question that is being put: a person's yes begins another one.
    deadline: Deadline,
}

/// An allow, and what it took.
struct Allowed {
    allow: Allow,
    /// What is left of the time.
    deadline: Deadline,
    /// Whether others had time to change the values, or to take the allow back, meanwhile.
    waited: bool,
    /// When the values were last found to be those that were asked about, if nothing was waited for since.
    compared: Option<Instant>,
}

impl<'b> Check<'b> {
    /// Asks.
    fn begin(self, cx: &mut Context<'_>) -> Outset<'b> {
        // While this lives, a caller that goes away leaves a `Cancelled` on record.
        let unfinished = Unfinished::new(self);
        let denial = match self.ask(cx) {
            Ok(Asked::Replied(Reply::Yes(allow))) => {
                let deadline = self.deadline;
                let allowed = Allowed { allow, deadline, waited: false, compared: None };
                match self.record_allow(&allowed, 0) {
                    Ok(Recorded::InAll) => match self.open(&allowed) {
                        Ok(opened) => {
                            unfinished.decided();
                            return Outset::Allowed(opened);
                        }
                        Err(denial) => denial,
                    },
                    Ok(waiting) => {
                        return Outset::Waiting(Box::pin(async move {
                            let recorded = waiting.everywhere(self, allowed).await;
                            self.end(unfinished, recorded).await
                        }));
                    }
                    Err(denial) => denial,
                }
            }
            Ok(asked) => {
                return Outset::Waiting(Box::pin(async move {
                    let recorded = self.recorded(asked).await;
                    self.end(unfinished, recorded).await
                }));
            }
            Err(denial) => denial,
        };
        Outset::Waiting(Box::pin(self.end(unfinished, Err(denial))))
    }

    /// The authority's answer, or the future that has it.
    fn ask(self, cx: &mut Context<'_>) -> Result<Asked<'b>, Denial> {
        if inside() > 0 {
            // FAIL CLOSED: an authority, approver, sink or observer that needs a permit to do its part
            // would ask itself without end.
            let reason = "what a guard calls called a guarded executor";
            return Err(self.denied(Cause::NotConfigured, reason));
        }
        self.is_lent_still()?;
        self.request.shown().map_err(|why| self.not_showable(why))?;
        self.put(cx)
    }

    /// The answer that is waited for, and where it is a yes, on record.
    async fn recorded(self, asked: Asked<'b>) -> Result<Allowed, Denial> {
        let allowed = self.settle(asked).await?;
        match self.record_allow(&allowed, 0)? {
            Recorded::InAll => Ok(allowed),
            // FAIL CLOSED: a yes that is not on record is withheld. In a box: the calls that need no such
            // wait should not carry it about.
            waiting => Box::pin(waiting.everywhere(self, allowed)).await,
        }
    }

    /// Makes the decision known.
    async fn end(
        self,
        mut unfinished: Unfinished<'b>,
        recorded: Result<Allowed, Denial>,
    ) -> Result<Opened, Denial> {
        let opened = recorded.and_then(|allowed| self.open(&allowed));
        // Before anybody reads it: the caller, the log, whoever traces.
        let hidden = |text: &str| self.request.without_masked(text);
        let opened = opened.map_err(|denial| denial.rewritten(&hidden));
        if let Err(denial) = &opened {
            // In a box, as above.
            Box::pin(self.record_deny(denial, &mut unfinished)).await;
        }
        unfinished.decided();
        opened
    }

    /// The last steps before the body: everything that runs code of others, and behind it all the
    /// clock. Nothing may come between this and the opening of the call.
    ///
    /// # Denies
    /// As [`holds`](Self::holds).
    fn open(self, allowed: &Allowed) -> Result<Opened, Denial> {
        let span = self.trace_allowed(&allowed.allow);
        match self.holds(allowed) {
            Ok(at) => Ok(Opened { span, at }),
            Err(denial) => {
                span.withheld(&denial);
                Err(denial)
            }
        }
    }

    /// Whether an allow still holds: the last time when it was seen to be in time.
    ///
    /// # Denies
    /// Values that are no longer those that were asked about, a yes that was taken back, one that is
    /// too late by now, and a sub-agent whose parent's guard is gone.
    fn holds(self, allowed: &Allowed) -> Result<Instant, Denial> {
        let now = self.in_time(allowed.deadline)?;
        // What was at hand all along left nobody the time to change anything, and nothing runs after
        // this reading of the clock.
        if !allowed.waited && !allowed.deadline.took_time(now) {
            return self.is_lent_still().map(|()| now);
        }
        if !allowed.compared.is_some_and(|since| deadline::is_brief(since, now)) {
            self.unchanged()?;
        }
        // Each wait before it was one in which the person could cancel.
        if allowed.allow.is_by_person() {
            self.not_withdrawn()?;
        }
        self.is_lent_still()?;
        let now = self.in_time(allowed.deadline)?;
        // Runs nobody's code: what is remembered is a yes that a body began with.
        match allowed.allow.approved.as_ref().and_then(|yes| yes.keep.as_ref()) {
            // FAIL CLOSED: it ended, or was forgotten, while others were asked.
            Some(keep) if !keep.keep() => Err(self
                .denied(Cause::NeedsApproval, "the yes that was remembered holds no longer")
                .with_detail("asked again, the call is put to the person")),
            Some(_) | None => Ok(now),
        }
    }
}
