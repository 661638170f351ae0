//! What callers of a guarded trait hold: an implementation behind a guard, with no way past it.
//!
//! The seal is here and not beside each trait: a seal in the user's module can be implemented by
//! hand in that module.

use std::fmt;

use crate::guard::Guard;

/// An implementation of a guarded trait behind a [`Guard`], made by [`Guard::wrap`].
///
/// `R` is the raw trait as an object, `dyn payments::Raw`; callers rarely write it. It implements
/// the caller trait, `Payments`: each guarded method asks, then calls. There is no way to the value
/// inside, and the caller trait has no other implementation.
///
/// `Guarded<dyn payments::Raw>`, and not `Guarded<Stripe>`: for that type, the crate that declares
/// `Stripe` could write an implementation of its own.
pub struct Guarded<R: ?Sized> {
    guard: Guard,
    inner: Box<R>,
}

impl Guard {
    /// Puts an implementation of a guarded trait behind this guard.
    ///
    /// ```text
    /// let payments: Arc<dyn Payments> = Arc::new(guard.wrap(stripe));
    /// ```
    pub fn wrap<R: Wraps<T> + ?Sized, T>(&self, inner: T) -> Guarded<R> {
        Guarded { guard: self.clone(), inner: R::boxed(inner) }
    }
}

/// Shows that something is guarded, never what.
impl<R: ?Sized> fmt::Debug for Guarded<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Guarded(..)")
    }
}

/// The implementations that a raw trait may be made an object of: all of them. Generated.
#[diagnostic::on_unimplemented(
    message = "`{T}` does not implement `{Self}`, the raw trait behind a guarded trait",
    label = "this cannot be put behind a guard",
    note = "help: write `#[guarded]` above its `impl` of the guarded trait"
)]
pub trait Wraps<T> {
    /// The value as an object.
    fn boxed(inner: T) -> Box<Self>;
}

/// A raw trait, as an object. Generated.
pub trait Surface {
    /// What generated code shows to reach the object. It can be made only where the trait is
    /// declared.
    type Key;
}

/// The guard that stands before the object.
pub fn guard_before<R: Surface + ?Sized>(guarded: &Guarded<R>, _: R::Key) -> Guard {
    guarded.guard.clone()
}

/// The object behind the guard, for the one implementation of the caller trait.
pub fn inner<R: Surface + ?Sized>(guarded: &Guarded<R>, _: R::Key) -> &R {
    &guarded.inner
}

/// As [`inner`], mutably.
pub fn inner_mut<R: Surface + ?Sized>(guarded: &mut Guarded<R>, _: R::Key) -> &mut R {
    &mut guarded.inner
}

/// What a guarded trait demands of its implementors: to be [`Guarded`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` may not implement a guarded trait by itself",
    label = "callers of a guarded trait must meet its guard first",
    note = "help: write `#[guarded]` above the `impl`, and hand out `guard.wrap(value)`"
)]
pub trait OnlyGuarded<R: ?Sized>: sealed::Sealed<R> {}

impl<R: ?Sized> OnlyGuarded<R> for Guarded<R> {}

mod sealed {
    /// Cannot be named outside this file.
    pub trait Sealed<R: ?Sized> {}

    impl<R: ?Sized> Sealed<R> for super::Guarded<R> {}
}
