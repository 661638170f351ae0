//! Puts a [`CedarAuthority`] together.

use std::{path::PathBuf, time::Duration};

use cedar_policy::Entities;

use super::{
    CedarAuthority,
    error::CedarError,
    load::Loaded,
    source::{Facts, Known, Origin, Texts},
};

/// What stays the same when policies are reloaded.
#[derive(Debug, Clone, Default)]
pub(super) struct Settings {
    pub(super) agent_type: Option<String>,
    pub(super) user_type: Option<String>,
    pub(super) resource_type: Option<String>,
    pub(super) default_resource: Option<(String, String)>,
    pub(super) namespace: Option<String>,
    /// Annotations that others read.
    pub(super) annotations: Vec<String>,
    /// Whether others read whatever there is.
    pub(super) any_annotation: bool,
    /// How long the old set decides after a reload failed; `None` until one succeeds.
    pub(super) grace: Option<Duration>,
}

impl Settings {
    /// Of a program that is not known: whatever annotations it had others read.
    pub(super) fn of_anybody() -> Self {
        Self { any_annotation: true, ..Self::default() }
    }
}

/// Names what the schema calls things, then builds the authority. Made by
/// [`CedarAuthority::builder`], [`CedarAuthority::builder_from_files`] and
/// [`CedarAuthority::builder_from_directory`].
#[derive(Debug, Clone)]
#[must_use = "nothing decides until the authority is built"]
pub struct CedarBuilder {
    origin: Origin,
    settings: Settings,
}

impl CedarBuilder {
    pub(super) fn new(texts: Texts) -> Self {
        let origin = Origin { texts, entities: Facts::Unset };
        Self { origin, settings: Settings::default() }
    }

    /// The entity type of agents, which are the principals. `Agent` unless set.
    ///
    /// Types in the namespace of the actions may be given by their short names, here and below.
    pub fn agent_type(mut self, name: impl Into<String>) -> Self {
        self.settings.agent_type = Some(name.into());
        self
    }

    /// The entity type of the users that agents act for, in `context.on_behalf_of`. `User` unless
    /// set.
    pub fn user_type(mut self, name: impl Into<String>) -> Self {
        self.settings.user_type = Some(name.into());
        self
    }

    /// The entity type of a resource that an executor gives by its id alone. Without it such a
    /// request is denied.
    pub fn resource_type(mut self, name: impl Into<String>) -> Self {
        self.settings.resource_type = Some(name.into());
        self
    }

    /// What is acted on where an executor names nothing: `("App", "shop")`. Without it such a
    /// request is denied.
    pub fn default_resource(mut self, kind: impl Into<String>, id: impl Into<String>) -> Self {
        self.settings.default_resource = Some((kind.into(), id.into()));
        self
    }

    /// The namespace of the actions; `""` is the root. Needed only where the schema has actions in
    /// several.
    pub fn namespace(mut self, name: impl Into<String>) -> Self {
        self.settings.namespace = Some(name.into());
        self
    }

    /// Annotations beside `@id`, `@reason` and `@ask` that policies may have, because others read
    /// them. Any other is an error: `@aks` would be a permit that asks nobody.
    pub fn annotations<N: Into<String>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.settings.annotations.extend(names.into_iter().map(Into::into));
        self
    }

    /// What is known about agents, users and resources: attributes and groups. They are checked
    /// against the schema, here and at each reload.
    pub fn entities(mut self, entities: Entities) -> Self {
        self.origin.entities = Facts::Given(entities);
        self
    }

    /// The same from a file in Cedar's JSON, which is read when the authority is built, and again at
    /// each [`refresh`](CedarAuthority::refresh).
    pub fn entities_from_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.origin.entities = Facts::File(path.into());
        self
    }

    /// Denies everything once a reload has failed and has not been made good for `grace`; with
    /// [`Duration::ZERO`] at once. Unless this is set, the old policies and entities stay in use.
    pub fn deny_after_failed_reload(mut self, grace: Duration) -> Self {
        self.settings.grace = Some(grace);
        self
    }

    /// The authority, with its policies parsed and proven to fit the schema.
    ///
    /// # Errors
    /// Every [`CedarError`]: warnings of the schema parser and of the strict validator are errors
    /// too, and so are an empty policy set, a template, an annotation that is not known and an id
    /// given twice.
    pub fn build(self) -> Result<CedarAuthority, CedarError> {
        if let Texts::Directory { path, .. } = &self.origin.texts {
            let listed =
                Origin { texts: self.origin.texts.clone(), entities: Facts::Unset }.read()?;
            if let (Known::Json(_), Facts::Given(_) | Facts::File(_)) =
                (&listed.entities, &self.origin.entities)
            {
                // FAIL CLOSED: of two answers to who is in a group either might count.
                return Err(CedarError::Manifest {
                    path: path.clone(),
                    fault: "it lists entities, and the builder was given others".into(),
                });
            }
        }
        let material = self.origin.read()?;
        let loaded = Loaded::new(&material, &self.settings)?;
        Ok(CedarAuthority::new(self.settings, self.origin, &material, loaded))
    }
}
