//! What a person's answer becomes.

use std::sync::Arc;

use super::escape::{escape, units};
use crate::{
    decision::{Allow, Answers, Ask, Decision, Deny, PersonsYes},
    request::Request,
    text,
};

/// How much of what a person wrote goes to the model.
const MAX_WORDS_CHARS: usize = 500;

impl Ask {
    /// A person said yes to this question about this call. It is good for no other: a yes that comes
    /// late, or from a dialog that was mixed up with another one, is read as no answer.
    pub fn approved(&self, request: &Request<'_>) -> Decision {
        let answers = Answers { call: request.id(), question: self.digest() };
        Decision::Allow(Allow::by_person(PersonsYes::to(answers)))
    }

    /// As [`approved`](Self::approved), where it is known who said it: their name stands on record.
    pub fn approved_by(&self, request: &Request<'_>, who: impl Into<Arc<str>>) -> Decision {
        let answers = Answers { call: request.id(), question: self.digest() };
        let by = Some(text::name(who.into()));
        Decision::Allow(Allow::by_person(PersonsYes { by, ..PersonsYes::to(answers) }))
    }
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
