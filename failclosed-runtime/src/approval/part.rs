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
    /// What it is: `Question`, `Rule`, `Action`, `Agent`, `User`, `Resource`, `Argument`, `Context`
    /// (a fact that the guard adds), `Note` (what to be careful about in the others), `Call` (the id
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
