//! The thing that enforces: who asks whom, how long, and what is written down.

use std::{fmt, sync::Arc, time::Duration};

use crate::{
    action::Action,
    approval::{Approver, Pace, Pacer},
    argument::Argument,
    audit::{self, AuditSink},
    authority::Authority,
    denial::FromDenial,
    enforce::{Asking, Entry, enter},
    error::{ConfigError, SelfCheckError},
    observe::Observer,
    permit::Permit,
    request::ContextEntry,
    subject::Subject,
};

mod current;
mod has_guard;
mod self_check;

pub(crate) use current::current;
pub use has_guard::HasGuard;

/// How long an authority may take, unless the guard says otherwise.
pub const DEFAULT_DEADLINE: Duration = Duration::from_secs(5);

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
    /// Starts a guard: nothing without somebody who acts and somebody who answers.
    pub fn builder(subject: Subject, authority: impl Authority + 'static) -> GuardBuilder {
        GuardBuilder(Parts {
            subject,
            authority: Arc::new(authority),
            approver: None,
            pacer: Arc::new(Pacer::new(Pace::new())),
            deadline: DEFAULT_DEADLINE,
            sinks: Vec::new(),
            observers: Vec::new(),
            context: Vec::new(),
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

    /// Runs `body` if the authority allows `action`, and lends it the permit. The way to guard
    /// without a macro.
    ///
    /// # Denies
    /// With every [`Cause`](crate::Cause); the body is then not called.
    ///
    /// ```
    /// # use failclosed_runtime::*;
    /// # struct Purchase { amount: u64 }
    /// # impl Arguments for Purchase {
    /// #     fn argument(&self, _: usize) -> Option<NamedArgument<'_>> { None }
    /// # }
    /// # impl Action for Purchase { const NAME: &'static str = "purchase"; type Key = Self; }
    /// # async fn buy(guard: &Guard) -> Result<u64, Denial> {
    /// guard.run(Purchase { amount: 742 }, async |permit| Ok(permit.amount)).await
    /// # }
    /// ```
    pub async fn run<A, R, F>(&self, action: A, body: F) -> R
    where
        A: Action,
        F: for<'call> AsyncFnOnce(Permit<'call, A>) -> R,
        R: FromDenial,
    {
        let call = match enter(&Asking::new(self, Entry::of(&action), &|_| {})).await {
            Ok(call) => call,
            Err(denial) => return R::from_denial(denial),
        };
        let result = body(call.permit()).await;
        call.conclude(result.failed());
        result
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

    /// The guard, after its authority has shown that it can answer and that it refuses what nothing
    /// may do. Prefer it to [`build`](Self::build) wherever there is an `await` at start-up.
    ///
    /// # Errors
    /// As [`build`](Self::build) and [`Guard::self_check`].
    pub async fn start(self) -> Result<Guard, StartError> {
        let guard = self.build().map_err(StartError::Config)?;
        guard.self_check().await.map_err(StartError::SelfCheck)?;
        Ok(guard)
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

/// Why a guard does not start.
#[derive(Debug)]
#[non_exhaustive]
pub enum StartError {
    /// It was put together wrongly.
    Config(ConfigError),
    /// Its authority failed the self check.
    SelfCheck(SelfCheckError),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Config(error) => error.fmt(f),
            Self::SelfCheck(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for StartError {}

/// A guard that has nobody to ask, for the places where a guard must be named and none was found.
impl Guard {
    /// Denies everything with [`Cause::NotConfigured`](crate::Cause::NotConfigured); `detail` tells
    /// the operator why.
    pub fn unconfigured(detail: impl Into<String>) -> Self {
        struct Nobody(String);
        impl Authority for Nobody {
            fn decide<'a>(&'a self, _: &'a crate::Request<'a>) -> crate::Answer<'a> {
                // FAIL CLOSED: nobody to ask is a no.
                crate::NoDecision::not_configured(&self.0).into()
            }
        }
        Self(Arc::new(Parts {
            subject: Subject::unknown(),
            authority: Arc::new(Nobody(detail.into())),
            approver: None,
            pacer: Arc::new(Pacer::new(Pace::new())),
            deadline: DEFAULT_DEADLINE,
            sinks: Vec::new(),
            observers: Vec::new(),
            context: Vec::new(),
            lent: false,
        }))
    }
}
