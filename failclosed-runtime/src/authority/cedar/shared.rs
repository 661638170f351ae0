//! What the clones of an authority share, and replacing it.

use std::{
    mem,
    sync::{Arc, Mutex, PoisonError, RwLock, mpsc::Sender},
};

use cedar_policy::Entities;

use super::{
    actions::KnownAction,
    builder::Settings,
    error::CedarError,
    failed::{Change, Failures},
    load::Loaded,
    source::{Facts, Known, Material, Origin, Texts},
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
#[derive(Debug, Clone)]
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
    pub(super) failures: Failures,
    /// What records say of both: whoever reads them sees a failure where no log is kept.
    version: Arc<str>,
}

impl State {
    fn new(loaded: Arc<Loaded>, failures: Failures) -> Self {
        let version = match failures.first() {
            None => loaded.version.clone(),
            Some(_) => format!("{}, and a later reload failed", loaded.version).into(),
        };
        Self { loaded, failures, version }
    }
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
            state: RwLock::new(State::new(Arc::new(loaded), Failures::default())),
            reloading: Mutex::new(Read::new(origin, material)),
            watch: Mutex::new(None),
        }
    }

    pub(super) fn can_change(&self) -> bool {
        self.reloading.lock().unwrap_or_else(PoisonError::into_inner).origin.can_change()
    }

    pub(super) fn replace_texts(&self, texts: Texts) -> Result<(), CedarError> {
        let change = Change::Texts(Arc::new(texts.clone()));
        self.replace(&change, |origin| Origin { texts, ..origin.clone() })
    }

    pub(super) fn replace_all(&self, texts: Texts, entities: Entities) -> Result<(), CedarError> {
        let change = Change::All(Arc::new(texts.clone()));
        self.replace(&change, |_| Origin { texts, entities: Facts::Given(entities) })
    }

    /// Loads what `make` makes of where things came from.
    fn replace(
        &self,
        change: &Change,
        make: impl FnOnce(&Origin) -> Origin,
    ) -> Result<(), CedarError> {
        // Written only when everything is loaded, so a panic leaves nothing half done behind it.
        let mut read = self.reloading.lock().unwrap_or_else(PoisonError::into_inner);
        let origin = make(&read.origin);
        let now = self.load(change, || {
            let material = origin.read()?;
            let loaded = Loaded::new(&material, &self.settings)?;
            Ok((Read::new(origin, &material), Some(loaded)))
        })?;
        *read = now;
        Ok(())
    }

    pub(super) fn replace_entities(&self, entities: Entities) -> Result<(), CedarError> {
        let mut read = self.reloading.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.load(&Change::Entities, || {
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
            let loaded = Loaded::with_entities(rules, &entities)?;
            let mut now = read.clone();
            now.origin.entities = Facts::Given(entities);
            Ok((now, Some(loaded)))
        })?;
        *read = now;
        Ok(())
    }

    pub(super) fn refresh(&self) -> Result<bool, CedarError> {
        let mut read = self.reloading.lock().unwrap_or_else(PoisonError::into_inner);
        if !read.origin.can_change() {
            return Err(CedarError::Watch { fault: super::watch::NO_FILE.into() });
        }
        let change = Change::Reading(Arc::new(read.origin.texts.clone()));
        let now = self.load(&change, || {
            let material = read.origin.read()?;
            let now = Read::new(read.origin.clone(), &material);
            let is_new = now.fingerprint != read.fingerprint;
            let loaded = if is_new { Some(Loaded::new(&material, &self.settings)?) } else { None };
            Ok((now, loaded))
        })?;
        let is_new = now.fingerprint != read.fingerprint;
        *read = now;
        Ok(is_new)
    }

    /// Puts in use what `load` gives; nothing, where it finds what is in use already.
    fn load(
        &self,
        change: &Change,
        load: impl FnOnce() -> Result<(Read, Option<Loaded>), CedarError>,
    ) -> Result<Read, CedarError> {
        let unfinished = Unfinished(self, change);
        let loaded = load();
        mem::forget(unfinished);
        match loaded {
            Ok((read, loaded)) => {
                self.succeed(change, read.in_file, loaded);
                Ok(read)
            }
            Err(error) => {
                self.fail(change, &error.to_string());
                Err(error)
            }
        }
    }

    fn succeed(&self, change: &Change, in_file: bool, loaded: Option<Loaded>) {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        let mut failures = mem::take(&mut state.failures);
        failures.end(change, in_file);
        let is_new = loaded.is_some();
        let loaded = loaded.map_or_else(|| Arc::clone(&state.loaded), Arc::new);
        let version = loaded.version.clone();
        let old = mem::replace(&mut *state, State::new(loaded, failures));
        if !is_new {
            return;
        }
        // A poisoned lock heals here: the state was replaced whole.
        self.state.clear_poison();
        drop(state);
        // Freed after the lock: nobody waits for 10 000 policies to be dropped.
        drop(old);
        contain::trace(|| {
            tracing::info!(target: "failclosed", version = &*version, "policies reloaded");
        });
    }

    pub(super) fn fail(&self, change: &Change, why: &str) {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        let mut failures = mem::take(&mut state.failures);
        failures.note(change, why);
        *state = State::new(Arc::clone(&state.loaded), failures);
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
        Some(self.state().ok()?.version)
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
        let State { loaded, failures, version } = self.state()?;
        if let Some(failed) = failures.first()
            && self.settings.grace.is_some_and(|grace| failed.since.elapsed() >= grace)
        {
            // FAIL CLOSED: what somebody wanted to replace must not go on permitting what the new
            // policies may forbid for longer than the operator said.
            let why = format_args!("the policies failed to load: {}", failed.why);
            let why = NoDecision::unavailable(why).with_version(version);
            return Err(why.with_policies(Arc::clone(&loaded.rules.policies)));
        }
        let policies = Arc::clone(&loaded.rules.policies);
        let mut decided = loaded.decide(request);
        // In place: a decision that is handed on by each of them is copied by each.
        let (of_version, of_policies) = match &mut decided {
            Ok(decision) => {
                let grounds = decision.grounds_mut();
                (&mut grounds.version, &mut grounds.policies)
            }
            Err(why) => (&mut why.version, &mut why.policies),
        };
        (*of_version, *of_policies) = (Some(version), Some(policies));
        decided
    }
}

/// A reload under way. Dropped, it was cut off by a panic of the parser or the validator.
pub(super) struct Unfinished<'s>(pub(super) &'s Shared, pub(super) &'s Change);

impl Drop for Unfinished<'_> {
    fn drop(&mut self) {
        // FAIL CLOSED: a reload that panics has failed like any other.
        self.0.fail(self.1, "loading them panicked");
    }
}
