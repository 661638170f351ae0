//! The engine as one would use it by hand: all that can be made once is made once, and each request
//! is built and checked against the schema, as ours is.

use cedar_policy::{
    Authorizer, Context, Decision, Entities, EntityId, EntityTypeName, EntityUid, PolicySet,
    Request, RestrictedExpression, Schema,
};
use failclosed_benches::Failure;

use crate::policies::SCHEMA;

pub(crate) struct ByHand {
    schema: Schema,
    policies: PolicySet,
    entities: Entities,
    authorizer: Authorizer,
    agent: EntityTypeName,
    user: EntityTypeName,
    vendor: EntityTypeName,
    action: EntityUid,
}

impl ByHand {
    pub(crate) fn new(policies: &str) -> Result<Self, Failure> {
        let (schema, _) = Schema::from_cedarschema_str(SCHEMA)?;
        Ok(Self {
            entities: Entities::from_entities([], Some(&schema))?,
            schema,
            policies: policies.parse()?,
            authorizer: Authorizer::new(),
            agent: "Agent".parse()?,
            user: "User".parse()?,
            vendor: "Vendor".parse()?,
            action: r#"Action::"purchase""#.parse()?,
        })
    }

    pub(crate) fn allows(
        &self,
        agent: &str,
        user: &str,
        vendor: &str,
        amount: i64,
    ) -> Result<bool, Failure> {
        let uid = |kind: &EntityTypeName, id| {
            EntityUid::from_type_name_and_id(kind.clone(), EntityId::new(id))
        };
        let context = Context::from_pairs([
            ("vendor".to_owned(), RestrictedExpression::new_string(vendor.to_owned())),
            ("amount".to_owned(), RestrictedExpression::new_long(amount)),
            (
                "on_behalf_of".to_owned(),
                RestrictedExpression::new_entity_uid(uid(&self.user, user)),
            ),
        ])?;
        let request = Request::new(
            uid(&self.agent, agent),
            self.action.clone(),
            uid(&self.vendor, vendor),
            context,
            Some(&self.schema),
        )?;
        let response = self.authorizer.is_authorized(&request, &self.policies, &self.entities);
        // An error in a policy means that it was skipped: whoever ignores it may be let through.
        Ok(response.decision() == Decision::Allow
            && response.diagnostics().errors().next().is_none())
    }
}
