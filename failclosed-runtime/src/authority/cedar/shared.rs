//! What the clones of an authority share, and replacing it.

use std::{
    mem,
    sync::{Arc, Mutex, PoisonError, RwLock, mpsc::Sender},
    time::Instant,
};

use cedar_policy::Entities;

use super::{
    actions::KnownAction,
    builder::Settings,
    error::CedarError,
    load::Loaded,
    source::{Facts, Known, Material, Origin},
};
use crate::{
    contain,
    decision::{Decision, NoDecision},
    request::Request,
};

#[derive(Debug)]
pub(super) struct Shared {
    settings: Settings,
    state: RwLock<State>,
    /// Held while loading, so that of two reloads the later one stays.
    reloading: Mutex<Read>,
    /// Held by the last clone: where it is gone, the watch ends.
    pub(super) watch: Mutex<Option<Sender<()>>>,
}

/// What was read last, and from where.
#[derive(Debug)]
struct Read {
    origin: Origin,
    fingerprint: String,
    /// Whether the entities are those of a file.
    in_file: bool,
}

impl Read {
    fn new(origin: Origin, material: &Material) -> Self {
        let in_file = matches!(material.entities, Known::Json(_));
        Self { origin, fingerprint: material.fingerprint(), in_file }
    }
}

/// What decides now.
#[derive(Debug, Clone)]
pub(super) struct State {
    loaded: Arc<Loaded>,
    pub(super) failed: Option<Failed>,
}

/// That a reload failed, and none has succeeded since.
#[derive(Debug, Clone)]
pub(super) struct Failed {
    pub(super) why: Arc<str>,
    /// The first failure: a watch that fails again and again does not begin anew.
    since: Instant,
    /// For records, so that whoever reads them sees it where no log is kept.
    version: Arc<str>,
}

impl Shared {
    pub(super) fn new(
        settings: Settings,
        origin: Origin,
        material: &Material,
        loaded: Loaded,
    ) -> Self {
        Self {
            settings,
            state: RwLock::new(State { loaded: Arc::new(loaded), failed: None }),
            reloading: Mutex::new(Read::new(origin, material)),
            watch: Mutex::new(None),
        }
    }

    pub(super) fn can_change(&self) -> bool {
        self.reloading.lock().unwrap_or_else(PoisonError::into_inner).origin.can_change()
    }

    /// Loads what `change` makes of where things came from.
    pub(super) fn replace(&self, change: impl FnOnce(&Origin) -> Origin) -> Result<(), CedarError> {
        // Written only when everything is loaded, so a panic leaves nothing half done behind it.
        let mut read = self.reloading.lock().unwrap_or_else(PoisonError::into_inner);
        let origin = change(&read.origin);
        let material = self.load(|| {
            let material = origin.read()?;
            let loaded = Loaded::new(&material, &self.settings)?;
            Ok((material, Some(loaded)))
        })?;
        *read = Read::new(origin, &material);
        Ok(())
    }

    pub(super) fn replace_entities(&self, entities: Entities) -> Result<(), CedarError> {
        let mut read = self.reloading.lock().unwrap_or_else(PoisonError::into_inner);
        self.load(|| {
            if read.in_file {
                // FAIL CLOSED: of two answers to who is in a group either might count: the file
                // brings back whom a program took out, or the program whom the file did.
                return Err(CedarError::Entities {
                    detail: "they come from a file\nhelp: change the file, then `refresh`".into(),
                });
            }
            // The rules are never half written: a poisoned lock says nothing about them.
            let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
            let rules = state.loaded.rules.clone();
            drop(state);
            Ok(((), Some(Loaded::with_entities(rules, &entities)?)))
        })?;
        read.origin.entities = Facts::Given(entities);
        Ok(())
    }

    pub(super) fn refresh(&self) -> Result<bool, CedarError> {
        let mut read = self.reloading.lock().unwrap_or_else(PoisonError::into_inner);
        if !read.origin.can_change() {
            return Err(CedarError::Watch { fault: super::watch::NO_FILE.into() });
        }
        let (material, is_new) = self.load(|| {
            let material = read.origin.read()?;
            let is_new = material.fingerprint() != read.fingerprint;
            let loaded = if is_new { Some(Loaded::new(&material, &self.settings)?) } else { None };
            Ok(((material, is_new), loaded))
        })?;
        *read = Read::new(read.origin.clone(), &material);
        Ok(is_new)
    }

