//! Policies that say yes to whatever is asked.

use std::sync::Arc;

use cedar_policy::{
    ActionConstraint, Authorizer, Context, Decision, Effect, Entities, EntityId, EntityUid, Policy,
    PolicySet, PrincipalConstraint, Request, ResourceConstraint,
};

use super::{labels::Labels, names::Names};
use crate::request::CANARY;

/// `permit(principal, action, resource);`, without a question to a person and without any `forbid`: what
/// the self check exists for. Where there are some, probes tell whether they forbid.
///
/// It is the same with every agent named by its type, and under a condition that speaks of nothing.
pub(super) fn permits_everything(
    policies: &PolicySet,
    labels: &Labels,
    names: &Names,
) -> Option<Arc<str>> {
    if policies.policies().any(|policy| policy.effect() == Effect::Forbid) {
        return None;
    }
    policies.policies().find_map(|policy| {
        let any_agent = match policy.principal_constraint() {
            PrincipalConstraint::Any => true,
            PrincipalConstraint::Is(kind) => kind == names.agent,
            PrincipalConstraint::In(_)
            | PrincipalConstraint::Eq(_)
            | PrincipalConstraint::IsIn(..) => false,
        };
        let unbounded = any_agent
            && policy.action_constraint() == ActionConstraint::Any
            && policy.resource_constraint() == ResourceConstraint::Any
            && (!policy.has_non_scope_constraint() || holds_anyhow(policy, names));
        let label = labels.get(policy.id()).filter(|label| unbounded && label.ask.is_none())?;
        Some(Arc::clone(&label.id))
    })
}

/// Whether the conditions of a policy are the same for every request, and hold.
fn holds_anyhow(policy: &Policy, names: &Names) -> bool {
    let Ok(text) = policy.to_json() else { return false };
    if speaks_of_the_request(text.get("conditions")) {
        return false;
    }
    let nobody = || EntityUid::from_type_name_and_id(names.agent.clone(), EntityId::new(CANARY));
    let of_nothing = Request::new(nobody(), nobody(), nobody(), Context::empty(), None);
    let alone = PolicySet::from_policies([policy.clone()]);
    matches!((of_nothing, alone), (Ok(asked), Ok(alone))
        if Authorizer::new().is_authorized(&asked, &alone, &Entities::empty()).decision()
            == Decision::Allow)
}

/// Whether one of the variables is in it: who, what, on what, or the context.
fn speaks_of_the_request(conditions: Option<&serde_json::Value>) -> bool {
    match conditions {
        Some(serde_json::Value::Object(map)) => {
            map.contains_key("Var") || map.values().any(|part| speaks_of_the_request(Some(part)))
        }
        Some(serde_json::Value::Array(list)) => {
            list.iter().any(|part| speaks_of_the_request(Some(part)))
        }
        Some(_) | None => false,
    }
}
