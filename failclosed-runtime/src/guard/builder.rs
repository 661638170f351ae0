//! Putting a guard together.

use std::{fmt, marker::PhantomData, sync::Arc, time::Duration};

use super::{Guard, Parts, Probe, valid};
use crate::{
    approval::{Approver, Pace, Pacer},
    argument::{Argument, MaskKey},
    audit::AuditSink,
    domain::{Global, Within},
    error::ConfigError,
    observe::Observer,
};

/// Puts a [`Guard`] together; [`start`](Self::start) ends it.
#[must_use = "a guard protects nothing until it is started"]
pub struct GuardBuilder<D = Global>(pub(super) Parts, Within<D>);

impl<D> GuardBuilder<D> {
    pub(super) fn new(parts: Parts) -> Self {
        Self(parts, PhantomData)
    }

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

    /// One more log that must take every decision. May be given several times.
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

    /// Something that nobody may do, as it would be asked for: with its resource and its arguments.
    /// [`start`](Self::start) asks for it, and no guard starts whose authority allows it. May be given
    /// several times. Without any, [`Request::CANARY`](crate::Request::CANARY) is asked for, which an
    /// authority that lists what is forbidden, and allows the rest, cannot know.
    ///
    /// ```
    /// # use failclosed_runtime::{*, audit::MemoryLog};
    /// # async fn started(subject: Subject, authority: impl Authority + 'static) -> Result<(), StartError> {
    /// let casino = ("Vendor", "casino.example");
    /// let casino = Probe::new("purchase").resource(&casino).argument("cents", 1);
    /// let guard = Guard::builder(subject, authority, MemoryLog::new()).probe(casino).start().await?;
    /// # Ok(()) }
    /// ```
    pub fn probe(mut self, probe: impl Into<Probe>) -> Self {
        self.0.probes.push(Arc::new(probe.into()));
        self
    }

    /// The guard, unchecked: whoever gives it out either starts it or says why not.
    ///
    /// # Errors
    /// [`ConfigError::Deadline`], [`ConfigError::Pace`], [`ConfigError::DuplicateContext`],
    /// [`ConfigError::Authorities`].
    pub(crate) fn build(self) -> Result<Guard<D>, ConfigError> {
        valid("authority", self.0.deadline)?;
        if let Some((_, deadline)) = &self.0.approver {
            valid("approver", *deadline)?;
        }
        self.0.pacer.pace().valid()?;
        self.0.distinct()?;
        self.0.expected()?;
        Ok(self.0.guard())
    }
}

impl<D> fmt::Debug for GuardBuilder<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GuardBuilder")
            .field("subject", &self.0.subject)
            .field("deadline", &self.0.deadline)
            .finish_non_exhaustive()
    }
}
