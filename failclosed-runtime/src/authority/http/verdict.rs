//! What every dialect asks of a reply before it believes it.

use super::json::Object;
use crate::{
    decision::{Decision, NoDecision},
    text,
};

/// The longest reason that is passed on, in characters.
const MAX_REASON: usize = 300;

/// Members of replies that the operator vouches for: beside an allow they change nothing about it.
#[derive(Debug, Clone, Default)]
pub(super) struct Understood(Vec<String>);

impl Understood {
    pub(super) fn add(&mut self, member: impl Into<String>) {
        self.0.push(member.into());
    }

    pub(super) fn has(&self, member: &str) -> bool {
        self.0.iter().any(|understood| understood == member)
    }

    /// That beside an allow there is nothing but what the format's specification has there (`own`)
    /// and what the operator vouches for. Names are compared as they are written.
    ///
    /// A list of words that take a yes back would never be complete: `"enforced":false`,
    /// `"mode":"dry-run"`, and whatever the next server calls it.
    ///
    /// # Errors
    /// An allow with anything else beside it, whatever its value.
    pub(super) fn alone(&self, reply: &Object, own: &[&str]) -> Result<(), NoDecision> {
        let unknown = |key: &&str| !own.contains(key) && !self.has(key);
        match reply.iter().map(|(key, _)| key).find(unknown) {
            None => Ok(()),
            // FAIL CLOSED: it may be a condition of the yes, or take it back.
            Some(key) => Err(not_understood(key)),
        }
    }
}

/// FAIL CLOSED: a yes with something beside it that nobody here understands is no plain yes.
pub(super) fn not_understood(member: &str) -> NoDecision {
    NoDecision::malformed(format_args!(
        "`{}` beside the allow is not understood; help: if it is no condition, `.understands(..)` it",
        readable(member)
    ))
}

/// A no, with the authority's words if it gave any.
pub(super) fn no(reason: Option<&str>) -> Decision {
    match reason.map(readable) {
        Some(reason) if !reason.is_empty() => Decision::deny(reason),
        _ => Decision::deny("the permission authority said no"),
    }
}

/// Words from the wire, fit to be shown: on one line, without invisible characters, and not endless.
pub(super) fn readable(text: &str) -> String {
    text::line(text.trim(), MAX_REASON).trim().to_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::panic, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn a_no_without_words_is_given_some() {
        for (reason, told) in [
            (None, "the permission authority said no"),
            (Some(""), "the permission authority said no"),
            (Some(" \n"), "the permission authority said no"),
            (Some(" over the\tlimit "), "over the limit"),
        ] {
            let Decision::Deny(deny) = no(reason) else {
                panic!("{reason:?} became another answer")
            };
            assert_eq!(deny.reason(), told, "{reason:?}");
        }
    }
}
