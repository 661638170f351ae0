//! The thing that enforces: who asks whom, how long, and what is written down.

use std::{fmt, marker::PhantomData, sync::Arc, time::Duration};

use crate::{
    answer::Answer,
    approval::{Approver, Pace, Pacer},
    argument::{Argument, MaskKey, came_with::came_with},
    audit::{self, AuditSink, Unrecorded},
    authority::Authority,
    decision::NoDecision,
    domain::{Global, Within},
    error::ConfigError,
    observe::Observer,
    request::{ContextEntry, Request},
    subject::Subject,
};

mod builder;
mod current;
mod delegate;
mod expecting;
mod has_guard;
mod lease;
mod probe;

pub(crate) use current::current;
pub(crate) use lease::{Lease, Life};
pub use {builder::GuardBuilder, has_guard::HasGuard, probe::Probe};

/// A deadline over this is no deadline.
const LONGEST_DEADLINE: Duration = Duration::from_secs(24 * 60 * 60);

/// Stands before every executor it guards. Cheap to clone; clones are the same guard.
///
/// ```
/// use std::time::Duration;
/// use failclosed_runtime::{Decision, Guard, Subject, audit::MemoryLog, authority_fn};
///
/// # async fn started() -> Result<(), Box<dyn std::error::Error>> {
/// let alices = Subject::agent("shopper")?.on_behalf_of("alice")?;
/// let authority = authority_fn(async |_| Ok(Decision::deny("the shop is closed")));
/// let guard = Guard::builder(alices, authority, MemoryLog::new())
///     .deadline(Duration::from_secs(2))
///     .start()
///     .await?;
/// # Ok(()) }
/// ```
///
/// A guard of a [domain](crate::Global) of its own is a `Guard<Payments>`.
pub struct Guard<D = Global>(pub(crate) Arc<Parts>, Within<D>);

impl<D> Clone for Guard<D> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0), PhantomData)
    }
}

/// Each part is shared, so that a guard for another subject or with another approver is no second
/// policy engine and no second log.
#[derive(Clone)]
pub(crate) struct Parts {
    pub(crate) subject: Subject,
    pub(crate) authority: Arc<dyn Authority>,
    pub(crate) approver: Option<(Arc<dyn Approver>, Duration)>,
    /// Shared by every guard that comes from this one: it is the same people who are asked.
    pub(crate) pacer: Arc<Pacer>,
    pub(crate) deadline: Duration,
    pub(crate) sinks: Vec<Arc<dyn AuditSink>>,
    pub(crate) observers: Vec<Arc<dyn Observer>>,
    pub(crate) context: Vec<ContextEntry>,
    /// What its authority must say no to when it starts.
    pub(crate) probes: Vec<Arc<Probe>>,
    /// The names that must be in its authority.
    pub(crate) expected: Vec<Arc<str>>,
    /// For the masks of masked arguments; else the process has a key.
    pub(crate) mask_key: Option<MaskKey>,
    /// Whether it was lent, to a task by [`Guard::current`] or to a sub-agent by [`Guard::delegate`],
    /// which may use it and narrow it, and not change it.
    pub(crate) lent: bool,
    /// What delegates of it last as long as.
    pub(crate) life: Life,
    /// What it lasts as long as itself.
    pub(crate) leases: Vec<Lease>,
}

impl Parts {
    fn new(
        subject: Subject,
        authority: Arc<dyn Authority>,
        sinks: Vec<Arc<dyn AuditSink>>,
    ) -> Self {
        Self {
            subject,
            authority,
            approver: None,
            pacer: Arc::new(Pacer::new(Pace::new())),
            deadline: Guard::DEFAULT_DEADLINE,
            sinks,
            observers: Vec::new(),
            context: Vec::new(),
            probes: Vec::new(),
            expected: Vec::new(),
            mask_key: None,
            lent: false,
            life: Life::new(),
            leases: Vec::new(),
        }
    }

    /// What is put together or changed is a guard again. Of its domain: who calls this has seen a guard
    /// or a builder of it.
    pub(crate) fn guard<D>(self) -> Guard<D> {
        Guard(Arc::new(self), PhantomData)
    }

    /// In the place of what was to be asked: denies everything, and tells the operator why.
    fn denying(detail: impl Into<String>) -> Self {
        struct Nobody(String);
        impl Authority for Nobody {
            fn decide<'a>(&'a self, _: &'a Request<'a>) -> Answer<'a> {
                // FAIL CLOSED: nobody to ask is a no.
                NoDecision::not_configured(&self.0).into()
            }
        }
        Self::new(Subject::unknown(), Arc::new(Nobody(detail.into())), Vec::new())
    }

    /// # Errors
    /// [`ConfigError::DuplicateContext`].
    fn distinct(&self) -> Result<(), ConfigError> {
        for (index, (name, _)) in self.context.iter().enumerate() {
            if self.context[..index].iter().any(|(other, _)| other == name) {
                return Err(ConfigError::DuplicateContext { name });
            }
        }
        Ok(())
    }

    /// Where its decisions are recorded: in its own log, else in that of the process.
    pub(crate) fn sinks(&self) -> &[Arc<dyn AuditSink>] {
        if self.sinks.is_empty() { audit::installed() } else { &self.sinks }
    }
}

