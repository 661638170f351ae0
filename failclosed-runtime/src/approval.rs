//! Asking a person, when an authority answers `Ask`: what they are shown, and what their answer means.
//!
//! A yes is as good as the person was informed. So what they are shown is made in one place,
//! [`Presentation`], for every way of asking.

use std::{any, borrow::Cow, sync::Arc};

use crate::{
    answer::Answer,
    decision::{Ask, Deny},
    request::Request,
};

mod alike;
mod answer;
mod depth;
mod escape;
mod fold;
mod inert;
mod marks;
#[cfg(any(feature = "acp", feature = "mcp", all(unix, feature = "terminal")))]
pub(crate) mod nonce;
mod pace;
mod part;
#[cfg(feature = "mcp")]
pub mod pending;
mod presentation;
mod remember;
#[cfg(all(unix, feature = "terminal"))]
mod terminal;

pub use answer::{cancelled, declined, taken_back};
pub(crate) use pace::Pacer;
pub use pace::{DEFAULT_OPEN_QUESTIONS, DEFAULT_PAUSE, Pace};
pub use part::Part;
pub use presentation::{MAX_PARTS, MAX_SHOWN_CHARS, MAX_SHOWN_DEPTH, Presentation};
pub use remember::{LONGEST_MEMORY, MOST_REMEMBERED, Remember, Scope, remember};
#[cfg(all(unix, feature = "terminal"))]
pub use terminal::TerminalApprover;
#[cfg(feature = "acp")]
pub(crate) use {escape::escape, inert::inert};

/// Puts a request before a person.
///
/// A yes is for this call only, and is made by [`Ask::approved`], which names it. `Ok(Decision::Ask(_))` from an approver means that nobody was there
/// to ask. After a yes the guard asks its authority once more, because the world may have changed
/// while the person was thinking: a denial then still denies.
///
/// # Denies
/// Every outcome but a yes to this call and this question before the approver's own deadline.
pub trait Approver: Send + Sync {
    /// Shows the person the whole request and the authority's question: see [`Presentation`].
    fn approve<'a>(&'a self, request: &'a Request<'a>, ask: &'a Ask) -> Answer<'a>;

    /// Whether the person has taken their yes back since they gave it.
    ///
    /// Looked at once, when the authority has been asked again, the decision is on record and nothing
    /// but the body is left: so a cancel that was handled before the body begins wins. It must not
    /// wait for anything. Looked at behind a no too: who called all of it off is left in peace by that, and
    /// no pause follows ([`Pace`]).
    fn withdrawn(&self) -> Option<Deny> {
        None
    }

    /// What a person was asked through, as the record of their yes says it: `terminal`. The name of the
    /// type, unless it is said.
    fn name(&self) -> Cow<'static, str> {
        any::type_name::<Self>().into()
    }

    /// Whether the call brings the answer to a question that was put before, so that nobody is asked
    /// now and no [`Pace`] is kept.
    #[doc(hidden)]
    fn brings_an_answer(&self) -> bool {
        false
    }
}

impl<T: Approver + ?Sized> Approver for Arc<T> {
    fn approve<'a>(&'a self, request: &'a Request<'a>, ask: &'a Ask) -> Answer<'a> {
        (**self).approve(request, ask)
    }

    fn withdrawn(&self) -> Option<Deny> {
        (**self).withdrawn()
    }

    fn name(&self) -> Cow<'static, str> {
        (**self).name()
    }

    fn brings_an_answer(&self) -> bool {
        (**self).brings_an_answer()
    }
}

impl<T: Approver + ?Sized> Approver for Box<T> {
    fn approve<'a>(&'a self, request: &'a Request<'a>, ask: &'a Ask) -> Answer<'a> {
        (**self).approve(request, ask)
    }

    fn withdrawn(&self) -> Option<Deny> {
        (**self).withdrawn()
    }

    fn name(&self) -> Cow<'static, str> {
        (**self).name()
    }

    fn brings_an_answer(&self) -> bool {
        (**self).brings_an_answer()
    }
}
