//! What generated code calls. Not for hands: no name here is stable.
//!
//! Its doors are as narrow as the public ones: `enter` is the only source of a `Call`, and it asks.

use std::borrow::Cow;

// The call that stands before every guarded body; tools find guarded bodies by its name.
pub use crate::enforce::{Asking, Enter, Entry, Named, enter};
// What executors show: closures.
pub use crate::request::Show;
// What `enter` gives, and what the generated code concludes.
pub use crate::call::Call;
// Guarded traits: what carries the arguments, what is called with them, and the seal. `Offer::enter` asks
// through `enter`.
pub use crate::{
    guarded::{AskedFirst, Before, Guarded, OnlyGuarded, Surface, Wraps},
    permit_for::{Behind, Carried, Offer, PermitFor},
};
// Named in generated signatures and coercions.
use crate::call::LentAs;
pub use crate::{
    action::Action,
    argument::{
        Argument, Arguments, NamedArgument, Question,
        came_with::{AnyPassed, Passed},
    },
    denial::{Denial, FromDenial},
    guard::{Guard, HasGuard},
    resource::{Resource, ResourceId, ToResource},
};

/// The guard of a free function.
pub fn current() -> Guard {
    crate::guard::current()
}

/// The guard of a method, or of `guard = expr`. Cloned, so that the body may use all of `self`.
pub fn guard_of<G: HasGuard<D> + ?Sized, D>(owner: &G) -> Guard<D> {
    owner.guard().clone()
}

/// The permit of a call, as the function's parameter has its type.
pub fn lend<'c, P, A: LentAs<'c, P, D>, D>(call: &'c Call<'_, A, D>) -> P {
    A::lend(call)
}

/// The resource of a derived action.
pub fn resource_of<R: ToResource + ?Sized>(resource: &R) -> Option<Resource<'_>> {
    Some(resource.to_resource())
}

/// Which one of its kind a derived action is.
pub fn instance_of<I: AsRef<str> + ?Sized>(instance: &I) -> Option<Cow<'_, str>> {
    Some(Cow::Borrowed(instance.as_ref()))
}

/// The same, of a kind that the derive names.
pub fn resource_of_kind<'r, I: ResourceId + ?Sized>(
    kind: &'static str,
    id: &'r I,
) -> Option<Resource<'r>> {
    Some(Resource::new(kind, id.to_id()))
}

/// A denial in the function's return type, where that type cannot be written down.
pub fn denied<R: FromDenial>(denial: Denial) -> R {
    R::from_denial(denial)
}

/// Whether a body's value is a failure.
pub fn failed<R: FromDenial>(result: &R) -> bool {
    result.failed()
}

/// Tells the compiler what a body returns. Never called.
pub fn returns<R>() -> R {
    unreachable!("stands in a branch that is never taken")
}

/// Judges the value of a function with `on_denied`, whose type need not be `FromDenial`: a `Result`
/// by its variant, through the inherent method (which takes `self`, so that no trait in the user's
/// scope comes first); anything else is no failure, through the trait.
pub struct Judge<'r, R>(pub &'r R);

impl<T, E> Judge<'_, Result<T, E>> {
    /// Whether it is an `Err`.
    pub fn failed(self) -> bool {
        self.0.is_err()
    }
}

/// The fallback of [`Judge`].
pub trait JudgeAny: Sized {
    /// Not known to be a failure.
    fn failed(self) -> bool {
        false
    }
}

impl<R> JudgeAny for Judge<'_, R> {}
