//! One thing that a person is shown.

use std::fmt;

/// One thing that a person is shown: one line, escaped. Its `Display` text is that line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    pub(super) label: &'static str,
    pub(super) name: Option<String>,
    pub(super) text: String,
}

impl Part {
    /// What it is: `Question`, `Rule`, `Approval` (the id under which the authority keeps the
    /// question), `Action`, `Agent`, `User`, `Via` (an agent that
    /// delegated), `Resource`, `Argument`, `Context` (a fact that the guard
    /// adds), `Note` (what to be careful about in the others), `Call` (the id
    /// that the records carry) or `Digest` (what a yes is bound to).
    // Not an enum: its variants would make `Action` and `Resource` ambiguous names, which the compiler
    // then spells out in every message.
    pub fn label(&self) -> &'static str {
        self.label
    }

    /// The name of an argument or of a fact, escaped.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The value, escaped.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether a display may show it in another order than it is written in: numbers and punctuation
    /// between letters that run from right to left change places (UAX #9).
    pub(super) fn runs_backwards(&self) -> bool {
        let name = self.name.as_deref().unwrap_or_default();
        self.text.chars().chain(name.chars()).any(is_right_to_left)
    }
}

/// The blocks of scripts that are written from right to left, in which code points that are not
/// assigned yet count as such too (UAX #9, table 4).
fn is_right_to_left(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}'
        | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let label = self.label;
        match &self.name {
            Some(name) => write!(f, "{label:<8} {name} = {}", self.text),
            None => write!(f, "{label:<8} {}", self.text),
        }
    }
}
