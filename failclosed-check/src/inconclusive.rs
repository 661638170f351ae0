//! Why the check cannot say that all is well.

use std::fmt;

/// The check has no result. Never the same as "nothing was found".
#[derive(Debug)]
#[non_exhaustive]
pub enum CheckError {
    /// A configuration or an argument that is not understood. Exit code 2.
    Config(String),
    /// The project does not build. Exit code 3.
    Build(String),
    /// Something could not be read or decided. Exit code 4.
    Undecided(String),
}

impl CheckError {
    /// What the process ends with.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Config(_) => 2,
            Self::Build(_) => 3,
            Self::Undecided(_) => 4,
        }
    }

    pub(crate) fn undecided(what: impl fmt::Display, why: impl fmt::Display) -> Self {
        Self::Undecided(format!("{what}: {why}"))
    }
}

impl fmt::Display for CheckError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Config(why) => write!(f, "the configuration is not valid: {why}"),
            Self::Build(why) => write!(f, "the project does not build: {why}"),
            Self::Undecided(why) => write!(f, "no result: {why}"),
        }
    }
}

impl std::error::Error for CheckError {}
