//! BehalfID's `verify`.

use serde_json::{Map, Value as Json, json};

use super::{
    Dialect, Repeat,
    json::{Object, Value},
    question, verdict,
};
use crate::{
    decision::{Ask, Decision, NoDecision},
    request::Request,
    resource::Resource,
};

/// What verify's description has in a reply; `shadow` is not among them, because a reply that says
/// anything about shadows may be one.
const OWN: [&str; 7] =
    ["requestId", "allowed", "approvalRequired", "approvalId", "reason", "risk", "shadowDecision"];

/// The longest `metadata`, in UTF-16 code units of its JSON.
const MAX_METADATA: usize = 2047;

/// The longest `policyContext`, in bytes of its JSON.
const MAX_POLICY_CONTEXT: usize = 16 * 1024;

/// `POST api/verify`, and an allow is `"allowed":true` with a request id and a reason, and nothing
/// about shadows or approvals.
///
/// | on the wire | from |
/// | --- | --- |
/// | `agentId` | the agent's id |
/// | `action` | the action |
/// | `amount` | the argument `amount`, a number that is not negative |
/// | `vendor` | the argument `vendor`, a text |
/// | `resource` | the resource, where there is no vendor: the server ignores it beside one |
/// | `policyContext` | `command` of `execute_command`, `path` of `read_file` and `write_file` |
/// | `metadata` | every other argument, the guard's context and `onBehalfOf` |
///
/// A verify that allows uses up the human's approval behind it, so it is never repeated.
///
/// # Denies
/// Everything else; so does a question that exceeds the server's limits, which it would refuse.
/// `"approvalRequired":true` is a question for the people of that account: see
/// [`Ask::settled_by_authority`](crate::Ask::settled_by_authority).
#[derive(Debug, Clone)]
pub struct Behalf {
    amount: String,
    vendor: String,
    understood: verdict::Understood,
}

impl Default for Behalf {
    fn default() -> Self {
        Self::new()
    }
}

impl Behalf {
    /// With arguments called `amount` and `vendor`.
    pub fn new() -> Self {
        Self {
            amount: "amount".into(),
            vendor: "vendor".into(),
            understood: verdict::Understood::default(),
        }
    }

    /// The argument whose value is the amount, in the unit of the account's limits.
    pub fn amount(mut self, argument: impl Into<String>) -> Self {
        self.amount = argument.into();
        self
    }

    /// The argument that names the vendor.
    pub fn vendor(mut self, argument: impl Into<String>) -> Self {
        self.vendor = argument.into();
        self
    }

    /// A member of the reply beside an allow, known to change nothing about it. **Each one named here
    /// is no longer looked at**: name none that could be a condition, or take the allow back. Any
    /// other that the format's specification does not have denies.
    pub fn understands(mut self, member: impl Into<String>) -> Self {
        self.understood.add(member);
        self
    }
}

impl Dialect for Behalf {
    fn name(&self) -> &'static str {
        "behalf"
    }

    fn path(&self) -> &str {
        "api/verify"
    }

    fn repeat(&self) -> Repeat {
        Repeat::Never
    }

    fn question(&self, request: &Request<'_>) -> Result<Vec<u8>, NoDecision> {
        let mut rest = question::arguments(request)?;
        let mut asked = Map::new();
        asked.insert("agentId".into(), request.subject().agent_id().into());
        asked.insert("action".into(), request.action().into());
        if let Some(amount) = rest.remove(&self.amount) {
            if !amount.as_f64().is_some_and(|amount| amount >= 0.0) {
                // FAIL CLOSED: a limit would be compared with something that is not an amount.
                return Err(NoDecision::malformed(format_args!(
                    "argument `{}` is not an amount",
                    self.amount
                )));
            }
            asked.insert("amount".into(), amount);
        }
        if let Some(whom) = self.whom(request, rest.remove(&self.vendor))? {
            asked.extend([whom]);
        }
        if let Some(context) = policy_context(request.action(), &mut rest)? {
            asked.insert("policyContext".into(), context);
        }
        for (name, value) in question::context(request)? {
            question::add(&mut rest, &name, value)?;
        }
        if let Some(user) = request.subject().user_id() {
            question::add(&mut rest, "onBehalfOf", user)?;
        }
        if let Some(chain) = question::delegated_by(request) {
            question::add(&mut rest, "delegatedBy", chain)?;
        }
        if !rest.is_empty() {
            asked.insert("metadata".into(), metadata(rest)?);
        }
        question::body(&Json::Object(asked))
    }

    fn decision(&self, _: &Request<'_>, reply: &Object) -> Result<Decision, NoDecision> {
        if reply.get("shadowDecision").is_some_and(|shadow| !matches!(shadow, Value::Null)) {
            // FAIL CLOSED: in a shadow evaluation `allowed` is always true.
            return Err(NoDecision::malformed("the reply is a shadow evaluation"));
        }
        let request_id = reply.text("requestId")?;
        let reason = reply.text("reason")?;
        let approval_required = match reply.get("approvalRequired") {
            None => false,
            Some(_) => reply.boolean("approvalRequired")?,
        };
        let approval_id = reply.optional_text("approvalId")?;
        let allowed = reply.boolean("allowed")?;
        if allowed {
            self.understood.alone(reply, &OWN)?;
        }
        let decision = match (allowed, approval_required, approval_id) {
            (true, false, None) => Decision::allow(),
            (false, false, None) => verdict::no(Some(reason)),
            (false, true, id) => {
                let ask = Ask::new(verdict::readable(reason)).settled_by_authority();
                match id {
                    Some(id) => ask.with_approval_id(id).into(),
                    None => ask.into(),
                }
            }
            // FAIL CLOSED: it is allowed and has to be approved, or has an approval that nobody
            // requires.
            (true, true, _) | (_, false, Some(_)) => {
                return Err(NoDecision::malformed("the reply is about an approval, and is not"));
            }
        };
        Ok(decision.decision_id(request_id))
    }
}

