//! What is refused when it is built, so that it cannot fail at the first call.

use std::{error::Error, fmt, path::PathBuf};

/// A guard, subject or mode that was put together wrongly.
#[derive(Debug)]
#[non_exhaustive]
pub enum ConfigError {
    /// An id that identifies nobody.
    Id {
        /// Whose id: `agent` or `user`.
        what: &'static str,
        /// What is wrong with it.
        fault: &'static str,
    },
    /// A deadline of zero, which nothing could meet, or one over a day, which is none.
    Deadline {
        /// Which one: `authority`, `approver`, or `progress` (how often a client is told of it).
        of: &'static str,
    },
    /// The same context name twice.
    DuplicateContext {
        /// The name.
        name: &'static str,
    },
    /// A process-wide guard where there is one already, or where tasks have guards of their own.
    AlreadyInstalled {
        /// What stands in the way.
        fault: &'static str,
    },
    /// The guard of a running task or of a sub-agent, which was to be given another approver, or to tell
    /// other facts.
    Lent,
    /// A remote authority's name for something that it could not mean.
    Name {
        /// What is named: `store id`.
        what: &'static str,
        /// What is wrong with it.
        fault: &'static str,
    },
    /// Approvals that could be forged, or could not be made.
    Approvals {
        /// What is wrong with their keys.
        fault: String,
    },
    /// A key for masks that could be guessed.
    MaskKey {
        /// How long it is.
        bytes: usize,
    },
    /// A program that cannot be asked.
    Program {
        /// Its path.
        program: PathBuf,
        /// What is wrong with it.
        fault: &'static str,
    },
    /// Questions that would come too often, or never.
    Pace {
        /// What is out of its bounds.
        fault: &'static str,
    },
    /// Yeses that would hold too long, for too much, or not at all.
    Memory {
        /// What is out of its bounds.
        fault: &'static str,
    },
    /// Actions that cannot be given to an authority as they are.
    Actions {
        /// Which one; empty where there is none.
        action: String,
        /// What is wrong with it.
        fault: &'static str,
    },
    /// An authority that the guard was to have.
    Authorities {
        /// Its name.
        name: String,
        /// What is wrong with it.
        fault: &'static str,
        /// The names that are there.
        found: String,
    },
    /// A dangerous mode without a reason, or without an end.
    Danger {
        /// What is missing.
        fault: &'static str,
    },
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id { what, fault } => write!(f, "the {what} id {fault}"),
            Self::Deadline { of } => {
                write!(f, "the {of} deadline must be more than zero and at most one day")
            }
            Self::DuplicateContext { name } => write!(f, "context `{name}` is given twice"),
            Self::AlreadyInstalled { fault } => write!(f, "not installed: {fault}"),
            Self::Lent => {
                write!(f, "the guard of a running task or a sub-agent cannot be changed")?;
                write!(f, "\nhelp: keep the guard that was started, and change that")
            }
            Self::Name { what, fault } => write!(f, "the {what} {fault}"),
            Self::MaskKey { bytes } => {
                write!(f, "a key for masks needs 32 random bytes, and this one has {bytes}")?;
                write!(
                    f,
                    "\nhelp: `openssl rand 32` makes one; without a key the process has its own"
                )
            }
            Self::Program { program, fault } => {
                write!(f, "the program {} {fault}", program.display())?;
                write!(f, "\nhelp: name a file that can be run, from the root on")
            }
            Self::Approvals { fault } => write!(f, "approvals cannot be sealed: {fault}"),
            Self::Pace { fault } => write!(f, "the pace of questions is out of bounds: {fault}"),
            Self::Memory { fault } => write!(f, "a yes cannot be remembered so: {fault}"),
            Self::Actions { action, fault } => {
                write!(f, "action `{action}` {fault}")?;
                write!(
                    f,
                    "\nhelp: give each authority at least one action, and each action one authority"
                )
            }
            Self::Authorities { name, fault, found } => {
                write!(f, "the authority `{name}` {fault}")?;
                match found.as_str() {
                    "" => write!(f, "; none has a name")?,
                    found => write!(f, "; there are {found}")?,
                }
                write!(
                    f,
                    "\nhelp: `named(\"{name}\", authority)` gives one its name; one that asks others \
                     tells theirs in `Authority::names`"
                )
            }
            Self::Danger { fault } => write!(f, "refused: {fault}"),
        }
    }
}

impl Error for ConfigError {}
