//! What callers of a guarded trait hold: an implementation behind a guard, with no way past it.
//!
//! The seal is here and not beside each trait: a seal in the user's module can be implemented by
//! hand in that module.

use std::{fmt, marker::PhantomData};

use crate::guard::Guard;

/// An implementation of a guarded trait behind a [`Guard`], made by [`Guard::wrap`].
///
/// `R` is the raw trait as an object, `dyn payments::Raw`; callers rarely write it. It implements
/// the caller trait, `Payments`: each guarded method asks, then calls. There is no way to the value
/// inside, and the caller trait has no other implementation.
///
/// Inside, the value is an object of another trait, which has the guarded methods of the raw one,
/// each behind its check: so a call through `dyn Payments` takes one box, for the check and the body
/// together. That trait is implemented for every implementation of the raw one, by nobody else and in
/// no other way, and its methods take the guard from here alone.
///
/// `Guarded<dyn payments::Raw>`, and not `Guarded<Stripe>`: for that type, the crate that declares
/// `Stripe` could write an implementation of its own.
pub struct Guarded<R: Surface + ?Sized> {
    guard: Guard,
    inner: Box<R::Object>,
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
impl<R: Surface + ?Sized> fmt::Debug for Guarded<R> {
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
pub trait Wraps<T>: Surface {
    /// The value as an object.
    fn boxed(inner: T) -> Box<Self::Object>;
}

/// A raw trait, as an object. Generated.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no raw trait, so there is no `Guarded<{Self}>`",
    label = "the value's own type is hidden behind its guard",
    note = "help: hold an `Arc<dyn Payments>`, or write `Guarded<dyn payments::Raw>`"
)]
pub trait Surface {
    /// What generated code shows to reach the object. It is made in one place: where the caller
    /// trait is implemented, in a module of its own, so that not even the module that declares the
    /// trait has one.
    type Key;

    /// What a guarded value holds: the guarded methods, each behind its check. The trait of this
    /// object cannot be implemented but by implementing the raw trait, and its methods cannot be
    /// called without a [`Before`].
    type Object: Send + Sync + ?Sized;
}

/// What a guarded trait demands of its implementors: to be [`Guarded`].
///
/// `dyn Claims`, of a `trait Claims: OnlyGuarded<R>`, meets this bound without being anything; so a
/// caller trait is implemented for whatever meets it, and not for [`Guarded`] alone: there is no
/// room for a second implementation, and what is behind such an object is [`Guarded`] all the same.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not behind a guard, so it may not implement a guarded trait",
    label = "callers of a guarded trait must meet its guard first",
    note = "help: write `#[guarded]` above the `impl` for the value, and hand out `guard.wrap(value)`"
)]
pub trait OnlyGuarded<R: Surface + ?Sized>: sealed::Sealed<R> + Send + Sync {
    /// The guard that stands before the object, and the object.
    fn __failclosed_behind(&self, key: R::Key) -> (Before<'_, R>, &R::Object);

    /// As [the other](Self::__failclosed_behind), the object mutably.
    fn __failclosed_behind_mut(&mut self, key: R::Key) -> (Before<'_, R>, &mut R::Object);
}

impl<R: Surface + ?Sized> OnlyGuarded<R> for Guarded<R> {
    fn __failclosed_behind(&self, _: R::Key) -> (Before<'_, R>, &R::Object) {
        (Before { guard: &self.guard, of: PhantomData }, &self.inner)
    }

    fn __failclosed_behind_mut(&mut self, _: R::Key) -> (Before<'_, R>, &mut R::Object) {
        (Before { guard: &self.guard, of: PhantomData }, &mut self.inner)
    }
}

/// What only a guarded value has, so that the compiler says first what is missing first.
///
/// Each method of a caller trait that gives a future has a bound on [`Nothing`](Self::Nothing). Of an
/// `impl` without `#[guarded]`, the compiler has to know that type before it compares the method's future
/// with the declared one, and so it says that [`OnlyGuarded`] is missing before it says what does not fit.
pub trait AskedFirst<R: Surface + ?Sized> {
    /// `()`.
    type Nothing;
}

impl<R: Surface + ?Sized, T: OnlyGuarded<R> + ?Sized> AskedFirst<R> for T {
    type Nothing = ();
}

/// The guard before an object, which asks for it. Only [`OnlyGuarded`] gives one, for a key: an
/// object made by hand (an unsizing coercion makes one out of any implementation) has no guard to be
/// called with, and no object can be called with another's.
///
/// `R` is the raw trait, so that a surface of somebody's own making gives nothing for this one.
pub struct Before<'g, R: ?Sized> {
    guard: &'g Guard,
    of: PhantomData<fn(&R)>,
}

impl<'g, R: ?Sized> Before<'g, R> {
    /// Whom to ask.
    pub fn guard(self) -> &'g Guard {
        self.guard
    }
}

impl<R: ?Sized> fmt::Debug for Before<'_, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Before(..)")
    }
}

mod sealed {
    /// Cannot be named outside this file.
    pub trait Sealed<R: ?Sized> {}

    impl<R: super::Surface + ?Sized> Sealed<R> for super::Guarded<R> {}
}
