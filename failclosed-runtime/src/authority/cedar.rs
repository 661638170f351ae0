//! The embedded authority: policies in [Cedar](https://www.cedarpolicy.com).
//!
//! The engine alone fails open in three places, and this module closes them. A policy that fails
//! while it is evaluated is skipped, a `forbid` included: here any failure leaves the request
//! undecided, which is a denial. A request is checked against the schema only where the caller asks
//! for it: here always. Warnings are for whoever reads them: here they are errors.
//!
//! | the guard's | is Cedar's |
//! | --- | --- |
//! | agent | principal, of the agent type |
//! | action | `Action::"name"`, in the namespace of the schema's actions |
//! | resource | resource: its kind is the entity type |
//! | arguments, guard context | the context, by name |
//! | user | `context.on_behalf_of`, of the user type; present whenever there is one |
//! | who delegated | `context.delegated_by`, a set of agents; present whenever a sub-agent acts |
//!
//! Values become what the schema declares: integers, booleans, text, records, sets (from lists), and
//! `decimal`, `ipaddr`, `datetime` and `duration` from how they are written down. An absent value is
//! left out where the schema has it as optional. A list keeps its order where it is declared by
//! position, as `{ "0": String, "1"?: String }` or as `Set<{ at: Long, value: String }>`, and a map is
//! shown as `Set<{ key: .., value: .. }>`. What does not fit is refused with the way out in the
//! message: floats that are no `decimal`, integers beyond 64 bits with a sign, bytes, a key given
//! twice, a tuple or a list with repeats where a set is declared.
//!
//! `@id("..")` on a policy is the rule that records and denials name. `@reason("..")` on a `forbid`
//! is the sentence that the model and the user read. `@ask("..")` on a `permit` is the question a
//! person must say yes to before it permits anything: a `forbid` wins over it, and a `permit` without
//! one does not lift it.
//!
//! ```
//! use failclosed_runtime::{Guard, Subject, audit::MemoryLog, cedar::CedarAuthority};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let schema = r#"
//!     entity Agent, User, Vendor;
//!     action purchase appliesTo {
//!         principal: Agent,
//!         resource: Vendor,
//!         context: { amount: Long, on_behalf_of: User },
//!     };
//! "#;
//! let policies = r#"
//!     @id("known-vendors")
//!     permit(principal == Agent::"shopper", action == Action::"purchase", resource)
//!     when { [Vendor::"coachella.com", Vendor::"books.example"].contains(resource) };
//!
//!     @id("spending-limit")
//!     @reason("above the limit of 500.00")
//!     forbid(principal, action == Action::"purchase", resource)
//!     when { context.amount > 50000 };
//! "#;
//! let authority = CedarAuthority::builder(schema, policies).resource_type("Vendor").build()?;
//! let alices = Subject::agent("shopper")?.on_behalf_of("alice")?;
//! let guard = Guard::builder(alices, authority, MemoryLog::new()).start_blocking()?;
//! # Ok(()) }
//! ```

use std::{path::PathBuf, sync::Arc, time::Duration};

use cedar_policy::Entities;

use crate::{
    authority::{Answer, Authority},
    request::Request,
};

mod actions;
mod answer;
mod ask;
mod builder;
mod context;
mod directory;
mod error;

mod failed;
mod kept;
mod labels;
mod load;
mod names;
mod permissive;
mod shared;
mod slice;
mod source;
#[cfg(test)]
mod tests;
mod typed;
mod version;
mod watch;

pub use actions::KnownAction;
pub use builder::CedarBuilder;
pub use error::CedarError;
pub use kept::rules;

use builder::Settings;
use load::Loaded;
use shared::Shared;
use source::{Material, Origin, Source, Texts};

/// Decides by policies in Cedar, in this process. Cheap to clone; clones share the policies, and a
/// reload of one reloads all.
///
/// # Reloads
/// Policies and entities are replaced as a whole or not at all. Decisions under way end with what
/// they began with; the next call is decided by the new set. Where a reload fails, the old set stays,
/// an error is logged, and every record says so in its `version`, until what the reload was to replace
/// is replaced: other entities do not make up for policies that failed, nor does reading again what is
/// in use already. Where that is too little, [`CedarBuilder::deny_after_failed_reload`] says after how
/// long nothing is allowed any more.
///
/// # Denies
/// *Denied*: a `forbid` applies, no `permit` does, or the schema does not know the action.
/// *Malformed*: a policy failed while it was evaluated, or the request does not fit the schema.
/// *Unavailable*: a reload failed, and the time set for that has passed.
#[derive(Debug, Clone)]
pub struct CedarAuthority(Arc<Shared>);

impl CedarAuthority {
    /// An authority from a schema and policies, both in Cedar's own syntax.
    pub fn builder(schema: impl Into<String>, policies: impl Into<String>) -> CedarBuilder {
        CedarBuilder::new(texts(schema, policies))
    }

