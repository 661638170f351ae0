//! Why a schema and its policies are refused: when they are loaded, never at the first call.

use std::{error::Error, fmt, io, path::PathBuf, sync::Arc};

/// A policy set that must not decide anything.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum CedarError {
    /// A file that is missing, cannot be read, or is not text.
    Read {
        /// What it holds: `schema`, `policies`, `entities`, `manifest` or `directory`.
        what: &'static str,
        /// Where it should be.
        path: PathBuf,
        /// What the system says.
        source: Arc<io::Error>,
    },
    /// A schema that does not parse, or that parses with a warning.
    Schema {
        /// What is wrong with it.
        detail: String,
    },
    /// Policies that do not parse.
    Policies {
        /// What is wrong with them.
        detail: String,
    },
    /// No policy at all.
    Empty,
    /// A template. Until it is linked it decides nothing, a `forbid` included.
    Template {
        /// Its id.
        id: String,
    },
    /// An annotation that means nothing where it stands, or that cannot be reported.
    Annotation {
        /// The id of the policy.
        policy: String,
        /// Where it is written: file and line.
        place: String,
        /// What is wrong.
        fault: String,
    },
    /// A file with more or fewer policies than the manifest or its first line says.
    Count {
        /// Its name.
        file: String,
        /// How many there should be.
        listed: usize,
        /// How many there are.
        found: usize,
    },
    /// A directory whose manifest does not say what belongs to it, or says something else.
    Manifest {
        /// Where it is.
        path: PathBuf,
        /// What is wrong.
        fault: String,
    },
    /// Nothing that could be read again, or nobody to do so.
    Watch {
        /// What is wrong.
        fault: String,
    },
    /// Policies that do not fit the schema, warnings included.
    Invalid {
        /// Every fault the validator found.
        faults: Vec<String>,
    },
    /// Entities that do not fit the schema, or that come from elsewhere.
    Entities {
        /// What is wrong with them.
        detail: String,
    },
    /// An entity type that the builder names and that the schema has no such use for.
    EntityType {
        /// Which setting: `agent_type`, `user_type`, `resource_type` or `default_resource`.
        setting: &'static str,
        /// The name it was given.
        name: String,
        /// What is wrong with it.
        fault: &'static str,
    },
    /// No namespace to look actions up in.
    Namespace {
        /// What is wrong.
        fault: String,
    },
}

impl fmt::Display for CedarError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read { what, path, source } => {
                write!(f, "the {what} file `{}` cannot be read: {source}", path.display())
            }
            Self::Schema { detail } => write!(f, "the schema is refused: {detail}"),
            Self::Policies { detail } => write!(f, "the policies do not parse: {detail}"),
            Self::Empty => f.write_str(
                "there is no policy\nhelp: write at least one; a set without a permit denies \
                 everything, which `forbid(principal, action, resource);` says aloud",
            ),
            Self::Template { id } => write!(
                f,
                "policy `{id}` is a template, which decides nothing until it is linked\n\
                 help: write the entity in place of `?principal` and `?resource`"
            ),
            Self::Annotation { policy, place, fault } => {
                write!(f, "policy `{policy}` ({place}): {fault}")
            }
            Self::Count { file, listed, found } => write!(
                f,
                "`{file}` holds {found} policies, and {listed} are announced\n\
                 help: restore what is missing, or correct the number"
            ),
            Self::Manifest { path, fault } => write!(f, "`{}`: {fault}", path.display()),
            Self::Watch { fault } => write!(f, "the policies cannot be watched: {fault}"),
            Self::Invalid { faults } => {
                write!(f, "the policies do not fit the schema: {}", faults.join("; "))
            }
            Self::Entities { detail } => write!(f, "the entities are refused: {detail}"),
            Self::EntityType { setting, name, fault } => {
                write!(
                    f,
                    "`{setting}` is `{name}`, which {fault}\nhelp: name it as the schema does"
                )
            }
            Self::Namespace { fault } => write!(f, "the actions cannot be looked up: {fault}"),
        }
    }
}

impl Error for CedarError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Read { source, .. } => Some(&**source),
            Self::Schema { .. }
            | Self::Policies { .. }
            | Self::Empty
            | Self::Template { .. }
            | Self::Annotation { .. }
            | Self::Count { .. }
            | Self::Manifest { .. }
            | Self::Watch { .. }
            | Self::Invalid { .. }
            | Self::Entities { .. }
            | Self::EntityType { .. }
            | Self::Namespace { .. } => None,
        }
    }
}
