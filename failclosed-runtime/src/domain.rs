//! Whose locks a guard's permits open.

use std::marker::PhantomData;

/// The domain of guards, permits and locks that name none.
///
/// A permit opens locks of its own domain, which is that of the guard that asked. In a large program
/// anybody can build a guard with an authority that says yes; so a part that must not depend on everybody
/// else's care declares a type that only it can make a value of:
///
/// ```
/// mod payments {
///     # use failclosed_runtime as failclosed; // the facade's name
///     use failclosed::{Authority, Guard, GuardBuilder, Subject, audit::MemoryLog};
///
///     /// What locks name: `Locked<Stripe, Purchase, Payments>`.
///     pub struct Payments(());
///
///     pub fn guarded_by(subject: Subject, rules: impl Authority + 'static) -> GuardBuilder<Payments> {
///         Guard::builder_in(Payments(()), subject, rules, MemoryLog::new())
///     }
/// }
/// ```
///
/// No guard but those of this module has permits that open its locks. It costs nothing at run time.
#[derive(Debug)]
pub struct Global(());

impl Global {
    pub(crate) fn new() -> Self {
        Self(())
    }
}

/// Makes a type hold for exactly this domain, and not for a supertype of it: see
/// [`Exactly`](crate::action::Exactly).
pub(crate) type Within<D> = PhantomData<fn(&D) -> &D>;
