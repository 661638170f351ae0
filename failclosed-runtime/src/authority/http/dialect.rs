//! How a question and its answer look on the wire of one kind of authority.

use std::fmt;

use super::json::Object;
use crate::{
    decision::{Decision, NoDecision},
    request::Request,
};

/// One wire format over the one HTTP engine.
///
/// A dialect says what is asked and what a reply means; transport, limits and statuses are the
/// engine's. It is only shown a reply that came whole and in time, with status 200 and a JSON
/// content type, and whose body is one JSON object without a duplicate key.
pub trait Dialect: fmt::Debug + Send + Sync {
    /// Its name in errors: `"authzen"`.
    fn name(&self) -> &'static str;

    /// Where it asks: a path with an optional query, relative to the endpoint and without a slash
    /// in front.
    fn path(&self) -> &str;

    /// Whether a question may be put a second time when its answer was lost.
    fn repeat(&self) -> Repeat;

    /// Whether [`decision`](Self::decision) refuses every reply that is not tied to this one
    /// question, by something that is new in each. Only then are connections kept by default: what
    /// was sent behind another answer is not taken for the answer to this.
    ///
    /// FAIL CLOSED: unless a dialect says so, nothing ties its replies to anything.
    fn is_bound(&self) -> bool {
        false
    }

    /// The body of the question, as JSON.
    ///
    /// # Errors
    /// A question that this format cannot carry whole.
    fn question(&self, request: &Request<'_>) -> Result<Vec<u8>, NoDecision>;

    /// What a reply to that question means. Exactly one shape of it is an allow.
    ///
    /// # Errors
    /// Every reply that is not an answer to this question.
    fn decision(&self, request: &Request<'_>, reply: &Object) -> Result<Decision, NoDecision>;
}

/// Whether a question may be put again when its answer was lost.
#[allow(clippy::exhaustive_enums, reason = "a third way of repeating must not fall into either")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    /// Asking changes nothing at the authority.
    Safe,
    /// An answer may use something up: a grant that is good for one call.
    Never,
}
