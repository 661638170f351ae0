//! A request in the schema's terms.

use std::sync::Arc;

use cedar_policy::{
    EntityId, EntityTypeName, EntityUid, Request as CedarRequest, RestrictedExpression,
};
use cedar_policy_core::validator::types::{Attributes, Type};

use super::{
    answer,
    context::{self, DELEGATED_BY, INSTANCE, ON_BEHALF_OF},
    load::{ActionRules, Loaded, Rules, chain},
    typed,
};
use crate::{
    decision::{Decision, NoDecision},
    request::Request,
    resource::Resource,
    text,
};

impl Loaded {
    /// Translates, checks against the schema, evaluates.
    ///
    /// # Errors
    /// *Malformed*: a request that the schema has no words for, or a policy that failed.
    pub(super) fn decide(&self, request: &Request<'_>) -> Result<Decision, NoDecision> {
        let rules = &*self.rules;
        let Some((known, instance)) = rules.known(request)? else {
            return rules.unknown(request);
        };
        let principal = uid(&rules.names.agent, request.subject().agent_id());
        let resource = rules.resource(request.resource().as_ref())?;
        let user = rules.user(request.subject().user_id())?;
        let declared = known.context.as_ref();
        let delegators = rules.delegators(request, declared)?;
        let of_subject = user.map(|user| (ON_BEHALF_OF, user)).into_iter().chain(delegators);
        let of_subject = of_subject.chain(instance.map(|instance| (INSTANCE, instance)));
        let context =
            context::build(request.arguments().iter(), request.context(), of_subject, declared)?;
        let asked = CedarRequest::new(
            principal,
            known.action.clone(),
            resource,
            context,
            Some(&rules.schema),
        )
        // FAIL CLOSED: without this check a policy meets values of types it was not written for,
        // fails, and is skipped.
        .map_err(|error| {
            NoDecision::malformed(format_args!(
                "the request does not fit the schema: {}",
                chain(&error)
            ))
        })?;
        let (Some(principal), Some(resource)) = (asked.principal(), asked.resource()) else {
            // FAIL CLOSED: the engine would decide for anybody, and about anything.
            return Err(NoDecision::malformed("the request lost its principal or its resource"));
        };
        let sets = known.policies.sets(principal, resource, self.groups());
        answer::decide(&rules.authorizer, &asked, sets, &self.entities, &rules.labels)
    }
}

impl Rules {
    /// The action by its whole name or, where the schema knows only its kind and has a place for which one
    /// of it is meant, by its kind.
    ///
    /// # Errors
    /// *Malformed*: a kind without that place.
    fn known(
        &self,
        request: &Request<'_>,
    ) -> Result<Option<(&ActionRules, Option<RestrictedExpression>)>, NoDecision> {
        let has_place = |known: &ActionRules| {
            let declared = known.context.as_ref().and_then(typed::attributes);
            declared.is_some_and(|attributes| attributes.get_attr(INSTANCE).is_some())
        };
        let named = |instance: &str| RestrictedExpression::new_string(instance.to_owned());
        if let Some(known) = self.actions.get(request.action()) {
            // FAIL CLOSED: in that place an argument called `instance` would pass for another tool.
            let instance = request.instance().filter(|_| has_place(known));
            return Ok(Some((known, instance.map(named))));
        }
        let Some(instance) = request.instance() else { return Ok(None) };
        let Some(known) = self.actions.get(request.kind()) else { return Ok(None) };
        if !has_place(known) {
            // FAIL CLOSED: a permit for one of a kind was not written for all of them.
            return Err(NoDecision::malformed(format_args!(
                "the schema does not know the action `{}`, nor a place for which `{kind}` it is\n\
                 help: declare it as an action (`in [{kind:?}]`), or `{INSTANCE}: String` in the context of \
                 the action `{kind}`",
                request.action(),
                kind = request.kind(),
            )));
        }
        Ok(Some((known, Some(named(instance)))))
    }

    /// What is said to an action that the schema does not know.
    fn unknown(&self, request: &Request<'_>) -> Result<Decision, NoDecision> {
        if request.is_canary() {
            if let Some(everything) = &self.permits_everything {
                // Not a yes to a call: no body stands behind this question, and no guard starts.
                return Ok(Decision::allow().rule(Arc::clone(everything)));
            }
        } else if request.is_self_check() {
            // FAIL CLOSED: the no to a misspelled probe says nothing about the policies.
            return Err(NoDecision::malformed(format_args!(
                "the schema does not know the action `{}`\n\
                 help: probe one of its actions, with the resource and the arguments it has there",
                request.action()
            )));
        }
        // FAIL CLOSED: what the schema does not know, no policy can have permitted.
        Ok(Decision::deny("the policies know no such action"))
    }

