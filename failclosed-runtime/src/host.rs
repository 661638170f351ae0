//! What hosts with a protocol of their own tell of a denial: its text, and whose fault it is.

use crate::{
    denial::{Cause, Denial},
    text::is_invisible,
};

/// Whose fault a denial is. A protocol has another code for each, because what follows differs: a
/// model looks for another way, a client mends its call, an operator is woken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// Nobody's: an authority or a person did not permit it.
    Denied,
    /// The caller's: what they sent cannot be asked about, or is no answer to what they were asked.
    Invalid,
    /// Ours: who should have decided could not, or it could not be written down.
    Unavailable,
}

impl Class {
    pub(crate) fn of(denial: &Denial) -> Self {
        match denial.cause() {
            Cause::Denied | Cause::NeedsApproval => Self::Denied,
            // A person who is silent is no service that is down.
            Cause::TimedOut if denial.is_of_the_approver() => Self::Denied,
            // The approver of these hosts is the client that called.
            Cause::Malformed if denial.is_of_the_question() || denial.is_of_the_approver() => {
                Self::Invalid
            }
            Cause::Malformed
            | Cause::TimedOut
            | Cause::Unavailable
            | Cause::NotConfigured
            | Cause::Unrecorded
            | Cause::Cancelled => Self::Unavailable,
        }
    }

    /// Its name for machines.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Denied => "denied",
            Self::Invalid => "invalid",
            Self::Unavailable => "unavailable",
        }
    }
}

/// The denial's text on one line, in characters that are seen: a reason may repeat an argument, and
/// what is printed behind a line break would read as something that the host said.
pub(crate) fn text(denial: &Denial) -> String {
    one_line(&denial.to_string())
}

pub(crate) fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for c in text.chars() {
        if is_invisible(c) {
            line.extend(c.escape_default());
        } else {
            line.push(c);
        }
    }
    line
}
