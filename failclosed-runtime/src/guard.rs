//! The thing that enforces: who asks whom, how long, and what is written down.

use std::{fmt, sync::Arc, time::Duration};

use crate::{
    answer::Answer,
    approval::{Approver, Pace, Pacer},
    argument::{Argument, MaskKey},
    audit::{self, AuditSink},
    authority::Authority,
    decision::NoDecision,
    error::ConfigError,
    observe::Observer,
    request::{ContextEntry, Request},
    subject::Subject,
};

mod current;
mod has_guard;

pub(crate) use current::current;
pub use has_guard::HasGuard;

/// A deadline over this is no deadline.
const LONGEST_DEADLINE: Duration = Duration::from_secs(24 * 60 * 60);

/// Stands before every executor it guards. Cheap to clone; clones are the same guard.
///
/// ```
/// use std::time::Duration;
/// use failclosed_runtime::{Decision, Guard, Subject, authority_fn};
///
/// # fn main() -> Result<(), failclosed_runtime::ConfigError> {
/// let authority = authority_fn(async |_| Ok(Decision::deny("the shop is closed")));
/// let guard = Guard::builder(Subject::agent("shopper")?.on_behalf_of("alice")?, authority)
///     .deadline(Duration::from_secs(2))
///     .build()?;
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Guard(pub(crate) Arc<Parts>);

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
    /// For the masks of masked arguments; else the process has a key.
    pub(crate) mask_key: Option<MaskKey>,
    /// Whether it was lent to a task by [`Guard::current`], which may use it and not change it.
    pub(crate) lent: bool,
}

impl Parts {
    /// Where its decisions are recorded: in its own log, else in that of the process.
    pub(crate) fn sinks(&self) -> &[Arc<dyn AuditSink>] {
        if self.sinks.is_empty() { audit::installed() } else { &self.sinks }
    }
}

impl Guard {
    /// How long an authority may take, unless the guard says otherwise: five seconds.
    pub const DEFAULT_DEADLINE: Duration = Duration::from_secs(5);

    /// Starts a guard: nothing without somebody who acts and somebody who answers.
    pub fn builder(subject: Subject, authority: impl Authority + 'static) -> GuardBuilder {
        GuardBuilder(Parts {
            subject,
            authority: Arc::new(authority),
            approver: None,
            pacer: Arc::new(Pacer::new(Pace::new())),
            deadline: Self::DEFAULT_DEADLINE,
            sinks: Vec::new(),
            observers: Vec::new(),
            context: Vec::new(),
            mask_key: None,
            lent: false,
        })
    }

    /// Who acts under this guard.
    pub fn subject(&self) -> &Subject {
        &self.0.subject
    }

    /// The same guard for somebody else: same authority, approver, deadlines and log. For servers
    /// whose callers are told apart by what the transport has verified, never by an argument.
    ///
    /// A guard from [`Guard::current`] cannot be made another's: what it gives denies everything. Keep
    /// the guard that you built.
    pub fn for_subject(&self, subject: Subject) -> Self {
        if self.0.lent {
            // FAIL CLOSED: code below a scope would choose whose allow it uses.
            let nobody = Self::unconfigured(
                "the guard of a running task cannot act for another subject: use the one that was built",
            );
            let Parts { sinks, observers, .. } = Parts::clone(&self.0);
            return Self(Arc::new(Parts { sinks, observers, ..Parts::clone(&nobody.0) }));
        }
        Self(Arc::new(Parts { subject, ..Parts::clone(&self.0) }))
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
        if self.0.lent {
            // FAIL CLOSED: whoever is guarded does not choose who says yes.
            return Err(ConfigError::Lent);
        }
        let approver: Option<(Arc<dyn Approver>, _)> = Some((Arc::new(approver), deadline));
        Ok(Self(Arc::new(Parts { approver, ..Parts::clone(&self.0) })))
    }
}