    fn resource(&self, resource: Option<&Resource<'_>>) -> Result<EntityUid, NoDecision> {
        let Some(resource) = resource else {
            // FAIL CLOSED: Cedar has no request without a resource, and none is made up.
            return self.default_resource.clone().ok_or_else(|| {
                NoDecision::malformed(
                    "the executor names no resource\n\
                     help: name one with `resource = ..`, or set `default_resource`",
                )
            });
        };
        if let Some(fault) = id_fault(resource.id()) {
            // FAIL CLOSED: `evil.example ` is another id than the one that is forbidden, and the same
            // place to whoever trims it.
            return Err(NoDecision::not_showable(format_args!(
                "the id of the resource {fault}\n\
                 help: name the resource by the id that the call uses, trimmed and checked"
            )));
        }
        let kind = match resource.kind() {
            Some(kind) => self.names.get(kind).ok_or_else(|| {
                // FAIL CLOSED: a type the schema does not know matches no policy's words.
                NoDecision::malformed(format_args!(
                    "`{kind}` is not an entity type of the schema\n\
                     help: declare `entity {kind};`, or give the resource another kind"
                ))
            }),
            None => self.names.resource.as_ref().ok_or_else(|| {
                // FAIL CLOSED: as above.
                NoDecision::malformed(format_args!(
                    "the resource `{}` has no kind\n\
                     help: name it as `(\"Kind\", id)`, or set `resource_type`",
                    resource.id()
                ))
            }),
        }?;
        Ok(uid(kind, resource.id()))
    }

    /// Who handed the call on: a set of agents, because Cedar has no order. `None` where nobody did.
    ///
    /// # Errors
    /// *Malformed*: the action has no place for them.
    fn delegators(
        &self,
        request: &Request<'_>,
        declared: Option<&Type>,
    ) -> Result<Option<(&'static str, RestrictedExpression)>, NoDecision> {
        if !request.subject().is_delegated() {
            return Ok(None);
        }
        let has_place = |attributes: &Attributes| attributes.get_attr(DELEGATED_BY).is_some();
        if !declared.and_then(typed::attributes).is_some_and(has_place) {
            // FAIL CLOSED: nothing about who acts is hidden from the policies.
            return Err(NoDecision::malformed(format_args!(
                "a sub-agent acts, and the schema has no place for who delegated\n\
                 help: declare `{DELEGATED_BY}?: Set<{}>` in the context of the action `{}`",
                self.names.agent,
                request.action()
            )));
        }
        let agents = request
            .subject()
            .delegated_by()
            .map(|by| RestrictedExpression::new_entity_uid(uid(&self.names.agent, by.agent_id())));
        Ok(Some((DELEGATED_BY, RestrictedExpression::new_set(agents))))
    }

    /// Always shown: a policy must not mistake a call for somebody for the agent's own.
    fn user(&self, user: Option<&str>) -> Result<Option<RestrictedExpression>, NoDecision> {
        match (user, &self.names.user) {
            (None, _) => Ok(None),
            (Some(id), Some(kind)) => Ok(Some(RestrictedExpression::new_entity_uid(uid(kind, id)))),
            // FAIL CLOSED: nothing about who acts is hidden from the policies.
            (Some(_), None) => Err(NoDecision::malformed(format_args!(
                "the agent acts for a user, and the schema has no type for users\n\
                 help: declare `entity User;` and `{ON_BEHALF_OF}?: User` in the context of the \
                 action, or set `user_type`"
            ))),
        }
    }
}

/// What keeps an id from naming one thing and no other.
pub(super) fn id_fault(id: &str) -> Option<&'static str> {
    if let Some(fault) = text::id_fault(id) {
        return Some(fault);
    }
    // A host with a dot behind it is the same host, a file the same file on some systems.
    id.ends_with('.').then_some("ends with a dot")
}

fn uid(kind: &EntityTypeName, id: &str) -> EntityUid {
    EntityUid::from_type_name_and_id(kind.clone(), EntityId::new(id))
}
