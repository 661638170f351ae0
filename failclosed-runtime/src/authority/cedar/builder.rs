//! Puts a [`CedarAuthority`] together.

use std::{fs, path::PathBuf, sync::Arc};

use cedar_policy::Entities;

use super::{CedarAuthority, error::CedarError, load::Loaded};

/// What stays the same when policies are reloaded.
#[derive(Debug, Clone)]
pub(super) struct Settings {
    pub(super) agent_type: Option<String>,
    pub(super) user_type: Option<String>,
    pub(super) resource_type: Option<String>,
    pub(super) default_resource: Option<(String, String)>,
    pub(super) namespace: Option<String>,
    pub(super) entities: Entities,
}

/// Where a text comes from.
#[derive(Debug, Clone)]
pub(super) enum Source {
    Text(String),
    File(PathBuf),
}

impl Source {
    pub(super) fn read(&self, what: &'static str) -> Result<String, CedarError> {
        match self {
            Self::Text(text) => Ok(text.clone()),
            // FAIL CLOSED: a file that is not there is not an empty one.
            Self::File(path) => fs::read_to_string(path).map_err(|error| CedarError::Read {
                what,
                path: path.clone(),
                source: Arc::new(error),
            }),
        }
    }
}

/// Names what the schema calls things, then builds the authority. Made by
/// [`CedarAuthority::builder`] and [`CedarAuthority::builder_from_files`].
#[derive(Debug, Clone)]
#[must_use = "nothing decides until the authority is built"]
pub struct CedarBuilder {
    schema: Source,
    policies: Source,
    settings: Settings,
}

impl CedarBuilder {
    pub(super) fn new(schema: Source, policies: Source) -> Self {
        let settings = Settings {
            agent_type: None,
            user_type: None,
            resource_type: None,
            default_resource: None,
            namespace: None,
            entities: Entities::empty(),
        };
        Self { schema, policies, settings }
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

    /// What is known about agents, users and resources: attributes and groups. They are checked
    /// against the schema, here and at each reload.
    pub fn entities(mut self, entities: Entities) -> Self {
        self.settings.entities = entities;
        self
    }

    /// The authority, with its policies parsed and proven to fit the schema.
    ///
    /// # Errors
    /// Every [`CedarError`]: warnings of the schema parser and of the strict validator are errors
    /// too, and so are an empty policy set, a template and an id given twice.
    pub fn build(self) -> Result<CedarAuthority, CedarError> {
        let schema = self.schema.read("schema")?;
        let policies = self.policies.read("policies")?;
        let loaded = Loaded::from_text(&schema, &policies, &self.settings)?;
        Ok(CedarAuthority::new(self.settings, loaded))
    }
}