    /// Puts in use what `load` gives; nothing, where it finds what is in use already.
    fn load<T>(
        &self,
        load: impl FnOnce() -> Result<(T, Option<Loaded>), CedarError>,
    ) -> Result<T, CedarError> {
        let unfinished = Unfinished(self);
        let loaded = load();
        mem::forget(unfinished);
        match loaded {
            Ok((result, loaded)) => {
                self.succeed(loaded);
                Ok(result)
            }
            Err(error) => {
                self.fail(&error.to_string());
                Err(error)
            }
        }
    }

    fn succeed(&self, loaded: Option<Loaded>) {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        state.failed = None;
        let Some(loaded) = loaded else { return };
        let version = loaded.version.clone();
        let old = mem::replace(&mut state.loaded, Arc::new(loaded));
        // A poisoned lock heals here: the state was replaced whole.
        self.state.clear_poison();
        drop(state);
        // Freed after the lock: nobody waits for 10 000 policies to be dropped.
        drop(old);
        contain::trace(|| {
            tracing::info!(target: "failclosed", version = &*version, "policies reloaded");
        });
    }

    pub(super) fn fail(&self, why: &str) {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        let version = format!("{}, and a later reload failed", state.loaded.version);
        let since = state.failed.as_ref().map_or_else(Instant::now, |failed| failed.since);
        state.failed = Some(Failed { why: why.into(), since, version: version.into() });
        drop(state);
        contain::trace(|| match self.settings.grace {
            Some(grace) => tracing::error!(
                target: "failclosed", error = why,
                "policies failed to reload: the old ones stay for {grace:?}, then everything is denied"
            ),
            None => tracing::error!(
                target: "failclosed", error = why,
                "policies failed to reload: the old ones stay in use"
            ),
        });
    }

    /// None, where the lock is poisoned: what nobody can read nobody can ask about.
    pub(super) fn actions(&self) -> Vec<KnownAction> {
        self.state().map(|state| state.loaded.rules.known_actions()).unwrap_or_default()
    }

    pub(super) fn version(&self) -> Option<Arc<str>> {
        let state = self.state().ok()?;
        Some(state.failed.map_or_else(|| state.loaded.version.clone(), |failed| failed.version))
    }

    pub(super) fn state(&self) -> Result<State, NoDecision> {
        match self.state.read() {
            Ok(state) => Ok(state.clone()),
            // FAIL CLOSED: whoever panicked while it held the lock left who knows what.
            Err(_) => Err(NoDecision::unavailable("the lock of the policies is poisoned")),
        }
    }

    /// Panics while it holds the lock.
    #[cfg(test)]
    pub(super) fn poison(&self) {
        let _held = self.state.write();
        std::panic::resume_unwind(Box::new("poison"));
    }

    pub(super) fn decide(&self, request: &Request<'_>) -> Result<Decision, NoDecision> {
        let State { loaded, failed } = self.state()?;
        let version = match failed {
            None => loaded.version.clone(),
            Some(failed) => {
                if self.settings.grace.is_some_and(|grace| failed.since.elapsed() >= grace) {
                    // FAIL CLOSED: what somebody wanted to replace must not go on permitting what
                    // the new policies may forbid for longer than the operator said.
                    return Err(NoDecision::unavailable(format_args!(
                        "the policies failed to load: {}",
                        failed.why
                    ))
                    .with_version(failed.version));
                }
                failed.version
            }
        };
        match loaded.decide(request) {
            Ok(decision) => Ok(decision.version(version)),
            Err(why) => Err(why.with_version(version)),
        }
    }
}

/// A reload under way. Dropped, it was cut off by a panic of the parser or the validator.
pub(super) struct Unfinished<'s>(pub(super) &'s Shared);

impl Drop for Unfinished<'_> {
    fn drop(&mut self) {
        // FAIL CLOSED: a reload that panics has failed like any other.
        self.0.fail("loading them panicked");
    }
}
