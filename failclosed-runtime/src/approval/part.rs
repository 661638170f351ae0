//! One thing that a person is shown.

use std::fmt;

/// What a [`Part`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PartKind {
    /// What the authority wants to know.
    Question,
    /// The rule that wants it.
    Rule,
    /// The action's name.
    Action,
    /// Who acts.
    Agent,
    /// The user it acts for.
    User,
    /// What it acts on.
    Resource,
    /// One argument, by its name.
    Argument,
    /// One fact that the guard adds, by its name.
    Context,
    /// What to be careful about in the others.
    Note,
    /// The id the records carry for this call.
    Call,
    /// What a yes is bound to.
    Digest,
}

impl PartKind {
    /// What it is called on the screen: `Question`.
    pub fn label(self) -> &'static str {
        match self {
            Self::Question => "Question",
            Self::Rule => "Rule",
            Self::Action => "Action",
            Self::Agent => "Agent",
            Self::User => "User",
            Self::Resource => "Resource",
            Self::Argument => "Argument",
            Self::Context => "Context",
            Self::Note => "Note",
            Self::Call => "Call",
            Self::Digest => "Digest",
        }
    }
}

/// One thing that a person is shown: one line, escaped. Its `Display` text is that line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    pub(super) kind: PartKind,
    pub(super) name: Option<String>,
    pub(super) text: String,
}

impl Part {
    /// What it is.
    pub fn kind(&self) -> PartKind {
        self.kind
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
        let label = self.kind.label();
        match &self.name {
            Some(name) => write!(f, "{label:<8} {name} = {}", self.text),
            None => write!(f, "{label:<8} {}", self.text),
        }
    }
}