impl Guard {
    /// How long an authority may take, unless the guard says otherwise: five seconds.
    pub const DEFAULT_DEADLINE: Duration = Duration::from_secs(5);

    /// Puts a guard together: nothing without somebody who acts, somebody who answers, and a log that
    /// must take every decision. A guard that is to have none says so:
    /// [`danger::unrecorded`](crate::danger::unrecorded).
    pub fn builder(
        subject: Subject,
        authority: impl Authority + 'static,
        log: impl AuditSink + 'static,
    ) -> GuardBuilder {
        Self::builder_in(Global::new(), subject, authority, log)
    }

    /// The same for a guard whose permits open the locks of this domain, and no others:
    /// `Locked<Stripe, Purchase, Payments>`. It takes a value of the domain, so that who cannot make one
    /// cannot build such a guard.
    ///
    /// It is found in `self` or by `guard = expr`: the guard of a task or a program is
    /// [`Global`](crate::Global).
    pub fn builder_in<D>(
        domain: D,
        subject: Subject,
        authority: impl Authority + 'static,
        log: impl AuditSink + 'static,
    ) -> GuardBuilder<D> {
        drop(domain);
        let log: Option<Arc<dyn AuditSink>> =
            if Unrecorded::is(&log) { None } else { Some(Arc::new(log)) };
        GuardBuilder::new(Parts::new(subject, Arc::new(authority), log.into_iter().collect()))
    }
}

impl<D> Guard<D> {
    /// Who acts under this guard.
    pub fn subject(&self) -> &Subject {
        &self.0.subject
    }

    /// The same guard for somebody else: same authority, approver, deadlines and log. For servers
    /// whose callers are told apart by what the transport has verified, never by an argument. For a
    /// sub-agent see [`delegate`](Self::delegate): this one forgets whose guard it came from.
    ///
    /// A guard from [`Guard::current`], or of a sub-agent, cannot be made another's: what it gives denies
    /// everything. Keep the guard that you built.
    pub fn for_subject(&self, subject: Subject) -> Self {
        if self.0.lent {
            // FAIL CLOSED: code below a scope would choose whose allow it uses.
            return self.refusing_lent(
                "a guard that was lent, to a running task or a sub-agent, cannot act for another subject: \
                 use the one that was built, or `delegate`",
            );
        }
        Parts { subject, ..Parts::clone(&self.0) }.guard()
    }

    /// The same guard with somebody else to ask: for hosts where each session, or each call, has a
    /// person of its own.
    ///
    /// # Errors
    /// [`ConfigError::Deadline`]; [`ConfigError::Lent`], for a guard from [`Guard::current`]: code below
    /// a scope would choose who approves.
    pub fn asking(
        &self,
        approver: impl Approver + 'static,
        deadline: Duration,
    ) -> Result<Self, ConfigError> {
        valid("approver", deadline)?;
        // FAIL CLOSED: whoever is guarded does not choose who says yes.
        self.own()?;
        let approver: Option<(Arc<dyn Approver>, _)> = Some((Arc::new(approver), deadline));
        Ok(Parts { approver, ..Parts::clone(&self.0) }.guard())
    }

    /// The same guard with one more fact that is added to every request: the id of a session, of a call.
    ///
    /// # Errors
    /// [`ConfigError::DuplicateContext`]; [`ConfigError::Lent`], for a guard from [`Guard::current`]:
    /// code below a scope would tell the authority what to think.
    pub fn with_context(
        &self,
        name: &'static str,
        value: impl Argument + Send + 'static,
    ) -> Result<Self, ConfigError> {
        self.own()?;
        let mut parts = Parts::clone(&self.0);
        parts.context.push((name, Arc::new(value)));
        parts.distinct()?;
        Ok(parts.guard())
    }

    /// The same guard with its authority in another one, which narrows it.
    #[cfg(feature = "acp")]
    pub(crate) fn deciding_by(
        &self,
        narrowed: impl FnOnce(Arc<dyn Authority>) -> Arc<dyn Authority>,
    ) -> Result<Self, ConfigError> {
        self.own()?;
        let parts = Parts::clone(&self.0);
        let authority = narrowed(Arc::clone(&parts.authority));
        Ok(Parts { authority, ..parts }.guard())
    }

    fn own(&self) -> Result<(), ConfigError> {
        if self.0.lent { Err(ConfigError::Lent) } else { Ok(()) }
    }
}

impl<D> fmt::Debug for Guard<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guard")
            .field("subject", &self.0.subject)
            .field("deadline", &self.0.deadline)
            .finish_non_exhaustive()
    }
}

pub(crate) fn valid(of: &'static str, deadline: Duration) -> Result<(), ConfigError> {
    if deadline.is_zero() || deadline > LONGEST_DEADLINE {
        // FAIL CLOSED: a deadline that nothing meets, or that never passes, is a mistake.
        return Err(ConfigError::Deadline { of });
    }
    Ok(())
}

/// A guard that has nobody to ask, for the places where a guard must be named and none was found.
impl Guard {
    /// Denies everything with [`Cause::NotConfigured`](crate::Cause::NotConfigured); `detail` tells
    /// the operator why.
    pub fn unconfigured(detail: impl Into<String>) -> Self {
        Parts::denying(detail).guard()
    }
}

// It comes with the call, and is no argument of it.
came_with!(Guard<D>, D);
