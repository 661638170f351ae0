//! The data API of Open Policy Agent.

use serde_json::json;

use super::{
    Dialect, Repeat, binding,
    json::{Object, Value},
    question, verdict,
};
use crate::{
    decision::{Decision, NoDecision},
    error::ConfigError,
    request::Request,
};

/// `POST v1/data/{rule}`, and an allow is `{"result":true}`.
///
/// The policy finds `input.subject`, `input.action.name`, `input.resource`, `input.arguments` and
/// `input.context`. Errors of builtins are asked to be errors (`strict-builtin-errors=true`): by
/// default they make a deny rule vanish.
///
/// # Denies
/// Everything but the boolean `true`. `{}` means that no rule gave a value: a misspelt path, or a
/// policy without `default allow := false`; it is reported as *undefined*. So is a warning a denial:
/// one of them says that the policy did not see its input.
#[derive(Debug, Clone)]
pub struct Opa {
    path: String,
    bound: bool,
    understood: verdict::Understood,
}

impl Opa {
    /// The rule that decides: `"shop/authz/allow"` for `data.shop.authz.allow`.
    ///
    /// # Errors
    /// [`ConfigError::Name`]: an empty part, or one with characters that would mean something else
    /// in a path.
    pub fn rule(rule: &str) -> Result<Self, ConfigError> {
        let parts: Result<Vec<_>, _> =
            rule.split('/').map(|part| question::name("rule's path", part)).collect();
        let path = format!("v1/data/{}?strict-builtin-errors=true", parts?.join("/"));
        Ok(Self { path, bound: false, understood: verdict::Understood::default() })
    }

    /// Demands that the rule's value be `{"allow": .., "binding": ..}`, where the binding is
    /// `input.binding` with an `expires_at`: see the guide.
    pub fn bound(mut self) -> Self {
        self.bound = true;
        self
    }

    /// A member beside an allow, in the reply or in a bound rule's value, known to change nothing
    /// about it. **Each one named here is no longer looked at**: name none that could be a condition,
    /// or take the allow back. Any other denies.
    pub fn understands(mut self, member: impl Into<String>) -> Self {
        self.understood.add(member);
        self
    }
}

impl Dialect for Opa {
    fn name(&self) -> &'static str {
        "opa"
    }

    fn path(&self) -> &str {
        &self.path
    }

    fn repeat(&self) -> Repeat {
        Repeat::Safe
    }

    fn is_bound(&self) -> bool {
        self.bound
    }

    fn question(&self, request: &Request<'_>) -> Result<Vec<u8>, NoDecision> {
        let subject = request.subject();
        let mut input = json!({
            "subject": {"agent": subject.agent_id()},
            "action": {"name": request.action()},
            "arguments": question::arguments(request)?,
            "context": question::context(request)?,
        });
        if let Some(user) = subject.user_id() {
            input["subject"]["on_behalf_of"] = user.into();
        }
        if let Some(chain) = question::delegated_by(request) {
            input["subject"][question::DELEGATED_BY] = chain;
        }
        if let Some(resource) = question::resource(request)? {
            input["resource"] = json!({"id": resource.id()});
            if let Some(kind) = resource.kind() {
                input["resource"]["type"] = kind.into();
            }
        }
        if self.bound {
            input[binding::MEMBER] = binding::of(request)?;
        }
        question::body(&json!({ "input": input }))
    }

    fn decision(&self, request: &Request<'_>, reply: &Object) -> Result<Decision, NoDecision> {
        if let Some(warning) =
            reply.get("warning").filter(|warning| !matches!(warning, Value::Null))
        {
            let warning = verdict::readable(&format!("{warning:?}"));
            // FAIL CLOSED: the rule may have been evaluated without its input.
            return Err(NoDecision::malformed(format_args!("the authority warns: {warning}")));
        }
        let allowed = match (reply.get("result"), self.bound) {
            (Some(Value::Bool(allowed)), false) => *allowed,
            (Some(Value::Object(result)), true) => {
                binding::check(request, result.get(binding::MEMBER))?;
                let allowed = result.boolean("allow")?;
                if allowed {
                    self.understood.alone(result, &["allow", binding::MEMBER])?;
                }
                allowed
            }
            // FAIL CLOSED: undefined is not false, and not true either.
            (None, _) => {
                return Err(NoDecision::malformed(
                    "the decision is undefined: no rule gave it a value; help: check the path, and \
                     give the rule the default `false`",
                ));
            }
            // FAIL CLOSED: OPA answers with whatever a rule evaluates to; a set is not a yes.
            (Some(other), bound) => {
                let wanted = if bound { "an object with `allow`" } else { "a boolean" };
                return Err(NoDecision::malformed(format_args!(
                    "the result is {}, not {wanted}",
                    other.kind()
                )));
            }
        };
        if allowed {
            // Of the members that OPA's REST API has in the reply of `v1/data`: metrics, provenance and
            // explanations come only where they are asked for.
            self.understood.alone(reply, &["result", "decision_id", "warning"])?;
        }
        let decision = if allowed { Decision::allow() } else { verdict::no(None) };
        Ok(match reply.optional_text("decision_id")? {
            Some(id) => decision.decision_id(id),
            None => decision,
        })
    }
}
