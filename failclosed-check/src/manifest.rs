//! The manifest: every guarded executor of a workspace, with what its authority is asked.
//!
//! It is read from the source, and attributes by the very parser of the macros, so that it says what they
//! made. What cannot be read ends in an error or is named as unread: a list with a gap that nobody sees
//! would be taken for the whole.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{inconclusive::CheckError, source::Unit};

mod asked;
pub mod cedar;
pub mod compare;
mod find;
mod known;
mod opens;
#[cfg(feature = "cedar")]
pub mod policies;
mod scope;
mod serde_said;
mod shape;
pub mod text;
mod types;
mod written;

/// The version of the form. A change that a reader could stumble over makes it another.
pub const VERSION: u32 = 1;

/// Where a workspace keeps the manifest that was reviewed.
pub const FILE: &str = "failclosed.manifest.json";

/// Every guarded executor, in the order of actions and functions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Manifest {
    /// [`VERSION`].
    pub version: u32,
    /// What is guarded, and how.
    pub executors: Vec<Executor>,
    /// What only a permit opens.
    pub locked: Vec<Lock>,
    /// What could not be read. With any of these, the rest is not the whole.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unread: Vec<Unread>,
}

/// One guarded executor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Executor {
    /// What is asked for. `None`: the name is in another workspace, by the type in `action_type`; or it is
    /// whatever the caller's permit is for.
    pub action: Option<String>,
    /// The action's type, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action_type: Option<String>,
    /// Crate, modules, type and name.
    pub function: String,
    /// Relative to the workspace.
    pub file: String,
    /// From 1. `None` in a manifest that is kept: it changes only with what is guarded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// How it is guarded.
    pub guarded_by: How,
    /// Conditions of the build under which there is such a function.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<String>,
    /// The condition of the build without which the guard is NOT there: `cfg_attr(.., requires_permission)`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guarded_if: Option<String>,
    /// Which guard asks, where the attribute says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guard: Option<String>,
    /// What the rest of the action's name is computed from, where it comes at run time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
    /// What is acted on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<Resource>,
    /// What the authority is shown.
    pub arguments: Vec<Argument>,
    /// Parameters that it is not shown.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skipped: Vec<Skipped>,
    /// What its permit opens.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub opens: Vec<String>,
    /// Who implements it, where it is a guarded trait's method.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub implemented_by: Vec<String>,
}

/// How an executor is guarded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum How {
    /// The attribute on a function.
    Function,
    /// The attribute on a method in an `impl` below `#[guarded]`.
    Impl,
    /// A guarded trait.
    Trait,
    /// A decorator: `#[guarded(remote = path)]`.
    Decorator,
    /// `guard.run(action, ..)`.
    Run,
    /// It takes somebody else's permit, and asks nobody.
    Permit,
}

impl How {
    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Function => "function",
            Self::Impl => "impl",
            Self::Trait => "trait",
            Self::Decorator => "decorator",
            Self::Run => "run",
            Self::Permit => "permit",
        }
    }
}

/// `resource = ..`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Resource {
    /// The expression.
    pub expression: String,
    /// What kind of thing it is, where the source tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Whether only an id is given: the authority has to know the kind by itself.
    #[serde(default, skip_serializing_if = "is_false")]
    pub id_only: bool,
}

/// What the authority is shown under one name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Argument {
    /// Its name.
    pub name: String,
    /// Its type. `None`: the source does not tell.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub ty: Option<String>,
    /// What is shown in a parameter's place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expression: Option<String>,
    /// Whether people and logs see a mask.
    #[serde(default, skip_serializing_if = "is_false")]
    pub masked: bool,
    /// Whether it is there in some builds only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<String>,
    /// What it is to a policy.
    pub cedar: Cedar,
}

/// What a value is to a Cedar policy, or why that cannot be told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[allow(clippy::exhaustive_enums, reason = "it is told, or it is not")]
pub enum Cedar {
    /// Always there.
    Required(String),
    /// There or not.
    Optional(String),
    /// Why it has no Cedar type.
    Unmapped(String),
}

impl fmt::Display for Cedar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Required(kind) => f.write_str(kind),
            Self::Optional(kind) => write!(f, "{kind}, or nothing"),
            Self::Unmapped(why) => write!(f, "unmapped: {why}"),
        }
    }
}

/// A parameter that the authority is not shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Skipped {
    /// Its name.
    pub name: String,
    /// Its type. `None`: the source does not tell.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub ty: Option<String>,
}

/// A field that only a permit opens.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Lock {
    /// Crate, modules, struct and field.
    pub field: String,
    /// `Locked<Client, Purchase>`.
    #[serde(rename = "type")]
    pub ty: String,
    /// Relative to the workspace.
    pub file: String,
    /// From 1. `None` in a manifest that is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
}

/// Something that may be an executor, and could not be read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Unread {
    /// Relative to the workspace.
    pub file: String,
    /// From 1.
    pub line: usize,
    /// Why, and what to do.
    pub why: String,
}

impl Manifest {
    /// What the workspace's packages hold.
    pub fn of(units: &[Unit]) -> Self {
        find::all(units)
    }

    /// Reads a manifest that was kept.
    ///
    /// # Errors
    /// `Undecided`: another version, or not a manifest. Nothing can be compared with it.
    pub fn parse(text: &str, file: &str) -> Result<Self, CheckError> {
        let help = "write it anew with `cargo failclosed manifest --write`, and review it";
        let refused = |why: String| CheckError::undecided(file, format!("{why}\nhelp: {help}"));
        // FAIL CLOSED: what is not understood is not equal to anything.
        let kept: Self = serde_json::from_str(text).map_err(|error| refused(error.to_string()))?;
        if kept.version != VERSION {
            return Err(refused(format!("it has version {}, not {VERSION}", kept.version)));
        }
        if !kept.unread.is_empty() {
            return Err(refused("it was written with parts unread".to_owned()));
        }
        Ok(kept)
    }

    /// As it is kept: without lines, which move with every edit.
    pub fn kept(&self) -> Self {
        let mut kept = self.clone();
        kept.executors.iter_mut().for_each(|executor| executor.line = None);
        kept.locked.iter_mut().for_each(|lock| lock.line = None);
        kept
    }

    /// As JSON, of the form in `schema/manifest-1.schema.json`.
    ///
    /// # Errors
    /// `Undecided`, where it cannot be written down.
    pub fn json(&self) -> Result<String, CheckError> {
        let text = serde_json::to_string_pretty(self);
        let text = text.map_err(|error| CheckError::undecided("the manifest", error))?;
        Ok(text + "\n")
    }
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde wants")]
fn is_false(value: &bool) -> bool {
    !value
}
