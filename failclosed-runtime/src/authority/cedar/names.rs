//! The schema's names for who acts and what is acted on.

use std::collections::BTreeSet;

use cedar_policy::{EntityTypeName, Schema};
use rustc_hash::FxHashMap;

use super::{builder::Settings, error::CedarError};

/// What the builder calls an agent where nothing else is said.
pub(super) const AGENT: &str = "Agent";
/// The same for a user.
pub(super) const USER: &str = "User";

/// Entity types, looked up once.
#[derive(Debug)]
pub(super) struct Names {
    /// By full name and, inside the actions' namespace, by short name.
    types: FxHashMap<String, EntityTypeName>,
    pub(super) agent: EntityTypeName,
    /// `None` where the schema has no users.
    pub(super) user: Option<EntityTypeName>,
    /// The type of a resource that is given by its id alone.
    pub(super) resource: Option<EntityTypeName>,
}

impl Names {
    pub(super) fn new(
        schema: &Schema,
        namespace: &str,
        settings: &Settings,
    ) -> Result<Self, CedarError> {
        let types = types(schema, namespace);
        let find = |name: &str, setting| find(&types, name, setting);
        let agent_name = settings.agent_type.as_deref().unwrap_or(AGENT);
        let agent = find(agent_name, "agent_type")?;
        if !schema.principals().any(|principal| *principal == agent) {
            return Err(CedarError::EntityType {
                setting: "agent_type",
                name: agent_name.to_owned(),
                fault: "is no principal of any action",
            });
        }
        let user = match &settings.user_type {
            Some(name) => Some(find(name, "user_type")?),
            // Not asked for, so a schema without users is fine until somebody acts for one.
            None => types.get(USER).cloned(),
        };
        let resource = match &settings.resource_type {
            Some(name) => Some(find(name, "resource_type")?),
            None => None,
        };
        Ok(Self { agent, user, resource, types })
    }

    /// The type an executor calls `kind`.
    pub(super) fn get(&self, kind: &str) -> Option<&EntityTypeName> {
        self.types.get(kind)
    }

    /// The type a setting calls `name`.
    pub(super) fn named(
        &self,
        name: &str,
        setting: &'static str,
    ) -> Result<EntityTypeName, CedarError> {
        find(&self.types, name, setting)
    }
}

fn find(
    types: &FxHashMap<String, EntityTypeName>,
    name: &str,
    setting: &'static str,
) -> Result<EntityTypeName, CedarError> {
    types.get(name).cloned().ok_or_else(|| CedarError::EntityType {
        setting,
        name: name.to_owned(),
        fault: "is not an entity type of the schema",
    })
}

fn types(schema: &Schema, namespace: &str) -> FxHashMap<String, EntityTypeName> {
    let short = schema
        .entity_types()
        .filter(|name| !namespace.is_empty() && name.namespace() == namespace)
        .map(|name| (name.basename().to_owned(), name.clone()));
    let full = schema.entity_types().map(|name| (name.to_string(), name.clone()));
    // Full names last: they win, should the schema ever allow both.
    short.chain(full).collect()
}

/// The namespace in which actions are looked up: the one that is set or, where all actions share
/// one, that one.
pub(super) fn namespace(schema: &Schema, set: Option<&str>) -> Result<String, CedarError> {
    let found: BTreeSet<_> =
        schema.actions().map(|action| action.type_name().namespace()).collect();
    let list = || {
        let names = found.iter().map(|name| match name.as_str() {
            "" => "the root".to_owned(),
            name => format!("`{name}`"),
        });
        names.collect::<Vec<_>>().join(", ")
    };
    match (set, found.iter().next()) {
        (_, None) => Err(CedarError::Namespace { fault: "the schema declares no action".into() }),
        (Some(set), Some(_)) if found.contains(set) => Ok(set.to_owned()),
        (Some(set), Some(_)) => Err(CedarError::Namespace {
            fault: format!("no action is in namespace `{set}`\nhelp: they are in {}", list()),
        }),
        (None, Some(only)) if found.len() == 1 => Ok(only.clone()),
        (None, Some(_)) => Err(CedarError::Namespace {
            fault: format!("they are in {}\nhelp: choose one with `namespace(..)`", list()),
        }),
    }
}
