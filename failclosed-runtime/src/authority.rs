//! Who answers: a policy engine, a remote service, a person.

use std::{fmt, future::Future};

pub use crate::answer::Answer;
use crate::{
    decision::{Decision, NoDecision},
    request::Request,
};

mod all_of;
mod always_ask;
#[cfg(feature = "cedar")]
pub mod cedar;
pub(crate) mod delegated;
#[cfg(all(feature = "exit-code", unix))]
mod exit_code;
mod first_match;
#[cfg(feature = "http")]
pub mod http;
mod named;
mod spare_questions;

pub use all_of::{AllOf, all_of};
pub use always_ask::{AlwaysAsk, always_ask};
#[cfg(all(feature = "exit-code", unix))]
pub use exit_code::{ExitCode, ExitCodeBuilder};
pub use first_match::{FirstMatch, first_match};
pub use named::{Named, named};
pub use spare_questions::{SpareQuestions, spare_questions};

/// Says yes or no.
///
/// Whatever else happens in `decide` (an error, a panic, silence) becomes a denial in the guard
/// that asks. An authority never has to decide what its own failure means.
///
/// # Denies
/// Every outcome but `Ok(Decision::Allow(_))` before the guard's deadline.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an authority",
    note = "help: wrap a closure: `failclosed::authority_fn(async |request| ..)`"
)]
pub trait Authority: Send + Sync {
    /// Decides one request. The answer may be ready at once, and then costs no allocation.
    fn decide<'a>(&'a self, request: &'a Request<'a>) -> Answer<'a>;

    /// Tells the names of the authorities that it asks: see [`named`]. One of your own that asks others
    /// tells theirs; a name that is not told is missing to
    /// [`GuardBuilder::expecting`](crate::GuardBuilder::expecting).
    fn names(&self, _found: &mut dyn FnMut(&str)) {}
}

impl<T: Authority + ?Sized> Authority for std::sync::Arc<T> {
    fn decide<'a>(&'a self, request: &'a Request<'a>) -> Answer<'a> {
        (**self).decide(request)
    }

    fn names(&self, found: &mut dyn FnMut(&str)) {
        (**self).names(found);
    }
}

impl<T: Authority + ?Sized> Authority for Box<T> {
    fn decide<'a>(&'a self, request: &'a Request<'a>) -> Answer<'a> {
        (**self).decide(request)
    }

    fn names(&self, found: &mut dyn FnMut(&str)) {
        (**self).names(found);
    }
}

/// An async closure as an authority.
///
/// ```
/// use failclosed_runtime::{Decision, authority_fn};
///
/// let office_hours = authority_fn(async |request| match request.action() {
///     "purchase" => Ok(Decision::deny("not at this hour").rule("office-hours")),
///     _ => Ok(Decision::deny("unknown action")),
/// });
/// ```
///
/// It cannot own state, because an async closure does not lend out what it captured: see
/// [`answer_fn`], or implement [`Authority`].
pub fn authority_fn<F>(decide: F) -> AuthorityFn<F>
where
    // The second bound says nothing new; it lets the compiler infer the closure's argument.
    F: for<'a> DecideFn<'a> + for<'a> AsyncFn(&'a Request<'a>) -> Result<Decision, NoDecision>,
{
    AuthorityFn(decide)
}

/// A closure that returns an [`Answer`] as an authority: with state of its own, and without an
/// allocation where the answer is at hand.
///
/// ```
/// use std::sync::{Arc, atomic::{AtomicBool, Ordering}};
/// use failclosed_runtime::{Decision, answer_fn};
///
/// let open = Arc::new(AtomicBool::new(true));
/// let shop = answer_fn(move |_| {
///     if open.load(Ordering::Acquire) {
///         Decision::allow().into()
///     } else {
///         Decision::deny("the shop is closed").into()
///     }
/// });
/// ```
pub fn answer_fn<F>(decide: F) -> AnswerFn<F>
where
    F: for<'a> Fn(&'a Request<'a>) -> Answer<'a> + Send + Sync,
{
    AnswerFn(decide)
}

/// An authority made of a closure. See [`answer_fn`].
#[derive(Clone, Copy)]
pub struct AnswerFn<F>(F);

impl<F> Authority for AnswerFn<F>
where
    F: for<'a> Fn(&'a Request<'a>) -> Answer<'a> + Send + Sync,
{
    fn decide<'a>(&'a self, request: &'a Request<'a>) -> Answer<'a> {
        (self.0)(request)
    }
}

impl<F> fmt::Debug for AnswerFn<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AnswerFn")
    }
}

/// What [`authority_fn`] accepts: a closure from a request to a future of its decision.
pub trait DecideFn<'a>: Fn(&'a Request<'a>) -> Self::Future + Send + Sync {
    /// The future it returns.
    type Future: Future<Output = Result<Decision, NoDecision>> + Send + 'a;
}

impl<'a, F, Fut> DecideFn<'a> for F
where
    F: Fn(&'a Request<'a>) -> Fut + Send + Sync,
    Fut: Future<Output = Result<Decision, NoDecision>> + Send + 'a,
{
    type Future = Fut;
}

/// An authority made of a closure. See [`authority_fn`].
#[derive(Clone, Copy)]
pub struct AuthorityFn<F>(F);

impl<F: for<'a> DecideFn<'a>> Authority for AuthorityFn<F> {
    fn decide<'a>(&'a self, request: &'a Request<'a>) -> Answer<'a> {
        Answer::pending((self.0)(request))
    }
}

impl<F> fmt::Debug for AuthorityFn<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AuthorityFn")
    }
}
