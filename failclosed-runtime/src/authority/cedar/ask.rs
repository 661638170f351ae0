//! A request in the schema's terms.

use cedar_policy::{
    EntityId, EntityTypeName, EntityUid, Request as CedarRequest, RestrictedExpression,
};

use super::{
    answer,
    context::{self, ON_BEHALF_OF},
    load::{Loaded, chain},
};
use crate::{
    decision::{Decision, NoDecision},
    request::{Request, Resource},
};

impl Loaded {
    /// Translates, checks against the schema, evaluates.
    ///
    /// # Errors
    /// *Malformed*: a request that the schema has no words for, or a policy that failed.
    pub(super) fn decide(&self, request: &Request<'_>) -> Result<Decision, NoDecision> {
        let Some((action, slice)) = self.actions.get(request.action()) else {
            // FAIL CLOSED: what the schema does not know, no policy can have permitted. A definite
            // no, which the self check relies on.
            return Ok(Decision::deny("the policies know no such action"));
        };
        let principal = uid(&self.names.agent, request.subject().agent_id());
        let resource = self.resource(request.resource())?;
        let user = self.user(request.subject().user_id())?;
        let context = context::build(request.arguments().iter(), request.context(), user)?;
        let asked = CedarRequest::new(
            principal.clone(),
            action.clone(),
            resource.clone(),
            context,
            Some(&self.schema),
        )
        // FAIL CLOSED: without this check a policy meets values of types it was not written for,
        // fails, and is skipped.
        .map_err(|error| {
            NoDecision::malformed(format_args!(
                "the request does not fit the schema: {}",
                chain(&error)
            ))
        })?;
        let sets = slice.sets(&principal, &resource, &self.entities);
        answer::decide(&self.authorizer, &asked, sets, &self.entities, &self.labels)
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

fn uid(kind: &EntityTypeName, id: &str) -> EntityUid {
    EntityUid::from_type_name_and_id(kind.clone(), EntityId::new(id))
}
