//! Escape hatches. Each takes a reason and warns; what one lets through is stamped in its record.
//!
//! `grep -r danger::` finds every place where a program gives up a guarantee. No feature,
//! environment variable or build profile reaches what is in here.

use std::{
    borrow::Cow,
    io::{self, Write as _},
    sync::Arc,
    time::{Duration, Instant},
};

use crate::{
    authority::{Answer, Authority},
    decision::{Allow, Decision, Grounds, NoDecision},
    error::ConfigError,
    guard::{Guard, GuardBuilder},
    request::{Note, Request},
};

#[cfg(all(unix, feature = "audit-file"))]
use crate::audit::FileOptions;
pub use crate::audit::Unrecorded;

/// The longest an observe-only mode may last.
pub const LONGEST_OBSERVATION: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Allows everything, without asking anybody. A guard that asks it, alone or beside others, does not
/// [start](crate::GuardBuilder::start): see [`unchecked`].
#[derive(Debug, Clone)]
pub struct AllowEverything {
    stamp: Arc<str>,
}

impl AllowEverything {
    /// `reason` is written into every record.
    ///
    /// # Errors
    /// [`ConfigError::Danger`]: the reason is blank.
    pub fn because(reason: impl Into<Cow<'static, str>>) -> Result<Self, ConfigError> {
        let stamp = format!("allow everything: {}", given(reason.into())?);
        warn(&stamp, "nobody will be asked");
        Ok(Self { stamp: stamp.into() })
    }
}

impl Authority for AllowEverything {
    fn decide<'a>(&'a self, request: &'a Request<'a>) -> Answer<'a> {
        request.note(|| Note::Danger(self.stamp.to_string()));
        stamped(Arc::clone(&self.stamp)).into()
    }
}

/// Asks an authority, writes down what it said, and allows all the same, until it expires: to see
/// what a new policy would have denied. Then the authority's word counts again.
///
/// It is a type of its own, so that where a guard is put together one reads what it is. A guard that
/// asks it, alone or beside others, does not [start](crate::GuardBuilder::start): see [`unchecked`].
#[derive(Debug)]
pub struct ObserveOnly<A> {
    authority: A,
    reason: Cow<'static, str>,
    until: Instant,
}

impl<A: Authority> ObserveOnly<A> {
    /// Observes for `lasting`, at most [`LONGEST_OBSERVATION`]. On the monotonic clock: setting the
    /// wall clock back does not prolong it, and a restart begins anew.
    ///
    /// # Errors
    /// [`ConfigError::Danger`]: the reason is blank, or the time is zero or too long.
    pub fn new(
        authority: A,
        reason: impl Into<Cow<'static, str>>,
        lasting: Duration,
    ) -> Result<Self, ConfigError> {
        let reason = given(reason.into())?;
        if lasting.is_zero() || lasting > LONGEST_OBSERVATION {
            return Err(ConfigError::Danger {
                fault: "observe only for more than zero, at most 7 days",
            });
        }
        let now = Instant::now();
        warn(&reason, &format!("denials are only observed, for {lasting:?}"));
        // FAIL CLOSED: a time past the end of the clock is over already.
        Ok(Self { authority, reason, until: now.checked_add(lasting).unwrap_or(now) })
    }

    fn observed(&self, answer: Result<Decision, NoDecision>) -> Result<Decision, NoDecision> {
        if Instant::now() >= self.until {
            // FAIL CLOSED: the observation is over.
            return answer;
        }
        let would = match &answer {
            Ok(Decision::Allow(_)) => return answer,
            Ok(Decision::Deny(deny)) => format!("would deny: {}", deny.reason),
            Ok(Decision::Ask(ask)) => format!("would ask: {}", ask.question),
            Err(why) => format!("no decision: {}", why.detail),
        };
        Ok(stamped(format!("observe only: {}; {would}", self.reason).into()))
    }
}

impl<A: Authority> Authority for ObserveOnly<A> {
    fn decide<'a>(&'a self, request: &'a Request<'a>) -> Answer<'a> {
        request.note(|| Note::Danger(format!("observe only: {}", self.reason)));
        let answer = self.authority.decide(request);
        Answer::pending(async move { self.observed(answer.await) })
    }

    fn names(&self, found: &mut dyn FnMut(&str)) {
        self.authority.names(found);
    }
}

/// In the place of a log: for a guard that is to have none of its own. What it allows can neither be
/// shown nor explained afterwards, unless a log of the process is [installed](crate::audit::install).
///
/// # Errors
/// [`ConfigError::Danger`]: the reason is blank.
pub fn unrecorded(reason: impl Into<Cow<'static, str>>) -> Result<Unrecorded, ConfigError> {
    warn(&given(reason.into())?, "no decision will be recorded");
    Ok(Unrecorded::new())
}

/// A log in files that leaves it to the system when a record reaches the disk: faster by the time of an
/// `fdatasync`. Records survive the end of the process. With the machine, up to half a minute of them may
/// be lost, and with them the record of bodies that ran. Each record says so, as its `unsynced`.
///
/// # Errors
/// [`ConfigError::Danger`]: the reason is blank.
#[cfg(all(unix, feature = "audit-file"))]
pub fn unsynced(
    options: FileOptions,
    reason: impl Into<Cow<'static, str>>,
) -> Result<FileOptions, ConfigError> {
    let reason = given(reason.into())?;
    warn(&reason, "records of bodies that ran may be lost with the machine");
    Ok(options.unsynced(reason))
}

/// A guard that does not [start](GuardBuilder::start): nobody has seen its authority say no. The only
/// way to one that [observes](ObserveOnly) or [allows everything](AllowEverything); and for tests of
/// guards that are never to pass a self check.
///
/// # Errors
/// [`ConfigError::Danger`], where the reason is blank, and every error of what was put together.
pub fn unchecked<D>(
    builder: GuardBuilder<D>,
    reason: impl Into<Cow<'static, str>>,
) -> Result<Guard<D>, ConfigError> {
    let reason = given(reason.into())?;
    let guard = builder.build()?;
    warn(&reason, "a guard was not started: its authority may be unable to say no");
    Ok(guard)
}

/// On standard error, and as an event: any crate of a program can switch events off at compile time, and
/// most programs have nobody who listens when they start.
fn warn(danger: &str, what: &str) {
    // Where even that is closed, the stamp in each record is left.
    let _closed = writeln!(io::stderr(), "failclosed: DANGER: {what}: {danger:?}");
    tracing::warn!(target: "failclosed", danger, "{what}");
}

fn given(reason: Cow<'static, str>) -> Result<Cow<'static, str>, ConfigError> {
    if reason.trim().is_empty() {
        return Err(ConfigError::Danger { fault: "a dangerous mode needs a reason" });
    }
    Ok(reason)
}

fn stamped(stamp: Arc<str>) -> Decision {
    let grounds = Grounds::none();
    Decision::Allow(Allow { grounds, danger: Some(stamp), ..Allow::default_grounds() })
}
