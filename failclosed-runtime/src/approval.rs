//! Asking a person, when an authority answers `Ask`.

use crate::{authority::Answer, decision::Ask, request::Request};

/// Puts a request before a person.
///
/// A yes is for this call only. `Ok(Decision::Ask(_))` from an approver means that nobody was there
/// to ask. After a yes the guard asks its authority once more, because the world may have changed
/// while the person was thinking: a denial then still denies.
///
/// # Denies
/// Every outcome but `Ok(Decision::Allow(_))` before the approver's own deadline.
pub trait Approver: Send + Sync {
    /// Shows the person the whole request and the authority's question.
    fn approve<'a>(&'a self, request: &'a Request<'a>, ask: &'a Ask) -> Answer<'a>;
}