    /// An authority from two files, which are read when it is built.
    pub fn builder_from_files(
        schema: impl Into<PathBuf>,
        policies: impl Into<PathBuf>,
    ) -> CedarBuilder {
        CedarBuilder::new(files(schema, policies))
    }

    /// An authority from a directory with a `policies.manifest`, which says what belongs to it:
    ///
    /// ```text
    /// files 3
    /// schema shop.cedarschema
    /// 4 shop.cedar
    /// entities staff.json
    /// ```
    ///
    /// First how many files there are, then each: the schema, files of policies with how many each
    /// holds, and entities in Cedar's JSON if there are any. So a file that was cut between two
    /// policies, or is gone, is an error, and not a set without its `forbid`.
    pub fn builder_from_directory(path: impl Into<PathBuf>) -> CedarBuilder {
        CedarBuilder::new(Texts::Directory { path: path.into(), schema: None })
    }

    /// The same for a directory that lists no schema, because it comes with the program that asks: policies
    /// about the questions of hooks, for one.
    pub fn builder_from_directory_for(
        schema: impl Into<String>,
        path: impl Into<PathBuf>,
    ) -> CedarBuilder {
        CedarBuilder::new(Texts::Directory { path: path.into(), schema: Some(schema.into()) })
    }

    fn new(settings: Settings, origin: Origin, material: &Material, loaded: Loaded) -> Self {
        Self(Arc::new(Shared::new(settings, origin, material, loaded)))
    }

    /// Replaces schema and policies. What the builder set stays, and so do the entities that were
    /// given last; those of a file are read again. From here on [`refresh`](Self::refresh) reads no
    /// other file or directory of policies.
    ///
    /// # Errors
    /// As [`CedarBuilder::build`]. Then nothing is replaced.
    pub fn reload(
        &self,
        schema: impl Into<String>,
        policies: impl Into<String>,
    ) -> Result<(), CedarError> {
        self.0.replace_texts(texts(schema, policies))
    }

    /// Replaces schema and policies by what is in two files. See [`reload`](Self::reload).
    ///
    /// # Errors
    /// As [`CedarBuilder::build`]. Then nothing is replaced.
    pub fn reload_from_files(
        &self,
        schema: impl Into<PathBuf>,
        policies: impl Into<PathBuf>,
    ) -> Result<(), CedarError> {
        self.0.replace_texts(files(schema, policies))
    }

    /// Replaces schema, policies and entities at once: no call is decided by the new policies and
    /// the old groups, or the other way round.
    ///
    /// # Errors
    /// As [`CedarBuilder::build`]. Then nothing is replaced.
    pub fn reload_with_entities(
        &self,
        schema: impl Into<String>,
        policies: impl Into<String>,
        entities: Entities,
    ) -> Result<(), CedarError> {
        self.0.replace_all(texts(schema, policies), entities)
    }

    /// Replaces the entities alone, as a whole: a membership that is not among them has ended, and
    /// the next call sees it. The policies are not looked at again.
    ///
    /// # Errors
    /// [`CedarError::Entities`]: they do not fit the schema, or those in use come from a file, which
    /// is to be changed instead. Then nothing is replaced.
    pub fn reload_entities(&self, entities: Entities) -> Result<(), CedarError> {
        self.0.replace_entities(entities)
    }

    /// Reads again what the authority was built from, or last reloaded from, and replaces everything
    /// if anything changed. Says whether it did.
    ///
    /// # Errors
    /// As [`CedarBuilder::build`], then nothing is replaced; [`CedarError::Watch`], where everything
    /// came as text.
    pub fn refresh(&self) -> Result<bool, CedarError> {
        self.0.refresh()
    }

    /// Does [`refresh`](Self::refresh) every so often, on a thread of its own, until the last clone
    /// is dropped. A refresh that fails is a failed reload, and is tried again.
    ///
    /// # Errors
    /// [`CedarError::Watch`]: everything came as text, the time is zero, there is a watch already, or
    /// there is no thread.
    pub fn reload_every(&self, every: Duration) -> Result<(), CedarError> {
        watch::start(&self.0, every)
    }

    /// The actions of the schema with the kinds of things they are done to: what a probe can ask.
    pub fn actions(&self) -> Vec<KnownAction> {
        self.0.actions()
    }

    /// What is decided by now: the digests of policies and entities, as records carry it.
    pub fn version(&self) -> Option<Arc<str>> {
        self.0.version()
    }
}

fn texts(schema: impl Into<String>, policies: impl Into<String>) -> Texts {
    Origin::pair(Source::Text(schema.into()), Source::Text(policies.into()))
}

fn files(schema: impl Into<PathBuf>, policies: impl Into<PathBuf>) -> Texts {
    Origin::pair(Source::File(schema.into()), Source::File(policies.into()))
}

impl Authority for CedarAuthority {
    fn decide<'a>(&'a self, request: &'a Request<'a>) -> Answer<'a> {
        // No input or output and no waiting: the answer is at hand before a timer could be armed.
        Answer::ready(self.0.decide(request))
    }
}
