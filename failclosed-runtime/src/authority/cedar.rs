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
//!
//! Values become Cedar's own: integers, booleans, text, sets (from lists) and records. What Cedar
//! has no type for is refused with the way out in the message: floats, absent values, bytes,
//! tuples. So are integers beyond 64 bits with a sign, a key given twice, and a list that repeats an
//! element, which a set would show once. The order of a list is not shown.
//!
//! `@id("..")` on a policy is the rule that records and denials name. `@reason("..")` on a `forbid`
//! is the sentence that the model and the user read.
//!
//! ```
//! use failclosed_runtime::{Guard, Subject, cedar::CedarAuthority};
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
//! let guard = Guard::builder(Subject::agent("shopper")?.on_behalf_of("alice")?, authority)
//!     .build()?;
//! # Ok(()) }
//! ```

use std::{
    mem,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError, RwLock},
};

use crate::{
    authority::{Answer, Authority},
    decision::NoDecision,
    request::Request,
};

mod answer;
mod ask;
mod builder;
mod context;
mod error;
mod load;
mod names;
mod slice;
#[cfg(test)]
mod tests;

pub use builder::CedarBuilder;
pub use error::CedarError;

use builder::{Settings, Source};
use load::Loaded;

/// Decides by policies in Cedar, in this process. Cheap to clone; clones share the policies, and a
/// reload of one reloads all.
///
/// # Denies
/// *Denied*: a `forbid` applies, no `permit` does, or the schema does not know the action.
/// *Malformed*: a policy failed while it was evaluated, or the request does not fit the schema.
/// *Unavailable*: the last reload failed.
#[derive(Debug, Clone)]
pub struct CedarAuthority(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    settings: Settings,
    state: RwLock<State>,
    /// Held while loading, so that of two reloads the later one stays.
    reloading: Mutex<()>,
}

#[derive(Debug, Clone)]
enum State {
    Loaded(Arc<Loaded>),
    /// The last reload failed, and why.
    Failed(Arc<str>),
}

impl CedarAuthority {
    /// An authority from a schema and policies, both in Cedar's own syntax.
    pub fn builder(schema: impl Into<String>, policies: impl Into<String>) -> CedarBuilder {
        CedarBuilder::new(Source::Text(schema.into()), Source::Text(policies.into()))
    }

    /// An authority from two files, which are read when it is built.
    pub fn builder_from_files(
        schema: impl Into<PathBuf>,
        policies: impl Into<PathBuf>,
    ) -> CedarBuilder {
        CedarBuilder::new(Source::File(schema.into()), Source::File(policies.into()))
    }

    fn new(settings: Settings, loaded: Loaded) -> Self {
        let state = RwLock::new(State::Loaded(Arc::new(loaded)));
        Self(Arc::new(Shared { settings, state, reloading: Mutex::new(()) }))
    }

    /// Replaces schema and policies. What the builder set stays; decisions under way end with the
    /// policies they began with.
    ///
    /// # Errors
    /// As [`CedarBuilder::build`].
    ///
    /// # Denies
    /// After an error everything, as *unavailable*, until a reload succeeds: the policies that
    /// somebody wanted to replace must not go on permitting what the new ones may forbid.
    pub fn reload(
        &self,
        schema: impl Into<String>,
        policies: impl Into<String>,
    ) -> Result<(), CedarError> {
        self.replace(&Source::Text(schema.into()), &Source::Text(policies.into()))
    }

    /// Replaces schema and policies by what is in two files. See [`reload`](Self::reload).
    ///
    /// # Errors
    /// As [`CedarBuilder::build`].
    ///
    /// # Denies
    /// As [`reload`](Self::reload).
    pub fn reload_from_files(
        &self,
        schema: impl Into<PathBuf>,
        policies: impl Into<PathBuf>,
    ) -> Result<(), CedarError> {
        self.replace(&Source::File(schema.into()), &Source::File(policies.into()))
    }

    fn replace(&self, schema: &Source, policies: &Source) -> Result<(), CedarError> {
        // Nothing is behind this lock that a panic could leave half done: see `Unfinished`.
        let _one_at_a_time = self.0.reloading.lock().unwrap_or_else(PoisonError::into_inner);
        let unfinished = Unfinished(&self.0);
        let loaded = schema.read("schema").and_then(|schema| {
            Loaded::from_text(&schema, &policies.read("policies")?, &self.0.settings)
        });
        mem::forget(unfinished);
        match loaded {
            Ok(loaded) => {
                self.0.set(State::Loaded(Arc::new(loaded)));
                tracing::info!(target: "failclosed", "policies reloaded");
                Ok(())
            }
            Err(error) => {
                // FAIL CLOSED: policies that do not load permit nothing.
                self.0.fail(&error.to_string());
                Err(error)
            }
        }
    }
}

impl Shared {
    fn set(&self, state: State) {
        // A poisoned lock heals here: the state is replaced whole.
        let mut current = self.state.write().unwrap_or_else(PoisonError::into_inner);
        let old = mem::replace(&mut *current, state);
        self.state.clear_poison();
        drop(current);
        // Freed after the lock: nobody waits for 10 000 policies to be dropped.
        drop(old);
    }

    fn fail(&self, why: &str) {
        tracing::error!(
            target: "failclosed", error = why,
            "policies failed to reload: everything is denied until they do"
        );
        self.set(State::Failed(why.into()));
    }

    fn state(&self) -> Result<State, NoDecision> {
        match self.state.read() {
            Ok(state) => Ok(state.clone()),
            // FAIL CLOSED: whoever panicked while it held the lock left who knows what.
            Err(_) => Err(NoDecision::unavailable("the lock of the policies is poisoned")),
        }
    }
}

/// A reload under way. Dropped, it was cut off by a panic of the parser or the validator.
struct Unfinished<'s>(&'s Shared);

impl Drop for Unfinished<'_> {
    fn drop(&mut self) {
        // FAIL CLOSED: a reload that panics has failed like any other.
        self.0.fail("loading them panicked");
    }
}

impl Authority for CedarAuthority {
    fn decide<'a>(&'a self, request: &'a Request<'a>) -> Answer<'a> {
        // No input or output and no waiting: the answer is at hand before a timer could be armed.
        Answer::ready(match self.0.state() {
            Ok(State::Loaded(loaded)) => loaded.decide(request),
            // FAIL CLOSED: see `replace`.
            Ok(State::Failed(why)) => {
                Err(NoDecision::unavailable(format_args!("the policies failed to load: {why}")))
            }
            Err(why) => Err(why),
        })
    }
}