impl Behalf {
    /// Who or what it is about: the server reads `resource` only where there is no vendor.
    fn whom(
        &self,
        request: &Request<'_>,
        vendor: Option<Json>,
    ) -> Result<Option<(String, Json)>, NoDecision> {
        let vendor = match vendor {
            None => None,
            Some(Json::String(vendor)) if !vendor.trim().is_empty() => Some(vendor),
            Some(_) => {
                return Err(NoDecision::malformed(format_args!(
                    "argument `{}` is not a text",
                    self.vendor
                )));
            }
        };
        let resource = question::resource(request)?;
        let named = vendor.as_deref().into_iter().chain(resource.as_ref().map(Resource::id));
        if named.into_iter().any(|name| name.trim() != name) {
            // FAIL CLOSED: a server that trims it would decide about another one.
            return Err(NoDecision::not_showable("the vendor has white space around it"));
        }
        match (vendor, resource) {
            (Some(vendor), Some(resource)) if vendor != resource.id() => {
                // FAIL CLOSED: the server would decide about one of them alone.
                Err(NoDecision::malformed(format_args!(
                    "argument `{}` and the resource differ, and verify reads only one",
                    self.vendor
                )))
            }
            (Some(vendor), _) => Ok(Some(("vendor".into(), vendor.into()))),
            (None, Some(resource)) => Ok(Some(("resource".into(), resource.id().into()))),
            (None, None) => Ok(None),
        }
    }
}

/// What the server's path and command policies read, of the three actions that they are about.
fn policy_context(
    action: &str,
    arguments: &mut Map<String, Json>,
) -> Result<Option<Json>, NoDecision> {
    let (argument, member) = match action {
        "execute_command" => ("command", "command"),
        "read_file" | "write_file" => ("path", "filePath"),
        _ => return Ok(None),
    };
    let Some(Json::String(value)) = arguments.remove(argument) else {
        // FAIL CLOSED: the policy would have nothing to look at.
        return Err(NoDecision::malformed(format_args!(
            "`{action}` has no text called `{argument}`; help: `args({argument} = ..)`"
        )));
    };
    let context = json!({"source": "failclosed", "toolName": action, "toolInput": {member: value}});
    if context.to_string().len() > MAX_POLICY_CONTEXT {
        return Err(NoDecision::too_large("the policy context exceeds verify's 16 KiB"));
    }
    Ok(Some(context))
}

fn metadata(rest: Map<String, Json>) -> Result<Json, NoDecision> {
    let metadata = Json::Object(rest);
    // FAIL CLOSED: never cut short. The server would refuse it, with a less helpful text.
    if metadata.to_string().encode_utf16().count() > MAX_METADATA {
        return Err(NoDecision::too_large(
            "the arguments exceed the 2048 characters of verify's metadata; help: show a part with \
             `args(..)`",
        ));
    }
    Ok(metadata)
}
