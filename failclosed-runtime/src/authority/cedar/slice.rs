//! Which policies can matter to a request, found without looking at the others.
//!
//! A policy whose scope names an entity with `==` or `in` is filed under that entity, and looked at
//! only for requests whose principal or resource is that entity or below it. For every other
//! request its scope is false, and a false scope cannot err: leaving the policy out changes
//! nothing. The engine still evaluates the scope of what is looked at, so filing a policy too
//! broadly costs time and nothing else.

use std::collections::{HashMap, HashSet};

use cedar_policy::{
    ActionConstraint, Entities, EntityUid, Policy, PolicySet, PrincipalConstraint,
    ResourceConstraint, Schema,
};
use rustc_hash::FxHashMap;

use super::{error::CedarError, load::chain};

/// The policies of one action.
#[derive(Debug, Default)]
pub(super) struct Slice(Filed<Filed<PolicySet>>);

/// Things filed under an entity, or under none.
#[derive(Debug)]
struct Filed<T> {
    any: T,
    under: FxHashMap<EntityUid, T>,
}

impl<T: Default> Default for Filed<T> {
    fn default() -> Self {
        Self { any: T::default(), under: FxHashMap::default() }
    }
}

impl<T: Default> Filed<T> {
    fn at(&mut self, entity: Option<EntityUid>) -> &mut T {
        match entity {
            Some(entity) => self.under.entry(entity).or_default(),
            None => &mut self.any,
        }
    }
}

impl<T> Filed<T> {
    /// What may concern `entity`: what is filed under none, under it, and under its ancestors, where
    /// entities have any.
    fn concerning<'a>(
        &'a self,
        entity: &'a EntityUid,
        groups: Option<&'a Entities>,
    ) -> impl Iterator<Item = &'a T> + 'a {
        // Most actions have nothing filed; then there is nothing to look up.
        let under = (!self.under.is_empty()).then_some(&self.under);
        let filed = under.into_iter().flat_map(move |under| {
            let ancestors = groups.and_then(|entities| entities.ancestors(entity));
            let ancestors = ancestors.into_iter().flatten();
            let itself = std::iter::once(entity);
            // An entity is not its own ancestor, but nothing may be counted twice if it ever is.
            itself
                .chain(ancestors.filter(move |other| *other != entity))
                .filter_map(|entity| under.get(entity))
        });
        std::iter::once(&self.any).chain(filed)
    }
}

impl Slice {
    fn file(&mut self, policy: &Policy) -> Result<(), CedarError> {
        let principal = match policy.principal_constraint() {
            PrincipalConstraint::Eq(entity)
            | PrincipalConstraint::In(entity)
            | PrincipalConstraint::IsIn(_, entity) => Some(entity),
            PrincipalConstraint::Any | PrincipalConstraint::Is(_) => None,
        };
        let resource = match policy.resource_constraint() {
            ResourceConstraint::Eq(entity)
            | ResourceConstraint::In(entity)
            | ResourceConstraint::IsIn(_, entity) => Some(entity),
            ResourceConstraint::Any | ResourceConstraint::Is(_) => None,
        };
        let set = self.0.at(principal).at(resource);
        set.add(policy.clone()).map_err(|error| CedarError::Policies { detail: chain(&error) })
    }

    /// The sets that hold every policy whose scope can be true for `principal` and `resource`.
    pub(super) fn sets<'a>(
        &'a self,
        principal: &'a EntityUid,
        resource: &'a EntityUid,
        groups: Option<&'a Entities>,
    ) -> impl Iterator<Item = &'a PolicySet> + 'a {
        self.0
            .concerning(principal, groups)
            .flat_map(move |filed| filed.concerning(resource, groups))
            .filter(|set| !set.is_empty())
    }
}

/// Every action of the schema with its policies.
pub(super) fn by_action(
    schema: &Schema,
    actions: &Entities,
    policies: &PolicySet,
) -> Result<HashMap<EntityUid, Slice>, CedarError> {
    let mut slices: HashMap<_, _> =
        schema.actions().map(|action| (action.clone(), Slice::default())).collect();
    let mut members: HashMap<&EntityUid, Vec<&EntityUid>> = HashMap::new();
    for action in schema.actions() {
        members.entry(action).or_default().push(action);
        for group in actions.ancestors(action).into_iter().flatten() {
            members.entry(group).or_default().push(action);
        }
    }
    for policy in policies.policies() {
        match policy.action_constraint() {
            ActionConstraint::Any => {
                for slice in slices.values_mut() {
                    slice.file(policy)?;
                }
            }
            ActionConstraint::Eq(action) => {
                if let Some(slice) = slices.get_mut(&action) {
                    slice.file(policy)?;
                }
            }
            ActionConstraint::In(groups) => {
                // Of `[group, member]` the member must not be filed twice.
                let covered: HashSet<_> =
                    groups.iter().filter_map(|group| members.get(group)).flatten().collect();
                for action in covered {
                    if let Some(slice) = slices.get_mut(*action) {
                        slice.file(policy)?;
                    }
                }
            }
        }
    }
    Ok(slices)
}