#[cfg(all(feature = "hook", unix))]
impl Guard {
    /// The same guard with one more fact in each request.
    ///
    /// # Errors
    /// [`ConfigError::DuplicateContext`]: policies would be about either.
    pub(crate) fn with_context(
        &self,
        name: &'static str,
        value: impl Argument + Send + 'static,
    ) -> Result<Self, ConfigError> {
        if self.0.context.iter().any(|(other, _)| *other == name) {
            return Err(ConfigError::DuplicateContext { name });
        }
        let mut parts = Parts::clone(&self.0);
        parts.context.push((name, Arc::new(value)));
        Ok(Self(Arc::new(parts)))
    }
}

impl fmt::Debug for Guard {
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

/// Puts a [`Guard`] together.
#[must_use = "a guard protects nothing until it is built"]
pub struct GuardBuilder(Parts);

impl GuardBuilder {
    /// How long from the call to the permit, answer and audit record included. Five seconds unless
    /// set. An answer that comes later is a denial, also when it is a yes.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.0.deadline = deadline;
        self
    }

    /// Who is asked when the authority answers [`Ask`](crate::Decision::Ask), and how long that
    /// person may take.
    pub fn approver(mut self, approver: impl Approver + 'static, deadline: Duration) -> Self {
        self.0.approver = Some((Arc::new(approver), deadline));
        self
    }

    /// How often one person is asked: how many questions they have open at once, and how long they are
    /// left in peace after a no. What comes above it is denied. See [`Pace`] for what holds unless set.
    pub fn pace(mut self, pace: Pace) -> Self {
        self.0.pacer = Arc::new(Pacer::new(pace));
        self
    }

    /// An audit log that must take every decision. May be given several times.
    pub fn audit(mut self, sink: impl AuditSink + 'static) -> Self {
        self.0.sinks.push(Arc::new(sink));
        self
    }

    /// The key of the masks that people and logs see in the place of masked arguments. Without it the
    /// process has a key of its own, and masks of different runs cannot be compared.
    pub fn mask_key(mut self, key: MaskKey) -> Self {
        self.0.mask_key = Some(key);
        self
    }

    /// Somebody who is told of every denial: the user, an alarm. May be given several times.
    pub fn observer(mut self, observer: impl Observer + 'static) -> Self {
        self.0.observers.push(Arc::new(observer));
        self
    }

    /// A fact that is added to every request, such as a session id.
    pub fn context(mut self, name: &'static str, value: impl Argument + Send + 'static) -> Self {
        self.0.context.push((name, Arc::new(value)));
        self
    }

    /// The guard.
    ///
    /// # Errors
    /// [`ConfigError::Deadline`], [`ConfigError::Pace`], [`ConfigError::DuplicateContext`].
    pub fn build(self) -> Result<Guard, ConfigError> {
        valid("authority", self.0.deadline)?;
        if let Some((_, deadline)) = &self.0.approver {
            valid("approver", *deadline)?;
        }
        self.0.pacer.pace().valid()?;
        for (index, (name, _)) in self.0.context.iter().enumerate() {
            if self.0.context[..index].iter().any(|(other, _)| other == name) {
                return Err(ConfigError::DuplicateContext { name });
            }
        }
        Ok(Guard(Arc::new(self.0)))
    }
}

impl fmt::Debug for GuardBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GuardBuilder")
            .field("subject", &self.0.subject)
            .field("deadline", &self.0.deadline)
            .finish_non_exhaustive()
    }
}

/// A guard that has nobody to ask, for the places where a guard must be named and none was found.
impl Guard {
    /// Denies everything with [`Cause::NotConfigured`](crate::Cause::NotConfigured); `detail` tells
    /// the operator why.
    pub fn unconfigured(detail: impl Into<String>) -> Self {
        struct Nobody(String);
        impl Authority for Nobody {
            fn decide<'a>(&'a self, _: &'a Request<'a>) -> Answer<'a> {
                // FAIL CLOSED: nobody to ask is a no.
                NoDecision::not_configured(&self.0).into()
            }
        }
        Self(Arc::new(Parts {
            subject: Subject::unknown(),
            authority: Arc::new(Nobody(detail.into())),
            approver: None,
            pacer: Arc::new(Pacer::new(Pace::new())),
            deadline: Self::DEFAULT_DEADLINE,
            sinks: Vec::new(),
            observers: Vec::new(),
            context: Vec::new(),
            mask_key: None,
            lent: false,
        }))
    }
}
