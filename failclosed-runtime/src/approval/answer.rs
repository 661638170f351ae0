//! What a person's no becomes. Their yes is `Decision::Allow`, and each approver writes it itself, with
//! their name where it is known.

use std::sync::Arc;

use super::escape::{escape, units};
use crate::{
    decision::{Allow, Decision, Deny},
    text,
};

/// How much of what a person wrote goes to the model.
const MAX_WORDS_CHARS: usize = 500;

/// A person said yes, and it is known who: their name stands on record.
pub fn approved_by(who: impl Into<Arc<str>>) -> Decision {
    Decision::Allow(Allow { by: Some(text::name(who.into())), ..Allow::default_grounds() })
}

/// A person said no. What they wrote, if anything, is for the model too: it is escaped like
/// everything that is shown, and cut after 500 characters.
///
/// ```
/// use failclosed_runtime::{Decision, approval::declined};
///
/// let Decision::Deny(no) = declined(Some("not at this vendor")) else { unreachable!() };
/// assert_eq!(no.reason(), "a person declined: not at this vendor");
/// ```
pub fn declined(words: Option<&str>) -> Decision {
    match words.map(str::trim) {
        None | Some("") => Decision::deny("a person declined"),
        Some(words) => {
            let cut = units(words).nth(MAX_WORDS_CHARS).map(|(at, _)| at);
            let (kept, more) = cut.map_or((words, ""), |at| (&words[..at], ".."));
            Decision::deny(format!("a person declined: {}{more}", escape(kept).text))
        }
    }
}

/// A person put the question away, or called the whole turn off.
pub fn cancelled() -> Decision {
    taken_back().into()
}

/// As [`cancelled`], for [`Approver::withdrawn`](super::Approver::withdrawn).
pub fn taken_back() -> Deny {
    Deny::new("a person cancelled the request")
}
